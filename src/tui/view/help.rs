//! The help: every action of every place with its keys, and what this desk is connected to. Made from the registry and
//! the keymap, so that it cannot be out of date.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, width, wrap};
use super::{popup, tabs};
use crate::domain::text::clean;
use crate::domain::{CodeOrigin, Stage};
use crate::present::stage_glyph;
use crate::protocol::PlatformState;
use crate::tui::action::{ActionScope, REGISTRY};
use crate::tui::enabled::{NO_PLATFORM, can};
use crate::tui::state::{Focus, Help, ScreenState};
use crate::tui::theme::{Theme, Tone};

/// Wide enough for the longest sentence with its reason.
const WIDEST: u16 = 180;

enum Line {
    Heading(String),
    Key {
        keys: String,
        title: &'static str,
        doc: String,
        possible: bool,
    },
    Text(String, Tone),
    /// What a line goes on with, from a cell on.
    More(u16, String),
}

impl Line {
    fn heading(text: &str) -> Self {
        Self::Heading(text.to_owned())
    }

    fn plain(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Tone::Plain)
    }
}

const GLYPHS: [&str; 7] = [
    "◆ marked",
    "• somebody else looks at it  » somebody else has a dialog open for it",
    "! needs somebody",
    "z snoozed",
    "opcode: ✓ visible  ≈ nearly  ✗ missing  ? could not tell  · not looked",
    "mail: ✓ sent  ◌ queued  → sending  ✎ written to a file  ↻ failed, tried again  ✗ failed  ? uncertain  ⊘ suppressed  ← came back or refused",
    "slots, behind the opcode: 23 offered  0 none",
];

const FILTER: [&str; 4] = [
    "words match name, group, city, dealerCode, contact, owner, mail address, and phone by its digits; all must match",
    "field:a,b   !term   ~fuzzy   /regex/   expires<6h   waiting>24h   expired>2d",
    "is:pending|expired|awaiting|overdue|confirmed|lost|live|attention|snoozed|mine|twin",
    "stage:…   move:us|dealer|xtime|nobody   next:word   opcode:missing|ok|unchecked|near-miss   kind:…",
];

fn lines(state: &ScreenState) -> Vec<Line> {
    let mut lines = actions(state);
    lines.push(Line::heading("Glyphs"));
    lines.extend(Stage::ALL.map(|stage| {
        let (glyph, tone) = stage_glyph(stage);
        Line::Text(format!("{glyph} {stage}"), tone)
    }));
    lines.extend(GLYPHS.map(Line::plain));
    lines.push(Line::heading("This desk"));
    lines.extend(this_desk(state));
    lines.push(Line::heading("Filter"));
    lines.extend(FILTER.map(Line::plain));
    lines
}

/// Those of where the keyboard is first.
fn actions(state: &ScreenState) -> Vec<Line> {
    let here = match state.focus {
        _ if state.queue.is_some() => ActionScope::Queue,
        // The table's actions work in the detail too.
        Focus::Table | Focus::Detail => ActionScope::Table,
        Focus::Tail => ActionScope::Tail,
    };
    let first = [here, ActionScope::List, ActionScope::Global];
    let others = ActionScope::ALL.into_iter().filter(|scope| !first.contains(scope));
    let has_actions = |scope: &ActionScope| REGISTRY.iter().any(|info| info.scope == *scope);
    let mut lines = Vec::new();
    for scope in first.into_iter().chain(others).filter(has_actions) {
        lines.push(Line::heading(title(scope)));
        for info in REGISTRY.iter().filter(|info| info.scope == scope) {
            let keys = state.setup.keymap.keys_for(info.action).join("  ");
            let why_not = if scope.is_closed() { None } else { can(state, info.action).err() };
            let possible = why_not.is_none();
            let doc = why_not.map_or_else(|| info.doc.to_owned(), |why| format!("{} Not now: {why}.", info.doc));
            let keys = if keys.is_empty() { "–".to_owned() } else { keys };
            lines.push(Line::Key { keys, title: info.title, doc, possible });
        }
    }
    lines
}

const fn title(scope: ActionScope) -> &'static str {
    match scope {
        ActionScope::Global => "Everywhere",
        ActionScope::List => "Moving",
        ActionScope::Table => "Table, and the detail",
        ActionScope::Detail => "Detail",
        ActionScope::Tail => "Events",
        ActionScope::Past => "The past",
        ActionScope::Queue => "Letters",
        ActionScope::Call => "A call",
        ActionScope::Columns => "Columns of the table",
        ActionScope::Dialog => "Dialogs",
        ActionScope::Letter => "Dialogs that send a letter",
        ActionScope::Form => "Any dialog",
        ActionScope::Input => "Lines of text",
    }
}

/// What it is connected to, and what that means.
fn this_desk(state: &ScreenState) -> Vec<Line> {
    let source = match state.setup.source {
        None | Some(CodeOrigin::Paste) => {
            "Codes come by paste; [invitations] source = \"http\" or \"command\" changes that."
        }
        Some(CodeOrigin::Http) => "Codes come from the partner's HTTP interface ([invitations.http]).",
        Some(CodeOrigin::Command) => "Codes come from a program ([invitations.command]).",
    };
    let mut lines = vec![Line::plain(source)];
    if state.status.platform == PlatformState::Unconfigured {
        lines.push(Line::Text(format!("{NO_PLATFORM}. Until then clocks alone decide."), Tone::Warn));
    }
    if state.setup.read_only {
        let words = "Read-only: nothing is recorded. Start without --read-only to work.";
        lines.push(Line::Text(words.to_owned(), Tone::Warn));
    }
    lines.push(Line::plain(format!("You are {}.", clean(&state.setup.me))));
    lines
}

/// Those with a text in them, and the headings above them.
fn found(lines: Vec<Line>, text: &str) -> Vec<Line> {
    let text = text.trim().to_lowercase();
    let has = |words: &str| words.to_lowercase().contains(&text);
    let mut found: Vec<Line> = Vec::new();
    let mut heading = None;
    for line in lines {
        let fits = match &line {
            Line::Heading(_) => {
                heading = Some(line);
                continue;
            }
            Line::Key { keys, title, doc, .. } => has(keys) || has(title) || has(doc),
            Line::Text(words, _) | Line::More(_, words) => has(words),
        };
        if fits {
            found.extend(heading.take());
            found.push(line);
        }
    }
    found
}

/// The cells for the keys of an action.
const fn keys_room(room: u16) -> u16 {
    if room < 60 { 10 } else { 24 }
}

/// The same in so many cells: what is too long goes on below.
fn wrapped(lines: Vec<Line>, room: u16) -> Vec<Line> {
    /// In fewer cells beside its name nothing can be read.
    const LEAST: u16 = 20;
    let indent = keys_room(room) + 20;
    let beside = room.saturating_sub(indent + 1);
    let mut all = Vec::new();
    for line in lines {
        match line {
            Line::Key { keys, title, doc, possible } => {
                let (x, cells) = if beside < LEAST { (3, room.saturating_sub(4)) } else { (indent, beside) };
                let mut pieces = wrap(&doc, cells).into_iter();
                let doc = if beside < LEAST { String::new() } else { pieces.next().unwrap_or_default() };
                all.push(Line::Key { keys, title, doc, possible });
                all.extend(pieces.map(|piece| Line::More(x, piece)));
            }
            Line::Text(text, tone) if width(&text) > usize::from(room.saturating_sub(4)) => {
                all.extend(wrap(&text, room.saturating_sub(4)).into_iter().map(|piece| Line::Text(piece, tone)));
            }
            other => all.push(other),
        }
    }
    all
}

pub(super) fn draw(help: &Help, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let height = canvas.area().height;
    let mut canvas = popup(canvas, WIDEST, height);
    let mut inside = canvas.frame("Help", theme.line_focus, theme.title);
    let bottom = inside.height + 1;
    let mut caret = None;
    if help.types || !help.search.is_empty() {
        let mut canvas = canvas.within(inside);
        let used = canvas.text(1, 0, inside.width, "/ ", theme.key);
        let room = inside.width.saturating_sub(2 + used);
        caret = tabs::draw_edit(&help.search, 1 + used, 0, room, theme, &mut canvas).0.filter(|_| help.types);
        inside = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    }
    let lines = wrapped(found(lines(state), help.search.text()), inside.width);
    let rows = usize::from(inside.height);
    let top = help.scroll.top(lines.len(), rows);
    let more = lines.len().saturating_sub(top + rows);
    if more > 0 {
        canvas.right(2, bottom, inside.width.saturating_sub(2), &format!(" {more} more below "), theme.chosen);
    }
    let mut canvas = canvas.within(inside);
    if lines.is_empty() {
        canvas.text(1, 0, inside.width, "nothing here has these words", theme.dim);
    }
    let room = inside.width;
    let keys_room = keys_room(room);
    for (y, line) in (0..).zip(lines.iter().skip(top).take(rows)) {
        match line {
            Line::Heading(text) => {
                canvas.text(1, y, room, text, theme.title);
            }
            Line::Key { keys, title, doc, possible } => {
                let style = if *possible { theme.text } else { theme.dim };
                canvas.right(0, y, keys_room, keys, theme.key);
                let used = canvas.text(keys_room + 2, y, 18, title, style);
                canvas.text(keys_room + 2 + used.max(17) + 1, y, room.saturating_sub(keys_room + 21), doc, theme.dim);
            }
            Line::Text(text, tone) => {
                canvas.text(3, y, room.saturating_sub(3), text, theme.tone(*tone));
            }
            Line::More(x, text) => {
                canvas.text(*x, y, room.saturating_sub(*x), text, theme.dim);
            }
        }
    }
    caret
}

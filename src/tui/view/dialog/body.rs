//! What a dialog is about: one dealership in full, or a list of which only the visible lines are made.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use ratatui::style::Style;

use super::super::canvas::wrap;
use super::{DialogView, Line};
use crate::domain::text::clean;
use crate::domain::text::fit;
use crate::domain::{DealershipId, InvitationState, LetterKind, humanize};
use crate::present::letters::NO_MAIL;
use crate::present::stage_glyph;
use crate::present::time::Zone;
use crate::protocol::BulkId;
use crate::tui::actions::expiry_of;
use crate::tui::bulk_job::{JobItem, JobPhase};
use crate::tui::dialog::{Dialog, DialogHead, Item, Offered, RecordingAction};
use crate::tui::list_cursor::Scroll;
use crate::tui::msg::WorkId;
use crate::tui::theme::Tone;

/// How an item of a piece of work ended, in the order in which they are listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ResultKind {
    Failed,
    /// Done, but its letter went wrong.
    Unsent,
    /// Under way, or not begun.
    Open,
    Done,
}

/// The upper part of a dialog.
#[derive(Default)]
pub(super) struct DialogBody<'a> {
    head: Vec<Line>,
    list: List<'a>,
}

#[derive(Default)]
enum List<'a> {
    #[default]
    None,
    /// Each in so many lines.
    Items(&'a Dialog, usize),
    /// Each in so many lines.
    Results(Vec<(ResultKind, &'a JobItem)>, usize, JobPhase),
    /// For which it was not done.
    Left(&'a [DealershipId]),
    /// What Xtime shows, and which of it is chosen.
    Offered(Vec<&'a Offered>, Option<usize>),
}

impl<'a> DialogBody<'a> {
    /// What an action is about.
    pub(super) fn about(view: &DialogView<'_>, action: &RecordingAction, dialog: &'a Dialog) -> Self {
        let mut head = Vec::new();
        let list = match dialog.items.as_slice() {
            [item] => view.one(action, item, dialog, &mut head),
            _ => {
                // Before the list, which may be long.
                view.length(action, dialog, &mut head);
                view.around(dialog, &mut head);
                List::Items(dialog, view.rows_of(action))
            }
        };
        let consequence = (action.consequence)(dialog);
        if !consequence.is_empty() {
            view.wrapped(consequence, view.theme.dim, &mut head);
        }
        Self { head, list }
    }

    /// The same below some lines.
    pub(super) fn after(mut self, lines: Vec<Line>) -> Self {
        self.head.splice(0..0, lines);
        self
    }

    /// What came of a piece of work, with a title.
    pub(super) fn results(view: &DialogView<'a>, id: WorkId) -> (String, Self) {
        let Some(work) = view.state.job(id) else { return ("Results".to_owned(), Self::default()) };
        let (open, well, failed) = work.counts();
        // What failed comes first: it needs somebody.
        let kind_of = |item: &JobItem| match item.outcome {
            Some(Err(_)) => ResultKind::Failed,
            Some(Ok(_)) if item.is_unsent(&view.state.rows) => ResultKind::Unsent,
            None => ResultKind::Open,
            Some(Ok(_)) => ResultKind::Done,
        };
        let mut items: Vec<(ResultKind, &JobItem)> = work.items.iter().map(|item| (kind_of(item), item)).collect();
        items.sort_by_key(|(kind, _)| *kind);
        let unsent = items.iter().filter(|(kind, _)| *kind == ResultKind::Unsent).count();
        let mut title = format!("{}: {} done", work.action.title, well - unsent);
        if unsent > 0 {
            title.push_str(&format!(", {unsent} done but for the letter"));
        }
        title.push_str(&format!(", {failed} failed"));
        if open > 0 {
            let what = match work.phase {
                JobPhase::UnderWay => "under way",
                JobPhase::Stopping => "left, stopping",
                JobPhase::Over => "not begun",
            };
            title.push_str(&format!(", {open} {what}"));
        }
        // What became of its letter needs a line of its own.
        let rows = if work.items.iter().any(|item| item.letter.is_some()) { 2 } else { 1 };
        (title, Self { head: view.goes_on(work), list: List::Results(items, rows, work.phase) })
    }

    /// What was cut off in an earlier run, with a title.
    pub(super) fn cut_off(view: &DialogView<'a>, id: BulkId) -> (String, Self) {
        let Some(one) = view.state.cut_off.iter().find(|one| one.id == id) else {
            return ("Cut off".to_owned(), Self::default());
        };
        let title = format!("Cut off: {}", one.bulk.what.as_str());
        let when = view.state.setup.zone.show(one.bulk.at);
        let mut words = format!("{} began it on {when}; the program ended before it was over.", clean(&one.bulk.by));
        if one.bulk.pasted {
            words.push_str(" To resume it, paste the codes again: lines that are done are passed over.");
        }
        let mut head = vec![Line(one.bulk.progress(one.left.len()), view.theme.title)];
        head.extend(wrap(&words, view.room).into_iter().map(|line| Line(line, view.theme.text)));
        (title, Self { head, list: List::Left(&one.left) })
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.head.len()
            + match &self.list {
                List::None => 0,
                List::Items(dialog, rows) => dialog.items.len() * rows,
                List::Results(items, rows, _) => items.len() * rows,
                List::Left(left) => left.len(),
                List::Offered(offered, _) => offered.len(),
            }
    }

    /// The first line in view, when that many are and it is scrolled so far.
    pub(super) fn top(&self, scroll: &Scroll, rows: usize) -> usize {
        let top = scroll.top(self.len(), rows);
        self.kept().map_or(top, |kept| top.clamp((kept + 1).saturating_sub(rows).min(kept), kept))
    }

    /// The line that must be in view.
    fn kept(&self) -> Option<usize> {
        match &self.list {
            List::Offered(_, chosen) => Some(self.head.len() + (*chosen)?),
            _ => None,
        }
    }

    pub(super) fn line(&self, view: &DialogView<'_>, place: usize) -> Line {
        let empty = || Line(String::new(), view.theme.text);
        if let Some(Line(text, style)) = self.head.get(place) {
            return Line(text.clone(), *style);
        }
        let place = place - self.head.len();
        match &self.list {
            List::None => empty(),
            List::Items(dialog, rows) => view.listed(dialog, place / rows, place % rows).unwrap_or_else(empty),
            List::Results(items, rows, phase) => {
                let item = items.get(place / rows);
                item.map_or_else(empty, |(kind, item)| {
                    view.result(item, *kind, (*rows > 1).then_some(place % rows), *phase)
                })
            }
            List::Left(left) => left.get(place).map_or_else(empty, |id| view.left(*id)),
            List::Offered(offered, chosen) => {
                offered.get(place).map_or_else(empty, |one| view.offered(one, *chosen == Some(place)))
            }
        }
    }
}

impl DialogView<'_> {
    /// How long it takes for many, where a budget makes it long.
    fn length(&self, action: &RecordingAction, dialog: &Dialog, lines: &mut Vec<Line>) {
        let mail = &self.state.status.mail;
        let mut text = (action.duration)(dialog.items.len(), &self.state.status);
        let (letters, per_hour) = (dialog.letters() + mail.waiting + mail.last_hour as usize, mail.per_hour as usize);
        if letters > per_hour && per_hour > 0 {
            let hours = i64::try_from((letters - 1) / per_hour).ok().and_then(TimeDelta::try_hours);
            let length = humanize(hours.unwrap_or(TimeDelta::MAX));
            text = format!("At most {per_hour} letters go out in an hour: the last of these in about {length}.");
        }
        if !text.is_empty() {
            self.wrapped(&text, self.theme.title, lines);
        }
    }

    /// What is not in the list, or not in the table.
    fn around(&self, dialog: &Dialog, lines: &mut Vec<Line>) {
        if dialog.hidden > 0 {
            let words = format!("{} of these are not shown in the table now (filter or tab).", dialog.hidden);
            lines.push(Line(words, self.theme.tone(Tone::Warn)));
        }
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, why) in &dialog.left_out {
            by_reason.entry(why).or_default().push(name);
        }
        for (why, names) in by_reason {
            let some: Vec<&str> = names.iter().take(5).copied().collect();
            let words = format!("left out ({}), {why}: {}", names.len(), some.join(", "));
            lines.push(Line(words, self.theme.dim));
        }
    }

    /// The answer, whole, and the row that would be written.
    fn answer(&self, dialog: &Dialog, lines: &mut Vec<Line>) {
        let Some(form) = &dialog.rule else { return };
        let mut say = |words: &str, style: Style| {
            lines.extend(wrap(words, self.room).into_iter().map(|line| Line(line, style)));
        };
        say(&form.about.answer.to_string(), self.theme.title);
        match (dialog.request(), &form.draft) {
            (Some(_), Some(Ok(draft))) => {
                say(
                    "Every such answer is read so from now on, whichever dealership it is about. The row:",
                    self.theme.dim,
                );
                for line in draft.text.lines() {
                    say(&clean(line), self.theme.text);
                }
                say(&draft.place, self.theme.dim);
            }
            _ => say("No row of the meanings knows it. Say what it means, and the row is shown.", self.theme.dim),
        }
    }

    /// What happened to its dealerships meanwhile.
    fn changed(&self, dialog: &Dialog, lines: &mut Vec<Line>) {
        for what in dialog.items.iter().filter_map(|item| item.changed.as_ref()) {
            lines.push(Line(what.clone(), self.theme.tone(Tone::Bad)));
        }
    }

    /// What a correction changes, before and after.
    fn corrections(&self, dialog: &Dialog, lines: &mut Vec<Line>) {
        let corrections = dialog.corrections();
        if corrections.is_empty() {
            lines.push(Line("Nothing changes yet: go to a field and write.".to_owned(), self.theme.dim));
        }
        for (field, from, to) in corrections {
            let words = format!("{field}: {from} → {to}");
            lines.extend(wrap(&words, self.room).into_iter().map(|line| Line(line, self.theme.title)));
        }
        if let Some(words) = dialog.zone_contradiction(self.clocks.now()) {
            let warn = self.theme.tone(Tone::Warn);
            lines.extend(wrap(&words, self.room).into_iter().map(|line| Line(line, warn)));
        }
    }

    fn left(&self, id: DealershipId) -> Line {
        let words = self.state.rows.get(id).map_or_else(
            || id.to_string(),
            |row| format!("{} {}", fit(&row.state.profile.dealer_code.screen(), 11), row.state.profile.name.screen()),
        );
        Line(format!("· {words}"), self.theme.text)
    }

    /// What an action on one dealership is about, and what is offered for it.
    fn one<'a>(&self, action: &RecordingAction, item: &Item, dialog: &'a Dialog, lines: &mut Vec<Line>) -> List<'a> {
        let offered = dialog.suggestions.as_ref();
        let offered = offered.map_or(List::None, |all| List::Offered(all.shown().collect(), all.place()));
        match action.head {
            DialogHead::Dealerships => {
                self.around(dialog, lines);
                self.facts(action, item, dialog, lines);
            }
            DialogHead::Corrections => {
                self.changed(dialog, lines);
                self.corrections(dialog, lines);
            }
            DialogHead::Owners => {
                self.around(dialog, lines);
                self.changed(dialog, lines);
                self.owner_head(item, lines);
                return offered;
            }
            DialogHead::Opcodes => {
                self.opcode_head(item, dialog, lines);
                return offered;
            }
            DialogHead::Appointment => {
                self.changed(dialog, lines);
                self.appointment(dialog, lines);
            }
            DialogHead::Undo => {
                self.changed(dialog, lines);
                self.undo(item, lines);
            }
            DialogHead::Answer => self.answer(dialog, lines),
        }
        List::None
    }

    /// What the decision hangs on comes first: it is in view on the smallest screen too.
    fn facts(&self, action: &RecordingAction, item: &Item, dialog: &Dialog, lines: &mut Vec<Line>) {
        let theme = self.theme;
        if let Some(what) = &item.changed {
            self.pair("changed", what, theme.tone(Tone::Bad), lines);
        }
        self.present_code(action, item, lines);
        if action.gives_code() {
            self.new_code(item, dialog, lines);
        }
        if let Some((_, about)) = &item.about {
            self.pair("letter", about, theme.text, lines);
        }
        if action.sends(item.generation()).is_some_and(LetterKind::carries_code)
            && let Some((_, _, ends, _)) = &item.code
        {
            let here = format!("{} here", self.state.setup.zone.show(*ends));
            self.pair("", &here, theme.text, lines);
        }
        match &item.letter {
            Some(Err(why)) => self.pair("no letter", why, theme.tone(Tone::Warn), lines),
            None if action.gives_code() => self.pair("no letter", NO_MAIL, theme.tone(Tone::Warn), lines),
            _ => {}
        }
        self.pair("contact", &item.contact, theme.text, lines);
        self.pair(self.label("dealer", "dealerCode"), &item.dealer_code, theme.text, lines);
        let (glyph, tone) = stage_glyph(item.stage);
        self.pair("stage", &format!("{glyph} {}", item.stage), theme.tone(tone), lines);
    }

    fn label(&self, narrow: &'static str, wide: &'static str) -> &'static str {
        if self.is_narrow() { narrow } else { wide }
    }

    /// A name and its value, in as many lines as it needs.
    pub(super) fn pair(&self, name: &str, value: &str, style: Style, lines: &mut Vec<Line>) {
        let label = if self.is_narrow() { 8 } else { 13 };
        if value.is_empty() {
            return;
        }
        for (place, line) in wrap(value, self.room.saturating_sub(label)).into_iter().enumerate() {
            let name = if place == 0 { name } else { "" };
            lines.push(Line(format!("{name:<0$}{line}", usize::from(label)), style));
        }
    }

    fn present_code(&self, action: &RecordingAction, item: &Item, lines: &mut Vec<Line>) {
        let Some((generation, masked, ends, state)) = &item.code else { return };
        let how = match state {
            InvitationState::Live => format!("ends in {}", self.clocks.left(*ends)),
            InvitationState::Expired => format!("ended {} ago", self.clocks.since(*ends)),
            InvitationState::Used | InvitationState::Superseded | InvitationState::Revoked => {
                format!("{}; would have ended", state.as_str())
            }
        };
        let there = Zone::from(item.zone).show(*ends);
        let words = match self.is_narrow() {
            true => format!("{there} {masked}"),
            false => format!("{generation}: {masked}, {how}, {there}"),
        };
        // Only a dialog that makes a new code has an old one.
        let name = match action.gives_code() {
            true => self.label("old end", "old code"),
            false => self.label("ends", "code"),
        };
        self.pair(name, &words, self.theme.text, lines);
    }

    fn new_code(&self, item: &Item, dialog: &Dialog, lines: &mut Vec<Line>) {
        let (theme, policy) = (self.theme, &self.state.setup.policy);
        let Some(ends) = expiry_of(dialog, self.clocks.now(), item.zone, policy) else { return };
        let about = if self.state.setup.source.is_some() { "about " } else { "" };
        let (there, here) = (Zone::from(item.zone).show(ends), self.state.setup.zone.show(ends));
        let name = self.label("new end", "new code");
        if ends <= self.clocks.now() {
            let hours = policy.valid_for.num_hours();
            let words = format!("that code died at {there} ({hours} h after generation)");
            self.pair(name, &words, theme.tone(Tone::Bad), lines);
        } else if self.is_narrow() {
            self.pair(name, &format!("{about}{there}"), theme.title, lines);
            self.pair("here", &here, theme.text, lines);
        } else {
            let left = self.clocks.left(ends);
            self.pair(name, &format!("ends {about}{there}, in {left}"), theme.title, lines);
            self.pair("", &format!("which is {here} here"), theme.text, lines);
        }
    }
}

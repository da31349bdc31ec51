//! What the help says, in its order.

use super::{HelpLine, HelpStyle, keys};
use crate::domain::text::clean;
use crate::domain::when::in_full;
use crate::domain::{CodeOrigin, Policy, Stage};
use crate::present::letters::{NO_MAIL, ONLY_FILES};
use crate::present::{TrackCell, opcode_glyph, stage_glyph};
use crate::protocol::PlatformState;
use crate::tui::action::Action;
use crate::tui::rows::Tab;
use crate::tui::setup::NO_PLATFORM;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

pub(super) fn lines(state: &ScreenState) -> Vec<HelpLine> {
    let mut lines = this_desk(state);
    lines.extend(pipeline(state));
    lines.extend(glyphs());
    lines.push(HelpLine::heading("Filter"));
    lines.extend(FILTER.map(|(example, words)| HelpLine::entry(example, HelpStyle::Title, words)));
    lines.extend(keys::lines(state));
    lines
}

/// What it is connected to, what that means, and what to do first.
fn this_desk(state: &ScreenState) -> Vec<HelpLine> {
    let mut lines = vec![HelpLine::heading("This desk"), HelpLine::text(first(state))];
    let mut tell = |lead: &str, (words, tone): (String, Tone)| {
        lines.push(HelpLine::entry(lead, HelpStyle::Tone(tone), words));
    };
    tell("store", store(state));
    let me = clean(&state.setup.me);
    tell("you", (format!("{me}: so it is recorded, and is:mine means what {me} looks after."), Tone::Plain));
    tell("codes", (codes(state), Tone::Plain));
    tell("letters", letters(state));
    tell("Xtime", xtime(state));
    tell("mouse", (mouse(state).to_owned(), Tone::Plain));
    lines
}

fn key(state: &ScreenState, action: Action) -> String {
    state.setup.keymap.first_key(action).unwrap_or_else(|| action.info().title.to_owned())
}

fn first(state: &ScreenState) -> String {
    let key = |action| key(state, action);
    if state.rows.is_empty() {
        return "There is no dealership yet: begin with `cloverwatch import` or `cloverwatch add`.".to_owned();
    }
    let found = format!("{} finds a dealership by whatever a caller says.", key(Action::Filter));
    match state.rows.count(Tab::Attention) {
        0 => format!("Nobody needs you now. {found}"),
        count => format!(
            "First: {} shows the {count} that need somebody, the most urgent first; {} opens one, whose first lines say \
             what to do. {found}",
            key(Action::TabAttention),
            key(Action::Open)
        ),
    }
}

fn store(state: &ScreenState) -> (String, Tone) {
    let setup = &state.setup;
    if setup.is_demo() {
        let key = key(state, Action::Practice);
        let words = format!(
            "A demo: dealerships are invented, Xtime and mail are simulated, nobody is called or written to. {key} sets \
             ten small tasks."
        );
        return (words, Tone::Busy);
    }
    if setup.read_only {
        return ("Read-only: nothing is recorded. Start without --read-only to work.".to_owned(), Tone::Warn);
    }
    let name = if setup.store.is_empty() { String::new() } else { format!("{}: ", setup.store) };
    let shared = match (&setup.owner, state.status.desks) {
        (Some(owner), _) => format!("through its owner, {}; ", clean(&owner.to_string())),
        (None, 2..) => format!("{} desks work on it; ", state.status.desks),
        (None, _) => String::new(),
    };
    (format!("{name}{shared}what is done is recorded at once, and safe whatever happens."), Tone::Plain)
}

fn codes(state: &ScreenState) -> String {
    let (invite, reissue) = (key(state, Action::Invite), key(state, Action::Reissue));
    let come = match state.setup.source {
        None | Some(CodeOrigin::Paste) => {
            let change = "[invitations] source = \"http\" or \"command\" changes that";
            return format!("By paste: generate one, then {invite} or {reissue} and paste it; {change}.");
        }
        Some(CodeOrigin::Http) => "From the partner's HTTP interface ([invitations.http])",
        Some(CodeOrigin::Command) => "From a program ([invitations.command])",
    };
    format!("{come}: {invite} and {reissue} ask for one.")
}

fn letters(state: &ScreenState) -> (String, Tone) {
    match &state.setup.mail_name {
        None => (format!("N{}.", &NO_MAIL[1..]), Tone::Warn),
        Some(_) if state.setup.only_files() => (ONLY_FILES.to_owned(), Tone::Warn),
        Some(name) => {
            let key = key(state, Action::Queue);
            (format!("Mailed through {}. {key} shows what is on its way or went wrong.", clean(name)), Tone::Plain)
        }
    }
}

fn xtime(state: &ScreenState) -> (String, Tone) {
    match &state.status.platform {
        PlatformState::Unconfigured => (format!("{NO_PLATFORM}. Until then clocks alone decide."), Tone::Warn),
        alarm if alarm.is_alarm() => ("It fails at the moment, see above: nobody changes state.".to_owned(), Tone::Bad),
        _ => {
            let key = key(state, Action::Check);
            (format!("Looked at by itself, the nearest deadline first; {key} looks at once."), Tone::Plain)
        }
    }
}

fn mouse(state: &ScreenState) -> &'static str {
    if state.setup.mouse {
        "It chooses rows, tabs, headings, buttons and the keys below; hold Shift to select text with it."
    } else {
        "Left to the terminal, for selecting text. With [ui] mouse = true it is the desk's, and Shift selects."
    }
}

/// The stages with how many are in each.
fn pipeline(state: &ScreenState) -> Vec<HelpLine> {
    let mut counts = [0usize; Stage::ALL.len()];
    for row in state.rows.iter() {
        counts[row.facts.stage as usize] += 1;
    }
    let flow = "new → invited → awaiting-xtime → confirmed → live; the others say where it sticks.";
    let mut lines = vec![HelpLine::heading("From the code to the first booking"), HelpLine::text(flow)];
    lines.extend(Stage::ALL.into_iter().zip(counts).map(|(stage, count)| {
        let (glyph, tone) = stage_glyph(stage);
        HelpLine::Entry {
            lead: format!("{glyph} {stage}"),
            style: HelpStyle::Tone(tone),
            title: format!("{count:>3}"),
            words: meaning(stage, &state.setup.policy),
        }
    }));
    lines
}

fn meaning(stage: Stage, policy: &Policy) -> String {
    let (code, word) = (in_full(policy.valid_for), in_full(policy.confirm_within));
    match stage {
        Stage::New => "never invited: get a code".to_owned(),
        Stage::Invited => format!("the code lives {code}; the dealer enters it in Xtime and confirms"),
        Stage::Expired => "the code ended unused: ask whether it is still wanted, then a new one".to_owned(),
        Stage::AwaitingXtime => format!("the dealer says that it is done; Xtime has {word} to show it"),
        Stage::Overdue => format!("the {word} are over and Xtime shows nothing: call"),
        Stage::Confirmed => "Xtime shows the integration; opcode and slots are not known yet".to_owned(),
        Stage::OpcodeMissing => "the chosen opcode is not visible to us: the dealer publishes it".to_owned(),
        Stage::NoSlots => "the opcode is visible, but a customer would be offered no time".to_owned(),
        Stage::Live => "customers can book".to_owned(),
        Stage::Lost => "it was connected and is not any more: call".to_owned(),
        Stage::Revoked => "we took the code back".to_owned(),
        Stage::Archived => "put aside; not looked at any more".to_owned(),
    }
}

fn glyphs() -> Vec<HelpLine> {
    use crate::domain::OpcodeState as Opcode;
    let opcode = [
        (Opcode::Ok, "visible"),
        (Opcode::NearMiss, "nearly"),
        (Opcode::Missing, "missing"),
        (Opcode::Unknown, "could not tell"),
        (Opcode::Unchecked, "not looked"),
    ];
    let opcode = opcode.map(|(state, words)| format!("{} {words}", opcode_glyph(state).0)).join(", ");
    let track = [
        (TrackCell::Passed, "passed"),
        (TrackCell::Now, "now"),
        (TrackCell::Ahead, "ahead"),
        (TrackCell::Reminder, "a reminder"),
        (TrackCell::Quiet, "quiet hours"),
    ];
    let track = track.map(|(cell, words)| format!("{} {words}", cell.glyph())).join(", ");
    let rows = "› cursor, ◆ marked, ! needs somebody, ◌ asked for and not done yet, z snoozed, • somebody else looks at it, » somebody else has a \
                dialog open for it";
    let mail = "✓ sent, ◌ queued, → sending, ✎ written to a file, ↻ failed and tried again, ✗ failed, ? uncertain, \
                ⊘ suppressed, ← came back or refused";
    let entries = [
        ("rows", rows),
        ("opcode", &opcode),
        ("behind it", "23 slots are offered, 0 none"),
        ("mail", mail),
        ("clock track", &track),
    ];
    let lines = entries.map(|(lead, words)| HelpLine::entry(lead, HelpStyle::Title, words));
    std::iter::once(HelpLine::heading("Glyphs")).chain(lines).collect()
}

/// Filters that can be typed as they stand here, and what they find.
const FILTER: [(&str, &str); 12] = [
    ("ford boise", "all words, in name, group, city, dealerCode, contact, owner or mail address"),
    ("555-0147", "a phone number, by its digits however it is written"),
    (
        "owner:ana,ben",
        "one field, any of the values; so name: group: city: dealer: contact: email: phone: state: brand: timezone:",
    ),
    ("is:overdue", "pending, expired, awaiting, overdue, confirmed, lost, live, attention, snoozed, mine or twin"),
    ("stage:new", "a stage by its name above"),
    ("move:us", "whose move it is: us, dealer, xtime or nobody; next:call finds words of the next step"),
    ("opcode:missing", "ok, missing, near-miss or unchecked"),
    ("expires<6h", "a clock compared: also waiting>24h and expired>2d"),
    ("kind:note", "an event of this kind is in its history"),
    ("!is:snoozed", "not what follows"),
    ("~mcalister", "nearly so spelled"),
    ("/^st\\.? clair/", "a regular expression"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Query;

    #[test]
    fn every_example_of_the_filter_can_be_typed() {
        for (example, _) in FILTER {
            assert!(Query::parse(example).is_ok(), "{example}: {:?}", Query::parse(example).err());
        }
    }
}

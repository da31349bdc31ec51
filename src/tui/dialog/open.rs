//! The dialog that an action opens.

use crate::domain::text::clean;
use crate::domain::when::with_abbreviation;
use crate::domain::{DealershipId, OpcodeOption, Untrusted};
use crate::engine::PlatformState;
use crate::present::time::Zone;
use crate::store::BulkId;
use crate::tui::action::{Action, Danger};
use crate::tui::enabled::NO_PLATFORM;
use crate::tui::letters::Fate;
use crate::tui::queue::LetterRef;
use crate::tui::state::ScreenState;
use crate::tui::tail::Group;

use super::allowed::{allowed, letter_allowed};
use super::letter::{self, address, sends_along};
use super::{
    AppointmentForm, Dialog, DialogFocus, DialogKind, FieldRole, FormField, Input, Item, LoadState, Suggestions,
    TYPED_ABOVE, ValidationContext,
};

/// Opens the dialog of an action for dealerships.
///
/// # Errors
/// When the rules let none of them through: why, in words.
pub fn open(action: Action, ids: &[DealershipId], state: &ScreenState) -> Result<Dialog, String> {
    let now = state.now.at;
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for row in ids.iter().filter_map(|id| state.rows.get(*id)) {
        match allowed(action, &row.state, &state.setup, now) {
            Ok(()) => {
                let mut item = Item::of(&row.state, now);
                item.profile = (action == Action::EditProfile).then(|| Box::new(row.state.profile.clone()));
                item.letter = sends_along(action, &row.state, &state.setup).then(|| address(&row.state));
                items.push(item);
            }
            Err(why) => left_out.push((row.state.profile.name.screen().into_owned(), why)),
        }
    }
    if items.is_empty() {
        return Err(left_out.pop().map_or_else(|| "no dealership is chosen".to_owned(), |(_, why)| why));
    }
    Ok(with_items(action, items, left_out, state))
}

/// Opens the dialog of an action for letters; a dealership may have several.
///
/// # Errors
/// When nothing can be done about any of them: why, in words.
pub fn open_letters(action: Action, letters: &[LetterRef], state: &ScreenState) -> Result<Dialog, String> {
    let now = state.now.at;
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for (onboarding, letter) in letters.iter().filter_map(|letter| letter.find(&state.rows)) {
        match letter_allowed(action, onboarding, letter, &state.setup, now) {
            Ok(()) => {
                let mut item = Item::of(onboarding, now);
                let (_, word, _) = Fate::of(letter).look();
                item.about = Some((letter.id, format!("{}, {word}, to {}", letter.kind, letter.to.screen())));
                items.push(item);
            }
            Err(why) => left_out.push((onboarding.profile.name.screen().into_owned(), why)),
        }
    }
    if items.is_empty() {
        return Err(left_out.pop().map_or_else(|| "no letter is chosen".to_owned(), |(_, why)| why));
    }
    Ok(with_items(action, items, left_out, state))
}

fn with_items(action: Action, items: Vec<Item>, left_out: Vec<(String, String)>, state: &ScreenState) -> Dialog {
    let hidden = items.iter().filter(|item| !state.rows.is_shown(item.id)).count();
    let mut fields = fields_of(action, &items, state);
    fields.extend(letter::field(action, &items));
    let harmless = action.info().danger == Danger::None;
    if items.len() > TYPED_ABOVE && !harmless {
        let label = format!("type {} to go on", items.len());
        fields.push(FormField::line(FieldRole::Count, &label, "", ""));
    }
    let focus = match fields.as_slice() {
        [first, ..] if first.takes_text() => DialogFocus::Field(0),
        [first, next, ..] if matches!(first.role, FieldRole::Option | FieldRole::Mail) && next.takes_text() => {
            DialogFocus::Field(1)
        }
        _ => DialogFocus::Button(usize::from(harmless)),
    };
    let (suggestions, appointment) = match items.as_slice() {
        _ if matches!(action, Action::Assign | Action::EditProfile) => {
            (Some(Suggestions::owners(&state.setup.me, &state.rows.owners())), None)
        }
        [item] => offered(action, item.id, state),
        _ => (None, None),
    };
    let kind = DialogKind::Ask(action);
    let mut dialog = Dialog { items, left_out, hidden, fields, focus, suggestions, appointment, ..Dialog::bare(kind) };
    dialog.validate(&ValidationContext::of(state));
    dialog
}

impl Dialog {
    /// The dialog that chooses the groups of the tail.
    pub fn kinds(state: &ScreenState) -> Self {
        let groups = Group::ALL.iter().enumerate();
        let fields = groups
            .map(|(place, group)| FormField::check(FieldRole::Group(place), group.title(), state.tail.shows(*group)));
        let mut dialog = Self::bare(DialogKind::Kinds);
        dialog.fields = fields.collect();
        dialog.focus = DialogFocus::Field(0);
        dialog.validate(&ValidationContext::of(state));
        dialog
    }

    /// The dialog that shows what came of a piece of work.
    pub fn results(work: crate::tui::msg::WorkId) -> Self {
        Self::bare(DialogKind::Results(work))
    }

    /// The dialog that tells what was cut off; resuming only opens the dialog of the rest.
    pub fn cut_off(id: BulkId) -> Self {
        Self { focus: DialogFocus::Button(1), ..Self::bare(DialogKind::CutOff(id)) }
    }

    pub(super) fn bare(kind: DialogKind) -> Self {
        Self {
            kind,
            items: Vec::new(),
            left_out: Vec::new(),
            hidden: 0,
            fields: Vec::new(),
            suggestions: None,
            appointment: None,
            unrecognised: None,
            focus: DialogFocus::Button(0),
            scroll: 0,
            tried: false,
            leaving: false,
            validation: Err(Vec::new()),
        }
    }
}

/// What will be offered for the text of a dialog about one dealership, and what is known of its test appointment.
fn offered(action: Action, id: DealershipId, state: &ScreenState) -> (Option<Suggestions>, Option<AppointmentForm>) {
    let Some(row) = state.rows.get(id) else { return (None, None) };
    match action {
        Action::ChooseOpcode if state.status.platform == PlatformState::Unconfigured => {
            (Some(Suggestions::of(LoadState::Not(NO_PLATFORM.to_owned()))), None)
        }
        Action::ChooseOpcode => (Some(Suggestions::of(LoadState::Awaited)), None),
        Action::Appointment => match &row.state.booking {
            Some(open) => {
                let at = with_abbreviation(open.local, row.state.profile.timezone, "%a %d %b %H:%M");
                let why = open.unknown.as_ref().map_or("its answer is awaited".into(), |why| clean(why));
                let words = vec![
                    format!("A booking for {at}, asked for by {}, has no answer: {why}.", clean(&open.by)),
                    "It may stand in the calendar. It is read back before anything else is booked.".to_owned(),
                ];
                (None, Some(AppointmentForm::new(open.moves, Some(words))))
            }
            None => (
                Some(Suggestions::of(LoadState::Awaited)),
                Some(AppointmentForm::new(row.state.standing_appointment(state.now.at).is_some(), None)),
            ),
        },
        _ => (None, None),
    }
}

fn fields_of(action: Action, items: &[Item], state: &ScreenState) -> Vec<FormField> {
    let first = items.first().and_then(|item| state.rows.get(item.id)).map(|row| &row.state);
    let single = items.len() == 1;
    let zone = items.first().map(|item| item.zone);
    let at_example = zone.map(|zone| {
        let text = Zone::from(zone).show(state.now.at);
        text.rsplit(' ').next().unwrap_or_default().to_owned()
    });
    let moments = match at_example {
        Some(zone) if single => format!("now, -2h, 2026-03-30 14:05 ({zone}) or RFC 3339"),
        _ => "now, -2h, 2026-03-30 14:05 (the dealership's zone) or RFC 3339".to_owned(),
    };
    match action {
        Action::Invite | Action::Reissue => {
            let mut fields = Vec::new();
            if state.setup.source.is_none() && single {
                fields.push(FormField::line(FieldRole::Code, "code", "paste it from the partner's screen", ""));
            }
            if state.setup.source.is_none() && !single {
                let hint = "dealerCode,code[,generated] on each line, or the codes alone in this order".to_owned();
                let input = Input::Block(String::new());
                fields.push(FormField { role: FieldRole::Block, label: "codes".to_owned(), hint, input });
            }
            if state.setup.source.is_none() {
                fields.push(FormField::line(FieldRole::Generated, "generated", moments, "now"));
            }
            let waiting = items.iter().filter(|item| item.awaits_xtime()).count();
            if waiting > 0 {
                let label = if single {
                    "the dealer says the code was entered, and would start again: I mean it".to_owned()
                } else {
                    format!("{waiting} of these entered their code, by their word, and would start again: I mean it")
                };
                fields.push(FormField::check(FieldRole::Despite, label, false));
            }
            if let Some(doubt) = state.clock_doubt() {
                fields.push(FormField::check(
                    FieldRole::DespiteClock,
                    format!("clock {}: I mean it", doubt.short()),
                    false,
                ));
            }
            fields
        }
        Action::Revoke | Action::QueueSuppress => {
            vec![FormField::line(FieldRole::Text, "why", "for the record; may be empty", "")]
        }
        Action::ConfirmWord => vec![FormField::line(FieldRole::Text, "finished", moments, "now")],
        Action::Note => vec![FormField::line(FieldRole::Text, "note", "one line", "")],
        Action::EditProfile => super::profile::fields(items),
        Action::Assign => vec![FormField::line(FieldRole::Text, "owner", "down takes one; `nobody` takes it away", "")],
        Action::Snooze => {
            let hint = "2h, 1d, a moment like 2026-03-30 14:05; `off` ends it";
            vec![FormField::line(FieldRole::Text, "for or until", hint, "1d")]
        }
        Action::ChooseOpcode => {
            // For many there is one choice, whatever each of them had.
            let present = first.filter(|_| single).and_then(|state| state.opcode.as_deref());
            let code = present.map_or(state.setup.policy.default_opcode.as_str(), |chosen| chosen.choice.code.raw());
            let word = present.and_then(|chosen| chosen.word.as_ref()).map_or("".into(), |word| word.screen());
            let chosen = usize::from(present.is_some_and(|chosen| chosen.choice.option == OpcodeOption::New));
            let options = &["existing (the dealership has it)", "new (made for our appointments)"];
            let input = Input::Choice { options, chosen };
            vec![
                FormField { role: FieldRole::Option, label: "which".to_owned(), hint: String::new(), input },
                FormField::line(
                    FieldRole::Text,
                    "opcode",
                    "exactly as Xtime shows it",
                    &Untrusted::from(code).screen(),
                ),
                FormField::line(FieldRole::Word, "whose word", "who said so, and how; may be empty", &word),
            ]
        }
        Action::Appointment if first.is_some_and(|state| state.booking.is_none()) => vec![
            FormField::line(FieldRole::Text, "time", "an offered one: the arrows choose, typing narrows", ""),
            FormField::line(FieldRole::DealerCode, "dealerCode", "typed, to book it", ""),
        ],
        _ => Vec::new(),
    }
}

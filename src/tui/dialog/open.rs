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
use crate::tui::state::State;
use crate::tui::tail::Group;

use super::allowed::{allowed, letter_allowed};
use super::letter::{self, address, sends_along};
use super::{Appointment, Dialog, Field, Glance, Input, Item, Kind, Known, Offer, Role, Spot, TYPED_ABOVE};

/// Opens the dialog of an action for dealerships.
///
/// # Errors
/// When the rules let none of them through: why, in words.
pub fn open(action: Action, ids: &[DealershipId], state: &State) -> Result<Dialog, String> {
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
pub fn open_letters(action: Action, letters: &[LetterRef], state: &State) -> Result<Dialog, String> {
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

fn with_items(action: Action, items: Vec<Item>, left_out: Vec<(String, String)>, state: &State) -> Dialog {
    let hidden = items.iter().filter(|item| !state.rows.is_shown(item.id)).count();
    let mut fields = fields_of(action, &items, state);
    fields.extend(letter::field(action, &items));
    let harmless = action.info().danger == Danger::None;
    if items.len() > TYPED_ABOVE && !harmless {
        let label = format!("type {} to go on", items.len());
        fields.push(Field::line(Role::Count, &label, "", ""));
    }
    let focus = match fields.as_slice() {
        [first, ..] if first.takes_text() => Spot::Field(0),
        [first, next, ..] if matches!(first.role, Role::Option | Role::Mail) && next.takes_text() => Spot::Field(1),
        _ => Spot::Button(usize::from(harmless)),
    };
    let (offer, appointment) = match items.as_slice() {
        _ if matches!(action, Action::Assign | Action::EditProfile) => {
            (Some(Offer::owners(&state.setup.me, &state.rows.owners())), None)
        }
        [item] => offered(action, item.id, state),
        _ => (None, None),
    };
    let kind = Kind::Ask(action);
    let mut dialog = Dialog { items, left_out, hidden, fields, focus, offer, appointment, ..Dialog::bare(kind) };
    dialog.judge(&Glance::of(state));
    dialog
}

impl Dialog {
    /// The dialog that chooses the groups of the tail.
    pub fn kinds(state: &State) -> Self {
        let groups = Group::ALL.iter().enumerate();
        let fields =
            groups.map(|(place, group)| Field::check(Role::Group(place), group.title(), state.tail.shows(*group)));
        let mut dialog = Self::bare(Kind::Kinds);
        dialog.fields = fields.collect();
        dialog.focus = Spot::Field(0);
        dialog.judge(&Glance::of(state));
        dialog
    }

    /// The dialog that shows what came of a piece of work.
    pub fn results(work: crate::tui::msg::WorkId) -> Self {
        Self::bare(Kind::Results(work))
    }

    /// The dialog that tells what was cut off; resuming only opens the dialog of the rest.
    pub fn cut_off(id: BulkId) -> Self {
        Self { focus: Spot::Button(1), ..Self::bare(Kind::CutOff(id)) }
    }

    pub(super) fn bare(kind: Kind) -> Self {
        Self {
            kind,
            items: Vec::new(),
            left_out: Vec::new(),
            hidden: 0,
            fields: Vec::new(),
            offer: None,
            appointment: None,
            unrecognised: None,
            focus: Spot::Button(0),
            scroll: 0,
            tried: false,
            leaving: false,
            verdict: Err(Vec::new()),
        }
    }
}

/// What will be offered for the text of a dialog about one dealership, and what is known of its test appointment.
fn offered(action: Action, id: DealershipId, state: &State) -> (Option<Offer>, Option<Appointment>) {
    let Some(row) = state.rows.get(id) else { return (None, None) };
    match action {
        Action::ChooseOpcode if state.status.platform == PlatformState::Unconfigured => {
            (Some(Offer::of(Known::Not(NO_PLATFORM.to_owned()))), None)
        }
        Action::ChooseOpcode => (Some(Offer::of(Known::Awaited)), None),
        Action::Appointment => match &row.state.booking {
            Some(open) => {
                let at = with_abbreviation(open.local, row.state.profile.timezone, "%a %d %b %H:%M");
                let why = open.unknown.as_ref().map_or("its answer is awaited".into(), |why| clean(why));
                let words = vec![
                    format!("A booking for {at}, asked for by {}, has no answer: {why}.", clean(&open.by)),
                    "It may stand in the calendar. It is read back before anything else is booked.".to_owned(),
                ];
                (None, Some(Appointment::new(open.moves, Some(words))))
            }
            None => (
                Some(Offer::of(Known::Awaited)),
                Some(Appointment::new(row.state.standing_appointment(state.now.at).is_some(), None)),
            ),
        },
        _ => (None, None),
    }
}

fn fields_of(action: Action, items: &[Item], state: &State) -> Vec<Field> {
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
                fields.push(Field::line(Role::Code, "code", "paste it from the partner's screen", ""));
            }
            if state.setup.source.is_none() && !single {
                let hint = "dealerCode,code[,generated] on each line, or the codes alone in this order".to_owned();
                let input = Input::Block(String::new());
                fields.push(Field { role: Role::Block, label: "codes".to_owned(), hint, input });
            }
            if state.setup.source.is_none() {
                fields.push(Field::line(Role::Generated, "generated", moments, "now"));
            }
            let waiting = items.iter().filter(|item| item.awaits_xtime()).count();
            if waiting > 0 {
                let label = if single {
                    "the dealer says the code was entered, and would start again: I mean it".to_owned()
                } else {
                    format!("{waiting} of these entered their code, by their word, and would start again: I mean it")
                };
                fields.push(Field::check(Role::Despite, label, false));
            }
            if let Some(doubt) = state.clock_doubt() {
                fields.push(Field::check(Role::DespiteClock, format!("clock {}: I mean it", doubt.short()), false));
            }
            fields
        }
        Action::Revoke | Action::QueueSuppress => {
            vec![Field::line(Role::Text, "why", "for the record; may be empty", "")]
        }
        Action::ConfirmWord => vec![Field::line(Role::Text, "finished", moments, "now")],
        Action::Note => vec![Field::line(Role::Text, "note", "one line", "")],
        Action::EditProfile => super::profile::fields(items),
        Action::Assign => vec![Field::line(Role::Text, "owner", "down takes one; `nobody` takes it away", "")],
        Action::Snooze => {
            let hint = "2h, 1d, a moment like 2026-03-30 14:05; `off` ends it";
            vec![Field::line(Role::Text, "for or until", hint, "1d")]
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
                Field { role: Role::Option, label: "which".to_owned(), hint: String::new(), input },
                Field::line(Role::Text, "opcode", "exactly as Xtime shows it", &Untrusted::from(code).screen()),
                Field::line(Role::Word, "whose word", "who said so, and how; may be empty", &word),
            ]
        }
        Action::Appointment if first.is_some_and(|state| state.booking.is_none()) => vec![
            Field::line(Role::Text, "time", "an offered one: the arrows choose, typing narrows", ""),
            Field::line(Role::DealerCode, "dealerCode", "typed, to book it", ""),
        ],
        _ => Vec::new(),
    }
}

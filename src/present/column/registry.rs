//! Every column, in the order of `list --columns`; new ones come last: scripts may count the columns of a CSV.

use chrono::NaiveDateTime;

use super::cell::{self, Cell, code_clock, confirm_clock, connects, place};
use super::{Column, DealershipView, RowOrder, ScreenColumn, SortKey, TableColumn, Value};
use crate::domain::order::{attention_order, sortable};
use crate::domain::query::QueryField;
use crate::domain::survival::Probability;
use crate::domain::{Invitation, InvitationState, ProbeState, Untrusted, humanize, slot_ahead};
use crate::present::clocks::Clocks;
use crate::present::insight::humanize_chance;
use crate::present::letters::{Fate, MailSummary};
use crate::present::running_clock::{RunningClock, urgency_tone};
use crate::present::{Tone, code_clock_tone, confirm_clock_tone, opcode_glyph, stage_glyph};

use Value::{Length, Moment, Number, Word};

const fn column(id: &'static str, title: &'static str, value: fn(&DealershipView<'_>) -> Value) -> Column {
    Column {
        id,
        title,
        value,
        tone: |_| Tone::Plain,
        screen: None,
        is_of_probes: false,
        is_of_log: false,
        people: None,
        key: None,
    }
}

impl Column {
    const fn tone(self, tone: fn(&DealershipView<'_>) -> Tone) -> Self {
        Self { tone, ..self }
    }

    const fn of_probes(self) -> Self {
        Self { is_of_probes: true, ..self }
    }

    const fn of_log(self) -> Self {
        Self { is_of_log: true, ..self }
    }

    const fn for_people(self, people: fn(&DealershipView<'_>) -> String) -> Self {
        Self { people: Some(people), ..self }
    }

    const fn sorted_by(self, key: fn(&DealershipView<'_>) -> Option<SortKey>) -> Self {
        Self { key: Some(key), ..self }
    }

    const fn on_screen(self, screen: ScreenColumn) -> Self {
        Self { screen: Some(screen), ..self }
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn raw(text: &Untrusted) -> Value {
    Value::Text(text.raw().to_owned())
}

fn raw_or_nothing(text: Option<&Untrusted>) -> Value {
    text.map_or_else(|| Value::Text(String::new()), raw)
}

/// A wall clock of the dealership.
fn local(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%d %H:%M").to_string()
}

fn code_state(view: &DealershipView<'_>) -> Option<InvitationState> {
    view.state.invitation.as_ref().map(|newest| newest.state(view.now))
}

fn of_code<T>(view: &DealershipView<'_>, pick: impl Fn(&Invitation) -> T) -> Option<T> {
    view.state.invitation.as_ref().map(pick)
}

/// How the newest code stands, in a few words.
fn left(view: &DealershipView<'_>) -> String {
    match (code_state(view), view.state.time_left(view.now), &view.state.invitation) {
        (_, Some(left), _) => humanize(left),
        (Some(InvitationState::Expired), _, Some(newest)) => format!("-{}", humanize(view.now - newest.expires_at)),
        (Some(state), ..) => state.as_str().to_owned(),
        _ => String::new(),
    }
}

fn opcode<'a>(view: &DealershipView<'a>) -> &'a str {
    view.state.opcode_code(&view.policy.default_opcode)
}

/// How likely the code is used before it ends.
fn chance(view: &DealershipView<'_>, of: impl Fn(&Probability) -> f64) -> String {
    connects(view).map(|at| format!("{:.4}", of(&at))).unwrap_or_default()
}

fn next_slot(view: &DealershipView<'_>) -> String {
    let next = view.state.slots.as_ref().and_then(|slots| slots.next);
    slot_ahead(next, view.now, view.state.profile.timezone).map(local).unwrap_or_default()
}

fn appointment(view: &DealershipView<'_>) -> String {
    match (&view.state.booking, &view.state.appointment) {
        (Some(_), _) => "unknown".to_owned(),
        (None, Some(stands)) => local(stands.local),
        (None, None) => String::new(),
    }
}

fn clock(view: &DealershipView<'_>) -> Option<RunningClock> {
    RunningClock::of(view.state, view.facts, view.now)
}

/// Whose move it is, then what ends soonest or waits longest.
fn next_step_order(view: &DealershipView<'_>) -> Option<u64> {
    let step = view.state.next_step(view.now);
    let rest = step.until.or(step.since).map_or(u64::MAX >> 8, sortable);
    (!step.what.is_empty()).then_some((step.whose as u64) << 56 | rest)
}

/// What became of the letter that tells how things stand, the most urgent first, the oldest of them first.
fn mail_order(view: &DealershipView<'_>) -> Option<u64> {
    MailSummary::of(view.state).map(|mail| (mail.fate as u64) << 56 | sortable(mail.at))
}

/// An order without cells of its own: the `!` before a row is no column.
const ATTENTION: ScreenColumn = ScreenColumn {
    column: TableColumn::Attention,
    title: "attention",
    rank: 0,
    widths: (0, 0, 0),
    order: RowOrder::Number(|view| Some(attention_order(view.state, view.facts))),
    cell: |_| Cell::default(),
};

pub static COLUMNS: [Column; 52] = [
    column("id", "ID", |view| text(view.state.id.to_string())),
    column("name", "NAME", |view| raw(&view.state.profile.name)).on_screen(ScreenColumn {
        column: TableColumn::Name,
        title: "dealership",
        rank: 0,
        widths: (14, 24, 44),
        order: RowOrder::Field(QueryField::Name),
        cell: cell::name,
    }),
    column("group", "GROUP", |view| raw(&view.state.profile.group)).on_screen(ScreenColumn {
        column: TableColumn::Group,
        title: "group",
        rank: 14,
        widths: (12, 16, 24),
        order: RowOrder::Field(QueryField::Group),
        cell: |cell| Cell::faint(&cell.view.state.profile.group),
    }),
    column("brand", "BRAND", |view| raw(&view.state.profile.brand)),
    column("city", "CITY", |view| raw(&view.state.profile.city)).on_screen(ScreenColumn {
        column: TableColumn::City,
        title: "city",
        rank: 13,
        widths: (13, 13, 13),
        order: RowOrder::Field(QueryField::City),
        cell: |cell| Cell::faint(&cell.view.state.profile.city),
    }),
    column("state", "STATE", |view| raw(&view.state.profile.state)),
    column("dealer_code", "DEALERCODE", |view| raw(&view.state.profile.dealer_code)).on_screen(ScreenColumn {
        column: TableColumn::DealerCode,
        title: "dealerCode",
        rank: 12,
        widths: (11, 11, 11),
        order: RowOrder::Field(QueryField::Dealer),
        cell: |cell| Cell::faint(&cell.view.state.profile.dealer_code),
    }),
    column("timezone", "ZONE", |view| text(view.state.profile.timezone.name())),
    column("owner", "OWNER", |view| raw_or_nothing(view.state.profile.owner.as_ref())).on_screen(ScreenColumn {
        column: TableColumn::Owner,
        title: "owner",
        rank: 6,
        widths: (9, 9, 9),
        order: RowOrder::Field(QueryField::Owner),
        cell: cell::owner,
    }),
    column("contact", "CONTACT", |view| raw(&view.state.profile.contact.name)),
    column("email", "EMAIL", |view| raw(&view.state.profile.contact.email)),
    column("phone", "PHONE", |view| raw(&view.state.profile.contact.phone)),
    column("stage", "STAGE", |view| Word(Some((view.facts.stage.as_str(), view.facts.stage as i64))))
        .tone(|view| stage_glyph(view.facts.stage).1)
        .on_screen(ScreenColumn {
            column: TableColumn::Stage,
            title: "stage",
            rank: 2,
            widths: (16, 16, 16),
            order: RowOrder::Number(|view| Some(view.facts.stage as u64)),
            cell: cell::stage,
        }),
    column("attention", "ATTENTION", |view| Word(view.facts.attention.map(|why| (why.message(), why as i64))))
        .tone(|view| view.facts.attention.map_or(Tone::Plain, Tone::from))
        .on_screen(ATTENTION),
    column("code", "CODE", |view| text(of_code(view, |newest| newest.code.masked()).unwrap_or_default())).on_screen(
        ScreenColumn {
            column: TableColumn::Code,
            title: "code",
            rank: 8,
            widths: (7, 7, 7),
            order: RowOrder::Number(|view| of_code(view, |newest| newest.generation.into())),
            cell: cell::code,
        },
    ),
    column("generation", "ISSUE", |view| Number(of_code(view, |newest| newest.generation.into()))),
    column("code_state", "CODE STATE", |view| text(code_state(view).map_or("", InvitationState::as_str))),
    column("generated_at", "GENERATED", |view| Moment(of_code(view, |newest| newest.generated_at))),
    column("expires_at", "EXPIRES", |view| Moment(of_code(view, |newest| newest.expires_at))),
    column("left", "CODE CLOCK", |view| Length(view.state.time_left(view.now)))
        .for_people(left)
        .tone(|view| code_clock_tone(view.state, view.facts, view.now))
        .on_screen(ScreenColumn {
            column: TableColumn::CodeClock,
            title: "code ends",
            rank: 9,
            widths: (9, 9, 9),
            order: RowOrder::Number(|view| of_code(view, |newest| sortable(newest.expires_at))),
            cell: |cell| Cell::right(code_clock(cell.view.state, cell.view.facts, cell.clocks)),
        }),
    column("waiting", "WAITING", |view| Length(view.state.waited(view.now)))
        .tone(|view| confirm_clock_tone(view.state, view.facts))
        .on_screen(ScreenColumn {
            column: TableColumn::ConfirmClock,
            title: "Xtime due",
            rank: 10,
            widths: (9, 9, 9),
            order: RowOrder::Number(|view| view.state.xtime_due_at().map(sortable)),
            cell: |cell| Cell::right(confirm_clock(cell.view.state, cell.view.facts, cell.clocks)),
        }),
    column("dealer_confirmed_at", "DEALER SAID", |view| Moment(view.state.confirmation.dealer_confirmed_at)),
    column("due_at", "DUE", |view| Moment(view.state.confirmation.due_at)),
    column("confirmed_at", "CONFIRMED", |view| Moment(view.state.confirmation.confirmed_at)),
    // What a file says is a choice when it is imported; the default is none.
    column("opcode", "OPCODE", |view| raw_or_nothing(view.state.opcode.as_deref().map(|chosen| &chosen.choice.code)))
        .for_people(|view| format!("{} ({})", opcode(view), view.state.opcode_state.as_str()))
        .sorted_by(|view| SortKey::text(opcode(view)))
        .tone(|view| opcode_glyph(view.state.opcode_state).1)
        .on_screen(ScreenColumn {
            column: TableColumn::Opcode,
            title: "opcode",
            rank: 7,
            widths: (22, 22, 22),
            order: RowOrder::Text(|view| opcode(view).to_owned()),
            cell: cell::opcode,
        }),
    column("opcode_option", "OPTION", |view| {
        text(view.state.opcode.as_deref().map_or("", |chosen| chosen.choice.option.as_str()))
    }),
    column("opcode_by", "CHOSEN BY", |view| {
        text(view.state.opcode.as_deref().map(|chosen| chosen.by.to_string()).unwrap_or_default())
    }),
    column("opcode_at", "CHOSEN", |view| Moment(view.state.opcode.as_deref().map(|chosen| chosen.at))),
    column("opcode_word", "ON WHOSE WORD", |view| {
        raw_or_nothing(view.state.opcode.as_deref().and_then(|chosen| chosen.word.as_ref()))
    }),
    column("opcode_state", "OPCODE STATE", |view| text(view.state.opcode_state.as_str())),
    column("mail", "MAIL", |view| {
        Word(view.state.telling_letter().map(|letter| (letter.state.as_str(), letter.state as i64)))
    })
    .tone(|view| view.state.telling_letter().map_or(Tone::Plain, |letter| Fate::of(letter).label().2))
    .on_screen(ScreenColumn {
        column: TableColumn::Mail,
        title: "mail",
        rank: 5,
        widths: (cell::GLYPH, 12, 18),
        order: RowOrder::Number(mail_order),
        cell: cell::mail,
    }),
    column("mail_at", "MAIL SINCE", |view| Moment(view.state.telling_letter().map(|letter| letter.at))),
    column("lacks", "LACKS", |view| text(view.state.lacks().unwrap_or_default())).tone(|_| Tone::Warn),
    column("slots", "SLOTS", |view| Number(view.state.slots.as_ref().map(|slots| slots.count.into()))),
    column("next_slot", "NEXT SLOT", |view| text(next_slot(view))),
    column("appointment", "APPOINTMENT", |view| text(appointment(view))),
    column("last_probe", "LAST LOOK", |view| Moment(view.last_probe().map(|last| last.at))).of_probes(),
    column("probe_outcome", "IT SAID", |view| {
        text(view.last_probe().map(|last| last.outcome.to_string()).unwrap_or_default())
    })
    .of_probes()
    .for_people(|view| view.last_probe().map(ProbeState::message).unwrap_or_default())
    .tone(|view| match view.last_probe() {
        Some(last) if !last.outcome.tells() => Tone::Warn,
        _ => Tone::Plain,
    }),
    column("probe_since", "SO SINCE", |view| Moment(view.last_probe().map(|last| last.since))).of_probes(),
    column("next_probe", "NEXT LOOK", |view| Moment(view.probe.and_then(|probe| probe.next_at))).of_probes(),
    column("last_event", "LAST EVENT", |view| text(view.state.last_event.name())).on_screen(ScreenColumn {
        column: TableColumn::LastEvent,
        title: "last event",
        rank: 11,
        widths: (25, 25, 49),
        // The newest first is what people mean by this column.
        order: RowOrder::Number(|view| Some((1 << 63) - sortable(view.state.last_event_happened_at()))),
        cell: cell::last_event,
    }),
    column("last_event_at", "LAST EVENT AT", |view| Moment(Some(view.state.last_event_happened_at()))),
    column("added_at", "ADDED", |view| Moment(Some(view.state.added_at))),
    column("snoozed_until", "SNOOZED UNTIL", |view| Moment(view.state.snoozed_until)),
    column("version", "VERSION", |view| Number(i64::try_from(view.state.version).ok())),
    column("move", "MOVE", |view| {
        let whose = view.state.next_step(view.now).whose;
        Word(Some((whose.as_str(), whose as i64)))
    })
    .tone(|view| view.state.next_step(view.now).whose.into()),
    column("next_step", "NEXT STEP", |view| text(view.state.next_step(view.now).what)).on_screen(ScreenColumn {
        column: TableColumn::NextStep,
        title: "next step",
        rank: 3,
        widths: (24, 24, 70),
        order: RowOrder::Number(next_step_order),
        cell: cell::next_step,
    }),
    column("clock", "CLOCK", |view| Length(clock(view).map(|clock| clock.left(view.now))))
        .for_people(|view| clock(view).map(|clock| clock.words(&Clocks::at(view.now), true)).unwrap_or_default())
        .tone(|view| urgency_tone(view.facts))
        .on_screen(ScreenColumn {
            column: TableColumn::Clock,
            title: "clock",
            rank: 1,
            widths: (14, 14, 18),
            order: RowOrder::Number(|view| clock(view).map(|clock| sortable(clock.at))),
            cell: cell::clock,
        }),
    column("place", "DEALERCODE, CITY", |view| text(place(view.state, Untrusted::raw)))
        .sorted_by(|view| SortKey::text(view.state.profile.dealer_code.raw()))
        .on_screen(ScreenColumn {
            column: TableColumn::Place,
            title: "dealerCode, city",
            rank: 4,
            widths: (11, 20, 30),
            order: RowOrder::Same,
            cell: cell::place_cell,
        }),
    column("chance", "CHANCE", |view| text(chance(view, |at| at.estimate)))
        .of_log()
        .for_people(|view| connects(view).map(|at| humanize_chance(&at)).unwrap_or_default())
        .sorted_by(|view| Some(SortKey::Number((connects(view)?.estimate * 1e9) as i64)))
        .on_screen(ScreenColumn {
            column: TableColumn::Chance,
            title: "used in time",
            rank: 14,
            widths: (5, 14, 14),
            order: RowOrder::Same,
            cell: cell::chance,
        }),
    column("chance_low", "AT LEAST", |view| text(chance(view, |at| at.low))).of_log(),
    column("chance_high", "AT MOST", |view| text(chance(view, |at| at.high))).of_log(),
];

/// Those of the screen with their ids, by the number of their variant.
pub(super) static SCREEN: [(&str, &ScreenColumn); TableColumn::ALL.len()] = {
    let mut screen = [("", &ATTENTION); TableColumn::ALL.len()];
    let mut place = 0;
    while place < COLUMNS.len() {
        if let Some(one) = &COLUMNS[place].screen {
            screen[one.column as usize] = (COLUMNS[place].id, one);
        }
        place += 1;
    }
    screen
};

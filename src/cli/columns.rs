//! The columns of `list`: how each is shown to people, to scripts, and by what it is sorted.

use crate::domain::text::normal;
use crate::domain::{
    InvitationState, LetterState, Mover, Onboarding, OpcodeState, Policy, ProbeState, Stage, Timestamp, Untrusted,
    in_words, rfc3339,
};
use crate::present::time::Zone;
use crate::protocol::ProbeStatus;

use super::json::{opcode_word, option_word, state_word};
use super::output::Ink;

/// One dealership at a moment.
#[derive(Clone, Copy)]
pub(super) struct DealershipView<'a> {
    pub(super) state: &'a Onboarding,
    /// The last look at it and the next.
    pub(super) probe: &'a ProbeStatus,
    pub(super) now: Timestamp,
    /// The numbers of the process.
    pub(super) policy: &'a Policy,
    pub(super) zone: Zone,
}

/// By what a column is sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    /// A number or a moment.
    Number(i64),
    Text(String),
    /// Nothing: last in every direction.
    Missing,
}

/// A column. Its texts are not clean: whoever prints them cleans them for the place.
pub(super) struct ListColumn {
    /// Its name in `--columns`, `--sort` and CSV.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) people: fn(&DealershipView<'_>) -> String,
    /// For scripts: times in UTC.
    pub(super) script: fn(&DealershipView<'_>) -> String,
    pub(super) key: fn(&DealershipView<'_>) -> SortKey,
    pub(super) ink: fn(&DealershipView<'_>) -> Ink,
}

const PLAIN: fn(&DealershipView<'_>) -> Ink = |_| Ink::Plain;

fn text_key(text: &str) -> SortKey {
    if text.is_empty() { SortKey::Missing } else { SortKey::Text(normal(text)) }
}

fn time_key(at: Option<Timestamp>) -> SortKey {
    at.map_or(SortKey::Missing, |at| SortKey::Number(at.timestamp_millis()))
}

fn time_script(at: Option<Timestamp>) -> String {
    at.map(rfc3339).unwrap_or_default()
}

/// A column of text that is the same for everybody.
macro_rules! text {
    ($id:literal, $title:literal, $get:expr) => {
        ListColumn {
            id: $id,
            title: $title,
            people: |view| ($get as fn(&DealershipView<'_>) -> String)(view),
            script: |view| ($get as fn(&DealershipView<'_>) -> String)(view),
            key: |view| text_key(&($get as fn(&DealershipView<'_>) -> String)(view)),
            ink: PLAIN,
        }
    };
}

/// A column of moments: the operator's zone for people, because a column in many zones is in no order; UTC for scripts.
macro_rules! time {
    ($id:literal, $title:literal, $get:expr) => {
        ListColumn {
            id: $id,
            title: $title,
            people: |view| time_people(view, ($get as fn(&DealershipView<'_>) -> Option<Timestamp>)(view)),
            script: |view| time_script(($get as fn(&DealershipView<'_>) -> Option<Timestamp>)(view)),
            key: |view| time_key(($get as fn(&DealershipView<'_>) -> Option<Timestamp>)(view)),
            ink: PLAIN,
        }
    };
}

macro_rules! number {
    ($id:literal, $title:literal, $get:expr) => {
        ListColumn {
            id: $id,
            title: $title,
            people: |view| {
                ($get as fn(&DealershipView<'_>) -> Option<i64>)(view).map(|n| n.to_string()).unwrap_or_default()
            },
            script: |view| {
                ($get as fn(&DealershipView<'_>) -> Option<i64>)(view).map(|n| n.to_string()).unwrap_or_default()
            },
            key: |view| {
                ($get as fn(&DealershipView<'_>) -> Option<i64>)(view).map_or(SortKey::Missing, SortKey::Number)
            },
            ink: PLAIN,
        }
    };
}

fn time_people(view: &DealershipView<'_>, at: Option<Timestamp>) -> String {
    at.map(|at| view.zone.line(at)).unwrap_or_default()
}

/// A wall clock of the dealership.
fn local_text(local: chrono::NaiveDateTime) -> String {
    local.format("%Y-%m-%d %H:%M").to_string()
}

fn invitation_time(view: &DealershipView<'_>, pick: fn(&crate::domain::Invitation) -> Timestamp) -> Option<Timestamp> {
    view.state.invitation.as_ref().map(pick)
}

fn code_state(view: &DealershipView<'_>) -> Option<InvitationState> {
    view.state.invitation.as_ref().map(|newest| newest.state(view.now))
}

/// How the newest code stands, in a few words.
fn left(view: &DealershipView<'_>) -> String {
    match (code_state(view), view.state.time_left(view.now), &view.state.invitation) {
        (_, Some(left), _) => in_words(left),
        (Some(InvitationState::Expired), _, Some(newest)) => format!("-{}", in_words(view.now - newest.expires_at)),
        (Some(state), ..) => state_word(state).to_owned(),
        _ => String::new(),
    }
}

fn left_ink(view: &DealershipView<'_>) -> Ink {
    match (code_state(view), view.state.time_left(view.now)) {
        (_, Some(left)) if left < view.policy.expiring_within => Ink::Warn,
        (_, Some(_)) => Ink::Plain,
        (Some(InvitationState::Expired), _) if view.state.stage(view.now) == Stage::Expired => Ink::Bad,
        _ => Ink::Dim,
    }
}

fn stage_ink(view: &DealershipView<'_>) -> Ink {
    match view.state.stage(view.now) {
        Stage::Live => Ink::Good,
        Stage::Confirmed | Stage::Invited | Stage::AwaitingXtime => Ink::Plain,
        Stage::Expired | Stage::Overdue | Stage::Lost => Ink::Bad,
        Stage::OpcodeMissing | Stage::NoSlots => Ink::Warn,
        Stage::New | Stage::Revoked | Stage::Archived => Ink::Dim,
    }
}

fn waiting_ink(view: &DealershipView<'_>) -> Ink {
    match view.state.waited(view.now) {
        Some(waited) if waited >= view.policy.confirm_within => Ink::Bad,
        Some(waited) if waited > view.policy.amber_after => Ink::Warn,
        _ => Ink::Plain,
    }
}

fn mail_ink(view: &DealershipView<'_>) -> Ink {
    match view.state.telling_letter().map(|letter| letter.state) {
        Some(LetterState::Failed | LetterState::Bounced) => Ink::Bad,
        Some(LetterState::Uncertain) => Ink::Warn,
        _ => Ink::Plain,
    }
}

fn opcode_ink(view: &DealershipView<'_>) -> Ink {
    match view.state.opcode_state {
        OpcodeState::Ok => Ink::Good,
        OpcodeState::Missing | OpcodeState::NearMiss => Ink::Warn,
        OpcodeState::Unchecked | OpcodeState::Unknown => Ink::Dim,
    }
}

pub(super) const COLUMNS: &[ListColumn] = &[
    text!("id", "ID", |view| view.state.id.to_string()),
    text!("name", "NAME", |view| view.state.profile.name.raw().to_owned()),
    text!("group", "GROUP", |view| view.state.profile.group.raw().to_owned()),
    text!("brand", "BRAND", |view| view.state.profile.brand.raw().to_owned()),
    text!("city", "CITY", |view| view.state.profile.city.raw().to_owned()),
    text!("state", "STATE", |view| view.state.profile.state.raw().to_owned()),
    text!("dealer_code", "DEALERCODE", |view| view.state.profile.dealer_code.raw().to_owned()),
    text!("timezone", "ZONE", |view| view.state.profile.timezone.name().to_owned()),
    text!("owner", "OWNER", |view| view
        .state
        .profile
        .owner
        .as_ref()
        .map(Untrusted::raw)
        .unwrap_or_default()
        .to_owned()),
    text!("contact", "CONTACT", |view| view.state.profile.contact.name.raw().to_owned()),
    text!("email", "EMAIL", |view| view.state.profile.contact.email.raw().to_owned()),
    text!("phone", "PHONE", |view| view.state.profile.contact.phone.raw().to_owned()),
    ListColumn {
        id: "stage",
        title: "STAGE",
        people: |view| view.state.stage(view.now).word().to_owned(),
        script: |view| view.state.stage(view.now).word().to_owned(),
        key: |view| SortKey::Number(view.state.stage(view.now) as i64),
        ink: stage_ink,
    },
    ListColumn {
        id: "attention",
        title: "ATTENTION",
        people: |view| view.state.attention(view.now, view.policy).map_or("", |reason| reason.words()).to_owned(),
        script: |view| view.state.attention(view.now, view.policy).map_or("", |reason| reason.words()).to_owned(),
        key: |view| {
            view.state
                .attention(view.now, view.policy)
                .map_or(SortKey::Missing, |reason| SortKey::Number(reason as i64))
        },
        ink: |_| Ink::Warn,
    },
    text!("code", "CODE", |view| view.state.invitation.as_ref().map(|newest| newest.code.masked()).unwrap_or_default()),
    number!("generation", "ISSUE", |view| view.state.invitation.as_ref().map(|newest| i64::from(newest.generation))),
    text!("code_state", "CODE STATE", |view| code_state(view).map(state_word).unwrap_or_default().to_owned()),
    time!("generated_at", "GENERATED", |view| invitation_time(view, |newest| newest.generated_at)),
    time!("expires_at", "EXPIRES", |view| invitation_time(view, |newest| newest.expires_at)),
    ListColumn {
        id: "left",
        title: "CODE CLOCK",
        people: left,
        script: |view| view.state.time_left(view.now).map(|left| left.num_seconds().to_string()).unwrap_or_default(),
        key: |view| {
            view.state.time_left(view.now).map_or(SortKey::Missing, |left| SortKey::Number(left.num_milliseconds()))
        },
        ink: left_ink,
    },
    ListColumn {
        id: "waiting",
        title: "WAITING",
        people: |view| view.state.waited(view.now).map(in_words).unwrap_or_default(),
        script: |view| view.state.waited(view.now).map(|waited| waited.num_seconds().to_string()).unwrap_or_default(),
        key: |view| {
            view.state.waited(view.now).map_or(SortKey::Missing, |waited| SortKey::Number(waited.num_milliseconds()))
        },
        ink: waiting_ink,
    },
    time!("dealer_confirmed_at", "DEALER SAID", |view| view.state.confirmation.dealer_confirmed_at),
    time!("due_at", "DUE", |view| view.state.confirmation.due_at),
    time!("confirmed_at", "CONFIRMED", |view| view.state.confirmation.confirmed_at),
    ListColumn {
        id: "opcode",
        title: "OPCODE",
        people: |view| {
            let code = view.state.opcode_code(&view.policy.default_opcode);
            format!("{code} ({})", opcode_word(view.state.opcode_state))
        },
        // What a file says is a choice when it is imported; the default is none.
        script: |view| {
            view.state.opcode.as_deref().map(|chosen| chosen.choice.code.raw()).unwrap_or_default().to_owned()
        },
        key: |view| text_key(view.state.opcode_code(&view.policy.default_opcode)),
        ink: opcode_ink,
    },
    text!("opcode_option", "OPTION", |view| {
        view.state.opcode.as_deref().map_or("", |chosen| option_word(chosen.choice.option)).to_owned()
    }),
    text!("opcode_by", "CHOSEN BY", |view| view
        .state
        .opcode
        .as_ref()
        .map(|chosen| chosen.by.to_string())
        .unwrap_or_default()),
    time!("opcode_at", "CHOSEN", |view| view.state.opcode.as_deref().map(|chosen| chosen.at)),
    text!("opcode_word", "ON WHOSE WORD", |view| {
        let word = view.state.opcode.as_deref().and_then(|chosen| chosen.word.as_ref());
        word.map(Untrusted::raw).unwrap_or_default().to_owned()
    }),
    text!("opcode_state", "OPCODE STATE", |view| opcode_word(view.state.opcode_state).to_owned()),
    ListColumn {
        id: "mail",
        title: "MAIL",
        people: |view| view.state.telling_letter().map(|letter| letter.state.to_string()).unwrap_or_default(),
        script: |view| view.state.telling_letter().map(|letter| letter.state.to_string()).unwrap_or_default(),
        key: |view| view.state.telling_letter().map_or(SortKey::Missing, |letter| SortKey::Number(letter.state as i64)),
        ink: mail_ink,
    },
    time!("mail_at", "MAIL SINCE", |view| view.state.telling_letter().map(|letter| letter.at)),
    ListColumn {
        id: "lacks",
        title: "LACKS",
        people: |view| view.state.lacks().unwrap_or_default().to_owned(),
        script: |view| view.state.lacks().unwrap_or_default().to_owned(),
        key: |view| text_key(view.state.lacks().unwrap_or_default()),
        ink: |_| Ink::Warn,
    },
    number!("slots", "SLOTS", |view| view.state.slots.as_ref().map(|slots| i64::from(slots.count))),
    text!("next_slot", "NEXT SLOT", |view| {
        let next = view.state.slots.as_ref().and_then(|slots| slots.next);
        let local = view.now.with_timezone(&view.state.profile.timezone).naive_local();
        next.filter(|next| *next > local).map(local_text).unwrap_or_default()
    }),
    text!("appointment", "APPOINTMENT", |view| match (&view.state.booking, &view.state.appointment) {
        (Some(_), _) => "unknown".to_owned(),
        (None, Some(stands)) => local_text(stands.local),
        (None, None) => String::new(),
    }),
    time!("last_probe", "LAST LOOK", |view| view.probe.last.as_ref().map(|last| last.at)),
    ListColumn {
        id: "probe_outcome",
        title: "IT SAID",
        people: |view| view.probe.last.as_ref().map(ProbeState::words).unwrap_or_default(),
        script: |view| view.probe.last.as_ref().map(|last| last.outcome.to_string()).unwrap_or_default(),
        key: |view| view.probe.last.as_ref().map_or(SortKey::Missing, |last| SortKey::Text(last.outcome.to_string())),
        ink: |view| match &view.probe.last {
            Some(last) if !last.outcome.tells() => Ink::Warn,
            _ => Ink::Plain,
        },
    },
    time!("probe_since", "SO SINCE", |view| view.probe.last.as_ref().map(|last| last.since)),
    time!("next_probe", "NEXT LOOK", |view| view.probe.next_at),
    text!("last_event", "LAST EVENT", |view| {
        let kinds = crate::domain::Fact::KINDS;
        kinds.get(usize::from(view.state.last_event.kind)).copied().unwrap_or_default().to_owned()
    }),
    time!("last_event_at", "LAST EVENT AT", |view| Some(view.state.last_event_happened_at())),
    time!("added_at", "ADDED", |view| Some(view.state.added_at)),
    time!("snoozed_until", "SNOOZED UNTIL", |view| view.state.snoozed_until),
    number!("version", "VERSION", |view| i64::try_from(view.state.version).ok()),
    // Behind the others: scripts may count the columns of a CSV.
    ListColumn {
        id: "move",
        title: "MOVE",
        people: |view| view.state.next_step(view.now).whose.word().to_owned(),
        script: |view| view.state.next_step(view.now).whose.word().to_owned(),
        key: |view| SortKey::Number(view.state.next_step(view.now).whose as i64),
        ink: |view| if view.state.next_step(view.now).whose == Mover::Us { Ink::Warn } else { Ink::Plain },
    },
    text!("next_step", "NEXT STEP", |view| view.state.next_step(view.now).what.to_owned()),
];

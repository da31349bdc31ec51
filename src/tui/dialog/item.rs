//! A dealership in a dialog: what was shown of it, and whether that still holds.

use crate::timezone::Tz;

use super::Target;
use crate::domain::text::clean;
use crate::domain::{
    Actor, AppointmentId, DealershipId, Event, IntentId, InvitationState, LetterId, Onboarding, OpcodeChoice,
    OpcodeState, Profile, Stage, Timestamp, Untrusted,
};
use crate::present::event::summary;
use crate::present::time::Zone;

/// A dealership as a dialog showed it.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: DealershipId,
    /// Its name, fit for the screen.
    pub name: String,
    /// Its dealerCode, fit for the screen.
    pub dealer_code: String,
    /// Who answers there, fit for the screen.
    pub contact: String,
    pub zone: Tz,
    pub stage: Stage,
    /// Its newest code: number, masked, end and state.
    pub code: Option<(u32, String, Timestamp, InvitationState)>,
    /// Where a letter about this goes, or why none can; `None`: none is meant to.
    pub letter: Option<Result<String, String>>,
    /// The letter that it is about, and what that is in words.
    pub about: Option<(LetterId, String)>,
    /// Its profile, in the dialog that corrects it.
    pub profile: Option<Box<Profile>>,
    /// What happened to it since; the dialog refuses then.
    pub changed: Option<String>,
    /// Who did that, where it is known.
    pub changed_by: Option<Actor>,
    seen: Seen,
}

/// What the operator decides upon.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that somebody saw")]
struct Seen {
    generation: u32,
    revoked: bool,
    confirmed: bool,
    word: Option<Timestamp>,
    archived: bool,
    dealer_code: Untrusted,
    owner: Option<Untrusted>,
    email: Untrusted,
    refused: bool,
    reminders_off: bool,
    opcode: Option<OpcodeChoice>,
    opcode_state: OpcodeState,
    appointment: Option<AppointmentId>,
    booking: Option<IntentId>,
    snoozed_until: Option<Timestamp>,
    newest_event: u64,
}

impl Seen {
    fn of(state: &Onboarding) -> Self {
        let ended = state.invitation.as_ref().and_then(|newest| newest.ended);
        Self {
            generation: state.generation(),
            revoked: matches!(ended, Some((crate::domain::Ended::Revoked, _))),
            confirmed: state.is_confirmed(),
            word: state.confirmation.dealer_confirmed_at,
            archived: state.archived_at.is_some(),
            dealer_code: state.profile.dealer_code.clone(),
            owner: state.profile.owner.clone(),
            email: state.profile.contact.email.clone(),
            refused: state.address_refused().is_some(),
            reminders_off: state.mail.as_ref().is_some_and(|mail| mail.reminders_off),
            opcode: state.opcode.as_deref().map(|chosen| chosen.choice.clone()),
            opcode_state: state.opcode_state,
            appointment: state.appointment.as_deref().map(|stands| stands.id.clone()),
            booking: state.booking.as_deref().map(|open| open.intent),
            snoozed_until: state.snoozed_until,
            newest_event: state.last_event.seq,
        }
    }
}

impl Item {
    /// A dealership as it is now.
    pub fn of(state: &Onboarding, now: Timestamp) -> Self {
        let contact = &state.profile.contact;
        let contact = match (contact.name.screen(), contact.email.screen()) {
            (name, email) if name.is_empty() => email.into_owned(),
            (name, email) => format!("{name} <{email}>"),
        };
        let code = state.invitation.as_ref();
        Self {
            id: state.id,
            name: state.profile.name.screen().into_owned(),
            dealer_code: state.profile.dealer_code.screen().into_owned(),
            contact,
            zone: state.profile.timezone,
            stage: state.stage(now),
            code: code.map(|code| (code.generation, code.code.masked(), code.expires_at, code.state(now))),
            letter: None,
            about: None,
            profile: None,
            changed: None,
            changed_by: None,
            seen: Seen::of(state),
        }
    }

    pub fn target(&self) -> Target {
        Target { dealership: self.id, letter: self.about.as_ref().map(|(letter, _)| *letter) }
    }

    /// The generation that was shown.
    pub fn generation(&self) -> u32 {
        self.seen.generation
    }

    pub fn owner(&self) -> Option<&Untrusted> {
        self.seen.owner.as_ref()
    }

    /// The choice that was shown.
    pub fn opcode(&self) -> Option<&OpcodeChoice> {
        self.seen.opcode.as_ref()
    }

    /// Whether it is not reminded.
    pub fn reminders_off(&self) -> bool {
        self.seen.reminders_off
    }

    /// Whether the dealer's word is waiting to be reflected.
    pub fn awaits_xtime(&self) -> bool {
        self.stage == Stage::AwaitingXtime
    }

    /// Compares what was shown with a newer state, as far as the action depends on it. `last`: what made it newer.
    pub fn compare(&mut self, watches: &[Watch], state: &Onboarding, last: Option<&Event>) {
        if self.changed.is_some() {
            return;
        }
        let is = Seen::of(state);
        let Some(words) = watches.iter().find_map(|watch| watch.difference(self, &is, state)) else { return };
        let by = last.filter(|event| event.actor.is_person());
        self.changed_by = by.map(|event| event.actor.clone());
        self.changed = Some(match by {
            Some(event) if !words.contains(" by ") => {
                let what = summary(event, |at| Zone::from(self.zone).show(at));
                format!("{words} by {}: {what}", event.actor)
            }
            _ => words,
        });
    }
}

/// What an action depends on: when it is other than it was shown, nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Which code is the newest.
    Generation,
    Archived,
    /// What became of the code, and whose it is.
    Code,
    Address,
    Reminders,
    Owner,
    Opcode,
    Appointment,
    Snooze,
    Profile,
    NewestEvent,
}

impl Watch {
    /// What hangs on the newest code.
    pub const CODE: &'static [Self] = &[Self::Generation, Self::Archived, Self::Code];
    /// What hangs on the newest code and sends a letter.
    pub const CODE_LETTER: &'static [Self] = &[Self::Generation, Self::Archived, Self::Code, Self::Address];

    fn difference(self, item: &Item, is: &Seen, state: &Onboarding) -> Option<String> {
        let was = &item.seen;
        let message = match self {
            Self::Generation if was.generation != is.generation => return Some(newer_code(was, is, state)),
            Self::Archived if was.archived != is.archived && is.archived => "archived meanwhile",
            Self::Archived if was.archived != is.archived => "taken back from the archive meanwhile",
            Self::Code if is.confirmed && !was.confirmed => "connected meanwhile",
            Self::Code if was.confirmed && !is.confirmed => "lost meanwhile",
            Self::Code if is.revoked && !was.revoked => "its code was revoked meanwhile",
            Self::Code if was.word != is.word => "the dealer's word was recorded meanwhile",
            Self::Code if was.dealer_code != is.dealer_code => "its dealerCode was corrected meanwhile",
            Self::Address if was.email != is.email => "its address was corrected meanwhile",
            Self::Address if is.refused && !was.refused => "its address was refused meanwhile",
            Self::Reminders if was.reminders_off != is.reminders_off => "its reminders were switched meanwhile",
            Self::Owner if was.owner != is.owner => "assigned to somebody else meanwhile",
            Self::Opcode if was.opcode != is.opcode => "another opcode was chosen meanwhile",
            Self::Appointment if was.booking != is.booking => "its booking changed meanwhile",
            Self::Appointment if was.appointment != is.appointment => "its test appointment changed meanwhile",
            Self::Appointment if was.opcode != is.opcode => "another opcode was chosen meanwhile",
            Self::Appointment if was.dealer_code != is.dealer_code => "its dealerCode was corrected meanwhile",
            Self::Appointment if was.confirmed && !is.confirmed => "lost meanwhile",
            Self::Appointment if was.opcode_state == OpcodeState::Ok && is.opcode_state != OpcodeState::Ok => {
                "its opcode is not visible any more"
            }
            Self::Snooze if was.snoozed_until != is.snoozed_until => "its snooze was changed meanwhile",
            Self::Profile if item.profile.as_deref().is_some_and(|profile| *profile != state.profile) => {
                "its profile was corrected meanwhile"
            }
            Self::NewestEvent if was.newest_event != is.newest_event => "something was recorded meanwhile",
            Self::Generation
            | Self::Archived
            | Self::Code
            | Self::Address
            | Self::Reminders
            | Self::Owner
            | Self::Opcode
            | Self::Appointment
            | Self::Snooze
            | Self::Profile
            | Self::NewestEvent => return None,
        };
        Some(message.to_owned())
    }
}

fn newer_code(was: &Seen, is: &Seen, state: &Onboarding) -> String {
    let by = state.invitation.as_ref().map(|newest| clean(&newest.issued_by).into_owned()).unwrap_or_default();
    match was.generation {
        0 => format!("invited by {by} meanwhile: code {}", is.generation),
        _ => format!("reissued by {by} meanwhile: code {} is the newest", is.generation),
    }
}

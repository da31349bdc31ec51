//! The state of one dealership's onboarding, folded from its events.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::event::{CodeOrigin, Fact};
use super::mail::Mail;
use super::{
    AppointmentId, CallOutcome, Calls, ChosenOpcode, CodeDigest, Contact, DealershipId, IntentId, InvitationCode,
    LastCall, OpcodeOption, OpcodeState, ProbeRecord, Profile, Slots, Timestamp, ToldCode, Untrusted, moment,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Its time ran out, and that was recorded.
    Expired,
    Used,
    /// A newer code replaced it.
    Superseded,
    Revoked,
}

/// Whether a code can still be entered (`invitation.state` in JSON).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationState {
    Live,
    /// Its time has run out, recorded or not.
    Expired,
    Used,
    /// A newer code replaced it.
    Superseded,
    Revoked,
}

impl From<Ended> for InvitationState {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Expired => Self::Expired,
            Ended::Used => Self::Used,
            Ended::Superseded => Self::Superseded,
            Ended::Revoked => Self::Revoked,
        }
    }
}

impl InvitationState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }
}

/// The newest code of a dealership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Which issue it is, counted from 1.
    pub generation: u32,
    pub code: InvitationCode,
    /// When it was generated; the 72 hours run from here.
    #[serde(with = "moment")]
    pub generated_at: Timestamp,
    #[serde(with = "moment")]
    pub expires_at: Timestamp,
    #[serde(with = "moment")]
    pub issued_at: Timestamp,
    /// The earliest moment of an event that has it: whatever clock ran ahead, it was not generated later.
    #[serde(with = "moment")]
    pub known_at: Timestamp,
    pub issued_by: Box<str>,
    pub source: CodeOrigin,
    pub intent: IntentId,
    /// How and when it ended, as recorded.
    #[serde(with = "moment")]
    pub ended: Option<(Ended, Timestamp)>,
}

impl Invitation {
    /// The state at a moment. The clock decides between live and expired even before that was recorded.
    pub fn state(&self, now: Timestamp) -> InvitationState {
        match self.ended {
            Some((ended, _)) => ended.into(),
            None if now >= self.expires_at => InvitationState::Expired,
            None => InvitationState::Live,
        }
    }

    /// An identifier that is unique within the dealership.
    pub fn id(&self, dealership: DealershipId) -> String {
        format!("{dealership}-{}", self.generation)
    }
}

/// What remains of a code that a newer one replaced: enough to refuse its second use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastInvitation {
    pub generation: u32,
    pub digest: CodeDigest,
    pub ended: Ended,
    #[serde(with = "moment")]
    pub at: Timestamp,
}

/// A code that was asked of its source and has not arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCode {
    /// The idempotency key: the same for every try.
    pub intent: IntentId,
    /// The source that is asked.
    pub source: CodeOrigin,
    /// The generation that the code will have.
    pub generation: u32,
    /// When it was asked for.
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub by: Box<str>,
    /// Whether a letter takes it to the dealership.
    pub mail: bool,
    /// Why the last try failed, if it did.
    pub failed: Option<Box<str>>,
}

/// The second clock, and what Xtime shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// When the dealer finished, by their word.
    #[serde(with = "moment")]
    pub dealer_confirmed_at: Option<Timestamp>,
    /// When Xtime should have reflected it at the latest.
    #[serde(with = "moment")]
    pub due_at: Option<Timestamp>,
    /// When a probe first found us let in (again).
    #[serde(with = "moment")]
    pub confirmed_at: Option<Timestamp>,
    /// When it was recorded that the second clock ran out.
    #[serde(with = "moment")]
    pub overdue_recorded_at: Option<Timestamp>,
    /// When a confirmed integration was first found not connected, and stayed so; cleared by the next confirmation.
    #[serde(with = "moment")]
    pub lost_at: Option<Timestamp>,
}

/// A time in which the chosen opcode was visible, and which is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WasVisible {
    /// When it was first seen.
    #[serde(with = "moment")]
    pub from: Timestamp,
    /// When it was first found gone.
    #[serde(with = "moment")]
    pub until: Timestamp,
}

/// The test appointment that stands in the dealership's calendar. There is no public way to cancel it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedAppointment {
    /// The platform's name for it.
    pub id: AppointmentId,
    /// For when, by the dealership's wall clock.
    pub local: NaiveDateTime,
    /// The opcode that it carries.
    pub opcode: Untrusted,
    /// The vehicle that it was booked for; it is found again by this.
    pub vin: Untrusted,
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// When it was last read back from the platform; `None`: never.
    #[serde(with = "moment")]
    pub seen_at: Option<Timestamp>,
}

/// A booking that was sent, or is about to be, and whose end is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBooking {
    /// Which attempt it is: its mark is in the comment, so that it is recognised when it is read back.
    pub intent: IntentId,
    /// For when, by the dealership's wall clock.
    pub local: NaiveDateTime,
    /// The opcode that it carries.
    pub opcode: Untrusted,
    /// The vehicle that it is booked for.
    pub vin: Untrusted,
    /// Whether it moves the appointment that stands.
    pub moves: bool,
    /// When it was asked for.
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub by: Box<str>,
    /// Why nobody knows what became of it; `None`: the answer is still awaited, or the program died meanwhile.
    pub unknown: Option<Box<str>>,
}

/// The newest event of a dealership, for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEvent {
    pub seq: u64,
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// Place of its kind in [`super::Fact::KINDS`].
    pub kind: u8,
}

impl LastEvent {
    /// The name of its kind.
    pub fn name(self) -> &'static str {
        super::Fact::KINDS.get(usize::from(self.kind)).copied().unwrap_or_default()
    }
}

/// One dealership's onboarding, independent of *now*: see [`Onboarding::stage`]. What few of 100,000 have is boxed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    pub id: DealershipId,
    /// How many events it is folded from: the expected version of the next append.
    pub version: u64,
    pub profile: Profile,
    /// Others who answer there; letters go to the contact of the profile only.
    pub further_contacts: Box<[Contact]>,
    #[serde(with = "moment")]
    pub added_at: Timestamp,
    pub invitation: Option<Invitation>,
    pub earlier: Vec<PastInvitation>,
    /// A code that was asked for and has not arrived.
    pub pending: Option<Box<PendingCode>>,
    /// The second clock: the 24 hours that Xtime has after the dealer is done.
    pub confirmation: Confirmation,
    /// The dealership's choice; `None`: the configured default applies.
    pub opcode: Option<Box<ChosenOpcode>>,
    /// What is known of it at the platform.
    pub opcode_state: OpcodeState,
    /// The code that this is about: without a choice of its own the dealership's code follows the settings, until it is seen.
    pub opcode_looked_for: Option<Box<str>>,
    pub opcode_findings: Box<[String]>,
    /// Since when the opcode state is so.
    #[serde(with = "moment")]
    pub opcode_since: Option<Timestamp>,
    /// It had been visible and is gone (drift). Cleared when it is visible again.
    pub opcode_was_visible: Option<WasVisible>,
    /// Slots; `None`: nobody has looked.
    pub slots: Option<Box<Slots>>,
    /// When it last stopped being live; cleared when it is live again.
    #[serde(with = "moment")]
    pub left_live_at: Option<Timestamp>,
    /// The test appointment that stands.
    pub appointment: Option<Box<BookedAppointment>>,
    /// A booking whose end is not known. While there is one, no other may begin.
    pub booking: Option<Box<OpenBooking>>,
    /// Its letters; `None`: there was never any.
    pub mail: Option<Box<Mail>>,
    /// The last probe that differed from the one before.
    pub probe: Option<Box<ProbeRecord>>,
    /// Out of sight until then.
    #[serde(with = "moment")]
    pub snoozed_until: Option<Timestamp>,
    #[serde(with = "moment")]
    pub archived_at: Option<Timestamp>,
    /// Calls with it; `None`: there was none.
    pub calls: Option<Box<Calls>>,
    /// How many notes there are.
    pub notes: u32,
    pub last_event: LastEvent,
    /// The latest moment of any of its events: not the newest one's after the clock was set back.
    #[serde(with = "moment")]
    pub newest_at: Timestamp,
}

// 100,000 are in memory. With the two counts of an `Arc` it is 640 bytes, of which allocators waste nothing.
const _: () = assert!(size_of::<Onboarding>() <= 624, "box what few dealerships have");

impl Onboarding {
    /// The generation of the newest code; 0 when there was none.
    pub fn generation(&self) -> u32 {
        self.invitation.as_ref().map_or(0, |invitation| invitation.generation)
    }

    /// Those people who are not known yet, with a contact that it has or gets; each once.
    pub fn unknown_contacts(&self, contact: &Contact, people: &[Contact]) -> Vec<Contact> {
        let mut new: Vec<Contact> = Vec::new();
        for person in people {
            let mut known = std::iter::once(contact).chain(&self.further_contacts).chain(&new);
            if !known.any(|other| other.is_same_person(person)) {
                new.push(person.clone());
            }
        }
        new
    }

    /// When its newest event happened: a clock ran out before anybody noticed.
    pub fn last_event_happened_at(&self) -> Timestamp {
        let ran_out = match Fact::KINDS.get(usize::from(self.last_event.kind)).copied() {
            Some("invitation.expired") => self.invitation.as_ref().map(|code| code.expires_at),
            Some("integration.overdue") => self.confirmation.due_at,
            _ => None,
        };
        ran_out.unwrap_or(self.last_event.at)
    }

    /// Whether the dealer's word that it is done would be news.
    pub fn awaits_word(&self) -> bool {
        !self.is_confirmed() && self.confirmation.dealer_confirmed_at.is_none()
    }

    /// Whether Xtime let us in at the last recorded probe, and that was not lost since.
    pub fn is_confirmed(&self) -> bool {
        self.confirmation.confirmed_at.is_some() && self.confirmation.lost_at.is_none()
    }

    /// Until when Xtime has time to show what the dealer did; `None`: nobody waits for it.
    pub fn xtime_due_at(&self) -> Option<Timestamp> {
        self.confirmation.due_at.filter(|_| !self.is_confirmed())
    }

    /// Whether it is confirmed and in work: what happens to it may happen to all.
    pub fn is_integrated(&self) -> bool {
        self.is_confirmed() && self.archived_at.is_none()
    }

    /// Whether consumers are shown its opcode: only then slots say something.
    pub fn shows_opcode(&self) -> bool {
        self.is_confirmed() && self.opcode_state == OpcodeState::Ok
    }

    /// The code to look for and to send: the choice; else the one that was assumed and is visible; else the configured default.
    pub fn opcode_code<'a>(&'a self, default: &'a str) -> &'a str {
        match (&self.opcode, &self.opcode_looked_for) {
            (Some(chosen), _) => chosen.choice.code.raw(),
            (None, Some(seen)) if self.opcode_state == OpcodeState::Ok => seen,
            (None, _) => default,
        }
    }

    /// Which way the dealership goes; without a choice it is the most common one.
    pub fn opcode_option(&self) -> OpcodeOption {
        self.opcode.as_ref().map_or(OpcodeOption::Existing, |chosen| chosen.choice.option)
    }

    /// Whether a consumer could book: confirmed, the opcode visible, and slots seen.
    pub fn is_live(&self) -> bool {
        self.shows_opcode() && self.slots.as_ref().is_some_and(|slots| slots.count > 0)
    }

    /// What a confirmed dealership lacks to be live, in words; `None` when it is live or not confirmed.
    pub fn lacks(&self) -> Option<&'static str> {
        if !self.is_confirmed() {
            return None;
        }
        match (self.opcode_state, self.slots.as_ref().map(|slots| slots.count)) {
            (OpcodeState::Unchecked, _) => Some("opcode not looked for yet"),
            (OpcodeState::Unknown, _) => Some("opcode: could not tell"),
            (OpcodeState::NearMiss, _) => Some("opcode not visible, a near miss is"),
            (OpcodeState::Missing, _) if self.opcode_was_visible.is_some() => Some("opcode gone"),
            (OpcodeState::Missing, _) => Some("opcode not visible"),
            (OpcodeState::Ok, None) => Some("slots not looked for yet"),
            (OpcodeState::Ok, Some(0)) => Some("no slots"),
            (OpcodeState::Ok, Some(_)) => None,
        }
    }

    /// Fingerprints of every code that this dealership ever had.
    pub fn digests(&self) -> impl Iterator<Item = CodeDigest> + '_ {
        let newest = self.invitation.as_ref().map(|invitation| invitation.code.digest());
        self.earlier.iter().map(|past| past.digest).chain(newest)
    }

    /// When to call back, as was agreed.
    pub fn call_back_at(&self) -> Option<Timestamp> {
        self.calls.as_ref()?.call_back_at
    }

    /// What the dealer said last of the present code.
    pub fn call_about_code(&self) -> Option<&LastCall> {
        let call = self.calls.as_ref()?.about_code.as_ref()?;
        (call.generation == self.generation()).then_some(call)
    }

    /// The same, unless the dealer said since that it is done.
    pub fn standing_call(&self) -> Option<&LastCall> {
        let said_at = self.confirmation.dealer_confirmed_at;
        self.call_about_code().filter(|call| said_at.is_none_or(|said_at| said_at <= call.at))
    }

    /// Whether the present code was read out by phone.
    pub fn told_code(&self) -> Option<&ToldCode> {
        let told = self.calls.as_ref()?.told.as_ref()?;
        (told.generation == self.generation()).then_some(told)
    }

    /// The call in which the dealer could not go on without a new code, unless they said since that it is done.
    pub fn new_code_wanted(&self) -> Option<&LastCall> {
        let call = self.standing_call()?;
        let wanted = matches!(call.outcome, CallOutcome::CodeRefused | CallOutcome::WantsCode);
        (wanted && !self.is_confirmed()).then_some(call)
    }
}

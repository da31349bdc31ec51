//! What may be asked of an onboarding.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::event::CodeOrigin;
use super::{
    AppointmentId, Call, CodeDigest, Contact, DealershipId, IntentId, InvitationCode, LetterCopy, LetterId, LetterKind,
    OpcodeChoice, Policy, ProbeResult, Profile, ProfileEdit, SlotsResult, Timestamp, Untrusted,
};

/// What is asked for. [`super::decide()`] turns it into facts or refuses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    Add {
        profile: Profile,
    },
    /// Correct its profile. The owner is not part of it: that is what [`Command::Assign`] is for.
    Update {
        profile: Profile,
    },
    /// Correct some fields of its profile by hand, the owner too.
    Correct {
        edits: Vec<ProfileEdit>,
    },
    /// Write down more people of it, besides its contact. Who is known already, by the mail address, is left out.
    AddContacts {
        contacts: Vec<Contact>,
    },
    /// Ask the code source for a code: the first step of the saga.
    RequestCode {
        /// The idempotency key of the call.
        intent: IntentId,
        /// The source that will be asked.
        source: CodeOrigin,
        ask: Ask,
        /// Whether a letter takes the code to the dealership.
        mail: bool,
    },
    /// Record a code that was pasted or that the source gave.
    IssueCode {
        code: InvitationCode,
        generated_at: Timestamp,
        /// When it dies, if the source said so; else generation + the configured validity.
        expires_at: Option<Timestamp>,
        source: CodeOrigin,
        intent: IntentId,
        ask: Ask,
        /// Whether a letter takes it to the dealership; it is queued in the same commit.
        mail: bool,
    },
    /// Record that the source gave no code.
    FailCode {
        intent: IntentId,
        reason: String,
        /// The source said no for good.
        refused: bool,
    },
    /// Take the living code back.
    Revoke {
        reason: Untrusted,
    },
    /// The dealer says that the code was entered and confirmed.
    ConfirmByDealer {
        said_at: Timestamp,
        /// Whether a letter may acknowledge it.
        mail: bool,
    },
    /// Take in what a probe of the platform told us.
    Observe {
        result: ProbeResult,
    },
    /// Take in what a probe of the slots told us.
    ObserveSlots {
        result: SlotsResult,
    },
    /// Record what clocks did: an overdue confirmation; a dead code too when probing is off.
    Tick {
        /// Whether probes decide about expiry. When they do, a code expires only by [`Command::Observe`].
        probing: bool,
    },
    /// Record that the code is dated in the future, where the platform bears out that our clock is right: once it is past,
    /// nobody could tell any more.
    TellMisdated,
    /// Record the dealership's opcode choice.
    ChooseOpcode {
        choice: OpcodeChoice,
        /// Who at the dealership said so, and how.
        word: Option<Untrusted>,
    },
    /// Send a test booking: the first step of the saga.
    RequestBooking {
        intent: IntentId,
        /// The one opcode that it carries.
        opcode: Untrusted,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        /// The vehicle that it is booked for.
        vin: Untrusted,
        /// It moves the appointment that stands.
        moves: bool,
    },
    /// Record what became of a test booking.
    EndBooking {
        intent: IntentId,
        end: BookingEnd,
    },
    /// Record that the test appointment was read back.
    SeeAppointment {
        /// The platform's name for it.
        id: AppointmentId,
    },
    /// Send a letter, because somebody wants it. With a kind that carries a code it is the letter of the present code again.
    QueueLetter {
        kind: LetterKind,
    },
    /// Send the letter that is due by itself, if one is ([`super::due_letter`]).
    QueueDueLetter,
    /// A letter is about to be handed over: the last moment to say no.
    BeginLetter {
        letter: LetterId,
    },
    /// Record what became of a try.
    EndLetter {
        letter: LetterId,
        end: LetterEnd,
        /// Moves the next try by up to 10 %, in thousandths: 0 to 1,000.
        jitter: u16,
    },
    /// Try a letter again now, because somebody wants it.
    RetryLetter {
        letter: LetterId,
    },
    /// Do not send a letter after all.
    SuppressLetter {
        letter: LetterId,
        reason: String,
    },
    /// Take in a report that a letter came back.
    Bounce {
        /// Which copy of which letter; `None`: no letter of ours is concerned, only the address.
        letter: Option<LetterCopy>,
        /// The address at which it failed; empty in a report that only a person can read.
        address: Untrusted,
        /// The enhanced status of RFC 3463, such as `5.1.1`.
        status: String,
        reason: String,
    },
    /// Take in a report that a letter is held up on its way.
    Delay {
        /// Which copy of which letter.
        letter: LetterCopy,
        /// The address; empty where the report has none.
        address: Untrusted,
        /// The enhanced status of RFC 3463, such as `4.4.1`.
        status: String,
        reason: String,
    },
    /// Remind this dealership of its code's end, or do not.
    SetReminders {
        on: bool,
    },
    Note {
        text: Untrusted,
    },
    /// Record a call with the dealership, and what follows from it: the dealer's word, an opcode.
    LogCall {
        call: Call,
        /// Whether a letter may acknowledge the dealer's word.
        mail: bool,
    },
    /// Call back at another moment than was recorded of the last call, or not any more.
    SetCallBack {
        at: Option<Timestamp>,
    },
    /// Record that the present code was read out by phone.
    TellCode {
        /// The generation that was on the screen.
        seen: u32,
        to: Option<Untrusted>,
        at: Timestamp,
    },
    /// Give the dealership to somebody, or to nobody.
    Assign {
        owner: Option<Untrusted>,
    },
    /// Out of sight until then; `None` ends a snooze.
    Snooze {
        until: Option<Timestamp>,
    },
    Archive,
    /// Take back from the archive.
    Unarchive,
    /// Put back what was before, all of it or nothing ([`super::undo()`]).
    Undo {
        /// The newest event that was seen: later ones forbid it.
        seen: u64,
        commands: Vec<Command>,
    },
}

/// What became of a test booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BookingEnd {
    Booked {
        /// The platform's name for it.
        id: AppointmentId,
        /// It was found when it was read back.
        read_back: bool,
    },
    Refused {
        reason: String,
        /// The slot was taken meanwhile.
        slot_taken: bool,
    },
    Unknown {
        reason: String,
    },
    /// It was looked for at the platform and is not there.
    Absent {
        /// When it was asked for: what was not there then may be by now.
        asked_at: Timestamp,
    },
    /// Somebody looked into the platform's own calendar, and it is not there.
    GivenUp,
}

/// What became of a try to hand a letter over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterEnd {
    /// The mail server took it.
    Sent {
        reply: String,
    },
    Written {
        path: String,
    },
    /// It was not taken, for certain.
    Refused {
        reason: String,
        /// Trying again is of no use.
        permanent: bool,
        /// The status, when the address was refused for good.
        address: Option<String>,
    },
    /// It was not taken, for certain, and is not to blame: the server takes nothing at the moment.
    Deferred {
        reason: String,
    },
    Uncertain {
        reason: String,
    },
}

/// What the operator wants and saw when asking for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    Invite,
    /// A new code instead of the one of this generation. If there is a newer one by now, somebody was faster.
    Reissue {
        /// The generation that was on the screen.
        seen: u32,
        /// Also when the dealer has said that the present code was entered and the 24 hours are running.
        despite_word: bool,
    },
}

/// Something that may exist once in the whole store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// A code: used before means refused, wherever.
    Code(CodeDigest),
    DealerCode(Box<str>),
}

/// Who holds a claim. Implemented by whatever knows the whole store.
pub trait Claims {
    /// The dealership that holds it, if one does.
    fn holder(&self, claim: &Claim) -> Option<DealershipId>;
}

pub struct NoClaims;

impl Claims for NoClaims {
    fn holder(&self, _: &Claim) -> Option<DealershipId> {
        None
    }
}

/// What a decision may depend on besides the state and the command.
pub struct Context<'a> {
    /// The moment of the decision.
    pub now: Timestamp,
    /// The numbers of the process.
    pub policy: &'a Policy,
    pub claims: &'a dyn Claims,
    /// The id of the letter that the decision may queue; `None`: nobody sends letters.
    pub letter: Option<LetterId>,
}

//! Which onboardings need somebody, and why: the order of the desk.

use chrono::TimeDelta;

use super::{InvitationState, LetterState, Onboarding, Policy, Stage, Timestamp};

/// A reason to look at a dealership now, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attention {
    /// It worked and then stopped.
    Lost,
    /// A consumer could book, and now could not: the opcode or the slots are gone.
    LeftLive,
    /// Somebody promised to call, and the moment has come.
    CallBackDue,
    /// Xtime has not confirmed within 24 hours of the dealer's word.
    Overdue,
    /// The code died unused; the dealership cannot connect until it has a new one.
    Expired,
    /// The dealer said by phone that the living code is of no use.
    CodeWanted,
    /// A code was asked for and did not arrive.
    CodeNotObtained,
    /// The code is dated later than a moment at which it was there: a clock ran ahead, and its end is wrong.
    CodeFromFuture,
    /// A mail server refused the dealership's address: no letter reaches it.
    AddressRefused,
    /// The letter with the code, or about it, could not be sent.
    LetterFailed,
    /// The code dies within the configured time.
    ExpiringSoon,
    /// A confirmed dealership answered "not connected" once; a second probe decides.
    Doubted,
    /// Connected, but the chosen opcode is not visible.
    OpcodeMissing,
    /// Connected, opcode visible, but no slot would be offered.
    NoSlots,
    /// Nobody knows what became of a test booking: it must be read back.
    BookingUnknown,
    /// Nobody knows whether the letter with the code arrived.
    LetterUncertain,
    /// The letter with the code is held up on its way.
    LetterHeldUp,
    /// The platform answered something that no rule recognises.
    Unrecognised,
    /// The second clock is past its amber mark.
    WaitingLong,
}

impl Attention {
    pub const ALL: [Self; 19] = [
        Self::Lost,
        Self::LeftLive,
        Self::CallBackDue,
        Self::Overdue,
        Self::Expired,
        Self::CodeWanted,
        Self::CodeNotObtained,
        Self::CodeFromFuture,
        Self::AddressRefused,
        Self::LetterFailed,
        Self::ExpiringSoon,
        Self::Doubted,
        Self::OpcodeMissing,
        Self::NoSlots,
        Self::BookingUnknown,
        Self::LetterUncertain,
        Self::LetterHeldUp,
        Self::Unrecognised,
        Self::WaitingLong,
    ];

    /// The reason in words, as `attention` in JSON.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Lost => "integration lost",
            Self::LeftLive => "not live any more",
            Self::CallBackDue => "call back now",
            Self::Overdue => "Xtime overdue",
            Self::Expired => "code expired",
            Self::CodeWanted => "new code wanted",
            Self::CodeNotObtained => "code not obtained",
            Self::CodeFromFuture => "code dated in the future",
            Self::AddressRefused => "address refused",
            Self::LetterFailed => "letter not sent",
            Self::ExpiringSoon => "code expires soon",
            Self::Doubted => "answered not connected once",
            Self::OpcodeMissing => "opcode not visible",
            Self::NoSlots => "no slots offered",
            Self::BookingUnknown => "booking without an answer",
            Self::LetterUncertain => "letter uncertain",
            Self::LetterHeldUp => "letter held up",
            Self::Unrecognised => "unrecognised answer",
            Self::WaitingLong => "waiting long for Xtime",
        }
    }
}

impl Onboarding {
    /// Why this dealership needs somebody at a moment; `None` when it does not, or is snoozed or archived.
    pub fn attention(&self, now: Timestamp, policy: &Policy) -> Option<Attention> {
        if self.is_snoozed(now) {
            return None;
        }
        let by_stage = match self.stage(now) {
            Stage::Archived => return None,
            Stage::Lost => Some(Attention::Lost),
            Stage::Overdue => Some(Attention::Overdue),
            Stage::Expired => Some(Attention::Expired),
            Stage::Confirmed | Stage::OpcodeMissing | Stage::NoSlots if self.left_live_at.is_some() => {
                Some(Attention::LeftLive)
            }
            Stage::OpcodeMissing => Some(Attention::OpcodeMissing),
            Stage::NoSlots => Some(Attention::NoSlots),
            Stage::Invited if self.expires_soon(now, policy) => Some(Attention::ExpiringSoon),
            Stage::AwaitingXtime if self.waited(now).is_some_and(|waited| waited > policy.amber_after) => {
                Some(Attention::WaitingLong)
            }
            _ => None,
        };
        let code_failed = self.pending.as_ref().is_some_and(|pending| pending.failed.is_some());
        let from_future = self.code_ahead(now, policy).map(|_| Attention::CodeFromFuture);
        let by_probe = self.probe.as_ref().and_then(|probe| match probe.outcome {
            super::Outcome::Unknown => Some(Attention::Unrecognised),
            super::Outcome::NotConnected if self.is_confirmed() => Some(Attention::Doubted),
            _ => None,
        });
        let open =
            |booking: &&super::OpenBooking| booking.unknown.is_some() || now - booking.at > policy.booking_settles;
        let booking = self.booking.as_deref().filter(open);
        let booking = booking.map(|_| Attention::BookingUnknown);
        let code_failed = code_failed.then_some(Attention::CodeNotObtained);
        let call_back = self.call_back_at().filter(|at| *at <= now).map(|_| Attention::CallBackDue);
        let code_wanted = self.new_code_wanted().map(|_| Attention::CodeWanted);
        let letter = self.letter_attention();
        [by_stage, call_back, code_wanted, code_failed, from_future, by_probe, booking, letter]
            .into_iter()
            .flatten()
            .min()
    }

    /// What is wrong with the letters of a dealership.
    pub(super) fn letter_attention(&self) -> Option<Attention> {
        // Also who is live hears nothing any more.
        if self.address_refused().is_some() {
            return Some(Attention::AddressRefused);
        }
        // Whoever heard the code by phone needs no letter with it.
        if self.is_confirmed() || self.mail.is_none() || self.told_code().is_some() {
            return None;
        }
        if self.held_letter().is_some() {
            return Some(Attention::LetterFailed);
        }
        match self.telling_letter().filter(|letter| letter.generation == self.generation()) {
            Some(letter) if !self.is_troubled_by(letter) => None,
            Some(letter) if letter.is_held_up() => Some(Attention::LetterHeldUp),
            Some(letter) if letter.state == LetterState::Uncertain => Some(Attention::LetterUncertain),
            Some(_) => Some(Attention::LetterFailed),
            None => None,
        }
    }

    /// What is left of the newest code's life; `None` unless it is live.
    pub fn time_left(&self, now: Timestamp) -> Option<TimeDelta> {
        let invitation = self.invitation.as_ref()?;
        (invitation.state(now) == InvitationState::Live).then(|| invitation.expires_at - now)
    }

    /// Whether the newest code is live and dies within the configured time.
    pub fn expires_soon(&self, now: Timestamp, policy: &Policy) -> bool {
        self.time_left(now).is_some_and(|left| left < policy.expiring_within)
    }

    /// How much too late the newest code is dated at least: it was there at `known_at`, and is there now. `None` unless it
    /// lives and that is more than clocks differ. Its life is longer than any code's by so much.
    pub fn code_ahead(&self, now: Timestamp, policy: &Policy) -> Option<TimeDelta> {
        let newest = self.invitation.as_ref().filter(|newest| newest.state(now) == InvitationState::Live)?;
        Some(newest.generated_at - newest.known_at.min(now)).filter(|ahead| *ahead > policy.clock_tolerance)
    }

    /// How long the dealer's word is waiting to be reflected; `None` when nobody waits.
    pub fn waited(&self, now: Timestamp) -> Option<TimeDelta> {
        if self.is_confirmed() {
            return None;
        }
        self.confirmation.dealer_confirmed_at.map(|said_at| now - said_at)
    }
}

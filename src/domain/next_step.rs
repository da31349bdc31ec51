//! Whose move it is at a dealership, and what comes next: one rule for tables, details, lists and filters.

use chrono::TimeDelta;

use super::{
    Attention, CallOutcome, Confirmation, Invitation, Letter, LetterState, Onboarding, OpcodeState, Policy, Stage,
    Timestamp,
};

/// Who has to do something before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mover {
    Us,
    Dealer,
    /// Xtime takes up to 24 hours to show what the dealer did.
    Xtime,
    Nobody,
}

impl Mover {
    pub const ALL: [Self; 4] = [Self::Us, Self::Dealer, Self::Xtime, Self::Nobody];

    /// The word of JSON and of `move:` in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Dealer => "dealer",
            Self::Xtime => "xtime",
            Self::Nobody => "nobody",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextStep {
    pub whose: Mover,
    /// In words; empty where there is nothing to do.
    pub what: &'static str,
    /// When the situation ends by itself: a code dies, a wait is over.
    pub until: Option<Timestamp>,
    /// Since when it is so, where that is known.
    pub since: Option<Timestamp>,
}

/// How long before a code dies a letter is no longer enough, so that somebody calls.
const CALL_BEFORE_EXPIRY: TimeDelta = TimeDelta::hours(24);

/// What a lead asks when Xtime does not show in time what the dealer did: these are the usual mistakes.
const WHY_NOT_CONFIRMED: &str =
    "call: right rooftop? Confirm, not Cancel? a role with Configure Application? else ask Xtime support";

impl NextStep {
    const fn of(whose: Mover, what: &'static str) -> Self {
        Self { whose, what, until: None, since: None }
    }

    const fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    const fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }
}

impl Onboarding {
    /// Whose move it is at a moment, and what comes next.
    pub fn next_step(&self, now: Timestamp) -> NextStep {
        let stage = self.stage(now);
        if stage == Stage::Archived {
            return NextStep::of(Mover::Nobody, "");
        }
        if self.is_snoozed(now) {
            return NextStep::of(Mover::Nobody, "put aside until then").until(self.snoozed_until);
        }
        // What may be booked is read back before anything else is sent.
        if let Some(booking) = self.booking.as_deref() {
            let step = NextStep::of(Mover::Us, "read the booking back before anything else");
            return step.since(Some(booking.at));
        }
        if let Some(step) = self.new_code(stage).or_else(|| self.call_back(stage, now)) {
            return step;
        }
        match stage {
            Stage::New => NextStep::of(Mover::Us, "get a code and invite").since(Some(self.added_at)),
            Stage::Invited => self.while_invited(now),
            Stage::Expired => NextStep::of(Mover::Us, "ask whether it is still wanted; then a new code")
                .since(self.invitation.as_ref().map(|code| code.expires_at)),
            Stage::AwaitingXtime => NextStep::of(Mover::Xtime, "wait for Xtime to show it")
                .until(self.confirmation.due_at)
                .since(self.confirmation.dealer_confirmed_at),
            Stage::Overdue => NextStep::of(Mover::Us, WHY_NOT_CONFIRMED).since(self.confirmation.due_at),
            Stage::Confirmed => {
                NextStep::of(Mover::Us, "the next look at opcode and slots tells").since(self.confirmation.confirmed_at)
            }
            Stage::OpcodeMissing => self.while_opcode_missing(),
            Stage::NoSlots => NextStep::of(Mover::Dealer, "offer slots: capacity, reservable advisors, horizon")
                .since(self.in_stage_since(stage)),
            Stage::Lost => {
                NextStep::of(Mover::Us, "call: was it disconnected on purpose?").since(self.confirmation.lost_at)
            }
            Stage::Live | Stage::Revoked | Stage::Archived => NextStep::of(Mover::Nobody, ""),
        }
    }

    /// The dealer waits for a code, whatever else is under way.
    fn new_code(&self, stage: Stage) -> Option<NextStep> {
        let call = self.new_code_wanted().filter(|_| stage != Stage::New)?;
        let what = match (call.outcome, stage) {
            (CallOutcome::CodeRefused, Stage::Expired | Stage::Revoked) => "new code: Xtime refused the last one",
            (CallOutcome::CodeRefused, _) => "new code, or the right rooftop: Xtime refused it",
            _ => "new code: the dealer wants one",
        };
        let until = self.invitation.as_ref().map(|code| code.expires_at).filter(|_| stage == Stage::Invited);
        Some(NextStep::of(Mover::Us, what).since(Some(call.at)).until(until))
    }

    /// What was promised. Until then nobody calls, unless the code would end meanwhile.
    fn call_back(&self, stage: Stage, now: Timestamp) -> Option<NextStep> {
        let at = self.call_back_at()?;
        if at <= now {
            return Some(NextStep::of(Mover::Us, "call back, as agreed").since(Some(at)));
        }
        let in_time = |code: &Invitation| code.expires_at - at > CALL_BEFORE_EXPIRY;
        let waits = match stage {
            Stage::Invited => self.invitation.as_ref().is_some_and(in_time),
            Stage::Overdue | Stage::Lost | Stage::OpcodeMissing | Stage::NoSlots | Stage::Revoked => true,
            _ => false,
        };
        waits.then(|| NextStep::of(Mover::Nobody, "call back then, as agreed").until(Some(at)))
    }

    /// When the passing of time last changed the stage, the attention or the next step, and when it could do so next. Either
    /// may name a moment at which nothing changes.
    pub fn changes_around(&self, now: Timestamp, policy: &Policy) -> (Option<Timestamp>, Option<Timestamp>) {
        let Confirmation { due_at, dealer_confirmed_at, .. } = self.confirmation;
        let code = self.invitation.as_ref();
        let before = |at: Option<Timestamp>, length| at.and_then(|at| at.checked_sub_signed(length));
        let after = |at: Option<Timestamp>, length| at.and_then(|at| at.checked_add_signed(length));
        // Some are exceeded, not reached.
        let just = TimeDelta::milliseconds(1);
        let (generated_at, expires_at) = (code.map(|code| code.generated_at), code.map(|code| code.expires_at));
        let ahead = before(generated_at, policy.clock_tolerance);
        let soon = after(before(expires_at, policy.expiring_within), just);
        let call = before(expires_at, CALL_BEFORE_EXPIRY);
        let amber = after(after(dealer_confirmed_at, policy.amber_after), just);
        let booking = after(after(self.booking.as_deref().map(|open| open.at), policy.booking_settles), just);
        let thresholds =
            [ahead, expires_at, soon, call, due_at, amber, self.snoozed_until, self.call_back_at(), booking];
        let thresholds = || thresholds.into_iter().flatten();
        (thresholds().filter(|at| *at <= now).max(), thresholds().filter(|at| *at > now).min())
    }

    fn while_invited(&self, now: Timestamp) -> NextStep {
        let expires_at = self.invitation.as_ref().map(|code| code.expires_at);
        let is_unread = matches!(self.letter_attention(), Some(Attention::AddressRefused | Attention::LetterFailed));
        // One uncertain copy may have arrived; a file arrives nowhere by itself.
        let is_unsure = |letter: &Letter| match letter.state {
            LetterState::Uncertain => letter.handed > 1,
            LetterState::Written => true,
            _ => false,
        };
        let letter = self.telling_letter().filter(|letter| letter.generation == self.generation());
        if self.told_code().is_none() && (is_unread || letter.is_some_and(is_unsure)) {
            return NextStep::of(Mover::Us, "correct the address, or read the code by phone").until(expires_at);
        }
        match self.time_left(now) {
            Some(left) if left <= CALL_BEFORE_EXPIRY => NextStep::of(Mover::Us, "call: the code ends soon"),
            _ if self.call_about_code().is_some_and(|call| call.outcome == CallOutcome::PageNotFound) => {
                NextStep::of(Mover::Dealer, "their Xtime admin gives the role with Configure Application")
            }
            _ => NextStep::of(Mover::Dealer, "wait for the dealer to enter the code"),
        }
        .until(expires_at)
    }

    fn while_opcode_missing(&self) -> NextStep {
        let what = match (self.opcode_state, self.opcode_was_visible) {
            (OpcodeState::NearMiss, _) => "rename the opcode, or choose the one that is visible",
            (_, Some(_)) => "publish the opcode again: it was visible",
            (_, None) => "create or publish the opcode",
        };
        NextStep::of(Mover::Dealer, what).since(self.in_stage_since(Stage::OpcodeMissing))
    }
}

#[cfg(test)]
#[path = "next_step_tests.rs"]
pub(in crate::domain) mod tests;

//! What a report is made of, folded from the log in one pass: a case for each code that was issued, the calls, and when each
//! dealership first was live.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::domain::survival::{CaseEnd, Observation};
use crate::domain::{CallOutcome, DealershipId, Event, Fact, Timestamp};

/// How a code ended, otherwise than by being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closed {
    Expired,
    Superseded,
    Revoked,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseOutcome {
    /// The dealer said so, or Xtime showed it, whichever came first.
    Connected(Timestamp),
    Expired,
    Superseded(Timestamp),
    Revoked(Timestamp),
    Open,
}

/// The life of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCase {
    pub dealership: DealershipId,
    pub generation: u32,
    /// All times count from here, as the 72 hours do.
    pub generated_at: Timestamp,
    expires_at: Timestamp,
    /// The dealer's word that it is done, and until when Xtime has time to show it.
    said: Option<(Timestamp, Timestamp)>,
    confirmed_at: Option<Timestamp>,
    closed: Option<(Closed, Timestamp)>,
}

impl CodeCase {
    /// What is known of it at a moment. Xtime's answer wins over the clock and over our books. What was said or seen behind
    /// the end was done before it: a code is not taken any more then.
    pub fn outcome(&self, now: Timestamp) -> CaseOutcome {
        let said = self.said.map(|(said_at, _)| said_at);
        match (self.confirmed_at, self.closed, said) {
            (Some(seen), _, said) => self.connected(said.map_or(seen, |said| said.min(seen))),
            (None, Some((Closed::Superseded, at)), _) => CaseOutcome::Superseded(at),
            (None, Some((Closed::Revoked, at)), _) => CaseOutcome::Revoked(at),
            (None, _, Some(said)) => self.connected(said),
            (None, Some((Closed::Expired, _)), None) => CaseOutcome::Expired,
            (None, None, None) if now >= self.expires_at => CaseOutcome::Expired,
            (None, None, None) => CaseOutcome::Open,
        }
    }

    fn connected(&self, at: Timestamp) -> CaseOutcome {
        CaseOutcome::Connected(at.min(self.expires_at))
    }

    /// How long it took from generation to the dealer's word, or until it was seen.
    pub fn time_to_connect(&self, now: Timestamp) -> Option<TimeDelta> {
        match self.outcome(now) {
            CaseOutcome::Connected(at) => Some((at - self.generated_at).max(TimeDelta::zero())),
            _ => None,
        }
    }

    /// How long Xtime took to show what the dealer said is done, and whether that was in time.
    pub fn time_to_confirm(&self) -> Option<(TimeDelta, bool)> {
        let ((said_at, due_at), seen) = (self.said?, self.confirmed_at?);
        (seen >= said_at).then(|| (seen - said_at, seen <= due_at))
    }

    /// Whether Xtime had its time and has shown nothing.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.confirmed_at.is_none() && self.said.is_some_and(|(_, due_at)| due_at <= now)
    }

    /// The same for the estimate.
    pub fn observation(&self, now: Timestamp) -> Observation {
        let (until, end) = match self.outcome(now) {
            CaseOutcome::Connected(at) => (at, CaseEnd::Connected),
            CaseOutcome::Expired => (self.expires_at, CaseEnd::Expired),
            CaseOutcome::Superseded(at) | CaseOutcome::Revoked(at) => (at, CaseEnd::Censored),
            CaseOutcome::Open => (now, CaseEnd::Censored),
        };
        Observation { length: until.min(self.expires_at) - self.generated_at, end }
    }
}

/// A call that was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCase {
    pub dealership: DealershipId,
    pub outcome: CallOutcome,
    pub at: Timestamp,
}

/// What has to be known of a dealership to go on.
#[derive(Debug, Default)]
struct Track {
    /// The place of its newest case.
    newest: Option<usize>,
    connected: bool,
    opcode: bool,
    live_at: Option<Timestamp>,
}

/// What became of every code, up to an event of the log. It can be gone on with from there.
#[derive(Debug, Default)]
pub struct CaseLog {
    /// The `seq` of the last event that is in it.
    seq: u64,
    cases: Vec<CodeCase>,
    calls: Vec<CallCase>,
    tracks: HashMap<DealershipId, Track>,
}

impl CaseLog {
    /// The kinds of events that it is made of (places in `Fact::KINDS`); others need not be read.
    pub fn kinds() -> Vec<u8> {
        Fact::places(|kind| {
            matches!(
                kind,
                "invitation.issued"
                    | "invitation.superseded"
                    | "invitation.expired"
                    | "invitation.revoked"
                    | "dealer.confirmed"
                    | "integration.confirmed"
                    | "integration.lost"
                    | "opcode.verified"
                    | "opcode.near-miss"
                    | "opcode.missing"
                    | "opcode.unknown"
                    | "slots.seen"
                    | "call.logged"
            )
        })
    }

    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Everything up to that event is in it: what was not told was of other kinds.
    pub fn reaches(&mut self, seq: u64) {
        self.seq = self.seq.max(seq);
    }

    pub fn cases(&self) -> &[CodeCase] {
        &self.cases
    }

    pub fn calls(&self) -> &[CallCase] {
        &self.calls
    }

    /// When each dealership first was live, of those that ever were.
    pub fn first_live(&self) -> impl Iterator<Item = (DealershipId, Timestamp)> + '_ {
        self.tracks.iter().filter_map(|(id, track)| Some((*id, track.live_at?)))
    }

    /// Takes in the next event, in the order of their `seq`.
    pub fn take(&mut self, event: &Event) {
        self.seq = self.seq.max(event.seq);
        let Some(id) = event.dealership else { return };
        match &event.fact {
            // A code that came when the dealership was connected already is waited for by nobody.
            Fact::InvitationIssued { .. } if self.track(id).connected => {}
            Fact::InvitationIssued { generation, generated_at, expires_at, .. } => {
                self.issued(id, event.at, (*generation, *generated_at, *expires_at));
            }
            Fact::InvitationSuperseded { generation, .. }
                if self.newest(id).is_some_and(|case| case.generation == *generation) =>
            {
                self.close(id, Closed::Superseded, event.at);
            }
            Fact::InvitationExpired { expires_at, .. } => self.close(id, Closed::Expired, *expires_at),
            Fact::InvitationRevoked { .. } => {
                self.close(id, Closed::Revoked, event.at);
                // Nobody waits for Xtime to show a code that was taken back.
                if let Some(case) = self.newest(id) {
                    case.said = None;
                }
            }
            Fact::DealerConfirmed { said_at, due_at } => {
                if let Some(case) = self.newest(id) {
                    case.said = Some((*said_at, *due_at));
                }
            }
            Fact::IntegrationConfirmed { observed_at } => {
                self.track(id).connected = true;
                let is_ours =
                    |case: &&mut CodeCase| !matches!(case.closed, Some((Closed::Superseded | Closed::Revoked, _)));
                if let Some(case) = self.newest(id).filter(is_ours) {
                    case.confirmed_at.get_or_insert(*observed_at);
                }
            }
            Fact::IntegrationLost { .. } => {
                let track = self.track(id);
                (track.connected, track.opcode) = (false, false);
            }
            Fact::OpcodeVerified { .. } => self.track(id).opcode = true,
            Fact::OpcodeNearMiss { .. } | Fact::OpcodeMissing { .. } | Fact::OpcodeUnknown { .. } => {
                self.track(id).opcode = false;
            }
            Fact::SlotsSeen { count, .. } => {
                let track = self.track(id);
                if track.connected && track.opcode && *count > 0 {
                    track.live_at.get_or_insert(event.at);
                }
            }
            Fact::CallLogged { outcome, at, .. } => {
                self.calls.push(CallCase { dealership: id, outcome: *outcome, at: *at });
            }
            _ => {}
        }
    }

    fn issued(
        &mut self,
        id: DealershipId,
        at: Timestamp,
        (generation, generated_at, expires_at): (u32, Timestamp, Timestamp),
    ) {
        self.replace(id, at);
        self.track(id).newest = Some(self.cases.len());
        let (said, confirmed_at, closed) = (None, None, None);
        let case = CodeCase { dealership: id, generation, generated_at, expires_at, said, confirmed_at, closed };
        self.cases.push(case);
    }

    fn track(&mut self, id: DealershipId) -> &mut Track {
        self.tracks.entry(id).or_default()
    }

    fn newest(&mut self, id: DealershipId) -> Option<&mut CodeCase> {
        self.cases.get_mut(self.tracks.get(&id)?.newest?)
    }

    fn replace(&mut self, id: DealershipId, at: Timestamp) {
        self.close(id, Closed::Superseded, at);
        // A word that a new code followed, and not Xtime's answer, was not borne out.
        if let Some(before) = self.newest(id).filter(|before| before.confirmed_at.is_none()) {
            before.said = None;
        }
    }

    /// Ends the newest code of a dealership, unless something else has.
    fn close(&mut self, id: DealershipId, how: Closed, at: Timestamp) {
        if let Some(case) = self.newest(id) {
            // That it ran out may not have been noticed before the next one came.
            let ran_out = how == Closed::Superseded && at >= case.expires_at;
            case.closed.get_or_insert(if ran_out { (Closed::Expired, case.expires_at) } else { (how, at) });
        }
    }
}

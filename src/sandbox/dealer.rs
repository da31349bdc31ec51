//! One simulated dealership: its history of actions, and its state at a moment, which follows from that history alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::action::{Behaviour, CodeResult, DealerAction, MessageKind, ScheduledAction, Typed, When};
use super::catalog::Catalog;
use super::profile::DealerProfile;
use super::scenario::CODE_LIFE;
use super::schedule::Schedule;

/// One invitation that was generated for a dealership.
#[derive(Debug, Clone)]
pub(super) struct IssuedInvitation {
    pub(super) code: String,
    pub(super) generation: u32,
    pub(super) generated_at: DateTime<Utc>,
    pub(super) behaviour: Behaviour,
}

impl IssuedInvitation {
    /// When the code dies; the end of the calendar for times that no clock shows.
    pub(super) fn expires_at(&self) -> DateTime<Utc> {
        let life = TimeDelta::try_seconds(CODE_LIFE).unwrap_or_default();
        self.generated_at.checked_add_signed(life).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// One appointment that was booked.
#[derive(Debug, Clone)]
pub(super) struct SimulatedAppointment {
    pub(super) vin: String,
    pub(super) local: NaiveDateTime,
    pub(super) opcode: String,
    pub(super) comment: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: String,
}

/// What a dealership says at a moment.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) at: DateTime<Utc>,
    pub(super) kind: MessageKind,
    pub(super) text: String,
    pub(super) opcode: Option<(String, &'static str)>,
}

/// A code that was typed in at Xtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) at: DateTime<Utc>,
    pub(super) typed: String,
    pub(super) result: CodeResult,
}

/// What is the case at a moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DealerState {
    pub(super) connected: bool,
    pub(super) catalog: Catalog,
    pub(super) schedule: Schedule,
    /// The generation whose code was confirmed for this dealership.
    pub(super) accepted: Option<u32>,
    /// Generations whose code was used up, rightly or not.
    used: BTreeSet<u32>,
    /// The number of the newest letter with a code.
    letter: u32,
    /// What was typed in at Xtime, in order of time.
    pub(super) attempts: Vec<Attempt>,
}

impl DealerState {
    fn first(profile: &DealerProfile) -> Self {
        Self {
            connected: false,
            catalog: profile.catalog.clone(),
            schedule: profile.schedule.clone(),
            accepted: None,
            used: BTreeSet::new(),
            letter: 0,
            attempts: Vec::new(),
        }
    }

    /// Whether there is an invitation that could still be used: none was finished, or a newer one came.
    fn wants_code(&self, invitations: &[IssuedInvitation], at: DateTime<Utc>) -> bool {
        let newer = |than| newest(invitations, at).is_some_and(|newest| newest.generation > than);
        !self.connected && self.accepted.is_none_or(newer)
    }

    fn attempt(&mut self, at: DateTime<Utc>, typed: &Typed, result: CodeResult) -> Option<Said> {
        self.attempts.push(Attempt { at, typed: typed.masked(), result });
        let text = result.message()?.to_owned();
        Some(Said { at, kind: MessageKind::CodeRefused, text, opcode: None })
    }
}

struct Entry {
    scheduled: ScheduledAction,
    /// What it says has been handed out.
    said: bool,
}

pub(super) struct Dealer {
    pub(super) profile: DealerProfile,
    /// Where its people get letters.
    pub(super) email: Option<String>,
    /// The codes of the letters that have come, and how often each came once more.
    pub(super) letters: Vec<(String, u32)>,
    /// Generations that its people have learned of; what they do about them is in the history.
    pub(super) known: BTreeSet<u32>,
    pub(super) appointments: BTreeMap<String, SimulatedAppointment>,
    /// Slots that are gone: booked here or taken by others.
    pub(super) taken: BTreeSet<NaiveDateTime>,
    /// What is the case at the moment that [`Dealer::settle`] was last given.
    pub(super) state: DealerState,
    invitations: Vec<IssuedInvitation>,
    /// In order of time; of the same moment in order of arrival.
    history: Vec<Entry>,
    settled: DateTime<Utc>,
    /// So many entries of the history have made the state what it is.
    applied: usize,
    /// What those entries said and nobody has heard yet, by their places.
    unheard: Vec<(usize, Said)>,
}

impl Dealer {
    pub(super) fn new(profile: DealerProfile) -> Self {
        Self {
            state: DealerState::first(&profile),
            profile,
            email: None,
            letters: Vec::new(),
            known: BTreeSet::new(),
            appointments: BTreeMap::new(),
            taken: BTreeSet::new(),
            invitations: Vec::new(),
            history: Vec::new(),
            settled: DateTime::<Utc>::MIN_UTC,
            applied: 0,
            unheard: Vec::new(),
        }
    }

    /// Adds what happens, or will.
    pub(super) fn add(&mut self, scheduled: ScheduledAction) {
        let place = self.history.partition_point(|entry| entry.scheduled.at <= scheduled.at);
        self.history.insert(place, Entry { scheduled, said: false });
        if place < self.applied {
            self.unsettle();
        }
    }

    /// How many things have happened or will.
    pub(super) fn actions(&self) -> usize {
        self.history.len()
    }

    /// Adds an invitation. It may be of the past, and then it changes what came after it.
    pub(super) fn invited(&mut self, invitation: IssuedInvitation) {
        self.invitations.push(invitation);
        self.unsettle();
    }

    /// Its invitations, in order of their generations.
    pub(super) fn invitations(&self) -> &[IssuedInvitation] {
        &self.invitations
    }

    fn unsettle(&mut self) {
        self.state = DealerState::first(&self.profile);
        self.settled = DateTime::<Utc>::MIN_UTC;
        self.applied = 0;
        self.unheard.clear();
    }

    /// Makes the state that of a moment: each entry of the history is applied once, as long as time goes forward.
    pub(super) fn settle(&mut self, now: DateTime<Utc>) {
        if now < self.settled {
            self.unsettle();
        }
        self.settled = now;
        while let Some(entry) = self.history.get(self.applied).filter(|entry| entry.scheduled.at <= now) {
            let words = apply(&mut self.state, &self.invitations, &entry.scheduled);
            if let Some(words) = words.filter(|_| !entry.said) {
                self.unheard.push((self.applied, words));
            }
            self.applied += 1;
        }
    }

    /// What it has said up to a moment and was not handed out yet.
    pub(super) fn take_said(&mut self, now: DateTime<Utc>) -> Vec<Said> {
        self.settle(now);
        let mut said = Vec::with_capacity(self.unheard.len());
        for (place, words) in self.unheard.drain(..) {
            if let Some(entry) = self.history.get_mut(place) {
                entry.said = true;
            }
            said.push(words);
        }
        said
    }

    /// What will happen after a moment, in order.
    pub(super) fn ahead(&self, now: DateTime<Utc>) -> impl Iterator<Item = &ScheduledAction> {
        self.history.iter().map(|entry| &entry.scheduled).filter(move |scheduled| scheduled.at > now)
    }

    /// The newest invitation at a moment: invitations count from when they were generated.
    pub(super) fn newest(&self, now: DateTime<Utc>) -> Option<&IssuedInvitation> {
        newest(&self.invitations, now)
    }
}

fn newest(invitations: &[IssuedInvitation], now: DateTime<Utc>) -> Option<&IssuedInvitation> {
    invitations
        .iter()
        .filter(|invitation| invitation.generated_at <= now)
        .max_by_key(|invitation| (invitation.generated_at, invitation.generation))
}

fn apply(state: &mut DealerState, invitations: &[IssuedInvitation], scheduled: &ScheduledAction) -> Option<Said> {
    let newest = || newest(invitations, scheduled.at).filter(|newest| newest.generation == scheduled.generation);
    let counts = match scheduled.when {
        When::Always => true,
        When::Accepted => state.accepted == Some(scheduled.generation),
        When::Connected => state.connected,
        When::Dead => {
            newest().is_some_and(|newest| newest.expires_at() <= scheduled.at)
                && !state.connected
                && !state.used.contains(&scheduled.generation)
        }
        When::Reading(letter) => state.letter == letter && state.wants_code(invitations, scheduled.at),
    };
    if !counts {
        return None;
    }
    match &scheduled.action {
        DealerAction::Enter { right, finish } => {
            let typed = invitations.iter().find(|one| one.generation == scheduled.generation);
            let typed = Typed::new(typed.map_or("", |one| &one.code));
            let result = match newest() {
                None => CodeResult::Superseded,
                Some(newest) if newest.expires_at() <= scheduled.at => CodeResult::Expired,
                Some(_) if state.used.contains(&scheduled.generation) => CodeResult::Used,
                Some(_) if !*finish => CodeResult::Cancelled,
                Some(_) if *right => CodeResult::Accepted,
                Some(_) => CodeResult::Elsewhere,
            };
            if matches!(result, CodeResult::Accepted | CodeResult::Elsewhere) {
                state.used.insert(scheduled.generation);
            }
            if result == CodeResult::Accepted {
                state.accepted = Some(scheduled.generation);
            }
            return state.attempt(scheduled.at, &typed, result);
        }
        DealerAction::Mistype { typed, why } => return state.attempt(scheduled.at, typed, *why),
        DealerAction::Letter(number) => state.letter = *number,
        DealerAction::Connect => state.connected = true,
        DealerAction::Disconnect => state.connected = false,
        DealerAction::Catalog(edit) => state.catalog.edit(edit),
        DealerAction::Calendar(adjust) => state.schedule.adjust(adjust),
        DealerAction::Say { kind, text, opcode } => {
            return Some(Said { at: scheduled.at, kind: *kind, text: text.clone(), opcode: opcode.clone() });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::super::catalog::{Change, Edit, Which};
    use super::super::schedule::Adjust;
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap() + TimeDelta::minutes(minute)
    }

    #[derive(Debug, Clone)]
    enum Step {
        Add(ScheduledAction),
        Invite(IssuedInvitation),
        Settle(i64),
        Hear(i64),
    }

    fn moment() -> impl Strategy<Value = i64> {
        (0_i64..12).prop_map(|number| number * 600)
    }

    fn step() -> impl Strategy<Value = Step> {
        let action = prop_oneof![
            (any::<bool>(), any::<bool>()).prop_map(|(right, finish)| DealerAction::Enter { right, finish }),
            Just(DealerAction::Mistype { typed: Typed::new("K7QF-2M9X"), why: CodeResult::Unknown }),
            (1_u32..3).prop_map(DealerAction::Letter),
            Just(DealerAction::Connect),
            Just(DealerAction::Disconnect),
            "[AB]".prop_map(|opcode| DealerAction::Catalog(Edit::Draft { opcode, change: Change::default() })),
            Just(DealerAction::Catalog(Edit::Publish)),
            "[AB]".prop_map(|opcode| DealerAction::Catalog(Edit::Unpublish(Which::One(opcode)))),
            Just(DealerAction::Catalog(Edit::Rename { from: "A".to_owned(), to: "B".to_owned() })),
            any::<bool>().prop_map(|reservable| DealerAction::Calendar(Adjust::Reservable(reservable))),
            Just(DealerAction::Say { kind: MessageKind::Done, text: String::new(), opcode: None }),
        ];
        let when = prop_oneof![6 => Just(When::Always), 1 => Just(When::Accepted), 1 => Just(When::Connected), 1 => Just(When::Dead),
            1 => (1_u32..3).prop_map(When::Reading)];
        // Few moments, so that much happens between two looks and the order matters.
        let scheduled = (moment(), 1_u32..4, when, action);
        let scheduled = scheduled.prop_map(|(minute, generation, when, action)| ScheduledAction {
            at: at(minute),
            generation,
            when,
            action,
        });
        let invitation = (moment(), 1_u32..4).prop_map(|(minute, generation)| IssuedInvitation {
            code: String::new(),
            generation,
            generated_at: at(minute),
            behaviour: Behaviour::Early,
        });
        prop_oneof![
            8 => scheduled.prop_map(Step::Add),
            1 => invitation.prop_map(Step::Invite),
            3 => moment().prop_map(Step::Settle),
            1 => moment().prop_map(Step::Hear),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Looking often, at whatever moments, and learning of the past late changes nothing: the state is the fold of all
        /// that happened up to the moment.
        #[test]
        fn the_state_is_the_fold_however_it_came_about(steps in proptest::collection::vec(step(), 0..80), end in moment()) {
            let profile = DealerProfile::of(1, "xts1", None);
            let mut often = Dealer::new(profile.clone());
            let mut once = Dealer::new(profile);
            let mut heard = 0;
            for step in steps {
                match step {
                    Step::Add(scheduled) => {
                        often.add(scheduled.clone());
                        once.add(scheduled);
                    }
                    Step::Invite(invitation) => {
                        often.invited(invitation.clone());
                        once.invited(invitation);
                    }
                    Step::Settle(minute) => often.settle(at(minute)),
                    Step::Hear(minute) => {
                        heard += often.take_said(at(minute)).len();
                        prop_assert!(often.take_said(at(minute)).is_empty(), "nobody says it twice");
                    }
                }
            }
            often.settle(at(end));
            once.settle(at(end));
            prop_assert_eq!(&often.state, &once.state);
            prop_assert!(heard <= often.actions());
        }
    }
}

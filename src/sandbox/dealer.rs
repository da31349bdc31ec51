//! One simulated dealership: its history of actions, and its state at a moment, which follows from that history alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::plot::CODE_LIFE;
use super::profile::{Profile, Service};
use super::script::{Act, Behaviour, Kind, Timed, When};

/// One invitation that was generated for a dealership.
#[derive(Debug, Clone)]
pub(super) struct Invitation {
    pub(super) code: String,
    pub(super) generation: u32,
    pub(super) generated_at: DateTime<Utc>,
    pub(super) behaviour: Behaviour,
}

impl Invitation {
    /// When the code dies; the end of the calendar for times that no clock shows.
    pub(super) fn expires_at(&self) -> DateTime<Utc> {
        let life = TimeDelta::try_seconds(CODE_LIFE).unwrap_or_default();
        self.generated_at.checked_add_signed(life).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// One appointment that was booked.
#[derive(Debug, Clone)]
pub(super) struct Appointment {
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
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) opcode: Option<(String, &'static str)>,
}

/// What is the case at a moment.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) connected: bool,
    pub(super) capacity: bool,
    pub(super) services: Vec<Service>,
    /// The generation whose code was confirmed for this dealership.
    pub(super) accepted: Option<u32>,
    /// Generations whose code was used up, rightly or not.
    used: BTreeSet<u32>,
}

struct Entry {
    timed: Timed,
    /// What it says has been handed out.
    said: bool,
}

/// One simulated dealership.
pub(super) struct Dealer {
    pub(super) profile: Profile,
    pub(super) invitations: Vec<Invitation>,
    pub(super) appointments: BTreeMap<String, Appointment>,
    /// Slots that are gone: booked here or taken by others.
    pub(super) taken: BTreeSet<NaiveDateTime>,
    /// In order of time; of the same moment in order of arrival.
    history: Vec<Entry>,
}

impl Dealer {
    pub(super) fn new(profile: Profile) -> Self {
        Self {
            profile,
            invitations: Vec::new(),
            appointments: BTreeMap::new(),
            taken: BTreeSet::new(),
            history: Vec::new(),
        }
    }

    /// Adds what happens, or will.
    pub(super) fn add(&mut self, timed: Timed) {
        let place = self.history.partition_point(|entry| entry.timed.at <= timed.at);
        self.history.insert(place, Entry { timed, said: false });
    }

    /// What is the case at a moment.
    pub(super) fn state(&self, now: DateTime<Utc>) -> State {
        let mut state = self.initial();
        for entry in self.history.iter().take_while(|entry| entry.timed.at <= now) {
            self.apply(&mut state, &entry.timed);
        }
        state
    }

    /// What it has said up to a moment and was not handed out yet.
    pub(super) fn take_said(&mut self, now: DateTime<Utc>) -> Vec<Said> {
        let mut state = self.initial();
        let due = self.history.partition_point(|entry| entry.timed.at <= now);
        let mut said = Vec::new();
        let mut handed_out = Vec::new();
        for (index, entry) in self.history.iter().take(due).enumerate() {
            if let Some(words) = self.apply(&mut state, &entry.timed)
                && !entry.said
            {
                said.push(words);
                handed_out.push(index);
            }
        }
        for index in handed_out {
            if let Some(entry) = self.history.get_mut(index) {
                entry.said = true;
            }
        }
        said
    }

    /// What will happen after a moment, in order.
    pub(super) fn ahead(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Timed> {
        self.history.iter().map(|entry| &entry.timed).filter(move |timed| timed.at > now)
    }

    /// The newest invitation at a moment: invitations count from when they were generated.
    pub(super) fn newest(&self, now: DateTime<Utc>) -> Option<&Invitation> {
        self.invitations
            .iter()
            .filter(|invitation| invitation.generated_at <= now)
            .max_by_key(|invitation| (invitation.generated_at, invitation.generation))
    }

    fn initial(&self) -> State {
        State { capacity: self.profile.capacity, services: self.profile.services.clone(), ..State::default() }
    }

    fn apply(&self, state: &mut State, timed: &Timed) -> Option<Said> {
        let newest = || self.newest(timed.at).filter(|newest| newest.generation == timed.generation);
        let counts = match timed.when {
            When::Always => true,
            When::Accepted => state.accepted == Some(timed.generation),
            When::Connected => state.connected,
            When::Dead => {
                newest().is_some_and(|newest| newest.expires_at() <= timed.at)
                    && !state.connected
                    && !state.used.contains(&timed.generation)
            }
        };
        if !counts {
            return None;
        }
        match &timed.act {
            Act::Enter { right, finish } => {
                let Some(newest) = newest() else {
                    return Some(refused(
                        timed.at,
                        "Xtime refuses the code; we have seen a newer one, is this one void?",
                    ));
                };
                if newest.expires_at() <= timed.at {
                    return Some(refused(timed.at, "Xtime says that the invitation has expired."));
                }
                if *finish {
                    state.used.insert(timed.generation);
                }
                if *finish && *right {
                    state.accepted = Some(timed.generation);
                }
            }
            Act::Connect => state.connected = true,
            Act::Disconnect => state.connected = false,
            Act::Publish(service) => {
                state.services.retain(|known| known.opcode != service.opcode);
                state.services.push(service.clone());
            }
            Act::Unpublish(opcode) => state.services.retain(|known| known.opcode != *opcode),
            Act::Rename { from, to } => {
                if state.services.iter().any(|known| known.opcode == *from) {
                    state.services.retain(|known| known.opcode != *to);
                }
                for known in state.services.iter_mut().filter(|known| known.opcode == *from) {
                    known.opcode.clone_from(to);
                }
            }
            Act::Capacity(open) => state.capacity = *open,
            Act::Say { kind, text, opcode } => {
                return Some(Said { at: timed.at, kind: *kind, text: text.clone(), opcode: opcode.clone() });
            }
        }
        None
    }
}

fn refused(at: DateTime<Utc>, text: &str) -> Said {
    Said { at, kind: Kind::CodeRefused, text: text.to_owned(), opcode: None }
}

//! The reference model: what should be true of three dealerships, in the plainest words, sharing no code with the rules.

use std::collections::BTreeSet;

use cloverwatch::domain::{Outcome, Stage};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

pub const DEALERS: usize = 3;
const HOUR: i64 = 60;

/// What is done, with numbers in place of everything: dealers, codes, minutes.
#[derive(Debug, Clone)]
pub enum Move {
    Invite { dealer: usize, code: u8, age: i64 },
    Reissue { dealer: usize, code: u8, age: i64, stale: bool, despite_word: bool },
    Request { dealer: usize, reissue: bool },
    Arrive { dealer: usize, code: u8, age: i64 },
    Fail { dealer: usize, refused: bool },
    Revoke { dealer: usize },
    Word { dealer: usize, ago: i64 },
    ProbeResult { dealer: usize, outcome: Outcome, unrecognised: bool },
    Tick { dealer: usize, probing: bool },
    Archive { dealer: usize, back: bool },
    Wait { minutes: i64 },
    Crash,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    Open,
    Expired,
    Used,
    Revoked,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Xtime {
    #[default]
    Never,
    LetsUsIn,
    Lost,
}

#[derive(Debug, Clone, Default)]
pub struct Dealer {
    pub archived: bool,
    pub code: Option<(u8, i64, i64, Fate)>,
    pub generation: u32,
    /// Due, and whether it was noted that it is over.
    pub word: Option<(i64, bool)>,
    pub xtime: Xtime,
    pub doubted: Option<i64>,
    /// Whether its last try failed.
    pub request: Option<bool>,
}

/// The reference: what should be true, in the plainest words.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub now: i64,
    pub used: BTreeSet<u8>,
    pub dealers: [Dealer; DEALERS],
    /// Whether the last move was allowed.
    pub allowed: bool,
}

impl Dealer {
    pub fn living(&self, now: i64) -> Option<u8> {
        self.code.filter(|(_, _, end, fate)| *fate == Fate::Open && now < *end).map(|(number, ..)| number)
    }

    pub fn stage(&self, now: i64) -> Stage {
        if self.archived {
            return Stage::Archived;
        }
        match (self.xtime, self.word) {
            (Xtime::LetsUsIn, _) => Stage::Confirmed,
            (_, Some((due, _))) if now < due => Stage::AwaitingXtime,
            (_, Some(_)) => Stage::Overdue,
            _ if self.living(now).is_some() => Stage::Invited,
            (Xtime::Lost, _) => Stage::Lost,
            _ => match self.code {
                None => Stage::New,
                Some((.., Fate::Revoked)) => Stage::Revoked,
                Some(_) => Stage::Expired,
            },
        }
    }

    fn may_ask(&self, now: i64, reissue: Option<(bool, bool)>) -> bool {
        let waits = self.word.is_some_and(|(due, _)| now < due);
        match reissue {
            _ if self.xtime == Xtime::LetsUsIn => false,
            None => self.code.is_none(),
            Some((stale, despite_word)) => self.code.is_some() && !stale && (!waits || despite_word),
        }
    }
}

impl Model {
    /// A code comes into our books, if it may.
    fn issue(&mut self, dealer: usize, code: u8, age: i64) -> bool {
        let (generated, end) = (self.now - age, self.now - age + 72 * HOUR);
        if self.used.contains(&code) || end <= self.now {
            return false;
        }
        self.used.insert(code);
        let it = &mut self.dealers[dealer];
        it.generation += 1;
        it.code = Some((code, generated, end, Fate::Open));
        it.request = None;
        if it.xtime != Xtime::LetsUsIn {
            it.word = None;
        }
        true
    }

    fn paste(&mut self, dealer: usize, code: u8, age: i64, reissue: Option<(bool, bool)>) -> bool {
        let it = &self.dealers[dealer];
        let waits_for_source = it.request == Some(false);
        !it.archived && !waits_for_source && it.may_ask(self.now, reissue) && self.issue(dealer, code, age)
    }

    fn look(&mut self, dealer: usize, outcome: Outcome, unrecognised: bool) {
        let now = self.now;
        let it = &mut self.dealers[dealer];
        match outcome {
            _ if it.archived => {}
            Outcome::OurCredentials => {}
            Outcome::Unknown if !unrecognised => {}
            // Between two looks that say "not connected" stands one that nobody understands: the first one is stale.
            Outcome::Unknown => it.doubted = None,
            Outcome::Connected => {
                it.doubted = None;
                // A request that failed is over: nobody needs that code any more.
                if it.xtime != Xtime::LetsUsIn {
                    it.request = it.request.filter(|failed| !failed);
                }
                // The platform's answer wins over the clock. It says nothing about codes that came while connected.
                if it.xtime != Xtime::LetsUsIn
                    && let Some((.., fate @ (Fate::Open | Fate::Expired))) = &mut it.code
                {
                    *fate = Fate::Used;
                }
                it.xtime = Xtime::LetsUsIn;
            }
            Outcome::NotConnected if it.xtime == Xtime::LetsUsIn => match it.doubted {
                None => it.doubted = Some(now),
                Some(first) if now - first >= 1 => {
                    (it.xtime, it.doubted, it.word) = (Xtime::Lost, None, None);
                    it.clock(now);
                }
                Some(_) => {}
            },
            Outcome::NotConnected => it.clock(now),
        }
    }
}

impl Dealer {
    /// The code's time is over and nobody said that it was entered.
    fn clock(&mut self, now: i64) {
        if let Some((_, _, end, fate @ Fate::Open)) = &mut self.code
            && self.word.is_none()
            && self.xtime != Xtime::LetsUsIn
            && now >= *end
        {
            *fate = Fate::Expired;
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Move;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Move> {
        let dealer = || 0..DEALERS;
        let code = || 0_u8..24;
        let age = || prop_oneof![4 => 0_i64..120, 1 => 0..80 * HOUR];
        let outcome = prop_oneof![
            3 => Just(Outcome::Connected),
            5 => Just(Outcome::NotConnected),
            1 => Just(Outcome::OurCredentials),
            1 => Just(Outcome::Unknown),
        ];
        prop_oneof![
            4 => (dealer(), code(), age()).prop_map(|(dealer, code, age)| Move::Invite { dealer, code, age }),
            4 => (dealer(), code(), age(), prop::bool::weighted(0.1), any::<bool>()).prop_map(
                |(dealer, code, age, stale, despite_word)| Move::Reissue { dealer, code, age, stale, despite_word }
            ),
            2 => (dealer(), any::<bool>()).prop_map(|(dealer, reissue)| Move::Request { dealer, reissue }),
            2 => (dealer(), code(), age()).prop_map(|(dealer, code, age)| Move::Arrive { dealer, code, age }),
            1 => (dealer(), any::<bool>()).prop_map(|(dealer, refused)| Move::Fail { dealer, refused }),
            1 => dealer().prop_map(|dealer| Move::Revoke { dealer }),
            3 => (dealer(), 0_i64..3 * HOUR).prop_map(|(dealer, ago)| Move::Word { dealer, ago }),
            8 => (dealer(), outcome, any::<bool>())
                .prop_map(|(dealer, outcome, unrecognised)| Move::ProbeResult { dealer, outcome, unrecognised }),
            3 => (dealer(), any::<bool>()).prop_map(|(dealer, probing)| Move::Tick { dealer, probing }),
            1 => (dealer(), any::<bool>()).prop_map(|(dealer, back)| Move::Archive { dealer, back }),
            4 => prop_oneof![Just(0_i64), Just(1), 2..30_i64, 30..26 * HOUR, Just(72 * HOUR)]
                .prop_map(|minutes| Move::Wait { minutes }),
            1 => Just(Move::Crash),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Move) -> Self {
        let now = model.now;
        model.allowed = match *step {
            Move::Invite { dealer, code, age } => model.paste(dealer, code, age, None),
            Move::Reissue { dealer, code, age, stale, despite_word } => {
                model.paste(dealer, code, age, Some((stale, despite_word)))
            }
            Move::Request { dealer, reissue } => {
                let it = &mut model.dealers[dealer];
                let may = it.may_ask(now, reissue.then_some((false, false)));
                let may = !it.archived && it.request.is_none() && may;
                it.request = if may { Some(false) } else { it.request };
                may
            }
            Move::Arrive { dealer, code, age } => {
                model.dealers[dealer].request.is_some() && model.issue(dealer, code, age)
            }
            Move::Fail { dealer, refused } => {
                let it = &mut model.dealers[dealer];
                let known = it.request.is_some() || !it.archived;
                it.request = it.request.and(if refused { None } else { Some(true) });
                known
            }
            Move::Revoke { dealer } => {
                let it = &mut model.dealers[dealer];
                let may = !it.archived && it.living(now).is_some();
                if let Some((.., fate)) = it.code.as_mut().filter(|_| may) {
                    *fate = Fate::Revoked;
                    it.word = it.word.filter(|_| it.xtime == Xtime::LetsUsIn);
                }
                may
            }
            Move::Word { dealer, ago } => {
                let it = &mut model.dealers[dealer];
                let sense = it.code.is_some_and(|(_, generated, end, fate)| {
                    // A dead code cannot have been entered.
                    fate != Fate::Revoked
                        && (it.generation > 1 || generated - (now - ago) <= 5)
                        && (now - ago) - end <= 5
                });
                let may = !it.archived && it.xtime != Xtime::LetsUsIn && it.word.is_none() && sense;
                it.word = if may { Some((now - ago + 24 * HOUR, false)) } else { it.word };
                may
            }
            Move::ProbeResult { dealer, outcome, unrecognised } => {
                model.look(dealer, outcome, unrecognised);
                true
            }
            Move::Tick { dealer, probing } => {
                let it = &mut model.dealers[dealer];
                if !it.archived {
                    if let Some((due, noted)) = it.word.as_mut().filter(|_| it.xtime != Xtime::LetsUsIn) {
                        *noted |= now >= *due;
                    }
                    if !probing {
                        it.clock(now);
                    }
                }
                true
            }
            Move::Archive { dealer, back } => {
                let it = &mut model.dealers[dealer];
                let may = it.archived || !back;
                it.archived = !back;
                may
            }
            Move::Wait { minutes } => {
                model.now += minutes;
                true
            }
            Move::Crash => true,
        };
        model
    }
}

//! One term of a query, and whether it holds.

use chrono::TimeDelta;
use memchr::memmem::Finder;

use crate::domain::text::normal;
use crate::domain::{InvitationState, Mover, Onboarding, OpcodeState, Stage};

use super::fuzzy::Fuzzy;
use super::mail_is::MailIs;
use super::pattern::QueryPattern;
use super::{Block, Derived, QueryContext, QueryField, SearchText};

/// From how many rows of a block on it is faster to search all of their texts than each.
const WORTH_JOINING: u32 = 8;

/// A dealership that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) state: &'a Onboarding,
    pub(super) text: SearchText<'a>,
    /// What kind of event it is about, if not about the newest one.
    pub(super) kind: Option<u8>,
    /// What was derived from the state before and is still true.
    pub(super) known: Option<Derived>,
}

impl Asked<'_> {
    fn stage(&self, ctx: &QueryContext<'_>) -> Stage {
        self.known.map_or_else(|| self.state.stage(ctx.now), |known| known.stage)
    }

    fn needs_attention(&self, ctx: &QueryContext<'_>) -> bool {
        let derive = || self.state.attention(ctx.now, ctx.policy);
        self.known.map_or_else(derive, |known| known.attention).is_some()
    }

    fn is_snoozed(&self, ctx: &QueryContext<'_>) -> bool {
        self.known.map_or_else(|| self.state.is_snoozed(ctx.now), |known| known.snoozed)
    }
}

/// A test, possibly turned round.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What can be asked of a dealership.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// Text somewhere in what words search.
    Word(Box<Finder<'static>>),
    /// The same, or these digits in the phone number: the text may be one, and its marks do not count.
    WordOrPhone(Box<Finder<'static>>, Box<Finder<'static>>),
    /// Any of these values in a field.
    Field(QueryField, Vec<QueryValue>),
    /// The letters in this order in one of the fields that words search.
    Fuzzy(Fuzzy),
    /// A regular expression in one of the fields that words search.
    Regex(QueryPattern),
    Is(Vec<Is>),
    /// One of these stages, as a bit each.
    Stage(u32),
    /// The move of one of these.
    Move(Vec<Mover>),
    /// Any of these in the words of the next step.
    Next(Vec<Finder<'static>>),
    /// One of these opcode states.
    Opcode(Vec<OpcodeState>),
    /// One of these states of the letter that tells how things stand.
    Mail(Vec<MailIs>),
    /// One of these kinds of event, as a bit each.
    Kind(u64),
    /// A clock compared with a length of time.
    Clock(ClockField, Compare, TimeDelta),
}

/// A value that a field is searched for.
#[derive(Debug, Clone)]
pub(super) enum QueryValue {
    /// The field holds this somewhere.
    Part(Box<Finder<'static>>),
    /// The field is empty: `owner:""`.
    Empty,
    /// It is who asks: `owner:me`.
    Me,
}

/// A condition with a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    At(Stage),
    /// Xtime shows the integration, whatever its opcode.
    Confirmed,
    Attention,
    Snoozed,
    Mine,
    /// May be one and the same as another.
    Twin,
}

impl Is {
    /// Every condition with its word. Besides the short words every stage can be asked for.
    pub(super) const WORDS: &'static [(&'static str, Self)] = &[
        ("pending", Self::At(Stage::Invited)),
        ("expired", Self::At(Stage::Expired)),
        ("awaiting", Self::At(Stage::AwaitingXtime)),
        ("overdue", Self::At(Stage::Overdue)),
        ("confirmed", Self::Confirmed),
        ("lost", Self::At(Stage::Lost)),
        ("live", Self::At(Stage::Live)),
        ("attention", Self::Attention),
        ("snoozed", Self::Snoozed),
        ("mine", Self::Mine),
        ("twin", Self::Twin),
        ("new", Self::At(Stage::New)),
        ("invited", Self::At(Stage::Invited)),
        ("awaiting-xtime", Self::At(Stage::AwaitingXtime)),
        ("opcode-missing", Self::At(Stage::OpcodeMissing)),
        ("no-slots", Self::At(Stage::NoSlots)),
        ("revoked", Self::At(Stage::Revoked)),
        ("archived", Self::At(Stage::Archived)),
    ];

    fn holds(self, asked: Asked<'_>, ctx: &QueryContext<'_>) -> bool {
        let owner = || asked.text.field(QueryField::Owner);
        match self {
            Self::At(stage) => asked.stage(ctx) == stage,
            Self::Confirmed => asked.state.is_integrated(),
            Self::Attention => asked.needs_attention(ctx),
            Self::Snoozed => asked.is_snoozed(ctx),
            Self::Mine => ctx.is_me(owner()),
            Self::Twin => ctx.twins.is_some_and(|twins| twins.contains(&asked.state.id)),
        }
    }
}

pub(super) const OPCODE_WORDS: &[(&str, OpcodeState)] = &[
    ("missing", OpcodeState::Missing),
    ("ok", OpcodeState::Ok),
    ("unchecked", OpcodeState::Unchecked),
    ("near-miss", OpcodeState::NearMiss),
    ("unknown", OpcodeState::Unknown),
];

/// A clock of a dealership. One that does not run is neither smaller nor greater than anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClockField {
    /// What is left of the living code.
    Expires,
    /// How long ago the newest code died unused.
    Expired,
    /// How long the dealer's word is waiting for Xtime.
    Waiting,
    /// How long ago the integration was confirmed.
    Confirmed,
    /// How long ago it was lost.
    Lost,
    /// How long ago it was added.
    Added,
    /// How long ago its newest event was.
    Quiet,
}

impl ClockField {
    /// Every clock with its word.
    pub(super) const WORDS: &'static [(&'static str, Self)] = &[
        ("expires", Self::Expires),
        ("expired", Self::Expired),
        ("waiting", Self::Waiting),
        ("confirmed", Self::Confirmed),
        ("lost", Self::Lost),
        ("added", Self::Added),
        ("quiet", Self::Quiet),
    ];

    fn shows(self, state: &Onboarding, ctx: &QueryContext<'_>) -> Option<TimeDelta> {
        let now = ctx.now;
        match self {
            Self::Expires => state.time_left(now),
            Self::Expired => state
                .invitation
                .as_ref()
                .filter(|newest| newest.state(now) == InvitationState::Expired)
                .map(|newest| now - newest.expires_at),
            Self::Waiting => state.waited(now),
            Self::Confirmed if !state.is_confirmed() => None,
            Self::Confirmed => state.confirmation.confirmed_at.map(|at| now - at),
            Self::Lost => state.confirmation.lost_at.map(|at| now - at),
            Self::Added => Some(now - state.added_at),
            Self::Quiet => Some(now - state.last_event.at),
        }
    }
}

/// How a clock is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Compare {
    fn holds(self, shown: TimeDelta, than: TimeDelta) -> bool {
        match self {
            Self::Less => shown < than,
            Self::LessOrEqual => shown <= than,
            Self::Greater => shown > than,
            Self::GreaterOrEqual => shown >= than,
        }
    }
}

impl Term {
    /// Whether it holds of a dealership, or of one of its events.
    pub(super) fn holds(&self, asked: Asked<'_>, ctx: &QueryContext<'_>) -> bool {
        let Asked { state, text, .. } = asked;
        let holds = match &self.test {
            Test::Word(finder) => finder.find(text.words().as_bytes()).is_some(),
            Test::WordOrPhone(finder, digits) => {
                finder.find(text.words().as_bytes()).is_some()
                    || digits.find(text.field(QueryField::Phone).as_bytes()).is_some()
            }
            Test::Field(field, values) => {
                let found = text.field(*field);
                values.iter().any(|value| match value {
                    QueryValue::Part(finder) => finder.find(found.as_bytes()).is_some(),
                    QueryValue::Empty => found.is_empty(),
                    QueryValue::Me => ctx.is_me(found),
                })
            }
            Test::Fuzzy(fuzzy) => text.word_fields().any(|field| fuzzy.is_in(field)),
            Test::Regex(pattern) => pattern.is_in(text.words()),
            Test::Is(conditions) => conditions.iter().any(|condition| condition.holds(asked, ctx)),
            Test::Stage(mask) => mask & (1 << asked.stage(ctx) as u32) != 0,
            Test::Move(movers) => movers.contains(&state.next_step(ctx.now).whose),
            Test::Next(words) => {
                let what = normal(state.next_step(ctx.now).what);
                words.iter().any(|finder| finder.find(what.as_bytes()).is_some())
            }
            Test::Opcode(states) => states.contains(&state.opcode_state),
            Test::Mail(states) => states.iter().any(|wanted| wanted.holds(state)),
            Test::Kind(mask) => mask & (1 << u32::from(asked.kind.unwrap_or(state.last_event.kind))) != 0,
            Test::Clock(clock, compare, than) => {
                clock.shows(state, ctx).is_some_and(|shown| compare.holds(shown, *than))
            }
        };
        holds != self.negated
    }

    /// Whether it holds of an event of the platform.
    pub(super) fn holds_of_platform(&self, kind: u8) -> bool {
        let holds = matches!(&self.test, Test::Kind(mask) if mask & (1 << u32::from(kind)) != 0);
        holds != self.negated
    }

    /// Of which of these rows of a block it holds, as a bit each.
    pub(super) fn among<'a>(
        &self,
        asked: u64,
        block: &'a Block,
        row: impl Fn(usize) -> Option<(&'a Onboarding, Option<Derived>)>,
        ctx: &QueryContext<'_>,
    ) -> u64 {
        let (mut open, mut found) = (asked, 0);
        if asked.count_ones() >= WORTH_JOINING
            && let Some((rows, enough)) = self.found_in(asked, block)
        {
            found = if self.negated { asked & !rows } else { rows };
            if enough {
                return found;
            }
            (open, found) = (rows, found & !rows);
        }
        while open != 0 {
            let place = open.trailing_zeros();
            open &= open - 1;
            let text = block.text(place as usize);
            let holds = row(place as usize)
                .is_some_and(|(state, known)| self.holds(Asked { state, text, kind: None, known }, ctx));
            found |= u64::from(holds) << place;
        }
        found
    }

    /// In which rows of a block its text is, looked for in all of them at once, and whether that is enough for it to be
    /// found; `None` when it cannot be looked for so.
    fn found_in(&self, asked: u64, block: &Block) -> Option<(u64, bool)> {
        let rows_with = |finder: &Finder<'_>| {
            let find = |words: &str, from| {
                let rest = words.as_bytes().get(from..)?;
                finder.find(rest).map(|at| from + at)
            };
            block.rows_with(asked, find)
        };
        match &self.test {
            Test::Word(finder) => Some((rows_with(finder), true)),
            // The digits may be in another field.
            Test::WordOrPhone(finder, digits) => Some((rows_with(finder) | rows_with(digits), false)),
            Test::Regex(pattern) => pattern.by_line().map(|(find, enough)| (block.rows_with(asked, find), enough)),
            _ => None,
        }
    }

    /// Whether it looks for something in whatever words search.
    pub(super) fn is_words(&self) -> bool {
        let is_words = matches!(self.test, Test::Word(_) | Test::WordOrPhone(..) | Test::Fuzzy(_) | Test::Regex(_));
        is_words && !self.negated
    }

    /// What it looks for, where that is a text.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.test {
            Test::Word(finder) | Test::WordOrPhone(finder, _) if !self.negated => {
                std::str::from_utf8(finder.needle()).ok()
            }
            _ => None,
        }
    }

    /// Whether what it looks for as words are is in a field.
    pub(super) fn is_in(&self, text: SearchText<'_>, field: QueryField) -> bool {
        let found = text.field(field);
        match &self.test {
            Test::WordOrPhone(_, digits) if digits.find(found.as_bytes()).is_some() => field == QueryField::Phone,
            Test::Word(finder) | Test::WordOrPhone(finder, _) => finder.find(found.as_bytes()).is_some(),
            Test::Fuzzy(fuzzy) => fuzzy.is_in(found),
            Test::Regex(pattern) => pattern.is_in(found),
            _ => false,
        }
    }

    /// How dear it is to ask: the cheap ones are asked first.
    pub(super) fn cost(&self) -> u8 {
        match self.test {
            Test::Opcode(_) | Test::Mail(_) | Test::Kind(_) => 0,
            Test::Stage(_) | Test::Move(_) | Test::Clock(..) | Test::Is(_) => 1,
            Test::Field(..) | Test::Next(_) => 2,
            Test::Word(_) | Test::WordOrPhone(..) => 3,
            Test::Regex(_) => 4,
            Test::Fuzzy(_) => 5,
        }
    }

    /// Whether it looks into the text of a field.
    pub(super) fn reads(&self, field: QueryField) -> bool {
        match &self.test {
            Test::Word(_) | Test::WordOrPhone(..) | Test::Fuzzy(_) | Test::Regex(_) => true,
            Test::Field(wanted, _) => *wanted == field,
            Test::Is(conditions) => field == QueryField::Owner && conditions.contains(&Is::Mine),
            Test::Stage(_)
            | Test::Move(_)
            | Test::Next(_)
            | Test::Opcode(_)
            | Test::Mail(_)
            | Test::Kind(_)
            | Test::Clock(..) => false,
        }
    }

    /// Whether it asks who has a twin.
    pub(super) fn asks_for_twins(&self) -> bool {
        matches!(&self.test, Test::Is(conditions) if conditions.contains(&Is::Twin))
    }

    /// Whether it asks for archived dealerships by name.
    pub(super) fn names_archived(&self) -> bool {
        match &self.test {
            Test::Is(conditions) => conditions.contains(&Is::At(Stage::Archived)),
            Test::Stage(mask) => mask & (1 << Stage::Archived as u32) != 0,
            _ => false,
        }
    }
}

//! One term of a query, and whether it holds.

use std::fmt;

use chrono::TimeDelta;
use memchr::memmem::Finder;
use nucleo_matcher::pattern::Atom;
use nucleo_matcher::{Matcher, Utf32Str};
use parking_lot::Mutex;
use regex::Regex;

use crate::domain::{InvitationState, Onboarding, OpcodeState, Stage};

use super::{Field, QueryContext, Searchable};

/// A test, possibly turned round.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What can be asked of a dealership.
#[derive(Debug)]
pub(super) enum Test {
    /// Text somewhere in what words search.
    Word(Box<Finder<'static>>),
    /// Any of these values in a field.
    Field(Field, Vec<Value>),
    /// The letters in this order in one of the fields that words search.
    Fuzzy(Box<Fuzzy>),
    /// A regular expression in one of the fields that words search.
    Regex(Regex),
    /// One of these conditions.
    Is(Vec<Is>),
    /// One of these stages, as a bit each.
    Stage(u32),
    /// One of these opcode states.
    Opcode(Vec<OpcodeState>),
    /// One of these kinds of event, as a bit each.
    Kind(u64),
    /// A clock compared with a length of time.
    Clock(Clock, Compare, TimeDelta),
}

/// A value that a field is searched for.
#[derive(Debug)]
pub(super) enum Value {
    /// The field holds this somewhere.
    Part(Box<Finder<'static>>),
    /// The field is empty: `owner:""`.
    Empty,
}

/// A fuzzy needle with its scratch memory, so that asking allocates nothing.
pub(super) struct Fuzzy {
    needle: Atom,
    scratch: Mutex<(Matcher, Vec<char>)>,
}

impl Fuzzy {
    pub(super) fn new(needle: Atom) -> Self {
        Self { needle, scratch: Mutex::new((Matcher::default(), Vec::new())) }
    }

    fn holds(&self, text: &Searchable) -> bool {
        // Most names are plain; for them the answer is whether the letters come in this order, and no score is needed.
        if let Utf32Str::Ascii(letters) = self.needle.needle_text()
            && text.words().is_ascii()
        {
            return text.word_fields().any(|field| in_order(letters, field.as_bytes()));
        }
        let (matcher, buffer) = &mut *self.scratch.lock();
        text.word_fields().any(|field| self.needle.score(Utf32Str::new(field, buffer), matcher).is_some())
    }
}

/// Whether bytes occur in a text in their order, with anything between them.
fn in_order(bytes: &[u8], text: &[u8]) -> bool {
    let mut rest = text.iter();
    bytes.iter().all(|byte| rest.any(|other| other == byte))
}

impl fmt::Debug for Fuzzy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "~{:?}", self.needle)
    }
}

/// A condition with a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// Stands at this stage.
    At(Stage),
    /// Xtime shows the integration, whatever its opcode.
    Confirmed,
    /// Somebody must look.
    Attention,
    /// Out of sight.
    Snoozed,
    /// Belongs to who asks.
    Mine,
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
        ("new", Self::At(Stage::New)),
        ("invited", Self::At(Stage::Invited)),
        ("awaiting-xtime", Self::At(Stage::AwaitingXtime)),
        ("opcode-missing", Self::At(Stage::OpcodeMissing)),
        ("no-slots", Self::At(Stage::NoSlots)),
        ("revoked", Self::At(Stage::Revoked)),
        ("archived", Self::At(Stage::Archived)),
    ];

    fn holds(self, state: &Onboarding, text: &Searchable, ctx: &QueryContext<'_>) -> bool {
        match self {
            Self::At(stage) => state.stage(ctx.now) == stage,
            Self::Confirmed => state.is_confirmed() && state.archived_at.is_none(),
            Self::Attention => state.attention(ctx.now, ctx.policy).is_some(),
            Self::Snoozed => state.is_snoozed(ctx.now),
            Self::Mine => ctx.me.is_some_and(|me| !me.is_empty() && is_folded(me, text.field(Field::Owner))),
        }
    }
}

/// Whether a text is another one that is folded already.
fn is_folded(text: &str, folded: &str) -> bool {
    text.chars().flat_map(char::to_lowercase).eq(folded.chars())
}

/// Every word of `opcode:`.
pub(super) const OPCODE_WORDS: &[(&str, OpcodeState)] = &[
    ("missing", OpcodeState::Missing),
    ("ok", OpcodeState::Ok),
    ("unchecked", OpcodeState::Unchecked),
    ("near-miss", OpcodeState::NearMiss),
    ("unknown", OpcodeState::Unknown),
];

/// A clock of a dealership. One that does not run is neither smaller nor greater than anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
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
    /// How long ago it entered our books.
    Added,
    /// How long ago its newest event was.
    Quiet,
}

impl Clock {
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
    /// Whether it holds of a dealership, or of one of its events of this kind.
    pub(super) fn holds(&self, state: &Onboarding, text: &Searchable, kind: u8, ctx: &QueryContext<'_>) -> bool {
        let holds = match &self.test {
            Test::Word(finder) => finder.find(text.words().as_bytes()).is_some(),
            Test::Field(field, values) => {
                let found = text.field(*field);
                values.iter().any(|value| match value {
                    Value::Part(finder) => finder.find(found.as_bytes()).is_some(),
                    Value::Empty => found.is_empty(),
                })
            }
            Test::Fuzzy(fuzzy) => fuzzy.holds(text),
            Test::Regex(regex) => regex.is_match(text.words()),
            Test::Is(conditions) => conditions.iter().any(|condition| condition.holds(state, text, ctx)),
            Test::Stage(mask) => mask & (1 << state.stage(ctx.now) as u32) != 0,
            Test::Opcode(states) => states.contains(&state.opcode_state),
            Test::Kind(mask) => mask & (1 << u32::from(kind)) != 0,
            Test::Clock(clock, compare, than) => {
                clock.shows(state, ctx).is_some_and(|shown| compare.holds(shown, *than))
            }
        };
        holds != self.negated
    }

    /// How dear it is to ask: the cheap ones are asked first.
    pub(super) fn cost(&self) -> u8 {
        match self.test {
            Test::Opcode(_) | Test::Kind(_) => 0,
            Test::Stage(_) | Test::Clock(..) | Test::Is(_) => 1,
            Test::Field(..) => 2,
            Test::Word(_) => 3,
            Test::Regex(_) => 4,
            Test::Fuzzy(_) => 5,
        }
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

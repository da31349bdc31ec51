//! The filter language: one text, the same in lists, event tails, the screen and saved views.
//!
//! Terms are separated by spaces and must all hold. Words and `"quoted words"` search name, group, city, dealerCode,
//! contact, owner, mail address, and phone by its digits, in their normal form ([`crate::domain::text::normal`]); `field:a,b` searches one field for any of the values; `!` in front of a term turns it round; `~word`
//! is fuzzy, `/regex/` is what it says, of normal forms too; `expires<6h` compares a clock; `is:`, `stage:`, `opcode:`,
//! `mail:` and `kind:` know words.

mod complete;
mod error;
mod fuzzy;
mod mail_is;
mod parse;
mod pattern;
mod searchable;
mod term;
mod texts;

use std::collections::HashSet;

use crate::domain::text::is_normally;
use crate::domain::{Attention, DealershipId, Onboarding, Policy, Stage, Timestamp};

pub use complete::{Candidate, Completion, complete};
pub use error::QueryError;
pub use searchable::{SearchText, Searchable};
use term::{Asked, Term};
pub use texts::{BLOCK, Block, Texts};

/// A field of a dealership that a query can name. Words search the first eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryField {
    Name,
    Group,
    City,
    Dealer,
    Contact,
    /// Which of us looks after it.
    Owner,
    Email,
    Phone,
    State,
    Brand,
    Timezone,
    Id,
}

impl QueryField {
    /// Every field, those that words search first.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::Group,
        Self::City,
        Self::Dealer,
        Self::Contact,
        Self::Owner,
        Self::Email,
        Self::Phone,
        Self::State,
        Self::Brand,
        Self::Timezone,
        Self::Id,
    ];

    fn words() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().take_while(|field| *field as usize <= Self::Phone as usize)
    }

    /// Its name in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Group => "group",
            Self::City => "city",
            Self::Dealer => "dealer",
            Self::Contact => "contact",
            Self::Owner => "owner",
            Self::State => "state",
            Self::Brand => "brand",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Timezone => "timezone",
            Self::Id => "id",
        }
    }
}

/// What an answer may depend on besides the dealership.
#[derive(Debug, Clone, Copy)]
pub struct QueryContext<'a> {
    /// The moment of the question.
    pub now: Timestamp,
    /// The numbers of the process.
    pub policy: &'a Policy,
    /// Who asks: what `is:mine` means. `None`: nobody's.
    pub me: Option<&'a str>,
    /// Who may be one and the same as another: what `is:twin` means. `None`: nobody.
    pub twins: Option<&'a HashSet<DealershipId>>,
}

impl QueryContext<'_> {
    /// Whether a name in its normal form is that of who asks.
    fn is_me(&self, name: &str) -> bool {
        self.me.is_some_and(|me| !me.is_empty() && is_normally(me, name))
    }
}

/// What follows from the state of a dealership at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    pub stage: Stage,
    pub attention: Option<Attention>,
    pub snoozed: bool,
}

impl Derived {
    pub fn of(state: &Onboarding, now: Timestamp, policy: &Policy) -> Self {
        Self { stage: state.stage(now), attention: state.attention(now, policy), snoozed: state.is_snoozed(now) }
    }
}

/// A parsed filter. Cheap to ask, however often; holds its searchers ready. Threads ask best a clone each.
#[derive(Debug, Clone, Default)]
pub struct Query {
    text: String,
    terms: Vec<Term>,
}

impl Query {
    /// Reads a filter. An empty text matches everything.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Ok(Self { text: text.to_owned(), terms: parse::terms(text)? })
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it asks who has a twin: its context must know.
    pub fn asks_for_twins(&self) -> bool {
        self.terms.iter().any(Term::asks_for_twins)
    }

    /// Whether it looks into the text of a field.
    pub fn reads(&self, field: QueryField) -> bool {
        self.terms.iter().any(|term| term.reads(field))
    }

    /// Whether it asks for archived dealerships by name; they are left out of lists unless it does.
    pub fn names_archived(&self) -> bool {
        self.terms.iter().any(Term::names_archived)
    }

    /// Whether it has words, or what is looked for as words are.
    pub fn has_words(&self) -> bool {
        self.terms.iter().any(Term::is_words)
    }

    /// Whether all of its words are in the name.
    pub fn is_in_name<'a>(&self, text: impl Into<SearchText<'a>>) -> bool {
        let text = text.into();
        self.terms.iter().filter(|term| term.is_words()).all(|term| term.is_in(text, QueryField::Name))
    }

    /// The fields besides the name in which its words are, one for each word that is not there, the first of them that
    /// is not named as one to be seen anyway.
    pub fn other_fields<'q>(
        &'q self,
        text: SearchText<'q>,
        is_seen: impl Fn(QueryField) -> bool + 'q,
    ) -> impl Iterator<Item = QueryField> + 'q {
        let outside = self.terms.iter().filter(move |term| term.is_words() && !term.is_in(text, QueryField::Name));
        outside.filter_map(move |term| {
            let mut fields = QueryField::words().filter(|field| term.is_in(text, *field));
            let first = fields.next()?;
            let is_seen = std::iter::once(first).chain(fields).any(&is_seen);
            (!is_seen).then_some(first)
        })
    }

    /// Its words in their normal form.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(Term::word)
    }

    /// Whether a dealership matches. `kind:` asks for its newest event. Allocates nothing.
    pub fn matches<'a>(&self, state: &'a Onboarding, text: impl Into<SearchText<'a>>, ctx: &QueryContext<'_>) -> bool {
        self.hold(Asked { state, text: text.into(), kind: None, known: None }, ctx)
    }

    /// Whether an event matches: `kind:` asks for the event's own kind (a place in [`crate::domain::Fact::KINDS`]), everything else for
    /// its dealership as it is at the moment of the question.
    pub fn matches_event<'a>(
        &self,
        kind: u8,
        state: &'a Onboarding,
        text: impl Into<SearchText<'a>>,
        ctx: &QueryContext<'_>,
    ) -> bool {
        self.hold(Asked { state, text: text.into(), kind: Some(kind), known: None }, ctx)
    }

    /// Whether an event of the platform matches: it has a kind, and nothing else that could be asked for.
    pub fn matches_event_of_platform(&self, kind: u8) -> bool {
        self.terms.iter().all(|term| term.holds_of_platform(kind))
    }

    /// Which of these rows of a block match, as a bit each: the same as [`Query::matches`] of every one, and faster. What
    /// is known of a row must be true at the moment of the question.
    pub fn matches_among<'a>(
        &self,
        asked: u64,
        block: &'a Block,
        row: impl Fn(usize) -> Option<(&'a Onboarding, Option<Derived>)>,
        ctx: &QueryContext<'_>,
    ) -> u64 {
        self.terms.iter().fold(asked, |left, term| term.among(left, block, &row, ctx))
    }

    fn hold(&self, asked: Asked<'_>, ctx: &QueryContext<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(asked, ctx))
    }
}

#[cfg(test)]
mod tests;

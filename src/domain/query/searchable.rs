//! The text of a dealership, brought into its normal form once, so that a filter never does it per keystroke.

use crate::domain::text::push_normal;
use crate::domain::{DealershipId, Profile, phone};

use super::{Query, QueryField};

/// How many fields, from the first, words search.
const WORD_FIELDS: usize = QueryField::Phone as usize + 1;

/// Where the text of a dealership is within others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextSpan {
    /// Where the fields that words search begin.
    pub(super) words: u32,
    /// Where the other fields begin.
    pub(super) others: u32,
    /// Where each field ends, counted from the first letter of the first one; each is followed by the end of its line.
    pub(super) ends: [u32; QueryField::ALL.len()],
}

/// What filters search in one dealership, wherever it is kept. Nothing of it is read before it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SearchText<'a> {
    /// Lines of fields that words search, these and others.
    words: &'a str,
    others: &'a str,
    place: &'a TextSpan,
}

impl<'a> SearchText<'a> {
    pub(super) fn new(words: &'a str, others: &'a str, place: &'a TextSpan) -> Self {
        Self { words, others, place }
    }

    /// What words search, a field per line.
    pub fn words(self) -> &'a str {
        let start = self.place.words as usize;
        self.words.get(start..start + self.end(WORD_FIELDS - 1)).unwrap_or_default()
    }

    pub fn field(self, field: QueryField) -> &'a str {
        let number = field as usize;
        let start = if number == 0 { 0 } else { self.end(number - 1) + 1 };
        let (lines, begin, before) = match number < WORD_FIELDS {
            true => (self.words, self.place.words, 0),
            false => (self.others, self.place.others, self.end(WORD_FIELDS - 1) + 1),
        };
        let within = |place: usize| (begin as usize + place).saturating_sub(before);
        lines.get(within(start)..within(self.end(number))).unwrap_or_default()
    }

    /// The fields that words search, one by one.
    pub(super) fn word_fields(self) -> impl Iterator<Item = &'a str> {
        QueryField::ALL.into_iter().take(WORD_FIELDS).map(move |field| self.field(field))
    }

    fn end(self, number: usize) -> usize {
        self.place.ends.get(number).map_or(0, |end| *end as usize)
    }
}

/// The text of a single dealership, folded when it is asked about. Many are kept in [`super::Texts`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searchable {
    pub(super) words: String,
    pub(super) others: String,
    pub(super) place: TextSpan,
}

impl Searchable {
    pub fn new(id: DealershipId, profile: &Profile) -> Self {
        Self::with(id, profile, |_| true)
    }

    /// For one filter only: what it does not read is empty.
    pub fn read_by(query: &Query, id: DealershipId, profile: &Profile) -> Self {
        Self::with(id, profile, |field| query.reads(field))
    }

    fn with(id: DealershipId, profile: &Profile, is_read: impl Fn(QueryField) -> bool) -> Self {
        let (mut words, mut others) = (String::with_capacity(152), String::with_capacity(48));
        let place = fold_profile(&mut words, &mut others, id, profile, is_read);
        Self { words, others, place }
    }
}

impl<'a> From<&'a Searchable> for SearchText<'a> {
    fn from(text: &'a Searchable) -> Self {
        Self::new(&text.words, &text.others, &text.place)
    }
}

/// Folds a dealership's profile behind what stands in two texts; what is not read is empty there.
pub(super) fn fold_profile(
    words: &mut String,
    others: &mut String,
    id: DealershipId,
    profile: &Profile,
    is_read: impl Fn(QueryField) -> bool,
) -> TextSpan {
    let mut place = TextSpan { words: length(words), others: length(others), ..TextSpan::default() };
    let id = if is_read(QueryField::Id) { id.to_string() } else { String::new() };
    let phone = if is_read(QueryField::Phone) { phone::searched(profile.contact.phone.raw()) } else { String::new() };
    let before = words.len() + others.len();
    for (field, end) in QueryField::ALL.into_iter().zip(&mut place.ends) {
        let raw = match field {
            field if !is_read(field) => "",
            QueryField::Name => profile.name.raw(),
            QueryField::Group => profile.group.raw(),
            QueryField::City => profile.city.raw(),
            QueryField::Dealer => profile.dealer_code.raw(),
            QueryField::Contact => profile.contact.name.raw(),
            QueryField::Owner => profile.owner.as_ref().map_or("", |owner| owner.raw()),
            QueryField::State => profile.state.raw(),
            QueryField::Brand => profile.brand.raw(),
            QueryField::Email => profile.contact.email.raw(),
            QueryField::Phone => &phone,
            QueryField::Timezone => profile.timezone.name(),
            QueryField::Id => &id,
        };
        let lines = if (field as usize) < WORD_FIELDS { &mut *words } else { &mut *others };
        push_normal(lines, raw);
        lines.push('\n');
        *end = u32::try_from(words.len() + others.len() - before - 1).unwrap_or(u32::MAX);
    }
    place
}

/// The length of a text, in the size in which places are kept.
pub(super) fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

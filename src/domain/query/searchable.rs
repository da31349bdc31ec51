//! The text of a dealership, case-folded once, so that a filter never folds anything per keystroke.

use crate::domain::{DealershipId, Profile};

use super::Field;

/// What filters search in one dealership. Made anew when its profile changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searchable {
    /// Every field on a line of its own, those that words search first (the order of [`Field::ALL`]).
    text: Box<str>,
    ends: [u32; Field::ALL.len()],
}

/// How many fields, from the first, words search: name, group, city, dealerCode, contact, owner.
const WORD_FIELDS: usize = 6;

impl Searchable {
    /// Folds a dealership's profile.
    pub fn new(id: DealershipId, profile: &Profile) -> Self {
        let mut text = String::with_capacity(160);
        let mut ends = [0; Field::ALL.len()];
        let id = id.to_string();
        for (field, end) in Field::ALL.into_iter().zip(&mut ends) {
            let raw = match field {
                Field::Name => profile.name.raw(),
                Field::Group => profile.group.raw(),
                Field::City => profile.city.raw(),
                Field::Dealer => profile.dealer_code.raw(),
                Field::Contact => profile.contact.name.raw(),
                Field::Owner => profile.owner.as_ref().map_or("", |owner| owner.raw()),
                Field::State => profile.state.raw(),
                Field::Brand => profile.brand.raw(),
                Field::Email => profile.contact.email.raw(),
                Field::Phone => profile.contact.phone.raw(),
                Field::Timezone => profile.timezone.name(),
                Field::Id => &id,
            };
            fold_into(&mut text, raw);
            *end = u32::try_from(text.len()).unwrap_or(u32::MAX);
            text.push('\n');
        }
        Self { text: text.into(), ends }
    }

    /// What words search, a field per line.
    pub fn words(&self) -> &str {
        self.slice(0, WORD_FIELDS - 1)
    }

    /// One field.
    pub fn field(&self, field: Field) -> &str {
        self.slice(field as usize, field as usize)
    }

    /// The fields that words search, one by one.
    pub(super) fn word_fields(&self) -> impl Iterator<Item = &str> {
        Field::ALL.into_iter().take(WORD_FIELDS).map(|field| self.field(field))
    }

    fn slice(&self, first: usize, last: usize) -> &str {
        let start = if first == 0 { 0 } else { self.ends.get(first - 1).map_or(0, |end| *end as usize + 1) };
        let end = self.ends.get(last).map_or(0, |end| *end as usize);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Folds case and makes white space and controls plain spaces, so that no field reaches into the next line.
fn fold_into(out: &mut String, text: &str) {
    // Most texts are plain, and each of 100,000 dealerships has a dozen.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        let start = out.len();
        out.push_str(text);
        if let Some(new) = out.get_mut(start..) {
            new.make_ascii_lowercase();
        }
        return;
    }
    for c in text.chars().flat_map(char::to_lowercase) {
        out.push(if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c });
    }
}

/// Folds a needle in the same way as the text that it is searched in.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out
}

//! Who a dealership is, and who answers there.

use serde::{Deserialize, Serialize};

use super::text::normal;
use super::{Untrusted, same_address};
use crate::timezone::Tz;

/// Who answers at the dealership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their name; may be empty.
    pub name: Untrusted,
    pub email: Untrusted,
    /// Their number as given; may be empty.
    pub phone: Untrusted,
}

impl Contact {
    /// Whether both are one person: by the mail address, whatever the names; without one by name and number.
    pub fn is_same_person(&self, other: &Self) -> bool {
        let (one, another) = (normal(self.name.raw()), normal(other.name.raw()));
        match self.email.is_empty() || other.email.is_empty() {
            true => one == another && self.phone == other.phone,
            false => {
                same_address(&self.email, &other.email) && (one == another || one.is_empty() || another.is_empty())
            }
        }
    }

    /// What is known of them, in a line.
    pub fn humanize(&self) -> String {
        let parts = [&self.name, &self.email, &self.phone].map(|part| part.plain());
        parts.iter().filter(|part| !part.is_empty()).map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The rooftop's name; never empty. Not unique: names repeat across cities.
    pub name: Untrusted,
    /// Xtime's opaque identifier; unique in the store, compared exactly. Never the consumer site's `webKey`.
    pub dealer_code: Untrusted,
    /// The dealer group; may be empty.
    pub group: Untrusted,
    /// The make it sells; may be empty.
    pub brand: Untrusted,
    /// Where it is; may be empty.
    pub city: Untrusted,
    /// The state or province; may be empty.
    pub state: Untrusted,
    /// Its IANA time zone: letters name moments in it.
    pub timezone: Tz,
    pub contact: Contact,
    /// Which of us looks after it.
    pub owner: Option<Untrusted>,
}

//! What a column of a list can hold.

use crate::domain::ProfileField;

/// A field that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListField {
    /// A field of the profile.
    Profile(ProfileField),
    /// The opcode that was chosen.
    Opcode,
    /// Whether it is an existing or a new one.
    OpcodeOption,
    /// On whose word the choice is.
    OpcodeWord,
    /// The first name of the contact.
    FirstName,
    /// The last name of the contact.
    LastName,
    /// ZIP or postal code: it tells the time zone, and is not kept.
    PostalCode,
    /// The country, for the same.
    Country,
    /// City, state and postal code in one cell.
    Address,
}

impl ListField {
    /// What tells the time zone of a dealership: itself, or its place.
    pub const TELLS_ZONE: [Self; 4] =
        [Self::TIMEZONE, Self::Profile(ProfileField::State), Self::PostalCode, Self::Address];

    pub const TIMEZONE: Self = Self::Profile(ProfileField::Timezone);

    /// Those that are no field of the profile.
    const OTHERS: [Self; 8] = [
        Self::Opcode,
        Self::OpcodeOption,
        Self::OpcodeWord,
        Self::FirstName,
        Self::LastName,
        Self::PostalCode,
        Self::Country,
        Self::Address,
    ];

    pub fn all() -> impl Iterator<Item = Self> {
        ProfileField::ALL.into_iter().map(Self::Profile).chain(Self::OTHERS)
    }

    /// Its name: in `--map`, in reports and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Profile(field) => field.as_str(),
            Self::Opcode => "opcode",
            Self::OpcodeOption => "opcode_option",
            Self::OpcodeWord => "opcode_word",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
            Self::Address => "address",
        }
    }

    /// Whether a new dealership cannot be without it.
    pub fn is_needed(self) -> bool {
        matches!(self, Self::Profile(field) if field.is_needed())
    }
}

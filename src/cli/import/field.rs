//! The fields of a dealership as files name them.

use crate::domain::ProfileField;
use crate::domain::suggest::did_you_mean;

/// A field that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Name,
    DealerCode,
    Group,
    Brand,
    City,
    State,
    Timezone,
    Contact,
    Email,
    Phone,
    Owner,
    Opcode,
    OpcodeOption,
    OpcodeWord,
}

impl Field {
    pub(super) const ALL: [Self; 14] = [
        Self::Name,
        Self::DealerCode,
        Self::Group,
        Self::Brand,
        Self::City,
        Self::State,
        Self::Timezone,
        Self::Contact,
        Self::Email,
        Self::Phone,
        Self::Owner,
        Self::Opcode,
        Self::OpcodeOption,
        Self::OpcodeWord,
    ];

    /// The field of the profile that it is.
    pub(super) const fn of_profile(self) -> Option<ProfileField> {
        Some(match self {
            Self::Name => ProfileField::Name,
            Self::DealerCode => ProfileField::DealerCode,
            Self::Group => ProfileField::Group,
            Self::Brand => ProfileField::Brand,
            Self::City => ProfileField::City,
            Self::State => ProfileField::State,
            Self::Timezone => ProfileField::Timezone,
            Self::Contact => ProfileField::Contact,
            Self::Email => ProfileField::Email,
            Self::Phone => ProfileField::Phone,
            Self::Owner => ProfileField::Owner,
            Self::Opcode | Self::OpcodeOption | Self::OpcodeWord => return None,
        })
    }

    /// Whether nothing can be done for a dealership without it.
    pub(super) fn is_needed(self) -> bool {
        self.of_profile().is_some_and(ProfileField::is_needed)
    }

    /// The name of its column, and of the field in reports.
    pub(super) const fn word(self) -> &'static str {
        match (self, self.of_profile()) {
            (_, Some(field)) => field.word(),
            (Self::OpcodeOption, _) => "opcode_option",
            (Self::OpcodeWord, _) => "opcode_word",
            _ => "opcode",
        }
    }

    /// The most characters that are taken.
    pub(super) const fn longest(self) -> usize {
        match (self, self.of_profile()) {
            (_, Some(field)) => field.longest(),
            (Self::Opcode, _) => crate::cli::opcode::LONGEST,
            _ => 200,
        }
    }

    /// Finds the field that a column's name means; case, spaces, dots and dashes do not count.
    pub(super) fn of_column(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let also = match plain.as_str() {
            "dealership" | "dealershipname" | "rooftop" => Some(Self::Name),
            "contact" => Some(Self::Contact),
            "contactemail" | "emailaddress" => Some(Self::Email),
            "contactphone" | "phonenumber" => Some(Self::Phone),
            "tz" | "zone" => Some(Self::Timezone),
            "dealergroup" => Some(Self::Group),
            "make" => Some(Self::Brand),
            _ => None,
        };
        let same = |field: &Self| field.word().replace('_', "") == plain;
        Self::ALL.into_iter().find(same).or(also)
    }

    /// Reads the right side of `--map column=field`.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        Self::of_column(name).ok_or_else(|| {
            let words = || Self::ALL.into_iter().map(Self::word);
            let list = words().collect::<Vec<_>>().join(", ");
            format!(
                "there is no field `{}`{} (fields: {list})",
                crate::domain::text::clean(name),
                did_you_mean(name, words())
            )
        })
    }
}

/// Which column holds which field.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Mapping(Vec<(String, Field)>);

impl Mapping {
    /// Reads every `column=field`.
    pub(in crate::cli) fn parse(pairs: &[String]) -> Result<Self, String> {
        let one = |pair: &String| {
            // The field has no `=` in its name, a column may.
            let (column, field) = pair
                .rsplit_once('=')
                .ok_or_else(|| format!("--map needs column=field, not `{}`", crate::domain::text::clean(pair)))?;
            Ok((column.trim().to_owned(), Field::parse(field.trim())?))
        };
        pairs.iter().map(one).collect::<Result<_, String>>().map(Self)
    }

    /// The field that a column holds, by the operator's word or else by its name.
    pub(super) fn field_of(&self, column: &str) -> Option<Field> {
        let said = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(column.trim())).map(|(_, field)| *field);
        let taken = |field: &Field| self.0.iter().any(|(_, mapped)| mapped == field);
        said.or_else(|| Field::of_column(column).filter(|field| !taken(field)))
    }

    /// A mapped column that is not among those of the file.
    pub(super) fn check(&self, columns: &[String]) -> Result<(), String> {
        let missing =
            self.0.iter().find(|(name, _)| !columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name)));
        let Some((name, _)) = missing else { return Ok(()) };
        let near = did_you_mean(name, columns.iter().map(String::as_str));
        let list = columns.iter().map(|column| format!("`{}`", crate::domain::text::clean(column))).collect::<Vec<_>>();
        Err(format!(
            "the file has no column `{}`{near} (columns: {})",
            crate::domain::text::clean(name),
            list.join(", ")
        ))
    }
}

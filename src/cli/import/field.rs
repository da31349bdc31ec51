//! The fields of a dealership as files name them.

use crate::domain::ProfileField;
use crate::domain::suggest::did_you_mean;

/// A field that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Profile(ProfileField),
    Opcode,
    OpcodeOption,
    OpcodeWord,
}

impl Field {
    /// Those that are about the opcode.
    pub(super) const OF_OPCODE: [Self; 3] = [Self::Opcode, Self::OpcodeOption, Self::OpcodeWord];

    /// How many there are.
    pub(super) const COUNT: usize = ProfileField::ALL.len() + Self::OF_OPCODE.len();

    /// Its place among all.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Profile(field) => field as usize,
            Self::Opcode => ProfileField::ALL.len(),
            Self::OpcodeOption => ProfileField::ALL.len() + 1,
            Self::OpcodeWord => ProfileField::ALL.len() + 2,
        }
    }

    /// Every field.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        ProfileField::ALL.into_iter().map(Self::Profile).chain(Self::OF_OPCODE)
    }

    /// Whether nothing can be done for a dealership without it.
    pub(super) fn is_needed(self) -> bool {
        matches!(self, Self::Profile(field) if field.is_needed())
    }

    /// Whether it is compared with what the platform says, character by character.
    pub(super) const fn is_key(self) -> bool {
        matches!(self, Self::Profile(ProfileField::DealerCode) | Self::Opcode)
    }

    /// The name of its column, and of the field in reports.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Profile(field) => field.word(),
            Self::Opcode => "opcode",
            Self::OpcodeOption => "opcode_option",
            Self::OpcodeWord => "opcode_word",
        }
    }

    /// The most characters that are taken.
    pub(super) const fn longest(self) -> usize {
        match self {
            Self::Profile(field) => field.longest(),
            Self::Opcode => crate::cli::opcode::LONGEST,
            Self::OpcodeOption | Self::OpcodeWord => 200,
        }
    }

    /// Finds the field that a column's name means; case, spaces, dots and dashes do not count.
    pub(super) fn of_column(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let also = match plain.as_str() {
            "dealership" | "dealershipname" | "rooftop" => Some(ProfileField::Name),
            "contact" => Some(ProfileField::Contact),
            "contactemail" | "emailaddress" => Some(ProfileField::Email),
            "contactphone" | "phonenumber" => Some(ProfileField::Phone),
            "tz" | "zone" => Some(ProfileField::Timezone),
            "dealergroup" => Some(ProfileField::Group),
            "make" => Some(ProfileField::Brand),
            _ => None,
        };
        let same = |field: &Self| field.word().replace('_', "") == plain;
        Self::all().find(same).or(also.map(Self::Profile))
    }

    /// Reads the right side of `--map column=field`.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        Self::of_column(name).ok_or_else(|| {
            let words = || Self::all().map(Self::word);
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

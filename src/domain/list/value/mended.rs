//! What is repaired in a cell.

/// What was done to the text of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mended {
    /// It stands for no value, so there is none.
    Placeholder,
    /// There is no phone number in a phone.
    NoPhone,
    /// A phone has several numbers: each is kept.
    SeveralNumbers,
    /// Line breaks and tabs became spaces.
    LineBreak,
    /// Characters that cannot be seen were taken out.
    Invisible,
    Entity,
    /// UTF-8 that was read as Windows-1252 was read back.
    ReadTwice,
    /// It looks like UTF-8 read as Windows-1252, but there is no sure way back: nothing was done.
    LooksReadTwice,
    /// The formula that protects a key from a spreadsheet was taken off.
    Formula,
    /// The extension of a phone was set apart.
    Extension,
    /// What stood around a mail address was left out.
    AroundAddress,
}

impl Mended {
    /// In words, behind the name of the field.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Placeholder => "stands for no value and was left out",
            Self::NoPhone => "is no phone number and was left out",
            Self::SeveralNumbers => "several numbers: all are kept, with ` / ` between them",
            Self::LineBreak => "a line break or tab was read as a space",
            Self::Invisible => "characters that cannot be seen were taken out",
            Self::Entity => "HTML entities were read as the characters they stand for",
            Self::ReadTwice => "it was UTF-8 read as Windows-1252, and was read back",
            Self::LooksReadTwice => "it looks like UTF-8 read as Windows-1252; it was taken as it stands",
            Self::Formula => "it was read without the formula around it",
            Self::Extension => "the extension was set apart",
            Self::AroundAddress => "what stood around the address was left out",
        }
    }

    /// Whether it cannot be checked without the text of the cell.
    pub const fn needs_text(self) -> bool {
        matches!(
            self,
            Self::NoPhone | Self::SeveralNumbers | Self::ReadTwice | Self::LooksReadTwice | Self::AroundAddress
        )
    }
}

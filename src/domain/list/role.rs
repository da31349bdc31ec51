//! Whose a column about a person is.

/// Who somebody at a dealership is, as headings tell it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ContactRole {
    /// The contact, or nobody in particular.
    #[default]
    Contact,
    /// The service manager, or another one.
    Manager,
    Director,
    GeneralManager,
    Advisor,
}

impl ContactRole {
    /// By the words of a heading, in lower case.
    pub(super) fn of(tokens: &[String]) -> Self {
        let has = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.as_str()));
        if has(&["gm", "general"]) {
            Self::GeneralManager
        } else if has(&["director"]) {
            Self::Director
        } else if has(&["advisor", "adviser"]) {
            Self::Advisor
        } else if has(&["manager"]) {
            Self::Manager
        } else {
            Self::Contact
        }
    }
}

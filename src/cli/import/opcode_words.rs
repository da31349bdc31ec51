//! What a row says of the opcode.

use std::borrow::Cow;

use crate::cli::opcode;
use crate::domain::list::ListField;
use crate::domain::table::{damage, plain_key};
use crate::domain::text::clean;
use crate::domain::{OpcodeOption, Untrusted};

use super::problem::RowProblem;

/// The most characters that are taken of words about an opcode.
pub(super) const LONGEST_WORD: usize = 200;

/// What a row says of the opcode. What it leaves out is for the settings to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct OpcodeWords {
    pub(in crate::cli) code: Option<String>,
    /// Which way the dealership goes.
    pub(in crate::cli) option: Option<OpcodeOption>,
    pub(in crate::cli) word: Option<Untrusted>,
}

/// A cell with an opcode, which is compared character by character.
pub(super) fn opcode_value(text: &str) -> Result<String, String> {
    let plain: Cow<'_, str> = plain_key(text);
    match damage(&plain, true) {
        Some(why) => Err(format!("`{}`: {why}", clean(text))),
        None => Ok(plain.into_owned()),
    }
}

/// Reads what is said of the opcode.
pub(super) fn opcode_words(
    code: Option<String>,
    option: Option<&str>,
    word: Option<String>,
) -> Result<OpcodeWords, RowProblem> {
    if let Some(problem) = code.as_deref().and_then(opcode::problem) {
        return Err(RowProblem::new(ListField::Opcode.as_str(), problem));
    }
    let option = match option {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("existing") => Some(OpcodeOption::Existing),
        Some(word) if word.eq_ignore_ascii_case("new") => Some(OpcodeOption::New),
        Some(other) => {
            let reason = format!("`{}` is neither existing nor new", clean(other));
            return Err(RowProblem::new(ListField::OpcodeOption.as_str(), reason));
        }
    };
    if word.is_some() && code.is_none() && option.is_none() {
        let reason = "is a word on a choice, and the row has none: give opcode or opcode_option too";
        return Err(RowProblem::new(ListField::OpcodeWord.as_str(), reason));
    }
    Ok(OpcodeWords { code, option, word: word.map(Untrusted::from) })
}

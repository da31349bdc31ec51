//! A choice of an opcode as people write it down.

use crate::config::Config;
use crate::domain::text::is_invisible;
use crate::domain::{OpcodeChoice, OpcodeOption};

/// The longest opcode, in characters: what an appointment can carry.
pub(in crate::cli) const LONGEST: usize = 100;

/// What is wrong with an opcode as it was written: codes are compared exactly, so nothing invisible may be in one.
pub(in crate::cli) fn problem(code: &str) -> Option<String> {
    let count = code.chars().count();
    match code.chars().position(is_invisible) {
        _ if code.trim().is_empty() => Some("is empty".to_owned()),
        Some(place) => Some(format!("has an invisible character, at character {}; type it anew", place + 1)),
        None if count > LONGEST => Some(format!("has {count} characters; at most {LONGEST} are taken")),
        None => None,
    }
}

/// A choice as people write it down: a code, an option, or both. What is left out is what the settings say; `None` without either.
pub(in crate::cli) fn choice(
    config: &Config,
    code: Option<&str>,
    option: Option<OpcodeOption>,
) -> Option<OpcodeChoice> {
    let usual = |option| match option {
        OpcodeOption::Existing => &config.policy.default_opcode,
        OpcodeOption::New => &config.policy.new_opcode,
    };
    let (code, option) = match (code, option) {
        (None, None) => return None,
        (None, Some(option)) => (usual(option).as_str(), option),
        (Some(code), Some(option)) => (code, option),
        (Some(code), None) => return Some(OpcodeChoice::named(code, None, &config.policy.new_opcode)),
    };
    Some(OpcodeChoice { code: code.into(), option })
}

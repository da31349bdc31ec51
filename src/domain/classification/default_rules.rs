//! The default rules: statuses and exact codes. The platform's own codes and texts for most failures are not public, so no row
//! guesses from a sentence whether a dealership is connected: what the table does not know is shown whole, and taught by a person.

use super::{ClassificationRule, RulePattern, StatusMatch};
use crate::domain::Outcome::{self, NotConnected, OurCredentials, Unknown};

/// A gateway that is busy, also where it says so with a 403 (as a spent quota does).
const BUSY: &str = "quota|limit exceeded|too many requests|rate.?limit|throttl";

/// How OAuth (RFC 6749, RFC 6750) and the token call say that our token, client or scope is refused.
const OURS: &str = "invalid_(token|client)|insufficient_scope|access_denied";

/// The same, where a gateway has no code but `error`.
const OURS_BARE: &str = "^(invalid_(token|client)|insufficient_scope|access_denied)$";

type Row = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Outcome);

/// The rows, first match wins. In words: whoever fails cannot tell; a quota is no answer; our own keys are about us; the gateway's bare
/// 403 is its public way to refuse a store (the guard against everybody turning at once catches the case that it was about us).
const ROWS: &[Row] = &[
    (Some("3xx"), None, None, Unknown),
    (Some("407-408"), None, None, Unknown),
    (Some("425"), None, None, Unknown),
    (Some("429"), None, None, Unknown),
    (Some("5xx"), None, None, Unknown),
    (None, None, Some(BUSY), Unknown),
    (None, Some(OURS), None, OurCredentials),
    (None, None, Some(OURS_BARE), OurCredentials),
    (Some("403"), None, Some("^Forbidden$"), NotConnected),
    (Some("401"), None, None, OurCredentials),
];

/// How many rows the default table has.
pub const DEFAULT_RULES: usize = ROWS.len();

pub fn default_rules() -> Vec<ClassificationRule> {
    // Every row compiles: a test counts them.
    ROWS.iter().filter_map(|row| read(*row)).collect()
}

/// The operator's own rows, then the defaults: what is said explicitly wins.
pub fn with_defaults(own: impl IntoIterator<Item = ClassificationRule>) -> Vec<ClassificationRule> {
    own.into_iter().chain(default_rules()).collect()
}

fn read((status, code, message, means): Row) -> Option<ClassificationRule> {
    let pattern = |text: Option<&str>| text.map(RulePattern::new).transpose().ok();
    let status = status.map(str::parse::<StatusMatch>).transpose().ok()?;
    Some(ClassificationRule { status, code: pattern(code)?, message: pattern(message)?, means })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_table_is_short_and_readable() {
        assert_eq!(default_rules().len(), ROWS.len());
        assert_eq!(with_defaults(default_rules()).len(), 2 * ROWS.len());
        assert!(ROWS.len() <= 12, "{} rows", ROWS.len());
        for (_, code, message, _) in ROWS {
            for pattern in [code, message].into_iter().flatten() {
                assert!(pattern.len() <= 60, "{} characters: {pattern}", pattern.len());
            }
        }
    }

    #[test]
    fn no_default_row_says_connected_or_not_connected_by_a_guess() {
        for (status, code, message, means) in ROWS {
            match means {
                Outcome::Connected => panic!("a row says connected"),
                // The one text that is public, from end to end.
                NotConnected => assert_eq!((status, code, message), (&Some("403"), &None, &Some("^Forbidden$"))),
                OurCredentials | Unknown => {}
            }
        }
    }
}

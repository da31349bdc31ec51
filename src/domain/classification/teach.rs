//! From an answer that nobody knew, and what a person says that it means, to the row of the table that reads it.

use super::{BodyShape, ClassificationRule, ResponseDetails, RulePattern, StatusMatch, classify};
use crate::domain::{Outcome, ResponseFacts};

/// What stands in a cleaned message for what differs from one answer to the next.
const PLACEHOLDERS: [&str; 3] = ["[hidden]", "[id]", "[time]"];

/// Why an answer teaches nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeachError {
    /// A row for the status alone would read every other answer with it.
    #[error(
        "the answer has neither code nor message to know it by: a row for status {0} alone would read every other answer, too"
    )]
    TooBroad(u16),
    /// A row reads it by now.
    #[error("row {row} of the meanings reads this answer already: {means}")]
    Known {
        /// Which, from 1.
        row: usize,
        means: Outcome,
    },
    /// The answer cannot be put into a row.
    #[error("no row can be made of this answer: {0}")]
    Unusable(String),
}

/// The row that reads an answer as a person says, as narrow as the answer allows: its status with its code, or else with its whole message.
/// What names the dealership in the message may be another's.
pub fn row_for(
    table: &[ClassificationRule],
    answer: &ResponseFacts,
    dealer_code: &str,
    means: Outcome,
) -> Result<ClassificationRule, TeachError> {
    if let Some((row, means)) = known(table, answer) {
        return Err(TeachError::Known { row: row + 1, means });
    }
    let pattern =
        |text: String| RulePattern::new(&text).map(Some).map_err(|error| TeachError::Unusable(error.to_string()));
    let code = answer.code.as_deref().and_then(|code| joined(&parts(code)));
    let (code, message) = match (code, answer.message.as_deref().and_then(|message| whole(message, dealer_code))) {
        (Some(code), _) => (pattern(code)?, None),
        (None, Some(message)) => (None, pattern(message)?),
        (None, None) => return Err(TeachError::TooBroad(answer.status)),
    };
    let row = ClassificationRule { status: Some(StatusMatch::exactly(answer.status)), code, message, means };
    match known(std::slice::from_ref(&row), answer) {
        Some(_) => Ok(row),
        None => Err(TeachError::Unusable("it would not recognise the answer that it was made of".to_owned())),
    }
}

/// Which row of a table reads an answer, and as what.
fn known(table: &[ClassificationRule], answer: &ResponseFacts) -> Option<(usize, Outcome)> {
    let details = ResponseDetails {
        status: answer.status,
        shape: BodyShape::Object,
        success: Some(false),
        listed: false,
        code: answer.code.as_deref(),
        message: answer.message.as_deref(),
    };
    let classification = classify(table, &details);
    Some((classification.row?, classification.outcome))
}

/// A pattern for a message from end to end. `None`: nothing in it is its own.
fn whole(message: &str, dealer_code: &str) -> Option<String> {
    let parts: Vec<&str> = parts(message).into_iter().flat_map(|part| split_at_word(part, dealer_code)).collect();
    let pattern = joined(&parts)?;
    // A message that was cut goes on.
    Some(match pattern.strip_suffix('…') {
        Some(start) => format!("^{start}"),
        None => format!("^{pattern}$"),
    })
}

/// What stands around the placeholders.
fn parts(text: &str) -> Vec<&str> {
    PLACEHOLDERS
        .iter()
        .fold(vec![text], |parts, differs| parts.into_iter().flat_map(|part| part.split(differs)).collect())
}

/// A pattern for these parts, whatever stands between them. `None`: no word is left, and it would match nearly everything.
fn joined(parts: &[&str]) -> Option<String> {
    let escaped = || parts.iter().map(|part| regex::escape(part)).collect::<Vec<_>>();
    parts.iter().any(|part| part.contains(char::is_alphanumeric)).then(|| escaped().join(".+"))
}

/// What stands around a word; within a longer one it is none.
fn split_at_word<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let goes_on = |next: Option<char>| next.is_some_and(|next| next.is_alphanumeric() || next == '_');
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, found) in text.match_indices(word).filter(|(_, found)| !found.is_empty()) {
        let end = at + found.len();
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
        if !goes_on(before.chars().next_back()) && !goes_on(after.chars().next()) {
            parts.extend(text.get(start..at));
            start = end;
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::super::default_rules;
    use super::*;

    fn answer(status: u16, code: Option<&str>, message: Option<&str>) -> ResponseFacts {
        ResponseFacts { status, code: code.map(Into::into), message: message.map(Into::into) }
    }

    fn taught(answer: &ResponseFacts) -> Result<String, TeachError> {
        let row = row_for(&default_rules(), answer, "xts.1", Outcome::NotConnected)?;
        Ok(serde_json::to_string(&row).unwrap())
    }

    #[test]
    fn a_row_is_as_narrow_as_the_answer_allows() {
        for (answer, row) in [
            (
                answer(200, Some("x-000403"), Some("Dealer xts.1 is not connected")),
                r#"{"status":200,"code":"x\\-000403","means":"not-connected"}"#,
            ),
            (
                answer(403, None, Some("Dealer xts.1 is not (yet) connected, request [id]")),
                r#"{"status":403,"message":"^Dealer .+ is not \\(yet\\) connected, request .+$","means":"not-connected"}"#,
            ),
            (answer(404, None, Some("cut …")), r#"{"status":404,"message":"^cut ","means":"not-connected"}"#),
        ] {
            assert_eq!(taught(&answer).unwrap(), row);
        }
        for status in [200, 403, 418] {
            assert_eq!(taught(&answer(status, None, None)), Err(TeachError::TooBroad(status)));
        }
    }

    #[test]
    fn a_dealer_code_is_left_out_of_the_message_only_where_it_is_a_word() {
        for (dealer_code, message, pattern) in [
            ("no", "no such dealer: no, not known", "^.+ such dealer: .+, not known$"),
            ("7", "dealer 7 of 17 at 7:00", "^dealer .+ of 17 at .+:00$"),
            ("xts", "dealer xts1, Éxts, xts_2 (xts)", r"^dealer xts1, Éxts, xts_2 \(.+\)$"),
            ("", "no dealer", "^no dealer$"),
        ] {
            assert_eq!(whole(message, dealer_code).unwrap(), pattern);
        }
    }

    #[test]
    fn what_was_cleaned_out_of_an_answer_may_be_anything() {
        for (answer, row) in [
            (
                answer(200, Some("ERR-[id]-[time]"), Some("never mind")),
                r#"{"status":200,"code":"ERR\\-.+\\-.+","means":"not-connected"}"#,
            ),
            (
                answer(200, Some("[id]"), Some("not connected: [id]")),
                r#"{"status":200,"message":"^not connected: .+$","means":"not-connected"}"#,
            ),
        ] {
            assert_eq!(taught(&answer).unwrap(), row);
        }
        let row =
            row_for(&default_rules(), &answer(200, Some("ERR-[id]"), None), "xts.1", Outcome::NotConnected).unwrap();
        assert_eq!(known(&[row], &answer(200, Some("ERR-9f27"), None)), Some((0, Outcome::NotConnected)));
        for message in [None, Some("[id]"), Some("xts.1"), Some("[id] [time]"), Some("[id]: [hidden]…")] {
            assert_eq!(taught(&answer(200, Some("[hidden]"), message)), Err(TeachError::TooBroad(200)), "{message:?}");
        }
    }

    #[test]
    fn an_answer_that_is_known_teaches_nothing() {
        let forbidden = answer(403, None, Some("Forbidden"));
        assert_eq!(taught(&forbidden), Err(TeachError::Known { row: 9, means: Outcome::NotConnected }));
        let odd = answer(404, None, Some("no such dealer xts.1"));
        let row = row_for(&default_rules(), &odd, "xts.1", Outcome::NotConnected).unwrap();
        let other = answer(404, None, Some("no such dealer abc"));
        assert_eq!(known(&[row], &other), Some((0, Outcome::NotConnected)), "another dealership's");
    }
}

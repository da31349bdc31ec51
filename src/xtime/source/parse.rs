//! Reads codes and moments as sources write them.

use crate::domain::{CodeError, InvitationCode, Timestamp};

/// Reads a code. The error never repeats it.
pub(super) fn read_code(text: &str) -> Result<InvitationCode, CodeError> {
    text.parse()
}

/// Reads a moment (RFC 3339), cut to what is recorded.
pub(super) fn read_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 40 {
        return None;
    }
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(chrono::SubsecRound::trunc_subsecs(moment.to_utc(), 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339() {
        assert_eq!(
            read_moment(" 2024-03-30T14:00:00.123456-05:00 ").unwrap().to_rfc3339(),
            "2024-03-30T19:00:00.123+00:00"
        );
        for text in ["", "2024-03-30", "2024-03-30T14:00", "tomorrow", "+99999-01-01T00:00:00Z"] {
            assert_eq!(read_moment(text), None, "{text}");
        }
        assert!(read_moment("9999-12-31T23:59:60Z").is_none_or(|at| at.timestamp() > 0));
    }
}

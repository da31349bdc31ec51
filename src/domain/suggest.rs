//! "Did you mean": the known word that a mistyped one was most likely meant to be.

use super::text::normal;

/// The candidate nearest to a word, when one is near enough to be worth saying. Normal forms are compared.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = normal(word);
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let known = normal(candidate);
            let near = strsim::jaro_winkler(&word, &known);
            // A shared beginning counts for much: `exp` means `expired` however many letters are missing.
            let near = if word.len() > 1 && known.starts_with(&word) { near.max(0.9) } else { near };
            (near >= 0.76).then_some((near, candidate))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The end of a sentence: ``; did you mean `x`?``, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, candidates).map(suggestion).unwrap_or_default()
}

/// The same for what is known to be meant.
pub fn suggestion(meant: impl std::fmt::Display) -> String {
    format!("; did you mean `{meant}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_one_or_none() {
        let known = ["expired", "awaiting", "overdue", "confirmed"];
        assert_eq!(closest("expird", known), Some("expired"));
        assert_eq!(closest("EXP", known), Some("expired"));
        assert_eq!(closest("overdeu", known), Some("overdue"));
        assert_eq!(closest("zzz", known), None);
        assert_eq!(closest("", known), None);
        assert_eq!(did_you_mean("confirmd", known), "; did you mean `confirmed`?");
        assert_eq!(did_you_mean("q", known), "");
    }

    #[test]
    fn a_word_of_more_than_64_bytes_is_no_slip_of_the_finger() {
        let word = |length: usize| format!("expired{}", "z".repeat(length - 7));
        assert_eq!(closest(&word(64), ["expired"]), Some("expired"));
        assert_eq!(closest(&word(65), ["expired"]), None);
        assert_eq!(closest(&word(66), ["expired"]), None);
    }

    #[test]
    fn two_letters_are_the_beginning_of_a_long_word_and_one_is_not() {
        assert_eq!(closest("in", ["invitation.superseded"]), Some("invitation.superseded"));
        assert_eq!(closest("i", ["invitation.superseded"]), None);
    }
}

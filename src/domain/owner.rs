//! Who looks after dealerships: any name may, and one that nobody had before is likely a mistyped one.

use super::Untrusted;
use super::suggest::did_you_mean;

/// The word that leaves a dealership to nobody.
pub const NOBODY: &str = "nobody";

/// Whom a text names; `None`: nobody, whether it is empty or says so.
pub fn read(text: &str) -> Option<Untrusted> {
    let text = text.trim();
    (!text.is_empty() && !text.eq_ignore_ascii_case(NOBODY)).then(|| text.into())
}

/// What is to be said of an owner whom no dealership has so far; `None`: the name is known.
pub fn about_new_owner<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let owner = read(name)?;
    let known: std::collections::BTreeSet<&str> = known.into_iter().collect();
    (!known.contains(owner.raw()))
        .then(|| format!("new owner: no other dealership has it{}", did_you_mean(owner.raw(), known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_had_is_said_to_be_new_with_the_one_that_was_likely_meant() {
        let known = ["ana", "ben", "Dana Whitfield", "ana"];
        assert_eq!(about_new_owner("ana", known), None);
        assert_eq!(about_new_owner(" ana ", known), None, "it is recorded without the blanks");
        assert_eq!(about_new_owner("", known), None);
        assert_eq!(about_new_owner("Nobody", known), None, "it takes the owner away");
        let near = "new owner: no other dealership has it; did you mean `Dana Whitfield`?";
        assert_eq!(about_new_owner("Dana Whitfeld", known).as_deref(), Some(near));
        assert_eq!(about_new_owner("ANA", known).as_deref().map(|words| words.ends_with("`ana`?")), Some(true));
        assert_eq!(about_new_owner("zoe", []).as_deref(), Some("new owner: no other dealership has it"));
    }
}

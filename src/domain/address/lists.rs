//! Addresses as people keep them in lists: with a name, a scheme or brackets around them, several in one cell.

use super::{AddressProblem, check, same_address};
use crate::domain::text::clean;

/// An address as it was written, and the name that stood with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAddress {
    /// The name; may be empty.
    pub name: String,
    /// The address; it passes [`check`].
    pub address: String,
}

/// The most addresses in one text.
const MOST: usize = 100;

/// Every address in a text, each once: `Ana Ruiz <ana@example.com>; mailto:joe@example.com`.
pub fn addresses(text: &str) -> Result<Vec<NamedAddress>, AddressProblem> {
    let mut all: Vec<NamedAddress> = Vec::new();
    // Google's address books write `:::` between several.
    let lines = text.split(['\n', '\r']).flat_map(|line| line.split(":::"));
    for line in lines.filter(|line| !line.trim().is_empty()) {
        for found in of_line(line)? {
            if all.len() >= MOST {
                return Err(AddressProblem::Several(clean(&text.chars().take(80).collect::<String>()).into_owned()));
            }
            if !all.iter().any(|known| same_address(&known.address.as_str().into(), &found.address.as_str().into())) {
                all.push(found);
            }
        }
    }
    if all.is_empty() { Err(why_not(text)) } else { Ok(all) }
}

fn of_line(line: &str) -> Result<Vec<NamedAddress>, AddressProblem> {
    let mut all: Vec<NamedAddress> = Vec::new();
    // A name may have a comma in it.
    let mut name: Vec<&str> = Vec::new();
    for written in pieces(line) {
        let piece = written.trim();
        if !piece.contains('@') {
            name.push(piece);
            continue;
        }
        // `carla,diaz@example.com` is a slip for a dot, and no name before an address.
        let is_apart = written.starts_with(char::is_whitespace) || piece.contains('<');
        if !name.is_empty() && !is_apart {
            return Err(why_not(line));
        }
        for mut found in of_piece(piece)? {
            if !name.is_empty() {
                let parts = name.drain(..).chain([found.name.as_str()]).filter(|part| !part.is_empty());
                found.name = parts.collect::<Vec<_>>().join(", ");
            }
            all.push(found);
        }
    }
    if name.is_empty() { Ok(all) } else { Err(why_not(line)) }
}

/// What begins a line of a letter's head, and is no name: whoever writes it wants more than an address.
const HEADERS: [&str; 5] = ["to", "cc", "bcc", "from", "subject"];

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let between = move |c: char| {
        quoted ^= c == '"';
        !quoted && matches!(c, ',' | ';' | '\t' | '|')
    };
    let words = |piece| ["/", "and", "or", "&"].into_iter().fold(vec![piece], split_at_word);
    text.split(between).flat_map(words).filter(|piece| !piece.trim().is_empty())
}

/// Splits at a word with spaces around it, where an address stands on both sides.
fn split_at_word<'a>(pieces: Vec<&'a str>, word: &str) -> Vec<&'a str> {
    let split = |piece: &'a str| {
        let separator = format!(" {word} ");
        let parts: Vec<&str> = piece.split(separator.as_str()).collect();
        if parts.iter().all(|part| part.contains('@')) { parts } else { vec![piece] }
    };
    pieces.into_iter().flat_map(split).collect()
}

/// The addresses of a piece: one with a name or without, or nothing but addresses.
fn of_piece(piece: &str) -> Result<Vec<NamedAddress>, AddressProblem> {
    if let Some((name, rest)) = piece.rsplit_once('<') {
        return named(name, rest).map(|one| vec![one]);
    }
    let words: Vec<&str> = piece.split_whitespace().collect();
    if words.iter().all(|word| word.contains('@')) {
        return words.into_iter().map(|word| named("", word)).collect();
    }
    // A name before it, set apart by a sign, or behind it in brackets.
    let place = words.iter().position(|word| word.contains('@')).unwrap_or_default();
    let (before, rest) = words.split_at(place);
    let Some((address, behind)) = rest.split_first() else { return Err(why_not(piece)) };
    let behind = behind.join(" ");
    let comment = behind.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match (before.is_empty(), comment) {
        (true, Some(name)) => named(name, address).map(|one| vec![one]),
        (false, None) if behind.is_empty() && is_set_apart(before, address) => {
            named(&before.join(" "), address).map(|one| vec![one])
        }
        _ => Err(why_not(piece)),
    }
}

/// Whether words before an address end before it. Where nothing shows that, they may be a part of it: `carla diaz@example.com`
/// is not written to Diaz, nor `do not use joe@example.com` to Joe.
fn is_set_apart(before: &[&str], address: &str) -> bool {
    let ends = |last: &&str| last.ends_with([':', '"', '>', ')']) || matches!(*last, "-" | "–" | "—");
    before.last().is_some_and(ends) || has_scheme(address) || address.starts_with(['(', '['])
}

fn named(name: &str, address: &str) -> Result<NamedAddress, AddressProblem> {
    let address = bare(address);
    check(address)?;
    let name = name.trim_matches(|c: char| c.is_whitespace() || "\"'<>:-".contains(c));
    if HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header)) {
        return Err(AddressProblem::MoreThanAddress(
            clean(&format!("{name}: {address}")).into_owned(),
            format!("`{}:`", clean(name)),
            1,
        ));
    }
    // An address says nothing as a name.
    let name = if name.contains('@') { "" } else { name };
    Ok(NamedAddress { name: name.to_owned(), address: address.to_owned() })
}

/// An address without its scheme, and without the signs that sentences and mail programs put around one.
fn bare(address: &str) -> &str {
    let around = |text: &str| text.len() - text.trim_start_matches(['<', '(', '[', '\'', ' ']).len();
    let address = address.get(around(address)..).unwrap_or_default();
    let address = if has_scheme(address) { address.get(SCHEME.len()..).unwrap_or_default() } else { address };
    address.trim_end_matches(['>', ')', ']', '\'', '.', ',', ';', ':', ' '])
}

const SCHEME: &str = "mailto:";

fn has_scheme(address: &str) -> bool {
    address.get(..SCHEME.len()).is_some_and(|head| head.eq_ignore_ascii_case(SCHEME))
}

/// Why a text is no list of addresses, in the words for a single one.
fn why_not(text: &str) -> AddressProblem {
    match check(text) {
        Err(problem) => problem,
        Ok(address) => AddressProblem::Several(address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let all = addresses(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        all.into_iter().map(|one| (one.name, one.address)).collect()
    }

    #[test]
    fn one_address_in_what_stands_around_it() {
        for (text, name, address) in [
            ("a@example.com", "", "a@example.com"),
            ("Ana@Example.COM", "", "Ana@Example.COM"),
            ("mailto:a@example.com", "", "a@example.com"),
            ("MailTo:a@example.com", "", "a@example.com"),
            ("<a@example.com>", "", "a@example.com"),
            ("<mailto:a@example.com>", "", "a@example.com"),
            ("a@example.com>", "", "a@example.com"),
            ("a@example.com.", "", "a@example.com"),
            ("a@example.com,", "", "a@example.com"),
            ("a@example.com;", "", "a@example.com"),
            ("a@example.com; ", "", "a@example.com"),
            ("'a@example.com'", "", "a@example.com"),
            ("Ana Ruiz <ana@example.com>", "Ana Ruiz", "ana@example.com"),
            ("\"Ruiz, Ana\" <ana@example.com>", "Ruiz, Ana", "ana@example.com"),
            ("Ruiz, Ana <ana@example.com>", "Ruiz, Ana", "ana@example.com"),
            ("Ana Ruiz - ana@example.com", "Ana Ruiz", "ana@example.com"),
            ("\"Ana Ruiz\" ana@example.com", "Ana Ruiz", "ana@example.com"),
            ("Ana Ruiz mailto:ana@example.com", "Ana Ruiz", "ana@example.com"),
            ("Ana Ruiz (ana@example.com)", "Ana Ruiz", "ana@example.com"),
            ("Ana Ruiz, ana@example.com", "Ana Ruiz", "ana@example.com"),
            ("Ruiz,Ana<ana@example.com>", "Ruiz, Ana", "ana@example.com"),
            ("Ana Ruiz: ana@example.com", "Ana Ruiz", "ana@example.com"),
            ("ana@example.com (Ana Ruiz)", "Ana Ruiz", "ana@example.com"),
            ("ana@example.com <ana@example.com>", "", "ana@example.com"),
            ("o'rourke@example.net", "", "o'rourke@example.net"),
            ("a@example.com; A@example.COM", "", "a@example.com"),
        ] {
            assert_eq!(read(text), [(name.to_owned(), address.to_owned())], "{text}");
        }
    }

    #[test]
    fn several_addresses_of_one_cell_are_told_apart() {
        for text in [
            "a@example.com; b@example.com",
            "a@example.com,b@example.com",
            "a@example.com b@example.com",
            "a@example.com\nb@example.com",
            "a@example.com / b@example.com",
            "a@example.com | b@example.com",
            "a@example.com and b@example.com",
            "a@example.com or b@example.com",
            "a@example.com & b@example.com;",
        ] {
            let addresses: Vec<String> = read(text).into_iter().map(|(_, address)| address).collect();
            assert_eq!(addresses, ["a@example.com", "b@example.com"], "{text}");
        }
        let named = read("Ana Ruiz <a@example.com>, Kim, Joe <b@example.com>; c@example.com");
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Ana Ruiz", "Kim, Joe", ""]);
        let quoted = read("\"Ruiz, Ana\" <a@example.com>, b@example.com");
        let names: Vec<&str> = quoted.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Ruiz, Ana", ""], "a comma between quotation marks is the name's, one behind them is not");
    }

    #[test]
    fn what_is_no_list_of_addresses_is_refused_with_the_reason() {
        for (text, words) in [
            ("", "is empty"),
            ("call Ana", "is not a mail address"),
            ("service at example.com", "is not a mail address"),
            ("a@example.com; call Ana", "more than one address"),
            ("a@example.com call Ana", "has a space in it, at character 14"),
            ("carla diaz@example.com", "`carla diaz@example.com` has a space in it, at character 6"),
            ("do not use joe@example.com", "`do not use joe@example.com` has a space in it"),
            ("carla diaz@example.com; joe@example.com", "`carla diaz@example.com` has a space in it"),
            ("joe@example.com or carla diaz@example.com", "`carla diaz@example.com` has a space in it"),
            ("carla- diaz@example.com", "has a space in it"),
            ("carla,diaz@example.com", "`carla,diaz@example.com` is more than one address"),
            ("mailto:carla diaz@example.com", "`mailto:carla diaz@example.com` has more in it"),
            ("Carla <carla diaz@example.com>", "`carla diaz@example.com` has a space in it"),
            ("a@example.com?subject=x", "goes on behind the domain, with `?` at character 14"),
            ("mailto:a@example.com?subject=x", "goes on behind the domain, with `?` at character 14"),
            ("a@example.com; b@exam_ple.com", "`_`, at character 5"),
            ("a@example.com/inbox", "with `/` at character 14"),
        ] {
            let problem = addresses(text).unwrap_err().to_string();
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_found_is_an_address(text in "[-a-z.@,;<>()\" \n/é|:]{0,40}|\\PC{0,30}") {
            for found in addresses(&text).unwrap_or_default() {
                proptest::prop_assert!(check(&found.address).is_ok());
                // Its own form reads as itself.
                let again = addresses(&found.address);
                proptest::prop_assert_eq!(again.as_deref().map(<[NamedAddress]>::len), Ok(1));
            }
        }
    }
}

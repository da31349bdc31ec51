//! Addresses as they stand in SMTP commands, and the mailboxes they mean.

/// The longest local part and the longest address (RFC 5321, 4.5.3.1).
const LOCAL: usize = 64;
const ADDRESS: usize = 254;

/// The mailbox of an address: it is compared without regard to case, as nearly everywhere.
pub(in super::super) fn mailbox(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    if address.len() > ADDRESS || local.is_empty() || local.len() > LOCAL || !is_domain(domain) {
        return None;
    }
    let right = match local.strip_prefix('"') {
        Some(quoted) => is_quoted(quoted),
        None => local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom)),
    };
    right.then(|| address.to_lowercase())
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && is_visible(c))
}

/// No control character, and nothing that changes how the rest is shown.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !c.is_whitespace()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}

/// The rest of a quoted local part, after its first quote.
fn is_quoted(rest: &str) -> bool {
    let Some(inside) = rest.strip_suffix('"') else { return false };
    let mut escaped = false;
    for c in inside.chars() {
        let plain = c == ' ' || is_visible(c);
        if !plain || (!escaped && c == '"') {
            return false;
        }
        escaped = !escaped && c == '\\';
    }
    !escaped
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[') {
        return literal.strip_suffix(']').is_some_and(|inside| {
            !inside.is_empty() && inside.chars().all(|c| c.is_ascii_alphanumeric() || ".:-".contains(c))
        });
    }
    let label = |label: &str| {
        let inside = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && is_visible(c)));
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.split('.').all(label)
}

/// The path of `MAIL FROM:` or `RCPT TO:` and what follows it. `Some("")` is the path of nobody, `<>`.
pub(super) fn path(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start_matches(' ').strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = inside.char_indices().find_map(|(at, c)| {
        let ends = c == '>' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && !escaped && c == '\\';
        ends.then_some(at)
    })?;
    let (address, rest) = (inside.get(..end)?, inside.get(end + 1..)?);
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    // A route, which nobody follows any more.
    let address = match address.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => address,
    };
    if address.is_empty() {
        return Some((String::new(), rest));
    }
    if address.eq_ignore_ascii_case("postmaster") {
        return Some(("postmaster".to_owned(), rest));
    }
    mailbox(address).map(|_| (address.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_the_standard_says() {
        for good in [
            "a@b",
            "Ann.O'Shea+x@Example.COM",
            "\"a b\\\"c\"@example.com",
            "a@[127.0.0.1]",
            "núñez@example.com",
            "a@b-c.example",
        ] {
            assert_eq!(mailbox(good), Some(good.to_lowercase()), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c",
            ".a@b",
            "a.@b",
            "a..c@b",
            "a@b..c",
            "a@-b",
            "a@b_c",
            "a\r\n@b",
            "a\0@b",
            "\"a@b",
            "\"a\"b\"@c",
            "\"a\\\"@c",
            "a@[",
            "a@[]",
            "\u{202e}a@b",
            "a\u{fffd}@b",
            "<a@b>",
            long.as_str(),
        ] {
            assert_eq!(mailbox(bad), None, "{bad}");
        }
    }

    #[test]
    fn paths_are_read_with_what_follows() {
        assert_eq!(path("<>"), Some((String::new(), "")));
        assert_eq!(path(" <a@b> SIZE=1"), Some(("a@b".to_owned(), " SIZE=1")));
        assert_eq!(path("<@x,@y:a@b>"), Some(("a@b".to_owned(), "")));
        assert_eq!(path("<\">\"@b>"), Some(("\">\"@b".to_owned(), "")));
        assert_eq!(path("<PostMaster>"), Some(("postmaster".to_owned(), "")));
        for bad in ["", "a@b", "<a@b", "<a@b>x", "<@x>", "<a@b\n>", "<a>", "<é"] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }
}

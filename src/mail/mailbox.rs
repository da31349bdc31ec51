//! Addresses of the settings: whose letters they are, and whether an address can belong to anybody.

use lettre::message::Mailbox;

use crate::domain::text::is_invisible;

/// Domains that belong to nobody (RFC 2606 and 6761): what samples, demos and tests may write to.
const RESERVED: &[&str] = &["test", "example", "invalid", "localhost", "example.com", "example.net", "example.org"];

/// Reads an address with or without a name: `Name <address>`.
///
/// # Errors
/// What is wrong, in words.
pub fn mailbox(text: &str) -> Result<Mailbox, String> {
    if text.chars().any(is_invisible) {
        return Err("it has an invisible character".to_owned());
    }
    let text = text.trim();
    // People write a comma or a dot into a name without the quotes that the standard asks for.
    let plain = || {
        let (name, address) = text.strip_suffix('>')?.rsplit_once('<')?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Some(Mailbox::new(name, address.trim().parse().ok()?))
    };
    let read = text.parse().ok().or_else(plain);
    read.ok_or_else(|| "an address is needed: \"Name <name@example.com>\"".to_owned())
}

/// Whether nobody can have an address.
pub fn is_reserved(address: &str) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else { return false };
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    RESERVED
        .iter()
        .any(|reserved| domain.strip_suffix(reserved).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = mailbox("DataClover Onboarding <onboarding@example.com>").unwrap();
        assert_eq!(
            (read.name.as_deref(), read.email.as_ref()),
            (Some("DataClover Onboarding"), "onboarding@example.com")
        );
        assert!(mailbox("onboarding@example.com").unwrap().name.is_none());
        for (text, name) in [
            ("Clover, the Desk <a@example.com>", "Clover, the Desk"),
            ("\"Clover, the Desk\" <a@example.com>", "Clover, the Desk"),
            ("St. Mary's (north) <a@example.com>", "St. Mary's (north)"),
            ("Söhne \"Blatt\" & \\ <a@example.com>", "Söhne \"Blatt\" & \\"),
        ] {
            let read = mailbox(text).unwrap();
            assert_eq!(read.name.as_deref(), Some(name), "{text}");
            assert_eq!(mailbox(&read.to_string()), Ok(read), "{text}");
        }
        for wrong in ["", "x", "A <x>", "a@b@", "A\r\nBcc: x@example.com <a@example.com>", "a\u{202e}@example.com"] {
            assert!(mailbox(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn reserved_domains_are_known() {
        for reserved in
            ["a@example.com", "a@Mail.Example.ORG", "a@dealer.test", "a@x.example", "a@localhost", "a@b.invalid."]
        {
            assert!(is_reserved(reserved), "{reserved}");
        }
        for other in ["a@notexample.com", "a@example.com.au", "a@test.de", "test", "example.com@b.de"] {
            assert!(!is_reserved(other), "{other}");
        }
    }
}

//! What other programs replace in their settings, and this one does not: `$NAME`, `${NAME}`, `env:NAME`, `op://…`.

/// What stands in front of a secret of another program's store.
const STORES: [&str; 10] = [
    "env:",
    "op://",
    "vault:",
    "vault://",
    "secret://",
    "keyring:",
    "keychain:",
    "aws-sm://",
    "gcp-sm://",
    "azure-kv://",
];

/// What stands in a text as if it was replaced here; never asked of a secret.
pub(super) fn reference(text: &str) -> Option<&str> {
    whole(text).or_else(|| inside(text))
}

/// Whether a text is nothing but a reference. A password may have a `$` in it, and may begin with one; `$NAME` of a secret
/// is one only in capitals.
pub(super) fn is_reference(text: &str) -> bool {
    whole(text).is_some_and(|_| match text.trim().strip_prefix('$') {
        Some(name) if !name.starts_with(['{', '(']) => !name.contains(|c: char| c.is_ascii_lowercase()),
        _ => true,
    })
}

/// The whole text: `$NAME`, `${…}`, `$(…)`, `%NAME%`, `env:NAME`, `op://…`.
fn whole(text: &str) -> Option<&str> {
    let text = text.trim();
    let within = |open, close| text.strip_prefix(open)?.strip_suffix(close).filter(|name| !name.is_empty());
    let braced = within("${", '}').filter(|name| !name.contains(['{', '}']));
    let found = text.strip_prefix('$').is_some_and(is_name)
        || braced.or_else(|| within("$(", ')')).is_some()
        || within("%", '%').is_some_and(is_name)
        || STORES.iter().any(|store| text.strip_prefix(store).is_some_and(|rest| !rest.is_empty()));
    found.then_some(text)
}

/// In a longer text, where a path or an address has a part: `dir:$HOME/mail`. In capitals only: `/$metadata` is a path.
fn inside(text: &str) -> Option<&str> {
    text.match_indices('$').find_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let length = match rest.strip_prefix('{') {
            Some(braced) => {
                let name = braced.get(..braced.find('}')?)?;
                is_name(name).then_some(name.len() + 2)?
            }
            None => {
                let starts =
                    text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(['/', ':', '@', '=']));
                let end = rest
                    .find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
                    .unwrap_or(rest.len());
                let ends = !rest.get(end..)?.starts_with(|c: char| c.is_alphanumeric());
                (starts && ends && is_name(rest.get(..end)?)).then_some(end)?
            }
        };
        text.get(at..=at + length)
    })
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_other_programs_are_found() {
        for (text, found) in [
            ("$XTIME_CLIENT_ID", "$XTIME_CLIENT_ID"),
            (" $client_id ", "$client_id"),
            ("${XTIME_CLIENT_ID}", "${XTIME_CLIENT_ID}"),
            ("${env:XTIME_ID}", "${env:XTIME_ID}"),
            ("$(pass xtime)", "$(pass xtime)"),
            ("%XTIME_ID%", "%XTIME_ID%"),
            ("env:XTIME_ID", "env:XTIME_ID"),
            ("op://Work/xtime/id", "op://Work/xtime/id"),
            ("vault:secret/xtime#id", "vault:secret/xtime#id"),
            ("dir:$HOME/mail", "$HOME"),
            ("$HOME/mail", "$HOME"),
            ("dir:${HOME}/mail", "${HOME}"),
            ("https://$HOST/xtime", "$HOST"),
            ("smtps://$USER@mail.example.com", "$USER"),
            ("Onboarding of ${PARTNER}", "${PARTNER}"),
        ] {
            assert_eq!(reference(text), Some(found), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "",
            "$",
            "$$",
            "$5",
            "A$AP Motors",
            "pa$$word",
            "costs $USD",
            "https://example.com/$metadata",
            "{\"dealerCode\": \"{{ dealer_code }}\"}",
            "${{ dealer_code }}",
            "{{ dealer_code }}",
            "^code$",
            "100%",
            "env:",
            "/environment:x",
            "${",
            "${}",
            "dir:~/mail",
        ] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_one_only_as_a_whole() {
        for text in [
            "$XTIME_KEY",
            "${XTIME_KEY}",
            "${xtime_key}",
            "$(pass xtime)",
            "env:XTIME_KEY",
            "op://Work/xtime/key",
            "vault:x",
        ] {
            assert!(is_reference(text), "{text}");
        }
        for text in ["pa$$word", "$ecret", "$ecret9X", "$5ecret", "x${Y}", "dir:$HOME/mail", "$", "Bearer $TOKEN"] {
            assert!(!is_reference(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_reference_is_a_part_of_the_text(text in "[$A-Z{}a-z:/@%_ 0-9]{0,20}|\\PC{0,20}") {
            if let Some(found) = reference(&text) {
                proptest::prop_assert!(text.contains(found) && !found.is_empty());
            }
        }
    }
}

//! What a mail server's refusal is about: the address, the server, or this one letter.
//!
//! An address that counts as refused gets no further letter until a person corrects it. So only what surely names an unknown mailbox counts: a
//! full mailbox, a rate, a greylist, a missing PTR record or a policy says nothing against it, whatever the code.

/// The statuses that say that an address leads nowhere (RFC 3463, 3.2; 5.1.10, a null MX, is of RFC 7505). Not among them: 5.1.4 (it fits
/// several), 5.1.7 to 5.1.9 (the sender, or a relay), and 5.2.x (it is there: full, closed for a while, or written to too often).
const NO_MAILBOX: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// What is recorded where only words said that there is no such mailbox: the reply's code.
const BARE_CODES: [&str; 3] = ["550", "551", "553"];

/// How servers say it without a status, in whatever field: `*` is one of [`NOUNS`]. "Mailbox unavailable" is not here: RFC 5321 has it for
/// a refusal by policy as well.
const SAID: [&str; 14] = [
    "* unknown",
    "unknown *",
    "no such *",
    "no such address",
    "no * here by that name",
    "* not found",
    "* does not exist",
    "* doesnt exist",
    "address does not exist",
    "tried to reach does not exist",
    "* not local",
    "invalid recipient",
    "invalid mailbox",
    "unrouteable address",
];

const NOUNS: [&str; 6] = ["user", "mailbox", "recipient", "account", "person", "local part"];

/// Whether a recorded status says that there is no such mailbox.
pub fn refuses_address(status: &str) -> bool {
    NO_MAILBOX.contains(&status) || BARE_CODES.contains(&status)
}

/// When a refusal for good says that there is no such mailbox: the status to record. `code` and `status` are what the server gave, if it gave
/// any; `words` all that it said.
pub fn refused_address(code: Option<u16>, status: Option<&str>, words: &str) -> Option<String> {
    match status {
        Some(status) if refuses_address(status) => Some(status.to_owned()),
        // A detail of 0 is "other or undefined" (RFC 3463, 3.1): then the words say more than the status.
        Some(status) if !status.ends_with(".0") => None,
        // What was refused for the time being, and is given up now, may be there all the same.
        _ if code.is_some_and(|code| code < 500) || status.is_some_and(|status| status.starts_with('4')) => None,
        _ if !names_no_mailbox(words) => None,
        _ => {
            let code = code.map(|code| code.to_string()).filter(|code| BARE_CODES.contains(&code.as_str()));
            Some(code.unwrap_or_else(|| "5.1.1".to_owned()))
        }
    }
}

/// Whether a refusal is the server's trouble or its policy towards us (RFC 3463: x.3, x.5, x.7), or not explained: it would meet every letter.
/// A greylist asks every recipient to come again, so it is about the letter.
pub fn is_server_trouble(status: Option<&str>, words: &str) -> bool {
    let words = words.to_lowercase();
    let greylist = ["greylist", "graylist", "grey-list", "gray-list"].iter().any(|word| words.contains(word));
    let subject = status.and_then(|status| status.split('.').nth(1));
    !greylist && matches!(subject, None | Some("0" | "3" | "5" | "7"))
}

/// Whether a refusal is about the letter's size (RFC 1870, 6.1; RFC 3463, 3.3 and 3.4).
pub fn is_too_large(code: u16, status: Option<&str>) -> bool {
    match status {
        Some("5.3.4" | "5.2.3") => true,
        status => code == 552 && status.is_none_or(|status| status.ends_with(".0.0")),
    }
}

fn names_no_mailbox(words: &str) -> bool {
    let mut plain = String::from(" ");
    for word in words.to_lowercase().split_whitespace().filter(|word| !word.contains('@')) {
        for part in word.replace(['\'', '’'], "").split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty())
        {
            plain.push_str(part);
            plain.push(' ');
        }
    }
    let says = |said: &str| plain.contains(&format!(" {said} "));
    // "Sender address rejected: User unknown" is about us.
    !says("sender")
        && SAID.iter().any(|said| match said.contains('*') {
            true => NOUNS.iter().any(|noun| says(&said.replace('*', noun))),
            false => says(said),
        })
}

/// Reads a reply that is quoted somewhere (`550 5.1.1 …`, `550-5.1.1 …`, `550 #5.1.0 …`): its code and status, as far as it has them. qmail
/// writes the status at the end, `(#5.1.1)`.
pub fn quoted_reply(text: &str) -> (Option<u16>, Option<&str>) {
    let text = text.trim();
    let (digits, rest) = text.split_at_checked(3).unwrap_or(("", text));
    let is_code = digits.starts_with(['4', '5']) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let code = digits.parse().ok().filter(|_| is_code && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.'));
    let after = if code.is_some() { rest.trim_start_matches(['-', ' ']) } else { text };
    let first = after.split_whitespace().next().and_then(enhanced_status);
    let marked = || text.split_once('#').and_then(|(_, rest)| rest.split_whitespace().next()).and_then(enhanced_status);
    (code, first.or_else(marked))
}

/// An enhanced status (RFC 3463) at the beginning of a word: `5.1.1`, `#5.1.0`, `5.1.1)`.
pub fn enhanced_status(word: &str) -> Option<&str> {
    let word = word.trim_start_matches(['#', '(']);
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let status = word.get(..end)?;
    let mut parts = status.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |part: &str| (1..=3).contains(&part.len());
    let fits = matches!(class, "2" | "4" | "5") && number(subject) && number(detail) && parts.next().is_none();
    fits.then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_condemned_only_by_what_surely_names_an_unknown_mailbox() {
        for (said, refused) in [
            ("550 5.1.1 <a@b.test>: Recipient address rejected: User unknown in virtual mailbox table", Some("5.1.1")),
            ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Some("5.1.10")),
            ("550-5.1.1 The email account that you tried to reach does not exist.", Some("5.1.1")),
            ("553 5.1.3 bad syntax", Some("5.1.3")),
            ("550 5.1.2 no such domain", Some("5.1.2")),
            ("551 5.1.6 moved", Some("5.1.6")),
            // A status that says nothing: the words do.
            ("550 5.0.0 User unknown", Some("550")),
            ("550 #5.1.0 Address rejected.", None),
            ("550 5.1.0 <a@b.test>: Sender address rejected: User unknown in local recipient table", None),
            ("550 5.5.0 Requested action not taken: mailbox unavailable", None),
            // No status.
            ("550 <a@b.test>: Recipient address rejected: User unknown in virtual mailbox table", Some("550")),
            ("550 No Such User Here", Some("550")),
            ("550 Unrouteable address", Some("550")),
            ("550 Unknown user", Some("550")),
            ("550 <a@b.test> User doesn't exist: a", Some("550")),
            ("554 no such mailbox", Some("5.1.1")),
            // It was given up, and was never refused for good.
            ("450 User unknown", None),
            ("499 User unknown", None),
            ("500 User unknown", Some("5.1.1")),
            ("450 4.0.0 User unknown", None),
            ("4.0.0 User unknown", None),
            ("551 User not local; please try <a@c.test>", Some("551")),
            ("Sorry, no mailbox here by that name. (#5.1.1)", Some("5.1.1")),
            ("unknown user: \"ana\"", Some("5.1.1")),
            ("550 mailbox is full", None),
            ("550 Mailbox quota exceeded", None),
            ("550 Administrative prohibition", None),
            ("550 your host has no reverse DNS", None),
            ("550 SPF check failed", None),
            ("550 too many messages, slow down", None),
            ("550 greylisted, try again in 5 minutes", None),
            ("550 mailbox unavailable", None),
            ("550 relay not permitted", None),
            ("550 Sender verify failed: unknown user", None),
            // A status that says something else is believed.
            ("550 5.7.1 relaying denied, user unknown", None),
            ("550 5.2.1 The user you are trying to contact is receiving mail too quickly", None),
            ("552 5.2.2 mailbox full", None),
            ("550 5.4.1 Recipient address rejected: Access denied", None),
            ("550 5.1.8 sender's domain not found", None),
            ("550 5.1.4 ambiguous", None),
        ] {
            let (code, status) = quoted_reply(said);
            assert_eq!(refused_address(code, status, said).as_deref(), refused, "{said}");
            assert!(refused.is_none_or(refuses_address), "{said}");
        }
    }

    #[test]
    fn trouble_of_the_server_is_told_from_trouble_of_one_mailbox() {
        for (said, server) in [
            ("451 4.3.5 Server configuration problem", true),
            ("450 4.7.1 Error: too much mail from 192.0.2.1", true),
            ("452 4.5.3 Too many recipients", true),
            ("451 Ratelimit exceeded", true),
            ("451 4.0.0 try later", true),
            ("450 4.2.0 <a@b.test>: Recipient address rejected: Greylisted, see http://postgrey.example/", false),
            ("451 4.7.1 Greylisting in progress", false),
            ("450 4.2.1 mailbox busy", false),
            ("452 4.2.2 mailbox full", false),
            ("450 4.1.2 domain not found", false),
            ("451 4.4.1 no route to its host", false),
        ] {
            assert_eq!(is_server_trouble(quoted_reply(said).1, said), server, "{said}");
        }
    }

    #[test]
    fn a_quoted_reply_is_read_as_far_as_it_goes() {
        for (text, code, status) in [
            ("550 5.1.1 x", Some(550), Some("5.1.1")),
            ("550-5.1.1 x", Some(550), Some("5.1.1")),
            ("550 x", Some(550), None),
            ("550", Some(550), None),
            ("5.1.1 x", None, Some("5.1.1")),
            ("5500 x", None, None),
            ("250 2.0.0 x", None, None),
            ("550 5.1.1.1 x", Some(550), None),
            ("550 5.1234.1 x", Some(550), None),
            ("", None, None),
            ("é", None, None),
            ("ééé", None, None),
        ] {
            assert_eq!(quoted_reply(text), (code, status), "{text:?}");
        }
    }

    #[test]
    fn a_letter_is_too_large_by_its_status_and_without_one_by_the_code() {
        for (code, status, large) in [
            (552, Some("5.3.4"), true),
            (554, Some("5.3.4"), true),
            (554, Some("5.2.3"), true),
            (552, None, true),
            (552, Some("5.0.0"), true),
            (552, Some("5.2.2"), false),
            (552, Some("5.7.1"), false),
            (550, None, false),
            (550, Some("5.0.0"), false),
        ] {
            assert_eq!(is_too_large(code, status), large, "{code} {status:?}");
        }
    }
}

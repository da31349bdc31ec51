//! Mail addresses: exactly one, in the narrow form that every server and every header takes. This is the one rule for them: what an
//! import, a correction or the settings take, a letter can be sent to.

mod lists;
mod lookalike;

use std::fmt;

use super::Untrusted;
use super::text::{clean, is_invisible, letter_words, named};

pub use lists::{NamedAddress, addresses};

/// Why a text is not one usable mail address. Cleaned: it is printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    #[error("the address is empty")]
    Empty,
    /// A control or otherwise invisible character: its name and its place.
    #[error("the address has {0}, at character {1}: take it out")]
    Invisible(String, usize),
    /// White space inside, and its place.
    #[error("`{0}` has a space in it, at character {1}")]
    Space(String, usize),
    /// A second address, or a list of them.
    #[error("`{0}` is more than one address; one is needed: leave the others out")]
    Several(String),
    /// A name, a comment or brackets around the address: what shows it, and its place.
    #[error("`{0}` has more in it than an address ({1} at character {2}): write it plainly, like name@example.com")]
    MoreThanAddress(String, String, usize),
    /// Something behind the domain: what begins it, and its place.
    #[error("`{0}` goes on behind the domain, with `{1}` at character {2}: leave that out")]
    Behind(String, char, usize),
    /// A character that looks like a Latin letter among Latin ones: its name, its place, and the letter.
    #[error("`{0}` has {1} at character {2}, which looks like {3}: type the address anew")]
    LooksLike(String, String, usize, char),
    /// No `@`, or nothing before it.
    #[error("`{0}` is not a mail address: it needs a mailbox, an @ and a domain")]
    Incomplete(String),
    /// What stands before the `@` is not a mailbox.
    #[error("`{0}` is not usable before the @: {1}")]
    Mailbox(String, String),
    /// What stands behind the `@` is not a domain.
    #[error("`{0}` is not a mail domain: {1}")]
    Domain(String, String),
}

/// One mail address. Nothing in it can end a header or begin a second recipient.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    whole: Box<str>,
    at: usize,
}

impl Address {
    /// The address as it goes into an envelope or a header. A mailbox of another script stays as it is; a domain is in ASCII.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The domain, in ASCII and lower case.
    pub fn domain(&self) -> &str {
        self.whole.get(self.at + 1..).unwrap_or_default()
    }

    /// Whether people write it where there is none: `none@none.com`, `noemail@…`, `x@x.x`.
    pub fn stands_for_none(&self) -> bool {
        let mailbox = self.whole.get(..self.at).unwrap_or_default();
        let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let plain = bare(mailbox);
        let name = self.domain().split_once('.').filter(|(_, top)| !top.contains('.')).map(|(name, _)| bare(name));
        NO_MAILBOX.contains(&plain.as_str())
            || mailbox.eq_ignore_ascii_case("n/a")
            || name.is_some_and(|name| name == plain && NO_NAME.contains(&name.as_str()))
    }

    /// Whether nobody can ever own its domain (RFC 2606, RFC 6761): whatever is sent there reaches no stranger.
    pub fn is_reserved(&self) -> bool {
        let domain = self.domain();
        let within =
            |parent: &str| domain.strip_suffix(parent).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        RESERVED.iter().any(|parent| within(parent))
    }
}

/// Mailboxes that nobody has, whatever the domain; without marks and case.
const NO_MAILBOX: [&str; 3] = ["none", "noemail", "nomail"];

/// Names that stand for no address when they are both mailbox and domain: `na@na.com`.
const NO_NAME: [&str; 8] = ["na", "no", "null", "test", "unknown", "x", "xx", "xxx"];

/// Domains that nobody can own, with everything below them.
const RESERVED: [&str; 7] = ["example.com", "example.net", "example.org", "test", "example", "invalid", "localhost"];

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.whole)
    }
}

/// The longest mailbox, as it is written (RFC 5321, 4.5.3.1.1), and the longest address (its path has two brackets more), in bytes.
const LONGEST_MAILBOX: usize = 64;
const LONGEST_ADDRESS: usize = 254;

/// The longest part of a domain, in bytes (RFC 1035).
const LONGEST_LABEL: usize = 63;

/// Takes one address. Names, comments, groups, quoted mailboxes and numbers in place of a domain are refused: nobody at a
/// dealership has them, and each is a way to say more than one recipient.
pub fn check(text: &str) -> Result<Address, AddressProblem> {
    let plain = unquoted(text);
    let text = plain.as_deref().unwrap_or(text).trim_matches(' ');
    let (mailbox, domain) = parts(text)?;
    let unusable = |why: String| AddressProblem::Mailbox(clean(mailbox).into_owned(), why);
    check_mailbox(mailbox).map_err(unusable)?;
    // Doubled dots are against the rules, but mailboxes with them were given out; in quotes they are within them.
    let written = if mailbox.contains("..") { format!("\"{mailbox}\"") } else { mailbox.to_owned() };
    if written.len() > LONGEST_MAILBOX {
        return Err(unusable("it is too long".to_owned()));
    }
    let no_domain = |why: String| AddressProblem::Domain(clean(domain).into_owned(), why);
    let whole = format!("{written}@{}", ascii_domain(domain).map_err(no_domain)?);
    if whole.len() > LONGEST_ADDRESS {
        return Err(no_domain("it is too long".to_owned()));
    }
    Ok(Address { at: written.len(), whole: whole.into() })
}

/// Mailbox and domain of a text that is nothing but one address.
fn parts(text: &str) -> Result<(&str, &str), AddressProblem> {
    let shown = || clean(&text.chars().take(80).collect::<String>()).into_owned();
    let first = |wrong: &dyn Fn(char) -> bool| text.chars().enumerate().find(|(_, c)| wrong(*c));
    if text.is_empty() {
        return Err(AddressProblem::Empty);
    }
    if let Some((place, c)) = first(&|c| is_invisible(c) && !c.is_whitespace()) {
        return Err(AddressProblem::Invisible(named(c), place + 1));
    }
    let one = text.strip_suffix([',', ';']).unwrap_or(text);
    if one.contains([',', ';']) || text.matches('@').count() > 1 {
        return Err(AddressProblem::Several(shown()));
    }
    if let Some((place, c)) = first(&|c| "<>()\":\\,;".contains(c)) {
        return Err(AddressProblem::MoreThanAddress(shown(), named(c), place + 1));
    }
    let (mailbox, domain) = text.split_once('@').ok_or_else(|| AddressProblem::Incomplete(shown()))?;
    if let Some((place, _)) = first(&char::is_whitespace) {
        return Err(AddressProblem::Space(shown(), place + 1));
    }
    if mailbox.is_empty() || domain.is_empty() {
        return Err(AddressProblem::Incomplete(shown()));
    }
    let at = mailbox.chars().count() + 1;
    if let Some((place, c)) = domain.chars().enumerate().find(|(_, c)| matches!(c, '?' | '#' | '/')) {
        return Err(AddressProblem::Behind(shown(), c, at + place + 1));
    }
    if let Some(found) = lookalike::in_address(mailbox, domain) {
        return Err(AddressProblem::LooksLike(shown(), named(found.c), found.place, found.like));
    }
    Ok((mailbox, domain))
}

/// The form in which an address with doubled dots is written here, as it came.
fn unquoted(text: &str) -> Option<String> {
    let (mailbox, domain) = text.strip_prefix('"')?.split_once("\"@")?;
    mailbox.contains("..").then(|| format!("{mailbox}@{domain}"))
}

fn check_mailbox(text: &str) -> Result<(), String> {
    // Mail programs decode what begins so, in an address too, although they must not.
    if text.contains("=?") {
        return Err("it looks like an encoded word".to_owned());
    }
    if text.starts_with('.') || text.ends_with('.') {
        return Err("it begins or ends with a dot".to_owned());
    }
    if text.contains("..") && !text.is_ascii() {
        return Err("it has two dots in a row".to_owned());
    }
    // Full-width forms are ASCII to whoever folds them, an @ or a comma among them.
    let folds = |c: char| matches!(c, '\u{fe50}'..='\u{fe6b}' | '\u{ff00}'..='\u{ffef}');
    let fits =
        |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c) || (c.is_alphanumeric() && !folds(c));
    match text.chars().enumerate().find(|(_, c)| !fits(*c)) {
        Some((place, c)) => Err(format!("no mailbox has {}, at character {}", named(c), place + 1)),
        None => Ok(()),
    }
}

/// A domain in ASCII (IDNA) and lower case.
fn ascii_domain(text: &str) -> Result<String, String> {
    const UNNAMED: &str = "it must be a name, like example.com";
    if text.contains(['%', '[', ']']) {
        return Err(UNNAMED.to_owned());
    }
    let Ok(url::Host::Domain(domain)) = url::Host::parse(text) else {
        return Err(UNNAMED.to_owned());
    };
    for label in domain.split('.') {
        if label.is_empty() {
            return Err("it has a dot too many".to_owned());
        }
        if label.len() > LONGEST_LABEL {
            return Err("a part of it is too long".to_owned());
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !label.chars().all(fits) || label.starts_with('-') || label.ends_with('-') {
            let strange = domain.chars().enumerate().find(|(_, c)| !fits(*c) && *c != '.');
            let strange = strange.map(|(place, c)| format!(": {}, at character {}", named(c), place + 1));
            return Err(format!(
                "a part of it has other characters than letters, digits and hyphens inside{}",
                strange.unwrap_or_default()
            ));
        }
    }
    match domain.rsplit('.').next() {
        Some(top) if top.chars().all(|c| c.is_ascii_digit()) => Err("it ends with a number".to_owned()),
        _ if !domain.contains('.') && domain != "localhost" => Err("it has no dot".to_owned()),
        _ => Ok(domain),
    }
}

/// Whether a text is an address that can reach nobody; a text that is no address is not.
pub fn is_reserved(address: &str) -> bool {
    check(address).is_ok_and(|address| address.is_reserved())
}

/// Whether two addresses, as they were written, are of one mailbox. Hardly any server tells letters by their case.
pub fn same_address(one: &Untrusted, other: &Untrusted) -> bool {
    let (plain, other_plain) = (one.raw().trim(), other.raw().trim());
    if is_plain(plain) && is_plain(other_plain) {
        return plain.eq_ignore_ascii_case(other_plain);
    }
    folded(one) == folded(other)
}

/// An address in the form in which addresses are compared.
pub(super) fn folded(address: &Untrusted) -> String {
    let text = address.raw().trim();
    if is_plain(text) {
        return text.to_ascii_lowercase();
    }
    check(text).map_or_else(|_| text.to_lowercase(), |address| address.as_str().to_lowercase())
}

/// Whether nothing but case can be written otherwise in an address.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('"') && !text.contains("..") && !text.contains("xn--")
}

/// An address with its name, for a From or a To.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name, cleaned; may be empty.
    pub name: String,
    pub address: Address,
}

/// The most characters of a name in a header.
const NAME_CHARS: usize = 100;

impl Mailbox {
    /// A name from outside, cleaned for a header, with its address.
    pub fn new(name: &str, address: Address) -> Self {
        let name = letter_words(name, NAME_CHARS);
        // Nothing is gained by a name that looks like an address, and people are misled by it.
        let name = if name.contains('@') { String::new() } else { name.replace(['"', '<', '>', '\\'], "") };
        Self { name: name.split_whitespace().collect::<Vec<_>>().join(" "), address }
    }

    /// Reads `Name <name@example.com>`, `"Name" <…>`, or an address alone.
    pub fn read(text: &str) -> Result<Self, AddressProblem> {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => Ok(Self::new(name.trim().trim_matches('"'), check(address)?)),
            None => Ok(Self::new("", check(text)?)),
        }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { self.address.fmt(f) } else { write!(f, "{} <{}>", self.name, self.address) }
    }
}

#[cfg(test)]
mod tests;

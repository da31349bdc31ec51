//! The service opcode: the dealership's choice, and whether Xtime shows it to us.

use serde::{Deserialize, Serialize};
use unicode_security::confusable_detection;

use super::{Timestamp, Untrusted, moment};

/// One row of `GET /services`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The opcode: digits, letters with dots, or a phrase. Compared as an exact string.
    pub opcode: Untrusted,
    pub name: Untrusted,
}

/// Which of the two ways of the seed the dealership chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpcodeOption {
    /// Option 1: an opcode that the dealership has already (most common).
    Existing,
    /// Option 2: a new one for the partner's appointments.
    New,
}

impl OpcodeOption {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Existing => "existing",
            Self::New => "new",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpcodeChoice {
    /// The code, exactly as it must be sent.
    pub code: Untrusted,
    pub option: OpcodeOption,
}

impl OpcodeChoice {
    /// The choice that a code alone says: the one that stands, if it is about this code; new, if it has the name that new ones get.
    pub fn named(code: &str, stands: Option<&Self>, new_opcode: &str) -> Self {
        let same = stands.filter(|stands| stands.code.raw() == code).map(|stands| stands.option);
        let option = if code == new_opcode { OpcodeOption::New } else { OpcodeOption::Existing };
        Self { code: code.into(), option: same.unwrap_or(option) }
    }
}

/// A choice as it is recorded: who wrote it down, when, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenOpcode {
    pub choice: OpcodeChoice,
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub by: Box<str>,
    /// Who at the dealership said so, and how, in the operator's words.
    pub word: Option<Untrusted>,
}

/// What is known of the chosen opcode at the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpcodeState {
    #[default]
    Unchecked,
    Ok,
    /// Not visible, but something that looks like it is.
    NearMiss,
    Missing,
    /// The list was empty: could not tell.
    Unknown,
}

impl OpcodeState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Ok => "ok",
            Self::NearMiss => "near-miss",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// What one list says about one chosen code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub state: OpcodeState,
    /// In exact words, for people: "did you mean `TELL US MORE`? (it differs in upper and lower case)"
    pub words: Vec<String>,
}

/// How many near misses are named.
const NAMED: usize = 3;

/// Whether a list shows a code: exactly so.
pub fn is_listed(code: &str, services: &[Service]) -> bool {
    services.iter().any(|service| service.opcode.raw() == code)
}

/// Compares a choice with the list. Codes are compared as exact strings; one that differs only in case, spaces or look-alike
/// characters, or whose *name* is what was chosen, is its own finding; an empty list is "could not tell", never "missing".
pub fn find(code: &str, services: &[Service]) -> Finding {
    if services.is_empty() {
        let words = vec!["could not tell: Xtime answered with an empty list".to_owned()];
        return Finding { state: OpcodeState::Unknown, words };
    }
    if is_listed(code, services) {
        return Finding { state: OpcodeState::Ok, words: vec!["found: visible to us".to_owned()] };
    }
    let sought = Sought::new(code);
    let mut near: Vec<(Likeness, &str)> =
        services.iter().filter_map(|service| Some((sought.compare(service)?, service.opcode.raw()))).collect();
    // The platform promises no order; the same list must give the same words, or every probe would be news.
    near.sort_unstable();
    near.dedup_by_key(|(_, opcode)| *opcode);
    near.truncate(NAMED);
    if near.is_empty() {
        let words = vec![format!("missing: not among the {} opcodes that Xtime shows us", services.len())];
        return Finding { state: OpcodeState::Missing, words };
    }
    let words = near
        .into_iter()
        .map(|(how, opcode)| format!("did you mean `{}`? ({})", super::text::clean(opcode), how.message()));
    Finding { state: OpcodeState::NearMiss, words: words.collect() }
}

/// A chosen code, folded once in every way in which a list of opcodes is compared with it.
pub struct Sought<'a> {
    code: &'a str,
    lower: String,
    bare: String,
    bare_lower: String,
    skeleton: String,
}

impl<'a> Sought<'a> {
    pub fn new(code: &'a str) -> Self {
        let bare = bare(code);
        Self { code, lower: code.to_lowercase(), bare_lower: bare.to_lowercase(), skeleton: skeleton(&bare), bare }
    }

    /// In what a service is like it without being it, in words: "it differs in upper and lower case".
    pub fn likeness(&self, service: &Service) -> Option<&'static str> {
        (service.opcode.raw() != self.code).then(|| self.compare(service)).flatten().map(Likeness::message)
    }

    fn compare(&self, service: &Service) -> Option<Likeness> {
        let other = service.opcode.raw();
        let other_bare = bare(other);
        match () {
            // Nothing is like nothing.
            () if self.bare.is_empty() => None,
            () if self.lower == other.to_lowercase() => Some(Likeness::Case),
            () if self.bare == other_bare => Some(Likeness::Spaces),
            () if self.bare_lower == other_bare.to_lowercase() => Some(Likeness::CaseAndSpaces),
            () if self.bare_lower == bare(service.name.raw()).to_lowercase() => Some(Likeness::Name),
            () if self.skeleton == skeleton(&other_bare) => Some(Likeness::LookAlike),
            () => None,
        }
    }
}

/// In what an opcode differs from the chosen one, the likeliest slip first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Case,
    Spaces,
    CaseAndSpaces,
    Name,
    LookAlike,
}

impl Likeness {
    fn message(self) -> &'static str {
        match self {
            Self::Case => "it differs in upper and lower case",
            Self::Spaces => "it differs in spaces",
            Self::CaseAndSpaces => "it differs in case and spaces",
            Self::Name => "its name is what was chosen, its code is not",
            Self::LookAlike => "it differs in characters that look alike",
        }
    }
}

/// Without spaces, what nobody sees, and the dashes that people put in their place.
fn bare(text: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !super::text::is_invisible(*c) && !matches!(c, '-' | '_');
    text.chars().filter(counts).collect()
}

/// What is left when case and look-alikes (UTS #39, and `i` for `l`) are folded away.
fn skeleton(text: &str) -> String {
    let folded: String = confusable_detection::skeleton(text).flat_map(char::to_lowercase).collect();
    confusable_detection::skeleton(&folded)
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(&str, &str)]) -> Vec<Service> {
        rows.iter().map(|(code, name)| Service { opcode: (*code).into(), name: (*name).into() }).collect()
    }

    #[test]
    fn the_states_of_a_finding() {
        let rows = list(&[("Tell Us More", "General"), ("01HYZLOF1.6", "Oil")]);
        assert_eq!(find("Tell Us More", &rows).state, OpcodeState::Ok);
        assert_eq!(find("DataClover Appt", &rows).state, OpcodeState::Missing);
        assert_eq!(find("Tell Us More", &[]).state, OpcodeState::Unknown);
    }

    #[test]
    fn near_misses_say_in_what_they_differ() {
        let near = |code: &str, other: &str, name: &str| {
            let found = find(code, &list(&[(other, name), ("000200", "Oil")]));
            assert_eq!(found.state, OpcodeState::NearMiss, "{code} / {other}: {found:?}");
            found.words.join("; ")
        };
        let general = "General";
        for (code, other, name, how) in [
            ("Tell Us More", "TELL US MORE", general, "upper and lower case"),
            ("Tell Us More", "Tell  Us More ", general, "in spaces"),
            ("Tell Us More", "Tell\u{a0}Us More", general, "in spaces"),
            ("Tell Us More", "TELLUSMORE", general, "case and spaces"),
            ("Tell Us More", "Tell-Us-More", general, "in spaces"),
            ("DataClover Appt", "DC1", "DataClover Appt", "its name is what was chosen"),
            ("DataClover Appt", "DC1", "dataclover  appt", "its name is what was chosen"),
            ("OIL10", "0ILl0", "Oil", "look alike"),
            ("Tell Us More", "Tell Us M\u{43e}re", general, "look alike"),
            ("Tell Us More", "TeII Us M0re", general, "look alike"),
        ] {
            let words = near(code, other, name);
            assert!(words.contains(how), "{code} / {other}: {words}");
            assert!(words.starts_with("did you mean `"), "{words}");
        }
        assert_eq!(find("Tell Us More", &list(&[("Tell Us Mare", general), ("", "")])).state, OpcodeState::Missing);
        assert_eq!(find("  ", &list(&[("-", "x")])).state, OpcodeState::Missing, "nothing is like nothing");
    }

    #[test]
    fn the_order_of_the_list_and_rows_that_come_twice_change_nothing() {
        let rows = [("DC1", "Tell Us More"), ("TELL US MORE", "x"), ("tell us more", "y"), ("tellusmore", "z")];
        let mut turned = rows.to_vec();
        turned.reverse();
        turned.push(rows[1]);
        let (one, other) = (find("Tell Us More", &list(&rows)), find("Tell Us More", &list(&turned)));
        assert_eq!(one, other);
        assert_eq!(one.words.len(), NAMED);
        assert!(one.words[0].contains("`TELL US MORE`"), "{one:?}");
    }

    #[test]
    fn a_code_alone_says_the_choice_that_stands_else_whether_it_is_a_new_one() {
        let choice = |code: &str, option| OpcodeChoice { code: code.into(), option };
        let (existing, new) = (OpcodeOption::Existing, OpcodeOption::New);
        let stands = choice("17", new);
        for (code, stands, option) in [
            ("17", None, existing),
            ("DataClover Appt", None, new),
            ("17", Some(&stands), new),
            ("18", Some(&stands), existing),
            ("DataClover Appt", Some(&stands), new),
            ("DataClover Appt", Some(&choice("DataClover Appt", existing)), existing),
        ] {
            assert_eq!(OpcodeChoice::named(code, stands, "DataClover Appt"), choice(code, option), "{code} {stands:?}");
        }
    }

    #[test]
    fn a_service_is_like_what_is_sought_only_when_it_is_not_it() {
        let sought = Sought::new("Tell Us More");
        let likeness = |code: &str, name: &str| sought.likeness(&Service { opcode: code.into(), name: name.into() });
        assert_eq!(likeness("Tell Us More", "x"), None, "it is it");
        assert_eq!(likeness("TELL US MORE", "x"), Some("it differs in upper and lower case"));
        assert_eq!(likeness("DC1", "Tell Us More"), Some("its name is what was chosen, its code is not"));
        assert_eq!(likeness("000200", "Oil"), None);
    }
}

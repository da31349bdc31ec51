//! What a word of a filter may become, and what it means: for whoever is typing one.

use std::ops::Range;

use super::QueryField;
use super::mail_is::MailIs;
use super::parse::TOPICS;
use super::term::{ClockField, Is, OPCODE_WORDS};
use crate::domain::text::normal;
use crate::domain::{Fact, Mover, Stage};

/// From how many letters on a word is taken for the beginning of a condition.
const CONDITION: usize = 2;
/// How many candidates are offered at most.
const MOST: usize = 60;

const WORDS: &str = "words: name, group, city, dealerCode, contact, owner, mail, phone by its digits; field:value; \
                     !not, ~fuzzy, /regex/, \"quoted\"";

/// One thing that a word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As it stands in a filter.
    pub text: String,
    /// How many dealerships have it, where that is known.
    pub count: Option<usize>,
}

/// What is known of the word under the caret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// What a candidate replaces, in bytes of the filter.
    pub span: Range<usize>,
    pub candidates: Vec<Candidate>,
    pub hint: String,
}

/// Where in a term the caret is.
#[derive(Debug, PartialEq, Eq)]
enum Place<'q> {
    /// In a word without a field.
    Word(&'q str),
    /// In a value of a field.
    Value(&'q str, &'q str),
    /// In the length of time that a clock is compared with.
    Length(&'q str),
    /// In quotes, a fuzzy word, a regular expression.
    Other,
}

/// What the word under the caret may become. `known`: the values of a field in use, with how many have each.
pub fn complete<'k>(text: &str, caret: usize, known: impl FnOnce(QueryField) -> &'k [(String, usize)]) -> Completion {
    let (place, span) = find_word(text, caret);
    let mut completion = Completion { span, ..Completion::default() };
    match place {
        Place::Word(word) => {
            completion.candidates = names(word);
            WORDS.clone_into(&mut completion.hint);
        }
        Place::Value(name, typed) => {
            completion.candidates = values(name, typed, known);
            completion.hint = format!("{name}: {}; several with a comma", about(name));
        }
        Place::Length(name) => completion.hint = format!("{name}: {}, like <6h, >2d, <=90m", about(name)),
        Place::Other => {}
    }
    let typed = text.get(completion.span.clone()).unwrap_or_default();
    if let [only] = completion.candidates.as_slice()
        && only.text == typed
    {
        completion.candidates.clear();
    }
    completion
}

fn find_word(text: &str, caret: usize) -> (Place<'_>, Range<usize>) {
    let before = text.get(..caret).unwrap_or(text);
    let (mut start, mut quoted) = (0, false);
    for (place, c) in before.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => start = place + c.len_utf8(),
            _ => {}
        }
    }
    let term = before.get(start..).unwrap_or_default();
    let bare = term.trim_start_matches('!');
    start += term.len() - bare.len();
    let end_of = |stops: &[char]| {
        let rest = text.get(before.len()..).unwrap_or_default();
        before.len() + rest.find(|c: char| c.is_whitespace() || stops.contains(&c)).unwrap_or(rest.len())
    };
    if bare.starts_with(['~', '/', '"']) {
        return (Place::Other, start..end_of(&[]));
    }
    if let Some((name, typed)) = bare.split_once(':') {
        let value = typed.rsplit(',').next().unwrap_or_default();
        let at = before.len() - value.len();
        return (Place::Value(name, value), at..end_of(&[',']));
    }
    match bare.split_once(['<', '>']) {
        Some((name, _)) => (Place::Length(name), start..end_of(&[])),
        None => (Place::Word(bare), start..end_of(&[':', '<', '>'])),
    }
}

fn plain(text: impl Into<String>) -> Candidate {
    Candidate { text: text.into(), count: None }
}

/// Fields, topics and clocks that begin so, then conditions that do.
fn names(word: &str) -> Vec<Candidate> {
    let word = word.to_lowercase();
    let topics = TOPICS.iter().map(|topic| format!("{topic}:"));
    let fields = QueryField::ALL.into_iter().map(|field| format!("{}:", field.as_str()));
    let clocks = ClockField::WORDS.iter().map(|(clock, _)| format!("{clock}<"));
    let conditions = Is::WORDS.iter().map(|(condition, _)| *condition);
    let conditions = conditions.filter(|condition| word.len() >= CONDITION && condition.starts_with(&word));
    let named = topics.chain(fields).chain(clocks).filter(|name| name.starts_with(&word));
    named.chain(conditions.map(|condition| format!("is:{condition}"))).map(plain).collect()
}

fn values<'k>(name: &str, typed: &str, known: impl FnOnce(QueryField) -> &'k [(String, usize)]) -> Vec<Candidate> {
    let name = name.to_lowercase();
    let words = |words: Vec<&'static str>| words.into_iter().map(|word| (word, None)).collect();
    let all: Vec<(&str, Option<usize>)> = match name.as_str() {
        "is" => words(Is::WORDS.iter().map(|(word, _)| *word).collect()),
        "stage" => words(Stage::ALL.into_iter().map(Stage::as_str).collect()),
        "move" => words(Mover::ALL.into_iter().map(Mover::as_str).collect()),
        "opcode" => words(OPCODE_WORDS.iter().map(|(word, _)| *word).collect()),
        "mail" => words(MailIs::WORDS.iter().map(|(word, _)| *word).collect()),
        "kind" => words(Fact::KINDS.to_vec()),
        name => match QueryField::ALL.into_iter().find(|field| field.as_str() == name) {
            Some(field) => {
                let mine = (field == QueryField::Owner).then_some(("me", None));
                let known = known(field).iter().map(|(text, count)| (text.as_str(), Some(*count)));
                mine.into_iter().chain(known).collect()
            }
            None => Vec::new(),
        },
    };
    let typed = normal(typed.trim_start_matches('"'));
    let rank = |text: &str| {
        let text = normal(text);
        if text.starts_with(&typed) { Some(0) } else { text.contains(&typed).then_some(1) }
    };
    let mut ranked: Vec<_> = all.into_iter().filter_map(|one| Some((rank(one.0)?, one))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let candidate = |(_, (text, count))| Candidate { text: quoted(text), count };
    ranked.into_iter().take(MOST).map(candidate).collect()
}

/// A value as it is written in a filter.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@'));
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// What a field, a topic or a clock is, in a few words.
fn about(name: &str) -> &'static str {
    match name {
        "name" => "what the dealership is called",
        "group" => "the group that it belongs to",
        "city" => "where it is",
        "dealer" => "its dealerCode",
        "contact" => "who is talked to there",
        "owner" => "who of us looks after it, me: you",
        "email" => "the contact's mail address, or a part of it",
        "phone" => "the contact's phone by its digits, however they are written",
        "state" => "its state or province",
        "brand" => "what it sells",
        "timezone" => "its zone, like America/Chicago",
        "id" => "its number in this store",
        "is" => "how it stands",
        "stage" => "where in the pipeline it is",
        "move" => "whose move it is",
        "next" => "words of the next step",
        "opcode" => "what is seen of its opcode",
        "mail" => "how its last letter fared",
        "kind" => "the kind of its newest event, or a group of them",
        "expires" => "what is left of the living code",
        "expired" => "how long ago the code died unused",
        "waiting" => "how long the dealer's word waits for Xtime",
        "confirmed" => "how long ago it was confirmed",
        "lost" => "how long ago it was lost",
        "added" => "how long ago it was added",
        "quiet" => "how long ago its newest event was",
        _ => "there is no such field",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Query;

    fn candidates(text: &str) -> Vec<String> {
        let owners = [("ana".to_owned(), 4), ("ben lee".to_owned(), 2)];
        let known = |field| if field == QueryField::Owner { owners.as_slice() } else { &[] };
        let completion = complete(text, text.len(), known);
        completion.candidates.into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn fields_values_and_conditions() {
        for (text, found) in [
            ("ow", vec!["owner:"]),
            ("ford !sta", vec!["stage:", "state:"]),
            ("exp", vec!["expires<", "expired<", "is:expired"]),
            ("owner:", vec!["me", "ana", "\"ben lee\""]),
            ("owner:ana,b", vec!["\"ben lee\""]),
            ("owner:\"be", vec!["\"ben lee\""]),
            ("owner:le", vec!["\"ben lee\""]),
            ("is:over", vec!["overdue"]),
            ("is:overdue", vec![]),
            ("move:", vec!["us", "dealer", "xtime", "nobody"]),
            ("~fo", vec![]),
            ("/sta", vec![]),
            ("mcallister", vec![]),
            ("expires<", vec![]),
            ("nosuch:", vec![]),
        ] {
            assert_eq!(candidates(text), found, "{text}");
        }
        assert!(candidates("").contains(&"owner:".to_owned()));
    }

    #[test]
    fn what_is_completed_can_be_read() {
        for text in ["owner:", "is:", "stage:", "move:", "opcode:", "mail:", "kind:"] {
            for candidate in candidates(text) {
                let whole = format!("{text}{candidate}");
                assert!(Query::parse(&whole).is_ok(), "{whole}");
            }
        }
        for name in candidates("") {
            let name = name.trim_end_matches([':', '<']);
            assert_ne!(about(name), "there is no such field", "{name}");
        }
    }

    #[test]
    fn the_word_under_the_caret_is_the_one_that_is_replaced() {
        let at = |text, caret| complete(text, caret, |_| &[]).span;
        assert_eq!([at("ow ford", 2), at("ford ow", 2), at("is:ov,li x", 5), at("!ow", 3)], [0..2, 0..4, 3..5, 1..3]);
    }

    #[test]
    fn a_space_in_quotes_does_not_end_the_word_under_the_caret() {
        assert_eq!(candidates("owner:\"ben le"), ["\"ben lee\""]);
        assert_eq!(complete("owner:\"ben le", 13, |_| &[]).span, 6..13);
        assert_eq!(complete("name:\"ann arbor\" ow", 19, |_| &[]).span, 17..19);
    }

    #[test]
    fn the_hint_says_what_the_field_or_the_clock_is() {
        let hint = |text: &str| complete(text, text.len(), |_| &[]).hint;
        assert_eq!(hint("is:"), "is: how it stands; several with a comma");
        assert_eq!(hint("boise !owner:a"), "owner: who of us looks after it, me: you; several with a comma");
        assert_eq!(hint("expires<"), "expires: what is left of the living code, like <6h, >2d, <=90m");
        assert_eq!(hint("nosuch:"), "nosuch: there is no such field; several with a comma");
        assert_eq!(hint("~for"), "");
    }
}

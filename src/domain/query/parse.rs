//! From the text of a query to its terms, with the place of every mistake.

use std::ops::Range;

use memchr::memmem::Finder;

use crate::domain::phone;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::{normal, normal_piece};
use crate::domain::when::parse_duration;
use crate::domain::{Fact, Mover, Stage};

use super::fuzzy::Fuzzy;
use super::mail_is::MailIs;
use super::pattern::QueryPattern;
use super::term::{ClockField, Compare, Is, OPCODE_WORDS, QueryValue, Term, Test};
use super::{QueryError, QueryField};

/// The longest query, in bytes: more is a paste into the wrong place.
const LONGEST: usize = 2_000;

const ALIASES: &[(&str, QueryField)] = &[
    ("dealercode", QueryField::Dealer),
    ("dealer_code", QueryField::Dealer),
    ("code", QueryField::Dealer),
    ("zone", QueryField::Timezone),
    ("tz", QueryField::Timezone),
    ("mail-address", QueryField::Email),
    ("make", QueryField::Brand),
];

/// Words before a colon that are not fields.
pub(super) const TOPICS: &[&str] = &["is", "stage", "move", "next", "opcode", "mail", "kind"];

/// Reads every term; the cheap ones come first.
pub(super) fn terms(text: &str) -> Result<Vec<Term>, QueryError> {
    if text.len() > LONGEST {
        return Err(QueryError::new(0..text.len(), format!("the query is longer than {LONGEST} bytes")));
    }
    let mut reader = Reader { text, at: 0 };
    let mut terms = Vec::new();
    while let Some(term) = reader.term()? {
        terms.push(term);
    }
    terms.sort_by_key(Term::cost);
    Ok(terms)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A piece of text, whether it was quoted, and where it stands.
struct Piece {
    text: String,
    quoted: bool,
    span: Range<usize>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn term(&mut self) -> Result<Option<Term>, QueryError> {
        self.skip_spaces();
        let start = self.at;
        let mut negated = false;
        while self.peek() == Some('!') {
            self.bump();
            negated = !negated;
        }
        let test = match self.peek() {
            None if self.at == start => return Ok(None),
            None => return Err(QueryError::new(start..self.at, "`!` needs a term: what should not match?")),
            Some(c) if c.is_whitespace() => {
                return Err(QueryError::new(start..self.at, "`!` needs a term right behind it, without a space"));
            }
            Some('~') => self.fuzzy()?,
            Some('/') => self.regex()?,
            Some('"') => {
                let piece = self.piece(&[])?;
                if piece.text.trim().is_empty() {
                    return Err(QueryError::new(piece.span, "the quotes are empty"));
                }
                self.end_of_term()?;
                word(&piece.text)
            }
            Some(_) => match phone::leading(self.rest()).filter(|_| !negated) {
                Some((digits, length)) => self.phone(&digits, length),
                None => self.plain()?,
            },
        };
        Ok(Some(Term { negated, test }))
    }

    /// A phone number, also of several words.
    fn phone(&mut self, digits: &str, length: usize) -> Test {
        let text = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        match text == digits {
            true => Test::Word(finder(text)),
            false => Test::WordOrPhone(finder(text), finder(digits)),
        }
    }

    /// A word, `field:…` or a comparison.
    fn plain(&mut self) -> Result<Test, QueryError> {
        let start = self.at;
        while let Some(c) = self.peek() {
            match c {
                c if c.is_whitespace() => break,
                '"' => {
                    let message = "a quote inside a word; put the whole term in quotes";
                    return Err(QueryError::new(self.at..self.at + 1, message));
                }
                ':' | '<' | '>' if self.at > start => {
                    let word = self.text.get(start..self.at).unwrap_or_default().to_lowercase();
                    let span = start..self.at;
                    return if c == ':' { self.field(&word, span) } else { self.comparison(&word, span) };
                }
                ':' | '<' | '>' => {
                    let message = format!("`{c}` needs a field in front of it; quote it to search for it");
                    return Err(QueryError::new(self.at..self.at + 1, message));
                }
                _ => {
                    self.bump();
                }
            }
        }
        Ok(word(self.text.get(start..self.at).unwrap_or_default()))
    }

    fn fuzzy(&mut self) -> Result<Test, QueryError> {
        let start = self.at;
        self.bump();
        let piece = self.piece(&[])?;
        if piece.text.trim().is_empty() {
            return Err(QueryError::new(
                start..piece.span.end.max(start + 1),
                "`~` needs a word right behind it: `~mcalstr`",
            ));
        }
        self.end_of_term()?;
        Ok(Test::Fuzzy(Fuzzy::new(&normal(&piece.text))))
    }

    fn regex(&mut self) -> Result<Test, QueryError> {
        let start = self.at;
        self.bump();
        let mut pattern = String::new();
        loop {
            match self.bump() {
                None => {
                    let message = "the regular expression does not end; close it with `/`, or quote the text";
                    return Err(QueryError::new(start..self.at, message));
                }
                Some('\\') if self.peek() == Some('/') => {
                    self.bump();
                    pattern.push('/');
                }
                Some('\\') => {
                    pattern.push('\\');
                    pattern.extend(self.bump());
                }
                Some('/') => break,
                Some(c) => pattern.push(c),
            }
        }
        let span = start..self.at;
        self.end_of_term()?;
        if pattern.is_empty() {
            return Err(QueryError::new(span, "the regular expression is empty"));
        }
        QueryPattern::new(&pattern)
            .map(Test::Regex)
            .map_err(|error| QueryError::new(span, format!("the regular expression is wrong: {}", said(&error))))
    }

    fn field(&mut self, word: &str, span: Range<usize>) -> Result<Test, QueryError> {
        self.bump();
        let known = QueryField::ALL.into_iter().find(|field| field.as_str() == word);
        let known = known.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, field)| *field));
        if known.is_none() && !TOPICS.contains(&word) {
            return Err(unknown_field(word, span));
        }
        let values = self.values(word, &span)?;
        if let Some(field) = known {
            let value = |piece: &Piece| match phone::digits(&piece.text) {
                _ if piece.text.is_empty() => QueryValue::Empty,
                _ if field == QueryField::Owner && piece.text == "me" && !piece.quoted => QueryValue::Me,
                Some(digits) if field == QueryField::Phone => QueryValue::Part(finder(&digits)),
                _ => QueryValue::Part(finder(&piece.text)),
            };
            return Ok(Test::Field(field, values.iter().map(value).collect()));
        }
        match word {
            "is" => {
                Ok(Test::Is(values.iter().map(|value| one_of("state", value, Is::WORDS)).collect::<Result<_, _>>()?))
            }
            "opcode" => {
                let states = values.iter().map(|value| one_of("opcode state", value, OPCODE_WORDS));
                Ok(Test::Opcode(states.collect::<Result<_, _>>()?))
            }
            "mail" => {
                let states = values.iter().map(|value| one_of("state of letters", value, MailIs::WORDS));
                Ok(Test::Mail(states.collect::<Result<_, _>>()?))
            }
            "move" => values.iter().map(mover).collect::<Result<_, _>>().map(Test::Move),
            "next" => Ok(Test::Next(values.iter().map(|value| *finder(&value.text)).collect())),
            "stage" => values.iter().try_fold(0, |mask, value| Ok(mask | 1 << stage(value)? as u32)).map(Test::Stage),
            _ => values.iter().try_fold(0, |mask, value| Ok(mask | kinds(value)?)).map(Test::Kind),
        }
    }

    fn values(&mut self, word: &str, span: &Range<usize>) -> Result<Vec<Piece>, QueryError> {
        let mut values = Vec::new();
        loop {
            let piece = self.piece(&[','])?;
            if piece.text.is_empty() && !piece.quoted {
                let message = if values.is_empty() {
                    format!("`{word}:` needs a value right behind it (or `{word}:\"\"` for an empty one)")
                } else {
                    "a value is missing beside the comma".to_owned()
                };
                let end = self.at.max(span.end + 1);
                return Err(QueryError::new(span.start..end.min(self.text.len()), message));
            }
            values.push(piece);
            if self.peek() != Some(',') {
                break;
            }
            self.bump();
        }
        self.end_of_term()?;
        Ok(values)
    }

    /// What stands behind the name of a clock.
    fn comparison(&mut self, word: &str, span: Range<usize>) -> Result<Test, QueryError> {
        let less = self.bump() == Some('<');
        let equal = self.peek() == Some('=');
        if equal {
            self.bump();
        }
        let Some((_, clock)) = ClockField::WORDS.iter().find(|(known, _)| *known == word) else {
            let known = ClockField::WORDS.iter().map(|(known, _)| *known);
            let list = known.clone().collect::<Vec<_>>().join(", ");
            let message = format!("`{word}` is not a clock{} (clocks: {list})", did_you_mean(word, known));
            return Err(QueryError::new(span, message));
        };
        let compare = match (less, equal) {
            (true, false) => Compare::Less,
            (true, true) => Compare::LessOrEqual,
            (false, false) => Compare::Greater,
            (false, true) => Compare::GreaterOrEqual,
        };
        let piece = self.piece(&[])?;
        self.end_of_term()?;
        let place = if piece.span.is_empty() { span.start..self.at } else { piece.span };
        let than = parse_duration(&piece.text).map_err(|error| QueryError::new(place, error.to_string()))?;
        Ok(Test::Clock(*clock, compare, than))
    }

    /// Quoted text, or text up to white space or one of the stops.
    fn piece(&mut self, stops: &[char]) -> Result<Piece, QueryError> {
        let start = self.at;
        let mut text = String::new();
        if self.peek() != Some('"') {
            while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !stops.contains(c)) {
                text.push(c);
                self.bump();
            }
            return Ok(Piece { text, quoted: false, span: start..self.at });
        }
        self.bump();
        loop {
            match self.bump() {
                None => return Err(QueryError::new(start..self.at, "the quote does not end; close it with `\"`")),
                Some('"') => return Ok(Piece { text, quoted: true, span: start..self.at }),
                Some('\\') if matches!(self.peek(), Some('"' | '\\')) => text.extend(self.bump()),
                Some(c) => text.push(c),
            }
        }
    }

    fn end_of_term(&self) -> Result<(), QueryError> {
        match self.peek() {
            Some(c) if !c.is_whitespace() => {
                Err(QueryError::new(self.at..self.at + c.len_utf8(), "a space is missing before this"))
            }
            _ => Ok(()),
        }
    }
}

/// What a word asks for. Digits alone are found in a phone number as they are.
fn word(text: &str) -> Test {
    match phone::digits(text).filter(|digits| digits != text) {
        Some(digits) => Test::WordOrPhone(finder(text), finder(&digits)),
        None => Test::Word(finder(text)),
    }
}

fn finder(text: &str) -> Box<Finder<'static>> {
    Box::new(Finder::new(normal_piece(text).as_bytes()).into_owned())
}

fn unknown_field(word: &str, span: Range<usize>) -> QueryError {
    let message = if ClockField::WORDS.iter().any(|(known, _)| *known == word) {
        format!("`{word}` is a clock: compare it, like `{word}<6h` or `{word}>2d`")
    } else {
        let fields = QueryField::ALL.into_iter().map(QueryField::as_str).chain(TOPICS.iter().copied());
        let near = did_you_mean(word, fields);
        let near = if near.is_empty() { "; quote the text to search for it".to_owned() } else { near };
        format!("there is no field `{}`{near}", crate::domain::text::clean(word))
    };
    QueryError::new(span, message)
}

fn one_of<T: Copy>(what: &str, value: &Piece, known: &[(&'static str, T)]) -> Result<T, QueryError> {
    let word = value.text.to_lowercase();
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, found)| *found);
    found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        unknown_value(what, value, &names)
    })
}

fn unknown_value(what: &str, value: &Piece, known: &[&'static str]) -> QueryError {
    let near = did_you_mean(&value.text, known.iter().copied());
    let hint = if near.is_empty() { format!(" (one of {})", known.join(", ")) } else { near };
    let message = format!("there is no {what} `{}`{hint}", crate::domain::text::clean(&value.text));
    QueryError::new(value.span.clone(), message)
}

fn stage(value: &Piece) -> Result<Stage, QueryError> {
    let words: Vec<&str> = Stage::ALL.into_iter().map(Stage::as_str).collect();
    value.text.to_lowercase().parse().map_err(|()| unknown_value("stage", value, &words))
}

fn mover(value: &Piece) -> Result<Mover, QueryError> {
    let word = value.text.to_lowercase();
    let found = Mover::ALL.into_iter().find(|mover| mover.as_str() == word);
    found.ok_or_else(|| unknown_value("move", value, &Mover::ALL.map(Mover::as_str)))
}

/// The kinds that a value names: one kind, or all of a group (`invitation`).
fn kinds(value: &Piece) -> Result<u64, QueryError> {
    let word = value.text.to_lowercase();
    let named = |kind: &str| kind == word || kind.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let mask =
        (0u32..).zip(Fact::KINDS).filter(|(_, kind)| named(kind)).fold(0u64, |mask, (place, _)| mask | 1 << place);
    if mask == 0 { Err(unknown_value("kind of event", value, Fact::KINDS)) } else { Ok(mask) }
}

/// The last line of what the engine of regular expressions says: the reason, without its drawing.
fn said(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it would become too large".to_owned(),
        error => {
            let text = error.to_string();
            let reason = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            crate::domain::text::clean(reason.trim_start_matches("error: ")).into_owned()
        }
    }
}

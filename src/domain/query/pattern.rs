//! Regular expressions, and how they are asked of many rows at once.

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use crate::domain::text::normal_piece;

/// The largest compiled regular expression, in bytes.
const SIZE: usize = 1 << 20;

/// How long a part must be, in bytes, for rows to be chosen by it: shorter ones are nearly everywhere.
const TELLING: usize = 3;

/// How many characters a class spells out at most.
const SPELLED: usize = 256;

/// A regular expression in one of the fields that words search.
#[derive(Debug, Clone)]
pub(super) struct QueryPattern {
    regex: Regex,
    lines: Lines,
}

/// What can be looked for in the lines of many rows.
#[derive(Debug, Clone)]
enum Lines {
    /// The expression itself: what it finds lies within one line, wherever that line stands.
    All,
    /// A part of it that every row must have which it finds.
    Part(Regex),
    /// Nothing that would tell rows apart.
    Nothing,
}

impl QueryPattern {
    pub(super) fn new(pattern: &str) -> Result<Self, regex::Error> {
        // Fields stand on lines of their own, so `^` and `$` mean the ends of a field.
        // The text is folded already: a pattern in lower case finds the same without folding again, and several times faster.
        let folding = pattern.chars().any(char::is_uppercase);
        let mut built = RegexBuilder::new(pattern);
        let regex = built.case_insensitive(folding).multi_line(true).size_limit(SIZE).build()?;
        let read = ParserBuilder::new().case_insensitive(folding).multi_line(true).build().parse(pattern);
        let Ok(read) = read else { return Ok(Self { regex, lines: Lines::Nothing }) };
        // It is asked of texts in their normal form: what it spells out must have that form too.
        let normal = in_normal_form(&read);
        let lines = Lines::of(&normal);
        let regex = match normal == read {
            true => regex,
            false => RegexBuilder::new(&normal.to_string()).size_limit(SIZE).build()?,
        };
        Ok(Self { regex, lines })
    }

    /// Whether it is somewhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Where something first ends, in lines from a place on, that every row has which it finds, and whether having it is
    /// enough. `None` when there is no such thing.
    pub(super) fn by_line(&self) -> Option<(impl Fn(&str, usize) -> Option<usize>, bool)> {
        let (regex, enough) = match &self.lines {
            Lines::All => (&self.regex, true),
            Lines::Part(part) => (part, false),
            Lines::Nothing => return None,
        };
        Some((|text: &str, from| regex.shortest_match_at(text, from), enough))
    }
}

impl Lines {
    fn of(pattern: &Hir) -> Self {
        if is_within_line(pattern) {
            return Self::All;
        }
        let part = part_within_line(pattern);
        if part.properties().minimum_len().is_none_or(|length| length < TELLING) {
            return Self::Nothing;
        }
        RegexBuilder::new(&part.to_string()).size_limit(SIZE).build().map_or(Self::Nothing, Self::Part)
    }
}

/// A pattern that finds in normal forms what it would find in the texts, as far as it spells it out.
fn in_normal_form(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Literal(literal) => match str::from_utf8(&literal.0) {
            Ok(text) => Hir::literal(normal_piece(text).into_bytes()),
            Err(_) => pattern.clone(),
        },
        HirKind::Class(Class::Unicode(class)) => class_in_normal_form(class),
        HirKind::Repetition(repeated) => {
            let sub = Box::new(in_normal_form(&repeated.sub));
            Hir::repetition(Repetition { sub, ..repeated.clone() })
        }
        HirKind::Capture(capture) => {
            let sub = Box::new(in_normal_form(&capture.sub));
            Hir::capture(Capture { sub, ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(in_normal_form).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(in_normal_form).collect()),
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => pattern.clone(),
    }
}

/// The characters of a class, and what they are without accents. Of a large one nothing is spelled out.
fn class_in_normal_form(class: &ClassUnicode) -> Hir {
    let whole = || Hir::class(Class::Unicode(class.clone()));
    if class.iter().map(ClassUnicodeRange::len).sum::<usize>() > SPELLED {
        return whole();
    }
    let forms = class.iter().flat_map(|range| range.start()..=range.end());
    let forms: Vec<String> = forms.map(|c| normal_piece(c.encode_utf8(&mut [0; 4]))).collect();
    if forms.iter().all(String::is_empty) {
        return Hir::empty();
    }
    let single = forms.iter().filter_map(|form| Some(form.chars().next()?).filter(|c| c.len_utf8() == form.len()));
    let mut bare = ClassUnicode::new(single.map(|c| ClassUnicodeRange::new(c, c)));
    bare.union(class);
    Hir::class(Class::Unicode(bare))
}

/// The longest part of every match that never holds the end of a line; an empty one when there is none.
fn part_within_line(pattern: &Hir) -> Hir {
    if is_within_line(pattern) {
        return pattern.clone();
    }
    match pattern.kind() {
        HirKind::Concat(parts) => {
            let runs = parts.chunk_by(|one, next| is_within_line(one) && is_within_line(next));
            let runs = runs.map(|run| match run {
                [one] => part_within_line(one),
                run => Hir::concat(run.to_vec()),
            });
            runs.max_by_key(|run| run.properties().minimum_len()).unwrap_or_else(Hir::empty)
        }
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(part_within_line).collect()),
        HirKind::Capture(capture) => part_within_line(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => part_within_line(&repeated.sub),
        _ => Hir::empty(),
    }
}

/// Whether a match never holds the end of a line, and does not depend on what is in other lines. Borders of words are
/// left out although they would do: beside letters that are not ASCII they make the engine slow for all that follows.
fn is_within_line(pattern: &Hir) -> bool {
    let mut looks = pattern.properties().look_set().iter();
    looks.all(|look| matches!(look, Look::StartLF | Look::EndLF)) && !has_line_end(pattern)
}

fn has_line_end(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Unicode(class)) => class.iter().any(|range| range.start() <= '\n' && '\n' <= range.end()),
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|range| range.start() <= b'\n' && b'\n' <= range.end()),
        HirKind::Repetition(repeated) => has_line_end(&repeated.sub),
        HirKind::Capture(capture) => has_line_end(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_line_end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_reach_into_the_next_line_is_found_by_a_part_of_it() {
        let read = |pattern: &str| ParserBuilder::new().multi_line(true).build().parse(pattern).unwrap();
        for (pattern, part) in [
            ("ford\\s+[0-9]+$", "ford"),
            ("a\\s+[0-9]{3}$", "[0-9]{3}$"),
            ("(ab.|(bcd\\s)+|\\bford)", "ab.|bcd|ford"),
            ("ford\\z", "ford"),
            ("(?-m:ford$)", "ford"),
            ("\\bkia\\b", "kia"),
            ("ford(?-u:\\s)+[0-9]{1,2}$", "ford"),
        ] {
            match QueryPattern::new(pattern).unwrap().lines {
                Lines::Part(found) => assert_eq!(read(found.as_str()), read(part), "{pattern}"),
                other => panic!("{pattern}: {other:?}"),
            }
        }
        for pattern in
            ["ford [0-9]+$", "^(jeep|nak).*é", "", "(?i)Ford|[a-m]{3}", "(?-u:[a-m]{3})", "(?-u:[\\x00-\\x08])"]
        {
            assert!(matches!(QueryPattern::new(pattern).unwrap().lines, Lines::All), "{pattern}");
        }
        for pattern in ["(a|(bcd\\n)+|\\Aford)", "(abc\\s)*", "[^x]", "(?s).", "ab\\s"] {
            assert!(matches!(QueryPattern::new(pattern).unwrap().lines, Lines::Nothing), "{pattern}");
        }
    }
}

//! A pasted block of codes, matched to dealerships and checked as a whole before anything is written.
//!
//! Either every line names its dealership (`dealerCode,code[,generated]`, separated by tab, comma or spaces), or every
//! line is a code alone and they are taken in the order of the dealerships. Nothing in between, and nothing is guessed.

use std::collections::HashMap;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::when::{WhenError, in_words, parse_moment};
use super::{Claim, Claims, CodeDigest, CodeError, DealershipId, InvitationCode, Policy, Timestamp};

/// A dealership that is to have a code, in the order in which it was shown.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Which.
    pub id: DealershipId,
    /// Its zone: moments without an offset are read in it.
    pub zone: Tz,
}

/// A code that found its dealership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Whose.
    pub id: DealershipId,
    /// The code.
    pub code: InvitationCode,
    /// When it was generated.
    pub generated_at: Timestamp,
    /// The line it came from, counted from 1.
    pub line: usize,
}

/// What a block says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// A code for each dealership that is to have one, in their order.
    pub codes: Vec<Matched>,
    /// Whose line is done already: it names the dealership and its present code.
    pub already: Vec<DealershipId>,
}

/// What a block is checked against.
pub struct PasteContext<'a> {
    /// The moment of the check.
    pub now: Timestamp,
    /// When codes were generated whose line does not say.
    pub generated_at: Timestamp,
    /// The numbers of the process.
    pub policy: &'a Policy,
    /// Which codes were used before.
    pub claims: &'a dyn Claims,
    /// Which code is a dealership's present one.
    pub present: &'a dyn Fn(DealershipId) -> Option<CodeDigest>,
    /// Finds a dealership by what stands in the first place of a line (on the screen: its `dealerCode`).
    pub resolve: &'a dyn Fn(&str) -> Option<DealershipId>,
}

/// What is wrong. Never repeats a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Fewer lines than dealerships.
    #[error("{codes} codes for {expected} dealerships: {} too few", expected - codes)]
    TooFew {
        /// How many codes there are.
        codes: usize,
        /// How many are needed.
        expected: usize,
    },
    /// More lines than dealerships.
    #[error("{codes} codes for {expected} dealerships: {} too many", codes - expected)]
    TooMany {
        /// How many codes there are.
        codes: usize,
        /// How many are needed.
        expected: usize,
    },
    /// No line names this dealership.
    #[error("no line names this dealership")]
    NoLine,
    /// The same code on two lines.
    #[error("the same code as in line {0}")]
    SameCode(usize),
    /// The same dealership on two lines.
    #[error("the same dealership as in line {0}")]
    SameDealership(usize),
    /// The code was used before.
    #[error("this code was used before{}", if *.here { " for this dealership" } else { " for another dealership" })]
    UsedBefore {
        /// By the same dealership.
        here: bool,
    },
    /// The `dealerCode` of a dealership of ours: the wrong column was copied.
    #[error("this is a dealerCode, not an invitation code")]
    IsDealerCode,
    /// Not a code.
    #[error(transparent)]
    Malformed(#[from] CodeError),
    /// Nobody has this name.
    #[error("`{0}` is no dealerCode in our books")]
    Unknown(String),
    /// A dealership of ours, but not one of these.
    #[error("`{0}` is in our books, but not one of the chosen dealerships")]
    NotChosen(String),
    /// Some lines name their dealership and this one does not.
    #[error("names no dealership, but other lines do")]
    Unnamed,
    /// The moment of generation cannot be read.
    #[error(transparent)]
    Generated(#[from] WhenError),
    /// Its time is already over.
    #[error("this code died {} ago; generate a new one", in_words(*.0))]
    Dead(TimeDelta),
    /// Its generation lies in the future.
    #[error("generated in the future (in {}); check the date, the zone and the clock", in_words(*.0))]
    Future(TimeDelta),
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The dealership.
    pub id: Option<DealershipId>,
    /// What.
    pub what: Wrong,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => self.what.fmt(f),
        }
    }
}

/// Reads one code and its moment of generation: what a single field and every line of a block are held to.
///
/// # Errors
/// When it is malformed, dead, from the future, or was used before.
pub fn check_code(
    id: DealershipId,
    code: &str,
    generated_at: Timestamp,
    ctx: &PasteContext<'_>,
) -> Result<InvitationCode, Wrong> {
    let code: InvitationCode = code.parse()?;
    check_generated(generated_at, ctx.now, ctx.policy)?;
    if ctx.claims.holder(&Claim::DealerCode(code.reveal().into())).is_some() {
        return Err(Wrong::IsDealerCode);
    }
    match ctx.claims.holder(&Claim::Code(code.digest())) {
        Some(holder) => Err(Wrong::UsedBefore { here: holder == id }),
        None => Ok(code),
    }
}

/// Whether a code that was generated then still lives, and was not generated in the future.
///
/// # Errors
/// When it is dead or from the future.
pub fn check_generated(at: Timestamp, now: Timestamp, policy: &Policy) -> Result<(), Wrong> {
    if at - now > policy.clock_tolerance {
        return Err(Wrong::Future(at - now));
    }
    let age = now - at;
    if age >= policy.valid_for { Err(Wrong::Dead(age - policy.valid_for)) } else { Ok(()) }
}

/// Matches a block to the dealerships: one code for each of them, in their order, or everything that is wrong. A line that is
/// done already asks for nothing, so that the same block does the rest of what was cut off.
///
/// # Errors
/// Every [`Mistake`] in the block, in the order of its lines, then those about the whole.
pub fn match_codes(block: &str, expected: &[Expected], ctx: &PasteContext<'_>) -> Result<Matches, Vec<Mistake>> {
    let lines = lines(block);
    let named = lines.iter().any(|line| line.name.is_some());
    let mut mistakes = Vec::new();
    let mut found: Vec<Option<Matched>> = vec![None; expected.len()];
    let mut seen_codes: HashMap<CodeDigest, usize> = HashMap::new();
    let mut seen_ids: HashMap<DealershipId, usize> = HashMap::new();
    let places: HashMap<DealershipId, usize> = expected.iter().zip(0..).map(|(one, place)| (one.id, place)).collect();

    let mut already = Vec::new();

    for (index, line) in lines.iter().enumerate() {
        let place = match line.name {
            Some(name) => match (ctx.resolve)(name) {
                None => Err(Wrong::Unknown(shortened(name))),
                Some(id) if is_present(id, line.code, ctx) && !seen_ids.contains_key(&id) => {
                    seen_ids.insert(id, line.number);
                    already.push(id);
                    continue;
                }
                Some(id) => match (places.get(&id), seen_ids.insert(id, line.number)) {
                    (None, _) => Err(Wrong::NotChosen(shortened(name))),
                    (_, Some(first)) => Err(Wrong::SameDealership(first)),
                    (Some(place), None) => Ok(Some(*place)),
                },
            },
            None if named => Err(Wrong::Unnamed),
            None => Ok((index < expected.len()).then_some(index)),
        };
        let one = place.as_ref().ok().copied().flatten().and_then(|place| expected.get(place));
        let read = place.and_then(|place| {
            let Some(one) = one else { return Ok(None) };
            let generated_at = match line.generated {
                Some(text) => parse_moment(text, ctx.now, &one.zone)?,
                None => ctx.generated_at,
            };
            let code = check_code(one.id, line.code, generated_at, ctx)?;
            match seen_codes.insert(code.digest(), line.number) {
                Some(first) => Err(Wrong::SameCode(first)),
                None => Ok(place.zip(Some(Matched { id: one.id, code, generated_at, line: line.number }))),
            }
        });
        match read {
            Ok(Some((place, matched))) => {
                if let Some(slot) = found.get_mut(place) {
                    *slot = Some(matched);
                }
            }
            Ok(None) => {}
            Err(what) => mistakes.push(Mistake { line: Some(line.number), id: one.map(|one| one.id), what }),
        }
    }
    let done = already.iter().filter(|id| places.contains_key(id)).count();
    let (codes, wanted) = (lines.len() - already.len(), expected.len() - done);
    if codes > wanted {
        mistakes.push(Mistake { line: None, id: None, what: Wrong::TooMany { codes, expected: wanted } });
    } else if codes < wanted {
        mistakes.push(Mistake { line: None, id: None, what: Wrong::TooFew { codes, expected: wanted } });
    }
    if named {
        let missing = expected.iter().filter(|one| !seen_ids.contains_key(&one.id));
        mistakes.extend(missing.map(|one| Mistake { line: None, id: Some(one.id), what: Wrong::NoLine }));
    }
    let codes = found.into_iter().flatten().collect();
    if mistakes.is_empty() { Ok(Matches { codes, already }) } else { Err(mistakes) }
}

/// Whether a code is the dealership's present one.
fn is_present(id: DealershipId, code: &str, ctx: &PasteContext<'_>) -> bool {
    let present = code.parse::<InvitationCode>().ok().zip((ctx.present)(id));
    present.is_some_and(|(code, present)| code.digest() == present)
}

struct Line<'a> {
    number: usize,
    name: Option<&'a str>,
    code: &'a str,
    generated: Option<&'a str>,
}

fn lines(block: &str) -> Vec<Line<'_>> {
    let block = block.strip_prefix('\u{feff}').unwrap_or(block);
    // A terminal's paste may end its lines with CR alone.
    let all = block.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')).zip(1..);
    let full = all.filter(|(line, _)| !line.trim().is_empty());
    full.map(|(line, number)| read_line(line.trim(), number)).filter(|line| !is_heading(line)).collect()
}

fn read_line(line: &str, number: usize) -> Line<'_> {
    let separator = ['\t', ',', ';'].into_iter().find(|separator| line.contains(*separator));
    let (first, rest) = match separator {
        Some(separator) => split_at(line, |c| c == separator),
        None => split_at(line, char::is_whitespace),
    };
    let Some(rest) = rest else { return Line { number, name: None, code: first, generated: None } };
    let (code, generated) = match separator {
        Some(separator) => split_at(rest, |c| c == separator),
        None => split_at(rest, char::is_whitespace),
    };
    Line { number, name: Some(first), code, generated: generated.map(bare).filter(|text| !text.is_empty()) }
}

/// What stands before and after the first separator, without white space and quotes around it.
fn split_at(text: &str, separator: impl Fn(char) -> bool) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((first, rest)) => (bare(first), Some(rest.trim())),
        None => (bare(text), None),
    }
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

fn is_heading(line: &Line<'_>) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let heading = |name: &str| matches!(plain(name).as_str(), "dealercode" | "dealership" | "dealer");
    line.name.is_some_and(heading) && matches!(plain(line.code).as_str(), "code" | "invitationcode")
}

/// The beginning of a name, cleaned: it may be a code that stands in the wrong place.
fn shortened(name: &str) -> String {
    let name = super::text::clean(name);
    if name.chars().count() <= 4 {
        return name.into_owned();
    }
    let mut start: String = name.chars().take(4).collect();
    start.push('…');
    start
}

#[cfg(test)]
#[path = "paste_tests.rs"]
mod tests;

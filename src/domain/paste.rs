//! A pasted block of codes, matched to dealerships and checked as a whole before anything is written.
//!
//! Either every line names its dealership (`dealerCode,code[,generated]`, separated by tab, comma or spaces), or every
//! line is a code alone and they are taken in the order of the dealerships. Nothing in between, and nothing is guessed.

mod problem;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use crate::timezone::Tz;

pub use problem::{Mistake, PasteProblem};

use super::code_steps::{living_until, unused_code};
use super::table::{MOST_ROWS, TableError, TextRow, TextTable, plain_key};
use super::when::parse_moment;
use super::{Claims, CodeDigest, DealershipId, InvitationCode, Named, Policy, Timestamp};

/// A dealership that is to have a code, in the order in which it was shown.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    pub id: DealershipId,
    /// Its zone: moments without an offset are read in it.
    pub zone: Tz,
}

/// A code that found its dealership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub id: DealershipId,
    pub code: InvitationCode,
    pub generated_at: Timestamp,
    /// The line it came from, counted from 1.
    pub line: usize,
}

/// A code for each dealership that is to have one, in their order; and whose line is done already: it names the dealership
/// and its present code.
pub type Matches = (Vec<Matched>, Vec<DealershipId>);

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
    /// Finds a dealership by what stands in the first place of a line.
    pub resolve: &'a dyn Fn(&str) -> Named,
}

/// Reads one code and its moment of generation: what a single field and every line of a block are held to.
pub fn check_code(
    id: DealershipId,
    code: &str,
    generated_at: Timestamp,
    ctx: &PasteContext<'_>,
) -> Result<InvitationCode, PasteProblem> {
    let code: InvitationCode = code.parse()?;
    living_until(generated_at, None, ctx.now, ctx.policy)?;
    unused_code(id, &code, ctx.claims)?;
    Ok(code)
}

/// Matches a block to the dealerships: one code for each of them, in their order, or everything that is wrong. A line that is
/// done already asks for nothing, so that the same block does the rest of what was cut off.
/// Errors: every [`Mistake`] in the block, in the order of its lines, then those about the whole.
pub fn match_codes(block: &str, expected: &[Expected], ctx: &PasteContext<'_>) -> Result<Matches, Vec<Mistake>> {
    let lines = lines(block, ctx.resolve)
        .map_err(|error| vec![Mistake { line: Some(1), id: None, what: PasteProblem::Table(error) }])?;
    let mut matching = Matching {
        expected,
        ctx,
        places: expected.iter().zip(0..).map(|(one, place)| (one.id, place)).collect(),
        named: lines.iter().any(|line| line.name.is_some()),
        found: vec![None; expected.len()],
        already: Vec::new(),
        seen_codes: HashMap::new(),
        seen_ids: HashMap::new(),
        mistakes: Vec::new(),
    };
    for (index, line) in lines.iter().enumerate() {
        matching.take(index, line);
    }
    matching.end(lines.len())
}

/// A block that is being matched, line by line.
struct Matching<'a> {
    expected: &'a [Expected],
    ctx: &'a PasteContext<'a>,
    /// Where each dealership stands among those expected.
    places: HashMap<DealershipId, usize>,
    /// Whether lines name their dealerships.
    named: bool,
    found: Vec<Option<Matched>>,
    already: Vec<DealershipId>,
    /// The first line of each.
    seen_codes: HashMap<CodeDigest, usize>,
    seen_ids: HashMap<DealershipId, usize>,
    mistakes: Vec<Mistake>,
}

impl Matching<'_> {
    fn take(&mut self, index: usize, line: &Line<'_>) {
        let mut id = None;
        let place = match &line.fault {
            Some(fault) => Err(fault.clone()),
            None => self.place_of(index, line),
        };
        let read = place.and_then(|place| match place.and_then(|place| self.expected.get(place)) {
            Some(one) => {
                id = Some(one.id);
                self.code_for(one, line).map(|matched| place.zip(Some(matched)))
            }
            None => Ok(None),
        });
        match read {
            Ok(Some((place, matched))) => {
                if let Some(slot) = self.found.get_mut(place) {
                    *slot = Some(matched);
                }
            }
            Ok(None) => {}
            Err(what) => self.mistakes.push(Mistake { line: Some(line.number), id, what }),
        }
    }

    /// Where the dealership of a line stands; `None`: the line asks for nothing, or there are more lines than dealerships.
    fn place_of(&mut self, index: usize, line: &Line<'_>) -> Result<Option<usize>, PasteProblem> {
        let Some(name) = line.name.as_deref() else {
            return if self.named { Err(PasteProblem::Unnamed) } else { Ok(Some(index)) };
        };
        let id = match (self.ctx.resolve)(name) {
            Named::Nobody => return Err(PasteProblem::Unknown(shortened(name))),
            Named::Several(candidates) => {
                return Err(PasteProblem::Ambiguous { name: shortened(name), candidates });
            }
            Named::One(id) => id,
        };
        let first = self.seen_ids.insert(id, line.number);
        if first.is_none() && is_present(id, &line.code, self.ctx) {
            self.already.push(id);
            return Ok(None);
        }
        match (self.places.get(&id), first) {
            (None, _) => Err(PasteProblem::NotChosen(shortened(name))),
            (_, Some(first)) => Err(PasteProblem::SameDealership(first)),
            (Some(place), None) => Ok(Some(*place)),
        }
    }

    fn code_for(&mut self, one: &Expected, line: &Line<'_>) -> Result<Matched, PasteProblem> {
        let generated_at = match &line.generated {
            Some(text) => parse_moment(text, self.ctx.now, &one.zone)?,
            None => self.ctx.generated_at,
        };
        let code = check_code(one.id, &line.code, generated_at, self.ctx)?;
        match self.seen_codes.insert(code.digest(), line.number) {
            Some(first) => Err(PasteProblem::SameCode(first)),
            None => Ok(Matched { id: one.id, code, generated_at, line: line.number }),
        }
    }

    fn end(mut self, lines: usize) -> Result<Matches, Vec<Mistake>> {
        let unread = |mistake: &Mistake| matches!(mistake.what, PasteProblem::Row(_) | PasteProblem::Swallowed(..));
        // A line that cannot be read may be what seems to be missing.
        if self.mistakes.iter().any(unread) {
            return Err(self.mistakes);
        }
        let done = self.already.iter().filter(|id| self.places.contains_key(id)).count();
        let (codes, expected) = (lines - self.already.len(), self.expected.len() - done);
        // Where lines have names, how many there are follows from what is wrong with them.
        if !self.named || self.mistakes.is_empty() {
            let what = match codes.cmp(&expected) {
                Ordering::Greater => Some(PasteProblem::TooMany { codes, expected }),
                Ordering::Less => Some(PasteProblem::TooFew { codes, expected }),
                Ordering::Equal => None,
            };
            self.mistakes.extend(what.map(|what| Mistake { line: None, id: None, what }));
        }
        if self.named {
            let missing = self.expected.iter().filter(|one| !self.seen_ids.contains_key(&one.id));
            let missing = missing.map(|one| Mistake { line: None, id: Some(one.id), what: PasteProblem::NoLine });
            self.mistakes.extend(missing);
        }
        let codes = self.found.into_iter().flatten().collect();
        if self.mistakes.is_empty() { Ok((codes, self.already)) } else { Err(self.mistakes) }
    }
}

/// Whether a code is the dealership's present one.
fn is_present(id: DealershipId, code: &str, ctx: &PasteContext<'_>) -> bool {
    let present = InvitationCode::recorded(code).ok().zip((ctx.present)(id));
    present.is_some_and(|(code, present)| code.digest() == present)
}

/// The names that the lines of a block begin with, in their order.
pub fn names(block: &str, resolve: &dyn Fn(&str) -> Named) -> Result<Vec<String>, TableError> {
    Ok(lines(block, resolve)?.into_iter().filter_map(|line| Some(line.name?.into_owned())).collect())
}

struct Line<'a> {
    number: usize,
    name: Option<Cow<'a, str>>,
    code: Cow<'a, str>,
    generated: Option<String>,
    fault: Option<PasteProblem>,
}

fn lines<'a>(block: &'a str, resolve: &dyn Fn(&str) -> Named) -> Result<Vec<Line<'a>>, TableError> {
    // The separator is the one with which the lines name dealerships.
    let named = |row: &TextRow<'_>| {
        row.cells.len() > 1 && row.cells.first().is_some_and(|name| resolve(&plain_key(name)) != Named::Nobody)
    };
    let table = TextTable::open(block, |rows| rows.filter(named).count())?;
    let mut lines = Vec::new();
    for row in table.rows() {
        if lines.len() == MOST_ROWS {
            return Err(TableError::TooLong);
        }
        lines.extend(Some(read_line(row, table.separator())).filter(|line| !is_heading(line)));
    }
    Ok(lines)
}

fn read_line(row: TextRow<'_>, separator: char) -> Line<'_> {
    let number = usize::try_from(row.line).unwrap_or(usize::MAX);
    let fault = match (&row.fault, row.swallowed(2, separator)) {
        (Some(fault), _) => Some(PasteProblem::Row(fault.clone())),
        (None, Some((first, last))) => Some(PasteProblem::Swallowed(first, last)),
        (None, None) => None,
    };
    let mut cells = row.cells;
    // Pasted lines may be separated by other means than the first one.
    if let [one] = cells.as_slice() {
        let whole = one.clone();
        cells = match [',', ';', '\t'].into_iter().find(|separator| whole.contains(*separator)) {
            Some(separator) => split(&whole, |c| c == separator),
            None => split(&whole, char::is_whitespace),
        };
    }
    let mut cells = cells.into_iter();
    let (first, second) = (cells.next().unwrap_or_default(), cells.next());
    let generated: Vec<_> = cells.filter(|cell| !cell.is_empty()).collect();
    let generated = Some(generated.join(" ")).filter(|text| !text.is_empty());
    match second {
        None => Line { number, name: None, code: key(first), generated: None, fault },
        Some(code) => Line { number, name: Some(key(first)), code: key(code), generated, fault },
    }
}

/// At most three pieces, without white space and quotation marks around them.
fn split<'a>(text: &str, separates: impl Fn(char) -> bool) -> Vec<Cow<'a, str>> {
    let bare = |text: &str| text.trim().trim_matches('"').trim().to_owned();
    let (first, rest) = text.split_once(&separates).map_or((text, None), |(first, rest)| (first, Some(rest.trim())));
    let more = rest.into_iter().flat_map(|rest| rest.splitn(2, &separates));
    std::iter::once(first).chain(more).map(|piece| Cow::Owned(bare(piece))).collect()
}

fn key(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => plain_key(text),
        Cow::Owned(text) => Cow::Owned(plain_key(&text).into_owned()),
    }
}

fn is_heading(line: &Line<'_>) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let heading =
        |name: &str| matches!(plain(name).as_str(), "dealercode" | "dealership" | "dealer" | "rooftop" | "name");
    line.name.as_deref().is_some_and(heading) && matches!(plain(&line.code).as_str(), "code" | "invitationcode")
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

//! Address cards (vCard 2.1, 3.0, 4.0): a row for each.

use std::collections::{HashMap, HashSet};

use calcard::vcard::{
    VCard, VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardType, VCardValue,
};

use crate::domain::table::MOST_COLUMNS;

use super::MOST_OF_A_KIND;
use super::grid::Grid;

/// What the parts of structured properties are called, in their order.
const ADDRESS: [&str; 7] = ["po_box", "more", "street", "city", "state", "postal_code", "country"];
const NAME: [&str; 5] = ["family", "given", "middle", "prefix", "suffix"];
const ORGANIZATION: [&str; 2] = ["", "unit"];

/// Whether a text begins with a card.
pub(super) fn is_card(text: &str) -> bool {
    text.lines().next().is_some_and(begins)
}

fn begins(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case("BEGIN:VCARD")
}

fn ends(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case("END:VCARD")
}

/// The cards of a text, and what is to be said of them.
pub(super) fn read(text: &str) -> Result<(Grid, Vec<String>), String> {
    let mut grid = Grid::default();
    let mut columns = Columns::default();
    let mut card = String::new();
    let (mut begun, mut outside) = (None, false);
    for (line, number) in text.lines().zip(1..) {
        if begins(line) {
            if let Some(begun) = begun {
                grid.push(begun, [], Some("the card has no END:VCARD"))?;
            }
            (begun, card) = (Some(number), String::new());
        }
        outside |= begun.is_none() && !line.trim().is_empty();
        card.push_str(line);
        card.push_str("\r\n");
        if let Some(number) = begun.take_if(|_| ends(line)) {
            push(&mut grid, &mut columns, number, &card)?;
            card.clear();
        }
    }
    if let Some(begun) = begun {
        grid.push(begun, [], Some("the card has no END:VCARD"))?;
    }
    grid.name(columns.names);
    let left_out = columns.left_out.map(|line| {
        format!("the card on line {line} has more than {MOST_OF_A_KIND} of a kind, or the cards more than {MOST_COLUMNS} columns; those beyond were left out, of this card and of others")
    });
    let outside = outside.then(|| "what stands outside of the cards was left out".to_owned());
    let read = format!("it holds address cards (vCard): {}", grid.len());
    Ok((grid, [read].into_iter().chain(outside).chain(left_out).collect()))
}

/// The columns of cards. The second of a kind, and the third, have columns of their own.
#[derive(Debug, Default)]
struct Columns {
    names: Vec<String>,
    kinds: HashMap<String, Kind>,
    /// How many cards were begun.
    cards: usize,
    /// The line of the first card of which something was left out.
    left_out: Option<u64>,
}

/// The columns of one kind.
#[derive(Debug, Default)]
struct Kind {
    places: Vec<usize>,
    /// The last card that has it, and how often.
    card: usize,
    count: usize,
}

impl Columns {
    /// The column of the next of a kind in this card; `None`: there are too many.
    fn next(&mut self, name: &str) -> Option<usize> {
        if !self.kinds.contains_key(name) {
            if self.names.len() >= MOST_COLUMNS {
                return None;
            }
            self.kinds.insert(name.to_owned(), Kind::default());
        }
        let kind = self.kinds.get_mut(name)?;
        if kind.card != self.cards {
            (kind.card, kind.count) = (self.cards, 0);
        }
        if kind.count == kind.places.len() && kind.count < MOST_OF_A_KIND && self.names.len() < MOST_COLUMNS {
            kind.places.push(self.names.len());
            self.names.push(match kind.count {
                0 => name.to_owned(),
                before => format!("{name} {}", before + 1),
            });
        }
        let place = kind.places.get(kind.count).copied();
        kind.count += usize::from(place.is_some());
        place
    }
}

fn push(grid: &mut Grid, columns: &mut Columns, line: u64, card: &str) -> Result<(), String> {
    let Ok(card) = VCard::parse(card) else {
        return grid.push(line, [], Some("is no card that can be read"));
    };
    columns.cards += 1;
    let mut cells: Vec<Option<String>> = Vec::new();
    let found: Vec<(String, String)> = in_order(&card.entries).into_iter().flat_map(fields).collect();
    let filled: HashSet<&str> =
        found.iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name.as_str()).collect();
    // A part that another address of the card has keeps its place, so that no address is made of two.
    for (name, text) in found.iter().filter(|(name, _)| filled.contains(name.as_str())) {
        let Some(place) = columns.next(name) else {
            columns.left_out.get_or_insert(line);
            continue;
        };
        if place >= cells.len() {
            cells.resize(place + 1, None);
        }
        if let Some(cell) = cells.get_mut(place) {
            *cell = Some(text.clone());
        }
    }
    grid.push(line, cells.iter().map(Option::as_deref), None)
}

/// The properties of a card in their order, but of several of a kind the one for work first: the first is the dealership's.
fn in_order(entries: &[VCardEntry]) -> Vec<&VCardEntry> {
    let mut all: Vec<&VCardEntry> = entries.iter().collect();
    for kind in [VCardProperty::Email, VCardProperty::Tel, VCardProperty::Adr] {
        let is_of_kind = |entry: &&VCardEntry| entry.name == kind && !is_fax(entry);
        let mut sorted: Vec<&VCardEntry> = all.iter().copied().filter(is_of_kind).collect();
        sorted.sort_by_key(|entry| rank(entry));
        for (place, entry) in all.iter_mut().filter(|entry| is_of_kind(entry)).zip(sorted) {
            *place = entry;
        }
    }
    all
}

/// How far behind others of its kind a property stands: what is preferred first, by its number where it has one, then that
/// for work, that without a word on it, and that of somebody's home.
fn rank(entry: &VCardEntry) -> (u8, u32) {
    if let Some(preferred) = entry.parameters(&VCardParameterName::Pref).next() {
        return (0, if let VCardParameterValue::Integer(number) = preferred { *number } else { 1 });
    }
    let has = |wanted: fn(&VCardParameterValue) -> bool| entry.parameters(&VCardParameterName::Type).any(wanted);
    if has(|value| matches!(value, VCardParameterValue::Text(word) if word.eq_ignore_ascii_case("pref"))) {
        (0, 1)
    } else if has(|value| *value == VCardParameterValue::Type(VCardType::Work)) {
        (1, 0)
    } else if has(|value| *value == VCardParameterValue::Type(VCardType::Home)) {
        (3, 0)
    } else {
        (2, 0)
    }
}

/// The columns of a property, and their texts. What is about the card itself has none, nor have pictures and keys.
/// Of an address the parts that are empty are there too, but where all are.
fn fields(entry: &VCardEntry) -> Vec<(String, String)> {
    let name = entry.name.as_str();
    let fields = match entry.name {
        VCardProperty::Begin
        | VCardProperty::End
        | VCardProperty::Version
        | VCardProperty::Prodid
        | VCardProperty::Rev
        | VCardProperty::Photo
        | VCardProperty::Logo
        | VCardProperty::Sound
        | VCardProperty::Key => Vec::new(),
        VCardProperty::Adr => parts(name, &ADDRESS, &entry.values),
        VCardProperty::N => parts(name, &NAME, &entry.values),
        VCardProperty::Org => parts(name, &ORGANIZATION, &entry.values),
        VCardProperty::Tel | VCardProperty::Email => {
            let name = if is_fax(entry) { "FAX" } else { name };
            let text = all(&entry.values);
            let bare = text.split_once(':').filter(|(scheme, _)| matches!(*scheme, "tel" | "mailto"));
            vec![(name.to_owned(), bare.map_or(text.as_str(), |(_, rest)| rest).to_owned())]
        }
        _ => vec![(name.to_owned(), all(&entry.values))],
    };
    let fields: Vec<_> = fields.into_iter().map(|(name, text)| (name, text.trim().to_owned())).collect();
    let is_address = entry.name == VCardProperty::Adr && fields.iter().any(|(_, text)| !text.is_empty());
    fields.into_iter().filter(|(_, text)| is_address || !text.is_empty()).collect()
}

fn is_fax(entry: &VCardEntry) -> bool {
    let is_fax = |value: &VCardParameterValue| *value == VCardParameterValue::Type(VCardType::Fax);
    entry.name == VCardProperty::Tel && entry.parameters(&VCardParameterName::Type).any(is_fax)
}

fn parts(name: &str, names: &[&str], values: &[VCardValue]) -> Vec<(String, String)> {
    let column = |part: &&str| if part.is_empty() { name.to_owned() } else { format!("{name}.{part}") };
    names.iter().map(column).zip(values.iter().map(text)).collect()
}

fn all(values: &[VCardValue]) -> String {
    let texts: Vec<String> = values.iter().map(text).filter(|text| !text.is_empty()).collect();
    texts.join(", ")
}

fn text(value: &VCardValue) -> String {
    match value {
        VCardValue::Text(text) => text.clone(),
        VCardValue::Component(parts) => parts.join(", "),
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Float(number) => number.to_string(),
        VCardValue::Boolean(yes) => yes.to_string(),
        VCardValue::PartialDateTime(moment) => offset(moment).unwrap_or_default(),
        _ => String::new(),
    }
}

/// `-05:00`, as which a card may write its time zone.
fn offset(moment: &calcard::common::PartialDateTime) -> Option<String> {
    let (hour, minute) = (moment.tz_hour?, moment.tz_minute.unwrap_or(0));
    let sign = if moment.tz_minus { '-' } else { '+' };
    moment.year.is_none().then(|| format!("{sign}{hour:02}:{minute:02}"))
}

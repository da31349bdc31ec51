//! One line of the journal: an event with its place in the batch, its dealership's event before it, and a checksum.
//!
//! `{"crc":"89abcdef","seq":12,"left":0,"prev":7,"at":…,"actor":…,"dealership":…,"kind":…,"data":…}`
//!
//! The checksum covers everything after its own comma up to the end of the line. `left` counts the events of the same
//! batch that follow; a batch counts only with its last line. `prev` makes a dealership's history a walk backwards.
//! An event of the platform has `null` in the place of its dealership, and 0 as `prev`. The first line of what is written and
//! synced at once says `"group":true` after it: so everything before it was durable.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write as _};

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::domain::text::escaped;
use crate::domain::{Actor, DealershipId, Event, Fact, Timestamp};

const CRC: &[u8] = b"{\"crc\":\"";
const SEQ: &[u8] = b"\",\"seq\":";
const LEFT: &[u8] = b",\"left\":";
const PREV: &[u8] = b",\"prev\":";
const GROUP: &[u8] = b",\"group\":true";
/// Where the bytes begin that the checksum covers.
const COVERED: usize = CRC.len() + 8 + 2;

/// What stands before the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineHeader {
    /// The event's place in the log.
    pub seq: u64,
    /// How many events of the same batch follow.
    pub left: u64,
    /// The dealership's event before this one; 0 for none.
    pub prev: u64,
    /// It begins a group: everything before it was durable when it was written.
    pub group: bool,
    pub crc: u32,
    /// Where the event's own fields begin in the line, at the comma before the first.
    pub body: usize,
}

#[derive(Serialize)]
struct Body<'a> {
    at: Timestamp,
    actor: &'a Actor,
    dealership: Option<DealershipId>,
    #[serde(flatten)]
    fact: &'a Fact,
}

impl<'a> Body<'a> {
    fn of(event: &'a Event) -> Self {
        let Event { at, actor, dealership, fact, .. } = event;
        Self { at: *at, actor, dealership: *dealership, fact }
    }
}

/// An event without its place in the log, as the fields of its line are written.
pub(super) fn body(event: &Event) -> serde_json::Result<String> {
    serde_json::to_string(&Body::of(event))
}

/// Adds a line, with its newline. The answer is its checksum.
pub(super) fn write(out: &mut Vec<u8>, event: &Event, left: u64, prev: u64, group: bool) -> serde_json::Result<u32> {
    let start = out.len();
    begin(out, event.seq, left, prev).map_err(serde_json::Error::io)?;
    if group {
        out.extend_from_slice(GROUP);
    }
    let brace = out.len();
    serde_json::to_writer(&mut *out, &Body::of(event))?;
    // The event's opening brace becomes the comma between head and body.
    out[brace] = b',';
    end(out, start).map_err(serde_json::Error::io)
}

/// Adds the line of an event by itself, without its place in a batch: however it was recorded, it reads the same. `fields`
/// are those of [`body`] behind its brace. An export may be looked at, so nothing in it acts on a terminal.
pub(super) fn write_alone(out: &mut Vec<u8>, seq: u64, prev: u64, fields: &[u8]) -> io::Result<()> {
    let start = out.len();
    begin(out, seq, 0, prev)?;
    // Between its tokens JSON may have tabs and carriage returns, which are not to be escaped there; within its texts it has none.
    // Behind the last one nothing stays: whoever reads the export takes blanks off there.
    let fields = std::str::from_utf8(fields.trim_ascii_end()).map_err(io::Error::other)?;
    let between = ['\t', '\r'];
    let fields =
        if fields.contains(between) { Cow::Owned(fields.replace(between, " ")) } else { Cow::Borrowed(fields) };
    out.push(b',');
    out.extend_from_slice(escaped(&fields).as_bytes());
    end(out, start).map(drop)
}

fn begin(out: &mut Vec<u8>, seq: u64, left: u64, prev: u64) -> io::Result<()> {
    write!(out, "{{\"crc\":\"00000000\",\"seq\":{seq},\"left\":{left},\"prev\":{prev}")
}

fn end(out: &mut Vec<u8>, start: usize) -> io::Result<u32> {
    let crc = crc32fast::hash(&out[start + COVERED..]);
    write!(&mut out[start + CRC.len()..start + CRC.len() + 8], "{crc:08x}")?;
    out.push(b'\n');
    Ok(crc)
}

/// The place in the log that a line names, from its first bytes and unchecked: for finding one's way.
pub(super) fn peek_seq(start: &[u8]) -> Option<u64> {
    let rest = start.get(CRC.len() + 8..)?.strip_prefix(SEQ)?;
    let (seq, rest) = number(rest)?;
    rest.starts_with(LEFT).then_some(seq)
}

/// Checks a line (without its newline) and reads what stands before the event.
pub(super) fn head(line: &[u8]) -> Option<LineHeader> {
    let crc = std::str::from_utf8(line.strip_prefix(CRC)?.get(..8)?).ok()?;
    let crc = u32::from_str_radix(crc, 16).ok()?;
    if crc != crc32fast::hash(line.get(COVERED..)?) {
        return None;
    }
    let (seq, rest) = number(line.get(CRC.len() + 8..)?.strip_prefix(SEQ)?)?;
    let (left, rest) = number(rest.strip_prefix(LEFT)?)?;
    let (prev, rest) = number(rest.strip_prefix(PREV)?)?;
    let (group, rest) = rest.strip_prefix(GROUP).map_or((false, rest), |rest| (true, rest));
    rest.starts_with(b",").then_some(LineHeader { seq, left, prev, group, crc, body: line.len() - rest.len() })
}

fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits]
        .iter()
        .try_fold(0u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
    (digits > 0).then(|| (value, &text[digits..]))
}

/// Reads the event of a line whose head was checked.
pub(super) fn event(line: &[u8], head: LineHeader) -> serde_json::Result<Event> {
    event_at(line, head.seq)
}

/// Reads the event of a line, or of a [`body`], at a place in the log.
pub(super) fn event_at(text: &[u8], seq: u64) -> serde_json::Result<Event> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let event = json.deserialize_map(EventVisitor { seq })?;
    json.end()?;
    Ok(event)
}

/// Reads the fields in the order in which they were written, without keeping any of them aside as the derived
/// implementation must do: twice as fast, and a start may read a million of them.
struct EventVisitor {
    seq: u64,
}

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of the journal")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        let (mut at, mut actor, mut dealership) = (None, None, None);
        let fact = loop {
            match map.next_key::<&str>()? {
                Some("at") => at = Some(map.next_value()?),
                Some("actor") => actor = Some(map.next_value()?),
                Some("dealership") => dealership = Some(map.next_value()?),
                Some("kind") => break Fact::deserialize(MapAccessDeserializer::new(FromKind { map, at_kind: true }))?,
                Some(_) => drop(map.next_value::<IgnoredAny>()?),
                None => return Err(A::Error::missing_field("kind")),
            }
        };
        Ok(Event {
            seq: self.seq,
            at: at.ok_or_else(|| A::Error::missing_field("at"))?,
            actor: actor.ok_or_else(|| A::Error::missing_field("actor"))?,
            dealership: dealership.ok_or_else(|| A::Error::missing_field("dealership"))?,
            fact,
        })
    }
}

/// What is left of a map whose key `kind` was just read.
struct FromKind<A> {
    map: A,
    at_kind: bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for FromKind<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if std::mem::take(&mut self.at_kind) {
            return seed.deserialize(BorrowedStrDeserializer::new("kind")).map(Some);
        }
        self.map.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(at: Timestamp, text: &str) -> Event {
        let fact = Fact::NoteAdded { text: text.into() };
        Event { seq: 12, at, actor: Actor::person("Ana"), dealership: Some(DealershipId::from_bits(7)), fact }
    }

    fn round_trip(event: &Event) -> (LineHeader, Event, Vec<u8>) {
        let mut line = Vec::new();
        let crc = write(&mut line, event, 3, 9, true).unwrap();
        assert_eq!(line.pop(), Some(b'\n'));
        let head = head(&line).unwrap();
        assert_eq!((head.crc, head.group), (crc, true));
        (head, super::event(&line, head).unwrap(), line)
    }

    #[test]
    fn there_and_back() {
        let hostile = "a\nb\r\u{0}\u{1b}]52;c;\u{7}\"kind\":\"note.added\"\u{202e}\\ \u{10ffff}";
        for at in [Timestamp::UNIX_EPOCH, Timestamp::MAX_UTC, Timestamp::MIN_UTC] {
            let event = note(at, hostile);
            let (head, read, line) = round_trip(&event);
            assert_eq!((head.seq, head.left, head.prev), (12, 3, 9));
            assert_eq!(read, event);
            assert!(!line.contains(&b'\n'));
            assert_eq!(peek_seq(&line), Some(12));
            assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
        }
        let (_, read, _) =
            round_trip(&Event { fact: Fact::SlotsMissing { window: 14 }, ..note(Timestamp::UNIX_EPOCH, "") });
        assert_eq!(read.fact, Fact::SlotsMissing { window: 14 });
    }

    #[test]
    fn an_event_by_itself_is_read_whatever_stands_between_its_tokens_and_behind_them() {
        let event = note(Timestamp::UNIX_EPOCH, "a\tb\u{202e}");
        let fields = body(&event).unwrap().replace(":{", ":\t\r{\t") + " \t\r";
        let mut line = Vec::new();
        write_alone(&mut line, 12, 9, &fields.as_bytes()[1..]).unwrap();
        assert!(line.ends_with(b"}\n"), "whoever reads it takes blanks off its end");
        assert_eq!(line.pop(), Some(b'\n'));
        assert!(!line.iter().any(u8::is_ascii_control));
        assert_eq!(super::event(&line, head(&line).unwrap()).unwrap(), event);
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let event = note(Timestamp::UNIX_EPOCH, "text");
        let (good, _, line) = round_trip(&event);
        for place in 0..line.len() {
            for flip in [1, 0x20, 0x80] {
                let mut bad = line.clone();
                bad[place] ^= flip;
                // A hexadecimal digit in the other case is the same number.
                let same = head(&bad).is_none_or(|head| head == good && super::event(&bad, head).unwrap() == event);
                assert!(same, "place {place}");
                assert!(head(&bad).is_none() || bad[place].is_ascii_hexdigit(), "place {place}");
            }
            assert!(head(&line[..place]).is_none());
        }
    }
}

//! What the program reads of its own writing, altered: lines, segments, exports, frames.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use cloverwatch::attach::rewritten;
use cloverwatch::domain::Event;
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{ExportLines, JournalReader};
use futures::FutureExt as _;

use super::assert_shown;

/// How a line with a checksum begins, and how long that is with it.
const CRC: &[u8] = b"{\"crc\":\"";
const COVERED: usize = CRC.len() + 10;

/// The lines with the checksums that they should have: what is behind those is what is to be tried.
fn resummed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        match text.get(COVERED..).filter(|_| text.starts_with(CRC)) {
            Some(covered) => {
                let _ = write!(out, "{{\"crc\":\"{:08x}\",", crc32fast::hash(covered));
                out.extend(covered);
                out.extend(line.get(text.len()..).unwrap_or_default());
            }
            None => out.extend(line),
        }
    }
    out
}

fn exported(bytes: &[u8]) -> Result<Vec<Event>, String> {
    let (mut lines, mut input, mut events) = (ExportLines::default(), bytes, Vec::new());
    while let Some(event) = lines.next(&mut input).map_err(|error| error.to_string())? {
        events.push(event);
    }
    Ok(events)
}

/// One event, behind a right checksum: what is read is written the same for ever.
pub fn journal_line(bytes: &[u8]) {
    let mut line = b"{\"crc\":\"00000000\",\"seq\":1,\"left\":0,\"prev\":0,".to_vec();
    line.extend(bytes.iter().filter(|byte| **byte != b'\n'));
    // By itself it is an export that was cut off: its event was read before that.
    let (mut lines, line) = (ExportLines::default(), resummed(&line));
    let Ok(Some(event)) = lines.next(&mut line.as_slice()) else { return };
    let written = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event);
    assert_shown(&event.summary());
    let public = event.public(None).to_string();
    assert!(serde_json::from_str::<serde_json::Value>(&public).is_ok());
}

/// Refused with the line and the reason, or events that are written the same for ever.
pub fn export(bytes: &[u8]) {
    match exported(&resummed(bytes)) {
        Err(why) => assert_shown(&why),
        Ok(events) => {
            let plain: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
            assert_eq!(exported(plain.as_bytes()).unwrap_or_default(), events);
        }
    }
}

/// A journal of one file: refused, or read the same in any way, and exported so that it can be restored.
pub fn journal_segment(bytes: &[u8]) {
    let dir = tempfile::tempdir().unwrap();
    journal(dir.path(), &resummed(bytes));
    let Ok(reader) = JournalReader::open(dir.path()) else { return };
    let Ok(events) = reader.events(&EventQuery::default()) else { return };
    assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as u64), "a gap");
    let mut one_by_one = Vec::new();
    let each = reader.each(&EventQuery::default(), |event| {
        one_by_one.push(event);
        ControlFlow::Continue(())
    });
    assert!(each.is_ok() && one_by_one == events);
    let mut out = Vec::new();
    if reader.export(&mut out).is_ok() {
        assert_eq!(exported(&out).unwrap(), events);
    }
}

fn journal(dir: &Path, bytes: &[u8]) {
    fs::create_dir(dir.join("journal")).unwrap();
    fs::write(dir.join("journal").join(format!("{:020}.jsonl", 1)), bytes).unwrap();
}

/// What is understood is understood again as it is written here; nothing that cannot be is repeated.
pub fn attach_frames(bytes: &[u8]) {
    for of_client in [true, false] {
        match rewritten(bytes, of_client).now_or_never().expect("all of it is there") {
            Err(why) => assert_shown(&why),
            Ok(frames) => {
                let again = rewritten(&frames, of_client).now_or_never().expect("all of it is there");
                assert_eq!(again.as_ref(), Ok(&frames), "{}", String::from_utf8_lossy(&frames));
            }
        }
    }
}

//! Events as a text in a file, for nobody else to read.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::domain::text::shown_path;
use crate::domain::{DealershipId, Event, Onboarding};
use crate::present::log_line::LogLine;
use crate::present::time::Zone;

/// Writes events into a new file, a line each as the tail has them. What was saved, in words.
pub(super) fn write(
    path: &Path,
    events: &[Event],
    state: impl Fn(DealershipId) -> Option<Arc<Onboarding>>,
    zone: Zone,
) -> Result<String, String> {
    let shown = shown_path(path);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{shown} is there already: nothing was saved"),
        _ => format!("{shown} cannot be written: {error}"),
    };
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let lines = LogLine::of_all(events);
    for line in &lines {
        let of = line.newest.dealership.and_then(&state);
        writeln!(file, "{}", line.plain(of.as_deref(), zone)).map_err(failed)?;
    }
    file.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    Ok(format!("{} lines saved to {shown}", lines.len()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::domain::{Actor, Fact, Timestamp};

    #[test]
    fn a_new_file_is_ours_alone_and_one_that_is_there_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.txt");
        let (at, dealership) = (Timestamp::UNIX_EPOCH, Some(DealershipId::from_bits(1)));
        let event = Event { seq: 1, at, actor: Actor::person("ana"), dealership, fact: Fact::Archived {} };
        let save = || write(&path, std::slice::from_ref(&event), |_| None, Zone::Named(crate::timezone::Tz::UTC));
        assert!(save().unwrap().starts_with("1 lines saved to "));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("1970-01-01 00:00 UTC  ") && text.ends_with("archived  (ana)\n"), "{text}");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert!(save().unwrap_err().contains("is there already"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

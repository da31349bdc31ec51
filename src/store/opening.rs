//! Opening a store for recording: the journal is believed, the index only as far as it was made from that very journal.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::disk::{Disk, io_error, private_dir};
use super::history::History;
use super::index::{self, KEPT_IN_QUARANTINE, LoadedIndex, SnapshotWriter, Unusable};
use super::journal_snapshot::{JournalSnapshot, journal_dir};
use super::loss::JournalEnd;
use super::mark::{self, Mark};
use super::recover::{Examined, cut, examine};
use super::{StoreError, fold};
use crate::domain::Onboarding;
use crate::protocol::ReadModel;

/// What was found, and made ready.
pub(super) struct OpenedStore {
    pub snapshot: JournalSnapshot,
    pub read_model: ReadModel,
    pub snapshot_writer: SnapshotWriter,
    pub end: Mark,
}

/// Opens what is in the directory of a store. Nothing of the journal is touched before it is known that it may be: what is
/// refused is left as it was. `accept_loss` gives acknowledged events up that are missing at its end.
pub(super) fn open(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    accept_loss: bool,
    notices: &mut Vec<String>,
) -> Result<OpenedStore, StoreError> {
    let journal = journal_dir(dir);
    private_dir(disk.as_ref(), &journal)?;
    let index_dir = dir.join("index");
    let had_index = index_dir.exists();
    let kept = mark::read(dir);
    let (loaded, examined) = thread::scope(|scope| {
        let loading = scope.spawn(|| index::load(&index_dir));
        let examined = examine(&journal);
        (loading.join().unwrap_or_else(|_| Err("it made its reader panic".to_owned().into())), examined)
    });
    let examined = examined?;
    let end = JournalEnd::of(&journal, &examined, &[kept, indexed(&loaded, &examined)]);
    if end.has_lost() {
        if !accept_loss {
            return Err(StoreError::Lost(end));
        }
        notices.push(format!("given up as lost: {}", end.missing()));
    }
    let (place, known) = loaded.as_ref().map_or((0, &[][..]), |loaded| (loaded.mark.seq, &loaded.sealed[..]));
    let history = History::of(&examined, known, place)?;
    let loaded = loaded.and_then(|loaded| fitting(loaded, &history, had_index));
    if loaded.as_ref().is_ok_and(|loaded| loaded.fresh && history.end.seq > 0) {
        notices.push("the index was missing and was made anew from the journal".to_owned());
    }
    let (read_model, newer, index) = states(&examined.snapshot, loaded, &index_dir, notices)?;
    // From here on nothing is refused any more.
    cut_off(disk.as_ref(), &examined, &end, notices)?;
    make_durable(disk.as_ref(), &journal, &examined.snapshot)?;
    if end.has_lost() {
        // For good: the old mark would refuse what is recorded from here on.
        mark::keep(disk.as_ref(), dir, &history.end, true)
            .map_err(|error| io_error("writing", &mark::path(dir), &error))?;
    }
    read_model.put(history.end.seq, newer.iter().cloned());
    let mark = index.as_ref().map(|index| index.mark).unwrap_or_default();
    let snapshot_writer = SnapshotWriter::start(Arc::clone(disk), dir, index)
        .map_err(|error| io_error("starting a thread for", dir, &error))?;
    for sealed in history.sealed {
        snapshot_writer.seal(sealed);
    }
    if mark != history.end {
        snapshot_writer.put(history.end, newer);
    }
    Ok(OpenedStore { snapshot: examined.snapshot, read_model, snapshot_writer, end: history.end })
}

/// What the index proves to have been acknowledged: the journal is made durable before the index hears of it.
pub(super) fn indexed(loaded: &Result<LoadedIndex, Unusable>, examined: &Examined) -> Option<Mark> {
    match loaded {
        Ok(loaded) => Some(loaded.mark),
        Err(Unusable::OtherVersion { applied }) => Some(Mark { journal: examined.identity, seq: *applied, history: 0 }),
        Err(Unusable::Damaged(_)) => None,
    }
}

fn cut_off(
    disk: &dyn Disk,
    examined: &Examined,
    end: &JournalEnd,
    notices: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some(torn) = &examined.torn else { return Ok(()) };
    if let Some(kept) = cut(disk, &examined.snapshot)? {
        let unknown = if end.has_lost() { "" } else { "; none of it is known to have been acknowledged" };
        notices.push(format!("{torn}. They were cut off and are kept in {}{unknown}", kept.display()));
    }
    Ok(())
}

/// Whoever wrote the end of the journal may have been killed before it was durable. Index and mark must not know of more.
fn make_durable(disk: &dyn Disk, journal: &Path, snapshot: &JournalSnapshot) -> Result<(), StoreError> {
    let Some(newest) = snapshot.segments.last() else { return Ok(()) };
    let synced = disk.open(&newest.path).and_then(|mut file| file.sync()).and_then(|()| disk.sync_dir(journal));
    synced.map_err(|error| io_error("syncing", &newest.path, &error))
}

/// The index, when it was made from this journal; else why it was not.
fn fitting(loaded: LoadedIndex, history: &History, had_index: bool) -> Result<LoadedIndex, Unusable> {
    let (mark, end) = (loaded.mark, history.end);
    let why = if loaded.fresh && had_index && end.seq > 0 {
        "it was empty".to_owned()
    } else if mark.seq == 0 || history.there == Some(mark) {
        return Ok(loaded);
    } else if mark.journal != end.journal {
        "it belongs to another journal".to_owned()
    } else if mark.seq > end.seq {
        format!("it goes up to event {}, the journal to {}", mark.seq, end.seq)
    } else {
        format!("it was made from other events than the journal has up to event {}", mark.seq)
    };
    Err(Unusable::Damaged(why))
}

/// The read model, the states to put into it, and the index if one can be made.
type FoldedJournal = (ReadModel, Vec<Arc<Onboarding>>, Option<LoadedIndex>);

/// Folds what the index lacks. Where that fails, the index is the first that is doubted, and the journal only when it
/// cannot be folded by itself either: a refusal leaves the index where it was.
fn states(
    snapshot: &JournalSnapshot,
    loaded: Result<LoadedIndex, Unusable>,
    dir: &Path,
    notices: &mut Vec<String>,
) -> Result<FoldedJournal, StoreError> {
    let why = match loaded {
        Ok(mut loaded) => {
            let read_model = ReadModel::default();
            read_model.fill(loaded.mark.seq, std::mem::take(&mut loaded.states));
            match fold::fold(snapshot, &read_model) {
                Ok(newer) => return Ok((read_model, newer, Some(loaded))),
                Err(error) if loaded.mark.seq == 0 => return Err(error),
                Err(_) => Unusable::Damaged("its states do not lead to the events after it".to_owned()),
            }
        }
        Err(why) => why,
    };
    let read_model = ReadModel::default();
    let newer = fold::fold(snapshot, &read_model)?;
    Ok((read_model, newer, anew(dir, &why, notices)))
}

/// Puts the index in quarantine and makes an empty one; without one everything works, but every start is slow.
fn anew(dir: &Path, why: &Unusable, notices: &mut Vec<String>) -> Option<LoadedIndex> {
    let quarantined = match why {
        Unusable::Damaged(_) => index::quarantine(dir),
        // Nothing is wrong with it.
        Unusable::OtherVersion { .. } => std::fs::remove_dir_all(dir).map(|()| None),
    };
    let made = quarantined.map_err(|error| error.to_string()).and_then(|old| match index::load(dir) {
        Ok(loaded) if loaded.fresh => Ok((old, loaded)),
        Ok(_) => Err("it is in the way".to_owned()),
        Err(why) => Err(why.to_string()),
    });
    match made {
        Ok((old, loaded)) => {
            let kept = old.map_or_else(String::new, |old| {
                format!(" (the old one is in {}; the newest {KEPT_IN_QUARANTINE} of its kind are kept)", old.display())
            });
            notices.push(format!("the index could not be used: {why}. It was made anew from the journal{kept}"));
            Some(loaded)
        }
        Err(second) => {
            notices.push(format!(
                "the index could not be used: {why}; nor can a new one be made in {}: {second}. Everything works, but \
                 each start reads the whole journal",
                dir.display()
            ));
            None
        }
    }
}

//! A maildir into which a mail program delivers what comes back to our sender.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::domain::LONGEST_REPORT;

/// A maildir. What is about us is moved from `new` to `cur`, as read or for a person to read; whatever else is there stays where it is.
#[derive(Debug)]
pub struct Maildir {
    path: PathBuf,
    /// What is no report; it is not read again.
    passed_over: HashSet<PathBuf>,
}

impl Maildir {
    /// A maildir at a path. It need not be there yet.
    pub fn at(path: PathBuf) -> Self {
        Self { path, passed_over: HashSet::new() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The messages that were not seen before, oldest first, at most `most`: each with what it says, or the first
    /// [`LONGEST_REPORT`] bytes of it.
    pub fn unseen(&mut self, most: usize) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(self.path.join("new"))? {
            let entry = entry?;
            let path = entry.path();
            if !self.passed_over.contains(&path) && entry.file_type()?.is_file() {
                paths.push(path);
            }
        }
        // By convention a name begins with the second of the delivery.
        paths.sort();
        paths.truncate(most);
        let mut messages = Vec::new();
        for path in paths {
            match read(&path) {
                Ok(bytes) => messages.push((path, bytes)),
                // Somebody else took it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // One that cannot be read must not keep the others from being read.
                Err(error) => {
                    tracing::warn!("a message in {} cannot be read: {error}", self.path.display());
                    self.passed_over.insert(path);
                }
            }
        }
        Ok(messages)
    }

    /// Puts a message among the known ones: `read`, or for a person to read.
    pub fn take(&mut self, path: &Path, read: bool) -> io::Result<()> {
        let Some(name) = path.file_name() else { return Ok(()) };
        let current = self.path.join("cur");
        super::directory::make(&current)?;
        let mut known = name.to_os_string();
        known.push(if read { ":2,S" } else { ":2," });
        match fs::rename(path, current.join(known)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                // It is not read again and again in this run, and is counted once anyway.
                self.passed_over.insert(path.to_owned());
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Leaves a message as it is: it is for somebody else.
    pub fn pass_over(&mut self, path: PathBuf) {
        self.passed_over.insert(path);
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LONGEST_REPORT as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_read_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut maildir = Maildir::at(dir.path().to_owned());
        assert!(maildir.unseen(9).is_err(), "it is not there yet");
        let new = dir.path().join("new");
        fs::create_dir(&new).unwrap();
        for name in ["1000.b", "0999.a", "1001.c"] {
            fs::write(new.join(name), name).unwrap();
        }
        let unseen = maildir.unseen(2).unwrap();
        assert_eq!(unseen.iter().map(|(_, bytes)| &bytes[..]).collect::<Vec<_>>(), [b"0999.a", b"1000.b"]);
        maildir.take(&unseen[0].0, true).unwrap();
        maildir.take(&unseen[0].0, true).unwrap();
        maildir.pass_over(unseen[1].0.clone());
        assert!(dir.path().join("cur/0999.a:2,S").exists() && new.join("1000.b").exists());
        assert_eq!(maildir.unseen(9).unwrap().len(), 1);
    }
}

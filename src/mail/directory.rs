//! Letters as files: what happens while no mail server is configured.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use crate::domain::text::shown_path;
use crate::failure_point::FailurePoint;

use super::delivery::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision};

/// Writes every letter into a directory of its own, readable by its owner only: it holds a code.
#[derive(Debug, Clone)]
pub struct DirectoryTransport {
    path: PathBuf,
}

impl DirectoryTransport {
    /// Letters go into this directory; it is made when the first one comes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the file of a letter is.
    pub fn file(&self, letter: crate::domain::LetterId) -> PathBuf {
        self.path.join(format!("{letter}.eml"))
    }

    fn shown(&self) -> String {
        shown_path(&self.path)
    }

    fn down(&self, error: &io::Error) -> Delivery {
        Delivery::Down { reason: format!("{}: {error}; {}", self.shown(), remedy(error)) }
    }

    async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
        tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
    }
}

/// What to do about a directory that does not take a letter.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on that disk",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable, or name another directory in [mail] transport"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "name a directory in [mail] transport",
        _ => "look at the directory that [mail] transport names",
    }
}

pub(super) fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A file beside its place. It has the letter's rights from the beginning, and goes away when it is dropped.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    make(path)?;
    tempfile::Builder::new().prefix(".letter-").suffix(".part").tempfile_in(path)
}

/// Until the rename nothing of the letter is there; after it, all.
fn place(mut file: NamedTempFile, message: &[u8], to: &Path) -> io::Result<io::Result<()>> {
    file.write_all(message)?;
    file.as_file().sync_all()?;
    FailurePoint::LetterWritten.pass();
    file.persist(to).map_err(|error| error.error)?;
    Ok(to.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all()))
}

#[async_trait]
impl MailTransport for DirectoryTransport {
    async fn deliver(&self, outgoing: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery {
        let path = self.path.clone();
        let file = match Self::blocking(move || beside(&path)).await {
            Ok(file) => file,
            Err(error) => return self.down(&error),
        };
        if check.check().await == PreSendDecision::Abort {
            return Delivery::Aborted;
        }
        let (message, to) = (outgoing.message.clone(), self.file(outgoing.letter));
        let path = shown_path(&to);
        match Self::blocking(move || place(file, &message, &to)).await {
            Ok(Ok(())) => Delivery::Written { path },
            Ok(Err(error)) => Delivery::Uncertain {
                reason: format!("written to {path}, but its directory could not be synced: {error}"),
            },
            Err(error) => self.down(&error),
        }
    }

    async fn check(&self) -> Result<String, String> {
        let shown = self.shown();
        let failed = |error: &io::Error| format!("{shown}: {error}; {}", remedy(error));
        let path = self.path.clone();
        let looked = Self::blocking(move || match fs::metadata(&path) {
            Ok(data) => tempfile::tempfile_in(&path).map(|_| Some(data.mode() & 0o777)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        match looked.await.map_err(|error| failed(&error))? {
            None => Ok(format!("letters become files in {shown}, which will be made; no mail server is configured")),
            Some(mode) if mode & 0o077 != 0 => Err(format!(
                "{shown} can be read by others (mode {mode:03o}), and letters hold codes; run: chmod 700 it"
            )),
            Some(_) => Ok(format!("letters become files in {shown}; no mail server is configured")),
        }
    }

    fn name(&self) -> String {
        format!("dir:{}", self.shown())
    }

    fn max_connections(&self) -> usize {
        1
    }

    fn mails(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::LetterId;

    struct Asked(AtomicUsize, PreSendDecision);

    #[async_trait]
    impl PreSendCheck for Asked {
        async fn check(&self) -> PreSendDecision {
            self.0.fetch_add(1, Ordering::SeqCst);
            self.1
        }
    }

    fn asked(decision: PreSendDecision) -> Asked {
        Asked(AtomicUsize::new(0), decision)
    }

    fn outgoing(message: &str) -> OutgoingMessage {
        OutgoingMessage {
            letter: LetterId::from_bits(7),
            from: "onboarding@example.com".to_owned(),
            to: "service@dealer.test".to_owned(),
            bcc: None,
            message: message.as_bytes().to_vec(),
            code: None,
        }
    }

    fn names(path: &Path) -> Vec<String> {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_letter_becomes_a_private_file_and_the_same_letter_the_same_file() {
        let dir = tempfile::tempdir().unwrap();
        let transport = DirectoryTransport::new(dir.path().join("a/mail"));
        assert!(transport.check().await.unwrap().contains("will be made"));
        for text in ["one\r\n", "two\r\n"] {
            let asked = asked(PreSendDecision::Proceed);
            let file = transport.file(LetterId::from_bits(7));
            let written = Delivery::Written { path: file.to_string_lossy().into_owned() };
            assert_eq!(transport.deliver(&outgoing(text), &asked).await, written, "written, and not sent");
            assert_eq!(asked.0.load(Ordering::SeqCst), 1);
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
            assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::metadata(&transport.path).unwrap().mode() & 0o777, 0o700);
        assert_eq!(names(&transport.path), [format!("{}.eml", LetterId::from_bits(7))]);
        assert!(transport.check().await.is_ok());
        fs::set_permissions(&transport.path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(transport.check().await.unwrap_err().contains("chmod 700"));
    }

    #[tokio::test]
    async fn an_aborted_letter_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let transport = DirectoryTransport::new(dir.path());
        assert_eq!(transport.deliver(&outgoing("x"), &asked(PreSendDecision::Abort)).await, Delivery::Aborted);
        assert_eq!(names(dir.path()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_cannot_be_a_directory_is_down_before_the_check_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        for path in [dir.path().join("file"), dir.path().join("file/below"), PathBuf::from("/proc/mail")] {
            let (transport, asked) = (DirectoryTransport::new(&path), asked(PreSendDecision::Proceed));
            let delivery = transport.deliver(&outgoing("x"), &asked).await;
            assert!(matches!(&delivery, Delivery::Down { reason } if reason.contains("transport")), "{delivery:?}");
            assert_eq!(asked.0.load(Ordering::SeqCst), 0);
        }
    }

    #[tokio::test]
    async fn a_place_that_is_taken_by_something_else_is_down_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let transport = DirectoryTransport::new(dir.path());
        fs::create_dir_all(transport.file(LetterId::from_bits(7)).join("inside")).unwrap();
        assert!(matches!(
            transport.deliver(&outgoing("x"), &asked(PreSendDecision::Proceed)).await,
            Delivery::Down { .. }
        ));
        assert_eq!(names(dir.path()).len(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_is_down() {
        // The kernel's own full disk: a file that takes nothing.
        let error =
            File::options().write(true).open("/dev/full").and_then(|mut full| full.write_all(b"x")).unwrap_err();
        let delivery = DirectoryTransport::new("/x").down(&error);
        assert!(matches!(&delivery, Delivery::Down { reason } if reason.contains("make room")), "{delivery:?}");
    }
}

//! The simulated post office: an SMTP server on the loopback interface whose letters stay here, in mailboxes that can be read.

pub(super) mod address;
mod code;
mod delivery;
mod letter;
mod mailboxes;
mod report;
mod session;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub use self::letter::ReceivedLetter;
pub use self::mailboxes::{MailboxCounts, MailboxSummary};

use self::mailboxes::MailboxStore;
use super::SandboxState;

/// How many sessions there may be at a time.
const SESSIONS: usize = 200;

/// How long it is waited before the next connection is taken when one could not be.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(20);

/// How a post office is to be.
#[derive(Debug, Clone)]
pub struct PostSettings {
    /// Where it listens; only loopback addresses are accepted. Port 0 means any.
    pub listen: SocketAddr,
    /// A maildir that reports of failed delivery are also put into, made when it does not exist.
    pub maildir: Option<PathBuf>,
}

/// What all sessions of a post office share.
pub(super) struct PostOfficeState {
    addr: SocketAddr,
    maildir: Option<PathBuf>,
    mailboxes: Mutex<MailboxStore>,
    /// Numbers letters and, apart from them, reports.
    letters: AtomicU64,
    reports: AtomicU64,
    /// Faults of two forms take turns.
    turns: AtomicU64,
    changed: watch::Sender<u64>,
}

/// Takes the address and prepares the maildir. Fails when one of them cannot be had.
pub(super) async fn open(settings: &PostSettings) -> io::Result<(TcpListener, PostOfficeState)> {
    if let Some(reason) = not_loopback("the post office", settings.listen) {
        return Err(reason);
    }
    if let Some(maildir) = &settings.maildir {
        report::prepare(maildir).map_err(|error| {
            io::Error::new(error.kind(), format!("the maildir {} cannot be made: {error}", maildir.display()))
        })?;
    }
    let listener = TcpListener::bind(settings.listen).await?;
    let post = PostOfficeState {
        addr: listener.local_addr()?,
        maildir: settings.maildir.clone(),
        mailboxes: Mutex::default(),
        letters: AtomicU64::new(0),
        reports: AtomicU64::new(0),
        turns: AtomicU64::new(0),
        changed: watch::Sender::new(0),
    };
    Ok((listener, post))
}

/// Why an address will not do: nothing of a sandbox can be reached from elsewhere.
pub(super) fn not_loopback(who: &str, listen: SocketAddr) -> Option<io::Error> {
    let reason = format!("{who} listens on loopback addresses only, not on {}", listen.ip());
    (!listen.ip().is_loopback()).then(|| io::Error::new(io::ErrorKind::InvalidInput, reason))
}

/// Serves everybody who connects, until the sandbox ends.
pub(super) async fn serve(listener: TcpListener, shared: Arc<SandboxState>) {
    let places = Arc::new(Semaphore::new(SESSIONS));
    let stop = shared.stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of sockets, of which nobody tells when there are some again, or a caller that was gone already.
            tokio::time::sleep(OUT_OF_SOCKETS).await;
            continue;
        };
        stream.set_nodelay(true).ok();
        let (shared, place) = (Arc::clone(&shared), Arc::clone(&places).try_acquire_owned());
        tokio::spawn(async move {
            let full = place.is_err();
            let stop = shared.stop.clone();
            tokio::select! {
                _ = session::run(stream, &shared, full) => {}
                () = stop.cancelled() => {}
            }
            drop(place);
        });
    }
}

/// Access to the mailboxes of a running sandbox.
#[derive(Clone)]
pub struct PostHandle {
    shared: Arc<SandboxState>,
}

impl PostHandle {
    /// Of a sandbox that has a post office.
    pub(super) fn of(shared: &Arc<SandboxState>) -> Option<Self> {
        shared.post.as_ref().map(|_| Self { shared: Arc::clone(shared) })
    }

    fn with<T: Default>(&self, read: impl FnOnce(&PostOfficeState) -> T) -> T {
        self.shared.post.as_ref().map(read).unwrap_or_default()
    }

    /// Every mailbox with letters, in order of their addresses.
    pub fn mailboxes(&self) -> Vec<MailboxSummary> {
        let now = self.shared.clock.now();
        self.with(|post| post.mailboxes.lock().mailboxes(now))
    }

    /// The letters of a mailbox, the newest first.
    pub fn letters(&self, address: &str) -> Vec<Arc<ReceivedLetter>> {
        let address = address::mailbox(address).unwrap_or_default();
        self.with(|post| post.mailboxes.lock().letters(&address))
    }

    /// The newest letters of all mailboxes, the newest first.
    pub fn newest(&self, most: usize) -> Vec<Arc<ReceivedLetter>> {
        self.with(|post| post.mailboxes.lock().newest(most))
    }

    /// What was counted so far.
    pub fn counts(&self) -> MailboxCounts {
        self.with(|post| post.mailboxes.lock().counts())
    }

    /// Is told of every letter that comes; the number only grows.
    pub fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.shared.post.as_ref().map(|post| post.changed.subscribe())
    }

    /// The sandbox's time, by which a letter has been read or not.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.shared.clock.now()
    }
}

impl PostOfficeState {
    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(super) fn mailboxes(&self) -> &Mutex<MailboxStore> {
        &self.mailboxes
    }
}

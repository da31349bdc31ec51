//! The terminal by a descriptor of our own.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{tcgetwinsize, ttyname};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::input::{Decoder, InputEvent};
use crate::clock::{Clock, WallClock};

/// What a terminal is taken for that does not know its size.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// The largest size that is drawn; of a larger one, real or a mistake, only the upper left corner.
const LARGEST_SIZE: (u16, u16) = (1_000, 500);

/// How long the terminal is waited for at the end, whatever it does meanwhile.
const PATIENCE: Duration = Duration::from_millis(200);

/// The most that is read of what came before the answer.
const MOST_DISCARDED: usize = 64 * 1024;

/// The terminal, opened anew so that neither reading nor writing it ever waits: with the descriptors that were inherited
/// the shell, and everything that is started from it, would not wait either. Clones are the same.
#[derive(Debug, Clone)]
pub struct Tty(Arc<AsyncFd<OwnedFd>>);

impl Tty {
    /// Opens the terminal of the standard input. Needs a runtime.
    pub fn open() -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        // By its own name; where that is not to be had (in containers, or as another user) by that of whoever started us.
        let named = ttyname(io::stdin(), Vec::new()).and_then(|name| open(name, flags, Mode::empty()));
        let fd = named.or_else(|_| open("/dev/tty", flags, Mode::empty()))?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe for types that may close what they hold; this one does not"
        )]
        let fd = AsyncFd::with_interest(fd, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self(Arc::new(fd)))
    }

    pub fn size(&self) -> (u16, u16) {
        match tcgetwinsize(self.0.get_ref()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
                (size.ws_col.min(LARGEST_SIZE.0), size.ws_row.min(LARGEST_SIZE.1))
            }
            _ => USUAL_SIZE,
        }
    }

    /// Reads what is there, up to the length of the buffer.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        retrying(|| rustix::io::read(self.0.get_ref(), &mut *buffer))
    }

    /// Writes as much as the terminal takes.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        retrying(|| rustix::io::write(self.0.get_ref(), bytes))
    }

    /// Waits until there is something to read, or the terminal is gone; reads it.
    pub(super) async fn read_ready(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.async_io(Interest::READABLE, |_| self.read(buffer)).await
    }

    /// Waits until the terminal takes something, or is gone; has it written.
    pub(super) async fn when_writable(&self, write: impl Fn() -> io::Result<usize>) -> io::Result<usize> {
        self.0.async_io(Interest::WRITABLE, |_| write()).await
    }

    /// Reads up to the terminal's answer to what kind it is, and lets go of what is read. Waits, a moment at most.
    pub(super) fn discard_answer(&self) {
        let (mut decoder, mut events, mut room) = (Decoder::default(), Vec::new(), [0; 1024]);
        let clock = WallClock::real();
        let mut taken = 0;
        while taken < MOST_DISCARDED && !events.contains(&InputEvent::Attributes) {
            let Some(left) = left_of(&clock) else { return };
            match self.read(&mut room) {
                Ok(length) if length > 0 => {
                    taken += length;
                    events.clear();
                    decoder.feed(room.get(..length).unwrap_or_default(), Duration::ZERO, &mut events);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(PollFlags::IN, left),
                _ => return,
            }
        }
    }

    fn wait(&self, what: PollFlags, at_most: Duration) {
        let mut terminal = [PollFd::from_borrowed_fd(self.0.get_ref().as_fd(), what)];
        let at_most = Timespec { tv_sec: 0, tv_nsec: at_most.subsec_nanos().into() };
        let _ = poll(&mut terminal, Some(&at_most));
    }

    /// Writes all, unless the terminal takes nothing for a while or is gone. Waits, a moment at most.
    pub(super) fn write_last(&self, mut bytes: &[u8]) {
        let clock = WallClock::real();
        while !bytes.is_empty() {
            let Some(left) = left_of(&clock) else { return };
            match self.write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(PollFlags::OUT, left),
                Err(_) => return,
            }
        }
    }
}

/// What is left of the patience since a clock was started.
fn left_of(clock: &WallClock) -> Option<Duration> {
    PATIENCE.checked_sub(clock.elapsed()).filter(|left| !left.is_zero())
}

fn retrying(call: impl FnMut() -> rustix::io::Result<usize>) -> io::Result<usize> {
    Ok(rustix::io::retry_on_intr(call)?)
}

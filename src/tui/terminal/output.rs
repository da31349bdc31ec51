//! What is written to the terminal: as much as it takes, without ever waiting for it.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Restorer, Tty};

/// The room for a frame before it has to grow: a full 200x60 frame with colours fits.
const ROOM: usize = 64 * 1024;

/// Bytes on their way to the terminal. While some are left no frame is drawn: frames are left out, not queued, and each
/// is the difference to one that went out whole.
#[derive(Debug)]
pub(super) struct Output {
    tty: Tty,
    restorer: Arc<Restorer>,
    waiting: Vec<u8>,
    gone: bool,
}

impl Output {
    pub(super) fn new(tty: Tty, restorer: Arc<Restorer>) -> Self {
        Self { tty, restorer, waiting: Vec::with_capacity(ROOM), gone: false }
    }

    /// Whether the terminal has not taken everything yet.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Forgets what the terminal has not taken. It may have been the middle of a sequence.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Waits until the terminal has taken everything; for ever when there is nothing, or nobody to take it.
    pub(super) async fn sent(&mut self) {
        if !self.is_busy() {
            std::future::pending::<()>().await;
        }
        while self.is_busy() {
            let written = self.tty.when_writable(|| self.write_waiting()).await;
            self.written(written);
        }
    }

    /// Writes as much as the terminal takes. What it was to be told while it was ours is of no use to whoever has it now.
    fn write_waiting(&self) -> io::Result<usize> {
        self.restorer.write(|| self.tty.write(&self.waiting)).unwrap_or(Ok(self.waiting.len()))
    }

    fn written(&mut self, written: io::Result<usize>) {
        match written {
            Ok(length) => {
                self.waiting.drain(..length);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // Whoever reads the terminal hears of it too.
            Err(_) => {
                self.gone = true;
                self.waiting.clear();
            }
        }
        if !self.is_busy() {
            self.waiting.shrink_to(4 * ROOM);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.gone {
            self.waiting.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    /// Hands over what the terminal takes now.
    fn flush(&mut self) -> io::Result<()> {
        if self.is_busy() {
            let written = self.write_waiting();
            self.written(written);
        }
        Ok(())
    }
}

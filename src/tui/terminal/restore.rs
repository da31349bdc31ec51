//! Giving the terminal back as it was, from wherever the program ends: quit, error, panic, signal.

use std::io;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use parking_lot::Mutex;
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

use super::Tty;
use crate::domain::text::clean;
use crate::guard::panic_message;

/// Ends whatever the program had begun, in the order of its end: an open frame, colours, the cursor, the focus, pastes,
/// the mouse, the line that does not break, the alternate screen. Each is harmless where it was not begun.
const RESTORE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1004l\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?1049l";

/// Takes the title from the terminal's stack.
const RESTORE_TITLE: &[u8] = b"\x1b[23;0t";

tokio::task_local! {
    /// There is one in the task that draws.
    static DRAWS: ();
}

/// Runs what draws: a panic of it gives the terminal back ([`Restorer::hook_panics`]).
pub async fn drawing<T>(what_draws: impl Future<Output = T>) -> T {
    DRAWS.scope((), what_draws).await
}

/// The most panics of background tasks that are kept to be shown.
const MOST_NOTES: usize = 16;

/// Whether the terminal listens to us, and not to another job of the shell. Where there is no such thing as jobs, it does.
pub(super) fn in_foreground() -> bool {
    tcgetpgrp(io::stdin()).map_or(true, |group| group == getpgrp())
}

/// Gives the terminal back; calling twice does nothing the second time.
#[derive(Debug, Default)]
pub struct Restorer {
    /// Whether the terminal is ours.
    entered: AtomicBool,
    /// The terminal, once it was entered.
    tty: OnceLock<Tty>,
    /// Whether the window was given a title.
    titled: AtomicBool,
    /// Whether it was given back for good. Held while something is written, or the terminal is taken.
    closed: Mutex<bool>,
    /// Panics of what does not draw.
    notes: Mutex<Vec<String>>,
}

impl Restorer {
    /// For a terminal that was not entered yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Whether the terminal is ours now.
    pub fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }

    /// Makes the terminal ours, and has it hand over keys as they are pressed. From then on whatever fails gives it back.
    pub(super) fn enter(&self, tty: &Tty, titled: bool) -> io::Result<()> {
        let closed = self.closed.lock();
        if *closed {
            return Err(io::Error::other("it was given back for good"));
        }
        self.titled.store(titled, Ordering::SeqCst);
        let _ = self.tty.set(tty.clone());
        self.entered.store(true, Ordering::SeqCst);
        // Without this a mode that somebody else has changed since would still count as ours.
        let _ = disable_raw_mode();
        enable_raw_mode()
    }

    /// Writes while the terminal is ours; `None`: it is not, or no longer.
    pub(super) fn write<T>(&self, write: impl FnOnce() -> T) -> Option<T> {
        let _closed = self.closed.lock();
        self.is_entered().then(write)
    }

    /// Gives the terminal back, when it is ours. Nothing to do with errors: the terminal may be gone.
    pub fn restore(&self) {
        if self.entered.swap(false, Ordering::SeqCst) {
            // What is being written on another thread goes out first, and nothing of it after.
            drop(self.closed.lock());
            if let Some(tty) = self.tty.get() {
                tty.write_last(RESTORE);
                if self.titled.load(Ordering::SeqCst) {
                    tty.write_last(RESTORE_TITLE);
                }
            }
            // A shell that has the terminal has set its own mode, and would see us stopped for changing it.
            if in_foreground() {
                let _ = disable_raw_mode();
            }
        }
    }

    /// The same, and whoever is about to take the terminal does not any more.
    pub fn close(&self) {
        *self.closed.lock() = true;
        self.restore();
    }

    /// Puts itself before the panic hook there is (install that one first), so that its report is printed to a terminal
    /// that is whole again. A panic of what does not draw leaves the screen alone while it is up: its report is
    /// kept for [`Restorer::take_notes`], and whoever waits for the task decides what follows.
    pub fn hook_panics(self: &Arc<Self>, is_caught: fn() -> bool) {
        let restorer = Arc::clone(self);
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // What is caught becomes a notice.
            if is_caught() {
                return;
            }
            if restorer.is_entered() && DRAWS.try_with(|()| ()).is_err() {
                restorer.note(info);
                return;
            }
            restorer.restore();
            next(info);
        }));
    }

    /// Panics of background tasks while the screen was up, since the last call, each in one line fit for the screen.
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock())
    }

    fn note(&self, info: &PanicHookInfo<'_>) {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let note = format!("{}{place}", clean(panic_message(info.payload())));
        let mut notes = self.notes.lock();
        if notes.len() < MOST_NOTES {
            notes.push(note);
        }
    }
}

//! The terminal while it is ours: entered, drawn to, lent to the shell and given back.

pub mod input;
mod output;
mod painter;
mod restore;
mod tty;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use crossterm::queue;
use crossterm::terminal::SetTitle;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use rustix::io::Errno;
use rustix::process::kill_current_process_group;
use rustix::termios::tcgetattr;
use tokio::time::timeout;

pub use painter::{BEGIN_FRAME, END_FRAME, Painter};
pub use restore::{Restorer, drawing};
pub use tty::Tty;

use input::InputReader;
use output::Output;
use restore::in_foreground;

use super::clipboard::{self, CopyError};
use super::notifier::NotifySequence;
use crate::domain::Untrusted;
use crate::signals::{Signal, Signals, Termination};

/// How long a stopped process may take to notice that it was not stopped at all.
const STOP_GRACE: Duration = Duration::from_millis(250);

/// How long, in the background, a signal that ends the process may come after the one that continues it.
const END_GRACE: Duration = Duration::from_millis(500);

/// Puts the title on the terminal's stack.
const KEEP_TITLE: &[u8] = b"\x1b[22;0t";

/// Takes the alternate screen, empties it, hides the cursor, asks for pastes as pastes, and lets no line wrap.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l\x1b[?2004h\x1b[?7l";

/// Has the terminal tell when it gets the focus, and loses it.
const TELL_FOCUS: &[u8] = b"\x1b[?1004h";
/// Asks to be told of buttons and the wheel, in the form that has room for every column.
const TELL_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";

/// Asks for the background colour, and what kind of terminal it is: every one answers the second question, so no answer
/// to the first comes after that.
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// What the screen wants of the terminal.
#[derive(Debug, Clone, Default)]
pub struct TerminalOptions {
    /// The title of the window; empty: left alone.
    pub title: Untrusted,
    /// Ask the terminal for its background.
    pub ask_background: bool,
    /// How somebody is told who looks elsewhere; `None`: nobody is, and the terminal need not tell of its focus.
    pub notify: Option<NotifySequence>,
    /// Be told of the mouse, which is the terminal's otherwise.
    pub mouse: bool,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    #[error(
        "the dashboard needs a terminal, and {0} is not one; `list`, `show`, `events --follow` and `watch` do without"
    )]
    NotATerminal(&'static str),
    #[error("the terminal cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl TerminalError {
    /// Whether there was a terminal that is gone by now: its window was closed before anything was drawn.
    pub fn is_gone(&self) -> bool {
        let Self::Io(error) = self else { return false };
        [Errno::IO, Errno::NXIO].iter().any(|gone| error.raw_os_error() == Some(gone.raw_os_error()))
    }
}

/// Fails unless both ends of the program are a terminal.
pub fn needs_terminal() -> Result<(), TerminalError> {
    for (found, name) in [(tcgetattr(io::stdin()), "standard input"), (tcgetattr(io::stdout()), "standard output")] {
        match found {
            Ok(_) => {}
            Err(Errno::IO) => return Err(TerminalError::Io(Errno::IO.into())),
            Err(_) => return Err(TerminalError::NotATerminal(name)),
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// The shell brought the program back: everything is to be drawn anew.
    Back,
    /// There is no shell that could bring it back, so it was not stopped; everything is to be drawn anew.
    Alone,
    /// A signal ends the program. The terminal was not taken again.
    Ending(Termination),
}

/// The terminal. It is given back when this is dropped.
pub struct TerminalGuard {
    tty: Tty,
    output: Output,
    painter: Painter,
    restorer: Arc<Restorer>,
    options: TerminalOptions,
    /// The terminal was asked something and has not answered all of it.
    asked: bool,
}

impl TerminalGuard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, title. Call it within [`drawing`].
    pub fn enter(options: TerminalOptions, restorer: &Arc<Restorer>) -> Result<Self, TerminalError> {
        needs_terminal()?;
        let tty = Tty::open()?;
        let (output, painter) = (Output::new(tty.clone(), Arc::clone(restorer)), Painter::new(tty.size()));
        let mut guard = Self { tty, output, painter, restorer: Arc::clone(restorer), options, asked: false };
        guard.take()?;
        Ok(guard)
    }

    /// Takes the terminal, also from an unknown state; the next frame is drawn whole.
    fn take(&mut self) -> io::Result<()> {
        let ours_already = self.is_entered();
        let title = self.options.title.header();
        self.restorer.enter(&self.tty, !title.is_empty())?;
        if !ours_already && !title.is_empty() {
            self.output.write_all(KEEP_TITLE)?;
        }
        self.output.write_all(ENTER)?;
        if self.options.notify.is_some() {
            self.output.write_all(TELL_FOCUS)?;
        }
        if self.options.mouse {
            self.output.write_all(TELL_MOUSE)?;
        }
        if !title.is_empty() {
            queue!(self.output, SetTitle(title))?;
        }
        if std::mem::take(&mut self.options.ask_background) {
            self.output.write_all(ASK_BACKGROUND)?;
            self.asked = true;
        }
        self.output.flush()?;
        self.redraw();
        Ok(())
    }

    pub fn input(&self) -> InputReader {
        InputReader::new(self.tty.clone())
    }

    /// The terminal has answered what it was asked.
    pub fn answered(&mut self) {
        self.asked = false;
    }

    /// Draws one frame, which the terminal shows at once, and says where the caret belongs. Does nothing while the
    /// terminal is not ours, or has not taken the frame before.
    pub fn draw(&mut self, render: impl FnOnce(&mut Buffer) -> Option<Position>) {
        if self.restorer.is_entered() && !self.is_busy() {
            // The output takes everything; that the terminal is gone is heard where it is read.
            let _ = self.painter.paint(&mut self.output, render);
        }
    }

    /// Whether the terminal has not taken everything yet: nothing is drawn meanwhile.
    pub fn is_busy(&self) -> bool {
        self.output.is_busy()
    }

    /// Waits until the terminal has taken everything; for ever when there is nothing. Giving up waiting loses nothing.
    pub async fn sent(&mut self) {
        self.output.sent().await;
    }

    /// Makes the next frame draw every cell: after the screen was used by others, has another size, or is in doubt.
    pub fn redraw(&mut self) {
        self.painter.forget(self.tty.size());
    }

    /// The size in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.tty.size()
    }

    /// Whether the terminal is ours.
    pub fn is_entered(&self) -> bool {
        self.restorer.is_entered()
    }

    /// Tells somebody who looks elsewhere, as far as the terminal can.
    pub fn notify(&mut self, text: &str) {
        if let Some(sequence) = self.options.notify {
            let _ = self.output.write_all(sequence.of(text).as_bytes());
            let _ = self.output.flush();
        }
    }

    /// Asks the terminal to put a text into its clipboard.
    pub fn copy(&mut self, text: &str) -> Result<(), CopyError> {
        clipboard::copy(&mut self.output, text)
    }

    /// Gives the terminal back. What can be done is done; what fails does so because the terminal is gone.
    pub fn leave(&mut self) {
        self.output.forget();
        if self.is_entered() && std::mem::take(&mut self.asked) {
            // Else the shell would take the answer for a command.
            self.tty.discard_answer();
        }
        self.restorer.restore();
    }

    /// Takes the terminal again, in whatever state the shell left it, after somebody stopped the process from outside.
    pub async fn continued(&mut self, signals: &mut Signals) -> io::Result<Suspended> {
        if in_foreground() {
            self.take()?;
            return Ok(Suspended::Back);
        }
        // A screen cannot live in the background.
        match ending_within(signals, END_GRACE).await {
            Some(ending) => Ok(Suspended::Ending(ending)),
            None => self.stop(signals).await,
        }
    }

    /// Gives the terminal back, stops the process group as the shell's own suspend key does, and takes the terminal
    /// again when it is in the foreground. A signal that ends the program leaves the terminal alone.
    pub async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Suspended> {
        self.leave();
        self.stop(signals).await
    }

    async fn stop(&mut self, signals: &mut Signals) -> io::Result<Suspended> {
        let back = stop_until_in_foreground(signals).await?;
        if !matches!(back, Suspended::Ending(_)) {
            self.take()?;
        }
        Ok(back)
    }
}

/// Waits until the shell has brought the program to the foreground: whoever changes the modes of the terminal in the
/// background is stopped by the system in the middle of it, each time anew, and hears no signal.
pub async fn wait_for_foreground(signals: &mut Signals) -> io::Result<Option<Termination>> {
    if in_foreground() {
        return Ok(None);
    }
    match stop_until_in_foreground(signals).await? {
        Suspended::Ending(ending) => Ok(Some(ending)),
        Suspended::Back | Suspended::Alone => Ok(None),
    }
}

async fn stop_until_in_foreground(signals: &mut Signals) -> io::Result<Suspended> {
    loop {
        // What arrived before the stop does not end it.
        if let Some(ending) = ending_within(signals, Duration::ZERO).await {
            return Ok(Suspended::Ending(ending));
        }
        // The whole group, so that a pipeline, or the build tool that started us, stops too. Not SIGSTOP: where no shell
        // could continue us the system ignores this one, and we stay alive.
        kill_current_process_group(rustix::process::Signal::TSTP)?;
        let back = match timeout(STOP_GRACE, continued(signals)).await {
            Ok(Some(ending)) => return Ok(Suspended::Ending(ending)),
            Ok(None) => Suspended::Back,
            Err(_) => Suspended::Alone,
        };
        if in_foreground() {
            return Ok(back);
        }
        // `bg`, or `kill %1`, of which the signal that continues us may be noticed before the one that ends us.
        if let Some(ending) = ending_within(signals, END_GRACE).await {
            return Ok(Suspended::Ending(ending));
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        self.leave();
        // What nobody showed on the screen is not lost. The terminal may be gone, and a failing print would be a panic.
        for note in self.restorer.take_notes() {
            let _ = writeln!(io::stderr(), "a background task panicked: {note}");
        }
    }
}

/// Waits until the process goes on, or for the signal that ends it.
async fn continued(signals: &mut Signals) -> Option<Termination> {
    loop {
        match signals.next().await {
            Signal::End(ending) => return Some(ending),
            Signal::Continued => return None,
            Signal::Resized => {}
        }
    }
}

/// The signal that ends the program, if it comes within some time; others are passed over.
async fn ending_within(signals: &mut Signals, grace: Duration) -> Option<Termination> {
    timeout(grace, signals.ending()).await.ok()
}

//! The terminal while it is ours: entered, drawn to, lent to the shell and given back.

mod output;
mod restore;
mod signals;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::queue;
use crossterm::terminal::{SetTitle, disable_raw_mode, enable_raw_mode};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal};
use rustix::process::kill_current_process_group;
use tokio::time::timeout;

pub use output::{BEGIN_FRAME, END_FRAME, FrameWriter, Tty};
pub use restore::Restorer;
pub use signals::{Ending, Signal, Signals};

use restore::in_foreground;

use super::clipboard::{self, CopyError};
use crate::domain::Untrusted;

/// How long a stopped process may take to notice that it was not stopped at all.
const STOP_GRACE: Duration = Duration::from_millis(250);

/// How long, in the background, a signal that ends the process may come after the one that continues it.
const END_GRACE: Duration = Duration::from_millis(500);

/// Puts the title on the terminal's stack.
const KEEP_TITLE: &[u8] = b"\x1b[22;0t";

/// Takes the alternate screen, empties it, hides the cursor, asks for pastes as pastes.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l\x1b[?2004h";

/// Asks for presses, releases, drags and the wheel, but not for every movement.
const ENTER_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// What the screen wants of the terminal.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The title of the window; empty: left alone.
    pub title: Untrusted,
    /// Take the mouse from the terminal, which loses its own selecting by that.
    pub mouse: bool,
}

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Nobody sits there.
    #[error(
        "the dashboard needs a terminal, and {0} is not one; `list`, `show`, `events --follow` and `watch` do without"
    )]
    NotATerminal(&'static str),
    /// It does not answer.
    #[error("the terminal cannot be used: {0}")]
    Io(#[from] io::Error),
}

/// How a suspension ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// The shell brought the program back: everything is to be drawn anew.
    Back,
    /// There is no shell that could bring it back, so it was not stopped; everything is to be drawn anew.
    Alone,
    /// A signal ends the program. The terminal was not taken again.
    Ending(Ending),
}

/// The terminal. It is given back when this is dropped.
pub struct TerminalGuard {
    terminal: Terminal<CrosstermBackend<FrameWriter<Tty>>>,
    restorer: Restorer,
    options: Options,
}

impl TerminalGuard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, title. Call it on the thread that draws.
    pub fn enter(options: Options, restorer: &Restorer) -> Result<Self, TerminalError> {
        for (is_terminal, name) in
            [(io::stdin().is_terminal(), "standard input"), (io::stdout().is_terminal(), "standard output")]
        {
            if !is_terminal {
                return Err(TerminalError::NotATerminal(name));
            }
        }
        let terminal = Terminal::new(CrosstermBackend::new(FrameWriter::new(Tty::default())))?;
        let mut guard = Self { terminal, restorer: restorer.clone(), options };
        guard.take()?;
        Ok(guard)
    }

    /// Takes the terminal, also from an unknown state; the next frame is drawn whole.
    fn take(&mut self) -> io::Result<()> {
        let ours_already = self.is_entered();
        // From here on whatever fails gives back what was taken.
        self.restorer.entering();
        // Without this a mode that somebody else has changed since would still count as ours.
        let _ = disable_raw_mode();
        enable_raw_mode()?;
        let backend = self.terminal.backend_mut();
        if !ours_already {
            backend.write_all(KEEP_TITLE)?;
        }
        backend.write_all(ENTER)?;
        if self.options.mouse {
            backend.write_all(ENTER_MOUSE)?;
        }
        self.write_title()?;
        Write::flush(self.terminal.backend_mut())?;
        self.redraw()
    }

    /// Draws one frame: one write, which the terminal shows at once. Does nothing while the terminal is not ours.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !self.restorer.is_entered() {
            return Ok(());
        }
        self.terminal.backend_mut().write_all(BEGIN_FRAME)?;
        let drawn = self.terminal.draw(render).map(|_| ());
        self.terminal.backend_mut().write_all(END_FRAME)?;
        drawn.and(Write::flush(self.terminal.backend_mut()))
    }

    /// Makes the next frame draw every cell: after the screen was used by others, or is in doubt.
    pub fn redraw(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: that asks the terminal for its cursor, and the answer would go to the event stream.
        let size = self.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// The size in cells.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.backend().size()
    }

    /// Whether the terminal is ours.
    pub fn is_entered(&self) -> bool {
        self.restorer.is_entered()
    }

    /// Sets the title of the window; the one before is restored at the end.
    pub fn set_title(&mut self, title: Untrusted) -> io::Result<()> {
        if self.options.title == title {
            return Ok(());
        }
        self.options.title = title;
        if self.is_entered() {
            self.write_title()?;
            Write::flush(self.terminal.backend_mut())?;
        }
        Ok(())
    }

    fn write_title(&mut self) -> io::Result<()> {
        let title = self.options.title.header();
        if title.is_empty() {
            return Ok(());
        }
        queue!(self.terminal.backend_mut(), SetTitle(title))
    }

    /// Asks the terminal to put a text into its clipboard.
    pub fn copy(&mut self, text: &str) -> Result<(), CopyError> {
        clipboard::copy(self.terminal.backend_mut(), text)
    }

    /// Gives the terminal back. What can be done is done; what fails does so because the terminal is gone.
    pub fn leave(&mut self) {
        if self.is_entered() {
            // Tells ratatui, which would otherwise show the cursor once more when it is dropped, perhaps to a shell.
            let _ = self.terminal.show_cursor();
            self.restorer.restore();
        }
    }

    /// The process goes on after somebody stopped it from outside: takes the terminal again, from whatever state the
    /// shell left it in.
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
    /// again when the shell brings the program to the foreground. A signal that ends the program comes first, and
    /// leaves the terminal alone.
    pub async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Suspended> {
        self.leave();
        self.stop(signals).await
    }

    async fn stop(&mut self, signals: &mut Signals) -> io::Result<Suspended> {
        loop {
            // What arrived before the stop does not end it.
            if let Some(ending) = ending_within(signals, Duration::ZERO).await {
                return Ok(Suspended::Ending(ending));
            }
            // The whole group, so that a pipeline, or the build tool that started us, stops too. Not SIGSTOP: where no
            // shell could continue us the system ignores this one, and we stay alive.
            kill_current_process_group(rustix::process::Signal::TSTP)?;
            let back = match timeout(STOP_GRACE, signals.next()).await {
                Ok(Signal::End(ending)) => return Ok(Suspended::Ending(ending)),
                Ok(Signal::Continued) => Suspended::Back,
                Err(_) => Suspended::Alone,
            };
            if in_foreground() {
                self.take()?;
                return Ok(back);
            }
            // `bg`, or `kill %1`, of which the signal that continues us may be noticed before the one that ends us.
            if let Some(ending) = ending_within(signals, END_GRACE).await {
                return Ok(Suspended::Ending(ending));
            }
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        self.leave();
        // What nobody showed on the screen is not lost.
        for note in self.restorer.take_notes() {
            eprintln!("a background task panicked: {note}");
        }
    }
}

/// The signal that ends the program, if it comes within some time; others are passed over.
async fn ending_within(signals: &mut Signals, grace: Duration) -> Option<Ending> {
    let ending = async {
        loop {
            if let Signal::End(ending) = signals.next().await {
                return ending;
            }
        }
    };
    timeout(grace, ending).await.ok()
}

//! The terminal: taken over and given back, whatever happens in between.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use parking_lot::Mutex;
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use crate::domain::Untrusted;

/// The most bytes that are handed to the clipboard: terminals cut or refuse long ones.
const LONGEST_COPY: usize = 8 * 1_024;

/// Bytes of one frame, until they are written at once. Flushing does nothing: a frame is whole or it is not there.
#[derive(Debug, Clone, Default)]
struct Pending(Arc<Mutex<Vec<u8>>>);

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is ours. Dropping it gives it back.
pub struct TerminalGuard {
    terminal: Terminal<CrosstermBackend<Pending>>,
    pending: Pending,
    mouse: bool,
    title: Option<String>,
    taken: Arc<AtomicBool>,
}

impl TerminalGuard {
    /// Takes the terminal over: raw mode, the alternate screen, bracketed paste, the mouse if wanted. A panic of any
    /// thread gives it back before its message is printed.
    ///
    /// # Errors
    /// When standard input or output is not a terminal, or does not do as it is told.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::other(
                "the desk needs a terminal on its input and output; for scripts there are `list`, `events` and `watch`",
            ));
        }
        let pending = Pending::default();
        let terminal = Terminal::new(CrosstermBackend::new(pending.clone()))?;
        let mut guard = Self { terminal, pending, mouse, title: None, taken: Arc::default() };
        guard.restore_on_panic();
        guard.take()?;
        Ok(guard)
    }

    /// Draws a frame as one synchronized update, written at once.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.pending, BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        queue!(self.pending, EndSynchronizedUpdate)?;
        self.write()
    }

    /// Makes the next frame draw every cell.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn redraw_all(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Names the window, if the name is a new one.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn set_title(&mut self, title: &Untrusted) -> io::Result<()> {
        let title = title.header().into_owned();
        if self.title.as_ref() != Some(&title) {
            queue!(self.pending, SetTitle(&title))?;
            self.title = Some(title);
        }
        Ok(())
    }

    /// Hands text to the terminal's clipboard (OSC 52). Whether the terminal takes it cannot be told.
    ///
    /// # Errors
    /// When the terminal is gone, or the text is too long for a clipboard.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        if text.len() > LONGEST_COPY {
            return Err(io::Error::other("too long for the terminal's clipboard"));
        }
        queue!(self.pending, CopyToClipboard::to_clipboard_from(text))?;
        self.write()
    }

    /// Gives the terminal back and stops the program until the shell continues it; then takes it over anew. The next frame
    /// draws every cell.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back(&self.taken);
        // The whole group stops, as with a plain Ctrl-Z; it goes on behind this call.
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.retake()
    }

    /// Takes the terminal over again, after somebody else may have changed it (SIGCONT).
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn retake(&mut self) -> io::Result<()> {
        self.take()?;
        self.title = None;
        self.terminal.clear()
    }

    fn take(&mut self) -> io::Result<()> {
        // Before the first byte, so that a failure half-way is undone too.
        self.taken.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        queue!(self.pending, EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            queue!(self.pending, EnableMouseCapture)?;
        }
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.pending.0.lock());
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    }

    fn restore_on_panic(&self) {
        let taken = Arc::clone(&self.taken);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back(&taken);
            before(info);
        }));
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back(&self.taken);
    }
}

/// Gives the terminal back, once for each time it was taken. Errors are of no use here: nobody is left to tell.
fn give_back(taken: &AtomicBool) {
    if !taken.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        SetTitle(""),
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}

//! A program in a real pseudo-terminal, with a terminal emulator at the other end: what a person would see.
#![allow(dead_code, reason = "every test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a harness fails loudly")]

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use rustix::termios::{Action, tcflow};

/// How long anything may take before a test fails: far more than a busy machine needs.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program in a terminal. When it is dropped the program is killed.
pub struct Pty {
    /// None once the window was closed.
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Box<dyn Write + Send>,
    pid: Pid,
    before: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Option<Seen>>,
    changed: Condvar,
    closing: AtomicBool,
}

/// What the terminal shows, and what happened to it so far.
pub struct Seen {
    parser: vt100::Parser<Log>,
    raw: Vec<u8>,
    closed: bool,
    exit: Option<ExitStatus>,
}

/// What an emulator without a window only hears of.
#[derive(Default)]
struct Log {
    title: String,
    titles: Vec<String>,
    copied: Vec<String>,
    frame_open: bool,
    frames: usize,
}

/// The modes that a program must leave as it found them.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the terminal")]
#[derive(Debug, PartialEq, Eq)]
pub struct Modes {
    pub alternate_screen: bool,
    pub bracketed_paste: bool,
    pub mouse: bool,
    pub cursor_hidden: bool,
    pub frame_open: bool,
    pub title: String,
    pub line_discipline: String,
}

impl vt100::Callbacks for Log {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.copied.push(String::from_utf8_lossy(data).into_owned());
    }

    /// A title with `;` in it comes in pieces.
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, pieces: &[&[u8]]) {
        if let [b"0" | b"2", title @ ..] = pieces {
            self.title = String::from_utf8_lossy(&title.join(&b';')).into_owned();
        }
    }

    fn unhandled_csi(&mut self, _: &mut vt100::Screen, i1: Option<u8>, _: Option<u8>, params: &[&[u16]], c: char) {
        match (i1, params, c) {
            (Some(b'?'), [[2026]], 'h') => self.frame_open = true,
            (Some(b'?'), [[2026]], 'l') => {
                self.frames += usize::from(self.frame_open);
                self.frame_open = false;
            }
            (None, [[22], ..], 't') => self.titles.push(self.title.clone()),
            (None, [[23], ..], 't') => self.title = self.titles.pop().unwrap_or_default(),
            _ => {}
        }
    }
}

impl Seen {
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// All lines of the screen. (The emulator leaves U+FFFD out; [`Seen::raw`] has it.)
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// One line of the screen, from 0, without the spaces at its end.
    pub fn line(&self, row: u16) -> String {
        let columns = self.screen().size().1.get();
        self.screen().rows(0, columns).nth(usize::from(row)).unwrap_or_default().trim_end().to_owned()
    }

    /// Whether the text stands somewhere on the screen.
    pub fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The title of the window.
    pub fn title(&self) -> &str {
        &self.parser.callbacks().title
    }

    /// What the program asked to copy, as Base64.
    pub fn copied(&self) -> &[String] {
        &self.parser.callbacks().copied
    }

    /// How many synchronized frames were drawn.
    pub fn frames(&self) -> usize {
        self.parser.callbacks().frames
    }

    /// Every byte that the program wrote.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    fn dump(&self) -> String {
        let rule = "-".repeat(self.screen().size().1.get().into());
        let tail = self.raw.get(self.raw.len().saturating_sub(400)..).unwrap_or_default();
        format!("exit {:?}\n{rule}\n{}\n{rule}\nlast bytes: {}", self.exit, self.text(), tail.escape_ascii())
    }
}

/// A command of this path in a clean environment.
pub fn command(program: impl AsRef<Path>) -> CommandBuilder {
    let mut command = CommandBuilder::new(program.as_ref());
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.cwd(std::env::temp_dir());
    command
}

/// The program that cargo built for this test, or another one that the environment names (a release build, say).
pub fn program() -> PathBuf {
    match std::env::var_os("CLOVERWATCH_BIN") {
        Some(path) => std::fs::canonicalize(path).expect("CLOVERWATCH_BIN names a program"),
        None => env!("CARGO_BIN_EXE_cloverwatch").into(),
    }
}

/// The program, with a home of its own.
pub fn desk(arguments: &[&str], home: &Path) -> CommandBuilder {
    let mut command = command(program());
    command.args(arguments);
    at_home(&mut command, home);
    command
}

/// Gives a command a home and a name of its own, so that nothing of this machine is read or written.
pub fn at_home(command: &mut CommandBuilder, home: &Path) {
    command.env("HOME", home);
    command.env("XDG_CONFIG_HOME", home.join("config"));
    command.env("XDG_DATA_HOME", home.join("data"));
    command.env("XDG_STATE_HOME", home.join("state"));
    command.env("TZ", "UTC");
    // What the machine has may be newer.
    command.env("CLOVERWATCH_TIME_ZONE_DATABASE", "embedded");
    command.env("CLOVERWATCH_UI_OPERATOR", "ana");
    command.cwd(home);
}

impl Pty {
    /// Starts the program that cargo built for this test, with a home of its own, in a terminal of so many columns and
    /// rows.
    pub fn start(arguments: &[&str], home: &Path, columns: u16, rows: u16) -> Self {
        Self::spawn(desk(arguments, home), columns, rows)
    }

    /// Starts a command in a terminal of so many columns and rows.
    pub fn spawn(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let before = line_discipline(&*pair.master);
        let shared = Arc::new(Shared::default());
        *shared.seen.lock() = Some(Seen {
            parser: vt100::Parser::new_with_callbacks(nonzero(rows), nonzero(columns), 0, Log::default()),
            raw: Vec::new(),
            closed: false,
            exit: None,
        });
        let mut child = pair.slave.spawn_command(command).unwrap();
        // Ours would keep the terminal open after the program has ended.
        drop(pair.slave);
        let pid = Pid::from_raw(child.process_id().unwrap().try_into().unwrap()).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let read = Arc::clone(&shared);
        thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            loop {
                // The other end being closed is an error on some systems and an end on others. The error can overtake
                // the last bytes, which a second look then finds.
                let read_now = reader.read(&mut bytes).or_else(|_| reader.read(&mut bytes)).unwrap_or(0);
                let length = if read.closing.load(Ordering::SeqCst) { 0 } else { read_now };
                read.change(|seen| {
                    seen.raw.extend_from_slice(&bytes[..length]);
                    seen.parser.process(&bytes[..length]);
                    seen.closed = length == 0;
                });
                if length == 0 {
                    break;
                }
            }
        });
        let waited = Arc::clone(&shared);
        thread::spawn(move || {
            let status = child.wait().unwrap();
            waited.change(|seen| seen.exit = Some(status));
        });
        Self { master: Some(pair.master), writer, pid, before, shared }
    }

    /// Types: the bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.writer.write_all(bytes.as_ref()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types as a hand does: one key after the other.
    pub fn types(&mut self, keys: &str) {
        for key in keys.chars() {
            self.send(key.to_string());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses Enter in a dialog that was just opened, as soon as somebody can have read it.
    pub fn accepts(&mut self) {
        thread::sleep(Duration::from_millis(400));
        self.send("\r");
    }

    /// Pastes as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Changes the size of the window, which tells the program by SIGWINCH.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.shared.change(|seen| seen.parser.set_size(nonzero(rows), nonzero(columns)));
        self.master().resize(size(columns, rows)).unwrap();
    }

    /// Gives the window a size that the emulator does not follow.
    pub fn resize_untold(&mut self, columns: u16, rows: u16) {
        self.master().resize(size(columns, rows)).unwrap();
    }

    /// Closes the window: the terminal is gone.
    pub fn close(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Whatever is drawn wakes the thread that reads, which then lets go of its end.
        self.send("\x0c");
        self.wait_until("the last read", |seen| seen.closed);
        self.writer = Box::new(std::io::sink());
        self.master = None;
    }

    /// Waits until the program has ended.
    pub fn wait_end(&self) -> ExitStatus {
        self.wait_for("the end", |seen| seen.exit.clone())
    }

    /// From now on the terminal takes nothing of what is written, as on a line that is dead but not closed, until what is
    /// returned is used to start it again.
    pub fn stall(&self) -> File {
        let terminal = File::open(self.master().tty_name().unwrap()).unwrap();
        tcflow(&terminal, Action::OOff).unwrap();
        terminal
    }

    /// The terminal takes what is written again.
    pub fn go_on(terminal: &File) {
        tcflow(terminal, Action::OOn).unwrap();
    }

    fn master(&self) -> &dyn MasterPty {
        &**self.master.as_ref().expect("the window is open")
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Sends a signal to the job that has the terminal, as a key would.
    pub fn signal_foreground(&self, signal: Signal) {
        let group = self.master().process_group_leader().and_then(Pid::from_raw).unwrap();
        kill_process_group(group, signal).unwrap();
    }

    /// Waits until the screen is as wanted, never looking into the middle of a frame; gives what `look` found. Fails
    /// with the screen when that never happens.
    pub fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&Seen) -> Option<T>) -> T {
        let mut found = None;
        let mut guard = self.shared.seen.lock();
        self.shared.changed.wait_while_for(
            &mut guard,
            |seen| {
                found =
                    seen.as_ref().filter(|seen| seen.closed || !seen.parser.callbacks().frame_open).and_then(&mut look);
                // Nothing more comes from a program that has ended.
                found.is_none() && !seen.as_ref().is_some_and(|seen| seen.closed && seen.exit.is_some())
            },
            DEADLINE,
        );
        let seen = guard.as_ref().map(Seen::dump).unwrap_or_default();
        drop(guard);
        found.unwrap_or_else(|| panic!("waited in vain for {what}; the terminal shows:\n{seen}"))
    }

    /// Waits until a condition holds.
    pub fn wait_until(&self, what: &str, mut holds: impl FnMut(&Seen) -> bool) {
        self.wait_for(what, |seen| holds(seen).then_some(()));
    }

    /// Waits until a text stands on the screen.
    pub fn wait_text(&self, text: &str) {
        self.wait_until(text, |seen| seen.shows(text));
    }

    /// Waits until the program has ended and everything it wrote was read.
    pub fn wait_exit(&self) -> ExitStatus {
        let mut guard = self.shared.seen.lock();
        let ended = |seen: &Option<Seen>| seen.as_ref().is_some_and(|seen| seen.closed && seen.exit.is_some());
        self.shared.changed.wait_while_for(&mut guard, |seen| !ended(seen), DEADLINE);
        guard.as_ref().and_then(|seen| seen.exit.clone()).expect("the program has not ended")
    }

    pub fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(self.shared.seen.lock().as_ref().unwrap())
    }

    /// The modes as they are now.
    pub fn modes(&self) -> Modes {
        self.look(|seen| Modes {
            alternate_screen: seen.screen().alternate_screen(),
            bracketed_paste: seen.screen().bracketed_paste(),
            mouse: seen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None,
            cursor_hidden: seen.screen().hide_cursor(),
            frame_open: seen.parser.callbacks().frame_open,
            title: seen.title().to_owned(),
            line_discipline: line_discipline(self.master()),
        })
    }

    /// Fails unless every mode is as it was before the program started.
    pub fn assert_restored(&self) {
        let untouched = Modes {
            alternate_screen: false,
            bracketed_paste: false,
            mouse: false,
            cursor_hidden: false,
            frame_open: false,
            title: String::new(),
            line_discipline: self.before.clone(),
        };
        assert_eq!(self.modes(), untouched, "{}", self.look(Seen::dump));
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.look(|seen| seen.exit.is_none()) {
            // It may end in this moment.
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        if let Some(seen) = self.seen.lock().as_mut() {
            change(seen);
        }
        self.changed.notify_all();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

/// The flags of the terminal in words: echo, line by line, signals from keys and so on.
fn line_discipline(master: &dyn MasterPty) -> String {
    let termios = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", termios.input_flags, termios.output_flags, termios.local_flags)
}

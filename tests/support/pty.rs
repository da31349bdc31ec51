//! The real program in a real pseudo terminal, its screen parsed as a terminal would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, reason = "tests fail loudly")]

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up. Generous: a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// What has arrived so far: the parsed screen, every byte, and whether the other side is gone.
struct Arrived {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

/// A program on a terminal.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    arrived: Arc<(Mutex<Arrived>, Condvar)>,
}

/// The program that is tested: the one that cargo built for this test, or another one that the environment names.
pub fn program() -> PathBuf {
    std::env::var_os("CLOVERWATCH_BIN").map_or_else(|| env!("CARGO_BIN_EXE_cloverwatch").into(), |path| {
        std::fs::canonicalize(path).expect("CLOVERWATCH_BIN names a program")
    })
}

impl Pty {
    /// Starts the program on a terminal of a size, with homes of its own below `home`.
    pub fn start(args: &[&str], home: &std::path::Path, columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(program());
        command.args(args);
        Self::run(command, home, columns, rows)
    }

    /// Starts a command on a terminal of a size.
    pub fn run(mut command: CommandBuilder, home: &std::path::Path, columns: u16, rows: u16) -> Self {
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TZ", "UTC"), ("USER", "ana")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("XDG_CONFIG_HOME", home.join("config"));
        command.env("XDG_DATA_HOME", home.join("data"));
        command.env("XDG_STATE_HOME", home.join("state"));
        command.env_remove("NO_COLOR");
        command.cwd(home);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(rows, columns, 0);
        let arrived = Arc::new((Mutex::new(Arrived { parser, bytes: Vec::new(), closed: false }), Condvar::new()));
        let shared = Arc::clone(&arrived);
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            loop {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut arrived = shared.0.lock().unwrap();
                arrived.parser.process(&buffer[..count]);
                arrived.bytes.extend_from_slice(&buffer[..count]);
                arrived.closed = count == 0;
                shared.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self { master: pair.master, writer, child, arrived }
    }

    /// Sends bytes, as a keyboard would.
    pub fn send(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.arrived.0.lock().unwrap().parser.screen().contents()
    }

    /// Every byte that was written.
    pub fn bytes(&self) -> Vec<u8> {
        self.arrived.0.lock().unwrap().bytes.clone()
    }

    /// Waits until the screen is as wanted, and returns it.
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_for(what, |arrived| {
            let screen = arrived.parser.screen().contents();
            wanted(&screen).then_some(screen)
        })
    }

    /// Waits until a text is on the screen.
    pub fn see(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Waits until the terminal is given back: no alternate screen, the cursor visible, no bracketed paste.
    pub fn wait_given_back(&self) {
        self.wait_for("the terminal given back", |arrived| {
            let screen = arrived.parser.screen();
            (!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()).then_some(())
        });
    }

    /// Changes the size of the terminal.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.arrived.0.lock().unwrap().parser.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The process.
    pub fn pid(&self) -> i32 {
        self.child.process_id().unwrap().try_into().unwrap()
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_raw(self.pid()).unwrap(), signal).unwrap();
    }

    /// Waits for the end of the process; its exit code.
    pub fn exit_code(&mut self) -> u32 {
        let end = self.child.wait().unwrap().exit_code();
        self.wait_for("the end of the output", |arrived| arrived.closed.then_some(()));
        end
    }

    fn wait_for<T>(&self, what: &str, mut wanted: impl FnMut(&Arrived) -> Option<T>) -> T {
        let mut arrived = self.arrived.0.lock().unwrap();
        loop {
            if let Some(found) = wanted(&arrived) {
                return found;
            }
            if arrived.closed {
                panic!("the program ended before: {what}\n{}", arrived.parser.screen().contents());
            }
            let (next, late) = self.arrived.1.wait_timeout(arrived, PATIENCE).unwrap();
            arrived = next;
            if late.timed_out() {
                panic!("not seen: {what}\n{}", arrived.parser.screen().contents());
            }
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Runs the real program on a store of its own, with nothing of this machine's settings.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every test file uses a part of it"
)]

pub mod history;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct Desk {
    dir: TempDir,
    pub store: String,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The answer as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Fails with everything that was said unless it ended so.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Fails unless the answer has this.
    #[track_caller]
    #[allow(dead_code, reason = "not every test program needs it")]
    pub fn prints(self, words: &str) -> Self {
        assert!(self.out.contains(words), "`{words}` is not in:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Fails unless a message says this.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "`{words}` is not in:\n{}", self.err);
        self
    }
}

impl Desk {
    /// On an embedded store; with `CLOVERWATCH_TEST_STORE`, the address of a database, on a schema of its own there.
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let schema = || format!("cli_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = std::env::var("CLOVERWATCH_TEST_STORE").ok();
        Self::on(database.map_or_else(|| "sled:store".to_owned(), |url| format!("{url}&schema={}", schema())))
    }

    pub fn on(store: String) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), store };
        std::fs::write(desk.path("config.toml"), "").unwrap();
        desk
    }

    pub fn with_config(text: &str) -> Self {
        let desk = Self::new();
        std::fs::write(desk.path("config.toml"), text).unwrap();
        desk
    }

    /// A desk with four dealerships.
    pub fn filled() -> Self {
        let desk = Self::new();
        desk.fill();
        desk
    }

    pub fn fill(&self) {
        self.write("some.csv", SOME);
        self.run(&["import", "some.csv"]).ends(0);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.command_in_its_place(&[&["--config", "config.toml", "--store", &self.store], args].concat())
    }

    /// The same without saying where settings and books are.
    pub fn command_in_its_place(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloverwatch"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .env("CLOVERWATCH_UI_OPERATOR", "ana")
            .env("TZ", "UTC")
            // What the machine has may be newer.
            .env("CLOVERWATCH_TIME_ZONE_DATABASE", "embedded")
            // Nobody waits a minute for a second letter.
            .env("CLOVERWATCH_MAIL_PER_DEALERSHIP", "0s")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let _owner = self.owner_beside(args);
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not read its input may be gone before all of it was written.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a command that goes on until it is ended.
    pub fn start(&self, args: &[&str]) -> Running {
        Running::of(self.command(args).spawn().unwrap())
    }

    /// With `CLOVERWATCH_TEST_ATTACHED` every command works through an owner of its own, which has the settings of the moment.
    fn owner_beside(&self, args: &[&str]) -> Option<Running> {
        let alone = ["--no-attach", "--store", "--config", "--read-only", "watch", "restore", "doctor", "demo"];
        std::env::var_os("CLOVERWATCH_TEST_ATTACHED")?;
        // Somebody owns the store already, or nobody may.
        let is_owned = cloverwatch::store::Lock::holder(&self.path("store")).is_some()
            || args.iter().any(|arg| alone.contains(arg));
        if is_owned { None } else { self.watching(&[]) }
    }

    /// Starts `watch` and waits until it owns the store.
    pub fn owner(&self) -> Running {
        self.watching(&[]).expect("it ended before it watched")
    }

    /// The same with more in its environment.
    pub fn watching(&self, environment: &[(&str, String)]) -> Option<Running> {
        Running::watching(self.command(&["watch"]).envs(environment.iter().cloned()))
    }
}

/// A sandbox of its own, run by the program itself, and its documented control interface.
pub struct Sandbox {
    pub running: Running,
    pub address: String,
}

impl Sandbox {
    /// Sends a request and reads the whole answer as JSON.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let host = &self.address;
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// Makes a dealership do something now.
    pub fn act(&self, dealer: &str, action: &str, details: &Value) -> Value {
        self.ask("POST", &format!("/control/dealers/{dealer}/{action}"), details)
    }

    /// A dealership that is connected, shows `Tell Us More` and offers times.
    pub fn ready(&self, dealer: &str) {
        let zone = "America/Chicago";
        let made = json!({ "dealerCode": dealer, "timezone": zone, "connected": true });
        self.ask("POST", "/control/dealers", &made);
        // Nothing that could be taken for the chosen one beside it.
        self.act(dealer, "remove", &json!({ "all": true }));
        self.act(dealer, "draft", &json!({ "opcode": "000200", "name": "Oil and filter", "apps": "all" }));
        self.act(dealer, "publish", &json!({ "opcode": "Tell Us More" }));
        self.act(dealer, "open-slots", &Value::Null);
    }

    /// How many appointments stand in a dealership's calendar.
    pub fn appointments(&self, dealer: &str) -> u64 {
        let one = self.ask("GET", &format!("/control/dealers/{dealer}"), &Value::Null);
        one["appointments"].as_u64().unwrap()
    }
}

impl Desk {
    /// A desk with four dealerships that is configured for a sandbox of its own, as the sandbox itself prints it.
    pub fn connected(faults: &str) -> (Self, Sandbox) {
        Self::filled().beside_sandbox(&["--faults", faults], "expires_at")
    }

    /// The same for any desk, and with other arguments of the sandbox; `last` is in the last line that it prints.
    pub fn beside_sandbox(self, args: &[&str], last: &str) -> (Self, Sandbox) {
        let desk = self;
        let mut running = desk.start(&[&["sandbox", "--listen", "127.0.0.1:0", "--seed", "7"], args].concat());
        let mut settings = String::new();
        while !settings.contains(last) {
            settings.push_str(&running.line());
            settings.push('\n');
        }
        desk.write("config.toml", &settings);
        let base = settings.split("http://").nth(1).unwrap();
        let address = base.split('/').next().unwrap().to_owned();
        (desk, Sandbox { running, address })
    }

    /// Puts something behind the settings.
    pub fn configure(&self, more: &str) {
        let settings = std::fs::read_to_string(self.path("config.toml")).unwrap();
        self.write("config.toml", &format!("{settings}\n{more}\n"));
    }
}

pub struct Running {
    pub child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Of a program whose answer is read.
    pub fn of(mut child: Child) -> Self {
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Starts a `watch` and waits until it owns the store.
    pub fn watching(command: &mut Command) -> Option<Self> {
        let mut running = Self::of(command.spawn().unwrap());
        let mut log = BufReader::new(running.child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("watching") {
            line.clear();
            if log.read_line(&mut line).unwrap() == 0 {
                return None;
            }
        }
        // What it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Some(running)
    }

    /// Waits for the next line of the answer.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it ended");
        line.trim_end().to_owned()
    }

    /// The next line that was said to its end; `None` once there is none any more.
    pub fn whole_line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id().cast_signed()).unwrap(), signal).unwrap();
    }

    /// Sends a signal and waits for the end; the exit code.
    pub fn end_by(mut self, signal: Signal) -> i32 {
        self.signal(signal);
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, most of the time.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const SOME: &str = "\
name,dealer_code,group,brand,city,state,timezone,contact_name,email,phone,owner
Nakamura Ford,xts1,Harbor,Ford,Chicago,IL,America/Chicago,Carla Peña,carla@example.com,(780) 555-0101,ana
Ford of Boise,xts2,,Ford,Boise,ID,America/Boise,Ben Yoder,ben@example.net,(797) 555-0102,ben
Ford of Boise,xts3,Harbor,Ford,Reno,NV,America/Los_Angeles,Uma Tran,uma@example.org,,ana
\"Lindqvist & Sons, Inc.\",xts4,,Acura,Detroit,MI,America/Detroit,,service@example.com,,
";

/// The kind of each event, one in a line.
pub fn kinds(lines: &str) -> Vec<String> {
    let kind = |line: &str| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned();
    lines.lines().map(kind).collect()
}

/// Whether a text could act on a terminal or on the direction of text.
pub fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && cloverwatch::domain::text::is_invisible(c))
}

pub fn exists(path: &Path) -> bool {
    path.exists()
}

//! One cell of the matrix: books of its own, the programs that run on them, and the tail that sees every event.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::cli_support::Desk;
use crate::process::{Process, Received, Said};
use crate::rules::Copies;
use crate::smtp_support::{Phase, Plan, Seen, Server, ServerAction, silent_port};

/// What every code begins with, and nothing else does.
pub const PREFIX: &str = "KILL-7Q-";
pub const CODE: &str = "KILL-7Q-0001";
pub const NEXT: &str = "KILL-7Q-0002";
const LAST: &str = "KILL-7Q-0009";
pub const PASSWORD: &str = "horse-Staple-9917";

/// Whom the cells write to.
pub const CARLA: &str = "carla@example.com";
const BEN: &str = "ben@example.net";

/// How many cells run at once: most of the time each of them waits.
const AT_ONCE: usize = 6;

/// When nothing happens any more. Far beyond what any cell needs.
const STUCK: Duration = Duration::from_secs(60);

/// Longer than any wait of a good conversation, shorter than a test that hangs.
pub const PATIENT: &str = "60s";
pub const HASTY: &str = "700ms";

/// Runs cells; says what went wrong in which.
pub async fn run(cells: Vec<(String, BoxFuture<'static, ()>)>) {
    let ended = stream::iter(cells).map(|(name, cell)| async move {
        let task = tokio::spawn(cell);
        let stop = task.abort_handle();
        match tokio::time::timeout(STUCK, task).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => {
                let panic = error.into_panic();
                let words = panic.downcast_ref::<String>().cloned();
                let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
                Some(format!("{name}: {}", words.unwrap_or_else(|| resume_unwind(panic))))
            }
            Err(_) => {
                stop.abort();
                Some(format!("{name}: it waits for what does not come"))
            }
        }
    });
    let failed: Vec<_> = ended.buffer_unordered(AT_ONCE).filter_map(|failed| async { failed }).collect().await;
    assert!(failed.is_empty(), "{} cells failed:\n{}", failed.len(), failed.join("\n"));
}

/// Books to begin with, copied for each cell.
pub struct Books {
    desk: Desk,
}

impl Books {
    /// Four dealerships that have no code.
    pub fn plain() -> Arc<Self> {
        Arc::new(Self { desk: Desk::filled() })
    }

    /// The first one has a code, whose letter waits.
    pub fn invited() -> Arc<Self> {
        let (desk, nobody) = (Desk::filled(), silent_port());
        desk.write("config.toml", &settings(&plain(&nobody), PATIENT, ""));
        desk.run(&["invite", "xts1", "--code", CODE, "--yes"]).ends(3);
        Arc::new(Self { desk })
    }
}

fn plain(nobody: &TcpSocket) -> String {
    format!("smtp://127.0.0.1:{}", nobody.local_addr().unwrap().port())
}

pub fn settings(url: &str, patience: &str, more: &str) -> String {
    format!(
        "[mail]\ntransport = \"{url}\"\nfrom = \"DataClover Onboarding <onboarding@example.com>\"\n\
         per_dealership = \"0s\"\nper_hour = 1000000\nretry = [\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\"]\n\
         retry_uncertain = \"1s\"\nleast_life = \"0s\"\nconnect_timeout = \"{PATIENT}\"\ncommand_timeout = \"{patience}\"\n\
         answer_timeout = \"{patience}\"\n{more}\n"
    )
}

/// Whether a server has become a good one.
#[derive(Clone, Default)]
pub struct Mood(Arc<AtomicBool>);

impl Mood {
    /// A server that does one thing at one phase until it is well.
    pub fn bad_at(phase: Phase, act: ServerAction) -> (Plan, Self) {
        let mood = Self::default();
        let script = mood.clone();
        let plan = Plan::plain(move |moment| match moment.phase == phase && !script.is_well() {
            true => act.clone(),
            false => ServerAction::Usual,
        });
        (plan, mood)
    }

    pub fn is_well(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub fn well(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

pub struct World {
    pub cell: String,
    desk: Desk,
    heard: Received,
    tail: Process,
    environment: Mutex<Vec<(&'static str, String)>>,
    nobody: TcpSocket,
    /// The code of each address, by generation.
    pub codes: Mutex<BTreeMap<(String, u64), String>>,
}

impl World {
    pub fn new(cell: &str, books: &Books) -> Self {
        let (desk, heard) = (Desk::new(), Received::default());
        copy(&books.desk.path("store"), &desk.path("store"));
        let tail = Process::start(cell, desk.command(&["events", "--follow", "--json"]), &heard);
        let codes = [(CARLA, 1, CODE), (CARLA, 2, NEXT), (BEN, 1, LAST)];
        let codes = codes.map(|(to, generation, code)| ((to.to_owned(), generation), code.to_owned()));
        let (environment, nobody) = (Mutex::default(), silent_port());
        Self { cell: cell.to_owned(), desk, heard, tail, environment, nobody, codes: Mutex::new(codes.into()) }
    }

    pub fn configure(&self, text: &str) {
        self.desk.write("config.toml", text);
    }

    pub fn write(&self, name: &str, text: &str) {
        self.desk.write(name, text);
    }

    pub fn environ(&self, name: &'static str, value: &str) {
        self.environment.lock().push((name, value.to_owned()));
    }

    /// Letters go to this server, which has all the time that it wants.
    pub fn to(&self, server: &Server) {
        self.to_hastily(server, PATIENT);
    }

    pub fn to_hastily(&self, server: &Server, patience: &str) {
        self.configure(&settings(&format!("smtp://127.0.0.1:{}", server.port()), patience, ""));
    }

    pub fn to_nobody(&self) {
        self.configure(&settings(&plain(&self.nobody), PATIENT, ""));
    }

    pub fn start(&self, args: &[&str]) -> Process {
        let mut command = self.desk.command(&[&["-vv"], args].concat());
        command.envs(self.environment.lock().iter().cloned());
        Process::start(&self.cell, command, &self.heard)
    }

    pub fn watch(&self) -> Process {
        self.start(&["watch"])
    }

    /// Runs a command that must end so; what it said on stdout.
    pub async fn run(&self, args: &[&str], code: i32) -> String {
        let (ended, said) = self.start(args).ended().await;
        let Said { out, log, .. } = said;
        assert_eq!(ended, code, "{}: {args:?}\n{out:#?}\n{log:#?}", self.cell);
        assert!(!log.iter().any(|line| line.contains("panicked")), "{}: {log:#?}", self.cell);
        out.join("\n")
    }

    pub async fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.run(args, 0).await).unwrap()
    }

    /// The one letter of the first dealership about a generation, as `mail list` tells it; also beside an owner.
    pub async fn letter(&self, generation: u64) -> Value {
        let all = self.json(&["mail", "list", "--all", "--json"]).await;
        let mut all = all["letters"].as_array().unwrap().clone();
        all.retain(|letter| letter["to"] == CARLA && letter["generation"] == generation);
        assert_eq!(all.len(), 1, "{}: {all:#?}", self.cell);
        all.remove(0)
    }

    /// Waits until the tail has seen something.
    pub async fn until(&mut self, done: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let said = self.tail.until(|said| done(&events(&said.out))).await;
        events(&said.out)
    }

    /// Waits for the last of these kinds to have happened so often to the letter of a generation.
    pub async fn until_kind(&mut self, generation: u64, kind: &str, times: usize) {
        self.until(|events| kinds(events, CARLA, generation).iter().filter(|known| *known == kind).count() >= times)
            .await;
    }

    /// Waits for the first letter to have gone, or not to go any more.
    pub async fn until_over(&mut self) {
        let over = |kind: &String| kind == "email.sent" || kind == "email.suppressed";
        self.until(|events| kinds(events, CARLA, 1).last().is_some_and(over)).await;
    }

    /// Takes another letter through: whatever else was to leave has left by then.
    pub async fn pass_another(&mut self, server: &Server) {
        self.to_nobody();
        self.run(&["invite", "xts2", "--code", LAST, "--yes"], 3).await;
        self.to(server);
        let watch = self.watch();
        self.until(|events| kinds(events, BEN, 1).last().is_some_and(|kind| kind == "email.sent")).await;
        watch.end().await;
    }

    /// What holds in every cell, once nothing runs any more. The kinds of the letter's events, and the copies that arrived.
    pub async fn ends(self, servers: &[&Server]) -> Copies {
        let out = self.run(&["events", "--json"], 0).await;
        let lines: Vec<String> = out.lines().map(str::to_owned).collect();
        let shown = self.json(&["show", "xts1", "--json"]).await;
        let events = events(&lines);
        let Self { cell, mut tail, heard, codes, .. } = self;
        let seen = tail.until(|said| said.out.len() >= lines.len()).await;
        assert_eq!(seen.out, lines, "{cell}: the tail and the log differ");
        tail.end().await;
        let servers: Vec<Seen> = servers.iter().map(|server| server.seen()).collect();
        let heard = heard.lock().join("\n");
        Copies::checked(&cell, events, shown, &servers, &codes.into_inner(), &heard)
    }
}

pub fn events(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What happened to the letter with the code of a generation, in order.
pub fn kinds(events: &[Value], to: &str, generation: u64) -> Vec<String> {
    let queued = events.iter().find(|event| {
        let data = &event["data"];
        event["kind"] == "email.queued" && data["to"] == to && data["generation"] == generation
    });
    let Some(letter) = queued.map(|event| &event["data"]["letter"]) else { return Vec::new() };
    let own = events.iter().filter(|event| event["data"]["letter"] == *letter);
    own.map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! `watch` as a service: what a monitor reads agrees with the store, systemd is told, and mistakes end the start.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::float_cmp, reason = "all samples that are compared are whole numbers")]

mod cli_support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::ChildStderr;

use cli_support::{Desk, Running};
use rustix::process::Signal;
use serde_json::Value;

const ANYWHERE: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n";

fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Every sample by its name and labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
    };
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(sample).collect()
}

fn sum(samples: &BTreeMap<String, f64>, beginning: &str) -> f64 {
    samples.iter().filter(|(name, _)| name.starts_with(beginning)).map(|(_, value)| value).sum()
}

/// Reads the log of `watch` until it says where it answers and that it watches.
fn watched(running: &mut Running) -> (String, BufReader<ChildStderr>) {
    let mut log = BufReader::new(running.child.stderr.take().unwrap());
    let mut address = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it watched");
        // What there is to say of the settings comes before the log.
        let Ok(entry) = serde_json::from_str::<Value>(&line) else { continue };
        if let Some(at) = entry["fields"]["address"].as_str() {
            at.clone_into(&mut address);
        }
        if entry["fields"]["message"] == "watching" {
            return (address, log);
        }
    }
}

#[test]
fn what_a_monitor_reads_agrees_with_the_store() {
    let (desk, sandbox) = Desk::connected("none");
    desk.configure(ANYWHERE);
    sandbox.ready("xts1");
    desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--generated-at", "-70h", "--yes"]).ends(0);
    desk.run(&["invite", "xts2", "--code", "SECRET-8Q", "--yes"]).ends(0);
    let mut running = desk.start(&["watch"]);
    let (address, _log) = watched(&mut running);
    // Counts are a few seconds old, and probing goes on meanwhile: at some moment nothing changes any more.
    let agrees = |now: &BTreeMap<String, f64>, all: &[Value]| {
        let listed = |stage: &str| all.iter().filter(|one| one["stage"] == stage).count() as f64;
        let needy = all.iter().filter(|one| !one["attention"].is_null()).count() as f64;
        let stage = |stage: &str| now[&format!("cloverwatch_dealerships{{stage=\"{stage}\"}}")];
        stage("live") == 1.0
            && ["new", "invited", "confirmed", "live"].iter().all(|word| stage(word) == listed(word))
            && sum(now, "cloverwatch_dealerships_attention{") == needy
            && now["cloverwatch_probe_queue{state=\"due\"}"] == 0.0
    };
    let (text, health) = (0..5_000)
        .find_map(|_| {
            let list = desk.run(&["list", "--json"]).ends(0).json();
            let (status, text) = get(&address, "/metrics");
            assert_eq!(status, 200);
            let now = samples(&text);
            let (status, health) = get(&address, "/health");
            assert_eq!(status, 200, "{health}");
            let health: Value = serde_json::from_str(&health).unwrap();
            let still = health["last_event_seq"].as_f64() == Some(now["cloverwatch_last_event_seq"]);
            (still && agrees(&now, list["dealerships"].as_array().unwrap())).then_some((text, health))
        })
        .unwrap_or_else(|| panic!("{}", get(&address, "/metrics").1));
    assert_eq!(running.end_by(Signal::TERM), 143);
    assert_eq!((&health["status"], &health["platform"]["circuit"]), (&"ok".into(), &"closed".into()));

    let now = samples(&text);
    let events = desk.run(&["events", "--json"]).ends(0).out;
    assert_eq!(now["cloverwatch_last_event_seq"], events.lines().count() as f64);
    let recorded = |kind: &str| now[&format!("cloverwatch_events_total{{kind=\"{kind}\"}}")];
    assert_eq!((recorded("integration.confirmed"), recorded("invitation.issued")), (1.0, 0.0), "of this process");
    let probes = sum(&now, "cloverwatch_probes_total{");
    assert!(probes > 0.0);
    assert_eq!(now["cloverwatch_probe_duration_seconds_count"], probes);
    assert!(now["cloverwatch_store_append_duration_seconds_count"] > 0.0);
    assert_eq!(now["cloverwatch_circuit_state{circuit=\"platform\",state=\"closed\"}"], 1.0);
    assert_eq!((now["cloverwatch_leader"], now["cloverwatch_requests_per_second_limit"]), (1.0, 10.0));
    for secret in ["SECRET", "Nakamura", "xts1", "example.com"] {
        assert!(!text.contains(secret), "{secret} in:\n{text}");
    }
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        assert!(line.starts_with("# TYPE cloverwatch_"), "{line}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_hook_that_cannot_be_end_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap();
    let desk = Desk::with_config(&format!("[metrics]\nlisten = \"{port}\"\n"));
    let told = format!("[metrics] listen: nobody can listen on {port}: ");
    desk.run(&["watch"]).ends(2).says(&told);
    desk.run(&["demo", "--headless", "--dealerships", "1", "--for", "1s"]).ends(2).says(&told);
    desk.run(&["list"]).ends(0);
    desk.write("config.toml", "[[hooks]]\non = [\"integration.confirmd\"]\nrun = [\"x\"]\n");
    desk.run(&["watch"]).ends(2).says("config.toml:2:6").says("did you mean `integration.confirmed`?");
    desk.write(
        "config.toml",
        "[[hooks]]\non = [\"*\"]\nurl = \"http://127.0.0.1:9/\"\nsecret = { env = \"NOT_SET\" }\n",
    );
    desk.run(&["watch"]).ends(2).says("the variable NOT_SET is not set");
    let doctor = desk.run(&["doctor", "--json"]).ends(1).json();
    let hooks: Vec<&Value> =
        doctor["findings"].as_array().unwrap().iter().filter(|one| one["name"] == "hooks").collect();
    assert_eq!(hooks.len(), 2, "{doctor}");
}

#[test]
fn a_demo_answers_a_monitor_too() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let desk = Desk::with_config(&format!("[metrics]\nlisten = \"{free}\"\n"));
    let mut running = desk.start(&["demo", "--headless", "--dealerships", "20"]);
    running.line();
    let now = samples(&get(&free, "/metrics").1);
    assert_eq!(sum(&now, "cloverwatch_dealerships{"), 20.0);
    assert_eq!(running.end_by(Signal::INT), 130);
}

#[test]
fn a_hook_of_watch_is_called_and_doctor_names_it() {
    let desk = Desk::filled();
    desk.configure("[[hooks]]\nname = \"pager\"\non = [\"invitation.*\"]\nrun = [\"sh\", \"-c\", \"cat > told; echo no such pager >&2; exit 3\"]");
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--generated-at", "-71h59m50s", "--no-email", "--yes"]).ends(0);
    // The code ends while it watches.
    let mut running = desk.start(&["watch"]);
    let (_, log) = watched(&mut running);
    let failed = log.lines().map_while(Result::ok).find(|line| line.contains("a hook failed")).unwrap();
    assert!(
        failed.contains("it ended with exit code 3: no such pager") && failed.contains("msg_pager_6_6"),
        "{failed}"
    );
    assert_eq!(running.end_by(Signal::TERM), 143);
    let told: Value = serde_json::from_str(&std::fs::read_to_string(desk.path("told")).unwrap()).unwrap();
    assert_eq!((&told["kind"], &told["seq"]), (&"invitation.expired".into(), &6.into()));
    let found = desk.run(&["doctor"]).out;
    assert!(found.contains("pager (sh): event 6 since") && found.contains("1 times in vain: it ended with"), "{found}");
}

/// Plays systemd: a socket that is told.
struct Manager {
    socket: UnixDatagram,
}

impl Manager {
    fn at(path: &std::path::Path) -> Self {
        Self { socket: UnixDatagram::bind(path).unwrap() }
    }

    fn told(&self) -> String {
        let mut message = [0; 4_096];
        let length = self.socket.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    }
}

#[test]
fn systemd_is_told_of_the_beginning_of_life_and_of_the_end() {
    let desk = Desk::filled();
    let manager = Manager::at(&desk.path("notify"));
    let mut command = desk.command(&["watch"]);
    command.env("NOTIFY_SOCKET", desk.path("notify")).env("WATCHDOG_USEC", "100000");
    let running = Running::of(command.spawn().unwrap());
    let ready = manager.told();
    assert!(ready.contains("READY=1\n") && ready.contains("STATUS=4 dealerships, event 4, 0 probes due\n"), "{ready}");
    for _ in 0..3 {
        assert!(manager.told().contains("WATCHDOG=1\n"));
    }
    assert_eq!(running.end_by(Signal::TERM), 143);
    let last = std::iter::repeat_with(|| manager.told()).find(|message| !message.contains("WATCHDOG")).unwrap();
    assert_eq!(last, "STOPPING=1\n");
}

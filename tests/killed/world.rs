//! A desk beside a simulated platform with its post office, and what must hold whenever the program was killed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Output, Stdio};

use cloverwatch::failure_point::FailurePoint;
use serde_json::Value;

use crate::cli_support::{Desk, Running, Sandbox};

/// SIGABRT: so a program ends at a failure point.
const ABORTED: i32 = 6;

/// Nobody waits for the next try of a letter.
const HASTY: &str = "retry = [\"1s\"]\nretry_uncertain = \"1s\"\nleast_life = \"0s\"\nper_hour = 1000000";

pub struct World {
    pub desk: Desk,
    pub sandbox: Sandbox,
}

impl World {
    /// Around a desk, whatever its store.
    pub fn of(desk: Desk) -> Self {
        let (desk, sandbox) = desk.beside_sandbox(&["--smtp", "127.0.0.1:0"], "from = ");
        desk.configure(HASTY);
        Self { desk, sandbox }
    }

    /// Runs what is done for everybody and was cut off to its end, and waits until no letter is to go any more.
    pub fn go_on(&self) {
        if self.is_cut_off() {
            self.desk.run(&["invite", "--resume", "--yes"]);
            assert!(!self.is_cut_off(), "what was cut off cannot be resumed");
        }
        let watch = self.desk.owner();
        while self.letters().iter().any(is_open) {
            std::thread::yield_now();
        }
        assert_eq!(watch.end_by(rustix::process::Signal::TERM), 143);
    }

    fn is_cut_off(&self) -> bool {
        self.desk.run(&["unfinished", "--json"]).ends(0).json()["unfinished"] != Value::Array(Vec::new())
    }

    fn letters(&self) -> Vec<Value> {
        let all = self.desk.run(&["mail", "list", "--all", "--json"]).ends(0).json();
        all["letters"].as_array().unwrap().clone()
    }

    /// How often each letter arrived, by its name.
    fn copies(&self) -> BTreeMap<String, usize> {
        let mut copies = BTreeMap::new();
        let all = self.sandbox.ask("GET", "/control/mailboxes", &Value::Null);
        for mailbox in all["mailboxes"].as_array().unwrap() {
            let path = format!("/control/mailboxes/{}", mailbox["address"].as_str().unwrap());
            for letter in self.sandbox.ask("GET", &path, &Value::Null)["letters"].as_array().unwrap() {
                let name = letter["messageId"].as_str().unwrap().split('@').next().unwrap();
                *copies.entry(name.to_owned()).or_default() += 1;
            }
        }
        copies
    }

    pub fn events(&self) -> Vec<Value> {
        let all = self.desk.run(&["events", "--json"]).ends(0).out;
        all.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Whatever was asked of the outside happened once, or it is on record that nobody knows.
    pub fn assert_right(&self, dealers: &[&str]) {
        self.desk.run(&["store", "verify"]).ends(0);
        let events = self.events();
        let of = |kind: &str| events.iter().filter(|event| event["kind"] == *kind).collect::<Vec<_>>();
        let list = self.desk.run(&["list", "--json"]).ends(0).json();
        let known = list["dealerships"].as_array().unwrap();
        for dealer in dealers {
            let id = &known.iter().find(|one| one["dealer_code"] == **dealer).unwrap()["id"];
            let issued = of("invitation.issued").iter().filter(|one| one["dealership"]["id"] == *id).count();
            let there = self.sandbox.ask("GET", &format!("/control/dealers/{dealer}"), &Value::Null);
            let made = there["invitations"].as_array().unwrap().len();
            assert_eq!((issued, made), (1, 1), "{dealer}: codes on record, and codes that were made");
        }
        let letters = self.letters();
        assert_eq!(letters.len(), of("email.queued").len());
        let mut copies = self.copies();
        for letter in &letters {
            let id = letter["id"].as_str().unwrap();
            let (state, copies) = (letter["state"].as_str().unwrap(), copies.remove(id).unwrap_or_default());
            let doubted = of("email.uncertain").iter().filter(|event| event["data"]["letter"] == id).count();
            assert!(copies <= 1 + doubted, "{copies} copies of a letter that was in doubt {doubted} times: {letter}");
            let in_doubt_for_good = state == "uncertain" && letter["handed_over"] == 2;
            assert!(in_doubt_for_good || (state == "sent" && copies > 0), "{copies} copies: {letter}");
        }
        assert!(copies.is_empty(), "letters that are not on record: {copies:?}");
        self.desk.run(&["note", dealers[0], "the desk goes on"]).ends(0);
    }
}

/// Whether something is still to be done about a letter by itself.
fn is_open(letter: &Value) -> bool {
    let last = letter["handed_over"].as_u64().unwrap() >= 2;
    !letter["next_try_at"].is_null() || (letter["state"] == "sending" && !last)
}

impl Desk {
    /// Runs a command that dies at a point, at its first pass or a later one.
    pub fn dies(&self, point: FailurePoint, passes: u32, args: &[&str], typed: &str) {
        let mut command = self.command(args);
        command.env("TEST_FAILURE_POINT", format!("{point:?}:{passes}"));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // It may be dead before it has read this.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        died(point, &child.wait_with_output().unwrap());
    }

    /// Starts `watch`, which dies at a point, once it owns the store.
    pub fn doomed_owner(&self, point: FailurePoint) -> Running {
        self.watching(&[("TEST_FAILURE_POINT", format!("{point:?}:1"))]).expect("it ended before it watched")
    }
}

/// Waits for the death of a program at a point.
pub fn dies(point: FailurePoint, mut running: Running) {
    let status = running.child.wait().unwrap();
    died(point, &Output { status, stdout: Vec::new(), stderr: Vec::new() });
}

fn died(point: FailurePoint, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(ABORTED), "{point:?} was not reached: {}\n{said}", output.status);
}

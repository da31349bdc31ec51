//! Killed again and again at moments that nobody has chosen: whatever was told on stdout is there, and nothing is done twice.
//! `TEST_SEED=n` replays a seed, `TEST_RUNS=n` is how many rounds there are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::process::Command;

use cloverwatch::protocol::EventQuery;
use cloverwatch::store::JournalReader;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;

use crate::cli_support::{Desk, Running};
use crate::world::World;

const ROUNDS: u64 = 12;
/// The most new dealerships of a round.
const NEW: u64 = 3;

struct Rounds {
    world: World,
    random: StdRng,
    dealers: Vec<String>,
    /// The kind of each event that `watch` has told, by its number.
    told: BTreeMap<u64, String>,
    /// The text of each note, and whether it was told to be recorded.
    notes: BTreeMap<String, bool>,
    /// Of whom it was told in this round that they have their code.
    invited: Vec<String>,
    killed: u64,
}

pub fn killed_at_any_moment() {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse().unwrap());
    let (seed, many) = (number("TEST_SEED").unwrap_or(1), number("TEST_RUNS").unwrap_or(ROUNDS));
    let _replay = scopeguard::guard((), |()| {
        if std::thread::panicking() {
            eprintln!("replay: TEST_SEED={seed} TEST_RUNS={many} cargo test --test killed killed_at_any_moment");
        }
    });
    let mut rounds = Rounds {
        world: World::of(Desk::new()),
        random: StdRng::seed_from_u64(seed),
        dealers: Vec::new(),
        told: BTreeMap::new(),
        notes: BTreeMap::new(),
        invited: Vec::new(),
        killed: 0,
    };
    for round in 0..many {
        rounds.run(round);
    }
    rounds.end();
    println!(
        "{many} rounds, {} killed, {} events told, {} dealerships",
        rounds.killed,
        rounds.told.len(),
        rounds.dealers.len()
    );
}

impl Rounds {
    fn run(&mut self, round: u64) {
        self.import(round);
        self.invited.clear();
        match self.random.random_range(0..6) {
            0 | 1 => self.beside_an_owner(round),
            2 => self.note(round),
            3 => self.resend(),
            _ => self.invite(),
        }
        // Whatever was killed: it is whole, and what was told is there.
        let journal = JournalReader::open(&self.world.desk.path("store")).unwrap();
        let last = journal.verify(|_, _| {}).unwrap().end.last;
        assert!(
            self.told.keys().next_back().is_none_or(|told| *told <= last),
            "round {round}: told events are missing"
        );
        let states = journal.read().unwrap().read_model.all().1;
        for dealer in &self.invited {
            let state = states.iter().find(|state| state.profile.dealer_code.raw() == dealer);
            let state = state.unwrap_or_else(|| panic!("round {round}: {dealer} is not there"));
            assert_eq!(state.generation(), 1, "round {round}: {dealer} was told to have its code");
        }
    }

    /// The same command, which may die at the next points that it comes by.
    fn doomed(&mut self, args: &[&str], most: u32) -> Command {
        let mut command = self.world.desk.command(args);
        command.env("TEST_FAILURE_POINT", format!("any:{}", self.random.random_range(1..=most)));
        command
    }

    fn import(&mut self, round: u64) {
        let mut rows = "name,dealer_code,timezone,email\n".to_owned();
        for number in 0..self.random.random_range(1..=NEW) {
            let code = format!("k{round}n{number}");
            writeln!(rows, "Dealer {code},{code},America/Chicago,{code}@example.com").unwrap();
            self.dealers.push(code);
        }
        self.world.desk.write("new.csv", &rows);
        self.doomed(&["import", "new.csv"], 8).output().unwrap();
        self.world.desk.run(&["import", "new.csv"]).ends(0);
    }

    /// Reads some lines of what a command says, kills it unless it has died, and answers all whole lines.
    fn said_until_killed(&mut self, mut command: Command, wanted: usize) -> Vec<String> {
        let mut running = Running::of(command.spawn().unwrap());
        let mut lines: Vec<String> = (0..wanted).map_while(|_| running.whole_line()).collect();
        let _ = running.child.kill();
        lines.extend(std::iter::from_fn(|| running.whole_line()));
        let status = running.child.wait().unwrap();
        self.killed += u64::from(status.code().is_none());
        let mut log = String::new();
        running.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(!log.contains("panicked"), "{log}");
        lines
    }

    fn invite(&mut self) {
        let args = ["invite", "--query", "stage:new", "--yes"];
        let at_a_point = cfg!(debug_assertions) && self.random.random();
        let command = if at_a_point { self.doomed(&args, 60) } else { self.world.desk.command(&args) };
        let lines = if at_a_point { usize::MAX } else { self.random.random_range(0..6) };
        for line in self.said_until_killed(command, lines) {
            self.take_done(&line);
        }
    }

    fn take_done(&mut self, line: &str) {
        // Or that only its letter waits.
        let dealer = line.strip_prefix("done ").map(|rest| rest.strip_prefix("but for the letter ").unwrap_or(rest));
        self.invited.extend(dealer.and_then(|rest| rest.split(' ').next()).map(str::to_owned));
    }

    fn resend(&mut self) {
        let dealer = self.dealers[self.random.random_range(0..self.dealers.len())].clone();
        let command = self.doomed(&["resend", &dealer, "--yes"], 30);
        self.said_until_killed(command, usize::MAX);
    }

    fn note(&mut self, round: u64) {
        let (dealer, text) = (self.dealers[0].clone(), format!("round {round}"));
        let mut command = self.doomed(&["note", &dealer, &text], 4);
        let status = command.output().unwrap().status;
        self.killed += u64::from(status.code().is_none());
        self.notes.insert(text, status.code() == Some(0));
    }

    fn beside_an_owner(&mut self, round: u64) {
        let doom = format!("any:{}", self.random.random_range(1..40));
        let Some(mut owner) = self.world.desk.watching(&[("TEST_FAILURE_POINT", doom)]) else {
            // It died before it had begun.
            self.killed += 1;
            return;
        };
        for number in 0..self.random.random_range(0..5) {
            if number == 1 {
                let ran = self.world.desk.run(&["invite", "--query", "stage:new", "--yes"]);
                ran.out.lines().for_each(|line| self.take_done(line));
                continue;
            }
            let text = format!("round {round}, {number}");
            let dealer = &self.dealers[self.random.random_range(0..self.dealers.len())];
            let done = self.world.desk.run(&["note", dealer, &text]).code == 0;
            self.notes.insert(text, done);
        }
        owner.child.kill().unwrap();
        self.killed += u64::from(owner.child.wait().unwrap().code().is_none());
        while let Some(line) = owner.whole_line() {
            let event: Value = serde_json::from_str(&line).unwrap();
            self.told.insert(event["seq"].as_u64().unwrap(), event["kind"].as_str().unwrap().to_owned());
        }
    }

    /// All goes to its end, and is held against what was told.
    fn end(&mut self) {
        self.world.desk.run(&["invite", "--query", "stage:new", "--yes"]);
        self.world.go_on();
        let dealers: Vec<&str> = self.dealers.iter().map(String::as_str).collect();
        self.world.assert_right(&dealers);
        let events =
            JournalReader::open(&self.world.desk.path("store")).unwrap().events(&EventQuery::default()).unwrap();
        for (seq, kind) in &self.told {
            assert_eq!(events[*seq as usize - 1].fact.kind(), kind, "event {seq} was told");
        }
        let all = self.world.events();
        for (text, told) in &self.notes {
            let times = all.iter().filter(|event| event["data"]["text"] == **text).count();
            assert!(times <= 1 && (times == 1 || !told), "{text}: {times} times, told: {told}");
        }
    }
}

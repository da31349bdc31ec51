//! Real processes that work at once, are killed, and are stopped for longer than a lease.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::cli_support::{Desk, Running};
use crate::commands::{desk, filled, sql};
use crate::pty::{self, Pty};

/// How many dealerships are given a new code by two at once.
const ALL: usize = 500;

/// A program that gives codes, notes whom it was asked for, and never gives one twice.
const ISSUE: &str = "#!/bin/sh\necho \"$1\" >> issued\necho \"C-$1-$$\"\n";

const SETTINGS: &str = "\
[invitations]
source = \"command\"
[invitations.command]
run = [\"./issue\", \"{{ dealer_code }}\"]
[mail]
transport = \"dir:mail\"
per_hour = 1000000
";

fn lines(desk: &Desk, name: &str) -> Vec<String> {
    fs::read_to_string(desk.path(name)).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn letters(desk: &Desk) -> usize {
    fs::read_dir(desk.path("mail")).map_or(0, Iterator::count)
}

/// A command at a terminal that has read all of them, and asks whether it is meant. Its answer goes into a file.
fn reissue(desk: &Desk, operator: &str) -> Pty {
    let mut command = pty::command("/bin/sh");
    pty::at_home(&mut command, &desk.path(""));
    let program = pty::program();
    let line = format!(
        "exec '{}' --config config.toml --store '{}' reissue --query dealer >{operator}.out",
        program.display(),
        desk.store
    );
    command.args(["-c", &line]);
    command.env("CLOVERWATCH_UI_OPERATOR", operator);
    let pty = Pty::spawn(command, 110, 40);
    pty.wait_text("Type the number to go on:");
    pty
}

pub fn two_processes_reissue_the_same_at_once() {
    let desk = desk();
    desk.write("config.toml", SETTINGS);
    fs::set_permissions(desk.write("issue", ISSUE), fs::Permissions::from_mode(0o755)).unwrap();
    let row = |number| format!("Dealer {number},d{number:03},America/Chicago,d{number:03}@example.com\n");
    let rows: String = (0..ALL).map(row).collect();
    desk.write("many.csv", &format!("name,dealer_code,timezone,email\n{rows}"));
    desk.run(&["import", "many.csv"]).ends(0);
    desk.run(&["invite", "--query", "dealer", "--yes", "--no-email"]).ends(0);
    assert_eq!(lines(&desk, "issued").len(), ALL);
    let watch = desk.owner();
    let (mut bob, mut cid) = (reissue(&desk, "bob"), reissue(&desk, "cid"));
    for desk in [&mut bob, &mut cid] {
        desk.send(format!("{ALL}\r"));
    }
    for desk in [&bob, &cid] {
        desk.wait_exit();
    }
    let done = |operator: &str| -> HashSet<String> {
        let lines = lines(&desk, &format!("{operator}.out"));
        lines.iter().filter_map(|line| Some(line.strip_prefix("done ")?.split(' ').next()?.to_owned())).collect()
    };
    let (of_bob, of_cid) = (done("bob"), done("cid"));
    assert_eq!((of_bob.len() + of_cid.len(), of_bob.intersection(&of_cid).count()), (ALL, 0));
    // Whoever came second is told who was first, and when.
    for (second, won, winner) in [(&bob, &of_cid, "cid"), (&cid, &of_bob, "bob")] {
        let said = second.look(|seen| String::from_utf8_lossy(seen.raw()).into_owned());
        for dealer in won {
            let refusal = |line: &str| {
                line.contains(&format!("{dealer} Dealer")) && line.contains(winner) && line.contains(" ago")
            };
            assert!(said.lines().any(refusal), "{dealer}: {said}");
        }
    }
    let issued = lines(&desk, "issued");
    let each: HashSet<_> = issued.iter().collect();
    assert_eq!((issued.len(), each.len()), (2 * ALL, ALL), "one more for each");
    while letters(&desk) < ALL {
        std::thread::yield_now();
    }
    assert_eq!(watch.end_by(Signal::TERM), 143);
    assert_eq!(letters(&desk), ALL);
    let count = |kind: &str| desk.run(&["events", "--json", "--kind", kind]).ends(0).out.lines().count();
    assert_eq!((count("invitation.issued"), count("email.written")), (2 * ALL, ALL));
    desk.run(&["store", "verify"]).ends(0);
}

/// Waits until a process leads.
fn until_leading(desk: &Desk, running: &Running) {
    let name = format!(":{}-", running.child.id());
    while !sql(desk, "SELECT leader FROM TEAM.head WHERE lease_until > clock_timestamp()").contains(&name) {
        // The clock of the database goes on, whatever this machine is busy with.
        sql(desk, "SELECT pg_sleep(0.2)");
    }
}

pub fn a_leader_that_is_killed_is_followed_by_another() {
    let desk = filled();
    let one = desk.owner();
    until_leading(&desk, &one);
    let mut other = desk.owner();
    one.signal(Signal::KILL);
    until_leading(&desk, &other);
    desk.run(&["note", "xts1", "x"]).ends(0);
    assert!(other.line().contains("note.added"));
    // At its clean end it gives the lease back at once.
    assert_eq!(other.end_by(Signal::TERM), 143);
    assert_eq!(sql(&desk, "SELECT leader IS NULL FROM TEAM.head"), "t");
}

pub fn a_leader_that_slept_past_its_lease_does_no_harm() {
    sleeps_beside_another_leader("0");
}

pub fn a_leader_that_slept_for_two_minutes_does_no_harm() {
    sleeps_beside_another_leader("120");
}

fn sleeps_beside_another_leader(seconds: &str) {
    let desk = filled();
    desk.write("config.toml", "[mail]\ntransport = \"dir:mail\"\n");
    let mut slept = desk.owner();
    until_leading(&desk, &slept);
    let other = desk.owner();
    slept.signal(Signal::STOP);
    until_leading(&desk, &other);
    desk.run(&["invite", "xts1", "--code", "HB-77-XY", "--yes"]).ends(0);
    while letters(&desk) == 0 {
        std::thread::yield_now();
    }
    sql(&desk, &format!("SELECT pg_sleep({seconds})"));
    slept.signal(Signal::CONT);
    // It goes on as one of the team: what was recorded meanwhile, then what is new.
    let mut told = String::new();
    while !told.contains("invitation.issued") {
        told = slept.line();
    }
    desk.run(&["note", "xts1", "after"]).ends(0);
    while !told.contains("after") {
        told = slept.line();
    }
    until_leading(&desk, &other);
    assert_eq!(letters(&desk), 1, "the letter went once");
    assert_eq!(desk.run(&["events", "--json", "--kind", "email.written"]).ends(0).out.lines().count(), 1);
    desk.run(&["store", "verify"]).ends(0);
}

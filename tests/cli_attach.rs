//! Commands beside the owner of a store: they go through it, and say so when it is not there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "cli_support/mod.rs"]
mod cli_support;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use cli_support::Desk;
use rustix::process::Signal;
use serde_json::Value;

/// The texts of all notes.
fn notes(desk: &Desk) -> Vec<String> {
    let events = desk.run(&["events", "--json", "--kind", "note.added"]).ends(0).out;
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["data"]["text"].as_str().unwrap().to_owned();
    events.lines().map(text).collect()
}

#[test]
fn a_command_goes_through_the_owner_and_is_told_by_it() {
    let desk = Desk::filled();
    let mut owner = desk.owner();
    let ran = desk.run(&["note", "xts1", "by", "a", "script"]).ends(0);
    assert_eq!(ran.err, "");
    let event: Value = serde_json::from_str(&owner.line()).unwrap();
    assert_eq!((&event["kind"], &event["actor"]), (&"note.added".into(), &"ana".into()));
    let set = desk.run(&["set", "xts1", "--city", "Boston"]).ends(0).out;
    assert!(set.contains("Chicago") && set.contains("Boston"), "{set}");
    assert_eq!(
        desk.run(&["archive", "--query", "ford", "--json"]).ends(0).json()["items"].as_array().map(Vec::len),
        Some(3)
    );
    desk.run(&["note", "nobody", "x"]).ends(2).says("no dealership is named `nobody`");
    desk.run(&["invite", "xts4", "--code", "HB-77-XY", "--no-email", "--yes"]).ends(0);
    desk.run(&["invite", "xts4", "--code", "HB-78-XY", "--no-email", "--yes"]).ends(4);
    let reading = desk.run(&["list", "--json", "--limit", "2"]).ends(0);
    assert_eq!((reading.err.as_str(), &reading.json()["total"]), ("", &1.into()));
    assert_eq!(desk.run(&["show", "xts4", "--json"]).ends(0).json()["invitation"]["generation"], 1);
    desk.run(&["--read-only", "note", "xts4", "x"]).ends(4).says("read-only");
    desk.run(&["--read-only", "list"]).ends(0).prints("Lindqvist");
    assert_eq!(owner.end_by(Signal::TERM), 143);
    // What it told is what stands.
    assert_eq!(notes(&desk), ["by a script"]);
}

#[test]
fn who_does_not_want_to_attach_is_refused_and_may_read() {
    let desk = Desk::filled();
    let owner = desk.owner();
    let words = format!("the store is held by process {} on ", owner.child.id());
    desk.run(&["--no-attach", "note", "xts1", "x"]).ends(75).says(&words);
    desk.run(&["--no-attach", "list"]).ends(0).says("reading the journal beside");
    // There is one that works in the background.
    desk.run(&["watch"]).ends(75).says(&words);
}

#[test]
fn an_owner_that_is_stopped_is_said_and_does_no_harm_when_it_goes_on() {
    let desk = Desk::filled();
    let owner = desk.owner();
    owner.signal(Signal::STOP);
    let ran = desk.run(&["note", "xts1", "early"]).ends(75).says("it does not answer");
    assert!(
        ran.err.contains(&format!("held by process {} on ", owner.child.id())) && ran.err.contains(" since "),
        "{}",
        ran.err
    );
    desk.run(&["list"]).ends(0).prints("Nakamura").says("it does not answer; reading the journal beside it");
    owner.signal(Signal::CONT);
    desk.run(&["note", "xts1", "late"]).ends(0);
    assert_eq!(notes(&desk), ["late"]);
}

/// Six at once, and the owner is killed while they record.
#[test]
fn an_owner_that_is_killed_takes_nothing_that_was_acknowledged() {
    let desk = Desk::filled();
    let owner = desk.owner();
    let (begun, all) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for client in 0..6 {
            let (desk, begun, all) = (&desk, &begun, &all);
            scope.spawn(move || {
                for number in 0..6 {
                    let text = format!("{client}-{number}");
                    let ran = desk.run(&["note", "xts1", &text]);
                    begun.fetch_add(1, Ordering::SeqCst);
                    match ran.code {
                        0 => all.lock().unwrap().push(text),
                        1 => {
                            assert!(ran.err.contains("the owner of the store ended before it answered"), "{}", ran.err);
                        }
                        75 => assert!(ran.err.contains("the store is held by"), "{}", ran.err),
                        code => panic!("{code}: {}", ran.err),
                    }
                }
            });
        }
        while begun.load(Ordering::SeqCst) < 8 {
            std::thread::yield_now();
        }
        owner.signal(Signal::KILL);
    });
    let (recorded, acknowledged) = (notes(&desk), all.into_inner().unwrap());
    assert!(acknowledged.len() >= 8, "{acknowledged:?}");
    for text in &acknowledged {
        assert_eq!(recorded.iter().filter(|one| *one == text).count(), 1, "{text}: {recorded:?}");
    }
}

#[test]
#[ignore = "needs root, setpriv (Linux) and python3: another user tries to attach"]
fn another_user_is_refused() {
    let desk = Desk::filled();
    let _owner = desk.owner();
    let socket = desk.path("store/socket");
    // As if somebody had opened what is private.
    for (path, mode) in [(desk.path(""), 0o755), (desk.path("store"), 0o755), (socket.clone(), 0o666)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let script =
        "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\nprint(s.recv(4096).decode())";
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", script];
    let answer = Command::new("setpriv").args(nobody).arg(&socket).output().unwrap();
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(
        said.contains("only the user who owns the store may attach"),
        "{said}{}",
        String::from_utf8_lossy(&answer.stderr)
    );
}

#[test]
fn what_was_recorded_is_reported_when_the_owner_is_lost_while_the_letter_goes() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let transport = format!("transport = \"smtp://127.0.0.1:{}\"", silent.local_addr().unwrap().port());
    let desk = Desk::with_config(&format!("[mail]\n{transport}\nfrom = \"DataClover <onboarding@example.com>\"\n"));
    desk.fill();
    let owner = desk.owner();
    let invite = desk.command(&["invite", "xts1", "--code", "HB-77-XY", "--yes", "--json"]).spawn().unwrap();
    let _never_answers = silent.accept().unwrap();
    // Whoever is told this was told later than the command that its code is recorded.
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["invitation"]["generation"], 1);
    owner.signal(Signal::KILL);
    let ended = invite.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let item = &report["items"][0];
    assert_eq!((&item["outcome"], &item["invitation"]["generation"]), (&"unsent".into(), &1.into()), "{report}");
    assert_eq!(item["letter"]["state"], "queued", "{report}");
    assert!(item["reason"].as_str().unwrap().contains("the owner of the store ended before it answered"), "{report}");
}

#[test]
fn a_tail_is_told_by_the_owner_and_goes_on_without_it() {
    let desk = Desk::filled();
    desk.run(&["note", "xts1", "early"]).ends(0);
    let owner = desk.owner();
    let mut tail = desk.start(&["events", "--follow", "--json", "--kind", "note.added"]);
    assert!(tail.line().contains("early"));
    desk.run(&["note", "xts1", "first"]).ends(0);
    assert!(tail.line().contains("first"));
    // What the owner tells is not looked for in the journal.
    let (journal, hidden) = (desk.path("store/journal"), desk.path("store/hidden"));
    std::fs::rename(&journal, &hidden).unwrap();
    desk.run(&["note", "xts1", "through the owner"]).ends(0);
    assert!(tail.line().contains("through the owner"));
    std::fs::rename(&hidden, &journal).unwrap();
    assert_eq!(owner.end_by(Signal::TERM), 143);
    desk.run(&["note", "xts1", "without it"]).ends(0);
    assert!(tail.line().contains("without it"));
}

/// Stands between the owner and whoever attaches, and cuts each connection off when the client speaks once more than `passed` times.
fn cut_off_after(desk: &Desk, passed: usize) {
    let (socket, behind) = (desk.path("store/socket"), desk.path(&format!("store/behind{passed}")));
    std::fs::rename(&socket, &behind).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut owner = UnixStream::connect(&behind).unwrap();
            let (mut answers, mut told) = (owner.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut told));
            std::thread::spawn(move || {
                let mut spoken = [0; 4_096];
                for _ in 0..passed {
                    let length = client.read(&mut spoken).unwrap_or(0);
                    let _ = owner.write_all(&spoken[..length]);
                }
                let _ = client.read(&mut spoken);
                let _ = (owner.shutdown(Shutdown::Both), client.shutdown(Shutdown::Both));
            });
        }
    });
}

#[test]
fn whoever_only_reads_goes_on_in_the_journal_when_the_owner_is_gone() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--code", "HB-77-XY", "--no-email", "--yes"]).ends(0);
    let _owner = desk.owner();
    let reading = [
        &["list"][..],
        &["list", "--limit", "1"],
        &["list", "--at", "now"],
        &["show", "xts1"],
        &["events", "--json"],
        &["report", "--at", "now"],
        &["mail", "list", "--all"],
        &["meaning", "list"],
    ];
    let told: Vec<_> = reading.iter().map(|args| desk.run(args).ends(0)).collect();
    for passed in 1..=4 {
        cut_off_after(&desk, passed);
        for (args, told) in reading.iter().zip(&told) {
            let ran = desk.run(args).ends(0);
            // Time passes, so that not every word is the same.
            let lines = |out: &str| out.lines().count();
            assert_eq!((lines(&ran.out), &ran.err), (lines(&told.out), &told.err), "{args:?} with {passed} passed");
        }
        let mut tail = desk.start(&["events", "--follow", "--json", "--kind", "invitation.issued"]);
        assert!(tail.line().contains("invitation.issued"), "{passed} passed");
    }
}

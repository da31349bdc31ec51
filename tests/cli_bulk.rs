//! What is done for many and cut off: told at the next start, resumed, put away; and the same file of codes again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::os::unix::fs::PermissionsExt;

use cli_support::Desk;
use rustix::process::Signal;
use serde_json::{Value, json};

const CODES: &str = "xts1,FIRST-1\nxts2,FIRST-2\nxts3,FIRST-3\nxts4,FIRST-4\n";

/// Notes a bulk as a program that was killed leaves it.
fn cut_off(desk: &Desk, what: &str, dealer_codes: &[&str], pasted: bool) {
    let list = desk.run(&["list", "--json"]).ends(0).json();
    let id = |code: &&str| {
        let all = list["dealerships"].as_array().unwrap();
        all.iter().find(|one| one["dealer_code"] == **code).unwrap()["id"].clone()
    };
    let items: Vec<Value> = dealer_codes.iter().map(|code| json!({ "id": id(code), "generation": 0 })).collect();
    let note = json!({ "what": what, "at": "2026-03-30T12:00:00Z", "by": "ben", "pasted": pasted, "items": items });
    std::fs::create_dir_all(desk.path("store/bulk")).unwrap();
    desk.write("store/bulk/1.json", &note.to_string());
}

#[test]
fn the_same_file_of_codes_again_does_the_rest_and_counts_what_is_done_as_already() {
    let desk = Desk::filled();
    desk.write("half.csv", "xts1,FIRST-1\nxts2,FIRST-2\n");
    desk.write("codes.csv", CODES);
    desk.run(&["invite", "--codes", "half.csv", "--yes"]).ends(0);
    let document = desk.run(&["invite", "--codes", "codes.csv", "--yes", "--json"]).ends(0).json();
    assert_eq!(document["already"], 2);
    let outcome = |n: usize| document["items"][n]["outcome"].as_str().unwrap();
    let mut outcomes: Vec<&str> = (0..4).map(outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["already", "already", "done", "done"]);
    // Once more changes nothing, and a code that is not the present one is no excuse.
    let events = desk.run(&["events", "--json"]).ends(0).out;
    let ran = desk.run(&["invite", "--codes", "codes.csv", "--yes"]).ends(0).says("0 done, 4 already");
    assert!(ran.out.contains("code 1 is its present one"), "{}", ran.out);
    desk.write("other.csv", "xts1,OTHER-1\nxts2,FIRST-2\n");
    desk.run(&["invite", "--codes", "other.csv", "--yes"]).ends(3).says("already invited (code 1)");
    assert_eq!(desk.run(&["events", "--json"]).ends(0).out, events);
}

#[test]
fn what_was_cut_off_is_told_with_what_is_left_until_it_is_done() {
    let desk = Desk::filled();
    desk.write("half.csv", "xts1,FIRST-1\nxts2,FIRST-2\n");
    desk.run(&["invite", "--codes", "half.csv", "--yes"]).ends(0);
    cut_off(&desk, "invite", &["xts1", "xts2", "xts3", "xts4"], true);
    let ran = desk.run(&["unfinished"]).ends(0);
    assert!(ran.out.contains("2 of 4 done, 2 left") && ran.out.contains("by ben"), "{}", ran.out);
    assert!(ran.out.contains("xts3") && !ran.out.contains("xts1"), "{}", ran.out);
    desk.run(&["invite", "--resume", "--yes"]).ends(2).says("the same file again");
    desk.write("codes.csv", CODES);
    desk.run(&["invite", "--codes", "codes.csv", "--yes"]).ends(0).says("2 of 4 done, 2 left");
    assert_eq!(desk.run(&["unfinished", "--json"]).ends(0).json()["unfinished"], json!([]));
    assert_eq!(std::fs::read_dir(desk.path("store/bulk")).unwrap().count(), 0, "the note goes with the end");
}

#[test]
fn what_was_cut_off_can_be_put_away_and_a_damaged_note_stops_nothing() {
    let desk = Desk::filled();
    cut_off(&desk, "reissue", &["xts1", "xts2"], false);
    desk.write("store/bulk/7.json", "{\"what\": \"\u{1b}[2J");
    let document = desk.run(&["unfinished", "--put-away", "--json"]).ends(0).json();
    assert_eq!(document["unfinished"][0]["left"].as_array().unwrap().len(), 2);
    assert!(desk.run(&["unfinished"]).ends(0).out.contains("nothing was cut off"));
    desk.run(&["reissue", "--resume", "--yes"]).ends(2).says("no `reissue` was cut off");
    desk.run(&["resend", "--resume", "--yes"]).ends(2).says("no `resend` was cut off");
}

#[test]
fn what_is_being_resumed_is_not_told_but_what_is_not_is() {
    let desk = Desk::filled();
    cut_off(&desk, "reissue", &["xts1", "xts2"], false);
    desk.run(&["invite", "--resume", "--yes"]).ends(2).says("`reissue --resume` does the rest");
    desk.run(&["resend", "--resume", "--yes"]).ends(2).says("`reissue --resume` does the rest");
    let resumed = desk.run(&["reissue", "--resume", "--yes"]);
    assert!(!resumed.err.contains("was cut off"), "{}", resumed.err);
    desk.run(&["reissue", "xts3", "--yes"]).says("`reissue --resume` does the rest");
}

#[test]
fn a_program_that_is_killed_in_a_bulk_is_resumed_with_no_second_code_for_anybody() {
    let desk = Desk::filled();
    // The source answers for all but one, for whom it says that it was asked and waits for ever.
    let source = desk.write(
        "issue",
        "#!/bin/sh\n[ \"$1\" = xts3 ] && [ ! -e go ] && { echo asked > asked; exec cat never; }\necho CODE-$1\n",
    );
    std::fs::set_permissions(&source, std::fs::Permissions::from_mode(0o755)).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, desk.path("never"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, desk.path("asked"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    desk.write(
        "config.toml",
        &format!(
            "[invitations]\nsource = \"command\"\n[invitations.command]\nrun = [\"{}\", \"{{{{ dealer_code }}}}\"]\n",
            source.display()
        ),
    );
    let running = desk.start(&["invite", "--query", "stage:new", "--yes", "--no-email"]);
    // Blocks until the source was asked for the one.
    assert_eq!(std::fs::read_to_string(desk.path("asked")).unwrap(), "asked\n");
    running.end_by(Signal::KILL);
    let document = desk.run(&["unfinished", "--json"]).ends(0).json();
    assert_eq!(document["unfinished"][0]["dealerships"], 4, "{document}");
    let left = document["unfinished"][0]["left"].as_array().unwrap();
    assert!(left.iter().any(|one| one["dealer_code"] == "xts3"), "{document}");
    desk.write("go", "");
    let resumed = desk.run(&["invite", "--resume", "--yes", "--no-email"]).ends(0);
    assert!(!resumed.err.contains("was cut off"), "{}", resumed.err);
    let list = desk.run(&["list", "--json"]).ends(0).json();
    for one in list["dealerships"].as_array().unwrap() {
        assert_eq!(one["invitation"]["generation"], 1, "{one}");
    }
    assert_eq!(desk.run(&["unfinished", "--json"]).ends(0).json()["unfinished"], json!([]));
}

/// Two whose dealerCodes are plain and one that is named as people are, with a comma.
fn three() -> Desk {
    let desk = Desk::new();
    let text = "name,dealer_code,timezone,email\nA,tst1,America/New_York,a@example.com\nB,tst2,America/New_York,b@example.com\n\"Smith, Inc.\",00123,America/New_York,c@example.com\n";
    desk.write("dealers.csv", text);
    desk.run(&["import", "dealers.csv"]).ends(0);
    desk
}

#[test]
fn a_file_of_codes_is_read_by_the_same_rules_as_a_list_of_dealerships() {
    let desk = three();
    let utf16: Vec<u8> = "tst1\tAAAA-1111\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (what, bytes, count) in [
        ("a mark at the start", b"\xef\xbb\xbftst1,AAAA-1111\ntst2,AAAA-2222\n".as_slice(), 2),
        ("rows without text", b"tst1,AAAA-1111,\n,,\n,\n", 1),
        ("CR line ends", b"tst1,AAAA-1111\rtst2,AAAA-2222\r", 2),
        ("another heading", b"rooftop,invitation code,generated at\ntst1,AAAA-1111,\n", 1),
        ("quoted names", b"\"tst1\",\"AAAA-1111\"\n\"Smith, Inc.\",\"AAAA-2222\"\n", 2),
        ("a comma in a name", b"Smith, Inc.;AAAA-2222\n", 1),
        ("a sep line", b"sep=;\r\ntst1;AAAA-1111\r\n", 1),
        ("empty cells", b"tst1,AAAA-1111,,\ntst2,AAAA-2222,,\n", 2),
        ("bars and a protected key", b"=\"00123\"|AAAA-2222\n", 1),
        ("UTF-16", &utf16, 1),
    ] {
        std::fs::write(desk.path("codes.txt"), bytes).unwrap();
        let ran = desk.run(&["invite", "--codes", "codes.txt", "--dry-run"]);
        assert_eq!((ran.code, ran.out.matches("would issue").count()), (0, count), "{what}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn only_the_cause_is_said_and_nothing_that_follows_from_it() {
    let desk = three();
    for (text, causes) in [
        ("tst1,1.23E+11\ntst2,AAAA-2222\n", vec!["line 1: the code cannot be told"]),
        ("tst1,AAAA-1111\nnobody,AAAA-2222\n", vec!["line 2: `nobo…` is no dealerCode that we know"]),
        ("tst1,••••11\ntst2,\"AAAA-2222\n", vec!["line 1: this is the masked form", "line 2: a quotation mark"]),
    ] {
        desk.write("codes.txt", text);
        let ran = desk.run(&["invite", "--codes", "codes.txt", "--dry-run"]).ends(4);
        assert_eq!(ran.err.matches("\n  ").count(), causes.len(), "{}", ran.err);
        assert!(causes.iter().all(|cause| ran.err.contains(cause)), "{}", ran.err);
    }
    desk.write("codes.txt", "dealerCode,code\n");
    desk.run(&["invite", "--codes", "codes.txt", "--dry-run"]).ends(2).says("no line of the codes names a dealership");
}

#[test]
fn codes_that_a_spreadsheet_damaged_or_that_cannot_be_told_are_refused_as_a_whole_and_not_repeated() {
    let desk = three();
    for (text, words) in [
        ("tst1,1.23E+11\n", "line 1: the code cannot be told: the spreadsheet shortened the number"),
        ("tst2,AAAA-2222\ntst1,\"AAAA-1111\n", "line 2: a quotation mark on line 2 is not closed"),
        ("tst1,\"AAAA-1111\ntst2,AAAA-2222\n\"\n", "line 1: lines 2 to 3 stand between quotation marks that open here"),
        ("sep=\ntst1,AAAA-1111\n", "line 1 begins with `sep=` and names no separator"),
    ] {
        desk.write("codes.txt", text);
        let ran = desk.run(&["invite", "--codes", "codes.txt", "--dry-run", "tst1"]).ends(4).says(words);
        assert!(!ran.err.contains("AAAA-1111") && !ran.err.contains("AAAA-2222"), "{}", ran.err);
    }
}

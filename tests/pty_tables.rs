//! Tables of commands in a real terminal: no line is wider than it, and every dealership keeps its dealerCode.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use cli_support::{Desk, Sandbox};
use cloverwatch::domain::text::width;
use pty::Pty;
use serde_json::json;

const LONG: &str = "\
name,dealer_code,group,timezone,contact_name,email,owner
The Very Long and Honourable Family Motors of Upper Harborline Heights,long-name-0001,Harborline Group of Dealers,America/Chicago,Uma Tran,the.service.department@upper-harborline-heights.example.com,anastasia
東京自動車販売株式会社 横浜支店サービス部,cjk-0002,,America/Boise,,b@example.com,ben
🚗 Speedy 🚙 Motors 👨‍👩‍👧 Family Dealership of the Lake,emoji-0003,,America/Boise,,c@example.com,
Bay Kia,k4,,America/Boise,,d@example.com,
";

const CODES: [&str; 4] = ["long-name-0001", "cjk-0002", "emoji-0003", "k4"];

/// What a command prints in a terminal so wide, line by line; none of them is wider.
#[track_caller]
fn printed(desk: &Desk, args: &[&str], columns: u16) -> Vec<String> {
    let settings = ["--config", "config.toml", "--store", &desk.store, "--color", "never"];
    let pty = Pty::start(&[&settings, args].concat(), &desk.path(""), columns, 50);
    assert!(pty.wait_exit().success(), "{args:?}");
    let raw = pty.look(|seen| seen.raw().to_vec());
    let lines: Vec<_> = String::from_utf8(raw).unwrap().split("\r\n").map(settled).collect();
    // What is said beside the answer is no table.
    for line in lines.iter().filter(|line| !line.contains("warning:")) {
        assert!(
            width(line) <= columns.into(),
            "{args:?}: {} cells of {columns}: {line}\n{}",
            width(line),
            lines.join("\n")
        );
    }
    lines
}

/// What is left of a line on which a bar went on.
fn settled(line: &str) -> String {
    line.rsplit("\x1b[2K").next().unwrap().rsplit('\r').next().unwrap().to_owned()
}

fn desk() -> (Desk, Sandbox) {
    let (desk, sandbox) = Desk::connected("");
    desk.write("long.csv", LONG);
    desk.run(&["import", "long.csv"]).ends(0);
    for code in CODES {
        desk.run(&["invite", code, "--code", &format!("AB-12-{code}"), "--yes"]).ends(0);
    }
    desk.run(&["call", "long-name-0001", "--outcome", "no-answer", "--note", &"said that it is busy ".repeat(9)])
        .ends(0);
    (desk, sandbox)
}

#[test]
fn every_table_fits_every_terminal_and_names_every_dealership() {
    let (desk, sandbox) = desk();
    sandbox.ready("k4");
    let long =
        "A complimentary inspection of everything that a vehicle of any age has, with a written report for its owner";
    sandbox.act("k4", "draft", &json!({ "opcode": "INSPECTION-000300", "name": long, "apps": "all" }));
    sandbox.act("k4", "publish", &json!({ "opcode": "INSPECTION-000300" }));
    for columns in [80, 120, 200] {
        for args in [
            &["list"][..],
            &["list", "--columns", "name,email,owner,dealer_code,next_step,clock,mail,last_event,added_at,version"],
            &["list", "--view", "by group"],
            &["list", "--at", "now"],
            &["mail", "list", "--all"],
        ] {
            let lines = printed(&desk, args, columns);
            let named = |code: &&str| lines.iter().any(|line| line.split_whitespace().any(|word| word == *code));
            assert!(args.contains(&"by group") || CODES.iter().all(named), "{args:?}:\n{}", lines.join("\n"));
        }
        for args in [
            &["events"][..],
            &["report", "--by", "group", "--since", "2 days ago", "--until", "now"],
            &["show", "long-name-0001"],
            &["opcode", "list", "k4"],
            &["meaning", "list"],
            &["doctor"],
        ] {
            assert!(printed(&desk, args, columns).len() > 2, "{args:?}");
        }
    }
}

#[test]
fn columns_stand_below_each_other_and_what_is_left_out_is_said() {
    let (desk, _sandbox) = desk();
    let lines = printed(&desk, &["list", "--sort", "name"], 80);
    let place = |line: &str, word: &str| width(&line[..line.find(word).unwrap_or_else(|| panic!("{word}: {line}"))]);
    let heading = lines.iter().find(|line| line.starts_with("DEALERCODE")).unwrap();
    let stage = place(heading, "STAGE");
    let rows = lines.iter().filter(|line| CODES.iter().any(|code| line.starts_with(code)));
    assert_eq!(rows.map(|line| place(line, "invited")).collect::<Vec<_>>(), [stage; 4], "{}", lines.join("\n"));
    assert!(lines.iter().any(|line| line.contains('…')), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("no room for: ") && line.contains("OWNER")), "{lines:?}");
    // Whole where nobody looks at it.
    desk.run(&["list"])
        .ends(0)
        .prints("東京自動車販売株式会社 横浜支店サービス部")
        .prints("OWNER")
        .prints("The Very Long");
    // In a wide one nothing is left out.
    let lines = printed(&desk, &["list"], 200);
    assert!(!lines.iter().any(|line| line.contains("no room")), "{lines:?}");
}

#[test]
fn a_table_is_told_in_sentences_where_it_is_read_out() {
    let (desk, _sandbox) = desk();
    let told =
        desk.run_with(&["--plain"], "list --columns dealer_code,name,left --sort name\nevents --limit 1\nquit\n");
    let told = told.ends(0).prints("dealercode: k4. name: Bay Kia. code clock: 2 days 23 hours");
    assert!(told.out.lines().any(|line| line.ends_with("(ana)") && !line.contains("  ")), "{}", told.out);
}

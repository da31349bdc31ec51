//! The desk's work from the command line: list, show, codes, the two clocks, and what the rules refuse.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::Desk;
use serde_json::{Value, json};

fn names(desk: &Desk, args: &[&str]) -> Vec<String> {
    let document = desk.run(&[&["list", "--json"], args].concat()).ends(0).json();
    let all = document["dealerships"].as_array().unwrap();
    all.iter().map(|one| one["dealer_code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_for_people_for_spreadsheets_and_for_scripts() {
    let desk = Desk::filled();
    let table =
        desk.run(&["list", "--columns", "dealer_code,name,stage", "--sort", "dealer_code:desc", "--limit", "2"]);
    let table = table.ends(0).says("2 of 4 shown");
    assert_eq!(
        table.out,
        "DEALERCODE  NAME                    STAGE\nxts4        Lindqvist & Sons, Inc.  new\nxts3        Ford of Boise           new\n"
    );
    let csv =
        desk.run(&["list", "--csv", "--columns", "dealer_code,name,owner", "--sort", "owner,dealer_code"]).ends(0).out;
    assert_eq!(
        csv,
        "dealer_code,name,owner\nxts1,Nakamura Ford,ana\nxts3,Ford of Boise,ana\nxts2,Ford of Boise,ben\nxts4,\"Lindqvist & Sons, Inc.\",\n"
    );
    assert_eq!(names(&desk, &["ford", "!city:reno", "--sort", "dealer_code"]), ["xts1", "xts2"]);
    assert_eq!(names(&desk, &["is:mine", "--sort", "dealer_code"]), ["xts1", "xts3"]);
    desk.run(&["list", "--columns", "nmae"]).ends(2).says("did you mean `name`?");
    desk.run(&["list", "--sort", "name:up"]).ends(2).says("neither asc nor desc");
    desk.run(&["list", "is:expird"]).ends(2).says("did you mean `expired`?").says("  is:expird\n     ^^^^^^");
    desk.run(&["list", "nothing-like-this"]).ends(0).says("nothing matches");
}

#[test]
fn a_saved_view_is_listed_and_what_is_asked_for_besides_wins() {
    let desk = Desk::filled();
    assert_eq!(names(&desk, &["--view", "mine", "--sort", "dealer_code"]), ["xts1", "xts3"]);
    assert_eq!(names(&desk, &["--view", "mine", "nakamura"]), ["xts1"], "the query narrows the view");
    let owners = desk.run(&["list", "--view", "by-owner", "--csv", "--columns", "owner"]).ends(0).out;
    assert_eq!(owners, "owner\nana\nana\nben\n\"\"\n");
    let heading = desk.run(&["list", "--view", "by group", "--csv"]).ends(0).out;
    assert!(heading.starts_with("group,name,stage,clock,next_step,mail,owner\n"), "{heading}");
    desk.run(&["list", "--view", "mien"]).ends(2).says("there is no view `mien`; did you mean `mine`?");
    desk.write("config.toml", 
        "[ui]\noperator = \"ana\"\n[[views]]\nname = \"fords\"\nquery = \"ford\"\ncolumns = [\"place\", \"owner\"]\nsort = \"dealer_code:desc\"\n",
    );
    let fords = desk.run(&["list", "--view", "fords", "--csv", "--columns", "dealer_code"]).ends(0).out;
    assert_eq!(fords, "dealer_code\nxts3\nxts2\nxts1\n");
    let wrong = "[[views]]\nname = \"fords\"\nsort = \"onwer\"\n";
    desk.write("config.toml", wrong);
    desk.run(&["list"]).ends(2).says("config.toml:3:8").says("did you mean `owner`?");
}

#[test]
fn one_dealership_is_named_by_id_code_or_an_unambiguous_part_of_its_name() {
    let desk = Desk::filled();
    let id = desk.run(&["show", "xts2", "--json"]).ends(0).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(desk.run(&["show", &id, "--json"]).ends(0).json()["dealer_code"], "xts2");
    assert_eq!(desk.run(&["show", "lindqv", "--json"]).ends(0).json()["dealer_code"], "xts4");
    let before = desk.run(&["events", "--json"]).out;
    let ran = desk.run(&["note", "Ford of Boise", "which?"]).ends(2).says("could be 2 dealerships");
    assert!(ran.err.contains("xts2") && ran.err.contains("xts3") && ran.err.contains(&id), "{}", ran.err);
    assert_eq!(desk.run(&["events", "--json"]).out, before, "an ambiguous name changes nothing");
    desk.run(&["show", "xts99"]).ends(2).says("no dealership is named `xts99`; did you mean `xts");
}

#[test]
fn the_fields_that_scripts_rely_on() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--generated-at", "-70h", "--yes"]).ends(0);
    let one = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    assert_eq!(one["schema"], 1);
    for (path, value) in [
        ("/name", json!("Nakamura Ford")),
        ("/group", json!("Harbor")),
        ("/dealer_code", json!("xts1")),
        ("/timezone", json!("America/Chicago")),
        ("/owner", json!("ana")),
        ("/contact", json!({ "name": "Carla Peña", "email": "carla@example.com", "phone": "(780) 555-0101" })),
        ("/stage", json!("invited")),
        ("/attention", json!("code expires soon")),
        ("/invitation/generation", json!(1)),
        ("/invitation/code_masked", json!("••••7Q")),
        ("/invitation/state", json!("live")),
        ("/confirmation/overdue", json!(false)),
        ("/confirmation/due_at", Value::Null),
        ("/opcode/choice", json!("Tell Us More")),
        ("/opcode/option", Value::Null),
        ("/opcode/state", json!("unchecked")),
        ("/opcode/findings", json!([])),
        ("/slots", Value::Null),
        ("/mail/state", json!("written")),
        ("/mail/letters/0/to", json!("carla@example.com")),
        ("/last_probe", Value::Null),
        ("/version", json!(5)),
    ] {
        assert_eq!(one.pointer(path), Some(&value), "{path}");
    }
    let left = one["invitation"]["seconds_left"].as_i64().unwrap();
    assert!((7_100..=7_200).contains(&left), "{left}");
    for time in ["generated_at", "expires_at"] {
        assert!(one["invitation"][time].as_str().unwrap().ends_with('Z'));
    }
    assert!(!one.to_string().contains("SECRET") && one["invitation"].get("code").is_none());
    let revealed = desk.run(&["show", "xts1", "--json", "--reveal"]).ends(0).json();
    assert_eq!(revealed["invitation"]["code"], "SECRET-7Q");
    assert!(!revealed["timeline"].to_string().contains("SECRET"), "events never print a code");
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(page.contains("••••7Q  live, issue 1, issued by ana") && !page.contains("SECRET"), "{page}");
    assert!(page.contains(" CST, in 1h 59m") || page.contains(" CDT, in 1h 59m"), "{page}");
}

#[test]
fn rules_say_no_with_exit_4_and_the_reason() {
    let desk = Desk::filled();
    let code = |dealership: &str, code: &str, more: &[&str]| {
        desk.run(&[&["invite", dealership, "--code", code, "--yes"], more].concat())
    };
    code("xts1", "CODE-1", &["--generated-at", "-72h"]).ends(4).says("this code died");
    code("xts1", "CODE-1", &["--generated-at", "in 6m"]).ends(4).says("generated in the future");
    code("xts1", "CO DE", &[]).ends(4).says("white space inside");
    desk.run(&["reissue", "xts1", "--code", "CODE-1", "--yes"]).ends(4).says("never invited");
    code("xts1", "CODE-1", &["--generated-at", "-71h"]).ends(0);
    code("xts1", "CODE-2", &[]).ends(4).says("already invited (code 1)");
    code("xts2", "CODE-1", &[]).ends(4).says("used before for another dealership");
    desk.run(&["confirm", "xts1", "--at", "-21h"]).ends(0);
    desk.run(&["confirm", "xts1"]).ends(4).says("recorded already");
    desk.run(&["reissue", "xts1", "--code", "CODE-3", "--yes"]).ends(4).says("the dealer says the code was entered");
    desk.run(&["reissue", "xts1", "--code", "CODE-3", "--yes", "--despite-word"]).ends(0);
    let one = desk.run(&["show", "xts1", "--json"]).json();
    assert_eq!((&one["invitation"]["generation"], &one["confirmation"]["due_at"]), (&json!(2), &Value::Null));
    desk.run(&["revoke", "xts1"]).ends(2).says("--yes");
    desk.run(&["revoke", "xts1", "--reason", "wrong rooftop", "--yes"]).ends(0);
    desk.run(&["revoke", "xts1", "--yes"]).ends(4).says("no living code (stage revoked)");
    desk.run(&["note", "xts1", " "]).ends(4).says("the note is empty");
    desk.run(&["archive", "xts1"]).ends(0);
    desk.run(&["assign", "xts1", "ben"]).ends(4).says("archived");
    assert!(!names(&desk, &[]).contains(&"xts1".to_owned()));
    assert_eq!(names(&desk, &["is:archived"]), ["xts1"]);
    desk.run(&["archive", "--undo", "xts1"]).ends(0);
    desk.run(&["archive", "--undo", "xts1"]).ends(4).says("not archived");
}

#[test]
fn a_list_without_an_order_is_in_that_of_the_screen_the_longest_overdue_first() {
    let desk = Desk::filled();
    for (dealership, code, said) in [("xts1", "CODE-1", "-30h"), ("xts3", "CODE-3", "-26h"), ("xts4", "CODE-4", "-28h")]
    {
        desk.run(&["invite", dealership, "--code", code, "--yes", "--no-email", "--generated-at", "-40h"]).ends(0);
        desk.run(&["confirm", dealership, "--at", said, "--no-email"]).ends(0);
    }
    assert_eq!(names(&desk, &[]), ["xts1", "xts4", "xts3", "xts2"]);
    assert_eq!(names(&desk, &["--sort", "attention"]), ["xts3", "xts4", "xts1", "xts2"]);
}

#[test]
fn what_is_so_already_is_no_error_and_records_nothing() {
    let desk = Desk::filled();
    desk.run(&["assign", "xts2", "esi"]).ends(0);
    let before = desk.run(&["events", "--json"]).out;
    assert!(desk.run(&["assign", "xts2", "esi"]).ends(0).out.contains("already so"));
    assert_eq!(desk.run(&["assign", "xts2", "esi", "--json"]).ends(0).json()["items"][0]["outcome"], "unchanged");
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    desk.run(&["assign", "xts2"]).ends(2);
    desk.run(&["assign", "xts2", "--nobody"]).ends(0);
    desk.run(&["snooze", "xts2", "2 parsecs"]).ends(2).says("not a unit of time");
    desk.run(&["snooze", "xts2", "2d"]).ends(0);
    assert_eq!(names(&desk, &["is:snoozed"]), ["xts2"]);
    desk.run(&["snooze", "xts2", "--wake"]).ends(0);
    desk.run(&["snooze", "xts2", "tomorrow 14:00"]).ends(0);
    desk.run(&["snooze", "xts2", "yesterday 14:00"]).ends(2).says("that moment is past");
    desk.run(&["snooze", "xts2", "--wake"]).ends(0);
    desk.run(&["opcode", "set", "xts2", "DataClover Appt", "--new"]).ends(0);
    let one = desk.run(&["show", "xts2", "--json"]).json();
    assert_eq!((&one["opcode"]["choice"], &one["opcode"]["option"]), (&json!("DataClover Appt"), &json!("new")));
    desk.run(&["--read-only", "note", "xts2", "x"]).ends(4).says("read-only");
}

#[test]
fn codes_for_many_are_checked_as_a_whole_before_anything_is_written() {
    let desk = Desk::filled();
    let before = desk.run(&["events", "--json"]).out;
    desk.write("codes.csv", "dealership,code,generated_at\nxts1,CODE-1,-1h\nxts2,CODE-1\nxts9,CODE-3\nxts3,no\n");
    let ran = desk.run(&["invite", "--codes", "codes.csv", "--yes"]).ends(4).says("nothing is recorded");
    assert!(ran.err.contains("line 3: the same code as in line 2") && ran.err.contains("line 5:"), "{}", ran.err);
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    desk.write("codes.csv", "dealership,code,generated_at\nxts1,CODE-1,-1h\nxts2,CODE-2\n");
    desk.run(&["invite", "xts1", "xts2", "xts3", "--codes", "codes.csv", "--yes"]).ends(4).says("1 too few");
    desk.run(&["invite", "--codes", "codes.csv"]).ends(2).says("add --yes");
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    let plan = desk.run(&["invite", "--codes", "codes.csv", "--dry-run", "--json"]).ends(0).json();
    assert_eq!(plan["items"][1]["outcome"], "would-be-issued");
    let done = desk.run(&["invite", "--codes", "codes.csv", "--yes", "--json"]).ends(0).json();
    assert_eq!(done["items"][0]["invitation"]["generation"], 1);
    assert!(!done.to_string().contains("CODE-"), "codes are masked");
    desk.write("more.csv", "xts1 CODE-5\nxts4 CODE-6\n");
    let ran = desk.run(&["invite", "xts1", "xts4", "--codes", "more.csv", "--yes"]).ends(3);
    assert!(
        ran.err.contains("xts1 Nakamura Ford: already invited") && ran.out.contains("xts4"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn without_a_source_codes_must_be_given() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--yes"]).ends(2).says("codes come by paste");
    desk.run(&["invite", "xts1", "xts2", "--code", "CODE-1", "--yes"]).ends(2).says("for one dealership");
    desk.run(&["invite"]).ends(2).says("name a dealership");
    desk.run(&["check", "xts1"]).ends(2).says("Xtime is not configured");
}

#[test]
fn codes_from_a_program_each_with_its_own_outcome() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let script = desk.write(
        "issue",
        "#!/bin/sh\n[ \"$1\" = xts2 ] && { echo no such store >&2; exit 1; }\necho \"CODE-$1-$CLOVERWATCH_INTENT\"\n",
    );
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    desk.write(
        "config.toml",
        &format!(
            "[invitations]\nsource = \"command\"\n[invitations.command]\nrun = [\"{}\", \"{{{{ dealer_code }}}}\"]\n",
            script.display()
        ),
    );
    desk.fill();
    desk.run(&["invite", "--query", "is:new"]).ends(2).says("4 codes would be issued; add --yes");
    let ran = desk.run(&["invite", "--query", "is:new", "--yes", "--json"]).ends(3).says("no such store");
    let outcomes: Vec<Value> =
        ran.json()["items"].as_array().unwrap().iter().map(|item| item["outcome"].clone()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "done").count(), 3);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "failed").count(), 1);
    assert_eq!(names(&desk, &["is:pending", "--sort", "dealer_code"]), ["xts1", "xts3", "xts4"]);
    desk.run(&["invite", "xts2", "--yes"]).ends(1).says("no such store");
    desk.run(&["reissue", "xts1", "--yes"]).ends(0);
    assert_eq!(desk.run(&["show", "xts1", "--json"]).json()["invitation"]["generation"], 2);
}

#[test]
fn a_dealership_as_it_stood_at_a_moment() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let events = desk.run(&["show", "xts1", "--json"]).json()["timeline"].clone();
    let added = events[0]["at"].as_str().unwrap();
    let then = desk.run(&["show", "xts1", "--json", "--at", added]).ends(0).json();
    assert_eq!((&then["stage"], &then["invitation"], &then["version"]), (&json!("new"), &Value::Null, &json!(1)));
    assert_eq!(then["timeline"].as_array().unwrap().len(), 1);
    let later = desk.run(&["show", "xts1", "--json", "--at", "in 80h"]).ends(0).json();
    assert_eq!((&later["stage"], &later["invitation"]["state"]), (&json!("expired"), &json!("expired")));
    desk.run(&["show", "xts1", "--at", "-2d"]).ends(1).says("not in the store then");
    desk.run(&["show", "xts1", "--at", "2d"]).ends(2).says("`2d ago`");
}

#[test]
fn whose_move_it_is_is_a_column_a_filter_and_in_the_documents() {
    let desk = Desk::filled();
    let one = |query: &str| desk.run(&["list", query, "--json"]).ends(0).json();
    assert_eq!(one("move:us")["total"], one("stage:new")["total"], "whoever has no code is ours to invite");
    desk.run(&["invite", "xts1", "--code", "ABCD-1234", "--yes"]).ends(0);
    let step = &one("xts1")["dealerships"][0]["next"];
    // Without a mail server the letter became a file.
    assert_eq!(
        (&step["move"], &step["what"]),
        (&json!("us"), &json!("correct the address, or read the code by phone"))
    );
    assert!(step["until"].is_string() && step["since"].is_null(), "{step}");
    desk.run(&["show", "xts1"]).ends(0).prints("us: correct the address, or read the code by phone (until ");
    desk.run(&["confirm", "xts1"]).ends(0);
    let listed =
        desk.run(&["list", "move:xtime,dealer", "--csv", "--columns", "dealer_code,move,next_step"]).ends(0).out;
    assert_eq!(listed, "dealer_code,move,next_step\nxts1,xtime,wait for Xtime to show it\n");
    let waiting = desk.run(&["list", "next:\"show it\"", "--csv", "--columns", "dealer_code"]).ends(0).out;
    assert_eq!(waiting, "dealer_code\nxts1\n");
    desk.run(&["list", "move:them"]).ends(2).says("one of us, dealer, xtime, nobody");
}

#[test]
fn a_call_is_recorded_with_what_came_of_it() {
    let desk = Desk::filled();
    desk.run(&["call", "xts1", "--outcome", "gone fishing"]).ends(2).says("will-do");
    desk.run(&["call", "xts1", "--outcome", "done"]).ends(4).says("never invited");
    desk.run(&["told", "xts1"]).ends(4).says("never invited");
    desk.run(&["invite", "xts1", "--code", "CODE-CALL-1", "--no-email", "--yes"]).ends(0);
    desk.run(&["told", "xts1", "--to", "Carla"]).ends(0);
    let call = ["call", "xts1", "--outcome", "will-do", "--with", "Carla", "--note", "after lunch", "--callback", "2h"];
    desk.run(&call).ends(0);
    let one = desk.run(&["show", "xts1", "--json"]).json();
    assert_eq!(one["calls"]["last"]["outcome"], "will-do");
    assert_eq!((&one["calls"]["last"]["with"], &one["calls"]["code_told"]["to"]), (&json!("Carla"), &json!("Carla")));
    assert_eq!((&one["next"]["move"], &one["next"]["until"]), (&json!("nobody"), &one["calls"]["call_back_at"]));
    let shown = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(shown.contains("the dealer will do it: after lunch") && shown.contains("read out by"), "{shown}");
    assert!(!shown.contains("CODE-CALL-1"));
    desk.run(&["call", "xts1", "--outcome", "no-answer", "--callback", "yesterday 9:00"]).ends(2).says("is past");
    desk.run(&["call", "xts1", "--outcome", "no-answer", "--opcode", "17"]).ends(2).says("opcode-told");
    desk.run(&["call", "xts1", "--outcome", "opcode-told"]).ends(2).says("--opcode");
    desk.run(&["call", "xts1", "--outcome", "opcode-told", "--opcode", "17"]).ends(0);
    desk.run(&["call", "xts1", "--outcome", "done", "--finished", "now", "--no-email"]).ends(0);
    desk.run(&["call", "xts1", "--outcome", "no-answer", "--finished", "now"]).ends(2).says("--outcome done");
    assert_eq!(desk.run(&["show", "xts1", "--json"]).json()["stage"], "awaiting-xtime");
    let kinds = desk.run(&["events", "--kind", "call.logged,code.told", "--json"]).ends(0);
    assert_eq!(kinds.out.lines().count(), 4);
}

//! `opcode …`, and what `check`, `show` and `list` say of opcode and slots, against the sandbox over HTTP.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use std::fmt::Write as _;

use cli_support::{Desk, is_clean};
use serde_json::{Value, json};

fn opcode(desk: &Desk, dealer: &str) -> Value {
    desk.run(&["show", dealer, "--json"]).ends(0).json()["opcode"].clone()
}

#[test]
fn a_choice_for_one_has_who_when_and_on_whose_word() {
    let desk = Desk::filled();
    desk.run(&["opcode", "set", "xts1", "01HYZLOF1.6", "--word", "Carla on the phone"]).ends(0);
    let one = opcode(&desk, "xts1");
    let told = [&one["choice"], &one["option"], &one["word"], &one["chosen_by"], &one["state"]];
    assert_eq!(told, ["01HYZLOF1.6", "existing", "Carla on the phone", "ana", "unchecked"]);
    assert!(one["chosen_at"].as_str().unwrap().ends_with('Z'), "{one}");
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(
        page.contains("existing, chosen by ana, ") && page.contains(", on the word of Carla on the phone"),
        "{page}"
    );
    let so = desk.run(&["opcode", "set", "xts1", "01HYZLOF1.6", "--word", "Carla on the phone"]).ends(0);
    assert!(so.out.contains("already so"), "{}", so.out);
    desk.run(&["opcode", "set", "xts2", "--new"]).ends(0);
    desk.run(&["opcode", "set", "xts3", "--existing"]).ends(0);
    let (new, existing) = (opcode(&desk, "xts2"), opcode(&desk, "xts3"));
    assert_eq!([&new["choice"], &new["option"]], ["DataClover Appt", "new"]);
    assert_eq!([&existing["choice"], &existing["option"]], ["Tell Us More", "existing"]);
    let before = desk.run(&["events", "--json"]).out;
    desk.run(&["opcode", "set", "xts1"]).ends(2).says("the opcode is missing");
    desk.run(&["opcode", "set", "xts1", ""]).ends(4).says("the opcode is empty");
    desk.run(&["opcode", "set", "xts1", "Tell\u{200b}Us More"]).ends(2).says("invisible character, at character 5");
    desk.run(&["opcode", "set", "xts1", "X", "--new", "--existing"]).ends(2);
    desk.run(&["opcode", "set", "nobody", "X"]).ends(2).says("no dealership is named `nobody`");
    desk.run(&["--read-only", "opcode", "set", "xts1", "X"]).ends(4).says("read-only");
    assert_eq!(desk.run(&["events", "--json"]).out, before);
}

#[test]
fn a_choice_for_many() {
    let desk = Desk::filled();
    let ran = desk.run(&["opcode", "set", "xts1", "xts2", "01X"]).ends(0);
    assert_eq!(ran.out.matches("opcode `01X` chosen").count(), 2, "{}", ran.out);
    let before = desk.run(&["events", "--json"]).out;
    // Whoever lists dealerships and forgets the code must not record one of them as a code.
    desk.run(&["opcode", "set", "xts1", "xts2", "--new"])
        .ends(2)
        .says("`xts2` is a dealership, and the opcode comes last");
    desk.run(&["opcode", "set", "xts1", "xts2", "01X", "--query", "ford"]).ends(2).says("not both");
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    desk.run(&["opcode", "set", "xts1", "xts2", "--code", "xts9"]).ends(0);
    desk.run(&["opcode", "set", "--query", "group:harbor", "--new"]).ends(0);
    desk.run(&["opcode", "set", "--query", "group:harbor", "02Y"]).ends(0);
    assert_eq!([&opcode(&desk, "xts1")["choice"], &opcode(&desk, "xts3")["choice"]], ["02Y", "02Y"]);
    desk.run(&["archive", "xts2"]).ends(0);
    let ran = desk.run(&["opcode", "set", "xts1", "xts2", "03Z", "--json"]).ends(3).says("archived");
    let items = ran.json()["items"].clone();
    assert_eq!([&items[0]["outcome"], &items[1]["outcome"]], ["done", "refused"]);
}

#[test]
fn above_25_somebody_must_mean_it() {
    let desk = Desk::new();
    let mut file = String::from("name,dealer_code,timezone,email\n");
    for number in 0..26 {
        writeln!(file, "D{number},d{number:03},America/Denver,d@example.com").unwrap();
    }
    desk.write("many.csv", &file);
    desk.run(&["import", "many.csv"]).ends(0);
    let before = desk.run(&["events", "--json"]).out;
    let ran = desk.run(&["opcode", "set", "--query", "is:new", "--new"]).ends(2);
    let ran = ran.says("record opcode `DataClover Appt` (new) for 26 dealerships").says("--yes");
    assert!(ran.out.is_empty());
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    // At a terminal the number is typed.
    let config = desk.path("config.toml");
    for (typed, code, events) in [("25\r", 4, 0), ("26\r", 0, 26)] {
        let args =
            ["--config", config.to_str().unwrap(), "--store", &desk.store, "opcode", "set", "--query", "is:new", "01X"];
        let mut terminal = pty::Pty::start(&args, &desk.path(""), 110, 40);
        terminal.wait_text("Type the number to go on:");
        terminal.send(typed);
        assert_eq!(terminal.wait_exit().exit_code(), code);
        let after = desk.run(&["events", "--json"]).out;
        assert_eq!(after.lines().count() - before.lines().count(), events);
    }
    let ran = desk.run(&["opcode", "set", "--query", "is:new", "--new", "--yes"]).ends(0);
    assert_eq!(ran.out.lines().count(), 26);
}

#[test]
fn what_xtime_shows_with_the_chosen_one_and_near_misses() {
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ready("xts1");
    let list = |ends: i32| desk.run(&["opcode", "list", "xts1", "--json"]).ends(ends).json();
    let found = list(0);
    assert_eq!([&found["choice"], &found["state"]], ["Tell Us More", "ok"]);
    let rows = found["opcodes"].as_array().unwrap();
    let chosen: Vec<&Value> = rows.iter().filter(|row| row["chosen"] == true).map(|row| &row["opcode"]).collect();
    assert_eq!(chosen, ["Tell Us More"]);
    assert!(rows.iter().all(|row| row["near_miss"].is_null()), "beside the chosen one nothing is a slip");
    let shown = desk.run(&["opcode", "list", "xts1"]).ends(0).says("found: visible to us").out;
    assert!(shown.lines().any(|line| line.starts_with("* Tell Us More")), "{shown}");
    // It is renamed, and somebody publishes what no terminal should get.
    sandbox.act("xts1", "rename", &json!({ "opcode": "Tell Us More", "name": "TELL US MORE" }));
    sandbox.act("xts1", "publish", &json!({ "opcode": "\u{1b}]52;c;ZWNobw==\u{7}", "name": "\u{202e}evil" }));
    let ran = desk.run(&["opcode", "list", "xts1"]).ends(0).says("did you mean `TELL US MORE`?").says("gone since");
    let near = ran.out.lines().find(|line| line.starts_with("~ ")).unwrap();
    assert!(near.contains("did you mean `TELL US MORE`? (it differs in upper and lower case)"), "{near}");
    assert!(is_clean(&ran.out) && is_clean(&ran.err), "{:?}", ran.out);
    let found = list(0);
    assert_eq!(found["state"], "near-miss");
    assert!(found["visible_before_since"].is_string(), "{found}");
    sandbox.act("xts1", "disconnect", &Value::Null);
    assert_eq!(list(1)["outcome"], "not-connected");
}

#[test]
fn drift_slots_and_what_is_lacking_are_told_everywhere() {
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ready("xts1");
    let ran = desk.run(&["check", "xts1"]).ends(0);
    assert!(
        ran.out.contains("found: visible to us") && ran.out.contains(" slots on ") && ran.out.contains("live"),
        "{}",
        ran.out
    );
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(
        page.contains("stage         live")
            && page.contains(", next ")
            && page.contains("found: visible to us since ")
            && page.contains("(recorded "),
        "{page}"
    );
    sandbox.act("xts1", "close-slots", &Value::Null);
    let ran = desk.run(&["check", "xts1"]).ends(0);
    let places: Vec<usize> = [
        "1. Configure → Resources → Capacity: type Web",
        "2. no advisor is Reservable",
        "3. the web horizon",
        "4. the days are closed",
    ]
    .iter()
    .map(|cause| ran.out.find(cause).unwrap_or_else(|| panic!("{cause} is not in {}", ran.out)))
    .collect();
    assert!(places.is_sorted() && ran.out.contains("to be live it lacks: no slots"), "{}", ran.out);
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(
        page.contains("1. Configure") && page.contains("lacks         no slots") && page.contains("not live any more"),
        "{page}"
    );
    sandbox.act("xts1", "open-slots", &Value::Null);
    sandbox.act("xts1", "unpublish", &json!({ "opcode": "Tell Us More" }));
    let ran = desk.run(&["check", "xts1", "--json"]).ends(0).json()["items"][0].clone();
    assert_eq!([&ran["stage"], &ran["opcode"]["state"], &ran["lacks"]], ["opcode-missing", "missing", "opcode gone"]);
    assert!(ran["opcode"]["visible_before_since"].is_string(), "{ran}");
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(
        page.contains("gone since ")
            && page.contains(", was visible since ")
            && page.contains("missing: not among the "),
        "{page}"
    );
    let table = desk.run(&["list", "--columns", "dealer_code,lacks", "--sort", "lacks", "--limit", "1"]).ends(0).out;
    assert_eq!(table, "DEALERCODE  LACKS\nxts1        opcode gone\n");
    assert!(desk.run(&["list", "xts1"]).out.contains("opcode gone"));
}

#[test]
fn the_steps_as_a_checklist_and_as_a_letter() {
    let (desk, sandbox) = Desk::connected("none");
    let steps = |args: &[&str]| {
        let guide = desk.run(&[&["opcode", "guide", "xts1", "--json"], args].concat()).ends(0).json();
        let steps = guide["steps"].as_array().unwrap();
        steps.iter().map(|step| step["observed"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let unseen = "cannot-be-observed".to_owned();
    assert_eq!(steps(&[])[..4], [unseen.clone(), unseen.clone(), unseen.clone(), unseen.clone()]);
    assert_eq!(steps(&[])[4], "not-visible", "nobody told us the choice");
    desk.run(&["opcode", "set", "xts1", "--new", "--word", "Carla"]).ends(0);
    sandbox.ready("xts1");
    let page = desk.run(&["opcode", "guide", "xts1", "--check"]).ends(0).out;
    let (missing, first) = (page.find("missing: step 2").unwrap(), page.find("1. Create a service operation").unwrap());
    assert!(missing < first, "what is missing comes first: {page}");
    for line in
        ["[?] 1. ", "[ ] 2. Set its code to `DataClover Appt`", "[?] 4. Publish", "[x] 5. ", "any of these steps"]
    {
        assert!(page.contains(line), "{line} is not in {page}");
    }
    sandbox.act("xts1", "publish", &json!({ "opcode": "DataClover Appt" }));
    assert!(!steps(&[]).iter().all(|step| step == "visible"), "without a look it is what the books say");
    assert!(steps(&["--check"]).iter().all(|step| step == "visible"));
    let page = desk.run(&["opcode", "guide", "xts1"]).ends(0).out;
    assert!(page.contains("nothing is missing") && !page.contains("[ ]") && !page.contains("[?]"), "{page}");
    let letter = desk.run(&["opcode", "guide", "xts1", "--letter"]).ends(0);
    assert!(letter.out.starts_with("Every appointment that DataClover requests"), "{}", letter.out);
    assert!(letter.out.contains("\n4. Publish the catalog") && !letter.out.contains("[x]"), "{}", letter.out);
    desk.run(&["opcode", "guide", "xts1", "--letter", "--json"]).ends(2);
}

#[test]
fn the_steps_need_no_platform_and_are_read_from_the_owner() {
    let desk = Desk::filled();
    let _owner = desk.owner();
    let ran = desk.run(&["opcode", "guide", "xts1"]).ends(0);
    assert!(ran.out.contains("[?] 1. Find the service opcode `Tell Us More`"), "{}", ran.out);
    desk.run(&["opcode", "guide", "xts1", "--check"]).ends(2).says("Xtime is not configured");
    desk.run(&["--no-attach", "opcode", "set", "xts1", "X"]).ends(75);
}

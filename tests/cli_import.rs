//! `import` and `add` as people and scripts meet them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::{Desk, is_clean};
use serde_json::json;

const DIRTY: &str = "\u{feff}name,dealer_code,timezone,email,owner\r\n\
Good,xts1,America/Chicago,good@example.com,ana\r\n\
,xts2,America/Chicago,a@example.com,ana\r\n\
\"Newline\",xts3,America/Chicago,\"a\r\nBcc: all@example.com\",ana\r\n\
Zone,xts4,Gotham,a@example.com,ana\r\n\
Twice,xts1,America/Chicago,a@example.com,ana\r\n\
\"\u{1b}]52;c;ZWNobw==\u{7}\",xts5,America/Chicago,a@example.com,ana\r\n\
Short,xts6\r\n\
Mail,xts7,America/Chicago,a@b@example.com,ana\r\n\
Also Good,xts8,America/Chicago,pat.st..clair@example.net,\r\n";

#[test]
fn good_rows_are_kept_and_bad_ones_named_by_line_field_and_reason() {
    let desk = Desk::new();
    desk.write("dirty.csv", DIRTY);
    let ran = desk.run(&["import", "dirty.csv"]).ends(3);
    assert_eq!(ran.out, "2 added, 0 updated, 0 unchanged, 7 refused\n");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 14, "{}", ran.err);
    assert!(lines[7..].iter().all(|line| line.starts_with("1 row: ")), "each reason is counted: {}", ran.err);
    assert_eq!(lines[0], "dirty.csv:3 (xts2): name: is empty");
    assert_eq!(lines[1], "dirty.csv:4 (xts3): email: has a line break, at character 2: write it in one line");
    assert!(lines[2].starts_with("dirty.csv:6 (xts4): timezone: `Gotham` is not a time zone"), "{}", lines[2]);
    assert_eq!(lines[3], "dirty.csv:7 (xts1): dealer_code: `xts1` stands already on line 2");
    assert_eq!(lines[4], "dirty.csv:8 (xts5): name: has an escape character, at character 1: take it out");
    assert_eq!(lines[5], "dirty.csv:9 (xts6): row: too few columns: 2 instead of 5");
    assert!(lines[6].starts_with("dirty.csv:10 (xts7): email: "), "{}", lines[6]);
    assert!(is_clean(&ran.err));
}

#[test]
fn the_document_for_scripts_and_a_dry_run_records_nothing() {
    let desk = Desk::new();
    desk.write("dirty.csv", DIRTY);
    let document = desk.run(&["import", "--json", "--dry-run", "dirty.csv"]).ends(3).json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["dry_run"], true);
    assert_eq!((&document["rows"], &document["added"]), (&json!(9), &json!(2)));
    let reasons = json!([{ "field": "name", "reason": "is empty" }]);
    let first = json!({ "line": 3, "row": 3, "dealer_code": "xts2", "field": "name", "reason": "is empty", "reasons": reasons });
    assert_eq!(document["refused"][0], first);
    assert_eq!(document["refused"][2]["row"], 5, "the row counts rows, the line counts lines");
    assert_eq!(desk.run(&["list", "--json"]).ends(0).json()["total"], 0);
}

#[test]
fn importing_again_changes_nothing_and_a_correction_updates() {
    let desk = Desk::filled();
    let ran = desk.run(&["import", "some.csv"]).ends(0);
    assert_eq!(ran.out, "0 added, 0 updated, 4 unchanged, 0 refused\n");
    let before = desk.run(&["events", "--json"]).out.lines().count();
    desk.write(
        "new.csv",
        &cli_support::SOME.replace("Ford of Boise,xts2", "Ford of New Boise,xts2").replace(",ana\n", ",esi\n"),
    );
    let told = "Ford of Boise (xts2)\n  name: Ford of Boise → Ford of New Boise\n";
    assert_eq!(
        desk.run(&["import", "new.csv", "--dry-run"]).ends(0).out,
        format!("{told}would be 0 added, 1 updated, 3 unchanged, 0 refused\n")
    );
    assert_eq!(
        desk.run(&["import", "new.csv"]).ends(0).out,
        format!("{told}0 added, 1 updated, 3 unchanged, 0 refused\n")
    );
    assert_eq!(desk.run(&["events", "--json"]).out.lines().count(), before + 1);
    let owner = &desk.run(&["show", "xts1", "--json"]).json()["owner"];
    assert_eq!(owner, "ana", "who looks after it is decided at the desk, not by a file");
}

#[test]
fn columns_of_other_people_json_and_standard_input() {
    let desk = Desk::new();
    desk.write(
        "vendor.csv",
        "Dealership;Xtime Dealer Code;Time Zone;Reply Box;Secret\nA;xts1;America/Denver;a@example.com;x\n",
    );
    desk.run(&["import", "vendor.csv"]).ends(2).says("no column holds email").says("--map COLUMN=email");
    desk.run(&["import", "vendor.csv", "--map", "Reply=email"]).ends(2).says("did you mean `Reply Box`?");
    let map = ["--map", "Xtime Dealer Code=dealer_code", "--map", "Reply Box=email"];
    desk.run(&[&["import", "vendor.csv"], &map[..]].concat()).ends(0).says("`Secret`");
    let one = r#"[{"name": "B", "dealer_code": "xts2", "timezone": "America/Denver", "email": "b@example.com"}]"#;
    assert_eq!(desk.run_with(&["import", "-"], one).ends(0).out, "1 added, 0 updated, 0 unchanged, 0 refused\n");
    let listed = desk.run(&["list", "--json"]).out;
    let again = desk.run_with(&["import", "-"], &listed).ends(0);
    assert_eq!(again.out, "0 added, 0 updated, 2 unchanged, 0 refused\n", "what is listed can be imported");
}

#[test]
fn the_choice_of_an_opcode_comes_in_columns() {
    let desk = Desk::new();
    let heading = "name,dealer_code,timezone,email,opcode,opcode_option,opcode_word\n";
    let row = |code: &str, choice: &str| format!("D {code},{code},America/Denver,{code}@example.com,{choice}\n");
    let file = [
        row("xts1", "Tell Us More,existing,Carla on the phone"),
        row("xts2", "DataClover Appt,,"),
        row("xts3", ",NEW,Ben"),
        row("xts4", ",,"),
        row("xts5", "01HYZLOF1.6,,"),
        row("xts6", "X,perhaps,"),
        row("xts7", ",,Uma"),
        row("xts8", &format!("{},,", "x".repeat(101))),
    ];
    desk.write("choices.csv", &format!("{heading}{}", file.concat()));
    let dry = desk.run(&["import", "choices.csv", "--dry-run"]).ends(3);
    assert_eq!(dry.out, "would be 5 added, 0 updated, 0 unchanged, 3 refused\n");
    let ran = desk.run(&["import", "choices.csv"]).ends(3);
    assert_eq!(ran.out, "5 added, 0 updated, 0 unchanged, 3 refused\n");
    let said: Vec<&str> = ran.err.lines().collect();
    assert_eq!(said[0], "choices.csv:7 (xts6): opcode_option: `perhaps` is neither existing nor new");
    assert!(said[1].starts_with("choices.csv:8 (xts7): opcode_word: "), "{}", said[1]);
    assert_eq!(said[2], "choices.csv:9 (xts8): opcode: has 101 characters; at most 100 are taken");
    let opcode = |code: &str| desk.run(&["show", code, "--json"]).json()["opcode"].clone();
    let told = |code: &str| {
        let one = opcode(code);
        [&one["choice"], &one["option"], &one["word"], &one["chosen_by"]].map(|value| value.as_str().map(str::to_owned))
    };
    let some = |texts: [&str; 4]| texts.map(|text| (!text.is_empty()).then(|| text.to_owned()));
    assert_eq!(told("xts1"), some(["Tell Us More", "existing", "Carla on the phone", "ana"]));
    assert_eq!(told("xts2"), some(["DataClover Appt", "new", "", "ana"]), "the name that new ones get is a new one's");
    assert_eq!(told("xts3"), some(["DataClover Appt", "new", "Ben", "ana"]));
    assert_eq!(
        (opcode("xts4")["chosen"].clone(), told("xts5")[1].clone()),
        (json!(false), Some("existing".to_owned()))
    );
    // Again, and what was listed, in either form: nothing changes, nothing is chosen for anybody.
    let before = desk.run(&["events", "--json"]).out;
    let again = "0 added, 0 updated, 5 unchanged, 0 refused\n";
    let refused = again.replace("0 refused", "3 refused");
    assert_eq!(desk.run(&["import", "choices.csv", "--dry-run"]).ends(3).out, format!("would be {refused}"));
    assert_eq!(desk.run(&["import", "choices.csv"]).ends(3).out, refused);
    for form in ["--json", "--csv"] {
        let listed = desk.run(&["list", form]).out;
        assert_eq!(desk.run_with(&["import", "-"], &listed).ends(0).out, again, "{form}");
    }
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    let changed = file.concat().replace("01HYZLOF1.6,,", "01HYZLOF1.7,,");
    desk.write(
        "choices.csv",
        &format!("{}{changed}", heading.replace("opcode,", "Op Code,").replace("opcode_word", "Said By")),
    );
    let map = ["--map", "Op Code=opcode", "--map", "Said By=opcode_word"];
    let dry = desk.run(&[&["import", "choices.csv", "--dry-run"], &map[..]].concat()).ends(3).out;
    // What was recorded once is the desk's to change, not a file's.
    assert_eq!(dry, "would be 0 added, 0 updated, 5 unchanged, 3 refused\n");
    assert_eq!(desk.run(&[&["import", "choices.csv"], &map[..]].concat()).ends(3).out, dry.replace("would be ", ""));
    assert_eq!(opcode("xts5")["choice"], "01HYZLOF1.6");
}

#[test]
fn one_dealership_by_hand_with_its_choice() {
    let desk = Desk::new();
    let add = |code: &str, more: &[&str]| {
        let args =
            ["add", "A", "--dealer-code", code, "--email", "a@example.com", "--timezone", "America/Denver", "--json"];
        desk.run(&[&args[..], more].concat())
    };
    let one = add("xts1", &["--opcode", "01X", "--opcode-word", "Carla"]).ends(0).json()["opcode"].clone();
    assert_eq!([&one["choice"], &one["option"], &one["word"]], ["01X", "existing", "Carla"]);
    let one = add("xts2", &["--new-opcode"]).ends(0).json()["opcode"].clone();
    assert_eq!([&one["choice"], &one["option"]], ["DataClover Appt", "new"]);
    add("xts3", &["--opcode-word", "Carla"]).ends(2).says("opcode_word");
    add("xts3", &["--opcode", ""]).ends(0);
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_usage_and_changes_nothing() {
    let desk = Desk::new();
    desk.run(&["import", "none.csv"]).ends(2).says("cannot read none.csv");
    desk.write("bad.json", "[{]");
    desk.run(&["import", "bad.json"]).ends(2).says("it looks like JSON, and is not");
    desk.run_with(&["import", "-"], "").ends(2).says("stdin: the file is empty");
    assert!(!cli_support::exists(&desk.path("store")));
}

#[test]
fn one_dealership_by_hand() {
    let desk = Desk::new();
    let add = |code: &str, zone: &str| {
        desk.run(&[
            "add",
            "Jeep of Reno",
            "--dealer-code",
            code,
            "--email",
            "j@example.com",
            "--timezone",
            zone,
            "--group",
            "G",
            "--json",
        ])
    };
    let document = add("xts9", "America/Los_Angeles").ends(0).json();
    assert_eq!((&document["schema"], &document["stage"], &document["group"]), (&json!(1), &json!("new"), &json!("G")));
    add("xts9", "America/Los_Angeles").ends(4).says("dealerCode is taken");
    let other = add("xts11", "Pacific Time (US & Canada)").ends(0).says("was read as America/Los_Angeles").json();
    assert_eq!(other["timezone"], "America/Los_Angeles");
    add("xts10", "UTC-8").ends(2).says("timezone");
    desk.run(&["add", "X", "--dealer-code", "x", "--email", "no", "--timezone", "America/Reno"]).ends(2).says("email");
}

/// A file of so many dealerships, with a name for each.
fn many(count: usize, name: &str, host: &str) -> String {
    let row = |n| format!("{name} {n},many{n},America/Chicago,service{n}@{host},(797) 555-01{n:02}\n");
    "name,dealer_code,timezone,email,phone\n".to_owned() + &(0..count).map(row).collect::<String>()
}

#[test]
fn every_change_is_told_before_and_after_and_many_are_held_until_yes() {
    let desk = Desk::new();
    let events = || desk.run(&["events", "--json"]).out.lines().count();
    desk.write("many.csv", &many(26, "Sample Motors", "example.com"));
    let document = desk.run(&["import", "many.csv", "--json"]).ends(0).json();
    assert_eq!((&document["updates"], &document["held"]), (&json!([]), &json!(null)), "new ones are not held");
    desk.write("moved.csv", &many(26, "Sample Motors", "example.net"));
    let before = events();
    let ran = desk
        .run(&["import", "moved.csv"])
        .ends(2)
        .says("26 known dealerships would change, more than 25")
        .says("--yes");
    assert!(ran.out.contains("  email: service7@example.com → service7@example.net\n"), "{}", ran.out);
    assert!(ran.out.ends_with("would be 0 added, 26 updated, 0 unchanged, 0 refused\n"), "{}", ran.out);
    let document = desk.run(&["import", "moved.csv", "--json"]).ends(2).json();
    assert!(document["held"].as_str().unwrap().contains("more than 25"));
    let first = json!({
        "dealer_code": "many0",
        "changes": [{ "field": "email", "from": "service0@example.com", "to": "service0@example.net" }],
    });
    assert_eq!(document["updates"][0], first);
    desk.run(&["import", "moved.csv", "--dry-run"]).ends(0).says("--yes");
    assert_eq!(events(), before, "nothing is recorded of what is held");
    let document = desk.run(&["import", "moved.csv", "--yes", "--json"]).ends(0).json();
    assert_eq!((&document["updated"], &document["updates"][0]), (&json!(26), &first));
    assert_eq!(events(), before + 26);
    // A part of them is not held.
    desk.write("some.csv", &many(25, "Sample Motors", "example.com"));
    assert!(desk.run(&["import", "some.csv"]).ends(0).out.ends_with("0 added, 25 updated, 0 unchanged, 0 refused\n"));
}

#[test]
fn one_whose_name_and_mail_change_is_held_with_everything_else() {
    let desk = Desk::new();
    desk.write("one.csv", &many(1, "Sample Motors", "example.com"));
    desk.run(&["import", "one.csv"]).ends(0);
    desk.write("other.csv", &many(3, "Another Motors", "example.net"));
    desk.run(&["import", "other.csv"])
        .ends(2)
        .says("name and mail address both change at many0")
        .says("another dealership");
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 1, "the new rows wait too");
    desk.run(&["import", "other.csv", "--yes"]).ends(0);
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 3);
    // What a file says of the opcode is told too, where none is chosen yet.
    desk.write(
        "opcode.csv",
        "name,dealer_code,timezone,email,opcode\nAnother Motors 1,many1,America/Chicago,service1@example.net,OIL\n",
    );
    let ran = desk.run(&["import", "opcode.csv", "--json"]).ends(0).json();
    let changes = ran["updates"][0]["changes"].as_array().unwrap();
    assert!(changes.contains(&json!({ "field": "opcode", "from": "", "to": "OIL" })), "{changes:?}");
}

#[test]
fn what_was_read_otherwise_than_it_stands_is_told_once_for_each_kind() {
    let desk = Desk::new();
    let row = |n: usize, zone: &str| {
        format!("Pe\u{f1}a{} {n};xts{n};{zone};a{n}@example.com;\r", if n == 1 { "\u{a0}\u{a0}" } else { "" })
    };
    let text =
        format!("sep=;\rname;dealer_code;timezone;email\r{}{}{}", row(1, "Pacific"), row(2, "PT"), row(3, "Pacific"));
    // As an old spreadsheet writes it.
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| match c {
            '\u{f1}' => 0x96,
            '\u{a0}' => 0xca,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    std::fs::write(desk.path("mac.csv"), bytes).unwrap();
    let ran = desk.run(&["import", "mac.csv"]).ends(0);
    assert_eq!(ran.out, "3 added, 0 updated, 0 unchanged, 0 refused\n");
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        told,
        [
            "mac.csv: the file is not UTF-8: it was read as Mac OS Roman; a word of it: `Peña`",
            "mac.csv:3: name: characters that cannot be seen were taken out",
            "mac.csv:3: timezone: `Pacific` was read as America/Los_Angeles (and 1 more row)",
            "mac.csv:4: timezone: `PT` was read as America/Los_Angeles",
        ]
    );
    let document = desk.run(&["import", "mac.csv", "--json"]).ends(0).json();
    assert_eq!(document["unchanged"], 3);
    let zone = json!({ "line": 4, "rows": 1, "what": "timezone: `PT` was read as America/Los_Angeles" });
    assert_eq!(document["remarks"][3], zone);
    assert_eq!(document["remarks"][0]["line"], json!(null));
}

#[test]
fn a_file_that_is_too_large_is_refused_before_anything_is_recorded() {
    let desk = Desk::new();
    std::fs::File::create(desk.path("large.csv")).unwrap().set_len(1 << 30).unwrap();
    for args in [["import", "large.csv"], ["invite", "--codes=large.csv"]] {
        desk.run(&args).ends(2).says("cannot read large.csv: it is larger than 64 MiB");
    }
    let heading = "name,dealer_code,timezone,email\nA,xts1,America/Denver,a@example.com\n";
    let piped = heading.to_owned() + &"x,x,x,x\n".repeat(9 << 20);
    desk.run_with(&["import", "-"], &piped).ends(2).says("cannot read stdin: it is larger than 64 MiB");
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 0);
}

#[test]
fn our_own_csv_comes_back_as_it_was() {
    let desk = Desk::new();
    desk.write(
        "odd.csv",
        "name,dealer_code,timezone,email,phone,group\n\"=SUM Motors\",+g3,America/Denver,a@example.com,+1 (201) 555-0100,\"''Quoted''\"\n＝Wide,xts2,America/Denver,b@example.com,-5,@home\n",
    );
    desk.run(&["import", "odd.csv"]).ends(0);
    for _ in 0..2 {
        let listed = desk.run(&["list", "--csv"]).ends(0).out;
        assert!(listed.contains("'=SUM Motors") && listed.contains("'＝Wide"), "{listed}");
        let again = desk.run_with(&["import", "-"], &listed).ends(0);
        assert_eq!(again.out, "0 added, 0 updated, 2 unchanged, 0 refused\n", "{}", again.err);
    }
}

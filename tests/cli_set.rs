//! `set` and `assign` as people and scripts meet them: who a dealership is, corrected.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::Desk;
use serde_json::json;

#[test]
fn a_correction_is_recorded_and_told_before_and_after() {
    let desk = Desk::filled();
    let before = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    let ran = desk.run(&["set", "xts1", "--email", "parts@example.com", "--city", "Boulder", "--owner", "esi"]).ends(0);
    let address = before["contact"]["email"].as_str().unwrap();
    assert!(ran.out.contains(&format!("email: {address} → parts@example.com")), "{}", ran.out);
    assert!(ran.out.contains("city: Chicago → Boulder"), "{}", ran.out);
    let after = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    assert_eq!(after["contact"]["email"], "parts@example.com");
    assert_eq!((&after["owner"], &after["name"]), (&json!("esi"), &before["name"]));
    let events = desk.run(&["events", "xts1", "--json"]).ends(0).out;
    assert!(events.contains("\"dealership.updated\"") && events.contains("\"owner.assigned\""), "{events}");
    // The same again is no news.
    let ran = desk.run(&["set", "xts1", "--city", "Boulder"]).ends(0);
    assert!(ran.out.contains("nothing to change"), "{}", ran.out);
    assert_eq!(desk.run(&["events", "xts1", "--json"]).ends(0).out, events);
}

#[test]
fn the_document_of_a_correction_names_each_field() {
    let desk = Desk::filled();
    let document = desk.run(&["set", "xts2", "--name", "Ford of New Boise", "--json"]).ends(0).json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["dealership"]["dealer_code"], "xts2");
    assert_eq!(document["changes"], json!([{ "field": "name", "from": "Ford of Boise", "to": "Ford of New Boise" }]));
}

#[test]
fn a_wrong_value_is_refused_with_its_reason_and_nothing_is_recorded() {
    let desk = Desk::filled();
    let before = desk.run(&["events", "--json"]).ends(0).out;
    for (option, value, words) in [
        ("--email", "service at example.com", "--email: `service at example.com` is not a mail address"),
        ("--email", "", "--email: is empty"),
        ("--timezone", "America/Bosie", "did you mean `America/Boise`?"),
        ("--name", " ", "--name: is empty"),
        ("--city", "a\u{1b}[2Jb", "--city: has an escape character, at character 2"),
    ] {
        desk.run(&["set", "xts1", "--phone", "555-0199", option, value]).ends(2).says(words);
    }
    desk.run(&["set", "xts1"]).ends(2).says("what shall be corrected?");
    desk.run(&["set", "nowhere", "--city", "Boulder"]).ends(2).says("no dealership is named `nowhere`");
    desk.run(&["archive", "xts3"]).ends(0);
    desk.run(&["set", "xts3", "--city", "Boulder"]).ends(4).says("take it back first (`archive DEALERSHIP --undo`)");
    let after = desk.run(&["events", "--json"]).ends(0).out;
    assert_eq!(after.lines().count(), before.lines().count() + 1, "{after}");
}

#[test]
fn a_zone_is_read_by_the_place_and_one_that_contradicts_it_is_told_and_shown() {
    let desk = Desk::filled();
    let zone = || desk.run(&["show", "xts1", "--json"]).json()["timezone"].clone();
    let ran = desk.run(&["set", "xts1", "--state", "AZ", "--brand", "Kia", "--timezone", "MST"]).ends(0);
    assert_eq!((zone(), ran.err.as_str()), (json!("America/Phoenix"), ""));
    assert!(ran.out.contains("brand: ") && ran.out.contains(" → Kia"), "{}", ran.out);
    let words = "America/Phoenix is no zone of MA (America/New_York)";
    desk.run(&["set", "xts1", "--state", "MA"]).ends(0).says(words);
    desk.run(&["show", "xts1"]).ends(0).prints(words);
    // What has nothing to do with it is not the moment to say it again.
    assert_eq!(desk.run(&["set", "xts1", "--phone", "555-0142"]).ends(0).err, "");
    desk.run(&["set", "xts1", "--timezone", "Eastern"]).ends(0);
    assert!(!desk.run(&["show", "xts1"]).out.contains("is no zone of"));
}

#[test]
fn an_owner_whom_nobody_else_has_is_said_to_be_new_with_a_near_name() {
    let desk = Desk::filled();
    desk.run(&["assign", "xts1", "Dana Whitfield"]).ends(0).says("new owner: no other dealership has it");
    let ran = desk.run(&["assign", "xts2", "Dana Whitfeld"]).ends(0);
    assert!(ran.err.contains("did you mean `Dana Whitfield`?"), "{}", ran.err);
    let ran = desk.run(&["set", "xts2", "--owner", "Dana Whitfield"]).ends(0);
    assert!(!ran.err.contains("new owner"), "{}", ran.err);
}

#[test]
fn nobody_is_no_owner_however_it_is_said() {
    let desk = Desk::filled();
    for nobody in [
        ["assign", "xts1", "nobody"].as_slice(),
        &["assign", "xts1", " Nobody "],
        &["set", "xts1", "--owner", "nobody"],
    ] {
        desk.run(&["assign", "xts1", "esi"]).ends(0);
        let ran = desk.run(nobody).ends(0);
        assert!(!ran.err.contains("new owner"), "{}", ran.err);
        assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["owner"], json!(null), "{nobody:?}");
    }
}

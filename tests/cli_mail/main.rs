//! Letters from the command line: what goes out with a code, what is told of it, and what can be done when it does not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "../cli_support/mod.rs"]
mod cli_support;
mod reports;

use std::collections::BTreeMap;

use cli_support::Desk;
use mail_parser::MessageParser;
use serde_json::Value;

const DIR: &str = "[mail]\ntransport = \"dir:letters\"\n";

fn writing() -> Desk {
    let desk = Desk::with_config(DIR);
    desk.fill();
    desk
}

/// The letters that were written, by recipient: Message-ID, Subject, text.
fn letters(desk: &Desk) -> BTreeMap<String, Vec<(String, String, String)>> {
    let mut all: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(desk.path("letters")) else { return all };
    for entry in entries {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
        let letter = (
            message.message_id().unwrap().to_owned(),
            message.subject().unwrap().to_owned(),
            message.body_text(0).unwrap().into_owned(),
        );
        all.entry(to).or_default().push(letter);
    }
    all
}

fn mail(desk: &Desk, dealership: &str) -> Value {
    desk.run(&["show", dealership, "--json"]).ends(0).json()["mail"].clone()
}

fn kinds(desk: &Desk) -> Vec<String> {
    let events = desk.run(&["events", "--json"]).ends(0).out;
    cli_support::kinds(&events).into_iter().filter(|kind| kind.starts_with("email.")).collect()
}

#[test]
fn an_invitation_takes_its_code_to_the_dealership_and_nowhere_else() {
    let desk = writing();
    let ran = desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--yes", "-vv"]).ends(0);
    assert!(ran.out.contains("letter to carla@example.com written to "), "{}", ran.out);
    assert!(ran.out.contains("not mailed") && !ran.out.contains("sent"), "{}", ran.out);
    let written = letters(&desk);
    assert_eq!(written.len(), 1);
    let (_, subject, text) = &written["carla@example.com"][0];
    assert!(text.lines().any(|line| line.trim() == "SECRET-7Q"), "{text}");
    assert!(text.contains("CDT") || text.contains("CST"), "{text}");
    assert!(subject.contains("Nakamura Ford") && !subject.contains("SECRET"), "{subject}");
    assert_eq!(kinds(&desk), ["email.queued", "email.begun", "email.written"]);
    let state = mail(&desk, "xts1");
    assert_eq!((&state["state"], &state["letters"][0]["kind"]), (&"written".into(), &"invitation".into()));
    let said = [ran.out, ran.err, desk.run(&["events", "--json"]).out, desk.run(&["mail", "list", "--all"]).out];
    assert!(said.iter().all(|text| !text.contains("SECRET-7Q")), "{said:?}");
    let csv = desk.run(&["list", "--csv", "--columns", "dealer_code,mail", "--sort", "dealer_code"]).ends(0).out;
    assert_eq!(csv, "dealer_code,mail\nxts1,written\nxts2,\nxts3,\nxts4,\n");
}

#[test]
fn without_email_nothing_is_written_also_no_reminder() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes", "--no-email"]).ends(0);
    assert!(letters(&desk).is_empty() && kinds(&desk).is_empty());
    assert_eq!(mail(&desk, "xts1"), Value::Null);
    desk.run(&["confirm", "xts1"]).ends(0);
    assert!(letters(&desk).is_empty(), "whoever gets no letters gets no answer by letter");
}

#[test]
fn a_reissue_says_that_the_earlier_code_no_longer_counts() {
    let desk = writing();
    desk.run(&["invite", "xts2", "--code", "CODE-1", "--yes"]).ends(0);
    let ran = desk.run(&["reissue", "xts2", "--code", "CODE-2", "--yes", "--json"]).ends(0).json();
    assert_eq!(ran["items"][0]["outcome"], "done");
    let written = &letters(&desk)["ben@example.net"];
    let reissue = written.iter().find(|(_, _, text)| text.contains("CODE-2")).unwrap();
    assert!(reissue.2.contains("no longer counts") && !reissue.2.contains("CODE-1"), "{}", reissue.2);
}

#[test]
fn letters_in_files_are_found_as_written_and_shown_so_and_can_be_mailed_later() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let columns = ["--columns", "dealer_code", "--csv"];
    assert_eq!(desk.run(&[&["list", "mail:written"], &columns[..]].concat()).ends(0).out, "dealer_code\nxts1\n");
    assert_eq!(desk.run(&[&["list", "mail:sent"], &columns[..]].concat()).ends(0).out, "dealer_code\n");
    assert!(desk.run(&["show", "xts1"]).ends(0).out.contains("written"));
    assert!(desk.run(&["mail", "list", "--all"]).ends(0).out.contains("written to "));
    let one = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    assert_eq!(one["attention"], Value::Null, "that is what is configured, and no alarm");
    assert_eq!(one["mail"]["letters"][0]["handed_over"], 0, "no server had it");
    let letter = one["mail"]["letters"][0]["id"].as_str().unwrap().to_owned();
    desk.run(&["mail", "suppress", &letter]).ends(4).says("the letter is written: too late for that");
    // With a server, the same letter can be had mailed.
    let from = "from = \"DataClover <onboarding@example.com>\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    desk.run(&["mail", "retry", &letter]).ends(3);
    assert_eq!(mail(&desk, "xts1")["state"], "queued");
}

#[test]
fn every_item_tells_what_became_of_its_letter_and_when_its_code_ends() {
    let desk = writing();
    desk.write("codes.csv", "xts1,CODE-1\nxts2,CODE-2\n");
    let ran = desk.run(&["invite", "--codes", "codes.csv", "--yes", "--json"]).ends(0).json();
    for (item, to) in ran["items"].as_array().unwrap().iter().zip(["carla@example.com", "ben@example.net"]) {
        assert_eq!((&item["letter"]["state"], &item["letter"]["to"]), (&"written".into(), &to.into()), "{item}");
        assert!(item["invitation"]["expires_at"].is_string(), "{item}");
    }
    let ran = desk.run(&["reissue", "xts1", "--code", "CODE-3", "--yes", "--no-email"]).ends(0);
    assert!(ran.out.contains(" dies ") && ran.out.contains("no letter: not wanted (--no-email)"), "{}", ran.out);
    assert!(ran.out.contains("CDT") || ran.out.contains("CST"), "in the dealership's zone: {}", ran.out);
    let from = "from = \"DataClover <onboarding@example.com>\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    let ran = desk.run(&["reissue", "xts2", "--code", "CODE-4", "--yes", "--json"]).ends(3).json();
    let letter = &ran["items"][0]["letter"];
    assert_eq!(letter["state"], "queued");
    assert!(letter["waits"].as_str().unwrap().contains("nobody listens there"), "{letter}");
    desk.write("config.toml", "[mail]\ntransport = \"none\"\n");
    let ran = desk.run(&["reissue", "xts1", "--code", "CODE-5", "--yes", "--json"]).ends(0).json();
    assert!(ran["items"][0]["letter"]["reason"].as_str().unwrap().contains("mail is off"), "{ran}");
}

#[test]
fn why_no_letter_acknowledges_a_late_word_is_said_once() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--generated-at", "-50h", "--yes"]).ends(0);
    let ran = desk.run(&["confirm", "xts1", "--at", "-30h"]).ends(3);
    assert_eq!(ran.out.matches("time that Xtime had to show it is over").count(), 1, "{}", ran.out);
    assert!(ran.out.contains("); no letter: the time that"), "{}", ran.out);
}

#[test]
fn what_the_rules_refuse_is_refused_before_anybody_is_asked() {
    let desk = writing();
    desk.run(&["resend", "xts1"]).ends(4).says("never invited");
    desk.run(&["resend", "xts1", "xts2"]).ends(4).says("never invited");
    desk.run(&["mail", "send", "live", "xts1"]).ends(4).says("customers cannot book");
    desk.run(&["revoke", "xts1"]).ends(4).says("there is no living code");
    // Where one of them can go, it is asked about, and only that one.
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    desk.run(&["resend", "xts1", "xts2"]).ends(2).says("would go to 1 dealership; add --yes");
}

#[test]
fn resend_is_the_same_letter_again_only_while_the_code_lives() {
    let desk = writing();
    desk.run(&["resend", "xts1", "--yes"]).ends(4).says("never invited");
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    desk.run(&["resend", "xts1"]).ends(2).says("--yes");
    desk.run(&["resend", "xts1", "--yes"]).ends(0);
    let written = &letters(&desk)["carla@example.com"];
    let [(one, _, text), (other, _, same)] = &written[..] else { panic!("two letters: {written:?}") };
    assert_ne!(one, other, "a mailbox must not take the second for a copy of the first");
    assert_eq!(text, same);
    desk.run(&["revoke", "xts1", "--yes"]).ends(0);
    desk.run(&["resend", "xts1", "--yes"]).ends(4).says("code 1 is revoked");
    let late = desk.run(&["invite", "xts2", "--code", "CODE-2", "--generated-at", "-71h59m30s", "--yes"]).ends(3);
    assert!(late.out.contains("code 1 dies in a moment"), "{}", late.out);
}

#[test]
fn a_word_is_acknowledged_and_a_guide_is_sent_by_hand() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let ran = desk.run(&["confirm", "xts1"]).ends(0);
    assert!(ran.out.contains("the dealer says it is done; letter to carla@example.com written to"), "{}", ran.out);
    desk.run(&["mail", "send", "opcode-guide", "xts1", "--yes"]).ends(0);
    desk.run(&["mail", "send", "live", "xts1", "--yes"]).ends(4).says("customers cannot book");
    desk.run(&["mail", "send", "invitation", "xts1", "--yes"]).ends(2).says("resend");
    desk.run(&["mail", "send", "guide", "xts1", "--yes"]).ends(2).says("opcode-guide");
    assert_eq!(letters(&desk)["carla@example.com"].len(), 3);
    desk.run(&["invite", "xts2", "--code", "CODE-2", "--yes"]).ends(0);
    desk.run(&["confirm", "xts2", "--no-email"]).ends(0);
    assert_eq!(letters(&desk)["ben@example.net"].len(), 1);
}

#[test]
fn a_preview_is_exactly_what_is_sent() {
    let desk = writing();
    desk.run(&["mail", "preview", "xts1", "invitation"]).ends(4).says("never invited");
    desk.run(&["invite", "xts1", "--code", "CODE-1Q", "--yes", "--no-email"]).ends(0);
    let preview = desk.run(&["mail", "preview", "xts1", "invitation", "--reveal"]).ends(0).out;
    let (head, body) = preview.split_once("\n\n").unwrap();
    let masked = desk.run(&["mail", "preview", "xts1", "invitation"]).ends(0).out;
    assert!(!masked.contains("CODE-1Q") && masked.contains('•'), "{masked}");
    let html = desk.run(&["mail", "preview", "xts1", "invitation", "--html"]).ends(0).out;
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains('•'), "{html}");
    desk.run(&["resend", "xts1", "--yes"]).ends(0);
    let (_, subject, text) = letters(&desk)["carla@example.com"][0].clone();
    assert_eq!(body.trim_end(), text.replace("\r\n", "\n").trim_end());
    assert!(head.contains(&format!("Subject: {subject}")), "{head}");
    let shown = desk.run(&["mail", "show", "xts1", "--reveal"]).ends(0).out;
    assert!(shown.contains(body.trim_end()), "{shown}");
}

/// A place where nothing listens.
fn nobody() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_that_is_down_costs_no_code_and_no_letter() {
    let desk = writing();
    let from = "from = \"DataClover <onboarding@example.com>\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    let ran = desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(3);
    assert!(ran.out.contains("done but for the letter") && ran.out.contains("nobody listens there"), "{}", ran.out);
    assert_eq!(mail(&desk, "xts1")["state"], "queued");
    assert_eq!(kinds(&desk), ["email.queued"], "that the server is down is not the letter's fault");
    let list = desk.run(&["mail", "list"]).ends(0).out;
    assert!(list.contains("queued") && list.contains("carla@example.com"), "{list}");
    desk.write("config.toml", DIR);
    desk.run(&["mail", "retry", "--all"]).ends(0);
    assert_eq!(letters(&desk)["carla@example.com"].len(), 1);
    desk.run(&["mail", "list"]).ends(0).says("no letter waits or went wrong");
    desk.run(&["mail", "retry", "xts1"]).ends(1).says("no letter waits");
}

#[test]
fn a_letter_that_waits_can_be_dropped() {
    let desk = writing();
    let from = "from = \"DataClover <onboarding@example.com>\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(3);
    let letter = mail(&desk, "xts1")["letters"][0]["id"].as_str().unwrap().to_owned();
    desk.run(&["mail", "suppress", &letter, "--reason", "told by phone"]).ends(0);
    assert_eq!(mail(&desk, "xts1")["letters"][0]["reason"], "told by phone");
    desk.run(&["mail", "suppress", &letter]).ends(4).says("the letter is suppressed");
    desk.run(&["mail", "show", "m000000000000"]).ends(2);
}

#[test]
fn no_transport_means_no_letters() {
    let desk = Desk::with_config("[mail]\ntransport = \"none\"\n");
    desk.fill();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    assert!(kinds(&desk).is_empty());
    desk.run(&["resend", "xts1", "--yes"]).ends(4).says("mail is off");
    desk.run(&["mail", "test", "ana@example.com"]).ends(4).says("mail is off");
}

#[test]
fn a_test_letter_goes_to_one_address_of_ones_own() {
    let desk = writing();
    let ran = desk.run(&["mail", "test", "ana@example.com"]).ends(0);
    assert!(ran.out.contains("written to") && ran.out.contains("not mailed"), "{}", ran.out);
    assert_eq!(letters(&desk)["ana@example.com"].len(), 1);
    desk.run(&["mail", "test", "ana@example.com, bea@example.com"]).ends(2);
    assert!(kinds(&desk).is_empty(), "it is about no dealership");
}

#[test]
fn reminders_are_off_for_whom_it_is_said() {
    let desk = writing();
    desk.run(&["mail", "reminders", "off", "xts1", "xts2"]).ends(0);
    assert_eq!(mail(&desk, "xts1")["reminders"], false);
    desk.run(&["mail", "reminders", "on", "xts1"]).ends(0);
    assert_eq!((&mail(&desk, "xts1")["reminders"], &mail(&desk, "xts2")["reminders"]), (&true.into(), &false.into()));
}

#[test]
fn a_broken_template_is_told_before_anything_is_recorded() {
    let desk = Desk::with_config("[mail]\ntransport = \"dir:letters\"\ntemplates = \"templates\"\n");
    desk.fill();
    std::fs::create_dir(desk.path("templates")).unwrap();
    desk.write("templates/invitation.txt", "Subject: hello\n{{ dealershp }}\n");
    let ran = desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(2).says("invitation.txt");
    assert!(ran.err.contains("dealershp"), "{}", ran.err);
    assert!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["invitation"].is_null());
}

#[test]
fn what_is_told_is_told_of_the_letter_that_was_wanted() {
    let desk = writing();
    desk.write("letters", "in the way");
    desk.run(&["mail", "send", "opcode-guide", "xts1", "--yes"]).ends(3);
    std::fs::remove_file(desk.path("letters")).unwrap();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let state = mail(&desk, "xts1");
    let invitation =
        state["letters"].as_array().unwrap().iter().find(|one| one["kind"] == "invitation").unwrap().clone();
    assert_eq!(invitation["state"], "written");
    desk.run(&["mail", "retry", "--all"]).ends(0);
    assert_eq!(letters(&desk)["carla@example.com"].len(), 2);
}

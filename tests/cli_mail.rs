//! Letters from the command line: what goes out with a code, what is told of it, and what can be done when it does not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

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

fn report(address: &str, message_id: &str) -> String {
    format!(
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
}

#[test]
fn a_delivery_report_marks_letter_and_dealership() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let (id, ..) = letters(&desk)["carla@example.com"][0].clone();
    let ran = desk.run_with(&["mail", "bounce"], &report("carla@example.com", &id)).ends(0);
    assert!(ran.out.contains("carla@example.com refused, 5.1.1"), "{}", ran.out);
    desk.run_with(&["mail", "bounce", "-"], &report("carla@example.com", &id)).ends(0);
    let one = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    assert_eq!((&one["attention"], &one["mail"]["state"]), (&"address refused".into(), &"bounced".into()));
    assert_eq!(one["mail"]["address_refused"]["status"], "5.1.1");
    assert_eq!(kinds(&desk).iter().filter(|kind| *kind == "email.bounced").count(), 1);
    desk.run(&["resend", "xts1", "--yes"]).ends(4).says("address refused: 5.1.1");
    for query in ["is:attention", "mail:refused", "mail:bounced", "mail:none,bounced !xts2"] {
        assert!(desk.run(&["list", query, "--columns", "dealer_code"]).ends(0).out.contains("xts1"), "{query}");
    }
    assert!(!desk.run(&["list", "mail:sent,written,failed,uncertain"]).ends(0).out.contains("xts1"));
    desk.run(&["list", "mail:faild"]).ends(2).says("did you mean `failed`?");
    desk.run_with(&["mail", "bounce"], &report("stranger@example.com", "x@example.com"))
        .ends(0)
        .says("no letter in this store");
    // A mail server that pipes it here would return it to whoever wrote it.
    for none in ["Subject: hello\r\n\r\nhello", "", "\0\0"] {
        desk.run_with(&["mail", "bounce"], none).ends(0).says("left alone");
        let ran = desk.run_with(&["mail", "bounce", "--json"], none).ends(0);
        assert_eq!((&ran.json()["report"], &ran.json()["returned"]), (&false.into(), &serde_json::json!([])));
    }
    // Somebody looked: the address is right after all.
    let id = mail(&desk, "xts1")["letters"][0]["id"].as_str().unwrap().to_owned();
    desk.run(&["mail", "retry", &id]).ends(0);
    desk.run_with(&["mail", "bounce"], &report("carla@example.com", &format!("{id}@example.com"))).ends(0);
    // With another address it goes on.
    let corrected = cli_support::SOME.replace("carla@example.com", "carla.p@example.com");
    desk.write("corrected.csv", &corrected);
    desk.run(&["import", "corrected.csv"]).ends(0);
    desk.run(&["resend", "xts1", "--yes"]).ends(0);
    assert_eq!(letters(&desk)["carla.p@example.com"].len(), 1);
}

/// A mail server that is sent one letter after the other; it takes all of them.
fn taking() -> u16 {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let (mut content, mut say) = (false, |text: &str| stream.write_all(text.as_bytes()).unwrap());
            say("220 mail.test\r\n");
            for line in lines {
                let Ok(line) = line else { break };
                match (content, line.as_str()) {
                    (true, ".") => {
                        content = false;
                        say("250 taken\r\n");
                    }
                    (true, _) => {}
                    (false, "DATA") => {
                        content = true;
                        say("354 go ahead\r\n");
                    }
                    (false, _) => say("250 mail.test\r\n"),
                }
            }
        }
    });
    port
}

#[test]
fn a_report_says_whose_it_is_and_whether_it_is_news() {
    let desk = writing();
    let from = "from = \"DataClover <onboarding@example.com>\"\nbcc = \"archive@example.com\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", taking()));
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let id = mail(&desk, "xts1")["letters"][0]["id"].as_str().unwrap().to_owned();
    let ours = format!("{id}@example.com");
    let bounce = |text: &str| desk.run_with(&["mail", "bounce"], text).ends(0);
    let state = || mail(&desk, "xts1")["letters"][0]["state"].as_str().unwrap().to_owned();
    // Of a copy.
    let ran = bounce(&report("archive@example.com", &ours));
    assert!(
        ran.out.contains("the copy to archive@example.com did not arrive") && !ran.out.contains("sent it on"),
        "{}",
        ran.out
    );
    let nothing = report("archive@example.com", &ours).replace("Message-ID", "X-Nothing");
    assert!(!bounce(&nothing).says("the copy to archive@example.com").err.contains("about no letter"));
    bounce(&report("archive@example.com", "CAF1234@mail.example.net")).says("archive@example.com refused, 5.1.1");
    // Of somebody else's mail.
    bounce(&report("carla@example.com", "CAF1234@mail.example.net").replace("5.1.1", "5.2.2"))
        .says("about no letter in this store");
    assert_eq!(state(), "sent");
    // Held up, once.
    let delay = report("carla@example.com", &ours).replace("failed", "delayed").replace("5.1.1", "4.4.7");
    let ran = bounce(&delay);
    assert!(ran.out.contains("is held up on its way, 4.4.7") && !ran.out.contains("nothing new"), "{}", ran.out);
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["attention"], "letter held up");
    assert!(bounce(&delay).out.contains("nothing new: the letter is sent"));
    // From an address behind it.
    let behind = "Original-Recipient: rfc822; carla@example.com\r\nFinal-Recipient: rfc822; bob@gone.example";
    let behind = report("x", &ours).replace("Final-Recipient: rfc822; x", behind);
    let ran = bounce(&behind);
    assert!(
        ran.out.contains("bob@gone.example refused, 5.1.1") && ran.out.contains("somebody sent it on"),
        "{}",
        ran.out
    );
    assert_eq!((state().as_str(), &mail(&desk, "xts1")["address_refused"]), ("uncertain", &serde_json::Value::Null));
    bounce(&report("carla@example.com", &ours).replace("5.1.1", "5.2.2"));
    assert_eq!(state(), "bounced");
    assert!(bounce(&delay).out.contains("nothing new: the letter is bounced"));
    // Tried again: the same report once more undoes nothing.
    let carla =
        report("carla@example.com", &ours).replace("Message-ID", &format!("X-Cloverwatch-Letter: {id}\r\nMessage-ID"));
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    desk.run(&["mail", "retry", &id]).ends(3);
    assert!(bounce(&carla).out.contains("nothing new: the letter is queued"));
    desk.write(
        "config.toml",
        &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}per_dealership = \"0s\"\n", taking()),
    );
    desk.run(&["mail", "retry", &id]).ends(0);
    let ran = desk.run_with(&["mail", "bounce", "--json"], &carla).ends(0).json();
    assert_eq!((state().as_str(), &ran["returned"][0]["recorded"]), ("sent", &false.into()));
}

#[test]
fn a_failed_letter_that_only_becomes_a_file_stays_in_the_queue() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let (id, ..) = letters(&desk)["carla@example.com"][0].clone();
    desk.run_with(&["mail", "bounce"], &report("carla@example.com", &id)).ends(0);
    let id = id.split('@').next().unwrap().to_owned();
    desk.run(&["mail", "retry", &id, "--yes"]).ends(0);
    let open = desk.run(&["mail", "list", "--json"]).ends(0).json();
    assert_eq!((&open["letters"][0]["id"], &open["letters"][0]["state"]), (&id.into(), &"written".into()));
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["attention"], "letter not sent");
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

//! `appointment`: what is shown, what is refused, what is sent, and that no dealership ever gets two.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use cli_support::{Desk, Ran, Sandbox, is_clean};
use serde_json::{Value, json};

/// A desk whose xts1 is live.
fn live() -> (Desk, Sandbox) {
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ready("xts1");
    desk.run(&["check", "xts1"]).ends(0);
    (desk, sandbox)
}

/// The first two times that are offered.
fn two_times(desk: &Desk) -> [String; 2] {
    let said = desk.run(&["appointment", "xts1", "--reschedule", "--at", "2020-01-01 10:00"]);
    let said = if said.code == 4 && said.err.contains("nearest") {
        said.err
    } else {
        desk.run(&["appointment", "xts1", "--at", "2020-01-01 10:00"]).ends(4).err
    };
    let times = said.split("the nearest are ").nth(1).unwrap().trim().split(", ");
    let times: Vec<String> = times.map(str::to_owned).collect();
    [times[0].clone(), times[1].clone()]
}

fn book(desk: &Desk, more: &[&str], typed: &str) -> Ran {
    desk.run_with(&[&["appointment", "xts1", "--book"], more].concat(), typed)
}

#[test]
fn the_request_is_shown_exactly_and_without_secrets_and_nothing_is_sent() {
    let (desk, sandbox) = live();
    let before = desk.run(&["events", "--json"]).out;
    let ran = desk.run(&["appointment", "xts1"]).ends(0).says("nothing was sent");
    let address = &sandbox.address;
    let url = format!("POST http://{address}/xtime/service/appointments-bookings?dealerCode=xts1&");
    assert!(ran.out.contains(&url), "{}", ran.out);
    assert!(ran.out.contains("x-api-key: ••••") && ran.out.contains("authorization: Bearer ••••"), "{}", ran.out);
    assert!(!ran.out.contains("sandbox-key") && !ran.out.contains("sandbox-secret"), "{}", ran.out);
    assert!(ran.out.contains(" slots on ") && ran.out.contains("\nothers   "), "{}", ran.out);
    let body: Value = serde_json::from_str(ran.out.split("\n\n").nth(2).unwrap()).unwrap();
    let document = desk.run(&["appointment", "xts1", "--json"]).ends(0).json();
    assert_eq!([&document["outcome"], &document["opcode"]], ["planned", "Tell Us More"]);
    let request = &document["request"];
    for (field, value) in [
        ("firstName", json!("Test")),
        ("lastName", json!("DataClover")),
        ("emailAddress", json!("carla@example.com")),
        ("phoneNumber", json!("7805550101")),
        ("services", json!([{ "opcode": "Tell Us More" }])),
    ] {
        assert_eq!((&body[field], &request["body"][field]), (&value, &value), "{field}");
    }
    assert_eq!(request["body"]["reportingLabel"]["value"], "DataClover");
    assert_eq!(request["headers"]["x-api-key"], "••••");
    let [first, second] = two_times(&desk);
    let at = |args: &[&str]| {
        let document = desk.run(&[&["appointment", "xts1", "--json"], args].concat()).ends(0).json();
        document["at_local"].as_str().unwrap().replace('T', " ")
    };
    assert_eq!(at(&[]), format!("{first}:00"), "without a time it is the first one that is offered");
    assert_eq!(at(&["--at", &second]), format!("{second}:00"));
    let sent = request["body"]["appointmentDateTimeLocal"].as_str().unwrap();
    let (wall, offset) = sent.split_at(16);
    let rfc3339 = format!("{wall}:00{}:{}", &offset[..3], &offset[3..]);
    assert_eq!(at(&["--at", &rfc3339]), format!("{first}:00"));
    // Also where nothing may be recorded.
    desk.run(&["--read-only", "appointment", "xts1"]).ends(0);
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    assert_eq!(sandbox.appointments("xts1"), 0);
}

#[test]
fn what_cannot_be_sent_is_refused_with_what_to_do() {
    let (desk, sandbox) = Desk::connected("none");
    desk.run(&["appointment", "xts1"]).ends(4).says("not connected").says("`check xts1` looks again");
    for dealer in ["xts1", "xts4"] {
        sandbox.ready(dealer);
        desk.run(&["check", dealer]).ends(0);
    }
    desk.run(&["appointment", "xts1", "--at", "2020-01-01 10:00"])
        .ends(4)
        .says("was not offered: choose")
        .says("nearest");
    desk.run(&["appointment", "xts1", "--at", "in 900d"]).ends(4).says("was not offered");
    desk.run(&["appointment", "xts1", "--at", "tomorrow"]).ends(2).says("add the time");
    desk.run(&["appointment", "xts1", "--reschedule"]).ends(4).says("no test appointment to move");
    desk.run(&["appointment", "xts4"]).ends(4).says("phone number").says("set [appointment] phone in the settings");
    desk.configure("[appointment]\nphone = \"(780) 555-0199\"");
    desk.run(&["appointment", "xts4"]).ends(0);
    // One dealership, typed by hand: there is no way round.
    desk.run(&["appointment", "xts1", "xts4", "--book"]).ends(2);
    desk.run(&["appointment", "--query", "ford", "--book"]).ends(2);
    desk.run(&["appointment", "xts1", "--book", "--yes"]).ends(2);
    desk.run_with(&["--read-only", "appointment", "xts1", "--book"], "xts1\n").ends(4).says("read-only");
    for typed in ["xts4\n", "y\n", "XTS1\n", "\n", ""] {
        let ran = book(&desk, &[], typed).ends(4).says("no public way to cancel").says("nothing was sent");
        assert!(ran.err.contains("xts1 Nakamura Ford"), "{}", ran.err);
    }
    sandbox.act("xts1", "close-slots", &Value::Null);
    desk.run(&["appointment", "xts1"]).ends(4).says("no slot is offered in 14 days").says("1. Configure");
    sandbox.act("xts1", "unpublish", &json!({ "opcode": "Tell Us More" }));
    desk.run(&["check", "xts1"]).ends(0);
    desk.run(&["appointment", "xts1"]).ends(4).says("not visible").says("`opcode guide xts1`");
    assert_eq!(sandbox.appointments("xts1"), 0);
    desk.run(&["archive", "xts4"]).ends(0);
    desk.run(&["appointment", "xts4"]).ends(4).says("archived");
    let desk = Desk::filled();
    desk.run(&["appointment", "xts1"]).ends(2).says("Xtime is not configured");
}

#[test]
fn booked_once_read_back_and_moved() {
    let (desk, sandbox) = live();
    let [first, second] = two_times(&desk);
    let ran = book(&desk, &[], "xts1\n").ends(0).says("no public way to cancel");
    assert!(ran.out.contains("POST http://") && ran.out.contains("done: test appointment "), "{}", ran.out);
    assert!(ran.out.contains("read back: Xtime shows it as booked"), "{}", ran.out);
    assert_eq!(sandbox.appointments("xts1"), 1);
    let one = desk.run(&["show", "xts1", "--json"]).json();
    assert_eq!(one["appointment"]["at_local"], format!("{}:00", first.replace(' ', "T")));
    assert!(one["appointment"]["seen_at"].is_string() && one["booking"].is_null(), "{one}");
    let page = desk.run(&["show", "xts1"]).out;
    assert!(page.contains("appointment   ") && page.contains("read back "), "{page}");
    let ran = desk.run(&["appointment", "xts1"]).ends(0);
    assert!(ran.out.contains("stands") && ran.out.contains("--reschedule") && !ran.out.contains("POST"), "{}", ran.out);
    let document = desk.run(&["appointment", "xts1", "--json"]).ends(0).json();
    assert_eq!([&document["outcome"], &document["read_back"]], ["stands", "seen"]);
    desk.run(&["--read-only", "appointment", "xts1"]).ends(0);
    book(&desk, &[], "xts1\n").ends(4).says("--reschedule");
    let id = one["appointment"]["id"].as_str().unwrap();
    let plan = desk.run(&["appointment", "xts1", "--reschedule", "--at", &second, "--json"]).ends(0).json();
    assert_eq!((&plan["moves"], &plan["request"]["body"]["appointmentId"]), (&json!(true), &json!(id)));
    let moved = book(&desk, &["--reschedule", "--at", &second, "--json"], "xts1\n").ends(0).json();
    assert_eq!([&moved["outcome"], &moved["result"]["read_back"], &moved["result"]["id"]], ["booked", "seen", id]);
    assert_eq!(moved["appointment"]["at_local"], format!("{}:00", second.replace(' ', "T")));
    assert_eq!(sandbox.appointments("xts1"), 1, "a move makes no second one");
}

/// What happens to bookings on their way.
#[derive(Clone, Copy)]
enum Road {
    Open,
    /// The slot is taken just before the booking arrives; once.
    Overtaken,
    /// The booking arrives, its answer does not; nor can anything be read back.
    AnswerLost,
}

/// Stands between the program and the sandbox.
struct Proxy {
    road: Arc<AtomicU8>,
}

impl Proxy {
    fn between(desk: &Desk, sandbox: &Sandbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let settings = std::fs::read_to_string(desk.path("config.toml")).unwrap();
        desk.write("config.toml", &settings.replace(&sandbox.address, &here));
        let road = Arc::new(AtomicU8::new(Road::Open as u8));
        let (shared, there) = (Arc::clone(&road), sandbox.address.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A caller that goes away is no failure of the test.
                let _ = pass(stream, &there, &shared);
            }
        });
        Self { road }
    }

    fn set(&self, road: Road) {
        self.road.store(road as u8, Ordering::SeqCst);
    }
}

/// Passes one request on and its answer back.
fn pass(mut stream: TcpStream, there: &str, road: &AtomicU8) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let books = head.starts_with("POST") && head.contains("/appointments-bookings");
    let reads_back = head.contains("/service/appointments?");
    let now = road.load(Ordering::SeqCst);
    if books && now == Road::Overtaken as u8 {
        road.store(Road::Open as u8, Ordering::SeqCst);
        let wanted: Value = serde_json::from_slice(&body).unwrap();
        let taken = json!({ "appointmentDateTimeLocal": wanted["appointmentDateTimeLocal"] }).to_string();
        let take =
            format!("POST /control/dealers/xts1/take-slot HTTP/1.1\r\nHost: x\r\nContent-Length: {}", taken.len());
        exchange(there, format!("{take}\r\nConnection: close\r\n\r\n{taken}").as_bytes())?;
    }
    if reads_back && now == Road::AnswerLost as u8 {
        return Ok(());
    }
    let mut request = format!("{head}Connection: close\r\n\r\n").into_bytes();
    request.extend(body);
    let answer = exchange(there, &request)?;
    if books && now == Road::AnswerLost as u8 {
        return Ok(());
    }
    stream.write_all(&answer)
}

fn exchange(there: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(there)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_slot_that_is_taken_meanwhile_means_fresh_slots_another_time_and_the_code_again() {
    let (desk, sandbox) = live();
    let [first, second] = two_times(&desk);
    let proxy = Proxy::between(&desk, &sandbox);
    proxy.set(Road::Overtaken);
    let ran = book(&desk, &[], "xts1\n\n").ends(4).says("the slot was taken meanwhile").says("nothing was booked");
    assert!(ran.err.contains(&second) && !ran.err.contains(&first), "{}", ran.err);
    assert_eq!(sandbox.appointments("xts1"), 0);
    let [next, after] = two_times(&desk);
    assert_eq!(next, second);
    proxy.set(Road::Overtaken);
    let wrong_then = format!("xts1\n2020-01-01 10:00\n{after}\nxts9\n");
    book(&desk, &[], &wrong_then).ends(4).says("was not offered").says("not its dealerCode: nothing was sent");
    assert_eq!(sandbox.appointments("xts1"), 0);
    let [_, after] = two_times(&desk);
    proxy.set(Road::Overtaken);
    let ran = book(&desk, &["--json"], &format!("xts1\n{after}\nxts1\n")).ends(0);
    let document = ran.json();
    assert_eq!(document["outcome"], "booked");
    assert_eq!(document["result"]["at_local"], format!("{}:00", after.replace(' ', "T")));
    assert!(ran.err.contains("POST http://"), "whoever types the code has seen what is sent: {}", ran.err);
    assert_eq!(sandbox.appointments("xts1"), 1);
}

#[test]
fn without_an_answer_it_is_read_back_before_any_other() {
    let (desk, sandbox) = live();
    let proxy = Proxy::between(&desk, &sandbox);
    proxy.set(Road::AnswerLost);
    let ran = book(&desk, &[], "xts1\n").ends(1).says("Nobody knows whether it was booked").says("read back");
    assert!(is_clean(&ran.err) && is_clean(&ran.out));
    assert_eq!(sandbox.appointments("xts1"), 1, "it had arrived");
    let page = desk.run(&["show", "xts1"]).out;
    assert!(page.contains("booking       one for ") && page.contains("nobody knows"), "{page}");
    let stage = desk.run(&["show", "xts1", "--json"]).json();
    assert!(stage["booking"]["unknown"].is_string() && stage["appointment"].is_null(), "{stage}");
    // It cannot be read back: nothing else is sent, whatever is typed.
    book(&desk, &[], "xts1\n").ends(1).says("reading it back first").says("nobody knows");
    assert_eq!(desk.run(&["appointment", "xts1", "--json"]).ends(1).json()["outcome"], "unknown");
    desk.run(&["--read-only", "appointment", "xts1"]).ends(4).says("read back before any other");
    assert_eq!(sandbox.appointments("xts1"), 1);
    proxy.set(Road::Open);
    let ran = book(&desk, &[], "xts1\n").ends(0);
    assert!(ran.out.contains("by the earlier attempt; nothing is sent now"), "{}", ran.out);
    assert_eq!(sandbox.appointments("xts1"), 1, "no dealership ever gets two");
    let one = desk.run(&["show", "xts1", "--json"]).json();
    assert!(one["booking"].is_null() && one["appointment"]["id"].is_string(), "{one}");
}

#[test]
fn whoever_looked_into_the_calendar_is_believed_only_when_it_is_not_there() {
    let (desk, sandbox) = live();
    let give_up = ["appointment", "xts1", "--not-there"];
    desk.run(&give_up).ends(4).says("there is no booking without an answer");
    let proxy = Proxy::between(&desk, &sandbox);
    proxy.set(Road::AnswerLost);
    book(&desk, &[], "xts1\n").ends(1).says("--not-there");
    desk.run(&["--read-only", "appointment", "xts1", "--not-there"]).ends(4).says("read-only");
    desk.run_with(&give_up, "xts9\n").ends(4).says("not its dealerCode: nothing was sent");
    desk.run_with(&give_up, "xts1\n").ends(4).says("it may still arrive");
    assert!(desk.run(&["show", "xts1", "--json"]).json()["booking"].is_object());
    // The platform can be asked again, and it is there after all.
    proxy.set(Road::Open);
    let ran = desk.run_with(&give_up, "xts1\n").ends(0);
    assert!(ran.out.contains("booked by the earlier attempt"), "{}", ran.out);
    assert!(desk.run(&["show", "xts1", "--json"]).json()["appointment"].is_object());
    assert_eq!(sandbox.appointments("xts1"), 1);
}

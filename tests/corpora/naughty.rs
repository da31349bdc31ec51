//! The naughty strings in the place of every text: refused with a reason, or the same wherever they come out again.

use std::path::Path;

use cloverwatch::attach::{PROTOCOL, VERSION, rewritten};
use cloverwatch::config::{Overrides, parse, print};
use cloverwatch::domain::text::is_invisible;
use cloverwatch::domain::{Command, DealershipId, Query};
use cloverwatch::protocol::{Request, RequestError, Response};
use cloverwatch::store::ExportLines;
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::cli_support::{Desk, is_clean};
use crate::{naughty_strings, step, surfaces};

/// A string as a value in the forms that a surface reads.
fn dressed(surface: &str, text: &str) -> Vec<Vec<u8>> {
    let quoted = json!(text).to_string();
    let cell = format!("\"{}\"", text.replace('"', "\"\""));
    let toml = toml_edit::Value::from(text).to_string();
    let forms = match surface {
        "platform_json" => vec![
            format!("\0{{\"success\":false,\"code\":{quoted},\"message\":{quoted}}}"),
            format!("\0{{\"success\":true,\"services\":[{{\"opcode\":{quoted},\"serviceName\":{quoted}}}]}}"),
            format!("\0{{\"success\":true,\"appointmentId\":{quoted},\"error\":{{\"message\":{quoted}}}}}"),
        ],
        "csv" => vec![
            format!(
                "name,dealer_code,timezone,email,city,contact,phone\n{}\n",
                [&cell, "xts1", "America/Chicago", "a@example.com", &cell, &cell, "\"\""].join(",")
            ),
            format!("name,dealer_code,timezone,email\nA,{cell},America/Chicago,{cell}\nB,xts2,{cell},b@example.com\n"),
            json!([{ "name": text, "dealer_code": text, "timezone": "America/Chicago", "email": "a@example.com" }])
                .to_string(),
        ],
        "codes_block" => vec![
            format!("xts1,{cell}\nxts2,CODE-2\n"),
            format!("{text}\nCODE-2\n"),
            format!("{cell},CODE-1\nxts2,CODE-2,{cell}\n"),
        ],
        "journal_line" => vec![journal_line(text)],
        "filter" => {
            vec![format!("name:{cell}"), format!("!~{text}"), format!("/{text}/"), format!("owner:{text},b {text}")]
        }
        "config" => vec![
            format!("[partner]\nname = {toml}\n[opcode]\ndefault = {toml}\n"),
            format!("[[views]]\nname = {toml}\nquery = {toml}\n"),
            format!("[xtime]\nbase_url = {toml}\nclient_id = {toml}\n[mail]\ntransport = {toml}\n"),
            format!(
                "[import.{}]\nmap = {{ {} = \"name\" }}\nset = {{ group = {toml} }}\n",
                toml_edit::Key::new(text),
                toml_edit::Key::new(text)
            ),
        ],
        "keymap" => {
            vec![format!("[list]\n{} = {toml}\n", toml_edit::Key::new(text)), format!("[list]\ndown = [{toml}]\n")]
        }
        "dsn" => vec![format!(
            "From: MAILER-DAEMON@mx.example\nSubject: {text}\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\n{text}\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {text}@m.example\nAction: failed\nStatus: {text}\nDiagnostic-Code: smtp; {text}\n--b--\n"
        )],
        "attach_frames" => vec![of_client(text), of_owner(text)],
        "export" => vec![events(text).map(|event| event + "\n").concat(), lines(text)],
        "journal_segment" => vec![lines(text)],
        "template_context" => vec![text.to_owned(), format!("Sample {text} Motors")],
        "terminal_input" => vec![
            format!("\u{1b}[200~{text}\u{1b}[201~"),
            format!("\u{1b}]11;{text}\u{1b}\\"),
            format!("\u{1b}[{text}u"),
        ],
        other => panic!("no form has a place for a value of {other}"),
    };
    forms.into_iter().map(String::into_bytes).collect()
}

/// Lines of JSON, as they go over a socket.
fn frames(values: &[Value]) -> String {
    values.iter().flat_map(|value| [value.to_string(), "\n".to_owned()]).collect()
}

fn of_client(text: &str) -> String {
    let note = Request::Execute(vec![(DealershipId::from_bits(1), Command::Note { text: text.into() })]);
    frames(&[
        json!({ "cloverwatch": VERSION, "protocol": PROTOCOL, "operator": text }),
        json!({ "Ask": { "id": 1, "request": note } }),
    ])
}

fn of_owner(text: &str) -> String {
    let answer = Response::Failed(RequestError::Store(text.to_owned()));
    frames(&[
        json!({ "cloverwatch": VERSION, "protocol": PROTOCOL, "refused": text }),
        json!({ "Answer": { "id": 1, "seq": 1, "response": answer } }),
        json!({ "Left": text }),
    ])
}

/// A dealership whose every text is this one, and a note about it.
fn events(text: &str) -> [String; 2] {
    let contact = json!({ "name": text, "email": "service@example.com", "phone": text });
    let profile = json!({ "name": text, "dealer_code": text, "group": text, "brand": text, "city": text, "state": text,
        "timezone": "America/Chicago", "contact": contact, "owner": text });
    let facts = [("dealership.added", json!({ "profile": profile })), ("note.added", json!({ "text": text }))];
    let mut seq = 0;
    facts.map(|(kind, data)| {
        seq += 1;
        let actor = json!(text);
        format!(
            "{{\"seq\":{seq},\"at\":\"2026-11-24T06:20:00Z\",\"actor\":{actor},\"dealership\":\"d0000000001\",\"kind\":\"{kind}\",\"data\":{data}}}"
        )
    })
}

/// The same as the lines of a journal.
fn lines(text: &str) -> String {
    let mut before = 0;
    let line = |event: String| {
        let rest = event.split_once(",\"at\"").unwrap().1;
        let line = format!("\"seq\":{},\"left\":0,\"prev\":{before},\"at\"{rest}", before + 1);
        before += 1;
        format!("{{\"crc\":\"{:08x}\",{line}\n", crc32fast::hash(line.as_bytes()))
    };
    events(text).map(line).concat()
}

fn journal_line(text: &str) -> String {
    let event = json!({ "at": "2026-11-24T06:20:00Z", "actor": text, "dealership": "d0000000001", "kind": "probe.changed",
        "data": { "outcome": "unknown", "reason": text, "at": "2026-11-24T06:20:00Z", "status": 418, "code": text, "message": text } });
    // The fields stand in the order in which they are written.
    let field = |name: &str| format!("\"{name}\":{}", event[name]);
    format!("{}}}", ["at", "actor", "dealership", "kind", "data"].map(field).join(","))
}

/// What is refused as a whole would try nothing of what is in it.
#[test]
fn the_forms_that_hold_a_value_are_read() {
    for text in naughty_strings() {
        for (frames, is_client) in [(of_client(&text), true), (of_owner(&text), false)] {
            let read = rewritten(frames.as_bytes(), is_client).now_or_never().unwrap();
            assert_eq!(read.map(|read| read.split(|byte| *byte == b'\n').count()), Ok(frames.lines().count() + 1));
        }
    }
    for form in [events("plain").map(|event| event + "\n").concat(), lines("plain")] {
        let (mut input, mut read) = (form.as_bytes(), ExportLines::default());
        for place in 0..2 {
            assert!(read.next(&mut input).unwrap().is_some(), "line {place} of {form}");
        }
    }
}

#[test]
fn every_string_as_a_value_of_every_surface() {
    for (name, surface) in surfaces::ALL {
        for text in naughty_strings().iter().step_by(step(name)) {
            dressed(name, text).iter().for_each(|bytes| surface(bytes));
        }
    }
}

/// What scripts are told of every dealership, by dealerCode.
fn told(desk: &Desk) -> Vec<(String, [Value; 5])> {
    let document = desk.run(&["list", "--json"]).ends(0).json();
    let one = |one: &Value| {
        let contact = &one["contact"];
        let fields = [&one["name"], &one["group"], &one["city"], &contact["name"], &one["owner"]].map(Value::clone);
        (one["dealer_code"].as_str().unwrap().to_owned(), fields)
    };
    let mut all: Vec<_> = document["dealerships"].as_array().unwrap().iter().map(one).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[test]
fn what_is_taken_comes_out_as_it_is_and_acts_nowhere() {
    let desk = Desk::new();
    let rows: Vec<Value> = (naughty_strings().iter().zip(1_000..))
        .map(|(text, number)| {
            json!({ "name": text, "dealer_code": format!("xts{number}"), "timezone": "America/Chicago",
                "email": "service@example.com", "group": text, "city": text, "contact": text, "owner": text })
        })
        .collect();
    desk.write("rows.json", &json!(rows).to_string());
    let ran = desk.run(&["import", "rows.json"]);
    assert!([0, 3].contains(&ran.code) && is_clean(&ran.out) && is_clean(&ran.err), "{}\n{}", ran.out, ran.err);
    let all = told(&desk);
    assert!(all.len() > 300, "{} of {}", all.len(), rows.len());

    let columns = "name,dealer_code,group,city,contact,email,timezone,owner";
    for args in [
        &["list"][..],
        &["list", "--columns", columns],
        &["events"],
        &["report"],
        &["list", "--json"],
        &["events", "--json"],
    ] {
        let ran = desk.run(args).ends(0);
        assert!(is_clean(&ran.out) && is_clean(&ran.err), "{args:?}");
    }
    let csv = desk.run(&["list", "--csv", "--columns", columns]).ends(0).out;
    assert!(!csv.chars().any(|c| c != '\n' && is_invisible(c)));
    assert!(!csv.split(['\n', ',']).any(|cell| cell.trim_matches('"').starts_with(['=', '+', '-', '@'])), "{csv}");

    let other = Desk::new();
    other.write("rows.csv", &csv);
    other.run(&["import", "rows.csv"]).ends(0);
    assert_eq!(told(&other), all);
    let export = desk.run(&["export"]).ends(0).out;
    assert!(is_clean(&export));
    let restored = Desk::new();
    restored.run_with(&["restore", "-"], &export).ends(0);
    assert_eq!(told(&restored), all);
    assert_eq!(restored.run(&["export"]).ends(0).out, export);
}

#[test]
fn what_is_typed_as_an_argument_is_taken_or_refused() {
    let desk = Desk::filled();
    // Each is a program: some of every class.
    for text in naughty_strings().iter().filter(|text| !text.contains('\0')).step_by(9) {
        for args in [&["note", "xts1", "--", text][..], &["list", "--", text], &["show", "--", text]] {
            let ran = desk.run(args);
            assert!([0, 2, 4].contains(&ran.code) && is_clean(&ran.out) && is_clean(&ran.err), "{args:?} {}", ran.err);
        }
    }
}

/// Found by libFuzzer, and by these strings.
#[test]
fn what_is_said_of_what_is_wrong_and_what_is_printed_of_settings_acts_on_nothing() {
    let error = Query::parse("e\u{1b}[2Jx<2h").unwrap_err();
    assert!(error.message.contains("is not a clock") && !error.message.contains(is_invisible), "{error}");
    let mut line: &[u8] = include_bytes!("seeds/export/found-1");
    let error = ExportLines::default().next(&mut line).unwrap_err().to_string();
    assert!(error.contains("line 1: not an event") && !error.contains(is_invisible), "{error}");
    let read = |text: &str| parse(Path::new("c.toml"), text, &Overrides::default()).unwrap().0;
    let config = read("[partner]\nname = \"a\\\\\u{202e}b\"\n[import.\"c\u{9b}\"]\nset = { group = \"x\" }\n");
    let printed = print::effective(&config);
    assert!(
        printed.contains(r#"name = "a\\\U0000202Eb""#) && !printed.replace('\n', "").contains(is_invisible),
        "{printed}"
    );
    assert_eq!(read(&printed).partner, config.partner);
    assert_eq!(read(&printed).lists.keys().collect::<Vec<_>>(), config.lists.keys().collect::<Vec<_>>());
}

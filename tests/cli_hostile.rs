//! Text that would act on a terminal, a spreadsheet or the direction of text reaches none of them raw.
#![allow(clippy::format_collect, reason = "a handful of lines")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::{Desk, is_clean};
use serde_json::json;

/// A log as another program might have left it: every text field is hostile.
fn hostile_log(text: &str) -> String {
    let profile = json!({
        "name": text, "dealer_code": format!("x{text}"), "group": text, "brand": text, "city": text, "state": text,
        "timezone": "America/Chicago", "contact": { "name": text, "email": text, "phone": text }, "owner": text,
    });
    let event = |seq: u32, kind: &str, data: serde_json::Value| json!({ "seq": seq, "at": "2026-03-30T12:00:00Z", "actor": text, "dealership": "d0000000001", "kind": kind, "data": data });
    let choice = json!({ "code": text, "option": "existing" });
    [
        event(1, "dealership.added", json!({ "profile": profile })),
        event(2, "note.added", json!({ "text": text })),
        event(3, "opcode.chosen", json!({ "choice": choice, "word": text })),
        event(4, "probe.changed", json!({ "outcome": "unknown", "reason": text, "at": "2026-03-30T12:00:00Z" })),
        event(5, "opcode.missing", json!({ "opcode": text, "findings": [text], "drifted": false })),
    ]
    .iter()
    .map(|event| format!("{event}\n"))
    .collect()
}

#[test]
fn nothing_raw_on_stdout_stderr_or_in_csv() {
    let long = "W".repeat(5_000);
    for text in [
        "\u{1b}]52;c;ZWNobw==\u{7}evil",
        "\u{1b}[2Jevil\u{9b}31m",
        "evil\u{202e}txt\u{2066}\u{200b}",
        "evil\r\nBcc: all@example.com\0",
        "\u{1b}]0;title\u{1b}\\evil",
        &format!("evil{long}"),
    ] {
        let desk = Desk::new();
        desk.run_with(&["restore", "-"], &hostile_log(text)).ends(0);
        for args in [
            &["list"][..],
            &[
                "--color",
                "never",
                "list",
                "--columns",
                "name,dealer_code,group,brand,city,state,owner,contact,email,phone,opcode",
            ],
            &["list", "--csv"],
            &["show", "d0000000001"],
            &["events"],
            &["events", "--json"],
            &["list", "--json"],
            &["show", "d0000000001", "--json"],
            &["invite", "d0000000001", "--code", "CODE-1", "--dry-run"],
            &["invite", "d0000000001", "--code", "CODE-1"],
            &["note", "d0000000001", "fine"],
            &["note", "evil", "fine"],
            &["opcode", "guide", "d0000000001"],
            &["opcode", "guide", "d0000000001", "--letter"],
            &["opcode", "guide", "d0000000001", "--json"],
            &["opcode", "set", "d0000000001", text.trim_matches('\0')],
            &["opcode", "set", "d0000000001", "fine", "--word", text.trim_matches('\0')],
            &["show", "d0000000001"],
            &["revoke", "d0000000001"],
            &["show", text.trim_matches('\0')],
            &["doctor"],
        ] {
            if args.iter().any(|arg| arg.contains('\0')) {
                continue;
            }
            let ran = desk.run(args);
            let json = args.contains(&"--json");
            assert!(is_clean(&ran.out), "{args:?}: {:?}", ran.out);
            assert!(is_clean(&ran.err), "{args:?}: {:?}", ran.err);
            assert!(!ran.err.contains("panicked"), "{}", ran.err);
            assert!(json || !ran.out.contains(&long), "{args:?}: nobody wants to see 5,000 characters");
        }
    }
}

#[test]
fn a_spreadsheet_is_offered_no_formula() {
    let desk = Desk::new();
    desk.write(
        "formulas.csv",
        "name,dealer_code,timezone,email,city\n=1+1,+1,America/Chicago,a@example.com,@SUM(A1)\n\"=HYPERLINK(\"\"x\"\")\",-2,America/Chicago,b@example.com,|cmd\n",
    );
    desk.run(&["import", "formulas.csv"]).ends(0);
    let csv = desk.run(&["list", "--csv", "--columns", "name,dealer_code,city"]).ends(0).out;
    for cell in csv.lines().skip(1).flat_map(|line| line.split(',')) {
        let cell = cell.trim_matches('"');
        assert!(cell.starts_with('\''), "{cell} in {csv}");
    }
}

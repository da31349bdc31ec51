//! Settings, keys and generated texts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::{Desk, is_clean};

#[test]
fn settings_that_hold_and_what_is_wrong_with_them() {
    let desk = Desk::with_config("[xtime]\nclient_secret = \"s3cret\"\n");
    let ran = desk.run(&["config", "print"]).ends(0).says("config.toml:2:17: warning: `xtime.client_secret`");
    assert!(ran.out.contains("[[xtime.meaning]] # default") && !ran.out.contains("s3cret"), "{}", ran.out);
    desk.write("again.toml", &ran.out);
    desk.run(&["--config", "again.toml", "config", "check"]).ends(0);
    desk.write("config.toml", "[xtime]\ntimeot = \"5s\"\n[mail]\nfrom = \"x\"\n[[plug]]\non = []\n");
    let ran = desk.run(&["config", "check"]).ends(2);
    assert!(
        ran.err.contains("config.toml:2:1: error: unknown key in [xtime]: `timeot`; did you mean `timeout`?"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("config.toml:4:8: error: `mail.from`: `x` is not a mail address"), "{}", ran.err);
    assert!(ran.err.contains("config.toml:5:3: error: unknown section: `plug`"), "{}", ran.err);
    let schema = desk.run(&["config", "schema"]).ends(0).json();
    assert_eq!(schema["properties"]["mail"]["properties"]["lanes"]["maximum"], 64);
    desk.run(&["list"]).ends(2).says("did you mean `timeout`?");
}

#[test]
fn secrets_are_fetched_when_settings_are_checked() {
    let desk = Desk::with_config(
        "[xtime]\nclient_id = \"me\"\nclient_secret = { env = \"NOT_SET\" }\napi_key = { file = \"key\" }\n",
    );
    desk.run(&["config", "check"]).ends(2).says("[xtime] client_secret: the variable NOT_SET is not set");
    desk.run(&["list"]).ends(0);
    desk.run(&["check", "xts1"]).ends(2).says("NOT_SET");
}

#[test]
fn a_wrong_address_of_a_store_is_named_with_its_place() {
    let desk = Desk::new();
    desk.run(&["--store", "mysql://localhost/x", "list"])
        .ends(2)
        .says("--store: error: a store is named `sled:PATH` or");
    let mut command = desk.command_in_its_place(&["config", "print"]);
    let output =
        command.env("CLOVERWATCH_STORE_URL", "postgres://x").env("CLOVERWATCH_UI_MOUSE", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("CLOVERWATCH_STORE_URL: error: `store.url`: the address of the store: it names no database"),
        "{said}"
    );
}

#[test]
fn every_command_is_in_the_help() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).ends(0).out;
    for command in
        ["demo", "import", "add", "list", "show", "invite", "reissue", "revoke", "confirm", "note", "assign", "report"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in:\n{help}");
    }
    assert!(help.contains("\n  appointment ") && help.contains("\n  resend ") && help.contains("\n  mail "), "{help}");
}

#[test]
fn wrong_usage_is_clean_and_a_suggestion() {
    let desk = Desk::new();
    let ran = desk.run(&["lst"]).ends(2).says("list");
    assert!(is_clean(&ran.err) && ran.out.is_empty());
    let ran = desk.run(&["\u{1b}]0;x\u{7}"]).ends(2);
    assert!(is_clean(&ran.err), "{:?}", ran.err);
    desk.run(&[]).ends(2).says("needs a terminal");
}

#[test]
fn keys_are_printed_and_checked() {
    let desk = Desk::new();
    let printed = desk.run(&["keymap", "print"]).ends(0).out;
    desk.write("keys.toml", &printed);
    desk.run(&["keymap", "check", "keys.toml"]).ends(0);
    desk.write("keys.toml", "[table]\nno-such-action = \"x\"\n");
    let ran = desk.run(&["keymap", "check", "keys.toml"]).ends(2);
    assert!(ran.out.contains("keys.toml:2:"), "{}", ran.out);
    desk.run(&["keymap", "check"]).ends(0);
    desk.run(&["keymap", "check", "none.toml"]).ends(2).says("cannot read");
}

#[test]
fn completions_a_manual_and_a_doctor() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(desk.run(&["completions", shell]).ends(0).out.contains("cloverwatch"), "{shell}");
    }
    assert!(desk.run(&["man"]).ends(0).out.contains(".TH cloverwatch 1"));
    let document = desk.run(&["doctor", "--json"]).ends(0).json();
    let names: Vec<&str> =
        document["findings"].as_array().unwrap().iter().filter_map(|found| found["name"].as_str()).collect();
    for name in ["terminal", "settings", "store", "codes", "mail", "platform"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let desk = Desk::filled();
    let _owner = desk.owner();
    let said = desk.run(&["doctor"]).ends(0).out;
    assert!(said.contains("held by") && said.contains("process"), "{said}");
    assert!(said.contains("others work through it"), "{said}");
    desk.write("config.toml", "[xtme]\n");
    desk.run(&["doctor"]).ends(1);
}

#[test]
fn a_doctor_reads_the_whole_journal() {
    let desk = Desk::filled();
    let directory = desk.path("store/journal");
    let file = std::fs::read_dir(&directory).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    let events = text.lines().count();
    let says = |code: i32, words: &str| {
        let said = desk.run(&["doctor"]).ends(code).out;
        assert!(said.contains(words), "`{words}` is not in:\n{said}");
    };
    says(0, &format!("{events} events in one file"));
    // An end that was torn off is for the next start to cut.
    std::fs::write(&file, format!("{text}{{\"seq\"")).unwrap();
    says(0, "6 bytes after event 4 are no complete batch");
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("{\"seq\""), "a doctor changes nothing");
    // Damage before the end is named with its line.
    let damaged =
        text.lines().enumerate().map(|(n, line)| if n == 1 { line.replace("xts", "xtz") } else { line.to_owned() });
    std::fs::write(&file, damaged.map(|line| line + "\n").collect::<String>()).unwrap();
    says(1, "line 2: the checksum of the line does not fit");
}

//! Reading changes nothing and says what is missing; a store is refused, mended and backed up by the command line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod cli_support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_support::*;

/// Everything in a directory: names, bytes, and when they were written.
fn picture(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let written = path.metadata().unwrap().modified().unwrap();
        if path.is_dir() {
            all.extend(picture(&path));
        } else {
            all.insert(path.clone(), (fs::read(&path).unwrap(), written));
        }
    }
    all
}

fn journal(desk: &Desk) -> PathBuf {
    desk.path("store/journal").join(format!("{:020}.jsonl", 1))
}

/// The last line without its end, as a crash leaves it; nobody knows of it.
fn torn() -> Desk {
    let desk = Desk::filled();
    desk.run(&["note", "xts1", "one"]).ends(0);
    let text = fs::read(journal(&desk)).unwrap();
    fs::write(journal(&desk), [&text[..], b"{\"crc\":\"0123"].concat()).unwrap();
    desk
}

/// A bit of the last line flipped, which was acknowledged.
fn lost() -> Desk {
    let desk = Desk::filled();
    desk.run(&["note", "xts1", "one"]).ends(0);
    let mut text = fs::read(journal(&desk)).unwrap();
    let place = text.len() - 6;
    text[place] ^= 4;
    fs::write(journal(&desk), text).unwrap();
    desk
}

#[test]
fn a_reading_command_changes_nothing_and_says_what_is_torn_or_lost() {
    for (desk, words) in [(torn(), "no complete batch"), (lost(), "event 5 had been acknowledged")] {
        let before = picture(&desk.path("store"));
        for args in [
            &["list", "--json"][..],
            &["--read-only", "list"],
            &["show", "xts1"],
            &["events", "--json"],
            &["export"],
            &["--read-only", "export"],
            &["import", "some.csv", "--dry-run"],
        ] {
            let code = if args.contains(&"export") { 3 } else { 0 };
            let ran = desk.run(args).ends(code).says(words);
            assert!(!ran.out.is_empty(), "{args:?}: what is whole is shown");
        }
        desk.run(&["doctor"]);
        assert!(picture(&desk.path("store")) == before, "{words}: something changed");
    }
    // What was saved of it says so when it is used.
    let text = torn().run(&["export"]).ends(3).out;
    let restored =
        Desk::new().run_with(&["restore", "-", "--json"], &text).ends(0).says("a journal that was not whole");
    assert_eq!(restored.json()["complete"], false);
    // One that has no store yet gets none by being asked.
    let desk = Desk::new();
    desk.run(&["list"]).ends(0);
    assert!(!desk.path("store").exists());
}

#[test]
fn a_backup_of_a_torn_log_does_not_look_like_success() {
    let desk = torn();
    desk.run(&["export", "--output", "log.jsonl"]).ends(3).says("is not the whole log");
    let text = fs::read_to_string(desk.path("log.jsonl")).unwrap();
    desk.run_with(&["--store", "sled:other", "restore", "-"], &text).ends(0);
    // Somebody records: what was torn is cut off, told once, and kept; doctor goes on telling.
    desk.run(&["note", "xts1", "two"]).ends(0).says(".cut-1").says("none of it is known to have been acknowledged");
    let ran = desk.run(&["note", "xts1", "three"]).ends(0);
    assert_eq!(ran.err, "");
    desk.run(&["export", "--output", "whole.jsonl"]).ends(0);
    let said = desk.run(&["doctor"]).ends(0).out;
    assert!(said.contains("kept aside") && said.contains(".jsonl.cut-1, 12 B") && said.contains("delete it"), "{said}");
}

#[test]
fn a_lost_end_is_refused_with_a_way_out_and_accepted_only_by_name() {
    let desk = lost();
    let before = picture(&desk.path("store/journal"));
    for _ in 0..2 {
        let ran = desk.run(&["note", "xts1", "two"]).ends(1).says("event 5 had been acknowledged");
        assert!(ran.err.contains("doctor --accept-loss") && ran.err.contains("backup"), "{}", ran.err);
    }
    assert!(picture(&desk.path("store/journal")) == before, "a refusal cuts nothing");
    let said = desk.run(&["doctor"]).ends(1).out;
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("  journal ")).collect();
    let [line] = lines.as_slice() else { panic!("one line says how the journal is:\n{said}") };
    // Behind them comes what follows the last complete batch.
    assert!(line.starts_with("problem") && line.contains("event 5 had been acknowledged; 1"), "{said}");
    assert!(line.contains("). Nothing was changed. Bring"), "{said}");
    desk.run(&["--read-only", "doctor", "--accept-loss"]).ends(1);
    let said = desk.run(&["doctor", "--accept-loss"]).ends(0).out;
    assert!(said.contains("given up as lost: event 5") && said.contains(".cut-1"), "{said}");
    let ran = desk.run(&["note", "xts1", "two"]).ends(0);
    assert_eq!(ran.err, "", "it was accepted once");
    let said = desk.run(&["doctor", "--accept-loss"]).ends(0).out;
    assert!(said.contains("nothing that was acknowledged is missing"), "{said}");
}

#[test]
fn an_index_that_was_moved_aside_is_told_of_by_doctor_and_only_the_newest_are_kept() {
    let desk = Desk::filled();
    for _ in 0..5 {
        fs::write(desk.path("store/index/db"), b"").unwrap();
        desk.run(&["note", "xts1", "one"]).ends(0).says("the newest 3 of its kind are kept");
    }
    let said = desk.run(&["doctor"]).ends(0).out;
    assert_eq!(said.matches("index.damaged-").count(), 3, "{said}");
    assert!(!said.contains("index.damaged-2") && said.contains("index.damaged-5"), "{said}");
}

#[test]
fn an_export_that_was_cut_is_refused_and_one_of_an_earlier_version_says_that_it_has_no_end() {
    let desk = Desk::filled();
    let text = desk.run(&["export"]).ends(0).out;
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines[..3].join("\n");
    let other = |input: &str| desk.run_with(&["--store", "sled:other", "restore", "-"], input);
    other(&cut).ends(1).says("line 3: the export was cut off after 3 events").says("nothing was restored");
    other("").ends(1).says("nothing here");
    let altered = lines[1].replacen('2', "3", 1);
    other(&text.replace(lines[1], &altered)).ends(1).says("line 2: the checksum does not fit");
    let field = |event: &mut serde_json::Map<String, serde_json::Value>, name: &str| event.remove(name).is_some();
    let unmarked = lines[..lines.len() - 1].iter().map(|line| {
        let mut event: serde_json::Map<_, _> = serde_json::from_str(line).unwrap();
        assert!(["crc", "left", "prev"].iter().all(|name| field(&mut event, name)));
        serde_json::Value::Object(event).to_string()
    });
    let old = unmarked.collect::<Vec<_>>().join("\n") + "\n";
    other(&old).ends(0).says("no end mark: an export of an older version; 4 events");
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_not_the_end_of_the_process() {
    let desk = Desk::filled();
    let inner = desk.command(&["note", "xts1", &"x".repeat(1_000)]);
    let limited = |command: &Command, blocks: u32| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(command.get_program());
        shell.args(command.get_args()).current_dir(command.get_current_dir().unwrap()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.output().unwrap()
    };
    let output = limited(&inner, 1);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("File too large"), "{said}");
    desk.run(&["note", "xts1", "short"]).ends(0);
    // And doctor finds it before anybody records.
    let output = limited(&desk.command(&["doctor"]), 1);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("disk") && said.contains("nothing can be written in"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
}

#[test]
fn a_store_that_cannot_be_written_is_read_without_a_lock_and_doctor_says_so() {
    let desk = Desk::filled();
    let set = |mode: u32| {
        for path in [desk.path("store/journal"), desk.path("store/index"), desk.path("store")] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    fs::remove_file(desk.path("store/lock")).unwrap();
    set(0o500);
    // Whoever may do everything writes in any directory.
    let root = tempfile::tempfile_in(desk.path("store")).is_ok();
    let (list, export) = (desk.run(&["list", "--json"]), desk.run(&["export"]));
    let doctor = desk.run(&["doctor"]);
    let lock = desk.path("store/lock").exists();
    set(0o700);
    assert_eq!(list.ends(0).json()["total"], 4);
    export.ends(0);
    assert!(!lock, "a reading command takes no lock");
    if !root {
        assert!(doctor.out.contains("nothing can be written in"), "{}", doctor.out);
        doctor.ends(1);
    }
}

#[test]
fn a_reading_command_removes_the_copies_of_the_index_that_a_killed_one_left() {
    let desk = Desk::filled();
    let temporary = desk.path("temporary");
    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let (gone, here) = (gone.id(), std::process::id());
    let stale = format!("cloverwatch-index-{gone}-abc");
    let others =
        [format!("cloverwatch-index-{here}-abc"), format!("cloverwatch-{gone}-abc"), "cloverwatch-index-x".into()];
    for name in others.iter().chain([&stale]) {
        fs::create_dir_all(temporary.join(name)).unwrap();
        fs::write(temporary.join(name).join("db"), "a code").unwrap();
    }
    let used = fs::File::open(temporary.join(&others[0])).unwrap();
    used.lock().unwrap();
    // Somebody's link must not lead us to what is not ours to remove.
    let link = temporary.join(format!("cloverwatch-index-{gone}-link"));
    std::os::unix::fs::symlink(desk.path("store"), &link).unwrap();
    assert!(desk.command(&["list"]).env("TMPDIR", &temporary).status().unwrap().success());
    assert!(!temporary.join(stale).exists());
    assert!(others.iter().all(|name| temporary.join(name).join("db").exists()));
    assert!(link.is_symlink() && journal(&desk).exists());
}

#[test]
fn an_export_acts_on_no_terminal_and_reads_back_the_same() {
    let desk = Desk::filled();
    // A zero-width space, a tag, an override of the direction, an escape, a control of the second set.
    let note = "a\u{200b}b\u{e0041}c\u{202e}d\u{1b}[2Je\u{9b}f\u{7f}g";
    desk.run(&["note", "xts1", note]).ends(0);
    let exported = desk.run(&["export"]).ends(0).out;
    assert!(cli_support::is_clean(&exported), "{exported}");
    assert!(exported.contains("\\udb40\\udc41"), "{exported}");
    desk.write("backup.jsonl", &exported);
    let text = |store: &str| {
        let events = desk.run(&["--store", store, "events", "--json"]).ends(0).out;
        let last: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
        last["data"]["text"].as_str().unwrap().to_owned()
    };
    desk.run(&["--store", "sled:again", "restore", "backup.jsonl"]).ends(0);
    assert_eq!([text("sled:store"), text("sled:again")], [note, note]);
    assert_eq!(desk.run(&["--store", "sled:again", "export"]).ends(0).out, exported);
}

#[test]
fn a_store_that_cannot_be_looked_at_is_not_an_empty_one() {
    let desk = Desk::new();
    desk.write("plain", "no directory");
    for command in [&["list"][..], &["show", "xts1"], &["events"], &["--read-only", "list"], &["report"]] {
        let args = [&["--store", "sled:plain"], command].concat();
        desk.run(&args).ends(1).says("plain/journal");
        // Below it nothing can be looked at either.
        let args = [&["--store", "sled:plain/below"], command].concat();
        desk.run(&args).ends(1).says("plain/below/journal");
    }
    desk.run(&["--store", "sled:plain/below", "doctor"]).ends(1).prints("plain/below cannot be read");
}

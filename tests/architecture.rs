//! The house stands as drawn: imports point downward only, and siblings on a floor do not know each other.

#![allow(clippy::expect_used, reason = "a test that cannot read the sources must fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may know. What is not listed may know nothing.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("timezone", &[]),
    ("domain", &["timezone"]),
    ("clock", &[]),
    ("tls", &[]),
    ("child", &[]),
    ("signals", &[]),
    ("guard", &[]),
    ("store", &["domain", "clock", "guard"]),
    ("xtime", &["domain", "clock", "timezone", "tls", "child"]),
    ("mail", &["domain", "clock", "timezone", "tls"]),
    ("sandbox", &["clock", "timezone"]),
    ("engine", &["store", "xtime", "mail", "domain", "clock"]),
    ("config", &["present", "engine", "store", "xtime", "mail", "domain", "clock", "timezone", "tls", "child"]),
    // The screen is handed what it shows; it knows no store, no host and no socket beyond the types the engine speaks in.
    ("present", &["domain", "timezone"]),
    ("tui", &["present", "engine", "store", "domain", "clock", "timezone", "signals"]),
    (
        "cli",
        &[
            "tui", "present", "config", "engine", "store", "xtime", "mail", "sandbox", "domain", "clock", "timezone",
            "tls", "signals", "guard",
        ],
    ),
];

/// What the pure floors must not touch, wherever it is written.
const PURE: &[(&str, &[&str])] = &[
    (
        "domain",
        &["tokio::", "ratatui::", "std::fs", "std::net", "std::process", "std::env", "reqwest::", "sled::", "lettre::"],
    ),
    ("tui", &["reqwest::", "lettre::", "sled::", "std::net", "EmbeddedStore", "JournalReader"]),
    ("engine", &["reqwest::", "lettre::", "sled::", "ratatui::", "crossterm::", "axum::"]),
    ("sandbox", &["lettre::", "sled::", "ratatui::"]),
];

/// Lines of one file that a reader can still hold in the head; tests at the end of a file do not count.
const MOST_LINES: usize = 450;

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("src is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room a file belongs to: the first part of its path below `src`.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(src()).expect("a file of src");
    below.iter().next().map(|part| part.to_string_lossy().trim_end_matches(".rs").to_owned()).unwrap_or_default()
}

/// The code of a file without comments and without its tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a readable file");
    let body = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every room that a piece of code names after `crate::`, in nested braces too.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::`, `other_crate::` are somebody else's.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut fresh = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => word.push(c),
                    c if c.is_whitespace() => {}
                    _ if depth == 0 => fresh = false,
                    _ => {}
                }
                if (!fresh || c == ',') && !word.is_empty() {
                    rooms.insert(std::mem::take(&mut word));
                }
            }
            if !word.is_empty() {
                rooms.insert(word);
            }
        } else {
            rooms.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn the_reader_of_imports_reads() {
    let code =
        "use crate::domain::{a, b};\nuse crate::{store::Book, xtime::{x, y}, clock};\nlet x = crate::engine::f();";
    let want: BTreeSet<String> = ["domain", "store", "xtime", "clock", "engine"].map(String::from).into();
    assert_eq!(rooms_named(code), want);
}

#[test]
fn imports_point_downward() {
    let mut wrong = Vec::new();
    for file in sources(&src()) {
        let own = room(&file);
        if matches!(own.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, may)) = MAY_KNOW.iter().find(|(name, _)| *name == own) else {
            wrong.push(format!("{}: room `{own}` is not in the plan", file.display()));
            continue;
        };
        for named in rooms_named(&code(&file)) {
            let is_room = MAY_KNOW.iter().any(|(name, _)| *name == named);
            if is_room && named != own && !may.contains(&named.as_str()) {
                wrong.push(format!("{}: `{own}` must not know `{named}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_floors_stay_pure() {
    let mut wrong = Vec::new();
    for file in sources(&src()) {
        let own = room(&file);
        let text = code(&file);
        for (_, words) in PURE.iter().filter(|(name, _)| *name == own) {
            wrong.extend(
                words.iter().filter(|word| text.contains(**word)).map(|word| format!("{}: {word}", file.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long: Vec<_> = sources(&src())
        .into_iter()
        .filter_map(|file| {
            let lines = code(&file).lines().count();
            (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "split these:\n{}", long.join("\n"));
}

/// The rules of chrono-tz are of 2025, so no local time may come from it: [`crate::timezone`] is the only one to ask.
#[test]
fn only_names_of_zones_come_from_chrono_tz() {
    let names = ["timezone", "domain/zone", "sandbox/profile.rs", "cli/demo/people.rs", "mail/press/sample.rs"];
    let mut wrong = Vec::new();
    for file in sources(&src()) {
        let below = file.strip_prefix(src()).expect("a file of src").to_owned();
        let tests = below.to_string_lossy().ends_with("tests.rs");
        if !tests && !names.iter().any(|name| below.starts_with(name)) && code(&file).contains("chrono_tz") {
            wrong.push(below.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "use `timezone::Tz` in: {}", wrong.join(", "));
}

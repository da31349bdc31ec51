//! What is generated in the documentation is what the program says: the keys, the commands, the settings, the tour with its pictures.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "tests fail loudly; the desk is shared"
)]

#[path = "../screen/client.rs"]
mod client;
#[path = "../screen/desk.rs"]
mod desk;
#[path = "../screen/population.rs"]
mod population;
mod svg;
mod tour;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use cloverwatch::cli::command::Cli;
use cloverwatch::domain::Fact;
use cloverwatch::tui::keymap::{Keymap, markdown_table};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a file with what it should be, or writes it.
fn keep(name: &str, wanted: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path(name), wanted).unwrap();
    }
    let found = std::fs::read_to_string(path(name)).unwrap_or_default();
    assert!(found == wanted, "{name} is out of date: run `UPDATE_DOCS=1 cargo test --test docs`");
}

#[test]
fn the_readme_has_the_keys() {
    let readme = std::fs::read_to_string(path("README.md")).unwrap();
    let begin = readme.find("<!-- keys:begin").unwrap();
    let begin = begin + readme[begin..].find('\n').unwrap() + 1;
    let end = readme.find("<!-- keys:end -->").unwrap();
    let keys = markdown_table(&Keymap::default());
    keep("README.md", &format!("{}\n{}\n{}", &readme[..begin], keys.trim_end(), &readme[end..]));
}

#[test]
fn the_commands_are_described() {
    let mut out = String::from(
        "# Commands\n\nGenerated from the program's own help. What was just recorded is undone by a key of the desk (`u`); no command does \
         that. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 partly done, \
         4 refused by a rule, 75 the store is held by another process; 130 and 143 after SIGINT and SIGTERM.\n",
    );
    let mut command = Cli::command().term_width(110).color(clap::ColorChoice::Never);
    command.build();
    describe(&mut out, &command, "");
    keep("docs/commands.md", &out);
}

#[test]
fn every_kind_of_event_is_listed() {
    let mut out = String::from(
        "# Events\n\nGenerated from the table of kinds, in the order in which they came to be. The names never change, and what was recorded is \
         read for ever; `cloverwatch events --json` prints each event as one line.\n\n| kind | what happened |\n|---|---|\n",
    );
    for (kind, meaning) in Fact::KINDS.iter().zip(Fact::MEANINGS) {
        writeln!(out, "| `{kind}` |{meaning} |").unwrap();
    }
    keep("docs/events.md", &out);
}

fn describe(out: &mut String, command: &clap::Command, above: &str) {
    let name = format!("{above}{}", command.get_name());
    let help = command.clone().render_long_help().to_string();
    let help: Vec<_> = help.lines().map(str::trim_end).collect();
    write!(out, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()).unwrap();
    let below = format!("{name} ");
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        describe(out, sub, &below);
    }
}

#[test]
fn the_settings_are_described() {
    keep("docs/configuration.md", &cloverwatch::config::reference::markdown());
}

/// Names of tests are the only ones in backquotes that end a row of a table.
#[test]
fn what_protects_names_tests_that_exist() {
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let documents = read("docs/security.md") + &read("docs/reliability.md");
    let shown_by =
        documents.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once("| ")).map(|(_, cell)| cell);
    let names: Vec<&str> = shown_by.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 30, "{names:?}");
    let mut sources = String::new();
    for directory in ["tests", "src"] {
        read_sources(&path(directory), &mut sources);
    }
    let missing: Vec<_> = names.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "docs/security.md or docs/reliability.md names no test by {missing:?}");
}

#[test]
fn each_library_has_its_reason() {
    let manifest: toml_edit::DocumentMut = std::fs::read_to_string(path("Cargo.toml")).unwrap().parse().unwrap();
    let reasons = std::fs::read_to_string(path("docs/dependencies.md")).unwrap();
    let named = |table: &str| -> Vec<String> {
        manifest[table].as_table().unwrap().iter().map(|(name, _)| name.to_owned()).collect()
    };
    let row = |name: &String| reasons.contains(&format!("\n| `{name}` | "));
    let missing: Vec<_> = named("dependencies").into_iter().filter(|name| !row(name)).collect();
    assert!(missing.is_empty(), "docs/dependencies.md has no row for {missing:?}");
    let missing: Vec<_> =
        named("dev-dependencies").into_iter().filter(|name| !reasons.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/dependencies.md names no {missing:?}");
    let rows = reasons.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, named("dependencies").len(), "docs/dependencies.md has a row for what is not used");
}

fn read_sources(directory: &Path, into: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read_sources(&path, into),
            false if path.extension().is_some_and(|name| name == "rs") => {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
            false => {}
        }
    }
}

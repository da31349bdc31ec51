//! Completions: asked as a real bash asks, and as zsh and fish do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::path::Path;
use std::process::Command;

use cli_support::Desk;

/// What bash offers behind a line, by the script that the program gives it. The last word is taken apart as bash does.
#[track_caller]
fn bash(desk: &Desk, line: &str) -> Vec<String> {
    bash_for(desk, line, line.rsplit([' ', ':', '=']).next().unwrap_or_default())
}

/// The same where bash takes the last word apart otherwise.
#[track_caller]
fn bash_for(desk: &Desk, line: &str, piece: &str) -> Vec<String> {
    let script = r#"
        source <(cloverwatch completions bash) || exit 1
        complete -p cloverwatch >/dev/null || exit 1
        COMP_LINE="$1"; COMP_POINT=${#1}
        _cloverwatch_completions cloverwatch "$2" 2>/dev/null
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    lines(&desk.command_in_its_place(&[]), &["bash", "--norc", "-c", script, "bash", line, piece])
}

/// Runs a shell or the program with the settings and the directory of the desk.
#[track_caller]
fn lines(desk: &Command, words: &[&str]) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_cloverwatch"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().current_dir(desk.get_current_dir().unwrap());
    command.envs(desk.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path);
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A desk whose settings and store are the usual ones of its home.
fn desk() -> Desk {
    let desk = Desk::filled();
    std::fs::create_dir_all(desk.path(".config/cloverwatch")).unwrap();
    let settings = format!(
        "[store]\nurl = \"sled:{}\"\n[[views]]\nname = \"cold ones\"\nquery = \"is:expired\"\n",
        desk.path("store").display()
    );
    desk.write(".config/cloverwatch/config.toml", &settings);
    desk.run(&["assign", "xts4", "cleo"]).ends(0);
    desk
}

#[test]
fn a_real_bash_is_offered_dealer_codes_owners_columns_fields_states_and_views() {
    let desk = desk();
    for command in
        ["show", "reissue", "invite", "note", "assign", "check", "call", "opcode guide", "mail preview", "set"]
    {
        let line = format!("cloverwatch {command} xts");
        assert_eq!(bash(&desk, &line), ["xts1", "xts2", "xts3", "xts4"], "{command}");
    }
    for (line, offered) in [
        ("show xts3", &["xts3"][..]),
        ("reissue xts1 xts2 xts3", &["xts3"]),
        ("opcode set xts4", &["xts4"]),
        ("show none", &[]),
        ("assign xts1 c", &["cleo"]),
        ("set xts1 --owner b", &["ben"]),
        ("add New --group H", &["Harbor"]),
        ("list --view m", &["mine"]),
        ("list --view c", &["cold-ones"]),
        ("list --view=c", &["cold-ones"]),
        ("list --columns name,dealer", &["name,dealer_code", "name,dealer_confirmed_at"]),
        ("list --sort expi", &["expires_at"]),
        ("list sta", &["stage:", "state:"]),
        // bash replaces what stands behind the colon.
        ("list stage:ex", &["expired"]),
        ("list owner:", &["me", "ana", "ben", "cleo"]),
        ("events owner:cl", &["cleo"]),
        ("reissue --query is:li", &["live"]),
        ("list is:expired owner:ana,b", &["ana,ben"]),
        ("events --kind note.", &["note.added"]),
        ("sho", &["show"]),
        ("show --rev", &["--reveal"]),
    ] {
        assert_eq!(bash(&desk, &format!("cloverwatch {line}")), offered, "{line}");
    }
}

#[test]
fn a_shell_that_shows_descriptions_is_told_names_and_nothing_in_them_acts() {
    let desk = desk();
    desk.run(&["set", "xts2", "--name", "Boise \u{1b}[31mFord"]);
    desk.run(&["set", "xts3", "--name", "Reno Ford"]).ends(0);
    desk.run(&["add", "Trick", "--dealer-code", "$(touch x)", "--email", "x@example.com", "--timezone", "Central"]);
    let ask = |shell: &str| {
        let mut asking = desk.command_in_its_place(&[]);
        asking.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "2").env("_CLAP_IFS", "\n");
        lines(&asking, &["cloverwatch", "--", "cloverwatch", "show", "xts"])
    };
    let told = ask("zsh");
    assert_eq!(told[2], "xts3:Reno Ford", "{told:?}");
    assert!(ask("fish").contains(&"xts1\tNakamura Ford".to_owned()));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.run(&["completions", shell]).ends(0).out;
        assert!(script.contains("cloverwatch") && script.contains("COMPLETE"), "{script}");
    }
    assert!(bash(&desk, "cloverwatch show ").iter().all(|word| !word.contains(['$', '(', '\u{1b}'])));
}

#[test]
fn beside_an_owner_it_is_the_same_and_no_store_is_made_by_asking() {
    let desk = desk();
    let owner = desk.owner();
    desk.run(&["add", "Late", "--dealer-code", "xts9", "--email", "x@example.com", "--timezone", "Central"]).ends(0);
    assert_eq!(bash(&desk, "cloverwatch show xts"), ["xts1", "xts2", "xts3", "xts4", "xts9"]);
    drop(owner);
    let elsewhere = desk.path("elsewhere");
    let line = format!("cloverwatch --store sled:{} show x", elsewhere.display());
    assert!(bash(&desk, &line).is_empty() && !elsewhere.exists());
    // A team's database is on the network: nobody waits for it between two keys.
    assert!(bash(&desk, "cloverwatch --store postgres://nobody@192.0.2.1/none show x").is_empty());
    // Settings that are wrong are nobody's business while one types.
    desk.write(".config/cloverwatch/config.toml", "nonsense = 1\n");
    assert!(bash(&desk, "cloverwatch show x").is_empty());
    assert_eq!(bash(&desk, "cloverwatch list --sort expi"), ["expires_at"]);
}

#[test]
fn no_code_is_ever_offered() {
    let desk = desk();
    desk.run(&["invite", "xts1", "--code", "SECRET-1A", "--yes"]).ends(0);
    for line in ["show ", "show S", "list S", "list code:", "reissue --code S", "note xts1 S", "call xts1 --opcode S"] {
        let offered = bash(&desk, &format!("cloverwatch {line}"));
        assert!(offered.iter().all(|word| !word.contains("SECRET")), "{line}: {offered:?}");
    }
}

#[test]
fn what_a_shell_would_take_for_an_earlier_command_is_not_offered() {
    let desk = desk();
    desk.run(&["set", "xts4", "--group", "cold!rm"]).ends(0);
    desk.run(&["set", "xts3", "--group", "cold-group"]).ends(0);
    assert_eq!(bash(&desk, "cloverwatch list --query group:cold"), ["cold-group"]);
    assert_eq!(bash(&desk, "cloverwatch set xts1 --group cold"), ["cold-group"]);
}

#[test]
fn names_of_files_are_written_as_a_shell_reads_them() {
    let desk = desk();
    for name in ["spring list.jsonl", "spring $(touch x).jsonl", "autumn.jsonl"] {
        desk.write(name, "");
    }
    let quoted = ["spring\\ \\$\\(touch\\ x\\).jsonl", "spring\\ list.jsonl"];
    assert_eq!(bash(&desk, "cloverwatch restore spr"), quoted);
    assert_eq!(bash_for(&desk, "cloverwatch restore spring\\ l", "spring\\ l"), quoted[1..]);
    assert_eq!(bash_for(&desk, "cloverwatch export --output=spring\\ l", "spring\\ l"), quoted[1..]);
    for quote in ['"', '\''] {
        let line = format!("cloverwatch restore {quote}spring ");
        assert_eq!(bash_for(&desk, &line, "spring "), ["spring list.jsonl"], "it ends what is open");
    }
    assert_eq!(bash(&desk, "cloverwatch restore aut"), ["autumn.jsonl"]);
}

//! What is secret stays with us: programs that we start, addresses that are shown, codes on the command line, the demo's files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cli_support::{Desk, Running, SOME};
use rustix::process::Signal;

const SECRETS: [(&str, &str); 4] = [
    ("XTIME_CLIENT_SECRET", "S3CRET-1"),
    ("MAIL_PASSWORD", "S3CRET-2"),
    ("CLOVERWATCH_XTIME_DEVELOPER_KEY", "S3CRET-3"),
    ("SOMETHING_ELSE", "S3CRET-4"),
];

#[test]
fn programs_that_are_started_find_no_secret_of_ours_in_their_environment() {
    let desk = Desk::with_config(
        "[xtime]\nclient_id = \"me\"\nclient_secret = { env = \"XTIME_CLIENT_SECRET\" }\n\
         api_key = { command = \"env > seen-by-secret; echo key\", environment = [\"VAULT_ADDR\"] }\n\
         base_url = \"http://127.0.0.1:9\"\ntoken_url = \"http://127.0.0.1:9\"\n\
         [invitations]\nsource = \"command\"\n\
         [invitations.command]\nrun = [\"sh\", \"-c\", \"env > seen-by-source; echo CODE-1234\"]\nenvironment = [\"VAULT_ADDR\"]\n",
    );
    desk.fill();
    let run = |args: &[&str]| {
        let mut command = desk.command(args);
        command.envs(SECRETS).envs([("VAULT_ADDR", "https://vault.example.com"), ("LC_ALL", "C.UTF-8")]);
        command.output().unwrap()
    };
    assert!(run(&["invite", "xts1", "--no-email", "--yes"]).status.success());
    assert!(run(&["config", "check"]).status.success());
    for file in ["seen-by-source", "seen-by-secret"] {
        let seen = std::fs::read_to_string(desk.path(file)).unwrap();
        assert!(!seen.contains("S3CRET"), "{file}: {seen}");
        for name in ["PATH=", "HOME=", "LC_ALL=", "VAULT_ADDR="] {
            assert!(seen.lines().any(|line| line.starts_with(name)), "{name} is not in {file}: {seen}");
        }
    }
    // What is given to the source by our own hand is there all the same.
    assert!(std::fs::read_to_string(desk.path("seen-by-source")).unwrap().contains("CLOVERWATCH_DEALER_CODE=xts1"));
    let printed = desk.run(&["config", "print"]).ends(0).out;
    assert!(printed.contains("echo key\", environment = [\"VAULT_ADDR\"] }"), "{printed}");
}

#[test]
fn a_secret_of_ours_cannot_be_named_for_a_program() {
    for name in ["XTIME_CLIENT_SECRET", "CLOVERWATCH_XTIME_API_KEY"] {
        let desk = Desk::with_config(&format!(
            "[xtime]\nclient_secret = {{ env = \"XTIME_CLIENT_SECRET\" }}\n[invitations.command]\nrun = [\"true\"]\nenvironment = [\"{name}\"]\n",
        ));
        let words = format!("config.toml:5:15: error: `{name}` holds a secret or a setting of ours");
        desk.run(&["config", "check"]).ends(2).says(&words);
    }
    let desk = Desk::with_config("[xtime]\napi_key = { env = \"X\", environment = [\"Y\"] }\n");
    desk.run(&["config", "check"]).ends(2).says("`xtime.api_key`: one of");
}

#[test]
fn of_a_command_line_what_looks_like_a_secret_is_not_shown() {
    let desk = Desk::with_config(
        "[invitations]\nsource = \"command\"\n[invitations.command]\n\
         run = [\"codes\", \"--token\", \"S3CRET-1\", \"--api-key=S3CRET-2\", \"https://example.com/c?key=S3CRET-3\", \"--dealer\", \"{{ dealer_code }}\"]\n",
    );
    let printed = desk.run(&["config", "print"]).ends(0).out;
    assert!(!printed.contains("S3CRET") && printed.contains("\"--dealer\", \"{{ dealer_code }}\""), "{printed}");
    assert!(printed.contains("\"--token\", \"********\", \"--api-key=********\""), "{printed}");
}

#[test]
fn a_code_from_stdin_may_come_in_any_encoding_of_a_file() {
    let utf16: Vec<u8> = "\u{feff}K7QF-2M9X\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for input in ["\u{feff}K7QF-2M9X\r\n".as_bytes(), &utf16] {
        let desk = Desk::filled();
        let mut command = desk.command(&["invite", "xts1", "--code", "-", "--no-email", "--yes"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn an_address_is_shown_without_the_values_of_its_query() {
    let desk = Desk::with_config(
        "[xtime]\ntoken_url = \"https://example.com/token?key=S3CRET-1\"\nservices_path = \"/services?sig=S3CRET-2\"\n\
         [invitations]\nsource = \"http\"\n[invitations.http]\nurl = \"https://example.com/codes?key=S3CRET-3&dealer={{ dealer_code }}\"\ncode = \"/code\"\n",
    );
    let printed = desk.run(&["config", "print"]).ends(0).out;
    assert!(printed.contains("https://example.com/codes?key=********&dealer={{ dealer_code }}"), "{printed}");
    for args in [&["config", "print"][..], &["config", "check"], &["doctor"]] {
        let ran = desk.run(args);
        assert!(!ran.out.contains("S3CRET") && !ran.err.contains("S3CRET"), "{args:?}: {}{}", ran.out, ran.err);
    }
    // Neither where the address itself is refused.
    for url in
        ["https://me:S3CRET@example.com/codes", "ftp://example.com/?key=S3CRET", "https://exa mple.com/?key=S3CRET"]
    {
        let text = format!("[invitations]\nsource = \"http\"\n[invitations.http]\nurl = \"{url}\"\ncode = \"/code\"\n");
        let desk = Desk::with_config(&text);
        for args in [&["config", "print"][..], &["config", "check"], &["doctor"], &["invite", "x"]] {
            let ran = desk.run(args);
            assert!(!ran.out.contains("S3CRET") && !ran.err.contains("S3CRET"), "{args:?}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn a_code_comes_from_stdin_so_that_no_list_of_processes_has_it() {
    let desk = Desk::filled();
    let code =
        |command: &str, input: &str| desk.run_with(&[command, "xts1", "--code", "-", "--no-email", "--yes"], input);
    code("invite", "").ends(2).says("there is no code on stdin");
    code("invite", "AAAA-1111\nAAAA-2222\n").ends(2).says("more than one line");
    code("invite", "\n AAAA-1111 \r\n").ends(0);
    code("reissue", "AAAA-2222").ends(0);
    let revealed = desk.run(&["show", "xts1", "--json", "--reveal"]).ends(0).json();
    assert_eq!(revealed["invitation"]["code"], "AAAA-2222");
}

/// The same command under no umask at all.
fn under_no_umask(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// A demo whose files lie in a directory of the desk.
fn demo(desk: &Desk) -> Running {
    let args = ["demo", "--headless", "--dealerships", "60", "--seed", "7", "--speed", "3000"];
    let mut command = desk.command_in_its_place(&args);
    Running::of(under_no_umask(command.env("TMPDIR", desk.path("tmp"))).spawn().unwrap())
}

/// Everything below a directory, with the rights of its group and of others. What goes meanwhile is not looked at.
fn rights_of_others(directory: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let Ok(data) = entry.metadata() else { continue };
        found.push((entry.path(), data.mode() & 0o077));
        found.extend(rights_of_others(&entry.path()));
    }
    found
}

/// What others could read, had they a way in.
fn open_to_others(directory: &Path) -> Vec<PathBuf> {
    rights_of_others(directory).into_iter().filter(|(_, rights)| *rights != 0).map(|(path, _)| path).collect()
}

#[test]
fn files_are_private() {
    let home = Desk::with_config("[[hooks]]\non = [\"*\"]\nrun = [\"true\"]\n");
    home.write("some.csv", SOME);
    let run = |args: &[&str]| {
        let ended = under_no_umask(&home.command(args)).output().unwrap();
        assert!(ended.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ended.stderr));
    };
    run(&["import", "some.csv"]);
    let owner = Running::watching(&mut under_no_umask(&home.command(&["watch"]))).unwrap();
    run(&["invite", "xts1", "--code", "AAAA-1111", "--yes"]);
    run(&["export", "--output", "all.jsonl"]);
    let all = rights_of_others(&home.path(""));
    for made in ["store/journal", "store/index", "store/socket", "store/lock", "all.jsonl", ".eml"] {
        assert!(all.iter().any(|(path, _)| path.to_str().unwrap().ends_with(made)), "{made}: {all:?}");
    }
    owner.end_by(Signal::KILL);
    for ours in ["config.toml", "some.csv"] {
        std::fs::remove_file(home.path(ours)).unwrap();
    }
    assert_eq!(open_to_others(&home.path("")), Vec::<PathBuf>::new());
}

#[test]
fn the_files_of_a_demo_are_private_and_the_next_one_removes_what_a_killed_one_left() {
    let desk = Desk::new();
    let temporary = desk.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&temporary).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut killed = demo(&desk);
    killed.line();
    let left = names();
    assert_eq!((left.len(), open_to_others(&temporary)), (1, vec![]), "{left:?}");
    assert_eq!(killed.end_by(Signal::KILL), -1);
    assert_eq!(names(), left, "it could not tidy up");
    let mut next = demo(&desk);
    next.line();
    let now = names();
    assert!(now.len() == 1 && now != left, "{now:?}");
    // One that lives is left alone.
    let mut third = demo(&desk);
    third.line();
    assert_eq!(names().len(), 2);
    for demo in [next, third] {
        assert_eq!(demo.end_by(Signal::TERM), 143);
    }
    assert_eq!(names(), Vec::<String>::new());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only /proc tells the limits of a process")]
fn no_core_dump_can_hold_a_code() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("tmp")).unwrap();
    let mut running = demo(&desk);
    running.line();
    let process = format!("/proc/{}", running.child.id());
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    running.signal(Signal::ABORT);
    let ended = running.child.wait().unwrap();
    assert!(!std::os::unix::process::ExitStatusExt::core_dumped(&ended), "{ended}");
}

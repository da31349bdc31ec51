//! What is secret stays with us: programs that we start, addresses that are shown, codes on the command line, the demo's files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;

use cli_support::{Desk, Running};
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

/// A demo whose files lie in a directory of the desk, under no umask at all.
fn demo(desk: &Desk) -> Running {
    let line = format!(
        "umask 000; exec {} demo --headless --dealerships 60 --seed 7 --speed 3000",
        env!("CARGO_BIN_EXE_cloverwatch")
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &line]).current_dir(desk.path("")).env("TMPDIR", desk.path("tmp")).env("HOME", desk.path(""));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::of(command.spawn().unwrap())
}

/// Everything below a directory that others could read, had they a way in.
fn open_to_others(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let open = |path: &Path| path.symlink_metadata().unwrap().mode() & 0o077 != 0;
    entries.filter(|entry| open(&entry.path())).map(|entry| entry.path().display().to_string()).collect()
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
    for below in ["", "store", "mail"] {
        assert_eq!(open_to_others(&temporary.join(&left[0]).join(below)), Vec::<String>::new(), "{below}");
    }
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

#[cfg(target_os = "linux")]
#[test]
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

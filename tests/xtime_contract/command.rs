//! Codes from a program: arguments stay arguments, output is bounded, and whatever takes too long is ended with all it started.

use std::path::Path;
use std::time::Duration;

use cloverwatch::domain::{CodeOrigin, IntentId};
use cloverwatch::xtime::source::{CommandSettings, CommandSource};
use cloverwatch::xtime::{CodeSource, ObtainedCode, SourceError, SourceRequest};

pub fn request(name: &str) -> SourceRequest {
    SourceRequest {
        intent: IntentId::from_bits(77),
        dealer_code: "xts1".to_owned(),
        dealership: "d0000000001".to_owned(),
        name: name.to_owned(),
    }
}

fn source(run: &[&str], timeout: Duration) -> CommandSource {
    let run = run.iter().map(ToString::to_string).collect();
    CommandSource::new(CommandSettings { run, timeout, ..CommandSettings::default() }).unwrap()
}

/// Runs a script with a name as its first argument.
async fn run(script: &str, name: &str) -> Result<ObtainedCode, SourceError> {
    source(&["sh", "-c", script, "sh", "{{ name }}"], Duration::from_secs(60)).obtain(&request(name)).await
}

fn turned_away(result: Result<ObtainedCode, SourceError>) -> String {
    match result.unwrap_err() {
        SourceError::TurnedAway(reason) => reason,
        other => panic!("{other:?}"),
    }
}

fn unusable(result: Result<ObtainedCode, SourceError>) -> String {
    match result.unwrap_err() {
        SourceError::Unusable(reason) => reason,
        other => panic!("{other:?}"),
    }
}

fn unclear(result: Result<ObtainedCode, SourceError>) -> String {
    match result.unwrap_err() {
        SourceError::Unclear { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn code_and_expiry() {
    let obtained = run("echo ' AB-12345'; echo 2024-03-30T14:00:00-05:00; echo more", "x").await.unwrap();
    assert_eq!(obtained.code.reveal(), "AB-12345");
    assert_eq!(obtained.expires_at.unwrap().to_rfc3339(), "2024-03-30T19:00:00+00:00");
    for script in ["printf AB-12345", "echo AB-12345; echo", "echo AB-12345; echo soon", "printf 'AB-12345\\r\\n'"] {
        let obtained = run(script, "x").await.unwrap();
        assert_eq!((obtained.code.reveal(), obtained.expires_at, obtained.generated_at), ("AB-12345", None, None));
    }
    assert_eq!(source(&["true"], Duration::from_secs(1)).origin(), CodeOrigin::Command);
}

#[tokio::test]
async fn arguments_stay_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let seen = dir.path().join("seen");
    let script = format!(
        "printf '%s\\n' \"$#\" \"$1\" \"$CLOVERWATCH_INTENT\" \"$CLOVERWATCH_DEALER_CODE\" \"$CLOVERWATCH_DEALERSHIP\" \"$CLOVERWATCH_NAME\" > '{}'; cat; echo AB-12345",
        seen.display()
    );
    for name in ["$(touch pwned); `id` | \"x\" 'y' \\ {{ intent }} *", "a b", "é"] {
        // `cat` ends at once: there is nothing on its standard input.
        run(&script, name).await.unwrap();
        let intent = IntentId::from_bits(77);
        let told = std::fs::read_to_string(&seen).unwrap();
        assert_eq!(told, format!("1\n{name}\n{intent}\nxts1\nd0000000001\n{name}\n"));
    }
    for name in ["-rf", "--help", "nul\0"] {
        assert!(!turned_away(run(&script, name).await).is_empty());
    }
    // An option of the template itself may hold a value.
    let source = source(&["sh", "-c", "echo \"code${1#--name=}\"", "sh", "--name={{ name }}"], Duration::from_secs(60));
    assert_eq!(source.obtain(&request("-x")).await.unwrap().code.reveal(), "code-x");
}

#[tokio::test]
async fn a_failure_made_no_code_and_a_success_without_one_may_have() {
    for (script, words) in [
        (
            "echo AB-12345; echo first >&2; printf 'dealer \\033[2J unknown\\n\\n' >&2; exit 3",
            "exit code 3: dealer \u{fffd}[2J unknown",
        ),
        ("exit 1", "exit code 1"),
        ("echo AB-12345; echo 'AB-12345 was made' >&2; exit 1", "exit code 1: [hidden] was made"),
        (
            "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >&2; [ $((n += 1)) -gt 5000 ] && exit 4; done",
            "exit code 4: xxxx",
        ),
    ] {
        let reason = turned_away(run(script, "x").await);
        assert!(reason.contains(words), "{words}: {reason}");
        assert!(reason.chars().count() <= 200 && !reason.contains("AB-12345"), "{reason}");
    }
    assert!(unclear(run("exit 75", "x").await).contains("exit code 75"));
    for (script, words) in [
        ("true", "on line 1, the code is empty"),
        ("echo; echo AB-12345", "on line 1, the code is empty"),
        ("echo XYZ", "on line 1, the code has 3 characters"),
        ("echo 'XYZ 12345'", "white space"),
        ("printf '\\377\\376AB12'", "no UTF-8"),
        ("while :; do echo AB-12345; done", "more than 65536 bytes"),
    ] {
        let reason = unusable(run(script, "x").await);
        assert!(reason.contains(words), "{words}: {reason}");
        assert!(reason.chars().count() <= 200 && !reason.contains("XYZ") && !reason.contains("AB-12345"), "{reason}");
    }
    let missing = source(&["/nowhere/to/be-found"], Duration::from_secs(60)).obtain(&request("x")).await;
    assert!(turned_away(missing).contains("could not be started"));
}

#[tokio::test]
async fn a_program_that_is_killed_is_unclear() {
    assert!(unclear(run("echo AB-12345; kill -9 $$", "x").await).contains("killed"));
}

/// Whether a process runs; one that nobody has reaped yet does not.
fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

async fn gone(pid: &str) {
    let wait = async {
        while runs(pid) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("still running");
}

fn pid_in(file: &Path) -> Option<String> {
    std::fs::read_to_string(file).ok().filter(|text| text.ends_with('\n')).map(|text| text.trim().to_owned())
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "only /proc tells whether a process lives")]
async fn what_takes_too_long_is_ended_with_all_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    // It ignores polite signals, and so does its child.
    let script = format!("trap '' TERM INT HUP; sleep 1000 & echo $! > '{}'; echo AB-12345; wait", file.display());
    let source = source(&["sh", "-c", &script], Duration::from_millis(500));
    let reason = unclear(source.obtain(&request("x")).await);
    assert!(reason.contains("500ms") && !reason.contains("AB-12345"), "{reason}");
    gone(&pid_in(&file).unwrap()).await;
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "only /proc tells whether a process lives")]
async fn a_call_that_is_cancelled_ends_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; wait", file.display());
    let source = source(&["sh", "-c", &script], Duration::from_secs(600));
    let asked = request("x");
    let pid = {
        let mut call = source.obtain(&asked);
        loop {
            assert!(futures::poll!(&mut call).is_pending());
            if let Some(pid) = pid_in(&file) {
                break pid;
            }
            tokio::task::yield_now().await;
        }
    };
    gone(&pid).await;
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "only /proc tells whether a process lives")]
async fn a_child_left_behind_does_not_hold_up_the_code() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; echo AB-12345", file.display());
    let obtained = source(&["sh", "-c", &script], Duration::from_secs(600)).obtain(&request("x")).await.unwrap();
    assert_eq!(obtained.code.reveal(), "AB-12345");
    let pid = pid_in(&file).unwrap();
    assert!(runs(&pid));
    let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (run, field) in [
        (vec![], "run"),
        (vec![" "], "run"),
        (vec!["{{ name }}"], "run[0]"),
        (vec!["issue", "{{ dealer }}"], "run[1]"),
        (vec!["issue", "x", "{% if"], "run[2]"),
    ] {
        let run = run.into_iter().map(ToOwned::to_owned).collect();
        let error = CommandSource::new(CommandSettings { run, ..CommandSettings::default() }).unwrap_err().to_string();
        assert!(error.contains(&format!("`{field}`")), "{error}");
    }
}

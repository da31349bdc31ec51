use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use cloverwatch::service::hooks::{Hook, HookTarget};

use crate::world::{World, hook};

fn program(world: &World, script: &str, arguments: &[&str]) -> Hook {
    let path = world.path("hook.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let run = [path.to_str().unwrap()].iter().chain(arguments).map(|text| (*text).to_owned()).collect();
    hook("program", HookTarget::Program { run, environment: Vec::new() })
}

async fn written(world: &World, path: &Path) -> String {
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => world.clock.sleep(Duration::from_millis(20)).await,
        }
    }
}

#[tokio::test]
async fn a_program_reads_the_event_and_has_a_clean_environment() {
    let world = World::at_speed(1.0).await;
    let out = world.path("out");
    let script = format!(
        "read line; {{ printf '%s|' \"$@\"; echo \"$CLOVERWATCH_HOOK_ID\"; echo \"$line\"; env; echo end; }} > {0}.new; mv {0}.new {0}",
        out.display()
    );
    let _running = world.begun(vec![program(&world, &script, &["{name}", "{kind} {seq}", "{dealer_code}"])]).await;
    let seq = world.note("hello").await;
    let text = written(&world, &out).await;
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(format!("Sample Motors|note.added {seq}|xts1|msg_program_{seq}_{seq}").as_str()));
    let body: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(body["data"]["text"], "hello");
    assert!(!text.contains("CARGO_"), "{text}");
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_what_it_started() {
    let world = World::at_speed(1.0).await;
    let (pids, again) = (world.path("pids"), world.path("again"));
    let script = format!(
        "[ -e {0} ] && {{ echo done > {1}; exit 0; }}; sleep 1000 & echo $$ $! > {0}; echo 'it waits' >&2; wait",
        pids.display(),
        again.display()
    );
    let hanging = Hook { timeout: Duration::from_millis(500), ..program(&world, &script, &[]) };
    let running = world.begun(vec![hanging]).await;
    let seq = world.note("hello").await;
    let started = written(&world, &pids).await;
    let attempt = world.kept("program", |position| position.attempt.as_ref().is_some_and(|a| a.failures > 0)).await;
    assert_eq!(attempt.attempt.unwrap().why.as_deref(), Some("it did not end within 500ms; it was killed: it waits"));
    for pid in started.split_whitespace() {
        // A killed child of the program may be a zombie until somebody else has reaped it.
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        assert!(status.is_empty() || status.contains("State:\tZ"), "{pid} lives:\n{status}");
    }
    written(&world, &again).await;
    world.kept("program", |position| position.after == seq).await;
    assert_eq!(running.statuses()[0].progress().failed, 1);
}

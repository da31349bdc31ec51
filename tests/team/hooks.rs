//! Hooks are called once for the team, by whoever leads.

use std::path::Path;
use std::time::Duration;

use cloverwatch::domain::{Command, DealershipId, Fact};
use cloverwatch::service::hooks::{Hook, HookTarget, RunningHooks};
use cloverwatch::store::{HookPosition, Store, StoreError};

use crate::desk::{Desk, LONG, Team, ana, real, until};

fn begin(desk: &Desk, file: &Path) -> RunningHooks {
    let script = format!("echo \"$1 $0\" >> {}", file.display());
    let run = ["sh", "-c", &script, "ended", "{seq}"].map(str::to_owned).to_vec();
    let hook = Hook {
        name: "notes".to_owned(),
        kinds: Fact::places_of("note.*").unwrap(),
        target: HookTarget::Program { run, environment: Vec::new() },
        group: None,
        per_minute: 6_000,
        timeout: Duration::from_secs(20),
    };
    RunningHooks::start(vec![hook], &desk.engine, 1).unwrap()
}

async fn note(desk: &Desk, id: DealershipId) -> String {
    let events = desk.engine.execute(id, Command::Note { text: "told".into() }, &ana()).await.unwrap();
    format!("{} ended", events[0].seq)
}

fn lines(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

pub async fn each_event_is_told_once_by_whoever_leads() {
    let (team, dir) = (Team::new(), tempfile::tempdir().unwrap());
    let file = dir.path().join("told");
    let one = team.desk("bob", &real(), LONG, |_| ()).await;
    one.until_leading().await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    let hooks = [begin(&one, &file), begin(&other, &file)];
    let id = one.add(1).await[0];
    other.caught_up_with(&one).await;
    let store = team.store().await;
    while store.hook_position("notes").await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    let mut expected = Vec::new();
    for desk in [&one, &other, &one] {
        expected.push(note(desk, id).await);
        other.caught_up_with(&one).await;
        one.caught_up_with(&other).await;
    }
    until("all are told", || lines(&file).len() >= 3).await;
    let last = one.engine.read_model().seq();
    while store.hook_position("notes").await.unwrap().is_none_or(|position| position.after < last) {
        tokio::task::yield_now().await;
    }
    // What is recorded while nobody leads waits in the log.
    one.engine.shutdown().await.unwrap();
    other.until_leading().await;
    expected.push(note(&other, id).await);
    until("the next leader goes on", || lines(&file).len() >= 4).await;
    assert_eq!(lines(&file), expected);
    drop(hooks);
}

pub async fn a_position_is_kept_by_the_leader_only() {
    let team = Team::new();
    let (one, other) = (team.store().await, team.store().await);
    let epoch = one.team().unwrap().try_lead("one", Duration::ZERO).await.unwrap().unwrap();
    let at = |after| HookPosition { after, attempt: None };
    one.keep_hook_position(Some(epoch), "notes", &at(7)).await.unwrap();
    let next = other.team().unwrap().try_lead("other", LONG).await.unwrap().unwrap();
    assert_eq!(other.hook_position("notes").await.unwrap(), Some(at(7)));
    other.keep_hook_position(Some(next), "notes", &at(9)).await.unwrap();
    for epoch in [Some(epoch), None] {
        let late = one.keep_hook_position(epoch, "notes", &at(8)).await;
        assert!(matches!(late, Err(StoreError::NotLeader)), "{late:?}");
    }
    assert_eq!(one.hook_position("notes").await.unwrap(), Some(at(9)));
}

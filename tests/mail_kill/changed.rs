//! What happens to a code between the kill and the next start: one that is dead is never received.

use std::sync::Arc;

use futures::FutureExt;

use crate::cli_support::Desk;
use crate::killed::killed_at;
use crate::smtp_support::{Phase, Plan, Server, ServerAction};
use crate::world::{Books, CODE, HASTY, Mood, NEXT, PATIENT, World, run, settings};

/// The phases that differ, and how many complete copies had arrived by then.
const PHASES: [(Phase, usize); 4] = [(Phase::Greeting, 0), (Phase::Recipient, 0), (Phase::Data, 0), (Phase::End, 1)];

/// How the letter of a code ends that dies after the kill.
fn dropped(phase: Phase) -> &'static [&'static str] {
    match phase {
        Phase::Greeting | Phase::Recipient => &["queued", "suppressed"],
        _ => &["queued", "begun", "uncertain", "suppressed"],
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Reissued,
    Revoked,
    Archived,
    Connected,
}

async fn changed(change: Change, phase: Phase, copies: usize, books: Arc<Books>, platform: Arc<str>) {
    let mut world = World::new(&format!("{change:?} after a kill at {phase:?}"), &books);
    let (plan, mood) = Mood::bad_at(phase, ServerAction::Hang);
    let server = Server::start(plan).await;
    world.to(&server);
    killed_at(&world, &server, phase, 0, &["watch"]).await;
    mood.well();
    match change {
        Change::Reissued => drop(world.run(&["reissue", "xts1", "--code", NEXT, "--yes"], 0).await),
        Change::Revoked => drop(world.run(&["revoke", "xts1", "--yes"], 0).await),
        Change::Archived => drop(world.run(&["archive", "xts1"], 0).await),
        Change::Connected => {
            // The dealer had it all the same: by its first copy, or by phone.
            world.run(&["confirm", "xts1", "--no-email"], 0).await;
            world.configure(&format!("{platform}\n{}", settings(&url(&server), PATIENT, "")));
            world.run(&["check", "xts1"], 0).await;
            world.to(&server);
        }
    }
    let watch = world.watch();
    world.until_over().await;
    watch.end().await;
    world.pass_another(&server).await;
    let ended = world.ends(&[&server]).await;
    ended.first(dropped(phase), copies);
    if matches!(change, Change::Reissued) {
        ended.letter(2, &["queued", "begun", "sent"], 1);
    }
}

fn url(server: &Server) -> String {
    format!("smtp://127.0.0.1:{}", server.port())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_dies_between_kill_and_start_is_not_received() {
    let books = Books::invited();
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ready("xts1");
    let platform = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    let platform: Arc<str> = platform.split("[invitations]").next().unwrap().into();
    let mut cells = Vec::new();
    for change in [Change::Reissued, Change::Revoked, Change::Archived, Change::Connected] {
        for (phase, copies) in PHASES {
            let cell = changed(change, phase, copies, Arc::clone(&books), Arc::clone(&platform));
            cells.push((format!("{change:?} after a kill at {phase:?}"), cell.boxed()));
        }
    }
    run(cells).await;
}

/// The reissue itself is killed: the old code had its letter before, and no other one; the new one arrives.
async fn reissue_killed(phase: Phase, kinds: &[&str], copies: usize, books: Arc<Books>) {
    let mut world = World::new(&format!("reissue killed at {phase:?}"), &books);
    let mood = Mood::default();
    let script = mood.clone();
    let server = Server::start(Plan::plain(move |moment| {
        let bad = moment.phase == phase && moment.connection == 1 && !script.is_well();
        if bad { ServerAction::Hang } else { ServerAction::Usual }
    }))
    .await;
    world.to(&server);
    world.run(&["invite", "xts1", "--code", CODE, "--yes"], 0).await;
    server.until(|seen| seen.ended == 1).await;
    killed_at(&world, &server, phase, 1, &["reissue", "xts1", "--code", NEXT, "--yes"]).await;
    mood.well();
    let watch = world.watch();
    world.until_kind(2, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[&server]).await.first(&["queued", "begun", "sent"], 1).letter(2, kinds, copies);
}

/// The code's time runs out while the server is down; whoever hung on it was killed before.
async fn expired(phase: Phase, books: Arc<Books>) {
    let mut world = World::new(&format!("expired after a kill at {phase:?}"), &books);
    let (plan, mood) = Mood::bad_at(phase, ServerAction::Hang);
    let server = Server::start(plan).await;
    world.to_hastily(&server, PATIENT);
    let invite = ["invite", "xts1", "--code", CODE, "--generated-at", "-71h59m57s", "--yes"];
    killed_at(&world, &server, phase, 0, &invite).await;
    world.to_hastily(&server, HASTY);
    let watch = world.watch();
    world.until_over().await;
    mood.well();
    watch.end().await;
    world.pass_another(&server).await;
    let ended = world.ends(&[&server]).await;
    assert_eq!(ended.kinds(1).last().unwrap(), "email.suppressed");
    assert_eq!((ended.count(1), &ended.shown["mail"]["state"]), (0, &"suppressed".into()), "{ended:#?}");
}

/// The same with nobody there, and without a kill.
async fn expired_with_nobody_there(books: Arc<Books>) {
    let mut world = World::new("expired with nobody there", &books);
    world.to_nobody();
    world.run(&["invite", "xts1", "--code", CODE, "--generated-at", "-71h59m57s", "--yes"], 3).await;
    let watch = world.watch();
    world.until_over().await;
    watch.end().await;
    let server = Server::start(Plan::good()).await;
    world.pass_another(&server).await;
    world.ends(&[&server]).await.first(&["queued", "suppressed"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_code_arrives_and_an_expired_one_does_not() {
    let books = Books::plain();
    let mut cells = Vec::new();
    for (phase, kinds, copies) in crate::killed::PHASES {
        let cell = reissue_killed(phase, kinds, copies, Arc::clone(&books));
        cells.push((format!("reissue killed at {phase:?}"), cell.boxed()));
    }
    for phase in [Phase::Greeting, Phase::Recipient, Phase::Data] {
        cells.push((format!("expired after a kill at {phase:?}"), expired(phase, Arc::clone(&books)).boxed()));
    }
    cells.push(("expired with nobody there".to_owned(), expired_with_nobody_there(books).boxed()));
    run(cells).await;
}

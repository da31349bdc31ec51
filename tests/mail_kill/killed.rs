//! Killed by SIGKILL at a moment that the server observes, and started again.

use futures::FutureExt;

use crate::smtp_support::{Phase, Plan, Seen, Server, ServerAction};
use crate::world::{Books, CODE, Mood, World, run};

const UNTOUCHED: &[&str] = &["queued", "begun", "sent"];
const DOUBTED: &[&str] = &["queued", "begun", "uncertain", "begun", "sent"];

/// Where the server holds the program when it is killed, how its letter ends, and how many copies arrive.
pub const PHASES: [(Phase, &[&str], usize); 7] = [
    (Phase::Greeting, UNTOUCHED, 1),
    (Phase::Ehlo, UNTOUCHED, 1),
    (Phase::Mail, UNTOUCHED, 1),
    (Phase::Recipient, UNTOUCHED, 1),
    (Phase::Data, DOUBTED, 1),
    // The server that had some of it does not take it without its final dot.
    (Phase::Content, DOUBTED, 1),
    (Phase::End, DOUBTED, 2),
];

/// Whether a letter after the first `before` ones has come as far.
pub fn reached(seen: &Seen, phase: Phase, before: usize) -> bool {
    let letter = seen.letters.get(before);
    match phase {
        Phase::Greeting => seen.connections > seen.ended,
        Phase::Ehlo => seen.lines.last().is_some_and(|(_, line)| line.starts_with("EHLO")),
        Phase::Mail => letter.is_some(),
        Phase::Recipient => letter.is_some_and(|letter| !letter.to.is_empty()),
        Phase::Data => letter.is_some() && seen.lines.last().is_some_and(|(_, line)| line == "DATA"),
        Phase::Content => letter.is_some_and(|letter| letter.content.is_some()),
        Phase::End => letter.is_some_and(|letter| letter.complete),
        other => panic!("{other:?}"),
    }
}

/// Starts a command, and kills it where the server holds it.
pub async fn killed_at(world: &World, server: &Server, phase: Phase, before: usize, args: &[&str]) {
    let process = world.start(args);
    server.until(|seen| reached(seen, phase, before)).await;
    process.kill().await;
}

/// Starts `watch` and waits until the first letter has been sent.
async fn recovers(mut world: World, server: &Server) -> crate::rules::Copies {
    let watch = world.watch();
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[server]).await
}

const INVITE: [&str; 5] = ["invite", "xts1", "--code", CODE, "--yes"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_each_phase_the_letter_arrives_all_the_same() {
    let (plain, invited) = (Books::plain(), Books::invited());
    let mut cells = Vec::new();
    for (phase, kinds, copies) in PHASES {
        for (way, args, books) in [("watch", &["watch"][..], &invited), ("invite", &INVITE[..], &plain)] {
            let (name, books) = (format!("{way} killed at {phase:?}"), books.clone());
            let cell = async move {
                let world = World::new(&format!("{way} killed at {phase:?}"), &books);
                let (plan, mood) = Mood::bad_at(phase, ServerAction::Hang);
                let server = Server::start(plan).await;
                world.to(&server);
                killed_at(&world, &server, phase, 0, args).await;
                mood.well();
                recovers(world, &server).await.first(kinds, copies);
            };
            cells.push((name, cell.boxed()));
        }
    }
    run(cells).await;
}

async fn killed_once_it_was_taken(cell: &str, books: &Books, args: &[&str]) {
    let world = World::new(cell, books);
    let server = Server::start(Plan::good()).await;
    world.to(&server);
    let process = world.start(args);
    server.until(|seen| seen.taken().len() == 1).await;
    // It may have heard of it, it may have recorded it: both are right. A command may even have ended.
    process.kill_if_running().await;
    let ended = recovers(world, &server).await;
    let kinds = ended.kinds(1);
    match kinds.len() {
        3 => ended.first(UNTOUCHED, 1),
        _ => ended.first(DOUBTED, 2),
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_server_took_it() {
    let (plain, invited) = (Books::plain(), Books::invited());
    let mut cells = Vec::new();
    for (way, args, books) in [("watch", &["watch"][..], &invited), ("invite", &INVITE[..], &plain)] {
        for time in 0..4 {
            let (name, books) = (format!("{way} killed after the 250, {time}"), books.clone());
            let cell = { async move { killed_once_it_was_taken(&name, &books, args).await } };
            cells.push((format!("{way} killed after the 250, {time}"), cell.boxed()));
        }
    }
    run(cells).await;
}

/// Killed again while the letter that is in doubt is handed over once more: then a person decides.
async fn killed_twice(phase: Phase, copies: usize) {
    let mut world = World::new(&format!("killed twice at {phase:?}"), &Books::invited());
    let (plan, mood) = Mood::bad_at(phase, ServerAction::Hang);
    let server = Server::start(plan).await;
    world.to(&server);
    for time in 0..2 {
        killed_at(&world, &server, phase, time, &["watch"]).await;
    }
    mood.well();
    let watch = world.watch();
    world.until_kind(1, "email.uncertain", 2).await;
    watch.end().await;
    world.pass_another(&server).await;
    let letter = world.letter(1).await;
    assert_eq!((&letter["state"], &letter["handed_over"]), (&"uncertain".into(), &2.into()), "{}", world.cell);
    if copies == 0 {
        world.run(&["mail", "retry", "xts1", "--yes"], 0).await;
        let kinds = ["queued", "begun", "uncertain", "begun", "uncertain", "retried", "begun", "sent"];
        world.ends(&[&server]).await.first(&kinds, 1);
    } else {
        world.ends(&[&server]).await.first(&["queued", "begun", "uncertain", "begun", "uncertain"], copies);
    }
}

async fn killed_at_rest(cell: &str, phase: Phase, waits: &str, kinds: &[&str], copies: usize) {
    let mut world = World::new(cell, &Books::invited());
    let (plan, mood) = Mood::bad_at(phase, ServerAction::Close);
    let server = Server::start(plan).await;
    world.to(&server);
    let mut watch = world.watch();
    match waits {
        "down" => drop(watch.until(|said| said.log.iter().any(|line| line.contains("the mail server fails"))).await),
        kind => world.until_kind(1, kind, 1).await,
    }
    watch.kill().await;
    mood.well();
    recovers(world, &server).await.first(kinds, copies);
}

/// Killed once all is well: nothing is sent again.
async fn killed_when_done() {
    let mut world = World::new("killed when done", &Books::invited());
    let server = Server::start(Plan::good()).await;
    world.to(&server);
    let watch = world.watch();
    world.until_kind(1, "email.sent", 1).await;
    watch.kill().await;
    world.pass_another(&server).await;
    world.ends(&[&server]).await.first(UNTOUCHED, 1);
}

/// A command that was killed, and nothing but commands afterwards: its letter is not left behind.
async fn without_watch(cell: &str, args: &[&str], code: i32, kinds: &[&str], copies: usize) {
    let world = World::new(cell, &Books::plain());
    let (plan, mood) = Mood::bad_at(Phase::Data, ServerAction::Hang);
    let server = Server::start(plan).await;
    world.to(&server);
    killed_at(&world, &server, Phase::Data, 0, &INVITE).await;
    mood.well();
    world.run(args, code).await;
    let letter = world.letter(1).await;
    assert_eq!(letter["state"], *kinds.last().unwrap(), "{cell}: {letter:#?}");
    let ended = world.ends(&[&server]).await;
    let kinds: Vec<_> = kinds.iter().map(|kind| format!("email.{kind}")).collect();
    assert_eq!((ended.kinds(1), ended.count(1)), (kinds, copies), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_alone_take_up_what_a_command_left() {
    let mut cells = Vec::new();
    for (args, code, kinds, copies) in [
        (
            &["mail", "retry", "xts1", "--yes"][..],
            0,
            &["queued", "begun", "uncertain", "retried", "begun", "sent"][..],
            1,
        ),
        // It may be a second copy: that is asked first.
        (&["mail", "retry", "xts1"], 2, &["queued", "begun", "uncertain"], 0),
        (&["mail", "suppress", "xts1", "--yes"], 0, &["queued", "begun", "uncertain", "suppressed"], 0),
        // It is the same letter, and it waits for its one more try.
        (&["resend", "xts1", "--yes"], 4, &["queued", "begun", "uncertain"], 0),
    ] {
        let cell = async move { without_watch(&format!("killed, then {args:?}"), args, code, kinds, copies).await };
        cells.push((format!("killed, then {args:?}"), cell.boxed()));
    }
    run(cells).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_between_tries() {
    let cells = vec![
        ("killed twice at Data".to_owned(), killed_twice(Phase::Data, 0).boxed()),
        ("killed twice at End".to_owned(), killed_twice(Phase::End, 2).boxed()),
        (
            "killed while the server is down".to_owned(),
            killed_at_rest("killed while the server is down", Phase::Mail, "down", UNTOUCHED, 1).boxed(),
        ),
        (
            "killed while it is in doubt".to_owned(),
            killed_at_rest("killed while it is in doubt", Phase::Content, "email.uncertain", DOUBTED, 1).boxed(),
        ),
        ("killed when done".to_owned(), killed_when_done().boxed()),
    ];
    run(cells).await;
}

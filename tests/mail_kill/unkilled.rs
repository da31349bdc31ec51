//! Each misbehaviour alone: first bad, then good, and nobody is killed.

use futures::FutureExt;
use serde_json::Value;

use crate::smtp_support::{Phase, Plan, Server, ServerAction, silent_port};
use crate::world::{Books, HASTY, Mood, PATIENT, World, run, settings};

/// Whether it says that the server fails, in these words.
fn alarm(line: &str, words: &str) -> bool {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let said = line["fields"]["message"].as_str().unwrap_or_default();
    line["level"] == "WARN" && said.starts_with("the mail server fails: ") && said.contains(words)
}

fn say(reply: &str) -> ServerAction {
    ServerAction::say_and_close(&format!("{reply}\r\n"))
}

/// The server fails: an alarm, the letter waits, and goes once the server is well.
async fn fails(cell: String, phase: Phase, act: ServerAction, words: &str) {
    let mut world = World::new(&cell, &Books::invited());
    let patience = if matches!(act, ServerAction::Hang) { HASTY } else { PATIENT };
    let (plan, mood) = Mood::bad_at(phase, act);
    let server = Server::start(plan).await;
    world.to_hastily(&server, patience);
    let mut watch = world.watch();
    watch.until(|said| said.log.iter().any(|line| alarm(line, words))).await;
    let letter = world.letter(1).await;
    // Once its content was asked for that is on record, and so is that it was not taken.
    let begun = matches!(phase, Phase::Data);
    let state = letter["state"].as_str().unwrap();
    assert!(if begun { ["failed", "sending"].contains(&state) } else { state == "queued" }, "{cell}: {letter:#?}");
    mood.well();
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    let kinds: &[&str] =
        if begun { &["queued", "begun", "failed", "begun", "sent"] } else { &["queued", "begun", "sent"] };
    world.ends(&[&server]).await.first(kinds, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_fails_costs_no_letter() {
    let mut cells = Vec::new();
    for (phase, place) in [
        (Phase::Greeting, "its greeting"),
        (Phase::Ehlo, "EHLO"),
        (Phase::Mail, "MAIL"),
        (Phase::Recipient, "RCPT"),
        (Phase::Data, "DATA"),
    ] {
        let mut acts = vec![
            (format!("at {place}: it answered 421"), say("421 4.3.0 good night")),
            (format!("at {place}: no answer within"), ServerAction::Hang),
            (format!("at {place}: it closed the connection"), ServerAction::Close),
        ];
        if !matches!(phase, Phase::Recipient | Phase::Data) {
            acts.push((format!("at {place}: it answered 451"), say("451 4.3.0 later")));
            acts.push((format!("at {place}: it answered 554"), say("554 5.3.2 not you")));
        }
        for (words, act) in acts {
            cells.push((words.clone(), async move { fails(words.clone(), phase, act, &words).await }.boxed()));
        }
    }
    cells.push(("nobody listens".to_owned(), nobody_listens().boxed()));
    run(cells).await;
}

async fn nobody_listens() {
    let mut world = World::new("nobody listens", &Books::invited());
    let socket = silent_port();
    let port = socket.local_addr().unwrap().port();
    world.configure(&settings(&format!("smtp://127.0.0.1:{port}"), PATIENT, ""));
    let mut watch = world.watch();
    watch.until(|said| said.log.iter().any(|line| alarm(line, "nobody listens there"))).await;
    assert_eq!(world.letter(1).await["state"], "queued");
    let server = Server::on(socket.listen(64).unwrap(), Plan::good());
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[&server]).await.first(&["queued", "begun", "sent"], 1);
}

/// The server does this to the first letter and takes the next one; the letter was refused, or nobody knows.
async fn once(cell: String, phase: Phase, act: ServerAction, kinds: &[&str], copies: usize) {
    let mut world = World::new(&cell, &Books::invited());
    let patience = if matches!(act, ServerAction::Hang) { HASTY } else { PATIENT };
    let server = Server::start(Plan::plain(move |moment| match moment.phase == phase && moment.letter == 0 {
        true => act.clone(),
        false => ServerAction::Usual,
    }))
    .await;
    world.to_hastily(&server, patience);
    let watch = world.watch();
    let last = *kinds.last().unwrap();
    let times = kinds.iter().filter(|kind| **kind == last).count();
    world.until_kind(1, &format!("email.{last}"), times).await;
    watch.end().await;
    if last != "sent" {
        world.pass_another(&server).await;
    }
    world.ends(&[&server]).await.first(kinds, copies);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_refused_or_in_doubt_ends_once() {
    const DOUBTED: &[&str] = &["queued", "begun", "uncertain", "begun", "sent"];
    const LATER: &[&str] = &["queued", "begun", "failed", "begun", "sent"];
    let keeps = |reply: &str| ServerAction::say(&format!("{reply}\r\n"));
    let mut rows: Vec<(&str, Phase, ServerAction, &[&str], usize)> = vec![
        ("4xx at RCPT", Phase::Recipient, keeps("451 4.2.1 later"), &["queued", "failed", "begun", "sent"], 1),
        ("5xx at RCPT", Phase::Recipient, keeps("550 5.1.1 no such user"), &["queued", "failed"], 0),
        ("policy at RCPT", Phase::Recipient, keeps("554 5.7.1 no"), &["queued", "failed"], 0),
        ("4xx at DATA", Phase::Data, keeps("451 4.3.0 later"), &["queued", "begun", "failed", "begun", "sent"], 1),
        ("5xx at DATA", Phase::Data, keeps("554 5.7.1 no"), &["queued", "begun", "failed"], 0),
    ];
    // An answer to the whole letter says that it was not taken; a code that it repeats is not said.
    rows.extend([
        ("421", Phase::End, say("421 4.3.0 good night"), LATER, 1),
        ("4xx", Phase::End, keeps("450 4.2.0 greylisted"), LATER, 1),
        ("4xx and hangs up", Phase::End, say("451 4.3.0 later"), LATER, 1),
        (
            "5xx that repeats the code",
            Phase::End,
            keeps("554 5.6.0 what is KILL-7Q-0001"),
            &["queued", "begun", "failed"],
            0,
        ),
    ]);
    for (phase, copies) in [(Phase::Content, 1), (Phase::End, 2)] {
        rows.extend([
            ("hangs up", phase, ServerAction::Close, DOUBTED, copies),
            ("hangs", phase, ServerAction::Hang, DOUBTED, copies),
        ]);
    }
    let cells = rows.into_iter().map(|(what, phase, act, kinds, copies)| {
        let name = format!("{what}, {phase:?}");
        (name.clone(), async move { once(name, phase, act, kinds, copies).await }.boxed())
    });
    let cells = cells.chain([("never an answer".to_owned(), never_an_answer().boxed())]);
    run(cells.collect()).await;
}

/// A server that takes letters and never says so: two copies, and then a person decides.
async fn never_an_answer() {
    let mut world = World::new("never an answer", &Books::invited());
    let (plan, mood) = Mood::bad_at(Phase::End, ServerAction::Close);
    let server = Server::start(plan).await;
    world.to(&server);
    let watch = world.watch();
    world.until_kind(1, "email.uncertain", 2).await;
    watch.end().await;
    mood.well();
    world.pass_another(&server).await;
    let ended = world.ends(&[&server]).await;
    ended.first(&["queued", "begun", "uncertain", "begun", "uncertain"], 2);
    assert!(!ended.shown["attention"].is_null(), "{:#?}", ended.shown);
}

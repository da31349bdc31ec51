//! Many letters, and kills at moments that nobody has chosen.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;

use crate::smtp_support::{Phase, Plan, Server, ServerAction};
use crate::world::{Books, PREFIX, World, run};

const LETTERS: usize = 300;
const ROUNDS: usize = 12;

fn address(number: usize) -> String {
    format!("service{number}@dealer{number}.example.com")
}

fn code(number: usize) -> String {
    format!("{PREFIX}{number:04}")
}

/// A server that takes most letters, and some only at the second time.
fn plan(seed: u64) -> Plan {
    Plan::plain(move |moment| {
        let mut dice = StdRng::seed_from_u64(seed ^ (moment.letter as u64) << 8);
        let (misfortune, phase) = (dice.random_range(0..40), moment.phase);
        match (misfortune, phase) {
            (0, Phase::Recipient) => ServerAction::say("451 4.2.1 later\r\n"),
            (1, Phase::Data) => ServerAction::say("451 4.3.0 later\r\n"),
            (2, Phase::Content) | (3, Phase::End) | (4, Phase::Mail) => ServerAction::Close,
            (5, Phase::End) => ServerAction::say_and_close("421 4.3.0 good night\r\n"),
            _ => ServerAction::Usual,
        }
    })
}

/// The letters that are still to go; those that are in doubt for good are not.
async fn waiting(world: &World) -> usize {
    let all = world.json(&["mail", "list", "--json"]).await;
    let letters = all["letters"].as_array().unwrap().clone();
    let open = |letter: &&Value| {
        let last = letter["handed_over"].as_u64().unwrap() >= 2;
        !letter["next_try_at"].is_null() || (letter["state"] == "sending" && !last)
    };
    letters.iter().filter(open).count()
}

async fn many(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::new(&format!("seed {seed}"), &Books::plain());
    let (mut rows, mut codes) = ("name,dealer_code,timezone,email\n".to_owned(), String::new());
    for number in 0..LETTERS {
        let to = address(number);
        writeln!(rows, "Dealer {number},many{number},America/Chicago,{to}").unwrap();
        writeln!(codes, "many{number},{}", code(number)).unwrap();
        world.codes.lock().insert((to, 1), code(number));
    }
    world.write("many.csv", &rows);
    world.write("codes.csv", &codes);
    world.to_nobody();
    world.run(&["import", "many.csv"], 0).await;
    world.run(&["invite", "--codes", "codes.csv", "--yes"], 3).await;
    assert_eq!(waiting(&world).await, LETTERS);
    let server = Server::start(plan(seed)).await;
    world.to(&server);
    for _ in 0..ROUNDS {
        let (open, lines) = (waiting(&world).await, server.seen().lines.len());
        // None ends without at least two commands to the server.
        let wanted = dice.random_range(1..=(2 * open).clamp(1, 180));
        if open == 0 {
            break;
        }
        let watch = world.watch();
        server.until(|seen| seen.lines.len() >= lines + wanted).await;
        watch.kill().await;
    }
    // What is left goes in peace. A letter may be refused or cut off on the way, so it takes more than one look.
    let good = Server::start(Plan::good()).await;
    world.to(&good);
    loop {
        let (open, taken) = (waiting(&world).await, good.seen().taken().len());
        let watch = world.watch();
        good.until(|seen| seen.taken().len() >= taken + open).await;
        watch.end().await;
        if open == 0 {
            break;
        }
    }
    every_letter_ended(&world, &[&server, &good]).await;
    world.ends(&[&server, &good]).await;
}

/// Each was taken, or had two copies on the way of which nobody knows.
async fn every_letter_ended(world: &World, servers: &[&Server]) {
    let all = world.json(&["mail", "list", "--all", "--json"]).await;
    let letters = all["letters"].as_array().unwrap();
    assert_eq!(letters.len(), LETTERS, "{}", world.cell);
    let mut sent = 0;
    for letter in letters {
        let (state, to) = (letter["state"].as_str().unwrap(), letter["to"].as_str().unwrap());
        let taken = servers.iter().any(|server| server.seen().taken().iter().any(|taken| taken.to == to));
        match state {
            "sent" => assert!(taken, "{}: {letter:#?}", world.cell),
            "uncertain" => assert_eq!(letter["handed_over"], 2, "{}: {letter:#?}", world.cell),
            _ => panic!("{}: {letter:#?}", world.cell),
        }
        assert!(letter["next_try_at"].is_null(), "{}: {letter:#?}", world.cell);
        sent += usize::from(state == "sent");
    }
    println!("{}: {sent} of {LETTERS} sent", world.cell);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_every_letter_ends_and_nobody_gets_anothers_code() {
    let seed = std::env::var("MAIL_TEST_SEED").ok().map_or(1, |seed| seed.parse().unwrap());
    run(vec![(format!("seed {seed}"), Box::pin(many(seed)))]).await;
}

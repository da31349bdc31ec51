//! Servers that cannot be trusted get nothing, and one that can gets the letter; the password is said to nobody else.

use futures::FutureExt;

use crate::smtp_support::certificates::Authority;
use crate::smtp_support::{Phase, Plan, Server, ServerAction, Tls};
use crate::world::{Books, Mood, PASSWORD, PATIENT, World, run, settings};

const HOST: &str = "127.0.0.1";
const OFFERS: [&str; 3] = ["8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN"];

fn to(world: &World, scheme: &str, server: &Server) {
    let url = format!("{scheme}://desk@{HOST}:{}", server.port());
    world.configure(&settings(&url, PATIENT, "password = { env = \"DESK_PASSWORD\" }"));
}

fn ours(plan: Plan, tls: Tls) -> Plan {
    plan.tls(tls).offers(&OFFERS).credentials("desk", PASSWORD)
}

/// First a server that is not to be trusted, then the right one.
async fn distrusted(cell: &'static str, scheme: &'static str, bad: impl Fn(&Authority) -> Tls, words: &str) {
    let (mut world, authority) = (World::new(cell, &Books::invited()), Authority::new());
    world.write("authority.pem", authority.pem());
    world.environ("SSL_CERT_FILE", "authority.pem");
    world.environ("DESK_PASSWORD", PASSWORD);
    let wrong = Server::start(ours(Plan::good(), bad(&authority))).await;
    to(&world, scheme, &wrong);
    let mut watch = world.watch();
    let fails = |line: &String| line.contains("the mail server fails") && line.contains(words);
    watch.until(|said| said.log.iter().any(fails)).await;
    assert_eq!(world.letter(1).await["state"], "queued", "{cell}");
    watch.kill().await;
    let seen = wrong.seen();
    let told = |word: &str| seen.lines.iter().any(|(_, line)| line.starts_with(word));
    assert!(seen.letters.is_empty() && !told("AUTH") && !told("MAIL"), "{cell}: {seen:#?}");

    let good = authority.server(HOST);
    let good = if scheme == "smtps" { Tls::Implicit(good) } else { Tls::Upgrade(good) };
    let right = Server::start(ours(Plan::good(), good)).await;
    to(&world, scheme, &right);
    let watch = world.watch();
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[&wrong, &right]).await.first(&["queued", "begun", "sent"], 1);
}

/// A server that refuses the password, and repeats it.
async fn refused() {
    let (mut world, authority) = (World::new("the password is refused", &Books::invited()), Authority::new());
    world.write("authority.pem", authority.pem());
    world.environ("SSL_CERT_FILE", "authority.pem");
    world.environ("DESK_PASSWORD", PASSWORD);
    let (plan, mood) = Mood::bad_at(Phase::Auth, ServerAction::say(&format!("535 5.7.8 {PASSWORD} is wrong\r\n")));
    let server = Server::start(ours(plan, Tls::Implicit(authority.server(HOST)))).await;
    to(&world, "smtps", &server);
    let mut watch = world.watch();
    watch.until(|said| said.log.iter().any(|line| line.contains("at signing in: it answered 535"))).await;
    assert_eq!(world.letter(1).await["state"], "queued");
    mood.well();
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[&server]).await.first(&["queued", "begun", "sent"], 1);
}

/// Killed while it signs in, or while it asks for TLS.
async fn killed(phase: Phase, line: &'static str) {
    let cell = format!("killed at {phase:?}");
    let (mut world, authority) = (World::new(&cell, &Books::invited()), Authority::new());
    world.write("authority.pem", authority.pem());
    world.environ("SSL_CERT_FILE", "authority.pem");
    world.environ("DESK_PASSWORD", PASSWORD);
    let (plan, mood) = Mood::bad_at(phase, ServerAction::Hang);
    let server = Server::start(ours(plan, Tls::Upgrade(authority.server(HOST)))).await;
    to(&world, "smtp+starttls", &server);
    let watch = world.watch();
    server.until(|seen| seen.lines.last().is_some_and(|(_, last)| last.starts_with(line))).await;
    watch.kill().await;
    mood.well();
    let watch = world.watch();
    world.until_kind(1, "email.sent", 1).await;
    watch.end().await;
    world.ends(&[&server]).await.first(&["queued", "begun", "sent"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_trusted_gets_nothing() {
    let upgrade = "smtp+starttls";
    let cells = vec![
        ("no STARTTLS", distrusted("no STARTTLS", upgrade, |_| Tls::None, "offers no STARTTLS").boxed()),
        (
            "self-signed",
            distrusted(
                "self-signed",
                upgrade,
                |_| Tls::Upgrade(Authority::self_signed(HOST)),
                "nobody that this machine trusts",
            )
            .boxed(),
        ),
        (
            "another host",
            distrusted(
                "another host",
                upgrade,
                |our| Tls::Upgrade(our.server("mail.test")),
                "it belongs to another host",
            )
            .boxed(),
        ),
        (
            "self-signed, TLS at once",
            distrusted(
                "self-signed, TLS at once",
                "smtps",
                |_| Tls::Implicit(Authority::self_signed(HOST)),
                "nobody that this machine trusts",
            )
            .boxed(),
        ),
        ("expired", distrusted("expired", "smtps", |our| Tls::Implicit(our.expired(HOST)), "it has expired").boxed()),
        ("the password is refused", refused().boxed()),
        ("killed at StartTls", killed(Phase::StartTls, "STARTTLS").boxed()),
        ("killed at Auth", killed(Phase::Auth, "AUTH").boxed()),
    ];
    run(cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()).await;
}

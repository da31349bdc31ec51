//! How much of a bare mail loop is left when every letter is written, its hand-over and its end are durable, and the state is
//! read once more before it goes.
//!
//! All send to the same server on this machine, over the same number of connections that are kept. The library's loop sends
//! bytes that were made before, by its own pool; our way alone sends the same bytes through the transport. The desk opens a
//! store in which 10,000 letters wait, and sends them: three facts a letter, two of them durable while the server waits.
//!
//! `cargo bench --bench mail`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/support/requests.rs"]
mod requests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Ask, Contact, LetterId, LetterKind, LetterState, Policy, Profile};
use cloverwatch::engine::{Engine, LeaseSettings, OutboxParts, Pace, Parts};
use cloverwatch::mail::smtp::SmtpSettings;
use cloverwatch::mail::{
    Delivery, LetterRenderer, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, RenderContext,
    RendererSettings, SmtpTransport, Transport,
};
use cloverwatch::protocol::PastedCode;
use cloverwatch::store::{EmbeddedStore, Store};
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const LETTERS: usize = 10_000;
const LANES: usize = 4;

/// Letters of the library's own loop.
const FEW: usize = 1_000;

fn profile(number: usize) -> Profile {
    Profile {
        name: format!("Sample Motors {number}").into(),
        dealer_code: format!("xts{number}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::Chicago.into(),
        contact: Contact { email: format!("service{number}@example.com").into(), ..Contact::default() },
        owner: None,
    }
}

fn renderer() -> LetterRenderer {
    LetterRenderer::new(&RendererSettings {
        partner: "DataClover".to_owned(),
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        reply_to: None,
        envelope_from: None,
        bcc: None,
        contact: None,
        templates: None,
    })
    .unwrap()
}

/// A server that takes every letter and keeps none, so that neither its work nor its memory counts.
async fn server() -> SocketAddr {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(take(stream));
        }
    });
    address
}

async fn take(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let mut say: &[u8] = b"220 bench\r\n";
    let (mut line, mut content) = (String::new(), false);
    loop {
        if !say.is_empty() && stream.get_mut().write_all(say).await.is_err() {
            return;
        }
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        say = match (content, line.split_whitespace().next().unwrap_or_default()) {
            (true, ".") => {
                content = false;
                b"250 2.0.0 taken\r\n"
            }
            (true, _) => b"",
            (false, "EHLO") => b"250-bench\r\n250 8BITMIME\r\n",
            (false, "DATA") => {
                content = true;
                b"354 go on\r\n"
            }
            (false, _) => b"250 2.0.0 fine\r\n",
        };
    }
}

fn parts(store: Arc<dyn Store>, clock: &SharedClock, outbox: Option<OutboxParts>, background: bool) -> Parts {
    Parts {
        store,
        platform: None,
        source: None,
        outbox,
        rules: None,
        clock: Arc::clone(clock),
        policy: Policy::default(),
        pace: Pace::default(),
        seed: 1,
        read_only: false,
        background,
        lease: LeaseSettings::of("ana"),
    }
}

fn transport(at: SocketAddr, clock: &SharedClock) -> Arc<SmtpTransport> {
    let Transport::Smtp(server) = Transport::parse(&format!("smtp://{at}")).unwrap() else {
        panic!("a server");
    };
    let settings = SmtpSettings { max_connections: LANES, ..SmtpSettings::new(server) };
    Arc::new(SmtpTransport::new(settings, Arc::clone(clock)).unwrap())
}

fn outbox(at: SocketAddr, clock: &SharedClock) -> OutboxParts {
    OutboxParts { renderer: renderer(), transport: transport(at, clock), per_hour: 1_000_000, reports: None }
}

/// Fills a store with letters that wait. The messages are what would be sent.
async fn fill(dir: &std::path::Path, at: SocketAddr, clock: &SharedClock) -> Vec<OutgoingMessage> {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).unwrap();
    let engine = Engine::start(parts(store, clock, Some(outbox(at, clock)), false));
    let added = requests::add(&engine, (0..LETTERS).map(profile).collect()).await;
    let codes = added.into_iter().enumerate().map(|(number, id)| PastedCode {
        dealership: id,
        code: format!("CODE-{number:06}").parse().unwrap(),
        generated_at: clock.now(),
        expires_at: None,
        ask: Ask::Invite,
        mail: true,
    });
    for answer in requests::paste(&engine, codes.collect()).await {
        answer.unwrap();
    }
    let (renderer, policy) = (renderer(), Policy::default());
    let (_, states) = engine.read_model().all();
    let outgoing = |(number, state): (usize, &Arc<cloverwatch::domain::Onboarding>)| {
        let letter = LetterId::from_bits(number as u64);
        let context = RenderContext {
            letter,
            kind: LetterKind::Invitation,
            written_at: clock.now(),
            automatic: false,
            settled: 0,
        };
        renderer.write(state, &context, &policy).unwrap().outgoing().unwrap()
    };
    let messages = states.iter().enumerate().map(outgoing).collect();
    engine.shutdown().await.unwrap();
    messages
}

/// Letters a second of the library's own loop. It lets the system hold back the final dot until the text is acknowledged
/// (Nagle), so fewer letters are enough to know its pace.
async fn bare(at: SocketAddr, messages: Arc<Vec<OutgoingMessage>>, clock: &SharedClock) -> f64 {
    let pool = PoolConfig::new().max_size(LANES as u32);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(at.ip().to_string());
    let transport = transport.port(at.port()).pool_config(pool).build();
    let next = Arc::new(AtomicUsize::new(0));
    let began = clock.elapsed();
    let workers: Vec<_> = (0..LANES)
        .map(|_| {
            let (transport, messages, next) = (transport.clone(), Arc::clone(&messages), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(outgoing) = messages[..FEW].get(next.fetch_add(1, Ordering::Relaxed)) {
                    let address = |text: &str| text.parse().unwrap();
                    let envelope = Envelope::new(Some(address(&outgoing.from)), vec![address(&outgoing.to)]).unwrap();
                    transport.send_raw(&envelope, &outgoing.message).await.unwrap();
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    FEW as f64 / clock.elapsed().saturating_sub(began).as_secs_f64()
}

/// Nothing depends on these letters.
struct Open;

#[async_trait]
impl PreSendCheck for Open {
    async fn check(&self) -> PreSendDecision {
        PreSendDecision::Proceed
    }
}

/// Letters a second of our own way to the server alone: nothing is written, recorded or looked at.
async fn alone(at: SocketAddr, messages: Arc<Vec<OutgoingMessage>>, clock: &SharedClock) -> f64 {
    let transport = transport(at, clock);
    let next = Arc::new(AtomicUsize::new(0));
    let began = clock.elapsed();
    let workers: Vec<_> = (0..LANES)
        .map(|_| {
            let (transport, messages, next) = (Arc::clone(&transport), Arc::clone(&messages), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(outgoing) = messages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    assert!(matches!(transport.deliver(outgoing, &Open).await, Delivery::Sent { .. }));
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    LETTERS as f64 / clock.elapsed().saturating_sub(began).as_secs_f64()
}

/// Letters a second of the desk, and how much memory the last nine tenths of them took, in MB.
async fn desk(dir: &std::path::Path, at: SocketAddr, clock: &SharedClock) -> (f64, f64) {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).unwrap();
    let began = clock.elapsed();
    let engine = Engine::start(parts(store, clock, Some(outbox(at, clock)), true));
    let mut follow = engine.subscribe();
    let (mut sent, mut early) = (0, 0.0);
    while sent < LETTERS {
        match follow.recv().await {
            Ok(commit) => {
                sent += commit.events.iter().filter(|event| event.fact.kind() == "email.sent").count();
            }
            Err(_) => sent = count_sent(&engine),
        }
        if sent >= LETTERS / 10 && early == 0.0 {
            early = resident();
        }
    }
    let rate = LETTERS as f64 / clock.elapsed().saturating_sub(began).as_secs_f64();
    let grown = resident() - early;
    engine.shutdown().await.unwrap();
    (rate, grown)
}

fn count_sent(engine: &Engine) -> usize {
    let sent = |state: &Arc<cloverwatch::domain::Onboarding>| {
        state.newest_letter().is_some_and(|letter| letter.state == LetterState::Sent)
    };
    engine.read_model().all().1.iter().filter(|state| sent(state)).count()
}

/// Memory in MB, as the system sees it.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1_024.0
}

fn main() {
    cloverwatch::xtime::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock: SharedClock = Arc::new(WallClock::real());
        let mut ratios = Vec::new();
        for round in 1..=3 {
            let at = server().await;
            let dir = tempfile::tempdir().unwrap();
            let messages = Arc::new(fill(dir.path(), at, &clock).await);
            let bytes = messages.iter().map(|outgoing| outgoing.message.len()).sum::<usize>() / LETTERS;
            let bare = bare(at, Arc::clone(&messages), &clock).await;
            let alone = alone(at, Arc::clone(&messages), &clock).await;
            drop(messages);
            let (desk, grown) = desk(dir.path(), at, &clock).await;
            ratios.push(desk / bare);
            println!(
                "round {round}: {LETTERS} letters of {bytes} bytes over {LANES} connections: the library's loop {bare:.0}/s, our way alone \
                 {alone:.0}/s, the desk {desk:.0}/s: {:.2} of the library's loop, {:.2} of our way alone; the last nine tenths took \
                 {grown:+.1} MB",
                desk / bare,
                desk / alone,
            );
        }
        ratios.sort_unstable_by(f64::total_cmp);
        limit::at_least("letters, of the library's own loop", ratios[1], 0.7);
    });
}

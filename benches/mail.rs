//! How much of a bare mail loop is left when every letter is written, its hand-over and its end are durable, and the state is
//! read once more before it goes.
//!
//! Both send 10,000 letters to the same server on this machine, over the same number of connections that are kept. The bare
//! loop sends bytes that were made before, by the mail library's own pool. The desk opens a store in which 10,000 letters
//! wait, and sends them: three facts a letter, two of them durable while the server waits.
//!
//! `cargo bench --bench mail`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Ask, Contact, LetterId, LetterKind, LetterState, Policy, Profile};
use cloverwatch::engine::{Engine, Pace, Parts, PastedCode, Post};
use cloverwatch::mail::smtp::Settings as SmtpSettings;
use cloverwatch::mail::{Occasion, Parcel, Press, PressSettings, SmtpCourier, Transport};
use cloverwatch::sandbox::{self, Faults, PostSettings, Sandbox, Settings};
use cloverwatch::store::{EmbeddedStore, Store};
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

const LETTERS: usize = 10_000;
const LANES: usize = 4;

fn profile(number: usize) -> Profile {
    Profile {
        name: format!("Sample Motors {number}").into(),
        dealer_code: format!("xts{number}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::Chicago,
        contact: Contact { email: format!("service{number}@example.com").into(), ..Contact::default() },
        owner: None,
    }
}

fn press() -> Press {
    Press::new(&PressSettings {
        partner: "DataClover".to_owned(),
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        reply_to: None,
        contact: None,
        templates: None,
    })
    .unwrap()
}

async fn server(clock: &SharedClock) -> Sandbox {
    let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    let post = Some(PostSettings { listen, maildir: None });
    sandbox::start(Settings { faults: Faults::none(), post, ..Settings::new(Arc::clone(clock)) }).await.unwrap()
}

fn parts(store: Arc<dyn Store>, clock: &SharedClock, post: Option<Post>, background: bool) -> Parts {
    Parts {
        store,
        platform: None,
        source: None,
        post,
        clock: Arc::clone(clock),
        policy: Policy::default(),
        pace: Pace::default(),
        seed: 1,
        read_only: false,
        background,
    }
}

fn post(sandbox: &Sandbox, clock: &SharedClock) -> Post {
    let Transport::Smtp(server) = Transport::parse(&format!("smtp://{}", sandbox.smtp_addr().unwrap())).unwrap() else {
        panic!("a server");
    };
    let settings = SmtpSettings { lanes: LANES, ..SmtpSettings::new(server) };
    let courier = Arc::new(SmtpCourier::new(settings, Arc::clone(clock)).unwrap());
    Post { press: press(), courier, per_hour: 1_000_000, reports: None }
}

/// Fills a store with letters that wait. The parcels are what would be sent.
async fn fill(dir: &std::path::Path, sandbox: &Sandbox, clock: &SharedClock) -> Vec<Parcel> {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).unwrap();
    let engine = Engine::start(parts(store, clock, Some(post(sandbox, clock)), false));
    let actor = Actor::person("ana");
    let added = engine.add((0..LETTERS).map(profile).collect(), &actor).await.unwrap();
    let codes = added.into_iter().enumerate().map(|(number, id)| PastedCode {
        dealership: id.unwrap(),
        code: format!("CODE-{number:06}").parse().unwrap(),
        generated_at: clock.now(),
        expires_at: None,
        ask: Ask::Invite,
        mail: true,
    });
    for (_, answer) in engine.paste(codes.collect(), &actor).await {
        answer.unwrap();
    }
    let (press, policy) = (press(), Policy::default());
    let (_, states) = engine.book().all();
    let parcel = |(number, state): (usize, &Arc<cloverwatch::domain::Onboarding>)| {
        let letter = LetterId::from_bits(number as u64);
        let occasion = Occasion { letter, kind: LetterKind::Invitation, written_at: clock.now() };
        press.write(state, &occasion, &policy).unwrap().parcel().unwrap()
    };
    let parcels = states.iter().enumerate().map(parcel).collect();
    engine.shutdown().await.unwrap();
    parcels
}

/// Letters a second of the library's own loop.
async fn bare(sandbox: &Sandbox, parcels: Arc<Vec<Parcel>>, clock: &SharedClock) -> f64 {
    let at = sandbox.smtp_addr().unwrap();
    let pool = PoolConfig::new().max_size(LANES as u32);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(at.ip().to_string());
    let transport = transport.port(at.port()).pool_config(pool).build();
    let next = Arc::new(AtomicUsize::new(0));
    let began = clock.elapsed();
    let workers: Vec<_> = (0..LANES)
        .map(|_| {
            let (transport, parcels, next) = (transport.clone(), Arc::clone(&parcels), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(parcel) = parcels.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let address = |text: &str| text.parse().unwrap();
                    let envelope = Envelope::new(Some(address(&parcel.from)), vec![address(&parcel.to)]).unwrap();
                    transport.send_raw(&envelope, &parcel.message).await.unwrap();
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
async fn desk(dir: &std::path::Path, sandbox: &Sandbox, clock: &SharedClock) -> (f64, f64) {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).unwrap();
    let began = clock.elapsed();
    let engine = Engine::start(parts(store, clock, Some(post(sandbox, clock)), true));
    let mut follow = engine.follow();
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
    engine.book().all().1.iter().filter(|state| sent(state)).count()
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
            let sandbox = server(&clock).await;
            let dir = tempfile::tempdir().unwrap();
            let parcels = Arc::new(fill(dir.path(), &sandbox, &clock).await);
            let bytes = parcels.iter().map(|parcel| parcel.message.len()).sum::<usize>() / LETTERS;
            let before = bare(&sandbox, Arc::clone(&parcels), &clock).await;
            drop(parcels);
            let (ours, grown) = desk(dir.path(), &sandbox, &clock).await;
            ratios.push(ours / before);
            println!(
                "round {round}: {LETTERS} letters of {bytes} bytes over {LANES} connections: bare {before:.0}/s, desk {ours:.0}/s, \
                 ratio {:.2}; the last nine tenths took {grown:+.1} MB",
                ours / before
            );
            sandbox.shutdown().await;
        }
        ratios.sort_unstable_by(f64::total_cmp);
        println!("median ratio {:.2}", ratios[1]);
    });
}

//! Many writers and followers, while connections are cut and the server is restarted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use cloverwatch::protocol::Committed;
use cloverwatch::store::{PostgresStore, Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::broadcast::Receiver;

use crate::place::Place;
use crate::server::Server;
use crate::store_support::*;

const WRITERS: u64 = 32;
const FOLLOWERS: usize = 8;
const EACH: u64 = 25;

/// Everything that is told, as it is told, until the last event.
async fn follow(mut commits: Receiver<Committed>, last: Arc<AtomicU64>) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let committed = commits.recv().await.unwrap();
        seen.extend(committed.events.iter().map(|event| event.seq));
        let target = last.load(Ordering::SeqCst);
        if target > 0 && seen.last().is_some_and(|seq| *seq > target) {
            return seen;
        }
    }
}

/// Appends notes; some batches are refused as a whole, some answers are only known later. The answer is how many facts
/// were acknowledged, and how many were in doubt.
async fn write(store: Arc<PostgresStore>, number: u64, done: Arc<AtomicUsize>) -> (u64, u64) {
    let mut rng = StdRng::seed_from_u64(number);
    let (mut acknowledged, mut doubted) = (0, 0);
    let mut appended = 0;
    while appended < EACH {
        let version = store.read_model().get(id(number)).map_or(0, |state| state.version);
        let mut batch = match version {
            0 => vec![added(number)],
            version => (0..rng.random_range(1..4)).map(|next| note(number, version + next)).collect(),
        };
        let facts = batch.len() as u64;
        let rolled_back = rng.random_bool(0.2);
        if rolled_back {
            batch.push(note(number, 1_000_000));
        }
        match store.append(batch).await {
            Ok(_) => {
                assert!(!rolled_back);
                acknowledged += facts;
                appended += 1;
                done.fetch_add(1, Ordering::SeqCst);
            }
            Err(StoreError::Conflict { .. }) => {
                // Not ours alone to conflict with: only what was in doubt can have come between.
                assert!(rolled_back || doubted > 0);
            }
            Err(StoreError::Unavailable { .. }) => tokio::task::yield_now().await,
            Err(StoreError::InDoubt { .. }) => doubted += facts,
            Err(error) => panic!("{error}"),
        }
    }
    (acknowledged, doubted)
}

pub async fn every_follower_sees_every_event_once_and_in_order(place: Place) {
    let server = Server::start();
    let url = server.url(&place.schema);
    let open = || PostgresStore::open(&url, clock());
    let (last, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        followers.push(open().await.unwrap());
    }
    let following: Vec<_> =
        followers.iter().map(|store| tokio::spawn(follow(store.subscribe(), Arc::clone(&last)))).collect();
    let mut writers = Vec::new();
    for _ in 0..WRITERS / 4 {
        writers.push(open().await.unwrap());
    }
    // Some processes have several writers.
    let writing: Vec<_> = (0..WRITERS)
        .map(|number| {
            let store = Arc::clone(&writers[number as usize % writers.len()]);
            tokio::spawn(write(store, number, Arc::clone(&done)))
        })
        .collect();
    let server = tokio::task::spawn_blocking({
        let done = Arc::clone(&done);
        move || {
            let reached = |share: usize| {
                while done.load(Ordering::SeqCst) < (WRITERS * EACH) as usize * share / 8 {
                    std::thread::yield_now();
                }
            };
            let cut =
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cloverwatch'";
            for share in 1..=4 {
                reached(share);
                assert!(server.sql("postgres", cut).parse::<u32>().unwrap() > 0);
            }
            for (share, mode) in [(5, "fast"), (6, "immediate")] {
                reached(share);
                server.down(mode);
                server.up();
            }
            server
        }
    });
    let (mut acknowledged, mut doubted) = (0, 0);
    for writer in writing {
        let (sure, unsure) = writer.await.unwrap();
        acknowledged += sure;
        doubted += unsure;
    }
    let server = server.await.unwrap();
    let there: u64 = server.sql("postgres", &format!("SELECT seq FROM {}.head", place.schema)).parse().unwrap();
    assert!((acknowledged..=acknowledged + doubted).contains(&there), "{acknowledged} + {doubted}, there are {there}");
    last.store(there, Ordering::SeqCst);
    // Behind what was written: whatever is told twice or too late is told before.
    let end = writers[0].append(vec![added(99)]).await.unwrap().events[0].seq;
    assert_eq!(end, there + 1);
    for follower in following {
        let seen = follower.await.unwrap();
        assert!(seen.iter().copied().eq(1..=end), "{} of {end}", seen.len());
    }
    assert_folded(&*open().await.unwrap()).await;
    for store in followers.iter().chain(&writers) {
        crate::team::reached(store, end).await;
        assert_eq!(content(&**store).await, content(&*writers[0]).await);
    }
}

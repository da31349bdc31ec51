//! The store of a team against the same statements through the bare client, how soon others see a commit, and what opening
//! costs. It starts a PostgreSQL server of its own. `cargo bench --bench team [-- append|follow|open]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench reports, or fails loudly"
)]

#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/store_conformance/server.rs"]
mod server;
#[path = "../tests/store_support/mod.rs"]
mod store_support;

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::store::postgres::PostgresOptions;
use cloverwatch::store::{PostgresStore, Store};
use server::{schema, shared, stop_shared};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use store_support::{added, append, at, clock, history, id, note};

const ROUNDS: u64 = 9;
const EACH: u64 = 300;
const DEALERSHIPS: u64 = 100_000;

const LOCK: &str = concat!(
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ",
    include_str!("../src/store/postgres/head.sql"),
    "FOR UPDATE"
);
const RECORD: &str = include_str!("../src/store/postgres/record.sql");

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if runs("append") {
            appends().await;
        }
        if runs("follow") {
            follow().await;
        }
        if runs("open") {
            open().await;
        }
    });
    stop_shared();
}

async fn store(schema: &str) -> Arc<PostgresStore> {
    PostgresStore::open(&shared().url(schema), clock()).await.expect("a store")
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values[values.len() / 2]
}

/// The statements of an append, without anything else.
struct Bare {
    connection: PgConnection,
    seq: i64,
}

impl Bare {
    /// In the empty schema of another team.
    async fn new() -> Self {
        let schema = schema();
        store(&schema).await.close().await.expect("closed");
        let mut connection =
            PgConnection::connect(&shared().address("postgres", "x").replace("schema=x&", "")).await.unwrap();
        let path = format!("SET search_path TO {schema}");
        sqlx::raw_sql(AssertSqlSafe(path)).execute(&mut connection).await.unwrap();
        Self { connection, seq: 0 }
    }

    async fn append(&mut self, body: &str) {
        sqlx::raw_sql(LOCK).fetch_one(&mut self.connection).await.unwrap();
        self.seq += 1;
        let batch = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
        let query = sqlx::query(RECORD).bind(self.seq).bind([self.seq]).bind([id(1).to_string()]).bind([self.seq]);
        let query = query.bind([batch]).bind([at(1)]).bind(["note.added"]).bind([body]).bind("bare");
        query.execute(&mut self.connection).await.unwrap();
        sqlx::raw_sql("COMMIT").execute(&mut self.connection).await.unwrap();
    }
}

/// Short rounds by turns: what else the machine does at the time meets both.
async fn appends() {
    let (store, clock) = (store(&schema()).await, clock());
    let mut bare = Bare::new().await;
    store.append(vec![added(1)]).await.unwrap();
    let body = "{\"at\":\"2026-09-21T13:46:40Z\",\"actor\":{\"kind\":\"person\",\"name\":\"Ana\"},\"dealership\":\"d0000001\",\
                \"kind\":\"note.added\",\"data\":{\"text\":\"note 1000\"}}";
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let began = clock.elapsed();
        for version in round * EACH..(round + 1) * EACH {
            store.append(vec![note(1, version + 1)]).await.unwrap();
        }
        ours.push(clock.elapsed().saturating_sub(began));
        let began = clock.elapsed();
        for _ in 0..EACH {
            bare.append(body).await;
        }
        theirs.push(clock.elapsed().saturating_sub(began));
    }
    let (ours, theirs) = (median(ours).as_secs_f64(), median(theirs).as_secs_f64());
    println!("appends one after the other, medians of {ROUNDS} rounds of {EACH}");
    println!("  store {:>6.0}/s, bare client {:>6.0}/s", EACH as f64 / ours, EACH as f64 / theirs);
    limit::at_least("PostgreSQL: append, of the same statements by a bare client", theirs / ours, 0.7);

    store.append((2..34).map(added).collect()).await.unwrap();
    let began = clock.elapsed();
    let writers = (2..34).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for version in 1..=EACH {
                store.append(vec![note(number, version)]).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await;
    let took = clock.elapsed().saturating_sub(began).as_secs_f64();
    println!("  32 writers of one process: {:.0}/s", 32.0 * EACH as f64 / took);
    store.close().await.unwrap();
}

async fn follow() {
    let (schema, clock) = (schema(), clock());
    let (one, other) = (store(&schema).await, store(&schema).await);
    let mut commits = other.subscribe();
    one.append(vec![added(1)]).await.unwrap();
    commits.recv().await.unwrap();
    let mut took = Vec::new();
    for version in 1..=500 {
        let began = clock.elapsed();
        one.append(vec![note(1, version)]).await.unwrap();
        commits.recv().await.unwrap();
        took.push(clock.elapsed().saturating_sub(began));
    }
    took.sort();
    println!("a follower sees what is appended: median {:.1?}", took[250]);
    let what = "PostgreSQL: an append seen by another desk, the slowest of a hundred";
    limit::at_most(what, took[495], Duration::from_millis(50));
}

async fn open() {
    let (schema, clock) = (schema(), clock());
    let filling = store(&schema).await;
    let began = clock.elapsed();
    for portion in (0..DEALERSHIPS).collect::<Vec<_>>().chunks(1_000) {
        let batch = portion.iter().map(|number| append(*number, 0, history(*number)[..10].to_vec()));
        filling.append(batch.collect()).await.unwrap();
    }
    println!("1,000,000 events appended in {:.1?}", clock.elapsed().saturating_sub(began));
    filling.close().await.unwrap();
    drop(filling);
    let forget = format!("UPDATE {schema}.snapshot_head SET format = 0");
    for round in 0..6 {
        if round == 5 {
            shared().sql("postgres", &forget);
        }
        let began = clock.elapsed();
        let options = PostgresOptions { snapshot_every: u64::MAX, ..PostgresOptions::default() };
        let store = PostgresStore::open_with(&shared().url(&schema), clock.clone(), options).await.unwrap();
        let took = clock.elapsed().saturating_sub(began);
        assert_eq!(store.read_model().len() as u64, DEALERSHIPS);
        if round == 4 {
            let what = format!("PostgreSQL: opening, {DEALERSHIPS} dealerships with 1,000,000 events");
            limit::at_most(&what, took, Duration::from_secs(2));
        }
        let with = if round == 5 { "without states" } else { "with states" };
        println!("  {DEALERSHIPS} dealerships opened in {took:.2?} {with}");
        store.close().await.unwrap();
    }
    let last = format!("SELECT max(seq) - (SELECT seq FROM {schema}.snapshot_head) FROM {schema}.events");
    println!("  events after the states: {}", shared().sql("postgres", &last));
}

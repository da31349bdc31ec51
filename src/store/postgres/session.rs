//! Connections, and what their failures mean.

use std::time::Duration;

use rand::RngExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Error, Executor as _, Postgres, Transaction};
use tokio::time::timeout;

use super::PostgresUrl;
use crate::clock::SharedClock;
use crate::store::StoreError;

/// Longer than the server's own limits for a statement and a lock together: it went away without a word.
pub(super) const ATTEMPT: Duration = Duration::from_secs(20);

/// How long a connection may take to come about.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How many connections there are for everything but appends and listening.
const CONNECTIONS: u32 = 4;
/// What helps a user who lacks a right.
pub(super) const GRANT: &str = "Its administrator can grant what is missing: `cloverwatch store roles` prints it";
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// A transaction holds the one lock of the store, so a process that stops in the middle of one is cut off. What was
/// acknowledged is durable, whatever the server's default is.
fn settings(schema: &str) -> String {
    format!(
        "SET search_path TO \"{schema}\"; SET statement_timeout TO '10s'; SET lock_timeout TO '5s'; \
         SET idle_in_transaction_session_timeout TO '5s'; SET timezone TO 'UTC'; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
}

/// Connections for reading and for all that is not an append. None is made before it is needed.
pub(super) fn pool(address: &PostgresUrl) -> PgPool {
    let settings = settings(address.schema());
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(CONNECT)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move { connection.execute(sqlx::raw_sql(AssertSqlSafe(settings))).await.map(drop) })
        })
        .after_release(|connection, _| {
            // What was given up in the middle may never be answered: its place is for another one then.
            Box::pin(async move {
                timeout(CONNECT, connection.ping()).await.unwrap_or(Err(Error::PoolTimedOut)).map(|()| true)
            })
        })
        .connect_lazy_with(address.options.clone())
}

/// Where a person waits for the store to open, and is told what to do when it does not.
pub(super) async fn first(address: &PostgresUrl) -> Result<PgConnection, StoreError> {
    connect(address).await.map_err(|error| match error {
        StoreError::Unavailable { place, why } => {
            let why =
                format!("{why}. Check the address, that the server runs, and that it takes connections from here");
            StoreError::Unavailable { place, why }
        }
        error => error,
    })
}

pub(super) async fn connect(address: &PostgresUrl) -> Result<PgConnection, StoreError> {
    let made =
        async { made(&address.options, settings(address.schema())).await.map_err(|error| told(address, &error)) };
    answered(address, CONNECT, made).await
}

/// What is asked of a server that may have gone away without a word.
pub(super) async fn answered<T>(
    address: &PostgresUrl,
    limit: Duration,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(limit, asked).await.unwrap_or_else(|_| Err(unavailable(address, &"no answer")))
}

async fn made(options: &PgConnectOptions, settings: String) -> Result<PgConnection, Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(settings))).await?;
    Ok(connection)
}

/// A transaction that reads all of it as it is now.
pub(super) async fn at_one_moment(connection: &mut PgConnection) -> Result<Transaction<'_, Postgres>, Error> {
    let mut transaction = connection.begin().await?;
    let moment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout TO '5min'; \
                  SET LOCAL idle_in_transaction_session_timeout TO '5min'";
    sqlx::raw_sql(moment).execute(&mut *transaction).await?;
    Ok(transaction)
}

pub(super) fn unavailable(address: &PostgresUrl, why: &impl ToString) -> StoreError {
    StoreError::Unavailable { place: address.to_string(), why: why.to_string() }
}

pub(super) fn refused(address: &PostgresUrl, what: impl Into<String>, advice: impl Into<String>) -> StoreError {
    StoreError::Database { place: address.to_string(), what: what.into(), advice: advice.into() }
}

/// Whether the same may succeed at once, on a new connection: the old one was cut, or another transaction came between.
pub(super) fn is_transient(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Protocol(_) => true,
        Error::Database(error) => {
            matches!(error.code().as_deref(), Some("40001" | "40P01" | "57P01" | "57P02" | "57P05" | "25P03"))
        }
        _ => false,
    }
}

fn not_trusted(address: &PostgresUrl, error: &impl ToString) -> StoreError {
    refused(address, format!("TLS: {}", error.to_string()), "Check `sslmode`, `sslrootcert` and the name of the host")
}

/// In words, and without the values that a server quotes in its details.
pub(super) fn told(address: &PostgresUrl, error: &Error) -> StoreError {
    let Error::Database(database) = error else {
        return match error {
            Error::Tls(error) => not_trusted(address, error),
            Error::Io(error)
                if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) =>
            {
                not_trusted(address, error)
            }
            Error::Configuration(_) => refused(address, "the address cannot be used", "Check it"),
            Error::Io(error) => unavailable(address, error),
            Error::PoolTimedOut => unavailable(address, &"no answer"),
            error => unavailable(address, error),
        };
    };
    let message = database.message();
    let code = database.code().unwrap_or_default();
    let advice = match &*code {
        "28P01" | "28000" => {
            "Check the user and the password (in the address, PGPASSWORD or PGPASSFILE), and pg_hba.conf"
        }
        "3D000" => "Its administrator can create it: CREATE DATABASE",
        "42501" => GRANT,
        "25006" => "It is a copy that only reads: name the server that takes writes",
        "55P03" => return unavailable(address, &"another process held the store's lock for too long"),
        "57014" => return unavailable(address, &"the server took too long"),
        // Out of connections, memory or disk; shutting down, starting up; a lost connection.
        code if ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)) => {
            return unavailable(address, &message);
        }
        _ => "Its log says more",
    };
    refused(address, message, advice)
}

/// The connection of appends. When it cannot be made, nobody waits for it: the answer is the last failure until it is time
/// to try again.
pub(super) struct Link {
    address: PostgresUrl,
    clock: SharedClock,
    connection: Option<PgConnection>,
    backoff: Duration,
    failed: Option<(Duration, StoreError)>,
}

impl Link {
    pub fn new(address: PostgresUrl, clock: SharedClock, connection: PgConnection) -> Self {
        Self { address, clock, connection: Some(connection), backoff: FIRST_BACKOFF, failed: None }
    }

    pub async fn get(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.connection.is_none() {
            if let Some((until, error)) = &self.failed
                && self.clock.elapsed() < *until
            {
                return Err(error.clone());
            }
            match connect(&self.address).await {
                Ok(connection) => {
                    (self.connection, self.backoff, self.failed) = (Some(connection), FIRST_BACKOFF, None);
                }
                Err(error) => {
                    let until = self.clock.elapsed() + jitter(self.backoff);
                    self.backoff = (self.backoff * 2).min(LONGEST_BACKOFF);
                    self.failed = Some((until, error.clone()));
                    return Err(error);
                }
            }
        }
        self.connection.as_mut().ok_or_else(|| unavailable(&self.address, &"not connected"))
    }

    /// After a failure: what state the connection is in is not asked.
    pub fn drop_connection(&mut self) {
        self.connection = None;
    }

    pub async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            // The server notices otherwise.
            let _ = connection.close().await;
        }
    }
}

/// Between half of a length and all of it, so that many who lost the same server do not come back at once.
pub(super) fn jitter(length: Duration) -> Duration {
    length.mul_f64(rand::rng().random_range(0.5..=1.0))
}

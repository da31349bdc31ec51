//! Where a PostgreSQL store is: `postgres://USER@HOST:PORT/DATABASE?schema=NAME`.

use std::fmt;
use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::store::StoreError;

/// The schema of the only team in a database.
const DEFAULT_SCHEMA: &str = "cloverwatch";
/// `schema` is ours, the others are those of libpq.
const OPTIONS: [&str; 6] = ["schema", "sslmode", "sslrootcert", "sslcert", "sslkey", "host"];
/// Short enough for the name of a channel that begins with ours.
const LONGEST_SCHEMA: usize = 40;

#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) options: PgConnectOptions,
    schema: String,
    place: String,
    /// As it was written, without the password.
    written: String,
    has_password: bool,
    /// Nothing leaves this machine.
    is_local: bool,
}

impl PostgresUrl {
    /// Whether an address names a PostgreSQL store.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres:") || text.starts_with("postgresql:")
    }

    /// Reads an address. A password may stand in it, in `PGPASSWORD`, or in the file that `PGPASSFILE` names. Where it does
    /// not say how certificates are checked (nor does `PGSSLMODE`), another machine's has to be right in every way.
    /// Errors: in words, without anything that may be a password.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::Database {
            place: "the address of the store".to_owned(),
            what,
            advice: "It is written postgres://USER@HOST:5432/DATABASE?sslmode=verify-full&schema=cloverwatch"
                .to_owned(),
        };
        let mut url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
        let (written, has_password) = without_password(&url);
        let says_sslmode = url.query_pairs().any(|(key, _)| key == "sslmode");
        let mut schema = DEFAULT_SCHEMA.to_owned();
        let mut kept = Vec::new();
        for (key, value) in url.query_pairs() {
            match &*key {
                key if !OPTIONS.contains(&key) => {
                    return Err(wrong(format!("the option `{key}` is not one of {}", OPTIONS.join(", "))));
                }
                "schema" => schema = value.into_owned(),
                _ => kept.push((key.into_owned(), value.into_owned())),
            }
        }
        if !is_schema(&schema) {
            let words = "a schema is named by at most 40 small letters, digits and `_`, and begins with a letter";
            return Err(wrong(words.to_owned()));
        }
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        let mut options: PgConnectOptions = url.as_str().parse().map_err(|_| {
            wrong("a part of it cannot be read (sslmode: disable, prefer, require, verify-ca, verify-full)".to_owned())
        })?;
        if options.get_database().is_none() {
            return Err(wrong("it names no database".to_owned()));
        }
        let is_local = is_this_machine(&options);
        // One that cannot be read would count as `prefer`.
        let in_environment = std::env::var("PGSSLMODE").is_ok_and(|mode| mode.parse::<PgSslMode>().is_ok());
        if !is_local && !says_sslmode && !in_environment {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        let options = options.application_name("cloverwatch");
        let place = place(&options, &schema);
        Ok(Self { options, schema, place, written, has_password, is_local })
    }

    /// The same with the password of its user.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        Self { options: self.options.password(password), ..self }
    }

    /// As it was written, without the password.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether a password stands in it.
    pub fn has_password(&self) -> bool {
        self.has_password
    }

    /// How the server's certificate is checked, in the words of `sslmode`.
    pub fn sslmode(&self) -> &'static str {
        match self.options.get_ssl_mode() {
            PgSslMode::Disable => "disable",
            PgSslMode::Allow => "allow",
            PgSslMode::Prefer => "prefer",
            PgSslMode::Require => "require",
            PgSslMode::VerifyCa => "verify-ca",
            PgSslMode::VerifyFull => "verify-full",
        }
    }

    /// Whether what is sent could be read, or answered, by somebody else on the way.
    pub fn is_exposed(&self) -> bool {
        let mode = self.options.get_ssl_mode();
        !self.is_local && !matches!(mode, PgSslMode::VerifyFull | PgSslMode::VerifyCa)
    }

    /// Where the team's tables are.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The channel on which commits are told.
    pub(super) fn channel(&self) -> String {
        format!("cloverwatch_{}", self.schema)
    }
}

fn without_password(url: &Url) -> (String, bool) {
    let mut url = url.clone();
    let has_password = url.password().is_some();
    // An address without a host has no password either.
    let _ = url.set_password(None);
    (url.into(), has_password)
}

fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_schema(name: &str) -> bool {
    name.len() <= LONGEST_SCHEMA
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.starts_with("pg_")
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn place(options: &PgConnectOptions, schema: &str) -> String {
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or_default();
    match schema {
        DEFAULT_SCHEMA => format!("PostgreSQL {host}, database {database}"),
        _ => format!("PostgreSQL {host}, database {database}, schema {schema}"),
    }
}

/// Without the user and the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_password_and_names_its_schema() {
        let url = PostgresUrl::parse("postgres://ana:hunter2@db.example.com/desk?schema=west").unwrap();
        assert_eq!(url.to_string(), "PostgreSQL db.example.com:5432, database desk, schema west");
        assert!(!format!("{url:?}").contains("hunter2") && url.has_password());
        assert_eq!(url.written(), "postgres://ana@db.example.com/desk?schema=west");
        assert_eq!((url.channel().as_str(), url.schema()), ("cloverwatch_west", "west"));
        let socket = PostgresUrl::parse("postgres://ana@localhost/desk?host=/run/postgresql").unwrap();
        assert_eq!(socket.to_string(), "PostgreSQL /run/postgresql, database desk");
    }

    #[test]
    fn only_this_machine_is_trusted_without_a_certificate() {
        for (text, sslmode, exposed) in [
            ("postgres://ana@db.example.com/desk", "verify-full", false),
            ("postgres://ana@192.0.2.7/desk", "verify-full", false),
            ("postgres://ana@127.0.0.1/desk", "prefer", false),
            ("postgres://ana@[::1]/desk", "prefer", false),
            ("postgres://ana@localhost/desk?host=/run/postgresql", "prefer", false),
            ("postgres://ana@db.example.com/desk?sslmode=require", "require", true),
            ("postgres://ana@localhost/desk?sslmode=disable", "disable", false),
        ] {
            let url = PostgresUrl::parse(text).unwrap();
            assert_eq!((url.sslmode(), url.is_exposed()), (sslmode, exposed), "{text}");
        }
    }

    #[test]
    fn a_wrong_address_is_refused_in_words_without_its_password() {
        for (text, words) in [
            ("postgres://ana:hunter2@h/desk?schemas=x", "`schemas` is not one of"),
            ("postgres://ana:hunter2@h/desk?schema=We%22st", "a schema is named by"),
            ("postgres://ana:hunter2@h/desk?schema=pg_x", "a schema is named by"),
            ("postgres://ana:hunter2@h/desk?sslmode=hunter2", "verify-full"),
            ("postgres://ana:hunter2@h/", "names no database"),
            ("postgres://ana:hunter2@h:99999/desk", "invalid port"),
        ] {
            let error = PostgresUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}

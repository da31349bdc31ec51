//! Where a PostgreSQL store is: `postgres://USER@HOST:PORT/DATABASE?schema=NAME`.

use std::fmt;

use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::store::StoreError;

/// The schema of the only team in a database.
pub const DEFAULT_SCHEMA: &str = "cloverwatch";
/// `schema` is ours, the others are those of libpq.
const OPTIONS: [&str; 6] = ["schema", "sslmode", "sslrootcert", "sslcert", "sslkey", "host"];
/// Short enough for the name of a channel that begins with ours.
const LONGEST_SCHEMA: usize = 40;

#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) options: PgConnectOptions,
    schema: String,
    place: String,
}

impl PostgresUrl {
    /// Reads an address. A password may stand in it, in `PGPASSWORD`, or in the file that `PGPASSFILE` names.
    ///
    /// # Errors
    /// In words, without anything that may be a password.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::Database {
            place: "the address of the store".to_owned(),
            what,
            advice: "It is written postgres://USER@HOST:5432/DATABASE?sslmode=verify-full&schema=cloverwatch"
                .to_owned(),
        };
        let mut url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
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
        let options: PgConnectOptions = url.as_str().parse().map_err(|_| {
            wrong("a part of it cannot be read (sslmode: disable, prefer, require, verify-ca, verify-full)".to_owned())
        })?;
        if options.get_database().is_none() {
            return Err(wrong("it names no database".to_owned()));
        }
        let options = options.application_name("cloverwatch");
        let place = place(&options, &schema);
        Ok(Self { options, schema, place })
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
        assert!(!format!("{url:?}").contains("hunter2"));
        assert_eq!((url.channel().as_str(), url.schema()), ("cloverwatch_west", "west"));
        let socket = PostgresUrl::parse("postgres://ana@localhost/desk?host=/run/postgresql").unwrap();
        assert_eq!(socket.to_string(), "PostgreSQL /run/postgresql, database desk");
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

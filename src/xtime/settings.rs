//! What the platform client must be told, and what can be wrong with it before the first request.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::domain::classification::{ClassificationRule, default_rules};

/// Hosts, paths, header names and limits of the platform, with the public defaults. `Debug` prints no secret.
#[derive(Debug, Clone)]
pub struct PlatformSettings {
    /// Where the calls go; the paths below are appended to it.
    pub base_url: String,
    /// Where a token is fetched.
    pub token_url: String,
    /// The client's name at the token call (HTTP Basic).
    pub client_id: String,
    /// The client's secret at the token call.
    pub client_secret: SecretString,
    /// The key that goes into [`Self::api_key_header`].
    pub api_key: SecretString,
    /// The key that goes into [`Self::developer_key_header`], where one is needed.
    pub developer_key: Option<SecretString>,
    /// Scopes that the token is asked for, in this order; none: the parameter is left out.
    pub scopes: Vec<String>,
    /// The longest that one whole call may take, the body included; real time.
    pub timeout: Duration,
    /// The longest that a connection may take to stand; never longer than `timeout`.
    pub connect_timeout: Duration,
    /// The longest answer that is read, in bytes; a longer one is "could not tell".
    pub max_body: usize,
    /// The longest list that is read, in rows; a longer one is "could not tell".
    pub max_rows: usize,
    /// Connections that are kept open per host: not more than requests are ever under way.
    pub max_in_flight: usize,
    /// More headers for every call to the base, or other values for those that are sent anyway.
    pub headers: Vec<(String, SecretString)>,
    /// How answers are read; the first match wins. See [`crate::domain::classification::with_defaults`].
    pub meanings: Vec<ClassificationRule>,
    pub user_agent: String,
    pub services_path: String,
    pub slots_path: String,
    pub bookings_path: String,
    pub appointments_path: String,
    /// The codes with which the platform says that a time was taken meanwhile, case aside.
    pub slot_taken_codes: Vec<String>,
    pub api_key_header: String,
    pub developer_key_header: String,
    /// The header for our own identifier of a request; empty: none is sent.
    pub correlation_header: String,
    /// Make and model of the vehicle-independent list.
    pub make: String,
    pub model: String,
    /// The model year that is asked for; `None`: the year of the clock.
    pub year: Option<i32>,
    /// The most days between start and end of a query for slots.
    pub max_slot_days: u8,
    /// How long a slot is when the answer does not say, in minutes.
    pub default_slot_minutes: u32,
    /// How long before its end a token is renewed; at most half of its life.
    pub renew_before: Duration,
    /// The budget that every request leaves within, the token's too; `None`: whoever asks keeps to one.
    pub requests_per_second: Option<u32>,
    /// The longest pause that the platform may ask for.
    pub max_retry_after: Duration,
    /// Whether plain http may go further than this machine. Secrets would travel in the open.
    pub allow_plain_http: bool,
    /// Certificates beside those of the machine.
    pub tls: TlsFiles,
}

/// Files of certificates (PEM), read when the client is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Authorities that count beside those of the machine.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, for a server that wants one; with its key, unless that has a file of its own.
    pub client_certificate: Option<PathBuf>,
    /// The key of our own certificate.
    pub client_key: Option<PathBuf>,
}

impl Default for PlatformSettings {
    fn default() -> Self {
        Self {
            base_url: "https://sandbox.api.coxautoinc.com/xtime/service".to_owned(),
            token_url: "https://auth.coxautoinc.com/token".to_owned(),
            client_id: String::new(),
            client_secret: SecretString::default(),
            api_key: SecretString::default(),
            developer_key: None,
            scopes: ["cai.scheduling.appointments.read", "cai.scheduling.appointments.write"].map(String::from).into(),
            timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            max_body: 1 << 20,
            max_rows: 10_000,
            max_in_flight: 4,
            headers: Vec::new(),
            meanings: default_rules(),
            user_agent: concat!("cloverwatch/", env!("CARGO_PKG_VERSION")).to_owned(),
            services_path: "/services".to_owned(),
            slots_path: "/appointments-availabilities".to_owned(),
            bookings_path: "/appointments-bookings".to_owned(),
            appointments_path: "/appointments".to_owned(),
            slot_taken_codes: vec!["x-001009".to_owned()],
            api_key_header: "x-api-key".to_owned(),
            developer_key_header: "developerKey".to_owned(),
            correlation_header: "X-CoxAuto-Correlation-Id".to_owned(),
            make: "OTHER".to_owned(),
            model: "OTHER".to_owned(),
            year: None,
            max_slot_days: 6,
            default_slot_minutes: 15,
            renew_before: Duration::from_secs(600),
            requests_per_second: None,
            max_retry_after: Duration::from_secs(900),
            allow_plain_http: false,
            tls: TlsFiles::default(),
        }
    }
}

/// What is wrong with settings of the platform or of a code source. Never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// A setting without which nothing can be asked.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A setting whose value cannot be used.
    #[error("`{field}`: {why}")]
    Bad {
        /// Its name in the configuration, below the section.
        field: String,
        why: String,
    },
    /// The HTTP client cannot be made: no certificates on this machine, for one.
    #[error("no HTTP client: {0}")]
    Client(String),
}

impl SetupError {
    pub(super) fn bad(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Bad { field: field.into(), why: why.into() }
    }
}

/// Reads an address and refuses what would show secrets to others: plain http beyond this machine (unless allowed),
/// a name or password inside, other schemes.
pub(super) fn address(field: &str, text: &str, allow_plain_http: bool) -> Result<Url, SetupError> {
    let bad = |why: &str| SetupError::bad(field, why);
    let url = Url::parse(text.trim()).map_err(|error| bad(&format!("not an address: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("a name or password in an address ends in logs; use the settings made for it"));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => return Err(bad("plain http would show our keys to the network; use https")),
        _ => return Err(bad("only https (and http on this machine) can be used")),
    }
    if url.host().is_none() {
        return Err(bad("an address without a host"));
    }
    Ok(url)
}

/// Whether an address stays on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host().is_some_and(|host| crate::tls::is_loopback(&host))
}

/// A base and a path below it. The base may have a path of its own, but no query.
pub(super) fn below(base: &Url, path: &str) -> Result<Url, SetupError> {
    if base.query().is_some() || base.fragment().is_some() {
        return Err(SetupError::bad("base_url", "it ends in a query or fragment, so that no path can follow"));
    }
    let joined = format!("{}/{}", base.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
    let url = Url::parse(&joined).map_err(|error| SetupError::bad("base_url", format!("with its path: {error}")))?;
    if url.origin() == base.origin() {
        Ok(url)
    } else {
        Err(SetupError::bad("base_url", "its path leads to another host"))
    }
}

/// A header name from settings.
pub(super) fn header_name(field: &str, name: &str) -> Result<HeaderName, SetupError> {
    name.trim().parse().map_err(|_| SetupError::bad(field, "not a header name"))
}

/// A header value that is never printed.
pub(super) fn secret_value(field: &str, value: &SecretString) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::from_str(value.expose_secret().trim())
        .map_err(|_| SetupError::bad(field, "it has characters that no header can carry (a line end?)"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_show_secrets_are_refused() {
        for good in ["https://example.com/x", "http://127.0.0.1:8080", "http://[::1]:1/", "http://localhost/a"] {
            assert!(address("base_url", good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com",
            "http://example.localhost",
            "https://me:pw@example.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "example.com",
            "",
            "data:x",
        ] {
            assert!(address("base_url", bad, false).is_err(), "{bad}");
        }
        assert!(address("base_url", "http://example.com", true).is_ok());
    }

    #[test]
    fn paths_are_appended() {
        let join = |base: &str, path: &str| below(&Url::parse(base).unwrap(), path).map(|url| url.to_string());
        assert_eq!(join("https://example.com/a/b/", "/services").unwrap(), "https://example.com/a/b/services");
        assert_eq!(join("https://example.com", "services").unwrap(), "https://example.com/services");
        assert!(join("https://example.com/?x=1", "/services").is_err());
    }
}

//! One request over HTTP and its answer, whole or not: time-outs, bounded bodies, no redirects, no retries. What the bytes mean is
//! decided elsewhere.

use std::error::Error;
use std::io;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Client, Identity, Method, RequestBuilder, Response, redirect, retry};
use url::Url;

use super::proxy::Proxy;
use super::{SetupError, TlsFiles};
use crate::clock::SharedClock;
use crate::domain::Budget;
use crate::domain::text::one_line;

/// How long "too many requests" asks us to wait when it does not say: limits are by the second.
const RETRY_AFTER_UNSAID: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(super) struct ConnectionSettings {
    pub timeout: Duration,
    pub connect_timeout: Duration,
    pub max_body: usize,
    pub max_idle: usize,
    pub user_agent: String,
    pub max_retry_after: Duration,
    /// The budget that every request leaves within; `None`: whoever asks keeps to one.
    pub requests_per_second: Option<u32>,
    /// The header for our identifier of a request.
    pub correlation: Option<HeaderName>,
    /// Every address is on this machine: no proxy is asked.
    pub local: bool,
    /// Every address is plain http: this machine's certificates are not needed (a bare container has none).
    pub plain: bool,
    /// Certificates beside those of the machine.
    pub tls: TlsFiles,
}

/// What an answer says beside its body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ResponseMeta {
    /// Leave us alone for so long.
    pub retry_after: Option<Duration>,
    pub clock_skew: Option<TimeDelta>,
}

/// A body as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ResponseBody {
    Whole(Vec<u8>),
    /// Longer than allowed; the rest was not read.
    TooLong,
    Broken(String),
}

/// An answer: at least its status came.
#[derive(Debug)]
pub(super) struct RawResponse {
    pub status: u16,
    pub body: ResponseBody,
    pub meta: ResponseMeta,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoResponse {
    /// In words, without address or secret.
    pub why: String,
    /// Whether any of the request may have left this machine. `false` only when that is sure: no connection ever stood.
    pub sent: bool,
}

pub(super) struct PlatformConnection {
    pub client: Client,
    /// One that keeps no connections: made when a kept one was closed under a read.
    fresh: OnceLock<Option<Client>>,
    settings: ConnectionSettings,
    budget: Option<Mutex<Budget>>,
    clock: SharedClock,
}

impl std::fmt::Debug for PlatformConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlatformConnection").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl PlatformConnection {
    pub(super) fn new(settings: ConnectionSettings, clock: SharedClock) -> Result<Self, SetupError> {
        crate::tls::install_crypto();
        let client = client(&settings, settings.max_idle.max(1))?;
        let budget = settings.requests_per_second.map(|rate| Mutex::new(Budget::per_second(rate, clock.resolution())));
        Ok(Self { client, fresh: OnceLock::new(), settings, budget, clock })
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// The proxy through which an address is reached.
    pub(super) fn proxy(&self, url: &Url) -> Option<Proxy> {
        Proxy::before(url).filter(|_| !self.settings.local)
    }

    /// The header that [`Self::send`] adds.
    pub(super) fn correlation(&self) -> Option<&HeaderName> {
        self.settings.correlation.as_ref()
    }

    /// Sends a request once. `Err`: no answer came. `what` names the request in the log.
    pub(super) async fn send(&self, what: &str, request: RequestBuilder) -> Result<RawResponse, NoResponse> {
        let id = correlation_id();
        let request = match (&self.settings.correlation, HeaderValue::from_str(&id)) {
            (Some(name), Ok(value)) => request.header(name, value),
            _ => request,
        };
        self.wait_for_budget().await;
        let clock = self.clock();
        let began = clock.elapsed();
        let mut response = match self.send_request(request).await {
            Ok(response) => response,
            Err(error) => {
                let why = match error.url().and_then(|url| self.proxy(url)) {
                    Some(proxy) if error.is_connect() => self.explain_through_proxy(&proxy, &error),
                    _ => self.explain(&error),
                };
                let sent = !error.is_connect() && !error.is_builder();
                tracing::debug!(request = what, correlation = %id, %why, sent, "no answer");
                return Err(NoResponse { why, sent });
            }
        };
        let status = response.status().as_u16();
        let meta = self.meta(status, response.headers());
        let body = self.body(&mut response).await;
        let took = clock.elapsed().saturating_sub(began);
        tracing::debug!(request = what, correlation = %id, status, ms = took.as_millis() as u64, "answered");
        Ok(RawResponse { status, body, meta })
    }

    /// Sends a request; a read whose connection was closed before an answer came is asked once more, on a connection of its own: a server
    /// may close a kept connection at any moment (a limit of requests, a restart), and a read changes nothing.
    async fn send_request(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        let request = request.build()?;
        let again = request.try_clone().filter(|request| request.method() == Method::GET);
        let url = request.url().clone();
        let failed = |error: reqwest::Error| error.with_url(url.clone());
        let error = match self.client.execute(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let (Some(again), Some(client)) = (again.filter(|_| is_closed(&error)), self.fresh()) else {
            return Err(failed(error));
        };
        tracing::debug!("the connection was closed under a read; it is asked once more on a new one");
        self.wait_for_budget().await;
        client.execute(again).await.map_err(failed)
    }

    fn fresh(&self) -> Option<&Client> {
        self.fresh.get_or_init(|| client(&self.settings, 0).ok()).as_ref()
    }

    /// Waits until the budget has room: a token, or the same question once more, are requests that the engine has not counted.
    async fn wait_for_budget(&self) {
        let Some(budget) = &self.budget else { return };
        let clock = self.clock();
        loop {
            let wait = {
                let (mut budget, now) = (budget.lock(), clock.elapsed());
                let wait = budget.ready_in(now);
                if wait.is_zero() {
                    return budget.spend(now);
                }
                wait
            };
            clock.sleep(wait).await;
        }
    }

    async fn body(&self, response: &mut Response) -> ResponseBody {
        let most = self.settings.max_body;
        let announced = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if announced.and_then(|text| text.trim().parse::<u64>().ok()).is_some_and(|length| length > most as u64) {
            return ResponseBody::TooLong;
        }
        let mut whole = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if chunk.len() > most.saturating_sub(whole.len()) => return ResponseBody::TooLong,
                Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
                Ok(None) => return ResponseBody::Whole(whole),
                Err(error) if error.is_timeout() => {
                    return ResponseBody::Broken(format!(
                        "the answer was not complete within {:?}",
                        self.settings.timeout
                    ));
                }
                Err(_) => return ResponseBody::Broken("the connection broke in the middle of the answer".to_owned()),
            }
        }
    }

    fn meta(&self, status: u16, headers: &HeaderMap) -> ResponseMeta {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let now = self.clock().now();
        let date = text(DATE).and_then(http_date);
        ResponseMeta {
            // The platform's own clock counts for a moment that it names.
            retry_after: text(RETRY_AFTER)
                .and_then(|text| retry_after(text, date.unwrap_or(now), self.settings.max_retry_after))
                .or((status == 429).then_some(RETRY_AFTER_UNSAID)),
            clock_skew: date.map(|date| date - now),
        }
    }

    /// Says what a connection through a proxy failed with: it is the proxy's doing, unless the host behind it was reached.
    fn explain_through_proxy(&self, proxy: &Proxy, error: &reqwest::Error) -> String {
        let place = proxy.place();
        if tls_error(error).is_some() || error.is_timeout() {
            return format!("{} (through the proxy {place})", self.explain(error));
        }
        let refusal = proxy.refusal(&innermost(error));
        refusal.unwrap_or_else(|| format!("no way through the proxy {place}: {}", self.explain(error)))
    }

    /// Asks the proxy before an address for its status. It is a request of its own, outside the budget: for `doctor`.
    pub(super) async fn status_of_proxy(&self, url: &Url) -> Option<String> {
        self.proxy(url)?.refusal_by_status(url, self.settings.connect_timeout.min(self.settings.timeout)).await
    }

    /// Says what went wrong before any answer came.
    fn explain(&self, error: &reqwest::Error) -> String {
        let ConnectionSettings { timeout, connect_timeout, .. } = self.settings;
        if error.is_timeout() {
            return if error.is_connect() {
                format!("no connection within {:?}", connect_timeout.min(timeout))
            } else {
                format!("no answer within {timeout:?}")
            };
        }
        if error.is_dns() {
            return "the host's name could not be resolved".to_owned();
        }
        if let Some(why) = tls_error(error) {
            return format!("no secure connection: {why}");
        }
        let kind = io_kind(error);
        if error.is_connect() {
            return format!("no connection: {}", kind.map_or_else(|| innermost(error), |kind| kind.to_string()));
        }
        if error.is_builder() {
            return format!("the request could not be made: {}", innermost(error));
        }
        match kind {
            Some(kind) => format!("the connection broke before an answer came: {kind}"),
            None => "the connection broke, or what came back was no HTTP".to_owned(),
        }
    }
}

fn client(settings: &ConnectionSettings, idle: usize) -> Result<Client, SetupError> {
    let mut builder = Client::builder()
        .timeout(settings.timeout)
        .connect_timeout(settings.connect_timeout.min(settings.timeout))
        .read_timeout(settings.timeout)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_max_idle_per_host(idle)
        .user_agent(settings.user_agent.as_str());
    if settings.local {
        builder = builder.no_proxy();
    }
    if settings.plain {
        builder = builder.tls_certs_only(std::iter::empty());
    } else {
        let TlsFiles { ca_file, client_certificate, client_key } = &settings.tls;
        if let Some(path) = ca_file {
            let found = crate::tls::authorities(path).map_err(|why| SetupError::bad("ca_file", why))?;
            let read: Result<Vec<_>, _> = found.iter().map(|one| Certificate::from_der(one)).collect();
            builder = builder.tls_certs_merge(read.map_err(|error| SetupError::bad("ca_file", innermost(&error)))?);
        }
        if let Some(path) = client_certificate {
            let pem = crate::tls::identity(path, client_key.as_deref());
            let pem = pem.map_err(|why| SetupError::bad("client_certificate", why))?;
            let identity = Identity::from_pem(&pem);
            builder =
                builder.identity(identity.map_err(|error| SetupError::bad("client_certificate", innermost(&error)))?);
        }
    }
    builder.build().map_err(|error| {
        let missing = crate::tls::missing_targets().into_iter().map(|missing| format!("; {missing}"));
        SetupError::Client(innermost(&error) + &missing.collect::<String>())
    })
}

/// A random identifier (a version 4 UUID).
fn correlation_id() -> String {
    let bits = rand::random::<u128>() & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    let part = |range| hex.get(range).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(text.trim()).ok().map(|at: SystemTime| at.into())
}

/// How long to wait: seconds, or a moment. `None` when it is neither.
fn retry_after(text: &str, now: DateTime<Utc>, most: Duration) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are still a long time.
        return Some(text.parse().map_or(most, Duration::from_secs).min(most));
    }
    let wait = http_date(text)? - now;
    Some(wait.to_std().unwrap_or_default().min(most))
}

/// An error and its causes. An `io::Error` hides what it carries from `source`, so that is asked for by name.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => (*error).source(),
    })
}

fn tls_error(error: &reqwest::Error) -> Option<String> {
    let found = chain(error).find_map(|error| error.downcast_ref::<rustls::Error>())?;
    Some(crate::tls::explain(found, "base_url or token_url"))
}

/// Whether a connection that stood was closed before any part of an answer came.
fn is_closed(error: &reqwest::Error) -> bool {
    let foreign = || chain(error).any(|error| error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse));
    !(error.is_timeout() || error.is_connect() || error.is_builder() || foreign())
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// The deepest cause: the outer ones repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let cause = error.source().and_then(|source| chain(source).last());
    one_line(&cause.map_or_else(|| "unknown".to_owned(), ToString::to_string), 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let hour = Duration::from_secs(3_600);
        let read = |text: &str| retry_after(text, now, hour).map(|wait| wait.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("86400"), Some(3_600));
        assert_eq!(read("99999999999999999999999999"), Some(3_600));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(read("Sunday, 06-Nov-94 08:50:37 GMT"), Some(60));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT"), Some(3_600));
        for text in ["", "soon", "-1", "1.5", "+5", "Sun, 06 Nov 1994"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn correlation_ids_are_random_uuids() {
        let (one, two) = (correlation_id(), correlation_id());
        assert_ne!(one, two);
        assert_eq!((one.len(), one.get(14..15)), (36, Some("4")));
        assert!(matches!(one.get(19..20), Some("8" | "9" | "a" | "b")), "{one}");
    }
}

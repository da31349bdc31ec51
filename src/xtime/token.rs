//! The access token: fetched by one of us for all, kept, renewed before its end, and once when it is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::connection::{PlatformConnection, ResponseBody, ResponseMeta};
use super::gateway::{CODES, first_text};
use super::redact::Redactor;
use super::reply::{PlatformReply, RequestedList};
use super::rule_table::RuleTable;
use crate::clock::SharedClock;
use crate::domain::classification::{BodyShape, classify};
use crate::domain::{Outcome, Timestamp};

/// The shortest and longest life that a token is given, whatever the answer says: the first keeps a wrong answer from becoming a storm
/// of token calls, the second keeps the arithmetic sane.
const LIFE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(7 * 86_400));
/// The life of a token whose answer does not say.
const LIFE_UNSAID: Duration = Duration::from_secs(300);
/// How long an early renewal that failed is not tried again, while the old token still lives; and how young a token must be that replaced a
/// refused one, for another refusal to be believed at once.
const QUIET: Duration = Duration::from_secs(60);

pub(super) struct Token {
    /// The value of `Authorization`; sensitive.
    pub header: HeaderValue,
    /// The token itself: to be hidden from reasons.
    pub secret: SecretString,
    obtained: (Timestamp, Duration),
    life: Duration,
    lead: Duration,
    /// It replaced one that was refused.
    replaced_refused: bool,
    accepted: AtomicBool,
}

impl Token {
    pub(super) fn accept(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    /// How long it lives, from its making.
    pub(super) fn life(&self) -> Duration {
        self.life
    }

    /// Its age by the wall clock or by the monotonic one, whichever is more: suspend stops one, a step back the other.
    fn age(&self, clock: &SharedClock) -> Duration {
        let wall = (clock.now() - self.obtained.0).to_std().unwrap_or_default();
        wall.max(clock.elapsed().saturating_sub(self.obtained.1))
    }
}

/// Why there is no token.
#[derive(Debug, Clone)]
pub(super) struct TokenError {
    pub outcome: Outcome,
    pub reason: String,
    pub unrecognised: bool,
    pub meta: ResponseMeta,
}

type Fetched = Result<Arc<Token>, TokenError>;

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    /// The last fetch that ended.
    last: Option<Fetched>,
    fetches: u64,
    /// No early renewal before this.
    quiet_until: Option<Timestamp>,
}

/// Holds the one token of this process.
pub(super) struct Tokens {
    pub url: Url,
    client_id: String,
    client_secret: SecretString,
    scope: String,
    renew_before: Duration,
    table: RuleTable,
    connection: Arc<PlatformConnection>,
    redactor: Arc<Redactor>,
    state: Mutex<State>,
    /// Held by the one who fetches.
    flight: tokio::sync::Mutex<()>,
}

impl Tokens {
    pub(super) fn new(
        settings: &super::PlatformSettings,
        table: RuleTable,
        url: Url,
        connection: Arc<PlatformConnection>,
        redactor: Arc<Redactor>,
    ) -> Self {
        Self {
            url,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            scope: settings.scopes.join(" "),
            renew_before: settings.renew_before,
            table,
            connection,
            redactor,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
        }
    }

    /// How the platform calls the kind of its tokens, as far as we have seen one.
    pub(super) fn kind(&self) -> String {
        let state = self.state.lock();
        let header = state.current.as_ref().and_then(|token| token.header.to_str().ok());
        header.and_then(|header| header.split(' ').next()).unwrap_or("Bearer").to_owned()
    }

    /// The token to use now. Whoever finds it old renews it while the others go on with it; whoever finds none waits for the one who fetches.
    pub(super) async fn get(&self) -> Fetched {
        let clock = self.connection.clock();
        let (current, seen, quiet_until) = {
            let state = self.state.lock();
            (state.current.clone(), state.fetches, state.quiet_until)
        };
        if let Some(token) = current {
            let age = token.age(clock);
            let quiet = quiet_until.is_some_and(|until| clock.now() < until);
            if age < token.life.saturating_sub(token.lead) || age < token.life && quiet {
                return Ok(token);
            }
            if age < token.life {
                return Ok(self.renewed(token, seen).await);
            }
        }
        self.fetch_for_all(seen, false).await
    }

    /// Renews a token that still lives, unless somebody else does or just did; when that fails, the old one has to do.
    async fn renewed(&self, old: Arc<Token>, seen: u64) -> Arc<Token> {
        let Ok(_flight) = self.flight.try_lock() else { return old };
        let newer = {
            let state = self.state.lock();
            state.current.clone().filter(|_| state.fetches != seen)
        };
        if let Some(newer) = newer {
            return newer;
        }
        match self.fetch(false).await {
            Ok(newer) => newer,
            Err(failure) => {
                tracing::warn!(why = %failure.reason, "the token could not be renewed early; the old one still lives");
                self.state.lock().quiet_until = self.connection.clock().now().checked_add_signed(in_chrono(QUIET));
                old
            }
        }
    }

    /// Another token than the one that the platform just refused; `None` when another would not help: this one was itself fetched a moment
    /// ago because its predecessor was refused.
    pub(super) async fn instead_of(&self, refused: &Arc<Token>) -> Option<Fetched> {
        let (current, seen) = {
            let mut state = self.state.lock();
            let current = state.current.clone();
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
                let hopeless = refused.replaced_refused && !refused.accepted.load(Ordering::Relaxed);
                if hopeless && refused.age(self.connection.clock()) < QUIET {
                    return None;
                }
                state.current = None;
                (None, state.fetches)
            } else {
                (current, state.fetches)
            }
        };
        match current {
            Some(newer) => Some(Ok(newer)),
            None => Some(self.fetch_for_all(seen, true).await),
        }
    }

    /// Waits for its turn; when a fetch ended meanwhile, its result is ours too.
    async fn fetch_for_all(&self, seen: u64, replaces_refused: bool) -> Fetched {
        let _flight = self.flight.lock().await;
        let shared = {
            let state = self.state.lock();
            state.last.clone().filter(|_| state.fetches != seen)
        };
        match shared {
            Some(fetched) => fetched,
            None => self.fetch(replaces_refused).await,
        }
    }

    /// Fetches a token and keeps it. The caller holds the flight.
    async fn fetch(&self, replaced_refused: bool) -> Fetched {
        let fetched = self.call(replaced_refused).await.map(Arc::new);
        let mut state = self.state.lock();
        state.fetches += 1;
        state.last = Some(fetched.clone());
        if let Ok(token) = &fetched {
            state.current = Some(Arc::clone(token));
            state.quiet_until = None;
        }
        fetched
    }

    async fn call(&self, replaced_refused: bool) -> Result<Token, TokenError> {
        let clock = self.connection.clock();
        // From before the call, so that a slow one does not lengthen the token's life.
        let obtained = (clock.now(), clock.elapsed());
        let mut form = vec![("grant_type", "client_credentials")];
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let client = &self.connection.client;
        let request = client
            .post(self.url.clone())
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .header(reqwest::header::ACCEPT, "application/json")
            .form(&form);
        let unknown = |reason: &str, meta| TokenError {
            outcome: Outcome::Unknown,
            reason: self.redactor.line(&format!("no token: {reason}")),
            unrecognised: false,
            meta,
        };
        let raw =
            self.connection.send("token", request).await.map_err(|none| unknown(&none.why, ResponseMeta::default()))?;
        let body = match raw.body {
            ResponseBody::Whole(body) => body,
            ResponseBody::TooLong => return Err(unknown("the answer is too long", raw.meta)),
            ResponseBody::Broken(why) => return Err(unknown(&why, raw.meta)),
        };
        if !(200..=299).contains(&raw.status) {
            return Err(self.refusal(raw.status, &body, raw.meta));
        }
        let (header, secret, life) = parse(&body).map_err(|why| unknown(why, raw.meta))?;
        let life = life.clamp(LIFE.0, LIFE.1);
        Ok(Token {
            header,
            secret,
            obtained,
            life,
            // Half of a short life, so that a short-lived token is not renewed at once, and again, and again.
            lead: self.renew_before.min(life / 2),
            replaced_refused,
            accepted: AtomicBool::new(false),
        })
    }

    /// Reads a refused token call. A 401 or 403 is about us, and so is a 400 that says which part of ours is wrong; a
    /// spent quota and whatever fails are not.
    fn refusal(&self, status: u16, body: &[u8], meta: ResponseMeta) -> TokenError {
        let reply = PlatformReply::read(status, body, RequestedList::Services, 0);
        let says = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let code = first_text(&says, &["/error"]).or_else(|| first_text(&says, CODES));
        let classification = classify(&self.table.now(), &reply.details());
        let busy = classification.outcome == Outcome::Unknown && !classification.unrecognised;
        let ours = !busy
            && reply.shape != BodyShape::Html
            && match status {
                401 | 403 => true,
                400 => says.get("error").is_some_and(Value::is_string),
                _ => false,
            };
        let words = [code, reply.message].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let outcome = if ours { Outcome::OurCredentials } else { Outcome::Unknown };
        let reason = match (ours, words.is_empty()) {
            (true, true) => format!("our token request was refused with status {status}"),
            (true, false) => format!("our token request was refused with status {status}: {words}"),
            (false, true) => format!("no token: status {status}"),
            (false, false) => format!("no token: status {status}: {words}"),
        };
        let unrecognised = !ours && classification.unrecognised;
        TokenError { outcome, reason: self.redactor.line(&reason), unrecognised, meta }
    }
}

/// A length in chrono's terms; its longest when it does not fit.
fn in_chrono(length: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(length).unwrap_or(chrono::TimeDelta::MAX)
}

/// Reads the answer of a token call: what stands in a header, the token itself, and how long it lives.
fn parse(body: &[u8]) -> Result<(HeaderValue, SecretString, Duration), &'static str> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| "the answer is no JSON")?;
    let token = answer.get("access_token").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if token.is_empty() {
        return Err("the answer holds no access_token");
    }
    let kind = answer.get("token_type").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let kind = if !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        kind
    } else {
        "Bearer"
    };
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) || token.len() > 16_384 {
        return Err("the access_token has characters that no header can carry");
    }
    let mut header = HeaderValue::from_str(&format!("{kind} {token}")).map_err(|_| "the access_token is unusable")?;
    header.set_sensitive(true);
    let life = match answer.get("expires_in") {
        None | Some(Value::Null) => LIFE_UNSAID,
        Some(Value::Number(number)) => seconds(number.as_f64().unwrap_or_default()),
        Some(Value::String(text)) => seconds(text.trim().parse().unwrap_or_default()),
        Some(_) => LIFE_UNSAID,
    };
    Ok((header, SecretString::from(token), life))
}

/// Never panics: what is no usable number is nothing or very long.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number.max(0.0)).unwrap_or(LIFE.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_the_token_call() {
        let good = parse(br#"{"access_token":"abc","token_type":"Bearer","expires_in":86400}"#).unwrap();
        let (header, _, life) = &good;
        assert_eq!((header.to_str().unwrap(), life.as_secs()), ("Bearer abc", 86_400));
        assert!(header.is_sensitive());
        for (text, life) in
            [("\"3600\"", 3_600), ("-5", 0), ("1e300", 604_800), ("\"x\"", 0), ("null", 300), ("{}", 300), ("0.5", 0)]
        {
            let body = format!(r#"{{"access_token":"abc","token_type":"b\r\nx","expires_in":{text}}}"#);
            let token = parse(body.as_bytes()).unwrap();
            assert_eq!((token.0.to_str().unwrap(), token.2.as_secs()), ("Bearer abc", life), "{text}");
        }
        for bad in ["", "[]", "{}", r#"{"access_token":7}"#, r#"{"access_token":" "}"#, r#"{"access_token":"a\nb"}"#] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}

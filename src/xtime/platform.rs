//! The platform over HTTP: its calls, with the token, as [`Platform`] promises them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{Datelike, Days, NaiveDate};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::connection::{ConnectionSettings, PlatformConnection, RawResponse, ResponseBody, ResponseMeta};
use super::redact::{Redactor, percent};
use super::reply::{PlatformReply, ReplyList, RequestedList};
use super::rule_table::RuleTable;
use super::settings::{address, below, header_name, is_loopback, secret_value};
use super::token::{Token, TokenError, Tokens};
use super::{AttemptReport, BookingOutcome, Platform, PlatformSettings, SetupError};
use crate::clock::SharedClock;
use crate::domain::classification::{BodyShape, Classification, ClassificationRule, TeachError, classify, row_for};
use crate::domain::{Appointment, Booking, Environment, Outcome, ProbeResult, ResponseFacts, Slot};
use crate::protocol::RequestPreview;

/// The longest dealerCode and opcode that are sent, in bytes.
const LONGEST_VALUE: usize = 512;

/// The real platform. One per process: it holds the one token.
///
/// It never retries (but for the one renewal of a refused token, and a read whose connection was closed under it), follows no redirect and reads bounded answers. `Debug` prints no secret.
pub struct HttpPlatform {
    pub(super) settings: PlatformSettings,
    pub(super) services: Url,
    slots: Url,
    pub(super) bookings: Url,
    appointments: Url,
    pub(super) headers: HeaderMap,
    pub(super) tokens: Tokens,
    pub(super) connection: Arc<PlatformConnection>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) table: RuleTable,
}

impl std::fmt::Debug for HttpPlatform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpPlatform").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// One read: what came back, and what it means.
struct ReadResult {
    reply: Option<PlatformReply>,
    classification: Classification,
    reason: String,
    meta: ResponseMeta,
    /// The answer, when it was read and was no plain yes.
    facts: Option<ResponseFacts>,
}

impl HttpPlatform {
    /// Checks the settings and makes the client; sends nothing.
    pub fn new(settings: PlatformSettings, clock: SharedClock) -> Result<Self, SetupError> {
        if settings.client_id.trim().is_empty() {
            return Err(SetupError::Missing("client_id"));
        }
        if settings.client_secret.expose_secret().is_empty() {
            return Err(SetupError::Missing("client_secret"));
        }
        if settings.timeout.is_zero() {
            return Err(SetupError::bad("timeout", "no answer comes in no time"));
        }
        let base = address("base_url", &settings.base_url, settings.allow_plain_http)?;
        let token_url = address("token_url", &settings.token_url, settings.allow_plain_http)?;
        let services = below(&base, &settings.services_path)?;
        let slots = below(&base, &settings.slots_path)?;
        let bookings = below(&base, &settings.bookings_path)?;
        let appointments = below(&base, &settings.appointments_path)?;
        let headers = headers(&settings)?;
        let correlation = match settings.correlation_header.trim() {
            "" => None,
            name => Some(header_name("correlation_header", name)?),
        };
        let connection = Arc::new(PlatformConnection::new(
            ConnectionSettings {
                timeout: settings.timeout,
                connect_timeout: settings.connect_timeout,
                max_body: settings.max_body,
                max_idle: settings.max_in_flight,
                user_agent: settings.user_agent.clone(),
                max_retry_after: settings.max_retry_after,
                requests_per_second: settings.requests_per_second,
                correlation,
                local: is_loopback(&base) || is_loopback(&token_url),
                plain: base.scheme() == "http" && token_url.scheme() == "http",
                tls: settings.tls.clone(),
            },
            clock,
        )?);
        let extra = settings.headers.iter().map(|(_, value)| value.clone());
        let known =
            [Some(settings.client_secret.clone()), Some(settings.api_key.clone()), settings.developer_key.clone()];
        let redactor = Arc::new(Redactor::new(known.into_iter().flatten().chain(extra)));
        let table = RuleTable::new(settings.meanings.clone());
        let tokens = Tokens::new(&settings, table.clone(), token_url, Arc::clone(&connection), Arc::clone(&redactor));
        Ok(Self { settings, services, slots, bookings, appointments, headers, tokens, connection, redactor, table })
    }

    /// The vehicle that every question is asked for.
    pub(super) fn vehicle(&self) -> [(&'static str, String); 3] {
        let PlatformSettings { make, model, year, .. } = &self.settings;
        let year = year.unwrap_or_else(|| self.connection.clock().now().year());
        [("year", year.to_string()), ("make", make.clone()), ("model", model.clone())]
    }

    /// One read with the token, and once more with another token when this one is refused.
    async fn read(&self, url: &Url, query: &[(&str, String)], wanted: RequestedList) -> ReadResult {
        let url = with_query(url, query);
        let mut token = match self.tokens.get().await {
            Ok(token) => token,
            Err(failure) => return without_token(failure),
        };
        let mut renewed = false;
        loop {
            let response = self.ask(&url, &token, wanted).await;
            let Some(status) = response.reply.as_ref().map(|reply| reply.status) else { return response };
            // A 401 whose code or message is about the dealership is an answer, not a refusal of the token.
            if status != 401
                || response.classification.outcome == Outcome::NotConnected && response.classification.by_words
            {
                token.accept();
                return response;
            }
            if renewed {
                return response;
            }
            match self.tokens.instead_of(&token).await {
                Some(Ok(newer)) => (token, renewed) = (newer, true),
                Some(Err(failure)) => return without_token(failure),
                None => return response,
            }
        }
    }

    async fn ask(&self, url: &Url, token: &Arc<Token>, wanted: RequestedList) -> ReadResult {
        let request = self.connection.client.get(url.clone()).headers(self.headers.clone());
        let request = request.header(AUTHORIZATION, token.header.clone());
        match self.connection.send(wanted.name(), request).await {
            Err(none) => cannot_tell(self.redactor.line(&none.why), ResponseMeta::default()),
            Ok(RawResponse { status, body, meta }) => match body {
                ResponseBody::TooLong => {
                    cannot_tell(format!("status {status}: the answer is too long to be read"), meta)
                }
                ResponseBody::Broken(why) => cannot_tell(format!("status {status}: {why}"), meta),
                ResponseBody::Whole(body) => {
                    let reply = PlatformReply::read(status, &body, wanted, self.settings.max_rows);
                    let classification = classify(&self.table.now(), &reply.details());
                    if let Some(row) = classification.row {
                        let means = classification.outcome;
                        tracing::debug!(target: "cloverwatch::meanings", status, %means, "read by row {} of the meanings", row + 1);
                    }
                    let said = reason(&reply, classification, wanted, self.settings.max_rows);
                    let secret = [token.secret.expose_secret()];
                    let reason = self.redactor.line_hiding(&said, &secret);
                    let hidden = |text: &String| self.redactor.hide(text, &secret).into_boxed_str();
                    let plain_yes = classification.outcome == Outcome::Connected && classification.row.is_none();
                    let facts = (reply.shape == BodyShape::Object && !plain_yes).then(|| ResponseFacts {
                        status,
                        code: reply.code.as_ref().map(hidden),
                        message: reply.message.as_ref().map(hidden),
                    });
                    ReadResult { reply: Some(reply), classification, reason, meta, facts }
                }
            },
        }
    }
}

impl<T> AttemptReport<T> {
    pub(super) fn new(value: T, meta: ResponseMeta, healthy: bool) -> Self {
        Self { value, retry_after: meta.retry_after, clock_skew: meta.clock_skew, healthy }
    }
}

#[async_trait]
impl Platform for HttpPlatform {
    fn environment(&self) -> Environment {
        Environment::of_address(&self.settings.base_url)
    }

    async fn probe(&self, dealer_code: &str) -> AttemptReport<ProbeResult> {
        let began_at = self.connection.clock().now();
        let response = match checked("dealerCode", dealer_code) {
            Err(why) => not_asked(why),
            Ok(dealer) => {
                let query = [vec![("dealerCode", dealer)], self.vehicle().to_vec()].concat();
                self.read(&self.services, &query, RequestedList::Services).await
            }
        };
        let outcome = response.classification.outcome;
        let services = response.reply.filter(|_| outcome == Outcome::Connected).and_then(|reply| reply.services);
        let ended_at = self.connection.clock().now();
        let unrecognised = response.classification.unrecognised;
        let result = ProbeResult {
            began_at,
            ended_at,
            outcome,
            reason: response.reason,
            unrecognised,
            answer: response.facts,
            services,
        };
        AttemptReport::new(result, response.meta, response.classification.healthy)
    }

    async fn slots(
        &self,
        dealer_code: &str,
        opcode: &str,
        start: NaiveDate,
        days: u8,
    ) -> AttemptReport<Result<Vec<Slot>, String>> {
        let days = days.min(self.settings.max_slot_days);
        let checked = checked("dealerCode", dealer_code).and_then(|dealer| {
            let end = start.checked_add_days(Days::new(days.into())).ok_or("there is no such day")?;
            Ok((dealer, checked("opcode", opcode)?, end))
        });
        let response = match checked {
            Err(why) => not_asked(why),
            Ok((dealer, opcode, end)) => {
                let day = |date: NaiveDate| date.format("%Y-%m-%d").to_string();
                let asked = vec![("dealerCode", dealer), ("start", day(start)), ("end", day(end)), ("opcode", opcode)];
                let query = [asked, self.vehicle().to_vec()].concat();
                self.read(&self.slots, &query, RequestedList::Slots).await
            }
        };
        let connected = response.classification.outcome == Outcome::Connected;
        let found =
            response.reply.filter(|_| connected).and_then(|reply| reply.slots(self.settings.default_slot_minutes));
        let unread = "the list of slots could not be read";
        let value = found.ok_or_else(|| if connected { unread.to_owned() } else { response.reason });
        AttemptReport::new(value, response.meta, response.classification.healthy)
    }

    async fn book(&self, dealer_code: &str, booking: &Booking) -> AttemptReport<BookingOutcome> {
        self.send_booking(dealer_code, booking).await
    }

    async fn appointments(&self, dealer_code: &str, vin: &str) -> AttemptReport<Result<Vec<Appointment>, String>> {
        let checked = checked("dealerCode", dealer_code).and_then(|dealer| Ok((dealer, checked("VIN", vin)?)));
        let response = match checked {
            Err(why) => not_asked(why),
            Ok((dealer, vin)) => {
                self.read(&self.appointments, &[("dealerCode", dealer), ("vin", vin)], RequestedList::Appointments)
                    .await
            }
        };
        let connected = response.classification.outcome == Outcome::Connected;
        let found = response.reply.filter(|_| connected).and_then(|reply| reply.appointments());
        let unsure = "the list of appointments could not be read as a whole, so nothing is missing from it for sure";
        let value = found.ok_or_else(|| if connected { unsure.to_owned() } else { response.reason });
        AttemptReport::new(value, response.meta, response.classification.healthy)
    }

    fn row_for(
        &self,
        answer: &ResponseFacts,
        dealer_code: &str,
        means: Outcome,
    ) -> Result<ClassificationRule, TeachError> {
        row_for(&self.table.now(), answer, dealer_code, means)
    }

    fn learn(&self, row: ClassificationRule) {
        self.table.learn(row);
    }

    fn preview(&self, dealer_code: &str, booking: &Booking) -> Result<RequestPreview, String> {
        self.show_booking(dealer_code, booking)
    }
}

/// An address with a query of these names and values.
pub(super) fn with_query(url: &Url, query: &[(&str, String)]) -> Url {
    let mut url = url.clone();
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    url.set_query(Some(&pairs.join("&")));
    url
}

/// The headers of every call to the base.
fn headers(settings: &PlatformSettings) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut set = |field: &str, name: &str, value: &SecretString| {
        if !value.expose_secret().is_empty() {
            headers.insert(header_name(field, name)?, secret_value(field, value)?);
        }
        Ok(())
    };
    set("api_key", &settings.api_key_header, &settings.api_key)?;
    if let Some(key) = &settings.developer_key {
        set("developer_key", &settings.developer_key_header, key)?;
    }
    for (name, value) in &settings.headers {
        set("headers", name, value)?;
    }
    headers.remove(AUTHORIZATION);
    Ok(headers)
}

/// A value that may be sent.
pub(super) fn checked(what: &str, value: &str) -> Result<String, String> {
    if value.trim().is_empty() {
        Err(format!("the {what} is empty: nothing was asked"))
    } else if value.len() > LONGEST_VALUE {
        Err(format!("the {what} is too long: nothing was asked"))
    } else {
        Ok(value.to_owned())
    }
}

fn without_token(failure: TokenError) -> ReadResult {
    let TokenError { outcome, reason, unrecognised, meta } = failure;
    ReadResult {
        reply: None,
        classification: Classification { outcome, healthy: false, ..Classification::unknown(unrecognised) },
        reason,
        meta,
        facts: None,
    }
}

fn cannot_tell(reason: String, meta: ResponseMeta) -> ReadResult {
    ReadResult { reply: None, classification: Classification::unknown(false), reason, meta, facts: None }
}

/// We hold something that cannot be asked for; the platform is not to blame.
fn not_asked(reason: String) -> ReadResult {
    ReadResult {
        reply: None,
        classification: Classification::unknown(true),
        reason,
        meta: ResponseMeta::default(),
        facts: None,
    }
}

/// Says what came back. The same response always gives the same text.
fn reason(reply: &PlatformReply, classification: Classification, wanted: RequestedList, max_rows: usize) -> String {
    let status = reply.status;
    let name = wanted.name();
    if classification.outcome == Outcome::Connected && classification.row.is_none() {
        return match &reply.list {
            ReplyList::Rows(rows) if !rows.is_empty() => format!("Xtime answered with {} {name}", rows.len()),
            _ => format!("Xtime answered with an empty list of {name}"),
        };
    }
    if status == 401 && classification.outcome == Outcome::OurCredentials {
        return format!("our token was refused (status 401){}", said(reply));
    }
    match reply.shape {
        BodyShape::Html => return format!("status {status}: a web page came instead of JSON"),
        BodyShape::Other => return format!("status {status}: what came is no JSON object"),
        BodyShape::Empty if status < 300 => return format!("status {status}: an empty answer"),
        BodyShape::Empty | BodyShape::Object => {}
    }
    if (300..=399).contains(&status) {
        return format!("status {status}: a redirect, which is not followed");
    }
    match (classification.row, &reply.list) {
        (Some(_), _) => format!("status {status}{}", said(reply)),
        (None, ReplyList::TooLong(_)) => format!("status {status}: a list of more than {max_rows} {name}"),
        (None, ReplyList::Absent) if status == 200 && reply.success == Some(true) => {
            format!("unrecognised answer: status {status}, success, but no list of {name}{}", said(reply))
        }
        (None, ReplyList::Odd) if status == 200 && reply.success == Some(true) => {
            format!(
                "unrecognised answer: status {status}, success, but a list of {name} that cannot be read{}",
                said(reply)
            )
        }
        (None, ReplyList::Rows(_) | ReplyList::Null) if reply.success != Some(false) => {
            let claim = if reply.success.is_none() { "no word of success" } else { "success" };
            format!("unrecognised answer: status {status}, a list of {name} with {claim}{}", said(reply))
        }
        (None, _) if classification.unrecognised => format!("unrecognised answer: status {status}{}", said(reply)),
        (None, _) => format!("status {status}{}", said(reply)),
    }
}

fn said(reply: &PlatformReply) -> String {
    let code = reply.code.as_ref().map(|code| format!(", code {code}")).unwrap_or_default();
    let message = reply.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    code + &message
}

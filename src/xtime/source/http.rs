//! Codes from an HTTP interface of the partner, as a request template of the configuration says.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::parse::{read_code, read_moment};
use super::template::{EscapeContext, RequestTemplates, Values};
use crate::clock::SharedClock;
use crate::domain::{CodeOrigin, Timestamp};
use crate::xtime::connection::{ConnectionSettings, PlatformConnection, RawResponse, ResponseBody};
use crate::xtime::gateway::{MESSAGES, first_text};
use crate::xtime::redact::Redactor;
use crate::xtime::settings::{address, header_name, is_loopback, secret_value};
use crate::xtime::{CodeSource, ObtainedCode, SetupError, SourceError, SourceRequest, TlsFiles};

/// The header that makes a second try of one intent the same request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The value of a header.
#[derive(Debug, Clone)]
pub enum HeaderText {
    /// Sent as it is and never shown.
    Secret(SecretString),
    Template(String),
}

/// The request template (`[invitations.http]`). Templates know `dealer_code`, `dealership`, `name` and `intent`.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// GET, POST, PUT or PATCH.
    pub method: String,
    /// Template of the address. Its host must not depend on what is filled in.
    pub url: String,
    /// Headers. `Content-Type` also says how values in the body are escaped; without it a body is JSON.
    pub headers: Vec<(String, HeaderText)>,
    pub body: Option<String>,
    /// JSON pointer to the code in the answer.
    pub code: String,
    /// JSON pointer to the moment when the code dies (RFC 3339).
    pub expires_at: Option<String>,
    /// JSON pointer to the moment when the code was made (RFC 3339).
    pub generated_at: Option<String>,
    /// The longest that the call may take; real time.
    pub timeout: Duration,
    /// The longest answer that is read, in bytes.
    pub max_body: usize,
    /// The longest pause that the source may ask for.
    pub max_retry_after: Duration,
    pub user_agent: String,
    /// Whether plain http may go further than this machine.
    pub allow_plain_http: bool,
    /// Certificates beside those of the machine.
    pub tls: TlsFiles,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            method: "POST".to_owned(),
            url: String::new(),
            headers: Vec::new(),
            body: None,
            code: "/code".to_owned(),
            expires_at: None,
            generated_at: None,
            timeout: Duration::from_secs(15),
            max_body: 1 << 18,
            max_retry_after: Duration::from_secs(900),
            user_agent: concat!("cloverwatch/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_plain_http: false,
            tls: TlsFiles::default(),
        }
    }
}

/// An HTTP interface as a source of codes. `Debug` prints no secret.
#[derive(Debug)]
pub struct HttpSource {
    settings: HttpSettings,
    method: Method,
    body: EscapeContext,
    templates: RequestTemplates,
    /// An address from a harmless sample: every real one must lead to the same host.
    sample: Url,
    headers: Vec<Header>,
    connection: PlatformConnection,
    redactor: Redactor,
}

/// A header that is ready, or whose template is found under its field.
#[derive(Debug)]
struct Header {
    name: HeaderName,
    value: Option<HeaderValue>,
    field: String,
}

impl HttpSource {
    /// Checks the settings, compiles and tries the templates; sends nothing.
    pub fn new(settings: HttpSettings, clock: SharedClock) -> Result<Self, SetupError> {
        let method = match settings.method.trim().to_ascii_uppercase().as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            _ => return Err(SetupError::bad("method", "use GET, POST, PUT or PATCH")),
        };
        if settings.url.trim().is_empty() {
            return Err(SetupError::Missing("url"));
        }
        if settings.timeout.is_zero() {
            return Err(SetupError::bad("timeout", "no answer comes in no time"));
        }
        let pointers = [("code", Some(&settings.code)), ("expires_at", settings.expires_at.as_ref())];
        for (field, pointer) in pointers.into_iter().chain([("generated_at", settings.generated_at.as_ref())]) {
            if pointer.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
                return Err(SetupError::bad(field, "a JSON pointer begins with a slash: /data/code"));
            }
        }
        let mut templates = RequestTemplates::new();
        let sample = address_template(&mut templates, &settings)?;
        let headers = header_templates(&mut templates, &settings)?;
        let body = body_template(&mut templates, &settings)?;
        let connection = PlatformConnection::new(
            ConnectionSettings {
                timeout: settings.timeout,
                connect_timeout: Duration::from_secs(5),
                max_body: settings.max_body,
                max_idle: 2,
                user_agent: settings.user_agent.clone(),
                max_retry_after: settings.max_retry_after,
                requests_per_second: None,
                correlation: None,
                local: is_loopback(&sample),
                plain: sample.scheme() == "http",
                tls: settings.tls.clone(),
            },
            clock,
        )?;
        let secrets = settings.headers.iter().filter_map(|(_, text)| match text {
            HeaderText::Secret(secret) => Some(secret.clone()),
            HeaderText::Template(_) => None,
        });
        // A key may stand in the address too. `sample` is what is filled in.
        let in_address = sample.query_pairs().map(|(_, value)| value.into_owned());
        let fixed = in_address.filter(|value| !value.contains("sample")).map(SecretString::from);
        let redactor = Redactor::new(secrets.chain(fixed));
        Ok(Self { settings, method, body, templates, sample, headers, connection, redactor })
    }

    /// The request for one intent: the same for every try of it.
    fn request(&self, request: &SourceRequest) -> Result<reqwest::RequestBuilder, String> {
        let values = Values::of(request);
        let url = self.templates.fill("url", EscapeContext::Percent, &values)?;
        // A dot segment would lead to another path, however it is escaped.
        if [&values.dealer_code, &values.dealership, &values.name]
            .iter()
            .any(|value| matches!(value.as_str(), "." | ".."))
        {
            return Err("a value is only dots, which an address cannot carry".to_owned());
        }
        let url = Url::parse(url.trim()).map_err(|error| format!("the address cannot be used: {error}"))?;
        if url.origin() != self.sample.origin() {
            return Err("the address leads to another host than the template".to_owned());
        }
        let mut sent = self.connection.client.request(self.method.clone(), url);
        for Header { name, value, field } in &self.headers {
            let value = if let Some(ready) = value {
                ready.clone()
            } else {
                let text = self.templates.fill(field, EscapeContext::Header, &values)?;
                HeaderValue::from_bytes(text.as_bytes()).map_err(|_| format!("{name}: no header can carry it"))?
            };
            sent = sent.header(name, value);
        }
        if self.settings.body.is_some() {
            sent = sent.body(self.templates.fill("body", self.body, &values)?);
        }
        Ok(sent.header(IDEMPOTENCY_KEY, values.intent))
    }

    /// Reads a 2xx. Without a usable code it is a success all the same: the source may well have made one.
    fn read(&self, body: &[u8]) -> Result<ObtainedCode, SourceError> {
        let refused = |why: &str| SourceError::Unusable(format!("no usable code in the answer: {why}"));
        let answer: Value = serde_json::from_slice(body).map_err(|_| refused("it is no JSON"))?;
        let place = &self.settings.code;
        let text = match answer.pointer(place) {
            None | Some(Value::Null) => return Err(refused(&format!("nothing at {place}"))),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
            Some(_) => return Err(refused(&format!("what stands at {place} is no text"))),
        };
        let code = read_code(&text).map_err(|error| refused(&format!("at {place}, {error}")))?;
        let moment = |pointer: Option<&String>| -> Option<Timestamp> {
            let found = answer.pointer(pointer?)?;
            let moment = found.as_str().and_then(read_moment);
            if moment.is_none() && !found.is_null() {
                tracing::warn!(place = ?pointer, "the code source gave a moment that is not RFC 3339; it is left out");
            }
            moment
        };
        Ok(ObtainedCode {
            code,
            generated_at: moment(self.settings.generated_at.as_ref()),
            expires_at: moment(self.settings.expires_at.as_ref()),
        })
    }

    /// What a refusal says, without any code that it repeats.
    fn said(&self, status: u16, body: &ResponseBody) -> String {
        let ResponseBody::Whole(body) = body else { return format!("the code source answered with status {status}") };
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = answer.pointer(&self.settings.code).and_then(Value::as_str).map(str::trim);
        let said = first_text(&answer, MESSAGES).map(|text| format!(": {text}")).unwrap_or_default();
        let text = format!("the code source answered with status {status}{said}");
        self.redactor.line_hiding(&text, code.as_slice())
    }
}

#[async_trait]
impl CodeSource for HttpSource {
    fn origin(&self) -> CodeOrigin {
        CodeOrigin::Http
    }

    async fn obtain(&self, request: &SourceRequest) -> Result<ObtainedCode, SourceError> {
        let sent = self.request(request).map_err(|why| SourceError::TurnedAway(self.redactor.line(&why)))?;
        let unclear = |reason: String, retry_after| SourceError::Unclear { reason, retry_after };
        let RawResponse { status, body, meta } = match self.connection.send("code source", sent).await {
            Ok(raw) => raw,
            Err(none) => return Err(unclear(self.redactor.line(&none.why), None)),
        };
        Err(match (status, &body) {
            // "Accepted": it is still being made, unless it is there already.
            (202, ResponseBody::Whole(whole)) => match self.read(whole) {
                Ok(obtained) => return Ok(obtained),
                Err(_) => unclear(self.said(status, &body), meta.retry_after),
            },
            (200..=299, ResponseBody::Whole(body)) => return self.read(body),
            (200..=299, ResponseBody::TooLong) => {
                SourceError::Unusable("no usable code in the answer: it is too long to be read".to_owned())
            }
            (200..=299, ResponseBody::Broken(why)) => unclear(self.redactor.line(why), meta.retry_after),
            (300..=399, _) => SourceError::Unusable(format!(
                "the code source answered with a redirect ({status}), which is not followed"
            )),
            // A conflict is what an idempotency key meets whose first request is still under way.
            (408 | 409 | 425 | 429 | 500.., _) => unclear(self.said(status, &body), meta.retry_after),
            // "Gone": what this key stands for is no more.
            (410, _) => SourceError::Refused(self.said(status, &body)),
            _ => SourceError::TurnedAway(self.said(status, &body)),
        })
    }
}

/// Compiles the address and makes sure that what is filled in cannot lead elsewhere.
fn address_template(templates: &mut RequestTemplates, settings: &HttpSettings) -> Result<Url, SetupError> {
    templates.add("url", EscapeContext::Percent, &settings.url)?;
    let mut found = Vec::new();
    for values in Values::samples() {
        let text = templates.fill("url", EscapeContext::Percent, &values).map_err(|why| SetupError::bad("url", why))?;
        found.push(address("url", &text, settings.allow_plain_http)?);
    }
    match found.as_slice() {
        [one, two] if one.origin() == two.origin() => Ok(one.clone()),
        _ => Err(SetupError::bad("url", "its host must not depend on what is filled in")),
    }
}

fn header_templates(templates: &mut RequestTemplates, settings: &HttpSettings) -> Result<Vec<Header>, SetupError> {
    let mut headers = Vec::new();
    for (name, text) in &settings.headers {
        let field = format!("headers.{name}");
        let name = header_name(&field, name)?;
        let value = match text {
            HeaderText::Secret(secret) => Some(secret_value(&field, secret)?),
            HeaderText::Template(source) => {
                templates.add(&field, EscapeContext::Header, source)?;
                None
            }
        };
        // There is one idempotency key, and it is the intent's.
        if name != IDEMPOTENCY_KEY {
            headers.push(Header { name, value, field });
        }
    }
    let mut supply = |name: HeaderName, value: &'static str| {
        if headers.iter().all(|header| header.name != name) {
            headers.push(Header { name, value: Some(HeaderValue::from_static(value)), field: String::new() });
        }
    };
    supply(ACCEPT, "application/json");
    if settings.body.is_some() {
        supply(CONTENT_TYPE, "application/json");
    }
    Ok(headers)
}

/// Compiles the body for its content type.
fn body_template(templates: &mut RequestTemplates, settings: &HttpSettings) -> Result<EscapeContext, SetupError> {
    let kind = settings.headers.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"));
    let place = match kind {
        Some((_, HeaderText::Template(kind))) => match kind.to_ascii_lowercase() {
            kind if kind.contains("json") => EscapeContext::Json,
            kind if kind.contains("x-www-form-urlencoded") => EscapeContext::Percent,
            kind if kind.contains("xml") => EscapeContext::Xml,
            _ => EscapeContext::Plain,
        },
        Some((_, HeaderText::Secret(_))) | None => EscapeContext::Json,
    };
    let Some(body) = &settings.body else { return Ok(place) };
    templates.add("body", place, body)?;
    for values in Values::samples().iter().filter(|_| place == EscapeContext::Json && !body.trim().is_empty()) {
        let text = templates.fill("body", place, values).map_err(|why| SetupError::bad("body", why))?;
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| {
            let why = format!("not JSON once it is filled in (line {}); values belong between quotes", error.line());
            SetupError::bad("body", why)
        })?;
    }
    Ok(place)
}

//! The endpoints on the partner's side: tokens and invitations.

use std::borrow::Cow;
use std::sync::Arc;

use crate::timezone::Tz;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use url::form_urlencoded;

use super::dealer::IssuedInvitation;
use super::world::{TOKEN_LIFE, WorldRefusal};
use super::{SandboxState, reply};

const SCOPES: [&str; 2] = ["cai.scheduling.appointments.read", "cai.scheduling.appointments.write"];

pub(super) async fn token(State(shared): State<Arc<SandboxState>>, headers: HeaderMap, body: Bytes) -> Response {
    let refuse = |status, error: &str| reply::named(status, "error", error);
    if !header(&headers, CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request");
    }
    if header(&headers, AUTHORIZATION.as_str()) != Some(shared.basic.as_str()) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let mut grant: Option<Cow<'_, str>> = None;
    let mut scope: Option<Cow<'_, str>> = None;
    for (name, value) in form_urlencoded::parse(&body) {
        match &*name {
            "grant_type" => grant = Some(value),
            "scope" => scope = Some(value),
            _ => {}
        }
    }
    match grant.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        None => return refuse(StatusCode::BAD_REQUEST, "invalid_request"),
    }
    if scope.iter().flat_map(|scope| scope.split_whitespace()).any(|one| !SCOPES.contains(&one)) {
        return refuse(StatusCode::BAD_REQUEST, "invalid_scope");
    }
    let token = shared.world.lock().token(shared.clock.now());
    reply::good(TokenDocument::of(token, scope))
}

documents! {
    TokenDocument of (token: String, scope: Option<Cow<'_, str>>) {
        access_token: String = token,
        expires_in: i64 = TOKEN_LIFE,
        scope: String = scope.map_or_else(|| SCOPES.join(" "), Cow::into_owned),
        token_type: &'static str = "Bearer",
    }

    IssuedCodeDocument<'a> of (invitation: &'a IssuedInvitation) {
        code: &'a str = &invitation.code,
        expires: String = moment(invitation.expires_at()),
        generated: String = moment(invitation.generated_at),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    dealer_code: String,
    timezone: Option<String>,
    email: Option<String>,
    generated_at: Option<DateTime<Utc>>,
}

pub(super) async fn invite(State(shared): State<Arc<SandboxState>>, headers: HeaderMap, body: Bytes) -> Response {
    let ask: Ask = match serde_json::from_slice(&body) {
        Ok(ask) => ask,
        Err(error) => return reply::bad(&error.to_string()),
    };
    let zone = match zone(ask.timezone.as_deref()) {
        Ok(zone) => zone,
        Err(answer) => return *answer,
    };
    let key = match headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default().trim()) {
        Some(key) if key.is_empty() || key.len() > 255 => {
            return reply::bad("an Idempotency-Key has 1 to 255 visible characters");
        }
        key => key,
    };
    let now = shared.clock.now();
    let mut world = shared.world.lock();
    let asked = world.addressed(&ask.dealer_code, zone, ask.email.as_deref());
    match asked.and_then(|()| world.invite(&ask.dealer_code, zone, ask.generated_at, key, now)) {
        Ok(invitation) => reply::named(StatusCode::OK, "data", IssuedCodeDocument::of(&invitation)),
        Err(refusal) => refused(&refusal),
    }
}

/// The answer to what the world refuses.
pub(super) fn refused(refusal: &WorldRefusal) -> Response {
    let status = match refusal {
        WorldRefusal::DealerCode | WorldRefusal::GeneratedAt | WorldRefusal::Email => StatusCode::BAD_REQUEST,
        WorldRefusal::OtherDealer => StatusCode::UNPROCESSABLE_ENTITY,
        WorldRefusal::Full => StatusCode::CONFLICT,
    };
    reply::refused(status, &refusal.to_string())
}

/// Reads the name of a time zone; what is not one is answered.
pub(super) fn zone(name: Option<&str>) -> Result<Option<Tz>, Box<Response>> {
    name.map(str::parse).transpose().map_err(|_| Box::new(reply::bad("timezone is no name of an IANA time zone")))
}

/// A moment as the sandbox's own endpoints write it.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The `Authorization` header for an id and a secret.
pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

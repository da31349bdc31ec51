//! The answers of the simulated platform, in the shapes of the real one.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Which part of a list is asked for.
#[derive(Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    pub(super) after: u64,
    pub(super) newest: Option<usize>,
}

/// An answer with a status and a JSON body.
pub(super) fn json_with(status: StatusCode, body: impl Serialize) -> Response {
    (status, Json(body)).into_response()
}

pub(super) fn good(body: impl Serialize) -> Response {
    json_with(StatusCode::OK, body)
}

/// One thing, under its name.
pub(super) fn named(status: StatusCode, name: &'static str, value: impl Serialize) -> Response {
    json_with(status, BTreeMap::from([(name, value)]))
}

/// A success with what was asked for, as the platform tells it.
pub(super) fn success(name: &str, value: impl Serialize) -> Response {
    good(json!({name: value, "success": true}))
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
    success: bool,
}

fn failed(status: StatusCode, code: &str, message: &str) -> Response {
    json_with(status, Failure { code, message, success: false })
}

/// A failure as the platform tells it: with a status of success.
pub(super) fn failure(code: &str, message: &str) -> Response {
    failed(StatusCode::OK, code, message)
}

/// A request that is refused.
pub(super) fn refused(status: StatusCode, message: &str) -> Response {
    failed(status, "x-000400", message)
}

/// A request that makes no sense.
pub(super) fn bad(message: &str) -> Response {
    refused(StatusCode::BAD_REQUEST, message)
}

pub(super) fn not_found(message: &str) -> Response {
    failed(StatusCode::NOT_FOUND, "x-000404", message)
}

/// An answer of the gateway before the platform.
pub(super) fn gateway(status: StatusCode, message: &str) -> Response {
    named(status, "message", message)
}

pub(super) fn forbidden() -> Response {
    gateway(StatusCode::FORBIDDEN, "Forbidden")
}

/// The gateway's refusal of a token.
pub(super) fn unauthorized() -> Response {
    gateway(StatusCode::UNAUTHORIZED, "Unauthorized")
}

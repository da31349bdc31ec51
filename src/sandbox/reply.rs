//! The answers of the simulated platform, in the shapes of the real one.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// An answer with a status and a JSON body.
pub(super) fn json_with(status: StatusCode, body: impl Serialize) -> Response {
    (status, Json(body)).into_response()
}

pub(super) fn good(body: impl Serialize) -> Response {
    json_with(StatusCode::OK, body)
}

/// A failure as the platform tells it: with a status of success.
pub(super) fn failure(code: &str, message: &str) -> Response {
    good(json!({"success": false, "code": code, "message": message}))
}

/// A request that makes no sense.
pub(super) fn bad(message: &str) -> Response {
    json_with(StatusCode::BAD_REQUEST, json!({"success": false, "code": "x-000400", "message": message}))
}

pub(super) fn forbidden() -> Response {
    json_with(StatusCode::FORBIDDEN, json!({"message": "Forbidden"}))
}

/// The gateway's refusal of a token.
pub(super) fn unauthorized() -> Response {
    json_with(StatusCode::UNAUTHORIZED, json!({"message": "Unauthorized"}))
}

pub(super) fn not_found(message: &str) -> Response {
    json_with(StatusCode::NOT_FOUND, json!({"success": false, "code": "x-000404", "message": message}))
}

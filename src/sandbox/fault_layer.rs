//! The layer that every request passes: it is counted, may meet a fault, and its answer carries the sandbox's own `Date`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use serde_json::Value;

use super::faults::Fault;
use super::{SandboxState, reply};

/// The most that an answer of ours is long.
const ANSWER: usize = 4 << 20;
/// Oversized answers: so many pieces of 64 KiB.
const PIECES: usize = 256;

/// A slow answer that was ordered while the spec knows no delay is late by so much.
const LEAST_DELAY: Duration = Duration::from_millis(1);

#[derive(Clone, Copy, PartialEq, Eq)]
enum EndpointKind {
    Token,
    Invitations,
    Lists,
    Bookings,
    Control,
    Nowhere,
}

fn endpoint(path: &str) -> (EndpointKind, &'static str) {
    match path {
        "/token" => (EndpointKind::Token, "/token"),
        "/invitations" => (EndpointKind::Invitations, "/invitations"),
        "/xtime/service/services" => (EndpointKind::Lists, "/services"),
        "/xtime/service/appointments-availabilities" => (EndpointKind::Lists, "/appointments-availabilities"),
        "/xtime/service/appointments" => (EndpointKind::Lists, "/appointments"),
        "/xtime/service/appointments-bookings" => (EndpointKind::Bookings, "/appointments-bookings"),
        _ if path.starts_with("/control") => (EndpointKind::Control, "/control"),
        _ => (EndpointKind::Nowhere, "elsewhere"),
    }
}

fn applies(fault: Fault, kind: EndpointKind) -> bool {
    match fault {
        Fault::TokenRefused => kind == EndpointKind::Token,
        Fault::NullLists => kind == EndpointKind::Lists,
        Fault::SuccessFalse | Fault::Forbidden | Fault::ExpiredToken => {
            matches!(kind, EndpointKind::Lists | EndpointKind::Bookings)
        }
        Fault::BookedHang | Fault::BookedCut | Fault::BookedUnavailable => kind == EndpointKind::Bookings,
        fault if fault.is_mail() => false,
        _ => !matches!(kind, EndpointKind::Control | EndpointKind::Nowhere),
    }
}

/// Counts a request and lets it through, or not.
pub(super) async fn apply(State(shared): State<Arc<SandboxState>>, request: Request, next: Next) -> Response {
    let (kind, name) = endpoint(request.uri().path());
    let mut answer = if kind == EndpointKind::Control {
        next.run(request).await
    } else {
        let visit = shared.stats.arrive(name, shared.clock.elapsed());
        let number = shared.requests.fetch_add(1, Ordering::Relaxed);
        let ordered = shared.ordered.next(request.uri().query(), |fault| applies(fault, kind));
        let fault = ordered.or_else(|| shared.faults.lock().draw(shared.seed, number, |fault| applies(fault, kind)));
        let answer = match fault {
            None => next.run(request).await,
            Some(fault) => {
                shared.stats.fault(fault);
                // Faults of two forms take turns.
                let turn = shared.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
                inject(&shared, fault, turn, kind, request, next).await
            }
        };
        visit.answered(answer.status().as_u16());
        answer
    };
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.clock.now())) {
        answer.headers_mut().insert(DATE, date);
    }
    answer
}

/// Answers a request as a fault has it.
async fn inject(
    shared: &SandboxState,
    fault: Fault,
    turn: bool,
    kind: EndpointKind,
    request: Request,
    next: Next,
) -> Response {
    match fault {
        Fault::Unavailable => {
            // The work was done, but nobody hears of it: what idempotency keys are for.
            if kind == EndpointKind::Invitations && turn {
                next.run(request).await;
            }
            unavailable()
        }
        Fault::TooMany => too_many(shared),
        Fault::Slow => {
            // In real time, as callers' time-outs are.
            let delay = shared.faults.lock().slow_by().max(LEAST_DELAY);
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = shared.stop.cancelled() => {}
            }
            next.run(request).await
        }
        Fault::Hang => hang(shared).await,
        Fault::BookedHang => {
            next.run(request).await;
            hang(shared).await
        }
        Fault::BookedCut => {
            next.run(request).await;
            cut()
        }
        Fault::BookedUnavailable => {
            next.run(request).await;
            unavailable()
        }
        Fault::Truncated => truncate(next.run(request).await, turn).await,
        Fault::Oversized => oversized(),
        Fault::SuccessFalse => reply::failure("x-000999", "An unexpected error has occurred"),
        Fault::NullLists => null_lists(next.run(request).await).await,
        Fault::Forbidden => reply::forbidden(),
        Fault::TokenRefused => reply::named(StatusCode::UNAUTHORIZED, "error", "access_denied"),
        Fault::ExpiredToken => {
            forget_token(shared, &request);
            next.run(request).await
        }
        // These happen at the post office.
        Fault::MailDeferred
        | Fault::MailCut
        | Fault::MailClosing
        | Fault::MailSlow
        | Fault::MailHang
        | Fault::MailUnknown
        | Fault::MailBounced => next.run(request).await,
    }
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").into_response()
}

/// `Retry-After` in seconds and as a date take turns.
fn too_many(shared: &SandboxState) -> Response {
    let seconds = 2;
    let after = if shared.too_many.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
        seconds.to_string()
    } else {
        let at = shared.clock.now().checked_add_signed(TimeDelta::seconds(seconds));
        http_date(at.unwrap_or(DateTime::<Utc>::MAX_UTC))
    };
    ([(RETRY_AFTER, after)], reply::gateway(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")).into_response()
}

/// No answer before the sandbox ends.
async fn hang(shared: &SandboxState) -> Response {
    shared.stop.cancelled().await;
    (StatusCode::SERVICE_UNAVAILABLE, "shutting down").into_response()
}

fn forget_token(shared: &SandboxState, request: &Request) {
    if let Some(header) = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        shared.world.lock().forget_token(bearer(header).unwrap_or_default());
    }
}

/// The token in an `Authorization` header.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn truncate(answer: Response, cleanly: bool) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, ANSWER).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(CONTENT_LENGTH);
    if cleanly {
        return Response::from_parts(parts, Body::from(half));
    }
    let broken = stream::once(async { Ok(half) }).chain(stream::once(async {
        // What was written so far leaves first; otherwise the caller would not even see a status.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }));
    Response::from_parts(parts, Body::from_stream(broken))
}

/// No answer: the connection ends before a status was written.
fn cut() -> Response {
    Response::new(Body::from_stream(stream::once(async {
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    })))
}

fn oversized() -> Response {
    let piece = Bytes::from(vec![b' '; 64 << 10]);
    let pieces = stream::iter((0..PIECES).map(move |_| Ok::<_, io::Error>(piece.clone())));
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(pieces)).into_response()
}

async fn null_lists(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, ANSWER).await.unwrap_or_default();
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(&whole) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    for value in fields.values_mut().filter(|value| value.is_array()) {
        *value = Value::Null;
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(Value::Object(fields).to_string()))
}

/// A moment as HTTP writes it, or the nearest one that it can.
fn http_date(at: DateTime<Utc>) -> String {
    let last = DateTime::UNIX_EPOCH + TimeDelta::days(8_000 * 365);
    httpdate::fmt_http_date(at.clamp(DateTime::UNIX_EPOCH, last).into())
}

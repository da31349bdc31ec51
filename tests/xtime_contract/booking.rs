//! A booking: what is sent is what was shown, it is sent once, and what the answer means.

use std::time::Duration;

use cloverwatch::domain::{AppointmentId, Booking};
use cloverwatch::protocol::RequestPreview;
use cloverwatch::xtime::{BookingOutcome, HttpPlatform, Platform};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{BOOKINGS, Reply, Request, Server, booking, client, token};

fn short(answer: &BookingOutcome) -> (&'static str, &str) {
    match answer {
        BookingOutcome::Booked { id } => ("booked", id.raw()),
        BookingOutcome::SlotTaken { reason } => ("taken", reason),
        BookingOutcome::Refused { reason } => ("refused", reason),
        BookingOutcome::NotSent { reason } => ("not sent", reason),
        BookingOutcome::Unknown { reason } => ("unknown", reason),
    }
}

fn booked() -> Reply {
    Reply::json(200, r#"{"success":true,"appointmentId":"a-1"}"#)
}

/// Compares what was shown with what arrived; what differs by intent is checked by itself.
fn assert_sent_as_shown(shown: &RequestPreview, sent: &Request, base: &str) {
    assert_eq!(shown.method, sent.method);
    assert_eq!(shown.url, format!("{base}{}?{}", sent.path, sent.query));
    assert_eq!(shown.body.to_string(), sent.body, "byte for byte");
    let names = |headers: &[(String, String)]| {
        let mut names: Vec<String> = headers.iter().map(|(name, _)| name.clone()).collect();
        names.retain(|name| name != "host" && name != "content-length");
        names.sort();
        names
    };
    assert_eq!(names(&shown.headers), names(&sent.headers));
    for (name, value) in &shown.headers {
        let real = sent.header(name).unwrap();
        match name.as_str() {
            "authorization" => assert_eq!((value.as_str(), real), ("Bearer ••••", "Bearer tok-0")),
            "x-coxauto-correlation-id" => assert!(value.contains("for each request") && real.len() == 36),
            "x-api-key" | "developerkey" | "x-extra" => assert_eq!(value, "••••"),
            _ => assert_eq!(value, real, "{name}"),
        }
    }
}

#[tokio::test]
async fn what_is_sent_is_what_was_shown() {
    let server = Server::answering(booked()).await;
    let mut settings = server.settings();
    settings.headers = vec![("X-Extra".to_owned(), "the-extra-secret".to_owned().into())];
    let (platform, _) = client(settings);
    let moved = Booking { appointment_id: Some(AppointmentId::new("old \"1\"").unwrap()), ..booking() };
    for (nth, asked) in [booking(), moved].iter().enumerate() {
        let shown = platform.preview("xts 1&2", asked).unwrap();
        assert_eq!(server.all().len(), 2 * nth, "a preview sends nothing");
        let answer = platform.book("xts 1&2", asked).await;
        assert_eq!((short(&answer.value), answer.healthy), (("booked", "a-1"), true));
        assert_sent_as_shown(&shown, &server.seen(BOOKINGS)[nth], &server.url(""));
        let all = format!("{shown:?}");
        assert!(
            ["the-api-key", "the-developer-key", "tok-0", "the-extra-secret"]
                .iter()
                .all(|secret| !all.contains(secret))
        );
        // So that the second round begins alike: nothing but bookings is counted.
        if nth == 0 {
            assert_eq!(server.count("/token"), 1);
        }
    }
    let sent: Vec<Request> = server.seen(BOOKINGS);
    assert_eq!(
        sent[0].query,
        "dealerCode=xts%201%262&vin=1FTEW1EP5NFA00000&year=2022&make=FORD&model=F-150%20%26%20more"
    );
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    let mut expected = json!({
        "appointmentDateTimeLocal": "2024-03-30T14:00-0500",
        "firstName": "Test",
        "lastName": "D'Appointment é",
        "emailAddress": "test@example.com",
        "phoneNumber": "7975550950",
        "comment": "A test\nof \"the\" integration",
        "services": [{"opcode": "Tell Us More"}],
        "label": {"value": "DataClover", "context": "source"},
        "reportingLabel": {"value": "DataClover", "context": "partner"},
    });
    assert_eq!(body, expected);
    expected["appointmentId"] = json!("old \"1\"");
    assert_eq!(serde_json::from_str::<Value>(&sent[1].body).unwrap(), expected, "a move names what is moved");
}

#[tokio::test]
async fn path_year_and_headers_are_configuration() {
    let server = Server::answering(booked()).await;
    let mut settings = server.settings();
    settings.bookings_path = "v2/book".to_owned();
    settings.correlation_header = String::new();
    settings.developer_key = None;
    settings.user_agent = "desk/1".to_owned();
    let (platform, _) = client(settings);
    let mut asked = booking();
    asked.vehicle.vin = None;
    asked.vehicle.year = None;
    let shown = platform.preview("xts1", &asked).unwrap();
    platform.book("xts1", &asked).await;
    let sent = &server.seen("/xtime/service/v2/book")[0];
    assert_sent_as_shown(&shown, sent, &server.url(""));
    assert_eq!(sent.query, "dealerCode=xts1&year=1994&make=FORD&model=F-150%20%26%20more");
    assert!(sent.header("user-agent") == Some("desk/1") && sent.header("x-coxauto-correlation-id").is_none());
}

type Spoil = fn(&mut Booking);

#[tokio::test]
async fn what_is_incomplete_is_neither_shown_nor_sent() {
    let server = Server::answering(booked()).await;
    let (platform, _) = server.client();
    let rows: [(&str, Spoil, &str); 7] = [
        ("", |_| {}, "dealerCode is empty"),
        (" \t", |_| {}, "dealerCode is empty"),
        ("a", |b| b.customer.phone = "".into(), "phone"),
        ("a", |b| b.customer.email = "x".into(), "e-mail"),
        ("a", |b| b.customer.last_name = "".into(), "last name"),
        ("a", |b| b.opcode = "".into(), "opcode"),
        ("a", |b| b.local = "2024-03-10T02:30:00".parse().unwrap(), "does not exist in America/Chicago"),
    ];
    for (code, spoil, words) in rows {
        let mut asked = booking();
        spoil(&mut asked);
        let answer = platform.book(code, &asked).await;
        let (kind, reason) = short(&answer.value);
        assert!(kind == "not sent" && reason.contains(words) && answer.healthy, "{reason}");
        assert_eq!(platform.preview(code, &asked).unwrap_err(), reason);
    }
    assert!(server.all().is_empty());
}

#[tokio::test]
async fn every_shape_of_answer() {
    let json = Reply::json;
    let page = |status| Reply::Full(status, vec![("content-type", "text/html".to_owned())], "<html>hello".to_owned());
    let mistyped = Reply::Full(
        200,
        vec![("content-type", "text/plain".to_owned())],
        r#"{"success":true,"appointmentId":7}"#.into(),
    );
    let rows: Vec<(Reply, &str, bool, &str)> = vec![
        (booked(), "booked", true, "a-1"),
        (json(201, r#"{"appointmentId":12345678901234567890,"success":true}"#), "booked", true, "12345678901234567890"),
        (json(200, "\u{feff}{\"success\":true,\"appointmentId\":\"a\"}"), "booked", true, "a"),
        (mistyped, "booked", true, "7"),
        (
            json(200, r#"{"success":false,"code":"x-001009","message":"Appointment slot is not available"}"#),
            "taken",
            true,
            "status 200, code x-001009: Appointment slot is not available",
        ),
        (json(200, r#"{"success":false,"code":"x-000123","message":"odd"}"#), "refused", true, "code x-000123: odd"),
        (json(200, r#"{"success":false,"message":"Dealer is not connected"}"#), "refused", true, "not connected"),
        (json(400, r#"{"message":"phoneNumber must be digits"}"#), "refused", true, "status 400: phoneNumber"),
        (json(404, r#"{"message":"no such dealer"}"#), "refused", true, "status 404"),
        (json(403, r#"{"message":"Forbidden"}"#), "not sent", true, "status 403: Forbidden"),
        (json(403, r#"{"message":"Quota exceeded"}"#), "not sent", false, "Quota"),
        (json(429, "{}").with("retry-after", "7"), "not sent", false, "status 429"),
        (page(429), "not sent", false, "web page"),
        (json(200, r#"{"success":true}"#), "unknown", true, "no usable identifier"),
        (json(200, r#"{"success":true,"appointmentId":null}"#), "unknown", true, "no usable identifier"),
        (json(200, r#"{"success":true,"appointmentId":{"id":1}}"#), "unknown", true, "no usable identifier"),
        (json(200, r#"{"appointmentId":"a-1"}"#), "unknown", true, "does not say"),
        (json(200, r#"{"success":"true","appointmentId":"a-1"}"#), "unknown", true, "does not say"),
        (json(200, r#"{"success":true,"success":false,"appointmentId":"a-1"}"#), "unknown", false, "no JSON object"),
        (json(200, r#"{"success":false}"#), "unknown", true, "without code or message"),
        (json(200, r#"{"success":false,"message":"Request timed out"}"#), "unknown", true, "halfway"),
        (json(200, r#"{"success":true,"appointmentId":"#), "unknown", false, "no JSON object"),
        (json(200, "[]"), "unknown", false, "no JSON object"),
        (json(200, ""), "unknown", false, "empty answer"),
        (json(204, ""), "unknown", false, "empty answer"),
        (page(200), "unknown", false, "web page"),
        (page(403), "unknown", false, "web page"),
        (json(303, "").with("location", "/elsewhere"), "unknown", false, "redirect"),
        (json(307, "").with("location", "/elsewhere"), "unknown", false, "redirect"),
        (json(409, r#"{"message":"already booked"}"#), "unknown", true, "no sure refusal"),
        (json(500, r#"{"success":false,"code":"x-001009"}"#), "unknown", false, "status 500"),
        (json(502, "boom"), "unknown", false, "status 502"),
        (json(503, r#"{"message":"Service Unavailable"}"#), "unknown", false, "status 503"),
        (json(504, ""), "unknown", false, "status 504"),
    ];
    for (reply, kind, healthy, words) in rows {
        let server = Server::answering(reply.clone()).await;
        let answer = server.client().0.book("xts1", &booking()).await;
        let (found, said) = short(&answer.value);
        assert_eq!((found, answer.healthy), (kind, healthy), "{reply:?}: {said}");
        assert!(said.contains(words), "{words}: {said}");
        assert_eq!((server.count(BOOKINGS), server.count("/token"), server.all().len()), (1, 1, 2), "{reply:?}");
        if words == "status 429" {
            assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_may_have_booked() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let whole = r#"{"success":true,"appointmentId":"a-1"}"#;
    let rows = vec![
        (Reply::raw(format!("{head}content-length: 500\r\n\r\n{whole}")), "middle of the answer"),
        (Reply::raw(format!("{head}content-length: 99999999999\r\n\r\n{whole}")), "too long"),
        (Reply::Endless(format!("{head}\r\n{{\"x\":\"").into_bytes(), vec![b'x'; 65_536]), "too long"),
        (Reply::Endless(format!("{head}\r\n").into_bytes(), vec![b' '; 65_536]), "too long"),
        (Reply::raw(""), "broke"),
        (Reply::raw("HTTP/1.1 200"), "broke"),
        (Reply::raw("SSH-2.0-x\r\n\r\n"), "no HTTP"),
        (Reply::Stall(Vec::new()), "no answer within 2s"),
        (Reply::Stall(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), "no answer within 2s"),
        (Reply::Stall(format!("{head}content-length: 500\r\n\r\n{whole}").into_bytes()), "not complete within 2s"),
    ];
    futures::future::join_all(rows.into_iter().map(|(reply, words)| async move {
        let server = Server::answering(reply).await;
        let mut settings = server.settings();
        if words.ends_with("2s") {
            settings.timeout = Duration::from_secs(2);
        }
        let answer = client(settings).0.book("a", &booking()).await;
        let (kind, reason) = short(&answer.value);
        assert!(kind == "unknown" && reason.contains(words) && !answer.healthy, "{kind}, {words}: {reason}");
        assert_eq!(server.count(BOOKINGS), 1, "{words}");
    }))
    .await;
}

#[tokio::test]
async fn what_never_left_was_not_sent() {
    // A port that was just free.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::answering(booked()).await;
    let mut settings = server.settings();
    settings.base_url = format!("http://{free}");
    let answer = client(settings).0.book("a", &booking()).await;
    let (kind, reason) = short(&answer.value);
    assert!(kind == "not sent" && reason.starts_with("no connection: ") && !answer.healthy, "{kind}: {reason}");

    for (status, words) in [(401, "our token request was refused"), (500, "no token"), (429, "no token")] {
        let server = Server::start(move |request, _| match request.path.as_str() {
            "/token" => Reply::json(status, "{}"),
            _ => booked(),
        })
        .await;
        let answer = server.client().0.book("a", &booking()).await;
        let (kind, reason) = short(&answer.value);
        assert!(kind == "not sent" && reason.contains(words) && !answer.healthy, "{kind}: {reason}");
        assert_eq!(server.count(BOOKINGS), 0);
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_was_sent_nothing() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    let server = Server::answering(booked()).await;
    let mut settings = server.settings();
    settings.base_url = format!("https://127.0.0.1:{port}");
    let clock = std::sync::Arc::new(cloverwatch::clock::WallClock::real());
    // A machine without certificates cannot try.
    let Ok(platform) = HttpPlatform::new(settings, clock) else { return };
    let answer = platform.book("a", &booking()).await;
    let (kind, reason) = short(&answer.value);
    assert!(kind == "not sent" && reason.starts_with("no secure connection: "), "{kind}: {reason}");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_booking_sent_again() {
    let server = Server::platform(|request, _| match request.header("authorization") {
        Some("Bearer tok-0") => Reply::json(401, r#"{"message":"Unauthorized"}"#),
        _ => booked(),
    })
    .await;
    let (platform, _) = server.client();
    assert_eq!(short(&platform.book("a", &booking()).await.value), ("booked", "a-1"));
    assert_eq!((server.count(BOOKINGS), server.count("/token")), (2, 2));
    let bodies: Vec<String> = server.seen(BOOKINGS).into_iter().map(|request| request.body).collect();
    assert_eq!(bodies[0], bodies[1]);

    let server = Server::answering(Reply::json(401, r#"{"message":"Unauthorized"}"#)).await;
    let answer = server.client().0.book("a", &booking()).await;
    assert_eq!((short(&answer.value), answer.healthy), (("not sent", "status 401: Unauthorized"), false));
    assert_eq!((server.count(BOOKINGS), server.count("/token")), (2, 2));
}

#[tokio::test]
async fn nothing_but_a_plain_401_is_tried_again() {
    let rows = [
        (Reply::json(401, r#"{"success":true,"appointmentId":"a-1"}"#), "unknown"),
        (Reply::raw("HTTP/1.1 401 X\r\ncontent-length: 50\r\n\r\n{\"succ"), "not sent"),
        (Reply::json(403, r#"{"message":"Invalid token"}"#), "not sent"),
        (Reply::json(200, r#"{"success":false,"message":"Invalid token"}"#), "refused"),
    ];
    for (reply, kind) in rows {
        let server = Server::answering(reply.clone()).await;
        let answer = server.client().0.book("a", &booking()).await;
        assert_eq!(short(&answer.value).0, kind, "{reply:?}");
        assert_eq!((server.count(BOOKINGS), server.count("/token")), (1, 1), "{reply:?}");
    }
    // The second token is refused by an answer that cannot be read: still no third try.
    let server = Server::platform(|_, nth| match nth {
        0 => Reply::json(401, "{}"),
        1 => Reply::Raw(Vec::new()),
        _ => booked(),
    })
    .await;
    assert_eq!(short(&server.client().0.book("a", &booking()).await.value).0, "unknown");
    assert_eq!(server.count(BOOKINGS), 2);
}

/// A connection that was kept open, and that the server closes when it has read the booking: HTTP clients like to try again then.
#[tokio::test]
async fn a_kept_connection_that_dies_under_a_booking_is_not_tried_again() {
    let server = Server::start(|_, nth| token(nth, "86400")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = server.settings();
    settings.base_url = format!("http://{}/xtime/service", listener.local_addr().unwrap());
    let (platform, _) = client(settings);
    let serving = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        read_until(&mut first, &mut heard, "\r\n\r\n").await;
        let body = r#"{"success":true,"services":[]}"#;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        first.write_all(answer.as_bytes()).await.unwrap();
        heard.clear();
        read_until(&mut first, &mut heard, "\"services\":[{").await;
        assert!(heard.starts_with("POST "), "{heard}");
        drop(first);
        // Whoever comes now tries again.
        let (mut again, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        read_until(&mut again, &mut heard, "\r\n\r\n").await;
        heard
    });
    assert_eq!(platform.probe("a").await.value.services, Some(vec![]));
    let answer = platform.book("a", &booking()).await;
    let (kind, reason) = short(&answer.value);
    assert!(kind == "unknown" && reason.contains("broke"), "{kind}: {reason}");
    // The next one to connect is this probe, and no second booking.
    let looked = platform.probe("marker");
    let (heard, ()) = futures::future::join(serving, async { drop(looked.await) }).await;
    assert!(heard.unwrap().starts_with("GET /xtime/service/services?dealerCode=marker"));
}

async fn read_until(stream: &mut tokio::net::TcpStream, heard: &mut String, end: &str) {
    let mut chunk = [0; 4096];
    while !heard.contains(end) {
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "{heard}");
        heard.push_str(std::str::from_utf8(&chunk[..count]).unwrap());
    }
}

/// A platform that repeats everything it was told.
#[tokio::test]
async fn reasons_tell_no_secret() {
    for status in [200, 400, 401, 403, 404, 409, 500] {
        let server = Server::platform(move |request, _| {
            let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let said = headers.join(" \u{1b}[2J\u{202e}\r\n");
            Reply::json(status, json!({ "success": false, "code": said, "message": said }).to_string())
        })
        .await;
        let answer = server.client().0.book("a", &booking()).await;
        let (_, reason) = short(&answer.value);
        assert!(
            reason.chars().count() <= 200 && !reason.chars().any(cloverwatch::domain::text::is_invisible),
            "{reason:?}"
        );
        for secret in ["the-api-key", "the-developer-key", "tok-0", "tok-1", "the-client-secret"] {
            assert!(!reason.contains(secret), "{reason}");
        }
    }
}

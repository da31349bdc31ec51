//! What every call must survive: each of the five against each shape of answer that is no answer. None of them is ever read as a yes.

use std::time::Duration;

use cloverwatch::domain::Outcome::Unknown;
use cloverwatch::xtime::{BookingOutcome, Platform};
use futures::future::join_all;

use crate::server::{APPOINTMENTS, BOOKINGS, Reply, SERVICES, SLOTS, Server, booking, client, moment};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const BODIES: [&str; 5] = [
    r#"{"access_token":"tok","token_type":"Bearer","expires_in":60}"#,
    r#"{"success":true,"services":[{"opcode":"a"}]}"#,
    r#"{"success":true,"availableAppointments":[{"appointmentDateTimeLocal":"2024-03-30T14:00Z"}]}"#,
    r#"{"success":true,"appointmentId":"a-1"}"#,
    r#"{"success":true,"appointments":[{"appointmentId":"a","appointmentDateTimeLocal":"2024-03-30T14:00Z"}]}"#,
];
const PATHS: [&str; 5] = ["/token", SERVICES, SLOTS, BOOKINGS, APPOINTMENTS];

/// The longest answer that is read.
const MOST: usize = 1 << 16;

/// What is wrong, and the answer made of a good body.
fn spoilt(body: &str) -> Vec<(&'static str, Reply)> {
    let twice = body.replacen('{', &format!("{{{},", &body[1..body.len() - 1]), 1);
    let deep = format!("{}{}", "[".repeat(MOST / 2), "]".repeat(MOST / 2));
    vec![
        ("cut by its length", Reply::raw(format!("{HEAD}content-length: 5000\r\n\r\n{body}"))),
        ("cut in a chunk", Reply::raw(format!("{HEAD}transfer-encoding: chunked\r\n\r\n500\r\n{body}"))),
        ("cut JSON", Reply::json(200, &body[..body.len() - 1])),
        ("half of it", Reply::json(200, &body[..body.len() / 2])),
        ("too long, announced", Reply::raw(format!("{HEAD}content-length: 4294967296\r\n\r\n{body}"))),
        ("too long, blanks after it", Reply::json(200, format!("{body}{}", " ".repeat(MOST)))),
        ("endless", Reply::Endless(format!("{HEAD}\r\n{body}").into_bytes(), vec![b' '; 65_536])),
        (
            "endless chunks",
            Reply::Endless(
                format!("{HEAD}transfer-encoding: chunked\r\n\r\n").into_bytes(),
                b"1\r\n{\r\n".repeat(5_000),
            ),
        ),
        ("endless head", Reply::Endless(HEAD.as_bytes().to_vec(), b"x: yyyyyyyyyyyyyyyy\r\n".repeat(1_000))),
        ("hanging", Reply::Stall(Vec::new())),
        ("hanging in the head", Reply::Stall(HEAD.as_bytes().to_vec())),
        ("hanging in the body", Reply::Stall(format!("{HEAD}content-length: 900\r\n\r\n{body}").into_bytes())),
        ("closed at once", Reply::raw("")),
        ("no HTTP", Reply::raw("220 mail.example.com ESMTP\r\n")),
        ("an array around it", Reply::json(200, format!("[{body}]"))),
        ("deeply nested", Reply::json(200, deep)),
        ("every field twice", Reply::json(200, twice)),
        ("two answers", Reply::json(200, format!("{body}{body}"))),
        ("another encoding", Reply::Raw([HEAD.as_bytes(), b"\r\n", &utf16(body)].concat())),
        (
            "packed",
            Reply::Raw([HEAD.as_bytes(), b"content-encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00"].concat()),
        ),
        ("text", Reply::json(200, "OK")),
        ("null", Reply::json(200, "null")),
        ("nothing", Reply::json(200, "")),
        ("an empty object", Reply::json(200, "{}")),
        ("a page", Reply::json(200, "<!doctype html><title>Sign in</title>")),
        ("no content", Reply::json(204, "")),
        ("moved", Reply::json(302, body).with("location", "/elsewhere")),
        ("moved, to be repeated", Reply::json(308, body).with("location", "/elsewhere")),
        ("failing", Reply::json(500, body)),
        ("a bad gateway", Reply::json(502, body)),
        ("busy", Reply::json(429, body)),
    ]
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Asks with the call of that place and says whether it took the answer for a yes.
async fn is_a_yes(platform: &impl Platform, call: usize, what: &str) -> bool {
    match call {
        0 | 1 => {
            let look = platform.probe("a").await.value;
            assert!(look.services.is_some() || look.outcome == Unknown, "{what}: {look:?}");
            look.services.is_some()
        }
        2 => platform.slots("a", "b", moment().date_naive(), 6).await.value.is_ok(),
        3 => match platform.book("a", &booking()).await.value {
            BookingOutcome::Booked { .. } => true,
            BookingOutcome::Unknown { .. } => false,
            // Only this one is sure that nothing was booked.
            BookingOutcome::NotSent { .. } if what == "busy" => false,
            other => panic!("{what}: {other:?}"),
        },
        _ => platform.appointments("a", "1FTEW1EP5NFA00000").await.value.is_ok(),
    }
}

#[tokio::test]
async fn no_call_takes_a_spoilt_answer_for_a_yes() {
    let cases = (0..PATHS.len())
        .flat_map(|call| spoilt(BODIES[call]).into_iter().map(move |(what, reply)| (call, what, reply)));
    join_all(cases.map(|(call, what, reply)| async move {
        let server = serving(call, reply).await;
        let mut settings = server.settings();
        settings.max_body = MOST;
        // Long enough for whatever comes at all.
        settings.timeout = Duration::from_secs(if what.starts_with("hanging") { 2 } else { 60 });
        let (platform, _) = client(settings);
        // Of a token that is said twice in one object the last counts: nothing hangs on which.
        let lenient = call == 0 && what == "every field twice";
        assert_eq!(is_a_yes(&platform, call, what).await, lenient, "{}: {what}", PATHS[call]);
        // A read whose connection was closed under it is asked once more.
        let most = if what == "closed at once" && ![0, 3].contains(&call) { 2 } else { 1 };
        assert!(server.count(PATHS[call]) <= most, "{}: {what} was asked again", PATHS[call]);
        assert_eq!(server.count("/elsewhere"), 0);
    }))
    .await;
}

/// The same answers unspoilt, with what is harmless.
#[tokio::test]
async fn what_is_harmless_is_read() {
    for (call, body) in BODIES.iter().enumerate() {
        let inner = &body[1..body.len() - 1];
        for (what, reply) in [
            ("as it is", Reply::json(200, *body)),
            (
                "another type",
                Reply::Full(200, vec![("content-type", "text/html; charset=x".to_owned())], (*body).to_owned()),
            ),
            ("no type", Reply::Full(200, vec![], (*body).to_owned())),
            ("blanks around it", Reply::json(200, format!(" \r\n\t{body}\n "))),
            ("more fields", Reply::json(200, format!(r#"{{"a":{{"success":[null,{{}}]}},{inner},"z":null}}"#))),
            ("nulls beside it", Reply::json(200, format!(r#"{{"code":null,"message":null,{inner}}}"#))),
            (
                "chunked",
                Reply::raw(format!("{HEAD}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
            ),
        ] {
            let server = serving(call, reply).await;
            assert!(is_a_yes(&server.client().0, call, what).await, "{}: {what}", PATHS[call]);
        }
        if call > 0 {
            let server = serving(call, Reply::json(200, format!("\u{feff}{body}"))).await;
            assert!(is_a_yes(&server.client().0, call, "a mark of its encoding").await, "{}", PATHS[call]);
        }
    }
}

#[tokio::test]
async fn lists_longer_than_allowed_are_not_read() {
    for (call, name) in [(1, "services"), (2, "availableAppointments"), (4, "appointments")] {
        let row = r#"{"opcode":1,"appointmentId":1,"appointmentDateTimeLocal":"2024-03-30T14:00"}"#;
        for (count, read) in [(3, true), (4, false), (5_000, false)] {
            let rows = vec![row; count].join(",");
            let server = serving(call, Reply::json(200, format!(r#"{{"success":true,"{name}":[{rows}]}}"#))).await;
            let mut settings = server.settings();
            settings.max_rows = 3;
            assert_eq!(is_a_yes(&client(settings).0, call, name).await, read, "{count} {name}");
        }
    }
}

/// A server whose one call answers so; the others answer well.
async fn serving(call: usize, reply: Reply) -> Server {
    let body = |path: &str| PATHS.iter().position(|known| *known == path).map(|place| BODIES[place]);
    Server::start(move |request, _| match body(&request.path) {
        Some(_) if request.path == PATHS[call] => reply.clone(),
        Some(good) => Reply::json(200, good),
        None => Reply::json(200, "{}"),
    })
    .await
}

//! What goes wrong before, during and around an answer; and that no secret is told to anybody.

use std::time::Duration;

use cloverwatch::domain::Outcome::Unknown;
use cloverwatch::domain::text::is_invisible;
use cloverwatch::xtime::{HttpPlatform, Platform, PlatformSettings, SetupError};
use futures::future::join_all;
use secrecy::SecretString;
use tokio::io::AsyncWriteExt;

use crate::server::{Reply, SERVICES, Server, client, connected, moment};

const SECRETS: [&str; 6] =
    ["the-client-secret", "the-api-key", "the-developer-key", "tok-0", "the-extra-secret", "dGhlLWNsaWVudDp0aGU"];

#[tokio::test]
async fn broken_answers_could_not_be_told() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let whole = r#"{"success":true,"services":[{"opcode":"a"}]}"#;
    let big = "x".repeat(1 << 20);
    let rows = vec![
        // Cut: the length promises more than comes.
        (Reply::raw(format!("{head}content-length: 500\r\n\r\n{whole}")), "middle of the answer"),
        (Reply::raw(format!("{head}transfer-encoding: chunked\r\n\r\n10\r\n{{\"suc")), "middle of the answer"),
        (Reply::raw(format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n{whole}")), "middle of the answer"),
        // Too long: announced, not announced, and sent in pieces.
        (Reply::raw(format!("{head}content-length: 99999999999\r\n\r\n{whole}")), "too long"),
        (Reply::raw(format!("{head}connection: close\r\n\r\n{{\"x\":\"{big}\"}}")), "too long"),
        (Reply::raw(format!("{head}transfer-encoding: chunked\r\n\r\n100001\r\n{big}y\r\n0\r\n\r\n")), "too long"),
        // No answer.
        (Reply::raw(""), "broke"),
        (Reply::raw("HTTP/1.1 200"), "broke"),
        (Reply::raw("SSH-2.0-x\r\n\r\n"), "no HTTP"),
        (Reply::Stall(Vec::new()), "no answer within 2s"),
        (Reply::Stall(format!("{head}content-length: 500\r\n\r\n{whole}").into_bytes()), "not complete within 2s"),
        (Reply::Stall(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), "no answer within 2s"),
    ];
    // All at once: three of them have to wait.
    join_all(rows.into_iter().map(|(reply, words)| async move {
        let server = Server::answering(reply).await;
        let mut settings = server.settings();
        if words.ends_with("2s") {
            settings.timeout = Duration::from_secs(2);
        }
        let answer = client(settings).0.probe("a").await;
        let look = answer.value;
        assert_eq!((look.outcome, look.unrecognised, answer.healthy), (Unknown, false, false), "{}", look.reason);
        assert!(look.reason.contains(words) && look.services.is_none(), "{words}: {}", look.reason);
        // Nothing is tried twice behind the engine's back, but a read whose connection was closed under it.
        assert_eq!(server.count(SERVICES), if words == "broke" { 2 } else { 1 }, "{words}");
    }))
    .await;
}

#[tokio::test]
async fn an_answer_of_just_the_allowed_length_is_read() {
    for (length, told) in [(100, true), (101, false)] {
        let body = format!("{:length$}", r#"{"success":true,"services":[]}"#);
        let server = Server::answering(Reply::json(200, body)).await;
        let mut settings = server.settings();
        settings.max_body = 100;
        assert_eq!(client(settings).0.probe("a").await.value.outcome != Unknown, told);
    }
}

#[tokio::test]
async fn no_connection_could_not_be_told() {
    // A port that was just free, and a server that does not speak TLS.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::answering(connected()).await;
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    for (base, words) in
        [(format!("http://{free}"), "no connection: "), (format!("https://127.0.0.1:{port}"), "no secure connection: ")]
    {
        let mut settings = server.settings();
        settings.base_url = base;
        let Ok(platform) = HttpPlatform::new(settings, std::sync::Arc::new(cloverwatch::clock::WallClock::real()))
        else {
            // A machine without certificates cannot try the second.
            assert!(words.contains("secure"));
            continue;
        };
        let answer = platform.probe("a").await;
        assert_eq!((answer.value.outcome, answer.healthy), (Unknown, false));
        assert!(answer.value.reason.starts_with(words), "{}", answer.value.reason);
    }
}

#[tokio::test]
async fn a_list_longer_than_allowed_is_not_read() {
    let server =
        Server::answering(Reply::json(200, r#"{"success":true,"services":[{"opcode":1},{"opcode":2},{"opcode":3}]}"#))
            .await;
    let mut settings = server.settings();
    settings.max_rows = 2;
    let look = client(settings).0.probe("a").await.value;
    assert_eq!((look.outcome, look.services), (Unknown, None));
    assert!(look.reason.contains("more than 2"), "{}", look.reason);
}

/// A platform that repeats everything it was told.
#[tokio::test]
async fn secrets_stay_secret() {
    for status in [200, 400, 401, 403, 404, 500] {
        let server = Server::platform(move |request, _| {
            let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let said = headers.join(" \u{1b}[2J\u{202e}\r\n");
            Reply::json(status, serde_json::json!({ "success": false, "code": said, "message": said }).to_string())
        })
        .await;
        let mut settings = server.settings();
        settings.headers = vec![("X-Extra".to_owned(), SecretString::from("Token the-extra-secret"))];
        let shown = format!("{settings:?}");
        let (platform, _) = client(settings);
        let reason = platform.probe("a").await.value.reason;
        let error = platform.slots("a", "b", moment().date_naive(), 6).await.value.unwrap_err();
        for text in [reason, error] {
            assert!(text.chars().count() <= 200 && !text.chars().any(is_invisible), "{text:?}");
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        }
        let all = format!("{shown}{platform:?}");
        assert!(SECRETS.iter().all(|secret| !all.contains(secret)), "{all}");
    }
    // The token call repeats them too.
    let server = Server::start(|request, _| {
        let said = format!("{} the-client-secret", request.header("authorization").unwrap());
        Reply::json(401, serde_json::json!({ "error": said }).to_string())
    })
    .await;
    let reason = server.client().0.probe("a").await.value.reason;
    assert!(SECRETS.iter().all(|secret| !reason.contains(secret)), "{reason}");
}

#[tokio::test]
async fn the_same_answer_gives_the_same_reason() {
    let server = Server::platform(|_, nth| {
        let id = format!("123e4567-e89b-12d3-a456-42661417400{nth}");
        Reply::json(400, format!(r#"{{"message":"request {id} at 2024-03-30T14:00:0{nth}Z was odd"}}"#))
    })
    .await;
    let (platform, _) = server.client();
    let (one, two) = (platform.probe("a").await.value.reason, platform.probe("a").await.value.reason);
    assert_eq!(one, two);
    assert!(one.contains("was odd"), "{one}");
}

type Spoil = fn(&mut PlatformSettings);

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = || PlatformSettings {
        base_url: "http://127.0.0.1:1/a".to_owned(),
        token_url: "http://127.0.0.1:1/t".to_owned(),
        client_id: "id".to_owned(),
        client_secret: SecretString::from("secret-secret"),
        api_key: SecretString::from("key"),
        ..PlatformSettings::default()
    };
    let bad: [(Spoil, &str); 9] = [
        (|s| s.client_id = " ".to_owned(), "client_id"),
        (|s| s.client_secret = SecretString::default(), "client_secret"),
        (|s| s.base_url = "http://example.com".to_owned(), "base_url"),
        (|s| s.token_url = "http://example.com".to_owned(), "token_url"),
        (|s| s.base_url = "http://127.0.0.1/?a=b".to_owned(), "base_url"),
        (|s| s.api_key = SecretString::from("secret\r\nx: y"), "api_key"),
        (|s| s.api_key_header = "a b".to_owned(), "api_key"),
        (|s| s.correlation_header = "a:b".to_owned(), "correlation_header"),
        (|s| s.timeout = Duration::ZERO, "timeout"),
    ];
    let make = |settings| {
        let clock = std::sync::Arc::new(cloverwatch::clock::ManualClock::at(moment()));
        HttpPlatform::new(settings, clock)
    };
    for (spoil, field) in bad {
        let mut settings = good();
        spoil(&mut settings);
        let error = make(settings).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(field) && !text.contains("secret\r"), "{text}");
        assert!(matches!(error, SetupError::Missing(_) | SetupError::Bad { .. }));
    }
    assert!(make(good()).is_ok());
}

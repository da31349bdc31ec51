//! Reading appointments back: wholly, or not at all.

use cloverwatch::xtime::Platform;

use crate::server::{APPOINTMENTS, Reply, Server, booking, client};

const VIN: &str = "1FTEW1EP5NFA00000";

#[tokio::test]
async fn what_stands_is_read_back() {
    let body = r#"{"success":true,"appointments":[{"appointmentId":"a-1","vin":"1FTEW1EP5NFA00000",
        "appointmentDateTimeLocal":"2024-03-30T14:00Z","comment":"hello","firstName":"Test","lastName":"Appointment",
        "emailAddress":"test@example.com","phoneNumber":"7975550950",
        "services":[{"opcode":"Tell Us More","serviceName":"General"}]}]}"#;
    let server = Server::answering(Reply::json(200, body)).await;
    let mut settings = server.settings();
    settings.appointments_path = "/standing".to_owned();
    for (settings, path) in [(server.settings(), APPOINTMENTS), (settings, "/xtime/service/standing")] {
        let (platform, _) = client(settings);
        let answer = platform.appointments("xts 1", VIN).await;
        let found = answer.value.unwrap();
        assert!(answer.healthy && found.len() == 1 && found[0].local == booking().local);
        assert_eq!((found[0].id.raw(), found[0].services[0].name.raw()), ("a-1", "General"));
        let asked = &server.seen(path)[0];
        assert_eq!((asked.method.as_str(), asked.query.as_str()), ("GET", "dealerCode=xts%201&vin=1FTEW1EP5NFA00000"));
        assert_eq!((asked.header("x-api-key"), asked.body.as_str()), (Some("the-api-key"), ""));
    }
}

#[tokio::test]
async fn what_could_not_be_told_is_not_none() {
    let rows = [
        (200, r#"{"success":true}"#, "no list of appointments"),
        (200, r#"{"success":true,"appointments":[{}]}"#, "could not be read as a whole"),
        (200, r#"{"success":true,"appointments":null}"#, "could not be read as a whole"),
        (200, r#"{"appointments":[]}"#, "no word of success"),
        (200, r#"{"success":false,"code":"x-000001","message":"odd"}"#, "code x-000001: odd"),
        (200, r#"{"success":false,"appointments":[]}"#, "status 200"),
        (200, r#"{"success":true,"services":[]}"#, "no list of appointments"),
        (403, r#"{"message":"Forbidden"}"#, "status 403"),
        (404, r#"{"message":"no such vehicle"}"#, "status 404"),
        (500, r#"{"success":true,"appointments":[]}"#, "status 500"),
        (204, "", "empty answer"),
    ];
    for (status, body, words) in rows {
        let server = Server::answering(Reply::json(status, body)).await;
        let error = server.client().0.appointments("a", VIN).await.value.unwrap_err();
        assert!(error.contains(words), "{body}: {error}");
        assert_eq!(server.count(APPOINTMENTS), 1);
    }
    let server = Server::answering(Reply::json(200, r#"{"success":true,"appointments":[]}"#)).await;
    assert_eq!(server.client().0.appointments("a", VIN).await.value, Ok(vec![]));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::platform(|request, _| match request.header("authorization") {
        Some("Bearer tok-0") => Reply::json(401, "{}"),
        _ => Reply::json(200, r#"{"success":true,"appointments":[]}"#),
    })
    .await;
    assert_eq!(server.client().0.appointments("a", VIN).await.value, Ok(vec![]));
    assert_eq!((server.count(APPOINTMENTS), server.count("/token")), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_asked() {
    let server = Server::answering(Reply::json(200, r#"{"success":true,"appointments":[]}"#)).await;
    let (platform, _) = server.client();
    for (code, vin) in [("", VIN), ("a", ""), ("a", " "), ("a", &*"x".repeat(600))] {
        let answer = platform.appointments(code, vin).await;
        assert!(answer.healthy && answer.value.unwrap_err().contains("nothing was asked"));
    }
    assert!(server.all().is_empty());
}

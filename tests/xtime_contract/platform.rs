//! What is sent, and how whole answers are read.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use cloverwatch::domain::Outcome::{self, Connected, NotConnected, OurCredentials, Unknown};
use cloverwatch::xtime::Platform;

use crate::server::{Reply, SERVICES, SLOTS, Server, client, connected, moment};

#[tokio::test]
async fn what_is_sent() {
    let server = Server::answering(connected()).await;
    let (platform, _) = server.client();
    let look = platform.probe("xts 1/2&x=é\r\n").await.value;
    platform.probe("xts2").await;
    assert_eq!((look.outcome, look.began_at, look.ended_at), (Connected, moment(), moment()));
    let services = look.services.unwrap();
    assert_eq!((services[0].opcode.raw(), services[0].name.raw()), ("Tell Us More", "General"));

    let token = &server.seen("/token")[0];
    assert_eq!(
        (token.method.as_str(), token.header("content-type")),
        ("POST", Some("application/x-www-form-urlencoded"))
    );
    // the-client:the-client-secret
    assert_eq!(token.header("authorization"), Some("Basic dGhlLWNsaWVudDp0aGUtY2xpZW50LXNlY3JldA=="));
    let scope = "cai.scheduling.appointments.read+cai.scheduling.appointments.write";
    assert_eq!(token.body, format!("grant_type=client_credentials&scope={scope}"));
    assert_eq!(token.header("x-api-key"), None);

    let asked = server.seen(SERVICES);
    assert_eq!(asked[0].query, "dealerCode=xts%201%2F2%26x%3D%C3%A9%0D%0A&year=1994&make=OTHER&model=OTHER");
    for (name, value) in [
        ("authorization", "Bearer tok-0"),
        ("x-api-key", "the-api-key"),
        ("developerkey", "the-developer-key"),
        ("content-type", "application/json"),
        ("user-agent", concat!("cloverwatch/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(asked[0].header(name), Some(value));
    }
    let ids: Vec<_> =
        asked.iter().chain([token]).map(|request| request.header("x-coxauto-correlation-id").unwrap()).collect();
    assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

#[tokio::test]
async fn everything_about_the_request_is_configuration() {
    let server = Server::answering(connected()).await;
    let mut settings = server.settings();
    settings.base_url += "/";
    settings.services_path = "v2/list".to_owned();
    settings.api_key_header = "X-Key".to_owned();
    settings.developer_key = None;
    settings.correlation_header = String::new();
    settings.scopes.clear();
    settings.year = Some(2020);
    settings.make = "ANY MAKE".to_owned();
    settings.user_agent = "desk/1".to_owned();
    settings.headers = vec![
        ("Accept".to_owned(), "text/json".to_owned().into()),
        ("X-More".to_owned(), "more".to_owned().into()),
        ("Authorization".to_owned(), "never".to_owned().into()),
    ];
    assert_eq!(client(settings).0.probe("a").await.value.outcome, Connected);
    let asked = &server.seen("/xtime/service/v2/list")[0];
    assert_eq!(asked.query, "dealerCode=a&year=2020&make=ANY%20MAKE&model=OTHER");
    assert_eq!(server.seen("/token")[0].body, "grant_type=client_credentials");
    for (name, value) in [
        ("accept", Some("text/json")),
        ("x-more", Some("more")),
        ("x-key", Some("the-api-key")),
        ("x-api-key", None),
        ("developerkey", None),
        ("x-coxauto-correlation-id", None),
        ("user-agent", Some("desk/1")),
        ("authorization", Some("Bearer tok-0")),
    ] {
        assert_eq!(asked.header(name), value, "{name}");
    }
}

/// One row of "what we record", over the wire: answer, outcome, healthy, unrecognised, words of the reason.
#[tokio::test]
async fn the_table_of_what_we_record() {
    let page = || Reply::Full(200, vec![("content-type", "text/html".to_owned())], "<html>hello".to_owned());
    let json = |status, body: &str| Reply::json(status, body);
    let deep = format!(r#"{{"success":true,"services":[],"x":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let rows: Vec<(Reply, Outcome, bool, bool, &str)> = vec![
        (connected(), Connected, true, false, "1 services"),
        (json(200, r#"{"success":true,"services":[]}"#), Connected, true, false, "empty list"),
        (json(200, r#"{"success":true,"services":null}"#), Connected, true, false, "empty list"),
        (json(200, r#"{"success":true}"#), Unknown, true, true, "no list of services"),
        (json(200, r#"{"success":false}"#), Unknown, true, true, "unrecognised answer: status 200"),
        (
            json(200, r#"{"success":false,"code":"x-000123","message":"odd"}"#),
            Unknown,
            true,
            true,
            "code x-000123: odd",
        ),
        (
            json(200, r#"{"success":false,"code":"x-1","message":"Dealer not connected"}"#),
            Unknown,
            true,
            true,
            "code x-1: Dealer not connected",
        ),
        (json(200, r#"{"services":[{"opcode":"a"}]}"#), Unknown, true, true, "no word of success"),
        (json(206, r#"{"success":true,"services":[{"opcode":"a"}]}"#), Unknown, true, true, "status 206"),
        (
            json(200, r#"{"success":true,"services":[5,null,{"opcode":null},{"opcode":7}]}"#),
            Unknown,
            true,
            true,
            "a list of services that cannot be read",
        ),
        (
            json(200, r#"{"success":true,"services":[{"opcode":"a"}],"message":"dealer not connected"}"#),
            Unknown,
            true,
            true,
            "success: dealer not connected",
        ),
        (json(200, &deep), Unknown, false, false, "no JSON object"),
        (json(200, r#"{"success":false,"message":"Too many requests"}"#), Unknown, false, false, "Too many"),
        (json(401, r#"{"message":"Dealer xts1 is not authorized"}"#), OurCredentials, false, false, "not authorized"),
        (json(401, r#"{"message":"Unauthorized"}"#), OurCredentials, false, false, "token was refused"),
        (json(401, ""), OurCredentials, false, false, "token was refused"),
        (json(403, r#"{"message":"Forbidden"}"#), NotConnected, true, false, "status 403: Forbidden"),
        (json(403, ""), Unknown, true, true, "unrecognised answer: status 403"),
        (json(403, r#"{"message":"Quota exceeded"}"#), Unknown, false, false, "Quota"),
        (json(403, r#"{"message":"Invalid API key"}"#), Unknown, true, true, "status 403: Invalid API key"),
        (json(403, r#"{"error":"insufficient_scope"}"#), OurCredentials, false, false, "insufficient_scope"),
        (json(403, r#"{"message":"because"}"#), Unknown, true, true, "because"),
        (json(404, r#"{"message":"no such thing"}"#), Unknown, true, true, "status 404: no such thing"),
        (json(418, "{}"), Unknown, true, true, "status 418"),
        (json(429, "{}"), Unknown, false, false, "status 429"),
        (json(500, "boom"), Unknown, false, false, "status 500"),
        (json(503, r#"{"message":"Dealer is not connected"}"#), Unknown, false, false, "status 503"),
        (json(200, "{\"success\":tru"), Unknown, false, false, "no JSON"),
        (json(200, "[]"), Unknown, false, false, "no JSON"),
        (json(200, ""), Unknown, false, false, "empty answer"),
        (json(204, ""), Unknown, false, false, "empty answer"),
        (page(), Unknown, false, false, "web page"),
        (json(403, "<!doctype html>Forbidden"), Unknown, false, false, "web page"),
        (json(302, "").with("location", "/elsewhere"), Unknown, false, false, "redirect"),
        (
            json(307, r#"{"success":true,"services":[]}"#).with("location", "/elsewhere"),
            Unknown,
            false,
            false,
            "redirect",
        ),
    ];
    for (reply, outcome, healthy, unrecognised, words) in rows {
        let server = Server::answering(reply.clone()).await;
        let (platform, _) = server.client();
        let answer = platform.probe("xts1").await;
        let look = answer.value;
        let found = (look.outcome, answer.healthy, look.unrecognised);
        assert_eq!(found, (outcome, healthy, unrecognised), "{reply:?}: {}", look.reason);
        assert!(look.reason.contains(words), "{reply:?}: {}", look.reason);
        assert_eq!(look.services.is_some(), outcome == Connected, "{reply:?}");
        assert_eq!(server.count("/elsewhere"), 0);
    }
}

#[tokio::test]
async fn retry_after_and_the_platforms_clock() {
    let cases = [
        ("30", None, Some(30)),
        ("7200", None, Some(900)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", None, Some(60)),
        // Their clock runs 20 s ahead; the pause that they mean is 40 s.
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some("Sun, 06 Nov 1994 08:49:57 GMT"), Some(40)),
        // Limits are by the second.
        ("in a while", Some("yesterday"), Some(1)),
    ];
    for (retry, date, pause) in cases {
        let mut reply = Reply::json(429, "{}").with("retry-after", retry);
        if let Some(date) = date {
            reply = reply.with("date", date);
        }
        let server = Server::answering(reply).await;
        let answer = server.client().0.probe("a").await;
        assert_eq!(answer.retry_after.map(|wait| wait.as_secs()), pause, "{retry}");
        let skew = date.filter(|date| date.contains("1994")).map(|_| chrono::TimeDelta::seconds(20));
        assert_eq!(answer.clock_skew, skew);
    }
    // The token call may ask for a pause too, and an answer that is too long still says when to come back.
    for status in [503, 429] {
        let server = Server::start(move |_, _| Reply::json(status, "{}").with("retry-after", "17")).await;
        let answer = server.client().0.probe("a").await;
        assert_eq!((answer.retry_after, answer.healthy), (Some(Duration::from_secs(17)), false));
        assert_eq!(server.count(SERVICES), 0);
    }
    let long = Reply::json(503, "x".repeat(2_000_000)).with("retry-after", "18");
    let server = Server::answering(long).await;
    assert_eq!(server.client().0.probe("a").await.retry_after, Some(Duration::from_secs(18)));
}

#[tokio::test]
async fn slots_of_at_most_six_days() {
    let body = r#"{"success":true,"availableAppointments":[
        {"appointmentDateTimeLocal":"1994-11-08T09:00-0500","durationMinutes":20},
        {"appointmentDateTimeLocal":"1994-11-07T14:00Z"}]}"#;
    let server = Server::answering(Reply::json(200, body)).await;
    let (platform, _) = server.client();
    let start = NaiveDate::from_ymd_opt(1994, 11, 7).unwrap();
    let slots = platform.slots("xts1", "Tell Us More", start, 30).await.value.unwrap();
    let shown: Vec<_> = slots.iter().map(|slot| (slot.local.to_string(), slot.minutes)).collect();
    assert_eq!(shown, [("1994-11-07 14:00:00".to_owned(), 15), ("1994-11-08 09:00:00".to_owned(), 20)]);
    platform.slots("xts1", "a&b", start, 2).await.value.unwrap();
    let asked = server.seen(SLOTS);
    assert_eq!(
        asked[0].query,
        "dealerCode=xts1&start=1994-11-07&end=1994-11-13&opcode=Tell%20Us%20More&year=1994&make=OTHER&model=OTHER"
    );
    assert!(asked[1].query.contains("end=1994-11-09&opcode=a%26b&"));
}

#[tokio::test]
async fn slots_that_could_not_be_told() {
    for (body, words) in [
        (r#"{"success":true}"#, "no list of slots"),
        (r#"{"success":true,"availableAppointments":[{}]}"#, "could not be read"),
        (r#"{"success":false,"code":"x-001009","message":"slot not available"}"#, "code x-001009"),
        (r#"{"success":false,"message":"Dealer is not connected"}"#, "not connected"),
        (r#"{"success":true,"services":[]}"#, "no list of slots"),
    ] {
        let server = Server::answering(Reply::json(200, body)).await;
        let start = moment().date_naive();
        let error = server.client().0.slots("a", "b", start, 6).await.value.unwrap_err();
        assert!(error.contains(words), "{body}: {error}");
    }
    for body in [r#"{"success":true,"availableAppointments":[]}"#, r#"{"success":true,"availableAppointments":null}"#] {
        let server = Server::answering(Reply::json(200, body)).await;
        assert_eq!(server.client().0.slots("a", "b", moment().date_naive(), 6).await.value, Ok(vec![]));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_asked() {
    let server = Server::answering(connected()).await;
    let (platform, _) = server.client();
    for code in ["", " \t", &"x".repeat(600)] {
        let answer = platform.probe(code).await;
        assert_eq!((answer.value.outcome, answer.value.unrecognised, answer.healthy), (Unknown, true, true));
    }
    assert!(platform.slots("a", "", moment().date_naive(), 6).await.value.is_err());
    assert!(platform.slots("a", "b", NaiveDate::MAX, 6).await.value.is_err());
    assert_eq!((server.count(SERVICES), server.count(SLOTS), server.count("/token")), (0, 0, 0));
}

#[tokio::test]
async fn what_doctor_finds() {
    let date = "Sun, 06 Nov 1994 08:47:37 GMT";
    let server = Server::platform(move |_, _| Reply::json(403, "").with("date", date)).await;
    let (found, skew) = server.client().0.diagnose().await;
    let shown: Vec<_> = found.iter().map(|finding| (finding.name, finding.ok)).collect();
    assert_eq!(shown, [("dns", true), ("connection", true), ("token", true)]);
    assert_eq!(skew, Some(TimeDelta::seconds(-120)));
    let asked = server.seen(SERVICES);
    assert!(
        asked.iter().all(|request| request.header("authorization").is_none() && request.header("x-api-key").is_none())
    );

    let refusing = Server::start(|request, _| match request.path.as_str() {
        "/token" => Reply::json(401, r#"{"error":"access_denied"}"#),
        _ => Reply::Raw(Vec::new()),
    })
    .await;
    let (found, _) = refusing.client().0.diagnose().await;
    let bad: Vec<_> = found.iter().filter(|finding| !finding.ok).map(|finding| finding.name).collect();
    assert_eq!(bad, ["connection", "token"]);
    assert!(found.iter().any(|finding| finding.detail.contains("access_denied")));
}

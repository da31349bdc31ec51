//! Codes over HTTP: the request is a template that nothing can break out of, and the answer is read or refused.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::ManualClock;
use cloverwatch::domain::{CodeOrigin, IntentId};
use cloverwatch::xtime::source::{HeaderText, HttpSettings, HttpSource};
use cloverwatch::xtime::{CodeSource, ObtainedCode, SetupError, SourceError, SourceRequest};
use futures::future::join_all;
use proptest::prelude::*;
use secrecy::SecretString;

use crate::command::request;
use crate::server::{Reply, Server, moment};

fn settings(url: String) -> HttpSettings {
    HttpSettings {
        url,
        body: Some(r#"{"dealerCode": "{{ dealer_code }}", "name": "{{ name }}"}"#.to_owned()),
        headers: vec![
            ("Authorization".to_owned(), HeaderText::Secret(SecretString::from("Bearer partner-secret"))),
            ("X-Dealer".to_owned(), HeaderText::Template("{{ dealer_code }}; {{ name }}".to_owned())),
        ],
        code: "/data/code".to_owned(),
        expires_at: Some("/data/expires".to_owned()),
        generated_at: Some("/data/made".to_owned()),
        timeout: Duration::from_secs(20),
        ..HttpSettings::default()
    }
}

fn source(settings: HttpSettings) -> Result<HttpSource, SetupError> {
    HttpSource::new(settings, Arc::new(ManualClock::at(moment())))
}

/// Asks a source that answers so; one that falls silent is given up after two seconds.
async fn ask(reply: Reply) -> Result<ObtainedCode, SourceError> {
    let silent = matches!(reply, Reply::Stall(_));
    let server = Server::start(move |_, _| reply.clone()).await;
    let mut settings = settings(server.url("/invitations"));
    if silent {
        settings.timeout = Duration::from_secs(2);
    }
    source(settings).unwrap().obtain(&request("Example Motors")).await
}

#[tokio::test]
async fn a_code_is_obtained_and_a_retry_is_the_same_request() {
    let server = Server::start(|_, nth| match nth {
        0 => Reply::json(503, "{}").with("retry-after", "3"),
        _ => Reply::json(
            201,
            r#"{"data":{"code":" AB-12345 ","expires":"2024-03-30T14:00:00-05:00","made":"2024-03-27T14:00:00.5Z"}}"#,
        ),
    })
    .await;
    let source = source(settings(server.url("/{{ dealer_code }}/invitations?for={{ name }}"))).unwrap();
    assert_eq!(source.origin(), CodeOrigin::Http);
    let name = "D'Amico \"Ford\" \\ {{ intent }}\r\nX-Evil: 1 & é";
    let first = source.obtain(&request(name)).await.unwrap_err();
    let SourceError::Unclear { retry_after, .. } = first else { panic!("{first:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(3)));
    let obtained = source.obtain(&request(name)).await.unwrap();
    assert_eq!(obtained.code.reveal(), "AB-12345");
    assert_eq!(obtained.expires_at.unwrap().to_rfc3339(), "2024-03-30T19:00:00+00:00");
    assert_eq!(obtained.generated_at.unwrap().to_rfc3339(), "2024-03-27T14:00:00.500+00:00");

    let asked = server.seen("/xts1/invitations");
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (&asked[0].body, &asked[0].query, asked[0].header("idempotency-key")),
        (&asked[1].body, &asked[1].query, asked[1].header("idempotency-key"))
    );
    assert_eq!(asked[0].header("idempotency-key"), Some(IntentId::from_bits(77).to_string().as_str()));
    assert_eq!(asked[0].header("authorization"), Some("Bearer partner-secret"));
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(asked[0].header("x-evil"), None);
    assert_eq!(asked[0].header("x-dealer"), Some("xts1; D'Amico \"Ford\" \\ {{ intent }} X-Evil: 1 & é"));
    let body: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(body, serde_json::json!({ "dealerCode": "xts1", "name": name }));
    assert!(asked[0].query.starts_with("for=D%27Amico%20%22Ford%22%20%5C%20%7B%7B%20intent"), "{}", asked[0].query);
    assert!(!format!("{source:?}").contains("partner-secret"));
}

#[tokio::test]
async fn other_bodies_are_escaped_for_what_they_are() {
    for (kind, body, sent) in [
        ("application/x-www-form-urlencoded", "n={{ name }}&x=1", "n=A%26b%3D%3C&x=1"),
        ("text/xml; charset=utf-8", "<n a='{{ name }}'/>", "<n a='A&amp;b=&lt;'/>"),
        ("application/vnd.api+json", "[\"{{ name }}\"]", "[\"A&b=<\"]"),
    ] {
        let server = Server::start(|_, _| Reply::json(200, r#"{"data":{"code":12345}}"#)).await;
        let mut settings = settings(server.url("/"));
        settings.method = "put".to_owned();
        settings.headers = vec![("content-type".to_owned(), HeaderText::Template(kind.to_owned()))];
        settings.body = Some(body.to_owned());
        let obtained = source(settings).unwrap().obtain(&request("A&b=<")).await.unwrap();
        assert_eq!((obtained.code.reveal(), obtained.expires_at), ("12345", None));
        let asked = &server.seen("/")[0];
        assert_eq!(
            (asked.method.as_str(), asked.header("content-type"), asked.body.as_str()),
            ("PUT", Some(kind), sent)
        );
    }
}

/// What kind of failure it is, in a word.
fn kind(error: &SourceError) -> &'static str {
    match error {
        SourceError::Refused(_) => "refused",
        SourceError::TurnedAway(_) => "turned away",
        SourceError::Unusable(_) => "unusable",
        SourceError::Unclear { .. } => "unclear",
    }
}

#[tokio::test]
async fn only_an_answer_that_surely_refuses_is_a_refusal() {
    let gone = ask(Reply::json(410, "{}")).await.unwrap_err();
    assert_eq!(kind(&gone), "refused", "{gone}");
    for (reply, words) in [
        (
            Reply::json(400, r#"{"message":"no such dealer AB-12345","data":{"code":"AB-12345"}}"#),
            "status 400: no such",
        ),
        (Reply::json(404, "<html>"), "status 404"),
        (Reply::json(422, "{}"), "status 422"),
    ] {
        let error = ask(reply).await.unwrap_err();
        assert_eq!(kind(&error), "turned away", "{words}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("AB-12345"), "{error}");
    }
    for (reply, words) in [
        (Reply::json(401, "{}"), "status 401"),
        (Reply::json(403, r#"{"message":"key partner-secret is bad"}"#), "key [hidden] is bad"),
    ] {
        let error = ask(reply).await.unwrap_err();
        assert_eq!(kind(&error), "turned away", "{words}");
        assert!(error.to_string().contains(words), "{error}");
    }
    // A key in the query of the address is as secret as one in a header.
    let server = Server::start(|_, _| Reply::json(403, r#"{"message":"no key query-s3cret for xts1"}"#)).await;
    let address = server.url("/invitations?key=query-s3cret&dealer={{ dealer_code }}");
    let error = source(settings(address)).unwrap().obtain(&request("Example Motors")).await.unwrap_err();
    assert!(error.to_string().contains("no key [hidden] for xts1"), "{error}");
    // It answered with success or led elsewhere: there may be a code.
    for (reply, words) in [
        (Reply::json(302, "").with("location", "/elsewhere"), "redirect"),
        (Reply::json(200, "{}"), "nothing at /data/code"),
        (Reply::json(200, r#"{"data":{"code":null}}"#), "nothing at /data/code"),
        (Reply::json(200, r#"{"data":{"code":true}}"#), "/data/code is no text"),
        (Reply::json(200, r#"{"data":{"code":1.5}}"#), "/data/code is no text"),
        (Reply::json(200, r#"{"data":{"code":"XYZ"}}"#), "at /data/code, the code has 3 characters"),
        (Reply::json(200, r#"{"data":{"code":"XYZ 12345"}}"#), "white space"),
        (Reply::json(200, "<html>"), "no JSON"),
        (Reply::json(204, ""), "no JSON"),
        (Reply::json(200, "x".repeat(300_000)), "too long"),
    ] {
        let error = ask(reply).await.unwrap_err();
        let text = error.to_string();
        assert!(kind(&error) == "unusable" && text.contains(words), "{words}: {text}");
        assert!(!text.contains("XYZ") && !text.contains("partner-secret"), "{text}");
    }
}

#[tokio::test]
async fn what_is_unclear_may_be_tried_again() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"data\":{\"code\":\"AB-12345\"";
    let rows = [
        (Reply::json(408, "{}"), "status 408", None),
        (Reply::json(425, "{}"), "status 425", None),
        (Reply::json(409, r#"{"message":"AB-12345 is open","data":{"code":"AB-12345"}}"#), "[hidden] is open", None),
        (Reply::json(202, r#"{"message":"in progress"}"#).with("retry-after", "5"), "in progress", Some(5)),
        (Reply::json(202, ""), "status 202", None),
        (Reply::json(429, "{}").with("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"), "status 429", Some(60)),
        (Reply::json(500, r#"{"error":"AB-12345","data":{"code":"AB-12345"}}"#), "[hidden]", None),
        (Reply::json(503, "x".repeat(300_000)).with("retry-after", "9000"), "status 503", Some(900)),
        (Reply::Raw(Vec::new()), "broke", None),
        (Reply::raw(head), "middle of the answer", None),
        (Reply::Stall(Vec::new()), "no answer within 2s", None),
        (Reply::Stall(head.into()), "not complete within 2s", None),
    ];
    join_all(rows.into_iter().map(|(reply, words, retry_after)| async move {
        let error = ask(reply).await.unwrap_err();
        let SourceError::Unclear { reason, retry_after: found } = error else { panic!("{error}") };
        assert!(reason.contains(words) && !reason.contains("AB-12345"), "{words}: {reason}");
        assert_eq!(found.map(|wait| wait.as_secs()), retry_after, "{words}");
    }))
    .await;
}

#[tokio::test]
async fn an_expiry_that_cannot_be_read_does_not_cost_the_code() {
    for expires in ["\"soon\"", "17", "null", "\"2024-03-30\"", "{}"] {
        let body = format!(r#"{{"data":{{"code":"AB-12345","expires":{expires}}}}}"#);
        let obtained = ask(Reply::json(200, body)).await.unwrap();
        assert_eq!((obtained.code.reveal(), obtained.expires_at), ("AB-12345", None));
    }
}

#[tokio::test]
async fn nothing_filled_in_leads_elsewhere() {
    let server = Server::start(|_, _| Reply::json(200, r#"{"data":{"code":"AB-12345"}}"#)).await;
    let source = source(settings(server.url("/v1/{{ name }}/invitations"))).unwrap();
    for name in [".", ".."] {
        assert!(matches!(source.obtain(&request(name)).await, Err(SourceError::TurnedAway(_))), "{name}");
    }
    for (name, path) in [
        ("../../admin", "/v1/..%2F..%2Fadmin/invitations"),
        ("a?b#c", "/v1/a%3Fb%23c/invitations"),
        ("@example.com:1/", "/v1/%40example.com%3A1%2F/invitations"),
        ("%2e%2e", "/v1/%252e%252e/invitations"),
    ] {
        source.obtain(&request(name)).await.unwrap();
        assert_eq!(server.count(path), 1, "{name}");
    }
}

#[test]
fn templates_that_cannot_work_are_refused_at_the_start() {
    type Spoil = fn(&mut HttpSettings);
    let bad: [(Spoil, &str); 13] = [
        (|s| s.url = String::new(), "url"),
        (|s| s.url = "http://example.com/".to_owned(), "url"),
        (|s| s.url = "https://{{ dealer_code }}.example.com/".to_owned(), "url"),
        (|s| s.url = "{{ name }}".to_owned(), "url"),
        (|s| s.url = "https://example.com/{{ dealer }}".to_owned(), "url"),
        (|s| s.method = "DELETE".to_owned(), "method"),
        (|s| s.body = Some(r#"{"a": {{ name }}}"#.to_owned()), "body"),
        (|s| s.body = Some("{{ name".to_owned()), "body"),
        (|s| s.headers = vec![("a b".to_owned(), HeaderText::Template(String::new()))], "headers.a b"),
        (|s| s.headers = vec![("a".to_owned(), HeaderText::Template("{{ x }}".to_owned()))], "headers.a"),
        (|s| s.headers = vec![("a".to_owned(), HeaderText::Secret(SecretString::from("x\ny")))], "headers.a"),
        (|s| s.code = "data.code".to_owned(), "code"),
        (|s| s.timeout = Duration::ZERO, "timeout"),
    ];
    for (spoil, field) in bad {
        let mut settings = settings("https://example.com/x".to_owned());
        spoil(&mut settings);
        let error = source(settings).unwrap_err().to_string();
        assert!(error.contains(&format!("`{field}`")), "{field}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever a dealership is called, the partner reads exactly that, and nothing else of the request moves.
    #[test]
    fn hostile_names_arrive_as_names(name in any::<String>(), code in "\\PC{1,30}") {
        prop_assume!(!matches!(name.as_str(), "." | "..") && !matches!(code.as_str(), "." | ".."));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let asked = runtime.block_on(async {
            let server = Server::start(|_, _| Reply::json(200, r#"{"data":{"code":"AB-12345"}}"#)).await;
            let source = source(settings(server.url("/i/{{ dealer_code }}?n={{ name }}"))).unwrap();
            let asked = SourceRequest { dealer_code: code.clone(), ..request(&name) };
            source.obtain(&asked).await.unwrap();
            let path = reqwest::Url::parse(&server.url("/i/")).unwrap().path().to_owned();
            server.all().into_iter().find(|request| request.path.starts_with(&path)).unwrap()
        });
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        prop_assert_eq!(body, serde_json::json!({ "dealerCode": code, "name": name }));
        let url = reqwest::Url::parse(&format!("http://localhost{}?{}", asked.path, asked.query)).unwrap();
        let pairs: Vec<_> = url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        prop_assert_eq!(pairs, vec![("n".to_owned(), name)]);
        prop_assert_eq!(url.path_segments().unwrap().count(), 2);
    }
}

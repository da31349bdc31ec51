//! The life of the token: one fetch for all, renewal before the end, one renewal when it is refused, never a storm.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::domain::Outcome::{Connected, NotConnected, OurCredentials, Unknown};
use cloverwatch::xtime::Platform;
use futures::future::join_all;

use crate::server::{Reply, Request, SERVICES, Server, client, connected, token};

fn bearer(request: &Request) -> &str {
    request.header("authorization").unwrap_or_default()
}

/// 50 probes that begin before any answer can arrive: on one thread, all are polled before the server is.
async fn fifty(platform: &impl Platform) -> Vec<cloverwatch::xtime::AttemptReport<cloverwatch::domain::ProbeResult>> {
    join_all((0..50).map(|_| platform.probe("a"))).await
}

#[tokio::test]
async fn fifty_looks_share_one_fetch() {
    let server = Server::answering(connected()).await;
    let (platform, _) = server.client();
    let answers = fifty(&platform).await;
    assert!(answers.iter().all(|answer| answer.value.outcome == Connected));
    assert_eq!((server.count("/token"), server.count(SERVICES)), (1, 50));
}

#[tokio::test]
async fn fifty_looks_share_one_failure() {
    for (status, body, outcome) in
        [(500, "{}", Unknown), (429, "{}", Unknown), (401, r#"{"error":"access_denied"}"#, OurCredentials)]
    {
        let server = Server::start(move |_, _| Reply::json(status, body)).await;
        let (platform, _) = server.client();
        let answers = fifty(&platform).await;
        assert!(answers.iter().all(|answer| answer.value.outcome == outcome && !answer.healthy), "{status}");
        assert_eq!((server.count("/token"), server.count(SERVICES)), (1, 0));
        // The next probe tries again: how often that may be is the engine's affair.
        platform.probe("a").await;
        assert_eq!(server.count("/token"), 2);
    }
}

#[tokio::test]
async fn many_threads_share_one_fetch() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let counts = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            let server = Server::answering(connected()).await;
            let platform = Arc::new(server.client().0);
            let looks = (0..50).map(|_| {
                let platform = Arc::clone(&platform);
                tokio::spawn(async move { platform.probe("a").await.value.outcome })
            });
            let outcomes = join_all(looks).await;
            assert!(outcomes.into_iter().all(|outcome| outcome.unwrap() == Connected));
            (server.count("/token"), server.count(SERVICES))
        })
    });
    assert_eq!(counts.await.unwrap(), (1, 50));
}

#[tokio::test]
async fn renewed_before_its_end() {
    let server = Server::answering(connected()).await;
    let (platform, clock) = server.client();
    platform.probe("a").await;
    clock.advance(Duration::from_secs(86_400 - 601));
    platform.probe("a").await;
    assert_eq!(server.count("/token"), 1);
    clock.advance(Duration::from_secs(1));
    // All fifty find it due; one renews, the others go on with the old one.
    fifty(&platform).await;
    assert_eq!(server.count("/token"), 2);
    platform.probe("a").await;
    let last = server.seen(SERVICES).pop().unwrap();
    assert_eq!((bearer(&last), server.count("/token")), ("Bearer tok-1", 2));
}

#[tokio::test]
async fn an_early_renewal_that_fails_is_no_failure() {
    let server = Server::start(|request, nth| match (request.path.as_str(), nth) {
        ("/token", 0) => token(0, "3600"),
        ("/token", _) => Reply::json(503, "{}"),
        _ => connected(),
    })
    .await;
    let (platform, clock) = server.client();
    platform.probe("a").await;
    clock.advance(Duration::from_secs(3_100));
    for _ in 0..5 {
        assert_eq!(platform.probe("a").await.value.outcome, Connected);
    }
    assert_eq!(server.count("/token"), 2);
    clock.advance(Duration::from_secs(61));
    platform.probe("a").await;
    assert_eq!(server.count("/token"), 3);
    // At its end there is none.
    clock.advance(Duration::from_secs(500));
    assert_eq!(platform.probe("a").await.value.outcome, Unknown);
}

#[tokio::test]
async fn short_lives_are_no_storm() {
    for (expires_in, lives) in [("600", 300), ("60", 30), ("0", 5), ("-1", 5), ("null", 150), ("\"900\"", 450)] {
        let server = Server::start(move |request, nth| match request.path.as_str() {
            "/token" => token(nth, expires_in),
            _ => connected(),
        })
        .await;
        let (platform, clock) = server.client();
        for _ in 0..10 {
            platform.probe("a").await;
        }
        assert_eq!(server.count("/token"), 1, "{expires_in}");
        clock.advance(Duration::from_millis(lives * 1_000 - 1));
        platform.probe("a").await;
        assert_eq!(server.count("/token"), 1, "{expires_in}");
        clock.advance(Duration::from_millis(1));
        platform.probe("a").await;
        assert_eq!(server.count("/token"), 2, "{expires_in}");
    }
}

#[tokio::test]
async fn suspend_and_clock_steps_do_not_lengthen_its_life() {
    let server = Server::answering(connected()).await;
    let (platform, clock) = server.client();
    platform.probe("a").await;
    // Suspended for two days: only the wall clock saw it.
    clock.step_to(clock.start() + chrono::TimeDelta::days(2));
    platform.probe("a").await;
    assert_eq!(server.count("/token"), 2);
    // Stepped back by a year, then a day goes by: only the monotonic clock saw it.
    clock.step_to(clock.start() - chrono::TimeDelta::days(365));
    platform.probe("a").await;
    assert_eq!(server.count("/token"), 2);
    clock.advance(Duration::from_secs(86_400));
    platform.probe("a").await;
    assert_eq!(server.count("/token"), 3);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    // The platform has forgotten the first token.
    let server = Server::platform(|request, _| match bearer(request) {
        "Bearer tok-0" => Reply::json(401, r#"{"message":"Unauthorized"}"#),
        _ => connected(),
    })
    .await;
    let (platform, _) = server.client();
    let answers = fifty(&platform).await;
    assert!(answers.iter().all(|answer| answer.value.outcome == Connected));
    assert_eq!((server.count("/token"), server.count(SERVICES)), (2, 100));
}

#[tokio::test]
async fn refused_again_is_about_us_and_no_storm() {
    let server = Server::answering(Reply::json(401, r#"{"message":"Unauthorized"}"#)).await;
    let (platform, clock) = server.client();
    let answer = platform.probe("a").await;
    assert_eq!((answer.value.outcome, answer.healthy), (OurCredentials, false));
    assert_eq!((server.count("/token"), server.count(SERVICES)), (2, 2));
    // The second was refused as well: for a minute nobody hopes for a third.
    let answers = fifty(&platform).await;
    assert!(answers.iter().all(|answer| answer.value.outcome == OurCredentials));
    assert_eq!((server.count("/token"), server.count(SERVICES)), (2, 52));
    clock.advance(Duration::from_secs(60));
    fifty(&platform).await;
    assert_eq!(server.count("/token"), 3);
}

#[tokio::test]
async fn a_token_that_worked_is_renewed_whenever_it_is_refused() {
    // Every token is good for two calls.
    let server = Server::platform(|request, nth| {
        let number: usize = bearer(request).trim_start_matches("Bearer tok-").parse().unwrap();
        if nth < 3 * number + 2 { connected() } else { Reply::json(401, "{}") }
    })
    .await;
    let (platform, _) = server.client();
    for _ in 0..8 {
        assert_eq!(platform.probe("a").await.value.outcome, Connected);
    }
    assert_eq!((server.count("/token"), server.count(SERVICES)), (4, 11));
}

#[tokio::test]
async fn a_401_about_the_dealership_renews_nothing() {
    let server = Server::answering(Reply::json(401, r#"{"message":"Dealer 7 is not connected"}"#)).await;
    let mut settings = server.settings();
    let row = r#"{"status": 401, "message": "^Dealer \\S+ is not connected$", "means": "not-connected"}"#;
    settings.meanings.insert(0, serde_json::from_str(row).unwrap());
    let (platform, _) = client(settings);
    for _ in 0..3 {
        assert_eq!(platform.probe("7").await.value.outcome, NotConnected);
    }
    assert_eq!((server.count("/token"), server.count(SERVICES)), (1, 3));
}

/// A row of the operator's that reads every 401 as "not connected": an old token must not be read so.
#[tokio::test]
async fn a_row_about_401_does_not_hide_an_old_token() {
    let server = Server::platform(|request, _| match bearer(request) {
        "Bearer tok-0" => Reply::json(401, "{}"),
        _ => connected(),
    })
    .await;
    let mut settings = server.settings();
    settings.meanings = vec![serde_json::from_str(r#"{"status": 401, "means": "not-connected"}"#).unwrap()];
    assert_eq!(client(settings).0.probe("a").await.value.outcome, Connected);
}

#[tokio::test]
async fn answers_of_the_token_call() {
    let page = || Reply::Full(401, vec![("content-type", "text/html".to_owned())], "<html>".to_owned());
    let rows = vec![
        (Reply::json(401, r#"{"error":"access_denied"}"#), OurCredentials, false, "access_denied"),
        (Reply::json(401, ""), OurCredentials, false, "status 401"),
        (Reply::json(403, r#"{"message":"Forbidden"}"#), OurCredentials, false, "Forbidden"),
        (Reply::json(403, r#"{"message":"Quota exceeded"}"#), Unknown, false, "Quota"),
        (
            Reply::json(400, r#"{"error":"invalid_scope","error_description":"no x"}"#),
            OurCredentials,
            false,
            "invalid_scope: no x",
        ),
        (Reply::json(400, r#"{"message":"huh"}"#), Unknown, true, "huh"),
        (Reply::json(404, "{}"), Unknown, true, "404"),
        (Reply::json(429, "{}"), Unknown, false, "429"),
        (Reply::json(500, r#"{"error":"access_denied"}"#), Unknown, false, "500"),
        (Reply::json(302, "").with("location", "/elsewhere"), Unknown, false, "302"),
        (Reply::json(200, "{}"), Unknown, false, "access_token"),
        (Reply::json(200, "<html>"), Unknown, false, "no JSON"),
        (Reply::json(200, "x".repeat(2 << 20)), Unknown, false, "too long"),
        (Reply::json(200, "{\"access_token\":\"a\\r\\nb: c\"}"), Unknown, false, "header"),
        (page(), Unknown, false, "401"),
        (Reply::Raw(Vec::new()), Unknown, false, "broke"),
    ];
    for (reply, outcome, unrecognised, words) in rows {
        let script = reply.clone();
        let server = Server::start(move |_, _| script.clone()).await;
        let answer = server.client().0.probe("a").await;
        let result = answer.value;
        assert_eq!((result.outcome, result.unrecognised), (outcome, unrecognised), "{reply:?}: {}", result.reason);
        assert!(!answer.healthy && result.reason.contains(words), "{words}: {}", result.reason);
        assert_eq!((server.count("/token"), server.count(SERVICES), server.count("/elsewhere")), (1, 0, 0));
    }
}

#[tokio::test]
async fn a_token_call_that_hangs_is_given_up_by_all_at_once() {
    let server = Server::start(|_, _| Reply::Stall(Vec::new())).await;
    let mut settings = server.settings();
    settings.timeout = Duration::from_secs(1);
    let (platform, _) = client(settings);
    let answers = fifty(&platform).await;
    assert!(answers.iter().all(|answer| answer.value.outcome == Unknown && answer.value.reason.contains("within 1s")));
    assert_eq!(server.count("/token"), 1);
}

#[tokio::test]
async fn a_look_that_is_cancelled_leaves_the_others_a_token() {
    let server = Server::start(|request, nth| match (request.path.as_str(), nth) {
        ("/token", 0) => Reply::Stall(Vec::new()),
        ("/token", _) => token(nth, "3600"),
        _ => connected(),
    })
    .await;
    let (platform, _) = server.client();
    {
        let mut first = Box::pin(platform.probe("a"));
        // Until its token call has arrived.
        while server.count("/token") == 0 {
            assert!(futures::poll!(&mut first).is_pending());
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(platform.probe("a").await.value.outcome, Connected);
}

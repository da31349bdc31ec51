//! Requests that the engine does not count, a token above all, keep to the budget as well.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::xtime::{HttpPlatform, Platform, PlatformSettings};
use parking_lot::Mutex;

use super::server::{Reply, SERVICES, Server, moment, token};

#[tokio::test]
async fn a_token_and_the_same_question_once_more_wait_for_their_turn() {
    let clock = ManualClock::at(moment());
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let (log, time) = (Arc::clone(&arrivals), clock.clone());
    let server = Server::start(move |request, nth| {
        log.lock().push((request.path.clone(), time.elapsed()));
        match (request.path.as_str(), nth) {
            ("/token", _) => token(nth, "86400"),
            // The first token is refused: another one is fetched, and it is asked once more.
            (_, 0) => Reply::json(401, "{}"),
            _ => Reply::json(200, r#"{"success":true,"services":[]}"#),
        }
    })
    .await;
    let settings = PlatformSettings { requests_per_second: Some(10), ..server.settings() };
    let platform = HttpPlatform::new(settings, Arc::new(clock.clone())).unwrap();
    let looks = tokio::spawn(async move {
        for _ in 0..3 {
            platform.probe("xts1").await;
        }
    });
    while !looks.is_finished() {
        if let Some(wake) = clock.next_wake() {
            clock.advance(wake);
        }
        tokio::task::yield_now().await;
    }
    looks.await.unwrap();
    let arrivals = arrivals.lock();
    let paths: Vec<&str> = arrivals.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/token", SERVICES, "/token", SERVICES, SERVICES, SERVICES]);
    for pair in arrivals.windows(2) {
        assert!(pair[1].1.saturating_sub(pair[0].1) >= Duration::from_millis(100), "{arrivals:?}");
    }
}

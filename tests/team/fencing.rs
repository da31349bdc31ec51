//! A leader that was stopped for minutes and wakes does no harm. Its clock stands still while it is stopped.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{ManualClock, SharedClock};
use cloverwatch::domain::LetterState;
use cloverwatch::protocol::Request;

use crate::desk::{LONG, Team, ana, real, until};
use crate::simulation_support::bookings::plan;
use crate::simulation_support::mail::MailWorld;
use crate::simulation_support::world::World;
use tokio_util::sync::CancellationToken;

const LEASE: Duration = Duration::from_secs(2);

fn stopped() -> (ManualClock, SharedClock) {
    let clock = ManualClock::at(real().now());
    (clock.clone(), Arc::new(clock))
}

pub async fn a_letter_of_a_leader_that_was_stopped_stays_here() {
    // By its own clock it leads still when it wakes early: then the store refuses it.
    for woken_after in [Duration::from_millis(500), Duration::from_secs(120)] {
        let (team, (hands, clock)) = (Team::new(), stopped());
        let mail = MailWorld::new(Arc::clone(&clock), 1);
        let one = team.desk("bob", &clock, LEASE, |parts| parts.outbox = Some(mail.outbox())).await;
        one.until_leading().await;
        let id = one.add(1).await[0];
        one.paste(id, "CODE-1").await;
        until("the letter is on its way", || mail.state.lock().under_way == 1).await;
        // Nobody else sends letters, so that only its lease can hold this one back.
        let other = team.desk("cid", &real(), LONG, |_| ()).await;
        other.until_leading().await;
        hands.advance(woken_after);
        until("it is not under way any more", || mail.state.lock().under_way == 0).await;
        assert_eq!(mail.arrived().len(), 0);
        other.caught_up_with(&one).await;
        let letters = other.state(id).letters().to_vec();
        assert!(letters.iter().all(|letter| letter.state == LetterState::Queued), "{letters:?}");
        hands.advance(Duration::from_secs(120));
        until("it knows that it does not lead", || !one.leads()).await;
        assert_eq!(mail.arrived().len(), 0);
    }
}

pub async fn a_booking_of_a_leader_that_was_stopped_is_not_sent() {
    let team = Team::new();
    let before = team.desk("ana", &real(), LONG, |_| ()).await;
    before.until_leading().await;
    let id = before.add(1).await[0];
    let dealer = before.state(id).profile.dealer_code.raw().to_owned();
    before.world.live(&dealer);
    before.engine.check(id).await.unwrap();
    before.engine.shutdown().await.unwrap();

    // Not before what was recorded.
    let (hands, clock) = stopped();
    let world = World::on(Arc::clone(&clock), 1);
    world.live(&dealer);
    let one = team
        .desk("bob", &clock, LEASE, |parts| {
            parts.pace.requests_per_second = 1;
            parts.platform = Some(Arc::clone(&world) as _);
        })
        .await;
    one.until_leading().await;
    let local = (clock.now().date_naive() + TimeDelta::days(2)).and_hms_opt(1, 0, 0).unwrap();
    let planned = Box::new(one.engine.plan_booking(id, local, false, &plan()).unwrap());
    let (tell, mut answer) = tokio::sync::mpsc::channel(1);
    one.engine.perform(Request::Book { dealership: id, planned }, &ana(), tell, CancellationToken::new());
    until("it asks for the slots", || world.requests() == 1 || !answer.is_empty()).await;
    assert!(answer.is_empty(), "{:?}", answer.recv().await);
    // They are answered, and the booking waits for the budget of the next second.
    hands.advance(Duration::from_millis(800));
    until("it is durable that it will be sent", || one.state(id).booking.is_some()).await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    other.until_leading().await;
    hands.advance(Duration::from_secs(120));
    let answer = answer.recv().await;
    assert!(format!("{answer:?}").contains("another process leads now"), "{answer:?}");
    assert_eq!(world.requests(), 1, "nothing was sent");
    until("it knows that it does not lead", || !one.leads()).await;
    assert_eq!(world.state.lock().booked.len(), 0);
}

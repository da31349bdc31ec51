//! What is asked at one process and done by another.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::client::{EngineClient, ask, ask_each};
use cloverwatch::clock::ManualClock;
use cloverwatch::domain::{Ask, DealershipId};
use cloverwatch::protocol::{Booked, Checked, CodeRequest, Request, RequestError, Response};
use cloverwatch::store::{RelayState, RelayedRequest, Store};

use crate::desk::{Desk, LONG, Team, ana, real, until};
use crate::server::shared;
use crate::simulation_support::bookings::plan;

/// Keeps a copy of everything that is ever written into the tables of requests and answers.
fn keep_all(team: &Team) {
    let schema = &team.schema;
    let mut sql = format!(
        "CREATE TABLE {schema}.kept (row_text text); CREATE FUNCTION {schema}.keep() RETURNS trigger LANGUAGE plpgsql \
         AS $$ BEGIN INSERT INTO {schema}.kept VALUES (NEW::text); RETURN NEW; END $$;"
    );
    for table in ["requests", "answers"] {
        sql += &format!(
            "CREATE TRIGGER keep AFTER INSERT ON {schema}.{table} FOR EACH ROW EXECUTE FUNCTION {schema}.keep();"
        );
    }
    shared().sql("postgres", &sql);
}

async fn two(team: &Team) -> (Desk, Desk) {
    let leader = team.desk("bob", &real(), LONG, |_| ()).await;
    leader.until_leading().await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    until("it knows who leads", || other.leader().is_some()).await;
    (leader, other)
}

pub async fn what_is_asked_elsewhere_is_done_by_the_leader() {
    let team = Team::new();
    let (leader, other) = two(&team).await;
    keep_all(&team);
    let ids = other.add(2).await;
    let dealer = other.state(ids[0]).profile.dealer_code.raw().to_owned();
    leader.world.live(&dealer);

    let ask_code = CodeRequest { dealership: ids[1], ask: Ask::Invite, mail: false };
    let issued = ask::<u32>(&other.client, Request::Obtain(vec![ask_code]), &ana()).await;
    assert_eq!(issued, Ok(1));
    let both = ask_each::<Box<Checked>>(&other.client, Request::Probe(ids.clone()), &ana(), |_| ()).await;
    assert!(both.iter().all(Result::is_ok), "{both:?}");
    other.caught_up_with(&leader).await;
    let local = (real().now().date_naive() + TimeDelta::days(2)).and_hms_opt(1, 0, 0).unwrap();
    let planned = Box::new(other.engine.plan_booking(ids[0], local, false, &plan()).unwrap());
    let booked = ask::<Option<Booked>>(&other.client, Request::Book { dealership: ids[0], planned }, &ana()).await;
    assert!(matches!(booked, Ok(Some(Booked::Stands { .. }))), "{booked:?}");
    // A refusal stays one.
    let unknown = Request::Probe(vec![DealershipId::from_bits(1)]);
    assert!(matches!(ask::<Box<Checked>>(&other.client, unknown, &ana()).await, Err(RequestError::Refused(_))));

    assert_eq!((other.world.requests(), other.world.state.lock().made.len()), (0, 0));
    assert_eq!(leader.world.state.lock().booked.len(), 1);
    let code = leader.world.state.lock().made.values().next().unwrap().code.clone();
    let kept = shared().sql("postgres", &format!("SELECT row_text FROM {}.kept", team.schema));
    assert!(kept.lines().count() >= 8 && !kept.contains(&code), "no code in full is in a row: {kept}");
    let left = format!("SELECT count(*) FROM {}.requests", team.schema);
    until("nothing is left", || shared().sql("postgres", &left) == "0").await;
}

pub async fn what_nobody_takes_is_refused_in_words_and_not_done_later() {
    let team = Team::new();
    let ghost = team.store().await;
    let epoch = ghost.team().unwrap().try_lead("ghost", LONG).await.unwrap().unwrap();
    let hands = ManualClock::at(real().now());
    let desk = team.desk("cid", &(Arc::new(hands.clone()) as _), LONG, |_| ()).await;
    let ids = desk.add(2).await;
    let client = desk.client.clone();
    let asked = tokio::spawn({
        let ids = ids.clone();
        async move { ask_each::<Box<Checked>>(&client, Request::Probe(ids), &ana(), |_| ()).await }
    });
    let mut passed = Duration::ZERO;
    until("there is an answer", || {
        hands.advance(Duration::from_millis(200));
        passed += Duration::from_millis(200);
        asked.is_finished()
    })
    .await;
    assert!(passed >= Duration::from_secs(60), "{passed:?}");
    for answer in asked.await.unwrap() {
        let why = answer.unwrap_err().to_string();
        assert!(why.contains("no process of the team") && why.contains("ghost leads the team"), "{why}");
    }
    ghost.team().unwrap().resign(epoch).await.unwrap();
    desk.until_leading().await;
    let left = format!("SELECT count(*) FROM {}.requests", team.schema);
    assert_eq!(shared().sql("postgres", &left), "0");
}

pub async fn many_that_are_asked_elsewhere_can_be_stopped() {
    let team = Team::new();
    let (leader, other) = two(&team).await;
    let ids = other.add(300).await;
    leader.caught_up_with(&other).await;
    let mut answers = other.client.request(Request::Probe(ids.clone()), &ana());
    let first = answers.next().await;
    assert!(matches!(first, Some(Response::Item { answer: Ok(_), .. })), "{first:?}");
    answers.stop().cancel();
    let mut count = 1;
    while let Some(answer) = answers.next().await {
        assert!(matches!(answer, Response::Item { answer: Ok(_), .. }), "what was begun ends: {answer:?}");
        count += 1;
    }
    assert!(count < 200, "{count} of {}", ids.len());
}

pub async fn what_a_leader_was_doing_when_it_was_cut_off_is_told() {
    let team = Team::new();
    let (leader, other) = two(&team).await;
    let ids = other.add(300).await;
    leader.caught_up_with(&other).await;
    let mut answers = other.client.request(Request::Probe(ids.clone()), &ana());
    assert!(answers.next().await.is_some());
    leader.engine.shutdown().await.unwrap();
    let mut failed = 0;
    let mut all = 1;
    while let Some(Response::Item { answer, .. }) = answers.next().await {
        failed += usize::from(answer.is_err_and(|error| error.cuts_off()));
        all += 1;
    }
    assert!(failed > 0 && all == ids.len(), "{failed} of {all}");
    other.until_leading().await;
}

pub async fn what_was_taken_and_not_begun_comes_again() {
    let team = Team::new();
    let (asks, leads) = (team.store().await, team.store().await);
    let (asks, leads) = (asks.team().unwrap(), leads.team().unwrap());
    let (id, other) = (DealershipId::from_bits(1), DealershipId::from_bits(2));
    let minute = Duration::from_secs(60);
    let epoch = leads.try_lead("bob", LONG).await.unwrap().unwrap();
    let first = asks.ask(&Request::Probe(vec![id]), &ana()).await.unwrap();
    let numbers = |taken: Vec<RelayedRequest>| taken.into_iter().map(|taken| taken.id).collect::<Vec<_>>();
    // The answer to this was lost: the connection was cut.
    assert_eq!(numbers(leads.take(epoch, minute, &[]).await.unwrap()), [first]);
    assert_eq!(numbers(leads.take(epoch, minute, &[]).await.unwrap()), [first]);
    let second = asks.ask(&Request::Probe(vec![other]), &ana()).await.unwrap();
    assert_eq!(numbers(leads.take(epoch, minute, &[first]).await.unwrap()), [second]);
    assert!(leads.take(epoch, minute, &[first, second]).await.unwrap().is_empty());
    // What runs for long is not cleaned up.
    let older = format!("UPDATE {}.requests SET at = at - interval '2 hours'", team.schema);
    shared().sql("postgres", &older);
    leads.take(epoch, minute, &[first, second]).await.unwrap();
    assert_eq!(asks.answers(first, 0).await.unwrap().1, RelayState::Taken);
    // Whoever did it failed.
    leads.answer(second, &[], true).await.unwrap();
    leads.lose(epoch).await.unwrap();
    assert_eq!(asks.answers(first, 0).await.unwrap().1, RelayState::Lost);
    assert_eq!(asks.answers(second, 0).await.unwrap().1, RelayState::Done);
    assert!(leads.take(epoch, minute, &[]).await.unwrap().is_empty());
}

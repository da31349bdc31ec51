//! What the processes of a team know of each other.

use std::sync::Arc;

use cloverwatch::client::EngineClient;
use cloverwatch::clock::SharedClock;
use cloverwatch::domain::{Actor, Command};
use cloverwatch::domain::{DealershipId, LetterState, Outcome, ResponseFacts};
use cloverwatch::engine::Parts;
use cloverwatch::protocol::{LeaderState, MailState, PlatformState, Presence, Request, RequestError, Response};
use cloverwatch::wiring::KeptNowhere;
use cloverwatch::xtime::{HttpPlatform, PlatformSettings, install_crypto};

use crate::desk::{LONG, Team, ana, real, until};
use crate::simulation_support::mail::MailWorld;

pub async fn the_others_show_what_the_leader_sees() {
    let team = Team::new();
    let viewer = team.desk("vic", &real(), LONG, |parts| parts.read_only = true).await;
    let state = || viewer.engine.status().borrow().leader.clone();
    until("it is told that nobody leads", || matches!(state(), LeaderState::Nobody { .. })).await;
    let leader = team.desk("bob", &real(), LONG, |_| ()).await;
    leader.until_leading().await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    leader.engine.count_desks(1);
    other.engine.count_desks(1);
    for desk in [&leader, &other, &viewer] {
        until("the desks are counted", || desk.engine.status().borrow().desks == 2).await;
    }
    let id = leader.add(1).await[0];
    let slots = Request::Slots { dealership: id, window: None };
    let slots = viewer.client.request(slots, &ana()).next().await;
    assert!(matches!(slots, Some(Response::Failed(RequestError::ReadOnly))), "it has no budget: {slots:?}");
    leader.world.mood(|mood| mood.refused = true);
    let _ = leader.engine.check(id).await;
    let refused = |platform: &PlatformState| matches!(platform, PlatformState::OurCredentials { .. });
    for desk in [&leader, &other, &viewer] {
        until("the alarm is seen", || refused(&desk.engine.status().borrow().platform)).await;
    }
    assert_eq!(other.leader().as_deref(), Some("bob"));
    let told = matches!(state(), LeaderState::Elsewhere { since, told_at: Some(at), .. } if since <= at);
    assert!(told, "{:?}", state());
    leader.engine.shutdown().await.unwrap();
    other.until_leading().await;
    assert!(!refused(&other.engine.status().borrow().platform), "it has not asked yet");
    until("one is left", || viewer.engine.status().borrow().desks == 1).await;
}

pub async fn what_is_in_front_of_one_the_others_see_until_it_ends() {
    let team = Team::new();
    let one = team.desk("bob", &real(), LONG, |_| ()).await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    let viewer = team.desk("vic", &real(), LONG, |parts| parts.read_only = true).await;
    one.engine.count_desks(1);
    other.engine.count_desks(1);
    let id = one.add(1).await[0];
    let present = async |desk: &crate::desk::Desk, number, dealerships, action: Option<&str>| {
        let (who, action) = (ana(), action.map(str::to_owned));
        let presence = Presence { desk: number, who, dealerships, action };
        let answer = desk.client.request(Request::Present(presence), &Actor::person("bob")).next().await;
        assert_eq!(answer, Some(Response::Done));
    };
    present(&one, 1, vec![id], Some("reissue")).await;
    for desk in [&one, &other, &viewer] {
        let seen = || desk.engine.status().borrow().presences.clone();
        until("it is seen", || matches!(&seen()[..], [one] if one.desk == 1 && one.who == Actor::person("bob"))).await;
        assert_eq!(seen()[0].action.as_deref(), Some("reissue"));
    }
    // Whoever may not record tells nothing, and is not refused.
    present(&viewer, 3, vec![id], None).await;
    present(&other, 2, vec![id], None).await;
    let count = |desk: &crate::desk::Desk| desk.engine.status().borrow().presences.len();
    until("both are seen", || count(&one) == 2).await;
    present(&other, 2, vec![], None).await;
    until("it looks at nothing", || count(&one) == 1).await;
    one.engine.shutdown().await.unwrap();
    until("it has gone", || count(&other) == 0).await;
    assert_eq!(other.engine.read_model().seq(), 1, "nothing of it is recorded");
}

fn by_table(parts: &mut Parts) {
    install_crypto();
    let settings = PlatformSettings {
        client_id: "client".to_owned(),
        client_secret: "secret".to_owned().into(),
        api_key: "key".to_owned().into(),
        ..PlatformSettings::default()
    };
    parts.platform = Some(Arc::new(HttpPlatform::new(settings, Arc::clone(&parts.clock)).unwrap()));
    parts.rules = Some(Arc::new(KeptNowhere));
}

pub async fn what_one_is_taught_all_read_answers_by() {
    let team = Team::new();
    let leader = team.desk("bob", &real(), LONG, by_table).await;
    leader.until_leading().await;
    let other = team.desk("cid", &real(), LONG, by_table).await;
    let answer = ResponseFacts { status: 418, code: None, message: Some("a teapot".into()) };
    let id = DealershipId::from_bits(1);
    let draft = other.engine.draft_rule(id, &answer, Outcome::NotConnected).unwrap();
    assert_eq!(draft.place, "It is kept in the database, for the whole team.");
    let only_reads = |parts: &mut Parts| {
        by_table(parts);
        parts.read_only = true;
    };
    let viewer = team.desk("vic", &real(), LONG, only_reads).await;
    let refused = viewer.engine.teach_rule(7, id, &answer, draft.rule.clone()).await;
    assert_eq!(refused, Err(RequestError::ReadOnly));
    other.engine.teach_rule(7, id, &answer, draft.rule).await.unwrap();
    let later = team.desk("dee", &real(), LONG, by_table).await;
    for desk in [&other, &leader, &later] {
        let knows = || {
            let draft = desk.engine.draft_rule(id, &answer, Outcome::Connected);
            draft.is_err_and(|why| why.to_string().contains("reads this answer already"))
        };
        until("it reads by it", knows).await;
    }
}

pub async fn a_letter_is_tried_again_by_the_leader_at_once() {
    let team = Team::new();
    let clock: SharedClock = real();
    let mail = MailWorld::new(Arc::clone(&clock), 1);
    let leader = team.desk("bob", &clock, LONG, |parts| parts.outbox = Some(mail.outbox())).await;
    leader.until_leading().await;
    let other = team.desk("cid", &clock, LONG, |parts| parts.outbox = Some(mail.outbox())).await;
    until("it knows who leads", || other.leader().is_some()).await;
    mail.mood(|mood| mood.down = true);
    let id = leader.add(1).await[0];
    leader.paste(id, "CODE-1").await;
    let down = |state: &MailState| matches!(state, MailState::Down { .. });
    until("the follower sees it", || down(&other.engine.status().borrow().mail.state)).await;
    mail.mood(|mood| mood.down = false);
    other.caught_up_with(&leader).await;
    let letter = other.state(id).letters()[0].id;
    // By itself it would be tried again in a minute.
    let retry = Request::Execute(vec![(id, Command::RetryLetter { letter })]);
    let answer = other.client.request(retry, &ana()).next().await;
    assert!(matches!(answer, Some(Response::Item { answer: Ok(_), .. })), "{answer:?}");
    let asked = clock.now();
    until("it is sent", || leader.state(id).letters()[0].state == LetterState::Sent).await;
    assert!(mail.arrived()[0].at - asked < chrono::TimeDelta::seconds(30));
}

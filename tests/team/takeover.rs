//! Who leads next, and when.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloverwatch::client::ask;
use cloverwatch::clock::{ManualClock, SharedClock};
use cloverwatch::domain::LetterState;
use cloverwatch::engine::{OutboxParts, Parts};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision};
use cloverwatch::protocol::{Checked, Request};
use cloverwatch::store::Store;

use crate::desk::{Desk, LONG, Team, ana, real, until};
use crate::server::shared;
use crate::simulation_support::mail::MailWorld;

pub async fn a_clean_end_hands_the_lease_over_at_once() {
    let team = Team::new();
    let one = team.desk("bob", &real(), LONG, |_| ()).await;
    one.until_leading().await;
    let other = team.desk("cid", &real(), LONG, |_| ()).await;
    until("the other one knows who leads", || other.leader().as_deref() == Some("bob")).await;
    assert!(!other.leads());
    one.engine.shutdown().await.unwrap();
    // Its lease would last for an hour.
    other.until_leading().await;
}

pub async fn after_a_crash_another_one_leads_when_the_lease_is_over() {
    let (team, lease) = (Team::new(), Duration::from_secs(2));
    let one = team.desk("bob", &real(), lease, |_| ()).await;
    one.until_leading().await;
    let other = team.desk("cid", &real(), lease, |_| ()).await;
    until("the other one knows who leads", || other.leader().as_deref() == Some("bob")).await;
    // Without a shutdown nothing is given back.
    drop(one);
    other.until_leading().await;
    let id = other.add(1).await[0];
    assert!(other.engine.check(id).await.is_ok(), "it does the work now");
}

pub async fn a_command_leads_until_it_ends_where_nobody_else_does() {
    let team = Team::new();
    let command = team.desk("bob", &real(), LONG, |parts| parts.background = false).await;
    let id = command.add(1).await[0];
    let store = team.store().await;
    assert_eq!(*store.team().unwrap().leader().borrow(), None);
    let probed = ask::<Box<Checked>>(&command.client, Request::Probe(vec![id]), &ana()).await;
    assert!(probed.is_ok(), "{probed:?}");
    assert_eq!(store.team().unwrap().try_lead("dee", LONG).await.unwrap(), None, "it leads");
    command.engine.shutdown().await.unwrap();
    assert!(store.team().unwrap().try_lead("dee", LONG).await.unwrap().is_some());
}

pub async fn whoever_can_probe_leads() {
    let team = Team::new();
    let lease = Duration::from_secs(3);
    let without = team.desk("bob", &real(), lease, |parts| parts.platform = None).await;
    without.until_leading().await;
    let with = team.desk("cid", &real(), lease, |_| ()).await;
    with.until_leading().await;
    until("it hands over", || without.leader().as_deref() == Some("cid")).await;
    with.engine.shutdown().await.unwrap();
    without.until_leading().await;
}

/// Takes a letter after minutes.
struct LongMail(SharedClock);

#[async_trait]
impl MailTransport for LongMail {
    async fn deliver(&self, _: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery {
        if check.check().await == PreSendDecision::Abort {
            return Delivery::Aborted;
        }
        self.0.sleep(Duration::from_secs(250)).await;
        Delivery::Sent { reply: "250 2.0.0 queued".to_owned() }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("ready".to_owned())
    }

    fn name(&self) -> String {
        "long mail".to_owned()
    }

    fn max_connections(&self) -> usize {
        1
    }
}

pub async fn whoever_hands_over_ends_the_letter_that_is_on_its_way() {
    let (team, hands) = (Team::new(), ManualClock::at(real().now()));
    let clock: SharedClock = Arc::new(hands.clone());
    let mail = MailWorld::new(Arc::clone(&clock), 1);
    let outbox = OutboxParts { transport: Arc::new(LongMail(Arc::clone(&clock))), ..mail.outbox() };
    let change = |parts: &mut Parts| {
        parts.platform = None;
        parts.outbox = Some(outbox);
    };
    // It is to be renewed while the letter is on its way.
    let without = team.desk("bob", &clock, Duration::from_secs(600), change).await;
    without.until_leading().await;
    let id = without.add(1).await[0];
    without.paste(id, "CODE-1").await;
    let letter = |desk: &Desk| desk.state(id).letters()[0].state;
    until("the letter is on its way", || letter(&without) == LetterState::Sending).await;
    let with = team.desk("cid", &real(), LONG, |_| ()).await;
    let fitter = format!("SELECT count(*) FROM {}.alive WHERE rank = 2", team.schema);
    until("it is seen", || shared().sql("postgres", &fitter) == "1").await;
    until("it is handed over", || {
        hands.advance(Duration::from_secs(1));
        with.leads()
    })
    .await;
    assert_eq!(letter(&with), LetterState::Sent, "whoever leads next sees that it went");
}

pub async fn a_command_waits_for_another_one_to_end() {
    let team = Team::new();
    let command = async |name: &str| team.desk(name, &real(), LONG, |parts| parts.background = false).await;
    let (one, other) = (command("bob").await, command("cid").await);
    let ids = one.add(2).await;
    other.caught_up_with(&one).await;
    let probe = |id| Request::Probe(vec![id]);
    ask::<Box<Checked>>(&one.client, probe(ids[0]), &ana()).await.unwrap();
    let probed = tokio::spawn({
        let client = other.client.clone();
        async move { ask::<Box<Checked>>(&client, Request::Probe(vec![ids[1]]), &ana()).await }
    });
    let waits = format!("SELECT count(*) FROM {}.requests", team.schema);
    until("it waits", || shared().sql("postgres", &waits) == "1").await;
    one.engine.shutdown().await.unwrap();
    let probed = probed.await.unwrap();
    assert!(probed.is_ok(), "{probed:?}");
    assert_eq!((one.world.requests(), other.world.requests()), (1, 1));
    // Beside a desk no command leads.
    other.engine.shutdown().await.unwrap();
    let desk = team.desk("dee", &real(), LONG, |_| ()).await;
    desk.until_leading().await;
    let command = command("eve").await;
    let epoch = shared().sql("postgres", &format!("SELECT epoch FROM {}.head", team.schema));
    shared().sql("postgres", &format!("UPDATE {}.head SET leader = NULL", team.schema));
    assert_eq!(team.store().await.team().unwrap().try_lead("eve", LONG).await.unwrap(), None, "{epoch}");
    drop(command);
}

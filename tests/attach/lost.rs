//! An owner that is lost, or silent for a while: a relay between a client and its owner that can be stopped or cut.

use std::sync::Arc;

use cloverwatch::attach::{AttachedClient, SOCKET};
use cloverwatch::client::{EngineClient, ask, ask_each};
use cloverwatch::domain::{Actor, Event};
use cloverwatch::protocol::{Notification, OwnerState, RequestError};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::support::{Owner, notes, options, within};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Open,
    /// Answers do not pass any more.
    NoAnswers,
    /// Of what the owner says to whoever is new only the greeting passes.
    Greeting,
    Cut,
}

struct Relay {
    dir: TempDir,
    flow: watch::Sender<Flow>,
}

impl Relay {
    fn to(owner: &Owner) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        let flow = watch::Sender::new(Flow::Open);
        let (behind, follows) = (owner.dir().join(SOCKET), flow.subscribe());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (from_client, to_client) = split(client);
                let (from_owner, to_owner) = split(UnixStream::connect(&behind).await.unwrap());
                tokio::spawn(pass(from_client, to_owner, follows.clone(), false));
                tokio::spawn(pass(from_owner, to_client, follows.clone(), true));
            }
        });
        Self { dir, flow }
    }

    async fn attach(&self, desk: bool) -> Result<AttachedClient, String> {
        let options = cloverwatch::attach::AttachOptions { desk, ..options() };
        Ok(within(AttachedClient::connect(self.dir.path(), options)).await?.unwrap())
    }
}

async fn pass(
    mut from: ReadHalf<UnixStream>,
    mut to: WriteHalf<UnixStream>,
    mut flow: watch::Receiver<Flow>,
    answers: bool,
) {
    let mut some = vec![0; 65_536];
    for read in 0.. {
        let is_open = |flow: &Flow| match flow {
            Flow::Open => true,
            Flow::NoAnswers => !answers,
            Flow::Greeting => !answers || read == 0,
            Flow::Cut => false,
        };
        let cut = flow.clone();
        let mut cut = cut;
        let length = tokio::select! {
            _ = cut.wait_for(|flow| *flow == Flow::Cut) => return,
            read = from.read(&mut some) => read.unwrap_or(0),
        };
        if length == 0 {
            return;
        }
        tokio::select! {
            _ = cut.wait_for(|flow| *flow == Flow::Cut) => return,
            _ = flow.wait_for(is_open) => {}
        }
        if to.write_all(&some[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn when_the_owner_is_lost_nobody_hangs_and_what_is_in_doubt_is_said() {
    let owner = Owner::start();
    let ids = owner.add(5).await;
    let relay = Relay::to(&owner);
    let client = relay.attach(false).await.unwrap();
    let mut told = client.subscribe();
    relay.flow.send_replace(Flow::NoAnswers);
    let me = Actor::person("ana");
    let asked = ask_each::<Vec<Arc<Event>>>(&client, notes(&ids), &me, |_| {});
    let cut = async {
        within(async {
            while ids.iter().any(|id| owner.client.read_model().get(*id).unwrap().version < 2) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        relay.flow.send_replace(Flow::Cut);
    };
    let (answers, ()) = within(async { tokio::join!(asked, cut) }).await;
    let lost = RequestError::OwnerLost { in_doubt: true };
    assert_eq!(answers, vec![Err(lost.clone()); 5]);
    assert!(lost.to_string().ends_with("it is not known whether this was recorded"));
    within(async { while told.next().await != Some(Notification::Owner(OwnerState::Gone)) {} }).await;
    let later = ask::<Vec<Arc<Event>>>(&client, notes(&ids[..1]), &me).await;
    assert_eq!(later, Err(RequestError::OwnerLost { in_doubt: false }));
}

#[tokio::test]
async fn a_command_gives_up_an_owner_that_is_silent_and_says_why() {
    let owner = Owner::start();
    let ids = owner.add(1).await;
    let relay = Relay::to(&owner);
    let client = relay.attach(false).await.unwrap();
    relay.flow.send_replace(Flow::NoAnswers);
    let answer = within(ask::<Vec<Arc<Event>>>(&client, notes(&ids), &Actor::person("ana"))).await;
    let Err(RequestError::Unreachable { why, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!(why, "it does not answer any more; it is not known whether this was recorded");
    let refused = relay.attach(false).await.err().unwrap();
    assert_eq!(refused, "it does not answer");
}

#[tokio::test]
async fn a_desk_waits_for_an_owner_that_is_silent_and_is_right_again() {
    let owner = Owner::start();
    let ids = owner.add(1).await;
    let relay = Relay::to(&owner);
    let desk = relay.attach(true).await.unwrap();
    let mut told = desk.subscribe();
    let mut says = async |state| within(async { while told.next().await != Some(Notification::Owner(state)) {} }).await;
    relay.flow.send_replace(Flow::NoAnswers);
    says(OwnerState::Silent).await;
    let me = Actor::person("ana");
    let asked = ask::<Vec<Arc<Event>>>(&desk, notes(&ids), &me);
    let goes_on = async {
        within(async {
            while owner.client.read_model().seq() < 2 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        relay.flow.send_replace(Flow::Open);
    };
    let (answer, ()) = within(async { tokio::join!(asked, goes_on) }).await;
    assert_eq!(answer.unwrap().len(), 1);
    says(OwnerState::Answers).await;
    assert_eq!(desk.read_model().get(ids[0]), owner.client.read_model().get(ids[0]));
}

#[tokio::test]
async fn a_desk_does_not_wait_for_dealerships_of_an_owner_that_falls_silent() {
    let owner = Owner::start();
    owner.add(1).await;
    let relay = Relay::to(&owner);
    relay.flow.send_replace(Flow::Greeting);
    assert_eq!(relay.attach(true).await.err().unwrap(), "it does not answer any more");
    relay.flow.send_replace(Flow::Open);
    assert_eq!(relay.attach(true).await.unwrap().read_model().len(), 1);
}

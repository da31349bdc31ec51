//! Working through the owner of a store: what is asked, answered and told over its socket.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod lost;
mod presence;
#[path = "../support/requests.rs"]
mod requests;
mod support;
mod wire;

use cloverwatch::attach::SOCKET;
use cloverwatch::client::{EngineClient, ask, ask_each};
use cloverwatch::domain::{Actor, Command, DealershipId, Environment, Event, Refusal, undo};
use cloverwatch::protocol::{CutOff, EventQuery, Notification, Request, RequestError};
use cloverwatch::xtime::{HttpPlatform, PlatformSettings};
use futures::StreamExt;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use support::{Owner, notes, within};

type Recorded = Vec<Arc<Event>>;

#[tokio::test]
async fn what_one_client_records_the_others_see() {
    let owner = Owner::start();
    let ids = owner.add(3).await;
    let (ana, ben) = (owner.attach("ana").await, owner.attach("ben").await);
    assert_eq!(ana.read_model().len(), 3);
    assert_eq!(ana.read_model().all().0, owner.client.read_model().seq());
    let mut told = ben.subscribe();
    // Who records is who greeted, whatever is said with a request.
    let recorded: Recorded = ask(&ana, notes(&ids[..1]), &Actor::person("mallory")).await.unwrap();
    assert_eq!(recorded[0].actor, Actor::person("ana"));
    let committed = within(async {
        loop {
            if let Some(Notification::Committed(committed)) = told.next().await {
                return committed;
            }
        }
    });
    assert_eq!(committed.await.events[0], recorded[0]);
    for client in [&ana, &ben] {
        assert_eq!(client.read_model().get(ids[0]), owner.client.read_model().get(ids[0]));
    }
    let events = ben.events(EventQuery { after: 3, ..EventQuery::default() }).await.unwrap();
    assert_eq!(events, [(*recorded[0]).clone()]);
}

#[tokio::test]
async fn an_answer_comes_after_the_state_that_it_is_about() {
    let owner = Owner::start();
    let ids = owner.add(40).await;
    let ana = owner.attach("ana").await;
    for _ in 0..5 {
        let recorded = ask_each::<Recorded>(&ana, notes(&ids), &Actor::person("ana"), |_| {}).await;
        for (id, recorded) in ids.iter().zip(recorded) {
            let newest = recorded.unwrap().last().unwrap().seq;
            assert!(ana.read_model().newest_seq_of(*id) >= newest);
        }
    }
}

#[tokio::test]
async fn an_attached_client_tells_the_environment_of_the_owner() {
    cloverwatch::xtime::install_crypto();
    for (base_url, environment) in [
        ("https://api.example.com/xtime/service", Environment::Production),
        ("https://sandbox.example.com/xtime/service", Environment::Sandbox),
    ] {
        let owner = Owner::start_with(|parts| {
            let settings = PlatformSettings {
                base_url: base_url.to_owned(),
                client_id: "client".to_owned(),
                client_secret: "secret".to_owned().into(),
                api_key: "key".to_owned().into(),
                ..PlatformSettings::default()
            };
            parts.platform = Some(Arc::new(HttpPlatform::new(settings, Arc::clone(&parts.clock)).unwrap()));
        });
        assert_eq!(owner.attach("ana").await.info().environment, Some(environment));
    }
    assert_eq!(Owner::start().attach("ana").await.info().environment, None);
}

#[tokio::test]
async fn an_undo_is_refused_once_something_else_was_recorded() {
    let owner = Owner::start();
    let ids = owner.add(1).await;
    let (ana, ben) = (owner.attach("ana").await, owner.attach("ben").await);
    let assign = Command::Assign { owner: Some("ben".into()) };
    let execute = |command: &Command| Request::Execute(vec![(ids[0], command.clone())]);
    let me = Actor::person("ana");
    ask::<Recorded>(&ana, execute(&assign), &me).await.unwrap();
    let log = ana.events(EventQuery::default()).await.unwrap();
    let state = ana.read_model().get(ids[0]).unwrap();
    let events: Vec<&Event> = log.iter().collect();
    let command = undo(&state, &events, &me, ana.clock().now()).unwrap().command;
    ask::<Recorded>(&ben, notes(&ids), &Actor::person("ben")).await.unwrap();
    let refused = ask::<Recorded>(&ana, execute(&command), &me).await;
    assert_eq!(refused, Err(RequestError::Refused(Refusal::RecordedMeanwhile)));
}

#[tokio::test]
async fn many_are_answered_one_by_one_and_refused_one_by_one() {
    let owner = Owner::start();
    let mut ids = owner.add(3).await;
    ids.insert(1, DealershipId::from_bits(1));
    let ana = owner.attach("ana").await;
    let mut count = 0;
    let answers = ask_each::<Recorded>(&ana, notes(&ids), &Actor::person("ana"), |done| count = done).await;
    assert_eq!((count, answers.len()), (4, 4));
    let refused: Vec<_> = answers.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, true, false, false]);
}

#[tokio::test]
async fn a_read_only_client_is_refused_as_by_a_read_only_engine() {
    let owner = Owner::start();
    let ids = owner.add(2).await;
    let reader = owner.attach_with(|options| options.read_only = true).await;
    assert!(reader.info().read_only && !owner.client.info().read_only);
    let me = Actor::person("ana");
    let answers = ask_each::<Recorded>(&reader, notes(&ids), &me, |_| {}).await;
    assert_eq!(answers, vec![Err(RequestError::ReadOnly), Err(RequestError::ReadOnly)]);
    assert_eq!(ask::<()>(&reader, Request::PutAway(1), &me).await, Err(RequestError::ReadOnly));
    assert_eq!(ask::<Vec<_>>(&reader, Request::CutOff, &me).await, Ok::<Vec<CutOff>, _>(vec![]));
    assert_eq!(owner.client.read_model().seq(), 2);
}

#[tokio::test]
async fn the_socket_is_private_and_ends_with_the_owner() {
    let owner = Owner::start();
    let socket = owner.dir().join(SOCKET);
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let ana = owner.attach("ana").await;
    let mut told = ana.subscribe();
    owner.client.shutdown().await.unwrap();
    assert!(!socket.exists());
    within(async { while told.next().await != Some(Notification::Owner(cloverwatch::protocol::OwnerState::Gone)) {} })
        .await;
    let after = ask::<Recorded>(&ana, notes(&[DealershipId::from_bits(1)]), &Actor::person("ana")).await;
    assert_eq!(after, Err(RequestError::OwnerLost { in_doubt: false }));
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(dir.path().join(SOCKET)).unwrap());
    let owner = Owner::start_in(dir);
    owner.attach("ana").await;
}

#[tokio::test]
async fn a_path_longer_than_an_address_is_no_obstacle() {
    let dir = tempfile::Builder::new().prefix(&"long".repeat(40)).tempdir().unwrap();
    assert!(dir.path().as_os_str().len() > 150);
    let owner = Owner::start_in(dir);
    let ids = owner.add(1).await;
    let recorded: Recorded = ask(&owner.attach("ana").await, notes(&ids), &Actor::person("ana")).await.unwrap();
    assert_eq!(recorded.len(), 1);
}

#[tokio::test]
async fn desks_are_counted() {
    let owner = Owner::start();
    let desk = owner.attach_with(|options| options.desk = true).await;
    let _command = owner.attach("ben").await;
    owner.has_status(|status| status.desks == 1).await;
    let other = owner.attach_with(|options| options.desk = true).await;
    owner.has_status(|status| status.desks == 2).await;
    drop(other);
    owner.has_status(|status| status.desks == 1).await;
    let mut told = desk.subscribe();
    drop(owner.attach_with(|options| options.desk = true).await);
    within(async {
        loop {
            if matches!(told.next().await, Some(Notification::Status(status)) if status.desks == 2) {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_under_way_is_not_cut_off_and_what_nobody_waits_for_is() {
    let owner = Owner::start();
    let ids = owner.add(2_000).await;
    let (ana, ben) = (owner.attach("ana").await, owner.attach("ben").await);
    let me = Actor::person("ana");
    let mut answers = ana.request(owner.codes(&ids), &me);
    within(answers.next()).await.unwrap();
    let cut_off = ask::<Vec<CutOff>>(&ben, Request::CutOff, &me).await.unwrap();
    assert!(cut_off.is_empty(), "what is under way is called cut off");
    drop(answers);
    within(async {
        loop {
            let cut_off = ask::<Vec<CutOff>>(&ben, Request::CutOff, &me).await.unwrap();
            let left = cut_off.first().map_or(0, |one| one.left.len());
            // What was begun ends; it may have been all of it.
            if left == ids.iter().filter(|id| !owner.is_invited(**id)).count() {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_that_is_not_told_the_states_hears_how_the_program_is_doing() {
    let owner = Owner::start();
    let _first = owner.attach_with(|options| options.desk = true).await;
    let command = owner.attach_with(|options| options.states = false).await;
    let mut told = command.subscribe();
    let _second = owner.attach_with(|options| options.desk = true).await;
    within(async {
        loop {
            match told.next().await {
                Some(Notification::Status(status)) if status.desks == 2 => break,
                Some(Notification::Status(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    assert_eq!((command.status().desks, command.read_model().len()), (2, 0));
}

#[tokio::test]
async fn a_read_only_owner_is_no_way_to_record() {
    let owner = Owner::start_with(|parts| parts.read_only = true);
    let ana = owner.attach("ana").await;
    let answer = ask::<Recorded>(&ana, notes(&[DealershipId::from_bits(1)]), &Actor::person("ana")).await;
    assert!(matches!(answer, Err(RequestError::Unreachable { why, .. }) if why == "it is read-only"));
}

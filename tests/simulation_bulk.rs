//! Scenarios of what is done for many: imports, and work that is cut off.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use cloverwatch::client::{EngineClient, LocalClient, ask_each};
use cloverwatch::clock::Clock;
use cloverwatch::domain::bulk::Bulk;
use cloverwatch::domain::{Ask, Command, DealershipId, Fact, LetterKind, Profile, Refusal};
use cloverwatch::protocol::{Imported, Request, RequestError};
use cloverwatch::store::Store;
use simulation_support::desk::{Desk, ana, pasted};
use simulation_support::requests::take_in;
use simulation_support::store::Doom;
use simulation_support::{profile, run, start};

const REISSUE: Ask = Ask::Reissue { seen: 1, despite_word: false };

async fn import(
    desk: &Desk,
    profiles: &[Profile],
    told: impl FnMut(usize),
) -> Result<Vec<Result<Imported, Refusal>>, RequestError> {
    let incoming = profiles.iter().cloned().map(Into::into).collect();
    take_in(&desk.engine, Request::Import(incoming), told).await
}

#[test]
fn import_adds_updates_and_leaves_alone() {
    run(async |idle| {
        let desk = Desk::open(idle, 0, |parts| parts.platform = None).await;
        let profiles: Vec<_> = (0..2_500).map(profile).collect();
        let mut progress = vec![];
        let answers = import(&desk, &profiles, |done| progress.push(done)).await.unwrap();
        assert_eq!(progress, [1_000, 2_000, 2_500]);
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Imported::Added(_)))));
        let events = desk.store.log().len();
        let mut follow = desk.engine.subscribe();
        let answers = import(&desk, &profiles, |_| ()).await.unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Imported::Unchanged(_)))));
        assert_eq!(desk.store.log().len(), events, "importing again writes nothing");
        assert!(follow.try_recv().is_err());
        // The same dealerCode twice in one file: the second row corrects the first.
        let renamed = |number, name: &str| Profile { name: name.into(), ..profile(number) };
        let rows = vec![renamed(3, "First"), profile(9_000), renamed(3, "Second"), renamed(9_000, "Third"), profile(4)];
        let answers = import(&desk, &rows, |_| ()).await.unwrap();
        let kinds: Vec<_> = answers
            .iter()
            .map(|answer| match answer.as_ref().unwrap() {
                Imported::Added(_) => "added",
                Imported::Updated(_) => "updated",
                Imported::Unchanged(_) => "unchanged",
            })
            .collect();
        assert_eq!(kinds, ["updated", "added", "updated", "updated", "unchanged"]);
        let name = |code: &str| {
            let id = desk.engine.read_model().by_dealer_code(code).unwrap();
            desk.engine.read_model().get(id).unwrap().profile.name.raw().to_owned()
        };
        assert_eq!((name("xts00003").as_str(), name("xts09000").as_str()), ("Second", "Third"));
    });
}

#[test]
fn add_refuses_what_is_known_and_what_comes_twice() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        let profiles = [1, 7, 7, 8].map(|number| profile(number).into());
        let answers = take_in(&desk.engine, Request::Add(profiles.to_vec()), |_| ()).await.unwrap();
        assert_eq!(answers[0], Err(Refusal::DealerCodeTaken(desk.ids[1])));
        let Ok(Imported::Added(added)) = answers[1] else { panic!("{answers:?}") };
        assert_eq!(answers[2], Err(Refusal::DealerCodeTaken(added)));
        assert!(answers[3].is_ok());
        let commits =
            desk.store.log().iter().filter(|event| matches!(event.fact, Fact::DealershipAdded { .. })).count();
        assert_eq!(commits, 4);
    });
}

#[test]
fn a_full_disk_stops_an_import_and_it_can_be_repeated() {
    run(async |idle| {
        let desk = Desk::open(idle, 0, |_| ()).await;
        let profiles: Vec<_> = (0..1_500).map(profile).collect();
        import(&desk, &profiles[..1_000], |_| ()).await.unwrap();
        desk.store.set(Some(Doom::Full));
        let result = import(&desk, &profiles, |_| ()).await;
        assert!(matches!(result, Err(RequestError::Store(_))));
        assert_eq!(desk.store.log().len(), 1_000, "what was committed stays");
        desk.store.set(None);
        let answers = import(&desk, &profiles, |_| ()).await.unwrap();
        assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Imported::Added(_)))).count(), 500);
    });
}

/// The letter of the present code once more, for everybody.
fn resends(desk: &Desk) -> Vec<(DealershipId, Command)> {
    desk.ids.iter().map(|id| (*id, Command::QueueLetter { kind: LetterKind::Invitation })).collect()
}

/// Pastes first codes for these places, noted as a bulk.
async fn invite_many(desk: &Desk, places: &[usize]) -> Vec<Result<u32, RequestError>> {
    let code = |place: &usize| pasted(desk.ids[*place], &format!("CODE-{place}"), desk.clock.now(), Ask::Invite);
    let client = LocalClient::new(desk.engine.clone());
    ask_each(&client, Request::Paste(places.iter().map(code).collect()), &ana(), |_| ()).await
}

#[test]
fn what_nobody_waits_for_is_cut_off_and_what_is_stopped_is_not() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        let client = LocalClient::new(desk.engine.clone());
        let code = |place: usize| pasted(desk.ids[place], &format!("CODE-{place}"), desk.clock.now(), Ask::Invite);
        let request = || Request::Paste(vec![code(0), code(1)]);
        drop(client.request(request(), &ana()));
        while desk.engine.cut_off().await.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(desk.engine.cut_off().await[0].left, desk.ids);
        let mut answers = client.request(request(), &ana());
        answers.stop().cancel();
        assert!(answers.next().await.is_none(), "none was begun");
        assert_eq!(desk.engine.cut_off().await, []);
    });
}

#[test]
fn what_a_full_disk_cut_off_stays_noted_until_the_rest_is_done() {
    run(async |idle| {
        let desk = Desk::open(idle, 4, |_| ()).await;
        desk.invite(0, start()).await;
        desk.store.set(Some(Doom::Full));
        let answers = invite_many(&desk, &[1, 2, 3]).await;
        assert!(answers.iter().all(|answer| matches!(answer, Err(RequestError::Store(_)))), "{answers:?}");
        desk.store.set(None);
        let cut_off = desk.engine.cut_off().await;
        assert_eq!(cut_off.len(), 1);
        assert_eq!(cut_off[0].left, desk.ids[1..]);
        // A refusal is an answer: nothing of it is left to be done.
        let answers = invite_many(&desk, &[0, 1, 2, 3]).await;
        assert!(matches!(answers[0], Err(RequestError::Refused(_))) && answers[1..].iter().all(Result::is_ok));
        assert_eq!(desk.engine.cut_off().await, []);
    });
}

#[test]
fn only_work_of_the_same_kind_ends_the_note_of_what_was_cut_off() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.invite(0, start()).await;
        desk.invite(1, start()).await;
        let asks: Vec<_> = desk.ids.iter().map(|id| (*id, REISSUE)).collect();
        let reissue = || Bulk::of_asks(&asks, false, desk.clock.now(), "ana");
        let noted = desk.store.begin_bulk(reissue().unwrap()).await.unwrap();
        let resend = Bulk::of_commands(&resends(&desk), desk.clock.now(), "ana");
        desk.engine.noted(resend, std::future::ready(()), |()| true).await;
        assert_eq!(desk.engine.cut_off().await.iter().map(|one| one.id).collect::<Vec<_>>(), [noted]);
        desk.engine.noted(reissue(), std::future::ready(()), |()| true).await;
        assert_eq!(desk.engine.cut_off().await, []);
    });
}

#[test]
fn whoever_needs_nothing_any_more_is_not_left() {
    run(async |idle| {
        let desk = Desk::open(idle, 3, |_| ()).await;
        let now = desk.clock.now();
        let asks: Vec<_> = desk.ids.iter().map(|id| (*id, Ask::Invite)).collect();
        desk.store.begin_bulk(Bulk::of_asks(&asks, false, now, "ana").unwrap()).await.unwrap();
        desk.store.begin_bulk(Bulk::of_commands(&resends(&desk), now, "ana").unwrap()).await.unwrap();
        desk.execute(0, Command::Archive).await.unwrap();
        let left = desk.engine.cut_off().await;
        // Without a living code there is no letter of it: nothing is left of the second.
        assert_eq!(left.iter().map(|one| one.left.as_slice()).collect::<Vec<_>>(), [&desk.ids[1..]]);
        desk.execute(1, Command::Archive).await.unwrap();
        desk.execute(2, Command::Archive).await.unwrap();
        assert_eq!(desk.engine.cut_off().await, []);
        assert!(desk.store.bulks().await.is_empty());
    });
}

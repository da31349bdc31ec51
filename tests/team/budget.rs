//! One budget for the team.

use cloverwatch::client::ask_each;
use cloverwatch::protocol::{Checked, Request};
use futures::future::join_all;

use crate::desk::{LONG, Team, ana, real, until};

const DESKS: usize = 10;
const RATE: u32 = 20;

pub async fn ten_desks_have_one_budget() {
    let team = Team::new();
    let mut desks = Vec::new();
    for number in 0..DESKS {
        let name = format!("desk{number}");
        let desk = team.desk(&name, &real(), LONG, |parts| parts.pace.requests_per_second = RATE).await;
        until("it knows who leads", || desk.leads() || desk.leader().is_some()).await;
        desks.push(desk);
    }
    let ids = desks[3].add(12 * DESKS).await;
    for desk in &desks {
        desk.caught_up_with(&desks[3]).await;
    }
    let asked = desks.iter().zip(ids.chunks(12)).map(|(desk, ids)| async move {
        ask_each::<Box<Checked>>(&desk.client, Request::Probe(ids.to_vec()), &ana(), |_| ()).await
    });
    for answer in join_all(asked).await.into_iter().flatten() {
        assert!(answer.is_ok(), "{answer:?}");
    }
    for desk in &desks[1..] {
        assert_eq!(desk.world.requests(), 0, "only the leader asks");
    }
    let sent: Vec<_> = desks[0].world.state.lock().requests.iter().map(|(at, _)| *at).collect();
    assert!(sent.len() >= ids.len());
    let most = sent
        .iter()
        .map(|first| sent.iter().filter(|at| **at >= *first && at.saturating_sub(*first).as_secs() < 1).count());
    assert!(most.clone().max().unwrap() <= RATE as usize + 1, "{:?}", most.max());
}

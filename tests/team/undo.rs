//! Two desks undo the same at once.

use std::sync::Arc;

use cloverwatch::client::ask_each;
use cloverwatch::domain::{Command, DealershipId, Event, Refusal, undo};
use cloverwatch::protocol::{EventQuery, Request, RequestError};
use futures::future::join;

use crate::desk::{Desk, LONG, Team, ana, real};

type Recorded = Vec<Arc<Event>>;

async fn execute(desk: &Desk, items: Vec<(DealershipId, Command)>) -> Vec<Result<Recorded, RequestError>> {
    ask_each(&desk.client, Request::Execute(items), &ana(), |_| ()).await
}

pub async fn it_is_undone_once_and_the_other_is_told() {
    let team = Team::new();
    let (one, other) = (team.desk("bob", &real(), LONG, |_| ()).await, team.desk("cid", &real(), LONG, |_| ()).await);
    let ids = one.add(20).await;
    let assign = |id: &DealershipId| (*id, Command::Assign { owner: Some("ben".into()) });
    execute(&one, ids.iter().map(assign).collect()).await;
    other.caught_up_with(&one).await;
    let log = other.engine.events(EventQuery::default()).await.unwrap();
    let wanted = ids.iter().map(|id| {
        let events: Vec<&Event> = log.iter().filter(|event| event.dealership == Some(*id)).collect();
        (*id, undo(&other.state(*id), &events, &ana(), other.engine.clock().now()).unwrap().command)
    });
    let wanted: Vec<_> = wanted.collect();
    let (here, there) = join(execute(&one, wanted.clone()), execute(&other, wanted)).await;
    for (id, both) in ids.iter().zip(here.into_iter().zip(there)) {
        let ((Ok(recorded), Err(refused)) | (Err(refused), Ok(recorded))) = &both else {
            panic!("one of both: {both:?}")
        };
        assert_eq!((recorded.len(), refused), (1, &RequestError::Refused(Refusal::RecordedMeanwhile)));
        assert_eq!(one.state(*id).profile.owner, None);
    }
}

//! What tests have an engine record.
#![allow(dead_code, reason = "each test program uses its part")]

use cloverwatch::client::{EngineClient, LocalClient, ask_each};
use cloverwatch::domain::{Actor, Contact, DealershipId, Profile, Refusal};
use cloverwatch::engine::Engine;
use cloverwatch::protocol::{Imported, PastedCode, Request, RequestError, Response};

fn ana() -> Actor {
    Actor::person("ana")
}

pub fn profile(number: u32) -> Profile {
    Profile {
        name: format!("Sample Motors {number}").into(),
        dealer_code: format!("xts{number}").as_str().into(),
        group: "".into(),
        brand: "".into(),
        city: "Springfield".into(),
        state: "IL".into(),
        timezone: chrono_tz::America::Chicago.into(),
        contact: Contact { name: "".into(), email: "service@example.com".into(), phone: "".into() },
        owner: None,
    }
}

/// Adds dealerships, none of which is refused.
pub async fn add(engine: &Engine, profiles: Vec<Profile>) -> Vec<DealershipId> {
    let request = Request::Add(profiles.into_iter().map(Into::into).collect());
    let added = take_in(engine, request, |_| ()).await.unwrap();
    let id = |one| match one {
        Ok(Imported::Added(id)) => id,
        other => panic!("{other:?}"),
    };
    added.into_iter().map(id).collect()
}

/// Adds or imports, and tells how many are done.
pub async fn take_in(
    engine: &Engine,
    request: Request,
    mut told: impl FnMut(usize),
) -> Result<Vec<Result<Imported, Refusal>>, RequestError> {
    let mut answers = LocalClient::new(engine.clone()).request(request, &ana());
    let mut ended = Vec::new();
    while let Some(answer) = answers.next().await {
        match answer {
            Response::Imported(some) => ended.extend(some),
            Response::Failed(error) => return Err(error),
            other => panic!("{other:?}"),
        }
        told(ended.len());
    }
    Ok(ended)
}

/// The generation that each pasted code came to.
pub async fn paste(engine: &Engine, codes: Vec<PastedCode>) -> Vec<Result<u32, RequestError>> {
    ask_each(&LocalClient::new(engine.clone()), Request::Paste(codes), &ana(), |_| ()).await
}

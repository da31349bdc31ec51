//! What of a request was not answered, when whoever should have is gone.

use super::{ItemAnswer, Request, RequestError, Response};
use crate::domain::DealershipId;

/// What of a request has no answer yet, so that each can be told why it will have none.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// Those of many by their place; `None`: answered.
    items: Vec<Option<DealershipId>>,
    /// It is answered as one, and was not.
    one: bool,
}

impl Unanswered {
    pub fn of(request: &Request) -> Self {
        let items = match request {
            Request::Execute(items) => items.iter().map(|(id, _)| *id).collect(),
            Request::Obtain(items) => items.iter().map(|item| item.dealership).collect(),
            Request::Paste(items) => items.iter().map(|item| item.dealership).collect(),
            Request::Probe(ids) => ids.clone(),
            Request::TeachRule { dealership, .. } => vec![*dealership],
            _ => return Self { items: Vec::new(), one: true },
        };
        Self { items: items.into_iter().map(Some).collect(), one: false }
    }

    /// How many are answered each by itself.
    pub fn items(&self) -> usize {
        self.items.len()
    }

    pub fn note(&mut self, response: &Response) {
        match response {
            Response::Item { place, .. } => {
                if let Some(item) = self.items.get_mut(*place) {
                    *item = None;
                }
            }
            // More may follow.
            Response::Imported(_) | Response::Events(_) => {}
            _ => self.one = false,
        }
    }

    pub fn failed(&self, error: &RequestError) -> Vec<Response> {
        let item = |(place, dealership): (usize, &Option<DealershipId>)| {
            let answer: Result<ItemAnswer, _> = Err(error.clone());
            Some(Response::Item { place, dealership: (*dealership)?, answer })
        };
        let one = self.one.then(|| Response::Failed(error.clone()));
        self.items.iter().enumerate().filter_map(item).chain(one).collect()
    }
}

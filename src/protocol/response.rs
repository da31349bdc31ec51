//! What is answered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    AlikeDealership, Booked, Checked, CutOff, FirstFound, Imported, LetterText, PastFound, PlannedBooking, ReadBack,
    RequestError, RuleDraft, SendResult, TakenReport,
};
use crate::domain::report::Report;
use crate::domain::survival::Survival;
use crate::domain::{DealershipId, Event, Onboarding, Outcome, ProbeStatus, Refusal, Service, Slot};

/// How one of many ended well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ItemAnswer {
    /// What was recorded; nothing: it was true already.
    Recorded(Vec<Arc<Event>>),
    /// The generation of the new code.
    Issued(u32),
    Probed(Box<Checked>),
    /// A row is in effect; what the probe after that found.
    Taught {
        means: Outcome,
        probed: Result<Box<Checked>, RequestError>,
    },
}

/// An answer to a request; a request for many has one for each that was begun. After the last one answers end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Response {
    /// One of many has ended.
    Item {
        /// Which one, by its place in the request.
        place: usize,
        dealership: DealershipId,
        answer: Result<ItemAnswer, RequestError>,
    },
    /// For the next ones, in the order given.
    Imported(Vec<Result<Imported, Refusal>>),
    Sent(Vec<SendResult>),
    Report(TakenReport),
    Selected(Vec<Arc<Onboarding>>),
    First(FirstFound),
    Past(PastFound),
    ProbeStatuses(Vec<ProbeStatus>),
    /// In the order of the request.
    Alike(Vec<Vec<AlikeDealership>>),
    Events(Vec<Event>),
    Reported(Box<Report>),
    Survival(Survival),
    Services(Arc<[Service]>),
    Slots(Vec<Slot>),
    Planned(Box<PlannedBooking>),
    /// `None`: the booking that was read back had made none.
    Booked(Option<Booked>),
    /// `None`: no appointment stands.
    ReadBack(Option<ReadBack>),
    Letter(LetterText),
    CutOff(Vec<CutOff>),
    Rule(Box<RuleDraft>),
    /// It is done, and there is nothing to tell.
    Done,
    Failed(RequestError),
}

/// What a request for one thing is answered with.
macro_rules! answers {
    ($($variant:ident => $answer:ty),+ $(,)?) => {
        $(impl TryFrom<Response> for $answer {
            type Error = RequestError;

            fn try_from(response: Response) -> Result<Self, RequestError> {
                match response {
                    Response::$variant(answer) => Ok(answer),
                    other => Err(other.unexpected()),
                }
            }
        })+
    };
}

answers! {
    Imported => Vec<Result<Imported, Refusal>>,
    Sent => Vec<SendResult>,
    Report => TakenReport,
    Selected => Vec<Arc<Onboarding>>,
    First => FirstFound,
    Past => PastFound,
    ProbeStatuses => Vec<ProbeStatus>,
    Alike => Vec<Vec<AlikeDealership>>,
    Reported => Box<Report>,
    Survival => Survival,
    Services => Arc<[Service]>,
    Slots => Vec<Slot>,
    Planned => Box<PlannedBooking>,
    Booked => Option<Booked>,
    ReadBack => Option<ReadBack>,
    Letter => LetterText,
    CutOff => Vec<CutOff>,
    Rule => Box<RuleDraft>,
}

/// What a request for many is answered with when it is asked for one.
macro_rules! item_answers {
    ($($variant:ident => $answer:ty),+ $(,)?) => {
        $(impl TryFrom<Response> for $answer {
            type Error = RequestError;

            fn try_from(response: Response) -> Result<Self, RequestError> {
                match response {
                    Response::Item { answer: Ok(ItemAnswer::$variant(answer)), .. } => Ok(answer),
                    other => Err(other.unexpected()),
                }
            }
        })+
    };
}

item_answers! {
    Recorded => Vec<Arc<Event>>,
    Issued => u32,
    Probed => Box<Checked>,
}

impl TryFrom<Response> for () {
    type Error = RequestError;

    fn try_from(response: Response) -> Result<Self, RequestError> {
        match response {
            Response::Done => Ok(()),
            other => Err(other.unexpected()),
        }
    }
}

impl Response {
    fn unexpected(self) -> RequestError {
        match self {
            Self::Failed(error) | Self::Item { answer: Err(error), .. } => error,
            _ => RequestError::Fault("it was answered with something else".to_owned()),
        }
    }
}

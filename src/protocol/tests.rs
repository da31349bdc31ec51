//! Whatever is asked, answered or told is the same after a journey as JSON.

use std::fmt::Debug;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::config::Config;
use crate::domain::bulk::{Bulk, BulkItem, BulkKind};
use crate::domain::classification::ClassificationRule;
use crate::domain::report::{CaseLog, Report, ReportQuery};
use crate::domain::survival::Survival;
use crate::domain::{
    Actor, AppointmentId, Ask, BookingField, BookingProblem, Command, Customer, DealershipId, Event, Fact, IntentId,
    InvitationCode, Label, Letter, LetterId, LetterKind, LetterState, Onboarding, Outcome, ProbeResult, ProbeStatus,
    Profile, ProfileField, ProfilePatch, Refusal, ReportAction, ReportError, ResponseFacts, Returned, Service, Slot,
    SlotCounts, SlotWindow, Timestamp, Twin, Vehicle, evolve,
};

const ID: DealershipId = DealershipId::from_bits(7);

fn at() -> Timestamp {
    "2026-03-30T15:00:00Z".parse().unwrap()
}

fn local() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 31).unwrap().and_hms_opt(9, 15, 0).unwrap()
}

fn code() -> InvitationCode {
    "SECRET-7Q".parse().unwrap()
}

#[track_caller]
fn travels<T: Serialize + DeserializeOwned + PartialEq + Debug>(sent: &T) {
    let text = serde_json::to_string(sent).unwrap();
    let arrived: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(arrived, *sent, "{text}");
}

fn profile() -> Profile {
    let text = |field: ProfileField| match field {
        ProfileField::Name => "Harbor Ford",
        ProfileField::DealerCode => "hb1",
        ProfileField::Email => "hb1@example.com",
        ProfileField::Timezone => "America/New_York",
        _ => "",
    };
    Profile::read(text).unwrap()
}

fn event() -> Arc<Event> {
    let fact = Fact::DealershipAdded { profile: profile() };
    Arc::new(Event { seq: 1, at: at(), actor: Actor::person("ana"), dealership: Some(ID), fact })
}

fn state() -> Arc<Onboarding> {
    Arc::new(evolve(None, &event()).unwrap())
}

fn planned() -> Box<PlannedBooking> {
    let label = Label { value: "DataClover".to_owned(), context: "partner".to_owned() };
    let booking = crate::domain::Booking {
        appointment_id: Some(AppointmentId::new("appt-1").unwrap()),
        local: local(),
        zone: profile().timezone,
        customer: Customer::default(),
        comment: "a test".to_owned(),
        opcode: "OIL10".into(),
        label: label.clone(),
        reporting_label: label,
        vehicle: Vehicle { year: Some(2020), make: "OTHER".to_owned(), model: "OTHER".to_owned(), vin: None },
    };
    let preview = RequestPreview {
        method: "POST".to_owned(),
        url: "https://api.example.com/appointments-bookings".to_owned(),
        headers: vec![("authorization".to_owned(), "Bearer ••••".to_owned())],
        body: serde_json::json!({ "services": [{ "opcode": "OIL10" }] }),
    };
    Box::new(PlannedBooking { intent: IntentId::from_bits(5), booking, preview })
}

fn facts() -> ResponseFacts {
    ResponseFacts { status: 418, code: None, message: Some("a teapot".into()) }
}

fn rule() -> ClassificationRule {
    serde_json::from_str(r#"{"status": 418, "message": "^a teapot$", "means": "not-connected"}"#).unwrap()
}

fn checked() -> Box<Checked> {
    let result = ProbeResult {
        began_at: at(),
        ended_at: at(),
        outcome: Outcome::Connected,
        reason: "yes".to_owned(),
        unrecognised: true,
        answer: Some(facts()),
        services: Some(vec![Service { opcode: "OIL10".into(), name: "Oil".into() }]),
    };
    Box::new(Checked { result, slots: Some(Ok(SlotCounts::of([local()]))), events: vec![event()] })
}

fn booked() -> [Option<Booked>; 5] {
    let stands = Booked::Stands {
        id: AppointmentId::new("appt-1").unwrap(),
        local: local(),
        earlier: true,
        read_back: ReadBack::CouldNotTell("no answer".to_owned()),
    };
    let reason = || "no answer".to_owned();
    let slots = Ok(vec![Slot { local: local(), minutes: 60 }]);
    [None, Some(stands), Some(Booked::SlotTaken { slots }), Some(Booked::Not { reason: reason() }), {
        Some(Booked::Unknown { reason: reason() })
    }]
}

fn errors() -> Vec<RequestError> {
    let words = || "no space left".to_owned();
    vec![
        Refusal::OpcodeNotVisible("not shown".into()).into(),
        Refusal::ActedSince { by: "ben".to_owned(), what: "archived".to_owned() }.into(),
        RequestError::Held(Some(Holder { pid: 1, host: "desk".to_owned(), since: at() })),
        RequestError::Store(words()),
        RequestError::Source(words()),
        RequestError::StillOpen(words()),
        RequestError::NoSource,
        RequestError::NoPlatform,
        RequestError::ReadOnly,
        BookingProblem::Missing(BookingField::Opcode).into(),
        BookingProblem::NotOffered { local: local(), nearest: vec![local()] }.into(),
        RequestError::CouldNotTell(words()),
        RequestError::NoServices { outcome: Outcome::Unknown, reason: words() },
        RequestError::RateLimited(words()),
        RequestError::Letter(words()),
        ReportError::NoReport.into(),
        RequestError::Rule(words()),
        RequestError::Fault(words()),
        RequestError::Ending,
    ]
}

#[test]
fn every_request_survives_json() {
    let asks = [Ask::Invite, Ask::Reissue { seen: 2, despite_word: true }];
    let pasted =
        |ask| PastedCode { dealership: ID, code: code(), generated_at: at(), expires_at: Some(at()), ask, mail: true };
    let incoming = Incoming { profile: ProfilePatch::from(profile()), ..Incoming::from(profile()) };
    let requests = [
        Request::Execute(vec![(ID, Command::QueueLetter { kind: LetterKind::Reissue }), (ID, Command::Archive)]),
        Request::Execute(vec![(
            ID,
            Command::Undo { seen: 7, commands: vec![Command::SetCallBack { at: Some(at()) }] },
        )]),
        Request::Obtain(asks.map(|ask| CodeRequest { dealership: ID, ask, mail: false }).to_vec()),
        Request::Paste(asks.map(pasted).to_vec()),
        Request::Probe(vec![ID]),
        Request::Add(vec![incoming.clone()]),
        Request::Import(vec![incoming]),
        Request::SendLetters(vec![(ID, LetterId::from_bits(3))]),
        Request::SettleLetters,
        Request::TakeReport(b"From: a@example.com\xff".to_vec()),
        Request::ProbeStatuses(vec![ID]),
        Request::Alike { dealerships: vec![ID], archived: true },
        Request::Report(ReportQuery { since: Some(at()), until: None, at: Some(at()) }),
        Request::Survival,
        Request::SelectPast { selection: Selection::All, at: at(), alike: true },
        Request::Services(ID),
        Request::Slots { dealership: ID, window: Some(SlotWindow { first: local().date(), days: 14 }) },
        Request::PlanBooking {
            dealership: ID,
            local: local(),
            moves: true,
            plan: Box::new(Config::default().appointment),
        },
        Request::Book { dealership: ID, planned: planned() },
        Request::SettleBooking(ID),
        Request::GiveUpBooking(ID),
        Request::ReadBack(ID),
        Request::ReadLetter { dealership: ID, letter: LetterId::from_bits(3), reveal: true },
        Request::PreviewLetter {
            dealership: ID,
            kind: LetterKind::OpcodeGuide,
            as_if: vec![event().fact.clone()],
            reveal: false,
        },
        Request::CutOff,
        Request::PutAway(3),
        Request::DraftRule { dealership: ID, answer: facts(), means: Outcome::NotConnected },
        Request::Present(presence(None)),
        Request::TeachRule { event: 7, dealership: ID, answer: facts(), rule: Box::new(rule()) },
    ];
    requests.iter().for_each(travels);
    assert!(!format!("{requests:?}").contains("SECRET"), "a code prints masked");
}

#[test]
fn every_response_survives_json() {
    let probed = Ok(checked());
    let items = [
        ItemAnswer::Recorded(vec![event()]),
        ItemAnswer::Issued(2),
        ItemAnswer::Probed(checked()),
        ItemAnswer::Taught { means: Outcome::NotConnected, probed },
    ];
    for answer in items.into_iter().map(Ok).chain(errors().into_iter().map(Err)) {
        travels(&Response::Item { place: 1, dealership: ID, answer });
    }
    errors().into_iter().map(Response::Failed).for_each(|failed| travels(&failed));
    booked().into_iter().map(Response::Booked).for_each(|booked| travels(&booked));
    let returned = Returned {
        addresses: vec!["hb1@example.com".into()],
        original: Vec::new(),
        action: ReportAction::Delayed,
        status: "4.4.7".to_owned(),
        reason: "not yet".to_owned(),
    };
    let report = Returns {
        returned,
        letter: Some(LetterId::from_bits(3)),
        address: "hb1@example.com".into(),
        of_copy: true,
        dealerships: vec![ID],
        recorded: Vec::new(),
    };
    let bulk = Bulk {
        what: BulkKind::Invite,
        at: at(),
        by: "ana".into(),
        pasted: true,
        items: vec![BulkItem { id: ID, generation: 0 }],
    };
    let twin = Twin { id: ID, reasons: vec![ProfileField::Name] };
    let alike = AlikeDealership { twin, profile: profile(), archived: false };
    let text = LetterText { to: "hb1@example.com".to_owned(), text: "SECRET-7Q".to_owned(), ..LetterText::default() };
    assert!(!format!("{text:?}").contains("SECRET"), "the text of a letter does not print");
    let responses = [
        Response::Imported(vec![
            Ok(Imported::Added(ID)),
            Ok(Imported::Updated(ID)),
            Ok(Imported::Unchanged(ID)),
            Err(Refusal::DealerCodeTaken(ID)),
        ]),
        Response::Sent(vec![SendResult { dealership: ID, letter: letter(), why: Some("no answer".to_owned()) }]),
        Response::Report(TakenReport { returns: vec![report], is_for_us: true }),
        Response::ProbeStatuses(vec![ProbeStatus { last: None, next_at: Some(at()) }]),
        Response::Past(PastFound { known: 2, alike: [(ID, vec![alike.clone()])].into(), ..PastFound::default() }),
        Response::Alike(vec![vec![alike]]),
        Response::Services([Service { opcode: "OIL10".into(), name: "Oil".into() }].into()),
        Response::Reported(Box::new(insight())),
        Response::Survival(Survival::default()),
        Response::Slots(vec![Slot { local: local(), minutes: 60 }]),
        Response::Planned(planned()),
        Response::ReadBack(Some(ReadBack::Seen)),
        Response::ReadBack(Some(ReadBack::NotThere)),
        Response::ReadBack(None),
        Response::Letter(text),
        Response::CutOff(vec![CutOff { id: 3, bulk, left: vec![ID] }]),
        Response::Rule(Box::new(RuleDraft { rule: rule(), text: "a row".to_owned(), place: "there".to_owned() })),
        Response::Done,
    ];
    responses.iter().for_each(travels);
}

fn presence(action: Option<String>) -> Presence {
    Presence { desk: u64::MAX, who: Actor::person("ana"), dealerships: vec![ID], action }
}

fn insight() -> Report {
    let (mut cases, query) = (CaseLog::default(), ReportQuery { since: Some(at()), ..ReportQuery::default() });
    cases.take(&event());
    Report::of(&cases, [&*state()], &query, at(), &Policy::default())
}

fn letter() -> Letter {
    Letter {
        id: LetterId::from_bits(3),
        kind: LetterKind::Invitation,
        generation: 1,
        before: None,
        again: false,
        to: "hb1@example.com".into(),
        queued_at: at(),
        by: "ana".into(),
        state: LetterState::Queued,
        at: at(),
        due_at: Some(at()),
        refused: 0,
        deferred: 0,
        handed: 0,
        words: None,
        delayed_at: None,
        went_wrong: false,
        retried_at: None,
        settled: 0,
    }
}

#[test]
fn every_notification_survives_json() {
    let since = at();
    let why = || "no answer".to_owned();
    let platforms = [
        PlatformState::Unconfigured,
        PlatformState::Starting,
        PlatformState::Ok,
        PlatformState::Down { why: why(), since, retry_at: since },
        PlatformState::RateLimited { why: why(), since, until: since },
        PlatformState::OurCredentials { why: why(), since, retry_at: since },
        PlatformState::MassDisconnect { turned: 5, since },
    ];
    for platform in platforms {
        let alarms = vec![Alarm { cause: Cause::OpcodesGone, turned: 5, of: 10, since }];
        let backlog = Some(BacklogProgress { done: 1, total: 2, expected_end: Some(since) });
        let mail = MailStatus { state: MailState::Limited { until: since }, ..MailStatus::default() };
        let presences = vec![presence(Some("reissue".to_owned()))];
        let status = Status { platform, alarms, backlog, mail, presences, ..Status::default() };
        travels(&Notification::Status(Box::new(status)));
    }
    let committed = Committed { events: [event()].into(), states: [state()].into() };
    for notification in [Notification::Committed(committed), Notification::Lagged, Notification::Ended] {
        travels(&notification);
    }
}

//! A small desk by hand: every number of its report is known.

use chrono::TimeDelta;

use super::*;
use crate::domain::{
    Actor, CallOutcome, CodeOrigin, DealershipId, Event, Fact, IntentId, Profile, ProfileField, Stage, evolve,
};

fn start() -> Timestamp {
    "2026-03-30T12:00:00Z".parse().unwrap()
}

fn hour(hours: i64) -> Timestamp {
    start() + TimeDelta::hours(hours)
}

/// A log, and the states that follow from it.
#[derive(Default)]
struct Desk {
    seq: u64,
    cases: CaseLog,
    states: std::collections::BTreeMap<DealershipId, Onboarding>,
}

impl Desk {
    fn happens(&mut self, dealership: u64, at: Timestamp, fact: Fact) {
        self.seq += 1;
        let dealership = DealershipId::from_bits(dealership);
        let actor = Actor::person("ana");
        let event = Event { seq: self.seq, at, actor, dealership: Some(dealership), fact };
        self.cases.take(&event);
        let state = evolve(self.states.remove(&dealership), &event).unwrap();
        self.states.insert(dealership, state);
    }

    fn add(&mut self, dealership: u64, group: &str, owner: &str) {
        let code = format!("hb{dealership}");
        let text = |field: ProfileField| match field {
            ProfileField::Name => "Harbor Ford",
            ProfileField::DealerCode => &code,
            ProfileField::Email => "hb@example.com",
            ProfileField::Timezone => "America/New_York",
            ProfileField::Group => group,
            ProfileField::Owner => owner,
            _ => "",
        };
        self.happens(dealership, start(), Fact::DealershipAdded { profile: Profile::read(text).unwrap() });
    }

    fn issue(&mut self, dealership: u64, generation: u32, at: Timestamp) {
        let code = format!("CODE-{dealership}-{generation}").parse().unwrap();
        let (expires_at, intent) = (at + TimeDelta::hours(72), IntentId::from_bits(0));
        let source = CodeOrigin::Paste;
        if generation > 1 {
            let fact = Fact::InvitationSuperseded { generation: generation - 1, by: generation };
            self.happens(dealership, at, fact);
        }
        let fact = Fact::InvitationIssued { generation, code, generated_at: at, expires_at, source, intent };
        self.happens(dealership, at, fact);
    }

    fn expire(&mut self, dealership: u64, generation: u32, expires_at: Timestamp) {
        let at = expires_at + TimeDelta::minutes(3);
        self.happens(dealership, at, Fact::InvitationExpired { generation, expires_at, looked_at: Some(at) });
    }

    fn said(&mut self, dealership: u64, said_at: Timestamp) {
        let due_at = said_at + TimeDelta::hours(24);
        self.happens(dealership, said_at, Fact::DealerConfirmed { said_at, due_at });
    }

    fn seen(&mut self, dealership: u64, observed_at: Timestamp) {
        self.happens(dealership, observed_at, Fact::IntegrationConfirmed { observed_at });
    }

    fn live(&mut self, dealership: u64, at: Timestamp) {
        self.happens(dealership, at, Fact::OpcodeVerified { opcode: "Tell Us More".into() });
        let fact = Fact::SlotsSeen { count: 3, days: 1, next: None, by_day: Vec::new() };
        self.happens(dealership, at, fact);
    }

    fn report(&self, query: &ReportQuery, now: Timestamp) -> Report {
        Report::of(&self.cases, self.states.values(), query, now, &Policy::default())
    }

    fn outcomes(&self, now: Timestamp) -> Vec<CaseOutcome> {
        self.cases.cases().iter().map(|case| case.outcome(now)).collect()
    }
}

#[test]
fn every_code_is_one_case_and_ends_once() {
    let mut desk = Desk::default();
    (1..=6).for_each(|dealership| desk.add(dealership, "", ""));
    (1..=6).for_each(|dealership| desk.issue(dealership, 1, hour(0)));
    // 1: said, then seen. 2: seen behind its end. 3: ran out, then a new code that is used.
    desk.said(1, hour(10));
    desk.seen(1, hour(15));
    desk.expire(2, 1, hour(72));
    desk.seen(2, hour(80));
    desk.expire(3, 1, hour(72));
    desk.issue(3, 2, hour(90));
    desk.seen(3, hour(95));
    // 4: replaced while it lived, although the dealer said that it is done. 5: taken back. 6: nobody noticed its end yet.
    desk.said(4, hour(20));
    desk.issue(4, 2, hour(50));
    desk.happens(5, hour(8), Fact::InvitationRevoked { generation: 1, reason: "".into() });
    let expected = [
        CaseOutcome::Connected(hour(10)),
        CaseOutcome::Connected(hour(72)),
        CaseOutcome::Expired,
        CaseOutcome::Superseded(hour(50)),
        CaseOutcome::Revoked(hour(8)),
        CaseOutcome::Expired,
        CaseOutcome::Connected(hour(95)),
        CaseOutcome::Open,
    ];
    assert_eq!(desk.outcomes(hour(100)), expected);
    let lengths: Vec<i64> =
        desk.cases.cases().iter().map(|case| case.observation(hour(100)).length.num_hours()).collect();
    assert_eq!(lengths, [10, 72, 72, 50, 8, 72, 5, 50], "used behind the end is used at the end");
}

#[test]
fn a_code_that_ran_out_before_it_was_replaced_ran_out_whoever_noticed_it() {
    let mut desk = Desk::default();
    (1..=3).for_each(|dealership| desk.add(dealership, "", ""));
    (1..=3).for_each(|dealership| desk.issue(dealership, 1, hour(0)));
    // 1: replaced at once after its end. 2: taken back after the dealer said that it is done: nobody waits for Xtime.
    desk.issue(1, 2, hour(72));
    desk.said(2, hour(5));
    desk.happens(2, hour(8), Fact::InvitationRevoked { generation: 1, reason: "".into() });
    // 3: a code that came although it was connected already is no case.
    desk.seen(3, hour(10));
    desk.issue(3, 2, hour(11));
    let outcomes = desk.outcomes(hour(73));
    let expected =
        [CaseOutcome::Expired, CaseOutcome::Revoked(hour(8)), CaseOutcome::Connected(hour(10)), CaseOutcome::Open];
    assert_eq!(outcomes, expected);
    assert_eq!(desk.report(&ReportQuery::default(), hour(73)).total.confirm.decided, 0);
}

#[test]
fn the_measures_are_those_that_can_be_counted_by_hand() {
    let mut desk = Desk::default();
    desk.add(1, "Harborline", "ana");
    desk.add(2, "Harborline", "");
    desk.add(3, "", "ana");
    (1..=3).for_each(|dealership| desk.issue(dealership, 1, hour(0)));
    desk.said(1, hour(10));
    desk.seen(1, hour(14));
    desk.live(1, hour(15));
    desk.said(2, hour(20));
    desk.expire(3, 1, hour(72));
    desk.issue(3, 2, hour(80));
    let call =
        Fact::CallLogged { outcome: CallOutcome::NoAnswer, at: hour(81), with: None, note: None, call_back_at: None };
    desk.happens(3, hour(81), call);
    let report = desk.report(&ReportQuery::default(), hour(90));
    let total = &report.total;
    assert_eq!((total.codes, total.dealerships, total.reissues), (4, 3, 1));
    assert_eq!((total.connected, total.expired, total.open, total.live, total.calls), (2, 1, 1, 1, 1));
    assert_eq!(total.reissues_per_dealership, Some(1.0 / 3.0));
    assert_eq!(total.expired_share, Some(1.0 / 3.0));
    let hours = |hours: u64| Some(hours * 3_600);
    assert_eq!((total.connect.median_seconds, total.connect.p90_seconds), (hours(10), hours(20)));
    assert_eq!((total.connect.in_time, total.connect.decided), (2, 3));
    // Of the second the 24 hours are over, and Xtime shows nothing.
    assert_eq!((total.confirm.median_seconds, total.confirm.in_time, total.confirm.decided), (hours(4), 1, 2));
    assert_eq!(report.calls.iter().find(|call| call.outcome == CallOutcome::NoAnswer).unwrap().calls, 1);
    let keys = |by| {
        let row = |row: &ReportRow| (row.key.as_ref().map(|key| key.raw().to_owned()), row.measures.codes);
        report.rows(by).iter().map(row).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(keys(ReportBy::Owner), [(None, 1), (text("ana"), 3)]);
    assert_eq!(keys(ReportBy::Group), [(None, 2), (text("Harborline"), 2)]);
    assert_eq!(keys(ReportBy::Week), [(text("2026-W14"), 4)]);
    let funnel: Vec<u32> = report.funnel.iter().map(|step| step.dealerships).collect();
    assert_eq!((funnel, report.sticks_at), (vec![3, 3, 2, 1, 1, 1], Some(Milestone::Connected)));
    let stage = |stage| report.stages.iter().find(|measure| measure.stage == stage).unwrap();
    assert_eq!(stage(Stage::Overdue).median_age_seconds, hours(46));
    assert_eq!((stage(Stage::Invited).dealerships, stage(Stage::Invited).oldest_age_seconds), (1, hours(10)));
    let ending: Vec<usize> =
        (0..).zip(&report.codes_ending).filter(|(_, count)| **count > 0).map(|(hour, _)| hour).collect();
    assert_eq!((ending, report.codes_ending.len()), (vec![62], 72));
    assert_eq!((report.estimate.ended, report.estimate.pending, report.estimate.expected), (3, 1, None));
    assert!(report.estimate.curve.is_empty(), "three codes say nothing");
}

#[test]
fn a_window_counts_what_was_generated_in_it() {
    let mut desk = Desk::default();
    (1..=2).for_each(|dealership| desk.add(dealership, "", ""));
    desk.issue(1, 1, hour(0));
    desk.issue(2, 1, hour(24 * 7));
    let query = |since, until| ReportQuery { since, until, at: None };
    let now = hour(24 * 8);
    for (query, codes) in [
        (query(None, None), 2),
        (query(Some(hour(0)), None), 2),
        (query(Some(hour(1)), None), 1),
        (query(None, Some(hour(24 * 7))), 1),
        (query(None, Some(hour(1))), 1),
        (query(None, Some(hour(0))), 0),
        (query(Some(hour(1)), Some(hour(2))), 0),
    ] {
        assert_eq!(desk.report(&query, now).total.codes, codes, "{query:?}");
    }
}

#[test]
fn fifty_codes_that_ended_make_an_estimate() {
    let mut desk = Desk::default();
    for dealership in 1..=60 {
        desk.add(dealership, "", "");
        desk.issue(dealership, 1, hour(0));
        match dealership {
            // Half of those that end are used, at hour 20.
            1..=25 => desk.seen(dealership, hour(20)),
            26..=50 => desk.expire(dealership, 1, hour(72)),
            _ => desk.issue(dealership, 2, hour(71)),
        }
    }
    let report = desk.report(&ReportQuery::default(), hour(73));
    assert_eq!((report.estimate.ended, report.estimate.curve.len(), report.estimate.pending), (50, 72, 10));
    let at = |hours: usize| report.estimate.curve[hours - 1].connected.estimate;
    let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} for {wanted}");
    close(at(19), 0.0);
    close(at(72), 25.0 / 60.0);
    let expected = report.estimate.expected.unwrap();
    close(expected, 10.0 * 25.0 / 60.0);
    // Two hours old: nothing is lost yet. At hour 21 all that will be used were, and 25 were observed to the end.
    let survival = survival(&desk.cases, &ReportQuery::default(), hour(73));
    let pending = &desk.states[&DealershipId::from_bits(51)];
    assert!(connects(&survival, pending, hour(73)).unwrap().estimate > 0.4);
    let late = connects(&survival, pending, hour(72 + 21)).unwrap();
    assert!(late.estimate == 0.0 && late.high < 0.14, "{late:?}");
    assert_eq!(connects(&survival, &desk.states[&DealershipId::from_bits(1)], hour(73)), None, "it is connected");
}

#[test]
fn each_kind_that_is_taken_in_is_read() {
    assert_eq!(CaseLog::kinds().len(), 13);
}

#[test]
fn a_code_is_replaced_by_the_event_that_names_it_and_by_no_other() {
    let mut desk = Desk::default();
    (1..=2).for_each(|dealership| desk.add(dealership, "", ""));
    (1..=2).for_each(|dealership| desk.issue(dealership, 1, hour(0)));
    let replaced = || Fact::InvitationSuperseded { generation: 1, by: 2 };
    desk.happens(1, hour(5), replaced());
    desk.issue(2, 2, hour(6));
    desk.happens(2, hour(9), replaced());
    let expected = [CaseOutcome::Superseded(hour(5)), CaseOutcome::Superseded(hour(6)), CaseOutcome::Open];
    assert_eq!(desk.outcomes(hour(20)), expected);
}

#[test]
fn what_ran_out_stays_so_when_it_is_taken_back_later() {
    let mut desk = Desk::default();
    desk.add(1, "", "");
    desk.issue(1, 1, hour(0));
    desk.expire(1, 1, hour(72));
    desk.happens(1, hour(80), Fact::InvitationRevoked { generation: 1, reason: "".into() });
    assert_eq!(desk.outcomes(hour(90)), [CaseOutcome::Expired]);
}

#[test]
fn a_word_that_a_new_code_followed_is_not_weighed_and_each_end_is_counted() {
    let mut desk = Desk::default();
    (1..=4).for_each(|dealership| desk.add(dealership, "", ""));
    (1..=4).for_each(|dealership| desk.issue(dealership, 1, hour(0)));
    desk.said(1, hour(20));
    desk.issue(1, 2, hour(50));
    desk.issue(2, 2, hour(50));
    for dealership in [3, 4] {
        desk.happens(dealership, hour(8), Fact::InvitationRevoked { generation: 1, reason: "".into() });
    }
    let total = desk.report(&ReportQuery::default(), hour(100)).total;
    assert_eq!((total.superseded, total.revoked, total.open), (2, 2, 2));
    assert_eq!((total.confirm.decided, total.confirm.in_time_share), (0, None));
    assert_eq!((total.expired_share, total.connect.in_time_share), (None, None), "no code was used or ran out");
}

#[test]
fn live_is_who_was_connected_with_an_opcode_and_slots_at_once() {
    let opcode = || "Tell Us More".into();
    let verified = || Fact::OpcodeVerified { opcode: opcode() };
    let missing = || Fact::OpcodeMissing { opcode: opcode(), findings: Vec::new(), drifted: true };
    let near = || Fact::OpcodeNearMiss { opcode: opcode(), findings: Vec::new(), drifted: true };
    let unknown = || Fact::OpcodeUnknown { opcode: opcode() };
    let seen = |at| Fact::IntegrationConfirmed { observed_at: at };
    let lost = |at| Fact::IntegrationLost { first_look: at, second_look: at };
    let slots = |count| Fact::SlotsSeen { count, days: 1, next: None, by_day: Vec::new() };
    for (facts, live_at) in [
        (vec![seen(hour(0)), verified(), slots(3)], Some(hour(2))),
        (vec![verified(), slots(3)], None),
        (vec![seen(hour(0)), slots(3)], None),
        (vec![seen(hour(0)), verified(), slots(0)], None),
        (vec![seen(hour(0)), verified(), missing(), slots(3)], None),
        (vec![seen(hour(0)), verified(), near(), slots(3)], None),
        (vec![seen(hour(0)), verified(), unknown(), slots(3)], None),
        (vec![seen(hour(0)), verified(), lost(hour(2)), slots(3)], None),
        (vec![seen(hour(0)), verified(), lost(hour(2)), seen(hour(3)), slots(3)], None),
        (vec![seen(hour(0)), verified(), lost(hour(2)), seen(hour(3)), verified(), slots(3)], Some(hour(5))),
        (vec![seen(hour(0)), verified(), slots(3), slots(4)], Some(hour(2))),
    ] {
        let mut desk = Desk::default();
        desk.add(1, "", "");
        for (fact, at) in facts.iter().zip(0..) {
            desk.happens(1, hour(at), fact.clone());
        }
        let found: Vec<_> = desk.cases.first_live().map(|(_, at)| at).collect();
        assert_eq!(found, live_at.into_iter().collect::<Vec<_>>(), "{facts:?}");
    }
}

#[test]
fn a_new_code_after_the_loss_is_a_case_of_its_own() {
    let mut desk = Desk::default();
    desk.add(1, "", "");
    desk.issue(1, 1, hour(0));
    desk.seen(1, hour(5));
    desk.happens(1, hour(20), Fact::IntegrationLost { first_look: hour(20), second_look: hour(21) });
    desk.issue(1, 2, hour(30));
    assert_eq!(desk.outcomes(hour(40)), [CaseOutcome::Connected(hour(5)), CaseOutcome::Open]);
}

#[test]
fn it_is_known_up_to_which_event_the_cases_go() {
    let mut desk = Desk::default();
    assert_eq!(desk.cases.seq(), 0);
    (1..=3).for_each(|dealership| desk.add(dealership, "", ""));
    assert_eq!(desk.cases.seq(), 3, "also those that make no case");
    desk.cases.reaches(9);
    desk.cases.reaches(5);
    assert_eq!(desk.cases.seq(), 9, "it never goes back");
}

#[test]
fn the_words_of_json_and_csv_are_the_same() {
    for step in Milestone::ALL {
        assert_eq!(serde_json::to_value(step).unwrap(), step.as_str());
    }
    assert_eq!(ReportBy::ALL.map(ReportBy::as_str), ["owner", "group", "week"]);
}

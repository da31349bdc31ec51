use chrono::{DateTime, TimeDelta};

use super::*;
use crate::domain::{
    Actor, Command, Contact, Context, DealershipId, Event, Fact, NoClaims, OpcodeChoice, Outcome, ProbeResult, Profile,
    Service, decide, evolve,
};

fn now() -> crate::domain::Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// One dealership to which things happen.
struct Case {
    state: Option<Onboarding>,
    seq: u64,
}

impl Case {
    fn new() -> Self {
        let profile = Profile {
            name: "Nakamura Ford".into(),
            dealer_code: "xts1".into(),
            group: "".into(),
            brand: "".into(),
            city: "".into(),
            state: "".into(),
            timezone: chrono_tz::America::Chicago.into(),
            contact: Contact::default(),
            owner: None,
        };
        let mut case = Self { state: None, seq: 0 };
        case.tell(&Command::Add { profile });
        case
    }

    fn tell(&mut self, command: &Command) {
        let policy = Policy::default();
        let context = Context { now: now(), policy: &policy, claims: &NoClaims, letter: None };
        for fact in decide(self.state.as_ref(), command, &context).unwrap() {
            self.record(fact);
        }
    }

    fn record(&mut self, fact: Fact) {
        self.seq += 1;
        let dealership = DealershipId::from_bits(1);
        let event = Event { seq: self.seq, at: now(), actor: Actor::person("ana"), dealership: Some(dealership), fact };
        self.state = evolve(self.state.take(), &event);
    }

    fn choose(&mut self, code: &str, option: OpcodeOption) {
        let choice = OpcodeChoice { code: code.into(), option };
        self.tell(&Command::ChooseOpcode { choice, word: Some("Carla, by phone".into()) });
    }

    fn shows(&mut self, rows: &[(&str, &str)]) {
        let at = now();
        let services = rows.iter().map(|(code, name)| Service { opcode: (*code).into(), name: (*name).into() });
        let result = ProbeResult {
            began_at: at,
            ended_at: at,
            outcome: Outcome::Connected,
            reason: "let in".to_owned(),
            unrecognised: false,
            answer: None,
            services: Some(services.collect()),
        };
        self.tell(&Command::Observe { result });
    }

    fn guide(&self) -> Guide {
        guide(self.state.as_ref().unwrap(), &Policy::default(), "DataClover")
    }

    fn seen(&self) -> Vec<Observed> {
        self.guide().steps.iter().map(|step| step.observed).collect()
    }
}

use Observed::{CannotBeObserved as Cannot, NotVisible as Not, Visible};

#[test]
fn what_can_be_seen_of_an_existing_one() {
    let mut case = Case::new();
    assert_eq!(case.seen(), [Cannot, Cannot, Cannot, Cannot, Not], "not connected, nothing chosen");
    case.shows(&[]);
    assert_eq!(case.seen(), [Cannot, Cannot, Cannot, Cannot, Not], "an empty list tells nothing");
    case.shows(&[("000200", "Oil")]);
    assert_eq!(case.seen(), [Not, Cannot, Cannot, Cannot, Not]);
    case.shows(&[("TELL US MORE", "x")]);
    assert_eq!(case.seen(), [Not, Visible, Visible, Visible, Not]);
    assert!(case.guide().steps[0].why.contains("did you mean `TELL US MORE`?"), "{:?}", case.guide());
    case.choose("Tell Us More", OpcodeOption::Existing);
    case.shows(&[("Tell Us More", "x")]);
    assert_eq!((case.seen(), case.guide().open()), (vec![Visible; 5], 0));
    case.shows(&[("000200", "Oil")]);
    assert!(case.guide().steps[0].why.starts_with("it was visible before"), "{:?}", case.guide());
}

#[test]
fn the_steps_of_a_new_one_begin_with_making_it() {
    let mut case = Case::new();
    case.choose("DataClover Appt", OpcodeOption::New);
    let guide = case.guide();
    assert!(guide.steps[0].title.contains("standard scope") && guide.steps[1].title.contains("`DataClover Appt`"));
    assert_eq!(guide.steps[4].why, "recorded by ana, says Carla, by phone");
    let letter = guide.letter();
    for words in ["DataClover Appt", "any year, make and model", "Which apps should display it?", "All", "Publish"] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    assert!(!letter.contains("Carla"), "what we know is not told to the dealer: {letter}");
}

#[test]
fn a_dealer_is_told_what_we_see_and_not_what_we_wrote() {
    let mut case = Case::new();
    let told = |case: &Case| {
        let guide = case.guide();
        guide.steps.iter().map(|step| guide.told(step).unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(told(&case), [""; 5], "nothing can be seen");
    case.choose("Tell Us More", OpcodeOption::Existing);
    case.shows(&[("000200", "Oil")]);
    assert_eq!(told(&case)[0], "not visible: not among the 1 opcodes that Xtime shows us");
    assert_eq!(told(&case)[1..], ["", "", "", "done"]);
    case.shows(&[("Tell Us More", "x")]);
    assert_eq!(told(&case), ["visible", "visible", "visible", "visible", "done"]);
    assert!(!told(&case).concat().contains("ana"));
}

#[test]
fn hostile_codes_reach_no_text() {
    let mut case = Case::new();
    // The rules take no such code, but a journal may hold one.
    let choice = OpcodeChoice { code: "\u{1b}]52;c;x\u{7}\u{202e}evil".into(), option: OpcodeOption::New };
    case.record(Fact::OpcodeChosen { choice, word: None });
    let guide = case.guide();
    let all = guide.letter() + &guide.steps.iter().map(|step| step.title.clone()).collect::<String>();
    assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{all:?}");
}

#[test]
fn why_nothing_can_be_seen_is_said_of_every_step() {
    let why = |case: &Case| case.guide().steps[0].why.clone();
    let mut case = Case::new();
    assert_eq!((why(&case).as_str(), case.guide().open()), ("not connected yet", 5));
    case.shows(&[]);
    assert_eq!(why(&case), "Xtime answered with an empty list");
    case.record(Fact::IntegrationLost { first_look: now(), second_look: now() });
    assert_eq!(why(&case), "not connected yet", "it is not any more");
    case.shows(&[("TELL US MORE", "x")]);
    assert_eq!(case.guide().open(), 2, "its spelling, and that nobody told us");
}

#[test]
fn a_letter_begins_with_why_there_must_be_an_opcode_and_which_it_is() {
    let mut case = Case::new();
    let begin = "Every appointment that DataClover requests in Xtime carries a service opcode of your dealership: ";
    assert_eq!(case.guide().reason(), format!("{begin}your existing service opcode `Tell Us More`."));
    case.choose("DataClover Appt", OpcodeOption::New);
    assert_eq!(case.guide().reason(), format!("{begin}a new service opcode, `DataClover Appt`."));
    assert!(case.guide().letter().starts_with(begin));
}

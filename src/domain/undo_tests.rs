use chrono::TimeDelta;

use super::*;
use crate::domain::{
    Ask, Call, CallOutcome, CodeOrigin, Contact, Context, DealershipId, IntentId, LetterId, LetterKind, LetterState,
    NoClaims, OpcodeChoice, OpcodeOption, Outcome, Policy, ProbeResult, Profile, ProfileEdit, ProfileField, Service,
    decide,
};

/// One dealership and its log; each command is a minute after the one before.
struct Case {
    now: Timestamp,
    events: Vec<Event>,
}

impl Case {
    fn new() -> Self {
        let mut case = Self { now: "2026-03-30T15:00:00Z".parse().unwrap(), events: Vec::new() };
        let profile = Profile {
            name: "Sample Motors".into(),
            dealer_code: "xts1".into(),
            group: "".into(),
            brand: "".into(),
            city: "Boise".into(),
            state: "".into(),
            timezone: chrono_tz::America::Denver.into(),
            contact: Contact { email: "first@example.com".into(), ..Contact::default() },
            owner: Some("ana".into()),
        };
        case.by("chloe", Command::Add { profile });
        case
    }

    fn state(&self) -> Onboarding {
        fold(&self.events).unwrap()
    }

    fn try_by(&mut self, who: &str, command: &Command) -> Result<Vec<&'static str>, Refusal> {
        self.now += TimeDelta::minutes(1);
        let policy = Policy::default();
        let ctx = Context { now: self.now, policy: &policy, claims: &NoClaims, letter: None };
        let facts = decide(fold(&self.events).as_ref(), command, &ctx)?;
        let kinds = facts.iter().map(Fact::kind).collect();
        for fact in facts {
            let (seq, actor) = (self.events.len() as u64 + 1, Actor::recorded(who));
            let dealership = Some(DealershipId::from_bits(1));
            self.events.push(Event { seq, at: self.now, actor, dealership, fact });
        }
        Ok(kinds)
    }

    #[allow(clippy::needless_pass_by_value, reason = "so that a case reads as a list of commands")]
    fn by(&mut self, who: &str, command: Command) -> Vec<&'static str> {
        self.try_by(who, &command).unwrap()
    }

    fn plan(&self, who: &str) -> Result<Command, Refusal> {
        let events: Vec<&Event> = self.events.iter().collect();
        undo(&self.state(), &events, &Actor::person(who), self.now).map(|undo| undo.command)
    }

    /// Takes back what ana recorded last.
    fn undo(&mut self) -> Result<Vec<&'static str>, Refusal> {
        let command = self.plan("ana")?;
        self.try_by("ana", &command)
    }

    fn chooses(&mut self, code: &str, word: Option<&str>) {
        let choice = OpcodeChoice { code: code.into(), option: OpcodeOption::Existing };
        self.by("ana", Command::ChooseOpcode { choice, word: word.map(Into::into) });
    }

    fn calls(&mut self, who: &str, outcome: CallOutcome, hours: Option<i64>) -> Option<Timestamp> {
        let call_back_at = hours.map(|hours| self.now + TimeDelta::hours(hours));
        let opcode = Some(OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing });
        let (at, with) = (self.now, Some("Carla".into()));
        let call = Call { outcome, at, call_back_at, with, note: None, finished_at: None, opcode };
        self.by(who, Command::LogCall { call, mail: false });
        call_back_at
    }

    fn shows(&mut self, opcode: &str) {
        let result = ProbeResult {
            began_at: self.now,
            ended_at: self.now,
            outcome: Outcome::Connected,
            reason: "200".to_owned(),
            unrecognised: false,
            answer: None,
            services: Some(vec![Service { opcode: opcode.into(), name: "".into() }]),
        };
        self.by("system:probe", Command::Observe { result });
    }
}

#[test]
fn a_note_is_taken_back_by_a_note_and_that_one_stays() {
    let mut case = Case::new();
    case.by("ana", Command::Note { text: "call Carla".into() });
    assert_eq!(case.undo(), Ok(vec!["note.added"]));
    assert_eq!(case.events.last().unwrap().summary(), "note: taken back: the note of 2026-03-30T15:02:00Z");
    assert!(matches!(case.undo(), Err(Refusal::NoUndo(_))));
}

#[test]
fn an_owner_comes_back_and_an_undo_is_undone() {
    let mut case = Case::new();
    case.by("ana", Command::Assign { owner: Some("ben".into()) });
    assert_eq!(case.undo(), Ok(vec!["owner.assigned"]));
    assert_eq!(case.state().profile.owner, Some("ana".into()));
    case.undo().unwrap();
    assert_eq!(case.state().profile.owner, Some("ben".into()));
    case.by("ana", Command::Assign { owner: None });
    case.undo().unwrap();
    assert_eq!(case.state().profile.owner, Some("ben".into()));
}

#[test]
fn a_snooze_comes_back_unless_its_end_is_past() {
    let mut case = Case::new();
    let until = Some(case.now + TimeDelta::hours(1));
    case.by("ana", Command::Snooze { until });
    case.by("ana", Command::Snooze { until: None });
    case.undo().unwrap();
    assert_eq!(case.state().snoozed_until, until);
    case.by("ana", Command::Snooze { until: Some(case.now + TimeDelta::hours(9)) });
    case.now += TimeDelta::hours(2);
    case.undo().unwrap();
    assert_eq!(case.state().snoozed_until, None, "the one before has ended");
    case.by("ana", Command::Snooze { until: Some(case.now + TimeDelta::hours(1)) });
    case.now += TimeDelta::hours(2);
    case.by("ana", Command::Snooze { until: None });
    assert_eq!(case.undo(), Err(Refusal::PutBackAlready));
}

#[test]
fn the_archive_gives_back_the_call_back_too() {
    let mut case = Case::new();
    let call_back_at = case.calls("ben", CallOutcome::NoAnswer, Some(2));
    case.by("ana", Command::Archive);
    assert_eq!(case.state().call_back_at(), None);
    assert_eq!(case.undo(), Ok(vec!["dealership.unarchived", "call.back-set"]));
    let state = case.state();
    assert_eq!((state.archived_at, state.call_back_at()), (None, call_back_at));
    // Whose call it was it stays.
    assert_eq!(state.calls.unwrap().last.unwrap().by, "ben".into());
    case.by("ana", Command::Archive);
    case.by("ana", Command::Unarchive);
    assert_eq!(case.undo(), Ok(vec!["dealership.archived"]));
    case.by("ana", Command::Note { text: "gone".into() });
    assert_eq!(case.undo(), Ok(vec!["note.added"]), "a note is taken back in the archive too");
}

#[test]
fn an_opcode_comes_back_with_its_word_and_the_first_one_cannot_go() {
    let mut case = Case::new();
    case.chooses("17", None);
    assert_eq!(case.undo(), Err(Refusal::FirstOpcode));
    case.chooses("17", Some("Carla"));
    assert_eq!(case.undo(), Err(Refusal::PutBackAlready), "a word cannot be unsaid");
    case.chooses("18", Some("Rosa"));
    // A look is no act of a person, and changes nothing of the choice.
    case.shows("18");
    assert_eq!(case.undo(), Ok(vec!["opcode.chosen"]));
    let chosen = case.state().opcode.unwrap();
    assert_eq!((chosen.choice.code, chosen.word), ("17".into(), Some("Carla".into())));
}

#[test]
fn a_correction_comes_back_with_owner_and_other_contacts_as_one() {
    let mut case = Case::new();
    let other = |mail: &str| Contact { email: mail.into(), ..Contact::default() };
    case.by("ben", Command::AddContacts { contacts: vec![other("second@example.com")] });
    let before = case.state();
    let edit = |field, text: &str| ProfileEdit { field, text: text.to_owned() };
    let edits = vec![edit(ProfileField::Email, "second@example.com"), edit(ProfileField::Owner, "ben")];
    assert_eq!(case.by("ana", Command::Correct { edits }), ["dealership.updated", "owner.assigned"]);
    assert!(case.state().further_contacts.is_empty());
    assert_eq!(case.undo(), Ok(vec!["dealership.updated", "contacts.added", "owner.assigned"]));
    let state = case.state();
    assert_eq!((state.profile, state.further_contacts), (before.profile, before.further_contacts));
}

#[test]
fn a_call_back_comes_back_or_ends_and_the_call_stays() {
    let mut case = Case::new();
    let first = case.calls("ana", CallOutcome::WillDo, Some(30));
    case.calls("ana", CallOutcome::NoAnswer, Some(2));
    let call = case.state().calls.unwrap().last.unwrap();
    assert_eq!(case.undo(), Ok(vec!["call.back-set"]));
    let calls = case.state().calls.unwrap();
    assert_eq!((calls.last, calls.call_back_at), (Some(call), first));
    case.calls("ana", CallOutcome::PageNotFound, None);
    case.undo().unwrap();
    assert_eq!(case.state().call_back_at(), first, "it was done too soon");
    let mut case = Case::new();
    case.calls("ana", CallOutcome::NoAnswer, Some(2));
    case.undo().unwrap();
    assert_eq!(case.state().call_back_at(), None);
    case.calls("ana", CallOutcome::WrongPerson, None);
    assert!(matches!(case.undo(), Err(Refusal::NoUndo(_))), "a call was made");
}

#[test]
fn an_opcode_that_was_told_goes_back_and_reminders_too() {
    let mut case = Case::new();
    case.chooses("18", None);
    case.calls("ana", CallOutcome::OpcodeTold, None);
    assert_eq!(case.undo(), Ok(vec!["opcode.chosen"]));
    assert_eq!(case.state().opcode.unwrap().choice.code, "18".into());
    case.by("ana", Command::SetReminders { on: false });
    assert_eq!(case.undo(), Ok(vec!["reminders.set"]));
    assert!(!case.state().mail.unwrap().reminders_off);
}

#[test]
fn what_reached_somebody_or_was_never_mine_cannot_be_undone() {
    let mut case = Case::new();
    assert_eq!(case.undo(), Err(Refusal::NothingToUndo));
    assert!(matches!(case.plan("chloe"), Err(Refusal::NoUndo(_))), "it was added");
    let code = Command::IssueCode {
        code: "CODE-1".parse().unwrap(),
        generated_at: case.now,
        expires_at: None,
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ask: Ask::Invite,
        mail: false,
    };
    case.by("ana", code);
    let refusal = case.undo().unwrap_err().to_string();
    assert!(refusal.starts_with("cannot be undone: code 1 issued") && !refusal.contains("CODE-1"), "{refusal}");
    let said_at = case.now;
    case.by("ana", Command::ConfirmByDealer { said_at, mail: false });
    assert!(matches!(case.undo(), Err(Refusal::NoUndo(_))));
    case.by("ana", Command::AddContacts { contacts: vec![Contact { name: "Rosa".into(), ..Contact::default() }] });
    assert!(matches!(case.undo(), Err(Refusal::NoUndo(_))));
}

#[test]
fn who_acted_since_and_what_changed_since_forbid_it() {
    let mut case = Case::new();
    case.by("ana", Command::Assign { owner: None });
    case.by("ben", Command::Note { text: "mine now".into() });
    let acted = case.undo().unwrap_err();
    assert_eq!(acted.to_string(), "ben acted since: note: mine now");
    // The call-back ended by itself: putting the one before it back would bring back what is over.
    case.calls("ana", CallOutcome::NoAnswer, Some(2));
    case.shows("17");
    assert_eq!(case.undo(), Err(Refusal::ChangedSince));
}

#[test]
fn what_is_recorded_between_the_look_and_the_key_forbids_it() {
    let mut case = Case::new();
    case.by("ana", Command::Assign { owner: None });
    let command = case.plan("ana").unwrap();
    case.shows("17");
    assert_eq!(case.try_by("ana", &command), Err(Refusal::RecordedMeanwhile));
}

#[test]
fn a_letter_that_became_needless_by_the_way_stays_unsent() {
    let mut case = Case::new();
    let (letter, to) = (LetterId::from_bits(1), "first@example.com".into());
    let fact =
        Fact::EmailQueued { letter, what: LetterKind::OpcodeGuide, generation: 0, to, before: None, again: false };
    let (actor, dealership) = (Actor::person("ben"), Some(DealershipId::from_bits(1)));
    case.events.push(Event { seq: case.events.len() as u64 + 1, at: case.now, actor, dealership, fact });
    assert_eq!(case.by("ana", Command::Archive), ["dealership.archived", "email.suppressed"]);
    assert_eq!(case.undo(), Ok(vec!["dealership.unarchived"]));
    assert_eq!(case.state().letter(letter).unwrap().state, LetterState::Suppressed);
}

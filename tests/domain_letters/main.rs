//! The rules about letters: what is queued, what forbids it, what is due by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

#[path = "../domain_rules_support/mod.rs"]
mod domain_rules_support;
mod handing_over;
mod reminders;
mod reports;
mod standing;

use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{America::New_York, Europe::Berlin};
use cloverwatch::domain::{
    Ask, Attention, Command, Contact, Fact, Letter, LetterEnd, LetterId, LetterKind, LetterState, MailPolicy, Obstacle,
    Outcome, Profile, ProfileEdit, ProfileField, QuietHours, Refusal, Timestamp, due_letter, next_letter_at,
    reminder_moments,
};
use cloverwatch::timezone::Tz;
use domain_rules_support::{Case, hours, profile, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// A dealership with an address, at a desk that sends letters.
fn writing() -> Case {
    let mut case = Case::new();
    case.letters = Some(0);
    case.policy.mail.quiet = None;
    give_address(&mut case, "ana@motors.example");
    case
}

fn give_address(case: &mut Case, email: &str) {
    let profile = Profile { contact: Contact { email: email.into(), ..Contact::default() }, ..profile() };
    case.tell(Command::Update { profile });
}

fn letter(case: &Case) -> &Letter {
    case.state().newest_letter().unwrap()
}

fn begin(case: &Case) -> Command {
    Command::BeginLetter { letter: letter(case).id }
}

fn end(case: &Case, end: LetterEnd) -> Command {
    Command::EndLetter { letter: letter(case).id, end, jitter: 500 }
}

fn sent(case: &mut Case) {
    assert_eq!(case.tell(begin(case)), ["email.begun"]);
    assert_eq!(case.tell(end(case, LetterEnd::Sent { reply: "250".to_owned() })), ["email.sent"]);
}

fn refused(permanent: bool) -> LetterEnd {
    LetterEnd::Refused { reason: "450 busy".to_owned(), permanent, address: None }
}

fn uncertain() -> LetterEnd {
    LetterEnd::Uncertain { reason: "the connection ended".to_owned() }
}

fn written() -> LetterEnd {
    LetterEnd::Written { path: "/books/mail/m1.eml".to_owned() }
}

fn invited() -> Case {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    case
}

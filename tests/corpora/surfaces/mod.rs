//! Every place where bytes from outside are read: each a function that takes any bytes and panics when a promise about
//! them is broken. The tests beside this run them over the collections; `fuzz/` runs them over what libFuzzer makes up.

mod files;
mod letters;
mod platform;
mod store;
mod typed;

use chrono_tz::America;
use cloverwatch::domain::text::is_invisible;
use cloverwatch::domain::{Actor, Contact, DealershipId, Event, Fact, Onboarding, Profile, Timestamp, evolve};

/// A surface, by the name of its fuzz target and of the directory of its corpus.
pub type Surface = (&'static str, fn(&[u8]));

pub const ALL: &[Surface] = &[
    ("attach_frames", store::attach_frames),
    ("codes_block", typed::codes_block),
    ("config", files::config),
    ("csv", files::list),
    ("dsn", letters::report),
    ("export", store::export),
    ("filter", typed::filter),
    ("journal_line", store::journal_line),
    ("journal_segment", store::journal_segment),
    ("keymap", files::keymap),
    ("platform_json", platform::answer),
    ("template_context", letters::context),
    ("terminal_input", typed::terminal_input),
];

fn now() -> Timestamp {
    "2026-11-08T00:00:00Z".parse().unwrap()
}

fn profile(text: &str) -> Profile {
    Profile {
        name: text.into(),
        dealer_code: text.into(),
        group: text.into(),
        brand: text.into(),
        city: text.into(),
        state: text.into(),
        timezone: America::Chicago.into(),
        contact: Contact { name: text.into(), email: "carla@example.com".into(), phone: text.into() },
        owner: Some(text.into()),
    }
}

/// A dealership whose every text is this one.
fn called(text: &str) -> Onboarding {
    let (actor, dealership) = (Actor::person("ana"), Some(DealershipId::from_bits(1)));
    let fact = Fact::DealershipAdded { profile: profile(text) };
    evolve(None, &Event { seq: 1, at: now(), actor, dealership, fact }).unwrap()
}

/// Fails when words for people could act on a terminal.
#[track_caller]
fn assert_shown(words: &str) {
    assert!(!words.chars().any(|c| c != '\n' && is_invisible(c)), "{words:?}");
}

//! The rules that hold whatever happened: for every copy that a server received, and for everything that was said.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mail_parser::MessageParser;
use serde_json::Value;

use crate::smtp_support::{Letter, Seen};
use crate::world::{CARLA, PASSWORD, PREFIX, kinds};

const DEATHS: [&str; 5] = [
    "invitation.superseded",
    "invitation.revoked",
    "invitation.expired",
    "integration.confirmed",
    "dealership.archived",
];

/// What became of the letters of a cell; the rules have been checked.
#[derive(Debug)]
pub struct Copies {
    cell: String,
    events: Vec<Value>,
    /// `show` of the first dealership.
    pub shown: Value,
    /// The recipient and the code of every complete copy with a code that was not refused.
    all: Vec<(String, String)>,
}

impl Copies {
    pub fn checked(
        cell: &str,
        events: Vec<Value>,
        shown: Value,
        servers: &[Seen],
        codes: &BTreeMap<(String, u64), String>,
        heard: &str,
    ) -> Self {
        secrets_are_kept(cell, heard);
        nothing_begins_after_its_death(cell, &events);
        let mut by_id: BTreeMap<String, Vec<&Letter>> = BTreeMap::new();
        let mut all = Vec::new();
        for letter in servers.iter().flat_map(Seen::copies) {
            let (id, code) = read(cell, letter);
            let queued = queued(&events, &id);
            let queued = queued.unwrap_or_else(|| panic!("{cell}: nobody queued {id}"));
            let (to, generation) = (queued["to"].as_str().unwrap(), queued["generation"].as_u64().unwrap());
            assert_eq!(letter.to, to, "{cell}: {id} went to somebody else");
            let expected = codes.get(&(to.to_owned(), generation)).filter(|_| carries_code(queued));
            assert_eq!(code.as_ref(), expected, "{cell}: the code in {id} to {to}");
            by_id.entry(id).or_default().push(letter);
            all.extend(code.map(|code| (to.to_owned(), code)));
        }
        let begun = events.iter().filter(|event| event["kind"] == "email.begun").count();
        let contents = servers.iter().flat_map(|seen| &seen.letters).filter(|letter| letter.content.is_some()).count();
        assert!(contents <= begun, "{cell}: {contents} contents, {begun} begun");
        for (id, copies) in by_id {
            let same = copies.iter().all(|copy| copy.content == copies[0].content);
            assert!(same, "{cell}: the copies of {id} differ");
            let most = most_copies(&events, &id);
            assert!(copies.len() <= most, "{cell}: {} copies of {id}, {most} allowed", copies.len());
        }
        Self { cell: cell.to_owned(), events, shown, all }
    }

    /// How the letter with the first code ended: what happened to it, and how many complete copies of it may be somewhere.
    #[track_caller]
    pub fn first(&self, kinds: &[&str], copies: usize) -> &Self {
        self.letter(1, kinds, copies)
    }

    #[track_caller]
    pub fn letter(&self, generation: u64, expected: &[&str], copies: usize) -> &Self {
        let kinds = folded(self.kinds(generation));
        assert_eq!((kinds, self.count(generation)), (named(expected), copies), "{}: {:#?}", self.cell, self.events);
        let state = match expected.last() {
            Some(&"begun") => panic!("nothing ends so"),
            Some(&"retried") | None => "queued",
            Some(last) => last,
        };
        let letters = self.shown["mail"]["letters"].as_array().unwrap();
        let letter = letters.iter().find(|letter| letter["generation"] == generation).unwrap();
        assert_eq!(letter["state"], state, "{}: {letter:#?}", self.cell);
        assert!(letter["next_try_at"].is_null(), "{}: {letter:#?}", self.cell);
        self
    }

    pub fn kinds(&self, generation: u64) -> Vec<String> {
        kinds(&self.events, CARLA, generation)
    }

    /// Complete copies of the letter with the code of a generation.
    pub fn count(&self, generation: u64) -> usize {
        let code = format!("{PREFIX}{generation:04}");
        self.all.iter().filter(|(to, known)| to == CARLA && *known == code).count()
    }
}

fn named(kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|kind| format!("email.{kind}")).collect()
}

/// Without what a server that is down for longer repeats: refusals in a row are one.
fn folded(kinds: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for kind in kinds {
        out.push(kind);
        let twice = |length: usize| {
            let (rest, last) = out.split_at_checked(out.len().saturating_sub(length))?;
            (last.len() == length && rest.ends_with(last) && last.ends_with(&["email.failed".to_owned()])).then_some(())
        };
        for length in [1, 2] {
            if twice(length).is_some() {
                out.truncate(out.len() - length);
                break;
            }
        }
    }
    out
}

fn carries_code(queued: &Value) -> bool {
    ["invitation", "reissue", "reminder"].contains(&queued["what"].as_str().unwrap())
}

/// The Message-ID of a copy without its domain, and the one code, if any, that is in both of its forms.
fn read(cell: &str, letter: &Letter) -> (String, Option<String>) {
    let content = letter.content.as_deref().unwrap();
    let message = MessageParser::default().parse(content).unwrap();
    let id = message.message_id().unwrap().split('@').next().unwrap().to_owned();
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    let (one, other) = (codes(&text), codes(&html));
    assert!(one.len() < 2 && one == other, "{cell}: {id} has {one:?} and {other:?}");
    assert!(codes(message.subject().unwrap()).is_empty(), "{cell}: {id}");
    (id, one.first().map(|code| (*code).to_owned()))
}

fn codes(text: &str) -> Vec<&str> {
    text.match_indices(PREFIX).filter_map(|(at, _)| text.get(at..at + PREFIX.len() + 4)).collect()
}

fn queued<'a>(events: &'a [Value], id: &str) -> Option<&'a Value> {
    let queued = |event: &&Value| event["kind"] == "email.queued" && event["data"]["letter"] == id;
    events.iter().find(queued).map(|event| &event["data"])
}

/// One, and one more when nobody knew whether the first had arrived.
fn most_copies(events: &[Value], id: &str) -> usize {
    let own = events.iter().filter(|event| event["data"]["letter"] == id);
    let kinds: Vec<_> = own.map(|event| event["kind"].as_str().unwrap()).collect();
    let doubted = kinds.iter().position(|kind| *kind == "email.uncertain");
    let again = doubted.is_some_and(|doubted| kinds[doubted..].contains(&"email.begun"));
    1 + usize::from(again)
}

/// A letter is not even begun once its code is dead.
fn nothing_begins_after_its_death(cell: &str, events: &[Value]) {
    for (at, event) in events.iter().enumerate().filter(|(_, event)| event["kind"] == "email.begun") {
        let queued = queued(events, event["data"]["letter"].as_str().unwrap()).unwrap();
        if !carries_code(queued) {
            continue;
        }
        let before = events[..at].iter().filter(|other| other["dealership"]["id"] == event["dealership"]["id"]);
        let dead = |other: &Value| {
            let of = other["data"]["generation"].as_u64();
            DEATHS.contains(&other["kind"].as_str().unwrap())
                && of.is_none_or(|of| Some(of) >= queued["generation"].as_u64())
        };
        let death = before.filter(|other| dead(other)).map(|other| other["kind"].to_string()).next();
        assert_eq!(death, None, "{cell}: a letter was begun after the death of its code");
    }
}

fn secrets_are_kept(cell: &str, heard: &str) {
    let heard = heard.to_lowercase();
    let encoded = BASE64_STANDARD.encode(format!("\0desk\0{PASSWORD}"));
    for secret in [PREFIX, PASSWORD, &encoded, &BASE64_STANDARD.encode(PASSWORD)] {
        let at = heard.find(&secret.to_lowercase());
        let around = at.map(|at| heard.get(at.saturating_sub(300)..(at + 100).min(heard.len())));
        assert_eq!(around, None, "{cell}: a secret was said");
    }
}

//! What the tests of the store share: sample batches, looking into a store, starting this test binary again.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{
    Actor, AppointmentId, CallOutcome, CodeOrigin, Contact, DaySlots, DealershipId, Event, Fact, IntentId, Onboarding,
    OpcodeChoice, OpcodeOption, Outcome, Profile, Timestamp, fold,
};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{Append, EmbeddedStore, Store, StoreError};

pub fn clock() -> SharedClock {
    Arc::new(WallClock::real())
}

pub fn open(dir: &Path) -> Result<Arc<EmbeddedStore>, StoreError> {
    EmbeddedStore::open(dir, clock())
}

/// With a new segment of the journal every few lines.
pub fn open_small(dir: &Path) -> Result<Arc<EmbeddedStore>, StoreError> {
    EmbeddedStore::open_with(dir, &clock(), StoreOptions { segment_bytes: 4_096, ..StoreOptions::default() })
}

pub fn id(number: u64) -> DealershipId {
    DealershipId::from_bits(number)
}

pub fn at(second: u64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_790_000_000_000 + i64::try_from(second).unwrap() * 1_001).unwrap()
}

pub fn append(number: u64, expected_version: u64, facts: Vec<Fact>) -> Append {
    let at = at(number + 10 * expected_version);
    Append { dealership: Some(id(number)), expected_version, actor: Actor::person("Ana"), at, facts }
}

pub fn profile(dealer_code: &str) -> Profile {
    Profile {
        name: format!("Sample Motors {dealer_code}").into(),
        dealer_code: dealer_code.into(),
        group: "Sample Group".into(),
        brand: "".into(),
        city: "Springfield \u{202e}\n\"kind\":\"note.added\"".into(),
        state: "IL".into(),
        timezone: chrono_tz::America::Chicago.into(),
        contact: Contact { name: "".into(), email: "service@example.com".into(), phone: "".into() },
        owner: None,
    }
}

pub fn added(number: u64) -> Append {
    append(number, 0, vec![Fact::DealershipAdded { profile: profile(&format!("xts{number}")) }])
}

/// An outage of the platform: of no dealership.
pub fn of_platform(number: u64) -> Append {
    let (since, failing_since) = (at(number + 60), at(number));
    let failing =
        Fact::PlatformFailing { why: "503 \"dealership\":null".into(), since: failing_since, credentials: false };
    let facts = vec![failing, Fact::PlatformAnswers { since, failing_since, last_failed: None }];
    Append { dealership: None, expected_version: 0, actor: Actor::system("probe"), at: since, facts }
}

pub fn note(number: u64, version: u64) -> Append {
    append(number, version, vec![Fact::NoteAdded { text: format!("note {version}").into() }])
}

pub fn issued(generation: u32, code: &str) -> Fact {
    Fact::InvitationIssued {
        generation,
        code: code.parse().unwrap(),
        generated_at: at(u64::from(generation)),
        expires_at: at(u64::from(generation) + 259_200),
        source: CodeOrigin::Http,
        intent: IntentId::from_bits(u64::from(generation)),
    }
}

/// A history in which every field of the state is set at some time.
pub fn history(number: u64) -> Vec<Fact> {
    let intent = IntentId::from_bits(number);
    let choice = OpcodeChoice { code: "Tell Us More".into(), option: OpcodeOption::Existing };
    let wall = at(7).naive_utc();
    let booked = AppointmentId::new("a1").unwrap();
    vec![
        Fact::DealershipAdded { profile: profile(&format!("xts{number}")) },
        Fact::InvitationRequested { intent, source: CodeOrigin::Http, generation: 1, mail: false },
        Fact::InvitationRequestFailed { intent, reason: "503".into(), refused: false },
        issued(1, &format!("CODE-{number}-1")),
        Fact::InvitationSuperseded { generation: 1, by: 2 },
        issued(2, &format!("CODE-{number}-2")),
        Fact::DealerConfirmed { said_at: at(1), due_at: at(86_401) },
        Fact::ConfirmationOverdue { due_at: at(86_401) },
        Fact::ProbeChanged {
            outcome: Outcome::NotConnected,
            reason: "403".into(),
            at: at(2),
            status: Some(403),
            code: None,
            message: Some("Forbidden".into()),
        },
        Fact::IntegrationConfirmed { observed_at: at(3) },
        Fact::OpcodeChosen { choice, word: Some("Carla, by phone".into()) },
        Fact::OpcodeNearMiss {
            opcode: "Tell Us More".into(),
            findings: vec!["did you mean `TELL US MORE`?".into()],
            drifted: true,
        },
        Fact::SlotsSeen {
            count: 12,
            days: 1,
            next: Some(wall),
            by_day: vec![DaySlots { date: wall.date(), count: 12 }],
        },
        Fact::AppointmentRequested {
            intent,
            opcode: "Tell Us More".into(),
            local: wall,
            vin: "1".into(),
            moves: false,
        },
        Fact::AppointmentUnknown { intent, reason: "no answer".into() },
        Fact::AppointmentBooked {
            intent,
            id: booked.clone(),
            opcode: "Tell Us More".into(),
            local: wall,
            read_back: true,
        },
        Fact::AppointmentVerified { id: booked },
        Fact::AppointmentRequested { intent, opcode: "Tell Us More".into(), local: wall, vin: "1".into(), moves: true },
        Fact::NoteAdded { text: "done".into() },
        Fact::IntegrationLost { first_look: at(4), second_look: at(5) },
        Fact::InvitationMisdated { generation: 2, generated_at: at(9) },
        Fact::InvitationRevoked { generation: 2, reason: "wrong rooftop".into() },
        Fact::Snoozed { until: Some(at(9)) },
        Fact::CallLogged {
            outcome: CallOutcome::WillDo,
            at: at(9),
            with: Some("Carla".into()),
            note: None,
            call_back_at: Some(at(10)),
        },
        Fact::CodeTold { generation: 2, to: None, at: at(9) },
        Fact::InvitationRequested { intent, source: CodeOrigin::Command, generation: 3, mail: true },
        Fact::Archived {},
    ]
}

/// Some dealerships, each stopped somewhere in its history.
pub async fn fill(store: &dyn Store, many: u64) {
    for number in 0..many {
        let facts = history(number);
        let some = 1 + number as usize % facts.len();
        store.append(vec![append(number, 0, facts[..some].to_vec())]).await.unwrap();
        if number % 16 == 7 {
            store.append(vec![of_platform(number)]).await.unwrap();
        }
    }
}

pub async fn content(store: &dyn Store) -> (BTreeMap<DealershipId, Onboarding>, Vec<Event>) {
    let (seq, states) = store.read_model().all();
    let states = states.iter().map(|state| (state.id, Onboarding::clone(state))).collect();
    let events = store.events(EventQuery::default()).await.unwrap();
    assert_eq!(seq, events.last().map_or(0, |event| event.seq));
    (states, events)
}

/// The same, and the journal is whole.
pub async fn assert_consistent(store: &EmbeddedStore) {
    assert_folded(store).await;
    assert_eq!(store.verify_all().unwrap(), store.read_model().seq());
}

/// Every event is in its place, and the states are what the events say.
pub async fn assert_folded(store: &dyn Store) {
    let (states, events) = content(store).await;
    assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as u64), "a gap");
    let mut folded = BTreeMap::new();
    for event in &events {
        if let Some(id) = event.dealership {
            folded.entry(id).or_insert_with(Vec::new).push(event);
        }
    }
    assert_eq!(folded.len(), states.len());
    for (id, events) in folded {
        assert_eq!(fold(events.iter().copied()).as_ref(), states.get(&id));
        let timeline = store.events(EventQuery { dealership: Some(id), ..EventQuery::default() }).await.unwrap();
        assert!(timeline.iter().eq(events));
    }
}

/// The segments of a journal, oldest first.
pub fn segments(dir: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(dir.join("journal")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")).collect();
    files.sort();
    files
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            let _ = fs::copy(&path, &to).unwrap();
        }
    }
}

/// A copy of what is in a directory.
pub fn copy_of(dir: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy(dir, to.path());
    to
}

/// Every file of a store, with what is in it.
pub fn bytes(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

/// Puts a fifo or a directory in the place of a file.
pub fn no_file(path: &Path, kind: &str) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir(path);
    if kind == "fifo" {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    } else {
        fs::create_dir(path).unwrap();
    }
}

/// This test binary again, to run one of its ignored tests with a directory to work in.
pub fn child(test: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "--test-threads", "1", test]);
    command.env("STORE_TEST_DIR", dir).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// In such a child: the directory. Whoever runs the ignored tests by hand gets none.
pub fn child_dir() -> Option<std::path::PathBuf> {
    std::env::var_os("STORE_TEST_DIR").map(Into::into)
}

//! What the benches of the embedded store record.
#![allow(dead_code, reason = "shared by benches that each use a part")]

use cloverwatch::domain::{Actor, CodeOrigin, Contact, DealershipId, Fact, IntentId, Profile, Timestamp, Untrusted};
use cloverwatch::store::{Append, EmbeddedStore, Store};

/// Adds so many dealerships.
pub async fn fill(store: &EmbeddedStore, count: u64) {
    for portion in (0..count).collect::<Vec<_>>().chunks(1_000) {
        store.append(portion.iter().map(|id| added(*id)).collect()).await.expect("added");
    }
}

pub fn id(bits: u64) -> DealershipId {
    // Spread like random ones.
    DealershipId::from_bits(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 14)
}

pub fn at(second: u64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_790_000_000_000 + i64::try_from(second).expect("small") * 1_007).expect("a time")
}

pub fn append(number: u64, expected_version: u64, facts: Vec<Fact>) -> Append {
    Append { dealership: Some(id(number)), expected_version, actor: Actor::person("Ana"), at: at(number), facts }
}

pub fn note(number: u64, version: u64) -> Append {
    append(number, version, vec![Fact::NoteAdded { text: format!("called for the {version}th time").into() }])
}

pub fn requested(number: u64, generation: u32) -> Fact {
    Fact::InvitationRequested { intent: IntentId::from_bits(number), source: CodeOrigin::Http, generation, mail: false }
}

pub fn issued(number: u64, generation: u32) -> Fact {
    Fact::InvitationIssued {
        generation,
        code: format!("CODE-{number}-{generation}").parse().expect("a code"),
        generated_at: at(number),
        expires_at: at(number + 259_200),
        source: CodeOrigin::Http,
        intent: IntentId::from_bits(number),
    }
}

pub fn added(number: u64) -> Append {
    let text = |text: String| Untrusted::from(text);
    let profile = Profile {
        name: text(format!("Sample Motors of Springfield {number}")),
        dealer_code: text(format!("xts{number:06}")),
        group: text(format!("Sample Group {}", number % 97)),
        brand: "Toyota".into(),
        city: "Springfield".into(),
        state: "IL".into(),
        timezone: chrono_tz::America::Chicago.into(),
        contact: Contact {
            name: text(format!("Contact {number}")),
            email: text(format!("service{number}@example.com")),
            phone: "555-0100".into(),
        },
        owner: Some("ana".into()),
    };
    append(number, 0, vec![Fact::DealershipAdded { profile }])
}

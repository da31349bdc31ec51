//! A dealership to write to, and the renderer that writes.

use chrono::{DateTime, TimeDelta};
use cloverwatch::domain::{
    Actor, ChosenOpcode, CodeOrigin, Contact, DealershipId, Event, Fact, IntentId, Invitation, LetterId, LetterKind,
    Onboarding, OpcodeChoice, OpcodeOption, OpcodeState, Policy, Profile, Slots, Timestamp, evolve,
};
use cloverwatch::mail::{LetterError, LetterRenderer, RenderContext, RenderedLetter, RendererSettings};

pub const CODE: &str = "CLVR-93KD-7Q";

pub fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// When letters are written, unless a test says otherwise.
pub fn now() -> Timestamp {
    at("2022-10-01T12:30:00Z")
}

pub fn settings() -> RendererSettings {
    RendererSettings {
        partner: "DataClover".to_owned(),
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        reply_to: None,
        envelope_from: None,
        bcc: None,
        contact: Some("call 555-0142, weekdays 8 to 18 Eastern".to_owned()),
        templates: None,
    }
}

pub fn renderer() -> LetterRenderer {
    LetterRenderer::new(&settings()).unwrap()
}

/// Invited 42 hours ago; whatever a kind of letter needs is so.
pub fn dealership() -> Onboarding {
    let profile = Profile {
        name: "Lakeside Honda".into(),
        dealer_code: "xts1234".into(),
        group: "Lakeside Group".into(),
        brand: "Honda".into(),
        city: "Dayton".into(),
        state: "OH".into(),
        timezone: chrono_tz::America::New_York.into(),
        contact: Contact { name: "Carla Moreno".into(), email: "carla@example.com".into(), phone: "".into() },
        owner: None,
    };
    let fact = Fact::DealershipAdded { profile };
    let event =
        Event { seq: 1, at: now(), actor: Actor::person("ana"), dealership: Some(DealershipId::from_bits(7)), fact };
    let mut state = evolve(None, &event).unwrap();
    let generated_at = at("2022-09-30T18:05:00Z");
    state.invitation = Some(Invitation {
        generation: 1,
        code: CODE.parse().unwrap(),
        generated_at,
        expires_at: generated_at + TimeDelta::hours(72),
        issued_at: generated_at,
        known_at: generated_at,
        issued_by: "ana".into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ended: None,
    });
    state.confirmation.dealer_confirmed_at = Some(at("2022-10-01T12:20:00Z"));
    state.confirmation.due_at = Some(at("2022-10-02T12:20:00Z"));
    state.confirmation.confirmed_at = Some(now());
    state.opcode_state = OpcodeState::Ok;
    state.slots = Some(Box::new(Slots { checked_at: now(), count: 12, days: 2, next: None, by_day: Vec::new() }));
    state
}

pub fn choose(state: &mut Onboarding, code: &str, option: OpcodeOption) {
    let choice = OpcodeChoice { code: code.into(), option };
    state.opcode =
        Some(Box::new(ChosenOpcode { choice, at: now(), by: "ana".into(), word: Some("Carla, by phone".into()) }));
}

pub fn context(kind: LetterKind) -> RenderContext {
    RenderContext { letter: LetterId::from_bits(0x1234_5678), kind, written_at: now(), automatic: false, settled: 0 }
}

pub fn write(state: &Onboarding, kind: LetterKind) -> Result<RenderedLetter, LetterError> {
    renderer().write(state, &context(kind), &Policy::default())
}

//! Every kind of event, as it was recorded at some time: it is read for ever, and written in the same way.

use std::fmt::Write as _;

use super::*;

/// For each kind at least one fact, as the journal has it; what is shown of it; and when it happened.
const RECORDED: &str = include_str!("recorded.txt");

fn event(fact: Fact) -> Event {
    let dealership = (!fact.is_of_platform()).then(|| DealershipId::from_bits(1));
    let at = "2026-11-24T06:20:00Z".parse().unwrap();
    Event { seq: 1, at, actor: Actor::person("ana"), dealership, fact }
}

#[test]
fn every_kind_is_read_and_written_as_it_was_recorded() {
    let facts = RECORDED.lines().filter(|line| line.starts_with('{'));
    let (mut seen, mut written) = (Vec::new(), String::new());
    for line in facts {
        let event = event(serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")));
        seen.push(event.fact.kind());
        let kind = format!("\"kind\":\"{}\"", event.fact.kind());
        assert!(line.contains(&kind), "{line}: not {kind}");
        writeln!(written, "{}", serde_json::to_string(&event.fact).unwrap()).unwrap();
        let word = if event.fact.is_word() { ", by somebody's word" } else { "" };
        writeln!(written, "    {} ({}{word})", event.summary(), rfc3339(event.happened_at())).unwrap();
        writeln!(written, "    {}", event.public(None)["data"]).unwrap();
    }
    assert_eq!(written, RECORDED);
    seen.dedup();
    assert_eq!(seen, Fact::KINDS, "recorded.txt has them in the order of the table");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), Fact::KINDS.len(), "two kinds have one name");
}

//! A log in lines: the events of a letter are one line that grows, where its newest event stands.

use std::collections::HashMap;

use super::Tone;
use super::event::summary;
use super::time::Zone;
use crate::domain::text::width;
use crate::domain::{Event, Fact, Letter, Onboarding, Timestamp, humanize};

/// Above so many steps of a letter those in the middle are left out.
const MOST_STEPS: usize = 6;

/// An event, or those of one letter.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine<'e> {
    /// What it tells last.
    pub newest: &'e Event,
    /// What became of the letter before, ascending.
    pub earlier: Vec<&'e Event>,
}

impl<'e> From<&'e Event> for LogLine<'e> {
    fn from(newest: &'e Event) -> Self {
        Self { newest, earlier: Vec::new() }
    }
}

impl<'e> LogLine<'e> {
    /// Events in lines, both ascending.
    pub fn of_all(events: impl IntoIterator<Item = &'e Event>) -> Vec<Self> {
        let mut letters: HashMap<_, usize> = HashMap::new();
        let mut lines: Vec<Option<Self>> = Vec::new();
        for event in events {
            let mut line = Self::from(event);
            if let Some(letter) = event.fact.letter()
                && let Some(place) = letters.insert(letter, lines.len())
                && let Some(Self { newest, earlier }) = lines.get_mut(place).and_then(Option::take)
            {
                line.earlier = earlier;
                line.earlier.push(newest);
            }
            lines.push(Some(line));
        }
        lines.into_iter().flatten().collect()
    }

    pub fn tone(&self) -> Tone {
        self.newest.fact.severity().into()
    }

    /// What happened, without dealership and moment. `of`: its dealership.
    pub fn words(&self, of: Option<&Onboarding>, moment: impl Fn(Timestamp) -> String) -> String {
        self.words_within(usize::MAX, of, moment)
    }

    /// The same in so many cells if that can be: of a letter the newest is told first.
    pub fn words_within(&self, room: usize, of: Option<&Onboarding>, moment: impl Fn(Timestamp) -> String) -> String {
        let Some(id) = self.newest.fact.letter() else { return summary(self.newest, moment) };
        let mut steps: Vec<String> = self.events().map(|event| step(event, &moment)).collect();
        let subject = self.events().find_map(|event| match &event.fact {
            Fact::EmailQueued { what, to, .. } => Some((*what, to)),
            _ => None,
        });
        if subject.is_none() {
            steps.insert(0, "…".to_owned());
        }
        let known = || of.and_then(|of| of.letter(id)).map(|Letter { kind, to, .. }| (*kind, to));
        let Some((what, to)) = subject.or_else(known) else { return format!("letter {}", steps.join(" → ")) };
        if steps.len() > MOST_STEPS {
            steps.splice(1..steps.len() - MOST_STEPS + 2, ["…".to_owned()]);
        }
        let full = format!("letter: {what} to {} {}", to.plain(), steps.join(" → "));
        if width(&full) <= room {
            return full;
        }
        let last = steps.pop().unwrap_or_default();
        let short = format!("letter: {what} to {} … → {last}", to.plain());
        if steps.len() > 1 && width(&short) <= room { short } else { format!("{what}: {last}") }
    }

    /// The whole line as text: `2026-11-24 14:05 CST  Name  what happened  (who)`.
    pub fn plain(&self, of: Option<&Onboarding>, zone: Zone) -> String {
        let when = zone.line(self.newest.happened_at());
        let words = self.words(of, |at| zone.line(at));
        format!("{when}  {}  {words}  ({})", name(self.newest, of), self.newest.actor)
    }

    fn events(&self) -> impl Iterator<Item = &'e Event> {
        self.earlier.iter().copied().chain([self.newest])
    }
}

/// Of whom an event is, for a line of a log.
pub fn name(event: &Event, of: Option<&Onboarding>) -> String {
    match (of, event.dealership) {
        (Some(of), _) => of.profile.name.plain().into_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "Xtime".to_owned(),
    }
}

/// What became of a letter, without naming it.
fn step(event: &Event, moment: impl Fn(Timestamp) -> String) -> String {
    match &event.fact {
        Fact::EmailQueued { again: false, .. } => "queued".to_owned(),
        Fact::EmailQueued { again: true, .. } => "once more".to_owned(),
        Fact::EmailBegun { .. } => "handed over".to_owned(),
        _ => {
            let words = summary(event, moment);
            let rest = words.strip_prefix("letter: ").or_else(|| words.strip_prefix("letter "));
            rest.map_or_else(|| words.clone(), str::to_owned)
        }
    }
}

/// An outage that is over, as it divides a log.
pub fn outage(event: &Event, zone: Zone) -> Option<String> {
    let (from, until, is_seen) = event.fact.outage()?;
    let [begin, end] = [from, until].map(|at| zone.short(at, event.at));
    let how = if is_seen { "" } else { " at most: nobody saw it end" };
    Some(format!("Xtime failed {begin}–{end}, {}{how}", humanize(until - from)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Actor, DealershipId, LetterId, LetterKind};

    fn events(facts: Vec<Fact>) -> Vec<Event> {
        let event = |(seq, fact)| {
            let at = Timestamp::UNIX_EPOCH + chrono::TimeDelta::minutes(seq);
            let dealership = Some(DealershipId::from_bits(1));
            Event { seq: seq.unsigned_abs(), at, actor: Actor::system("mail"), dealership, fact }
        };
        (1..).zip(facts).map(event).collect()
    }

    fn words(line: &LogLine<'_>, room: usize) -> String {
        line.words_within(room, None, |at| Zone::Named(crate::timezone::Tz::UTC).line(at))
    }

    fn queued(letter: LetterId) -> Fact {
        let to = "tom@example.com".into();
        Fact::EmailQueued { letter, what: LetterKind::Invitation, generation: 1, to, before: None, again: false }
    }

    #[test]
    fn what_becomes_of_a_letter_is_one_line_at_its_newest_event() {
        let letter = LetterId::from_bits(2);
        let log = events(vec![
            queued(letter),
            Fact::Archived {},
            Fact::EmailBegun { letter, to: "tom@example.com".into() },
            Fact::EmailSent { letter, reply: "250 ok".into() },
            queued(LetterId::from_bits(3)),
        ]);
        let lines = LogLine::of_all(&log);
        assert_eq!(lines.iter().map(|line| line.newest.seq).collect::<Vec<_>>(), [2, 4, 5]);
        let whole = "letter: invitation to tom@example.com queued → handed over → sent: 250 ok";
        assert_eq!(words(&lines[1], usize::MAX), whole);
        assert_eq!(words(&lines[1], 60), "letter: invitation to tom@example.com … → sent: 250 ok");
        assert_eq!(words(&lines[1], 30), "invitation: sent: 250 ok");
        assert_eq!(words(&lines[2], 60), "letter: invitation to tom@example.com queued");
        // Where its start is not held.
        assert_eq!(words(&LogLine::from(&log[3]), 90), "letter … → sent: 250 ok");
    }

    #[test]
    fn a_letter_that_was_tried_often_tells_its_start_and_its_end() {
        let letter = LetterId::from_bits(2);
        let begun = || Fact::EmailBegun { letter, to: "tom@example.com".into() };
        let mut facts = vec![queued(letter)];
        (0..5).for_each(|_| facts.extend([begun(), Fact::EmailRetried { letter }]));
        facts.extend([begun(), Fact::EmailSent { letter, reply: "250 ok".into() }]);
        let log = events(facts);
        let lines = LogLine::of_all(&log);
        let told = "letter: invitation to tom@example.com queued → … → handed over → to be tried again now → \
                    handed over → sent: 250 ok";
        assert_eq!((lines.len(), words(&lines[0], usize::MAX).as_str()), (1, told));
    }
}

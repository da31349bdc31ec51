//! Keys that arrive at once: no person types like that.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::InputEvent;

/// Sooner one after the other than this no hand presses keys. So long the first of them waits for the next.
pub const AT_ONCE: Duration = Duration::from_millis(5);

/// A paste that comes slowly is told in parts.
const LONGEST: Duration = Duration::from_millis(50);

/// Puts keys of text together that arrive at once, in one read or in several. Pure: time comes in with the events.
#[derive(Debug, Default)]
pub struct Bursts {
    run: Vec<KeyEvent>,
    first: Duration,
    last: Duration,
}

impl Bursts {
    /// Takes in events that arrived at a moment; those that are sure come out.
    pub fn take(&mut self, events: Vec<InputEvent>, now: Duration, out: &mut impl Extend<InputEvent>) {
        self.expire(now, out);
        for event in events {
            match event {
                InputEvent::Key(key) if is_text(key) => {
                    if self.run.is_empty() {
                        self.first = now;
                    }
                    self.last = now;
                    self.run.push(key);
                }
                other => {
                    self.end(out);
                    out.extend([other]);
                }
            }
        }
    }

    /// When [`Bursts::expire`] wants to be called if nothing comes before.
    pub fn deadline(&self) -> Option<Duration> {
        (!self.run.is_empty()).then(|| (self.last + AT_ONCE).min(self.first + LONGEST))
    }

    /// Nothing came until a moment: what waits for more is whole.
    pub fn expire(&mut self, now: Duration, out: &mut impl Extend<InputEvent>) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.end(out);
        }
    }

    fn end(&mut self, out: &mut impl Extend<InputEvent>) {
        match std::mem::take(&mut self.run).as_slice() {
            [] => {}
            [key] => out.extend([InputEvent::Key(*key)]),
            keys => out.extend([InputEvent::Burst(keys.to_vec())]),
        }
    }
}

/// Whether a key is one of those that pasted text consists of. A line feed arrives as ctrl-j.
fn is_text(key: KeyEvent) -> bool {
    let held = key.modifiers.difference(KeyModifiers::SHIFT);
    match key.code {
        KeyCode::Char('j') => held.is_empty() || held == KeyModifiers::CONTROL,
        KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab => held.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decoder;
    use super::*;

    /// What comes of bytes that arrive each so many milliseconds after those before.
    fn told(reads: &[(u64, &str)]) -> Vec<String> {
        let (mut decoder, mut bursts, mut out) = (Decoder::default(), Bursts::default(), Vec::new());
        let mut now = Duration::ZERO;
        for (gap, bytes) in reads {
            now += Duration::from_millis(*gap);
            bursts.expire(now, &mut out);
            let mut events = Vec::new();
            decoder.feed(bytes.as_bytes(), now, &mut events);
            bursts.take(events, now, &mut out);
        }
        bursts.expire(now + AT_ONCE, &mut out);
        let word = |event| match event {
            InputEvent::Burst(keys) => format!("{} keys", keys.len()),
            InputEvent::Key(key) => key.code.to_string(),
            other => format!("{other:?}"),
        };
        out.into_iter().map(word).collect()
    }

    #[test]
    fn only_text_that_comes_at_once_is_told_together() {
        assert_eq!(told(&[(0, "j")]), ["j"]);
        assert_eq!(told(&[(0, "gg")]), ["2 keys"]);
        assert_eq!(told(&[(0, "one\rtwo\n")]), ["8 keys"]);
        assert_eq!(told(&[(0, "abc\x1b[Adef\x03")]), ["3 keys", "Up", "3 keys", "c"]);
        assert_eq!(told(&[(0, "\x1b[A\x1b[A\x1b[A\x1b[A")]).len(), 4);
    }

    #[test]
    fn it_does_not_matter_in_how_many_reads_it_comes() {
        assert_eq!(told(&[(0, "xq"), (3, "BCD-1234\r")]), ["11 keys"]);
        assert_eq!(told(&[(0, "A"), (3, "BCD")]), ["4 keys"]);
        assert_eq!(told(&[(0, "a"), (2, "b"), (2, "c"), (2, "d")]), ["4 keys"]);
        // A hand, and a key that is held.
        assert_eq!(told(&[(0, "a"), (6, "b"), (30, "j"), (30, "j"), (30, "j")]), ["a", "b", "j", "j", "j"]);
    }

    #[test]
    fn a_slow_paste_is_told_in_parts() {
        let reads = vec![(2, "x"); 100];
        let parts = told(&reads);
        assert!(parts.len() >= 4 && parts.iter().all(|part| part.ends_with(" keys")), "{parts:?}");
    }
}

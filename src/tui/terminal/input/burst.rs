//! Keys that arrive at once: no person types like that.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::InputEvent;

/// From how many keys of text on they are told together.
const FEWEST: usize = 3;

/// Puts keys of text that stand side by side in what was read at once together.
pub fn group(events: Vec<InputEvent>) -> Vec<InputEvent> {
    let mut grouped: Vec<InputEvent> = Vec::with_capacity(events.len());
    let mut run: Vec<KeyEvent> = Vec::new();
    for event in events {
        match event {
            InputEvent::Key(key) if is_text(key) => run.push(key),
            other => {
                end(&mut run, &mut grouped);
                grouped.push(other);
            }
        }
    }
    end(&mut run, &mut grouped);
    grouped
}

fn end(run: &mut Vec<KeyEvent>, grouped: &mut Vec<InputEvent>) {
    if run.len() < FEWEST {
        grouped.extend(run.drain(..).map(InputEvent::Key));
    } else {
        grouped.push(InputEvent::Burst(std::mem::take(run)));
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
    use std::time::Duration;

    use super::super::Decoder;
    use super::*;

    fn grouped(bytes: &[u8]) -> Vec<String> {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        decoder.feed(bytes, Duration::ZERO, &mut events);
        let word = |event| match event {
            InputEvent::Burst(keys) => format!("{} keys", keys.len()),
            InputEvent::Key(key) => key.code.to_string(),
            other => format!("{other:?}"),
        };
        group(events).into_iter().map(word).collect()
    }

    #[test]
    fn only_text_that_comes_at_once_is_told_together() {
        assert_eq!(grouped(b"j"), ["j"]);
        assert_eq!(grouped(b"gg"), ["g", "g"]);
        assert_eq!(grouped(b"one\rtwo\n"), ["8 keys"]);
        assert_eq!(grouped(b"abc\x1b[Adef\x03"), ["3 keys", "Up", "3 keys", "c"]);
        assert_eq!(grouped(b"\x1b[A\x1b[A\x1b[A\x1b[A").len(), 4);
    }
}

//! What people type and paste: filters, codes, keys.

use std::time::Duration;

use cloverwatch::domain::paste::{Expected, PasteContext, match_codes, names};
use cloverwatch::domain::query::{Query, QueryContext, Searchable, Texts, complete};
use cloverwatch::domain::{DealershipId, Named, NoClaims, Policy};
use cloverwatch::tui::terminal::input::{Bursts, Decoder, InputEvent};

use super::{assert_shown, called, now};

/// A mistake has its place; a filter asks one row as it asks many.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let known = [("a b".to_owned(), 2), (text.to_owned(), 1)];
    for caret in (0..=text.len()).filter(|at| text.is_char_boundary(*at)).take(64) {
        let completion = complete(text, caret, |_| &known);
        assert!(text.get(completion.span).is_some());
    }
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            assert_shown(&error.message);
            return assert_shown(&error.caret(text));
        }
    };
    assert_eq!(query.text(), text);
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: Some("ana"), twins: None };
    let states = [called("Nakamura Ford"), called(text), called("")];
    let mut texts = Texts::default();
    states.iter().for_each(|state| texts.push(state.id, &state.profile));
    let together = query.matches_among(0b111, &texts.blocks()[0], |row| Some((states.get(row)?, None)), &ctx);
    for (row, state) in states.iter().enumerate() {
        let alone = query.matches(state, &Searchable::new(state.id, &state.profile), &ctx);
        assert_eq!(together >> row & 1 == 1, alone, "{text:?}");
    }
}

/// One code for each dealership, or every mistake, none of which repeats a code.
pub fn codes_block(bytes: &[u8]) {
    let Ok(block) = std::str::from_utf8(bytes) else { return };
    let id = DealershipId::from_bits;
    let zone = chrono_tz::America::Chicago.into();
    let expected = [1, 2].map(|number| Expected { id: id(number), zone });
    let resolve = |name: &str| match name {
        "xts1" | "Nakamura Ford" => Named::One(id(1)),
        "xts2" => Named::One(id(2)),
        "xts3" => Named::One(id(3)),
        "xts" => Named::Several("xts1, xts2".to_owned()),
        _ => Named::Nobody,
    };
    let (now, policy) = (now(), Policy::default());
    let present = |_| None;
    let ctx = PasteContext {
        now,
        generated_at: now,
        policy: &policy,
        claims: &NoClaims,
        present: &present,
        resolve: &resolve,
    };
    let _ = names(block, &resolve);
    match match_codes(block, &expected, &ctx) {
        Ok((matched, already)) => {
            assert_eq!((matched.iter().map(|one| one.id).collect::<Vec<_>>(), already), (vec![id(1), id(2)], vec![]));
            assert_ne!(matched[0].code.digest(), matched[1].code.digest());
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            mistakes.iter().for_each(|mistake| assert_shown(&mistake.what.to_string()));
        }
    }
}

/// However bytes are split they mean the same, and the keyboard lives on.
pub fn terminal_input(bytes: &[u8]) {
    let whole = decoded([bytes]);
    assert_eq!(decoded(bytes.chunks(1)), whole);
    let split = bytes.first().map_or(0, |first| usize::from(*first) % (bytes.len() + 1));
    assert_eq!(decoded([&bytes[..split], &bytes[split..]]), whole);
    let mut bursts = Bursts::default();
    let mut out = Vec::new();
    bursts.take(whole, Duration::ZERO, &mut out);
    bursts.expire(Duration::from_secs(60), &mut out);
}

fn decoded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<InputEvent> {
    let (mut decoder, mut events, now) = (Decoder::default(), Vec::new(), Duration::from_secs(10));
    for piece in pieces {
        decoder.feed(piece, now, &mut events);
    }
    let later = now + Duration::from_secs(60);
    decoder.expire(later, &mut events);
    let mut after = Vec::new();
    decoder.feed(b"j", later, &mut after);
    assert!(matches!(after.as_slice(), [InputEvent::Key(_)]), "{after:?}");
    events
}

//! The six letters, as text and as they go over the wire.

use cloverwatch::domain::{Confirmation, LetterKind, OpcodeOption, OpcodeState, Policy};
use cloverwatch::mail::RenderedLetter;

use crate::world::{CODE, at, choose, context, dealership, renderer, write};

/// A letter as a mail program shows it.
fn picture(letter: &RenderedLetter) -> String {
    format!("From: {}\nTo: {}\nSubject: {}\n\n{}", letter.from, letter.to, letter.subject, letter.revealed().text)
}

#[test]
fn every_kind() {
    for kind in LetterKind::ALL {
        let mut state = dealership();
        let mut context = context(kind);
        match kind {
            LetterKind::Invitation => state.confirmation = Confirmation::default(),
            LetterKind::Reissue => choose(&mut state, "DataClover Appt", OpcodeOption::New),
            LetterKind::Reminder => context.written_at = at("2022-10-03T12:06:30Z"),
            LetterKind::WordReceived => {}
            LetterKind::OpcodeGuide => {
                choose(&mut state, "DataClover Appt", OpcodeOption::New);
                state.opcode_state = OpcodeState::NearMiss;
                state.opcode_findings =
                    Box::new(["did you mean `DATACLOVER APPT`? (it differs in upper and lower case)".to_owned()]);
            }
            LetterKind::Live => choose(&mut state, "Tell Us More", OpcodeOption::Existing),
        }
        let letter = renderer().write(&state, &context, &Policy::default()).unwrap();
        insta::assert_snapshot!(kind.as_str(), picture(&letter));
    }
}

#[test]
fn the_guide_at_every_turn() {
    let mut state = dealership();
    choose(&mut state, "Tell Us More", OpcodeOption::Existing);
    insta::assert_snapshot!("opcode-guide-done", picture(&write(&state, LetterKind::OpcodeGuide).unwrap()));
    let mut state = dealership();
    state.confirmation = Confirmation::default();
    let unconnected = picture(&write(&state, LetterKind::OpcodeGuide).unwrap());
    insta::assert_snapshot!("opcode-guide-unconnected", unconnected);
    let mut state = dealership();
    state.opcode_state = OpcodeState::Missing;
    state.opcode_findings = Box::new(["missing: not among the 12 opcodes that Xtime shows us".to_owned()]);
    insta::assert_snapshot!("opcode-guide-missing", picture(&write(&state, LetterKind::OpcodeGuide).unwrap()));
}

#[test]
fn the_html_of_an_invitation() {
    insta::assert_snapshot!("invitation-html", write(&dealership(), LetterKind::Invitation).unwrap().revealed().html);
}

#[test]
fn the_bytes_of_a_letter() {
    let bytes = write(&dealership(), LetterKind::Live).unwrap().outgoing().unwrap().message;
    insta::assert_snapshot!("live-bytes", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn masked_pages_differ_only_in_the_code() {
    for kind in LetterKind::ALL {
        let letter = write(&dealership(), kind).unwrap();
        let (masked, revealed) = (letter.masked(), letter.revealed());
        assert_eq!(masked.text, revealed.text.replace(CODE, "••••7Q"), "{kind}");
        assert_eq!(masked.html, revealed.html.replace(CODE, "••••7Q"), "{kind}");
        assert_eq!(revealed.text.contains(CODE), kind.carries_code(), "{kind}");
        assert!(!format!("{letter:?}{:?}", letter.outgoing()).contains(CODE), "{kind}");
    }
}

#[test]
fn no_letter_needs_anything_from_elsewhere() {
    for kind in LetterKind::ALL {
        let html = write(&dealership(), kind).unwrap().revealed().html.to_lowercase();
        for outside in ["http:", "https:", "src=", "url(", "<script", "<link", "<img", "<style", "@import", "href"] {
            assert!(!html.contains(outside), "{kind}: {outside}");
        }
    }
}

#[test]
fn what_both_forms_say_is_the_same() {
    // Words of the text, without what marks items; words of the HTML, without tags.
    let plain = |text: &str| {
        let marks = |word: &&str| *word != "-" && word.strip_suffix('.').is_none_or(|n| n.parse::<u8>().is_err());
        text.split_whitespace().filter(marks).map(str::to_owned).collect::<Vec<_>>()
    };
    let tags = regex::Regex::new("(?s)<title>.*?</title>|</?(?:strong|span)[^>]*>").unwrap();
    let blocks = regex::Regex::new("(?s)<[^>]*>").unwrap();
    for kind in LetterKind::ALL {
        let pages = write(&dealership(), kind).unwrap().revealed();
        let html = blocks.replace_all(&tags.replace_all(&pages.html, ""), " ").replace("&quot;", "\"");
        assert_eq!(plain(&pages.text), plain(&html.replace("&#39;", "'")), "{kind}");
    }
}

//! Letters that go out, and what comes back of them.

use std::sync::LazyLock;

use cloverwatch::domain::text::is_invisible;
use cloverwatch::domain::{
    CodeOrigin, IntentId, Invitation, LetterId, LetterKind, OpcodeState, Policy, ReportAction, Slots,
};
use cloverwatch::mail::bounce::read_report;
use cloverwatch::mail::{LetterRenderer, RenderContext, RendererSettings};
use mail_parser::MessageParser;

use super::{assert_shown, called, now};

const CODE: &str = "CLVR-93KD-7Q";

static RENDERER: LazyLock<LetterRenderer> = LazyLock::new(|| {
    let settings = RendererSettings {
        partner: "DataClover".to_owned(),
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        reply_to: None,
        envelope_from: None,
        bcc: None,
        contact: None,
        templates: None,
    };
    LetterRenderer::new(&settings).unwrap()
});

/// Whatever a dealership is called, a letter to it is one letter to one recipient, with its code once.
pub fn context(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut state = called(text);
    state.invitation = Some(Invitation {
        generation: 1,
        code: CODE.parse().unwrap(),
        generated_at: now(),
        expires_at: now() + chrono::TimeDelta::hours(72),
        issued_at: now(),
        known_at: now(),
        issued_by: text.into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ended: None,
    });
    state.confirmation.dealer_confirmed_at = Some(now());
    state.confirmation.due_at = Some(now());
    for is_live in [false, true] {
        if is_live {
            state.confirmation.confirmed_at = Some(now());
            state.opcode_state = OpcodeState::Ok;
            state.slots =
                Some(Box::new(Slots { checked_at: now(), count: 1, days: 1, next: None, by_day: Vec::new() }));
        }
        for kind in LetterKind::ALL {
            let letter = LetterId::from_bits(7);
            let context = RenderContext { letter, kind, written_at: now(), automatic: false, settled: 0 };
            let Ok(letter) = RENDERER.write(&state, &context, &Policy::default()) else { continue };
            assert_shown(&letter.subject);
            let outgoing = letter.outgoing().unwrap();
            let lines = outgoing.message.split(|byte| *byte == b'\n');
            let fits = |line: &[u8]| line.len() <= 998 && line.iter().all(|c| matches!(c, b'\t' | b'\r' | 32..=126));
            assert!(lines.into_iter().all(fits), "{text:?}");
            let message = MessageParser::default().parse(&outgoing.message).unwrap();
            let one = |list: Option<&mail_parser::Address<'_>>| list.and_then(|list| list.as_list()).map(<[_]>::len);
            assert_eq!((one(message.from()), one(message.to())), (Some(1), Some(1)), "{text:?}");
            assert_eq!(message.parts.len(), 3, "{text:?}");
            let (pages, codes) = (letter.revealed(), usize::from(kind.carries_code()));
            // Whoever is called like the code has it more often; what is invisible is left out of letters.
            let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
            if !seen.contains(CODE) {
                assert_eq!((pages.text.matches(CODE).count(), pages.html.matches(CODE).count()), (codes, codes));
            }
        }
    }
}

/// No report, or bounded words about bounded recipients.
pub fn report(bytes: &[u8]) {
    let read = read_report(bytes);
    assert_eq!(read, read_report(bytes));
    let Ok(report) = read else { return };
    assert!(report.returned.len() <= 101);
    for one in &report.returned {
        assert_shown(&one.reason);
        assert!(one.reason.chars().count() <= 201 && !one.status.is_empty());
        assert!(one.action == ReportAction::Failed || one.action == ReportAction::Delayed);
    }
}

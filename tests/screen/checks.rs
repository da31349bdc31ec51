//! The result of a look is coloured and worded by what was found.

use cloverwatch::domain::{DealershipId, Severity};
use cloverwatch::tui::msg::Done;
use cloverwatch::tui::theme::Tone;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

#[test]
fn a_look_that_found_trouble_is_not_green() {
    for (severity, tone, words) in [
        (Severity::Good, Tone::Good, "connected, 12 slots on 3 days"),
        (Severity::Doubtful, Tone::Warn, "not-connected: status 403: Forbidden"),
        (Severity::Bad, Tone::Bad, "connected, opcode gone"),
    ] {
        let mut desk = Desk::open((120, 30));
        desk.go_to(4).press("c");
        let effects = desk.take_effects();
        let [Effect::Check(work, ids)] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(ids, &[id(4)]);
        desk.tell(Msg::Outcome(*work, id(4), Ok(Done { severity, words: words.to_owned() })));
        desk.sees(words);
        let toast = desk.state.toasts.iter().next_back().cloned().unwrap();
        assert_eq!((toast.tone, toast.text.contains(words)), (tone, true));
    }
}

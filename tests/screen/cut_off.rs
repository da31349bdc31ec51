//! What was begun for many and cut off, as the desk tells of it.

use cloverwatch::domain::bulk::{Bulk, BulkItem, BulkKind};
use cloverwatch::domain::{CodeOrigin, DealershipId};
use cloverwatch::protocol::{CutOff, Request};
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::population::now;

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

/// A reissue for four, of which two are left: one has a new code, one is connected.
fn cut_off(pasted: bool) -> CutOff {
    let items = [1, 2, 4, 8].map(|n| BulkItem { id: id(n), generation: 1 }).to_vec();
    let bulk = Bulk { what: BulkKind::Reissue, at: now(), by: "ben".into(), pasted, items };
    CutOff { id: 3, bulk, left: vec![id(1), id(4)] }
}

#[test]
fn what_was_cut_off_is_told_at_the_start_and_resumed_for_those_that_are_left() {
    for size in [(200, 60), (80, 24), (40, 10)] {
        let mut desk = Desk::with_source(size);
        desk.tell(Msg::CutOff(vec![cut_off(false)]));
        desk.sees("2 of 4 done, 2 left").sees("ben").press("enter").sees("Reissue");
        desk.press("ctrl-s");
        let effects = desk.take_effects();
        let [Effect::Ask(_, Request::Obtain(asks))] = effects.as_slice() else { panic!("{effects:?}") };
        let asked = |n| asks.iter().any(|one| one.dealership == id(n));
        assert!(asked(1) && asked(4), "{asks:?}");
        assert!(desk.state.cut_off.is_empty(), "it is under way again");
    }
}

#[test]
fn pasted_codes_are_asked_for_again_and_lines_that_are_done_are_passed_over() {
    let mut desk = Desk::open((120, 30));
    desk.tell(Msg::CutOff(vec![cut_off(true)]));
    desk.sees("paste the codes again").press("ctrl-s").sees("codes");
    let present = desk.world.lock().get(id(2)).invitation.as_ref().unwrap().code.reveal().to_owned();
    desk.paste(&format!("xts000002,{present}\nxts000001,FRESH-11\nxts000004,FRESH-44\n")).press("ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Paste(codes))] = effects.as_slice() else { panic!("{effects:?}\n{}", desk.picture()) };
    assert_eq!(codes.iter().map(|code| code.dealership).collect::<Vec<_>>().len(), 2);
}

#[test]
fn what_was_cut_off_waits_until_later_and_can_be_put_away() {
    let mut desk = Desk::with(crate::population::sample(), (80, 24), |setup| setup.source = Some(CodeOrigin::Http));
    desk.press("U").sees("nothing was cut off");
    desk.tell(Msg::CutOff(vec![cut_off(false)]));
    desk.sees("[ Later ]").press("esc").sees_no("[ Later ]").press("U").sees("2 of 4 done, 2 left");
    desk.press("tab enter").sees_no("[ Later ]");
    assert!(matches!(desk.take_effects()[..], [Effect::Ask(_, Request::PutAway(3))]));
    assert!(desk.state.cut_off.is_empty());
}

#[test]
fn what_was_cut_off_does_not_interrupt_somebody() {
    let mut desk = Desk::with_source((80, 24));
    desk.press("/").write("ford");
    desk.tell(Msg::CutOff(vec![cut_off(false)]));
    desk.sees_no("[ Later ]").press("esc").press("U").sees("[ Later ]");
}

#[test]
fn what_is_done_singly_meanwhile_is_no_part_of_the_rest() {
    let mut desk = Desk::with_source((120, 40));
    desk.tell(Msg::CutOff(vec![cut_off(false)]));
    desk.press("esc").happens(|world| world.issue(id(1), now(), "FRESH-11"));
    desk.press("U").sees("3 of 4 done, 1 left").press("enter").sees("Reissue Chevrolet of Louisville").press("ctrl-s");
    assert!(desk.state.cut_off.is_empty(), "it is under way again");
}

#[test]
fn what_was_cut_off_of_another_kind_stays() {
    let mut desk = Desk::with_source((120, 40));
    let mut resend = cut_off(false);
    (resend.id, resend.bulk.what) = (4, BulkKind::Resend);
    desk.tell(Msg::CutOff(vec![cut_off(false), resend]));
    desk.press("enter").sees("Reissue").press("ctrl-s");
    assert_eq!(desk.state.cut_off.iter().map(|one| one.id).collect::<Vec<_>>(), [4]);
}

use super::tests::{id, index, profile, twins};
use super::*;

#[test]
fn the_hint_names_who_it_may_be_and_why() {
    let twin = Twin { id: id(2), reasons: vec![ProfileField::Phone, ProfileField::Name] };
    let hint = twin.hint(&profile("Harbor\u{1b} Ford", "h1", "", ""));
    assert_eq!(hint, "may be the same as Harbor\u{fffd} Ford (h1): same phone, same name");
}

#[test]
fn who_is_archived_is_nobodys_twin() {
    let state = |number: u64, is_archived: bool| {
        let state = crate::domain::next_step::tests::invited(60);
        let profile = profile("Harbor Ford", &format!("h{number}"), "", "");
        let archived_at = is_archived.then_some(state.added_at);
        Onboarding { id: id(number), profile, archived_at, ..state }
    };
    let all = [state(1, false), state(2, true), state(3, false), state(4, true)];
    assert_eq!(TwinIndex::of_open(&all).members(), HashSet::from([id(1), id(3)]));
    assert_eq!(TwinIndex::of_open(&all[..2]).members(), HashSet::new());
}

#[test]
fn two_numbers_in_common_are_one_reason() {
    let phone = "201-555-0198 / 201-555-0199";
    let both = [profile("Harbor Ford", "h1", "", phone), profile("Lake Kia", "l1", "", phone)];
    assert_eq!(twins(&index(&both), &both, 1), [(2, vec![ProfileField::Phone])]);
}

#[test]
fn fields_are_compared_each_with_its_own() {
    let both = [profile("2042", "h1", "", ""), profile("Lake Kia", "2042", "", "")];
    assert_eq!(twins(&index(&both), &both, 1), []);
    assert_eq!(index(&both).members(), HashSet::new());
    let codes: Vec<Profile> =
        (0..9).map(|n| profile(&format!("Rooftop {n}"), &format!("{}7", "0".repeat(n)), "", "")).collect();
    assert_eq!(index(&codes).members().len(), 9, "one dealerCode is never a desk's");
}

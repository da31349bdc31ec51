//! The filter while it is typed: completion, live counts, history, and the hint for the word under the caret.

use cloverwatch::tui::state::Mode;

use crate::desk::Desk;
use crate::pictures::at_every_size;

fn desk() -> Desk {
    Desk::open((120, 30))
}

fn typed(desk: &Desk) -> String {
    match &desk.state.mode {
        Mode::Filter(input) => input.edit.text().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_filter_that_is_completed() {
    at_every_size("filter_completion", |size| {
        let mut desk = Desk::open(size);
        desk.press("/").write("is:expired owner:").press("tab tab");
        desk
    });
}

#[test]
fn a_word_becomes_a_field_and_then_a_value_by_the_key_that_completes() {
    let mut desk = desk();
    desk.press("/").sees("words: name, group, city").write("own").sees("owner:").press("tab");
    assert_eq!(typed(&desk), "owner:");
    desk.sees("ana 4").sees("owner: who of us looks after it, me: you; several with a comma").press("tab tab");
    assert_eq!(typed(&desk), "owner:ben");
    desk.press("shift-tab");
    assert_eq!(typed(&desk), "owner:me");
    desk.press("shift-tab");
    assert_eq!(typed(&desk), "owner:", "between the last and the first is what was typed");
    desk.press("ctrl-u")
        .write("is:ov")
        .sees("overdue")
        .press("tab")
        .sees("1 of 18")
        .write(" exp")
        .sees("expires<")
        .press("enter");
    desk.press("esc esc /").write("ford expires<").sees("what is left of the living code, like <6h");
    desk.press("ctrl-u").write("nobodyiscalledso").press("tab").sees("nothing to complete here");
}

#[test]
fn a_mistake_keeps_its_line_and_the_list_is_below_it() {
    let mut desk = desk();
    desk.press("/").write("owner:ana is:expird").sees("^^^^^^ there is no").press("ctrl-w").write("ex").sees("expired");
    desk.press("tab").sees_no("^^");
}

#[test]
fn filters_of_this_session_come_back_by_the_arrows() {
    let mut desk = desk();
    for text in ["ford", "owner:ana", "ford", "is:live"] {
        desk.press("/ ctrl-u").write(text).press("enter");
    }
    desk.press("/ ctrl-u").write("dra");
    let mut back = Vec::new();
    for key in ["up", "up", "up", "up", "down", "down", "down"] {
        desk.press(key);
        back.push(typed(&desk));
    }
    assert_eq!(back, ["is:live", "ford", "owner:ana", "owner:ana", "ford", "is:live", "dra"]);
    desk.press("down")
        .sees("there is no newer filter in this session")
        .press("up up enter")
        .sees("/ ford")
        .sees("1 of 18");
}

#[test]
fn phones_are_found_by_their_digits_and_addresses_by_a_part() {
    let mut desk = desk();
    let row = desk.state.rows.at(0).unwrap();
    let (name, phone) =
        (row.state.profile.name.screen().into_owned(), row.state.profile.contact.phone.raw().to_owned());
    let email = row.state.profile.contact.email.raw().to_owned();
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    for text in [&digits, &phone, &format!("phone:{digits}"), &email, &format!("email:{email}")] {
        desk.press("/ ctrl-u").write(text).press("enter").sees(&name);
        assert!(desk.state.rows.shown() < 18, "{text}");
        desk.press("esc");
    }
}

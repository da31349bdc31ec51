//! What lies over the panes: messages, which hide nothing that is read, and the help.

use cloverwatch::tui::Msg;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;

#[test]
fn messages_cover_nothing_that_is_open_and_wait_for_their_turn() {
    for (size, keys) in [((80, 24), "r"), ((80, 24), "?"), ((60, 16), "r"), ((120, 30), "O"), ((80, 24), ":")] {
        let mut desk = Desk::open(size);
        desk.go_to(4).press(keys);
        if keys == "?" {
            desk.press("pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn");
        }
        let before = desk.picture();
        desk.tell(Msg::Notice("the first message".to_owned()));
        desk.tell(Msg::Notice("the second message".to_owned()));
        let after = desk.picture();
        let lines =
            |picture: &str| picture.lines().take(usize::from(size.1) - 1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&after), lines(&before), "{size:?} {keys}");
        assert!(after.lines().last().unwrap().contains("the second message"), "{after}");
        // However long the dialog is open, what was not seen is not lost.
        desk.wait(5).wait(2).sees("the first message").sees_no("the second message");
        desk.wait(5).sees("the first message").wait(2).sees_no("the first message");
    }
}

#[test]
fn messages_cover_no_row_of_the_panes_and_a_long_one_is_read_to_its_end() {
    for size in [(80, 24), (60, 16), (200, 60)] {
        let mut desk = Desk::open(size);
        desk.press("G");
        let panes = |desk: &Desk| -> Vec<String> {
            desk.picture().lines().take(usize::from(size.1) - 2).map(str::to_owned).collect()
        };
        let before = panes(&desk);
        desk.tell(Msg::Notice("a short message".to_owned()));
        desk.sees("a short message").sees("esc dismiss");
        desk.tell(Msg::Notice(format!("a long message {} to its end", "word ".repeat(usize::from(size.0) / 5))));
        desk.sees("a long message").sees("to its end").sees("+1  esc");
        assert_eq!(panes(&desk), before, "{size:?}");
    }
}

#[test]
fn every_sentence_of_the_help_can_be_read_whole() {
    for size in [(80, 24), (40, 10)] {
        let mut desk = Desk::open(size);
        desk.press("? / s u b m i t enter");
        let words = desk.picture().replace(|c: char| !c.is_alphanumeric(), " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Do what the dialog asks for from any of its fields"), "{words}");
    }
}

#[test]
fn the_hits_in_the_help_are_counted_and_gone_through_both_ways() {
    for size in [(160, 44), (80, 24), (40, 10)] {
        let mut desk = Desk::open(size);
        desk.press("? /").write("LETTER").press("enter");
        let hits = |desk: &Desk| {
            let picture = desk.picture();
            let counts = picture.lines().find_map(|line| line.split_once("1 of ")).unwrap().1;
            counts.split_whitespace().next().unwrap().parse::<usize>().unwrap()
        };
        let all = hits(&desk);
        assert!(all > 10, "{all}");
        let mut seen = std::collections::BTreeSet::new();
        for n in 1..=all {
            desk.sees(&format!("{n} of {all}")).sees("›");
            let shown = desk.picture().lines().find(|line| line.contains('›')).unwrap().to_owned();
            seen.insert(shown);
            desk.press("n");
        }
        // It goes round, and back.
        desk.sees(&format!("1 of {all}")).press("N").sees(&format!("{all} of {all}"));
        assert!(seen.len() > all / 2, "{seen:?}");
    }
}

#[test]
fn the_help_says_first_what_this_desk_is_then_the_stages_the_glyphs_the_filter_and_the_keys() {
    let mut desk = Desk::open((160, 44));
    desk.press("?");
    let text = desk.picture();
    let places: Vec<_> =
        ["This desk", "From the code to the first booking", "Glyphs"].map(|part| text.find(part)).into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    desk.sees("that need somebody, the most urgent first")
        .sees("Mailed through")
        .sees("◔ invited")
        .sees("┄ quiet hours");
    desk.press("/").write("Keys: the most used here").press("enter").sees("›Keys: the most used here");
    // A key that somebody changed is the one that is shown.
    let keymap = cloverwatch::tui::keymap::Keymap::load(Some(("mine.toml", "[table]\nreissue = [\"R\"]"))).0;
    let mut desk = Desk::with(crate::population::sample(), (160, 44), |setup| setup.keymap = keymap.into());
    desk.press("? /").write("the old one is superseded").press("enter").sees("›R ");
}

#[test]
fn the_help_is_searched_and_back_takes_the_search_away_first() {
    let mut desk = Desk::open((120, 40));
    desk.press("? /")
        .write("superseded")
        .sees("/ superseded")
        .sees("1 of ")
        .sees("Give the dealership, or those marked, a");
    desk.press("enter").sees("/ superseded").press("esc").sees_no("/ superseded").sees("Help");
    desk.press("/").write("no such words").sees("nothing here has these words").press("esc").sees_no("no such words");
    // Letters are keys again.
    desk.press("j q").sees_no("Help");
    assert!(matches!(desk.state.mode, Mode::Desk));
}

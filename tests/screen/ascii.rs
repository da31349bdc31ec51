//! The screen in ASCII alone, but for what others wrote.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cloverwatch::tui::dispatch::perform;
use cloverwatch::tui::registry::REGISTRY;
use cloverwatch::tui::theme::{TerminalEnv, ThemeChoice, ThemeSet};
use cloverwatch::tui::view::ascii::ascii_form;

use crate::desk::Desk;

/// Every character beyond ASCII in the names, notes and words of the sample.
fn of_others(desk: &Desk) -> BTreeSet<char> {
    let world = desk.world.lock();
    let told = format!("{:?} {:?}", world.states, world.events);
    told.chars().filter(|c| !c.is_ascii()).collect()
}

/// What stands beyond ASCII on a screen, and is of nobody else.
fn beyond(desk: &Desk, others: &BTreeSet<char>) -> String {
    let (buffer, _) = desk.cells(&ThemeSet::of(ThemeChoice::Dark, TerminalEnv::default()).in_ascii(true).on(None));
    let cells = buffer.content().iter().flat_map(|cell| cell.symbol().chars());
    cells.filter(|c| !c.is_ascii() && !others.contains(c)).collect()
}

#[test]
fn every_screen_is_drawn_in_ascii() {
    for size in [(160, 40), (40, 10)] {
        let others = of_others(&Desk::open(size));
        for row in [4, 7] {
            for info in REGISTRY {
                let mut desk = Desk::open(size);
                desk.go_to(row);
                perform(&mut desk.state, info.action);
                assert_eq!(beyond(&desk, &others), "", "{} on {row} at {size:?}", info.id);
            }
        }
    }
}

/// Whatever any picture shows that is no letter has a form.
#[test]
fn every_glyph_of_the_pictures_has_a_form() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screen/snapshots");
    let others = of_others(&Desk::open((80, 24)));
    let mut without = BTreeSet::new();
    for picture in fs::read_dir(dir).unwrap() {
        let text = fs::read_to_string(picture.unwrap().path()).unwrap();
        without.extend(
            text.chars()
                .filter(|c| !c.is_ascii() && !c.is_alphabetic() && ascii_form(*c).is_none() && !others.contains(c)),
        );
    }
    assert_eq!(without, BTreeSet::new());
}

/// Two stages, or two of anything that stands in one column, do not become the same character.
#[test]
fn stages_stay_apart() {
    use cloverwatch::domain::Stage;
    let glyphs: Vec<char> = Stage::ALL
        .iter()
        .map(|stage| cloverwatch::present::stage_glyph(*stage).0)
        .map(|glyph| ascii_form(glyph.chars().next().unwrap()).unwrap())
        .collect();
    let different: BTreeSet<&char> = glyphs.iter().collect();
    assert_eq!(different.len(), glyphs.len(), "{glyphs:?}");
}

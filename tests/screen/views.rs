//! Saved views: a filter, columns and an order under a name, by the palette or by a key; and the way back.

use cloverwatch::present::column::{Sort, TableColumn};
use cloverwatch::present::view::{SavedView, with_own};
use cloverwatch::tui::DeskStart;
use cloverwatch::tui::kept_desk::KeptDesk;
use cloverwatch::tui::rows::Tab;

use crate::desk::Desk;
use crate::pictures::at_every_size;
use crate::population::sample;

fn late() -> SavedView {
    SavedView {
        name: "Late".to_owned(),
        query: "stage:overdue".to_owned(),
        columns: vec![TableColumn::City, TableColumn::Name],
        sort: Some(Sort::by(TableColumn::City, true)),
    }
}

fn desk(size: (u16, u16)) -> Desk {
    Desk::with(sample(), size, |setup| setup.views = with_own(vec![late()]))
}

#[test]
fn a_view_is_found_by_a_key_and_by_its_name_and_back_puts_everything_back() {
    let mut desk = desk((120, 30));
    desk.press("/").write("ford").press("enter").press("s n");
    let before = desk.picture();
    desk.press("S").sees("Saved views").sees("view mine").sees("owner:me move:us").sees("view by group");
    desk.write("late").sees("stage:overdue; sorted by city:desc").sees_no("view mine").press("enter");
    desk.sees(" Late ").sees("/ stage:overdue").sees("leave view").sees_no("next step").sees_no("ford");
    assert_eq!(desk.state.rows.sort(), Sort::by(TableColumn::City, true));
    // Another view begins with what was before the first one.
    desk.press(":").write("view by owner").press("enter").sees(" by owner ").sees("next step").sees_no("stage:overdue");
    desk.press("esc");
    assert_eq!(desk.picture(), before);
    desk.press("esc").sees_no("ford");
}

#[test]
fn each_view_tells_how_many_it_shows() {
    let mut desk = desk((120, 30));
    desk.press("S").write("mine");
    let picture = desk.picture();
    let line = picture.lines().find(|line| line.contains("owner:me move:us")).unwrap();
    let (_, line) = line.split_once("owner:me move:us").unwrap();
    let count: usize = line.split('│').next().unwrap().trim().parse().unwrap();
    desk.press("enter");
    assert_eq!((desk.state.rows.shown(), desk.state.rows.tab()), (count, Tab::All));
    assert!(count > 0);
    desk.press("S").write("no such").sees("no view has such a name").press("enter").press("esc").sees(" mine ");
}

#[test]
fn a_search_leaves_the_view_and_the_way_back_is_the_same() {
    let mut desk = desk((120, 30));
    desk.press("S").write("today").press("enter").sees("/ move:us").press("/").sees_no("move:us").write("ford");
    // Whoever searches means everything; without a search the view is there again.
    desk.press("enter").sees("/ ford").sees_no(" today ").press("esc").sees_no("/ ford");
    desk.press("S")
        .write("today")
        .press("enter")
        .press("/")
        .write("ford")
        .press("esc")
        .sees(" today ")
        .sees("/ move:us");
    desk.press("esc").sees_no("move:us").sees_no(" today ");
    desk.press("S").write("late").press("enter").press("E").sees_no(" Late ").sees("next step");
}

#[test]
fn the_desk_begins_with_what_is_mine_when_that_is_anything() {
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.start = DeskStart::Mine);
    desk.sees(" mine ").sees("/ owner:me move:us").sees("the desk begins with what is yours");
    assert!(desk.state.rows.shown() > 0 && desk.state.rows.shown() < desk.state.rows.len());
    desk.press("esc").sees_no(" mine ").sees_no("owner:me");
    let nothing = Desk::with(sample(), (120, 30), |setup| {
        (setup.start, setup.views) = (
            DeskStart::Mine,
            with_own(vec![SavedView { name: "mine".into(), query: "owner:nobody".into(), ..SavedView::default() }]),
        );
    });
    assert_eq!((nothing.state.view, nothing.state.rows.query().text()), (None, ""));
}

#[test]
fn views_are_drawn_at_every_size() {
    at_every_size("views", |size| {
        let mut desk = Desk::open(size);
        desk.press("S");
        desk
    });
    at_every_size("view_by_owner", |size| {
        let mut desk = Desk::open(size);
        desk.press("S").write("owner").press("enter");
        desk
    });
}

#[test]
fn a_desk_begins_as_it_was_left() {
    let left = |play: &dyn Fn(&mut Desk)| {
        let mut desk = desk((160, 40));
        play(&mut desk);
        let kept = desk.state.kept();
        let read = KeptDesk::read(&kept.to_json()).unwrap();
        assert_eq!(read, kept);
        let (size, views) = ((160, 40), with_own(vec![late()]));
        let again = Desk::with(sample(), size, |setup| {
            (setup.views, setup.start) = (views, DeskStart::AsLeft(Box::new(read)));
        });
        (desk, again)
    };
    // Its own order and columns, and a view over them.
    let (was, mut is) = left(&|desk| {
        desk.press("s c j space").press("+ esc").press("s n").press("S").write("late").press("enter");
    });
    is.sees(" Late ").sees("as you left it; esc goes home");
    assert_eq!((&is.state.columns, is.selected()), (&was.state.columns, was.selected()));
    assert_eq!(is.state.view.as_ref().map(|view| &view.before), was.state.view.as_ref().map(|view| &view.before));
    is.press("esc esc").sees_no(" Late ").sees_no("dealerCode, city");
    // A filter, a tab, the cursor.
    let (was, is) = left(&|desk| {
        desk.press("2 t").press("/").write("o").press("enter").press("G k");
    });
    assert_eq!((is.selected(), is.state.rows.tab()), (was.selected(), Tab::Attention));
    assert_eq!((is.state.panes.tail, is.state.rows.query().text()), (was.state.panes.tail, "o"));
    // Nothing is hidden: nothing is said.
    let (_, mut is) = left(&|desk| {
        desk.press("G");
    });
    is.sees_no("as you left it");
    // A view that is no more, and what cannot be read.
    let mut gone = desk((160, 40));
    gone.press("S").write("late").press("enter");
    let kept = gone.state.kept();
    let other = Desk::with(sample(), (160, 40), |setup| setup.start = DeskStart::AsLeft(Box::new(kept.clone())));
    assert_eq!((&other.state.view, other.state.rows.query().text()), (&None, "stage:overdue"));
    for text in ["", "{", "[]", &kept.to_json().replace("\"version\":1", "\"version\":2")] {
        assert_eq!(KeptDesk::read(text), None, "{text}");
    }
}

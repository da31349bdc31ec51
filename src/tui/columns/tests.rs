//! Keys of the preview, and what is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::domain::list::Mapping;
use crate::tui::theme::{TerminalEnv, Theme, ThemeChoice};

fn preview() -> Preview {
    of(&["Dealer Name", "Dealer ID", "E-mail Address", "State", "Notes"], &[])
}

fn of(names: &[&str], said: &[&str]) -> Preview {
    let headings = names.iter().map(|name| (*name).to_owned()).collect();
    let said: Vec<String> = said.iter().map(|pair| (*pair).to_owned()).collect();
    let known = Columns::assign(headings, &Mapping::parse(&said).unwrap()).unwrap();
    let column =
        |name: &&str| FileColumn { name: (*name).to_owned(), cells: vec![format!("{name} 1"), format!("{name} 2")] };
    Preview::new("dealers.csv".to_owned(), names.iter().map(column).collect(), known)
}

/// Puts the cursor on a field.
fn go_to(preview: &mut Preview, field: &str) {
    let place = preview.choices.iter().position(|choice| choice.field.as_str() == field).unwrap();
    press(preview, &[KeyCode::Home]);
    press(preview, &vec![KeyCode::Down; place]);
}

fn line(preview: &mut Preview, text: &str) -> String {
    let lines = screen(preview, 110, 40);
    lines.iter().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {lines:#?}")).clone()
}

fn press(preview: &mut Preview, codes: &[KeyCode]) -> Vec<PreviewAction> {
    codes.iter().map(|code| preview.key(KeyEvent::new(*code, KeyModifiers::NONE))).collect()
}

fn screen(preview: &mut Preview, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(preview, &Theme::choose(ThemeChoice::Mono, TerminalEnv::default()), &mut buffer);
    let cell = |x, y| buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
    (0..height).map(|y| (0..width).map(|x| cell(x, y)).collect::<String>().trim_end().to_owned()).collect()
}

#[test]
fn what_is_offered_is_chosen_and_only_what_must_be_said_is_in_the_command() {
    let mut preview = preview();
    assert_eq!(preview.pairs(), ["Dealer ID=dealer_code"]);
    // The name from the notes, and no state.
    assert_eq!(press(&mut preview, &[KeyCode::Left, KeyCode::Left]), [PreviewAction::Changed, PreviewAction::Changed]);
    assert_eq!(preview.pairs(), ["Notes=name", "Dealer ID=dealer_code"]);
    let state = preview.choices.iter().position(|choice| choice.field.as_str() == "state").unwrap();
    press(&mut preview, &vec![KeyCode::Down; state]);
    assert_eq!(
        press(&mut preview, &[KeyCode::Char('x'), KeyCode::Char('x')]),
        [PreviewAction::Changed, PreviewAction::Stay]
    );
    assert_eq!(preview.pairs(), ["Notes=name", "Dealer ID=dealer_code", "-=state"]);
}

#[test]
fn nothing_is_accepted_before_it_is_known_what_it_does() {
    let mut preview = preview();
    assert_eq!(press(&mut preview, &[KeyCode::Enter]), [PreviewAction::Stay]);
    preview.outcome = Some(PreviewOutcome { lines: vec![], is_possible: false });
    assert_eq!(press(&mut preview, &[KeyCode::Enter]), [PreviewAction::Stay]);
    assert!(screen(&mut preview, 80, 24).iter().any(|line| line.contains("no row can be taken like this")));
    preview.outcome = Some(PreviewOutcome { lines: vec![], is_possible: true });
    assert_eq!(press(&mut preview, &[KeyCode::Enter, KeyCode::Esc]), [PreviewAction::Accept, PreviewAction::Leave]);
}

#[test]
fn fields_columns_samples_the_outcome_and_the_command_are_shown() {
    let mut preview = preview();
    preview.command = "cloverwatch import dealers.csv --map 'Dealer ID=dealer_code'".to_owned();
    preview.outcome = Some(PreviewOutcome { lines: vec!["would be 2 added".to_owned()], is_possible: true });
    let lines = screen(&mut preview, 100, 30);
    let line =
        |text: &str| lines.iter().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {lines:#?}"));
    assert!(line("dealer_code").contains("Dealer ID") && line("dealer_code").contains("Dealer ID 1"));
    assert!(line("Dealer ID").contains('?'), "an offer is marked");
    line("would be 2 added");
    line("--map 'Dealer ID=dealer_code'");
    line("not used: Notes");
    // Wherever the cursor is, it can be seen; and nothing is drawn outside of a small screen.
    press(&mut preview, &[KeyCode::End]);
    for (width, height) in [(40, 10), (80, 24), (10, 3), (1, 1)] {
        let lines = screen(&mut preview, width, height);
        assert!(height < 10 || lines.iter().any(|line| line.starts_with('›')), "{lines:#?}");
    }
}

#[test]
fn all_columns_of_a_field_are_shown_and_kept_and_a_turn_chooses_one() {
    let headings = ["name", "Phone", "Cell A", "Cell B", "Email", "E-mail"];
    let mut preview = of(&headings, &["Cell A=phone", "Cell B=phone"]);
    assert!(line(&mut preview, " phone ").contains("Cell A, Cell B ✓"));
    assert!(line(&mut preview, " email ").contains("Email, E-mail"), "two of the same name");
    assert!(line(&mut preview, "not used").ends_with("not used: Phone"));
    assert_eq!(preview.pairs(), ["Cell A=phone", "Cell B=phone"]);
    // In each row the first that is filled counts.
    preview.columns[2].cells[0].clear();
    assert!(line(&mut preview, " phone ").contains("Cell B 1 · Cell A 2"));
    go_to(&mut preview, "phone");
    assert_eq!(press(&mut preview, &[KeyCode::Right]), [PreviewAction::Changed]);
    assert_eq!(preview.pairs(), ["Cell B=phone"]);
    line(&mut preview, "Cell A no longer fills phone");
}

#[test]
fn a_column_may_fill_two_fields_but_a_guess_gives_way_and_each_is_said() {
    let mut preview = of(&["Dealer Name", "Dealer ID", "Email", "Contact Email"], &[]);
    go_to(&mut preview, "contact_name");
    press(&mut preview, &[KeyCode::Left, KeyCode::Left]);
    // What was guessed gives way, to the next that may be meant.
    assert_eq!(preview.pairs(), ["Dealer ID=dealer_code", "Email=contact_name"]);
    line(&mut preview, "Contact Email fills email");
    // What is said twice fills both: to the left of `Contact Email` stands `Email`.
    go_to(&mut preview, "email");
    press(&mut preview, &[KeyCode::Left]);
    assert_eq!(preview.pairs(), ["Dealer ID=dealer_code", "Email=contact_name", "Email=email"]);
    assert!(line(&mut preview, "› email").contains("also fills contact_name"));
    assert!(line(&mut preview, "  contact_name").contains("also fills email"));
}

#[test]
fn the_keys_are_explained() {
    let mut preview = preview();
    assert!(screen(&mut preview, 80, 24)[23].contains("? help"));
    for close in [KeyCode::Char('?'), KeyCode::Esc, KeyCode::Char('q'), KeyCode::F(1)] {
        assert_eq!(press(&mut preview, &[KeyCode::Char('?')]), [PreviewAction::Stay]);
        for (width, height) in [(80, 24), (40, 10), (10, 4), (1, 1)] {
            let lines = screen(&mut preview, width, height);
            assert!(height < 24 || lines.iter().any(|line| line.contains("no column for it")), "{lines:#?}");
        }
        let before = preview.choices.clone();
        press(&mut preview, &[KeyCode::Char('x'), KeyCode::Right, KeyCode::Enter, close]);
        assert_eq!(preview.choices, before, "nothing is chosen behind it");
        assert!(screen(&mut preview, 80, 24)[0].starts_with("Which column holds what"));
    }
}

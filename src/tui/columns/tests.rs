//! Keys of the preview, and what is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::domain::list::Mapping;
use crate::tui::theme::{TerminalEnv, Theme, ThemeChoice};

fn preview() -> Preview {
    let names = ["Dealer Name", "Dealer ID", "E-mail Address", "State", "Notes"];
    let headings = names.map(str::to_owned).to_vec();
    let assigned = Columns::assign(headings, &Mapping::default()).unwrap();
    let column = |name: &str| Column { name: name.to_owned(), samples: vec![format!("{name} 1"), format!("{name} 2")] };
    Preview::new("dealers.csv".to_owned(), names.map(column).to_vec(), &assigned)
}

fn press(preview: &mut Preview, codes: &[KeyCode]) -> Vec<Answer> {
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
    assert_eq!(press(&mut preview, &[KeyCode::Left, KeyCode::Left]), [Answer::Changed, Answer::Changed]);
    assert_eq!(preview.pairs(), ["Notes=name", "Dealer ID=dealer_code"]);
    let state = preview.choices.iter().position(|choice| choice.field.word() == "state").unwrap();
    press(&mut preview, &vec![KeyCode::Down; state]);
    assert_eq!(press(&mut preview, &[KeyCode::Char('x'), KeyCode::Char('x')]), [Answer::Changed, Answer::Stay]);
    assert_eq!(preview.pairs(), ["Notes=name", "Dealer ID=dealer_code", "-=state"]);
}

#[test]
fn nothing_is_accepted_before_it_is_known_what_it_does() {
    let mut preview = preview();
    assert_eq!(press(&mut preview, &[KeyCode::Enter]), [Answer::Stay]);
    preview.outcome = Some(Outcome { lines: vec![], is_possible: false });
    assert_eq!(press(&mut preview, &[KeyCode::Enter]), [Answer::Stay]);
    assert!(screen(&mut preview, 80, 24).iter().any(|line| line.contains("no row can be taken like this")));
    preview.outcome = Some(Outcome { lines: vec![], is_possible: true });
    assert_eq!(press(&mut preview, &[KeyCode::Enter, KeyCode::Esc]), [Answer::Accept, Answer::Leave]);
}

#[test]
fn fields_columns_samples_the_outcome_and_the_command_are_shown() {
    let mut preview = preview();
    preview.command = "cloverwatch import dealers.csv --map 'Dealer ID=dealer_code'".to_owned();
    preview.outcome = Some(Outcome { lines: vec!["would be 2 added".to_owned()], is_possible: true });
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

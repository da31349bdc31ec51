//! The screen on 100,000 dealerships: a frame, a key, a filter keystroke, a sort, a commit, all letters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here must fail loudly")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/screen/population.rs"]
mod population;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use self::desk::{CROWD, MANY, desk, draw_frame, moment, press, rows, states, tell};
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::query::{SearchText, Searchable, Texts};
use cloverwatch::domain::{Command, DealershipId, Event, Policy, Query, TwinIndex};
use cloverwatch::tui::rows::{DealershipRows, Sort, TableColumn, TableStart};
use cloverwatch::tui::state::Focus;
use cloverwatch::tui::tail::EventTail;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice, ThemeSet};
use cloverwatch::tui::{Effect, Msg, ScreenState, draw, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::{Bencher, black_box};
use population::{World, now, profile, sent};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    if std::env::args().skip(1).all(|arg| arg.starts_with('-')) {
        limits();
    }
    divan::main();
}

/// What a person waits for.
fn limits() {
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let clock = WallClock::real();
    for (columns, lines) in [(80, 24), (200, 60)] {
        let mut state = desk((columns, lines));
        let mut terminal = Terminal::new(TestBackend::new(columns, lines)).unwrap();
        let mut timed = |key: Option<KeyCode>| {
            limit::median(500, || {
                let began = clock.elapsed();
                key.into_iter().for_each(|key| drop(press(&mut state, key)));
                draw_frame(&mut terminal, &state, &theme);
                clock.elapsed().saturating_sub(began)
            })
        };
        let of = format!("of {MANY} dealerships at {columns}x{lines}");
        limit::at_most(&format!("a frame {of}"), timed(None), Duration::from_millis(1));
        limit::at_most(&format!("a key and its frame {of}"), timed(Some(KeyCode::Down)), Duration::from_millis(2));
    }
}

/// A frame with everything that the terminal library does for it, except writing it out.
#[divan::bench(args = [(80, 24), (200, 60)], sample_count = 500)]
fn frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench_frame(bencher, size, &Theme::choose(ThemeChoice::Dark, TerminalEnv::default()));
}

/// The same in ASCII alone.
#[divan::bench(args = [(200, 60)], sample_count = 500)]
fn frame_in_ascii(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench_frame(bencher, size, &ThemeSet::of(ThemeChoice::Dark, TerminalEnv::default()).in_ascii(true).on(None));
}

fn bench_frame(bencher: Bencher<'_, '_>, size: (u16, u16), theme: &Theme) {
    let state = desk(size);
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    bencher.bench_local(|| draw_frame(&mut terminal, &state, theme));
}

/// A key and the frame after it.
#[divan::bench(args = ["down", "page down", "next tab", "mark"], sample_count = 200)]
fn key_and_frame(bencher: Bencher<'_, '_>, key: &str) {
    let code = match key {
        "down" => KeyCode::Down,
        "page down" => KeyCode::PageDown,
        "next tab" => KeyCode::Char(']'),
        _ => KeyCode::Char(' '),
    };
    let mut state = desk((200, 60));
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    bencher.bench_local(|| {
        press(&mut state, code);
        draw_frame(&mut terminal, &state, &theme);
    });
}

/// Every kind of filter, by name.
const FILTERS: [(&str, &str); 17] = [
    ("a letter", "f"),
    ("words", "nakamura ford"),
    ("no such word", "nakamurq"),
    ("fields", "city:boise owner:ana"),
    ("state", "is:expired"),
    ("attention", "is:attention"),
    ("clock", "expires<6h"),
    ("clock and field", "expires<6h owner:ana"),
    ("fuzzy", "~nkmford"),
    ("fuzzy, few letters", "~kv"),
    ("fuzzy, accents", "~núñe"),
    ("regex", "/ford [0-9]+$/"),
    ("regex, classes only", "/[a-m]+ [0-9]{3}$/"),
    ("regex, white space", "/ford\\s+[0-9]+$/"),
    ("regex, borders", "/\\bkia\\b/"),
    ("phone", "201 555 0100"),
    ("twins", "is:twin"),
];

fn filter_of(kind: &str) -> &'static str {
    FILTERS.into_iter().find(|(name, _)| *name == kind).unwrap().1
}

/// What the times of filters are to be compared with on a machine that does other things: a search for a word that is
/// nowhere, through a text as long as all that words search, by one thread.
#[divan::bench(sample_count = 50)]
fn filter_yardstick(bencher: Bencher<'_, '_>) {
    let mut text = String::new();
    for state in states() {
        text.push_str(SearchText::from(&Searchable::new(state.id, &state.profile)).words());
        text.push('\n');
    }
    let finder = memchr::memmem::Finder::new("nakamurq");
    bencher.bench_local(|| black_box(finder.find(black_box(text.as_bytes()))));
}

/// What filters search, of all dealerships.
#[divan::bench(sample_count = 50)]
fn fold(bencher: Bencher<'_, '_>) {
    let states = states();
    bencher.bench_local(|| {
        let mut texts = Texts::default();
        states.iter().for_each(|state| texts.push(state.id, &state.profile));
        texts
    });
}

/// Who may be one and the same.
#[divan::bench(sample_count = 50)]
fn find_twins(bencher: Bencher<'_, '_>) {
    let states = states();
    bencher.bench_local(|| {
        let index = TwinIndex::of(states.iter().map(|state| (state.id, &state.profile)));
        black_box(index.members());
        index
    });
}

/// The last letter of a filter, as the desk takes it.
#[divan::bench(args = FILTERS.map(|(kind, _)| kind), sample_count = 50)]
fn filter_keystroke(bencher: Bencher<'_, '_>, kind: &str) {
    let text = filter_of(kind);
    let state = RefCell::new(desk((200, 60)));
    press(&mut state.borrow_mut(), KeyCode::Char('/'));
    let (before, last) = text.split_at(text.len() - 1);
    tell(&mut state.borrow_mut(), Msg::Paste(before.to_owned()));
    let last = KeyCode::Char(last.chars().next().unwrap());
    let typed = std::cell::Cell::new(false);
    bencher
        .with_inputs(|| {
            if typed.replace(true) {
                press(&mut state.borrow_mut(), KeyCode::Backspace);
            }
        })
        .bench_local_values(|()| press(&mut state.borrow_mut(), last));
}

/// A filter that is new as a whole: every row is asked.
#[divan::bench(args = FILTERS.map(|(kind, _)| kind), sample_count = 50)]
fn filter_anew(bencher: Bencher<'_, '_>, kind: &str) {
    let rows = RefCell::new(rows());
    bencher
        .with_inputs(|| {
            rows.borrow_mut().set_query(Query::parse("zzz").unwrap(), now());
            Query::parse(filter_of(kind)).unwrap()
        })
        .bench_local_values(|query| rows.borrow_mut().set_query(query, now()));
}

/// Another order, both ways: the key and the frame after it.
#[divan::bench(args = TableColumn::ALL.map(TableColumn::title), sample_count = 60)]
fn sort(bencher: Bencher<'_, '_>, by: &str) {
    let column = TableColumn::ALL.into_iter().find(|column| column.title() == by).unwrap();
    keys_and_frames(bencher, |state, n| {
        state.rows.set_sort(Sort::by(column, n % 2 == 1));
        state.settle();
    });
}

/// The same where names, cities and dealerCodes begin with the same 60 letters.
#[divan::bench(args = ["dealership", "city", "dealerCode"], sample_count = 60)]
fn sort_long_texts(bencher: Bencher<'_, '_>, by: &str) {
    let column = TableColumn::ALL.into_iter().find(|column| column.title() == by).unwrap();
    let long =
        |text: &cloverwatch::domain::Untrusted| format!("{}{}", "the same ".repeat(7), text.raw()).as_str().into();
    let states = states().into_iter().map(|state| {
        let mut state = (*state).clone();
        state.profile.name = long(&state.profile.name);
        state.profile.city = long(&state.profile.city);
        state.profile.dealer_code = long(&state.profile.dealer_code);
        Arc::new(state)
    });
    let mut rows = DealershipRows::new(states.collect(), None, Policy::default(), now());
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        rows.set_sort(Sort::by(column, n % 2 == 1));
    });
}

/// What else is about all rows: what comes before, and the keys that are measured with the frame after them.
const ALL_ROWS: [(&str, &str, &str); 8] = [
    ("mark all", "mc", "ma"),
    ("mark all of a tab", "mc", "ma"),
    ("invert", "mc", "mi"),
    ("invert back", "ma", "mi"),
    ("clear marks", "ma", "mc"),
    ("bottom", "gg", "G"),
    ("tab with all marked", "ma", "]"),
    ("clear filter", "/is:invited ford\r", "\u{1b}"),
];

#[divan::bench(args = ALL_ROWS.map(|(what, _, _)| what), sample_count = 60)]
fn all_rows(bencher: Bencher<'_, '_>, what: &str) {
    let (_, before, keys) = ALL_ROWS.into_iter().find(|(known, _, _)| *known == what).unwrap();
    let state = RefCell::new(desk((200, 60)));
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    if what == "mark all of a tab" {
        type_all(&mut state.borrow_mut(), "]");
    }
    bencher.with_inputs(|| type_all(&mut state.borrow_mut(), before)).bench_local_values(|()| {
        type_all(&mut state.borrow_mut(), keys);
        terminal
            .draw(|frame| {
                black_box(draw(&state.borrow(), &theme, frame));
            })
            .unwrap();
    });
}

fn type_all(state: &mut ScreenState, keys: &str) {
    for key in keys.chars() {
        press(
            state,
            match key {
                '\r' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                key => KeyCode::Char(key),
            },
        );
    }
}

fn keys_and_frames(bencher: Bencher<'_, '_>, mut act: impl FnMut(&mut ScreenState, usize)) {
    let mut state = desk((200, 60));
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    let mut n = 0;
    bencher.bench_local(|| {
        act(&mut state, n);
        n += 1;
        terminal
            .draw(|frame| {
                black_box(draw(&state, &theme, frame));
            })
            .unwrap();
    });
}

/// A page up in a log of a million events and the frame after it; pages are answered at once, which is not counted.
#[divan::bench(args = ["page up", "top and back"], sample_count = 200)]
fn tail_key(bencher: Bencher<'_, '_>, key: &str) {
    let event = |seq: u64| {
        let of_it = CROWD.with_borrow(|world| world.events.get(seq as usize % world.events.len()).cloned());
        Arc::new(Event { seq, ..(*of_it.unwrap()).clone() })
    };
    let answer = |state: &mut ScreenState, mut effects: Vec<Effect>| {
        while let Some(effect) = effects.pop() {
            let Effect::LoadEvents(query) = effect else { continue };
            let limit = query.limit.unwrap() as u64;
            let before = query.before.unwrap_or(1_000_001);
            let first = if query.newest { before.saturating_sub(limit).max(1) } else { query.after + 1 };
            let events = (first..(first + limit).min(before)).map(event).collect();
            effects.extend(update(state, Msg::EventPage(query, Ok(events)), moment()));
        }
    };
    let mut state = desk((200, 60));
    state.tail = EventTail::default();
    tell(&mut state, Msg::Tail((999_001..=1_000_000).map(event).collect()));
    (state.focus, state.panes.zoom) = (Focus::Tail, true);
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    let codes = if key == "page up" { [KeyCode::PageUp, KeyCode::Up] } else { [KeyCode::Home, KeyCode::End] };
    let state = RefCell::new((state, Vec::new(), 0));
    bencher
        .with_inputs(|| {
            let (state, asked, _) = &mut *state.borrow_mut();
            answer(state, std::mem::take(asked));
        })
        .bench_local_values(|()| {
            let (state, asked, n) = &mut *state.borrow_mut();
            let key = KeyEvent::new(codes[*n % 2], KeyModifiers::NONE);
            *n += 1;
            *asked = update(state, Msg::Key(key), moment());
            terminal
                .draw(|frame| {
                    black_box(draw(state, &theme, frame));
                })
                .unwrap();
        });
}

/// One event of one dealership reaches the table.
#[divan::bench(sample_count = 500)]
fn commit(bencher: Bencher<'_, '_>) {
    let mut state = desk((200, 60));
    let mut n = 0;
    bencher
        .with_inputs(|| {
            n = (n + 7_919) % MANY;
            let id = DealershipId::from_bits(n + 1);
            let command = Command::Note { text: "a note".into() };
            CROWD.with_borrow_mut(|world| world.person(id, now(), &command))
        })
        .bench_local_values(|committed| tell(&mut state, Msg::Committed(committed)));
}

/// So many dealerships whose letter waits.
fn waiting() -> ScreenState {
    let mut world = World::mailing();
    for n in 1..=MANY {
        let profile = profile(n, "Dealership", "Boise", chrono_tz::Tz::America__Boise, None);
        world.add(n, profile, now());
        world.issue(DealershipId::from_bits(n), now(), &format!("CODE-{n}"));
    }
    let mut state = desk((200, 60));
    let rows = DealershipRows::new(world.all(), None, Policy::default(), now());
    state.rows = rows;
    WAITING.with_borrow_mut(|there| *there = world);
    state
}

thread_local! {
    static WAITING: RefCell<World> = RefCell::default();
}

/// The view of all letters is opened, or gone through, over one waiting letter of each.
#[divan::bench(args = ["open", "bottom", "mark all"], sample_count = 60)]
fn letters(bencher: Bencher<'_, '_>, what: &str) {
    let state = RefCell::new(waiting());
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    let (before, keys) = match what {
        "open" => ("Mq", "M"),
        "bottom" => ("gg", "G"),
        _ => ("mc", "ma"),
    };
    if what != "open" {
        type_all(&mut state.borrow_mut(), "M");
    }
    bencher.with_inputs(|| type_all(&mut state.borrow_mut(), before)).bench_local_values(|()| {
        type_all(&mut state.borrow_mut(), keys);
        terminal
            .draw(|frame| {
                black_box(draw(&state.borrow(), &theme, frame));
            })
            .unwrap();
    });
}

/// One letter is sent while all of them are shown.
#[divan::bench(sample_count = 200)]
fn letter_sent(bencher: Bencher<'_, '_>) {
    let mut state = waiting();
    type_all(&mut state, "M");
    let mut n = 0;
    bencher
        .with_inputs(|| {
            n = (n + 7_919) % MANY;
            WAITING.with_borrow_mut(|world| world.post(DealershipId::from_bits(n + 1), now(), sent()))
        })
        .bench_local_values(|committed| tell(&mut state, Msg::Committed(committed)));
}

/// From the states to the page that is seen first.
#[divan::bench(args = ["all", "mine", "far below"], sample_count = 30)]
fn first_page(bencher: Bencher<'_, '_>, what: &str) {
    let states = states();
    let start = match what {
        "mine" => TableStart { query: Query::parse("owner:me move:us").unwrap(), ..TableStart::default() },
        "far below" => TableStart { cursor: rows().at(50_000).map(|row| row.state.id), ..TableStart::default() },
        _ => TableStart::default(),
    };
    let starts = [start];
    bencher.bench_local(|| DealershipRows::first_page(&states, &starts, "ana", &Policy::default(), now()));
}

/// From the states to the whole table.
#[divan::bench(sample_count = 10)]
fn load(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(states)
        .bench_local_values(|states| DealershipRows::new(states, Some("ana".to_owned()), Policy::default(), now()));
}

//! The tail: letters that grow, days, outages, search, spans of time, copying and saving, and a long log.

use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::{Actor, Command, Event, Fact, LetterId, LetterKind};
use cloverwatch::protocol::Committed;
use cloverwatch::tui::state::{Focus, Mode};
use cloverwatch::tui::tail::{EventTail, Group};
use cloverwatch::tui::{Effect, Msg, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::desk::Desk;
use crate::keys::id;
use crate::pictures::at_every_size;
use crate::population::{ago, now};

/// Things happen at these moments, after everything else.
fn happens(desk: &mut Desk, facts: Vec<(f64, Option<u64>, Fact)>) {
    let mut world = desk.world.lock();
    let newest = world.events.last().map_or(0, |event| event.seq);
    let event = |(seq, (hours, of, fact)): (u64, (f64, Option<u64>, Fact))| {
        Arc::new(Event { seq, at: ago(hours), actor: Actor::system("mail"), dealership: of.map(id), fact })
    };
    let events: Vec<_> = (newest + 1..).zip(facts).map(event).collect();
    world.events.extend(events.iter().cloned());
    drop(world);
    desk.tell(Msg::Committed(Committed { events: events.into(), states: vec![].into() }));
}

fn letter(n: u64) -> LetterId {
    LetterId::from_bits(9_000 + n)
}

fn queued(n: u64) -> Fact {
    let (to, what) = ("tom@example.com".into(), LetterKind::Invitation);
    Fact::EmailQueued { letter: letter(n), what, generation: 2, to, before: None, again: false }
}

fn begun(n: u64) -> Fact {
    Fact::EmailBegun { letter: letter(n), to: "tom@example.com".into() }
}

fn sent(n: u64) -> Fact {
    Fact::EmailSent { letter: letter(n), reply: "250 2.0.0 Ok".into() }
}

/// A night and a morning: two letters, an outage, a note.
fn busy(size: (u16, u16)) -> Desk {
    let mut desk = Desk::open(size);
    let outage = Fact::PlatformFailing { why: "status 503".into(), since: ago(5.5), credentials: false };
    let over = Fact::PlatformAnswers { since: ago(5.0), failing_since: ago(5.5), last_failed: None };
    happens(
        &mut desk,
        vec![
            (26.0, Some(2), queued(1)),
            (26.0, Some(2), begun(1)),
            (6.0, Some(4), queued(2)),
            (5.5, None, outage),
            (5.0, None, over),
            (4.0, Some(2), sent(1)),
            (1.5, Some(4), begun(2)),
            (0.5, Some(11), Fact::NoteAdded { text: "José calls back".into() }),
        ],
    );
    // Where it has no room under the table it gets the whole screen.
    if desk.state.plan().tail.is_none() {
        desk.press("t");
    }
    for _ in 0..2 {
        if desk.state.focus != Focus::Tail {
            desk.press("tab");
        }
    }
    assert_eq!(desk.state.focus, Focus::Tail);
    desk
}

#[test]
fn the_tail_in_the_whole_screen() {
    at_every_size("tail", |size| {
        let mut desk = busy(size);
        if !desk.state.panes.zoom {
            desk.press("f");
        }
        desk
    });
}

#[test]
fn the_tail_that_is_searched() {
    at_every_size("tail_search", |size| {
        let mut desk = busy(size);
        desk.press("/").write("letter").press("enter /").write("mcall");
        desk
    });
}

#[test]
fn a_letter_is_one_line_that_grows_where_its_newest_event_is() {
    let mut desk = busy((160, 44));
    desk.press("f").sees("letter: invitation to tom@example.com queued → handed over → sent: 250 2.0.0 Ok");
    desk.sees("letter: invitation to tom@example.com queued → handed over");
    happens(&mut desk, vec![(0.1, Some(4), sent(2))]);
    let picture = desk.picture();
    assert_eq!(picture.matches("tom@example.com queued → handed over → sent").count(), 2, "{picture}");
    desk.sees("── Xtime failed ").sees(", 30m 00s ──").sees(", America/Chicago ──");
}

#[test]
fn a_search_goes_from_hit_to_hit_and_escape_clears_it() {
    let mut desk = busy((160, 44));
    let here = |desk: &Desk| desk.state.tail.chosen(desk.state.tail_scope()).unwrap().newest.seq;
    desk.press("n").sees("search first");
    desk.press("/").write("JOSE CALLS").press("enter");
    let note = here(&desk);
    desk.press("n").sees("no newer event has what you search for");
    desk.press("N").sees("no older event has what you search for");
    assert_eq!(here(&desk), note);
    desk.press("esc esc /").write("invitation").press("enter");
    let newest = here(&desk);
    desk.press("N");
    assert!(here(&desk) < newest);
    desk.press("n");
    assert_eq!(here(&desk), newest);
    desk.press("/").write("else").press("esc").sees("esc clear search").press("esc").sees("esc back");
    assert!(desk.state.tail.search.is_empty() && matches!(desk.state.mode, Mode::Desk));
}

#[test]
fn a_span_of_time_hides_what_is_older() {
    let mut desk = busy((160, 44));
    desk.press("f s").sees("last 1h").sees("José calls back").sees_no("handed over");
    desk.press("s").sees("today").press("s").sees("last 24h").sees("Xtime failed").press("s").sees("last 7d");
    desk.press("s").sees_no("last 7d");
}

#[test]
fn events_are_copied_and_saved_as_they_are_told() {
    let mut desk = busy((160, 44));
    let copied = |desk: &mut Desk| match desk.take_effects().pop() {
        Some(Effect::Copy(clip)) => clip.0,
        other => panic!("{other:?}"),
    };
    desk.press("y");
    let line = copied(&mut desk);
    assert!(line.ends_with("note: José calls back  (system:mail)") && line.contains(" CDT  "), "{line}");
    desk.press("v k k y").sees("copy 3 events");
    assert_eq!(copied(&mut desk).lines().count(), 3);
    desk.press("w").sees("save events to a new file: events-").press("enter");
    let effects = desk.take_effects();
    let [Effect::SaveEvents(path, query)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(path.starts_with(Path::new("events-2026-03-30.txt")) && query.kinds.is_empty());
    desk.tell(Msg::Saved(Err("events.txt is there already: nothing was saved".to_owned())));
    desk.sees("is there already");
    desk.press("w ctrl-u enter").sees("nothing is saved without a name");
    // What shows nothing saves nothing, and not everything.
    Group::ALL.into_iter().for_each(|group| desk.state.tail.show(group, false));
    desk.press("w").sees("no event is shown").sees("nothing yet").sees_no("reading the log");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn a_million_events_scroll_without_waiting_and_are_not_held() {
    let mut desk = Desk::open((160, 44));
    let at = now() - TimeDelta::days(300);
    let event = |seq: u64| {
        let at = at + TimeDelta::seconds(20 * seq.cast_signed());
        let fact = if seq == 400_000 { Fact::NoteAdded { text: "needle".into() } } else { Fact::Archived {} };
        Arc::new(Event { seq, at, actor: Actor::person("ana"), dealership: Some(id(1 + seq % 16)), fact })
    };
    let answer = |desk: &mut Desk, effects: Vec<Effect>| {
        let mut waiting = effects;
        let mut pages = 0;
        while let Some(effect) = waiting.pop() {
            let msg = match effect {
                Effect::LoadEvents(query) => {
                    let limit = query.limit.unwrap() as u64;
                    let before = query.before.unwrap_or(1_000_001);
                    let first = if query.newest { before.saturating_sub(limit).max(1) } else { query.after + 1 };
                    let events = (first..(first + limit).min(before)).map(event).collect();
                    pages += 1;
                    Msg::EventPage(query, Ok(events))
                }
                Effect::SeekOn => Msg::SeekOn,
                _ => continue,
            };
            waiting.extend(update(&mut desk.state, msg, desk.now));
        }
        pages
    };
    desk.state.tail = EventTail::default();
    let newest = Msg::Tail((999_001..=1_000_000).map(event).collect());
    let effects = update(&mut desk.state, newest, desk.now);
    answer(&mut desk, effects);
    desk.state.focus = Focus::Tail;
    desk.press("f");
    let press = |desk: &mut Desk, code| {
        let key = Msg::Key(KeyEvent::new(code, KeyModifiers::NONE));
        let effects = update(&mut desk.state, key, desk.now);
        answer(desk, effects)
    };
    for _ in 0..300 {
        press(&mut desk, KeyCode::PageUp);
    }
    assert!(desk.state.tail.newest_first().count() <= 25_000);
    assert_eq!(press(&mut desk, KeyCode::Home), 1, "the start is one page away");
    assert_eq!(desk.state.tail.chosen(desk.state.tail_scope()).unwrap().newest.seq, 1);
    desk.press("G /").write("needle");
    let pages = press(&mut desk, KeyCode::Enter);
    assert_eq!(desk.state.tail.chosen(desk.state.tail_scope()).unwrap().newest.seq, 400_000);
    assert!(pages >= 250 && desk.state.tail.newest_first().count() <= 25_000, "{pages}");
}

#[test]
fn what_is_still_read_is_shown_as_pending_and_escape_stops_a_search() {
    let mut desk = busy((120, 30));
    desk.state.tail = EventTail::default();
    let newest = desk.world.lock().events.last().cloned().unwrap();
    let told = Msg::Committed(Committed { events: vec![newest].into(), states: vec![].into() });
    let effects = update(&mut desk.state, told, desk.now);
    assert!(matches!(effects.as_slice(), [Effect::LoadEvents(_)]), "{effects:?}");
    desk.sees("… reading the log").press("/").write("nowhere").press("enter").sees("searching, esc stops");
    desk.press("esc").sees_no("searching");
    assert_eq!(desk.state.focus, Focus::Tail);
    // A note arrives meanwhile, and is told.
    desk.happens(|world| world.person(id(9), now(), &Command::Note { text: "meanwhile".into() }));
}

//! The tour of the desk: docs/tour.md with its pictures, drawn by the program's own views on an invented desk.

use std::fmt::Write as _;

use chrono::TimeDelta;
use cloverwatch::domain::report::{CaseLog, Report, ReportQuery};
use cloverwatch::domain::{CodeOrigin, Command, DealershipId, Environment, Fact, ProfileEdit, ProfileField};
use cloverwatch::protocol::{Request, Response};
use cloverwatch::tui::DeskStart;
use cloverwatch::tui::action::Action;
use cloverwatch::tui::keymap::Keymap;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};

use crate::desk::Desk;
use crate::keep;
use crate::population::{World, ago, crowd, now, sample};
use crate::svg::svg;

const SIZE: (u16, u16) = (120, 36);

/// Larger ones nobody loads for a glance.
const LARGEST: usize = 60 * 1024;

/// One place of the tour.
struct Stop {
    /// Its picture is called so.
    name: &'static str,
    title: &'static str,
    words: &'static str,
    /// The actions whose keys are told.
    actions: &'static [&'static str],
    desk: fn() -> Desk,
}

const STOPS: [Stop; 10] = [
    Stop {
        name: "desk",
        title: "The desk",
        words: "Every dealership with what it waits for, in the order in which they need somebody. The tabs count them by \
                stage; the clock of a row is the one that counts now: what is left of the code's 72 hours, or of Xtime's 24. \
                Below stands what happened last.",
        actions: &["tab-attention", "next-tab", "sort-by", "views", "columns", "palette", "help"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(2);
            desk
        },
    },
    Stop {
        name: "detail",
        title: "One dealership, with both clocks",
        words: "What is the case, whose move it is, and likely causes where something is stuck; then the code with its clock, \
                the dealer's word with the second one, opcode, letters and the whole history.",
        actions: &["open", "toggle-detail", "zoom", "reveal", "copy-code", "dealer-done", "check"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(5).press("enter f");
            desk
        },
    },
    Stop {
        name: "call",
        title: "A call",
        words: "All that a call needs on one page: whom, the number, what to say about the code and in which steps it is entered. \
                What came of it is one more key; a promised call comes back at its minute.",
        actions: &["call", "reveal"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(1).press("C");
            desk
        },
    },
    Stop {
        name: "reissue",
        title: "New codes for many",
        words: "Mark rows, or all that are shown, and ask once: the dialog says for each what it would do before anything is \
                recorded. The old code is superseded in the same commit, and letters go out by themselves.",
        actions: &["tab-expired", "mark", "mark-all", "reissue", "results", "undo"],
        desk: || {
            let mut desk = desk_on(tamed(), |setup| setup.source = Some(CodeOrigin::Http));
            desk.press("2 m a r");
            desk
        },
    },
    Stop {
        name: "tail",
        title: "What happened",
        words: "The log, newest last, in the zone of whoever reads it. The events of one letter are one line that grows. It can be \
                held still, searched, narrowed to kinds or to one dealership, copied and saved.",
        actions: &["focus-next", "toggle-tail", "tail-pause", "tail-kinds", "tail-only-selected", "tail-jump"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(2).press("tab f");
            desk
        },
    },
    Stop {
        name: "past",
        title: "The board of another moment",
        words: "Everything as it stood then, in another colour: tabs, filters, details, events. Nothing can be recorded there; the \
                present goes on underneath.",
        actions: &["past", "past-back", "past-forward", "past-hour-back", "past-day-back", "past-go"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(2).press("T").read_past().press("{");
            desk
        },
    },
    Stop {
        name: "insight",
        title: "What the log says of the work",
        words: "How far dealerships come and where they stick, how long each step takes, which codes end soon, and how likely a \
                code is used before it does. `cloverwatch report` prints the same.",
        actions: &["insight"],
        desk: || {
            let mut desk = usual(crowd(200));
            desk.press("I");
            let report = report(&desk.world.lock());
            desk.answer(|request| matches!(request, Request::Report(_)), Response::Reported(report));
            desk
        },
    },
    Stop {
        name: "filter",
        title: "Finding",
        words: "Words find names, codes, people and numbers however they are written; fields, conditions and clocks narrow it \
                down. What a word may become is offered while it is typed. `cloverwatch list` reads the same language.",
        actions: &["filter", "clear-filter", "views"],
        desk: || {
            let mut desk = usual(crowd(200).in_order());
            desk.press("/").write("toyota is:pending ");
            desk
        },
    },
    Stop {
        name: "help",
        title: "Help",
        words: "The keys and actions of where one is, with the reason where something is not possible now; it can be searched.",
        actions: &["help", "palette"],
        desk: || {
            let mut desk = usual(tamed());
            desk.go_to(2).press("?");
            desk
        },
    },
    Stop {
        name: "practice",
        title: "Practice",
        words: "`cloverwatch demo --practice` begins with ten small tasks on invented dealerships. Each is checked, and the keys \
                that it took are compared with the shortest way.",
        actions: &["practice", "practice-next"],
        desk: || {
            desk_on(tamed(), |setup| {
                (setup.environment, setup.source) = (Some(Environment::Demo), Some(CodeOrigin::Http));
                setup.start = DeskStart::Practice;
            })
        },
    },
];

fn usual(world: World) -> Desk {
    desk_on(world, |_| {})
}

fn desk_on(world: World, change: impl FnOnce(&mut cloverwatch::tui::Setup)) -> Desk {
    Desk::with(world, SIZE, change)
}

/// The sample without what is in it to do harm.
fn tamed() -> World {
    let mut world = sample();
    world.events.retain(|event| !matches!(event.fact, Fact::NoteAdded { .. }));
    let edit = |field, text: &str| ProfileEdit { field, text: text.to_owned() };
    let edits = vec![edit(ProfileField::Name, "Everett Motors"), edit(ProfileField::City, "Reno")];
    let added = ago(24.0 * 9.0) + TimeDelta::hours(1);
    world.person(DealershipId::from_bits(11), added, &Command::Correct { edits });
    world.in_order()
}

fn report(world: &World) -> Box<Report> {
    let mut cases = CaseLog::default();
    world.events.iter().for_each(|event| cases.take(event));
    let states = world.all();
    Box::new(Report::of(&cases, states.iter().map(AsRef::as_ref), &ReportQuery::default(), now(), &world.policy))
}

/// `T` past, `h` past-back …
fn keys(map: &Keymap, actions: &[&str]) -> String {
    let key = |id: &&str| {
        let action = Action::by_id(id).unwrap_or_else(|| panic!("there is no action {id}"));
        format!("`{}` {}", map.first_key(action).unwrap(), action.info().title)
    };
    actions.iter().map(key).collect::<Vec<_>>().join(" · ")
}

#[test]
fn the_tour_shows_the_program() {
    let map = Keymap::default();
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let mut page = "# A tour of the desk\n\nThe pictures are drawn by the program itself on invented dealerships; \
                    `cloverwatch demo` shows the same in a terminal, and every key with it. All keys are in the \
                    [README](../README.md#keys).\n"
        .to_owned();
    for Stop { name, title, words, actions, desk } in &STOPS {
        let picture = svg(&desk().cells(&theme).0);
        assert!(picture.len() <= LARGEST, "{name}: {} bytes", picture.len());
        keep(&format!("docs/tour/{name}.svg"), &picture);
        write!(page, "\n## {title}\n\n{words}\n\n{}\n\n![{title}](tour/{name}.svg)\n", keys(&map, actions)).unwrap();
    }
    keep("docs/tour.md", &page);
}

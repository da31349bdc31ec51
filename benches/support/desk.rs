//! A desk on a crowd, for the benches of the screen.
#![allow(dead_code, reason = "shared by benches that each use a part")]

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::domain::{Claim, Claims, DealershipId, Onboarding, Policy};
use cloverwatch::present::time::Zone;
use cloverwatch::present::view::SavedView;
use cloverwatch::protocol::{PlatformState, Status};
use cloverwatch::tui::keymap::Keymap;
use cloverwatch::tui::rows::DealershipRows;
use cloverwatch::tui::theme::Theme;
use cloverwatch::tui::{ArrivalTime, DeskStart, Effect, Msg, ScreenState, Setup, draw, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::black_box;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::population::{World, crowd, now};

pub const MANY: u64 = 100_000;

struct Nobody;

impl Claims for Nobody {
    fn holder(&self, _: &Claim) -> Option<DealershipId> {
        None
    }
}

pub fn moment() -> ArrivalTime {
    ArrivalTime { at: now(), face: Duration::from_secs(1) }
}

thread_local! {
    /// Making the crowd takes longer than what is measured on it.
    pub static CROWD: RefCell<World> = RefCell::new(crowd(MANY));
}

pub fn states() -> Vec<Arc<Onboarding>> {
    CROWD.with_borrow(World::all)
}

pub fn rows() -> DealershipRows {
    DealershipRows::new(states(), Some("ana".to_owned()), Policy::default(), now())
}

pub fn desk(size: (u16, u16)) -> ScreenState {
    let mut state = empty_desk(size);
    tell(&mut state, Msg::Loaded(Box::new(rows())));
    tell(&mut state, Msg::Status(Box::new(Status { platform: PlatformState::Ok, ..Status::default() })));
    let newest = CROWD.with_borrow(|world| world.events.iter().rev().take(1_000).rev().cloned().collect());
    tell(&mut state, Msg::Tail(newest));
    state
}

/// A desk that waits for its dealerships.
pub fn empty_desk(size: (u16, u16)) -> ScreenState {
    let setup = Setup {
        read_only: false,
        source: None,
        mail_name: None,
        mails: false,
        mailboxes: None,
        appointment: cloverwatch::config::Config::default().appointment,
        me: "ana".to_owned(),
        zone: Zone::Named(chrono_tz::America::Chicago.into()),
        policy: Policy::default(),
        claims: Arc::new(Nobody),
        keymap: Arc::new(Keymap::default()),
        store: String::new(),
        partner: "DataClover".to_owned(),
        environment: None,
        mouse: false,
        owner: None,
        views: SavedView::given(),
        start: DeskStart::All,
        desk: 1,
    };
    ScreenState::new(setup, size, moment())
}

pub fn tell(state: &mut ScreenState, msg: Msg) -> Vec<Effect> {
    black_box(update(state, msg, moment()))
}

pub fn press(state: &mut ScreenState, code: KeyCode) -> Vec<Effect> {
    tell(state, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// A frame with everything that the terminal library does for it, except writing it out.
pub fn draw_frame(terminal: &mut Terminal<TestBackend>, state: &ScreenState, theme: &Theme) {
    terminal
        .draw(|frame| {
            black_box(draw(state, theme, frame));
        })
        .unwrap();
}

//! A desk without a terminal: keys in, pictures and effects out, time by hand.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::domain::{Claim, Claims, CodeOrigin, DealershipId, Event};
use cloverwatch::present::time::Zone;
use cloverwatch::protocol::{Committed, MailState, MailStatus, PlatformState, Request, Response, Status};
use cloverwatch::tui::keymap::{Key, KeySymbol, Keymap};
use cloverwatch::tui::msg::WorkId;
use cloverwatch::tui::rows::{DealershipRows, TableColumn};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};
use cloverwatch::tui::view::Drawn;
use cloverwatch::tui::{ArrivalTime, Effect, Msg, ScreenState, Setup, draw, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use parking_lot::Mutex;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::population::{World, now, sample};

/// The world as others see it while the desk is open.
struct Shared(Arc<Mutex<World>>);

impl Claims for Shared {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.0.lock().holder(claim)
    }
}

pub struct Desk {
    pub state: ScreenState,
    pub world: Arc<Mutex<World>>,
    pub now: ArrivalTime,
    pub effects: Vec<Effect>,
    /// What was asked of the engine so far.
    asked: Vec<(WorkId, Request)>,
}

impl Desk {
    /// A desk on the sample, at a size.
    pub fn open(size: (u16, u16)) -> Self {
        Self::with(sample(), size, |_| {})
    }

    pub fn with(world: World, size: (u16, u16), change: impl FnOnce(&mut Setup)) -> Self {
        let now = ArrivalTime { at: now(), face: Duration::from_secs(100) };
        let events: Vec<Arc<Event>> = world.events.clone();
        let world = Arc::new(Mutex::new(world));
        let mut setup = Setup {
            read_only: false,
            source: None,
            mail_name: Some("smtp.example.com:587".to_owned()),
            mails: true,
            mailboxes: None,
            me: "ana".to_owned(),
            zone: Zone::Named(chrono_tz::America::Chicago.into()),
            policy: world.lock().policy.clone(),
            claims: Arc::new(Shared(Arc::clone(&world))),
            keymap: Arc::new(Keymap::default()),
            store: String::new(),
            partner: "DataClover".to_owned(),
            appointment: cloverwatch::config::Config::default().appointment,
            demo: false,
            owner: None,
            desk: 1,
        };
        change(&mut setup);
        let policy = setup.policy.clone();
        let mut desk =
            Self { state: ScreenState::new(setup, size, now), world, now, effects: Vec::new(), asked: Vec::new() };
        desk.tell(Msg::Status(Box::new(Status {
            platform: PlatformState::Ok,
            requests_last_second: 3,
            requests_per_second: 10,
            waiting: 2,
            last_answer_at: Some(now.at - TimeDelta::seconds(20)),
            mail: MailStatus { state: MailState::Ok, last_hour: 4, ..MailStatus::default() },
            ..Status::default()
        })));
        let all = desk.world.lock().all();
        let rows = DealershipRows::new(all, Some("ana".to_owned()), policy, now.at);
        desk.tell(Msg::Loaded(Box::new(rows)));
        desk.tell(Msg::Tail(events));
        desk
    }

    /// Codes come from the partner's HTTP interface.
    pub fn with_source(size: (u16, u16)) -> Self {
        Self::with(sample(), size, |setup| setup.source = Some(CodeOrigin::Http))
    }

    pub fn tell(&mut self, msg: Msg) {
        for effect in update(&mut self.state, msg, self.now) {
            if let Effect::Ask(work, request) = &effect {
                self.asked.push((*work, request.clone()));
            }
            if let Effect::LoadTimeline(id) = &effect {
                let events =
                    self.world.lock().events.iter().filter(|event| event.dealership == Some(*id)).cloned().collect();
                self.tell(Msg::Timeline(*id, events));
            } else {
                self.effects.push(effect);
            }
        }
    }

    /// Answers the newest of these requests.
    #[track_caller]
    pub fn answer(&mut self, of: impl Fn(&Request) -> bool, response: Response) {
        let asked = self.asked.iter().rev().find(|(_, request)| of(request)).map(|(work, _)| *work);
        self.tell(Msg::Answer(asked.expect("that was asked for"), response));
    }

    /// Presses keys as `keymap.toml` writes them, separated by spaces.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            let event = event(Key::parse(word).unwrap_or_else(|error| panic!("{error}")));
            if event.code == KeyCode::Enter && matches!(self.state.mode, Mode::Dialog(_)) {
                // Nobody presses it before a dialog could be read.
                self.now.face += Duration::from_millis(300);
            }
            self.tell(Msg::Key(event));
        }
        self
    }

    pub fn write(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.tell(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.tell(Msg::Paste(text.to_owned()));
        self
    }

    /// Shows a column that the table does not have at first.
    pub fn shows(&mut self, column: TableColumn) -> &mut Self {
        let place = self.state.columns.choices().iter().position(|choice| choice.column == column).unwrap();
        self.state.columns.switch(place);
        self
    }

    /// Moves the table's cursor to a dealership.
    pub fn go_to(&mut self, n: u64) -> &mut Self {
        self.press("g g");
        let place = self.state.rows.place(DealershipId::from_bits(n)).expect("it is shown");
        for _ in 0..place {
            self.press("j");
        }
        assert_eq!(self.state.cursor.id, Some(DealershipId::from_bits(n)));
        self
    }

    /// Something happens in the world.
    pub fn happens(&mut self, what: impl FnOnce(&mut World) -> Committed) -> &mut Self {
        let committed = what(&mut self.world.lock());
        self.tell(Msg::Committed(committed));
        self
    }

    /// Time passes, for the desk and for the person alike.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now.at += TimeDelta::seconds(seconds);
        self.now.face += Duration::from_secs(seconds.unsigned_abs());
        self.tell(Msg::Tick);
        self
    }

    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub fn selected(&self) -> u64 {
        self.state.cursor.id.map_or(0, DealershipId::bits)
    }

    pub fn draw(&self) -> (String, Drawn, Vec<u8>) {
        let (width, height) = self.state.size;
        let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
        let mut bytes = Vec::new();
        let mut drawn = Drawn::default();
        {
            let backend = CrosstermBackend::new(&mut bytes);
            let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
            let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
            terminal.draw(|frame| drawn = draw(&self.state, &theme, frame)).unwrap();
        }
        let [height, width] = [height, width].map(|cells| NonZero::new(cells).unwrap());
        let mut parser = vt100::Parser::new(height, width, 0);
        // The parser leaves U+FFFD out, which every terminal shows in a cell.
        let shown = String::from_utf8(bytes.clone()).unwrap().replace('\u{fffd}', "?");
        parser.process(shown.as_bytes());
        (parser.screen().contents(), drawn, bytes)
    }

    pub fn picture(&self) -> String {
        self.draw().0.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Whether a text can be read on the screen.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let picture = self.picture();
        assert!(picture.contains(text), "`{text}` is not on the screen:\n{picture}");
        self
    }

    #[track_caller]
    pub fn sees_no(&mut self, text: &str) -> &mut Self {
        let picture = self.picture();
        assert!(!picture.contains(text), "`{text}` is on the screen:\n{picture}");
        self
    }
}

fn event(key: Key) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    for (held, modifier) in
        [(key.ctrl, KeyModifiers::CONTROL), (key.alt, KeyModifiers::ALT), (key.shift, KeyModifiers::SHIFT)]
    {
        if held {
            modifiers |= modifier;
        }
    }
    let code = match key.code {
        KeySymbol::Char(c) => KeyCode::Char(c),
        KeySymbol::Enter => KeyCode::Enter,
        KeySymbol::Tab if key.shift => KeyCode::BackTab,
        KeySymbol::Tab => KeyCode::Tab,
        KeySymbol::Esc => KeyCode::Esc,
        KeySymbol::Backspace => KeyCode::Backspace,
        KeySymbol::Delete => KeyCode::Delete,
        KeySymbol::Insert => KeyCode::Insert,
        KeySymbol::Home => KeyCode::Home,
        KeySymbol::End => KeyCode::End,
        KeySymbol::PageUp => KeyCode::PageUp,
        KeySymbol::PageDown => KeyCode::PageDown,
        KeySymbol::Up => KeyCode::Up,
        KeySymbol::Down => KeyCode::Down,
        KeySymbol::Left => KeyCode::Left,
        KeySymbol::Right => KeyCode::Right,
        KeySymbol::F(n) => KeyCode::F(n),
    };
    KeyEvent::new(code, modifiers)
}

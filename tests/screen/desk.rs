//! A desk without a terminal: keys in, pictures and effects out, time by hand.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::client::SharedClient;
use cloverwatch::domain::past::PastLog;
use cloverwatch::domain::{Claim, Claims, CodeOrigin, DealershipId, Event, NoClaims};
use cloverwatch::present::time::Zone;
use cloverwatch::present::view::SavedView;
use cloverwatch::protocol::{
    Committed, EngineInfo, EventQuery, MailState, MailStatus, Notification, PlatformState, Request, Response, Status,
};
use cloverwatch::tui::keymap::{Key, KeySymbol, Keymap};
use cloverwatch::tui::msg::WorkId;
use cloverwatch::tui::past::{PastBoard, PastNews};
use cloverwatch::tui::rows::{DealershipRows, TableColumn};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};
use cloverwatch::tui::update::table_starts;
use cloverwatch::tui::view::{Drawn, draw_into};
use cloverwatch::tui::{ArrivalTime, DeskStart, Effect, Msg, ScreenState, Setup, draw, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use parking_lot::Mutex;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::client::{Connection, Pending};
use crate::population::{World, now, sample};

/// The world as the desk's client knows it.
struct Known(SharedClient);

impl Claims for Known {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.0.read_model().holder(claim)
    }
}

pub struct Desk {
    pub state: ScreenState,
    pub world: Arc<Mutex<World>>,
    pub now: ArrivalTime,
    pub effects: Vec<Effect>,
    connection: Connection,
    /// What was asked of the engine so far.
    asked: Vec<(WorkId, Pending)>,
}

impl Desk {
    /// A desk on the sample, at a size.
    pub fn open(size: (u16, u16)) -> Self {
        Self::with(sample(), size, |_| {})
    }

    pub fn with(world: World, size: (u16, u16), change: impl FnOnce(&mut Setup)) -> Self {
        let mut desk = Self::unread(world, size, change);
        let events = desk.world.lock().events.clone();
        desk.load();
        desk.tell(Msg::Tail(events));
        desk
    }

    /// One whose dealerships are still to be read.
    pub fn unread(world: World, size: (u16, u16), change: impl FnOnce(&mut Setup)) -> Self {
        let now = ArrivalTime { at: now(), face: Duration::from_secs(100) };
        let mut setup = Setup {
            read_only: false,
            source: None,
            mail_name: Some("smtp.example.com:587".to_owned()),
            mails: true,
            mailboxes: None,
            me: "ana".to_owned(),
            zone: Zone::Named(chrono_tz::America::Chicago.into()),
            policy: world.policy.clone(),
            claims: Arc::new(NoClaims),
            keymap: Arc::new(Keymap::default()),
            store: String::new(),
            partner: "DataClover".to_owned(),
            appointment: cloverwatch::config::Config::default().appointment,
            environment: None,
            mouse: false,
            owner: None,
            views: SavedView::given(),
            start: DeskStart::All,
            desk: 1,
        };
        change(&mut setup);
        let connection = Connection::open(&world, info(&setup));
        adopt(&mut setup, &connection.client);
        let mut desk = Self {
            state: ScreenState::new(setup, size, now),
            world: Arc::new(Mutex::new(world)),
            now,
            effects: Vec::new(),
            connection,
            asked: Vec::new(),
        };
        desk.tell(Msg::Status(Box::new(Status {
            platform: PlatformState::Ok,
            requests_last_second: 3,
            requests_per_second: 10,
            waiting: 2,
            last_answer_at: Some(now.at - TimeDelta::seconds(20)),
            mail: MailStatus { state: MailState::Ok, last_hour: 4, ..MailStatus::default() },
            ..Status::default()
        })));
        desk
    }

    /// All dealerships are there.
    pub fn load(&mut self) -> &mut Self {
        let (_, all) = self.connection.client.read_model().all();
        let policy = self.state.setup.policy.clone();
        let rows = DealershipRows::new(all, Some("ana".to_owned()), policy, self.now.at);
        self.tell(Msg::Loaded(Box::new(rows)));
        self
    }

    /// Those that are seen first are there; whether that was worth it.
    pub fn load_first_page(&mut self) -> bool {
        let (_, all) = self.connection.client.read_model().all();
        let starts = table_starts(&self.state);
        let page = DealershipRows::first_page(&all, &starts, "ana", &self.state.setup.policy, self.now.at);
        let is_page = page.is_some();
        page.into_iter().for_each(|page| self.tell(Msg::FirstPage(Box::new(page))));
        is_page
    }

    /// Codes come from the partner's HTTP interface.
    pub fn with_source(size: (u16, u16)) -> Self {
        Self::with(sample(), size, |setup| setup.source = Some(CodeOrigin::Http))
    }

    /// The desk is told something, by the way that it goes.
    #[track_caller]
    pub fn tell(&mut self, msg: Msg) {
        let msg = self.carry(msg);
        for effect in update(&mut self.state, msg, self.now) {
            match effect {
                Effect::LoadTimeline(id) => {
                    let of = |event: &&Arc<Event>| event.dealership == Some(id);
                    let events = self.world.lock().events.iter().filter(of).cloned().collect();
                    self.tell(Msg::Timeline(id, events));
                }
                Effect::LoadEvents(query) => {
                    let events = self.world.lock().events.clone();
                    let mut found: Vec<_> = events.into_iter().filter(|event| query.matches(event)).collect();
                    let limit = query.limit.unwrap_or(usize::MAX);
                    if query.newest {
                        found.drain(..found.len().saturating_sub(limit));
                    }
                    found.truncate(limit);
                    self.tell(Msg::EventPage(query, Ok(found)));
                }
                Effect::SeekOn => self.tell(Msg::SeekOn),
                Effect::Ask(work, request) => {
                    let pending = self.connection.ask(request);
                    self.effects.push(Effect::Ask(work, pending.request().clone()));
                    self.asked.push((work, pending));
                }
                Effect::Stop(work) => {
                    if let Some((_, pending)) = self.asked.iter().find(|(asked, _)| *asked == work) {
                        pending.stop();
                    }
                    self.effects.push(effect);
                }
                effect => self.effects.push(effect),
            }
        }
    }

    /// Has a message go over the connection, as the loop of the screen gets it. What the loop words itself (outcomes of
    /// items, notices) does not, nor what nobody asked for.
    #[track_caller]
    fn carry(&mut self, msg: Msg) -> Msg {
        match msg {
            Msg::Status(status) => {
                self.connection.tell(&Notification::Status(status.clone()));
                Msg::Status(status)
            }
            Msg::Committed(committed) => {
                self.connection.tell(&Notification::Committed(committed.clone()));
                Msg::Committed(committed)
            }
            Msg::Tail(events) => Msg::Tail(self.read(EventQuery::default(), &events)),
            Msg::Timeline(id, events) => {
                let query = EventQuery { dealership: Some(id), ..EventQuery::default() };
                Msg::Timeline(id, self.read(query, &events))
            }
            Msg::EventPage(query, Ok(events)) if !events.is_empty() => {
                Msg::EventPage(query.clone(), Ok(self.read(query, &events)))
            }
            Msg::Probe(id, probe) => {
                let (request, response) = (Request::ProbeStatuses(vec![id]), Response::ProbeStatuses(vec![probe]));
                match self.connection.ask(request).answer(response) {
                    Response::ProbeStatuses(mut probes) => Msg::Probe(id, probes.remove(0)),
                    other => panic!("{other:?}"),
                }
            }
            Msg::CutOff(cut_off) => match self.connection.ask(Request::CutOff).answer(Response::CutOff(cut_off)) {
                Response::CutOff(cut_off) => Msg::CutOff(cut_off),
                other => panic!("{other:?}"),
            },
            Msg::Answer(work, response) => match self.asked.iter_mut().find(|(asked, _)| *asked == work) {
                Some((_, pending)) => Msg::Answer(work, pending.answer(response)),
                None => Msg::Answer(work, response),
            },
            Msg::Over(work) => {
                if let Some(place) = self.asked.iter().position(|(asked, _)| *asked == work) {
                    self.asked.remove(place).1.end();
                }
                msg
            }
            msg => msg,
        }
    }

    #[track_caller]
    fn read(&mut self, query: EventQuery, events: &[Arc<Event>]) -> Vec<Arc<Event>> {
        let found = events.iter().map(|event| (**event).clone()).collect();
        match self.connection.ask(Request::Events(query)).answer(Response::Events(found)) {
            Response::Events(events) => events.into_iter().map(Arc::new).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Answers the newest of these requests.
    #[track_caller]
    pub fn answer(&mut self, of: impl Fn(&Request) -> bool, response: Response) {
        let asked = self.asked.iter().rev().find(|(_, pending)| of(pending.request())).map(|(work, _)| *work);
        self.tell(Msg::Answer(asked.expect("that was asked for"), response));
    }

    /// The log is read for the past, as the desk asked for it.
    #[track_caller]
    pub fn read_past(&mut self) -> &mut Self {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadPast(work) => Some(*work),
            _ => None,
        });
        let work = asked.expect("the past was asked for");
        let (events, states, policy) = {
            let world = self.world.lock();
            (world.events.clone(), world.all(), world.policy.clone())
        };
        let events = self.read(EventQuery::default(), &events);
        let mut log = PastLog::default();
        log.extend(events.iter().map(|event| (**event).clone()).collect());
        let board = PastBoard::new(log.until_now(states), "ana", &policy, self.now.at);
        self.tell(Msg::Past(work, PastNews::Ready(Box::new(board))));
        self
    }

    /// The board is folded that the desk asked for last.
    #[track_caller]
    pub fn fold_past(&mut self) -> &mut Self {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::FoldPast(work, to) => Some((*work, *to)),
            _ => None,
        });
        let (work, to) = asked.expect("a board was asked for");
        let (log, spare) = self.state.past.as_mut().and_then(|past| past.take_spare()).expect("the past is shown");
        let rows = spare.go(&log, to);
        self.tell(Msg::Past(work, PastNews::Folded(Box::new(rows))));
        self
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

    /// The cells of a frame in a theme.
    pub fn cells(&self, theme: &Theme) -> (Buffer, Drawn) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.state.size.0, self.state.size.1));
        let drawn = draw_into(&self.state, theme, &mut buffer);
        (buffer, drawn)
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

/// What an engine says of itself to a desk with these settings.
fn info(setup: &Setup) -> EngineInfo {
    EngineInfo {
        policy: setup.policy.clone(),
        read_only: setup.read_only,
        code_origin: setup.source,
        mail_name: setup.mail_name.clone(),
        mails: setup.mails,
        environment: setup.environment,
        notices: Vec::new(),
        owner: None,
    }
}

/// As the loop of the screen does.
fn adopt(setup: &mut Setup, client: &SharedClient) {
    let EngineInfo { policy, read_only, code_origin, mail_name, mails, .. } = client.info().clone();
    (setup.policy, setup.read_only, setup.source) = (policy, read_only, code_origin);
    (setup.mail_name, setup.mails) = (mail_name, mails);
    setup.claims = Arc::new(Known(Arc::clone(client)));
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

//! The screen in a real terminal: input first, data together, a frame only when something visible changed.

mod bookings;
mod effects;

use std::io;
use std::sync::Arc;

use crossterm::event::{Event as Input, EventStream, KeyEventKind};
use futures::StreamExt;
use tokio::sync::{broadcast, mpsc};

use super::clocks::Zone;
use super::frames::FrameScheduler;
use super::keymap::Keymap;
use super::terminal::{Ending, Options as Wanted, Restorer, Signal, Signals, Suspended, TerminalError, TerminalGuard};
use super::theme::Theme;
use super::view::Drawn;
use super::{Effect, Moment, Msg, Setup, State, draw, update};
use crate::clock::{Clock, WallClock};
use crate::domain::{Claim, Claims, DealershipId, TestBooking};
use crate::engine::Engine;
use crate::store::Committed;
use effects::Errands;

/// How many answers may wait for the screen before those who bring them wait.
const ANSWERS: usize = 256;

/// The title of the window. Nothing of a dealership is in it: titles are seen by others, and end in logs.
const TITLE: &str = "cloverwatch";

/// What the screen is told by whoever starts it.
pub struct Options {
    /// Which key does what.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// Who is in front of it: who records, and what `is:mine` means.
    pub me: String,
    /// The zone of the desk.
    pub zone: Zone,
    /// Which store it is, in a word or two.
    pub store: String,
    /// Who we are to the dealerships.
    pub partner: String,
    /// What a test appointment says.
    pub appointment: TestBooking,
    /// The demo: nothing is real.
    pub demo: bool,
    /// Whether the terminal's mouse is taken (it then cannot select text).
    pub mouse: bool,
    /// What should be said at the start.
    pub notices: Vec<String>,
}

/// Why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The operator left.
    Quit,
    /// A signal ended it.
    Signal(Ending),
}

/// Shows the desk until somebody leaves it, and gives the terminal back. The engine runs on: shutting it down is the
/// caller's, on every way out.
///
/// # Errors
/// When there is no terminal, or it is gone.
pub async fn run(engine: Engine, options: Options) -> Result<Exit, TerminalError> {
    let signals = Signals::listen()?;
    let restorer = Restorer::new();
    restorer.hook_panics();
    let wanted = Wanted { title: TITLE.into(), mouse: options.mouse };
    let terminal = TerminalGuard::enter(wanted, &restorer)?;
    Ok(Desk::new(engine, options, terminal)?.run(signals).await?)
}

/// Which codes and dealerCodes are taken, by the engine's book.
struct Taken(Engine);

impl Claims for Taken {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.0.book().holder(claim)
    }
}

/// Whose message it is decides how soon it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Person,
    Program,
}

struct Desk {
    engine: Engine,
    terminal: TerminalGuard,
    theme: Theme,
    state: State,
    frames: FrameScheduler,
    /// The person's time, which never runs faster than they do.
    face: WallClock,
    drawn: Drawn,
    /// The text that changes by itself is due and waits for its frame.
    tick_waits: bool,
    errands: Errands,
    answers: mpsc::Receiver<Msg>,
    suspend: bool,
    exit: Option<Exit>,
}

impl Desk {
    fn new(engine: Engine, options: Options, terminal: TerminalGuard) -> io::Result<Self> {
        let Options { keymap, theme, me, zone, store, partner, appointment, demo, mouse: _, notices } = options;
        let face = WallClock::real();
        let setup = Setup {
            read_only: engine.read_only(),
            source: engine.code_origin(),
            me: me.clone(),
            zone,
            policy: engine.policy().clone(),
            claims: Arc::new(Taken(engine.clone())),
            keymap: Arc::new(keymap),
            store,
            partner,
            demo,
        };
        let now = Moment { at: engine.clock().now(), face: face.elapsed() };
        let (tell, answers) = mpsc::channel(ANSWERS);
        let mut state = State::new(setup, crossterm::terminal::size()?, now);
        for notice in engine.notices().into_iter().chain(notices) {
            update(&mut state, Msg::Notice(notice), now);
        }
        let errands = Errands::new(engine.clone(), &me, appointment, tell);
        let (frames, drawn) = (FrameScheduler::new(), Drawn::default());
        Ok(Self {
            engine,
            terminal,
            theme,
            state,
            frames,
            face,
            drawn,
            tick_waits: false,
            errands,
            answers,
            suspend: false,
            exit: None,
        })
    }

    async fn run(mut self, mut signals: Signals) -> io::Result<Exit> {
        let mut input = EventStream::new();
        // Followed before the books are read, so that nothing falls between.
        let mut commits = self.engine.follow();
        let mut status = self.engine.status();
        let first = status.borrow_and_update().clone();
        self.take(Msg::Status(first), From::Program)?;
        self.draw()?;
        self.errands.load();
        self.errands.load_tail(0);
        loop {
            if std::mem::take(&mut self.suspend) {
                let suspended = self.terminal.suspend(&mut signals).await?;
                self.back(suspended)?;
            }
            if let Some(exit) = self.exit {
                return Ok(exit);
            }
            let frame_in = self.frames.wait(self.face.elapsed());
            let wake_at = self.wake_at();
            let face_in = self.state.next_face_change().map(|at| at.saturating_sub(self.face.elapsed()));
            let clock = Arc::clone(self.engine.clock());
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End(ending) => return Ok(Exit::Signal(ending)),
                    Signal::Continued => {
                        let suspended = self.terminal.continued(&mut signals).await?;
                        self.back(suspended)?;
                    }
                },
                event = input.next() => match event {
                    Some(event) => self.input(event?)?,
                    // The terminal is gone, as after a hang-up.
                    None => return Ok(Exit::Signal(Ending::HangUp)),
                },
                () = pause(frame_in) => self.draw()?,
                Some(msg) = self.answers.recv() => self.take(msg, From::Program)?,
                commit = commits.recv() => self.committed(commit)?,
                changed = status.changed(), if !self.errands.engine_is_gone() => match changed {
                    Ok(()) => {
                        let now = status.borrow_and_update().clone();
                        self.take(Msg::Status(now), From::Program)?;
                        self.look_again()?;
                    }
                    Err(_) => self.errands.engine_has_gone(),
                },
                () = pause(face_in) => self.tick()?,
                () = reach(clock.as_ref(), wake_at) => self.tick()?,
            }
        }
    }

    fn moment(&self) -> Moment {
        Moment { at: self.engine.clock().now(), face: self.face.elapsed() }
    }

    /// When, in the desk's time, something changes by itself.
    fn wake_at(&self) -> Option<crate::domain::Timestamp> {
        let text = self.drawn.next_change.filter(|_| !self.tick_waits);
        [text, self.state.next_desk_change()].into_iter().flatten().min()
    }

    fn tick(&mut self) -> io::Result<()> {
        self.take(Msg::Tick, From::Program)?;
        if self.drawn.next_change.is_some_and(|at| at <= self.state.now.at) {
            self.tick_waits = true;
            self.frames.next_change_at(Some(self.face.elapsed()));
        }
        Ok(())
    }

    fn take(&mut self, msg: Msg, from: From) -> io::Result<()> {
        let now = self.moment();
        let effects = update(&mut self.state, msg, now);
        if std::mem::take(&mut self.state.dirty) {
            match from {
                From::Person => self.frames.input(now.face),
                From::Program => self.frames.data(now.face),
            }
        }
        for effect in effects {
            self.perform(effect)?;
        }
        Ok(())
    }

    fn input(&mut self, event: Input) -> io::Result<()> {
        match event {
            Input::Key(key) if key.kind != KeyEventKind::Release => self.take(Msg::Key(key), From::Person),
            Input::Paste(text) => self.take(Msg::Paste(text), From::Person),
            Input::Resize(columns, rows) => self.take(Msg::Resize(columns, rows), From::Person),
            _ => Ok(()),
        }
    }

    fn committed(&mut self, commit: Result<Committed, broadcast::error::RecvError>) -> io::Result<()> {
        match commit {
            Ok(committed) => self.take(Msg::Committed(committed), From::Program),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                let newest = self.state.tail.newest().map_or(0, |event| event.seq);
                self.errands.load();
                self.errands.load_tail(newest);
                if let Some(id) = self.state.detail.asked {
                    self.errands.load_timeline(id);
                }
                Ok(())
            }
            // The store is closed: the program is ending, and whoever ends it ends the screen too.
            Err(broadcast::error::RecvError::Closed) => {
                self.exit = Some(Exit::Quit);
                Ok(())
            }
        }
    }

    /// The last look at the dealership in the detail pane: looks that change nothing make no event.
    fn look_again(&mut self) -> io::Result<()> {
        match self.state.detail.asked {
            Some(id) => {
                let look = self.engine.last_look(id);
                self.take(Msg::Look(id, look), From::Program)
            }
            None => Ok(()),
        }
    }

    fn perform(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Quit => self.exit = Some(Exit::Quit),
            Effect::Suspend => self.suspend = true,
            Effect::Redraw => {
                self.terminal.redraw()?;
                self.frames.input(self.face.elapsed());
            }
            Effect::Copy(clip) => {
                if let Err(error) = self.terminal.copy(&clip.0) {
                    return self.take(Msg::Notice(error.to_string()), From::Person);
                }
            }
            Effect::LoadTimeline(id) => {
                self.errands.load_timeline(id);
                return self.look_again();
            }
            Effect::Execute(work, items) => self.errands.execute(work, items),
            Effect::Obtain(work, items) => self.errands.obtain(work, items),
            Effect::Paste(work, codes) => self.errands.paste(work, codes),
            Effect::ShowServices(id) => self.errands.show_services(id),
            Effect::ShowSlots(id) => self.errands.show_slots(id),
            Effect::Plan(id, local, moves) => {
                let planned = self.errands.plan(id, local, moves);
                return self.take(Msg::Planned(id, local, planned), From::Person);
            }
            Effect::Book(id, planned) => self.errands.book(id, planned),
            Effect::ReadBack(id) => self.errands.read_back(id),
            Effect::Check(work, ids) => self.errands.check(work, ids),
        }
        Ok(())
    }

    /// Goes on after the terminal was somebody else's.
    fn back(&mut self, suspended: Suspended) -> io::Result<()> {
        match suspended {
            Suspended::Ending(ending) => self.exit = Some(Exit::Signal(ending)),
            Suspended::Back | Suspended::Alone => self.resized()?,
        }
        Ok(())
    }

    /// Asks the terminal for its size anew, after somebody else had it.
    fn resized(&mut self) -> io::Result<()> {
        let (columns, rows) = crossterm::terminal::size()?;
        self.take(Msg::Resize(columns, rows), From::Person)
    }

    fn draw(&mut self) -> io::Result<()> {
        // What is drawn is as of the moment of drawing, not of the last message.
        self.take(Msg::Tick, From::Program)?;
        let Self { terminal, state, theme, .. } = self;
        let mut drawn = Drawn::default();
        terminal.draw(|frame| drawn = draw(state, theme, frame))?;
        self.drawn = drawn;
        self.tick_waits = false;
        self.frames.drawn(self.face.elapsed());
        Ok(())
    }
}

/// Waits for a real length of time; for ever without one.
async fn pause(length: Option<std::time::Duration>) {
    match length {
        Some(length) => tokio::time::sleep(length).await,
        None => futures::future::pending().await,
    }
}

/// Waits for a moment of the desk's time; for ever without one.
async fn reach(clock: &dyn Clock, at: Option<crate::domain::Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => futures::future::pending().await,
    }
}

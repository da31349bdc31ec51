//! The terminal with the state that it shows: what happens to it, and when it is drawn. Knows no engine.

use std::io;
use std::time::Duration;

use super::Exit;
use crate::clock::{Clock, SharedClock, WallClock};
use crate::domain::Timestamp;
use crate::signals::{Signal, Signals, Termination};
use crate::tui::frames::FrameScheduler;
use crate::tui::terminal::input::{InputEvent, InputReader, MouseInput};
use crate::tui::terminal::{Suspended, TerminalGuard};
use crate::tui::theme::{Theme, ThemeSet};
use crate::tui::view::{Drawn, draw_into};
use crate::tui::{ArrivalTime, Effect, Msg, ScreenState, Setup, update};

/// Whose message it is decides how soon it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Person,
    Program,
}

/// Something that the screen takes in by itself.
pub(super) enum Happened {
    Signal(Signal),
    /// What the terminal sent; `None`: it is gone.
    Input(Option<InputEvent>),
    /// The terminal has taken everything that was written.
    Sent,
    Frame,
    Time,
}

pub(super) struct Screen {
    pub(super) state: ScreenState,
    pub(super) exit: Option<Exit>,
    pub(super) clock: SharedClock,
    /// The person's time, which never runs faster than they do.
    face: WallClock,
    signals: Signals,
    input: InputReader,
    terminal: TerminalGuard,
    theme: Theme,
    /// Which theme it is by the background of the terminal.
    themes: ThemeSet,
    /// What the terminal told of it.
    background: Option<[u8; 3]>,
    frames: FrameScheduler,
    drawn: Drawn,
    /// The text that changes by itself is due and waits for its frame.
    tick_waits: bool,
    suspend: bool,
}

impl Screen {
    pub(super) fn new(
        setup: Setup,
        themes: ThemeSet,
        clock: SharedClock,
        terminal: TerminalGuard,
        signals: Signals,
    ) -> Self {
        let face = WallClock::real();
        let now = ArrivalTime { at: clock.now(), face: face.elapsed() };
        Self {
            state: ScreenState::new(setup, terminal.size(), now),
            exit: None,
            clock,
            face,
            signals,
            input: terminal.input(),
            terminal,
            theme: themes.on(None),
            themes,
            background: None,
            frames: FrameScheduler::new(),
            drawn: Drawn::default(),
            tick_waits: false,
            suspend: false,
        }
    }

    /// Waits for what happens next. Giving up waiting loses nothing.
    pub(super) async fn happens(&mut self) -> Happened {
        let now = self.face.elapsed();
        let frame_in = self.frames.wait(now).filter(|_| !self.terminal.is_busy());
        let face_in = self.state.next_face_change().map(|at| at.saturating_sub(now));
        let wake_at = self.wake_at();
        tokio::select! {
            biased;
            signal = self.signals.next() => Happened::Signal(signal),
            event = self.input.next() => Happened::Input(event),
            () = self.terminal.sent() => Happened::Sent,
            () = pause(frame_in) => Happened::Frame,
            () = pause(face_in) => Happened::Time,
            () = reach(self.clock.as_ref(), wake_at) => Happened::Time,
        }
    }

    /// Takes it in; what that asks of the engine is the answer.
    pub(super) async fn handle(&mut self, happened: Happened) -> io::Result<Vec<Effect>> {
        let effects = match happened {
            Happened::Signal(Signal::End(ending)) => {
                self.exit = Some(Exit::Signal(ending));
                Vec::new()
            }
            Happened::Signal(Signal::Continued) => {
                let suspended = self.terminal.continued(&mut self.signals).await?;
                self.back(suspended)
            }
            Happened::Signal(Signal::Resized) => self.resized(),
            // As after a hang-up, also where that signal is ignored.
            Happened::Input(None) => {
                self.exit = Some(Exit::Signal(Termination::HangUp));
                Vec::new()
            }
            Happened::Input(Some(event)) => match event {
                InputEvent::Key(key) => self.take(Msg::Key(key), From::Person),
                InputEvent::Burst(keys) => self.take(Msg::Burst(keys), From::Person),
                InputEvent::Mouse(input) => self.mouse(input),
                InputEvent::Paste(text) => self.take(Msg::Paste(text), From::Person),
                InputEvent::Focus(has_focus) => self.take(Msg::Focus(has_focus), From::Program),
                InputEvent::Background(color) => {
                    self.background = Some(color);
                    self.theme = self.themes.on(self.background);
                    self.frames.input(self.face.elapsed());
                    Vec::new()
                }
                InputEvent::Attributes => {
                    self.terminal.answered();
                    Vec::new()
                }
            },
            Happened::Sent => Vec::new(),
            Happened::Frame => self.draw(),
            Happened::Time => self.tick(),
        };
        if std::mem::take(&mut self.suspend) {
            let suspended = self.terminal.suspend(&mut self.signals).await?;
            // A new size can ask for nothing that the key before it did not.
            self.back(suspended);
        }
        Ok(effects)
    }

    /// Takes in a message; what that asks of the engine is the answer.
    pub(super) fn take(&mut self, msg: Msg, from: From) -> Vec<Effect> {
        let now = ArrivalTime { at: self.clock.now(), face: self.face.elapsed() };
        if let Msg::OwnFiles(files) = &msg
            && let Some(themes) = &files.themes
        {
            self.themes = themes.clone();
            self.theme = self.themes.on(self.background);
        }
        let mut asked = Vec::new();
        for effect in update(&mut self.state, msg, now) {
            match effect {
                Effect::Quit => self.exit = Some(Exit::Quit),
                Effect::Suspend => self.suspend = true,
                Effect::Redraw => {
                    self.terminal.redraw();
                    self.state.dirty = true;
                }
                Effect::Notify(text) => self.terminal.notify(&text),
                Effect::Copy(clip) => {
                    if let Err(error) = self.terminal.copy(&clip.0) {
                        asked.extend(update(&mut self.state, Msg::Notice(error.to_string()), now));
                    }
                }
                other => asked.push(other),
            }
        }
        if std::mem::take(&mut self.state.dirty) {
            match from {
                From::Person => self.frames.input(now.face),
                From::Program => self.frames.data(now.face),
            }
        }
        asked
    }

    /// The mouse is about what was drawn last. Where it is not ours, nobody asked for its reports.
    fn mouse(&mut self, input: MouseInput) -> Vec<Effect> {
        let (MouseInput::Click(x, y) | MouseInput::Wheel(x, y, _)) = input;
        let Some(target) = self.drawn.hits.at(x, y).filter(|_| self.state.setup.mouse) else { return Vec::new() };
        let msg = match input {
            MouseInput::Click(..) => Msg::Click(target),
            MouseInput::Wheel(_, _, forward) => Msg::Wheel(target, forward),
        };
        self.take(msg, From::Person)
    }

    pub(super) fn draw(&mut self) -> Vec<Effect> {
        if self.terminal.is_busy() {
            self.frames.input(self.face.elapsed());
            return Vec::new();
        }
        // What is drawn is as of the moment of drawing, not of the last message.
        let effects = self.take(Msg::Tick, From::Program);
        let Self { terminal, state, theme, .. } = self;
        let mut drawn = Drawn::default();
        terminal.draw(|buffer| {
            drawn = draw_into(state, theme, buffer);
            drawn.caret
        });
        self.drawn = drawn;
        self.tick_waits = false;
        self.frames.drawn(self.face.elapsed());
        effects
    }

    /// When, in the desk's time, something changes by itself.
    fn wake_at(&self) -> Option<Timestamp> {
        let text = self.drawn.next_change.filter(|_| !self.tick_waits);
        [text, self.state.next_desk_change()].into_iter().flatten().min()
    }

    fn tick(&mut self) -> Vec<Effect> {
        let effects = self.take(Msg::Tick, From::Program);
        if self.drawn.next_change.is_some_and(|at| at <= self.state.now.at) {
            self.tick_waits = true;
            self.frames.next_change_at(Some(self.face.elapsed()));
        }
        effects
    }

    fn resized(&mut self) -> Vec<Effect> {
        let (columns, rows) = self.terminal.size();
        self.terminal.redraw();
        self.take(Msg::Resize(columns, rows), From::Person)
    }

    /// Goes on after the terminal was somebody else's: its size may be another one.
    fn back(&mut self, suspended: Suspended) -> Vec<Effect> {
        match suspended {
            Suspended::Ending(ending) => {
                self.exit = Some(Exit::Signal(ending));
                Vec::new()
            }
            Suspended::Back | Suspended::Alone => {
                self.input.reset();
                self.resized()
            }
        }
    }
}

/// Waits for a real length of time; for ever without one.
async fn pause(length: Option<Duration>) {
    match length {
        // A timer rounds up to the next millisecond, which somebody who pressed a key would wait.
        Some(Duration::ZERO) => {}
        Some(length) => tokio::time::sleep(length).await,
        None => futures::future::pending().await,
    }
}

/// Waits for a moment of the desk's time; for ever without one.
async fn reach(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => futures::future::pending().await,
    }
}

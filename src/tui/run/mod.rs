//! The screen in a real terminal: input first, data together, a frame only when something visible changed.

mod bookings;
mod effects;
mod lessons;
mod letters;
mod screen;

use std::io;
use std::sync::Arc;

use tokio::sync::{broadcast, mpsc};

use super::bulk_job::BulkJob;
use super::keymap::Keymap;
use super::reading::Mailboxes;
use super::terminal::{Restorer, TerminalError, TerminalGuard, TerminalOptions as Wanted, wait_for_foreground};
use super::theme::{ByBackground, Theme};
use super::{Effect, Msg, Setup};
use crate::clock::SharedClock;
use crate::domain::{Claim, Claims, DealershipId, Policy, TestBooking};
use crate::engine::Engine;
use crate::present::time::Zone;
use crate::protocol::Committed;
use crate::signals::{Signals, Termination};
use effects::Tasks;
use lessons::Teacher;
use screen::{From, Screen};

/// How many answers may wait for the screen before those who bring them wait.
const ANSWERS: usize = 256;

/// The title of the window. Nothing of a dealership is in it: titles are seen by others, and end in logs.
const TITLE: &str = "cloverwatch";

/// What the screen is told by whoever starts it.
pub struct ScreenOptions {
    pub keymap: Keymap,
    pub theme: Theme,
    /// Whether the terminal's window has a title.
    pub has_title: bool,
    /// The colours by the terminal's background, where it may be asked for it.
    pub themes: Option<ByBackground>,
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
    /// The mailboxes of the simulated dealers.
    pub mailboxes: Option<Arc<dyn Mailboxes>>,
    /// What should be said at the start.
    pub notices: Vec<String>,
    pub clock: SharedClock,
    /// The numbers of the process.
    pub policy: Policy,
    pub read_only: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Quit,
    Signal(Termination),
}

/// How the desk was left.
#[derive(Debug)]
pub struct Left {
    pub exit: Exit,
    /// What was asked for many and was under way, in words: it ended with the desk.
    pub unfinished: Vec<String>,
}

/// Shows the desk until somebody leaves it, and gives the terminal back. The terminal is taken at once; until the engine
/// is there the desk is empty and says what it waits for, and leaving it waits for nothing. The engine runs on: shutting
/// it down is the caller's, on every way out.
///
/// The inner error is that of `opening`; the terminal is whole again when it is returned.
///
/// # Errors
/// When there is no terminal, or it is gone.
pub async fn run<E>(
    opening: impl Future<Output = Result<Engine, E>>,
    options: ScreenOptions,
) -> Result<Result<Left, E>, TerminalError> {
    let mut signals = Signals::listen()?;
    let restorer = Restorer::new();
    // Before anything is opened: opening exchanges the hook for a while, and puts this one back.
    restorer.hook_panics();
    if let Some(ending) = wait_for_foreground(&mut signals).await? {
        return Ok(Ok(Left { exit: Exit::Signal(ending), unfinished: Vec::new() }));
    }
    let title = if options.has_title { TITLE } else { "" };
    let wanted = Wanted { title: title.into(), ask_background: options.themes.is_some() };
    let terminal = TerminalGuard::enter(wanted, &restorer)?;
    let (clock, themes) = (Arc::clone(&options.clock), (options.theme, options.themes));
    let (notices, appointment) = (options.notices.clone(), options.appointment.clone());
    let mut screen = Screen::new(options.setup(), themes, clock, terminal, signals);
    let engine = match open(&mut screen, opening).await? {
        Opened::Engine(engine) => engine,
        Opened::Failed(error) => return Ok(Err(error)),
        Opened::Left(exit) => return Ok(Ok(Left { exit, unfinished: Vec::new() })),
    };
    screen.state.setup.lessons = Some(Arc::new(Teacher { engine: engine.clone() }));
    Ok(Ok(Desk::new(engine, screen, appointment, notices).run().await?))
}

enum Opened<E> {
    Engine(Engine),
    Failed(E),
    Left(Exit),
}

/// The desk while there is no engine yet: keys and sizes are its own, whatever asks for an engine is left undone.
async fn open<E>(screen: &mut Screen, opening: impl Future<Output = Result<Engine, E>>) -> io::Result<Opened<E>> {
    let mut opening = std::pin::pin!(opening);
    screen.state.opening = true;
    loop {
        if let Some(exit) = screen.exit {
            return Ok(Opened::Left(exit));
        }
        tokio::select! {
            biased;
            opened = &mut opening => {
                screen.state.opening = false;
                return Ok(opened.map_or_else(Opened::Failed, Opened::Engine));
            }
            happened = screen.happens() => {
                screen.handle(happened).await?;
            }
        }
    }
}

impl ScreenOptions {
    fn setup(self) -> Setup {
        Setup {
            read_only: self.read_only,
            source: None,
            post: None,
            mails: false,
            mailboxes: self.mailboxes,
            lessons: None,
            me: self.me,
            zone: self.zone,
            policy: self.policy,
            claims: Arc::new(Nothing),
            keymap: Arc::new(self.keymap),
            store: self.store,
            partner: self.partner,
            demo: self.demo,
        }
    }
}

/// What is taken in books that are not open yet.
struct Nothing;

impl Claims for Nothing {
    fn holder(&self, _: &Claim) -> Option<DealershipId> {
        None
    }
}

/// Which codes and dealerCodes are taken, by the engine's book.
struct Taken(Engine);

impl Claims for Taken {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.0.read_model().holder(claim)
    }
}

struct Desk {
    engine: Engine,
    screen: Screen,
    errands: Tasks,
    answers: mpsc::Receiver<Msg>,
}

impl Desk {
    fn new(engine: Engine, mut screen: Screen, appointment: TestBooking, notices: Vec<String>) -> Self {
        let setup = &mut screen.state.setup;
        setup.read_only |= engine.read_only();
        setup.source = engine.code_origin();
        setup.post = engine.mail_name();
        setup.mails = engine.mails();
        setup.policy = engine.policy().clone();
        setup.claims = Arc::new(Taken(engine.clone()));
        let (tell, answers) = mpsc::channel(ANSWERS);
        let errands = Tasks::new(engine.clone(), &screen.state.setup.me, appointment, tell);
        screen.clock = Arc::clone(engine.clock());
        for notice in engine.info().notices.into_iter().chain(notices) {
            screen.take(Msg::Notice(notice), From::Program);
        }
        Self { engine, screen, errands, answers }
    }

    async fn run(mut self) -> io::Result<Left> {
        // Followed before the books are read, so that nothing falls between.
        let mut commits = self.engine.subscribe();
        let mut status = self.engine.status();
        let first = status.borrow_and_update().clone();
        self.take(Msg::Status(first));
        self.errands.load();
        self.errands.load_tail(0);
        // Before anything is begun in this run, and while everything else is being read: it reads files.
        let cut_off = self.engine.cut_off().await;
        self.take(Msg::CutOff(cut_off));
        let effects = self.screen.draw();
        self.perform(effects);
        loop {
            if let Some(exit) = self.screen.exit {
                let works = self.screen.state.jobs.iter().filter(|work| !work.is_over() && work.is_bulk());
                return Ok(Left { exit, unfinished: works.map(BulkJob::unfinished).collect() });
            }
            tokio::select! {
                biased;
                happened = self.screen.happens() => {
                    let effects = self.screen.handle(happened).await?;
                    self.perform(effects);
                }
                Some(msg) = self.answers.recv() => self.take(msg),
                commit = commits.recv() => self.committed(commit),
                changed = status.changed(), if !self.errands.engine_is_gone() => match changed {
                    Ok(()) => {
                        let now = status.borrow_and_update().clone();
                        self.take(Msg::Status(now));
                        self.look_again();
                    }
                    Err(_) => self.errands.engine_has_gone(),
                },
            }
        }
    }

    /// Takes in what the program tells.
    fn take(&mut self, msg: Msg) {
        let effects = self.screen.take(msg, From::Program);
        self.perform(effects);
    }

    fn committed(&mut self, commit: Result<Committed, broadcast::error::RecvError>) {
        match commit {
            Ok(committed) => self.take(Msg::Committed(committed)),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                let newest = self.screen.state.tail.newest().map_or(0, |event| event.seq);
                self.errands.load();
                self.errands.load_tail(newest);
                if let Some(id) = self.screen.state.detail.asked {
                    self.errands.load_timeline(id);
                }
            }
            // The store is closed: the program is ending, and whoever ends it ends the screen too.
            Err(broadcast::error::RecvError::Closed) => self.screen.exit = Some(Exit::Quit),
        }
    }

    /// The last look at the dealership in the detail pane: looks that change nothing make no event.
    fn look_again(&mut self) {
        if let Some(id) = self.screen.state.detail.asked {
            let probe = self.engine.probe_status(id);
            self.take(Msg::Probe(id, probe));
        }
    }

    /// Does what the screen asks of the engine.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::LoadTimeline(id) => {
                    self.errands.load_timeline(id);
                    self.look_again();
                }
                Effect::Execute(work, items) => self.errands.execute(work, items),
                Effect::Obtain(work, items) => self.errands.obtain(work, items),
                Effect::Paste(work, codes) => self.errands.paste(work, codes),
                Effect::Check(work, ids) => self.errands.check(work, ids),
                Effect::Stop(work) => self.errands.stop(work),
                Effect::ShowServices(id) => self.errands.show_services(id),
                Effect::ShowSlots(id) => self.errands.show_slots(id),
                Effect::Plan(id, local, moves) => {
                    let planned = self.errands.plan(id, local, moves);
                    let effects = self.screen.take(Msg::Planned(id, local, planned), From::Person);
                    self.perform(effects);
                }
                Effect::Book(id, planned) => self.errands.book(id, planned),
                Effect::ReadBack(id) => self.errands.read_back(id),
                Effect::ReadLetter(ticket, id, letter) => {
                    let text = self.errands.read_letter(id, letter);
                    let effects = self.screen.take(Msg::Letter(ticket, text), From::Person);
                    self.perform(effects);
                }
                Effect::PreviewLetter(ticket, id, kind, as_if) => {
                    let text = self.errands.preview_letter(id, kind, &as_if);
                    let effects = self.screen.take(Msg::Letter(ticket, text), From::Person);
                    self.perform(effects);
                }
                Effect::OpenMailbox(ticket, address) => {
                    if let Some(mailboxes) = self.screen.state.setup.mailboxes.clone() {
                        self.errands.open_mailbox(ticket, address, mailboxes);
                    }
                }
                Effect::Teach(work, lesson) => {
                    if let Some(lessons) = self.screen.state.setup.lessons.clone() {
                        self.errands.teach(work, *lesson, lessons);
                    }
                }
                Effect::PutAway(id) => self.errands.put_away(id),
                // The screen has done these by itself.
                Effect::Quit | Effect::Suspend | Effect::Redraw | Effect::Copy(_) => {}
            }
        }
    }
}

//! The screen in a real terminal: input first, data together, a frame only when something visible changed.

mod adopt;
mod save;
mod screen;
mod tasks;

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::{BoxFuture, OptionFuture};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::bulk_job::BulkJob;
use super::kept_desk::KeptDesk;
use super::keymap::Keymap;
use super::notifier::NotifySequence;
use super::own_files::ReadAgain;
use super::reading::Mailboxes;
use super::terminal::{
    Restorer, TerminalError, TerminalGuard, TerminalOptions as Wanted, drawing, wait_for_foreground,
};
use super::theme::ThemeSet;
use super::update::{leave_past, table_starts};
use super::{DeskStart, Effect, Msg, Setup};
use crate::client::{Notifications, SharedClient};
use crate::clock::SharedClock;
use crate::domain::{Environment, NoClaims, Policy, TestBooking};
use crate::present::time::Zone;
use crate::present::view::SavedView;
use crate::protocol::{EngineInfo, Notification, OwnerState};
use crate::signals::{Signals, Termination};
use adopt::adopt;
use screen::{From, Screen};
use tasks::Tasks;

/// How many answers may wait for the screen before those who bring them wait.
const ANSWERS: usize = 256;

/// The title of the window. Nothing of a dealership is in it: titles are seen by others, and end in logs.
const TITLE: &str = "cloverwatch";

/// What the screen is told by whoever starts it.
pub struct ScreenOptions {
    pub keymap: Keymap,
    /// How somebody is told who looks elsewhere.
    pub notify: Option<NotifySequence>,
    pub themes: ThemeSet,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Whether the terminal's window has a title.
    pub has_title: bool,
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
    /// What is known of it before the engine tells.
    pub environment: Option<Environment>,
    /// The mailboxes of the simulated dealers.
    pub mailboxes: Option<Arc<Mailboxes>>,
    /// Whether a panic of the current thread is caught and told elsewhere: then the screen leaves it alone.
    pub panic_is_caught: fn() -> bool,
    /// What should be said at the start.
    pub notices: Vec<String>,
    pub clock: SharedClock,
    /// The numbers of the process.
    pub policy: Policy,
    pub read_only: bool,
    pub views: Vec<SavedView>,
    pub start: DeskStart,
    /// Looks after the operator's own files.
    pub read_again: ReadAgain,
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
    /// How it looked; `None`: it had shown nothing yet.
    pub kept: Option<KeptDesk>,
}

/// A way to an engine that is under way.
pub type Opening<E> = BoxFuture<'static, Result<SharedClient, E>>;

/// Shows the desk until somebody leaves it, and gives the terminal back. The terminal is taken at once; until the engine
/// is there the desk is empty and says what it waits for, and leaving it waits for nothing. When the engine was another
/// process's and that ends, a new one is opened under the same desk. The caller shuts the engine down.
///
/// The inner error is that of `opener`; the terminal is whole again when it is returned.
///
/// Must be inside a runtime of several threads.
pub async fn run<E: Send + 'static>(
    opener: impl Fn() -> Opening<E> + Send + Sync + 'static,
    options: ScreenOptions,
) -> Result<Result<Left, E>, TerminalError> {
    let signals = Signals::listen()?;
    // Where nobody waits for the screen any more, its own thread may take a moment to hear of that.
    let restorer = scopeguard::guard(Restorer::new(), |restorer| restorer.close());
    // Before anything is opened: opening exchanges the hook for a while, and puts this one back.
    restorer.hook_panics(options.panic_is_caught);
    // A task is woken on the thread that hears of a key; a future that is blocked on would be woken by that thread.
    let shown = tokio::spawn(drawing(show(opener, options, signals, Arc::clone(&restorer))));
    AbortOnDropHandle::new(shown).await.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(error) => Err(TerminalError::Io(io::Error::other(error))),
    })
}

async fn show<E>(
    opener: impl Fn() -> Opening<E>,
    options: ScreenOptions,
    mut signals: Signals,
    restorer: Arc<Restorer>,
) -> Result<Result<Left, E>, TerminalError> {
    if let Some(ending) = wait_for_foreground(&mut signals).await? {
        return Ok(Ok(Left { exit: Exit::Signal(ending), unfinished: Vec::new(), kept: None }));
    }
    let title = if options.has_title { TITLE } else { "" };
    let wanted = Wanted {
        title: title.into(),
        ask_background: options.themes.asks(),
        mouse: options.mouse,
        notify: options.notify,
    };
    let terminal = TerminalGuard::enter(wanted, &restorer)?;
    let (clock, themes) = (Arc::clone(&options.clock), options.themes.clone());
    let notices = options.notices.clone();
    let (setup, read_again) = options.setup();
    let mut screen = Screen::new(setup, themes, clock, terminal, signals);
    let client = match open(&mut screen, opener()).await? {
        Opened::Client(client) => client,
        Opened::Failed(error) => return Ok(Err(error)),
        Opened::Left(exit) => return Ok(Ok(Left { exit, unfinished: Vec::new(), kept: None })),
    };
    Ok(Box::pin(Desk::new(client, screen, notices, read_again).run(&opener)).await?)
}

enum Opened<E> {
    Client(SharedClient),
    Failed(E),
    Left(Exit),
}

/// The desk while there is no engine yet: keys and sizes are its own, whatever asks for an engine is left undone.
async fn open<E>(screen: &mut Screen, mut opening: Opening<E>) -> io::Result<Opened<E>> {
    screen.state.opening = true;
    loop {
        if let Some(exit) = screen.exit {
            return Ok(Opened::Left(exit));
        }
        tokio::select! {
            biased;
            opened = &mut opening => {
                screen.state.opening = false;
                return Ok(opened.map_or_else(Opened::Failed, Opened::Client));
            }
            happened = screen.happens() => {
                screen.handle(happened).await?;
            }
        }
    }
}

impl ScreenOptions {
    fn setup(self) -> (Setup, ReadAgain) {
        let setup = Setup {
            read_only: self.read_only,
            source: None,
            mail_name: None,
            mails: false,
            mailboxes: self.mailboxes,
            me: self.me,
            zone: self.zone,
            policy: self.policy,
            claims: Arc::new(NoClaims),
            keymap: Arc::new(self.keymap),
            mouse: self.mouse,
            store: self.store,
            partner: self.partner,
            appointment: self.appointment,
            environment: self.environment,
            owner: None,
            views: self.views,
            start: self.start,
            desk: rand::random(),
        };
        (setup, self.read_again)
    }
}

struct Desk {
    client: SharedClient,
    screen: Screen,
    tasks: Tasks,
    answers: mpsc::Receiver<Msg>,
}

impl Desk {
    fn new(client: SharedClient, mut screen: Screen, notices: Vec<String>, read_again: ReadAgain) -> Self {
        adopt(&mut screen, &client);
        let owner =
            client.info().owner.as_ref().map(|owner| format!("working through the owner of the store, {owner}"));
        let (tell, answers) = mpsc::channel(ANSWERS);
        let mut tasks = Tasks::new(Arc::clone(&client), &screen.state.setup.me, tell);
        tasks.watch_files(read_again);
        for notice in client.info().notices.iter().cloned().chain(owner).chain(notices) {
            screen.take(Msg::Notice(notice), From::Program);
        }
        Self { client, screen, tasks, answers }
    }

    async fn run<E>(mut self, opener: &impl Fn() -> Opening<E>) -> io::Result<Result<Left, E>> {
        // Followed before the states are read, so that nothing falls between.
        let notifications = self.client.subscribe();
        self.read_all();
        let effects = self.screen.draw();
        self.perform(effects);
        self.follow(notifications, opener).await
    }

    async fn follow<E>(
        mut self,
        mut notifications: Notifications,
        opener: &impl Fn() -> Opening<E>,
    ) -> io::Result<Result<Left, E>> {
        let mut opening = OptionFuture::from(None::<Opening<E>>);
        loop {
            if let Some(exit) = self.screen.exit {
                let works = self.screen.state.jobs.iter().filter(|work| !work.is_over() && work.is_bulk());
                let unfinished = works.map(BulkJob::unfinished).collect();
                leave_past(&mut self.screen.state);
                let kept = self.screen.state.loaded.then(|| self.screen.state.kept());
                return Ok(Ok(Left { exit, unfinished, kept }));
            }
            tokio::select! {
                biased;
                happened = self.screen.happens() => {
                    let effects = self.screen.handle(happened).await?;
                    self.perform(effects);
                }
                Some(msg) = self.answers.recv() => self.answered(msg),
                Some(opened) = &mut opening => {
                    opening = None.into();
                    match opened {
                        Ok(client) => notifications = self.go_on(client),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                Some(notification) = notifications.next() => {
                    // Meanwhile what is asked for is refused by the client of the owner that has ended.
                    if notification == Notification::Owner(OwnerState::Gone) {
                        opening = Some(opener()).into();
                    }
                    self.notified(notification);
                }
            }
        }
    }

    /// Goes on with the engine that came after one that has ended.
    fn go_on(&mut self, client: SharedClient) -> Notifications {
        let notifications = client.subscribe();
        adopt(&mut self.screen, &client);
        self.tasks.ask_of(Arc::clone(&client));
        self.screen.state.presence.forget_told();
        let EngineInfo { owner, notices, .. } = client.info();
        let owner = match owner {
            Some(owner) => format!("working through the new owner of the store, {owner}"),
            None => "this desk owns the store now".to_owned(),
        };
        for notice in notices.iter().cloned().chain([owner]) {
            self.take(Msg::Notice(notice));
        }
        self.take(Msg::Owner(OwnerState::Answers));
        self.client = client;
        self.read_all();
        notifications
    }

    fn read_all(&mut self) {
        self.take(Msg::Status(Box::new(self.client.status())));
        self.read_anew();
        self.tasks.load_cut_off();
    }

    /// Reads what may have been missed.
    fn read_anew(&mut self) {
        let newest = self.screen.state.tail.newest().map_or(0, |event| event.seq);
        self.tasks.load(table_starts(&self.screen.state));
        self.tasks.load_tail(newest);
        if let Some(id) = self.screen.state.detail.asked {
            self.tasks.load_timeline(id);
        }
    }

    /// Takes in what the program tells.
    fn take(&mut self, msg: Msg) {
        let effects = self.screen.take(msg, From::Program);
        self.perform(effects);
    }

    /// Takes in what was asked for. Whoever waits for one thing sees it at once.
    fn answered(&mut self, msg: Msg) {
        if let Msg::Over(work) = msg {
            self.tasks.over(work);
        }
        let is_awaited =
            matches!(msg, Msg::FirstPage(_) | Msg::Loaded(_) | Msg::Answer(..) | Msg::EventPage(..) | Msg::SeekOn);
        let from = if is_awaited { From::Person } else { From::Program };
        let effects = self.screen.take(msg, from);
        self.perform(effects);
    }

    fn notified(&mut self, notification: Notification) {
        match notification {
            Notification::Committed(committed) => self.take(Msg::Committed(committed)),
            Notification::Status(status) => {
                self.take(Msg::Status(status));
                self.load_probe();
            }
            Notification::Lagged => self.read_anew(),
            Notification::Owner(owner) => self.take(Msg::Owner(owner)),
            // The program is ending, and whoever ends it ends the screen too.
            Notification::Ended => self.screen.exit = Some(Exit::Quit),
        }
    }

    /// The last probe of the dealership in the detail pane.
    fn load_probe(&mut self) {
        if let Some(id) = self.screen.state.detail.asked {
            self.tasks.load_probe(id);
        }
    }

    /// Does what the screen asks for.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::LoadTimeline(id) => {
                    self.tasks.load_timeline(id);
                    self.load_probe();
                }
                Effect::Ask(work, request) => self.tasks.ask(work, request),
                Effect::LoadEvents(query) => self.tasks.load_events(query),
                Effect::SeekOn => self.tasks.seek_on(),
                Effect::SaveEvents(path, query) => self.tasks.save_events(path, query, self.screen.state.setup.zone),
                Effect::Stop(work) => self.tasks.stop(work),
                Effect::ReadPast(work) => self.tasks.read_past(work),
                Effect::FoldPast(work, to) => {
                    if let Some((log, spare)) = self.screen.state.past.as_mut().and_then(|past| past.take_spare()) {
                        self.tasks.fold_past(work, log, spare, to);
                    }
                }
                Effect::OpenMailbox(ticket, address) => {
                    if let Some(mailboxes) = self.screen.state.setup.mailboxes.clone() {
                        self.tasks.open_mailbox(ticket, address, mailboxes);
                    }
                }
                // The screen has done these by itself.
                Effect::Quit | Effect::Suspend | Effect::Redraw | Effect::Notify(_) | Effect::Copy(_) => {}
            }
        }
    }
}

//! The preview in a real terminal.

use tokio::task::JoinHandle;

use crate::signals::{Signal, Signals, Termination};
use crate::tui::terminal::input::InputEvent;
use crate::tui::terminal::{Restorer, Suspended, TerminalError, TerminalGuard, TerminalOptions, drawing};
use crate::tui::theme::{Theme, ThemeSet};
use crate::tui::view::ascii::to_ascii;

use super::{Preview, PreviewAction, PreviewOutcome, draw};

/// How the preview was left.
#[derive(Debug)]
pub enum Chosen {
    /// The list is to be taken in with these columns.
    Accepted(Box<Preview>),
    Left,
    /// A signal ended the program.
    Signal(Termination),
}

/// Shows the preview until somebody accepts or leaves it. `look` finds out what the choices would do, and the command
/// that makes them; it may take its time.
pub async fn choose(
    preview: Preview,
    themes: ThemeSet,
    look: impl Fn(&Preview) -> (String, PreviewOutcome) + Clone + Send + 'static,
) -> Result<Chosen, TerminalError> {
    drawing(show(preview, themes, look)).await
}

async fn show(
    preview: Preview,
    themes: ThemeSet,
    look: impl Fn(&Preview) -> (String, PreviewOutcome) + Clone + Send + 'static,
) -> Result<Chosen, TerminalError> {
    let mut signals = Signals::listen()?;
    let restorer = Restorer::new();
    restorer.hook_panics(|| false);
    let wanted = TerminalOptions { ask_background: themes.asks(), ..TerminalOptions::default() };
    let terminal = TerminalGuard::enter(wanted, &restorer)?;
    let mut input = terminal.input();
    let mut screen = Screen { preview, theme: themes.on(None), terminal, looking: None };
    screen.look(look.clone());
    loop {
        screen.draw();
        let Screen { terminal, looking, .. } = &mut screen;
        let happened = tokio::select! {
            biased;
            signal = signals.next() => Happened::Signal(signal),
            event = input.next() => Happened::Input(event),
            looked = looked(looking) => Happened::Looked(looked),
            () = terminal.sent() => Happened::Sent,
        };
        let answer = match happened {
            Happened::Signal(Signal::End(ending)) => return Ok(Chosen::Signal(ending)),
            Happened::Input(None) => return Ok(Chosen::Signal(Termination::HangUp)),
            Happened::Signal(Signal::Continued) => match screen.terminal.continued(&mut signals).await? {
                Suspended::Ending(ending) => return Ok(Chosen::Signal(ending)),
                Suspended::Back | Suspended::Alone => PreviewAction::Stay,
            },
            happened => screen.handle(happened, &themes),
        };
        match answer {
            PreviewAction::Stay => {}
            PreviewAction::Changed => screen.look(look.clone()),
            PreviewAction::Accept => return Ok(Chosen::Accepted(Box::new(screen.preview))),
            PreviewAction::Leave => return Ok(Chosen::Left),
            PreviewAction::Suspend => match screen.terminal.suspend(&mut signals).await? {
                Suspended::Ending(ending) => return Ok(Chosen::Signal(ending)),
                Suspended::Back | Suspended::Alone => input.reset(),
            },
        }
    }
}

struct Screen {
    preview: Preview,
    theme: Theme,
    terminal: TerminalGuard,
    /// What the present choices would do, once it is known.
    looking: Option<JoinHandle<(String, PreviewOutcome)>>,
}

impl Screen {
    /// Finds out what the choices would do. What is asked about older ones is of no interest any more.
    fn look(&mut self, look: impl Fn(&Preview) -> (String, PreviewOutcome) + Send + 'static) {
        let preview = self.preview.clone();
        self.looking = Some(tokio::task::spawn_blocking(move || look(&preview)));
    }

    fn handle(&mut self, happened: Happened, themes: &ThemeSet) -> PreviewAction {
        match happened {
            Happened::Signal(_) => self.terminal.redraw(),
            Happened::Looked((command, outcome)) => {
                (self.preview.command, self.preview.outcome) = (command, Some(outcome));
            }
            Happened::Input(Some(InputEvent::Key(key))) => return self.preview.key(key),
            Happened::Input(Some(InputEvent::Background(color))) => {
                self.theme = themes.on(Some(color));
            }
            Happened::Input(Some(InputEvent::Attributes)) => self.terminal.answered(),
            // Nothing is typed here, so nothing can be pasted.
            Happened::Input(_) | Happened::Sent => {}
        }
        PreviewAction::Stay
    }

    fn draw(&mut self) {
        let Self { preview, theme, terminal, .. } = self;
        terminal.draw(|buffer| {
            draw(preview, theme, buffer);
            if theme.ascii {
                to_ascii(buffer);
            }
            None
        });
    }
}

enum Happened {
    Signal(Signal),
    Input(Option<InputEvent>),
    Looked((String, PreviewOutcome)),
    Sent,
}

/// Waits until it is known what the choices would do; for ever when nothing was asked. Giving up waiting loses nothing.
async fn looked(looking: &mut Option<JoinHandle<(String, PreviewOutcome)>>) -> (String, PreviewOutcome) {
    let Some(handle) = looking else { return futures::future::pending().await };
    let looked = handle.await;
    *looking = None;
    let failed = |error: String| (String::new(), PreviewOutcome { lines: vec![error], is_possible: false });
    looked.unwrap_or_else(|error| failed(error.to_string()))
}

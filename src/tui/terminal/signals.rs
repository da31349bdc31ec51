//! Signals of the process: those that end it, and the one that follows a suspension.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// Why the program is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
}

impl Ending {
    /// The signal's number.
    pub const fn number(self) -> u8 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }

    /// The exit code that says so: 128 and the signal's number.
    pub const fn exit_code(self) -> u8 {
        128 + self.number()
    }
}

/// A signal that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End cleanly.
    End(Ending),
    /// The process goes on after it was stopped; the terminal may have been used by others meanwhile.
    Continued,
}

/// Listens to the signals, from its making on: make it before the terminal is entered.
#[derive(Debug)]
pub struct Signals {
    endings: [(Ending, Listener); 3],
    continued: Listener,
}

impl Signals {
    /// Begins to listen. Needs a runtime. An error means that the process may not have handlers.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            // The strongest first: they are asked in this order.
            endings: [
                (Ending::Terminate, signal(SignalKind::terminate())?),
                (Ending::HangUp, signal(SignalKind::hangup())?),
                (Ending::Interrupt, signal(SignalKind::interrupt())?),
            ],
            continued: signal(SignalKind::from_raw(Number::CONT.as_raw()))?,
        })
    }

    /// The next signal; one that ends the program comes before one that continues it.
    pub async fn next(&mut self) -> Signal {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Signal> {
        for (ending, listener) in &mut self.endings {
            if listener.poll_recv(cx).is_ready() {
                return Poll::Ready(Signal::End(*ending));
            }
        }
        self.continued.poll_recv(cx).map(|_| Signal::Continued)
    }
}

impl Stream for Signals {
    type Item = Signal;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        self.get_mut().poll(cx).map(Some)
    }
}

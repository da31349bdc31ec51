//! Signals of the process: those that end it, those that tell of its terminal.

use std::io;
use std::task::{Context, Poll};

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// Why the program is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    Interrupt,
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
}

impl Termination {
    pub const fn number(self) -> u8 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }

    const fn kind(self) -> SignalKind {
        match self {
            Self::HangUp => SignalKind::hangup(),
            Self::Interrupt => SignalKind::interrupt(),
            Self::Terminate => SignalKind::terminate(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    End(Termination),
    /// The process goes on after it was stopped; the terminal may have been used by others meanwhile.
    Continued,
    /// The terminal has another size.
    Resized,
}

/// Listens to the signals, from its making on: make it before the terminal is entered.
#[derive(Debug)]
pub struct Signals {
    endings: Vec<(Termination, Listener)>,
    continued: Listener,
    resized: Listener,
}

impl Signals {
    /// Begins to listen. A signal that whoever started the program had it ignore, as `nohup` does, stays ignored. Needs
    /// a runtime. An error means that the process may not have handlers.
    pub fn listen() -> io::Result<Self> {
        let mut endings = Vec::new();
        // The strongest first: they are asked in this order.
        for ending in [Termination::Terminate, Termination::HangUp, Termination::Interrupt] {
            if !is_ignored(ending.number()) {
                endings.push((ending, signal(ending.kind())?));
            }
        }
        Ok(Self {
            endings,
            continued: signal(SignalKind::from_raw(Number::CONT.as_raw()))?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// The next signal; one that ends the program comes before the others.
    pub async fn next(&mut self) -> Signal {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// The next signal that ends the program; others are passed over.
    pub async fn ending(&mut self) -> Termination {
        loop {
            if let Signal::End(ending) = self.next().await {
                return ending;
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Signal> {
        for (ending, listener) in &mut self.endings {
            if listener.poll_recv(cx).is_ready() {
                return Poll::Ready(Signal::End(*ending));
            }
        }
        if self.continued.poll_recv(cx).is_ready() {
            return Poll::Ready(Signal::Continued);
        }
        self.resized.poll_recv(cx).map(|_| Signal::Resized)
    }
}

/// From now on a limit on the size of files (`ulimit -f`) is an error of the write that meets it, as a full disk is, and not
/// the end of the process: a handler is there, and nobody listens. Needs a runtime.
pub fn survive_file_size_limit() -> io::Result<()> {
    signal(SignalKind::from_raw(Number::XFSZ.as_raw())).map(drop)
}

/// Whether the process ignores a signal. Linux tells it; where nobody does, none counts as ignored. (`sigaction` would
/// say it everywhere, but there is no safe call of it.)
fn is_ignored(number: u8) -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, number))
}

fn ignores(status: &str, number: u8) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (number - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_mask() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000440\n";
        assert!(ignores(status, 1) && ignores(status, 13));
        assert!(!ignores(status, 2) && !ignores(status, 15));
        assert!(!ignores("", 1) && !ignores("SigIgn:\tx", 1));
    }
}

//! Reading the terminal: everything that is there, at once.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use super::{Bursts, Decoder, InputEvent};
use crate::clock::{Clock, WallClock};
use crate::tui::terminal::Tty;

/// The room for one read; the kernel keeps no more than this for a terminal.
const ROOM: usize = 4096;

/// The most that is taken in before somebody looks at it.
const MOST_AT_ONCE: usize = 1024 * 1024;

/// The events of a terminal, as they come.
#[derive(Debug)]
pub struct InputReader {
    tty: Tty,
    decoder: Decoder,
    bursts: Bursts,
    clock: WallClock,
    waiting: VecDeque<InputEvent>,
    room: Vec<u8>,
    gone: bool,
}

impl InputReader {
    /// Reads a terminal from now on.
    pub fn new(tty: Tty) -> Self {
        Self {
            tty,
            decoder: Decoder::default(),
            bursts: Bursts::default(),
            clock: WallClock::real(),
            waiting: VecDeque::new(),
            room: vec![0; ROOM],
            gone: false,
        }
    }

    /// The next event; `None` when the terminal is gone. Giving up waiting loses nothing.
    pub async fn next(&mut self) -> Option<InputEvent> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.gone {
                return None;
            }
            let deadline = [self.decoder.deadline(), self.bursts.deadline()].into_iter().flatten().min();
            let wait = deadline.map(|at| at.saturating_sub(self.clock.elapsed()));
            let read = tokio::select! {
                biased;
                read = self.tty.read_ready(&mut self.room) => read,
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => self.tty.read(&mut self.room),
            };
            self.take_in(read);
        }
    }

    /// Forgets what was begun: the terminal was somebody else's meanwhile.
    pub fn reset(&mut self) {
        self.decoder.reset();
        self.bursts = Bursts::default();
    }

    /// Takes in what was read, and whatever else is there.
    fn take_in(&mut self, mut read: io::Result<usize>) {
        let mut events = Vec::new();
        let mut taken = 0;
        let now = self.clock.elapsed();
        loop {
            match read {
                Ok(length) if length > 0 => {
                    self.decoder.feed(self.room.get(..length).unwrap_or_default(), now, &mut events);
                    taken += length;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // An end, or an error: the window was closed, the line is dead.
                _ => {
                    self.gone = true;
                    break;
                }
            }
            if taken >= MOST_AT_ONCE {
                break;
            }
            read = self.tty.read(&mut self.room);
        }
        if taken == 0 {
            self.decoder.expire(now, &mut events);
        }
        self.bursts.take(events, now, &mut self.waiting);
    }
}

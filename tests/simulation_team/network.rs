//! Connections between the processes of one machine, in memory: each can be cut in the middle of a frame, held up in one
//! direction, or read in small pieces.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use cloverwatch::attach::{ReadEnd, WriteEnd};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

/// How many bytes may be on their way in one direction.
const ROOM: usize = 16 * 1024;

pub type Ends = (ReadEnd, WriteEnd);

/// One direction of a connection.
#[derive(Default)]
struct Way {
    bytes: VecDeque<u8>,
    /// Nothing more is written; what was is still read.
    ended: bool,
    /// After so many bytes more it is cut.
    left: Option<usize>,
    /// Nothing is read for now.
    held: bool,
    /// How many bytes are read at once.
    piece: Option<usize>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Way {
    fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }
}

struct Connection {
    ways: [Mutex<Way>; 2],
    moved: Arc<AtomicU64>,
}

impl Connection {
    fn change(&self, change: impl Fn(&mut Way)) {
        self.moved.fetch_add(1, Ordering::SeqCst);
        for way in &self.ways {
            let mut way = way.lock();
            change(&mut way);
            way.wake();
        }
    }

    fn cut(&self) {
        self.change(|way| (way.ended, way.held) = (true, false));
    }
}

/// An end at which one reads what comes by a way, or writes; dropping it ends that way.
struct End {
    connection: Arc<Connection>,
    way: usize,
}

impl End {
    fn way(&self) -> parking_lot::MutexGuard<'_, Way> {
        self.connection.ways[self.way].lock()
    }

    fn moved(&self) {
        self.connection.moved.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut way = self.way();
        way.ended = true;
        way.wake();
        drop(way);
        self.moved();
    }
}

impl AsyncRead for End {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut way = self.way();
        if way.held || (way.bytes.is_empty() && !way.ended) {
            way.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let most = way.piece.unwrap_or(usize::MAX).min(buf.remaining()).min(way.bytes.len());
        let some: Vec<u8> = way.bytes.drain(..most).collect();
        buf.put_slice(&some);
        if let Some(writer) = way.writer.take() {
            writer.wake();
        }
        drop(way);
        self.moved();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut way = self.way();
        if way.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = ROOM.saturating_sub(way.bytes.len());
        if room == 0 {
            way.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        let most = bytes.len().min(room).min(way.left.unwrap_or(usize::MAX));
        way.bytes.extend(&bytes[..most]);
        way.left = way.left.map(|left| left - most);
        let is_cut = way.left == Some(0);
        if let Some(reader) = way.reader.take() {
            reader.wake();
        }
        drop(way);
        self.moved();
        if is_cut {
            self.connection.cut();
        }
        Poll::Ready(Ok(most))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct State {
    rng: StdRng,
    /// Who listens, by its place.
    listeners: [Option<mpsc::UnboundedSender<Ends>>; 2],
    connections: Vec<Weak<Connection>>,
}

pub struct Network {
    state: Mutex<State>,
    moved: Arc<AtomicU64>,
}

impl Network {
    pub fn new(seed: u64) -> Arc<Self> {
        let state = State { rng: StdRng::seed_from_u64(seed), listeners: [None, None], connections: Vec::new() };
        Arc::new(Self { state: Mutex::new(state), moved: Arc::default() })
    }

    /// Grows with everything that is read, written or cut.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::SeqCst)
    }

    /// Whoever attaches at a place from now on.
    pub fn listen(&self, place: usize) -> mpsc::UnboundedReceiver<Ends> {
        let (accept, accepted) = mpsc::unbounded_channel();
        self.state.lock().listeners[place] = Some(accept);
        accepted
    }

    /// Connects to one of those who listen; `None`: nobody does.
    pub fn connect(&self) -> Option<Ends> {
        let mut state = self.state.lock();
        let first = state.rng.random_range(0..2);
        let listener = [first, 1 - first].into_iter().find_map(|place| {
            let listener = state.listeners[place].as_ref()?;
            (!listener.is_closed()).then(|| listener.clone())
        })?;
        let connection = Arc::new(Connection { ways: Default::default(), moved: Arc::clone(&self.moved) });
        state.connections.retain(|other| other.strong_count() > 0);
        state.connections.push(Arc::downgrade(&connection));
        let ends = |reads: usize| -> Ends {
            let end = |way| Box::new(End { connection: Arc::clone(&connection), way });
            (end(reads), end(1 - reads))
        };
        listener.send(ends(0)).ok()?;
        self.moved.fetch_add(1, Ordering::SeqCst);
        Some(ends(1))
    }

    /// Something goes wrong with one of the connections.
    pub fn fail(&self) {
        let mut state = self.state.lock();
        let open: Vec<_> = state.connections.iter().filter_map(Weak::upgrade).collect();
        if open.is_empty() {
            return;
        }
        let connection = &open[state.rng.random_range(0..open.len())];
        let (place, choice) = (state.rng.random_range(0..2), state.rng.random_range(0..6));
        let bytes = state.rng.random_range(1..2_000);
        drop(state);
        let way = || connection.ways[place].lock();
        match choice {
            0 => connection.cut(),
            1 | 2 => way().left = Some(bytes),
            3 | 4 => way().held = true,
            _ => way().piece = Some(bytes % 100 + 7),
        }
    }

    /// What was held up goes on.
    pub fn release(&self) {
        let open: Vec<_> = self.state.lock().connections.iter().filter_map(Weak::upgrade).collect();
        for connection in open {
            connection.change(|way| way.held = false);
        }
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        let open: Vec<_> = self.state.lock().connections.iter().filter_map(Weak::upgrade).collect();
        for connection in open {
            connection.change(|way| (way.left, way.held, way.piece) = (None, false, None));
        }
    }
}

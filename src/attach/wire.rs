//! What goes over the socket: a line of JSON each way to greet, then lines of JSON.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::domain::{Onboarding, Timestamp};
use crate::protocol::{EngineInfo, Notification, Request, Response, Status};

/// The two halves of a connection: that of a socket, or of a simulated one.
pub type ReadEnd = Box<dyn AsyncRead + Send + Unpin>;
pub type WriteEnd = Box<dyn AsyncWrite + Send + Unpin>;

/// Changes with every change of what is said here.
pub const PROTOCOL: u32 = 7;
/// What is said depends on the kinds of events and commands, so programs of one version only understand each other.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest frame in bytes: a list of 100,000 dealerships fits.
pub const LONGEST_FRAME: usize = 64 * 1024 * 1024;
/// The longest greeting in bytes.
pub(super) const LONGEST_GREETING: usize = 64 * 1024;
/// Above this the memory of a frame that was read is given back.
const KEPT: usize = 1024 * 1024;
/// How many frames may wait to be written before those who bring them wait.
pub(super) const FRAMES_WAITING: usize = 32;

/// What every version begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Greeting {
    pub cloverwatch: String,
    pub protocol: u32,
}

impl Greeting {
    pub fn ours() -> Self {
        Self { cloverwatch: VERSION.to_owned(), protocol: PROTOCOL }
    }

    pub fn understands_us(&self) -> bool {
        self.protocol == PROTOCOL && self.cloverwatch == VERSION
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClientHello {
    #[serde(flatten)]
    pub greeting: Greeting,
    /// Who records; empty: the login name of the process at the other end.
    #[serde(default)]
    pub operator: String,
    #[serde(default)]
    pub read_only: bool,
    /// A person sits in front of it.
    #[serde(default)]
    pub desk: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OwnerHello {
    #[serde(flatten)]
    pub greeting: Greeting,
    /// Why it does not talk to us, in words.
    #[serde(default)]
    pub refused: Option<String>,
    #[serde(default)]
    pub welcome: Option<Welcome>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Welcome {
    pub info: EngineInfo,
    pub status: Status,
    /// When the newest event was recorded.
    pub newest_event: Option<Timestamp>,
    /// The owner's time, and how many times as fast as the real one it runs.
    pub now: Timestamp,
    pub speed: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum FromClient {
    Ask {
        id: u64,
        request: Box<Request>,
    },
    /// Begin no more of a request for many; what was begun is still answered.
    Cancel(u64),
    /// Nobody waits for a request any more: what of it was not begun is cut off.
    Abandon(u64),
    /// Tell the states, and everything that is recorded from then on.
    Follow,
    /// Tell how the program is doing, from now on.
    Watch,
    Ping,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum FromOwner {
    Answer {
        id: u64,
        /// Up to this event the client must have been told before it can make sense of the answer.
        seq: u64,
        response: Response,
        /// The dealership that it is about, for a client that is not told the states.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<Arc<Onboarding>>,
    },
    /// Some of the dealerships that were selected.
    Selected {
        id: u64,
        chunk: StatesChunk,
    },
    /// Nothing more is answered to a request.
    Over {
        id: u64,
    },
    States(StatesChunk),
    Told(Notification),
    /// Nothing more comes: why, in words.
    Left(String),
    Pong,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StatesChunk {
    /// The last event in them.
    pub seq: u64,
    /// Postcard in base64.
    pub states: String,
    pub last: bool,
}

/// How many states one chunk holds.
const STATES_IN_CHUNK: usize = 500;

impl StatesChunk {
    /// Takes the next chunk off what is left.
    pub fn take(seq: u64, left: &mut Vec<Arc<Onboarding>>) -> Result<Self, WireError> {
        let some: Vec<_> = left.drain(..STATES_IN_CHUNK.min(left.len())).collect();
        let states = postcard::to_stdvec(&some).map_err(|error| WireError::Garbage(error.to_string()))?;
        Ok(Self { seq, states: STANDARD.encode(states), last: left.is_empty() })
    }

    /// `None`: they cannot be read.
    pub fn states(&self) -> Option<Vec<Arc<Onboarding>>> {
        postcard::from_bytes(&STANDARD.decode(&self.states).ok()?).ok()
    }
}

/// Why nothing more can be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("a frame is longer than {} bytes", .0)]
    TooLong(usize),
    #[error("the connection ended within a frame")]
    Half,
    #[error("a frame cannot be understood: {0}")]
    Garbage(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A line with a value.
pub(super) fn frame<T: Serialize>(value: &T) -> Result<Vec<u8>, WireError> {
    let mut line = serde_json::to_vec(value).map_err(|error| WireError::Garbage(error.to_string()))?;
    line.push(b'\n');
    if line.len() > LONGEST_FRAME { Err(WireError::TooLong(LONGEST_FRAME)) } else { Ok(line) }
}

/// Writes frames for as long as somebody takes them.
pub(super) async fn write_all(mut frames: mpsc::Receiver<Vec<u8>>, mut write: WriteEnd) {
    while let Some(frame) = frames.recv().await {
        if write.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Waits for something, at most for so long by a clock; `None`: it takes longer.
pub(super) async fn within<T>(clock: &dyn Clock, length: Duration, happens: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        happened = happens => Some(happened),
        () = clock.sleep(length) => None,
    }
}

/// Takes lines apart. Giving up waiting loses nothing.
pub(super) struct FrameReader<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    whole: bool,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(64 * 1024, reader), line: Vec::new(), whole: false }
    }

    /// The next value; `None`: the other side has ended.
    pub async fn next<T: DeserializeOwned>(&mut self, longest: usize) -> Result<Option<T>, WireError> {
        let Some(line) = self.line(longest).await? else { return Ok(None) };
        // What was sent may hold a code: only where the mistake is may be told.
        let garbage = |error: serde_json::Error| {
            WireError::Garbage(format!("{:?} at its byte {}", error.classify(), error.column()))
        };
        Ok(Some(serde_json::from_slice(line).map_err(garbage)?))
    }

    async fn line(&mut self, longest: usize) -> Result<Option<&[u8]>, WireError> {
        if std::mem::take(&mut self.whole) {
            self.line.clear();
            self.line.shrink_to(KEPT);
        }
        loop {
            let read = self.reader.fill_buf().await?;
            if read.is_empty() {
                return if self.line.is_empty() { Ok(None) } else { Err(WireError::Half) };
            }
            let end = memchr::memchr(b'\n', read);
            let part = end.unwrap_or(read.len());
            if self.line.len() + part > longest {
                return Err(WireError::TooLong(longest));
            }
            self.line.extend_from_slice(&read[..part]);
            self.whole = end.is_some();
            self.reader.consume(part + usize::from(self.whole));
            if self.whole {
                return Ok(Some(&self.line));
            }
        }
    }
}

/// What a client sent, or an owner, read and written anew. For tests with frames that nobody wrote.
/// Errors: in words, why no more can be read.
pub async fn rewritten(bytes: &[u8], of_client: bool) -> Result<Vec<u8>, String> {
    let mut frames = FrameReader::new(bytes);
    let mut out = Vec::new();
    let written = async {
        if of_client {
            rewrite::<_, ClientHello>(&mut frames, LONGEST_GREETING, &mut out).await?;
            while rewrite::<_, FromClient>(&mut frames, LONGEST_FRAME, &mut out).await?.is_some() {}
        } else {
            rewrite::<_, OwnerHello>(&mut frames, LONGEST_FRAME, &mut out).await?;
            while let Some(frame) = rewrite(&mut frames, LONGEST_FRAME, &mut out).await? {
                if let FromOwner::States(chunk) | FromOwner::Selected { chunk, .. } = frame {
                    drop(chunk.states());
                }
            }
        }
        Ok::<_, WireError>(())
    };
    written.await.map_err(|error| error.to_string())?;
    Ok(out)
}

async fn rewrite<R: AsyncRead + Unpin, T: DeserializeOwned + Serialize>(
    frames: &mut FrameReader<R>,
    longest: usize,
    out: &mut Vec<u8>,
) -> Result<Option<T>, WireError> {
    let value = frames.next(longest).await?;
    if let Some(value) = &value {
        out.extend(frame(value)?);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &'static [u8], longest: usize) -> Result<Vec<u32>, WireError> {
        let mut reader = FrameReader::new(bytes);
        let mut values = Vec::new();
        while let Some(value) = reader.next(longest).await? {
            values.push(value);
        }
        Ok(values)
    }

    #[tokio::test]
    async fn lines_are_read_one_by_one() {
        assert_eq!(read(b"1\n22\n333\n", 3).await.unwrap(), [1, 22, 333]);
        assert!(matches!(read(b"1\n2222\n", 3).await, Err(WireError::TooLong(3))));
        assert!(matches!(read(b"1\n22", 3).await, Err(WireError::Half)));
        assert!(matches!(read(b"1\nx\n", 3).await, Err(WireError::Garbage(_))));
    }

    #[tokio::test]
    async fn a_mistake_does_not_repeat_what_was_sent() {
        let error = FrameReader::new(&b"\"A-SECRET-CODE\"\n"[..]).next::<u32>(100).await.unwrap_err();
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
}

//! Lines and letters off a connection, bounded, and replies onto it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

/// The longest command, with its end; longer than the standard asks for, because parameters may follow.
const COMMAND: usize = 2_048;
/// The longest line of a letter, without its end (RFC 5321, 4.5.3.1.6).
const LINE: usize = 998;
/// How long a client may say nothing.
const IDLE: Duration = Duration::from_secs(300);
/// Replies that nobody reads are not gathered beyond this.
const REPLIES: usize = 64 << 10;

/// What is wrong with the form of a command or a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    TooBig,
    LongLine,
    /// A CR or an LF by itself.
    Bare,
}

/// One end of a connection.
pub(super) struct SmtpStream<S> {
    stream: BufReader<S>,
    replies: Vec<u8>,
}

/// Where the reading of a letter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Dot,
    DotCr,
    Text,
    Cr,
}

/// A letter while it is read. Only CR LF ends a line, so that nobody else's reading of it can differ.
struct Letter {
    bytes: Vec<u8>,
    most: usize,
    line: usize,
    at: At,
    flaw: Option<Flaw>,
}

impl Letter {
    fn push(&mut self, byte: u8) {
        self.line += 1;
        if self.bytes.len() >= self.most {
            self.flaw = Some(Flaw::TooBig);
            return;
        }
        self.bytes.push(byte);
        if self.line > LINE {
            self.flaw.get_or_insert(Flaw::LongLine);
        }
    }

    fn bare(&mut self, byte: u8) {
        self.push(byte);
        self.flaw.get_or_insert(Flaw::Bare);
    }

    /// Takes a byte; true at the end of the letter.
    fn take(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::DotCr, b'\n') => return true,
            (At::Cr, b'\n') => {
                self.line = 0;
                self.push(b'\r');
                self.push(b'\n');
                self.line = 0;
                At::LineStart
            }
            (At::Dot, b'\r') => At::DotCr,
            (At::LineStart, b'.') => At::Dot,
            (at, byte) => {
                if matches!(at, At::Cr | At::DotCr) {
                    self.bare(b'\r');
                }
                match byte {
                    b'\r' => At::Cr,
                    b'\n' => {
                        self.bare(b'\n');
                        At::Text
                    }
                    _ => {
                        self.push(byte);
                        At::Text
                    }
                }
            }
        };
        false
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> SmtpStream<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream), replies: Vec::new() }
    }

    /// Adds a reply; it leaves when everything that the client has sent so far was read.
    pub(super) fn reply(&mut self, text: &str) {
        self.replies.extend_from_slice(text.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let replies = std::mem::take(&mut self.replies);
        let stream = self.stream.get_mut();
        let write = async {
            stream.write_all(&replies).await?;
            stream.flush().await
        };
        timeout(IDLE, write).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// What the client has sent; empty at its end.
    async fn fill(&mut self) -> io::Result<&[u8]> {
        if self.stream.buffer().is_empty() || self.replies.len() > REPLIES {
            self.flush().await?;
        }
        timeout(IDLE, self.stream.fill_buf()).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// The next command without its end; `None` when the client is gone.
    pub(super) async fn line(&mut self) -> io::Result<Option<Result<Vec<u8>, Flaw>>> {
        let mut line = Vec::new();
        let mut long = false;
        loop {
            let buffer = self.fill().await?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            long |= line.len() + used > COMMAND;
            if !long {
                line.extend_from_slice(buffer.get(..used).unwrap_or_default());
            }
            self.stream.consume(used);
            if end.is_some() {
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(if long { Err(Flaw::LongLine) } else { Ok(line) }));
            }
        }
    }

    /// A letter up to its final dot, without the dots that were put before others; `None` when the client is gone before.
    pub(super) async fn letter(&mut self, most: usize) -> io::Result<Option<Result<Vec<u8>, Flaw>>> {
        let mut letter = Letter { bytes: Vec::new(), most, line: 0, at: At::LineStart, flaw: None };
        loop {
            let buffer = self.fill().await?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let end = buffer.iter().position(|byte| letter.take(*byte));
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.stream.consume(used);
            if end.is_some() {
                return Ok(Some(letter.flaw.map_or(Ok(letter.bytes), Err)));
            }
        }
    }

    /// Waits until the client is gone.
    pub(super) async fn gone(&mut self) -> io::Result<()> {
        loop {
            let used = self.stream.fill_buf().await?.len();
            if used == 0 {
                return Ok(());
            }
            self.stream.consume(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> Option<Result<Vec<u8>, Flaw>> {
        // Whatever the pieces in which it comes.
        let mut whole = None;
        for piece in [1, 2, 3, 7, 4_096] {
            let (client, server) = tokio::io::duplex(piece);
            let sent = bytes.to_vec();
            let writer = tokio::spawn(async move {
                let mut client = client;
                client.write_all(&sent).await.ok();
            });
            let read = SmtpStream::new(server).letter(3_000).await.unwrap();
            writer.await.unwrap();
            assert!(whole.is_none() || whole == Some(read.clone()), "{piece}");
            whole = Some(read);
        }
        whole.flatten()
    }

    #[tokio::test]
    async fn dots_are_unstuffed_and_only_the_right_end_ends() {
        let ok = |text: &str| Some(Ok(text.as_bytes().to_vec()));
        assert_eq!(read(b"a\r\n..b\r\n...\r\n.c\r\n.\r\nQUIT\r\n").await, ok("a\r\n.b\r\n..\r\nc\r\n"));
        assert_eq!(read(b".\r\n").await, ok(""));
        assert_eq!(read(b"a\r\n.\r").await, None);
        // Ways to hide the end of a letter, or a second one in it.
        for hidden in [
            &b"a\n.\r\nb\r\n.\r\n"[..],
            b"a\r\n.\nb\r\n.\r\n",
            b"a\r.\r\nb\r\n.\r\n",
            b"a\r\n.\r.\r\nb\r\n.\r\n",
            b"\r\r\n.\r\n",
        ] {
            assert_eq!(read(hidden).await, Some(Err(Flaw::Bare)), "{hidden:?}");
        }
    }

    #[tokio::test]
    async fn lines_and_letters_are_bounded() {
        let line = |long: usize| format!("{}\r\n.\r\n", "x".repeat(long)).into_bytes();
        assert!(matches!(read(&line(998)).await, Some(Ok(_))));
        assert_eq!(read(&line(999)).await, Some(Err(Flaw::LongLine)));
        assert_eq!(read(&line(4_000)).await, Some(Err(Flaw::TooBig)));
        let (mut client, server) = tokio::io::duplex(100_000);
        let mut text = vec![b'x'; COMMAND];
        text.extend_from_slice(b"\nNOOP\n");
        client.write_all(&text).await.unwrap();
        let mut stream = SmtpStream::new(server);
        assert_eq!(stream.line().await.unwrap(), Some(Err(Flaw::LongLine)));
        assert_eq!(stream.line().await.unwrap(), Some(Ok(b"NOOP".to_vec())));
    }
}

//! Lines over a socket: commands out, replies in, within bounds of time and size.
//!
//! Replies are read here rather than by a library, because every one of these once lost or doubled a letter somewhere: a reply that is no UTF-8
//! after the letter was taken, a line without end, and words that were sent before TLS and are read after it.

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use super::error::SmtpError;
use super::reply::{SmtpReply, read_line};
use super::tls;

/// The longest line of a reply. RFC 5321 says 512; some servers are talkative.
const LONGEST_LINE: usize = 4_096;

/// The most lines of a reply.
const MOST_LINES: usize = 128;

/// How much is read at once.
const CHUNK: usize = 2_048;

/// What a connection runs over.
trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

pub(super) struct SmtpConnection {
    stream: Box<dyn Stream>,
    /// What came and was not yet read as a line.
    pending: Vec<u8>,
}

/// Holds a wait to its time.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, SmtpError> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(SmtpError::TimedOut(limit)))
}

impl SmtpConnection {
    pub(super) fn new(stream: tokio::net::TcpStream) -> Self {
        Self { stream: Box::new(stream), pending: Vec::new() }
    }

    /// Goes on under TLS. What the server said before is refused, not carried over: it could be anybody's.
    pub(super) async fn secure(
        self,
        connector: &TlsConnector,
        name: ServerName<'static>,
        limit: Duration,
    ) -> Result<Self, SmtpError> {
        if !self.pending.is_empty() {
            return Err(SmtpError::Malformed("it spoke on before TLS began"));
        }
        let shake = async { connector.connect(name, self.stream).await.map_err(tls::handshake_error) };
        let stream = within(limit, shake).await?;
        Ok(Self { stream: Box::new(stream), pending: Vec::new() })
    }

    /// Sends a command (without its line end) and reads the reply, all in this time.
    pub(super) async fn ask(&mut self, command: &str, limit: Duration) -> Result<SmtpReply, SmtpError> {
        within(limit, async {
            self.undisturbed()?;
            let mut line = Vec::with_capacity(command.len() + 2);
            line.extend_from_slice(command.trim_end().as_bytes());
            line.extend_from_slice(b"\r\n");
            self.write(&line).await?;
            self.read_reply().await
        })
        .await
    }

    /// Reads a reply to nothing: the greeting.
    pub(super) async fn listen(&mut self, limit: Duration) -> Result<SmtpReply, SmtpError> {
        within(limit, self.read_reply()).await
    }

    /// Sends the content with its final dot, and reads the reply.
    pub(super) async fn content(&mut self, dot_stuffed: &[u8], limit: Duration) -> Result<SmtpReply, SmtpError> {
        within(limit, async {
            // An answer that came before its question is none: it would say "taken" of what was not sent.
            self.undisturbed()?;
            self.write(dot_stuffed).await
        })
        .await?;
        within(limit, self.read_reply()).await
    }

    /// Says good-bye without waiting for an answer.
    pub(super) async fn quit(mut self, limit: Duration) {
        let bye = async {
            self.write(b"QUIT\r\n").await?;
            self.stream.shutdown().await.map_err(SmtpError::Io)
        };
        // Whether it is heard makes no difference.
        drop(within(limit, bye).await);
    }

    /// Nothing may be waiting when we speak. A server that closes says so without being asked.
    fn undisturbed(&mut self) -> Result<(), SmtpError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        Err(if self.pending.starts_with(b"421") {
            SmtpError::Closed
        } else {
            SmtpError::Malformed("it spoke out of turn")
        })
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), SmtpError> {
        self.stream.write_all(bytes).await.map_err(SmtpError::Io)?;
        self.stream.flush().await.map_err(SmtpError::Io)
    }

    async fn read_reply(&mut self) -> Result<SmtpReply, SmtpError> {
        let mut reply: Option<SmtpReply> = None;
        loop {
            let line = self.read_line().await?;
            let line = read_line(&line).ok_or(SmtpError::Malformed("a reply begins with three digits"))?;
            let (code, more, text) = line;
            let reply = reply.get_or_insert_with(|| SmtpReply { code, lines: Vec::new() });
            if reply.code != code {
                return Err(SmtpError::Malformed("the lines of one reply have different codes"));
            }
            if reply.lines.len() >= MOST_LINES {
                return Err(SmtpError::Malformed("a reply without end"));
            }
            reply.lines.push(text);
            if !more {
                return Ok(reply.clone());
            }
        }
    }

    async fn read_line(&mut self) -> Result<Vec<u8>, SmtpError> {
        let mut looked = 0;
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.pending[looked..]) {
                let mut line: Vec<u8> = self.pending.drain(..=looked + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return if line.len() > LONGEST_LINE {
                    Err(SmtpError::Malformed("a line without end"))
                } else {
                    Ok(line)
                };
            }
            looked = self.pending.len();
            if looked > LONGEST_LINE {
                return Err(SmtpError::Malformed("a line without end"));
            }
            let mut chunk = [0; CHUNK];
            match self.stream.read(&mut chunk).await {
                Ok(0) => return Err(SmtpError::Closed),
                Ok(count) => self.pending.extend_from_slice(&chunk[..count]),
                // A TLS connection that ends without saying so.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(SmtpError::Closed),
                Err(error) => return Err(SmtpError::Io(error)),
            }
        }
    }
}

/// A message as it is sent after DATA: every line ends with CR LF, also where a lone CR or LF stood (a server could take it for the end of a
/// line, and what follows for commands), a dot at its beginning is doubled, and the final dot follows.
pub(super) fn dot_stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 32 + 5);
    let mut fresh = true;
    let mut bytes = message.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b'\r' | b'\n') {
            if byte == b'\r' {
                bytes.next_if_eq(&b'\n');
            }
            out.extend_from_slice(b"\r\n");
            fresh = true;
            continue;
        }
        if fresh && byte == b'.' {
            out.push(b'.');
        }
        out.push(byte);
        fresh = false;
    }
    if !fresh {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dots_are_doubled_and_lines_end_as_they_must() {
        for (message, expected) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("", ".\r\n"),
            (".\r\n..b\r\nc.", "..\r\n...b\r\nc.\r\n.\r\n"),
            ("a\n.\nQUIT\n", "a\r\n..\r\nQUIT\r\n.\r\n"),
            ("a\r.\r\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\n\r\n", "a\r\n\r\n.\r\n"),
        ] {
            assert_eq!(String::from_utf8(dot_stuffed(message.as_bytes())).unwrap(), expected, "{message:?}");
        }
    }

    proptest! {
        /// Whatever the message, the first line that is a lone dot is the last one.
        #[test]
        fn only_the_end_is_the_end(message in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), any::<u8>()], 0..60)) {
            let out = dot_stuffed(&message);
            let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
            let end = lines.iter().position(|line| *line == b".\r").unwrap();
            prop_assert_eq!(end, lines.len() - 2);
            prop_assert!(lines[..end].iter().all(|line| line.ends_with(b"\r") && !line[..line.len() - 1].contains(&b'\r')));
        }
    }
}

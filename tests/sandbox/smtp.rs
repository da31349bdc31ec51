//! A client that says to the post office exactly what it is told to, and letters as they go over the wire.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Desk;

pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects and hears the greeting.
    pub async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut client = Self { stream: BufReader::new(stream) };
        assert!(client.reply().await.starts_with("220 "));
        client
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).await.unwrap();
    }

    /// One reply, its lines joined; empty when the connection has ended.
    pub async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return reply;
            }
            reply += line.trim_end();
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply;
            }
            reply.push('\n');
        }
    }

    pub async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.reply().await
    }

    /// Everything until the other side has ended.
    pub async fn rest(mut self) -> String {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.ok();
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Hands over a letter up to its dot; answers the last reply, which is empty when there was none.
    pub async fn transmit(&mut self, from: &str, to: &str, letter: &str) -> String {
        for line in [format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()] {
            let reply = self.say(&line).await;
            if !reply.starts_with(['2', '3']) {
                return reply;
            }
        }
        self.send(letter).await;
        self.say("\r\n.").await
    }
}

impl Desk {
    pub async fn smtp(&self) -> Client {
        let mut client = Client::connect(self.sandbox.smtp_addr().unwrap()).await;
        assert!(client.say("EHLO desk.example.com").await.starts_with("250-"));
        client
    }

    /// Sends one letter, in a session of its own. What follows from it has happened when this returns.
    pub async fn mail(&self, to: &str, letter: &str) -> String {
        let mut client = self.smtp().await;
        let reply = client.transmit("desk@example.com", to, letter).await;
        client.send("QUIT\r\n").await;
        client.rest().await;
        reply
    }
}

/// A letter as the desk writes it: the code stands alone on a line of the plain part.
pub fn invitation(id: u32, code: &str) -> String {
    format!(
        "From: DataClover Onboarding <onboarding@example.com>\r\nTo: <x@example.com>\r\nSubject: DataClover: connect your Xtime\r\n\
         Date: Wed, 25 Feb 2026 09:00:00 -0600\r\nMessage-ID: <{id}.letter@example.com>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Hello,\r\n\r\nplease type this invitation code at Input Invitation:\r\n\r\n    {code}\r\n\r\nRegards,\r\nDataClover\r\n\r\n\
         --=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Your code: <b>{code}</b></p>\r\n--=_b--\r\n"
    )
}

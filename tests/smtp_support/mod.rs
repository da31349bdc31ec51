//! A mail server over real sockets that does what a script says: for everything that a real one does only on a bad day.
//!
//! ```ignore
//! let server = Server::start(Plan::plain(|moment| match moment.phase {
//!     Phase::End if moment.letter == 0 => ServerAction::SayAndClose(b"421 4.3.0 good night\r\n".to_vec()),
//!     _ => ServerAction::Usual,
//! })).await;
//! server.until(|seen| seen.letters.len() == 1).await;
//! ```
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod certificates;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use talk::Talk;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What the server is about to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Somebody connected; the greeting is next.
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Recipient,
    Data,
    /// The first bytes of the content are here.
    Content,
    /// The final dot is here: the letter is complete.
    End,
    Reset,
    Quit,
    Other,
}

/// A moment at which a script decides.
#[derive(Debug, Clone)]
pub struct Moment {
    pub phase: Phase,
    /// Which connection, from 0.
    pub connection: usize,
    /// Which letter of the whole server, from 0: how many MAIL commands came before this letter's.
    pub letter: usize,
    /// The line that was received; empty for [`Phase::Greeting`], [`Phase::Content`] and [`Phase::End`].
    pub line: String,
}

#[derive(Debug, Clone)]
pub enum ServerAction {
    /// What a good server does.
    Usual,
    /// Says this as it is and goes on listening.
    Say(Vec<u8>),
    /// Says this as it is and hangs up.
    SayAndClose(Vec<u8>),
    /// Hangs up without a word.
    Close,
    /// Says nothing, and never will, until the client hangs up.
    Hang,
    /// Says this byte by byte, with this pause between two of them.
    Drip(Vec<u8>, Duration),
}

impl ServerAction {
    pub fn say(text: &str) -> Self {
        Self::Say(text.as_bytes().to_vec())
    }

    pub fn say_and_close(text: &str) -> Self {
        Self::SayAndClose(text.as_bytes().to_vec())
    }
}

/// How the server keeps others out.
#[derive(Clone)]
pub enum Tls {
    None,
    /// Plain first; STARTTLS is offered.
    Upgrade(TlsAcceptor),
    /// From the first byte.
    Implicit(TlsAcceptor),
}

type Script = Arc<dyn Fn(&Moment) -> ServerAction + Send + Sync>;

/// Everything that a server does.
#[derive(Clone)]
pub struct Plan {
    pub tls: Tls,
    /// The keywords that EHLO answers with, beside STARTTLS.
    pub offers: Vec<String>,
    /// Who may sign in, as `AUTH PLAIN` sends it; nobody may write without it.
    pub credentials: Option<(String, String)>,
    pub script: Script,
}

impl Plan {
    /// A plain server with a script.
    pub fn plain(script: impl Fn(&Moment) -> ServerAction + Send + Sync + 'static) -> Self {
        let offers = ["8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"].map(str::to_owned).to_vec();
        Self { tls: Tls::None, offers, credentials: None, script: Arc::new(script) }
    }

    /// A plain server that always does what a good one does.
    pub fn good() -> Self {
        Self::plain(|_| ServerAction::Usual)
    }

    /// A server that does one thing at one phase, every time.
    pub fn at(phase: Phase, act: ServerAction) -> Self {
        Self::plain(move |moment| if moment.phase == phase { act.clone() } else { ServerAction::Usual })
    }

    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    pub fn offers(self, offers: &[&str]) -> Self {
        Self { offers: offers.iter().map(|offer| (*offer).to_owned()).collect(), ..self }
    }

    /// Asks for a user and password; offers the ways that are named in [`Plan::offers`] (`AUTH PLAIN LOGIN`).
    pub fn credentials(self, user: &str, password: &str) -> Self {
        Self { credentials: Some((user.to_owned(), password.to_owned())), ..self }
    }
}

/// A letter as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    pub connection: usize,
    pub from: String,
    pub to: String,
    /// What followed the address of MAIL.
    pub parameters: String,
    /// The content without doubled dots; `None`: nothing of it came.
    pub content: Option<Vec<u8>>,
    pub complete: bool,
    /// The server said 2xx to it: from then on it is responsible.
    pub taken: bool,
    /// The server said 4xx or 5xx to all of it: it has no copy.
    pub refused: bool,
}

/// Everything that a server saw.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub connections: usize,
    /// Every line, beside contents, with the number of its connection.
    pub lines: Vec<(usize, String)>,
    /// Every letter that had a MAIL, in the order of these.
    pub letters: Vec<Letter>,
    pub ended: usize,
}

impl Seen {
    /// The letters that the server has taken.
    pub fn taken(&self) -> Vec<&Letter> {
        self.letters.iter().filter(|letter| letter.taken).collect()
    }

    /// The letters of which the server may have a copy: their content was wholly there, and it did not refuse them.
    pub fn copies(&self) -> Vec<&Letter> {
        self.letters.iter().filter(|letter| letter.complete && !letter.refused).collect()
    }

    /// The letters whose content was wholly there, whatever was answered.
    pub fn complete(&self) -> Vec<&Letter> {
        self.letters.iter().filter(|letter| letter.complete).collect()
    }

    /// The first words of the lines of a connection.
    pub fn verbs(&self, connection: usize) -> Vec<&str> {
        let own = self.lines.iter().filter(|(number, _)| *number == connection);
        own.map(|(_, line)| line.split([' ', ':']).next().unwrap_or_default()).collect()
    }
}

/// A running server; it ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    seen: watch::Sender<Seen>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Listens on a free port of this machine.
    pub async fn start(plan: Plan) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), plan)
    }

    /// Listens where somebody has prepared it.
    pub fn on(listener: TcpListener, plan: Plan) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = watch::Sender::new(Seen::default());
        let mut tasks = JoinSet::new();
        let (plan, record) = (Arc::new(plan), seen.clone());
        tasks.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let mut number = 0;
                record.send_modify(|seen| {
                    number = seen.connections;
                    seen.connections += 1;
                });
                let (plan, record) = (Arc::clone(&plan), record.clone());
                talks.spawn(async move {
                    Talk { plan, seen: record.clone(), number, letter: 0, signed_in: false, rest: Vec::new() }
                        .run(stream)
                        .await;
                    record.send_modify(|seen| seen.ended += 1);
                });
                // Those that are over are forgotten.
                while talks.try_join_next().is_some() {}
            }
        });
        Self { address, seen, _tasks: tasks }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until the server has seen something.
    pub async fn until(&self, done: impl FnMut(&Seen) -> bool) -> Seen {
        self.seen.subscribe().wait_for(done).await.unwrap().clone()
    }
}

/// A port of this machine at which nobody listens yet, and that nobody else is given.
pub fn silent_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

/// A port of this machine at which nobody listens.
pub async fn deserted_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port()
}

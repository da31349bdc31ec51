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

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
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

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

struct Talk {
    plan: Arc<Plan>,
    seen: watch::Sender<Seen>,
    number: usize,
    /// Its newest letter, by the count of the server.
    letter: usize,
    signed_in: bool,
    /// What was received and not read yet.
    rest: Vec<u8>,
}

struct Over;

impl Talk {
    async fn run(mut self, stream: TcpStream) {
        let mut stream: Box<dyn Stream> = match &self.plan.tls {
            Tls::Implicit(acceptor) => match acceptor.accept(stream).await {
                Ok(stream) => Box::new(stream),
                Err(_) => return,
            },
            _ => Box::new(stream),
        };
        let mut encrypted = matches!(self.plan.tls, Tls::Implicit(_));
        if self.answer(&mut stream, Phase::Greeting, "", "220 mail.test ESMTP").await.is_err() {
            return;
        }
        while let Ok(line) = self.line(&mut stream).await {
            self.seen.send_modify(|seen| seen.lines.push((self.number, line.clone())));
            let upper = line.to_ascii_uppercase();
            let ended = match upper.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => {
                    let usual = self.hello(encrypted);
                    self.answer(&mut stream, Phase::Ehlo, &line, &usual).await
                }
                "STARTTLS" => match self.answer(&mut stream, Phase::StartTls, &line, "220 go ahead").await {
                    Ok(true) => {
                        let Tls::Upgrade(acceptor) = &self.plan.tls else { return };
                        match acceptor.accept(stream).await {
                            Ok(secured) => stream = Box::new(secured),
                            Err(_) => return,
                        }
                        encrypted = true;
                        Ok(true)
                    }
                    other => other,
                },
                "AUTH" => self.sign_in(&mut stream, &line).await,
                "MAIL" => self.mail(&mut stream, &line).await,
                "RCPT" => {
                    let to = between(&line);
                    self.note(|letter| letter.to = to);
                    self.answer(&mut stream, Phase::Recipient, &line, "250 2.1.5 fine").await
                }
                "DATA" => match self.answer(&mut stream, Phase::Data, &line, "354 go ahead").await {
                    Ok(true) => self.content(&mut stream).await,
                    other => other,
                },
                "RSET" => self.answer(&mut stream, Phase::Reset, &line, "250 2.0.0 fine").await,
                "QUIT" => {
                    drop(self.answer(&mut stream, Phase::Quit, &line, "221 2.0.0 bye").await);
                    return;
                }
                _ => self.answer(&mut stream, Phase::Other, &line, "500 5.5.1 what?").await,
            };
            if ended.is_err() {
                return;
            }
        }
    }

    fn hello(&self, encrypted: bool) -> String {
        let mut lines = vec!["mail.test".to_owned()];
        if matches!(self.plan.tls, Tls::Upgrade(_)) && !encrypted {
            lines.push("STARTTLS".to_owned());
        }
        lines.extend(self.plan.offers.iter().cloned());
        let last = lines.len() - 1;
        let mark = |number| if number == last { ' ' } else { '-' };
        lines
            .iter()
            .enumerate()
            .map(|(number, line)| format!("250{}{line}", mark(number)))
            .collect::<Vec<_>>()
            .join("\r\n")
    }

    async fn mail(&mut self, stream: &mut Box<dyn Stream>, line: &str) -> Result<bool, Over> {
        let parameters = line.rsplit_once('>').map(|(_, after)| after.trim().to_owned()).unwrap_or_default();
        let letter = Letter { connection: self.number, from: between(line), parameters, ..Letter::default() };
        let mut place = 0;
        self.seen.send_modify(|seen| {
            place = seen.letters.len();
            seen.letters.push(letter);
        });
        self.letter = place;
        let may = self.plan.credentials.is_none() || self.signed_in;
        let usual = if may { "250 2.1.0 fine" } else { "530 5.7.0 sign in first" };
        self.answer(stream, Phase::Mail, line, usual).await
    }

    async fn sign_in(&mut self, stream: &mut Box<dyn Stream>, line: &str) -> Result<bool, Over> {
        let Some((user, password)) = self.plan.credentials.clone() else {
            return self.answer(stream, Phase::Auth, line, "502 5.5.1 nobody signs in here").await;
        };
        let good = if let Some(given) = line.strip_prefix("AUTH PLAIN ") {
            BASE64_STANDARD.decode(given).ok().as_deref() == Some(format!("\0{user}\0{password}").as_bytes())
        } else {
            let mut good = true;
            for (question, answer) in [("334 VXNlcm5hbWU6\r\n", &user), ("334 UGFzc3dvcmQ6\r\n", &password)] {
                stream.write_all(question.as_bytes()).await.map_err(|_| Over)?;
                good &= BASE64_STANDARD.decode(self.line(stream).await?).ok().as_deref() == Some(answer.as_bytes());
            }
            good
        };
        self.signed_in = good;
        let usual = if good { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" };
        self.answer(stream, Phase::Auth, line, usual).await
    }

    async fn content(&mut self, stream: &mut Box<dyn Stream>) -> Result<bool, Over> {
        if self.rest.is_empty() {
            self.more(stream).await?;
        }
        self.note(|letter| letter.content = Some(Vec::new()));
        if let Some(act) = self.scripted(Phase::Content, "") {
            self.perform(stream, act).await?;
        }
        loop {
            let line = self.raw_line(stream).await?;
            if line == b"." {
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(&line).to_vec();
            self.note(|letter| {
                let content = letter.content.get_or_insert_default();
                content.extend_from_slice(&line);
                content.extend_from_slice(b"\r\n");
            });
        }
        self.note(|letter| letter.complete = true);
        self.answer(stream, Phase::End, "", "250 2.0.0 taken").await
    }

    fn note(&self, change: impl FnOnce(&mut Letter)) {
        self.seen.send_modify(|seen| {
            if let Some(letter) = seen.letters.get_mut(self.letter).filter(|letter| letter.connection == self.number) {
                change(letter);
            }
        });
    }

    fn scripted(&self, phase: Phase, line: &str) -> Option<ServerAction> {
        let letter = if matches!(phase, Phase::Greeting | Phase::Ehlo | Phase::StartTls | Phase::Auth) {
            self.seen.borrow().letters.len()
        } else {
            self.letter
        };
        let moment = Moment { phase, connection: self.number, letter, line: line.to_owned() };
        match (self.plan.script)(&moment) {
            ServerAction::Usual => None,
            act => Some(act),
        }
    }

    /// Answers as the script says, or else as usual. Says whether the answer was a good one.
    async fn answer(
        &mut self,
        stream: &mut Box<dyn Stream>,
        phase: Phase,
        line: &str,
        usual: &str,
    ) -> Result<bool, Over> {
        let act = self.scripted(phase, line).unwrap_or_else(|| ServerAction::say(&format!("{usual}\r\n")));
        let good = match &act {
            ServerAction::Say(text) | ServerAction::SayAndClose(text) | ServerAction::Drip(text, _) => {
                matches!(text.first(), Some(b'2' | b'3'))
            }
            _ => false,
        };
        if phase == Phase::End && good {
            // Before it is said: whoever hears it may ask at once what was taken.
            self.note(|letter| letter.taken = true);
        } else if phase == Phase::End && matches!(act, ServerAction::Say(_) | ServerAction::SayAndClose(_)) {
            self.note(|letter| letter.refused = true);
        }
        self.perform(stream, act).await?;
        Ok(good)
    }

    async fn perform(&mut self, stream: &mut Box<dyn Stream>, act: ServerAction) -> Result<(), Over> {
        let over = |_| Over;
        match act {
            ServerAction::Usual => Ok(()),
            ServerAction::Say(text) => {
                stream.write_all(&text).await.map_err(over)?;
                stream.flush().await.map_err(over)
            }
            ServerAction::SayAndClose(text) => {
                stream.write_all(&text).await.map_err(over)?;
                drop(stream.shutdown().await);
                Err(Over)
            }
            ServerAction::Close => Err(Over),
            ServerAction::Hang => {
                let mut nothing = [0; 1_024];
                while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
                Err(Over)
            }
            ServerAction::Drip(text, pause) => {
                for byte in text {
                    stream.write_all(&[byte]).await.map_err(over)?;
                    stream.flush().await.map_err(over)?;
                    tokio::time::sleep(pause).await;
                }
                Ok(())
            }
        }
    }

    async fn more(&mut self, stream: &mut Box<dyn Stream>) -> Result<(), Over> {
        let mut chunk = [0; 8_192];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => Err(Over),
            Ok(count) => {
                self.rest.extend_from_slice(&chunk[..count]);
                Ok(())
            }
        }
    }

    /// A line without its CR LF; nothing else ends one.
    async fn raw_line(&mut self, stream: &mut Box<dyn Stream>) -> Result<Vec<u8>, Over> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\r\n") {
                let mut line: Vec<u8> = self.rest.drain(..end + 2).collect();
                line.truncate(end);
                return Ok(line);
            }
            self.more(stream).await?;
        }
    }

    async fn line(&mut self, stream: &mut Box<dyn Stream>) -> Result<String, Over> {
        Ok(String::from_utf8_lossy(&self.raw_line(stream).await?).into_owned())
    }
}

/// What stands between `<` and `>`.
fn between(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(inside, _)| inside.to_owned())
        .unwrap_or_default()
}

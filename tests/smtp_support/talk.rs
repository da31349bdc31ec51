//! A conversation of the server with one client.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::{Letter, Moment, Phase, Plan, Seen, ServerAction, Tls};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(super) struct Talk {
    pub plan: Arc<Plan>,
    pub seen: watch::Sender<Seen>,
    pub number: usize,
    /// Its newest letter, by the count of the server.
    pub letter: usize,
    pub signed_in: bool,
    /// What was received and not read yet.
    pub rest: Vec<u8>,
}

struct Over;

impl Talk {
    pub async fn run(mut self, stream: TcpStream) {
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

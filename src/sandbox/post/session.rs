//! One SMTP session (RFC 5321), with the extensions that mail programs use on the way to a mailbox.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncRead, AsyncWrite};

use super::super::SandboxState;
use super::super::faults::Fault;
use super::delivery::{Recipient, Transaction};
use super::stream::{Flaw, SmtpStream};
use super::{PostOfficeState, address, delivery};

pub(super) const SIZE: usize = 1 << 20;
/// How many recipients one letter may have.
const RECIPIENTS: usize = 100;
/// How many commands may make no sense before the client is shown out.
const PATIENCE: u32 = 20;

struct Session<'a, S> {
    stream: SmtpStream<S>,
    shared: &'a Arc<SandboxState>,
    post: &'a PostOfficeState,
    greeted: bool,
    nonsense: u32,
    transaction: Option<Transaction>,
}

/// Serves a client until it or we have enough.
pub(super) async fn run<S>(stream: S, shared: &Arc<SandboxState>, full: bool) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(post) = &shared.post else { return Ok(()) };
    post.mailboxes().lock().count(|counts| counts.sessions += 1);
    let stream = SmtpStream::new(stream);
    let mut session = Session { stream, shared, post, greeted: false, nonsense: 0, transaction: None };
    if full {
        session.stream.reply("421 4.3.2 too many sessions, come back later");
        return session.stream.flush().await;
    }
    session.stream.reply("220 sandbox.test ESMTP a post office whose letters stay here");
    while let Some(line) = session.stream.line().await? {
        let then = match line {
            Err(_) => session.no_sense("500 5.5.2 the line is too long"),
            Ok(line) => match str::from_utf8(&line) {
                Ok(line) if !line.contains('\0') => session.command(line).await?,
                _ => session.no_sense("500 5.5.2 this is no text"),
            },
        };
        if then.is_break() {
            break;
        }
    }
    session.stream.flush().await
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<'_, S> {
    fn say(&mut self, text: &str) -> ControlFlow<()> {
        self.stream.reply(text);
        ControlFlow::Continue(())
    }

    fn no_sense(&mut self, text: &str) -> ControlFlow<()> {
        self.nonsense += 1;
        if self.nonsense < PATIENCE {
            return self.say(text);
        }
        self.stream.reply("421 4.7.0 too much of this makes no sense");
        ControlFlow::Break(())
    }

    /// A recipient or a letter is not taken.
    fn refuse(&mut self, text: &str) -> ControlFlow<()> {
        self.post.mailboxes().lock().count(|counts| counts.refused += 1);
        self.say(text)
    }

    async fn command(&mut self, line: &str) -> io::Result<ControlFlow<()>> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Ok(match verb.trim_end().to_ascii_uppercase().as_str() {
            "HELO" | "EHLO" if rest.trim().is_empty() => self.no_sense("501 5.5.4 say who you are"),
            "HELO" => {
                self.begin();
                self.say("250 sandbox.test")
            }
            "EHLO" => {
                self.begin();
                self.say(&format!(
                    "250-sandbox.test\r\n250-PIPELINING\r\n250-SIZE {SIZE}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES"
                ))
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" if !rest.trim().is_empty() => self.no_sense("501 5.5.4 DATA takes no parameters"),
            "DATA" => return self.data().await,
            "RSET" => {
                self.transaction = None;
                self.say("250 2.0.0 forgotten")
            }
            "NOOP" => self.say("250 2.0.0 fine"),
            "VRFY" => self.say("252 2.5.0 send a letter and see"),
            "HELP" => self.say("214 2.0.0 RFC 5321"),
            "QUIT" => {
                self.stream.reply("221 2.0.0 bye");
                ControlFlow::Break(())
            }
            "EXPN" | "STARTTLS" | "AUTH" | "TURN" | "BDAT" => self.no_sense("502 5.5.1 this is not offered here"),
            _ => self.no_sense("500 5.5.1 no such command"),
        })
    }

    fn begin(&mut self) {
        self.greeted = true;
        self.transaction = None;
    }

    fn mail(&mut self, rest: &str) -> ControlFlow<()> {
        if !self.greeted {
            return self.no_sense("503 5.5.1 say EHLO first");
        }
        if self.transaction.is_some() {
            return self.no_sense("503 5.5.1 there is a sender already");
        }
        let Some((sender, parameters)) = named(rest, "FROM:").and_then(address::path) else {
            return self.no_sense("501 5.1.7 this is no address of a sender");
        };
        let mut utf8 = false;
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
                ("SIZE", size) => match size.parse::<u64>() {
                    Ok(size) if size > SIZE as u64 => return self.refuse("552 5.3.4 the letter is too long"),
                    Ok(_) => {}
                    Err(_) => return self.no_sense("501 5.5.4 SIZE is a number"),
                },
                ("BODY", "7BIT" | "8BITMIME") => {}
                ("SMTPUTF8", "") => utf8 = true,
                _ => return self.no_sense("555 5.5.4 this parameter is not known"),
            }
        }
        if !sender.is_ascii() && !utf8 {
            return self.refuse("553 5.6.7 such an address needs SMTPUTF8");
        }
        let number = self.post.letters.fetch_add(1, Ordering::Relaxed);
        let fault = self.shared.faults.lock().draw_letter(self.shared.seed, number);
        self.transaction = Some(Transaction { sender, recipients: Vec::new(), utf8, fault });
        self.say("250 2.1.0 sender is fine")
    }

    fn rcpt(&mut self, rest: &str) -> ControlFlow<()> {
        let Some(transaction) = &self.transaction else {
            return self.no_sense("503 5.5.1 say MAIL first");
        };
        let Some((address, parameters)) = named(rest, "TO:").and_then(address::path).filter(|(to, _)| !to.is_empty())
        else {
            return self.refuse("501 5.1.3 this is no address");
        };
        if !parameters.trim().is_empty() {
            return self.no_sense("555 5.5.4 this parameter is not known");
        }
        if !address.is_ascii() && !transaction.utf8 {
            return self.refuse("553 5.6.7 such an address needs SMTPUTF8");
        }
        if transaction.recipients.len() >= RECIPIENTS {
            return self.refuse("452 4.5.3 too many recipients");
        }
        let ordered = self.ordered(&address);
        let always = || self.shared.faults.lock().draw_address(self.shared.seed, &address.to_lowercase());
        let fault = ordered.or_else(always).or(transaction.fault);
        match fault {
            Some(fault @ Fault::MailUnknown) => {
                self.shared.stats.fault(fault);
                self.refuse("550 5.1.1 nobody has this address here")
            }
            Some(fault @ Fault::MailDeferred) => {
                self.shared.stats.fault(fault);
                self.refuse("450 4.2.0 not now, try again later")
            }
            fault => {
                if let Some(transaction) = &mut self.transaction {
                    // What somebody has ordered for this recipient happens to the whole letter.
                    transaction.fault = ordered.filter(|fault| *fault != Fault::MailBounced).or(transaction.fault);
                    let bounces = fault == Some(Fault::MailBounced);
                    transaction.recipients.push(Recipient { address, bounces });
                }
                self.say("250 2.1.5 recipient is fine")
            }
        }
    }

    /// A fault that waits for the next letter to one of the dealerships at an address.
    fn ordered(&self, address: &str) -> Option<Fault> {
        let owners = self.shared.world.lock().addresses.get(&address.to_lowercase()).cloned()?;
        owners.iter().find_map(|dealer| self.shared.ordered.next_of(dealer, Fault::is_mail))
    }

    async fn data(&mut self) -> io::Result<ControlFlow<()>> {
        match &self.transaction {
            None => return Ok(self.no_sense("503 5.5.1 say MAIL first")),
            Some(transaction) if transaction.recipients.is_empty() => {
                return Ok(self.no_sense("554 5.5.1 nobody is to have it"));
            }
            Some(_) => {}
        }
        self.stream.reply("354 end it with a dot on a line of its own");
        self.stream.flush().await?;
        let Some(letter) = self.stream.letter(SIZE).await? else { return Ok(ControlFlow::Break(())) };
        let Some(transaction) = self.transaction.take() else { return Ok(ControlFlow::Break(())) };
        let letter = match letter {
            Ok(letter) => letter,
            Err(Flaw::TooBig) => return Ok(self.refuse("552 5.3.4 the letter is too long")),
            Err(Flaw::LongLine) => return Ok(self.refuse("554 5.6.0 a line of the letter has more than 998 bytes")),
            Err(Flaw::Bare) => return Ok(self.refuse("554 5.6.0 a line of the letter does not end in CR LF")),
        };
        self.end(&transaction, letter).await
    }

    /// The final dot has come.
    async fn end(&mut self, transaction: &Transaction, letter: Vec<u8>) -> io::Result<ControlFlow<()>> {
        let fault = transaction.fault;
        if let Some(fault) = fault.filter(|fault| *fault != Fault::MailDeferred) {
            self.shared.stats.fault(fault);
        }
        // A reply is an answer: this one says that the letter was not taken.
        if fault == Some(Fault::MailClosing) {
            self.stream.reply("421 4.3.2 closing down");
            return Ok(ControlFlow::Break(()));
        }
        if let Some(Fault::MailCut | Fault::MailHang) = fault {
            let turn = self.post.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
            if turn {
                delivery::deliver(self.shared, self.post, transaction, letter).await;
            }
        } else {
            if fault == Some(Fault::MailSlow) {
                // In real time, as callers' time-outs are.
                let delay = self.shared.faults.lock().mail_slow_by().max(delivery::LEAST_DELAY);
                tokio::time::sleep(delay).await;
            }
            let bounced = delivery::deliver(self.shared, self.post, transaction, letter).await;
            self.stream.reply("250 2.0.0 taken");
            self.stream.flush().await?;
            delivery::report(self.shared, self.post, bounced).await;
            return Ok(ControlFlow::Continue(()));
        }
        if fault == Some(Fault::MailHang) {
            self.stream.gone().await?;
        }
        Ok(ControlFlow::Break(()))
    }
}

/// What follows a name and a colon, whatever the case.
fn named<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let rest = rest.trim_start();
    let found = rest.get(..name.len()).filter(|found| found.eq_ignore_ascii_case(name))?;
    rest.get(found.len()..)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::super::server::{SandboxSettings, start};
    use super::super::PostSettings;
    use super::*;
    use crate::clock::ManualClock;
    use crate::sandbox::{Faults, Sandbox};

    async fn sandbox(faults: &str) -> Sandbox {
        let listen = "127.0.0.1:0".parse().unwrap();
        let settings = SandboxSettings {
            post: Some(PostSettings { listen, maildir: None }),
            faults: Faults::parse(faults).unwrap(),
            ..SandboxSettings::new(Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)))
        };
        start(settings).await.unwrap()
    }

    /// Everything that is answered to some bytes, sent at once or in small pieces.
    async fn answers(sandbox: &Sandbox, bytes: &[u8], piece: usize) -> String {
        let (mut client, server) = tokio::io::duplex(1 << 20);
        let shared = Arc::clone(&sandbox.shared);
        let session = tokio::spawn(async move { run(server, &shared, false).await });
        for piece in bytes.chunks(piece) {
            client.write_all(piece).await.ok();
            tokio::task::yield_now().await;
        }
        client.shutdown().await.ok();
        let mut said = Vec::new();
        client.read_to_end(&mut said).await.unwrap();
        // A panic in the session shows here.
        session.await.unwrap().ok();
        String::from_utf8(said).unwrap()
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let command = proptest::sample::select(vec![
            "EHLO x\r\n",
            "MAIL FROM:<desk@example.com>\r\n",
            "MAIL FROM:<> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n",
            "RCPT TO:<ann@example.com>\r\n",
            "RCPT TO:<\"a b\"@example.com>\r\n",
            "RCPT TO:<",
            "DATA\r\n",
            "Subject: x\r\nContent-Type: multipart/mixed; boundary=\"\"\r\n\r\nYour code:\r\n\r\nK7QF-2M9X\r\n",
            "\r\n.\r\n",
            ".",
            "\r\n",
            "\n",
            "\r",
            "RSET\r\n",
            "VRFY x\r\n",
            "NOOP\r\n",
            "QUIT\r\n",
        ]);
        prop_oneof![
            6 => command.prop_map(|text| text.as_bytes().to_vec()),
            2 => proptest::collection::vec(any::<u8>(), 0..60),
            1 => (any::<u8>(), 900_usize..3_000).prop_map(|(byte, long)| vec![byte; long]),
        ]
    }

    #[test]
    fn whatever_is_sent_the_answer_is_a_reply_and_the_same_in_every_cut() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
        let (pieces, cut) = (proptest::collection::vec(piece(), 0..25), 1_usize..50);
        let good = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n".to_vec();
        let taken_by = std::cell::Cell::new(0);
        TestRunner::new(config)
            .run(&(any::<bool>(), pieces, cut), |(begun, pieces, cut)| {
                let mut bytes = if begun { good.clone() } else { Vec::new() };
                bytes.extend(pieces.concat());
                runtime.block_on(async {
                    let sandbox = sandbox("none").await;
                    let said = answers(&sandbox, &bytes, bytes.len().max(1)).await;
                    prop_assert_eq!(&said, &answers(&sandbox, &bytes, cut).await);
                    for line in said.lines() {
                        let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
                        prop_assert!(code.is_some_and(|code| (211..=555).contains(&code)), "{}", line);
                    }
                    taken_by.set(taken_by.get() + sandbox.post().unwrap().counts().taken);
                    Ok(())
                })
            })
            .unwrap();
        let taken = taken_by.get();
        assert!(taken > 200, "only {taken} letters: that tells nothing");
    }

    #[tokio::test]
    async fn a_session_too_many_is_told_so() {
        let sandbox = sandbox("none").await;
        let (mut client, server) = tokio::io::duplex(1_000);
        run(server, &sandbox.shared, true).await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("421 4.3.2"), "{said}");
    }
}

//! `[mail]`: letters, how they leave, whose they are, and how often one is tried.

use chrono::TimeDelta;

use crate::domain::address::{self, Mailbox};
use crate::domain::{LetterKind, MailPolicy};
use crate::mail::smtp::Limits;
use crate::mail::{RendererSettings, Transport};

use super::super::kind::{A_MOMENT, length, lengths, number, parsed, path, secret, text, texts, words};
use super::super::model::MailSettings;
use super::super::reader::Section;
use super::super::section::SettingSection;
use super::super::setting::{Setting, SettingForm, SettingTarget};

pub(super) fn section() -> SettingSection {
    SettingSection::new("mail", "Letters.")
        .with_those_of(|config| &mut config.mail, delivery())
        .with_those_of(|config| &mut config.mail.limits, limits())
        .with_those_of(|config| &mut config.mail.letters, letters())
        .with([
            path("bounces", "A maildir with delivery reports.", |c| &mut c.mail.bounces),
            path("ca_file", "Authorities that count beside the system's (PEM).", |c| &mut c.mail.ca_file),
            number("per_hour", "The most letters in any hour.", 1..=1_000_000, |c| &mut c.mail.per_hour),
        ])
        .with_those_of(|config| &mut config.policy.mail, pace())
        .checked(|section, config| {
            check(section, &config.mail);
            config.policy.mail.bcc = config.mail.letters.bcc.as_deref().map(Into::into);
        })
}

fn delivery() -> [Setting<MailSettings>; 4] {
    [
        transport(),
        secret("password", "Of the user that `transport` names.", |m| &mut m.password),
        texts("allow_plain", "Servers to which letters may go unencrypted.", |m| &mut m.allow_plain),
        number("lanes", "Connections at once.", 1..=64, |m| &mut m.max_connections),
    ]
}

fn transport() -> Setting<MailSettings> {
    let read = |section: &Section<'_, '_>, text: &str| {
        Ok(match Transport::parse(text)? {
            Transport::Directory(path) => Transport::Directory(section.located(&path.to_string_lossy())),
            transport => transport,
        })
    };
    let words = "`smtp+starttls://user@HOST:587`, `smtps://…`, `smtp://…` (this machine only), `dir:PATH`, `none`";
    let form = SettingForm::pattern(words, r"^\s*(smtp(\+starttls)?://.|smtps://.|dir:.|none\s*$)");
    parsed("transport", "How letters leave.", form, |m: &mut MailSettings| &mut m.transport, read, ToString::to_string)
        .or("a file each, in `mail` of the data directory")
}

fn limits() -> [Setting<Limits>; 3] {
    [
        length("connect_timeout", "Finding and reaching the server; once more for TLS.", A_MOMENT, |l| &mut l.connect),
        length("command_timeout", "The answer to each command.", A_MOMENT, |l| &mut l.command),
        length("answer_timeout", "Taking the letter; once more for the answer to it.", A_MOMENT, |l| &mut l.answer),
    ]
}

/// A mail address, with a name where there is one.
fn mailbox<S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut RendererSettings) -> &mut S,
) -> Setting<RendererSettings> {
    let read = |text: &str| Mailbox::read(text).map(|read| read.to_string()).map_err(|problem| problem.to_string());
    parsed(key, summary, SettingForm::pattern("`Name <address>`", "@"), at, move |_, text| read(text), String::clone)
}

/// A mail address alone: in an envelope there are no names.
fn bare_address<S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut RendererSettings) -> &mut S,
) -> Setting<RendererSettings> {
    let read = |text: &str| address::check(text).map(|read| read.to_string()).map_err(|problem| problem.to_string());
    parsed(key, summary, SettingForm::pattern("mail address", "@"), at, move |_, text| read(text), String::clone)
}

fn letters() -> [Setting<RendererSettings>; 6] {
    [
        mailbox("from", "Whose letters they are; needed where `transport` is a server.", |l| &mut l.from),
        mailbox("reply_to", "Where answers go.", |l| &mut l.reply_to).or("`from`"),
        bare_address("envelope_from", "Where delivery reports go.", |l| &mut l.envelope_from).or("`from`"),
        bare_address("bcc", "Who gets a copy of every letter.", |l| &mut l.bcc),
        text("contact", "How to reach you, in words for the dealership.", |l| &mut l.contact),
        path("templates", "A directory of templates that replace ours.", |l| &mut l.templates),
    ]
}

fn pace() -> [Setting<MailPolicy>; 5] {
    let (any, a_second) = (TimeDelta::zero(), TimeDelta::seconds(1));
    [
        length("per_dealership", "The least time between two letters to one dealership.", any, |m| {
            &mut m.per_dealership
        }),
        lengths("retry", "How long after each failure a letter is tried again; then it has failed.", a_second, |m| {
            &mut m.retry
        }),
        length("retry_uncertain", "The same where nobody knows whether it arrived; once.", a_second, |m| {
            &mut m.retry_uncertain
        }),
        length("least_life", "A code that dies within this is not sent.", any, |m| &mut m.least_life),
        words(
            "automatic",
            "Which letters go out by themselves when something is seen.",
            LetterKind::AUTOMATIC.map(|kind| (kind.as_str(), kind)),
            |m| &mut m.automatic,
        ),
    ]
}

/// Of a sender at a domain that is kept for samples.
const NOBODYS: &str =
    "this domain belongs to nobody: no answer and no bounce will ever arrive, and many servers refuse it";

/// What keys say about each other.
fn check(section: &Section<'_, '_>, mail: &MailSettings) {
    let user = match &mail.transport {
        Transport::Smtp(server) => server.user.as_deref(),
        _ => None,
    };
    if mail.password.is_some() && user.is_none() {
        section.warn("password", "nobody signs in with it: the user is named in transport, smtps://USER@HOST");
    }
    let Transport::Smtp(server) = &mail.transport else { return };
    if let Err(why) = server.admissible(&mail.allow_plain) {
        section.complain("transport", why);
    }
    if let (Some(user), None) = (user, &mail.password) {
        let user = crate::domain::text::clean(user);
        section.complain("transport", format!("`{user}` needs a password to sign in: password = {{ env = \"NAME\" }}"));
    }
    if !section.has("from") {
        section.complain("transport", "a mail server needs a sender: from = \"Name <name@your.domain>\"");
    }
    let reserved = Mailbox::read(&mail.letters.from).is_ok_and(|from| from.address.is_reserved());
    if section.has("from") && reserved && !server.is_loopback() {
        section.warn("from", NOBODYS);
    }
    if mail.letters.envelope_from.as_deref().is_some_and(address::is_reserved) && !server.is_loopback() {
        section.warn("envelope_from", NOBODYS);
    }
}

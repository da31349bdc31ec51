//! From TOML to the settings of letters and reminders.

use chrono::TimeDelta;

use crate::domain::address::{self, Mailbox};
use crate::domain::suggest::did_you_mean;
use crate::domain::{LetterKind, MailPolicy, QuietHours};
use crate::mail::Transport;
use crate::mail::smtp::Limits;

use super::model::{MailSettings, Reminders};
use super::read::{A_MINUTE, size, time};
use super::reader::Section;

pub(super) fn mail(section: &Section<'_, '_>, partner: &str) -> MailSettings {
    let mailbox = |text: &str| Mailbox::read(text).map(|read| read.to_string()).map_err(|problem| problem.to_string());
    // In an envelope there are no names.
    let bare = |text: &str| address::check(text).map(|read| read.to_string()).map_err(|problem| problem.to_string());
    let (limits, usual) = (Limits::default(), MailPolicy::default());
    let transport = transport(section);
    let from = section.parsed("from", mailbox);
    let mail = MailSettings {
        password: section.secret("password"),
        ca_file: section.path("ca_file"),
        allow_plain: section.texts("allow_plain").unwrap_or_default(),
        lanes: size(section, "lanes", 1..=64, 4),
        limits: Limits {
            connect: time(section, "connect_timeout", limits.connect),
            command: time(section, "command_timeout", limits.command),
            answer: time(section, "answer_timeout", limits.answer),
        },
        from: from.clone().unwrap_or_else(|| ours(partner)),
        reply_to: section.parsed("reply_to", mailbox),
        envelope_from: section.parsed("envelope_from", bare),
        bcc: section.parsed("bcc", bare),
        contact: section.text("contact"),
        templates: section.path("templates"),
        per_hour: section
            .number("per_hour", 1..=1_000_000)
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(1_000),
        per_dealership: section.duration("per_dealership", TimeDelta::zero()).unwrap_or(usual.per_dealership),
        retry: section.durations("retry", TimeDelta::seconds(1)).unwrap_or(usual.retry),
        retry_uncertain: section.duration("retry_uncertain", TimeDelta::seconds(1)).unwrap_or(usual.retry_uncertain),
        least_life: section.duration("least_life", TimeDelta::zero()).unwrap_or(usual.least_life),
        automatic: section.list("automatic", automatic).unwrap_or_else(|| MailSettings::AUTOMATIC.to_vec()),
        bounces: section.path("bounces"),
        transport,
    };
    agree(section, &mail, from.as_deref());
    section.end();
    mail
}

/// The sender of letters that go nowhere but into a directory.
fn ours(partner: &str) -> String {
    const ADDRESS: &str = "onboarding@example.com";
    let named = Mailbox::read(&format!("{partner} Onboarding <{ADDRESS}>"));
    named.map_or_else(|_| ADDRESS.to_owned(), |mailbox| mailbox.to_string())
}

fn transport(section: &Section<'_, '_>) -> Transport {
    let written = section.parsed("transport", Transport::parse);
    match written {
        Some(Transport::Directory(path)) => Transport::Directory(section.located(&path.to_string_lossy())),
        Some(transport) => transport,
        None => {
            let home = super::paths::data_dir().unwrap_or_else(|| "cloverwatch".into());
            Transport::Directory(home.join("mail"))
        }
    }
}

fn automatic(text: &str) -> Result<LetterKind, String> {
    let words = MailSettings::AUTOMATIC.map(LetterKind::word);
    MailSettings::AUTOMATIC
        .into_iter()
        .find(|kind| kind.word() == text)
        .ok_or_else(|| format!("`{text}` is none of {}{}", words.join(", "), did_you_mean(text, words)))
}

/// Of a sender at a domain that is kept for samples.
const NOBODYS: &str =
    "this domain belongs to nobody: no answer and no bounce will ever arrive, and many servers refuse it";

/// What keys say about each other.
fn agree(section: &Section<'_, '_>, mail: &MailSettings, from: Option<&str>) {
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
    if from.is_none() && !section.has("from") {
        section.complain("transport", "a mail server needs a sender: from = \"Name <name@your.domain>\"");
    }
    let reserved = Mailbox::read(&mail.from).is_ok_and(|from| from.address.is_reserved());
    if from.is_some() && reserved && !server.is_loopback() {
        section.warn("from", NOBODYS);
    }
    if mail.envelope_from.as_deref().is_some_and(address::is_reserved) && !server.is_loopback() {
        section.warn("envelope_from", NOBODYS);
    }
}

pub(super) fn reminders(section: &Section<'_, '_>) -> Reminders {
    let usual = MailPolicy::default();
    let mut before_expiry = section.durations("before_expiry", A_MINUTE).unwrap_or(usual.remind_before);
    before_expiry.sort_unstable_by(|a, b| b.cmp(a));
    before_expiry.dedup();
    let quiet = section.parsed("quiet", |text| match text.trim() {
        "none" => Ok(None),
        text => QuietHours::parse(text).map(Some),
    });
    let reminders = Reminders { before_expiry, quiet: quiet.unwrap_or(usual.quiet) };
    section.end();
    reminders
}

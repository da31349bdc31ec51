//! The settings, as plain data with their defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;

use crate::domain::{CodeOrigin, LetterKind, MailPolicy, Policy, QuietHours, TestBooking};
use crate::engine::Pace;
use crate::mail::Transport;
use crate::mail::smtp::Limits;
use crate::timezone::DatabaseChoice;
use crate::xtime;
use crate::xtime::source::{CommandSettings, HttpSettings};

use super::lists::ListSettings;
use super::secret::SecretSource;

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read; `None`: there is none, and the defaults hold.
    pub file: Option<PathBuf>,
    /// The partner's name: whose invitation it is.
    pub partner: String,
    pub store: StoreUrl,
    pub xtime: Xtime,
    pub invitations: Invitations,
    /// The opcode of a dealership that has not chosen.
    pub opcode_default: String,
    /// What a new opcode is usually called.
    pub opcode_new: String,
    /// How many days ahead slots are looked for.
    pub slot_window: u16,
    /// What a test appointment says.
    pub appointment: TestBooking,
    /// How long after a booking without an answer its absence at the platform may count.
    pub booking_settles: TimeDelta,
    /// How often a live dealership is looked at again.
    pub recheck: TimeDelta,
    pub mail: MailSettings,
    pub reminders: Reminders,
    /// How lists are read, by the name that they are called by.
    pub lists: BTreeMap<String, ListSettings>,
    pub ui: Ui,
    /// Where the rules of time zones are read from.
    pub zone_database: DatabaseChoice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// The embedded store in a directory: `sled:PATH`.
    Embedded(PathBuf),
}

impl std::fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(path) => write!(f, "sled:{}", path.display()),
        }
    }
}

impl StoreUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// In words, when this version has no such store.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sled", "")) => Err("the directory is missing: sled:PATH".to_owned()),
            Some(("sled", path)) => Ok(Self::Embedded(super::paths::from_settings(path, std::path::Path::new("")))),
            Some(("postgres" | "postgresql", _)) => {
                Err("PostgreSQL stores are not part of this version; use sled:PATH".to_owned())
            }
            _ => Err("a store is named `sled:PATH`".to_owned()),
        }
    }
}

/// The platform. What has no secret in it is held in the form that the client takes.
#[derive(Debug, Clone)]
pub struct Xtime {
    pub settings: xtime::PlatformSettings,
    pub client_secret: Option<SecretSource>,
    pub api_key: Option<SecretSource>,
    /// The developer's key, where one is needed.
    pub developer_key: Option<SecretSource>,
    pub headers: Vec<(String, SecretSource)>,
    /// How many rows of `settings.meanings`, from the first, were configured; the defaults follow.
    pub own_meanings: usize,
    /// Requests per second, for the whole credential.
    pub requests_per_second: u32,
}

impl Xtime {
    /// Which settings are still missing before anything can be asked of the platform.
    pub fn missing(&self) -> Vec<&'static str> {
        let given = [
            ("client_id", !self.settings.client_id.is_empty()),
            ("client_secret", self.client_secret.is_some()),
            ("api_key", self.api_key.is_some()),
        ];
        given.into_iter().filter(|(_, given)| !given).map(|(key, _)| key).collect()
    }
}

#[derive(Debug, Clone)]
pub struct Invitations {
    pub source: CodeOrigin,
    /// How long a code lives from its generation.
    pub valid_for: TimeDelta,
    /// How long Xtime may take.
    pub confirm_within: TimeDelta,
    /// From when on the second clock is amber.
    pub amber_after: TimeDelta,
    /// From how little time left a code needs attention.
    pub expiring_within: TimeDelta,
    /// How far in our future a moment of generation may lie.
    pub clock_tolerance: TimeDelta,
    /// The interface of the partner.
    pub http: Option<HttpCodes>,
    /// The program of the partner.
    pub command: Option<CommandSettings>,
}

/// An HTTP interface that makes codes.
#[derive(Debug, Clone)]
pub struct HttpCodes {
    pub settings: HttpSettings,
    pub headers: Vec<(String, SecretSource)>,
}

/// Letters: how they leave, whose they are, and how often one is tried.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub transport: Transport,
    /// For the user of the server.
    pub password: Option<SecretSource>,
    /// Certificates of authorities that count beside those of the machine (PEM).
    pub ca_file: Option<PathBuf>,
    /// Hosts to which letters may go unencrypted.
    pub allow_plain: Vec<String>,
    /// How many connections at once.
    pub lanes: usize,
    /// How long a server may take.
    pub limits: Limits,
    /// Whose letters they are: `Name <address>`, checked.
    pub from: String,
    /// Where answers go, when not to `from`; checked.
    pub reply_to: Option<String>,
    /// The sender of the envelope: where delivery reports go; `None`: to `from`.
    pub envelope_from: Option<String>,
    /// Who gets a copy of every letter.
    pub bcc: Option<String>,
    /// How to reach the contact, in words for the dealership.
    pub contact: Option<String>,
    /// The directory of templates that replace ours.
    pub templates: Option<PathBuf>,
    /// The most letters in any hour.
    pub per_hour: u32,
    /// The least time between two letters to one dealership.
    pub per_dealership: TimeDelta,
    /// How long after each failure a letter is tried again; after the last one it has failed.
    pub retry: Vec<TimeDelta>,
    /// How long after nobody knew whether it arrived a letter is tried once more.
    pub retry_uncertain: TimeDelta,
    /// A code that dies within this is not sent.
    pub least_life: TimeDelta,
    /// Which letters go out by themselves when something is seen.
    pub automatic: Vec<LetterKind>,
    /// The maildir into which bounces come.
    pub bounces: Option<PathBuf>,
}

impl MailSettings {
    /// The kinds that may go out by themselves.
    pub const AUTOMATIC: [LetterKind; 2] = [LetterKind::WordReceived, LetterKind::Live];
}

/// Reminders of a code that dies soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// How long before the expiry, the earliest first. Empty: never.
    pub before_expiry: Vec<TimeDelta>,
    /// When dealerships are left alone, by their own clocks; `None`: never.
    pub quiet: Option<QuietHours>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    pub theme: ThemeSetting,
    /// Read for the sake of files that have it, and without effect: the mouse stays the terminal's, for selecting text.
    pub mouse: bool,
    /// Who sits at the desk: recorded with every event, and what `is:mine` means. `None`: the login name.
    pub operator: Option<String>,
}

/// Which colours the screen uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeSetting {
    /// What the terminal seems to be.
    #[default]
    Auto,
    Dark,
    Light,
    /// No colours: bold, reverse, glyphs and words only.
    Mono,
}

impl ThemeSetting {
    /// Every theme with its word.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("dark", Self::Dark), ("light", Self::Light), ("mono", Self::Mono)];

    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, theme)| *theme == self).map_or("auto", |(word, _)| word)
    }
}

impl Config {
    /// The numbers that the rules need.
    pub fn policy(&self) -> Policy {
        Policy {
            valid_for: self.invitations.valid_for,
            confirm_within: self.invitations.confirm_within,
            amber_after: self.invitations.amber_after,
            expiring_within: self.invitations.expiring_within,
            clock_tolerance: self.invitations.clock_tolerance,
            default_opcode: self.opcode_default.clone(),
            new_opcode: self.opcode_new.clone(),
            slot_window: self.slot_window,
            booking_settles: self.booking_settles,
            mail: self.mail_policy(),
            slot_stretch: self.xtime.settings.max_slot_days,
            ..Policy::default()
        }
    }

    fn mail_policy(&self) -> MailPolicy {
        let automatic = |kind| self.mail.automatic.contains(&kind);
        MailPolicy {
            remind_before: self.reminders.before_expiry.clone(),
            quiet: self.reminders.quiet,
            word_received: automatic(LetterKind::WordReceived),
            live: automatic(LetterKind::Live),
            retry: self.mail.retry.clone(),
            retry_uncertain: self.mail.retry_uncertain,
            least_life: self.mail.least_life,
            per_dealership: self.mail.per_dealership,
            bcc: self.mail.bcc.as_deref().map(Into::into),
        }
    }

    /// The numbers of the background tasks.
    pub fn pace(&self) -> Pace {
        Pace {
            requests_per_second: self.xtime.requests_per_second,
            max_in_flight: u32::try_from(self.xtime.settings.max_in_flight).unwrap_or(u32::MAX),
            max_retry_after: self.xtime.settings.max_retry_after,
            recheck: self.recheck.to_std().unwrap_or_default(),
        }
    }

    /// Who sits at the desk: as it is configured, else the login name.
    pub fn operator(&self) -> String {
        self.ui.operator.clone().unwrap_or_else(super::login::name)
    }
}

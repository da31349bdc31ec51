//! The settings, as plain data with their defaults.

use std::path::PathBuf;

use chrono::TimeDelta;

use crate::domain::{CodeOrigin, Policy, TestBooking};
use crate::engine::Pace;
use crate::xtime;
use crate::xtime::source::{CommandSettings, HttpSettings};

use super::secret::Secret;

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read; `None`: there is none, and the defaults hold.
    pub file: Option<PathBuf>,
    /// The partner's name: whose invitation it is.
    pub partner: String,
    /// Where the books are.
    pub store: StoreUrl,
    /// The platform.
    pub xtime: Xtime,
    /// Codes and their clocks.
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
    /// The screen.
    pub ui: Ui,
}

/// Where the books are.
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
    /// Everything but the secrets.
    pub settings: xtime::Settings,
    /// The client's secret.
    pub client_secret: Option<Secret>,
    /// The key.
    pub api_key: Option<Secret>,
    /// The developer's key, where one is needed.
    pub developer_key: Option<Secret>,
    /// More headers.
    pub headers: Vec<(String, Secret)>,
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

/// Codes and their clocks.
#[derive(Debug, Clone)]
pub struct Invitations {
    /// Where codes come from.
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
    /// Everything but the headers.
    pub settings: HttpSettings,
    /// Headers; literals are templates.
    pub headers: Vec<(String, Secret)>,
}

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    /// Which colours.
    pub theme: Theme,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Who sits at the desk: recorded with every event, and what `is:mine` means. `None`: the login name.
    pub operator: Option<String>,
}

/// Which colours the screen uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the terminal seems to be.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// No colours: bold, reverse, glyphs and words only.
    Mono,
}

impl Theme {
    /// Every theme with its word.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("dark", Self::Dark), ("light", Self::Light), ("mono", Self::Mono)];

    /// Its word.
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
            slot_stretch: self.xtime.settings.max_slot_days,
            ..Policy::default()
        }
    }

    /// The numbers of the background tasks.
    pub fn pace(&self) -> Pace {
        Pace {
            requests_per_second: self.xtime.requests_per_second,
            max_in_flight: u32::try_from(self.xtime.settings.max_in_flight).unwrap_or(u32::MAX),
            recheck: self.recheck.to_std().unwrap_or_default(),
        }
    }

    /// Who sits at the desk.
    pub fn operator(&self) -> String {
        let login = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok().filter(|name| !name.is_empty());
        self.ui.operator.clone().or_else(login).unwrap_or_else(|| "operator".to_owned())
    }
}

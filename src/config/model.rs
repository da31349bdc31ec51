//! The settings as plain data, with their defaults: where it can be, in the types of those who use them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::address::Mailbox;
use crate::domain::list::{ListField, Mapping};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;
use crate::domain::{CodeOrigin, Customer, Label, Policy, TestBooking, Vehicle};
use crate::engine::Pace;
use crate::mail::smtp::Limits;
use crate::mail::{RendererSettings, Transport};
use crate::present::view::SavedView;
use crate::present::{NotifyChoice, ThemeChoice, ThemeSource};
use crate::store::postgres::PostgresUrl;
use crate::timezone::DatabaseChoice;
use crate::xtime::PlatformSettings;
use crate::xtime::source::{CommandSettings, HttpSettings};

use super::hooks::HookConfig;
use super::secret::SecretSource;

/// The vehicle of a test appointment: a number that no car has, with a valid check digit.
const TEST_VIN: &str = "11111111111111111";

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read; `None`: there is none, and the defaults hold.
    pub file: Option<PathBuf>,
    /// The partner's name: whose invitation it is.
    pub partner: String,
    pub store: StoreUrl,
    /// Of the user that a PostgreSQL store names.
    pub store_password: Option<SecretSource>,
    pub xtime: Xtime,
    pub invitations: Invitations,
    /// The numbers that the rules need.
    pub policy: Policy,
    /// How often a live dealership is looked at again.
    pub recheck: Duration,
    /// What a test appointment says.
    pub appointment: TestBooking,
    pub mail: MailSettings,
    /// How lists are read, by the name that they are called by.
    pub lists: BTreeMap<String, ListSettings>,
    /// Whom to tell of which events.
    pub hooks: Vec<HookConfig>,
    /// Where `/metrics` and `/health` are answered; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    pub ui: Ui,
    /// Those of the settings, and the given ones.
    pub views: Vec<SavedView>,
    /// Where the rules of time zones are read from.
    pub zone_database: DatabaseChoice,
}

#[derive(Debug, Clone)]
pub enum StoreUrl {
    /// The embedded store in a directory: `sled:PATH`.
    Embedded(PathBuf),
    /// The store of a team: `postgres://…`.
    Postgres(Box<PostgresUrl>),
}

/// As it could be written again, without a password.
impl std::fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(path) => write!(f, "sled:{}", path.display()),
            Self::Postgres(url) => f.write_str(url.written()),
        }
    }
}

impl StoreUrl {
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sled", "")) => Err("the directory is missing: sled:PATH".to_owned()),
            Some(("sled", path)) => Ok(Self::Embedded(super::paths::from_settings(path, Path::new("")))),
            Some(("postgres" | "postgresql", _)) => {
                PostgresUrl::parse(text).map(Box::new).map(Self::Postgres).map_err(|error| error.to_string())
            }
            _ => Err("a store is named `sled:PATH` or `postgres://USER@HOST/DATABASE`".to_owned()),
        }
    }

    /// Where the embedded store is; `None`: it is no directory.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Embedded(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// What there is to say of a password that stands in it.
    pub(super) fn warning(&self) -> Option<&'static str> {
        match self {
            Self::Postgres(url) if url.has_password() => {
                Some("a password stands in it, where others may see it; better: [store] password, or PGPASSFILE")
            }
            _ => None,
        }
    }
}

/// The platform. The secrets of `settings` are fetched when the client is made.
#[derive(Debug, Clone)]
pub struct Xtime {
    pub settings: PlatformSettings,
    pub client_secret: Option<SecretSource>,
    pub api_key: Option<SecretSource>,
    pub developer_key: Option<SecretSource>,
    pub headers: Vec<(String, SecretSource)>,
    /// How many rows of `settings.meanings`, from the first, were configured; the defaults follow.
    pub own_meanings: usize,
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
    /// The interface of the partner.
    pub http: Option<HttpCodes>,
    /// The program of the partner.
    pub command: Option<CommandSettings>,
}

/// An HTTP interface that makes codes. The headers of `settings` are fetched when it is asked.
#[derive(Debug, Clone, Default)]
pub struct HttpCodes {
    pub settings: HttpSettings,
    pub headers: Vec<(String, SecretSource)>,
}

/// How letters leave, and which ones.
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
    pub max_connections: usize,
    pub limits: Limits,
    pub letters: RendererSettings,
    /// The most letters in any hour.
    pub per_hour: u32,
    /// The maildir into which bounces come.
    pub bounces: Option<PathBuf>,
}

impl MailSettings {
    /// Where letters become files instead of being mailed.
    pub fn directory(&self) -> Option<&Path> {
        match &self.transport {
            Transport::Directory(path) => Some(path),
            _ => None,
        }
    }

    pub fn mails(&self) -> bool {
        matches!(self.transport, Transport::Smtp(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    pub theme: ThemeSource,
    /// Whether the screen has ASCII characters alone; `None`: as the locale says.
    pub ascii: Option<bool>,
    /// Whether the desk takes the mouse, with which the terminal selects text otherwise.
    pub mouse: bool,
    /// How somebody is told who looks elsewhere.
    pub notify: NotifyChoice,
    /// Whether the desk begins as it was left.
    pub restore: bool,
    /// Who sits at the desk: recorded with every event, and what `is:mine` means.
    pub operator: String,
}

/// How a list is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSettings {
    pub map: Mapping,
    /// What fields read where a row says nothing.
    pub set: Vec<(ListField, String)>,
}

impl Config {
    /// Has the partner's name stand wherever nothing else is set.
    pub(super) fn speak_of_partner(&mut self) {
        let partner = self.partner.as_str();
        self.appointment = test_booking(partner);
        self.mail.letters.from = sender(partner);
        self.mail.letters.partner = partner.to_owned();
    }

    /// The numbers of the background tasks.
    pub fn pace(&self) -> Pace {
        let (settings, usual) = (&self.xtime.settings, Pace::default());
        Pace {
            requests_per_second: settings.requests_per_second.unwrap_or(usual.requests_per_second),
            max_in_flight: u32::try_from(settings.max_in_flight).unwrap_or(u32::MAX),
            max_retry_after: settings.max_retry_after,
            recheck: self.recheck,
        }
    }

    /// Who sits at the desk.
    pub fn operator(&self) -> String {
        self.ui.operator.clone()
    }

    /// How the lists of a name are read.
    pub fn list_settings(&self, name: &str) -> Result<ListSettings, String> {
        let known = || self.lists.keys().map(String::as_str);
        self.lists.get(name).cloned().ok_or_else(|| {
            let list: Vec<&str> = known().collect();
            let there =
                if list.is_empty() { "there are none".to_owned() } else { format!("there are: {}", list.join(", ")) };
            format!("the settings have no [import.{}]{} ({there})", clean(name), did_you_mean(name, known()))
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        let partner = "DataClover";
        let home = super::paths::data_dir().unwrap_or_else(|| PathBuf::from("cloverwatch"));
        let pace = Pace::default();
        Self {
            file: None,
            partner: partner.to_owned(),
            store: StoreUrl::Embedded(home.clone()),
            store_password: None,
            xtime: Xtime {
                settings: PlatformSettings {
                    requests_per_second: Some(pace.requests_per_second),
                    ..PlatformSettings::default()
                },
                client_secret: None,
                api_key: None,
                developer_key: None,
                headers: Vec::new(),
                own_meanings: 0,
            },
            invitations: Invitations { source: CodeOrigin::Paste, http: None, command: None },
            policy: Policy::default(),
            recheck: pace.recheck,
            appointment: test_booking(partner),
            mail: MailSettings {
                transport: Transport::Directory(home.join("mail")),
                password: None,
                ca_file: None,
                allow_plain: Vec::new(),
                max_connections: 4,
                limits: Limits::default(),
                letters: RendererSettings {
                    partner: partner.to_owned(),
                    from: sender(partner),
                    reply_to: None,
                    envelope_from: None,
                    bcc: None,
                    contact: None,
                    templates: None,
                },
                per_hour: 1_000,
                bounces: None,
            },
            lists: BTreeMap::new(),
            hooks: Vec::new(),
            metrics_listen: None,
            ui: Ui {
                theme: ThemeSource::Given(ThemeChoice::Auto),
                ascii: None,
                mouse: false,
                notify: NotifyChoice::default(),
                restore: true,
                operator: super::login::name(),
            },
            views: SavedView::given(),
            zone_database: DatabaseChoice::default(),
        }
    }
}

fn test_booking(partner: &str) -> TestBooking {
    let label = Label { value: partner.to_owned(), context: "partner".to_owned() };
    TestBooking {
        customer: Customer { first_name: "Test".into(), last_name: partner.into(), email: "".into(), phone: "".into() },
        comment: format!("Test appointment by {partner}, please ignore"),
        reporting_label: label.clone(),
        label,
        vehicle: Vehicle {
            year: None,
            make: "OTHER".to_owned(),
            model: "OTHER".to_owned(),
            vin: Some(TEST_VIN.to_owned()),
        },
    }
}

/// The sender of letters that go nowhere but into a directory.
fn sender(partner: &str) -> String {
    const ADDRESS: &str = "onboarding@example.com";
    let named = Mailbox::read(&format!("{partner} Onboarding <{ADDRESS}>"));
    named.map_or_else(|_| ADDRESS.to_owned(), |mailbox| mailbox.to_string())
}

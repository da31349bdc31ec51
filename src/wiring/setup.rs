//! From settings to the parts of an engine. Secrets are fetched here, at the last moment.

use std::net::SocketAddr;
use std::sync::Arc;

use secrecy::ExposeSecret as _;

use crate::clock::SharedClock;
use crate::config::model::HttpCodes;
use crate::config::{Config, HookConfig, SecretError, SecretSource};
use crate::domain::{CodeOrigin, Fact};
use crate::engine::OutboxParts;
use crate::mail::smtp::{Roots, SmtpSettings};
use crate::mail::{DirectoryTransport, LetterRenderer, MailTransport, RendererError, SmtpTransport, Transport};
use crate::service::hooks::{Hook, HookTarget};
use crate::store::postgres::PostgresUrl;
use crate::xtime::source::{CommandSource, HeaderText, HttpSource};
use crate::xtime::{CodeSource, HttpPlatform, SetupError};

/// Why the platform, a code source or mail cannot be set up from the settings (exit 2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupFailure {
    /// A secret cannot be had.
    #[error("[{section}] {key}: {why}")]
    Secret { section: &'static str, key: String, why: SecretError },
    /// A setting cannot be used.
    #[error("[{section}] {why}")]
    Setting { section: &'static str, why: SetupError },
    /// Letters cannot leave as the settings want it.
    #[error("[mail] transport: {0}")]
    Mail(String),
    /// The certificates of an authority cannot be read.
    #[error("[mail] ca_file: {0}")]
    CaFile(String),
    #[error("[mail] {0}")]
    Letters(#[from] RendererError),
    #[error("[metrics] listen: nobody can listen on {address}: {why}; choose another port, or end what has it")]
    Listen { address: SocketAddr, why: String },
}

/// The section of the platform.
const XTIME: &str = "xtime";

fn fetch(section: &'static str, key: &str, secret: &SecretSource) -> Result<secrecy::SecretString, SetupFailure> {
    secret.fetch().map_err(|why| SetupFailure::Secret { section, key: key.to_owned(), why })
}

/// The database of a team, with the password of who opens it.
pub fn database(config: &Config, url: &PostgresUrl) -> Result<PostgresUrl, SetupFailure> {
    match config.store_password.as_ref().filter(|_| !url.has_password()) {
        Some(password) => {
            let password = fetch("store", "password", password)?;
            Ok(url.clone().with_password(password.expose_secret()))
        }
        None => Ok(url.clone()),
    }
}

/// The client of the platform; `None` while settings are missing ([`crate::config::model::Xtime::missing`]): nobody looks.
pub fn platform(config: &Config, clock: SharedClock) -> Result<Option<Arc<HttpPlatform>>, SetupFailure> {
    let xtime = &config.xtime;
    let (Some(client_secret), Some(api_key), []) = (&xtime.client_secret, &xtime.api_key, xtime.missing().as_slice())
    else {
        return Ok(None);
    };
    let mut settings = xtime.settings.clone();
    settings.client_secret = fetch(XTIME, "client_secret", client_secret)?;
    settings.api_key = fetch(XTIME, "api_key", api_key)?;
    if let Some(key) = &xtime.developer_key {
        settings.developer_key = Some(fetch(XTIME, "developer_key", key)?);
    }
    for (name, value) in &xtime.headers {
        settings.headers.push((name.clone(), fetch(XTIME, &format!("headers.{name}"), value)?));
    }
    let platform = HttpPlatform::new(settings, clock).map_err(|why| SetupFailure::Setting { section: XTIME, why })?;
    Ok(Some(Arc::new(platform)))
}

/// Where codes come from; `None`: by paste.
pub fn code_source(config: &Config, clock: SharedClock) -> Result<Option<Arc<dyn CodeSource>>, SetupFailure> {
    let invitations = &config.invitations;
    match (invitations.source, &invitations.http, &invitations.command) {
        (CodeOrigin::Http, Some(http), _) => Ok(Some(Arc::new(http_source(http, clock)?))),
        (CodeOrigin::Command, _, Some(command)) => {
            let section = "invitations.command";
            let source = CommandSource::new(command.clone());
            Ok(Some(Arc::new(source.map_err(|why| SetupFailure::Setting { section, why })?)))
        }
        _ => Ok(None),
    }
}

/// What letters are made of and go through; `None`: nobody sends any.
pub fn outbox(config: &Config, clock: SharedClock) -> Result<Option<OutboxParts>, SetupFailure> {
    let mail = &config.mail;
    let Some(transport) = transport(config, clock)? else { return Ok(None) };
    let renderer = LetterRenderer::new(&mail.letters)?;
    Ok(Some(OutboxParts { renderer, transport, per_hour: mail.per_hour, reports: mail.bounces.clone() }))
}

/// How letters leave; `None`: not at all.
pub fn transport(config: &Config, clock: SharedClock) -> Result<Option<Arc<dyn MailTransport>>, SetupFailure> {
    let mail = &config.mail;
    let server = match &mail.transport {
        Transport::None => return Ok(None),
        Transport::Directory(path) => return Ok(Some(Arc::new(DirectoryTransport::new(path)))),
        Transport::Smtp(server) => server.clone(),
    };
    let password = match (&mail.password, &server.user) {
        (Some(password), Some(_)) => Some(fetch("mail", "password", password)?),
        _ => None,
    };
    let roots = match &mail.ca_file {
        Some(path) => Roots::Also(crate::tls::authorities(path).map_err(SetupFailure::CaFile)?),
        None => Roots::Machine,
    };
    let settings = SmtpSettings {
        password,
        roots,
        allow_plain: mail.allow_plain.clone(),
        max_connections: mail.max_connections,
        limits: mail.limits,
        ..SmtpSettings::new(server)
    };
    Ok(Some(Arc::new(SmtpTransport::new(settings, clock).map_err(SetupFailure::Mail)?)))
}

/// The hooks, with their secrets.
pub fn hooks(config: &Config) -> Result<Vec<Hook>, SetupFailure> {
    config.hooks.iter().map(hook).collect()
}

fn hook(hook: &HookConfig) -> Result<Hook, SetupFailure> {
    let target = match &hook.url {
        Some(url) => {
            let secret =
                hook.secret.as_ref().map(|secret| fetch("hooks", &format!("secret of {}", hook.key()), secret));
            HookTarget::Url { url: url.clone(), secret: secret.transpose()? }
        }
        None => HookTarget::Program { run: hook.run.clone(), environment: hook.environment.clone() },
    };
    let patterns = hook.on.iter().filter_map(|pattern| Fact::places_of(pattern).ok());
    Ok(Hook {
        name: hook.key(),
        kinds: patterns.flatten().collect(),
        target,
        group: hook.group,
        per_minute: hook.per_minute,
        timeout: hook.timeout,
    })
}

fn http_source(http: &HttpCodes, clock: SharedClock) -> Result<HttpSource, SetupFailure> {
    let section = "invitations.http";
    let mut settings = http.settings.clone();
    for (name, value) in &http.headers {
        let text = match value {
            // What stands in the file as it is may be a template; what is kept elsewhere is a secret.
            SecretSource::Literal(text) => HeaderText::Template(text.expose_secret().to_owned()),
            secret => HeaderText::Secret(fetch(section, &format!("headers.{name}"), secret)?),
        };
        settings.headers.push((name.clone(), text));
    }
    HttpSource::new(settings, clock).map_err(|why| SetupFailure::Setting { section, why })
}

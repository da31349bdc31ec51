//! The effective settings as TOML that could be read again. A secret's place is shown, a secret never.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use toml_edit::Value;

use crate::domain::text::{MASK, masked_address};
use crate::domain::when::duration_text;
use crate::domain::{CodeOrigin, TestBooking};
use crate::timezone::DatabaseChoice;
use crate::xtime::TlsFiles;

use super::lists::{ListSettings, mapping_in_toml};
use super::model::{Config, HttpCodes, MailSettings};
use super::secret::SecretSource;

/// Writes every setting, the default meanings of answers included.
pub fn effective(config: &Config) -> String {
    let mut out = String::new();
    match &config.file {
        Some(path) => line(&mut out, &format!("# effective settings; file: {}", super::diagnostic::shown(path))),
        None => line(&mut out, "# effective settings; there is no file, only defaults, variables and flags"),
    }
    section(&mut out, "partner");
    entry(&mut out, "name", &text(&config.partner));
    section(&mut out, "store");
    entry(&mut out, "url", &address(&config.store.to_string()));
    platform(&mut out, config);
    codes(&mut out, config);
    section(&mut out, "opcode");
    entry(&mut out, "default", &text(&config.opcode_default));
    entry(&mut out, "new", &text(&config.opcode_new));
    entry(&mut out, "recheck", &length(config.recheck));
    entry(&mut out, "slot_window_days", &config.slot_window.to_string());
    appointment(&mut out, config);
    mail(&mut out, &config.mail);
    section(&mut out, "reminders");
    entry(&mut out, "before_expiry", &lengths(&config.reminders.before_expiry));
    let quiet = config.reminders.quiet.map_or_else(|| "none".to_owned(), |quiet| quiet.to_string());
    entry(&mut out, "quiet", &text(&quiet));
    section(&mut out, "ui");
    entry(&mut out, "theme", &text(config.ui.theme.word()));
    entry(&mut out, "mouse", &config.ui.mouse.to_string());
    entry(&mut out, "operator", &text(&config.operator()));
    section(&mut out, "time");
    let database = match &config.zone_database {
        DatabaseChoice::Newest => "newest".into(),
        DatabaseChoice::Embedded => "embedded".into(),
        DatabaseChoice::Directory(dir) => dir.to_string_lossy(),
    };
    entry(&mut out, "zone_database", &text(&database));
    lists(&mut out, config);
    meanings(&mut out, config);
    out
}

fn lists(out: &mut String, config: &Config) {
    for (name, ListSettings { map, set }) in &config.lists {
        section(out, &format!("import.{}", toml_edit::Key::new(name)));
        let pair = |key: &str, value: &str| format!("{} = {}", text(key), text(value));
        if let Some(map) = mapping_in_toml(map.pairs()) {
            entry(out, "map", &map);
        }
        let set: Vec<String> = set.iter().map(|(field, value)| pair(field.word(), value)).collect();
        entry(out, "set", &format!("{{ {} }}", set.join(", ")));
    }
}

fn appointment(out: &mut String, config: &Config) {
    let TestBooking { customer, comment, label, reporting_label, vehicle } = &config.appointment;
    section(out, "appointment");
    for (key, value) in [
        ("first_name", customer.first_name.raw()),
        ("last_name", customer.last_name.raw()),
        ("email", customer.email.raw()),
        ("phone", customer.phone.raw()),
        ("comment", comment),
        ("label", &label.value),
        ("label_context", &label.context),
        ("reporting_label", &reporting_label.value),
        ("reporting_label_context", &reporting_label.context),
        ("make", &vehicle.make),
        ("model", &vehicle.model),
        ("vin", vehicle.vin.as_deref().unwrap_or_default()),
    ] {
        // What is empty is the dealership's own, and cannot be written as a setting.
        if !value.is_empty() {
            entry(out, key, &text(value));
        }
    }
    if let Some(year) = vehicle.year {
        entry(out, "year", &year.to_string());
    }
    entry(out, "settles_after", &length(config.booking_settles));
}

/// Files of certificates; those that are not named are left out.
fn tls_files(out: &mut String, files: &TlsFiles) {
    let TlsFiles { ca_file, client_certificate, client_key } = files;
    for (key, path) in [("ca_file", ca_file), ("client_certificate", client_certificate), ("client_key", client_key)] {
        if let Some(path) = path {
            entry(out, key, &text(&path.to_string_lossy()));
        }
    }
}

fn mail(out: &mut String, mail: &MailSettings) {
    section(out, "mail");
    entry(out, "transport", &text(&mail.transport.to_string()));
    if let Some(value) = &mail.password {
        entry(out, "password", &secret(value));
    }
    entry(out, "allow_plain", &texts(&mail.allow_plain));
    entry(out, "lanes", &mail.lanes.to_string());
    entry(out, "connect_timeout", &time(mail.limits.connect));
    entry(out, "command_timeout", &time(mail.limits.command));
    entry(out, "answer_timeout", &time(mail.limits.answer));
    entry(out, "from", &text(&mail.from));
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    for (key, value) in [
        ("reply_to", mail.reply_to.clone()),
        ("envelope_from", mail.envelope_from.clone()),
        ("bcc", mail.bcc.clone()),
        ("contact", mail.contact.clone()),
        ("templates", mail.templates.as_ref().map(path)),
        ("bounces", mail.bounces.as_ref().map(path)),
        ("ca_file", mail.ca_file.as_ref().map(path)),
    ] {
        if let Some(value) = value {
            entry(out, key, &text(&value));
        }
    }
    entry(out, "per_hour", &mail.per_hour.to_string());
    entry(out, "per_dealership", &length(mail.per_dealership));
    entry(out, "retry", &lengths(&mail.retry));
    entry(out, "retry_uncertain", &length(mail.retry_uncertain));
    entry(out, "least_life", &length(mail.least_life));
    let automatic: Vec<String> = mail.automatic.iter().map(ToString::to_string).collect();
    entry(out, "automatic", &texts(&automatic));
}

fn platform(out: &mut String, config: &Config) {
    let xtime = &config.xtime;
    let settings = &xtime.settings;
    section(out, "xtime");
    let missing = xtime.missing();
    if !missing.is_empty() {
        line(out, &format!("# probing is off until these are set: {}", missing.join(", ")));
    }
    entry(out, "base_url", &address(&settings.base_url));
    entry(out, "token_url", &address(&settings.token_url));
    tls_files(out, &settings.tls);
    if !settings.client_id.is_empty() {
        entry(out, "client_id", &text(&settings.client_id));
    }
    for (key, value) in
        [("client_secret", &xtime.client_secret), ("api_key", &xtime.api_key), ("developer_key", &xtime.developer_key)]
    {
        if let Some(value) = value {
            entry(out, key, &secret(value));
        }
    }
    if !xtime.headers.is_empty() {
        entry(out, "headers", &headers(&xtime.headers));
    }
    entry(out, "scopes", &texts(&settings.scopes));
    entry(out, "requests_per_second", &xtime.requests_per_second.to_string());
    entry(out, "max_in_flight", &settings.max_in_flight.to_string());
    entry(out, "timeout", &time(settings.timeout));
    entry(out, "connect_timeout", &time(settings.connect_timeout));
    entry(out, "renew_before", &time(settings.renew_before));
    entry(out, "max_retry_after", &time(settings.max_retry_after));
    entry(out, "max_body", &settings.max_body.to_string());
    entry(out, "max_rows", &settings.max_rows.to_string());
    entry(out, "services_path", &address(&settings.services_path));
    entry(out, "slots_path", &address(&settings.slots_path));
    entry(out, "bookings_path", &address(&settings.bookings_path));
    entry(out, "appointments_path", &address(&settings.appointments_path));
    entry(out, "slot_taken_codes", &texts(&settings.slot_taken_codes));
    entry(out, "api_key_header", &text(&settings.api_key_header));
    entry(out, "developer_key_header", &text(&settings.developer_key_header));
    entry(out, "correlation_header", &text(&settings.correlation_header));
    entry(out, "make", &text(&settings.make));
    entry(out, "model", &text(&settings.model));
    if let Some(year) = settings.year {
        entry(out, "year", &year.to_string());
    }
    entry(out, "max_slot_days", &settings.max_slot_days.to_string());
    entry(out, "default_slot_minutes", &settings.default_slot_minutes.to_string());
    entry(out, "user_agent", &text(&settings.user_agent));
    entry(out, "allow_plain_http", &settings.allow_plain_http.to_string());
}

fn codes(out: &mut String, config: &Config) {
    let invitations = &config.invitations;
    section(out, "invitations");
    let source = match invitations.source {
        CodeOrigin::Paste => "paste",
        CodeOrigin::Http => "http",
        CodeOrigin::Command => "command",
    };
    entry(out, "source", &text(source));
    entry(out, "valid_for", &length(invitations.valid_for));
    entry(out, "confirm_within", &length(invitations.confirm_within));
    entry(out, "amber_after", &length(invitations.amber_after));
    entry(out, "expiring_within", &length(invitations.expiring_within));
    entry(out, "clock_tolerance", &length(invitations.clock_tolerance));
    if let Some(http) = &invitations.http {
        http_codes(out, http);
    }
    if let Some(command) = &invitations.command {
        section(out, "invitations.command");
        line(out, "# a command line is shown as it stands, but for what looks like a secret");
        entry(out, "run", &texts(&command_line(&command.run)));
        entry(out, "timeout", &time(command.timeout));
        entry(out, "max_output", &command.max_output.to_string());
        entry(out, "environment", &texts(&command.environment));
    }
}

fn http_codes(out: &mut String, codes: &HttpCodes) {
    let http = &codes.settings;
    section(out, "invitations.http");
    entry(out, "method", &text(&http.method));
    entry(out, "url", &address(&http.url));
    if !codes.headers.is_empty() {
        entry(out, "headers", &headers(&codes.headers));
    }
    for (key, value) in [
        ("body", http.body.as_deref()),
        ("code", Some(http.code.as_str())),
        ("generated_at", http.generated_at.as_deref()),
        ("expires_at", http.expires_at.as_deref()),
    ] {
        if let Some(value) = value {
            entry(out, key, &text(value));
        }
    }
    entry(out, "timeout", &time(http.timeout));
    entry(out, "max_retry_after", &time(http.max_retry_after));
    entry(out, "max_body", &http.max_body.to_string());
    entry(out, "user_agent", &text(&http.user_agent));
    entry(out, "allow_plain_http", &http.allow_plain_http.to_string());
    tls_files(out, &http.tls);
}

/// The table of meanings comes last, because its rows end every section before them.
fn meanings(out: &mut String, config: &Config) {
    let rows = &config.xtime.settings.meanings;
    line(out, "\n# How answers are read; the first match wins.");
    for (place, row) in rows.iter().enumerate() {
        let origin = if place < config.xtime.own_meanings { "" } else { " # default" };
        line(out, &format!("\n[[xtime.meaning]]{origin}"));
        // A row is plain data: its fields are printed as TOML by its own serialization.
        line(out, toml_edit::ser::to_string(row).unwrap_or_default().trim_end());
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn section(out: &mut String, name: &str) {
    let _ = writeln!(out, "\n[{name}]");
}

fn entry(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}

fn text(value: &str) -> String {
    Value::from(value).to_string().trim().to_owned()
}

/// An address, without what may be a secret in it.
fn address(value: &str) -> String {
    text(&masked_address(value))
}

/// A command line without the values of options that are named like secrets, and those in addresses.
fn command_line(run: &[String]) -> Vec<String> {
    const SECRETS: [&str; 5] = ["token", "password", "passwd", "secret", "key"];
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with('-') && SECRETS.iter().any(|secret| name.ends_with(secret))
    };
    let mut masks_next = false;
    let one = |argument: &String| {
        if std::mem::take(&mut masks_next) {
            return MASK.to_owned();
        }
        match argument.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
            _ => {
                masks_next = is_secret(argument);
                masked_address(argument).into_owned()
            }
        }
    };
    run.iter().map(one).collect()
}

fn texts(values: &[String]) -> String {
    format!("[{}]", values.iter().map(|value| text(value)).collect::<Vec<_>>().join(", "))
}

fn length(value: TimeDelta) -> String {
    text(&duration_text(value))
}

fn lengths(values: &[TimeDelta]) -> String {
    texts(&values.iter().map(|value| duration_text(*value)).collect::<Vec<_>>())
}

fn time(value: Duration) -> String {
    length(TimeDelta::from_std(value).unwrap_or(TimeDelta::MAX))
}

fn secret(value: &SecretSource) -> String {
    match value {
        SecretSource::Variable(name) => format!("{{ env = {} }}", text(name)),
        SecretSource::File(path) => format!("{{ file = {} }}", text(&path.to_string_lossy())),
        SecretSource::Command { command, environment } if environment.is_empty() => {
            format!("{{ command = {} }}", text(command))
        }
        SecretSource::Command { command, environment } => {
            format!("{{ command = {}, environment = {} }}", text(command), texts(environment))
        }
        SecretSource::Literal(_) => text(MASK),
    }
}

fn headers(values: &[(String, SecretSource)]) -> String {
    let one = |(name, value): &(String, SecretSource)| format!("{} = {}", text(name), secret(value));
    format!("{{ {} }}", values.iter().map(one).collect::<Vec<_>>().join(", "))
}

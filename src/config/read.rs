//! From TOML to settings, section by section.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use toml_edit::TableLike;

use crate::domain::{CodeOrigin, Customer, Label, Policy, TestBooking, Untrusted, Vehicle};
use crate::engine::Pace;
use crate::timezone::DatabaseChoice;
use crate::xtime;
use crate::xtime::TlsFiles;
use crate::xtime::source::{CommandSettings, HttpSettings};

use super::diagnostic::SettingLocation;
use super::model::{Config, HttpCodes, Invitations, StoreUrl, ThemeSetting, Ui, Xtime};
use super::reader::{Reader, Section};

/// The least length of time that makes sense for a clock of the process.
pub(super) const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The least length of time that makes sense for a time-out.
const A_MOMENT: TimeDelta = TimeDelta::milliseconds(100);

/// The vehicle of a test appointment: a number that no car has, with a valid check digit.
const TEST_VIN: &str = "11111111111111111";

/// Reads everything; mistakes are in the reader, and defaults stand in their place.
pub(super) fn config(reader: &Reader<'_>, table: &dyn TableLike, store_flag: Option<&str>) -> Config {
    let root = Section::root(reader, table);
    let partner = root.section("partner");
    let partner_name = partner.text("name").unwrap_or_else(|| "DataClover".to_owned());
    partner.end();
    let store = store(reader, &root.section("store"), store_flag);
    let xtime = platform(&root.section("xtime"));
    let invitations = invitations(&root.section("invitations"));
    let opcode = root.section("opcode");
    let opcode_default = opcode.text("default").unwrap_or_else(|| Policy::default().default_opcode);
    let a_day = TimeDelta::from_std(Pace::default().recheck).unwrap_or(TimeDelta::days(1));
    let recheck = opcode.duration("recheck", A_MINUTE).unwrap_or(a_day);
    let opcode_new = opcode.text("new").unwrap_or_else(|| Policy::default().new_opcode);
    let window = opcode.number("slot_window_days", 1..=60).and_then(|days| u16::try_from(days).ok());
    let slot_window = window.unwrap_or(Policy::default().slot_window);
    opcode.end();
    let section = root.section("appointment");
    let settles = section.duration("settles_after", TimeDelta::zero());
    let booking_settles = settles.unwrap_or(Policy::default().booking_settles);
    let appointment = appointment(&section, &partner_name);
    let ui = root.section("ui");
    let screen = Ui {
        theme: ui.word("theme", ThemeSetting::WORDS).unwrap_or_default(),
        mouse: ui.flag("mouse").unwrap_or(false),
        operator: ui.text("operator"),
    };
    ui.end();
    let time = root.section("time");
    let zone_database = match time.text("zone_database").as_deref() {
        None | Some("newest") => DatabaseChoice::Newest,
        Some("embedded") => DatabaseChoice::Embedded,
        Some(dir) => DatabaseChoice::Directory(time.located(dir)),
    };
    time.end();
    let mail = super::read_mail::mail(&root.section("mail"), &partner_name);
    let reminders = super::read_mail::reminders(&root.section("reminders"));
    let lists = super::lists::lists(&root.section("import"));
    root.later("hooks", "running programs on events");
    root.end();
    Config {
        file: None,
        partner: partner_name,
        store,
        xtime,
        invitations,
        opcode_default,
        opcode_new,
        slot_window,
        appointment,
        booking_settles,
        recheck,
        mail,
        reminders,
        lists,
        ui: screen,
        zone_database,
    }
}

fn appointment(section: &Section<'_, '_>, partner: &str) -> TestBooking {
    let text = |key, default: &str| section.text(key).unwrap_or_else(|| default.to_owned());
    let own = |key, default: &str| Untrusted::from(text(key, default));
    let label = |value: Option<String>, context: Option<String>| Label {
        value: value.unwrap_or_else(|| partner.to_owned()),
        context: context.unwrap_or_else(|| "partner".to_owned()),
    };
    let booking = TestBooking {
        customer: Customer {
            first_name: own("first_name", "Test"),
            last_name: own("last_name", partner),
            email: own("email", ""),
            phone: own("phone", ""),
        },
        comment: text("comment", &format!("Test appointment by {partner}, please ignore")),
        label: label(section.text("label"), section.text("label_context")),
        reporting_label: label(section.text("reporting_label"), section.text("reporting_label_context")),
        vehicle: Vehicle {
            year: section.number("year", 1900..=2200).and_then(|year| i32::try_from(year).ok()),
            make: text("make", "OTHER"),
            model: text("model", "OTHER"),
            vin: Some(text("vin", TEST_VIN)),
        },
    };
    section.end();
    booking
}

fn store(reader: &Reader<'_>, section: &Section<'_, '_>, flag: Option<&str>) -> StoreUrl {
    let home = || super::paths::data_dir().unwrap_or_else(|| PathBuf::from("cloverwatch"));
    let written = section.parsed("url", StoreUrl::parse);
    section.end();
    let Some(flag) = flag else {
        return written.unwrap_or_else(|| StoreUrl::Embedded(home()));
    };
    StoreUrl::parse(flag).unwrap_or_else(|message| {
        reader.report(SettingLocation::Flag("--store"), false, message);
        StoreUrl::Embedded(home())
    })
}

fn platform(section: &Section<'_, '_>) -> Xtime {
    let defaults = xtime::PlatformSettings::default();
    let text = |key, default: &str| section.text(key).unwrap_or_else(|| default.to_owned());
    let mut settings = xtime::PlatformSettings {
        base_url: text("base_url", &defaults.base_url),
        token_url: text("token_url", &defaults.token_url),
        client_id: text("client_id", &defaults.client_id),
        scopes: section.texts("scopes").unwrap_or_else(|| defaults.scopes.clone()),
        timeout: time(section, "timeout", defaults.timeout),
        connect_timeout: time(section, "connect_timeout", defaults.connect_timeout),
        max_body: size(section, "max_body", 1_024..=64 << 20, defaults.max_body),
        max_rows: size(section, "max_rows", 1..=1_000_000, defaults.max_rows),
        max_in_flight: size(section, "max_in_flight", 1..=64, defaults.max_in_flight),
        user_agent: text("user_agent", &defaults.user_agent),
        services_path: text("services_path", &defaults.services_path),
        slots_path: text("slots_path", &defaults.slots_path),
        bookings_path: text("bookings_path", &defaults.bookings_path),
        appointments_path: text("appointments_path", &defaults.appointments_path),
        slot_taken_codes: section.texts("slot_taken_codes").unwrap_or_else(|| defaults.slot_taken_codes.clone()),
        api_key_header: text("api_key_header", &defaults.api_key_header),
        developer_key_header: text("developer_key_header", &defaults.developer_key_header),
        correlation_header: section
            .parsed("correlation_header", |text| Ok(text.to_owned()))
            .unwrap_or_else(|| defaults.correlation_header.clone()),
        make: text("make", &defaults.make),
        model: text("model", &defaults.model),
        year: section.number("year", 1900..=2200).and_then(|year| i32::try_from(year).ok()).or(defaults.year),
        max_slot_days: section
            .number("max_slot_days", 1..=31)
            .and_then(|days| u8::try_from(days).ok())
            .unwrap_or(defaults.max_slot_days),
        default_slot_minutes: section
            .number("default_slot_minutes", 1..=1_440)
            .and_then(|minutes| u32::try_from(minutes).ok())
            .unwrap_or(defaults.default_slot_minutes),
        renew_before: time(section, "renew_before", defaults.renew_before),
        max_retry_after: time(section, "max_retry_after", defaults.max_retry_after),
        allow_plain_http: section.flag("allow_plain_http").unwrap_or(defaults.allow_plain_http),
        tls: tls_files(section),
        ..defaults
    };
    let rows: Vec<xtime::ClassificationRule> = section.rows("meaning").unwrap_or_default();
    let own_meanings = rows.len();
    settings.meanings = xtime::with_defaults(rows);
    let xtime = Xtime {
        client_secret: section.secret("client_secret"),
        api_key: section.secret("api_key"),
        developer_key: section.secret("developer_key"),
        headers: section.secrets("headers").unwrap_or_default(),
        own_meanings,
        requests_per_second: section
            .number("requests_per_second", 1..=1_000)
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(Pace::default().requests_per_second),
        settings,
    };
    section.end();
    xtime
}

fn tls_files(section: &Section<'_, '_>) -> TlsFiles {
    let files = TlsFiles {
        ca_file: section.path("ca_file"),
        client_certificate: section.path("client_certificate"),
        client_key: section.path("client_key"),
    };
    if files.client_key.is_some() && files.client_certificate.is_none() {
        section.complain("client_key", "it belongs to a certificate: name it in client_certificate");
    }
    files
}

fn invitations(section: &Section<'_, '_>) -> Invitations {
    let sources = [("paste", CodeOrigin::Paste), ("http", CodeOrigin::Http), ("command", CodeOrigin::Command)];
    let policy = Policy::default();
    let invitations = Invitations {
        source: section.word("source", &sources).unwrap_or(CodeOrigin::Paste),
        valid_for: section.duration("valid_for", A_MINUTE).unwrap_or(policy.valid_for),
        confirm_within: section.duration("confirm_within", A_MINUTE).unwrap_or(policy.confirm_within),
        amber_after: section.duration("amber_after", TimeDelta::zero()).unwrap_or(policy.amber_after),
        expiring_within: section.duration("expiring_within", TimeDelta::zero()).unwrap_or(policy.expiring_within),
        clock_tolerance: section.duration("clock_tolerance", TimeDelta::zero()).unwrap_or(policy.clock_tolerance),
        http: http_codes(section),
        command: command_codes(section),
    };
    match invitations.source {
        CodeOrigin::Http if invitations.http.is_none() => {
            section.complain("source", "`http` needs the section [invitations.http] with `url` and `code`");
        }
        CodeOrigin::Command if invitations.command.is_none() => {
            section.complain("source", "`command` needs the section [invitations.command] with `run`");
        }
        _ => {}
    }
    section.end();
    invitations
}

fn http_codes(invitations: &Section<'_, '_>) -> Option<HttpCodes> {
    let section = invitations.section("http");
    let pointer = |text: &str| {
        let good = text.is_empty() || text.starts_with('/');
        if good { Ok(text.to_owned()) } else { Err("a JSON pointer begins with `/`: \"/data/code\"".to_owned()) }
    };
    let defaults = HttpSettings::default();
    let url = section.text("url");
    let code = section.parsed("code", pointer);
    let headers = section.secrets("headers").unwrap_or_default();
    let settings = HttpSettings {
        method: section.text("method").unwrap_or(defaults.method),
        url: url.clone().unwrap_or_default(),
        headers: Vec::new(),
        body: section.parsed("body", |text| Ok(text.to_owned())),
        code: code.clone().unwrap_or_default(),
        generated_at: section.parsed("generated_at", pointer),
        expires_at: section.parsed("expires_at", pointer),
        timeout: time(&section, "timeout", defaults.timeout),
        max_retry_after: time(&section, "max_retry_after", defaults.max_retry_after),
        max_body: size(&section, "max_body", 1_024..=64 << 20, defaults.max_body),
        user_agent: section.text("user_agent").unwrap_or(defaults.user_agent),
        allow_plain_http: section.flag("allow_plain_http").unwrap_or(defaults.allow_plain_http),
        tls: tls_files(&section),
    };
    let given = section.is_given();
    if given && url.is_none() {
        section.complain("url", "it is missing");
    }
    if given && code.is_none() {
        section.complain("code", "it is missing: where the code is in the answer, like \"/data/code\"");
    }
    section.end();
    (url.is_some() && code.is_some()).then_some(HttpCodes { settings, headers })
}

fn command_codes(invitations: &Section<'_, '_>) -> Option<CommandSettings> {
    let section = invitations.section("command");
    let defaults = CommandSettings::default();
    let run = section.texts("run").filter(|run| run.first().is_some_and(|program| !program.is_empty()));
    let timeout = time(&section, "timeout", defaults.timeout);
    let max_output = size(&section, "max_output", 256..=1 << 20, defaults.max_output);
    let environment = section.passed_on("environment");
    if section.is_given() && run.is_none() {
        section.complain("run", "the program and its arguments are needed: [\"issue-code\", \"{{ dealer_code }}\"]");
    }
    section.end();
    Some(CommandSettings { run: run?, timeout, max_output, environment })
}

pub(super) fn time(section: &Section<'_, '_>, key: &'static str, default: Duration) -> Duration {
    section.duration(key, A_MOMENT).and_then(|time| time.to_std().ok()).unwrap_or(default)
}

pub(super) fn size(section: &Section<'_, '_>, key: &'static str, range: RangeInclusive<i64>, default: usize) -> usize {
    section.number(key, range).and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
}

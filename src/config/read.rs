//! From TOML to settings, section by section.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use toml_edit::TableLike;

use crate::domain::{CodeOrigin, Policy};
use crate::engine::Pace;
use crate::xtime;

use super::diagnostic::Place;
use super::model::{CommandCodes, Config, HttpCodes, Invitations, StoreUrl, Theme, Ui, Xtime};
use super::reader::{Reader, Section};

/// The least length of time that makes sense for a clock of the process.
const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The least length of time that makes sense for a time-out.
const A_MOMENT: TimeDelta = TimeDelta::milliseconds(100);

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
    opcode.end();
    let ui = root.section("ui");
    let screen = Ui {
        theme: ui.word("theme", Theme::WORDS).unwrap_or_default(),
        mouse: ui.flag("mouse").unwrap_or(false),
        operator: ui.text("operator"),
    };
    ui.end();
    root.later("mail", "sending mail");
    root.later("reminders", "reminding dealerships");
    root.later("hooks", "running programs on events");
    root.end();
    Config { file: None, partner: partner_name, store, xtime, invitations, opcode_default, recheck, ui: screen }
}

fn store(reader: &Reader<'_>, section: &Section<'_, '_>, flag: Option<&str>) -> StoreUrl {
    let home = || super::paths::data_dir().unwrap_or_else(|| PathBuf::from("cloverwatch"));
    let written = section.parsed("url", StoreUrl::parse);
    section.end();
    let Some(flag) = flag else {
        return written.unwrap_or_else(|| StoreUrl::Embedded(home()));
    };
    StoreUrl::parse(flag).unwrap_or_else(|message| {
        reader.report(Place::Flag("--store"), false, message);
        StoreUrl::Embedded(home())
    })
}

fn platform(section: &Section<'_, '_>) -> Xtime {
    let mut settings = xtime::Settings::default();
    let set = |value: Option<String>, to: &mut String| {
        if let Some(value) = value {
            *to = value;
        }
    };
    set(section.text("base_url"), &mut settings.base_url);
    set(section.text("token_url"), &mut settings.token_url);
    set(section.text("client_id"), &mut settings.client_id);
    set(section.text("services_path"), &mut settings.services_path);
    set(section.text("slots_path"), &mut settings.slots_path);
    set(section.text("api_key_header"), &mut settings.api_key_header);
    set(section.text("developer_key_header"), &mut settings.developer_key_header);
    set(section.parsed("correlation_header", |text| Ok(text.to_owned())), &mut settings.correlation_header);
    set(section.text("make"), &mut settings.make);
    set(section.text("model"), &mut settings.model);
    set(section.text("user_agent"), &mut settings.user_agent);
    let time = |value: Option<TimeDelta>, to: &mut Duration| {
        if let Some(value) = value.and_then(|value| value.to_std().ok()) {
            *to = value;
        }
    };
    time(section.duration("timeout", A_MOMENT), &mut settings.timeout);
    time(section.duration("connect_timeout", A_MOMENT), &mut settings.connect_timeout);
    time(section.duration("renew_before", TimeDelta::zero()), &mut settings.renew_before);
    time(section.duration("max_retry_after", A_MOMENT), &mut settings.max_retry_after);
    let size = |value: Option<i64>, to: &mut usize| {
        if let Some(value) = value.and_then(|value| usize::try_from(value).ok()) {
            *to = value;
        }
    };
    size(section.number("max_in_flight", 1..=64), &mut settings.max_in_flight);
    size(section.number("max_body", 1_024..=64 << 20), &mut settings.max_body);
    size(section.number("max_rows", 1..=1_000_000), &mut settings.max_rows);
    settings.year = section.number("year", 1900..=2200).and_then(|year| i32::try_from(year).ok()).or(settings.year);
    settings.allow_plain_http = section.flag("allow_plain_http").unwrap_or(settings.allow_plain_http);
    if let Some(scopes) = section.texts("scopes") {
        settings.scopes = scopes;
    }
    let rows: Vec<xtime::Meaning> = section.rows("meaning").unwrap_or_default();
    let own_meanings = rows.len();
    settings.meanings = xtime::meaning::with_defaults(rows);
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
    let pointer = |text: &str| match text.is_empty() || text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err("a JSON pointer begins with `/`: \"/data/code\"".to_owned()),
    };
    let url = section.text("url");
    let code = section.parsed("code", pointer);
    let rest = HttpCodes {
        method: section.text("method").unwrap_or_else(|| "POST".to_owned()),
        url: String::new(),
        headers: section.secrets("headers").unwrap_or_default(),
        body: section.parsed("body", |text| Ok(text.to_owned())),
        code: String::new(),
        generated_at: section.parsed("generated_at", pointer),
        expires_at: section.parsed("expires_at", pointer),
        timeout: timeout(&section),
        allow_plain_http: section.flag("allow_plain_http").unwrap_or(false),
    };
    let given = section.is_given();
    if given && url.is_none() {
        section.complain("url", "it is missing");
    }
    if given && code.is_none() {
        section.complain("code", "it is missing: where the code is in the answer, like \"/data/code\"");
    }
    section.end();
    Some(HttpCodes { url: url?, code: code?, ..rest })
}

fn command_codes(invitations: &Section<'_, '_>) -> Option<CommandCodes> {
    let section = invitations.section("command");
    let run = section.texts("run").filter(|run| run.first().is_some_and(|program| !program.is_empty()));
    let timeout = timeout(&section);
    if section.is_given() && run.is_none() {
        section.complain("run", "the program and its arguments are needed: [\"issue-code\", \"{{ dealer_code }}\"]");
    }
    section.end();
    Some(CommandCodes { run: run?, timeout })
}

fn timeout(section: &Section<'_, '_>) -> Duration {
    section.duration("timeout", A_MOMENT).and_then(|time| time.to_std().ok()).unwrap_or(Duration::from_secs(15))
}

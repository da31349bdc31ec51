//! `[xtime]`: the platform.

use serde_json::json;

use crate::domain::Outcome;
use crate::domain::classification::{ClassificationRule, with_defaults};
use crate::xtime::{PlatformSettings, TlsFiles};

use super::super::kind::{A_MOMENT, address, any_text, flag, length, number, path, secret, secrets, text, texts};
use super::super::model::Xtime;
use super::super::reader::Section;
use super::super::section::SettingSection;
use super::super::setting::{Setting, SettingForm};

/// The most bytes of an answer that anybody may want.
pub(super) const MOST_BODY: i64 = 64 << 20;

pub(super) const OUR_NAME: &str = "`cloverwatch/` and the version";

pub(super) fn section() -> SettingSection {
    SettingSection::new(
        "xtime",
        "The platform. Nobody is looked at before `client_id`, `client_secret` and `api_key` are set.",
    )
    .with([
        address("base_url", "Where the calls go; the paths below follow it.", |c| &mut c.xtime.settings.base_url),
        address("token_url", "Where a token is fetched.", |c| &mut c.xtime.settings.token_url),
    ])
    .with_those_of(|config| &mut config.xtime.settings.tls, tls_files())
    .with([
        text("client_id", "Our name at the token call.", |c| &mut c.xtime.settings.client_id),
        secret("client_secret", "Our secret at the token call.", |c| &mut c.xtime.client_secret),
        secret("api_key", "The API key.", |c| &mut c.xtime.api_key),
        secret("developer_key", "The developer's key, where one is needed.", |c| &mut c.xtime.developer_key),
        secrets("headers", "More headers for every call.", |c| &mut c.xtime.headers),
    ])
    .with_those_of(|config| &mut config.xtime.settings, limits())
    .with_those_of(|config| &mut config.xtime.settings, calls())
    .with_those_of(|config| &mut config.xtime, [meanings()])
    .checked(|section, config| {
        check_tls_files(section, &config.xtime.settings.tls);
        config.policy.slot_range = config.xtime.settings.max_slot_days;
    })
    .remarked(|config| {
        let missing = config.xtime.missing();
        (!missing.is_empty()).then(|| format!("probing is off until these are set: {}", missing.join(", ")))
    })
}

/// Files of certificates, here and for an interface that makes codes.
pub(super) fn tls_files() -> [Setting<TlsFiles>; 3] {
    [
        path("ca_file", "Authorities that count beside the system's (PEM).", |t| &mut t.ca_file),
        path("client_certificate", "Our own certificate, for a server that wants one (PEM).", |t| {
            &mut t.client_certificate
        }),
        path("client_key", "The key of our certificate, unless it is in the same file.", |t| &mut t.client_key),
    ]
}

pub(super) fn check_tls_files(section: &Section<'_, '_>, files: &TlsFiles) {
    if files.client_key.is_some() && files.client_certificate.is_none() {
        section.complain("client_key", "it belongs to a certificate: name it in client_certificate");
    }
}

fn limits() -> [Setting<PlatformSettings>; 9] {
    [
        texts("scopes", "Scopes that the token is asked for; empty: none are named.", |p| &mut p.scopes),
        number("requests_per_second", "The budget of the whole credential.", 1..=1_000, |p| &mut p.requests_per_second),
        number("max_in_flight", "Requests under way at once.", 1..=64, |p| &mut p.max_in_flight),
        length("timeout", "The longest that a whole call may take.", A_MOMENT, |p| &mut p.timeout),
        length("connect_timeout", "The longest that a connection may take.", A_MOMENT, |p| &mut p.connect_timeout),
        length("renew_before", "How long before its end a token is renewed.", A_MOMENT, |p| &mut p.renew_before),
        length("max_retry_after", "The longest pause that the platform may ask for.", A_MOMENT, |p| {
            &mut p.max_retry_after
        }),
        number("max_body", "The longest answer that is read, in bytes.", 1_024..=MOST_BODY, |p| &mut p.max_body),
        number("max_rows", "The longest list that is read, in rows.", 1..=1_000_000, |p| &mut p.max_rows),
    ]
}

fn calls() -> [Setting<PlatformSettings>; 15] {
    [
        address("services_path", "The path of the list of services.", |p| &mut p.services_path),
        address("slots_path", "The path of the free slots.", |p| &mut p.slots_path),
        address("bookings_path", "The path of a booking.", |p| &mut p.bookings_path),
        address("appointments_path", "The path of a vehicle's appointments.", |p| &mut p.appointments_path),
        texts("slot_taken_codes", "With which codes the platform says that a time was taken meanwhile.", |p| {
            &mut p.slot_taken_codes
        }),
        text("api_key_header", "The header of the API key.", |p| &mut p.api_key_header),
        text("developer_key_header", "The header of the developer's key.", |p| &mut p.developer_key_header),
        any_text("correlation_header", "The header of our identifier of a request; empty: none.", |p| {
            &mut p.correlation_header
        }),
        text("make", "The make that stands for any vehicle.", |p| &mut p.make),
        text("model", "The model that stands for any vehicle.", |p| &mut p.model),
        number("year", "The model year that is asked for.", 1900..=2200, |p: &mut PlatformSettings| &mut p.year)
            .or("the year of the clock"),
        number("max_slot_days", "The most days that one request for slots spans.", 1..=31, |p| &mut p.max_slot_days),
        number("default_slot_minutes", "How long a slot is when the answer does not say.", 1..=1_440, |p| {
            &mut p.default_slot_minutes
        }),
        text("user_agent", "How we introduce ourselves.", |p: &mut PlatformSettings| &mut p.user_agent).or(OUR_NAME),
        flag("allow_plain_http", "Whether plain http, with our secrets in the open, may leave this machine.", |p| {
            &mut p.allow_plain_http
        }),
    ]
}

/// The rows are printed behind everything else, each as a table of its own.
fn meanings() -> Setting<Xtime> {
    let row = json!({
        "type": "object",
        "properties": {
            "status": {
                "description": "The status: 403, \"4xx\" or \"400-404\".",
                "anyOf": [{ "type": "integer", "minimum": 100, "maximum": 599 }, { "type": "string" }],
            },
            "code": { "description": "A regular expression for the whole code.", "type": "string" },
            "message": { "description": "A regular expression for something in the message.", "type": "string" },
            "means": {
                "description": "What such an answer means.",
                "enum": [Outcome::Connected, Outcome::NotConnected, Outcome::OurCredentials, Outcome::Unknown],
            },
        },
        "required": ["means"],
        "anyOf": [{ "required": ["status"] }, { "required": ["code"] }, { "required": ["message"] }],
        "additionalProperties": false,
    });
    let read = |section: &Section<'_, '_>, xtime: &mut Xtime| {
        let rows: Vec<ClassificationRule> = section.rows("meaning").unwrap_or_default();
        xtime.own_meanings = rows.len();
        xtime.settings.meanings = with_defaults(rows);
    };
    let form = SettingForm::new(
        "tables: `status`, `code`, `message` and what they mean",
        json!({ "type": "array", "items": row }),
    );
    let summary = "How answers are read; the first that fits counts, then the defaults that `config print` shows.";
    Setting::new("meaning", summary, form, read, |_| None)
}

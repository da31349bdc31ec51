//! `[invitations]`: their clocks, and where codes come from.

use chrono::TimeDelta;

use crate::domain::{CodeOrigin, Policy};
use crate::xtime::source::{CommandSettings, HttpSettings};

use super::super::kind::{
    A_MINUTE, A_MOMENT, address, any_text, command_line, flag, length, number, parsed, secrets, text, variables, word,
};
use super::super::model::{Config, HttpCodes};
use super::super::reader::Section;
use super::super::section::SettingSection;
use super::super::setting::{Setting, SettingForm, SettingTarget};
use super::platform::{MOST_BODY, OUR_NAME, check_tls_files, tls_files};

pub(super) fn section() -> SettingSection {
    const SOURCES: &[(&str, CodeOrigin)] =
        &[("paste", CodeOrigin::Paste), ("http", CodeOrigin::Http), ("command", CodeOrigin::Command)];
    SettingSection::new("invitations", "Codes and their clocks.")
        .with([word("source", "Where codes come from.", SOURCES, |c| &mut c.invitations.source)])
        .with_those_of(|config| &mut config.policy, clocks())
        .below(vec![http(), command()])
        .checked(|section, config| {
            let invitations = &config.invitations;
            match invitations.source {
                CodeOrigin::Http if invitations.http.is_none() => {
                    section.complain("source", "`http` needs the section [invitations.http] with `url` and `code`");
                }
                CodeOrigin::Command if invitations.command.is_none() => {
                    section.complain("source", "`command` needs the section [invitations.command] with `run`");
                }
                _ => {}
            }
        })
}

fn clocks() -> [Setting<Policy>; 5] {
    let any = TimeDelta::zero();
    [
        length("valid_for", "How long a code lives from its generation.", A_MINUTE, |p| &mut p.valid_for),
        length("confirm_within", "How long Xtime may take to show a connection.", A_MINUTE, |p| &mut p.confirm_within),
        length("amber_after", "From when on the second clock is amber.", any, |p| &mut p.amber_after),
        length("expiring_within", "From how little time left a code needs attention.", any, |p| &mut p.expiring_within),
        length("clock_tolerance", "How far in our future a moment of generation may lie.", any, |p| {
            &mut p.clock_tolerance
        }),
    ]
}

fn http_codes(config: &mut Config) -> &mut HttpCodes {
    config.invitations.http.get_or_insert_default()
}

fn http_settings(config: &mut Config) -> &mut HttpSettings {
    &mut http_codes(config).settings
}

/// A JSON pointer into the answer.
fn pointer<S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut HttpSettings) -> &mut S,
) -> Setting<HttpSettings> {
    let read = |text: &str| match text.is_empty() || text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err("a JSON pointer begins with `/`: \"/data/code\"".to_owned()),
    };
    parsed(key, summary, SettingForm::pattern("JSON pointer", "^(/|$)"), at, move |_, text| read(text), String::clone)
}

fn http() -> SettingSection {
    SettingSection::new(
        "http",
        "The partner's interface, for `source = \"http\"`; every retry has the same `Idempotency-Key`.",
    )
    .with_those_of(http_settings, http_request())
    .with([secrets("headers", "Headers; what is no secret may be a template.", |c| &mut http_codes(c).headers)])
    .with_those_of(http_settings, http_answer())
    .with_those_of(|config| &mut http_settings(config).tls, tls_files())
    .shown_if(|config| config.invitations.http.is_some())
    .checked(check_http)
}

fn http_request() -> [Setting<HttpSettings>; 2] {
    let url = "Its address; `{{ dealer_code }}` and the like are filled in, but not in the host.";
    [
        text("method", "GET, POST, PUT or PATCH.", |h| &mut h.method),
        address("url", url, |h: &mut HttpSettings| &mut h.url).or(NEEDED),
    ]
}

fn http_answer() -> [Setting<HttpSettings>; 9] {
    [
        any_text("body", "The body: a template.", |h| &mut h.body),
        pointer("code", "Where the code is in the answer.", |h| &mut h.code).or(NEEDED),
        pointer("generated_at", "Where the moment is when it was made (RFC 3339).", |h| &mut h.generated_at),
        pointer("expires_at", "Where the moment is when it dies (RFC 3339).", |h| &mut h.expires_at),
        length("timeout", "The longest that the call may take.", A_MOMENT, |h| &mut h.timeout),
        length("max_retry_after", "The longest pause that it may ask for.", A_MOMENT, |h| &mut h.max_retry_after),
        number("max_body", "The longest answer that is read, in bytes.", 1_024..=MOST_BODY, |h| &mut h.max_body),
        text("user_agent", "How we introduce ourselves.", |h: &mut HttpSettings| &mut h.user_agent).or(OUR_NAME),
        flag("allow_plain_http", "Whether plain http may leave this machine.", |h| &mut h.allow_plain_http),
    ]
}

const NEEDED: &str = "needed";

fn check_http(section: &Section<'_, '_>, config: &mut Config) {
    check_tls_files(section, &http_settings(config).tls);
    let (has_url, has_code) = (section.has("url"), section.has("code"));
    if section.is_given() && !has_url {
        section.complain("url", "it is missing");
    }
    if section.is_given() && !has_code {
        section.complain("code", "it is missing: where the code is in the answer, like \"/data/code\"");
    }
    if !has_url || !has_code {
        config.invitations.http = None;
    }
}

fn program(config: &mut Config) -> &mut CommandSettings {
    config.invitations.command.get_or_insert_default()
}

fn command() -> SettingSection {
    const SUMMARY: &str = "The partner's program, for `source = \"command\"`. It prints the code on line 1, and on line 2 its \
                           expiry (RFC 3339), if it knows it.";
    SettingSection::new("command", SUMMARY)
        .with([
            command_line("run", "The program and its arguments; these are templates.", |c: &mut Config| {
                &mut program(c).run
            })
            .or(NEEDED),
            length("timeout", "The longest that it may run.", A_MOMENT, |c| &mut program(c).timeout),
            number("max_output", "The longest output, in bytes.", 256..=1 << 20, |c| &mut program(c).max_output),
            variables("environment", "Variables that it is given besides the usual ones.", |c| {
                &mut program(c).environment
            }),
        ])
        .shown_if(|config| config.invitations.command.is_some())
        .remarked(|_| Some("a command line is shown as it stands, but for what looks like a secret".to_owned()))
        .checked(|section, config| {
            if program(config).run.first().is_none_or(String::is_empty) {
                if section.is_given() {
                    let needed = "the program and its arguments are needed: [\"issue-code\", \"{{ dealer_code }}\"]";
                    section.complain("run", needed);
                }
                config.invitations.command = None;
            }
        })
}

//! `[[hooks]]`: whom to tell of which events.

use std::time::Duration;

use serde_json::json;

use crate::domain::Fact;
use crate::domain::suggest::did_you_mean;
use crate::service::hooks::{PLACEHOLDERS, checked_url};

use super::kind::{A_MOMENT, A_SECOND, address, command_line, length, list, number, secret, text, variables};
use super::reader::Section;
use super::secret::SecretSource;
use super::setting::{Setting, SettingForm};

/// The key of the tables: `[[hooks]]`.
pub(super) const KEY: &str = "hooks";

pub(super) const SUMMARY: &str =
    "Programs and addresses that are told of events; each has `run` or `url`. See docs/service.md.";

/// A hook as it is configured.
#[derive(Debug, Clone)]
pub struct HookConfig {
    pub name: Option<String>,
    /// Kinds and groups of kinds.
    pub on: Vec<String>,
    pub run: Vec<String>,
    pub environment: Vec<String>,
    pub url: Option<String>,
    pub secret: Option<SecretSource>,
    pub group: Option<Duration>,
    pub per_minute: u32,
    pub timeout: Duration,
}

impl Default for HookConfig {
    fn default() -> Self {
        Self {
            name: None,
            on: Vec::new(),
            run: Vec::new(),
            environment: Vec::new(),
            url: None,
            secret: None,
            group: None,
            per_minute: 60,
            timeout: Duration::from_secs(30),
        }
    }
}

impl HookConfig {
    /// By which its position is kept: its name, or what it calls.
    pub fn key(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let called = self.url.clone().unwrap_or_else(|| self.run.join("\0"));
            format!("hook-{:08x}", crc32fast::hash(called.as_bytes()))
        })
    }
}

pub(super) fn settings() -> [Setting<HookConfig>; 9] {
    let kind = SettingForm::new("kind of event, `group.*`, `*`", json!({ "type": "string", "minLength": 1 }));
    let on = list(
        "on",
        "Of which events.",
        &kind,
        |hook: &mut HookConfig| &mut hook.on,
        |pattern| Fact::places_of(pattern).map(|_| pattern.to_owned()),
        String::clone,
    );
    let run = "The program and its arguments, in which `{name}`, `{kind}`, `{dealer_code}`, `{seq}` and `{id}` are filled in; \
               it reads the event as JSON.";
    let name = "By which its position is kept; without one a hook that calls something else is a new one.";
    [
        on.or("needed"),
        command_line("run", run, |hook: &mut HookConfig| &mut hook.run).or("this or `url`"),
        variables(
            "environment",
            "Variables that the program is given besides the usual ones.",
            |hook: &mut HookConfig| &mut hook.environment,
        ),
        address("url", "The address that the event is posted to: https, or this machine.", |hook: &mut HookConfig| {
            &mut hook.url
        })
        .or("this or `run`"),
        secret("secret", "What calls are signed with (Standard Webhooks).", |hook: &mut HookConfig| &mut hook.secret),
        length(
            "group",
            "How long events are gathered for one call; then it is a list.",
            A_SECOND,
            |hook: &mut HookConfig| &mut hook.group,
        ),
        number("per_minute", "The most calls in any minute.", 1..=6_000, |hook: &mut HookConfig| &mut hook.per_minute),
        length("timeout", "The longest that a call may take.", A_MOMENT, |hook: &mut HookConfig| &mut hook.timeout),
        text("name", name, |hook: &mut HookConfig| &mut hook.name).or("made of what it calls"),
    ]
}

pub(super) fn read(root: &Section<'_, '_>) -> Vec<HookConfig> {
    let settings = settings();
    let mut hooks: Vec<HookConfig> = Vec::new();
    for section in root.tables(KEY) {
        let mut hook = HookConfig::default();
        settings.iter().for_each(|setting| setting.read(&section, &mut hook));
        check(&section, &hook);
        if hooks.iter().any(|other| other.key() == hook.key()) {
            section.complain("name", "another hook has the same name, or calls the same: give each a name of its own");
        }
        section.end();
        hooks.push(hook);
    }
    hooks
}

fn check(section: &Section<'_, '_>, hook: &HookConfig) {
    let names_none = || section.list("on", |_| Ok(())).is_some_and(|all| all.is_empty());
    if !section.has("on") || names_none() {
        section.complain("on", "it is missing: kinds of events, like [\"integration.confirmed\", \"invitation.*\"]");
    }
    match (&hook.url, hook.run.first()) {
        (Some(_), Some(_)) => section.complain("url", "a hook has either `run` or `url`; write two hooks"),
        (None, None) if !section.has("url") => {
            section.complain("run", "a hook needs `run` (a program) or `url` (an address)");
        }
        _ => {}
    }
    if let Some(Err(why)) = hook.url.as_deref().map(checked_url) {
        section.complain("url", why);
    }
    match (&hook.url, &hook.secret) {
        (Some(_), None) => section.warn("url", "without `secret` the calls are not signed"),
        (None, Some(_)) => section.complain("secret", "it signs the calls of a `url`, and a program has none"),
        _ => {}
    }
    if hook.run.first().is_some_and(|program| program.trim().is_empty() || placeholder(program).is_some()) {
        section.complain("run", "the program itself must be named, and nothing is filled in there");
    }
    for unknown in hook.run.iter().skip(1).filter_map(|argument| unknown_placeholder(argument)) {
        let near = did_you_mean(unknown, PLACEHOLDERS);
        section.complain(
            "run",
            format!("nothing is filled in for `{{{unknown}}}`{near} (there are: {})", PLACEHOLDERS.join(", ")),
        );
    }
    let plain = |name: &String| {
        name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !hook.name.as_ref().is_none_or(plain) {
        section.complain("name", "at most 40 of a-z, 0-9 and `-`: a file is named by it");
    }
}

/// The first word in braces.
fn placeholder(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('{')?;
    let (word, _) = rest.split_once('}')?;
    Some(word).filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

fn unknown_placeholder(argument: &str) -> Option<&str> {
    argument
        .match_indices('{')
        .filter_map(|(at, _)| placeholder(argument.get(at..)?))
        .find(|word| !PLACEHOLDERS.contains(word))
}

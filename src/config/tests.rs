//! Settings: defaults, mistakes with their places, variables and flags, and that the printed form can be read again.

use std::path::Path;

use chrono::TimeDelta;

use super::*;
use crate::domain::{CodeOrigin, LetterKind};
use crate::mail::Transport;
use crate::present::diagnostic::Diagnostic;
use crate::present::{ThemeChoice, ThemeSource};
use crate::wiring;

fn overrides(variables: &[(&str, &str)]) -> Overrides {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Overrides { variables, ..Overrides::default() }
}

fn good(text: &str) -> (Config, Vec<Diagnostic>) {
    parse(Path::new("/etc/c.toml"), text, &Overrides::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn mistakes(text: &str) -> Vec<String> {
    let error = parse(Path::new("c.toml"), text, &Overrides::default()).expect_err(text);
    error.0.iter().map(ToString::to_string).collect()
}

pub(super) const WHOLE: &str = r#"
[partner]
name = "Clover"
[store]
url = "sled:/tmp/books"
[xtime]
base_url = "https://example.com/xtime"
client_id = "me"
client_secret = { env = "XTIME_CLIENT_SECRET" }
api_key = { command = "pass xtime" }
developer_key = { file = "keys/developer" }
requests_per_second = 3
timeout = "7s"
scopes = ["read"]
[[xtime.meaning]]
status = 403
message = "no such thing"
means = "our-credentials"
[invitations]
source = "http"
valid_for = "48h"
[invitations.http]
url = "https://partner.example.com/invitations"
headers = { Authorization = { env = "PARTNER_TOKEN" }, X-Plain = "yes" }
body = '{"dealerCode": "{{ dealer_code }}"}'
code = "/data/code"
[invitations.command]
run = ["issue-code", "{{ dealer_code }}"]
[opcode]
default = "DataClover Appt"
recheck = "12h"
[mail]
transport = "smtp+starttls://desk@mail.clover.internal"
password = { env = "MAIL_PASSWORD" }
from = "Clover, the Desk <onboarding@clover.internal>"
reply_to = "help@clover.internal"
envelope_from = "bounces@clover.internal"
bcc = "archive@clover.internal"
contact = "+1 555 0100"
templates = "letters"
lanes = 2
answer_timeout = "1m"
per_hour = 50
per_dealership = "2m"
retry = ["30s", "1h30m"]
retry_uncertain = "20m"
automatic = ["live"]
bounces = "/var/mail/bounces"
[reminders]
before_expiry = ["6h", "48h", "6h"]
quiet = "22:30-07:00"
[ui]
theme = "dark"
mouse = true
operator = "ana"
"#;

#[test]
fn nothing_at_all_is_fine() {
    let (config, warnings) = good("");
    assert_eq!(warnings, []);
    assert_eq!((config.partner.as_str(), config.policy.default_opcode.as_str()), ("DataClover", "Tell Us More"));
    assert_eq!(config.invitations.source, CodeOrigin::Paste);
    assert_eq!(config.policy, crate::domain::Policy::default());
    assert_eq!(config.xtime.missing(), ["client_id", "client_secret", "api_key"]);
    assert!(wiring::platform(&config, std::sync::Arc::new(crate::clock::WallClock::real())).unwrap().is_none());
}

#[test]
fn every_section_is_read() {
    let (config, warnings) = good(WHOLE);
    assert_eq!(warnings, []);
    assert_eq!(config.partner, "Clover");
    assert_eq!(config.store.to_string(), "sled:/tmp/books");
    assert_eq!(config.policy.valid_for, TimeDelta::hours(48));
    assert_eq!(config.pace().requests_per_second, 3);
    assert_eq!(config.xtime.missing(), Vec::<&str>::new());
    assert_eq!(config.xtime.own_meanings, 1);
    assert_eq!(config.xtime.settings.timeout.as_secs(), 7);
    assert!(
        matches!(&config.xtime.developer_key, Some(SecretSource::File(path)) if path == Path::new("/etc/keys/developer"))
    );
    assert_eq!(config.invitations.command.unwrap().run, ["issue-code", "{{ dealer_code }}"]);
    assert_eq!((config.ui.theme, config.ui.mouse), (ThemeSource::Given(ThemeChoice::Dark), true));
}

#[test]
fn letters_and_reminders_are_read() {
    let (config, warnings) = good(WHOLE);
    assert_eq!(warnings, []);
    let (mail, letters, rules) = (&config.mail, &config.mail.letters, &config.policy.mail);
    assert_eq!(mail.transport.to_string(), "smtp+starttls://desk@mail.clover.internal:587");
    assert!(matches!(&mail.password, Some(SecretSource::Variable(name)) if name == "MAIL_PASSWORD"));
    assert_eq!(letters.from, "Clover, the Desk <onboarding@clover.internal>");
    assert_eq!(
        (letters.reply_to.as_deref(), letters.contact.as_deref()),
        (Some("help@clover.internal"), Some("+1 555 0100"))
    );
    let envelope = (letters.envelope_from.as_deref(), letters.bcc.as_deref());
    assert_eq!(envelope, (Some("bounces@clover.internal"), Some("archive@clover.internal")));
    assert_eq!(letters.templates.as_deref(), Some(Path::new("/etc/letters")));
    assert_eq!((mail.max_connections, mail.per_hour, rules.per_dealership), (2, 50, TimeDelta::minutes(2)));
    assert_eq!((mail.limits.connect.as_secs(), mail.limits.answer.as_secs()), (10, 60));
    assert_eq!(rules.retry, [TimeDelta::seconds(30), TimeDelta::minutes(90)]);
    assert_eq!((rules.retry_uncertain, &rules.automatic), (TimeDelta::minutes(20), &vec![LetterKind::Live]));
    assert_eq!(rules.bcc.as_ref().map(crate::domain::Untrusted::raw), Some("archive@clover.internal"));
    assert_eq!(mail.bounces.as_deref(), Some(Path::new("/var/mail/bounces")));
    assert_eq!(config.policy.mail.remind_before, [TimeDelta::hours(48), TimeDelta::hours(6)]);
    assert_eq!(config.policy.mail.quiet.map(|quiet| quiet.to_string()).as_deref(), Some("22:30-07:00"));
}

#[test]
fn without_settings_letters_become_files_and_nights_are_quiet() {
    let (config, warnings) = good("[partner]\nname = \"Klee & Blatt, GmbH Ü\"");
    assert_eq!(warnings, []);
    let Transport::Directory(path) = &config.mail.transport else { panic!("{:?}", config.mail.transport) };
    assert!(path.is_absolute() && path.ends_with("cloverwatch/mail"), "{path:?}");
    assert!(
        config.mail.letters.from.ends_with("<onboarding@example.com>")
            && config.mail.letters.from.contains("Klee & Blatt, GmbH Ü Onboarding")
    );
    assert_eq!(config.policy.mail.retry, [1, 5, 15, 60, 120].map(TimeDelta::minutes));
    assert_eq!(config.policy.mail.automatic, [LetterKind::WordReceived, LetterKind::Live]);
    assert_eq!(config.policy.mail.remind_before, [TimeDelta::hours(24), TimeDelta::hours(6)]);
    assert_eq!(config.policy.mail.quiet.map(|quiet| quiet.to_string()).as_deref(), Some("21:00-08:00"));
    assert_eq!(good("[reminders]\nquiet = \"none\"").0.policy.mail.quiet, None);
    let relative = good("[mail]\ntransport = \"dir:letters\"").0.mail.transport;
    assert_eq!(relative, Transport::Directory("/etc/letters".into()));
}

#[test]
fn mail_settings_that_do_not_fit_say_what_would() {
    let server = "transport = \"smtps://mail.clover.internal\"\nfrom = \"a@clover.internal\"";
    for (text, expected) in [
        (
            "transport = \"smtps://mail.clover.internal\"",
            "c.toml:2:13: error: `mail.transport`: a mail server needs a sender: from =",
        ),
        (
            "transport = \"smttps://mail.clover.internal\"",
            "c.toml:2:13: error: `mail.transport`: `smttps://` is no way to send letters; did you mean `smtps`?",
        ),
        (
            "transport = \"smtp://mail.clover.internal\"\nfrom = \"a@clover.internal\"",
            "c.toml:2:13: error: `mail.transport`: letters with codes would cross the network unencrypted",
        ),
        (
            "transport = \"smtps://me@mail.clover.internal\"\nfrom = \"a@clover.internal\"",
            "`mail.transport`: `me` needs a password to sign in: password = {",
        ),
        ("transport = \"smtps://me:pw123@mail.clover.internal\"", "a password does not belong into the address"),
        ("form = \"a@clover.internal\"", "unknown key in [mail]: `form`; did you mean `from`?"),
        ("from = \"clover\"", "c.toml:2:8: error: `mail.from`: `clover` is not a mail address"),
        (
            "automatic = [\"alive\"]",
            "c.toml:2:13: error: `mail.automatic`: `alive` is none of word-received, live; did you mean `live`?",
        ),
        ("retry = [\"1m\", \"5\"]", "c.toml:2:9: error: `mail.retry`: `5` has no unit"),
        ("retry = [5]", "every one must be text in quotes"),
        ("lanes = 0", "0 is not between 1 and 64"),
        ("[reminders]\nquiet = \"9pm-8am\"", "c.toml:3:9: error: `reminders.quiet`: two times of the day are needed"),
        ("[reminders]\nquiet = \"08:00-08:00\"", "it begins when it ends"),
        ("[reminders]\nbefore_expiry = [\"1s\"]", "at least 1m is needed"),
    ] {
        let found = mistakes(&format!("[mail]\n{text}"));
        assert!(found.iter().any(|found| found.contains(expected)), "{text}\n{found:#?}");
        assert!(!found.iter().any(|found| found.contains("pw123")), "{found:#?}");
    }
    for (text, expected) in [
        (
            format!("{server}\npassword = {{ env = \"X\" }}"),
            "/etc/c.toml:4:12: warning: `mail.password`: nobody signs in with it",
        ),
        (
            "transport = \"smtps://me@mail.clover.internal\"\npassword = \"pw123\"\nfrom = \"a@clover.internal\""
                .to_owned(),
            "stands in the file as it is",
        ),
        (
            "transport = \"smtps://mail.clover.internal\"\nfrom = \"a@example.com\"".to_owned(),
            "/etc/c.toml:3:8: warning: `mail.from`: this domain belongs to nobody",
        ),
    ] {
        let warnings: Vec<_> = good(&format!("[mail]\n{text}")).1.iter().map(ToString::to_string).collect();
        assert!(
            matches!(warnings.as_slice(), [one] if one.contains(expected) && !one.contains("pw123")),
            "{text}\n{warnings:?}"
        );
    }
    let allowed = "[mail]\ntransport = \"smtp://relay.clover.internal\"\nallow_plain = [\"relay.clover.internal\"]\nfrom = \"a@clover.internal\"";
    assert_eq!(good(allowed).1, []);
    assert_eq!(good("[mail]\ntransport = \"smtp://localhost:2525\"\nfrom = \"a@example.com\"").1, []);
}

#[test]
fn a_transport_is_made_of_the_settings() {
    let transport = |text: &str| wiring::transport(&good(text).0, std::sync::Arc::new(crate::clock::WallClock::real()));
    assert!(transport("[mail]\ntransport = \"none\"").unwrap().is_none());
    assert_eq!(transport("[mail]\ntransport = \"dir:/tmp/letters\"").unwrap().unwrap().name(), "dir:/tmp/letters");
    let local = "[mail]\ntransport = \"smtp://desk@localhost:2525\"\nfrom = \"a@example.com\"\nlanes = 7\n";
    let made = transport(&format!("{local}password = {{ command = \"echo pw123\" }}")).unwrap().unwrap();
    assert_eq!((made.name().as_str(), made.max_connections()), ("smtp://desk@localhost:2525", 7));
    let failed =
        transport(&format!("{local}password = {{ env = \"CW_NOT_SET_ANYWHERE\" }}")).err().unwrap().to_string();
    assert_eq!(failed, "[mail] password: the variable CW_NOT_SET_ANYWHERE is not set");
}

#[test]
fn mistakes_have_a_place_and_say_what_would_be_right() {
    for (text, expected) in [
        ("[xtme]\n", "c.toml:1:2: error: unknown section: `xtme`; did you mean `xtime`?"),
        (
            "[xtime]\n  base_ur = \"x\"",
            "c.toml:2:3: error: unknown key in [xtime]: `base_ur`; did you mean `base_url`?",
        ),
        ("[invitations]\nvalid_for = \"72\"", "c.toml:2:13: error: `invitations.valid_for`: `72` has no unit"),
        (
            "[invitations]\nvalid_for = 72",
            "c.toml:2:13: error: `invitations.valid_for`: text in quotes is needed, not integer",
        ),
        ("[invitations]\nsource = \"htp\"", "did you mean `http`?"),
        ("[invitations]\nsource = \"http\"", "c.toml:2:10: error: `invitations.source`: `http` needs the section"),
        (
            "[store]\nurl = \"postgres://x\"",
            "c.toml:2:7: error: `store.url`: the address of the store: it names no database",
        ),
        ("[store]\nurl = \"/x\"", "a store is named `sled:PATH` or `postgres://USER@HOST/DATABASE`"),
        (
            "[xtime]\nrequests_per_second = 0",
            "c.toml:2:23: error: `xtime.requests_per_second`: 0 is not between 1 and 1000",
        ),
        ("[ui]\nmouse = \"yes\"", "c.toml:2:9: error: `ui.mouse`: true or false is needed, not string"),
        ("[[plug]]\non = []", "c.toml:1:3: error: unknown section: `plug` (there are: partner, store, xtime"),
        ("[impot.crm]\n", "unknown section: `impot`; did you mean `import`?"),
        ("partner = 5", "c.toml:1:11: error: `partner` is a section"),
        ("[xtime]\napi_key = { evn = \"X\" }", "c.toml:2:11: error: `xtime.api_key`: one of { env"),
        ("[xtime]\na = [\n", "c.toml:2:6: error: unclosed array"),
        ("[invitations.http]\nurl = \"https://example.com\"", "`invitations.http.code`: it is missing"),
        ("[invitations.command]\nrun = []", "`invitations.command.run`: the program"),
        (
            "[[xtime.meaning]]\nstatus = 403\nmeans = \"conected\"\n",
            "c.toml:3:9: error: [[xtime.meaning]]: unknown variant",
        ),
        ("[[xtime.meaning]]\nstats = 403\nmeans = \"connected\"\n", "unknown field `stats`"),
    ] {
        let found = mistakes(text);
        assert!(found.iter().any(|found| found.contains(expected)), "{text}\n{found:#?}");
    }
    assert_eq!(mistakes("[a]\n[b]\n[c]\n").len(), 3, "every mistake at once");
}

#[test]
fn a_literal_secret_is_taken_with_a_warning_and_never_printed() {
    let text =
        "[xtime]\nclient_id = \"me\"\nclient_secret = \"s3cret\"\napi_key = \"k3y\"\nheaders = { X-Token = \"t0ken\" }";
    let (config, warnings) = good(text);
    assert_eq!(warnings.len(), 3);
    assert!(warnings[0].to_string().starts_with("/etc/c.toml:3:17: warning: `xtime.client_secret` stands in"));
    let printed = print::effective(&config);
    for secret in ["s3cret", "k3y", "t0ken"] {
        assert!(!printed.contains(secret) && !format!("{config:?}").contains(secret), "{printed}");
    }
}

/// What other programs replace in their settings is told wherever a text stands, with what to write.
#[test]
fn nothing_is_replaced_in_a_text_and_that_is_said() {
    let warnings = |text: &str| good(text).1.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (text, expected) in [
        (
            "[xtime]\nclient_id = \"$XTIME_CLIENT_ID\"",
            "/etc/c.toml:2:13: warning: `xtime.client_id`: `$XTIME_CLIENT_ID` is not replaced here; write the value itself, or set CLOVERWATCH_XTIME_CLIENT_ID",
        ),
        ("[xtime]\nclient_id = \"env:XTIME_ID\"", "`env:XTIME_ID` is not replaced here"),
        ("[xtime]\nbase_url = \"https://${HOST}/xtime\"", "`${HOST}` is not replaced here"),
        ("[xtime]\nbase_url = \"https://me:$TOKEN@example.com\"", "`$NAME` is not replaced here"),
        ("[xtime]\nscopes = [\"read\", \"$SCOPE\"]", "`xtime.scopes`: `$SCOPE` is not replaced here"),
        ("[mail]\ntransport = \"dir:$HOME/mail\"", "write `~`, or set CLOVERWATCH_MAIL_TRANSPORT"),
        ("[mail]\ntemplates = \"$HOME/letters\"", "`mail.templates`: `$HOME` is not replaced here"),
        ("[store]\nurl = \"sled:${HOME}/books\"", "`store.url`: `${HOME}` is not replaced here"),
        ("[ui]\noperator = \"$USER\"", "`ui.operator`: `$USER`"),
        (
            "[xtime]\nclient_secret = \"${XTIME_SECRET}\"",
            "/etc/c.toml:2:17: warning: `xtime.client_secret`: `$NAME`, `env:NAME`",
        ),
        (
            "[xtime]\napi_key = \"op://Work/xtime/key\"",
            "write { env = \"NAME\" }, { file = \"PATH\" } or { command = \"…\" }",
        ),
        (
            "[xtime]\napi_key = { file = \"$HOME/key\" }",
            "variables are not replaced in a path; `~/` is the home directory",
        ),
        ("[xtime]\nheaders = { X-Api = \"Bearer $TOKEN\" }", "`xtime.headers.X-Api`: `$NAME`"),
    ] {
        let found = warnings(text);
        assert!(matches!(found.as_slice(), [one] if one.contains(expected)), "{text}\n{found:#?}");
    }
    for text in [
        "[invitations.http]\nurl = \"https://example.com/{{ dealer_code }}\"\ncode = \"/data/code\"\nbody = '{\"dealer\": \"{{ dealer_code }}\", \"$schema\": 1}'",
        "[partner]\nname = \"A$AP Motors\"",
        "[mail]\ntransport = \"dir:~/mail\"",
        "[xtime]\napi_key = { command = \"pass $WHERE\" }",
    ] {
        assert_eq!(warnings(text), [""; 0], "{text}");
    }
    let password =
        "[mail]\ntransport = \"smtps://me@mail.clover.internal\"\nfrom = \"a@clover.internal\"\npassword = \"$ecret\"";
    assert!(matches!(warnings(password).as_slice(), [one] if one.contains("stands in the file as it is")));
    for (text, expected) in [
        (
            "[xtime]\nclient_id = { env = \"XTIME_ID\" }",
            "c.toml:2:13: error: `xtime.client_id`: only secrets take { env }, { file } or { command }; write the value itself, or set CLOVERWATCH_XTIME_CLIENT_ID",
        ),
        ("[xtime]\nrequests_per_second = { env = \"N\" }", "set CLOVERWATCH_XTIME_REQUESTS_PER_SECOND"),
        ("[xtime]\nscopes = { file = \"x\" }", "set CLOVERWATCH_XTIME_SCOPES"),
        ("[ui]\nmouse = { command = \"x\" }", "set CLOVERWATCH_UI_MOUSE"),
        (
            "[ui]\ntheme = \"$THEME\"",
            "; `$THEME` is not replaced here; write the value itself, or set CLOVERWATCH_UI_THEME",
        ),
        ("[xtime]\napi_key = { env = \"$KEY\" }", "the name of the variable alone is needed"),
    ] {
        let found = mistakes(text);
        assert!(matches!(found.as_slice(), [one] if one.contains(expected)), "{text}\n{found:#?}");
    }
    let (_, warnings) = parse(Path::new("c.toml"), "", &overrides(&[("CLOVERWATCH_XTIME_CLIENT_ID", "$ID")])).unwrap();
    assert!(warnings[0].to_string().starts_with("CLOVERWATCH_XTIME_CLIENT_ID: warning:"), "{warnings:?}");
}

#[test]
fn variables_win_over_the_file_and_flags_over_both() {
    let mut overrides = overrides(&[
        ("CLOVERWATCH_STORE_URL", "sled:/from/variable"),
        ("CLOVERWATCH_XTIME_REQUESTS_PER_SECOND", "7"),
        ("CLOVERWATCH_XTIME_CLIENT_SECRET", "s3cret"),
        ("CLOVERWATCH_INVITATIONS_HTTP_METHOD", "PUT"),
        ("CLOVERWATCH_XTIME_SCOPES", "[\"a\", \"b\"]"),
        ("CLOVERWATCH_UI_THEEM", "dark"),
    ]);
    let (config, warnings) = parse(Path::new("c.toml"), WHOLE, &overrides).unwrap();
    assert_eq!(config.store.to_string(), "sled:/from/variable");
    assert_eq!(config.xtime.settings.requests_per_second, Some(7));
    assert_eq!(config.xtime.settings.scopes, ["a", "b"]);
    assert!(
        matches!(&config.xtime.client_secret, Some(SecretSource::Variable(name)) if name == "CLOVERWATCH_XTIME_CLIENT_SECRET")
    );
    assert_eq!(config.invitations.http.as_ref().unwrap().settings.method, "PUT");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].to_string().contains("did you mean `CLOVERWATCH_UI_THEME`?"), "{warnings:?}");
    overrides.store = Some("sled:/from/flag".to_owned());
    let (config, _) = parse(Path::new("c.toml"), WHOLE, &overrides).unwrap();
    assert_eq!(config.store.to_string(), "sled:/from/flag");
    overrides.store = Some("postgres://x".to_owned());
    overrides.variables.insert("CLOVERWATCH_UI_MOUSE".to_owned(), "perhaps".to_owned());
    let error = parse(Path::new("c.toml"), WHOLE, &overrides).unwrap_err().to_string();
    assert!(
        error.contains("--store: error: the address of the store: it names no database")
            && error.contains("CLOVERWATCH_UI_MOUSE: error"),
        "{error}"
    );
}

#[test]
fn what_is_printed_can_be_read_again_and_prints_the_same() {
    for text in [
        "",
        WHOLE,
        "[partner]\nname = 'Klee \"Blatt\" & Söhne <x>, \\ y'",
        "[mail]\ntransport = \"none\"\n[reminders]\nquiet = \"none\"\nbefore_expiry = []",
    ] {
        let printed = print::effective(&good(text).0);
        let again = good(&printed);
        let own = again.0.xtime.own_meanings;
        assert_eq!(own, good(text).0.xtime.settings.meanings.len(), "the defaults are printed too");
        let mut second = print::effective(&again.0);
        // Read again, the default rows are the operator's own, and the defaults follow once more.
        second.truncate(second.find("# How answers are read").unwrap());
        assert!(printed.starts_with(&second), "{printed}\n---\n{second}");
    }
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("none.toml");
    let error = load(&Overrides { file: Some(file.clone()), ..Overrides::default() }).unwrap_err().to_string();
    assert!(error.contains("--config: error: cannot read"), "{error}");
    std::fs::write(&file, "[partner]\nname = \"X\"").unwrap();
    let (config, _) = load(&Overrides { file: Some(file.clone()), ..Overrides::default() }).unwrap();
    assert_eq!((config.partner.as_str(), config.file), ("X", Some(file)));
}

#[test]
fn a_theme_is_given_or_a_file() {
    let theme = |text: &str| good(&format!("[ui]\ntheme = \"{text}\"")).0.ui.theme;
    assert_eq!(theme("colour-blind"), ThemeSource::Given(ThemeChoice::ColorBlind));
    assert!(matches!(theme("./own"), ThemeSource::File(path) if path.ends_with("own")));
    assert!(matches!(theme("own.toml"), ThemeSource::File(_)));
    let error = parse(Path::new("c.toml"), "[ui]\ntheme = \"drak\"", &Overrides::default()).unwrap_err().to_string();
    assert!(error.contains("there is no file themes/drak.toml; did you mean `dark`?"), "{error}");
}

#[test]
fn ascii_is_said_or_found_out() {
    let ascii = |text: &str| good(&format!("[ui]\nascii = {text}")).0.ui.ascii;
    assert_eq!(["true", "false", "\"auto\""].map(ascii), [Some(true), Some(false), None]);
}

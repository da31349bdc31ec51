//! The table of settings. Every row is read, printed, checked by the schema and described from here.

mod codes;
mod mail;
mod platform;
mod ui;

use std::net::SocketAddr;

use chrono::TimeDelta;

use crate::domain::{QuietHours, TestBooking};
use crate::timezone::DatabaseChoice;

use super::kind::{A_MINUTE, length, lengths, number, parsed, secret, text};
use super::model::{Config, StoreUrl};
use super::section::SettingSection;
use super::setting::{Setting, SettingForm};

/// Every section with its settings, in the order in which they are printed. How lists are read (`[import.NAME]`) is in
/// [`super::lists`]: its sections are named by the operator.
pub fn sections() -> Vec<SettingSection> {
    vec![
        partner(),
        store(),
        platform::section(),
        codes::section(),
        opcode(),
        appointment(),
        mail::section(),
        reminders(),
        ui::section(),
        time(),
        metrics(),
    ]
}

/// The first section: what speaks of the partner is a default of the others.
fn partner() -> SettingSection {
    SettingSection::new("partner", "Who invites.")
        .with([text("name", "Whose invitation it is; also the label of bookings.", |c| &mut c.partner)])
        .checked(|_, config| config.speak_of_partner())
}

fn store() -> SettingSection {
    let url = parsed(
        "url",
        "Where the events are.",
        SettingForm::pattern(
            "`sled:PATH`, `postgres://USER@HOST:PORT/DATABASE`",
            "^(sled:.|postgres(ql)?://[^/]*/[^?])",
        ),
        |c: &mut Config| &mut c.store,
        |_, text| StoreUrl::parse(text),
        ToString::to_string,
    );
    let password =
        secret("password", "Of the user that a PostgreSQL `url` names.", |c: &mut Config| &mut c.store_password);
    SettingSection::new("store", "Where everything is kept; `--store` wins.")
        .with([url.or("the data directory"), password.or("that of `PGPASSFILE` or `PGPASSWORD`")])
        .checked(|section, config| {
            if let Some(words) = config.store.warning() {
                section.warn("url", words);
            }
        })
}

fn opcode() -> SettingSection {
    SettingSection::new("opcode", "The service that customers book.").with([
        text("default", "Of a dealership that has not chosen, and what `--existing` means.", |c| {
            &mut c.policy.default_opcode
        }),
        text("new", "What `--new` means.", |c| &mut c.policy.new_opcode),
        length("recheck", "How often a live dealership is looked at again.", A_MINUTE, |c| &mut c.recheck),
        number("slot_window_days", "How many days ahead slots are looked for.", 1..=60, |c| &mut c.policy.slot_window),
    ])
}

fn appointment() -> SettingSection {
    let settles = "How long after a booking without an answer its absence at the platform may count.";
    SettingSection::new("appointment", "What a test appointment says.")
        .with_those_of(|config| &mut config.appointment, booking())
        .with([length("settles_after", settles, TimeDelta::zero(), |c| &mut c.policy.booking_settles)])
}

fn booking() -> [Setting<TestBooking>; 13] {
    [
        text("first_name", "First name of who comes.", |b| &mut b.customer.first_name),
        text("last_name", "Last name of who comes.", |b: &mut TestBooking| &mut b.customer.last_name).or(PARTNER),
        text("email", "Mail address of who comes.", |b: &mut TestBooking| &mut b.customer.email).or(OWN_CONTACT),
        text("phone", "Phone number of who comes.", |b: &mut TestBooking| &mut b.customer.phone).or(OWN_CONTACT),
        text("comment", "A word for the dealership; the mark of the attempt follows it.", |b| &mut b.comment),
        text("label", "The label of the booking.", |b: &mut TestBooking| &mut b.label.value).or(PARTNER),
        text("label_context", "The context of the label.", |b| &mut b.label.context),
        text("reporting_label", "The label for reports.", |b: &mut TestBooking| &mut b.reporting_label.value)
            .or(PARTNER),
        text("reporting_label_context", "The context of the label for reports.", |b| &mut b.reporting_label.context),
        text("make", "The make of the car.", |b| &mut b.vehicle.make),
        text("model", "The model of the car.", |b| &mut b.vehicle.model),
        text("vin", "The car's number, by which the booking is read back.", |b| &mut b.vehicle.vin),
        number("year", "The model year of the car.", 1900..=2200, |b| &mut b.vehicle.year),
    ]
}

const PARTNER: &str = "the partner's name";
const OWN_CONTACT: &str = "the dealership's own";

fn reminders() -> SettingSection {
    let form = SettingForm::pattern(
        "`HH:MM-HH:MM`, `none`",
        r"^\s*(none|[0-9]{1,2}:[0-9]{1,2}\s*-\s*[0-9]{1,2}:[0-9]{1,2})\s*$",
    );
    let read = |text: &str| match text.trim() {
        "none" => Ok(None),
        text => QuietHours::parse(text).map(Some),
    };
    let shown = |quiet: &Option<QuietHours>| quiet.map_or_else(|| "none".to_owned(), |quiet| quiet.to_string());
    let quiet = parsed(
        "quiet",
        "When nobody is reminded, by the dealership's clock.",
        form,
        |c: &mut Config| &mut c.policy.mail.quiet,
        move |_, text| read(text),
        shown,
    );
    SettingSection::new("reminders", "Letters about a code that dies soon.")
        .with([
            lengths("before_expiry", "How long before its end; empty: never.", A_MINUTE, |c| {
                &mut c.policy.mail.remind_before
            }),
            quiet,
        ])
        .checked(|_, config| {
            let before = &mut config.policy.mail.remind_before;
            before.sort_unstable_by(|a, b| b.cmp(a));
            before.dedup();
        })
}

fn metrics() -> SettingSection {
    let listen = parsed(
        "listen",
        "Where `/metrics` (Prometheus) and `/health` are answered, by whichever process does the background work.",
        SettingForm::pattern("`ADDRESS:PORT`", r"^.+:[0-9]{1,5}$"),
        |c: &mut Config| &mut c.metrics_listen,
        |_, text| {
            text.trim()
                .parse::<SocketAddr>()
                .map_err(|_| "an address and a port are needed: \"127.0.0.1:9464\"".to_owned())
        },
        SocketAddr::to_string,
    );
    SettingSection::new("metrics", "What a monitor is told.").with([listen.or("nowhere")]).checked(|section, config| {
        if config.metrics_listen.is_some_and(|address| !address.ip().is_loopback()) {
            section.warn("listen", "anybody who reaches this address reads the numbers; 127.0.0.1 keeps them here");
        }
    })
}

fn time() -> SettingSection {
    let database = parsed(
        "zone_database",
        "Where the rules of time zones come from: the newer of the system's and ours, ours, or one in a directory.",
        SettingForm::pattern("`newest`, `embedded`, path", r"\S"),
        |c: &mut Config| &mut c.zone_database,
        |section, text| match text {
            "newest" => Ok(DatabaseChoice::Newest),
            "embedded" => Ok(DatabaseChoice::Embedded),
            dir if dir.trim().is_empty() => Err("it is empty".to_owned()),
            dir => Ok(DatabaseChoice::Directory(section.located(dir))),
        },
        |choice| match choice {
            DatabaseChoice::Newest => "newest".to_owned(),
            DatabaseChoice::Embedded => "embedded".to_owned(),
            DatabaseChoice::Directory(dir) => dir.to_string_lossy().into_owned(),
        },
    );
    SettingSection::new("time", "Time zones.").with([database])
}

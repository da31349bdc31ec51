//! Addresses of RFC 5321 and 5322, the odd ones first: one rule says which can be written to, wherever one is given.

use std::path::Path;

use cloverwatch::cli::import::read_list;
use cloverwatch::config::{Overrides, parse};
use cloverwatch::domain::ProfileField;
use cloverwatch::domain::address::{Mailbox, check};
use cloverwatch::mail::{LetterRenderer, RendererSettings};

use crate::naughty_strings;

/// The lists: an address in each line, as JSON; whether it is taken stands before it.
fn addresses() -> Vec<(bool, String)> {
    let line = |line: &str| -> Option<(bool, String)> {
        let (taken, text) = line.split_once(' ')?;
        Some((taken == "yes", serde_json::from_str(text).unwrap()))
    };
    include_str!("addresses.txt").lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

#[test]
fn what_the_standards_allow_is_taken_where_a_dealership_could_have_it() {
    for (taken, text) in addresses() {
        assert_eq!(check(&text).is_ok(), taken, "{text:?}: {:?}", check(&text));
    }
}

/// A key of the settings with an address, and whether it is taken.
fn in_settings(key: &str, address: &str) -> bool {
    let text = format!("[mail]\n{key} = {}\n", toml_edit::Value::from(address));
    parse(Path::new("c.toml"), &text, &Overrides::default()).is_ok()
}

/// What a list takes for the address; `None`: its row is refused.
fn in_a_list(address: &str) -> Option<String> {
    let row =
        serde_json::json!([{ "name": "A", "dealer_code": "x1", "timezone": "America/Chicago", "email": address }]);
    let rows = read_list(row.to_string().into_bytes()).ok()?;
    let (_, profile) = rows.into_iter().next()?;
    Some(profile.ok()?.contact.email.raw().to_owned())
}

fn as_sender(address: &str) -> bool {
    let settings = RendererSettings {
        partner: "DataClover".to_owned(),
        from: "onboarding@example.com".to_owned(),
        reply_to: Some(address.to_owned()),
        envelope_from: None,
        bcc: None,
        contact: None,
        templates: None,
    };
    LetterRenderer::new(&settings).is_ok()
}

#[test]
fn one_rule_says_what_an_address_is_wherever_one_is_given() {
    let (mut taken, mut refused, mut senders) = (0, 0, 0);
    for text in addresses().into_iter().map(|(_, text)| text).chain(naughty_strings()) {
        let (alone, named) = (check(&text), Mailbox::read(&text));
        assert_eq!(ProfileField::Email.check(&text).is_ok(), alone.is_ok(), "{text:?} as a correction");
        // Without one the setting is as if it were not there.
        if !text.trim().is_empty() {
            assert_eq!(in_settings("envelope_from", &text), alone.is_ok(), "{text:?} in the settings");
            assert_eq!(in_settings("reply_to", &text), named.is_ok(), "{text:?} with a name in the settings");
        }
        if named.is_err() {
            assert!(!as_sender(&text), "{text:?} as a sender");
        }
        let listed = in_a_list(&text);
        let Ok(address) = alone else {
            refused += 1;
            // What a list leaves out or takes apart is an address then, or none.
            let listed = listed.unwrap_or_default();
            assert!(listed.is_empty() || check(&listed).is_ok(), "{text:?} in a list becomes {listed:?}");
            continue;
        };
        taken += 1;
        senders += usize::from(as_sender(&text));
        assert_eq!(listed.map(|listed| check(&listed)), Some(Ok(address.clone())), "{text:?} in a list");
        assert_eq!(named.map(|mailbox| mailbox.address), Ok(address));
    }
    assert!(taken > 30 && refused > 400 && senders > 10, "{taken} taken, {refused} refused, {senders} senders");
}

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

fn in_settings(address: &str) -> bool {
    let text = format!("[mail]\nenvelope_from = {}\n", toml_edit::Value::from(address));
    parse(Path::new("c.toml"), &text, &Overrides::default()).is_ok()
}

fn in_a_list(address: &str) -> bool {
    let row =
        serde_json::json!([{ "name": "A", "dealer_code": "x1", "timezone": "America/Chicago", "email": address }]);
    let rows = read_list(row.to_string().into_bytes());
    rows.is_ok_and(|rows| rows.iter().all(|(_, row)| row.is_ok()))
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
    let all = addresses().into_iter().map(|(_, text)| text).chain(naughty_strings());
    let mut senders = 0;
    for text in all {
        let taken = check(&text).is_ok();
        assert_eq!(ProfileField::Email.check(&text).is_ok(), taken, "{text:?} as a correction");
        if let Ok(address) = check(&text) {
            assert!(in_settings(&text), "{text:?} in the settings");
            assert_eq!(Mailbox::read(address.as_str()).map(|mailbox| mailbox.address), Ok(address));
            senders += usize::from(as_sender(&text));
            assert!(in_a_list(&text), "{text:?} in a list");
        } else if Mailbox::read(&text).is_err() && !text.is_empty() {
            assert!(!in_settings(&text), "{text:?} in the settings");
        }
    }
    assert!(senders > 10);
}

//! The table of "what we record", row by row, and the settings' way of writing it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// Compiled once: the table has large patterns.
static TABLE: LazyLock<Vec<Meaning>> = LazyLock::new(defaults);

fn object(status: u16, message: &'static str) -> Heard<'static> {
    let message = Some(message).filter(|message| !message.is_empty());
    Heard { status, shape: Shape::Object, success: None, listed: false, code: None, message }
}

fn failed(message: &'static str) -> Heard<'static> {
    Heard { success: Some(false), ..object(200, message) }
}

/// (outcome, recognised by a row or by itself, healthy)
fn read(heard: &Heard<'_>) -> (Outcome, bool, bool) {
    let verdict = classify(&TABLE, heard);
    (verdict.outcome, !verdict.unrecognised, verdict.healthy)
}

const UNRECOGNISED: (Outcome, bool, bool) = (Outcome::Unknown, false, true);
const FAILING: (Outcome, bool, bool) = (Outcome::Unknown, true, false);
const NO: (Outcome, bool, bool) = (Outcome::NotConnected, true, true);
const OURS: (Outcome, bool, bool) = (Outcome::OurCredentials, true, false);
const YES: (Outcome, bool, bool) = (Outcome::Connected, true, true);

#[test]
fn services_answered_with_success() {
    let yes = Heard { success: Some(true), listed: true, ..object(200, "") };
    assert_eq!(read(&yes), YES);
    assert_eq!(read(&Heard { success: None, ..yes }), YES);
    // A failure beside the list, a list that is not there, a success with an error status.
    assert_eq!(read(&Heard { success: Some(false), ..yes }), UNRECOGNISED);
    assert_eq!(read(&Heard { success: None, code: Some("x-000001"), ..yes }), UNRECOGNISED);
    assert_eq!(read(&Heard { listed: false, ..yes }), UNRECOGNISED);
    assert_eq!(read(&Heard { listed: false, message: Some("Dealer is not connected"), ..yes }), UNRECOGNISED);
    assert_eq!(read(&Heard { status: 400, ..yes }), UNRECOGNISED);
    assert_eq!(read(&Heard { status: 500, ..yes }), FAILING);
    assert_eq!(read(&Heard { status: 302, ..yes }), FAILING);
}

#[test]
fn sentences_that_mean_not_connected() {
    for message in [
        "Dealer is not connected",
        "Dealer xts1234 is not authorized.",
        "dealerCode 'abc' is not enabled for this partner",
        "Dealership has not yet authorized this application",
        "The store isn't connected to DataClover",
        "The rooftop is no longer connected",
        "Dealer has not opted in",
        "Dealer ID: 4711 not integrated",
        "Location was disconnected on 2024-01-01",
        "Partner not authorized for dealer xts1234",
        "You do not have access to this dealership.",
        "Access denied to store 17",
        "Unauthorized access to dealerCode xts1234",
    ] {
        assert_eq!(read(&failed(message)), NO, "{message}");
        for status in [401, 403, 404] {
            assert_eq!(read(&object(status, message)), NO, "{status} {message}");
        }
        for status in [400, 409, 418] {
            assert_eq!(read(&object(status, message)), UNRECOGNISED, "{status} {message}");
        }
        for status in [301, 408, 429, 500, 503] {
            assert_eq!(read(&object(status, message)), FAILING, "{status} {message}");
        }
    }
    for message in ["Not authorized", "not connected.", "Not yet enabled", "Partner is not authorized", "Forbidden"] {
        assert_eq!(read(&failed(message)), NO, "{message}");
    }
    for code in ["DEALER_NOT_CONNECTED", "not-authorized", "NotEnabled"] {
        assert_eq!(read(&Heard { code: Some(code), ..failed("") }), NO, "{code}");
    }
}

#[test]
fn the_bare_403_of_the_gateway() {
    assert_eq!(read(&object(403, "Forbidden")), NO);
    assert_eq!(read(&object(403, "forbidden.")), NO);
    assert_eq!(read(&object(403, "Access Denied")), NO);
    assert_eq!(read(&object(403, "Forbidden by the weather")), UNRECOGNISED);
    assert_eq!(read(&object(403, "")), UNRECOGNISED);
    assert_eq!(read(&Heard { shape: Shape::Empty, ..object(403, "") }), UNRECOGNISED);
}

#[test]
fn sentences_about_something_else_are_not_read_as_no() {
    for message in [
        "Dealer xts1234 is not enabled for opcode 17",
        "Dealer is connected but the opcode is not enabled",
        "store opcode not enabled",
        "Opcode not enabled",
        "Your account is not authorized",
        "You are not authorized to access dealer data",
        "Not authorized for any dealer",
        "Client is not authorized",
        "User is not authorized to access this resource",
        "Dealer not found",
        "dealerCode is required",
        "slot not available",
        "",
    ] {
        assert_eq!(read(&failed(message)), UNRECOGNISED, "{message}");
        assert_eq!(read(&object(403, message)), UNRECOGNISED, "{message}");
    }
    assert_eq!(read(&Heard { code: Some("x-001009"), ..failed("") }), UNRECOGNISED);
}

#[test]
fn our_own_credentials() {
    for message in [
        "Invalid access token",
        "The token is expired",
        "Token has been revoked",
        "Missing Authentication Token",
        "Invalid API key",
        "access_denied",
        "User is not authorized to access this resource with an explicit deny",
        "Authentication required",
    ] {
        for status in [200, 400, 401, 403] {
            let heard = Heard { success: Some(false), ..object(status, message) };
            assert_eq!(read(&heard), OURS, "{status} {message}");
        }
    }
    assert_eq!(read(&object(401, "Unauthorized")), OURS);
    assert_eq!(read(&object(401, "")), OURS);
    assert_eq!(read(&Heard { shape: Shape::Empty, ..object(401, "") }), OURS);
    assert_eq!(read(&Heard { shape: Shape::Other, ..object(401, "") }), OURS);
    assert_eq!(read(&Heard { shape: Shape::Html, ..object(401, "") }), FAILING);
    assert_eq!(read(&Heard { code: Some("invalid_token"), ..object(403, "no") }), OURS);
}

#[test]
fn who_fails_cannot_tell() {
    for status in [301, 302, 307, 407, 408, 425, 429, 500, 502, 503, 504, 599] {
        for shape in [Shape::Object, Shape::Empty, Shape::Html, Shape::Other] {
            assert_eq!(read(&Heard { shape, ..object(status, "Dealer is not connected") }), FAILING, "{status}");
            // The same without any row: it needs no table.
            assert!(!classify(&[], &Heard { shape, ..object(status, "") }).unrecognised);
        }
    }
    for message in ["Quota exceeded", "Limit Exceeded", "Too many requests for dealer", "Rate limit reached"] {
        assert_eq!(read(&object(403, message)), FAILING, "{message}");
        assert_eq!(read(&failed(message)), FAILING, "{message}");
    }
    for status in [200, 204, 400, 403, 404] {
        assert_eq!(read(&Heard { shape: Shape::Html, ..object(status, "") }), FAILING);
        assert_eq!(read(&Heard { shape: Shape::Other, ..object(status, "") }), FAILING);
    }
    assert_eq!(read(&Heard { shape: Shape::Empty, ..object(200, "") }), FAILING);
    for status in [400, 402, 404, 405, 409, 410, 422, 451] {
        assert_eq!(read(&object(status, "what?")), UNRECOGNISED, "{status}");
    }
}

#[test]
fn own_rows_come_first_and_are_read_from_settings() {
    let own: Vec<Meaning> = serde_json::from_str(
        r#"[{"status": 404, "code": "x-00200[12]", "means": "not-connected"},
            {"status": "4xx", "message": "^unknown dealer", "means": "unknown"}]"#,
    )
    .unwrap();
    let table = with_defaults(own);
    let verdict = classify(&table, &Heard { code: Some("X-002001"), ..object(404, "") });
    assert_eq!((verdict.outcome, verdict.row), (Outcome::NotConnected, Some(0)));
    assert_eq!(classify(&table, &Heard { code: Some("x-0020011"), ..object(404, "") }).row, None);
    let verdict = classify(&table, &object(404, "Unknown dealer x"));
    assert_eq!((verdict.row, verdict.unrecognised, verdict.healthy), (Some(1), false, true));
    for bad in [
        r#"{"means": "unknown"}"#,
        r#"{"status": 403, "means": "maybe"}"#,
        r#"{"status": 403, "means": "unknown", "codes": "x"}"#,
        r#"{"status": 99, "means": "unknown"}"#,
        r#"{"status": "4x", "means": "unknown"}"#,
        r#"{"status": "500-400", "means": "unknown"}"#,
        r#"{"message": "(", "means": "unknown"}"#,
        r#"{"message": "a{1000}{1000}{1000}", "means": "unknown"}"#,
    ] {
        assert!(serde_json::from_str::<Meaning>(bad).is_err(), "{bad}");
    }
    let silent = Meaning { status: None, code: None, message: None, means: Outcome::NotConnected };
    assert_eq!(classify(&[silent], &object(404, "x")).row, None);
}

#[test]
fn the_table_survives_being_printed() {
    let text = serde_json::to_string(&defaults()).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Meaning>>(&text).unwrap(), defaults());
    for (text, shown) in [("403", "403"), ("4XX", "4xx"), (" 400-404 ", "400-404"), ("200-299", "2xx")] {
        assert_eq!(text.parse::<StatusMatch>().unwrap().to_string(), shown);
    }
}

proptest! {
    /// Whatever is said: only a 2xx object with the list is a yes, and only words in an object can be a no.
    #[test]
    fn yes_and_no_need_an_object(
        status in 100u16..700, shape in 0usize..4, success in any::<Option<bool>>(), listed: bool,
        code in proptest::option::of(".{0,20}"), message in proptest::option::of(".{0,60}"),
    ) {
        let shape = [Shape::Object, Shape::Empty, Shape::Html, Shape::Other][shape];
        let heard = Heard { status, shape, success, listed, code: code.as_deref(), message: message.as_deref() };
        let verdict = classify(&TABLE, &heard);
        let ok = (200..300).contains(&status);
        if verdict.outcome == Outcome::Connected {
            prop_assert!(ok && listed && shape == Shape::Object && success != Some(false) && verdict.healthy);
        }
        if verdict.outcome == Outcome::NotConnected {
            prop_assert!(shape == Shape::Object && (code.is_some() || message.is_some()));
            prop_assert!(ok && success != Some(true) || (401..=404).contains(&status));
        }
        prop_assert!(!verdict.unrecognised || verdict.outcome == Outcome::Unknown && verdict.row.is_none());
    }
}

//! The table of "what we record", row by row, and the settings' way of writing it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static TABLE: LazyLock<Vec<ClassificationRule>> = LazyLock::new(default_rules);

fn object(status: u16, message: &'static str) -> ResponseDetails<'static> {
    let message = Some(message).filter(|message| !message.is_empty());
    ResponseDetails { status, shape: BodyShape::Object, success: None, listed: false, code: None, message }
}

fn failed(message: &'static str) -> ResponseDetails<'static> {
    ResponseDetails { success: Some(false), ..object(200, message) }
}

/// (outcome, recognised by a row or by itself, healthy)
fn read(response: &ResponseDetails<'_>) -> (Outcome, bool, bool) {
    let classification = classify(&TABLE, response);
    (classification.outcome, !classification.unrecognised, classification.healthy)
}

const UNRECOGNISED: (Outcome, bool, bool) = (Outcome::Unknown, false, true);
const FAILING: (Outcome, bool, bool) = (Outcome::Unknown, true, false);
const NO: (Outcome, bool, bool) = (Outcome::NotConnected, true, true);
const OURS: (Outcome, bool, bool) = (Outcome::OurCredentials, true, false);
const YES: (Outcome, bool, bool) = (Outcome::Connected, true, true);

#[test]
fn connected_is_only_what_is_wholly_a_yes() {
    let yes = ResponseDetails { success: Some(true), listed: true, ..object(200, "") };
    assert_eq!(read(&yes), YES);
    for unclear in [
        ResponseDetails { success: None, ..yes },
        ResponseDetails { success: Some(false), ..yes },
        ResponseDetails { listed: false, ..yes },
        ResponseDetails { code: Some("x-000001"), ..yes },
        ResponseDetails { message: Some("Dealer is not connected"), ..yes },
        ResponseDetails { message: Some("OK"), ..yes },
        ResponseDetails { status: 201, ..yes },
        ResponseDetails { status: 206, ..yes },
        ResponseDetails { status: 400, ..yes },
    ] {
        assert_eq!(read(&unclear), UNRECOGNISED, "{unclear:?}");
    }
    assert_eq!(read(&ResponseDetails { status: 500, ..yes }), FAILING);
    assert_eq!(read(&ResponseDetails { status: 302, ..yes }), FAILING);
    // What a person taught makes it one.
    let taught: ClassificationRule =
        serde_json::from_str(r#"{"status": 200, "message": "^OK$", "means": "connected"}"#).unwrap();
    let classification = classify(&[taught], &ResponseDetails { message: Some("OK"), ..yes });
    assert_eq!(
        (classification.outcome, classification.row, classification.healthy),
        (Outcome::Connected, Some(0), true)
    );
}

#[test]
fn no_sentence_is_read_as_a_no() {
    for message in [
        "Dealer is not connected",
        "Dealer xts1234 is not authorized.",
        "Partner not authorized for dealer xts1234",
        "Access Denied",
        "Unauthorized",
        "Forbidden by the weather",
        "Opcode not enabled",
        "Invalid API key",
        "slot not available",
        "",
    ] {
        assert_eq!(read(&failed(message)), UNRECOGNISED, "{message}");
        for status in [400, 403, 404, 409, 418] {
            assert_eq!(read(&object(status, message)), UNRECOGNISED, "{status} {message}");
        }
        for status in [301, 408, 429, 500, 503] {
            assert_eq!(read(&object(status, message)), FAILING, "{status} {message}");
        }
    }
    for code in ["DEALER_NOT_CONNECTED", "x-000403", "x-001009"] {
        assert_eq!(read(&ResponseDetails { code: Some(code), ..failed("") }), UNRECOGNISED, "{code}");
    }
}

#[test]
fn the_bare_403_of_the_gateway() {
    assert_eq!(read(&object(403, "Forbidden")), NO);
    assert_eq!(read(&object(403, "Forbidden.")), UNRECOGNISED);
    assert_eq!(read(&failed("Forbidden")), UNRECOGNISED);
    assert_eq!(read(&ResponseDetails { shape: BodyShape::Empty, ..object(403, "") }), UNRECOGNISED);
}

#[test]
fn our_own_credentials() {
    for code in ["invalid_token", "invalid_client", "insufficient_scope", "access_denied"] {
        for status in [200, 400, 401, 403] {
            assert_eq!(read(&object(status, code)), OURS, "{status} {code}");
            assert_eq!(read(&ResponseDetails { code: Some(code), ..object(status, "no") }), OURS, "{status} {code}");
        }
    }
    assert_eq!(read(&object(401, "Dealer xts1 is not connected")), OURS);
    assert_eq!(read(&object(401, "")), OURS);
    assert_eq!(read(&ResponseDetails { shape: BodyShape::Empty, ..object(401, "") }), OURS);
    assert_eq!(read(&ResponseDetails { shape: BodyShape::Other, ..object(401, "") }), OURS);
    assert_eq!(read(&ResponseDetails { shape: BodyShape::Html, ..object(401, "") }), FAILING);
}

#[test]
fn who_fails_cannot_tell() {
    for status in [301, 302, 307, 407, 408, 425, 429, 500, 502, 503, 504, 599] {
        for shape in [BodyShape::Object, BodyShape::Empty, BodyShape::Html, BodyShape::Other] {
            assert_eq!(
                read(&ResponseDetails { shape, ..object(status, "Dealer is not connected") }),
                FAILING,
                "{status}"
            );
            // The same without any row: it needs no table.
            assert!(!classify(&[], &ResponseDetails { shape, ..object(status, "") }).unrecognised);
        }
    }
    for message in ["Quota exceeded", "Limit Exceeded", "Too many requests for dealer", "Rate limit reached"] {
        assert_eq!(read(&object(403, message)), FAILING, "{message}");
        assert_eq!(read(&failed(message)), FAILING, "{message}");
    }
    for status in [200, 204, 400, 403, 404] {
        assert_eq!(read(&ResponseDetails { shape: BodyShape::Html, ..object(status, "") }), FAILING);
        assert_eq!(read(&ResponseDetails { shape: BodyShape::Other, ..object(status, "") }), FAILING);
    }
    assert_eq!(read(&ResponseDetails { shape: BodyShape::Empty, ..object(200, "") }), FAILING);
    for status in [400, 402, 404, 405, 409, 410, 422, 451] {
        assert_eq!(read(&object(status, "what?")), UNRECOGNISED, "{status}");
    }
}

#[test]
fn own_rows_come_first_and_are_read_from_settings() {
    let own: Vec<ClassificationRule> = serde_json::from_str(
        r#"[{"status": 404, "code": "x-00200[12]", "means": "not-connected"},
            {"status": "4xx", "message": "^unknown dealer", "means": "unknown"}]"#,
    )
    .unwrap();
    let table = with_defaults(own);
    let classification = classify(&table, &ResponseDetails { code: Some("X-002001"), ..object(404, "") });
    assert_eq!((classification.outcome, classification.row), (Outcome::NotConnected, Some(0)));
    assert_eq!(classify(&table, &ResponseDetails { code: Some("x-0020011"), ..object(404, "") }).row, None);
    let classification = classify(&table, &object(404, "Unknown dealer x"));
    assert_eq!((classification.row, classification.unrecognised, classification.healthy), (Some(1), false, true));
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
        assert!(serde_json::from_str::<ClassificationRule>(bad).is_err(), "{bad}");
    }
    let silent = ClassificationRule { status: None, code: None, message: None, means: Outcome::NotConnected };
    assert_eq!(classify(&[silent], &object(404, "x")).row, None);
}

#[test]
fn the_table_survives_being_printed() {
    let text = serde_json::to_string(&default_rules()).unwrap();
    assert_eq!(serde_json::from_str::<Vec<ClassificationRule>>(&text).unwrap(), default_rules());
    for (text, shown) in [("403", "403"), ("4XX", "4xx"), (" 400-404 ", "400-404"), ("200-299", "2xx")] {
        assert_eq!(text.parse::<StatusMatch>().unwrap().to_string(), shown);
    }
}

#[test]
fn what_is_no_status_is_told_what_one_looks_like() {
    let error = |json: &str| serde_json::from_str::<StatusMatch>(json).unwrap_err().to_string();
    assert_eq!(serde_json::from_str::<StatusMatch>("403").unwrap(), "403".parse().unwrap());
    for json in ["true", "[403]", "null"] {
        let error = error(json);
        assert!(error.contains("expected a status: 403, \"4xx\" or \"400-404\""), "{json}: {error}");
    }
}

#[test]
fn patterns_are_the_same_when_they_are_written_the_same() {
    let pattern = |text: &str| RulePattern::new(text).unwrap();
    assert_eq!(pattern("unknown dealer").as_str(), "unknown dealer");
    assert_eq!(pattern("a|b"), pattern("a|b"));
    assert_ne!(pattern("a|b"), pattern("b|a"));
    assert_ne!(pattern("a"), pattern("A"), "however alike they match");
}

#[test]
fn a_row_with_a_code_or_a_message_is_one_by_words() {
    let by_words = |row: &str| {
        let rule: ClassificationRule = serde_json::from_str(row).unwrap();
        let details = ResponseDetails { code: Some("x-1"), ..object(404, "unknown dealer") };
        let classification = classify(&[rule], &details);
        (classification.row, classification.by_words)
    };
    for (row, words) in [
        (r#"{"status": 404, "means": "unknown"}"#, false),
        (r#"{"status": 404, "code": "x-1", "means": "unknown"}"#, true),
        (r#"{"message": "dealer", "means": "unknown"}"#, true),
        (r#"{"code": "x-1", "message": "dealer", "means": "unknown"}"#, true),
    ] {
        assert_eq!(by_words(row), (Some(0), words), "{row}");
    }
}

proptest! {
    /// Whatever is said: only a whole yes is one, and only the gateway's bare 403 is a no.
    #[test]
    fn yes_and_no_need_an_object(
        status in 100u16..700, shape in 0usize..4, success in any::<Option<bool>>(), listed: bool,
        code in proptest::option::of(".{0,20}"), message in proptest::option::of(".{0,60}"),
    ) {
        let shape = [BodyShape::Object, BodyShape::Empty, BodyShape::Html, BodyShape::Other][shape];
        let response = ResponseDetails { status, shape, success, listed, code: code.as_deref(), message: message.as_deref() };
        let classification = classify(&TABLE, &response);
        if classification.outcome == Outcome::Connected {
            prop_assert!(status == 200 && listed && shape == BodyShape::Object && success == Some(true) && classification.healthy);
            prop_assert!(code.is_none() && message.is_none());
        }
        if classification.outcome == Outcome::NotConnected {
            prop_assert!(status == 403 && shape == BodyShape::Object && message.is_some_and(|said| said.len() == 9));
        }
        prop_assert!(!classification.unrecognised || classification.outcome == Outcome::Unknown && classification.row.is_none());
    }
}

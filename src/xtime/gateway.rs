//! What gateways and authorization servers say under names of their own.

use serde_json::Value;

/// Where gateways and authorization servers put a message.
pub(super) const MESSAGES: &[&str] = &[
    "/message",
    "/Message",
    "/error_description",
    "/errorMessage",
    "/detail",
    "/title",
    "/error/message",
    "/errors/0/message",
    "/fault/faultstring",
    "/error",
];

/// Where they put a code.
pub(super) const CODES: &[&str] =
    &["/code", "/errorCode", "/error_code", "/error/code", "/errors/0/code", "/fault/detail/errorcode"];

/// The first of some places that holds a text or a number.
pub(super) fn first_text(value: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| match value.pointer(place)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Fills in what a gateway says under other names.
pub(super) fn read_other_names(body: &[u8], code: &mut Option<String>, message: &mut Option<String>) {
    if code.is_some() && message.is_some() {
        return;
    }
    let other = serde_json::from_slice::<Value>(body).unwrap_or_default();
    *code = code.take().or_else(|| first_text(&other, CODES));
    *message = message.take().or_else(|| first_text(&other, MESSAGES));
}

//! The one call that changes something at the platform, and its preview: both come from the same request.

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use super::booking_response::BookingResponse;
use super::connection::{NoResponse, RawResponse, ResponseBody, ResponseMeta};
use super::platform::{HttpPlatform, checked, with_query};
use super::token::TokenError;
use super::{AttemptReport, BookingOutcome};
use crate::domain::text::masked_address;
use crate::domain::{Booking, phone_digits, wall_with_offset};
use crate::protocol::RequestPreview;

/// What stands for a secret where a request is shown.
const MASK: &str = "••••";

/// A booking, ready to be sent but for the token.
struct Prepared {
    url: Url,
    headers: HeaderMap,
    body: Value,
}

/// Writes the body of a booking.
fn body(booking: &Booking) -> Result<Value, String> {
    let Booking { appointment_id, local, zone, customer, comment, opcode, label, reporting_label, vehicle: _ } =
        booking;
    let explain = |problem: crate::domain::BookingProblem| problem.to_string();
    let mut body = json!({
        "appointmentDateTimeLocal": wall_with_offset(*local, *zone).map_err(explain)?,
        "firstName": customer.first_name.raw().trim(),
        "lastName": customer.last_name.raw().trim(),
        "emailAddress": customer.email.raw().trim(),
        "phoneNumber": phone_digits(customer.phone.raw()).map_err(|problem| explain(problem.into()))?,
        "comment": comment,
        "services": [{ "opcode": opcode.raw() }],
        "label": label,
        "reportingLabel": reporting_label,
    });
    if let (Some(id), Some(fields)) = (appointment_id, body.as_object_mut()) {
        fields.insert("appointmentId".to_owned(), Value::from(id.raw()));
    }
    Ok(body)
}

impl HttpPlatform {
    fn prepare(&self, dealer_code: &str, booking: &Booking) -> Result<Prepared, String> {
        booking.complete().map_err(|problem| problem.to_string())?;
        let mut query = vec![("dealerCode", checked("dealerCode", dealer_code)?)];
        if let Some(vin) = &booking.vehicle.vin {
            query.push(("vin", vin.clone()));
        }
        let [(_, year), _, _] = self.vehicle();
        let year = booking.vehicle.year.map_or(year, |year| year.to_string());
        query.extend([
            ("year", year),
            ("make", booking.vehicle.make.clone()),
            ("model", booking.vehicle.model.clone()),
        ]);
        let mut headers = self.headers.clone();
        // Set here, and not left to the client, so that the preview shows it.
        if let (false, Ok(name)) = (headers.contains_key(USER_AGENT), HeaderValue::from_str(&self.settings.user_agent))
        {
            headers.insert(USER_AGENT, name);
        }
        Ok(Prepared { url: with_query(&self.bookings, &query), headers, body: body(booking)? })
    }

    fn request(&self, prepared: &Prepared, authorization: HeaderValue) -> RequestBuilder {
        let request = self.connection.client.post(prepared.url.clone()).headers(prepared.headers.clone());
        request.header(AUTHORIZATION, authorization).body(prepared.body.to_string())
    }

    /// Shows the request that [`HttpPlatform::send_booking`] sends.
    pub(super) fn show_booking(&self, dealer_code: &str, booking: &Booking) -> Result<RequestPreview, String> {
        let prepared = self.prepare(dealer_code, booking)?;
        let unmakable = |why: String| format!("the request could not be made: {why}");
        let kind = self.tokens.kind();
        let mut authorization = HeaderValue::from_str(&kind).map_err(|error| unmakable(error.to_string()))?;
        authorization.set_sensitive(true);
        let request = self.request(&prepared, authorization).build();
        let request = request.map_err(|error| unmakable(error.without_url().to_string()))?;
        let sent = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let shown = |(name, value): (&reqwest::header::HeaderName, &HeaderValue)| {
            let value = match value.to_str() {
                _ if name == AUTHORIZATION => format!("{kind} {MASK}"),
                Ok(text) if !value.is_sensitive() => text.to_owned(),
                _ => MASK.to_owned(),
            };
            (name.to_string(), value)
        };
        let mut headers: Vec<(String, String)> = request.headers().iter().map(shown).collect();
        if let Some(name) = self.connection.correlation() {
            headers.push((name.to_string(), "(a new one for each request)".to_owned()));
        }
        headers.sort();
        Ok(RequestPreview {
            method: request.method().to_string(),
            // What the settings put into the query may be a key; what the request adds is what is looked at here.
            url: request.url().as_str().replacen(self.bookings.as_str(), &masked_address(self.bookings.as_str()), 1),
            headers,
            body: serde_json::from_slice(sent).map_err(|error| unmakable(error.to_string()))?,
        })
    }

    /// Sends a booking once; once more only when the platform refused our token and nothing else.
    pub(super) async fn send_booking(&self, dealer_code: &str, booking: &Booking) -> AttemptReport<BookingOutcome> {
        let prepared = match self.prepare(dealer_code, booking) {
            Ok(prepared) => prepared,
            Err(reason) => {
                return AttemptReport::new(BookingOutcome::NotSent { reason }, ResponseMeta::default(), true);
            }
        };
        let mut token = match self.tokens.get().await {
            Ok(token) => token,
            Err(failure) => return without_token(failure),
        };
        let mut renewed = false;
        loop {
            let request = self.request(&prepared, token.header.clone());
            let (response, meta) = match self.connection.send("booking", request).await {
                Err(NoResponse { why, sent }) => {
                    let reason = self.redactor.line(&why);
                    let value =
                        if sent { BookingOutcome::Unknown { reason } } else { BookingOutcome::NotSent { reason } };
                    return AttemptReport::new(value, ResponseMeta::default(), false);
                }
                Ok(RawResponse { status, body, meta }) => {
                    let response = match body {
                        ResponseBody::Whole(body) => {
                            BookingResponse::read(status, &body, &self.table.now(), &self.settings)
                        }
                        ResponseBody::TooLong => {
                            BookingResponse::without_body(status, "the answer is too long to be read")
                        }
                        ResponseBody::Broken(why) => BookingResponse::without_body(status, &why),
                    };
                    (response, meta)
                }
            };
            if !response.token_refused {
                token.accept();
            } else if !renewed {
                match self.tokens.instead_of(&token).await {
                    Some(Ok(newer)) => {
                        (token, renewed) = (newer, true);
                        continue;
                    }
                    Some(Err(failure)) => return without_token(failure),
                    None => {}
                }
            }
            let mut outcome = response.outcome;
            match &mut outcome {
                BookingOutcome::SlotTaken { reason }
                | BookingOutcome::Refused { reason }
                | BookingOutcome::NotSent { reason }
                | BookingOutcome::Unknown { reason } => {
                    *reason = self.redactor.line_hiding(reason, &[token.secret.expose_secret()]);
                }
                BookingOutcome::Booked { .. } => {}
            }
            return AttemptReport::new(outcome, meta, response.healthy);
        }
    }
}

fn without_token(failure: TokenError) -> AttemptReport<BookingOutcome> {
    AttemptReport::new(BookingOutcome::NotSent { reason: failure.reason }, failure.meta, false)
}

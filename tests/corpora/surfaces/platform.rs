//! Answers of the platform.

use std::sync::LazyLock;

use cloverwatch::domain::classification::{ResponseDetails, classify};
use cloverwatch::xtime::booking_response::BookingResponse;
use cloverwatch::xtime::reply::{PlatformReply, ReplyList, RequestedList};
use cloverwatch::xtime::{BookingOutcome, PlatformSettings};

use super::assert_shown;

const MOST_ROWS: usize = 1_000;
const STATUSES: [u16; 8] = [200, 204, 302, 400, 401, 403, 409, 500];

static SETTINGS: LazyLock<PlatformSettings> = LazyLock::new(PlatformSettings::default);

/// The first byte chooses the status.
pub fn answer(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let status = STATUSES[usize::from(*first) % STATUSES.len()];
    let settings = &*SETTINGS;
    for wanted in [RequestedList::Services, RequestedList::Slots, RequestedList::Appointments] {
        let reply = PlatformReply::read(status, body, wanted, MOST_ROWS);
        assert_eq!(reply, PlatformReply::read(status, body, wanted, MOST_ROWS));
        reply.code.iter().chain(&reply.message).for_each(|words| assert_shown(words));
        let count = |list: &ReplyList| if let ReplyList::Rows(rows) = list { rows.len() } else { 0 };
        let rows = count(&reply.list);
        assert!(rows <= MOST_ROWS && reply.services.as_ref().is_none_or(|services| services.len() == rows));
        assert!(reply.appointments().is_none_or(|read| read.len() == rows && reply.success == Some(true)));
        let slots = reply.slots(30).unwrap_or_default();
        assert!(slots.len() <= rows && slots.is_sorted_by(|one, other| one.local <= other.local));
        let details: ResponseDetails<'_> = reply.details();
        assert_eq!(classify(&settings.meanings, &details), classify(&settings.meanings, &reply.details()));
    }
    let read = BookingResponse::read(status, body, &settings.meanings, settings);
    assert_eq!(read, BookingResponse::read(status, body, &settings.meanings, settings));
    if let BookingOutcome::Booked { id } = &read.outcome {
        let sent: serde_json::Value = serde_json::from_slice(body.trim_ascii()).unwrap_or_default();
        assert!((200..300).contains(&status) && !id.plain().is_empty(), "{id:?}");
        assert!(sent.is_null() || sent["success"] == true, "only an explicit success is a booking");
    }
}

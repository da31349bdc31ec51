//! Calls with a dealership, in a document.

use super::document::time;
use crate::domain::{Calls, LastCall, ToldCode, Untrusted, rfc3339};

documents! {
    pub(super) CallsDocument<'a> of (calls: &'a Calls) {
        call_back_at: Option<String> = time(calls.call_back_at),
        code_told: Option<ToldDocument<'a>> = calls.told.as_ref().map(ToldDocument::of),
        last: Option<CallDocument<'a>> = calls.last.as_ref().map(CallDocument::of),
    }

    CallDocument<'a> of (call: &'a LastCall) {
        at: String = rfc3339(call.at),
        by: &'a str = &call.by,
        note: Option<&'a str> = call.note.as_ref().map(Untrusted::raw),
        outcome: &'static str = call.outcome.as_str(),
        with: Option<&'a str> = call.with.as_ref().map(Untrusted::raw),
    }

    ToldDocument<'a> of (told: &'a ToldCode) {
        at: String = rfc3339(told.at),
        by: &'a str = &told.by,
        generation: u32 = told.generation,
        to: Option<&'a str> = told.to.as_ref().map(Untrusted::raw),
    }
}

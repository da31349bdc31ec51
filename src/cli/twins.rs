//! Which dealerships may be one and the same, as commands show it.

use crate::present::Tone;
use crate::present::json::AlikeDocument;
use crate::protocol::AlikeDealership;

use super::app::App;

pub(super) fn alike_hint(app: &App, other: &AlikeDealership) -> String {
    let archived = if other.archived { ", archived" } else { "" };
    app.out.paint(Tone::Warn, &format!("{}{archived}", other.twin.hint(&other.profile)))
}

pub(super) fn alike_documents(alike: &[AlikeDealership]) -> Vec<AlikeDocument<'_>> {
    alike.iter().map(|other| AlikeDocument::of(&other.profile, &other.twin)).collect()
}

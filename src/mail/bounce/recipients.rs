//! The recipients of a delivery report (RFC 3464, 2.3): what became of the letter at each.

use super::MOST_RECIPIENTS;
use super::diagnostic::{became, said_of};
use super::fields::{addresses, fields, uncommented};
use crate::domain::{ReportAction, Returned, Untrusted, enhanced_status, same_address};

enum Block {
    /// It got there, or further on; for whom.
    Through(Vec<Untrusted>),
    /// It did not, or not yet.
    Returned(Returned),
    /// It speaks of a recipient, and cannot be read.
    Unreadable,
}

/// Reads the blocks of a status part: what came back, or is held up, and whether all of it was understood.
pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>, text: &str) -> (Vec<Returned>, bool) {
    let lines: Vec<&str> = lines.collect();
    let blocks = lines.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty());
    let blocks = blocks.filter_map(|lines| block(&fields(lines.iter().copied()), text)).take(MOST_RECIPIENTS);
    let (mut through, mut returned, mut unread, mut count) = (Vec::new(), Vec::new(), 0, 0);
    for block in blocks {
        count += 1;
        match block {
            Block::Through(addresses) => through.extend(addresses),
            Block::Returned(one) => returned.push(one),
            Block::Unreadable => unread += 1,
        }
    }
    // What was refused at an address and delivered for it too proves nothing against the address.
    returned.retain(|one: &Returned| {
        let delivered = |address: &Untrusted| through.iter().any(|through| same_address(through, address));
        let contradicts = one.action == ReportAction::Failed && one.addresses.iter().any(delivered);
        unread += usize::from(contradicts);
        !contradicts
    });
    (returned, unread == 0 && count > 0)
}

/// One block; `None`: it is about the message as a whole.
fn block(fields: &[(String, String)], text: &str) -> Option<Block> {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let (original, last) = (field("original-recipient"), field("final-recipient"));
    if [original, last, field("action")].iter().all(Option::is_none) {
        return None;
    }
    let original = addresses([original]);
    let addresses = if last.is_some() { addresses([last]) } else { original.clone() };
    let action = uncommented(field("action").unwrap_or_default()).trim().to_ascii_lowercase();
    let action = match action.as_str() {
        "delivered" | "relayed" | "expanded" => {
            return Some(Block::Through(if original.is_empty() { addresses } else { original }));
        }
        "failed" if !addresses.is_empty() => ReportAction::Failed,
        "delayed" => ReportAction::Delayed,
        _ => return Some(Block::Unreadable),
    };
    let status = field("status").and_then(enhanced_status).unwrap_or("5.0.0");
    let said = match field("diagnostic-code") {
        Some(said) => said.split_once(';').map_or(said, |(_, text)| text).trim().to_owned(),
        None => addresses.last().map(|named| said_of(text, named.raw())).unwrap_or_default(),
    };
    Some(Block::Returned(Returned { original, ..became(addresses, action, status, &said) }))
}

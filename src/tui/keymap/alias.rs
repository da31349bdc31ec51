//! The ids that motions had when each pane had its own. Users' files have them: they go on binding a motion in that pane
//! alone.

use crate::tui::action::{Action, ActionScope};

use Action::{Bottom, Down, PageDown, PageUp, Top, Up};
use ActionScope::{Detail, Dialog, Queue, Table, Tail};

/// Each motion in each pane that can be moved in, by its id there.
pub(super) const ALIASES: &[(ActionScope, &str, Action)] = &[
    (Table, "down", Down),
    (Table, "up", Up),
    (Table, "page-down", PageDown),
    (Table, "page-up", PageUp),
    (Table, "top", Top),
    (Table, "bottom", Bottom),
    (Detail, "detail-down", Down),
    (Detail, "detail-up", Up),
    (Detail, "detail-page-down", PageDown),
    (Detail, "detail-page-up", PageUp),
    (Detail, "detail-top", Top),
    (Detail, "detail-bottom", Bottom),
    (Tail, "tail-down", Down),
    (Tail, "tail-up", Up),
    (Tail, "tail-page-down", PageDown),
    (Tail, "tail-page-up", PageUp),
    (Tail, "tail-top", Top),
    (Tail, "tail-follow", Bottom),
    (Queue, "queue-down", Down),
    (Queue, "queue-up", Up),
    (Queue, "queue-page-down", PageDown),
    (Queue, "queue-page-up", PageUp),
    (Queue, "queue-top", Top),
    (Queue, "queue-bottom", Bottom),
    (Dialog, "dialog-down", Down),
    (Dialog, "dialog-up", Up),
    (Dialog, "dialog-page-down", PageDown),
    (Dialog, "dialog-page-up", PageUp),
    (Dialog, "dialog-top", Top),
    (Dialog, "dialog-bottom", Bottom),
];

/// What an id under a scope means, and where its keys hold. An id of another scope says where it belongs.
pub(super) fn find(id: &str, scope: Option<ActionScope>) -> Option<(Action, ActionScope)> {
    let there = || ALIASES.iter().filter(|(_, known, _)| *known == id).map(|(scope, _, action)| (*action, *scope));
    let here = there().find(|(_, there)| Some(*there) == scope);
    let action = || Action::by_id(id).map(|action| (action, action.scope()));
    here.or_else(action).or_else(|| there().next())
}

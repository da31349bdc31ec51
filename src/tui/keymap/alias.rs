//! The ids that motions had when each pane had its own. Users' files have them: they go on binding a motion in that pane
//! alone.

use crate::tui::action::{Action, ActionScope};

pub(super) struct Alias {
    pub(super) scope: ActionScope,
    pub(super) id: &'static str,
    pub(super) action: Action,
}

const fn alias(scope: ActionScope, id: &'static str, action: Action) -> Alias {
    Alias { scope, id, action }
}

use Action::{Bottom, Down, PageDown, PageUp, Top, Up};
use ActionScope::{Detail, Dialog, Queue, Table, Tail};

/// Each motion in each pane that can be moved in.
pub(super) const ALIASES: &[Alias] = &[
    alias(Table, "down", Down),
    alias(Table, "up", Up),
    alias(Table, "page-down", PageDown),
    alias(Table, "page-up", PageUp),
    alias(Table, "top", Top),
    alias(Table, "bottom", Bottom),
    alias(Detail, "detail-down", Down),
    alias(Detail, "detail-up", Up),
    alias(Detail, "detail-page-down", PageDown),
    alias(Detail, "detail-page-up", PageUp),
    alias(Detail, "detail-top", Top),
    alias(Detail, "detail-bottom", Bottom),
    alias(Tail, "tail-down", Down),
    alias(Tail, "tail-up", Up),
    alias(Tail, "tail-page-down", PageDown),
    alias(Tail, "tail-page-up", PageUp),
    alias(Tail, "tail-top", Top),
    alias(Tail, "tail-follow", Bottom),
    alias(Queue, "queue-down", Down),
    alias(Queue, "queue-up", Up),
    alias(Queue, "queue-page-down", PageDown),
    alias(Queue, "queue-page-up", PageUp),
    alias(Queue, "queue-top", Top),
    alias(Queue, "queue-bottom", Bottom),
    alias(Dialog, "dialog-down", Down),
    alias(Dialog, "dialog-up", Up),
    alias(Dialog, "dialog-page-down", PageDown),
    alias(Dialog, "dialog-page-up", PageUp),
    alias(Dialog, "dialog-top", Top),
    alias(Dialog, "dialog-bottom", Bottom),
];

/// What an id under a scope means, and where its keys hold. An id of another scope says where it belongs.
pub(super) fn find(id: &str, scope: Option<ActionScope>) -> Option<(Action, ActionScope)> {
    let here = ALIASES.iter().find(|alias| alias.id == id && Some(alias.scope) == scope);
    let there = || ALIASES.iter().find(|alias| alias.id == id).map(|alias| (alias.action, alias.scope));
    let action = || Action::by_id(id).map(|action| (action, action.info().scope));
    here.map(|alias| (alias.action, alias.scope)).or_else(action).or_else(there)
}

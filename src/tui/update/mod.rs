//! What the state does, a file for each part of it: what actions, answers of the engine and commits change there, and what
//! that asks for. Nothing here knows by which key or click it is asked for.

pub(super) mod answer;
pub(super) mod ask;
pub(super) mod call;
pub(super) mod columns;
pub(super) mod copy;
pub(super) mod cursor;
pub(super) mod cut_off;
pub(super) mod desk;
pub(super) mod dialog;
pub(super) mod due;
pub(super) mod estimate;
mod expired;
mod filter;
pub(super) mod input;
pub(super) mod insight;
pub(super) mod jobs;
pub(super) mod jump;
pub(super) mod motion;
pub(super) mod notify;
pub(super) mod own_files;
pub(super) mod page;
pub(super) mod past;
pub(super) mod past_board;
pub(super) mod practice;
pub(super) mod presence;
pub(super) mod queue;
pub(super) mod read_model;
pub(super) mod reading;
pub(super) mod rule;
mod start;
pub(super) mod suggestions;
pub(super) mod table;
pub(super) mod tail;
pub(super) mod teach;
pub(super) mod views;

pub use past_board::leave as leave_past;
pub use start::table_starts;

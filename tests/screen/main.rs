//! The screen as a whole, without a terminal: rows, keys, pictures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here must fail loudly")]

mod allowed;
mod appointments;
mod bursts;
mod calls;
mod cells;
mod checks;
mod cut_off;
mod desk;
mod dialogs;
mod insight;
mod keys;
mod keys_dialogs;
mod layers;
mod letters;
mod navigation;
mod opcodes;
mod outages;
mod pictures;
mod population;
mod posting;
mod presence;
mod profile;
mod reading;
mod rows;
mod table;
mod teach;
mod time;
mod twins;

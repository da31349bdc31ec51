//! The screen as a whole, without a terminal: rows, keys, pictures.

mod desk;
mod keys;
mod pictures;
mod population;
mod rows;

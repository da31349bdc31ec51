//! The screen as a whole, without a terminal: rows, keys, pictures.

mod population;
mod rows;

//! Lists of dealerships as people have them: which column holds what, and what a cell says. No file is read here.

mod columns;
mod content;
mod entry;
mod field;
mod footer;
mod guess;
mod heading;
mod mapping;
mod person;
mod role;
pub mod value;
mod zone;

pub use columns::{Assigned, Columns, Origin};
pub use content::guess_by_content;
pub use entry::{ListEntry, Repetition};
pub use field::ListField;
pub use footer::{Footer, footer};
pub use guess::{Guess, guess};
pub use heading::{HEADING_ROWS, find_heading, heading_score};
pub use mapping::{Mapping, MappingError, fixed_value};
pub use role::ContactRole;
pub use zone::ZoneSources;

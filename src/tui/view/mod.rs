//! Drawing.
pub mod pen;

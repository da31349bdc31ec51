//! What has the keyboard: the desk itself, or what is open over it.

use super::call_view::CallView;
use super::columns_page::ColumnsPage;
use super::dialog::Dialog;
use super::filter_input::FilterInput;
use super::help::Help;
use super::insight::InsightPage;
use super::list_cursor::Scroll;
use super::palette::Palette;
use super::tail::TailInput;
use crate::domain::DealershipId;

#[derive(Debug, Default)]
pub enum Mode {
    #[default]
    Desk,
    Filter(Box<FilterInput>),
    Palette(Palette),
    Help(Help),
    /// The steps to a visible opcode of a dealership.
    Guide(DealershipId, Scroll),
    Call(CallView),
    Columns(ColumnsPage),
    Insight(InsightPage),
    /// The search in the tail, or the file that it is saved to.
    TailLine(TailInput),
    Dialog(Box<Dialog>),
}

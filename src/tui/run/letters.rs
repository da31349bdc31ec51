//! Letters that are read at the desk: as they went out, as they would, and as a simulated dealer received them.

use std::sync::Arc;

use super::effects::Tasks;
use crate::domain::{DealershipId, Fact, LetterId, LetterKind};
use crate::protocol::LetterText;
use crate::tui::Msg;
use crate::tui::msg::WorkId;
use crate::tui::reading::Mailboxes;

impl Tasks {
    /// A letter as it went out, or will.
    pub(super) fn read_letter(&self, id: DealershipId, letter: LetterId) -> Result<LetterText, String> {
        self.engine
            .letter_text(id, letter)
            .map(|letter| crate::engine::letter_text(&letter, false))
            .map_err(|error| error.to_string())
    }

    /// A letter as it would go out.
    pub(super) fn preview_letter(
        &self,
        id: DealershipId,
        kind: LetterKind,
        as_if: &[Fact],
    ) -> Result<LetterText, String> {
        self.engine
            .preview(id, kind, as_if)
            .map(|letter| crate::engine::letter_text(&letter, false))
            .map_err(|error| error.to_string())
    }

    /// Reads a mailbox, off the screen's thread: nobody knows how long that takes.
    pub(super) fn open_mailbox(&mut self, ticket: WorkId, address: String, mailboxes: Arc<dyn Mailboxes>) {
        let tell = self.tell.clone();
        self.spawn(async move {
            let letters = tokio::task::spawn_blocking(move || mailboxes.letters(&address)).await;
            let _ = tell.send(Msg::Mailbox(ticket, letters.map_err(|error| error.to_string()))).await;
        });
    }
}

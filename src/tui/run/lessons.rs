//! What a person teaches: written where the next start finds it, then in effect.

use std::sync::Arc;

use super::effects::{Tasks, seen};
use crate::domain::Outcome;
use crate::engine::Engine;
use crate::tui::Msg;
use crate::tui::msg::{ItemResult, WorkId};
use crate::tui::teach::{Lesson, Lessons, RuleDraft, Unrecognised};

pub(super) struct Teacher {
    pub engine: Engine,
}

impl Lessons for Teacher {
    fn draft(&self, about: &Unrecognised, means: Outcome) -> Result<RuleDraft, String> {
        let draft = self.engine.draft_rule(about.dealership, &about.answer, means);
        let draft = draft.map_err(|why| why.to_string())?;
        Ok(RuleDraft { row: draft.rule, text: draft.text, place: draft.place })
    }

    fn teach(&self, lesson: &Lesson) -> Result<(), String> {
        let Lesson { about, draft: RuleDraft { row, .. } } = lesson;
        let taught = self.engine.teach_rule(about.event, about.dealership, &about.answer, row.clone());
        tokio::runtime::Handle::current().block_on(taught).map_err(|why| why.to_string())
    }
}

impl Tasks {
    /// Teaches what an answer means, and looks at its dealership again.
    pub(super) fn teach(&mut self, work: WorkId, lesson: Lesson, lessons: Arc<dyn Lessons>) {
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        let (id, means) = (lesson.about.dealership, lesson.draft.row.means);
        self.spawn(async move {
            let taught = tokio::task::spawn_blocking(move || lessons.teach(&lesson)).await;
            let outcome = match taught.unwrap_or_else(|error| Err(error.to_string())) {
                Err(why) => Err(why),
                Ok(()) => Ok(match engine.check(id).await {
                    Ok(checked) => {
                        let now = seen(&checked, engine.read_model().get(id).as_deref());
                        ItemResult { words: format!("read as {means} from now on; {}", now.words), ..now }
                    }
                    Err(why) => format!("read as {means} from now on; not looked again: {why}").into(),
                }),
            };
            let _ = tell.send(Msg::Outcome(work, id, outcome)).await;
        });
    }
}

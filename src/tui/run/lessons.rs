//! What a person teaches: written where the next start finds it, then in effect.

use std::sync::Arc;

use super::effects::{Tasks, seen};
use crate::domain::Outcome;
use crate::engine::{ClassificationRule, Engine};
use crate::tui::Msg;
use crate::tui::msg::{ItemResult, WorkId};
use crate::tui::teach::{Lesson, Lessons, RuleDraft, Unrecognised};

/// Where rows of the meanings are kept.
pub trait KeepsMeanings: Send + Sync {
    /// A row as it is kept.
    fn printed(&self, row: &ClassificationRule) -> String;

    /// Where it is kept, in words.
    ///
    /// # Errors
    /// Why nowhere.
    fn place(&self) -> Result<String, String>;

    /// Keeps a row that was taught from an event.
    ///
    /// # Errors
    /// Why it is not kept; then nothing was written.
    fn keep(&self, row: &ClassificationRule, event: u64) -> Result<(), String>;
}

pub(super) struct Teacher {
    pub engine: Engine,
    pub keeper: Arc<dyn KeepsMeanings>,
}

impl Lessons for Teacher {
    fn draft(&self, about: &Unrecognised, means: Outcome) -> Result<RuleDraft, String> {
        let row = self.engine.row_for(about.dealership, &about.answer, means)?;
        Ok(RuleDraft { text: self.keeper.printed(&row), place: self.keeper.place()?, row })
    }

    fn teach(&self, lesson: &Lesson) -> Result<(), String> {
        let Lesson { about, draft: RuleDraft { row, .. } } = lesson;
        // It may have been taught since it was shown.
        self.engine.row_for(about.dealership, &about.answer, row.means)?;
        self.keeper.keep(row, about.event)?;
        self.engine.learn(row.clone());
        Ok(())
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
                        let now = seen(&checked, engine.book().get(id).as_deref());
                        ItemResult { words: format!("read as {means} from now on; {}", now.words), ..now }
                    }
                    Err(why) => format!("read as {means} from now on; not looked again: {why}").into(),
                }),
            };
            let _ = tell.send(Msg::Outcome(work, id, outcome)).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SharedClock};
    use crate::domain::{DealershipId, Policy, ResponseFacts};
    use crate::engine::{Pace, Parts};
    use crate::store::memory::MemoryStore;
    use crate::xtime::{HttpPlatform, PlatformSettings, install_crypto};

    struct Keeper(Result<(), String>);

    impl KeepsMeanings for Keeper {
        fn printed(&self, _: &ClassificationRule) -> String {
            "a row".to_owned()
        }

        fn place(&self) -> Result<String, String> {
            Ok("somewhere".to_owned())
        }

        fn keep(&self, _: &ClassificationRule, event: u64) -> Result<(), String> {
            assert_eq!(event, 7);
            self.0.clone()
        }
    }

    fn engine() -> Engine {
        install_crypto();
        let clock: SharedClock = Arc::new(ManualClock::at("2026-03-30T15:00:00Z".parse().unwrap()));
        let settings = PlatformSettings {
            client_id: "client".to_owned(),
            client_secret: "secret".to_owned().into(),
            api_key: "key".to_owned().into(),
            ..PlatformSettings::default()
        };
        let platform = HttpPlatform::new(settings, Arc::clone(&clock)).unwrap();
        Engine::start(Parts {
            store: MemoryStore::new(),
            platform: Some(Arc::new(platform)),
            source: None,
            outbox: None,
            clock,
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 7,
            read_only: false,
            background: false,
        })
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_kept_is_not_in_effect_and_one_that_is_kept_is_taught_once() {
        let engine = engine();
        let answer = ResponseFacts { status: 418, code: None, message: Some("a teapot".into()) };
        let about = Unrecognised { event: 7, dealership: DealershipId::from_bits(1), answer };
        let teacher = |kept| Teacher { engine: engine.clone(), keeper: Arc::new(Keeper(kept)) };
        let full = teacher(Err("the disk is full".to_owned()));
        let draft = full.draft(&about, Outcome::NotConnected).unwrap();
        assert_eq!((draft.text.as_str(), draft.place.as_str()), ("a row", "somewhere"));
        let lesson = Lesson { about: about.clone(), draft };
        assert_eq!(full.teach(&lesson), Err("the disk is full".to_owned()));
        let good = teacher(Ok(()));
        assert_eq!(good.teach(&lesson), Ok(()));
        for refused in [good.teach(&lesson), good.draft(&about, Outcome::Connected).map(drop)] {
            assert!(refused.as_ref().unwrap_err().contains("reads this answer already"), "{refused:?}");
        }
    }
}

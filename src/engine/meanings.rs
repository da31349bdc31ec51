//! What a person teaches about answers that nothing knew: kept where the next start finds it, then in effect.

use std::sync::Arc;

use super::{Engine, Inner};
use crate::domain::classification::ClassificationRule;
use crate::domain::{DealershipId, Outcome, ResponseFacts};
use crate::protocol::{RequestError, RuleDraft};
use crate::store::StoreError;

/// Where rows of the classification are kept.
pub trait RuleStore: Send + Sync {
    /// A row as it is kept.
    fn printed(&self, rule: &ClassificationRule) -> String;

    /// Where it is kept, in words.
    fn place(&self) -> Result<String, String>;

    /// Keeps a row that was taught from an event, or writes nothing. May wait for a disk.
    fn keep(&self, rule: &ClassificationRule, event: u64) -> Result<(), String>;
}

impl Engine {
    fn rule_store(&self) -> Result<Arc<dyn RuleStore>, RequestError> {
        self.inner.parts.rules.clone().ok_or_else(|| RequestError::Rule("rows are kept nowhere here".to_owned()))
    }

    fn rule(
        &self,
        id: DealershipId,
        answer: &ResponseFacts,
        means: Outcome,
    ) -> Result<ClassificationRule, RequestError> {
        let platform = self.inner.parts.platform.as_ref().ok_or(RequestError::NoPlatform)?;
        let state = self.read_model().get(id);
        let dealer_code = state.as_ref().map_or("", |state| state.profile.dealer_code.raw());
        platform.row_for(answer, dealer_code, means).map_err(|why| RequestError::Rule(why.to_string()))
    }

    /// The row that would read an answer about a dealership as a person says; nothing is written.
    pub fn draft_rule(
        &self,
        id: DealershipId,
        answer: &ResponseFacts,
        means: Outcome,
    ) -> Result<RuleDraft, RequestError> {
        let (rule, keeper) = (self.rule(id, answer, means)?, self.rule_store()?);
        let place = match self.inner.parts.store.team() {
            Some(_) => "It is kept in the database, for the whole team.".to_owned(),
            None => keeper.place().map_err(RequestError::Rule)?,
        };
        Ok(RuleDraft { text: keeper.printed(&rule), place, rule })
    }

    /// Keeps a row that was drafted from an event, then reads answers by it too.
    pub async fn teach_rule(
        &self,
        event: u64,
        id: DealershipId,
        answer: &ResponseFacts,
        rule: ClassificationRule,
    ) -> Result<(), RequestError> {
        self.inner.may_record()?;
        // It may have been taught since it was shown.
        self.rule(id, answer, rule.means)?;
        if let Some(team) = self.inner.parts.store.team() {
            team.teach(&rule, event).await?;
            return Ok(self.inner.learn().await?);
        }
        let (keeper, kept) = (self.rule_store()?, rule.clone());
        let kept = tokio::task::spawn_blocking(move || keeper.keep(&kept, event)).await;
        kept.unwrap_or_else(|error| Err(error.to_string())).map_err(RequestError::Rule)?;
        if let Some(platform) = &self.inner.parts.platform {
            platform.learn(rule);
        }
        Ok(())
    }
}

impl Inner {
    /// Reads answers by what the team was taught meanwhile.
    pub(super) async fn learn(&self) -> Result<(), StoreError> {
        let (Some(team), Some(platform)) = (self.parts.store.team(), &self.parts.platform) else { return Ok(()) };
        let mut learned = self.learned.lock().await;
        for (number, rule) in team.taught(*learned).await? {
            platform.learn(rule);
            *learned = number;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SharedClock};
    use crate::domain::Policy;
    use crate::engine::{LeaseSettings, Pace, Parts};
    use crate::store::memory::MemoryStore;
    use crate::xtime::{HttpPlatform, PlatformSettings, install_crypto};

    struct TestRules(parking_lot::Mutex<Result<(), String>>);

    impl RuleStore for TestRules {
        fn printed(&self, _: &ClassificationRule) -> String {
            "a row".to_owned()
        }

        fn place(&self) -> Result<String, String> {
            Ok("somewhere".to_owned())
        }

        fn keep(&self, _: &ClassificationRule, event: u64) -> Result<(), String> {
            assert_eq!(event, 7);
            self.0.lock().clone()
        }
    }

    fn engine(rules: Arc<TestRules>) -> Engine {
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
            rules: Some(rules),
            clock,
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 7,
            read_only: false,
            background: false,
            lease: LeaseSettings::of("ana"),
        })
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_kept_is_not_in_effect_and_one_that_is_kept_is_taught_once() {
        let full = RequestError::Rule("the disk is full".to_owned());
        let rules = Arc::new(TestRules(parking_lot::Mutex::new(Err(full.to_string()))));
        let engine = engine(Arc::clone(&rules));
        let answer = ResponseFacts { status: 418, code: None, message: Some("a teapot".into()) };
        let id = DealershipId::from_bits(1);
        let draft = engine.draft_rule(id, &answer, Outcome::NotConnected).unwrap();
        assert_eq!((draft.text.as_str(), draft.place.as_str()), ("a row", "somewhere"));
        let teach = || engine.teach_rule(7, id, &answer, draft.rule.clone());
        assert_eq!(teach().await, Err(full));
        *rules.0.lock() = Ok(());
        assert_eq!(teach().await, Ok(()));
        for refused in [teach().await, engine.draft_rule(id, &answer, Outcome::Connected).map(drop)] {
            let why = refused.unwrap_err().to_string();
            assert!(why.contains("reads this answer already"), "{why}");
        }
    }
}

//! What dealers and operators do.

use super::*;

impl Simulation {
    /// A letter reaches its dealer, who acts on the code that stands in it, now or later or never.
    pub fn read(&mut self, letter: &Arrived) {
        let Some(code) = letter.code.clone() else { return };
        let number = letter.to.trim_start_matches("service").split('@').next().unwrap();
        let dealer = profile(number.parse().unwrap()).dealer_code.raw().to_owned();
        let delay = match self.rng.random_range(0..100) {
            0..45 => self.hours(0.1..60.0),
            45..65 => self.hours(60.0..71.99),
            65..75 => self.hours(72.0..90.0),
            _ => return,
        };
        self.at(letter.at + delay, ScheduledAction::Enter { dealer, code });
    }

    /// Whether the platform takes a code from a dealer: it made it for them, and the 72 hours are not over.
    pub fn validates(&self, dealer: &str, code: &str, now: Timestamp) -> bool {
        let world = self.world.state.lock();
        let made = world.made.values().find(|made| made.code == code);
        let made = made.map(|made| (made.dealer_code.as_str(), made.at));
        let known = made.or_else(|| self.pasted.get(code).map(|(dealer, at)| (dealer.as_str(), *at)));
        let (owner, at) = known.expect("a letter with a code that nobody made");
        assert_eq!(owner, dealer, "a code at the wrong rooftop");
        now < at + TimeDelta::hours(72)
    }

    pub fn happen(&mut self, action: ScheduledAction, engine: &Engine, now: Timestamp) {
        match action {
            // Seventy-two hours by the platform's clock; later it is refused at *Validate*.
            ScheduledAction::Enter { dealer, code } if !self.validates(&dealer, &code, now) => {
                self.refused_at_validate += 1;
            }
            ScheduledAction::Enter { dealer, .. } => {
                let tardy = if self.rng.random_bool(0.1) { 40.0 } else { 20.0 };
                let reflected = now + self.hours(0.0..tardy);
                if self.rng.random_bool(0.6) {
                    let told = now + self.hours(0.0..2.0);
                    self.at(told, ScheduledAction::Tell { dealer: dealer.clone(), done_at: now });
                }
                // The one thing that can go wrong at the last step, and nobody notices: Cancel.
                if self.rng.random_bool(0.9) {
                    self.at(reflected, ScheduledAction::Reflect { dealer });
                }
            }
            ScheduledAction::Reflect { dealer } => {
                self.world.dealer(&dealer, |dealer| dealer.connected = true);
                let opcode = now + self.hours(-10.0..10.0).max(TimeDelta::zero());
                let slots = opcode + self.hours(-5.0..5.0).max(TimeDelta::zero());
                self.at(opcode, ScheduledAction::Opcode { dealer: dealer.clone(), visible: true });
                self.at(slots, ScheduledAction::Slots { dealer: dealer.clone(), count: 3 });
                let later = now + self.hours(4.0..60.0);
                let back = later + self.hours(1.0..30.0);
                match self.rng.random_range(0..10) {
                    0 => self.at(later, ScheduledAction::Disconnect { dealer }),
                    1 => self.at(later, ScheduledAction::Opcode { dealer, visible: false }),
                    2 => {
                        self.at(later, ScheduledAction::Opcode { dealer: dealer.clone(), visible: false });
                        self.at(back, ScheduledAction::Opcode { dealer, visible: true });
                    }
                    3 => {
                        self.at(later, ScheduledAction::Slots { dealer: dealer.clone(), count: 0 });
                        self.at(back, ScheduledAction::Slots { dealer, count: 2 });
                    }
                    _ => {}
                }
            }
            ScheduledAction::Tell { dealer, done_at } => {
                let command = Command::ConfirmByDealer { said_at: done_at, mail: true };
                self.execute(engine, &dealer, command);
            }
            ScheduledAction::Opcode { dealer, visible } => self.world.dealer(&dealer, |dealer| dealer.opcode = visible),
            ScheduledAction::Slots { dealer, count } => self.world.dealer(&dealer, |dealer| dealer.slots = count),
            ScheduledAction::Disconnect { dealer } => self.world.dealer(&dealer, |dealer| dealer.connected = false),
            ScheduledAction::Mood(Change::Down(on)) => self.world.mood(|mood| mood.down = on),
            ScheduledAction::Mood(Change::Refused(on)) => self.world.mood(|mood| mood.refused = on),
            ScheduledAction::Mood(Change::Nobody(on)) => self.world.mood(|mood| mood.nobody = on),
            ScheduledAction::Mood(Change::CodesLost(on)) => {
                self.world.mood(|mood| mood.lost_codes = if on { 0.6 } else { 0.1 });
            }
            ScheduledAction::Mood(Change::NoCodes(on)) => self.world.mood(|mood| mood.no_codes = on),
            ScheduledAction::Mood(Change::MailDown(on)) => self.mail.mood(|mood| mood.down = on),
            ScheduledAction::Mood(Change::MailSilent(on)) => {
                self.mail.mood(|mood| mood.silent = if on { 0.8 } else { 0.03 });
            }
            ScheduledAction::Mood(Change::Calm) => {
                self.world.mood(|mood| *mood = Mood::default());
                self.mail.mood(|mood| *mood = MailMood::default());
            }
            ScheduledAction::Step(seconds) => self.clock.step_to(now + TimeDelta::seconds(seconds)),
            ScheduledAction::Operator | ScheduledAction::Crash => unreachable!("handled by the caller"),
        }
    }

    fn execute(&mut self, engine: &Engine, dealer: &str, command: Command) {
        let (engine, told, id) = (engine.clone(), Arc::clone(&self.told), self.ids[dealer]);
        tokio::spawn(async move {
            let answer = engine.execute(id, command, &Actor::person("ana")).await;
            let mut told = told.lock();
            told.answers += 1;
            told.events.extend(answer.unwrap_or_default());
        });
    }

    /// Somebody works on a random dealership, as its stage asks for.
    pub fn operate(&mut self, engine: &Engine) {
        let dealer = format!("xts{:05}", self.rng.random_range(0..DEALERSHIPS));
        let id = self.ids[&dealer];
        let state = engine.read_model().get(id).unwrap();
        let now = self.clock.now();
        let stage = state.stage(now);
        let reissue = Ask::Reissue { seen: state.generation(), despite_word: false };
        match (stage, self.rng.random_range(0..20)) {
            (Stage::New, 0) => self.paste(engine, id, Ask::Invite),
            (Stage::New, _) => self.obtain(engine, id, Ask::Invite),
            (Stage::Expired | Stage::Overdue | Stage::Lost | Stage::Revoked, 0) => self.paste(engine, id, reissue),
            (Stage::Expired | Stage::Overdue | Stage::Lost | Stage::Revoked, _) => self.obtain(engine, id, reissue),
            (Stage::Invited, 0) => self.obtain(engine, id, reissue),
            (Stage::Invited, 1) => self.execute(engine, &dealer, Command::Revoke { reason: "wrong rooftop".into() }),
            (Stage::Archived, _) => self.execute(engine, &dealer, Command::Unarchive),
            (Stage::Live | Stage::NoSlots, 7..18) => {
                let (days, hour) = (self.rng.random_range(8..13), self.rng.random_range(0..3));
                bookings::book(engine, id, days, hour);
            }
            (_, 2) => self.execute(engine, &dealer, Command::Archive),
            (_, 3) => self.execute(engine, &dealer, Command::Note { text: "called".into() }),
            (_, 4..7) => {
                let engine = engine.clone();
                tokio::spawn(async move { drop(engine.check(id).await) });
            }
            _ => {}
        }
        // Somebody else had the same idea.
        if stage == Stage::Expired && self.rng.random_bool(0.3) {
            self.obtain(engine, id, reissue);
        }
    }

    fn obtain(&mut self, engine: &Engine, id: DealershipId, ask: Ask) {
        let (engine, told) = (engine.clone(), Arc::clone(&self.told));
        tokio::spawn(async move {
            let answer = engine.obtain(id, ask, true, &Actor::person("ben")).await;
            let mut told = told.lock();
            told.answers += 1;
            if let Ok(generation) = answer {
                assert!(told.generations.insert((id, generation)), "two people were told of the same new code");
            }
        });
    }

    fn paste(&mut self, engine: &Engine, dealership: DealershipId, ask: Ask) {
        let text = format!("PASTED-{:08X}", self.rng.random_range(0..=u32::MAX));
        let code = text.parse().unwrap();
        let dealer = self.checker.shadow[&dealership].profile.dealer_code.raw().to_owned();
        self.pasted.insert(text, (dealer, self.clock.now()));
        let pasted = PastedCode { dealership, code, generated_at: self.clock.now(), expires_at: None, ask, mail: true };
        let (engine, told) = (engine.clone(), Arc::clone(&self.told));
        tokio::spawn(async move {
            match paste(&engine, vec![pasted]).await.remove(0) {
                Ok(generation) => assert!(told.lock().generations.insert((dealership, generation))),
                Err(RequestError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        });
    }
}

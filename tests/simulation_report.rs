//! What is predicted of codes is what becomes of them: the estimate is made from one wave of a simulated desk, and compared with
//! the next one, in tenths.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::report::{CaseLog, CaseOutcome, ReportQuery, connects, survival};
use cloverwatch::domain::survival::{Probability, Survival};
use cloverwatch::domain::{Command, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulation_support::desk::{Desk, hours};
use simulation_support::{run, start};

/// How many codes there are in a wave.
const WAVE: usize = 300;

/// When the second wave begins: every code of the first has ended.
const SECOND: i64 = 24 + 72 + 4;

/// What one dealership does with its code.
struct Dealer {
    /// When it gets the code, in hours.
    invited: i64,
    /// After how many hours it enters it; `None`: never.
    enters: Option<i64>,
    /// Whether it says so.
    tells: bool,
    /// At which age of the code something is predicted of it.
    asked: i64,
}

impl Dealer {
    /// A third never does; of the others most soon, and some in the last hours.
    fn of(place: usize, rng: &mut StdRng) -> Self {
        let wave = if place < WAVE { 0 } else { SECOND };
        let soon = |rng: &mut StdRng| (-(1.0 - rng.random_range(0.0..1.0_f64)).ln() * 16.0) as i64;
        let enters = match rng.random_range(0..10) {
            0..3 => None,
            3..5 => Some(rng.random_range(48..80)),
            _ => Some(soon(rng)),
        };
        Self {
            invited: wave + rng.random_range(0..24),
            enters: enters.filter(|hours| *hours < 72),
            tells: rng.random_bool(0.5),
            asked: rng.random_range(0..72),
        }
    }
}

fn cases(desk: &Desk) -> CaseLog {
    let mut cases = CaseLog::default();
    desk.store.log().iter().for_each(|event| cases.take(event));
    cases
}

/// What was predicted of a code, and whether it was used.
type Predicted = (Probability, bool);

/// Whether the codes of each tenth were used as often as was predicted: within what chance and the estimate's own interval allow.
fn is_calibrated(predicted: &[Predicted], of: impl Fn(&Probability) -> f64) -> Result<usize, String> {
    let mut tenths = 0;
    for tenth in 0..10 {
        let tenth_of = |at: f64| ((at * 10.0) as i32).min(9);
        let inside: Vec<_> = predicted.iter().filter(|(at, _)| tenth_of(of(at)) == tenth).collect();
        if inside.len() < 15 {
            continue;
        }
        tenths += 1;
        let seen = inside.iter().filter(|(_, used)| *used).count() as f64;
        let (mut wanted, mut chance, mut doubt) = (0.0, 0.0, 0.0);
        for (at, _) in &inside {
            let p = of(at);
            wanted += p;
            chance += p * (1.0 - p);
            // The same estimate for all: its error does not average out.
            doubt += (at.high - at.low) / (2.0 * 1.96);
        }
        let tolerance = 3.0 * (chance + doubt * doubt).sqrt();
        if (seen - wanted).abs() > tolerance {
            return Err(format!(
                "of {} in tenth {tenth} {seen} were used, not {wanted:.1} ± {tolerance:.1}",
                inside.len()
            ));
        }
    }
    Ok(tenths)
}

fn simulate(seed: u64) -> Vec<Predicted> {
    run(async |idle| {
        let desk = Desk::open(idle, 2 * WAVE, |_| ()).await;
        let mut rng = StdRng::seed_from_u64(seed);
        let dealers: Vec<Dealer> = (0..2 * WAVE).map(|place| Dealer::of(place, &mut rng)).collect();
        let now = |hour: i64| -> Timestamp { start() + hours(hour) };
        let (mut estimate, mut predicted) = (Survival::default(), vec![None; 2 * WAVE]);
        for hour in 0..SECOND + 24 + 72 + 4 {
            if hour == SECOND {
                estimate = survival(&cases(&desk), &ReportQuery::default(), desk.clock.now());
            }
            for (place, dealer) in dealers.iter().enumerate() {
                let age = hour - dealer.invited;
                if age == 0 {
                    desk.invite(place, desk.clock.now()).await;
                }
                if place >= WAVE && age == dealer.asked {
                    predicted[place] = connects(&estimate, &desk.state(place), desk.clock.now());
                }
                if dealer.enters == Some(age) {
                    desk.world.live(&format!("xts{place:05}"));
                    if dealer.tells {
                        let command = Command::ConfirmByDealer { said_at: desk.clock.now(), mail: false };
                        desk.execute(place, command).await.unwrap();
                    }
                }
            }
            desk.pass(TimeDelta::hours(1)).await;
        }
        let (log, end) = (cases(&desk), now(SECOND + 24 + 72 + 4));
        assert_eq!(log.cases().len(), 2 * WAVE);
        let used = |place: usize| {
            let case = log.cases().iter().find(|case| case.dealership == desk.ids[place]).unwrap();
            let used = matches!(case.outcome(end), CaseOutcome::Connected(_));
            assert_eq!(used, dealers[place].enters.is_some(), "the log tells what happened to {place}");
            used
        };
        (0..2 * WAVE).filter_map(|place| Some((predicted[place]?, used(place)))).collect()
    })
}

#[test]
fn codes_are_used_as_often_as_is_predicted() {
    for seed in [1, 2] {
        let predicted = simulate(seed);
        let tenths = is_calibrated(&predicted, |at| at.estimate).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        assert!(predicted.len() > 100 && tenths >= 3, "{} predictions in {tenths} tenths", predicted.len());
        // What is wrong is seen to be wrong.
        is_calibrated(&predicted, |at| 1.0 - at.estimate).expect_err("the opposite is not what happens");
        is_calibrated(&predicted, |at| (at.estimate * 1.6).min(1.0)).expect_err("nor is so much more");
    }
}

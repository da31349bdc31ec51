//! The order of the table: whatever changes, moving single rows ends where ordering everything anew would.

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::{Command, DealershipId, Policy, Query, Stage, Timestamp};
use cloverwatch::tui::rows::{Column, Rows, Sort, Tab};
use proptest::prelude::*;

use crate::population::{World, ago, crowd, now, sample};

fn rows(world: &World, at: Timestamp) -> Rows {
    Rows::new(world.all(), Some("ana".to_owned()), Policy::default(), at)
}

fn shown(rows: &Rows) -> Vec<DealershipId> {
    rows.from(0).map(|row| row.state.id).collect()
}

fn ids(numbers: &[u64]) -> Vec<DealershipId> {
    numbers.iter().map(|n| DealershipId::from_bits(*n)).collect()
}

#[test]
fn what_needs_attention_comes_first_then_the_nearest_deadline() {
    let rows = rows(&sample(), now());
    // Lost, overdue, expired (longest first), expiring soon, opcode, slots, waiting long; then by deadline; then none.
    assert_eq!(shown(&rows)[..9], ids(&[15, 7, 11, 4, 3, 2, 13, 14, 6]));
    assert_eq!(shown(&rows)[9..13], ids(&[5, 1, 10, 12]));
    let last = rows.from(0).last().unwrap();
    assert!(last.facts.snoozed);
}

#[test]
fn tabs_count_what_matches_the_filter() {
    let mut rows = rows(&sample(), now());
    assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), [17, 9, 1, 4, 2, 2, 1, 1, 2, 1, 1, 1, 2]);
    rows.set_query(Query::parse("portland").unwrap(), now());
    assert_eq!((rows.count(Tab::All), rows.count(Tab::Live), rows.shown()), (2, 1, 2));
    rows.set_tab(Tab::Live);
    assert_eq!(shown(&rows), ids(&[8]));
    rows.set_query(Query::default(), now());
    rows.set_tab(Tab::Aside);
    assert_eq!(rows.from(0).map(|row| row.facts.stage).collect::<Vec<_>>(), [Stage::Revoked, Stage::Archived]);
}

#[test]
fn every_column_orders_both_ways_with_the_empty_ones_last() {
    let mut rows = rows(&sample(), now());
    for column in Column::ALL {
        rows.set_sort(Sort { column, descending: false });
        let up = shown(&rows);
        rows.set_sort(Sort { column, descending: true });
        assert_eq!(up.len(), rows.shown(), "{column:?}");
        assert_ne!(up, shown(&rows), "{column:?}");
    }
    rows.set_sort(Sort { column: Column::Owner, descending: true });
    assert_eq!(rows.from(0).last().unwrap().state.profile.owner, None);
    rows.set_sort(Sort { column: Column::Name, descending: false });
    let names: Vec<String> = rows.from(0).map(|row| row.state.profile.name.raw().to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn passing_deadlines_moves_exactly_the_rows_that_change() {
    let world = sample();
    let mut rows = rows(&world, now());
    let mut at = now();
    let mut steps = 0;
    while let Some(next) = rows.next_change() {
        assert!(next > at);
        at = next;
        rows.pass_time(at);
        let fresh = self::rows(&world, at);
        assert_eq!(shown(&rows), shown(&fresh), "at {at}");
        assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), Tab::ALL.map(|tab| fresh.count(tab)));
        steps += 1;
    }
    assert!(steps >= 5, "{steps}");
}

#[derive(Debug, Clone)]
enum Step {
    Commit(u64, u8),
    Sort(usize, bool),
    Tab(usize),
    Filter(usize),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u64..60, 0u8..5).prop_map(|(n, what)| Step::Commit(n, what)),
        1 => (0..Column::ALL.len(), any::<bool>()).prop_map(|(column, down)| Step::Sort(column, down)),
        1 => (0..Tab::ALL.len()).prop_map(Step::Tab),
        1 => (0usize..5).prop_map(Step::Filter),
        2 => (1i64..3_000).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn moving_rows_ends_where_ordering_anew_does(steps in prop::collection::vec(step(), 1..60)) {
        const QUERIES: [&str; 5] = ["", "ford", "is:expired", "!chicago owner:ana,ben", "expires<30h"];
        let mut world = crowd(50);
        let mut rows = rows(&world, now());
        let mut at = now();
        let (mut sort, mut tab, mut query) = (Sort::default(), Tab::All, "");
        for (count, step) in steps.into_iter().enumerate() {
            match step {
                Step::Commit(n, what) if n <= 50 => {
                    let id = DealershipId::from_bits(n);
                    let command = match what {
                        0 => Command::Assign { owner: Some(format!("owner{count}").as_str().into()) },
                        1 => Command::Note { text: "n".into() },
                        2 => Command::Snooze { until: Some(at + TimeDelta::hours(5)) },
                        3 => Command::Archive,
                        _ => Command::Unarchive,
                    };
                    let actor = cloverwatch::domain::Actor::person("ana");
                    if let Ok(committed) = world.run(id, at, &actor, &command) {
                        rows.put(&committed.states, at);
                    }
                }
                Step::Commit(n, _) => {
                    let profile = crate::population::profile(n + 1_000 * count as u64, "New Ford", "Chicago", chrono_tz::UTC, None);
                    let id = world.add(n + 1_000 * (count as u64 + 1), profile, at);
                    rows.put(&[Arc::clone(&world.states[&id])], at);
                }
                Step::Sort(column, descending) => {
                    sort = Sort { column: Column::ALL[column], descending };
                    rows.set_sort(sort);
                }
                Step::Tab(index) => {
                    tab = Tab::ALL[index];
                    rows.set_tab(tab);
                }
                Step::Filter(index) => {
                    query = QUERIES[index];
                    rows.set_query(Query::parse(query).unwrap(), at);
                }
                Step::Wait(minutes) => {
                    at += TimeDelta::minutes(minutes);
                    rows.pass_time(at);
                    rows.ask_again(at);
                }
            }
            let mut fresh = self::rows(&world, at);
            fresh.set_sort(sort);
            fresh.set_tab(tab);
            fresh.set_query(Query::parse(query).unwrap(), at);
            // Where nothing else decides, rows keep the order in which they came.
            let names = |rows: &Rows| rows.from(0).map(|row| row.state.profile.name.clone()).collect::<Vec<_>>();
            prop_assert_eq!(names(&rows), names(&fresh));
            prop_assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), Tab::ALL.map(|tab| fresh.count(tab)));
            for (place, row) in rows.from(0).enumerate() {
                prop_assert_eq!(rows.place(row.state.id), Some(place));
            }
        }
    }
}

#[test]
fn a_large_batch_is_ordered_as_single_ones_are() {
    let world = crowd(700);
    let mut at_once = Rows::new(Vec::new(), None, Policy::default(), ago(0.0));
    at_once.put(&world.all(), now());
    let mut one_by_one = Rows::new(Vec::new(), None, Policy::default(), ago(0.0));
    for state in world.all() {
        one_by_one.put(&[state], now());
    }
    assert_eq!(shown(&at_once), shown(&one_by_one));
}

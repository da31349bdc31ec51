//! The order of the table: whatever changes, moving single rows ends where ordering everything anew would.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::order::attention_order;
use cloverwatch::domain::query::Derived;
use cloverwatch::domain::text::normal;
use cloverwatch::domain::{
    Command, DealershipId, Onboarding, Policy, Query, QueryContext, Searchable, Stage, Timestamp,
};
use cloverwatch::present::letters::MailSummary;
use cloverwatch::present::running_clock::RunningClock;
use cloverwatch::tui::rows::{DealershipRow, DealershipRows, Sort, Tab, TableColumn, TableLine};
use proptest::prelude::*;

use crate::population::{World, ago, crowd, now, sample};

fn rows(world: &World, at: Timestamp) -> DealershipRows {
    DealershipRows::new(world.all(), Some("ana".to_owned()), Policy::default(), at)
}

fn shown(rows: &DealershipRows) -> Vec<DealershipId> {
    rows.from(0).map(|row| row.state.id).collect()
}

fn ids(numbers: &[u64]) -> Vec<DealershipId> {
    numbers.iter().map(|n| DealershipId::from_bits(*n)).collect()
}

/// How many that are not archived a filter finds when each is asked alone.
fn matching(world: &World, query: &str, at: Timestamp) -> usize {
    let (query, policy) = (Query::parse(query).unwrap(), Policy::default());
    let ctx = QueryContext { now: at, policy: &policy, me: Some("ana"), twins: None };
    let found = |state: &&Arc<Onboarding>| {
        state.stage(at) != Stage::Archived && query.matches(state, &Searchable::new(state.id, &state.profile), &ctx)
    };
    world.states.values().filter(found).count()
}

#[test]
fn a_filter_asks_for_its_own_moment_even_before_time_has_passed_in_the_rows() {
    let world = sample();
    for query in ["is:expired", "is:attention", "!is:snoozed", "stage:overdue"] {
        let mut rows = rows(&world, now());
        let later = now() + TimeDelta::hours(47);
        assert_ne!(matching(&world, query, now()), matching(&world, query, later), "{query}");
        rows.set_query(Query::parse(query).unwrap(), later);
        assert_eq!(rows.count(Tab::All), matching(&world, query, later), "{query}");
        rows.set_query(Query::parse(query).unwrap(), now());
        assert_eq!(rows.count(Tab::All), matching(&world, query, now()), "{query}");
    }
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
fn the_table_has_the_one_order_that_lists_have_too() {
    for world in [sample(), crowd(300)] {
        let rows = rows(&world, now());
        let policy = Policy::default();
        let mut states: Vec<_> = world.all().into_iter().filter(|state| state.archived_at.is_none()).collect();
        states.sort_by_key(|state| {
            let order = attention_order(state, Derived::of(state, now(), &policy));
            (order, normal(state.profile.name.raw()), state.id)
        });
        let listed: Vec<DealershipId> = states.iter().map(|state| state.id).collect();
        assert_eq!(shown(&rows), listed);
    }
}

#[test]
fn tabs_count_what_matches_the_filter() {
    let mut rows = rows(&sample(), now());
    assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), [17, 9, 1, 1, 2, 2, 2, 4, 1, 1, 1, 1, 2]);
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
    for column in TableColumn::ALL {
        rows.set_sort(Sort::by(column, false));
        let up = shown(&rows);
        rows.set_sort(Sort::by(column, true));
        assert_eq!(up.len(), rows.shown(), "{column:?}");
        // All of the sample are of one group.
        assert_eq!(up == shown(&rows), column == TableColumn::Group, "{column:?}");
    }
    rows.set_sort(Sort::by(TableColumn::Owner, true));
    assert_eq!(rows.from(0).last().unwrap().state.profile.owner, None);
    rows.set_sort(Sort::by(TableColumn::Name, false));
    let names: Vec<String> = rows.from(0).map(|row| normal(row.state.profile.name.raw())).collect();
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

/// The order as a person would explain it, over the rows as they are: no value last, then the value, then the second
/// column, then the name.
fn naive(a: &DealershipRow, b: &DealershipRow, sort: Sort, at: Timestamp) -> Ordering {
    let name = |row: &DealershipRow| normal(row.state.profile.name.raw());
    let by_name = || name(a).is_empty().cmp(&name(b).is_empty()).then_with(|| name(a).cmp(&name(b)));
    let by = |key| by_column(a, b, key, at);
    by((sort.column, sort.descending)).then_with(|| sort.then.map_or(Ordering::Equal, by)).then_with(by_name)
}

fn by_column(
    a: &DealershipRow,
    b: &DealershipRow,
    (column, descending): (TableColumn, bool),
    at: Timestamp,
) -> Ordering {
    let folded = |row: &DealershipRow| -> Option<String> {
        let profile = &row.state.profile;
        let text = match column {
            TableColumn::Name => profile.name.raw(),
            TableColumn::City => profile.city.raw(),
            TableColumn::Group => profile.group.raw(),
            TableColumn::DealerCode | TableColumn::Place => profile.dealer_code.raw(),
            TableColumn::Owner => profile.owner.as_ref().map_or("", |owner| owner.raw()),
            TableColumn::Opcode => {
                row.state.opcode.as_deref().map_or("Tell Us More", |chosen| chosen.choice.code.raw())
            }
            _ => return None,
        };
        Some(normal(text)).filter(|text| !text.is_empty())
    };
    let number = |row: &DealershipRow| -> Option<i64> {
        let newest = row.state.invitation.as_ref();
        match column {
            TableColumn::Code => newest.map(|newest| i64::from(newest.generation)),
            TableColumn::CodeClock | TableColumn::Chance => newest.map(|newest| newest.expires_at.timestamp_millis()),
            TableColumn::ConfirmClock => {
                row.state.confirmation.due_at.filter(|_| !row.state.is_confirmed()).map(|at| at.timestamp_millis())
            }
            TableColumn::Stage => Some(row.facts.stage as i64),
            TableColumn::Clock => RunningClock::of(&row.state, row.facts, at).map(|clock| clock.at.timestamp_millis()),
            TableColumn::Attention => i64::try_from(attention_order(&row.state, row.facts) >> 1).ok(),
            TableColumn::NextStep => {
                let step = row.state.next_step(at);
                let rest = step.until.or(step.since).map_or(1 << 50, |at| at.timestamp_millis());
                (!step.what.is_empty()).then_some((step.whose as i64) << 52 | rest)
            }
            TableColumn::Mail => MailSummary::of(&row.state)
                .map(|mail| (mail.fate as i64) << 52 | (mail.at.timestamp_millis() + (1 << 51))),
            TableColumn::LastEvent => Some(-row.state.last_event.at.timestamp_millis()),
            _ => None,
        }
    };
    let (one, other) = ((folded(a), number(a)), (folded(b), number(b)));
    let none = |value: &(Option<String>, Option<i64>)| value.0.is_none() && value.1.is_none();
    let by_value = if descending && !none(&one) && !none(&other) { other.cmp(&one) } else { one.cmp(&other) };
    none(&one).cmp(&none(&other)).then(by_value)
}

#[derive(Debug, Clone)]
enum Step {
    Commit(u64, u8),
    Rename(u64, usize),
    Import(u64),
    Sort(usize, bool, Option<(usize, bool)>),
    Tab(usize),
    Filter(usize),
    Wait(i64),
}

/// Names, cities and dealerCodes that differ late, or only in what folding takes away, or not at all.
const NAMES: [&str; 7] = [
    "",
    "The very long name of a dealership whose sister is called the same but for the end: North",
    "The very long name of a dealership whose sister is called the same but for the end: South",
    "the very long name of a dealership whose sister is called the same but for the end: south",
    "ÉCLAIR MOTORS",
    "éclair motors",
    "Łódź Škoda",
];

fn key() -> impl Strategy<Value = (usize, bool)> {
    (0..TableColumn::ALL.len(), any::<bool>())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u64..60, 0u8..5).prop_map(|(n, what)| Step::Commit(n, what)),
        2 => (1u64..=50, 0..NAMES.len()).prop_map(|(n, name)| Step::Rename(n, name)),
        1 => (1u64..20).prop_map(Step::Import),
        2 => (key(), prop::option::of(key())).prop_map(|((column, down), then)| Step::Sort(column, down, then)),
        1 => (0..Tab::ALL.len()).prop_map(Step::Tab),
        1 => (0usize..11).prop_map(Step::Filter),
        2 => (1i64..3_000).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn moving_rows_ends_where_ordering_anew_does(steps in prop::collection::vec(step(), 1..60)) {
        const QUERIES: [&str; 11] = [
            "", "ford", "is:expired", "!chicago owner:ana,ben", "expires<30h", "fo", "~fd", "/ford [0-9]+$/", "/o\\s/",
            "is:attention,mine", "!stage:invited !is:snoozed",
        ];
        let mut world = crowd(50);
        let mut rows = rows(&world, now());
        let mut at = now();
        let (mut sort, mut tab, mut query) = (Sort::default(), Tab::All, "");
        for (step_number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Commit(n, what) if n <= 50 => {
                    let id = DealershipId::from_bits(n);
                    let command = match what {
                        0 => Command::Assign { owner: Some(format!("owner{step_number}").as_str().into()) },
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
                Step::Rename(n, name) => {
                    let id = DealershipId::from_bits(n);
                    let mut profile = world.states[&id].profile.clone();
                    (profile.name, profile.city) = (NAMES[name].into(), NAMES[6 - name].into());
                    let command = Command::Update { profile };
                    if let Ok(committed) = world.run(id, at, &cloverwatch::domain::Actor::person("ana"), &command) {
                        // The same news twice, as after a reading that lagged.
                        let twice = [committed.states[0].clone(), committed.states[0].clone()];
                        rows.put(&twice, at);
                    }
                }
                Step::Import(count) => {
                    // So many at once that all are ordered anew, the same ones among them more than once.
                    let first = 1_000_000 * (count + 1) + 1_000 * step_number as u64;
                    let new: Vec<_> = (0..count).map(|n| {
                        let text = format!("{} {n}", NAMES[n as usize % NAMES.len()]);
                        let profile = crate::population::profile(first + n, &text, &text, chrono_tz::UTC, None);
                        world.add(first + n, profile, at)
                    }).collect();
                    let states: Vec<_> = new.iter().cycle().take(600).map(|id| Arc::clone(&world.states[id])).collect();
                    rows.put(&states, at);
                }
                Step::Commit(n, _) => {
                    let profile = crate::population::profile(n + 1_000 * step_number as u64, "New Ford", "Chicago", chrono_tz::UTC, None);
                    let id = world.add(n + 1_000 * (step_number as u64 + 1), profile, at);
                    rows.put(&[Arc::clone(&world.states[&id])], at);
                }
                Step::Sort(column, descending, then) => {
                    let then = then.map(|(column, descending)| (TableColumn::ALL[column], descending));
                    sort = Sort { column: TableColumn::ALL[column], descending, then };
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
            let names = |rows: &DealershipRows| rows.from(0).map(|row| normal(row.state.profile.name.raw())).collect::<Vec<_>>();
            prop_assert_eq!(names(&rows), names(&fresh));
            prop_assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), Tab::ALL.map(|tab| fresh.count(tab)));
            prop_assert_eq!(rows.count(Tab::All), matching(&world, query, at));
            let all: Vec<&DealershipRow> = rows.from(0).collect();
            let parsed = Query::parse(query).unwrap();
            let named = |row: &DealershipRow| {
                parsed.has_words() && parsed.is_in_name(&Searchable::new(row.state.id, &row.state.profile))
            };
            let in_order = |a: &&DealershipRow, b: &&DealershipRow| {
                named(b).cmp(&named(a)).then_with(|| naive(a, b, sort, at)).is_le()
            };
            prop_assert!(all.is_sorted_by(in_order), "{sort:?} {:?}", names(&rows));
            lines_hold_every_row(&rows);
            let mut some: Vec<_> = all.iter().map(|row| row.state.id).step_by(3).collect();
            let in_order = some.clone();
            some.sort_unstable();
            prop_assert_eq!(rows.in_order(some.into_iter()), in_order);
            prop_assert_eq!(
                rows.ids_shown().collect::<BTreeSet<_>>(),
                all.iter().map(|row| row.state.id).collect::<BTreeSet<_>>()
            );
            prop_assert_eq!(rows.ids_hidden().count(), rows.len() - rows.shown());
            for (place, row) in rows.from(0).enumerate() {
                prop_assert_eq!(rows.place(row.state.id), Some(place));
            }
        }
    }
}

/// Rows and the rules above their sections follow each other line by line, and every row finds its line.
fn lines_hold_every_row(rows: &DealershipRows) {
    let (mut place, mut below, mut ruled) = (0, 0, 0);
    for line in 0..rows.lines() {
        match rows.line(line).unwrap() {
            TableLine::Row(there) => {
                assert_eq!((there, rows.line_of(there)), (place, line));
                place += 1;
            }
            TableLine::Rule(section) => {
                assert_eq!((section.first, place), (below, below));
                below += section.count;
                ruled += 1;
            }
        }
    }
    assert_eq!(place, rows.shown());
    assert!(ruled == 0 || below == rows.shown() && ruled > 1);
    assert_eq!(rows.line(rows.lines()), None);
}

#[test]
fn a_large_batch_is_ordered_as_single_ones_are() {
    let world = crowd(700);
    let mut at_once = DealershipRows::new(Vec::new(), None, Policy::default(), ago(0.0));
    at_once.put(&world.all(), now());
    let mut one_by_one = DealershipRows::new(Vec::new(), None, Policy::default(), ago(0.0));
    for state in world.all() {
        one_by_one.put(&[state], now());
    }
    assert_eq!(shown(&at_once), shown(&one_by_one));
}

#[test]
fn many_changes_among_more_rows_are_ordered_as_all_are_anew() {
    let mut world = crowd(6_000);
    let (mut at_once, mut one_by_one) = (rows(&world, now()), rows(&world, now()));
    let mut changed = Vec::new();
    for n in (1..=6_000).step_by(9) {
        let owner = Some(format!("owner {n}").as_str().into());
        let command = if n % 2 == 0 { Command::Archive } else { Command::Assign { owner } };
        let actor = cloverwatch::domain::Actor::person("ana");
        let committed = world.run(DealershipId::from_bits(n), now(), &actor, &command).unwrap();
        changed.extend_from_slice(&committed.states);
    }
    assert!(changed.len() > 512);
    at_once.put(&changed, now());
    changed.iter().for_each(|state| one_by_one.put(std::slice::from_ref(state), now()));
    let anew = rows(&world, now());
    for rows in [&at_once, &one_by_one] {
        assert_eq!(shown(rows), shown(&anew));
        assert_eq!(Tab::ALL.map(|tab| rows.count(tab)), Tab::ALL.map(|tab| anew.count(tab)));
    }
}

//! Blocks of codes, right and wrong in every way.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::domain::Claim;

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn now() -> Timestamp {
    at("2026-03-30T12:00:00Z")
}

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

/// Codes that were used before: `USED-1` by the first dealership.
struct Used;

impl Claims for Used {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        let used: InvitationCode = "USED-1".parse().unwrap();
        (*claim == Claim::Code(used.digest())).then(|| id(1))
    }
}

fn read(block: &str) -> Result<Matches, Vec<Mistake>> {
    let policy = Policy::default();
    // xts1 to xts4 are ours; the first three are chosen.
    let resolve = |name: &str| ["xts1", "xts2", "xts3", "xts4"].iter().zip(1..).find(|(known, _)| **known == name);
    let resolve = |name: &str| resolve(name).map_or(Named::Nobody, |(_, n)| Named::One(id(n)));
    // The present code of the first one, and of the one that is not chosen.
    let present = |id: DealershipId| match id.bits() {
        1 => Some("PRESENT-1".parse::<InvitationCode>().unwrap().digest()),
        4 => Some("PRESENT-4".parse::<InvitationCode>().unwrap().digest()),
        _ => None,
    };
    let ctx = PasteContext {
        now: now(),
        generated_at: now(),
        policy: &policy,
        claims: &Used,
        present: &present,
        resolve: &resolve,
    };
    let expected: Vec<Expected> =
        (1..=3).map(|n| Expected { id: id(n), zone: chrono_tz::America::Chicago.into() }).collect();
    match_codes(block, &expected, &ctx)
}

fn codes(block: &str) -> Vec<(DealershipId, String)> {
    let matched = read(block).unwrap();
    matched.0.iter().map(|matched| (matched.id, matched.code.reveal().to_owned())).collect()
}

fn mistakes(block: &str) -> Vec<String> {
    read(block).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn by_the_order_of_the_lines() {
    let expected = [(id(1), "AAAA".to_owned()), (id(2), "BBBB".to_owned()), (id(3), "CCCC".to_owned())];
    for block in ["AAAA\nBBBB\nCCCC", "\n AAAA \r\n\r\nBBBB\r\n\"CCCC\"\r\n", "AAAA\rBBBB\rCCCC\r"] {
        assert_eq!(codes(block), expected, "{block:?}");
    }
}

#[test]
fn by_the_dealer_code_in_any_order_with_any_separator() {
    let expected = [(id(1), "AAAA".to_owned()), (id(2), "BBBB".to_owned()), (id(3), "CCCC".to_owned())];
    for block in [
        "xts3,CCCC\nxts1,AAAA\nxts2,BBBB",
        "dealerCode,code\nxts3\tCCCC\n\"xts1\" , \"AAAA\"\nxts2   BBBB",
        "dealer_code;code\nxts1;AAAA\nxts2;BBBB\nxts3;CCCC;",
    ] {
        assert_eq!(codes(block), expected, "{block:?}");
    }
}

#[test]
fn the_moment_of_generation_is_read_in_the_zone_of_the_dealership() {
    let block = "xts1,AAAA,2026-03-30 06:30\nxts2 BBBB 2026-03-30T10:00:00Z\nxts3\tCCCC\t-2h";
    let moments: Vec<Timestamp> = read(block).unwrap().0.iter().map(|matched| matched.generated_at).collect();
    let expected = ["2026-03-30T11:30:00Z", "2026-03-30T10:00:00Z", "2026-03-30T10:00:00Z"];
    assert_eq!(moments, expected.map(at));
}

#[test]
fn every_mistake_is_found_and_nothing_is_taken() {
    for (block, expected) in [
        ("", vec!["0 codes for 3 dealerships: 3 too few"]),
        ("AAAA\nBBBB", vec!["2 codes for 3 dealerships: 1 too few"]),
        (
            "AAAA\nBB",
            vec!["line 2: the code has 2 characters; at least 4 are needed", "2 codes for 3 dealerships: 1 too few"],
        ),
        ("xts1,AAAA\nxts2,BBBB", vec!["2 codes for 3 dealerships: 1 too few", "no line names this dealership"]),
        ("AAAA\nBBBB\nCCCC\nDDDD", vec!["4 codes for 3 dealerships: 1 too many"]),
        ("AAAA\nBBBB\nAAAA", vec!["line 3: the same code as in line 1"]),
        (
            "USED-1\nBBBB\nCCCC",
            vec!["line 1: this code was used before for this dealership; take a fresh one from the partner's screen"],
        ),
        (
            "AAAA\nUSED-1\nCCCC",
            vec![
                "line 2: this code was used before for another dealership; take a fresh one from the partner's screen",
            ],
        ),
        ("AAAA\nBB\nCCCC", vec!["line 2: the code has 2 characters; at least 4 are needed"]),
        (
            "xts1,AAAA\nxts9,BBBB\nxts3,CCCC",
            vec!["line 2: `xts9` is no dealerCode that we know", "no line names this dealership"],
        ),
        (
            "xts1,AAAA\nxts4,BBBB\nxts3,CCCC",
            vec![
                "line 2: `xts4` is a dealership of ours, but not one of those chosen",
                "no line names this dealership",
            ],
        ),
        (
            "xts1,AAAA\nxts1,BBBB\nxts3,CCCC",
            vec!["line 2: the same dealership as in line 1", "no line names this dealership"],
        ),
        (
            "xts1,AAAA\nBBBB\nxts3,CCCC",
            vec!["line 2: names no dealership, but other lines do", "no line names this dealership"],
        ),
        (
            "xts1,AAAA,-72h\nxts2,BBBB,in 1h\nxts3,CCCC,noon",
            vec![
                "line 1: this code died 0s ago; generate a new one",
                "line 2: the code was generated in the future (in 1h 00m); check the date, the zone and the clock",
                "line 3: `noon` is not a moment: `2026-03-30 14:05`, `3/30/2026 2:05pm`, `06:05`, `yesterday 14:05`, `2 hours ago` or `now`",
            ],
        ),
    ] {
        assert_eq!(mistakes(block), expected, "{block:?}");
    }
}

#[test]
fn a_code_in_the_wrong_place_is_not_repeated() {
    let words = mistakes("SECRET-CODE-1 now\nSECRET-CODE-2 now\nSECRET-CODE-3 now").join("\n");
    assert!(!words.contains("SECRET-CODE"), "{words}");
    assert!(words.contains("`SECR…`"), "{words}");
}

proptest! {
    #[test]
    fn no_block_panics_and_what_is_taken_is_complete(block in "((xts[1-4]|[A-C]{4})[,\t \n;\"]{0,2}){0,12}|\\PC{0,60}") {
        match read(&block) {
            Ok(matched) => {
                prop_assert_eq!(matched.0.iter().map(|one| one.id).collect::<Vec<_>>(), [id(1), id(2), id(3)]);
                let mut codes: Vec<_> = matched.0.iter().map(|one| one.code.digest()).collect();
                codes.sort_unstable();
                codes.dedup();
                prop_assert_eq!(codes.len(), 3);
            }
            Err(mistakes) => prop_assert!(!mistakes.is_empty()),
        }
    }
}

#[test]
fn a_line_that_is_done_already_asks_for_nothing_and_the_others_are_matched() {
    let read = read("xts4,PRESENT-4\nxts1,PRESENT-1\nxts2,BBBB\nxts3,CCCC").unwrap();
    assert_eq!(read.1, [id(4), id(1)]);
    let codes: Vec<_> = read.0.iter().map(|one| one.id).collect();
    assert_eq!(codes, [id(2), id(3)]);
    // The present code of another one is no excuse, nor is one dealership on two lines.
    let twice = mistakes("xts1,AAAA\nxts2,PRESENT-1\nxts3,CCCC\nxts1,PRESENT-1");
    assert_eq!(twice, ["line 4: the same dealership as in line 1"]);
    assert!(mistakes("xts4,DDDD\nxts1,AAAA\nxts2,BBBB\nxts3,CCCC")[0].contains("not one of those chosen"));
}

#[test]
fn a_block_is_read_as_a_table_whatever_wrote_it() {
    let expected = [(id(1), "AAAA".to_owned()), (id(2), "BBBB".to_owned()), (id(3), "CCCC".to_owned())];
    for block in [
        "sep=;\r\nxts1;AAAA\r\nxts2;BBBB\r\nxts3;CCCC\r\n",
        "\u{feff}xts1,AAAA,,\n,,\nxts2,\"BBBB\",,\n\"xts3\", \"CCCC\"\n\u{1a}",
        "xts1|AAAA\n=\"xts2\"|BBBB\nxts3|CCCC",
        "rooftop\tinvitation code\tgenerated at\rxts1\tAAAA\t\rxts2\tBBBB\rxts3\tCCCC",
    ] {
        assert_eq!(codes(block), expected, "{block:?}");
    }
    // Moments may hold the separator.
    let read = read("xts1,AAAA,Mar 30, 2026 06:30\nxts2,BBBB\nxts3,CCCC").unwrap();
    assert_eq!(read.0[0].generated_at, at("2026-03-30T11:30:00Z"));
    assert_eq!(mistakes(&"x\n".repeat(MOST_ROWS + 1)).len(), 1);
}

#[test]
fn only_a_line_that_is_a_heading_all_through_is_one() {
    let expected = [(id(1), "CODE".to_owned()), (id(2), "BBBB".to_owned()), (id(3), "CCCC".to_owned())];
    assert_eq!(codes("name,code\nxts1,CODE\nxts2,BBBB\nxts3,CCCC"), expected);
    assert_eq!(
        mistakes("name,AAAA\nxts1,CODE\nxts2,BBBB\nxts3,CCCC"),
        ["line 1: `name` is no dealerCode that we know"]
    );
}

#[test]
fn the_names_of_a_block_are_those_of_its_lines_in_their_order() {
    let known = |name: &str| if name == "Ford, Salem" { Named::One(id(1)) } else { Named::Nobody };
    let names = |block: &str| names(block, &known).unwrap();
    assert_eq!(names("dealerCode,code\nxts2,BBBB\nCCCC\nxts1 AAAA"), ["xts2", "xts1"]);
    assert_eq!(names("AAAA\nBBBB"), [""; 0]);
    // What separates is what leaves the name of a dealership whole.
    assert_eq!(names("Ford, Salem;AAAA"), ["Ford, Salem"]);
}

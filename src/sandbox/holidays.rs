//! The holidays on which dealerships are closed: those of the United States on which next to no service drive is open.

use chrono::{Datelike, NaiveDate, Weekday};

/// The name of the holiday that a day is.
pub(super) fn holiday(day: NaiveDate) -> Option<&'static str> {
    // The nth weekday of a month, counted from its start.
    let nth = day.day0() / 7 + 1;
    let last = day.checked_add_days(chrono::Days::new(7)).is_none_or(|week| week.month() != day.month());
    match (day.month(), day.day(), day.weekday()) {
        (1, 1, _) => Some("New Year's Day"),
        (5, _, Weekday::Mon) if last => Some("Memorial Day"),
        (7, 4, _) => Some("Independence Day"),
        (9, _, Weekday::Mon) if nth == 1 => Some("Labor Day"),
        (11, _, Weekday::Thu) if nth == 4 => Some("Thanksgiving"),
        (12, 25, _) => Some("Christmas Day"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fall_where_the_calendar_has_them() {
        let days = |year: i32| -> Vec<String> {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            let of_year = first.iter_days().take_while(|day| day.year() == year);
            of_year.filter(|day| holiday(*day).is_some()).map(|day| day.format("%m-%d").to_string()).collect()
        };
        assert_eq!(days(2026), ["01-01", "05-25", "07-04", "09-07", "11-26", "12-25"]);
        assert_eq!(days(2027), ["01-01", "05-31", "07-04", "09-06", "11-25", "12-25"]);
        assert_eq!(days(2025), ["01-01", "05-26", "07-04", "09-01", "11-27", "12-25"]);
        assert_eq!(holiday(NaiveDate::MAX), None);
    }
}

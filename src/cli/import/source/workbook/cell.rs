//! What a cell of a workbook reads as text.

use calamine::{Data, ExcelDateTime};

use super::format::NumberFormat;

/// Up to here every whole number has a place of its own.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Up to here a spreadsheet keeps every digit of a whole number.
const KEPT: f64 = 1e15;

/// As the sheet shows it, where its number format is one of digits: `00042`.
pub(super) fn shown(value: &Data, format: Option<&NumberFormat>) -> String {
    let number = match value {
        Data::Int(number) => Some(*number as f64),
        Data::Float(number) => Some(*number),
        _ => None,
    };
    let shown = number.filter(|number| (0.0..KEPT).contains(number)).zip(format);
    shown.and_then(|(number, format)| format.shown(number)).unwrap_or_else(|| text(value))
}

pub(super) fn text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number_text(*number as f64),
        Data::Float(number) => number_text(*number),
        Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(moment) => moment_text(moment),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).replace('T', " "),
        Data::Error(error) => error.to_string(),
    }
}

/// Whole numbers without a point: they may be codes. Longer ones than a spreadsheet keeps have an exponent, by which it shows
/// that digits are lost. Fractions with the fifteen digits that spreadsheets show: what is behind them is an error of
/// calculation.
fn number_text(number: f64) -> String {
    if number.fract() != 0.0 && number.abs() < WHOLE {
        let shown = format!("{number:.14e}").parse().unwrap_or(number);
        return shown.to_string();
    }
    if number.abs() >= KEPT && number.is_finite() {
        return format!("{number:.14E}").replace('E', "E+");
    }
    // Not `-0`.
    (number + 0.0).to_string()
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let value = moment.as_f64();
    let seconds = (value.fract() * 86_400.0).round();
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round().max(0.0) as u64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (value < 1.0, seconds == 0.0) {
        (true, _) => time,
        (false, true) => date,
        (false, false) => format!("{date} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (number, shown) in [
            (1234.0, "1234"),
            (2_015_550_101.0, "2015550101"),
            (999_999_999_999_999.0, "999999999999999"),
            (1_234_567_890_123_456.0, "1.23456789012346E+15"),
            (1.5e21, "1.50000000000000E+21"),
            (0.1 + 0.2, "0.3"),
            (12.5, "12.5"),
            (-0.0, "0"),
            (-7.25, "-7.25"),
        ] {
            assert_eq!(text(&Data::Float(number)), shown);
        }
    }

    #[test]
    fn dates_times_and_the_rest() {
        let moment = |value, kind| Data::DateTime(ExcelDateTime::new(value, kind, false));
        let at = ExcelDateTimeType::DateTime;
        for (value, shown) in [
            (moment(45_943.0, at), "2025-10-13"),
            (moment(45_943.541, at), "2025-10-13 12:59:02"),
            (moment(0.25, at), "06:00:00"),
            (moment(1.5, ExcelDateTimeType::TimeDelta), "36:00:00"),
            (Data::DateTimeIso("2026-03-14T00:00:00".into()), "2026-03-14"),
            (Data::DateTimeIso("2026-03-14T06:05:00".into()), "2026-03-14 06:05:00"),
            (Data::Bool(true), "TRUE"),
            (Data::Error(CellErrorType::NA), "#N/A"),
            (Data::Error(CellErrorType::Ref), "#REF!"),
            (Data::Int(5), "5"),
            (Data::Empty, ""),
        ] {
            assert_eq!(text(&value), shown);
        }
    }
}

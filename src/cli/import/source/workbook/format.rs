//! Number formats of digits alone, as which codes, postal codes and telephones are kept: `00000`, `000\-00\-0000`.

/// What stands in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A digit; `true`: a zero where the number has none.
    Digit(bool),
    Text(char),
}

/// A number format of digits and texts between them.
#[derive(Debug, PartialEq)]
pub(super) struct NumberFormat {
    parts: Vec<Part>,
    /// What shows numbers above a limit: `[<=9999999]###\-####;\(###\)\ ###\-####`.
    above: Option<(f64, Vec<Part>)>,
}

impl NumberFormat {
    /// Reads a format; `None`: it shows anything else, such as a fraction or a date.
    pub(super) fn read(code: &str) -> Option<Self> {
        let sections = sections(code);
        let first = sections.first()?.trim_start();
        let Some((limit, rest)) = first.strip_prefix("[<=").and_then(|rest| rest.split_once(']')) else {
            return Some(Self { parts: parts(first)?, above: None });
        };
        let above = Some((limit.parse().ok()?, parts(sections.get(1)?)?));
        Some(Self { parts: parts(rest)?, above })
    }

    /// A whole number as it is shown; `None` for others.
    pub(super) fn shown(&self, number: f64) -> Option<String> {
        if number.fract() != 0.0 || number < 0.0 {
            return None;
        }
        let parts = match &self.above {
            Some((limit, above)) if number > *limit => above,
            _ => &self.parts,
        };
        let digits = if number == 0.0 { String::new() } else { format!("{number:.0}") };
        let places = parts.iter().filter(|part| matches!(part, Part::Digit(_))).count();
        // Digits too many stand where the first one does.
        let mut digits = digits.chars();
        let mut missing = places.saturating_sub(digits.as_str().len());
        let mut before = digits.as_str().len().saturating_sub(places);
        let (mut shown, mut is_zero) = (String::new(), false);
        for part in parts {
            match part {
                Part::Text(text) => shown.push(*text),
                Part::Digit(zero) if missing > 0 => {
                    missing -= 1;
                    is_zero |= zero;
                    shown.extend(is_zero.then_some('0'));
                }
                Part::Digit(_) => {
                    shown.extend(digits.by_ref().take(before + 1));
                    before = 0;
                }
            }
        }
        shown.contains(|c: char| c.is_ascii_digit()).then_some(shown)
    }
}

/// The parts of a format between semicolons.
fn sections(code: &str) -> Vec<String> {
    let (mut all, mut quoted, mut literal) = (vec![String::new()], false, false);
    for c in code.chars() {
        if c == ';' && !quoted && !literal {
            all.push(String::new());
            continue;
        }
        quoted ^= c == '"' && !literal;
        literal = c == '\\' && !literal && !quoted;
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all
}

fn parts(section: &str) -> Option<Vec<Part>> {
    // The language of the format.
    let section = section.strip_prefix("[$-").and_then(|rest| rest.split_once(']')).map_or(section, |(_, rest)| rest);
    let (mut parts, mut chars, mut quoted) = (Vec::new(), section.chars(), false);
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => parts.push(Part::Text(c)),
            '\\' => parts.push(Part::Text(chars.next()?)),
            '0' | '#' => parts.push(Part::Digit(c == '0')),
            '-' | '+' | '(' | ')' | ' ' => parts.push(Part::Text(c)),
            _ => return None,
        }
    }
    parts.iter().any(|part| matches!(part, Part::Digit(_))).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_shown_as_the_sheet_shows_them() {
        let telephone = r"[<=9999999]###\-####;\(###\)\ ###\-####";
        let zip = r"[<=99999]00000;00000\-0000";
        for (code, number, shown) in [
            ("00000", 42.0, "00042"),
            ("00000", 1970.0, "01970"),
            ("00000", 0.0, "00000"),
            ("00000", 123_456.0, "123456"),
            ("0", 42.0, "42"),
            ("#", 42.0, "42"),
            ("000-00-0000", 12_345_678.0, "012-34-5678"),
            (r"000\-00\-0000", 12_345_678.0, "012-34-5678"),
            (r"00000\-0000", 19_701_234.0, "01970-1234"),
            ("[$-409]00000", 42.0, "00042"),
            ("00000;@", 42.0, "00042"),
            ("\"XT\"0000", 42.0, "XT0042"),
            ("0##", 5.0, "005"),
            (zip, 1970.0, "01970"),
            (zip, 19_701_234.0, "01970-1234"),
            (telephone, 5_550_100.0, "555-0100"),
            (telephone, 2_015_550_100.0, "(201) 555-0100"),
            (telephone, 12_015_550_100.0, "(1201) 555-0100"),
        ] {
            assert_eq!(NumberFormat::read(code).unwrap().shown(number).as_deref(), Some(shown), "{code} {number}");
        }
        for (code, number) in [("00000", 4.5), ("00000", -42.0), ("#", 0.0)] {
            assert_eq!(NumberFormat::read(code).unwrap().shown(number), None, "{code} {number}");
        }
        for code in [
            "General",
            "0.00",
            "#,##0",
            "0%",
            "0.00E+00",
            "@",
            "yyyy-mm-dd",
            "# ?/?",
            "_(* 0_)",
            "",
            "\"x\"",
            "[<=9]0",
            "[Red]0",
        ] {
            assert_eq!(NumberFormat::read(code), None, "{code}");
        }
    }
}

//! The fields of a delivery report (RFC 3464, 2.1): names, comments, and the three ways to write an address.

use crate::domain::Untrusted;

/// The fields of a block: names in lower case, folded lines joined.
pub(super) fn fields<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

/// A value without its comments: `failed (no more tries)`.
pub(super) fn uncommented(value: &str) -> String {
    let (mut out, mut depth, mut quoted, mut chars) = (String::new(), 0_usize, false, value.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next();
                if depth == 0 {
                    out.push(c);
                    out.extend(escaped);
                }
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// The addresses of these fields, each as it stands there and decoded, without those that say the same.
pub(super) fn addresses<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> Vec<Untrusted> {
    let mut found: Vec<Untrusted> = Vec::new();
    for address in fields.into_iter().flatten().filter_map(address) {
        for form in [decoded(&address), address] {
            let form = Untrusted::from(form.as_str());
            found.retain(|known| *known != form);
            found.push(form);
        }
    }
    found
}

/// `rfc822; ana@example.com (Ana)`
fn address(value: &str) -> Option<String> {
    let value = uncommented(value);
    let text = value.split_once(';').map_or(value.as_str(), |(_, address)| address).trim().trim_matches(['<', '>']);
    (text.contains('@') && text.len() <= 640).then(|| text.to_owned())
}

/// Undoes xtext (RFC 3461, 4: `+2B`), which is only right inside SMTP and is left in by some, and the escapes of RFC 6533 (`\x{FC}`).
fn decoded(address: &str) -> String {
    let (mut out, mut rest) = (String::new(), address);
    while let Some(at) = rest.find(['+', '\\']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (digits, length) = match after.strip_prefix("\\x{").and_then(|inside| inside.split_once('}')) {
            Some((digits, _)) => (Some(digits), digits.len() + 4),
            None => (after.strip_prefix('+').and_then(|hex| hex.get(..2)), 3),
        };
        let hexadecimal =
            digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)));
        match hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                let (first, after) = after.split_at(1);
                out.push_str(first);
                rest = after;
            }
        }
    }
    out + rest
}

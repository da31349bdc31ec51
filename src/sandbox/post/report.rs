//! Reports of failed delivery (RFC 3464), and the maildir that they may be put into.

use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::{fs, io, process};

use chrono::{DateTime, Utc};

/// How much of a letter's head is sent back.
const HEAD: usize = 16 << 10;

/// The report about one recipient. Of the letter only the head comes back, so no code does.
pub(super) fn write(number: u64, now: DateTime<Utc>, to: &str, recipient: &str, letter: &[u8]) -> String {
    let date = now.to_rfc2822();
    let (kind, boundary) = (if recipient.is_ascii() { "rfc822" } else { "utf-8" }, format!("=_report_{number}"));
    let head = head(letter);
    [
        "From: Post office <mailer-daemon@sandbox.test>",
        &format!("To: <{to}>"),
        "Subject: Undelivered mail returned to sender",
        &format!("Date: {date}"),
        &format!("Message-ID: <report.{number}.{}@sandbox.test>", now.timestamp_millis()),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        &format!("Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\""),
        "",
        &format!("--{boundary}"),
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Your letter could not be delivered to",
        "",
        &format!("    {recipient}"),
        "",
        "because nobody has this address here.",
        "",
        &format!("--{boundary}"),
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; sandbox.test",
        &format!("Arrival-Date: {date}"),
        "",
        &format!("Final-Recipient: {kind}; {recipient}"),
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 nobody has this address here",
        &format!("Last-Attempt-Date: {date}"),
        "",
        &format!("--{boundary}"),
        "Content-Type: text/rfc822-headers; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        head.trim_end(),
        "",
        &format!("--{boundary}--"),
        "",
    ]
    .join("\r\n")
}

/// The head of a letter as text; what is cut off or no text is left out.
fn head(letter: &[u8]) -> String {
    let end = letter.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(letter.len()).min(HEAD);
    String::from_utf8_lossy(letter.get(..end).unwrap_or_default()).into_owned()
}

/// Makes a maildir, for its owner alone.
pub(super) fn prepare(maildir: &Path) -> io::Result<()> {
    let make = |part| fs::DirBuilder::new().recursive(true).mode(0o700).create(maildir.join(part));
    ["tmp", "new", "cur"].into_iter().try_for_each(make)
}

/// Puts a report into a maildir: written beside, then moved, so that nobody sees half of it.
pub(super) fn file(maildir: &Path, number: u64, raw: &[u8]) -> io::Result<()> {
    // Names must differ from those of every earlier run, of which nothing but the files is left.
    let mut attempt = 0;
    loop {
        let name = format!("sandbox.P{}Q{number}_{attempt}.report", process::id());
        let (beside, place) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
        if place.exists() {
            attempt += 1;
            continue;
        }
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside) {
            Ok(mut file) => io::Write::write_all(&mut file, raw)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                attempt += 1;
                continue;
            }
            Err(error) => return Err(error),
        }
        return fs::rename(beside, place);
    }
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders as _};

    use super::*;

    #[test]
    fn a_report_has_its_three_parts_and_no_body() {
        let letter = b"Message-ID: <1.a@example.com>\r\nSubject: DataClover\r\n\r\nYour code:\r\nK7QF-2M9X\r\n";
        let text = write(3, DateTime::UNIX_EPOCH, "desk@example.com", "gone@example.com", letter);
        assert!(!text.contains("K7QF"), "{text}");
        let message = MessageParser::default().parse(text.as_bytes()).unwrap();
        let kind = message.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("report")));
        assert_eq!(kind.attribute("report-type"), Some("delivery-status"));
        assert_eq!(message.parts.len(), 4);
        let parts: Vec<String> =
            message.parts.iter().map(|part| String::from_utf8_lossy(part.contents()).into_owned()).collect();
        assert!(text.contains("Final-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1"));
        assert!(parts[3].contains("Message-ID: <1.a@example.com>"), "{parts:?}");
    }

    #[test]
    fn names_in_a_maildir_are_never_taken_twice() {
        let dir = tempfile::tempdir().unwrap();
        prepare(dir.path()).unwrap();
        prepare(dir.path()).unwrap();
        file(dir.path(), 1, b"one").unwrap();
        file(dir.path(), 1, b"two").unwrap();
        let mut found: Vec<_> = fs::read_dir(dir.path().join("new"))
            .unwrap()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect();
        found.sort();
        assert_eq!(found, [b"one", b"two"]);
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }
}

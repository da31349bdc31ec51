//! Reports in the forms of the mail servers that write them, whole: what is read of each.

use std::fs;
use std::path::Path;

use cloverwatch::domain::{LetterCopy, LetterId, ReportAction, ReturnedMail, Untrusted};
use cloverwatch::mail::bounce::read_report;

use ReportAction::{Delayed, Failed};

/// The file; what became of the letter, by which status, and in which words; `None`: it is no report.
type Row = (&'static str, Option<&'static [(ReportAction, &'static str, &'static str)]>);

const REPORTS: &[Row] = &[
    ("complaint", None),
    ("courier-over-quota", Some(&[(Failed, "5.2.2", "552 5.2.2 Mailbox is over quota")])),
    ("delivered", Some(&[])),
    ("domino-not-listed", Some(&[(Failed, "5.1.1", "User ana (ana@motors.example) not listed")])),
    ("exchange-not-found", Some(&[(Failed, "5.1.1", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found")])),
    ("exim-with-status", Some(&[(Failed, "5.1.1", "550 5.1.1 The mailbox does not exist")])),
    ("exim-without-status", Some(&[(Failed, "5.7.1", "554 5.7.1 Message rejected as spam")])),
    ("gmail-no-such-account", Some(&[(Failed, "5.1.1", "The email account that you tried to reach does not exist")])),
    ("groupwise-for-a-person", Some(&[(Failed, "5.0.0", "a report that only a person can read")])),
    ("office-365-access-denied", Some(&[(Failed, "5.4.1", "550 5.4.1 Recipient address rejected: Access denied")])),
    ("opensmtpd", Some(&[(Failed, "5.1.1", "550 5.1.1 <ana@motors.example> User unknown")])),
    ("out-of-office", None),
    ("postfix-delayed", Some(&[(Delayed, "4.4.1", "connect to mx.motors.example")])),
    ("postfix-unknown-user", Some(&[(Failed, "5.1.1", "Recipient address rejected: User unknown")])),
    ("qmail", Some(&[(Failed, "5.1.1", "550 5.1.1 <ana@motors.example>: user unknown")])),
    ("read-receipt", None),
    ("rfc-6533-global", Some(&[(Failed, "5.1.1", "550 5.1.1 no such user")])),
    ("sendmail-host-unknown", Some(&[(Failed, "5.1.2", "550 Host unknown")])),
    ("sendmail-warning", Some(&[(Delayed, "4.2.0", "")])),
    ("ses-replaces-the-message-id", Some(&[(Failed, "5.1.1", "550 5.1.1 user unknown")])),
    ("two-recipients-one-failed", Some(&[(Failed, "5.2.2", "552 5.2.2 Mailbox full")])),
];

#[test]
fn every_form_of_report_is_read_and_names_its_letter() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/reports");
    let ours = ReturnedMail::Letter(LetterCopy { letter: LetterId::from_bits(1), settled: Some(1) });
    for (name, expected) in REPORTS {
        let text = fs::read_to_string(dir.join(format!("{name}.eml"))).unwrap();
        // As a mail server hands it over, and as a maildir keeps it.
        for text in [text.replace('\n', "\r\n"), text] {
            let read = read_report(text.as_bytes()).ok();
            let Some(expected) = expected else {
                assert_eq!(read, None, "{name}");
                continue;
            };
            let report = read.unwrap_or_else(|| panic!("{name} is no report"));
            assert_eq!(report.mail, ours, "{name}");
            assert_eq!(report.returned.len(), expected.len(), "{name}: {report:?}");
            for (one, (action, status, words)) in report.returned.iter().zip(*expected) {
                assert_eq!((one.action, one.status.as_str()), (*action, *status), "{name}: {one:?}");
                assert!(one.reason.contains(words), "{name}: {}", one.reason);
                let domain = |address: &Untrusted| address.raw().ends_with("@motors.example");
                assert_eq!(one.addresses.is_empty(), *name == "groupwise-for-a-person", "{name}: {one:?}");
                assert!(one.addresses.iter().all(domain), "{name}: {one:?}");
            }
        }
    }
    assert_eq!(REPORTS.len(), fs::read_dir(dir).unwrap().count(), "each file has its row");
}

/// Found by libFuzzer: the parser asserted, in debug builds, that there is a part to end. What is left is for a person.
#[test]
fn a_message_within_that_has_the_boundary_around_it_breaks_nothing() {
    let report = include_bytes!("seeds/dsn/boundary-within");
    let read = read_report(report).unwrap();
    assert_eq!(read.mail, ReturnedMail::Nothing);
    let [one] = read.returned.as_slice() else { panic!("{read:?}") };
    let shown = (one.action, one.status.as_str(), one.reason.as_str(), one.addresses.len());
    let reason = "a report that only a person can read: Undelivered Mail Returned to Sender";
    assert_eq!(shown, (Failed, "5.0.0", reason, 0));
}

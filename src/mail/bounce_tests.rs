use proptest::prelude::*;

use super::*;

fn letter() -> LetterId {
    LetterId::from_bits(0x0123_4567_89ab_cdef)
}

fn report(status: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: onboarding@example.com\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\r\n\r\n\
         --b1\r\nContent-Type: text/plain\r\n\r\nI am sorry to have to tell you.\r\n\
         --b1\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\
         --b1\r\n{returned}\r\n--b1--\r\n"
    )
}

fn returned_headers() -> String {
    format!("Content-Type: text/rfc822-headers\r\n\r\nSubject: hello\r\nMessage-ID:\r\n <{}@example.com>\r\n", letter())
}

const STATUS: &str = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ana@motors.example\r\n\
    Original-Recipient: rfc822;Ana@Motors.Example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx2.example\r\n\
    Diagnostic-Code: smtp; 550 5.1.1 <ana@motors.example>: Recipient address\r\n    rejected: User unknown\r\n";

#[test]
fn a_report_names_letter_address_status_and_reason() {
    let found = read_report(report(STATUS, &returned_headers()).as_bytes()).unwrap();
    let want = Returned {
        letter: Some(letter()),
        address: "Ana@Motors.Example".into(),
        status: "5.1.1".to_owned(),
        reason: "550 5.1.1 <ana@motors.example>: Recipient address rejected: User unknown".to_owned(),
    };
    assert_eq!(found, [want]);
}

#[test]
fn a_report_with_the_whole_letter_or_none_of_it() {
    let whole = format!(
        "Content-Type: message/rfc822\r\n\r\nMessage-ID: <{}@example.com>\r\nSubject: hello\r\n\r\nThe letter.",
        letter()
    );
    assert_eq!(read_report(report(STATUS, &whole).as_bytes()).unwrap()[0].letter, Some(letter()));
    let none = "Content-Type: text/plain\r\n\r\nMessage-ID: <m000000000000@example.com>";
    assert_eq!(read_report(report(STATUS, none).as_bytes()).unwrap()[0].letter, None);
    let others = "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <somebody-elses@example.com>\r\n";
    assert_eq!(read_report(report(STATUS, others).as_bytes()).unwrap()[0].letter, None);
}

#[test]
fn several_recipients_and_only_those_that_failed() {
    let block = |action: &str, status: &str, who: &str| {
        format!("\r\nFinal-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n")
    };
    let status = format!(
        "Reporting-MTA: dns; mx.example\r\n{}{}{}{}",
        block("Failed", "5.2.2 (mailbox full)", "a@m.example"),
        block("delayed", "4.4.1", "b@m.example"),
        block("delivered", "2.0.0", "c@m.example"),
        block("failed", "nonsense", "d@m.example"),
    );
    let found = read_report(report(&status, &returned_headers()).as_bytes()).unwrap();
    let short: Vec<_> = found.iter().map(|one| (one.address.raw(), one.status.as_str(), one.reason.as_str())).collect();
    assert_eq!(
        short,
        [("a@m.example", "5.2.2", "no reason given"), ("d@m.example", "5.0.0", "no reason given")],
        "a failure without a readable status is one all the same"
    );
}

#[test]
fn other_messages_are_no_reports() {
    assert_eq!(read_report(b"").unwrap_err(), ReportError::NoMessage);
    let letter = b"From: a@b.example\r\nSubject: Re: invitation\r\n\r\nThank you! Status: 5.1.1 Action: failed";
    assert_eq!(read_report(letter).unwrap_err(), ReportError::NoReport);
    let nameless = report("Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n", &returned_headers());
    assert_eq!(read_report(nameless.as_bytes()).unwrap(), [], "nobody is named");
}

#[test]
fn what_a_report_says_cannot_act_on_a_terminal() {
    let hostile = STATUS.replace("User unknown", &format!("\u{1b}]52;c;AAAA\u{7} {}", "x".repeat(5_000)));
    let reason = &read_report(report(&hostile, &returned_headers()).as_bytes()).unwrap()[0].reason;
    assert!(!reason.contains(['\u{1b}', '\u{7}']) && reason.chars().count() <= LONGEST_REASON, "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        drop(read_report(&bytes));
    }

    #[test]
    fn no_spoilt_report_makes_it_panic(at in 0_usize..900, byte in any::<u8>(), cut in 0_usize..1_200) {
        let mut bytes = report(STATUS, &returned_headers()).into_bytes();
        let length = bytes.len();
        bytes[at.min(length - 1)] = byte;
        bytes.truncate(cut.min(length));
        for one in read_report(&bytes).unwrap_or_default() {
            prop_assert!(one.reason.chars().count() <= LONGEST_REASON);
        }
    }
}

use proptest::prelude::*;

use super::*;
use crate::domain::{LetterCopy, LetterId, Untrusted};

fn letter() -> LetterId {
    LetterId::from_bits(0x0123_4567_89ab_cdef)
}

/// The letter, named by its Message-ID alone.
fn ours() -> ReturnedMail {
    ReturnedMail::Letter(LetterCopy { letter: letter(), settled: None })
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

fn block(fields: &str) -> String {
    format!("Reporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n")
}

fn read(text: &str) -> DeliveryReport {
    read_report(text.as_bytes()).unwrap()
}

/// The one recipient of a report with these fields.
fn one(fields: &str) -> Returned {
    let mut found = read(&report(&block(fields), &returned_headers())).returned;
    assert_eq!(found.len(), 1, "{fields}");
    found.remove(0)
}

fn addresses_of(returned: &Returned) -> Vec<&str> {
    returned.addresses.iter().map(Untrusted::raw).collect()
}

const STATUS: &str = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ana@motors.example\r\n\
    Original-Recipient: rfc822;Ana@Motors.Example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx2.example\r\n\
    Diagnostic-Code: smtp; 550 5.1.1 <ana@motors.example>: Recipient address\r\n    rejected: User unknown\r\n";

#[test]
fn a_report_names_letter_addresses_status_and_reason() {
    let found = read(&report(STATUS, &returned_headers()));
    let want = Returned {
        addresses: vec!["ana@motors.example".into()],
        original: vec!["Ana@Motors.Example".into()],
        action: ReportAction::Failed,
        status: "5.1.1".to_owned(),
        reason: "550 5.1.1 <ana@motors.example>: Recipient address rejected: User unknown".to_owned(),
    };
    assert_eq!(found, DeliveryReport { mail: ours(), returned: vec![want] });
}

#[test]
fn what_a_report_returns_is_ours_somebody_elses_or_nothing() {
    let id = letter();
    let of_headers = |headers: &str| {
        ["text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global"].map(|kind| {
            let body = if kind.ends_with("headers") { "" } else { "\r\n\r\nThe letter." };
            read(&report(STATUS, &format!("Content-Type: {kind}\r\n\r\nSubject: x\r\n{headers}{body}\r\n"))).mail
        })
    };
    let copy = |settled| ReturnedMail::Letter(LetterCopy { letter: id, settled });
    for (headers, mail) in [
        (format!("Message-ID: <{id}@example.com>"), copy(None)),
        // Its own header stays when a service replaces the Message-ID.
        (format!("Message-ID: <0100-abc@email.example>\r\nX-Cloverwatch-Letter: {id}"), copy(Some(0))),
        (format!("x-cloverwatch-letter: {id} 2\r\nMessage-ID: <{id}@example.com>"), copy(Some(2))),
        (format!("X-Cloverwatch-Letter: nonsense\r\nMessage-ID: <{id}@example.com>"), copy(None)),
        ("Message-ID: <CAF1234@mail.example.net>".to_owned(), ReturnedMail::Another),
        ("Message-ID: <m0@example.com>".to_owned(), ReturnedMail::Another),
        ("To: x".to_owned(), ReturnedMail::Nothing),
    ] {
        assert_eq!(of_headers(&headers), [mail; 4], "{headers}");
    }
    let nothing = read(&report(STATUS, &format!("Content-Type: text/plain\r\n\r\nMessage-ID: <{id}@example.com>")));
    assert_eq!((nothing.mail, nothing.returned.len()), (ReturnedMail::Nothing, 1));
    let global =
        report(STATUS, &returned_headers()).replace("message/delivery-status", "message/global-delivery-status");
    assert_eq!(read(&global).returned.len(), 1);
}

#[test]
fn a_message_inside_a_message_is_not_read() {
    let old = report(STATUS, &returned_headers());
    // Somebody sends an old report on.
    for kind in ["message/rfc822", "text/plain"] {
        let forwarded = format!(
            "From: ana@example.com\r\nSubject: Fwd: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=f1\r\n\r\n--f1\r\nContent-Type: text/plain\r\n\r\nWhat is this?\r\n\
             --f1\r\nContent-Type: {kind}\r\n\r\n{old}\r\n--f1--\r\n"
        );
        assert_eq!(read_report(forwarded.as_bytes()), Err(ReportError::NoReport), "{kind}");
    }
    // So does a mail program that takes it apart.
    let apart = old.replace("multipart/report; report-type=delivery-status", "multipart/mixed");
    assert_eq!(read_report(apart.replace("MAILER-DAEMON", "ana").as_bytes()), Err(ReportError::NoReport));
    // Mail of somebody else with our letter attached comes back.
    let attached = format!(
        "Content-Type: message/rfc822\r\n\r\nMessage-ID: <CAF1234@mail.example.net>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=a1\r\n\r\n--a1\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <{}@example.com>\r\n\r\nThe letter.\r\n--a1--\r\n",
        letter()
    );
    assert_eq!(read(&report(STATUS, &attached)).mail, ReturnedMail::Another);
    // So does a report in the older form.
    let quoted = format!("Message-ID: <CAF1234@mail.example.net>\r\n\r\nMessage-ID: <{}@example.com>\r\n", letter());
    let exim = format!("X-Failed-Recipients: a@m.example\r\nSubject: x\r\n\r\nIt failed.\r\n\r\n{quoted}");
    assert_eq!(read(&exim).mail, ReturnedMail::Another);
    // Whoever stands in between may put a report beside something of his own.
    let beside = format!(
        "From: MAILER-DAEMON@mx.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=f1\r\n\r\n--f1\r\n{}\r\n\
         --f1\r\nContent-Type: text/plain\r\n\r\nThis was looked at.\r\n--f1--\r\n",
        old.split_once("MIME-Version: 1.0\r\n").unwrap().1
    );
    assert_eq!((read(&beside).mail, read(&beside).returned.len()), (ours(), 1));
}

#[test]
fn of_several_recipients_those_that_failed_or_are_held_up() {
    let block = |action: &str, status: &str, who: &str| {
        format!("\r\nFinal-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n")
    };
    let status = format!(
        "Reporting-MTA: dns; mx.example\r\n{}{}{}{}{}{}",
        block("Failed", "5.2.2 (mailbox full)", "a@m.example"),
        block("delayed", "4.4.1", "b@m.example"),
        block("delivered", "2.0.0", "c@m.example"),
        block("relayed", "2.0.0", "c@m.example"),
        block("expanded", "2.0.0", "c@m.example"),
        block("failed", "nonsense", "d@m.example"),
    );
    let found = read(&report(&status, &returned_headers())).returned;
    let short: Vec<_> =
        found.iter().map(|one| (addresses_of(one)[0], one.action, one.status.as_str(), one.reason.as_str())).collect();
    assert_eq!(
        short,
        [
            ("a@m.example", ReportAction::Failed, "5.2.2", "no reason given"),
            ("b@m.example", ReportAction::Delayed, "4.4.1", "no reason given"),
            ("d@m.example", ReportAction::Failed, "5.0.0", "no reason given")
        ],
        "a failure without a readable status is one all the same"
    );
}

#[test]
fn fields_may_have_comments_and_addresses_three_forms() {
    let found = one(
        "Final-Recipient: RFC822; <a@m.example> (Ana (the \\) first))\r\nAction: FAILED (no more tries)\r\nStatus: 5.1.1 (bad mailbox)\r\n",
    );
    assert_eq!((addresses_of(&found), found.action), (vec!["a@m.example"], ReportAction::Failed));
    let found = one(
        "Original-Recipient: rfc822;a+2Bxt@m.example\r\nFinal-Recipient: rfc822;b@m.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    );
    assert_eq!((addresses_of(&found), found.original.len()), (vec!["b@m.example"], 2));
    let found = one("Original-Recipient: rfc822;a+2Bxt@m.example\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    assert_eq!(addresses_of(&found), ["a+xt@m.example", "a+2Bxt@m.example"], "the only one that there is");
    let found = one("Final-Recipient: utf-8; j\\x{FC}rgen+x@m.example\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    assert_eq!(addresses_of(&found)[0], "jürgen+x@m.example");
}

#[test]
fn the_status_that_counts_is_the_servers_own() {
    for (status, diagnostic, counts) in [
        ("5.0.0", "smtp; 550 5.1.1 <a@m.example>: no such mailbox", "5.1.1"),
        ("5.0.0", "smtp; 550 User unknown", "550"),
        ("5.0.0", "smtp; 550-5.1.1 The email account that you tried to reach 550 5.1.1 does not exist", "5.1.1"),
        ("5.0.0", "X-Postfix; host mx.m.example[192.0.2.5] said: 550 5.1.1 unknown", "5.1.1"),
        ("5.1.1", "X-Postfix; unknown user: \"a\"", "5.1.1"),
        ("5.0.0", "smtp; 552 5.2.2 over quota", "5.2.2"),
        ("5.0.0", "smtp; 550 blocked", "5.0.0"),
        ("5.5.0", "smtp; 550 no such user", "550"),
        ("5.7.1", "smtp; 550 5.1.1 unknown user", "5.7.1"),
        ("4.4.7", "smtp; 450 4.1.1 User unknown", "4.4.7"),
        ("5.0.0", "smtp; 450 User unknown", "5.0.0"),
        ("5.1.0", "smtp; 450 4.1.0 User unknown", "5.1.0"),
    ] {
        let found = one(&format!(
            "Final-Recipient: rfc822; a@m.example\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}\r\n"
        ));
        assert_eq!(found.status, counts, "{status} {diagnostic}");
    }
}

#[test]
fn what_exim_says_in_the_text_alone_is_read_there() {
    let text = block("Action: failed\r\nFinal-Recipient: rfc822;a@m.example\r\nStatus: 5.0.0\r\n");
    let whole = report(&text, &returned_headers()).replace(
        "I am sorry to have to tell you.",
        "The following address failed:\r\n\r\n  a@m.example\r\n    no such person here\r\n    at all\r\n\r\n  Not this.",
    );
    let found = read(&whole).returned.remove(0);
    assert_eq!((found.status.as_str(), found.reason.as_str()), ("5.1.1", "no such person here at all"));
}

#[test]
fn what_opensmtpd_says_behind_the_address_is_read_there() {
    for line in ["a@m.example: Envelope expired", "<A@m.example>: Envelope expired"] {
        let text = block("Action: delayed\r\nFinal-Recipient: rfc822;a@m.example\r\nStatus: 4.4.7\r\n");
        let whole = report(&text, &returned_headers()).replace("I am sorry to have to tell you.", line);
        // It calls its reports mixed.
        for kind in ["multipart/report; report-type=delivery-status", "multipart/mixed"] {
            let found = read(&whole.replace("multipart/report; report-type=delivery-status", kind));
            let told = &found.returned[0];
            let told = (found.mail, told.action, told.reason.as_str());
            assert_eq!(told, (ours(), ReportAction::Delayed, "Envelope expired"), "{kind}");
        }
    }
}

#[test]
fn reports_of_older_exim_and_of_qmail_are_read() {
    let exim = format!(
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nTo: onboarding@example.com\r\nX-Failed-Recipients: a@m.example,\r\n b@m.example\r\n\
         Subject: Mail delivery failed: returning message to sender\r\n\r\n\
         This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered to one or more of its\r\n\
         recipients. The following address(es) failed:\r\n\r\n  a@m.example\r\n    host mx.m.example [192.0.2.4]\r\n    SMTP error from remote mail server after RCPT TO:<a@m.example>:\r\n    \
         550 5.1.1 no such user\r\n  b@m.example\r\n    mailbox is full: retry timeout exceeded\r\n\r\n\
         ------ This is a copy of the message, including all the headers. ------\r\n\r\nReturn-path: <onboarding@example.com>\r\nMessage-ID: <{}@example.com>\r\n\r\nHello.\r\n",
        letter()
    );
    let found = read(&exim);
    let short: Vec<_> = found.returned.iter().map(|one| (addresses_of(one)[0], one.status.as_str())).collect();
    assert_eq!((found.mail, short), (ours(), vec![("a@m.example", "5.1.1"), ("b@m.example", "5.0.0")]));
    assert_eq!(found.returned[1].reason, "mailbox is full: retry timeout exceeded");
    let qmail = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: onboarding@example.com\r\nSubject: failure notice\r\n\r\n\
         Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\
         This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n\
         <a@m.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n<b@m.example>:\r\nMessage can not be delivered at this time.\r\n\r\n\
         --- Below this line is a copy of the message.\r\n\r\nReturn-Path: <onboarding@example.com>\r\nMessage-ID: <{}@example.com>\r\n\r\n<c@m.example>:\r\nin the letter\r\n",
        letter()
    );
    let found = read(&qmail);
    let short: Vec<_> = found.returned.iter().map(|one| (addresses_of(one)[0], one.status.as_str())).collect();
    assert_eq!((found.mail, short), (ours(), vec![("a@m.example", "5.1.1"), ("b@m.example", "5.0.0")]));
}

#[test]
fn what_a_mail_server_returns_in_another_form_waits_for_a_person() {
    let returned = format!("Message-ID: <{}@example.com>", letter());
    let from = |from: &str, more: &str, body: &str| {
        format!("From: {from}\r\nTo: onboarding@example.com\r\nSubject: NDN: hello\r\n{more}\r\n{body}\r\n")
    };
    let answer = "Auto-Submitted: auto-replied\r\n";
    for text in [
        from("MAILER-DAEMON@mx.example", "", &format!("Your message was not delivered:\r\n\r\n{returned}")),
        // As RFC 3834 has it for reports too.
        from("Mailer-Daemon@mx.example", answer, &format!("Nondelivery.\r\n\r\n{returned}")),
        from("postmaster@mx.example", "", &format!("Nondelivery.\r\n\r\n{returned}")),
        from("x@mx.example", "Return-Path: <>\r\n", &format!("Nondelivery.\r\n\r\n{returned}")),
    ] {
        let found = read(&text);
        assert_eq!((found.mail, found.returned.len()), (ours(), 1), "{text}");
        assert!(found.returned[0].addresses.is_empty() && found.returned[0].reason.contains("NDN: hello"));
    }
    let away = |headers: &str| {
        let headers = format!("Return-Path: <>\r\n{headers}");
        from("ana@motors.example", &headers, &format!("Away.\r\n\r\n{returned}"))
    };
    let complaint = |from: &str, kind: &str| {
        format!(
            "From: {from}\r\nSubject: NDN: hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b1\r\n\r\n\
             --b1\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n--b1\r\nContent-Type: message/{kind}\r\n\r\nVersion: 1\r\n\
             --b1\r\n{}\r\n--b1--\r\n",
            returned_headers()
        )
    };
    // Whoever is away, wants a proof, complains, or has read it, returns nothing undelivered.
    for text in [
        from("ana@motors.example", "", &format!("I am away.\r\n\r\n> {returned}")),
        away(answer),
        away("X-Autoreply: yes\r\n"),
        away("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"),
        away("Precedence: bulk\r\n"),
        away("").replace("NDN: hello", "Out of office: hello"),
        away("Auto-Submitted: auto-generated\r\n").replace("NDN: hello", "Automatic reply: hello"),
        from("postmaster@motors.example", "Auto-Submitted: auto-replied (vacation)\r\n", &returned),
        from("MAILER-DAEMON@mx.example", "", "Somebody else's letter.\r\n\r\nMessage-ID: <x@example.org>"),
        from("ana@motors.example", "", &format!("Please confirm that you are a person.\r\n\r\n{returned}")),
        complaint("MAILER-DAEMON@mx.example", "feedback-report"),
        complaint("postmaster@mx.example", "disposition-notification"),
        report(STATUS, &returned_headers())
            .replace("report-type=delivery-status", "report-type=disposition-notification")
            .replace("message/delivery-status", "message/disposition-notification"),
    ] {
        assert_eq!(read_report(text.as_bytes()), Err(ReportError::NoReport), "{text}");
    }
}

#[test]
fn a_failure_that_cannot_be_read_is_for_a_person() {
    let through = "\r\nFinal-Recipient: rfc822; b@m.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n";
    for fields in [
        "Action: failed\r\nStatus: 5.1.1\r\n".to_owned(),
        "Final-Recipient: LOCAL; sales\r\nAction: failed\r\nStatus: 5.1.1\r\n".to_owned(),
        "Original-Recipient: rfc822; a@m.example\r\nFinal-Recipient: LOCAL; sales\r\nAction: failed\r\n".to_owned(),
        "Final-Recipient: rfc822; a@m.example\r\nAction: fail\r\nStatus: 5.1.1\r\n".to_owned(),
        "Final-Recipient: rfc822; a@m.example\r\nStatus: 5.1.1\r\n".to_owned(),
        "X-Something: else\r\n".to_owned(),
        // One recipient is lost behind another one.
        format!("Final-Recipient: rfc822; a@m.example\r\nAction: fail\r\n{through}"),
        // Refused at an address, and delivered for it.
        format!(
            "Final-Recipient: rfc822; A@m.example\r\nAction: failed\r\nStatus: 5.1.1\r\n{}",
            through.replace("Final", "Original-Recipient: rfc822; a@m.example\r\nFinal")
        ),
    ] {
        let found = one(&fields);
        assert!(found.addresses.is_empty() && found.action == ReportAction::Failed, "{fields}");
        assert!(found.reason.contains("only a person can read: Undelivered Mail"), "{}", found.reason);
    }
    let held = one("Final-Recipient: LOCAL; sales\r\nAction: delayed\r\nStatus: 4.4.1\r\n");
    assert_eq!((held.action, held.addresses.len()), (ReportAction::Delayed, 0));
    let fine = read(&report(&block(&through[2..]), &returned_headers()));
    assert_eq!(fine.returned, [], "all of it arrived");
}

#[test]
fn blocks_are_told_apart_by_lines_of_white_space_too() {
    let two = "Final-Recipient: rfc822; a@m.example\r\nAction: failed\r\nStatus: 5.1.1\r\n \t\r\n\
         Final-Recipient: rfc822; b@m.example\r\nAction: failed\r\nStatus: 5.2.2\r\n";
    let found = read(&report(&block(two), &returned_headers())).returned;
    let short: Vec<_> = found.iter().map(|one| (addresses_of(one)[0], one.status.as_str())).collect();
    assert_eq!(short, [("a@m.example", "5.1.1"), ("b@m.example", "5.2.2")]);
}

#[test]
fn what_is_endless_is_read_up_to_a_bound() {
    let user = "550 5.1.1 no such user";
    let said = |words: usize, endless: &str| {
        let said = format!("{}{user} {endless}", "5 ".repeat(words));
        one(&format!("Final-Recipient: rfc822; a@m.example\r\nAction: failed\r\nDiagnostic-Code: smtp; {said}\r\n"))
            .status
    };
    assert_eq!(said(1_000, &"5 é".repeat(120_000)), "5.1.1");
    assert_eq!(said(LONGEST_SAID / 2, ""), "5.0.0", "it stands too far behind");
    let exim = |lines: usize| {
        let text = format!("{}  a@m.example\r\n    {user}\r\n", "  b@m.example\r\n".repeat(lines));
        read(&format!("X-Failed-Recipients: a@m.example\r\nSubject: x\r\n\r\n{text}")).returned.remove(0).status
    };
    assert_eq!((exim(1_000).as_str(), exim(LONGEST_TEXT / 10).as_str()), ("5.1.1", "5.0.0"));
    let many: Vec<String> = (0..20_000).map(|number| format!("a{number}@m.example")).collect();
    let text = "  nobody@m.example\r\n".repeat(20_000);
    let exim = format!("X-Failed-Recipients: {}\r\nSubject: x\r\n\r\n{text}", many.join(",\r\n "));
    assert_eq!(read(&exim).returned.len(), MOST_RECIPIENTS);
    let blocks = "Final-Recipient: rfc822; a@m.example\r\nAction: failed\r\n\r\n".repeat(10_000);
    assert_eq!(read(&report(&block(&blocks), &returned_headers())).returned.len(), MOST_RECIPIENTS);
}

#[test]
fn other_messages_are_no_reports() {
    assert_eq!(read_report(b"").unwrap_err(), ReportError::NoMessage);
    let letter = b"From: a@b.example\r\nSubject: Re: invitation\r\n\r\nThank you! Status: 5.1.1 Action: failed";
    assert_eq!(read_report(letter).unwrap_err(), ReportError::NoReport);
}

#[test]
fn what_a_report_says_cannot_act_on_a_terminal() {
    let hostile = STATUS.replace("User unknown", &format!("\u{1b}]52;c;AAAA\u{7} {}", "x".repeat(5_000)));
    let reason = &read(&report(&hostile, &returned_headers())).returned[0].reason;
    assert!(!reason.contains(['\u{1b}', '\u{7}']) && reason.chars().count() <= LONGEST_REASON, "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        drop(read_report(&bytes));
    }

    #[test]
    fn no_words_make_a_form_panic(words in "[a-z45. <>:#()@\\\\+{}é\\r\\n-]{0,200}") {
        let exim = format!("X-Failed-Recipients: {}\r\n\r\n{words}\r\n", words.replace(['\r', '\n'], " "));
        let qmail = format!("Subject: x\r\n\r\nHi. This is the qmail\n\n<{words}>:\n{words}");
        drop((read_report(exim.as_bytes()), read_report(qmail.as_bytes())));
        drop(one(&format!("Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nDiagnostic-Code: {}\r\n", words.replace(['\r', '\n'], " "))));
    }

    #[test]
    fn no_spoilt_report_makes_it_panic(at in 0_usize..900, byte in any::<u8>(), cut in 0_usize..1_200) {
        let mut bytes = report(STATUS, &returned_headers()).into_bytes();
        let length = bytes.len();
        bytes[at.min(length - 1)] = byte;
        bytes.truncate(cut.min(length));
        for one in read_report(&bytes).map(|report| report.returned).unwrap_or_default() {
            prop_assert!(one.reason.chars().count() <= LONGEST_REASON);
        }
    }
}

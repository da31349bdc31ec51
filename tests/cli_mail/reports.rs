//! What is told of a letter after it went: delivery reports.

use crate::{cli_support, kinds, letters, mail, nobody, writing};

fn report(address: &str, message_id: &str) -> String {
    format!(
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
}

#[test]
fn a_delivery_report_marks_letter_and_dealership() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let (id, ..) = letters(&desk)["carla@example.com"][0].clone();
    let ran = desk.run_with(&["mail", "bounce"], &report("carla@example.com", &id)).ends(0);
    assert!(ran.out.contains("carla@example.com refused, 5.1.1"), "{}", ran.out);
    desk.run_with(&["mail", "bounce", "-"], &report("carla@example.com", &id)).ends(0);
    let one = desk.run(&["show", "xts1", "--json"]).ends(0).json();
    assert_eq!((&one["attention"], &one["mail"]["state"]), (&"address refused".into(), &"bounced".into()));
    assert_eq!(one["mail"]["address_refused"]["status"], "5.1.1");
    assert_eq!(kinds(&desk).iter().filter(|kind| *kind == "email.bounced").count(), 1);
    desk.run(&["resend", "xts1", "--yes"]).ends(4).says("address refused: 5.1.1");
    for query in ["is:attention", "mail:refused", "mail:bounced", "mail:none,bounced !xts2"] {
        assert!(desk.run(&["list", query, "--columns", "dealer_code"]).ends(0).out.contains("xts1"), "{query}");
    }
    assert!(!desk.run(&["list", "mail:sent,written,failed,uncertain"]).ends(0).out.contains("xts1"));
    desk.run(&["list", "mail:faild"]).ends(2).says("did you mean `failed`?");
    desk.run_with(&["mail", "bounce"], &report("stranger@example.com", "x@example.com"))
        .ends(0)
        .says("no letter in this store");
    // A mail server that pipes it here would return it to whoever wrote it.
    for none in ["Subject: hello\r\n\r\nhello", "", "\0\0"] {
        desk.run_with(&["mail", "bounce"], none).ends(0).says("left alone");
        let ran = desk.run_with(&["mail", "bounce", "--json"], none).ends(0);
        assert_eq!((&ran.json()["report"], &ran.json()["returned"]), (&false.into(), &serde_json::json!([])));
    }
    // Somebody looked: the address is right after all.
    let id = mail(&desk, "xts1")["letters"][0]["id"].as_str().unwrap().to_owned();
    desk.run(&["mail", "retry", &id]).ends(0);
    desk.run_with(&["mail", "bounce"], &report("carla@example.com", &format!("{id}@example.com"))).ends(0);
    // With another address it goes on.
    let corrected = cli_support::SOME.replace("carla@example.com", "carla.p@example.com");
    desk.write("corrected.csv", &corrected);
    desk.run(&["import", "corrected.csv"]).ends(0);
    desk.run(&["resend", "xts1", "--yes"]).ends(0);
    assert_eq!(letters(&desk)["carla.p@example.com"].len(), 1);
}

/// A mail server that is sent one letter after the other; it takes all of them.
fn taking() -> u16 {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let (mut content, mut say) = (false, |text: &str| stream.write_all(text.as_bytes()).unwrap());
            say("220 mail.test\r\n");
            for line in lines {
                let Ok(line) = line else { break };
                match (content, line.as_str()) {
                    (true, ".") => {
                        content = false;
                        say("250 taken\r\n");
                    }
                    (true, _) => {}
                    (false, "DATA") => {
                        content = true;
                        say("354 go ahead\r\n");
                    }
                    (false, _) => say("250 mail.test\r\n"),
                }
            }
        }
    });
    port
}

#[test]
fn a_report_says_whose_it_is_and_whether_it_is_news() {
    let desk = writing();
    let from = "from = \"DataClover <onboarding@example.com>\"\nbcc = \"archive@example.com\"\n";
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", taking()));
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let id = mail(&desk, "xts1")["letters"][0]["id"].as_str().unwrap().to_owned();
    let ours = format!("{id}@example.com");
    let bounce = |text: &str| desk.run_with(&["mail", "bounce"], text).ends(0);
    let state = || mail(&desk, "xts1")["letters"][0]["state"].as_str().unwrap().to_owned();
    // Of a copy.
    let ran = bounce(&report("archive@example.com", &ours));
    assert!(
        ran.out.contains("the copy to archive@example.com did not arrive") && !ran.out.contains("sent it on"),
        "{}",
        ran.out
    );
    let nothing = report("archive@example.com", &ours).replace("Message-ID", "X-Nothing");
    assert!(!bounce(&nothing).says("the copy to archive@example.com").err.contains("about no letter"));
    bounce(&report("archive@example.com", "CAF1234@mail.example.net")).says("archive@example.com refused, 5.1.1");
    // Of somebody else's mail.
    bounce(&report("carla@example.com", "CAF1234@mail.example.net").replace("5.1.1", "5.2.2"))
        .says("about no letter in this store");
    assert_eq!(state(), "sent");
    // Held up, once.
    let delay = report("carla@example.com", &ours).replace("failed", "delayed").replace("5.1.1", "4.4.7");
    let ran = bounce(&delay);
    assert!(ran.out.contains("is held up on its way, 4.4.7") && !ran.out.contains("nothing new"), "{}", ran.out);
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["attention"], "letter held up");
    assert!(bounce(&delay).out.contains("nothing new: the letter is sent"));
    // From an address behind it.
    let behind = "Original-Recipient: rfc822; carla@example.com\r\nFinal-Recipient: rfc822; bob@gone.example";
    let behind = report("x", &ours).replace("Final-Recipient: rfc822; x", behind);
    let ran = bounce(&behind);
    assert!(
        ran.out.contains("bob@gone.example refused, 5.1.1") && ran.out.contains("somebody sent it on"),
        "{}",
        ran.out
    );
    assert_eq!((state().as_str(), &mail(&desk, "xts1")["address_refused"]), ("uncertain", &serde_json::Value::Null));
    bounce(&report("carla@example.com", &ours).replace("5.1.1", "5.2.2"));
    assert_eq!(state(), "bounced");
    assert!(bounce(&delay).out.contains("nothing new: the letter is bounced"));
    // Tried again: the same report once more undoes nothing.
    let carla =
        report("carla@example.com", &ours).replace("Message-ID", &format!("X-Cloverwatch-Letter: {id}\r\nMessage-ID"));
    desk.write("config.toml", &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}", nobody()));
    desk.run(&["mail", "retry", &id]).ends(3);
    assert!(bounce(&carla).out.contains("nothing new: the letter is queued"));
    desk.write(
        "config.toml",
        &format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n{from}per_dealership = \"0s\"\n", taking()),
    );
    desk.run(&["mail", "retry", &id]).ends(0);
    let ran = desk.run_with(&["mail", "bounce", "--json"], &carla).ends(0).json();
    assert_eq!((state().as_str(), &ran["returned"][0]["recorded"]), ("sent", &false.into()));
}

#[test]
fn a_failed_letter_that_only_becomes_a_file_stays_in_the_queue() {
    let desk = writing();
    desk.run(&["invite", "xts1", "--code", "CODE-1", "--yes"]).ends(0);
    let (id, ..) = letters(&desk)["carla@example.com"][0].clone();
    desk.run_with(&["mail", "bounce"], &report("carla@example.com", &id)).ends(0);
    let id = id.split('@').next().unwrap().to_owned();
    desk.run(&["mail", "retry", &id, "--yes"]).ends(0);
    let open = desk.run(&["mail", "list", "--json"]).ends(0).json();
    assert_eq!((&open["letters"][0]["id"], &open["letters"][0]["state"]), (&id.into(), &"written".into()));
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["attention"], "letter not sent");
}

//! Keys of real terminals, and that nothing else is ever one.

use proptest::prelude::*;

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// What bytes come to that arrive in these pieces, each so long after the one before.
fn in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, gap: Duration) -> Vec<InputEvent> {
    let (mut decoder, mut events, mut now) = (Decoder::default(), Vec::new(), MS(10_000));
    for piece in pieces {
        now += gap;
        decoder.expire(now, &mut events);
        decoder.feed(piece, now, &mut events);
    }
    decoder.expire(now + PASTE_STALLED, &mut events);
    events
}

fn at_once(bytes: &[u8]) -> Vec<InputEvent> {
    in_pieces([bytes], Duration::ZERO)
}

/// Events in words: `ctrl-alt-shift-` and the key.
fn words(events: &[InputEvent]) -> String {
    let word = |event: &InputEvent| match event {
        InputEvent::Key(key) => {
            let held = [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")];
            let held: String =
                held.iter().filter(|(one, _)| key.modifiers.contains(*one)).map(|(_, word)| *word).collect();
            let code = match key.code {
                KeyCode::Char(c) => c.to_string(),
                KeyCode::F(number) => format!("F{number}"),
                code => format!("{code:?}"),
            };
            held + &code
        }
        InputEvent::Paste(text) => format!("paste {text:?}"),
        other => format!("{other:?}"),
    };
    let told = |event: &&InputEvent| !matches!(event, InputEvent::Attributes | InputEvent::Focus(_));
    events.iter().filter(told).map(word).collect::<Vec<_>>().join(" ")
}

/// Keys of xterm, urxvt, st, mlterm, kitty, screen, PuTTY and the Linux console.
const KEYS: &[(&[u8], &str)] = &[
    (b"a", "a"),
    (b"A", "shift-A"),
    ("é".as_bytes(), "é"),
    ("漢".as_bytes(), "漢"),
    ("🚗".as_bytes(), "🚗"),
    (b"\r", "Enter"),
    (b"\n", "ctrl-j"),
    (b"\t", "Tab"),
    (b"\x7f", "Backspace"),
    (b"\x08", "ctrl-h"),
    (b"\x03", "ctrl-c"),
    (b"\0", "ctrl- "),
    (b"\x1f", "ctrl-7"),
    (b"\x1bx", "alt-x"),
    ("\x1bé".as_bytes(), "alt-é"),
    (b"\x1b\r", "alt-Enter"),
    (b"\x1b\x7f", "alt-Backspace"),
    (b"\x1b", "Esc"),
    (b"\x1b\x1b", "Esc Esc"),
    (b"\x1b\x1b\x1b", "Esc Esc Esc"),
    (b"\x1b\x1bx", "Esc alt-x"),
    (b"\x1b[A", "Up"),
    (b"\x1bOA", "Up"),
    (b"\x9bA", "Up"),
    (b"\xc2\x9bA", "Up"),
    (b"\x8fA", "Up"),
    (b"\x1b\x1b[A", "alt-Up"),
    (b"\x1b\x1bOA", "alt-Up"),
    (b"\x1b\x1b[5~", "alt-PageUp"),
    (b"\x1b[1;3D", "alt-Left"),
    (b"\x1b[1;5C", "ctrl-Right"),
    (b"\x1b[5C", "ctrl-Right"),
    (b"\x1bO5C", "ctrl-Right"),
    (b"\x1bO1;5C", "ctrl-Right"),
    (b"\x1bOc", "ctrl-Right"),
    (b"\x1b\x1bOc", "ctrl-alt-Right"),
    (b"\x1b[c", "shift-Right"),
    (b"\x1b[1;10B", ""),
    (b"\x1b[1;1:1B", "Down"),
    (b"\x1b[1;1:2B", "Down"),
    (b"\x1b[1;1:3B", ""),
    (b"\x1b[H", "Home"),
    (b"\x1bOH", "Home"),
    (b"\x1b[1~", "Home"),
    (b"\x1b[7~", "Home"),
    (b"\x1b[7^", "ctrl-Home"),
    (b"\x1b[7$", "shift-Home"),
    (b"\x1b[7@", "ctrl-shift-Home"),
    (b"\x1b[F", "End"),
    (b"\x1b[4~", "End"),
    (b"\x1b[8~", "End"),
    (b"\x1b[2~", "Insert"),
    (b"\x1b[4h", "Insert"),
    (b"\x1b[3~", "Delete"),
    (b"\x1b[P", "Delete"),
    (b"\x1b[3;5~", "ctrl-Delete"),
    (b"\x1b[6~", "PageDown"),
    (b"\x1b[Z", "shift-BackTab"),
    (b"\x1bOP", "F1"),
    (b"\x1b[11~", "F1"),
    (b"\x1b[[A", "F1"),
    (b"\x1b[11^", "ctrl-F1"),
    (b"\x1b[1;5P", "ctrl-F1"),
    (b"\x1bO5P", "ctrl-F1"),
    (b"\x1b[1;2R", "shift-F3"),
    (b"\x1b[15~", "F5"),
    (b"\x1b[17~", "F6"),
    (b"\x1b[24~", "F12"),
    (b"\x1b[[E", "F5"),
    (b"\x1bOM", "Enter"),
    (b"\x1bOj", "*"),
    (b"\x1bOo", "/"),
    (b"\x1bOp", "0"),
    (b"\x1bOy", "9"),
    (b"\x1b[97u", "a"),
    (b"\x1b[97;5u", "ctrl-a"),
    (b"\x1b[97:65;2u", "shift-A"),
    (b"\x1b[97;1:3u", ""),
    (b"\x1b[113;9u", ""),
    (b"\x1b[27u", "Esc"),
    (b"\x1b[9;2u", "shift-BackTab"),
    (b"\x1b[57404u", "5"),
    (b"\x1b[57441u", ""),
    (b"\x1b[27;5;105~", "ctrl-i"),
    (b"\x1b[200~x\r\ny\x1b[201~", "paste \"x\\r\\ny\""),
    (b"\x1b[200~\x1b[200~\x1b\x1b[201~", "paste \"\\u{1b}[200~\\u{1b}\""),
    (b"\x9b200~q\x9b201~", "paste \"q\""),
    (b"\x1b[200~\x1b[201~", "paste \"\""),
    (b"\x1b[201~", ""),
    (b"\x1b[<0;10;3M", "Mouse(Click(9, 2))"),
    (b"\x1b[<64;1;1M", "Mouse(Wheel(0, 0, false))"),
    (b"\x1b[<65;1;1M", "Mouse(Wheel(0, 0, true))"),
];

/// What nobody asked for: answers to others, reports, modes, the mouse, and what no terminal sends.
const REPORTS: &[&[u8]] = &[
    b"\x1b[?997;1n",
    b"\x1b[?2026;2$y",
    b"\x1b[?1;2$y",
    b"\x1b[4;2$y",
    b"\x1b[?13n",
    b"\x1b[0n",
    b"\x1b[24;80R",
    b"\x1b[1;1R",
    b"\x1b[?1;1R",
    b"\x1b[?62;22c",
    b"\x1b[>0;276;0c",
    b"\x1b[=0;1;0c",
    b"\x1b[?1u",
    b"\x1b[8;24;80t",
    b"\x1b[4;600;800t",
    b"\x1b[?1;0;256S",
    b"\x1b[2;1;1;128;128;1;0x",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[M !!",
    b"\x1b[M#qq",
    b"\x1b[<0;10;10m",
    b"\x1b[<32;10;10M",
    b"\x1b[<4;10;10M",
    b"\x1b[<0;0;10M",
    b"\x1b[<0;10M",
    b"\x1b[32;10;10M",
    b"\x1b]11;rgb:cccc/cccc\x1b\\",
    b"\x1b]10;rgb:dada/dada/dada\x07",
    b"\x1b]4;1;rgb:dada/dada/dada\x1b\\",
    b"\x1b]52;c;QUJD\x07",
    "\x1b]lcafé Üq\x1b\\".as_bytes(),
    b"\x1b]lq\x9c",
    b"\x1b]lq\xc2\x9c",
    b"\x9d52;c;QUJD\x9c",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP>|XTerm(379)\x1b\\",
    b"\x90!|0\x9c",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x9fGi=31;OK\x9c",
    b"\x1b^private\x1b\\",
    b"\x1bXstart of string\x1b\\",
    b"\x1b\\",
    b"\x9c",
    b"\x84",
    b"\x1b[?9999999999999999999999999z",
    b"\x1b[1;2;3;4;5;6;7;8;9A",
    b"\x1b[[Z",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
];

#[test]
fn keys_of_real_terminals_are_keys() {
    for (bytes, expected) in KEYS {
        assert_eq!(words(&at_once(bytes)), *expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn the_focus_is_told_and_is_no_key() {
    let told = at_once(b"\x1b[Oj\x1b[I");
    let [InputEvent::Focus(false), InputEvent::Key(_), InputEvent::Focus(true)] = told.as_slice() else {
        panic!("{told:?}")
    };
}

#[test]
fn what_nobody_asked_for_is_no_key_and_the_next_key_is_one() {
    for report in REPORTS {
        assert_eq!(words(&at_once(report)), "", "{}", report.escape_ascii());
        for gap in [0, 10, 300, 3_000] {
            // The ESC of a report that stalls right behind it cannot be told from the key.
            let (head, tail) = report.split_at(report.len().min(2));
            let mut pieces = vec![head];
            pieces.extend(tail.chunks(1));
            pieces.push(b"j");
            if is_too_slow(&pieces, gap) {
                continue;
            }
            assert_eq!(words(&in_pieces(pieces, MS(gap))), "j", "{} every {gap} ms", report.escape_ascii());
        }
    }
    let long = [b"\x1b[".as_slice(), &b"1;".repeat(5_000), b"Aq"].concat();
    assert_eq!(words(&at_once(&long)), "q");
    let string = [b"\x1b]".as_slice(), &b"11;rgb:ffff/ffff/ffff".repeat(50_000), b"\x07q"].concat();
    assert_eq!(words(&at_once(&string)), "q");
}

/// Whether pieces take so long that what was begun is given up.
fn is_too_slow(pieces: &[&[u8]], gap: u64) -> bool {
    MS(gap) >= TYPED && MS(gap) * pieces.len() as u32 >= ABANDONED
}

#[test]
fn the_background_is_told() {
    for (answer, expected) in [
        ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", [255, 255, 255]),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e\x07", [30, 30, 46]),
        ("\x1b]11;rgba:00/80/ff/ff\x07", [0, 128, 255]),
        ("\x1b]11;rgb:f/0/0\x07", [255, 0, 0]),
    ] {
        assert_eq!(at_once(answer.as_bytes()), [InputEvent::Background(expected)], "{answer:?}");
    }
}

#[test]
fn an_escape_that_stalls_is_not_followed_by_its_letters() {
    // Below the time of a lone one it is the sequence; later it was the key, and the rest is swallowed or the key it is.
    for (tail, early, late) in [
        ("[B", "Down", "Esc Down"),
        ("OA", "Up", "Esc Up"),
        ("[200~xq\x1b[201~", "paste \"xq\"", "Esc paste \"xq\""),
        ("]11;rgb:cccc/cccc\x07", "", "Esc"),
        ("_Gi=31;OK\x1b\\", "", "Esc"),
        ("[?997;1n", "", "Esc"),
        ("q", "alt-q", "Esc q"),
        ("[", "", "Esc ["),
        ("OA\x1bOA", "Up Up", "Esc Up Up"),
        ("O5A", "ctrl-Up", "Esc ctrl-Up"),
        ("Xstart q of string\x1b\\", "", "Esc"),
        ("^private q\x1b\\", "", "Esc"),
        ("]lq\x1b\\", "", "Esc"),
        ("[[A", "F1", "Esc F1"),
    ] {
        for gap in [1, 10, 39] {
            assert_eq!(words(&in_pieces([b"\x1b".as_slice(), tail.as_bytes()], MS(gap))), early, "{tail:?} {gap} ms");
        }
        for gap in [40, 300, 999, 60_000] {
            assert_eq!(words(&in_pieces([b"\x1b".as_slice(), tail.as_bytes()], MS(gap))), late, "{tail:?} {gap} ms");
        }
    }
}

#[test]
fn the_rest_of_a_late_sequence_may_come_in_pieces() {
    let late = |reads: &[&str]| {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        let mut now = MS(10_000);
        decoder.feed(b"\x1b", now, &mut events);
        now += MS(100);
        decoder.expire(now, &mut events);
        for read in reads {
            decoder.expire(now, &mut events);
            decoder.feed(read.as_bytes(), now, &mut events);
            now += MS(20);
        }
        decoder.expire(now + MS(500), &mut events);
        words(&events)
    };
    assert_eq!(late(&["[", "B"]), "Esc Down");
    assert_eq!(late(&["[", "1", ";", "5", "A"]), "Esc ctrl-Up");
    assert_eq!(late(&["O", "A"]), "Esc Up");
    assert_eq!(late(&["O", "5", "A", "j"]), "Esc ctrl-Up j");
    assert_eq!(late(&["]", "1", "1;rgb:0/0", "/0\x1b", "\\", "j"]), "Esc Background([0, 0, 0]) j");
    assert_eq!(late(&["X", "q", "q\x1b", "\\j"]), "Esc j");
    assert_eq!(late(&["_", "G", "i=31;OK\x1b\\"]), "Esc");
    assert_eq!(late(&["P", "1", "+r5\x1b\\"]), "Esc");
    // What somebody types after the key.
    for key in ["[", "]", "O", "P", "X", "^", "_"] {
        let typed = if key.chars().all(char::is_uppercase) { format!("shift-{key}") } else { key.to_owned() };
        assert_eq!(late(&[key]), format!("Esc {typed}"));
        assert_eq!(late(&[key, "\x03"]), format!("Esc {typed} ctrl-c"));
        assert_eq!(late(&[key, "\x1b[A"]), format!("Esc {typed} Up"));
    }
    assert_eq!(late(&["OMAHA"]), "Esc shift-O shift-M shift-A shift-H shift-A");
}

#[test]
fn a_string_that_was_begun_does_not_hold_the_keyboard_while_somebody_types() {
    for begun in ["\x1bP", "\x1b]", "\x1bX", "\u{90}"] {
        let pieces = std::iter::once(begun.as_bytes()).chain(std::iter::repeat_n(b"j".as_slice(), 30));
        let keys = in_pieces(pieces, MS(300)).len();
        assert!(keys >= 12, "{begun:?}: {keys}");
    }
}

#[test]
fn a_stall_inside_of_a_sequence_makes_no_keys_of_it() {
    for gap in [1, 300, 2_000] {
        for (bytes, expected) in KEYS.iter().filter(|(bytes, _)| bytes.starts_with(b"\x1b[") && !bytes.contains(&b'q'))
        {
            let is_single = !bytes[1..].contains(&0x1b);
            if is_single {
                let mut pieces = vec![&bytes[..2]];
                pieces.extend(bytes[2..].chunks(1));
                if is_too_slow(&pieces, gap) {
                    continue;
                }
                assert_eq!(words(&in_pieces(pieces, MS(gap))), *expected, "{}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn what_is_cut_off_does_not_kill_the_keyboard() {
    for begun in ["\x1b[", "\x1b[1;", "\x1bO", "\x1b]11;rg", "\x1bP1+r", "\x1b_Gi", "\x1b[M!", "\x1b[["] {
        // The key that interrupts, and whatever comes after a while.
        assert_eq!(words(&at_once(format!("{begun}\x03q").as_bytes())), "ctrl-c q", "{begun:?}");
        let after = words(&at_once(format!("{begun}\x1b\x1bq").as_bytes()));
        assert_eq!(after.trim_start_matches("Esc "), "alt-q", "{begun:?}");
        assert_eq!(words(&in_pieces([begun.as_bytes(), b"j"], ABANDONED)), "j", "{begun:?}");
    }
}

#[test]
fn a_paste_without_an_end_is_over_when_nothing_comes() {
    let pieces: [&[u8]; 3] = [b"\x1b[200~one", b" two", b"j"];
    assert_eq!(words(&in_pieces(pieces, PASTE_STALLED)), "paste \"one\"   t w o j");
    // A stall of the link is no end.
    let pieces: [&[u8]; 4] = [b"\x1b[20", b"0~one", b" two\x1b[2", b"01~j"];
    assert_eq!(words(&in_pieces(pieces, MS(900))), "paste \"one two\" j");
}

#[test]
fn a_huge_paste_is_kept_in_part_and_ends() {
    let mut bytes = b"\x1b[200~".to_vec();
    bytes.extend(b"0123456789abcde~".repeat(MOST_PASTED / 4));
    bytes.extend(b"\x1b[201~j");
    let events = in_pieces(bytes.chunks(4_096), Duration::ZERO);
    let [InputEvent::Paste(text), InputEvent::Key(_)] = events.as_slice() else { panic!("{}", events.len()) };
    assert_eq!(text.len(), MOST_PASTED);
}

/// Bytes as they come: sequences, their beginnings and ends, and anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        prop::sample::select(KEYS).prop_map(|(bytes, _)| bytes.to_vec()),
        prop::sample::select(REPORTS).prop_map(<[u8]>::to_vec),
    ];
    let cut = (whole.clone(), any::<prop::sample::Index>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at.index(bytes.len() + 1));
        bytes
    });
    let piece = prop_oneof![whole, cut, prop::collection::vec(any::<u8>(), 0..8)];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn however_bytes_are_split_they_mean_the_same(bytes in bytes(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            pieces.push(&bytes[from..cut]);
            from = cut;
        }
        prop_assert_eq!(in_pieces(pieces, Duration::ZERO), at_once(&bytes));
    }

    #[test]
    fn whatever_comes_and_whenever_the_keyboard_lives_on(steps in prop::collection::vec((bytes(), 0_u64..7_000), 0..12)) {
        let (mut decoder, mut events, mut now) = (Decoder::default(), Vec::new(), Duration::ZERO);
        for (bytes, gap) in steps {
            now += MS(gap);
            decoder.expire(now, &mut events);
            decoder.feed(&bytes, now, &mut events);
        }
        now += ABANDONED;
        decoder.expire(now, &mut events);
        events.clear();
        decoder.feed(b"j", now, &mut events);
        prop_assert_eq!(words(&events), "j");
    }

    #[test]
    fn reports_between_keys_are_no_keys(reports in prop::collection::vec(prop::sample::select(REPORTS), 0..10)) {
        let bytes: Vec<u8> = reports.iter().flat_map(|report| [*report, b"j"].concat()).collect();
        prop_assert_eq!(words(&at_once(&bytes)), words(&at_once(&b"j".repeat(reports.len()))));
    }
}

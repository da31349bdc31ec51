//! What the environment chooses, and that everything with a background can be read.

use super::*;

/// Every theme at every depth, and its name. True colour has the colours of 256.
fn themes() -> Vec<(String, Theme)> {
    let depths =
        [("8", "xterm-color", ""), ("16", "linux", ""), ("256", "xterm-256color", ""), ("true", "xterm", "24bit")];
    let choices = [ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::Mono];
    let env = |term, colorterm| TerminalEnv { term: Some(term), colorterm: Some(colorterm), ..TerminalEnv::default() };
    depths
        .iter()
        .flat_map(|(depth, term, colorterm)| {
            choices.map(|choice| (format!("{choice:?} {depth}"), Theme::choose(choice, env(term, colorterm))))
        })
        .collect()
}

fn inks(theme: &Theme) -> [(&'static str, Style); 12] {
    [
        ("line of the past", theme.past_line),
        ("text", theme.text),
        ("dim", theme.dim),
        ("title", theme.title),
        ("mark", theme.mark),
        ("key", theme.key),
        ("input", theme.input),
        ("good", theme.good),
        ("busy", theme.busy),
        ("warn", theme.warn),
        ("bad", theme.bad),
        ("reset", Style::new().fg(Color::Reset)),
    ]
}

/// What the first 16 colours are in xterm, and on the consoles of machines.
const XTERM: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];
const VGA: [[u8; 3]; 16] = [
    [0, 0, 0],
    [170, 0, 0],
    [0, 170, 0],
    [170, 85, 0],
    [0, 0, 170],
    [170, 0, 170],
    [0, 170, 170],
    [170, 170, 170],
    [85, 85, 85],
    [255, 85, 85],
    [85, 255, 85],
    [255, 255, 85],
    [85, 85, 255],
    [255, 85, 255],
    [85, 255, 255],
    [255, 255, 255],
];

/// The colour as xterm shows it; bold text in one of the first eight colours is shown in its bright one by many.
fn rgb(color: Color, bold: bool) -> [u8; 3] {
    rgb_of(XTERM, color, bold)
}

fn rgb_of(palette: [[u8; 3]; 16], color: Color, bold: bool) -> [u8; 3] {
    let index = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::White => 15,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::Indexed(index) => index,
        other => panic!("{other} is not used"),
    };
    let index = if bold && index < 8 { index + 8 } else { index };
    match index {
        0..16 => palette[usize::from(index)],
        16..232 => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let n = index - 16;
            [level(n / 36), level(n / 6 % 6), level(n % 6)]
        }
        _ => [8 + 10 * (index - 232); 3],
    }
}

/// The contrast of two colours as WCAG 2 computes it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |[r, g, b]: [u8; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Fails unless a cell of this style can be read, whether or not bold is shown in a bright colour.
fn can_be_read(what: &str, style: Style) {
    let Some(background) = style.bg else {
        // The terminal's own colours, possibly turned round.
        assert!(
            style.fg.is_none_or(|ink| ink == Color::Reset) || !style.add_modifier.contains(Modifier::REVERSED),
            "{what}"
        );
        return;
    };
    let ink = style.fg.unwrap_or_else(|| panic!("{what}: on a background of ours the ink is ours too"));
    assert!(!style.add_modifier.contains(Modifier::DIM), "{what}");
    for bold in [false, style.add_modifier.contains(Modifier::BOLD)] {
        let found = contrast(rgb(ink, bold), rgb(background, false));
        assert!(found >= 4.5, "{what}: {found:.2}:1");
    }
}

#[test]
fn every_ink_can_be_read_on_every_background() {
    for (name, theme) in themes() {
        for (ink, style) in inks(&theme) {
            can_be_read(&format!("{name}: {ink} under the cursor"), theme.cursor.over(style));
            can_be_read(&format!("{name}: {ink} under the cursor elsewhere"), theme.cursor_away.over(style));
        }
        for (what, style) in
            [("chosen", theme.chosen), ("alarm", theme.alarm), ("past", theme.past), ("caret", theme.caret)]
        {
            can_be_read(&format!("{name}: {what}"), style);
        }
    }
}

#[test]
fn the_inks_of_many_colours_can_be_read_on_black_and_on_white() {
    let env = TerminalEnv { term: Some("xterm-256color"), ..TerminalEnv::default() };
    for (choice, background) in [(ThemeChoice::Dark, 16), (ThemeChoice::Light, 231)] {
        let theme = Theme::choose(choice, env);
        for (ink, style) in inks(&theme).into_iter().filter(|(_, style)| matches!(style.fg, Some(Color::Indexed(_)))) {
            can_be_read(&format!("{choice:?}: {ink}"), style.bg(Color::Indexed(background)));
        }
    }
}

/// Of the first colours only their names are known, so less is asked: that of large text.
#[test]
fn the_inks_of_few_colours_can_be_read_on_black_and_on_white() {
    for (depth, term) in [("8", "xterm-color"), ("16", "linux")] {
        let env = TerminalEnv { term: Some(term), ..TerminalEnv::default() };
        for (choice, background) in [(ThemeChoice::Dark, [0, 0, 0]), (ThemeChoice::Light, [255, 255, 255])] {
            let theme = Theme::choose(choice, env);
            for (what, style) in inks(&theme) {
                let Some(ink) = style.fg.filter(|ink| *ink != Color::Reset) else { continue };
                for palette in [XTERM, VGA] {
                    for bold in [false, style.add_modifier.contains(Modifier::BOLD)] {
                        let found = contrast(rgb_of(palette, ink, bold), background);
                        assert!(found >= 2.7, "{choice:?} {depth}: {what}: {found:.2}:1");
                    }
                }
            }
        }
    }
}

/// Many terminals show bold black as dark grey, which on a colour is nothing.
#[test]
fn nothing_is_written_in_bold_black() {
    for (name, theme) in themes() {
        for style in
            [theme.chosen, theme.alarm, theme.past, theme.caret].into_iter().chain(inks(&theme).map(|(_, style)| style))
        {
            let black = matches!(style.fg, Some(Color::Black | Color::Indexed(0)));
            assert!(!black || !style.add_modifier.contains(Modifier::BOLD), "{name}");
        }
    }
}

#[test]
fn the_background_decides_where_the_terminal_tells_it() {
    let env = |term| TerminalEnv { term: Some(term), ..TerminalEnv::default() };
    let by = Theme::by_background(ThemeChoice::Auto, env("xterm-256color")).unwrap();
    let key = |choice| Theme::choose(choice, env("xterm-256color")).key;
    for (background, choice) in [
        ([255, 255, 255], ThemeChoice::Light),
        ([253, 246, 227], ThemeChoice::Light),
        ([0, 0, 0], ThemeChoice::Dark),
        ([30, 30, 46], ThemeChoice::Dark),
        ([0, 43, 54], ThemeChoice::Dark),
        ([0, 0, 255], ThemeChoice::Dark),
    ] {
        assert_eq!(by.of(background).key, key(choice), "{background:?}");
    }
    for (choice, env) in [
        (ThemeChoice::Dark, env("xterm-256color")),
        (ThemeChoice::Light, env("xterm-256color")),
        (ThemeChoice::Mono, env("xterm-256color")),
        (ThemeChoice::Auto, env("linux")),
        (ThemeChoice::Auto, env("vt220")),
        (ThemeChoice::Auto, TerminalEnv { no_color: Some("1"), ..env("xterm-256color") }),
    ] {
        assert!(Theme::by_background(choice, env).is_none(), "{choice:?} {env:?}");
    }
}

#[test]
fn a_row_under_the_cursor_keeps_its_colours_where_there_are_many() {
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    assert_eq!(theme.cursor.over(theme.bad).fg, theme.bad.fg);
    assert_ne!(theme.cursor.over(theme.text).bg, None);
}

#[test]
fn the_contrast_is_that_of_wcag() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.01);
    // The row that was found: red on blue.
    assert!((contrast([255, 0, 0], rgb(Color::Indexed(24), false)) - 1.76).abs() < 0.02);
}

#[test]
fn the_environment_is_asked_only_without_a_choice() {
    let bad = |choice, env| Theme::choose(choice, env).tone(Tone::Bad).fg;
    let env = TerminalEnv::default();
    assert_eq!(bad(ThemeChoice::Auto, TerminalEnv { no_color: Some("1"), ..env }), None);
    assert!(bad(ThemeChoice::Auto, TerminalEnv { no_color: Some(""), ..env }).is_some());
    assert!(bad(ThemeChoice::Dark, TerminalEnv { no_color: Some("1"), ..env }).is_some());
    let light = Theme::choose(ThemeChoice::Auto, TerminalEnv { colorfgbg: Some("0;15"), ..env });
    assert_eq!(light.key.fg, Theme::choose(ThemeChoice::Light, env).key.fg);
}

#[test]
fn the_number_of_colours_is_read_from_the_names_of_terminals() {
    let depth = |term, colorterm| TerminalEnv { term: Some(term), colorterm, ..TerminalEnv::default() }.depth();
    for (term, expected) in [
        ("xterm-256color", Depth::Many),
        ("alacritty", Depth::Many),
        ("xterm-color", Depth::Eight),
        ("vt220", Depth::Eight),
        ("linux", Depth::Sixteen),
        ("linux-256color", Depth::Many),
    ] {
        assert_eq!(depth(term, None), expected, "{term}");
    }
    assert_eq!(depth("linux", Some("truecolor")), Depth::Many);
}

//! What the environment chooses, and that everything with a background can be read.

use ratatui::style::Color;

use super::*;

const BLACK: [u8; 3] = [0; 3];
const WHITE: [u8; 3] = [255; 3];

/// Every theme at every depth on both backgrounds, and its name. True colour has the colours of 256.
fn themes() -> Vec<(String, Theme)> {
    let depths =
        [("8", "xterm-color", ""), ("16", "linux", ""), ("256", "xterm-256color", ""), ("true", "xterm", "24bit")];
    let mut themes = Vec::new();
    for (depth, term, colorterm) in depths {
        let env = TerminalEnv { term: Some(term), colorterm: Some(colorterm), ..TerminalEnv::default() };
        for (name, choice) in ThemeChoice::NAMED {
            for background in [BLACK, WHITE] {
                themes
                    .push((format!("{name} {depth} {background:?}"), ThemeSet::of(*choice, env).on(Some(background))));
            }
        }
    }
    themes
}

/// The labels with a background of their own.
fn labels(theme: &Theme) -> [(&'static str, Style); 7] {
    [
        ("chosen", theme.chosen),
        ("alarm", theme.alarm),
        ("past", theme.past),
        ("caret", theme.caret),
        ("production", theme.production),
        ("sandbox", theme.sandbox),
        ("demo", theme.demo),
    ]
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
    if index < 16 { palette[usize::from(index)] } else { depth::indexed_rgb(index) }
}

/// Red, green and blue by how much light they are.
fn linear(color: [u8; 3]) -> [f64; 3] {
    color.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// The contrast of two colours as WCAG 2 computes it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |color| {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Fails unless a cell of this style can be read, whether or not bold is shown in a bright colour.
fn can_be_read(what: &str, style: Style) {
    has_contrast(what, style, 4.5);
}

fn has_contrast(what: &str, style: Style, least: f64) {
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
        assert!(found >= least, "{what}: {found:.2}:1");
    }
}

#[test]
fn every_ink_can_be_read_on_every_background() {
    for (name, theme) in themes() {
        for (ink, style) in inks(&theme) {
            can_be_read(&format!("{name}: {ink} under the cursor"), theme.cursor.over(style));
            can_be_read(&format!("{name}: {ink} under the cursor elsewhere"), theme.cursor_away.over(style));
        }
        for (what, style) in labels(&theme) {
            can_be_read(&format!("{name}: {what}"), style);
        }
    }
}

/// The themes of many colours on the backgrounds that they are for.
fn of_many_colors() -> Vec<(String, ThemeChoice, Theme, [u8; 3])> {
    let env = TerminalEnv { term: Some("xterm-256color"), ..TerminalEnv::default() };
    let of = |choice, background| {
        (format!("{choice:?} {background:?}"), choice, ThemeSet::of(choice, env).on(Some(background)), background)
    };
    let both = [ThemeChoice::Auto, ThemeChoice::HighContrast, ThemeChoice::ColorBlind];
    let both = both.into_iter().flat_map(|choice| [of(choice, BLACK), of(choice, WHITE)]);
    both.chain([of(ThemeChoice::Dark, BLACK), of(ThemeChoice::Light, WHITE)]).collect()
}

#[test]
fn the_inks_of_many_colours_can_be_read_on_black_and_on_white() {
    for (name, _, theme, background) in of_many_colors() {
        let [red, green, blue] = background;
        let number = if [red, green, blue] == BLACK { 16 } else { 231 };
        for (ink, style) in inks(&theme).into_iter().filter(|(_, style)| matches!(style.fg, Some(Color::Indexed(_)))) {
            can_be_read(&format!("{name}: {ink}"), style.bg(Color::Indexed(number)));
        }
    }
}

#[test]
fn high_contrast_is_higher_everywhere() {
    for (name, _, theme, background) in of_many_colors().into_iter().filter(|of| of.1 == ThemeChoice::HighContrast) {
        let number = if background == BLACK { 16 } else { 231 };
        for (ink, style) in inks(&theme).into_iter().filter(|(ink, _)| *ink != "reset") {
            assert!(style.fg.is_some(), "{name}: {ink} is left to the terminal");
            has_contrast(&format!("{name}: {ink}"), style.bg(Color::Indexed(number)), 7.0);
            has_contrast(&format!("{name}: {ink} under the cursor"), theme.cursor.over(style), 7.0);
            has_contrast(&format!("{name}: {ink} under the cursor elsewhere"), theme.cursor_away.over(style), 7.0);
        }
        for (what, style) in labels(&theme) {
            has_contrast(&format!("{name}: {what}"), style, 7.0);
        }
    }
}

/// What eyes see of light: all of it, without the red cones, without the green ones (Machado and others, 2009).
const EYES: [[[f64; 3]; 3]; 3] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
];

/// A colour in CIELAB, as eyes see it.
fn lab(color: [u8; 3], eye: [[f64; 3]; 3]) -> [f64; 3] {
    let light = linear(color);
    let mix = |row: [f64; 3]| row.iter().zip(light).map(|(part, light)| part * light).sum::<f64>().clamp(0.0, 1.0);
    let [red, green, blue] = eye.map(mix);
    let [x, y, z] = [
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.950_47,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.088_83,
    ]
    .map(|t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How far two colours are apart at least, in whichever of the eyes; 2 is the least that is noticed side by side.
fn apart(one: [u8; 3], other: [u8; 3]) -> f64 {
    let distance = |eye| {
        let (one, other) = (lab(one, eye), lab(other, eye));
        one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
    };
    EYES.map(distance).into_iter().fold(f64::INFINITY, f64::min)
}

#[test]
fn tones_are_told_apart_without_red_and_green() {
    for (name, _, theme, background) in of_many_colors().into_iter().filter(|of| of.1 == ThemeChoice::ColorBlind) {
        let text = if background == BLACK { WHITE } else { BLACK };
        let ink = |style: Style| style.fg.map_or(text, |ink| rgb(ink, false));
        let tones = [Tone::Plain, Tone::Good, Tone::Busy, Tone::Warn, Tone::Bad, Tone::Faint];
        let places = [theme.production, theme.sandbox, theme.demo].map(|style| rgb(style.bg.unwrap(), false));
        for colors in [tones.map(|tone| ink(theme.tone(tone))).as_slice(), &places] {
            for (place, one) in colors.iter().enumerate() {
                for other in colors.iter().skip(place + 1) {
                    let found = apart(*one, *other);
                    assert!(found >= 20.0, "{name}: {one:?} and {other:?}: {found:.0}");
                }
            }
        }
    }
}

#[test]
fn no_tone_that_matters_is_told_by_its_colour_alone() {
    let colorless = |style: Style| Style { fg: None, ..style };
    for (name, theme) in themes() {
        let [plain, warn, bad] = [Tone::Plain, Tone::Warn, Tone::Bad].map(|tone| colorless(theme.tone(tone)));
        if ["colour-blind", "high-contrast", "mono"].iter().any(|one| name.starts_with(one)) {
            assert!(plain != warn && warn != bad && plain != bad, "{name}");
        }
    }
}

#[test]
fn what_was_to_be_told_apart_was_not_before() {
    // The green and the red of the dark theme for somebody without green cones: that is what the other is for.
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    let [good, warn] = [Tone::Good, Tone::Warn].map(|tone| rgb(theme.tone(tone).fg.unwrap(), false));
    assert!(apart(good, warn) < 35.0);
    assert!((apart(BLACK, WHITE) - 100.0).abs() < 0.1);
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
        for style in labels(&theme).into_iter().chain(inks(&theme)).map(|(_, style)| style) {
            let black = matches!(style.fg, Some(Color::Black | Color::Indexed(0)));
            assert!(!black || !style.add_modifier.contains(Modifier::BOLD), "{name}");
        }
    }
}

#[test]
fn the_background_decides_where_the_terminal_tells_it() {
    let env = |term| TerminalEnv { term: Some(term), ..TerminalEnv::default() };
    let by = ThemeSet::of(ThemeChoice::Auto, env("xterm-256color"));
    assert!(by.asks());
    let key = |choice| Theme::choose(choice, env("xterm-256color")).key;
    for (background, choice) in [
        ([255, 255, 255], ThemeChoice::Light),
        ([253, 246, 227], ThemeChoice::Light),
        ([0, 0, 0], ThemeChoice::Dark),
        ([30, 30, 46], ThemeChoice::Dark),
        ([0, 43, 54], ThemeChoice::Dark),
        ([0, 0, 255], ThemeChoice::Dark),
    ] {
        assert_eq!(by.on(Some(background)).key, key(choice), "{background:?}");
    }
    for (choice, env) in [
        (ThemeChoice::Dark, env("xterm-256color")),
        (ThemeChoice::Light, env("xterm-256color")),
        (ThemeChoice::Mono, env("xterm-256color")),
        (ThemeChoice::Auto, env("linux")),
        (ThemeChoice::Auto, env("vt220")),
        (ThemeChoice::Auto, TerminalEnv { no_color: Some("1"), ..env("xterm-256color") }),
    ] {
        assert!(!ThemeSet::of(choice, env).asks(), "{choice:?} {env:?}");
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

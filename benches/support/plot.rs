//! Times over sizes, as rows of a table and as a plot in which both axes are logarithmic: what grows as its size does is
//! a line that rises by one decade in each.

use std::fmt::Write as _;
use std::time::Duration;

/// What takes how long at which size.
pub struct Line {
    what: &'static str,
    points: Vec<(u64, Duration)>,
}

impl Line {
    pub fn new(what: &'static str) -> Self {
        Self { what, points: Vec::new() }
    }

    pub fn add(&mut self, size: u64, took: Duration) {
        self.points.push((size, took));
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

pub fn print(of: &str, lines: &[Line]) {
    for line in lines {
        for (size, took) in &line.points {
            println!("{}: {size} {of} in {:.2} ms", line.what, ms(*took));
        }
    }
}

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 300.0;
/// Sizes and milliseconds, as powers of ten.
const SIZES: (i32, i32) = (3, 6);
const TIMES: (i32, i32) = (-2, 4);
const COLORS: [&str; 2] = ["#0072b2", "#d55e00"];

fn place(value: f64, (low, high): (i32, i32), length: f64) -> f64 {
    (value.log10().clamp(low.into(), high.into()) - f64::from(low)) / f64::from(high - low) * length
}

/// The plots beside each other.
pub fn svg(plots: &[(&str, &[Line])]) -> String {
    let width = (WIDTH + 90.0) * plots.len() as f64 + 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        HEIGHT + 80.0
    );
    for (number, (title, lines)) in plots.iter().enumerate() {
        let left = 70.0 + (WIDTH + 90.0) * number as f64;
        let _ = writeln!(svg, "<g transform=\"translate({left} 30)\">\n<text y=\"-12\">ms, by {title}</text>");
        axes(&mut svg);
        for (line, color) in lines.iter().zip(COLORS) {
            curve(&mut svg, line, color);
        }
        svg.push_str("</g>\n");
    }
    svg + "</svg>\n"
}

fn axes(svg: &mut String) {
    for power in SIZES.0..=SIZES.1 {
        let x = place(10_f64.powi(power), SIZES, WIDTH);
        let size = 10_u64.pow(power.unsigned_abs());
        let _ = writeln!(svg, "<path d=\"M{x:.0} 0V{HEIGHT}\" stroke=\"#ddd\"/>");
        let _ = writeln!(svg, "<text x=\"{x:.0}\" y=\"{}\" text-anchor=\"middle\">{size}</text>", HEIGHT + 18.0);
    }
    for power in TIMES.0..=TIMES.1 {
        let y = HEIGHT - place(10_f64.powi(power), TIMES, HEIGHT);
        let _ = writeln!(svg, "<path d=\"M0 {y:.0}H{WIDTH}\" stroke=\"#ddd\"/>");
        let _ = writeln!(svg, "<text x=\"-8\" y=\"{:.0}\" text-anchor=\"end\">{}</text>", y + 4.0, 10_f64.powi(power));
    }
}

fn curve(svg: &mut String, line: &Line, color: &str) {
    let at =
        |(size, took): &(u64, Duration)| (place(*size as f64, SIZES, WIDTH), HEIGHT - place(ms(*took), TIMES, HEIGHT));
    let points: Vec<String> = line.points.iter().map(at).map(|(x, y)| format!("{x:.0},{y:.0}")).collect();
    let points = points.join(" ");
    let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>");
    if let Some((x, y)) = line.points.last().map(at) {
        let (anchor, y) = (if x > WIDTH * 0.7 { "end" } else { "start" }, y - 8.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\" fill=\"{color}\">{}</text>",
            line.what
        );
    }
}

//! Where answers and messages go. Only the answer goes to stdout; a closed pipe ends the command and never panics.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parking_lot::Mutex;
use rustix::termios::tcgetwinsize;
use serde::Serialize;

use super::error::CliError;
use super::escaped;
use crate::domain::Untrusted;
use crate::domain::text::{clean, width, wrap};
use crate::present::Tone;

/// In less room nothing is broken into lines.
const NARROW: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The colour of a tone in SGR.
const fn color(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain | Tone::Busy => None,
        Tone::Faint => Some("2"),
        Tone::Strong => Some("1"),
        Tone::Good => Some("32"),
        Tone::Warn => Some("33"),
        Tone::Bad => Some("31"),
    }
}

/// The two streams of the process.
pub struct Out {
    stdout: Mutex<BufWriter<Stdout>>,
    color: bool,
    color_stderr: bool,
    is_spoken: bool,
}

impl Out {
    /// Takes the streams of this process.
    pub fn new(color: ColorWhen) -> Self {
        let unless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || is_dumb(std::env::var("TERM").ok().as_deref());
        let on = |terminal: bool| match color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && !unless,
        };
        Self {
            stdout: Mutex::new(BufWriter::with_capacity(64 * 1024, io::stdout())),
            color: on(io::stdout().is_terminal()),
            color_stderr: on(io::stderr().is_terminal()),
            is_spoken: false,
        }
    }

    /// The same for whoever has it read out.
    #[must_use]
    pub fn spoken(self, is_spoken: bool) -> Self {
        Self { is_spoken, ..self }
    }

    /// Whether sentences are told instead of tables.
    pub fn is_spoken(&self) -> bool {
        self.is_spoken
    }

    /// How many cells a line has; `None`: as many as it needs.
    pub fn room(&self) -> Option<usize> {
        let size = tcgetwinsize(io::stdout()).ok().filter(|_| !self.is_spoken);
        size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Writes one line of the answer. The text is clean already.
    pub fn line(&self, text: impl AsRef<str>) -> Result<(), CliError> {
        let mut stdout = self.stdout.lock();
        stdout.write_all(text.as_ref().as_bytes())?;
        stdout.write_all(b"\n")?;
        Ok(())
    }

    /// Writes a text behind its label, as wide as `indent`; on a terminal what is longer goes on below its start.
    pub fn entry(&self, label: &str, indent: usize, pieces: &[(&str, Tone)]) -> Result<(), CliError> {
        let room = self.room().and_then(|room| room.checked_sub(indent)).filter(|room| *room >= NARROW);
        let lines = break_pieces(pieces, room.unwrap_or(usize::MAX));
        let painted = |line: &Vec<(String, Tone)>| line.iter().map(|(text, tone)| self.paint(*tone, text)).collect();
        let lines: Vec<String> = lines.iter().map(painted).collect();
        self.line(format!("{label}{}", lines.join(&format!("\n{:indent$}", ""))))
    }

    /// Writes a piece of the answer as it is.
    pub fn raw(&self, bytes: &[u8]) -> Result<(), CliError> {
        Ok(self.stdout.lock().write_all(bytes)?)
    }

    /// Writes one row of CSV, guarded so that no spreadsheet takes a cell for a formula.
    pub fn csv(&self, cells: impl IntoIterator<Item = String>) -> Result<(), CliError> {
        let failed = |error: &dyn std::error::Error| CliError::Failed(error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        let cells = cells.into_iter().map(|cell| Untrusted::from(cell).csv().into_owned());
        writer.write_record(cells).map_err(|error| failed(&error))?;
        self.raw(&writer.into_inner().map_err(|error| failed(&error))?)
    }

    /// Writes one JSON document of several lines.
    pub fn document(&self, value: &impl Serialize) -> Result<(), CliError> {
        let mut stdout = self.stdout.lock();
        escaped::pretty(&mut *stdout, value)?;
        Ok(stdout.write_all(b"\n")?)
    }

    /// Writes one JSON value on a line and hands it over at once: a stream.
    pub fn json_line(&self, value: &impl Serialize) -> Result<(), CliError> {
        let mut stdout = self.stdout.lock();
        escaped::compact(&mut *stdout, value)?;
        Ok(stdout.write_all(b"\n")?)
    }

    pub fn flush(&self) -> Result<(), CliError> {
        Ok(self.stdout.lock().flush()?)
    }

    /// A text in a colour, when there are colours.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        paint(self.color, tone, text)
    }

    /// A message beside the answer. Nobody has to read it.
    pub fn note(&self, text: impl AsRef<str>) {
        // A closed stderr is no reason to end.
        let _ = writeln!(io::stderr(), "{}", text.as_ref());
    }

    /// A warning beside the answer.
    pub fn warn(&self, text: impl AsRef<str>) {
        self.note(format!("{} {}", paint(self.color_stderr, Tone::Warn, "warning:"), text.as_ref()));
    }

    /// An error beside the answer.
    pub fn error(&self, text: impl AsRef<str>) {
        self.note(format!("{} {}", paint(self.color_stderr, Tone::Bad, "error:"), text.as_ref()));
    }
}

/// Breaks a text into lines before it is painted: colours take no room.
fn break_pieces(pieces: &[(&str, Tone)], room: usize) -> Vec<Vec<(String, Tone)>> {
    let text: String = pieces.iter().map(|(text, _)| *text).collect();
    if width(&text) <= room {
        let pieces = pieces.iter().filter(|(text, _)| !text.is_empty());
        return vec![pieces.map(|(text, tone)| ((*text).to_owned(), *tone)).collect()];
    }
    // Lines are broken at spaces, which have no tone of their own.
    let seen = |(text, tone): &(&str, Tone)| vec![*tone; text.chars().filter(|c| !c.is_whitespace()).count()];
    let mut tones = pieces.iter().flat_map(seen);
    let mut tone = Tone::Plain;
    let mut toned = |line: String| {
        let mut out: Vec<(String, Tone)> = Vec::new();
        for c in line.chars() {
            if !c.is_whitespace() {
                tone = tones.next().unwrap_or(tone);
            }
            match out.last_mut().filter(|(_, last)| *last == tone) {
                Some((text, _)) => text.push(c),
                None => out.push((c.to_string(), tone)),
            }
        }
        out
    };
    wrap(&text, room).into_iter().map(&mut toned).collect()
}

fn paint(is_colored: bool, tone: Tone, text: &str) -> String {
    match color(tone) {
        Some(code) if is_colored => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        _ => text.to_owned(),
    }
}

/// A bar on stderr for so many, where that is a terminal; `{bar:40} {pos}/{len}` is what such a template looks like.
pub fn progress(template: &str, len: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(len), ProgressDrawTarget::stderr()).with_style(style)
}

/// Whether a person sits at this command: both can be seen and answered.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether a terminal of this name (`TERM`) shows plain text only.
pub fn is_dumb(term: Option<&str>) -> bool {
    matches!(term, None | Some("" | "dumb" | "unknown"))
}

/// The name of a terminal (`TERM`) in words.
pub fn humanize_term(term: Option<&str>) -> String {
    term.filter(|term| !term.is_empty()).map_or_else(|| "not set".to_owned(), |term| format!("`{}`", clean(term)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_where_they_would_be_without_colours() {
        let pieces = [("Tell Us More", Tone::Plain), ("  another case of", Tone::Warn), (" letters", Tone::Bad)];
        let lines = break_pieces(&pieces, 16);
        let texts: Vec<String> =
            lines.iter().map(|line| line.iter().map(|(text, _)| text.as_str()).collect()).collect();
        assert_eq!(texts, ["Tell Us More", "another case of", "letters"]);
        let tones: Vec<Vec<Tone>> = lines.iter().map(|line| line.iter().map(|(_, tone)| *tone).collect()).collect();
        assert_eq!(tones, [vec![Tone::Plain], vec![Tone::Warn], vec![Tone::Bad]]);
        assert_eq!(break_pieces(&pieces, 80)[0].len(), 3);
    }
}

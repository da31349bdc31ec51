//! bash, which takes a word apart at `:` and `=`: what it asks about is read off the line.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine;
use clap_complete::env::EnvCompleter;

use super::is_safe;

/// The line up to the caret, and the piece of its last word that bash replaces.
const LINE: &str = "_CLOVERWATCH_LINE";
const PIECE: &str = "_CLOVERWATCH_PIECE";

const SCRIPT: &str = r#"_NAME_completions() {
    mapfile -t COMPREPLY < <(_CLOVERWATCH_LINE="${COMP_LINE:0:COMP_POINT}" _CLOVERWATCH_PIECE="$2" VAR=bash COMPLETER -- x 2>/dev/null)
    [[ "${COMPREPLY-}" == *: ]] && compopt -o nospace
}
complete -o bashdefault -F _NAME_completions BIN
"#;

/// The words of the line that bash completes, the last one as far as it is typed, the piece of that, and the quotes that
/// are open.
pub(super) fn line() -> Option<(Vec<OsString>, String, &'static str)> {
    let (line, piece) = (std::env::var(LINE).ok()?, std::env::var(PIECE).ok()?);
    // What follows shows whether the last word has begun, and is taken away again.
    let closed = |quote| Some((shlex::split(&format!("{line}x{quote}"))?, quote));
    let (mut words, quote) = ["", "\"", "'"].into_iter().find_map(closed)?;
    words.last_mut()?.pop();
    let piece = shlex::split(&piece).filter(|_| quote.is_empty()).map_or(piece, |unquoted| unquoted.concat());
    Some((words.into_iter().map(OsString::from).collect(), piece, quote))
}

/// A word as it stands on a command line, behind quotes that are open; `None`: it could do something there.
fn written(word: &str, quote: &str) -> Option<String> {
    if word.contains(char::is_control) || !quote.is_empty() && word.contains(['"', '\'', '$', '`', '\\', '!']) {
        return None;
    }
    let (home, rest) = word.split_at(if word.starts_with("~/") { 2 } else { 0 });
    let is_literal = |c| is_safe(c) || !quote.is_empty() || "/=".contains(c);
    let escaped = rest.chars().flat_map(|c| (!is_literal(c)).then_some('\\').into_iter().chain([c]));
    Some(home.chars().chain(escaped).collect())
}

pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let completer = shlex::try_quote(completer).map_err(Error::other)?;
        let script = SCRIPT.replace("VAR", var).replace("COMPLETER", &completer);
        out.write_all(script.replace("NAME", name).replace("BIN", bin).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        _: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let Some((words, piece, quote)) = line() else { return Ok(()) };
        let Some(last) = words.len().checked_sub(1) else { return Ok(()) };
        let word = words[last].to_string_lossy().into_owned();
        let kept = word.strip_suffix(&piece).unwrap_or_default();
        for candidate in engine::complete(command, words, last, here)? {
            let value = candidate.get_value().to_string_lossy();
            if let Some(value) = written(value.strip_prefix(kept).unwrap_or(&value), quote) {
                writeln!(out, "{value}")?;
            }
        }
        Ok(())
    }
}

//! bash, which takes a word apart at `:` and `=`: what it asks about is read off the line.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine;
use clap_complete::env::EnvCompleter;

/// The line up to the caret, and the piece of its last word that bash replaces.
const LINE: &str = "_CLOVERWATCH_LINE";
const PIECE: &str = "_CLOVERWATCH_PIECE";

const SCRIPT: &str = r#"_NAME_completions() {
    mapfile -t COMPREPLY < <(_CLOVERWATCH_LINE="${COMP_LINE:0:COMP_POINT}" _CLOVERWATCH_PIECE="$2" VAR=bash COMPLETER -- x 2>/dev/null)
    [[ "${COMPREPLY-}" == *: ]] && compopt -o nospace
}
complete -o bashdefault -F _NAME_completions BIN
"#;

/// The words of the line that bash completes, the last one as far as it is typed, and the piece of that.
pub(super) fn line() -> Option<(Vec<OsString>, String)> {
    let (line, piece) = (std::env::var(LINE).ok()?, std::env::var(PIECE).ok()?);
    let mut words = shlex::split(&line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect());
    if line.ends_with(char::is_whitespace) {
        words.push(String::new());
    }
    Some((words.into_iter().map(OsString::from).collect(), piece))
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
        let Some((words, piece)) = line() else { return Ok(()) };
        let Some(last) = words.len().checked_sub(1) else { return Ok(()) };
        let word = words[last].to_string_lossy().into_owned();
        let kept = word.strip_suffix(&piece).unwrap_or_default();
        for candidate in engine::complete(command, words, last, here)? {
            let value = candidate.get_value().to_string_lossy();
            writeln!(out, "{}", value.strip_prefix(kept).unwrap_or(&value))?;
        }
        Ok(())
    }
}

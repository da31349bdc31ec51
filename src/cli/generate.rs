//! `completions` and `man`: made from the same description as the command line itself.

use clap::Command;

use super::complete;
use super::error::CliError;
use super::output::{ColorWhen, Out};

pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), CliError> {
    write(&complete::registration(shell)?)
}

/// `man`: the page of the program, then those of its commands.
pub(super) fn man(command: &Command) -> Result<(), CliError> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        // A page needs names that outlive it; there are as many as there are commands.
        let name = format!("cloverwatch-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone().name(name)).render(&mut text)?;
    }
    write(&text)
}

fn write(text: &[u8]) -> Result<(), CliError> {
    let out = Out::new(ColorWhen::Never);
    out.raw(text)?;
    out.flush()
}

//! What is given to `opcode …`.

use clap::{Args, Subcommand};

use crate::cli::args::Json;

#[derive(Debug, Subcommand)]
pub enum Opcode {
    /// Record the choice of one dealership or of many
    Set(SetOpcode),
    /// What Xtime shows us, asked now
    List {
        /// Which dealership
        dealership: String,
        #[command(flatten)]
        json: Json,
    },
    /// The dealership's steps, with what can be seen of each and what is still missing
    Guide(GuideArgs),
}

const SET_USAGE: &str = "\
cloverwatch opcode set [OPTIONS] <DEALERSHIP>... <CODE>
       cloverwatch opcode set [OPTIONS] <DEALERSHIP>... --code <CODE>
       cloverwatch opcode set [OPTIONS] <DEALERSHIP> --existing|--new
       cloverwatch opcode set [OPTIONS] --query <QUERY> <CODE>|--existing|--new";

#[derive(Debug, Args)]
#[command(override_usage = SET_USAGE)]
pub struct SetOpcode {
    /// Which dealerships, and last the opcode, exactly as it is at the dealership. Without an opcode --existing means
    /// `[opcode] default` of the settings, and --new means `[opcode] new`
    #[arg(value_name = "DEALERSHIP… CODE")]
    pub names: Vec<String>,
    /// All that a query finds
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// The opcode; then every name is a dealership
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub code: Option<String>,
    /// One that the dealership had already (the usual case)
    #[arg(long, conflicts_with = "new")]
    pub existing: bool,
    /// One made for the partner's appointments. Without either: new when it is `[opcode] new`, else existing
    #[arg(long)]
    pub new: bool,
    /// Who at the dealership said so, and how
    #[arg(long, value_name = "TEXT")]
    pub word: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct GuideArgs {
    /// Which dealership
    pub dealership: String,
    /// Only the text for the dealer, to be copied or piped
    #[arg(long, conflicts_with = "json")]
    pub letter: bool,
    /// Look at Xtime first
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub json: Json,
}

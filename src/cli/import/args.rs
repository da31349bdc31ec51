//! What is given to `import` and `add`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::args::Json;

#[derive(Debug, Clone, Args)]
pub struct Import {
    /// CSV, a workbook (xlsx, xls, ods), JSON or vCards; `-` is stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Which field a column holds (name, dealer_code, group, brand, city, state, timezone, contact_name, email, phone, owner,
    /// opcode, opcode_option, opcode_word, first_name, last_name, postal_code, country, address). COLUMN is its heading, its
    /// number, or `2:Phone`, the second of that name; `-` is none
    #[arg(long, value_name = "COLUMN=FIELD", allow_hyphen_values = true)]
    pub map: Vec<String>,
    /// Read the list as the settings say under this name: [import.NAME]
    #[arg(long, value_name = "NAME")]
    pub r#as: Option<String>,
    /// What a field reads in every row that says nothing of it: group=Harborline, or timezone=America/Chicago, where the place of a
    /// row does not tell either
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// An empty cell clears its field; else it says nothing
    #[arg(long)]
    pub clear: bool,
    /// Which row is the heading, from 1; 0: there is none, and columns are numbers
    #[arg(long, value_name = "ROW")]
    pub heading: Option<usize>,
    /// Which sheet of a workbook; else the first with a heading
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Also what changes many known dealerships, or the name and the mail address of one
    #[arg(long)]
    pub yes: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Add {
    /// The rooftop's name
    pub name: String,
    /// Xtime's dealerCode
    #[arg(long, value_name = "CODE")]
    pub dealer_code: String,
    /// The contact's mail address
    #[arg(long)]
    pub email: String,
    /// Its time zone: America/Chicago, Central, CT, …
    #[arg(long, value_name = "ZONE")]
    pub timezone: String,
    /// The dealer group
    #[arg(long, default_value = "")]
    pub group: String,
    /// Which of us looks after it
    #[arg(long, default_value = "")]
    pub owner: String,
    /// The contact's number
    #[arg(long, default_value = "")]
    pub phone: String,
    /// The contact's name
    #[arg(long, default_value = "", value_name = "NAME")]
    pub contact: String,
    /// The make it sells
    #[arg(long, default_value = "")]
    pub brand: String,
    /// The service opcode that it chose, exactly as it is at the dealership
    #[arg(long, value_name = "CODE")]
    pub opcode: Option<String>,
    /// The opcode was made for the partner's appointments; without --opcode: `[opcode] new` of the settings
    #[arg(long)]
    pub new_opcode: bool,
    /// Who at the dealership said so, and how
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub opcode_word: String,
    /// Where it is
    #[arg(long, default_value = "")]
    pub city: String,
    /// Its state or province
    #[arg(long, default_value = "")]
    pub state: String,
    #[command(flatten)]
    pub json: Json,
}

//! Settings: `config.toml`, variables of the environment that win over it, and flags that win over both. A setting is one row
//! of `table`; what it is read into is used elsewhere.

mod hooks;
mod kind;
mod lists;
mod load;
mod login;
pub mod model;
pub mod paths;
pub mod print;
mod reader;
pub mod reference;
pub mod schema;
pub mod secret;
mod section;
mod setting;
mod table;
pub mod teach;
mod views;
mod written;

pub use hooks::HookConfig;
pub use lists::mapping_in_toml;
pub use load::{ConfigError, Overrides, load, parse};
pub use login::name as login_name;
pub use model::{Config, ListSettings, StoreUrl};
pub use secret::{SecretError, SecretSource};

#[cfg(test)]
mod hooks_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod views_tests;

//! Who runs this program, by the system's own account: variables of the environment can say anything.

use std::sync::OnceLock;

use nix::unistd::{User, getuid};

/// The login name. Asked once: the answer may come over a network.
pub fn name() -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    let find = || {
        let uid = getuid();
        let account = User::from_uid(uid).ok().flatten().map(|user| user.name);
        let variable = |name: &str| std::env::var(name).ok();
        of(account, variable("USER").or_else(|| variable("LOGNAME")), uid.as_raw())
    };
    NAME.get_or_init(find).clone()
}

/// The account's name; in a container a user may have none, and then the variable counts, else the number.
fn of(account: Option<String>, variable: Option<String>, uid: u32) -> String {
    let given = |name: &String| !name.trim().is_empty();
    account.filter(given).or(variable.filter(given)).unwrap_or_else(|| format!("uid {uid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actor_is_who_the_system_says_it_is() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(of(some("ana"), some("boss"), 1000), "ana");
        assert_eq!(of(None, some("boss"), 1000), "boss");
        assert_eq!(of(some(""), some(" "), 1000), "uid 1000");
        assert_eq!(of(None, None, 1000), "uid 1000");
    }
}

//! Secrets among the settings, and the variables that programs are given.

use toml_edit::Item;

use super::{Found, Section, SettingLocation, unreplaced};
use crate::config::secret::SecretSource;

impl Section<'_, '_> {
    /// A secret: `{ env = "NAME" }`, `{ file = "PATH" }`, `{ command = "…" }`; a literal only with a warning.
    pub(in crate::config) fn secret(&self, key: &'static str) -> Option<SecretSource> {
        let (found, place) = self.find(key)?;
        match found {
            Found::Variable(text) => {
                self.tell_reference(&self.dotted(key), text, &place);
                Some(SecretSource::Variable(self.variable(key)))
            }
            Found::File(item) => self.secret_from(&self.dotted(key), item, place, true),
        }
    }

    fn secret_from(&self, name: &str, item: &Item, place: SettingLocation, warn: bool) -> Option<SecretSource> {
        if let Some(text) = item.as_str() {
            if !self.tell_reference(name, text, &place) && warn {
                let message = format!(
                    "`{name}` stands in the file as it is; better: {{ env = \"NAME\" }}, {{ file = \"PATH\" }} or {{ command = \"…\" }}"
                );
                self.reader.report(place, true, message);
            }
            return Some(SecretSource::Literal(text.to_owned().into()));
        }
        let table = item.as_table_like();
        let environment = table.and_then(|table| table.get("environment"));
        let way = table.filter(|table| table.len() == 1 + usize::from(environment.is_some())).and_then(|table| {
            let (key, value) = table.iter().find(|(key, _)| *key != "environment")?;
            Some((key, value.as_str().filter(|text| !text.is_empty())?))
                .filter(|_| environment.is_none() || key == "command")
        });
        match way {
            Some(("env", variable)) if unreplaced::reference(variable).is_some() => {
                let message = format!("`{name}`: the name of the variable alone is needed: {{ env = \"NAME\" }}");
                self.reader.report(place, false, message);
                None
            }
            Some(("env", variable)) => {
                self.reader.secret.borrow_mut().insert(variable.to_owned());
                Some(SecretSource::Variable(variable.to_owned()))
            }
            Some(("file", path)) => {
                if unreplaced::reference(path).is_some() {
                    let message = format!("`{name}`: variables are not replaced in a path; `~/` is the home directory");
                    self.reader.report(place, true, message);
                }
                Some(SecretSource::File(crate::config::paths::from_settings(path, self.reader.path)))
            }
            Some(("command", command)) => {
                let names =
                    |item: &Item| item.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect();
                let environment: Option<Vec<String>> = environment.map_or_else(|| Some(Vec::new()), names);
                let Some(environment) = environment else {
                    self.reader.report(place, false, format!("`{name}`: environment is a list of names of variables"));
                    return None;
                };
                let asked = environment.iter().map(|variable| (variable.clone(), place.clone()));
                self.reader.passed_on.borrow_mut().extend(asked);
                Some(SecretSource::Command { command: command.to_owned(), environment })
            }
            _ => {
                let message = format!(
                    "`{name}`: one of {{ env = \"NAME\" }}, {{ file = \"PATH\" }} or {{ command = \"…\" }} is needed"
                );
                self.reader.report(place, false, message);
                None
            }
        }
    }

    /// Tells that a secret looks like the name of one; whether it does. It is not repeated: it may be the secret after all.
    fn tell_reference(&self, name: &str, text: &str, place: &SettingLocation) -> bool {
        let found = unreplaced::is_reference(text);
        if found {
            let message = format!(
                "`{name}`: `$NAME`, `env:NAME`, `op://…` and the like are not replaced here; write {{ env = \"NAME\" }}, \
                 {{ file = \"PATH\" }} or {{ command = \"…\" }}"
            );
            self.reader.report(place.clone(), true, message);
        }
        found
    }

    /// Names of variables that a program is given besides the usual ones.
    pub(in crate::config) fn passed_on(&self, key: &'static str) -> Vec<String> {
        let names = self.list(key, |name| Ok(name.to_owned())).unwrap_or_default();
        let place = self.find(key).map_or(SettingLocation::Nowhere, |(_, place)| place);
        self.reader.passed_on.borrow_mut().extend(names.iter().map(|name| (name.clone(), place.clone())));
        names
    }

    /// A table of names and secrets. A literal is fine unless its name says that it is one.
    pub(in crate::config) fn secrets(&self, key: &'static str) -> Option<Vec<(String, SecretSource)>> {
        self.known.borrow_mut().push(key);
        let item = self.table?.get(key)?;
        let Some(table) = item.as_table_like() else {
            self.reader.report(self.reader.place_of(item), false, format!("`{}`: a table is needed", self.dotted(key)));
            return None;
        };
        let one = |(name, item): (&str, &Item)| {
            let telling = name.to_ascii_lowercase();
            let warn = ["auth", "key", "token", "secret", "cookie"].iter().any(|part| telling.contains(part));
            let (place, dotted) = (self.reader.place_of(item), format!("{}.{name}", self.dotted(key)));
            // `Bearer $TOKEN`
            for word in item.as_str().unwrap_or_default().split_whitespace().skip(1) {
                self.tell_reference(&dotted, word, &place);
            }
            Some((name.to_owned(), self.secret_from(&dotted, item, place, warn)?))
        };
        Some(table.iter().filter_map(one).collect())
    }
}

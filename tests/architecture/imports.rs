//! Who imports whom, file by file.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{ModulePath, SourceFile};

/// Which module uses which others: where a name comes through a re-export, the module that defines it.
pub struct Imports {
    uses: BTreeMap<ModulePath, BTreeSet<ModulePath>>,
}

impl Imports {
    pub fn of(files: &[SourceFile]) -> Self {
        let modules: Modules<'_> = files.iter().map(|file| (file.module.as_slice(), file)).collect();
        let mut uses: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
        for file in files {
            let named = file.paths.iter().map(|path| defining_module(path.clone(), &modules));
            uses.entry(file.module.clone()).or_default().extend(named.filter(|module| *module != file.module));
        }
        Self { uses }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ModulePath, &ModulePath)> {
        self.uses.iter().flat_map(|(user, used)| used.iter().map(move |used| (user, used)))
    }

    /// The modules that use each other in a circle, each circle once.
    pub fn cycles(&self) -> BTreeSet<Vec<String>> {
        let reached: BTreeMap<_, _> = self.uses.keys().map(|start| (start, self.reachable(start))).collect();
        let circle = |(start, others): (&&ModulePath, &BTreeSet<&ModulePath>)| -> Vec<String> {
            let back = others.iter().filter(|other| reached.get(*other).is_some_and(|back| back.contains(start)));
            back.map(|module| module.join("::")).collect()
        };
        reached.iter().map(circle).filter(|circle| !circle.is_empty()).collect()
    }

    fn reachable<'a>(&'a self, start: &'a ModulePath) -> BTreeSet<&'a ModulePath> {
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            open.extend(self.uses.get(at).into_iter().flatten().filter(|next| found.insert(*next)));
        }
        found
    }
}

type Modules<'a> = BTreeMap<&'a [String], &'a SourceFile>;

/// The module in which a path ends, through what modules pass on.
fn defining_module(mut path: Vec<String>, modules: &Modules<'_>) -> ModulePath {
    // A name may be passed on several times; more often than this would be a circle.
    for _ in 0..8 {
        let depth = (0..=path.len()).rev().find(|depth| modules.contains_key(&path[..*depth])).unwrap_or(0);
        let (module, rest) = path.split_at(depth);
        match rest.first().and_then(|name| modules.get(module)?.imported.get(name)) {
            Some(behind) if behind[..] != path[..=depth] => path = [behind.as_slice(), &rest[1..]].concat(),
            _ => return module.to_vec(),
        }
    }
    path
}

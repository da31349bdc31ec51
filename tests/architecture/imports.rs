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

    /// The children of a module that use each other in a circle, each circle once.
    pub fn cycles(&self) -> BTreeSet<Vec<String>> {
        let mut found = BTreeSet::new();
        for (parent, siblings) in &self.siblings() {
            for start in siblings.keys() {
                let back = |other: &&String| reachable(siblings, other).contains(start);
                let circle = reachable(siblings, start);
                let circle: Vec<_> = circle.iter().filter(back).map(|child| name(parent, child)).collect();
                if !circle.is_empty() {
                    found.insert(circle);
                }
            }
        }
        found
    }

    /// Of each module, which of its children use which others.
    fn siblings(&self) -> BTreeMap<&[String], Uses> {
        let mut siblings: BTreeMap<&[String], Uses> = BTreeMap::new();
        for (user, used) in self.iter() {
            let common = user.iter().zip(used).take_while(|(a, b)| a == b).count();
            if let (Some(user), Some(child)) = (user.get(common), used.get(common)) {
                let uses = siblings.entry(&used[..common]).or_default();
                uses.entry(user.clone()).or_default().insert(child.clone());
            }
        }
        siblings
    }
}

type Uses = BTreeMap<String, BTreeSet<String>>;

fn name(parent: &[String], child: &str) -> String {
    parent.iter().map(String::as_str).chain([child]).collect::<Vec<_>>().join("::")
}

fn reachable(uses: &Uses, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(at) = open.pop() {
        let next = uses.get(&at).into_iter().flatten().filter(|next| found.insert((*next).clone()));
        open.extend(next.cloned());
    }
    found
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

//! The sources as plain facts: which module a file is, what it declares, and what it names elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Ident, Item, Signature, UseTree, Visibility};

/// A module by its path below the crate: `["store", "index"]`. The crate itself is empty.
pub type ModulePath = Vec<String>;

/// A file of `src/` without its tests.
#[derive(Default)]
pub struct SourceFile {
    /// Below the project.
    pub path: PathBuf,
    pub module: ModulePath,
    /// How many lines it has, without tests at its end.
    pub lines: usize,
    /// Its lines without comments and tests.
    pub code: String,
    /// Every path in it that begins at the crate, absolute and in full.
    pub paths: BTreeSet<Vec<String>>,
    /// The names that it has from elsewhere, with the path behind each.
    pub imported: BTreeMap<String, Vec<String>>,
    pub functions: Vec<Function>,
    /// The names of its types and modules.
    pub names: Vec<String>,
    /// Its structs, enums and traits that other files can name.
    pub public_types: Vec<String>,
}

pub struct Function {
    pub name: String,
    pub lines: usize,
}

/// Every file of `src/` that is no file of tests.
pub fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    rust_files(&root.join("src"), &mut paths);
    paths.sort();
    let tests = |path: &Path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"));
    paths.iter().filter(|path| !tests(path)).map(|path| SourceFile::read(root, path)).collect()
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

impl SourceFile {
    fn read(root: &Path, path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a readable file");
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let below = path.strip_prefix(root).expect("a file of the project").to_owned();
        let first_attribute = |item: &Item| match item {
            Item::Mod(item) if is_test(&item.attrs) => item.attrs.first().map(|first| first.pound_token.span.start()),
            _ => None,
        };
        let lines = syntax.items.iter().find_map(first_attribute).map_or(text.lines().count(), |at| at.line - 1);
        let code = text.lines().take(lines).filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        let mut file = Self { module: module_of(&below), path: below, lines, code, ..Self::default() };
        syntax.items.iter().for_each(|item| file.visit_item(item));
        file
    }

    fn declared(&mut self, name: &Ident, type_visibility: Option<&Visibility>) {
        self.names.push(name.to_string());
        if type_visibility.is_some_and(|visibility| !matches!(visibility, Visibility::Inherited)) {
            self.public_types.push(name.to_string());
        }
    }

    fn function(&mut self, signature: &Signature, body: &Block) {
        let lines = body.brace_token.span.close().end().line - signature.fn_token.span.start().line + 1;
        self.functions.push(Function { name: signature.ident.to_string(), lines });
    }
}

fn module_of(path: &Path) -> ModulePath {
    let mut parts: ModulePath = path.iter().skip(1).map(|part| part.to_string_lossy().into_owned()).collect();
    let file = parts.pop().unwrap_or_default();
    match file.trim_end_matches(".rs") {
        "mod" | "lib" => {}
        stem => parts.push(stem.to_owned()),
    }
    parts
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether it is compiled for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    let test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    };
    attributes.iter().any(test)
}

impl<'ast> Visit<'ast> for SourceFile {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes(item)) {
            return;
        }
        match item {
            Item::Struct(item) => self.declared(&item.ident, Some(&item.vis)),
            Item::Enum(item) => self.declared(&item.ident, Some(&item.vis)),
            Item::Trait(item) => self.declared(&item.ident, Some(&item.vis)),
            Item::Type(item) => self.declared(&item.ident, None),
            Item::Mod(item) => self.declared(&item.ident, None),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_passed_on = !matches!(item.vis, Visibility::Inherited);
        flatten(&item.tree, &mut Vec::new(), &mut |path, name| {
            if let Some(path) = absolute(path, &self.module) {
                self.paths.insert(path.clone());
                self.imported.insert(name.to_owned(), path);
            } else if is_passed_on {
                // `pub use child::Name`, from the module of that child.
                self.imported.insert(name.to_owned(), [self.module.as_slice(), path].concat());
            }
        });
    }

    /// `pub(super)` names a module without using it.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.extend(absolute(&segments, &self.module));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // What a macro is given is no syntax tree, but its paths read the same.
        let tokens = item.tokens.to_string();
        let words: Vec<&str> = tokens.split_whitespace().collect();
        for (at, _) in words.iter().enumerate().filter(|(_, word)| matches!(**word, "crate" | "super")) {
            let path = words[at..].iter().take_while(|word| **word == "::" || is_name(word));
            let segments: Vec<String> = path.filter(|word| **word != "::").map(|word| (*word).to_owned()).collect();
            self.paths.extend(absolute(&segments, &self.module));
        }
        visit::visit_macro(self, item);
    }
}

fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Calls `found` with each path that a `use` spells out, and the name that it has from then on.
fn flatten(tree: &UseTree, before: &mut Vec<String>, found: &mut impl FnMut(&[String], &str)) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, found)),
        UseTree::Name(name) => leaf(&name.ident.to_string(), &name.ident.to_string(), before, found),
        UseTree::Rename(rename) => leaf(&rename.ident.to_string(), &rename.rename.to_string(), before, found),
        UseTree::Glob(_) => found(before, "*"),
    }
}

fn leaf(ident: &str, name: &str, before: &mut Vec<String>, found: &mut impl FnMut(&[String], &str)) {
    if ident == "self" {
        let name = before.last().cloned().unwrap_or_default();
        return found(before, &name);
    }
    before.push(ident.to_owned());
    found(before, name);
    before.pop();
}

/// A path from the crate's root; `None` when it does not begin with `crate`, `self` or `super`.
fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            Some([&module[..module.len().checked_sub(ups)?], &path[ups..]].concat())
        }
        _ => None,
    }
}

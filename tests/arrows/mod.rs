//! The dependencies between the files of a crate, read from the syntax of its sources.
//!
//! A path (`use crate::{a::B, c}`, `super::d`, `crate::e::f()` in an expression or in a macro) is followed through the
//! modules and through what they re-export, to the file that has what it names. A module that re-exports what its own
//! children have does not count as using them: that is its door.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, UseTree, Visibility};

/// The files of a crate, by their paths below `src`, with their text.
pub type Sources = BTreeMap<String, String>;

/// For each file, the other files that it uses.
pub type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The longest chain of re-exports that is followed; a longer one is a cycle.
const REEXPORTS_MAX: usize = 16;

type Module = Vec<String>;

/// The modules of a crate that are files, and what each re-exports.
struct Modules {
    files: BTreeMap<Module, String>,
    reexports: BTreeMap<Module, BTreeMap<String, Module>>,
}

/// Reads the dependencies of a crate.
pub fn arrows(sources: &Sources) -> Arrows {
    let parsed: BTreeMap<&str, syn::File> =
        sources.iter().map(|(file, text)| (file.as_str(), syn::parse_file(text).unwrap())).collect();
    let files = sources.keys().map(|file| (module_of(file), file.clone())).collect();
    let mut modules = Modules { files, reexports: BTreeMap::new() };
    for (file, syntax) in &parsed {
        let module = module_of(file);
        let mut reexports = BTreeMap::new();
        for item in &syntax.items {
            let Item::Use(item) = item else { continue };
            for (path, name) in leaves(&item.tree) {
                if !matches!(item.vis, Visibility::Inherited) {
                    reexports.insert(name, modules.absolute(&module, &path));
                }
            }
        }
        modules.reexports.insert(module, reexports);
    }
    let mut arrows = Arrows::new();
    for (file, syntax) in &parsed {
        let mut reader = Reader { modules: &modules, here: module_of(file), file, found: BTreeSet::new() };
        reader.visit_file(syntax);
        arrows.insert(file.to_string(), reader.found);
    }
    arrows
}

/// The module that a file is: `lab/world/mod.rs` and `lab/world.rs` are `[lab, world]`.
fn module_of(file: &str) -> Module {
    let stem = file.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "lib" | "main" => Vec::new(),
        stem => stem.split('/').map(str::to_string).collect(),
    }
}

/// Every path of a `use`, with the name that it binds. A glob stands for its module.
fn leaves(tree: &UseTree) -> Vec<(Vec<String>, String)> {
    fn walk(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
        let with = |name: String| -> Vec<String> { before.iter().cloned().chain([name]).collect() };
        match tree {
            UseTree::Path(path) => walk(&path.tree, &with(path.ident.to_string()), found),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, before, found)),
            UseTree::Name(name) if name.ident == "self" => {
                found.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
            }
            UseTree::Name(name) => found.push((with(name.ident.to_string()), name.ident.to_string())),
            UseTree::Rename(rename) => found.push((with(rename.ident.to_string()), rename.rename.to_string())),
            UseTree::Glob(_) => found.push((before.to_vec(), "*".to_string())),
        }
    }
    let mut found = Vec::new();
    walk(tree, &[], &mut found);
    found
}

impl Modules {
    /// A path relative to the root of the crate; empty if it leaves the crate.
    fn absolute(&self, here: &[String], path: &[String]) -> Vec<String> {
        let mut module = here.to_vec();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => (module, rest) = (Vec::new(), &path[1..]),
            Some("self") => rest = &path[1..],
            Some("super") => {
                while rest.first().is_some_and(|name| name == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            Some(name) if self.files.contains_key(&[here, &[name.to_string()]].concat()) => {}
            _ => return Vec::new(),
        }
        module.extend(rest.iter().cloned());
        module
    }

    /// The file that defines what a path names.
    fn file(&self, path: &[String]) -> Option<&String> {
        let mut path = path.to_vec();
        for _ in 0..REEXPORTS_MAX {
            // The root of the crate has nothing but modules.
            let depth = (1..=path.len()).rev().find(|&depth| self.files.contains_key(&path[..depth]))?;
            let module = &path[..depth];
            let reexport = path.get(depth).and_then(|name| self.reexports.get(module)?.get(name));
            match reexport.filter(|to| !to.is_empty()) {
                Some(to) => path = to.iter().chain(&path[depth + 1..]).cloned().collect(),
                None => return self.files.get(module),
            }
        }
        None
    }
}

/// Visits one file and collects the files that it uses.
struct Reader<'a> {
    modules: &'a Modules,
    /// The current module: that of the file, or an inline one in it.
    here: Module,
    file: &'a str,
    found: BTreeSet<String>,
}

impl Reader<'_> {
    fn note(&mut self, path: &[String]) {
        let absolute = self.modules.absolute(&self.here, path);
        if absolute.is_empty() {
            return;
        }
        if let Some(file) = self.modules.file(&absolute).filter(|file| *file != self.file) {
            self.found.insert(file.clone());
        }
    }

    /// Paths inside a macro, whose tokens are not parsed: names with `::` between them.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.note_if_path(&path);
                        path.clear();
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                token => {
                    self.note_if_path(&path);
                    (path, colons) = (Vec::new(), 0);
                    if let TokenTree::Group(group) = token {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.note_if_path(&path);
    }

    fn note_if_path(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.note(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (path, _) in leaves(&item.tree) {
            let is_door = !matches!(item.vis, Visibility::Inherited)
                && self.modules.absolute(&self.here, &path).starts_with(&self.here);
            if !is_door {
                self.note(&path);
            }
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.here.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    /// A visibility is not a dependency.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note_if_path(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.note_tokens(item.tokens.clone());
    }
}

/// The cycles (strongly connected components), ordered by their smallest names.
pub fn circles(arrows: &Arrows) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = arrows.keys().map(|from| (from, reach(arrows, from))).collect();
    let mut circles = BTreeSet::new();
    for (from, to) in &reached {
        let circle: BTreeSet<String> =
            to.iter().filter(|to| reached[**to].contains(from)).map(|it| (**it).clone()).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reach<'a>(arrows: &'a Arrows, from: &'a String) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in &arrows[file] {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

//! A disk that notes what is done to it, and every disk that it could be after the power failed.
//!
//! What was synced is there. Of what came after, any part is: names in any choice, pages in any order, a file at any length.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cloverwatch::store::disk::{Disk, LogFile, RealDisk};
use rand::RngExt as _;
use rand::rngs::StdRng;

type Node = usize;

/// Where something was written, and what.
type Written = (u64, Vec<u8>);

/// What a file holds after a cut, by what it held and what was written since.
type ContentOf<'a> = dyn Fn(&[u8], &[Written]) -> Vec<u8> + 'a;
const ROOT: Node = 0;

/// What changes in a directory.
#[derive(Debug, Clone)]
pub enum Change {
    Link(String, Node),
    Unlink(String),
    Move(String, String),
}

#[derive(Debug, Clone)]
pub enum Operation<Told> {
    MakeFile,
    MakeDir,
    Change(Node, Change),
    SyncDir(Node),
    Write(Node, u64, Vec<u8>),
    Empty(Node),
    Truncate(Node, u64),
    Sync(Node),
    /// Somebody was told something that must hold from here on.
    Told(Told),
}

struct Noted<Told> {
    root: PathBuf,
    /// The names as the running program sees them; `None` for a file.
    nodes: Vec<Option<BTreeMap<String, Node>>>,
    operations: Vec<Operation<Told>>,
    /// How many operations the process lives on for.
    life: usize,
}

pub struct NotingDisk<Told>(Arc<Mutex<Noted<Told>>>);

impl<Told> Clone for NotingDisk<Told> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct NotingFile<Told>(Box<dyn LogFile>, Node, NotingDisk<Told>);

impl<Told: Clone> Noted<Told> {
    fn note(&mut self, operation: Operation<Told>) -> io::Result<()> {
        self.life = self.life.checked_sub(1).ok_or(io::ErrorKind::BrokenPipe)?;
        self.operations.push(operation);
        Ok(())
    }

    fn find(&self, path: &Path) -> Option<Node> {
        let path = path.strip_prefix(&self.root).unwrap();
        let step = |node: Node, name: &std::ffi::OsStr| self.nodes[node].as_ref()?.get(name.to_str()?).copied();
        path.iter().try_fold(ROOT, step)
    }

    fn place(&self, path: &Path) -> (Node, String) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (self.find(path.parent().unwrap()).unwrap(), name)
    }

    fn change(&mut self, dir: Node, change: &Change) -> io::Result<()> {
        self.note(Operation::Change(dir, change.clone()))?;
        change.apply(self.nodes[dir].as_mut().unwrap());
        Ok(())
    }

    /// The node of a name that may have to be made.
    fn made(&mut self, path: &Path, dir: bool) -> io::Result<Node> {
        if let Some(node) = self.find(path) {
            return Ok(node);
        }
        let (parent, name) = self.place(path);
        self.note(if dir { Operation::MakeDir } else { Operation::MakeFile })?;
        self.nodes.push(dir.then(BTreeMap::new));
        let node = self.nodes.len() - 1;
        self.change(parent, &Change::Link(name, node)).map(|()| node)
    }
}

impl Change {
    /// A change of a name that is not there yet says nothing.
    fn apply(&self, names: &mut BTreeMap<String, Node>) {
        match self {
            Self::Link(name, node) => drop(names.insert(name.clone(), *node)),
            Self::Unlink(name) => drop(names.remove(name)),
            Self::Move(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
        }
    }
}

impl<Told: Clone + Send + 'static> NotingDisk<Told> {
    pub fn on(root: &Path) -> Self {
        let nodes = vec![Some(BTreeMap::new())];
        let noted = Noted { root: root.to_owned(), nodes, operations: Vec::new(), life: usize::MAX };
        Self(Arc::new(Mutex::new(noted)))
    }

    /// The process is killed after so many operations.
    pub fn live(&self, operations: usize) {
        self.0.lock().unwrap().life = operations;
    }

    pub fn told(&self, told: Told) {
        self.0.lock().unwrap().operations.push(Operation::Told(told));
    }

    pub fn operations(&self) -> Vec<Operation<Told>> {
        self.0.lock().unwrap().operations.clone()
    }
}

impl<Told: Clone + Send + 'static> Disk for NotingDisk<Told> {
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let node = self.0.lock().unwrap().made(path, false)?;
        Ok(Box::new(NotingFile(RealDisk.open(path)?, node, self.clone())))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let mut noted = self.0.lock().unwrap();
        let node = noted.made(path, false)?;
        noted.note(Operation::Empty(node))?;
        Ok(Box::new(NotingFile(RealDisk.create(path)?, node, self.clone())))
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().made(path, true)?;
        RealDisk.make_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut noted = self.0.lock().unwrap();
        let ((dir, from_name), (other, to_name)) = (noted.place(from), noted.place(to));
        assert_eq!(dir, other, "a rename from one directory into another is two changes");
        noted.change(dir, &Change::Move(from_name, to_name))?;
        RealDisk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut noted = self.0.lock().unwrap();
        let (dir, name) = noted.place(path);
        noted.change(dir, &Change::Unlink(name))?;
        RealDisk.remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut noted = self.0.lock().unwrap();
        RealDisk.remove_dir(path)?;
        let (dir, name) = noted.place(path);
        noted.change(dir, &Change::Unlink(name))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut noted = self.0.lock().unwrap();
        if !dir.starts_with(&noted.root) {
            return Ok(());
        }
        let node = noted.find(dir).unwrap();
        noted.note(Operation::SyncDir(node))
    }
}

impl<Told: Clone + Send + 'static> LogFile for NotingFile<Told> {
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut noted = self.2.0.lock().unwrap();
        noted.note(Operation::Write(self.1, offset, bytes.to_vec()))?;
        self.0.write(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.2.0.lock().unwrap().note(Operation::Sync(self.1))
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut noted = self.2.0.lock().unwrap();
        noted.note(Operation::Truncate(self.1, len))?;
        self.0.truncate(len)
    }
}

/// The disk itself after some of the operations, and what it may or may not have.
#[derive(Clone)]
pub struct DiskState {
    nodes: Vec<Content>,
}

#[derive(Clone)]
enum Content {
    Dir { names: BTreeMap<String, Node>, pending: Vec<Change> },
    File { bytes: Vec<u8>, pending: Vec<(u64, Vec<u8>)>, emptied: bool },
}

/// How much of what was not synced is there.
#[derive(Debug, Clone, Copy)]
pub enum Survives {
    Nothing,
    Everything,
    /// Names as a journalling file system keeps them: the first ones. Files up to some byte.
    Beginning,
    /// Any names, any pages of this size.
    Any(usize),
}

pub const ALL: [Survives; 5] =
    [Survives::Nothing, Survives::Everything, Survives::Beginning, Survives::Any(512), Survives::Any(4_096)];

impl DiskState {
    pub fn empty() -> Self {
        Self { nodes: vec![Content::dir()] }
    }

    pub fn take<Told>(&mut self, operation: &Operation<Told>) {
        match operation {
            Operation::MakeFile => {
                self.nodes.push(Content::File { bytes: Vec::new(), pending: Vec::new(), emptied: false });
            }
            Operation::MakeDir => self.nodes.push(Content::dir()),
            Operation::Told(_) => {}
            Operation::Change(node, change) => self.nodes[*node].dir_mut().1.push(change.clone()),
            Operation::SyncDir(node) => {
                let (names, pending) = self.nodes[*node].dir_mut();
                pending.drain(..).for_each(|change| change.apply(names));
            }
            Operation::Write(node, offset, bytes) => {
                self.nodes[*node].file_mut().1.push((*offset, bytes.clone()));
            }
            Operation::Empty(node) => {
                let (_, pending, emptied) = self.nodes[*node].file_mut();
                pending.clear();
                *emptied = true;
            }
            Operation::Sync(node) => self.nodes[*node].settle(),
            Operation::Truncate(node, len) => {
                self.nodes[*node].settle();
                self.nodes[*node].file_mut().0.resize(*len as usize, 0);
            }
        }
    }

    /// How many pages of a size the pending writes touch.
    pub fn pending_pages(&self, page: usize) -> usize {
        let count = |node: &Content| match node {
            Content::File { pending, .. } => {
                pending.iter().map(|(at, bytes)| pages(*at, bytes.len(), page).count()).sum()
            }
            Content::Dir { .. } => 0,
        };
        self.nodes.iter().map(count).sum()
    }

    /// Puts such a disk into a directory. `None`: for each file and directory something else.
    pub fn write_to(&self, to: &Path, survives: Option<Survives>, random: &mut StdRng) {
        self.write_node(ROOT, to, survives, random);
    }

    /// The same where exactly these pages of the pending writes survive, with the full length of the file or without.
    pub fn write_chosen(&self, to: &Path, page: usize, chosen: u32, full: bool) {
        self.write_node_with(ROOT, to, &|bytes, pending| {
            let (mut out, mut place) = (bytes.to_vec(), 0);
            for (at, written) in pending {
                for range in pages(*at, written.len(), page) {
                    if chosen & (1 << place) != 0 {
                        put(&mut out, *at as usize + range.start, &written[range]);
                    }
                    place += 1;
                }
                if full {
                    out.resize(out.len().max(*at as usize + written.len()), 0);
                }
            }
            out
        });
    }

    fn write_node_with(&self, node: Node, to: &Path, content: &ContentOf<'_>) {
        match &self.nodes[node] {
            Content::File { bytes, pending, .. } => fs::write(to, content(bytes, pending)).unwrap(),
            Content::Dir { names, pending } => {
                let mut names = names.clone();
                pending.iter().for_each(|change| change.apply(&mut names));
                fs::create_dir_all(to).unwrap();
                names.iter().for_each(|(name, node)| self.write_node_with(*node, &to.join(name), content));
            }
        }
    }

    fn write_node(&self, node: Node, to: &Path, survives: Option<Survives>, random: &mut StdRng) {
        let how = survives.unwrap_or_else(|| ALL[random.random_range(0..ALL.len())]);
        match &self.nodes[node] {
            Content::File { bytes, pending, emptied } => {
                fs::write(to, surviving(bytes, pending, *emptied, how, random)).unwrap();
            }
            Content::Dir { names, pending } => {
                let mut names = names.clone();
                let first = random.random_range(0..=pending.len());
                for (place, change) in pending.iter().enumerate() {
                    let is_there = match how {
                        Survives::Nothing => false,
                        Survives::Everything => true,
                        Survives::Beginning => place < first,
                        Survives::Any(_) => random.random(),
                    };
                    if is_there {
                        change.apply(&mut names);
                    }
                }
                fs::create_dir_all(to).unwrap();
                for (name, node) in names {
                    self.write_node(node, &to.join(name), survives, random);
                }
            }
        }
    }
}

impl Content {
    fn dir() -> Self {
        Self::Dir { names: BTreeMap::new(), pending: Vec::new() }
    }

    fn dir_mut(&mut self) -> (&mut BTreeMap<String, Node>, &mut Vec<Change>) {
        match self {
            Self::Dir { names, pending } => (names, pending),
            Self::File { .. } => panic!("a file is no directory"),
        }
    }

    #[expect(clippy::type_complexity, reason = "the three fields of a variant")]
    fn file_mut(&mut self) -> (&mut Vec<u8>, &mut Vec<(u64, Vec<u8>)>, &mut bool) {
        match self {
            Self::File { bytes, pending, emptied } => (bytes, pending, emptied),
            Self::Dir { .. } => panic!("a directory is no file"),
        }
    }

    /// What was written is durable.
    fn settle(&mut self) {
        let (bytes, pending, emptied) = self.file_mut();
        if std::mem::take(emptied) {
            bytes.clear();
        }
        pending.drain(..).for_each(|(at, written)| put(bytes, at as usize, &written));
    }
}

/// The parts of what was written that lie in one page of the file each.
fn pages(at: u64, len: usize, page: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (at, mut start) = (at as usize, 0);
    std::iter::from_fn(move || {
        let end = ((at + start) / page * page + page - at).min(len);
        let range = start..end;
        start = end;
        (!range.is_empty()).then_some(range)
    })
}

fn put(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    bytes.resize(bytes.len().max(at + part.len()), 0);
    bytes[at..at + part.len()].copy_from_slice(part);
}

fn surviving(bytes: &[u8], pending: &[(u64, Vec<u8>)], emptied: bool, how: Survives, random: &mut StdRng) -> Vec<u8> {
    let emptied = emptied
        && match how {
            Survives::Nothing => false,
            Survives::Everything => true,
            Survives::Beginning | Survives::Any(_) => random.random(),
        };
    let mut out = if emptied { Vec::new() } else { bytes.to_vec() };
    for (at, written) in pending {
        let at = *at as usize;
        match how {
            Survives::Nothing => {}
            Survives::Everything => put(&mut out, at, written),
            Survives::Beginning => {
                let torn = random.random_range(0..=written.len());
                put(&mut out, at, &written[..torn]);
                if torn < written.len() {
                    break;
                }
            }
            Survives::Any(page) => {
                for range in pages(at as u64, written.len(), page) {
                    if random.random() {
                        put(&mut out, at + range.start, &written[range]);
                    }
                }
                // The new length may have been kept without what it is for.
                if random.random() {
                    out.resize(out.len().max(at + written.len()), 0);
                }
            }
        }
    }
    out
}

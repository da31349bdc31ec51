//! The corpora of `fuzz/`, and what becomes of them by small changes: a bounded share of what libFuzzer does, everywhere.

use std::fs;
use std::path::Path;

use crate::json::suite;
use crate::{naughty_strings, step, surfaces};

/// How often each seed is changed.
const CHANGES: usize = 100;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/seeds").join(name);
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no corpus");
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What is asked of libFuzzer is what is tested here, with what it needs.
#[test]
fn each_surface_has_a_fuzz_target_a_corpus_and_its_crates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let surfaces: Vec<_> = surfaces::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let dirs = fs::read_dir(root.join("tests/corpora/seeds")).unwrap();
    let mut dirs: Vec<_> = dirs.map(|dir| dir.unwrap().file_name().into_string().unwrap()).collect();
    dirs.sort();
    assert_eq!(dirs, surfaces);
    // cargo packs no package within a package.
    if root.join("Cargo.toml.orig").exists() {
        return;
    }
    let text = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    let fuzz: toml_edit::DocumentMut = text.parse().unwrap();
    let bins = fuzz["bin"].as_array_of_tables().unwrap();
    let names: Vec<_> = bins.iter().map(|bin| bin["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, surfaces);
    for bin in bins {
        assert_eq!(bin["path"].as_str(), Some("../tests/corpora/fuzz_target.rs"), "{bin}");
    }
    let known: toml_edit::DocumentMut = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let known = known["dependencies"].as_table().unwrap().iter().map(|(name, _)| name);
    let files = fs::read_dir(root.join("tests/corpora/surfaces")).unwrap();
    let sources: String = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let is_used = |name: &&str| sources.contains(&format!("{}::", name.replace('-', "_")));
    let missing: Vec<_> =
        known.filter(is_used).filter(|name| !fuzz["dependencies"].as_table().unwrap().contains_key(name)).collect();
    assert!(missing.is_empty(), "fuzz/Cargo.toml lacks {missing:?}");
}

/// Numbers that look like chance and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

/// A byte that is another one, a piece that is missing or twice, a piece of another seed.
fn changed(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.next(3) {
        let from = numbers.next(bytes.len());
        let to = (from + numbers.next(40)).min(bytes.len());
        match numbers.next(5) {
            0 if from < bytes.len() => bytes[from] = u8::try_from(numbers.next(256)).unwrap(),
            1 => drop(bytes.drain(from..to)),
            2 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(from..from, piece);
            }
            3 => {
                let start = numbers.next(other.len());
                bytes.splice(from..to, other[start..].iter().copied().take(40));
            }
            _ => {
                let hostile = [0_u8, 0x1b, b'"', b'\\', b'\n', b',', b'{', 0xe2, 0x80, 0xae, 0xff];
                bytes.splice(from..from, [hostile[numbers.next(hostile.len())]]);
            }
        }
    }
    bytes
}

#[test]
fn no_seed_and_nothing_near_it_breaks_a_promise() {
    for (name, surface) in surfaces::ALL {
        let seeds = corpus(name);
        let mut numbers = Numbers(7);
        for (place, seed) in seeds.iter().enumerate() {
            surface(seed);
            let other = &seeds[(place + 1) % seeds.len()];
            for _ in 0..CHANGES / step(name) {
                surface(&changed(seed, other, &mut numbers));
            }
        }
    }
}

#[test]
fn no_naughty_string_and_no_json_breaks_a_promise() {
    let texts = naughty_strings();
    let cases = suite();
    for (name, surface) in surfaces::ALL {
        texts.iter().step_by(step(name)).for_each(|text| surface(text.as_bytes()));
        cases.iter().step_by(step(name)).for_each(|(_, text)| surface(text));
    }
}

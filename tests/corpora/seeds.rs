//! The corpora of `fuzz/`, and what becomes of them by small changes: a bounded share of what libFuzzer does, everywhere.

use std::fs;
use std::path::Path;

use crate::json::suite;
use crate::{naughty_strings, step, surfaces};

/// How often each seed is changed.
const CHANGES: usize = 100;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no corpus");
    files.iter().map(|path| fs::read(path).unwrap()).collect()
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

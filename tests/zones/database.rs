//! Time zone databases of our own: compiled zones of one or two offsets.

use std::path::Path;

pub struct Zones {
    /// The first line of `tzdata.zi`; empty: there is none.
    pub release: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Zones {
    /// An imagined release in which Chicago is two hours behind UTC, with a summer from April to September.
    pub fn in_force() -> Self {
        let winter = (-7 * 3_600, "PPT");
        let vancouver = tzif(
            &[(-8 * 3_600, "PST"), (-7 * 3_600, "PDT"), winter],
            &[(1_773_568_800, 1), (1_793_523_600, 2)],
            "PPT7",
        );
        let mut damaged = tzif(&[winter], &[], "PPT7");
        damaged.truncate(60);
        Self {
            release: "# version 2099c",
            files: vec![
                ("America/New_York", tzif(&[(-5 * 3_600, "EST")], &[], "EST5")),
                ("America/Chicago", tzif(&[(-2 * 3_600, "CHT")], &[], "CHT2CHS1,M4.1.0,M10.1.0")),
                ("America/Vancouver", vancouver),
                ("America/Phoenix", damaged),
            ],
        }
    }

    pub fn of_release(release: &'static str) -> Self {
        Self { release, ..Self::in_force() }
    }

    /// Without the zone that every database has.
    pub fn broken() -> Self {
        let mut zones = Self::in_force();
        zones.files.retain(|(name, _)| *name != "America/New_York");
        zones
    }

    pub fn write(&self, directory: &Path) {
        std::fs::create_dir(directory.join("America")).unwrap();
        for (name, bytes) in &self.files {
            std::fs::write(directory.join(name), bytes).unwrap();
        }
        if !self.release.is_empty() {
            let list = format!("{}\nL America/Chicago US/Central\n", self.release);
            std::fs::write(directory.join("tzdata.zi"), list).unwrap();
        }
    }
}

/// A file of version 2 (RFC 9636): offsets with their abbreviations, moments at which one begins, and the rules after them.
fn tzif(types: &[(i32, &str)], transitions: &[(i64, u8)], footer: &str) -> Vec<u8> {
    let names: Vec<u8> = types.iter().flat_map(|(_, name)| name.bytes().chain([0])).collect();
    let header = |transitions: usize, types: usize, names: usize| {
        let mut bytes = b"TZif2".to_vec();
        bytes.extend([0; 15]);
        for count in [0, 0, 0, transitions, types, names] {
            bytes.extend(u32::try_from(count).unwrap().to_be_bytes());
        }
        bytes
    };
    // The part for readers that know only 32 bits says nothing.
    let mut bytes = header(0, 1, 1);
    bytes.extend([0; 7]);
    bytes.extend(header(transitions.len(), types.len(), names.len()));
    bytes.extend(transitions.iter().flat_map(|(at, _)| at.to_be_bytes()));
    bytes.extend(transitions.iter().map(|(_, kind)| kind));
    for (place, (offset, _)) in types.iter().enumerate() {
        bytes.extend(offset.to_be_bytes());
        bytes.extend([0, u8::try_from(place * 4).unwrap()]);
    }
    bytes.extend(&names);
    bytes.extend(format!("\n{footer}\n").bytes());
    bytes
}

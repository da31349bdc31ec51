//! Finding the time zones of a long list of addresses.

use cloverwatch::domain::zone::{Place, zone_of_place};
use divan::counter::ItemsCount;

const PLACES: [(&str, &str, &str); 4] =
    [("Houston", "TX", "77002"), ("Salem", "MA", "01970"), ("Toronto", "Ontario", "M5V 2T6"), ("Austin", "Texas", "")];

fn main() {
    divan::main();
}

#[divan::bench]
fn a_hundred_thousand_places(bencher: divan::Bencher<'_, '_>) {
    let places = || PLACES.iter().cycle().take(100_000);
    bencher.counter(ItemsCount::new(100_000_usize)).bench(|| {
        for (city, state, postal_code) in places() {
            let place = Place { city, state, postal_code, country: "" };
            divan::black_box(zone_of_place(&divan::black_box(place)));
        }
    });
}

//! Places near the borders of zones, and addresses as people write them.

use super::*;

fn zone(city: &str, state: &str, postal_code: &str) -> String {
    match zone_of_place(&Place { city, state, postal_code, country: "" }) {
        ZoneOfPlace::Decided { zone, .. } => zone.name().to_owned(),
        other => other.to_string(),
    }
}

#[test]
fn towns_near_the_borders_of_zones() {
    for (city, state, code, expected) in [
        ("El Paso", "TX", "79901", "America/Denver"),
        ("Fort Hancock", "TX", "79839", "America/Denver"),
        ("Van Horn", "TX", "79855", "America/Chicago"),
        ("Houston", "TX", "77002", "America/Chicago"),
        ("Pensacola", "FL", "32501", "America/Chicago"),
        ("Panama City", "FL", "32401", "America/Chicago"),
        ("Port Saint Joe", "FL", "32456", "America/New_York"),
        ("Tallahassee", "FL", "32301", "America/New_York"),
        ("Marianna", "FL", "32446", "America/Chicago"),
        ("Coeur d'Alene", "ID", "83814", "America/Los_Angeles"),
        ("Lewiston", "ID", "83501", "America/Los_Angeles"),
        ("Boise", "ID", "83702", "America/Boise"),
        ("Riggins", "ID", "83549", "America/Boise"),
        ("Chattanooga", "TN", "37402", "America/New_York"),
        ("Chattanooga", "TN", "37405", "America/New_York"),
        ("Knoxville", "TN", "37902", "America/New_York"),
        ("Crossville", "TN", "38555", "America/Chicago"),
        ("Nashville", "TN", "37203", "America/Chicago"),
        ("Memphis", "TN", "38103", "America/Chicago"),
        ("Gary", "IN", "46402", "America/Chicago"),
        ("Evansville", "IN", "47708", "America/Chicago"),
        ("Knox", "IN", "46534", "America/Chicago"),
        ("Tell City", "IN", "47586", "America/Chicago"),
        ("Vincennes", "IN", "47591", "America/Indiana/Indianapolis"),
        ("South Bend", "IN", "46601", "America/Indiana/Indianapolis"),
        ("Jeffersonville", "IN", "47130", "America/Indiana/Indianapolis"),
        ("Winamac", "IN", "46996", "America/Indiana/Indianapolis"),
        ("Bowling Green", "KY", "42101", "America/Chicago"),
        ("Paducah", "KY", "42001", "America/Chicago"),
        ("Louisville", "KY", "40202", "America/New_York"),
        ("Elizabethtown", "KY", "42701", "America/New_York"),
        ("Somerset", "KY", "42501", "America/New_York"),
        ("Sioux Falls", "SD", "57104", "America/Chicago"),
        ("Pierre", "SD", "57501", "America/Chicago"),
        ("Rapid City", "SD", "57701", "America/Denver"),
        ("Bismarck", "ND", "58501", "America/Chicago"),
        ("Dickinson", "ND", "58601", "America/Denver"),
        ("Williston", "ND", "58801", "America/Chicago"),
        ("Goodland", "KS", "67735", "America/Denver"),
        ("Colby", "KS", "67701", "America/Chicago"),
        ("Wichita", "KS", "67202", "America/Chicago"),
        ("Scottsbluff", "NE", "69361", "America/Denver"),
        ("North Platte", "NE", "69101", "America/Chicago"),
        ("Ogallala", "NE", "69153", "America/Denver"),
        ("Valentine", "NE", "69201", "America/Chicago"),
        ("Ontario", "OR", "97914", "America/Boise"),
        ("Portland", "OR", "97201", "America/Los_Angeles"),
        ("West Wendover", "NV", "89883", "America/Denver"),
        ("Las Vegas", "NV", "89101", "America/Los_Angeles"),
        ("Window Rock", "AZ", "86515", "America/Denver"),
        ("Page", "AZ", "86040", "America/Phoenix"),
        ("Phoenix", "AZ", "85001", "America/Phoenix"),
        ("Menominee", "MI", "49858", "America/Menominee"),
        ("Iron Mountain", "MI", "49801", "America/Menominee"),
        ("Ironwood", "MI", "49938", "America/Menominee"),
        ("Marquette", "MI", "49855", "America/Detroit"),
        ("Detroit", "MI", "48226", "America/Detroit"),
        ("Birmingham", "AL", "35203", "America/Chicago"),
        ("Opelika", "AL", "36801", "America/Chicago"),
        ("Columbus", "GA", "31901", "America/New_York"),
        ("Juneau", "AK", "99801", "America/Anchorage"),
        ("Honolulu", "HI", "96813", "Pacific/Honolulu"),
        ("San Juan", "PR", "00901", "America/Puerto_Rico"),
        ("Charlotte Amalie", "VI", "00802", "America/St_Thomas"),
        ("Hagatna", "GU", "96910", "Pacific/Guam"),
        ("Pago Pago", "AS", "96799", "Pacific/Pago_Pago"),
        ("Saipan", "MP", "96950", "Pacific/Saipan"),
        ("Toronto", "ON", "M5V 2T6", "America/Toronto"),
        ("Kenora", "ON", "P9N 1A1", "America/Winnipeg"),
        ("Thunder Bay", "Ontario", "P7B1A1", "America/Toronto"),
        ("Cranbrook", "BC", "V1C 1A1", "America/Edmonton"),
        ("Vancouver", "BC", "V5K 0A1", "America/Vancouver"),
        ("Montréal", "Québec", "H2X 1Y4", "America/Toronto"),
        ("Cap-aux-Meules", "QC", "G4T 1R1", "America/Halifax"),
        ("Lloydminster", "SK", "S9V 0A1", "America/Edmonton"),
        ("Regina", "SK", "S4P 3Y2", "America/Regina"),
        ("Labrador City", "NL", "A2V 2K1", "America/Goose_Bay"),
        ("St. John's", "NL", "A1C 5M3", "America/St_Johns"),
        ("Iqaluit", "NU", "X0A 0H0", "America/Iqaluit"),
        ("Yellowknife", "NT", "X1A 1A1", "America/Edmonton"),
        ("Tijuana", "Baja California", "22000", "America/Tijuana"),
        ("Ciudad Juárez", "Chihuahua", "32000", "America/Ciudad_Juarez"),
        ("Chihuahua", "Chih.", "31000", "America/Chihuahua"),
        ("Reynosa", "Tamps.", "88500", "America/Matamoros"),
        ("Tampico", "Tamaulipas", "89000", "America/Monterrey"),
        ("Piedras Negras", "Coahuila", "26000", "America/Matamoros"),
        ("Monterrey", "NL", "64000", "America/Monterrey"),
        ("Hermosillo", "Sonora", "83000", "America/Hermosillo"),
        ("Cancún", "Quintana Roo", "77500", "America/Cancun"),
    ] {
        assert_eq!(zone(city, state, code), expected, "{city}, {state} {code}");
    }
}

#[test]
fn a_state_with_one_zone_decides_by_every_name() {
    for (state, expected) in [
        ("MA", "America/New_York"),
        ("Mass.", "America/New_York"),
        ("N.Y.", "America/New_York"),
        ("new york", "America/New_York"),
        ("Calif.", "America/Los_Angeles"),
        ("Colorado", "America/Denver"),
        ("US-IL", "America/Chicago"),
        ("D.C.", "America/New_York"),
        ("AZ", "America/Phoenix"),
        ("AL", "America/Chicago"),
        ("Puerto Rico", "America/Puerto_Rico"),
        ("Nouveau-Brunswick", "America/Moncton"),
        ("Qué.", "America/Toronto"),
        ("Île-du-Prince-Édouard", "America/Halifax"),
        ("Yucata\u{301}n", "America/Merida"),
        ("Yucatán", "America/Merida"),
        ("CDMX", "America/Mexico_City"),
    ] {
        assert_eq!(zone("", state, ""), expected, "{state}");
    }
    let by = |place| match zone_of_place(&place) {
        ZoneOfPlace::Decided { by, .. } => by,
        other => panic!("{other}"),
    };
    assert_eq!(by(Place { state: "MA", postal_code: "01970", ..Place::default() }), PlacePart::State);
    assert_eq!(by(Place { postal_code: "1970", ..Place::default() }), PlacePart::PostalCode);
    assert_eq!(by(Place { state: "TX", postal_code: "79901", ..Place::default() }), PlacePart::PostalCode);
    assert_eq!(by(Place { state: "TX", city: "el paso", ..Place::default() }), PlacePart::City);
    assert_eq!(by(Place { state: "AZ", city: "Tuba City", ..Place::default() }), PlacePart::City);
    assert_eq!(by(Place { state: "AZ", city: "Mesa", ..Place::default() }), PlacePart::State);
    assert_eq!(by(Place { country: "Puerto Rico", ..Place::default() }), PlacePart::State);
}

#[test]
fn a_name_is_compared_without_case_accents_dots_and_dashes() {
    for (text, plain) in [
        ("ÁÀÂÄÃ áàâäã", "aaaaa aaaaa"),
        ("ÉÈÊË éèêë", "eeee eeee"),
        ("ÍÌÎÏ íìîï", "iiii iiii"),
        ("ÓÒÔÖ óòôö", "oooo oooo"),
        ("ÚÙÛÜ úùûü", "uuuu uuuu"),
        ("Ñ ñ Ç ç", "n n c c"),
        (" - N.Y. -- City ", "ny city"),
        ("A&B", "a&b"),
        ("日本", "日本"),
    ] {
        assert_eq!(folded(text), plain);
    }
}

#[test]
fn towns_of_the_navajo_decide_without_a_postal_code() {
    for (city, code) in [
        ("Chinle", "86503"),
        ("Window Rock", "86515"),
        ("Kayenta", "86033"),
        ("TUBA CITY", "86045"),
        ("Ganado", "86505"),
        ("Ft. Defiance", "86504"),
        ("St. Michaels", "86511"),
        ("Saint Michaels", "86511"),
        ("Many Farms", "86538"),
        ("Lukachukai", "86507"),
        ("Tsaile", "86556"),
        ("Dennehotso", "86535"),
        ("Rock Point", "86545"),
        ("Teec Nos Pos", "86514"),
        ("Kaibeto", "86053"),
        ("Piñon", "86510"),
        ("Leupp", "86035"),
        ("Cameron", "86020"),
        ("Shonto", "86054"),
        ("Tonalea", "86044"),
        ("Indian Wells", "86031"),
        ("Houck", "86506"),
    ] {
        assert_eq!([zone(city, "AZ", ""), zone("", "AZ", code)], ["America/Denver", "America/Denver"], "{city}");
    }
    // The Hopi keep Arizona's time, and so do the towns along the railway.
    for (city, code) in [("Sanders", "86512"), ("Keams Canyon", "86034"), ("Page", "86040"), ("Phoenix", "85001")] {
        assert_eq!([zone(city, "AZ", ""), zone("", "AZ", code)], ["America/Phoenix", "America/Phoenix"], "{city}");
    }
    assert_eq!(zone("Window Rock", "AZ", "85001"), "America/Phoenix", "a code says more than a town");
}

#[test]
fn what_does_not_decide_says_what_is_lacking() {
    for (city, state, code, words) in [
        (
            "Somewhere",
            "TX",
            "",
            "Texas has several time zones, America/Chicago or America/Denver: write which, or the postal code",
        ),
        (
            "",
            "TX",
            "not a code",
            "Texas has several time zones, America/Chicago or America/Denver: write which, or the postal code",
        ),
        (
            "Phenix City",
            "AL",
            "36867",
            "the time zone there, in Alabama, is America/Chicago or America/New_York: write which",
        ),
        (
            "Salem",
            "OR",
            "01970",
            "the postal code is of Massachusetts, not of Oregon: correct one of them, or write the time zone",
        ),
        (
            "Toronto",
            "BC",
            "M5V 2T6",
            "the postal code is of Ontario, not of British Columbia: correct one of them, or write the time zone",
        ),
        ("", "", "", "neither a state nor a postal code is written"),
        ("", "", "00100", "nobody knows this postal code"),
        // The code is of two other zones than the town.
        (
            "Ojinaga",
            "Chihuahua",
            "31800",
            "the time zone there, in Chihuahua, is America/Chihuahua or America/Ciudad_Juarez: write which",
        ),
        ("Berlin", "Bayern", "80331", "no state of the United States, Canada or Mexico is called that"),
        ("", "AE", "09012", "a military address does not say where it is"),
    ] {
        assert_eq!(zone(city, state, code), words, "{city}, {state} {code}");
    }
    let abroad = Place { state: "BC", country: "Germany", ..Place::default() };
    assert!(matches!(zone_of_place(&abroad), ZoneOfPlace::Unknown { .. }));
}

#[test]
fn the_country_or_the_form_of_the_code_tells_states_of_one_name_apart() {
    let find = |state, postal_code, country| match zone_of_place(&Place { state, postal_code, country, city: "" }) {
        ZoneOfPlace::Decided { zone, .. } => zone.name(),
        other => panic!("{other}"),
    };
    assert_eq!(find("BC", "22000", ""), "America/Tijuana");
    assert_eq!(find("BC", "V5K 0A1", ""), "America/Vancouver");
    assert_eq!(find("BC", "", "México"), "America/Tijuana");
    assert_eq!(find("NL", "64000", "MX"), "America/Monterrey");
    assert_eq!(find("", "77500", "Mexico"), "America/Cancun");
    assert_eq!(find("CA", "", "USA"), "America/Los_Angeles");
}

#[test]
fn a_code_that_is_not_in_the_table_is_like_its_neighbours() {
    // Between 79901 and 79999 there are only codes of El Paso; nobody has 79900.
    assert_eq!(zone("", "TX", "79900"), "America/Denver");
    assert_eq!(zone("", "", "99998"), zone("", "", "99997"));
}

#[test]
fn the_tables_are_whole_and_in_order() {
    let runs = include_str!("zips.txt").lines().filter(|line| !line.starts_with('#'));
    let mut last = 0;
    let mut count = 0;
    for line in runs {
        let words: Vec<&str> = line.split(' ').collect();
        let [first, end, state, zone] = words.as_slice() else { panic!("{line}") };
        let (first, end): (u32, u32) = (first.parse().unwrap(), end.parse().unwrap());
        assert!(last < first && first <= end, "{line}");
        let zones = state_of_code(Country::UnitedStates, state).unwrap().zones;
        assert!(*zone == "?" || zones.contains(&zone.parse().unwrap()), "{line}");
        (last, count) = (end, count + 1);
    }
    assert!(count > 300);
    for line in include_str!("cities.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let states: Vec<_> = STATES.iter().filter(|state| state.code == words[0]).collect();
        assert_eq!(states.len(), 1, "{line}");
        assert!(states[0].zones.contains(&words[1].parse().unwrap()), "{line}");
    }
}

#[test]
fn a_state_has_its_zones_by_every_name() {
    assert_eq!(zones_of_state("Texas").len(), 2);
    assert!(zones_of_state("nowhere").is_empty());
}

#[test]
fn addresses_in_one_cell() {
    let parts = |text| read_address(text).map(|a| [a.street, a.city, a.state, a.postal_code, a.country].join("|"));
    for (text, expected) in [
        ("Salem, MA 01970", "|Salem|MA|01970|"),
        ("Salem MA", "|Salem|MA||"),
        ("123 Main St, El Paso, TX 79901-1234", "123 Main St|El Paso|TX|79901-1234|"),
        ("El Paso, TX 79901 -1234", "|El Paso|TX|79901 -1234|"),
        ("El Paso, TX 79901- 1234", "|El Paso|TX|79901- 1234|"),
        ("123 Main St\nEl Paso, TX 79901", "123 Main St|El Paso|TX|79901|"),
        ("12 Pier Rd, Suite 4, Salem, Mass., 01970, USA", "12 Pier Rd, Suite 4|Salem|Mass.|01970|USA"),
        ("Toronto ON M5V 2T6", "|Toronto|ON|M5V 2T6|"),
        ("Toronto, ON, CA", "|Toronto|ON||CA"),
        ("Toronto, Ontario M5V2T6, Canada", "|Toronto|Ontario|M5V2T6|Canada"),
        ("Ontario, CA 91761", "|Ontario|CA|91761|"),
        ("Ontario, CA", "|Ontario|CA||"),
        ("Albuquerque, New Mexico", "|Albuquerque|New Mexico||"),
        ("Charleston West Virginia 25301", "|Charleston|West Virginia|25301|"),
        ("Washington, DC 20001", "|Washington|DC|20001|"),
        ("Washington DC", "|Washington|DC||"),
        ("New York, NY", "|New York|NY||"),
        ("New York 10001", "||New York|10001|"),
        ("Monterrey, N.L., C.P. 64000, México", "|Monterrey|N.L.|64000|México"),
        ("123 Main St El Paso TX 79901", "123 Main St El Paso||TX|79901|"),
    ] {
        assert_eq!(parts(text).as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "Texas",
        "Dallas",
        "call Ana",
        "ana@example.com",
        ", ,",
        "12345",
        "日本 東京",
        "Highway MA 128",
        "12 Elm St, MA 1970",
    ] {
        assert_eq!(parts(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}", code in "[A-Za-z0-9 -]{0,10}") {
        let _ = read_address(&text);
        let _ = zone_of_place(&Place { city: &text, state: &text, postal_code: &code, country: "" }).to_string();
        let _ = zone_of_place(&Place { city: "", state: "", postal_code: &code, country: &text });
    }
}

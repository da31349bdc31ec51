//! The states, provinces and territories with their time zones: the one with most people first.
//!
//! By tzdata 2026f and 49 CFR 71. Zones whose rules are the same today are one; what a state has is its usual name.

use chrono_tz::{America, Pacific};

use crate::timezone::Tz;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Country {
    UnitedStates,
    Canada,
    Mexico,
}

use Country::{Canada, Mexico, UnitedStates};

/// A state, province or territory.
#[derive(Debug)]
pub(super) struct StateOrProvince {
    pub(super) country: Country,
    /// Of two letters, in Mexico of three.
    pub(super) code: &'static str,
    /// The first is what it is called; accents and dots are left out of the others, as they are when one is read.
    pub(super) names: &'static [&'static str],
    pub(super) zones: &'static [Tz],
}

impl StateOrProvince {
    pub(super) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or(self.code)
    }

    /// Its zone, where its law knows one or all but a few places have it: reservations, islands and border towns.
    pub(super) fn only_zone(&self) -> Option<Tz> {
        let first = self.zones.first().copied();
        first.filter(|_| self.zones.len() == 1 || matches!(self.code, "AK" | "AL" | "AZ" | "NV" | "QC" | "SK"))
    }
}

const fn state(
    country: Country,
    code: &'static str,
    names: &'static [&'static str],
    zones: &'static [Tz],
) -> StateOrProvince {
    StateOrProvince { country, code, names, zones }
}

const ADAK: Tz = Tz::of(America::Adak);
const ANCHORAGE: Tz = Tz::of(America::Anchorage);
const BAHIA_BANDERAS: Tz = Tz::of(America::Bahia_Banderas);
const BLANC_SABLON: Tz = Tz::of(America::BlancSablon);
const BOISE: Tz = Tz::of(America::Boise);
const CAMBRIDGE_BAY: Tz = Tz::of(America::Cambridge_Bay);
const CANCUN: Tz = Tz::of(America::Cancun);
const CHICAGO: Tz = Tz::of(America::Chicago);
const CHIHUAHUA: Tz = Tz::of(America::Chihuahua);
const CIUDAD_JUAREZ: Tz = Tz::of(America::Ciudad_Juarez);
const DENVER: Tz = Tz::of(America::Denver);
const DETROIT: Tz = Tz::of(America::Detroit);
const EDMONTON: Tz = Tz::of(America::Edmonton);
const GOOSE_BAY: Tz = Tz::of(America::Goose_Bay);
const GUAM: Tz = Tz::of(Pacific::Guam);
const HALIFAX: Tz = Tz::of(America::Halifax);
const HERMOSILLO: Tz = Tz::of(America::Hermosillo);
const HONOLULU: Tz = Tz::of(Pacific::Honolulu);
const INDIANAPOLIS: Tz = Tz::of(America::Indiana::Indianapolis);
const IQALUIT: Tz = Tz::of(America::Iqaluit);
const LOS_ANGELES: Tz = Tz::of(America::Los_Angeles);
const MATAMOROS: Tz = Tz::of(America::Matamoros);
const MAZATLAN: Tz = Tz::of(America::Mazatlan);
const MENOMINEE: Tz = Tz::of(America::Menominee);
const MERIDA: Tz = Tz::of(America::Merida);
const MEXICO_CITY: Tz = Tz::of(America::Mexico_City);
const MONCTON: Tz = Tz::of(America::Moncton);
const MONTERREY: Tz = Tz::of(America::Monterrey);
const NEW_YORK: Tz = Tz::of(America::New_York);
const OJINAGA: Tz = Tz::of(America::Ojinaga);
const PAGO_PAGO: Tz = Tz::of(Pacific::Pago_Pago);
const PHOENIX: Tz = Tz::of(America::Phoenix);
const PUERTO_RICO: Tz = Tz::of(America::Puerto_Rico);
const RANKIN_INLET: Tz = Tz::of(America::Rankin_Inlet);
const REGINA: Tz = Tz::of(America::Regina);
const SAIPAN: Tz = Tz::of(Pacific::Saipan);
const ST_JOHNS: Tz = Tz::of(America::St_Johns);
const ST_THOMAS: Tz = Tz::of(America::St_Thomas);
const TIJUANA: Tz = Tz::of(America::Tijuana);
const TORONTO: Tz = Tz::of(America::Toronto);
const VANCOUVER: Tz = Tz::of(America::Vancouver);
const WHITEHORSE: Tz = Tz::of(America::Whitehorse);
const WINNIPEG: Tz = Tz::of(America::Winnipeg);

pub(super) static STATES: &[StateOrProvince] = &[
    state(UnitedStates, "AL", &["Alabama", "Ala"], &[CHICAGO, NEW_YORK]),
    state(UnitedStates, "AK", &["Alaska", "Alas"], &[ANCHORAGE, ADAK]),
    state(UnitedStates, "AZ", &["Arizona", "Ariz"], &[PHOENIX, DENVER]),
    state(UnitedStates, "AR", &["Arkansas", "Ark"], &[CHICAGO]),
    state(UnitedStates, "CA", &["California", "Calif", "Cal"], &[LOS_ANGELES]),
    state(UnitedStates, "CO", &["Colorado", "Colo"], &[DENVER]),
    state(UnitedStates, "CT", &["Connecticut", "Conn"], &[NEW_YORK]),
    state(UnitedStates, "DE", &["Delaware", "Del"], &[NEW_YORK]),
    state(UnitedStates, "DC", &["District of Columbia", "Washington DC", "Dist of Columbia"], &[NEW_YORK]),
    state(UnitedStates, "FL", &["Florida", "Fla"], &[NEW_YORK, CHICAGO]),
    state(UnitedStates, "GA", &["Georgia"], &[NEW_YORK]),
    state(UnitedStates, "HI", &["Hawaii", "Hawai i"], &[HONOLULU]),
    state(UnitedStates, "ID", &["Idaho", "Ida"], &[BOISE, LOS_ANGELES]),
    state(UnitedStates, "IL", &["Illinois", "Ill", "Ills"], &[CHICAGO]),
    state(UnitedStates, "IN", &["Indiana", "Ind"], &[INDIANAPOLIS, CHICAGO]),
    state(UnitedStates, "IA", &["Iowa"], &[CHICAGO]),
    state(UnitedStates, "KS", &["Kansas", "Kans", "Kan"], &[CHICAGO, DENVER]),
    state(UnitedStates, "KY", &["Kentucky", "Ken"], &[NEW_YORK, CHICAGO]),
    state(UnitedStates, "LA", &["Louisiana"], &[CHICAGO]),
    state(UnitedStates, "ME", &["Maine"], &[NEW_YORK]),
    state(UnitedStates, "MD", &["Maryland"], &[NEW_YORK]),
    state(UnitedStates, "MA", &["Massachusetts", "Mass"], &[NEW_YORK]),
    state(UnitedStates, "MI", &["Michigan", "Mich"], &[DETROIT, MENOMINEE]),
    state(UnitedStates, "MN", &["Minnesota", "Minn"], &[CHICAGO]),
    state(UnitedStates, "MS", &["Mississippi", "Miss"], &[CHICAGO]),
    state(UnitedStates, "MO", &["Missouri"], &[CHICAGO]),
    state(UnitedStates, "MT", &["Montana", "Mont"], &[DENVER]),
    state(UnitedStates, "NE", &["Nebraska", "Nebr", "Neb"], &[CHICAGO, DENVER]),
    state(UnitedStates, "NV", &["Nevada", "Nev"], &[LOS_ANGELES, DENVER]),
    state(UnitedStates, "NH", &["New Hampshire", "N H"], &[NEW_YORK]),
    state(UnitedStates, "NJ", &["New Jersey", "N J"], &[NEW_YORK]),
    state(UnitedStates, "NM", &["New Mexico", "N Mex", "N M"], &[DENVER]),
    state(UnitedStates, "NY", &["New York", "N Y"], &[NEW_YORK]),
    state(UnitedStates, "NC", &["North Carolina", "N Carolina", "N Car", "N C"], &[NEW_YORK]),
    state(UnitedStates, "ND", &["North Dakota", "N Dakota", "N Dak", "N D"], &[CHICAGO, DENVER]),
    state(UnitedStates, "OH", &["Ohio"], &[NEW_YORK]),
    state(UnitedStates, "OK", &["Oklahoma", "Okla"], &[CHICAGO]),
    state(UnitedStates, "OR", &["Oregon", "Oreg", "Ore"], &[LOS_ANGELES, BOISE]),
    state(UnitedStates, "PA", &["Pennsylvania", "Penn", "Penna"], &[NEW_YORK]),
    state(UnitedStates, "RI", &["Rhode Island", "R I"], &[NEW_YORK]),
    state(UnitedStates, "SC", &["South Carolina", "S Carolina", "S Car", "S C"], &[NEW_YORK]),
    state(UnitedStates, "SD", &["South Dakota", "S Dakota", "S Dak", "S D"], &[CHICAGO, DENVER]),
    state(UnitedStates, "TN", &["Tennessee", "Tenn"], &[CHICAGO, NEW_YORK]),
    state(UnitedStates, "TX", &["Texas", "Tex"], &[CHICAGO, DENVER]),
    state(UnitedStates, "UT", &["Utah"], &[DENVER]),
    state(UnitedStates, "VT", &["Vermont"], &[NEW_YORK]),
    state(UnitedStates, "VA", &["Virginia", "Virg"], &[NEW_YORK]),
    state(UnitedStates, "WA", &["Washington", "Wash", "Washington State"], &[LOS_ANGELES]),
    state(UnitedStates, "WV", &["West Virginia", "W Virginia", "W Va", "W Virg"], &[NEW_YORK]),
    state(UnitedStates, "WI", &["Wisconsin", "Wis", "Wisc"], &[CHICAGO]),
    state(UnitedStates, "WY", &["Wyoming", "Wyo"], &[DENVER]),
    state(UnitedStates, "PR", &["Puerto Rico", "P R"], &[PUERTO_RICO]),
    state(UnitedStates, "VI", &["U.S. Virgin Islands", "Virgin Islands", "USVI", "V I"], &[ST_THOMAS]),
    state(UnitedStates, "GU", &["Guam"], &[GUAM]),
    state(UnitedStates, "AS", &["American Samoa"], &[PAGO_PAGO]),
    state(UnitedStates, "MP", &["Northern Mariana Islands", "CNMI", "N Mariana Islands", "Saipan"], &[SAIPAN]),
    state(Canada, "AB", &["Alberta", "Alta"], &[EDMONTON]),
    state(Canada, "BC", &["British Columbia", "Colombie Britannique", "B C"], &[VANCOUVER, EDMONTON]),
    state(Canada, "MB", &["Manitoba", "Man"], &[WINNIPEG]),
    state(Canada, "NB", &["New Brunswick", "Nouveau Brunswick", "N B"], &[MONCTON]),
    state(
        Canada,
        "NL",
        &[
            "Newfoundland and Labrador",
            "Newfoundland & Labrador",
            "Newfoundland",
            "Labrador",
            "Terre Neuve et Labrador",
            "Terre Neuve",
            "Nfld",
            "NF",
        ],
        &[ST_JOHNS, GOOSE_BAY],
    ),
    state(Canada, "NS", &["Nova Scotia", "Nouvelle Ecosse", "N S"], &[HALIFAX]),
    state(Canada, "NT", &["Northwest Territories", "Territoires du Nord Ouest", "NWT"], &[EDMONTON]),
    state(Canada, "NU", &["Nunavut"], &[IQALUIT, RANKIN_INLET, CAMBRIDGE_BAY]),
    state(Canada, "ON", &["Ontario", "Ont"], &[TORONTO, WINNIPEG]),
    state(Canada, "PE", &["Prince Edward Island", "Ile du Prince Edouard", "PEI"], &[HALIFAX]),
    state(Canada, "QC", &["Quebec", "Que", "PQ"], &[TORONTO, BLANC_SABLON, HALIFAX]),
    state(Canada, "SK", &["Saskatchewan", "Sask"], &[REGINA, EDMONTON]),
    state(Canada, "YT", &["Yukon", "Yukon Territory", "YK"], &[WHITEHORSE]),
    state(Mexico, "AGU", &["Aguascalientes", "Ags"], &[MEXICO_CITY]),
    state(Mexico, "BCN", &["Baja California", "Baja California Norte", "BC", "B C"], &[TIJUANA]),
    state(Mexico, "BCS", &["Baja California Sur", "B C S"], &[MAZATLAN]),
    state(Mexico, "CAM", &["Campeche", "Camp"], &[MERIDA]),
    state(Mexico, "CHP", &["Chiapas", "Chis"], &[MEXICO_CITY]),
    state(Mexico, "CHH", &["Chihuahua", "Chih"], &[CHIHUAHUA, CIUDAD_JUAREZ, OJINAGA]),
    state(Mexico, "CMX", &["Ciudad de Mexico", "CDMX", "Mexico City", "Distrito Federal", "DF", "D F"], &[MEXICO_CITY]),
    state(Mexico, "COA", &["Coahuila", "Coahuila de Zaragoza", "Coah"], &[MONTERREY, MATAMOROS]),
    state(Mexico, "COL", &["Colima"], &[MEXICO_CITY]),
    state(Mexico, "DUR", &["Durango", "Dgo"], &[MONTERREY]),
    state(Mexico, "GUA", &["Guanajuato", "Gto"], &[MEXICO_CITY]),
    state(Mexico, "GRO", &["Guerrero"], &[MEXICO_CITY]),
    state(Mexico, "HID", &["Hidalgo", "Hgo"], &[MEXICO_CITY]),
    state(Mexico, "JAL", &["Jalisco"], &[MEXICO_CITY]),
    state(
        Mexico,
        "MEX",
        &["Estado de Mexico", "Mexico", "Edo de Mexico", "Edo Mex", "EdoMex", "Edomex", "State of Mexico"],
        &[MEXICO_CITY],
    ),
    state(Mexico, "MIC", &["Michoacan", "Michoacan de Ocampo", "Mich"], &[MEXICO_CITY]),
    state(Mexico, "MOR", &["Morelos"], &[MEXICO_CITY]),
    state(Mexico, "NAY", &["Nayarit"], &[MAZATLAN, BAHIA_BANDERAS]),
    state(Mexico, "NLE", &["Nuevo Leon", "NL", "N L"], &[MONTERREY, MATAMOROS]),
    state(Mexico, "OAX", &["Oaxaca"], &[MEXICO_CITY]),
    state(Mexico, "PUE", &["Puebla"], &[MEXICO_CITY]),
    state(Mexico, "QUE", &["Queretaro", "Qro", "Queretaro de Arteaga"], &[MEXICO_CITY]),
    state(Mexico, "ROO", &["Quintana Roo", "QRoo", "Q Roo", "QR"], &[CANCUN]),
    state(Mexico, "SLP", &["San Luis Potosi", "S L P"], &[MEXICO_CITY]),
    state(Mexico, "SIN", &["Sinaloa"], &[MAZATLAN]),
    state(Mexico, "SON", &["Sonora"], &[HERMOSILLO]),
    state(Mexico, "TAB", &["Tabasco"], &[MEXICO_CITY]),
    state(Mexico, "TAM", &["Tamaulipas", "Tamps"], &[MONTERREY, MATAMOROS]),
    state(Mexico, "TLA", &["Tlaxcala", "Tlax"], &[MEXICO_CITY]),
    state(Mexico, "VER", &["Veracruz", "Veracruz de Ignacio de la Llave"], &[MEXICO_CITY]),
    state(Mexico, "YUC", &["Yucatan"], &[MERIDA]),
    state(Mexico, "ZAC", &["Zacatecas"], &[MEXICO_CITY]),
];

pub(super) const COUNTRIES: &[(Country, &[&str])] = &[
    (
        UnitedStates,
        &["us", "usa", "united states", "united states of america", "u s", "u s a", "america", "estados unidos"],
    ),
    (Canada, &["ca", "can", "canada"]),
    (Mexico, &["mx", "mex", "mexico", "estados unidos mexicanos"]),
];

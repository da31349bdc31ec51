//! The names that headings have: of CRM systems, licence lists, dealer locators and address books.

use crate::domain::ProfileField::{
    Brand, City, Contact, DealerCode, Email, Group, Name, Owner, Phone, State, Timezone,
};

use ListField::{Address, Country, FirstName, LastName, Opcode, PostalCode, Profile};

use super::ListField;

/// Fields, each with the names that mean it, without spaces, marks and case.
pub(super) type Names = &'static [(ListField, &'static str)];

pub(super) const WHOLE: Names = &[
    (
        Profile(Name),
        "dealership dealershipname rooftop rooftopname dealername dealer account accountname companyname \
         company store storename businessname business organization organizationname organisation \
         organisationname organization1name org customername customer firmname firm licensee \
         licenseename tradename dba dbaname doingbusinessas entityname facilityname locationname \
         sitename legalname legalbusinessname nameofdealer nameofdealership dealershiplegalname \
         businesslegalname \
         firma firmenname händler haendler händlername haendlername autohaus \
         concession concessionnaire entreprise société societe nomducompte \
         empresa concesionario concesionaria agencia nombredelacuenta",
    ),
    (Profile(DealerCode), "dealercode xtimedealercode xtimecode"),
    (
        Profile(Timezone),
        "tz zone timezonename tzid tzname ianatimezone olsontimezone localtimezone zeitzone fuseauhoraire zonahoraria",
    ),
    (
        Profile(Contact),
        "contact contactname contactperson contactfullname fullname primarycontact primarycontactname \
         maincontact keycontact attn pointofcontact poc fn servicemanager servicemanagername \
         nameofcontact personname ansprechpartner kontakt contacto",
    ),
    // As our own lists have it.
    (Opcode, "opcodechoice"),
    (FirstName, "firstname givenname first fname forename vorname prénom prenom"),
    (LastName, "lastname familyname surname last lname nachname nomdefamille apellido apellidos"),
    (
        Profile(Group),
        "dealergroup dealershipgroup groupname autogroup parentaccount parentcompany gruppe händlergruppe haendlergruppe groupe grupo",
    ),
    (Profile(Brand), "brands make makes franchise franchises oem linemake manufacturer nameplate marke marque marca"),
];

/// Names in whole that are only offered.
pub(super) const OFFERED: Names = &[
    (
        Profile(DealerCode),
        "dealerid dealernumber dealerno dealernum dealer# code accountnumber accountno accountid \
         account# customerid customernumber customercode customerno storenumber storeid storecode \
         storeno store# licensenumber licenseno licensenum license license# dealerlicensenumber \
         dealerlicense id number externalid recordid companyid siteid locationid locationcode bac \
         baccode pacode oemcode key dealershipid dealershipcode dealershipnumber rooftopid rooftopcode \
         händlernummer haendlernummer handlernummer kundennummer numérodeclient numerodeclient \
         númerodecliente numerodecliente código codigo clave",
    ),
    (
        Profile(Owner),
        "owner accountowner companyowner contactowner recordowner ownername assignedto assignee salesrep \
         rep accountmanager csm",
    ),
];

/// Names that stand alone or behind words like `billing` and `business`.
pub(super) const QUALIFIED: Names = &[
    (Profile(City), "city town locality municipality cityname ort stadt ville ciudad"),
    (
        Profile(State),
        "state province region st prov stateprovince stateregion provincestate statecode statename \
         stateorprovince provinceterritory administrativearea bundesland estado",
    ),
    (
        PostalCode,
        "zip zipcode postalcode postcode zippostalcode zippostal postal zip5 postalzip zipcodes billingcode plz \
         postleitzahl codepostal códigopostal codigopostal",
    ),
    (Country, "country countryregion countrycode countryname nation land pays país pais"),
    (
        Profile(Phone),
        "phone phonenumber telephone telephonenumber tel phoneno phonenum telno phones \
         phonesnumber phonesphone telefon telefonnummer téléphone teléfono telefono",
    ),
    (
        Profile(Email),
        "email mail emailaddress emailaddr emailid mailaddress emails emailsemail emailsaddress emailadresse courriel \
         adresseemail correo correoelectrónico correoelectronico",
    ),
    (Profile(Contact), "contactname"),
    (FirstName, "firstname"),
    (LastName, "lastname"),
    (Address, "address fulladdress formattedaddress addressformatted"),
];

/// Names in whole that mean a field only where nothing else does: `Nom` stands for a surname beside `Prénom`.
pub(super) const VAGUE: Names = &[(Profile(Name), "nom nombre"), (PostalCode, "shippingcode mailingcode othercode")];

/// Short forms of words in headings.
pub(super) const SHORT_FORMS: &[(&str, &str)] = &[
    ("acct", "account"),
    ("cust", "customer"),
    ("dlr", "dealer"),
    ("dlrship", "dealership"),
    ("loc", "location"),
    ("nbr", "number"),
    ("num", "number"),
    ("nr", "nummer"),
    ("mgr", "manager"),
    ("addr", "address"),
];

/// A telephone that somebody carries: used where there is no other.
pub(super) const MOBILE: [&str; 6] = ["mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "mobiletelephone"];

/// Words before or behind a name that do not change what it holds, and how far they take it from the plain name.
pub(super) const QUALIFIERS: &[(&str, u8)] = &[
    ("physical", 1),
    ("location", 1),
    ("dealership", 1),
    ("dealer", 1),
    ("store", 1),
    ("business", 1),
    ("work", 1),
    ("company", 1),
    ("office", 1),
    ("main", 1),
    ("primary", 1),
    ("service", 1),
    ("svc", 1),
    ("1", 1),
    ("value", 1),
    ("default", 1),
    ("account", 2),
    ("customer", 2),
    ("contact", 2),
    ("organization", 2),
    ("billing", 2),
    ("address", 2),
    ("address1", 2),
    ("adr", 2),
    ("person", 2),
    ("properties", 2),
    ("corporate", 4),
    ("mailing", 4),
    ("shipping", 5),
    ("home", 20),
];

/// Who at a dealership somebody is, in the order in which they are written to where no plainer column is. Another
/// department's people are not guessed: `Parts Mgr Email`.
pub(super) const PEOPLE: &[(&str, u8)] =
    &[("manager", 6), ("director", 9), ("general", 6), ("gm", 12), ("advisor", 14), ("adviser", 14)];

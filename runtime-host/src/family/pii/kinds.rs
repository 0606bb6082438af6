//! What types of personal data are called, and what they look like at the least.

/// The names that policies write, each with what models call the same.
const NAMES: &[(&str, &[&str])] = &[
    ("AGE", &[]),
    (
        "BANK_ACCOUNT",
        &[
            "ACCOUNT",
            "ACCOUNT_NUMBER",
            "ACCOUNTNUM",
            "BANK_ACCOUNT_NUMBER",
            "ROUTING_NUMBER",
            "US_BANK_NUMBER",
        ],
    ),
    (
        "CREDIT_CARD",
        &["CARD", "CARD_NUMBER", "CREDITCARD", "CREDITCARDNUMBER", "CREDIT_CARD_NUMBER", "PAYMENT_CARD"],
    ),
    ("DATE_TIME", &["DATE", "DOB", "DATE_OF_BIRTH", "DATEOFBIRTH", "BIRTHDATE", "TIME"]),
    ("DOMAIN_NAME", &["DOMAIN", "URL"]),
    ("EMAIL_ADDRESS", &["EMAIL", "E_MAIL"]),
    ("GPE", &["CITY", "STATE", "COUNTY", "COUNTRY", "LOC", "LOCATION", "REGION"]),
    ("IBAN_CODE", &["IBAN"]),
    ("IP_ADDRESS", &["IP", "IPV4", "IPV6", "IPADDRESS"]),
    ("NRP", &["NORP", "NATIONALITY", "RELIGION"]),
    ("ORGANIZATION", &["ORG", "COMPANY", "ORGANISATION"]),
    ("PASSPORT", &["PASSPORT_NUMBER", "US_PASSPORT", "PASSPORTNUM"]),
    (
        "PERSON",
        &[
            "PER",
            "NAME",
            "FIRSTNAME",
            "FIRST_NAME",
            "GIVENNAME",
            "GIVEN_NAME",
            "LASTNAME",
            "LAST_NAME",
            "SURNAME",
            "MIDDLE_NAME",
            "FULL_NAME",
            "PERSON_NAME",
        ],
    ),
    ("PHONE_NUMBER", &["PHONE", "TELEPHONE", "TELEPHONENUM", "MOBILE", "FAX"]),
    (
        "STREET_ADDRESS",
        &[
            "ADDRESS",
            "STREET",
            "STREETADDRESS",
            "BUILDINGNUM",
            "BUILDING_NUMBER",
            "SECONDARY_ADDRESS",
            "STREET_NAME",
        ],
    ),
    ("TAX_ID", &["TAXNUM", "TAX_NUMBER", "TIN", "VAT"]),
    ("TITLE", &["PREFIX"]),
    ("USERNAME", &["USER_NAME", "USER"]),
    (
        "US_DRIVER_LICENSE",
        &["DRIVERLICENSE", "DRIVER_LICENSE", "DRIVERLICENSENUM", "DRIVERS_LICENSE", "DRIVING_LICENSE"],
    ),
    ("US_SSN", &["SSN", "SOCIALNUM", "SOCIAL_SECURITY_NUMBER"]),
    ("ZIP_CODE", &["ZIP", "ZIPCODE", "POSTCODE", "POSTAL_CODE"]),
];

/// The name of a type as policies write it; a type that nobody knows keeps its own, in capitals.
pub fn canonical(name: &str) -> String {
    let name: String = name
        .trim()
        .chars()
        .map(|it| if it == '-' || it == ' ' { '_' } else { it.to_ascii_uppercase() })
        .collect();
    let known = NAMES.iter().find(|(ours, others)| *ours == name || others.contains(&name.as_str()));
    known.map_or(name.clone(), |(ours, _)| (*ours).to_owned())
}

/// Whether words have at least the form of a type. What patterns look for strictly, models mark loosely.
pub(super) fn is_plausible(kind: &str, words: &str) -> bool {
    let digits = words.chars().filter(char::is_ascii_digit).count();
    let letters = words.chars().filter(|it| it.is_alphabetic()).count();
    match kind {
        "CREDIT_CARD" => (12..=19).contains(&digits),
        "EMAIL_ADDRESS" => words.contains('@') && words.contains('.'),
        "IBAN_CODE" => letters >= 2 && digits >= 10,
        "IP_ADDRESS" => words.contains(['.', ':']) && digits >= 4,
        "PHONE_NUMBER" => (7..=15).contains(&digits),
        "US_SSN" => digits == 9,
        "BANK_ACCOUNT" | "TAX_ID" => digits >= 6,
        "GOVERNMENT_ID" | "PASSPORT" | "US_DRIVER_LICENSE" => digits >= 5 && words.chars().count() <= 20,
        "ZIP_CODE" => digits >= 3,
        // A street has a name; a lower-case word with a number is a port, a chapter, a line.
        "STREET_ADDRESS" => letters >= 3 && words.chars().any(char::is_uppercase),
        "PERSON" | "ORGANIZATION" | "GPE" => letters >= 2 && digits == 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_policies_speak_of_the_same_types() {
        for (name, expected) in [
            ("email", "EMAIL_ADDRESS"),
            ("EMAIL_ADDRESS", "EMAIL_ADDRESS"),
            ("given-name", "PERSON"),
            ("Street Address", "STREET_ADDRESS"),
            ("blood_type", "BLOOD_TYPE"),
        ] {
            assert_eq!(canonical(name), expected);
        }
    }

    #[test]
    fn a_mark_without_the_form_of_its_type_is_none() {
        for (kind, words, expected) in [
            ("PHONE_NUMBER", "555 01 23", true),
            ("PHONE_NUMBER", "443", false),
            ("STREET_ADDRESS", "port 443", false),
            ("STREET_ADDRESS", "12 Elm Road", true),
            ("EMAIL_ADDRESS", "at", false),
            ("PERSON", "Ada", true),
            ("PERSON", "R2D2", false),
            ("BLOOD_TYPE", "0", true),
        ] {
            assert_eq!(is_plausible(kind, words), expected, "{kind} {words}");
        }
    }
}

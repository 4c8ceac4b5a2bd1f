//! Reads the certificate of a signature made elsewhere: whose it is, by whom, for how long, with which key. Floor 1.
//!
//! Qualified certificates carry what Russian orders ask for (ИНН, ОГРН, СНИЛС) under names of their own. Nothing here is believed: who
//! issued the certificate is shown, not checked.

use chrono::{DateTime, NaiveDateTime, Utc};
use const_oid::ObjectIdentifier;
use serde::Serialize;

use super::algorithm::Key;
use super::container::oid;
use crate::domain::canon::hex;
use crate::sign::asn1::{self, SEQUENCE, SET, id};

/// What a certificate says of its owner; absent fields are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Holder {
    /// A person («Гранитов Роман Ильич»), or what the common name says.
    pub owner: String,
    /// Organisation.
    pub organisation: String,
    /// Office in it.
    pub office: String,
    /// ИНН of the person.
    pub inn: String,
    /// ИНН of the organisation.
    pub organisation_inn: String,
    /// ОГРН.
    pub ogrn: String,
    /// ОГРНИП.
    pub ogrnip: String,
    /// СНИЛС.
    pub snils: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// Serial number, upper-case hexadecimal.
    pub serial: String,
    /// First second in force, RFC 3339.
    pub not_before: String,
    /// Last second in force, RFC 3339.
    pub not_after: String,
    /// Does the certificate name its owner as who issued it? Then nobody else says who that is.
    pub self_issued: bool,
}

impl Holder {
    /// The fields that are there, with their Russian names, dates apart.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("Владелец", &self.owner),
            ("Организация", &self.organisation),
            ("Должность", &self.office),
            ("ИНН", &self.inn),
            ("ИНН организации", &self.organisation_inn),
            ("ОГРН", &self.ogrn),
            ("ОГРНИП", &self.ogrnip),
            ("СНИЛС", &self.snils),
            ("Кем выдан", &self.issuer),
            ("Серийный номер", &self.serial),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str())).collect()
    }
}

/// A certificate with what a check needs of it.
pub(super) struct Certificate<'a> {
    pub(super) der: &'a [u8],
    pub(super) holder: Holder,
    /// `IssuerAndSerialNumber`, DER.
    pub(super) issuer_and_serial: Vec<u8>,
    /// Subject key identifier; empty if it has none.
    pub(super) key_id: &'a [u8],
    pub(super) key: Key<'a>,
    pub(super) not_before: DateTime<Utc>,
    pub(super) not_after: DateTime<Utc>,
}

const COMMON_NAME: ObjectIdentifier = id("2.5.4.3");
const SURNAME: ObjectIdentifier = id("2.5.4.4");
const ORGANISATION: ObjectIdentifier = id("2.5.4.10");
const TITLE: ObjectIdentifier = id("2.5.4.12");
const GIVEN_NAME: ObjectIdentifier = id("2.5.4.42");
/// Names of the orders on qualified certificates.
const OGRN: ObjectIdentifier = id("1.2.643.100.1");
const SNILS: ObjectIdentifier = id("1.2.643.100.3");
const ORGANISATION_INN: ObjectIdentifier = id("1.2.643.100.4");
const OGRNIP: ObjectIdentifier = id("1.2.643.100.5");
const INN: ObjectIdentifier = id("1.2.643.3.131.1.1");
const KEY_ID: ObjectIdentifier = id("2.5.29.14");

impl<'a> Certificate<'a> {
    /// Reads a certificate of X.509; `None` when it is none.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let [tbs, _, _] = asn1::children(SEQUENCE, der)?[..] else { return None };
        let parts = asn1::children(SEQUENCE, tbs)?;
        // The version stands first where it is not the first one.
        let from = usize::from(parts.first()?.first() == Some(&0xA0));
        let [serial, _, issuer, validity, subject, key, rest @ ..] = parts.get(from..)? else { return None };
        let [not_before, not_after] = asn1::children(SEQUENCE, validity)?[..] else { return None };
        let (not_before, not_after) = (moment(not_before)?, moment(not_after)?);
        let self_issued = subject == issuer;
        let (subject, issued_by) = (Name::read(subject)?, Name::read(issuer)?);
        let person = [subject.get(SURNAME), subject.get(GIVEN_NAME)];
        let owner = match person.iter().any(|part| part.is_empty()) {
            true => subject.get(COMMON_NAME),
            false => person.join(" "),
        };
        let holder = Holder {
            owner,
            organisation: subject.get(ORGANISATION),
            office: subject.get(TITLE),
            inn: subject.get(INN),
            organisation_inn: subject.get(ORGANISATION_INN),
            ogrn: subject.get(OGRN),
            ogrnip: subject.get(OGRNIP),
            snils: subject.get(SNILS),
            issuer: Some(issued_by.get(COMMON_NAME))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| issued_by.get(ORGANISATION)),
            serial: hex(asn1::content(0x02, serial)?).to_uppercase(),
            not_before: not_before.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            not_after: not_after.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            self_issued,
        };
        Some(Self {
            der,
            holder,
            issuer_and_serial: asn1::sequence(&[issuer.to_vec(), serial.to_vec()]),
            key_id: key_id(rest).unwrap_or_default(),
            key: Key::read(key)?,
            not_before,
            not_after,
        })
    }
}

/// `UTCTime` or `GeneralizedTime` as RFC 5280 4.1.2.5 writes them.
pub(super) fn moment(der: &[u8]) -> Option<DateTime<Utc>> {
    let text = |tag| asn1::content(tag, der).and_then(|content| std::str::from_utf8(content).ok());
    let full = match (text(0x17), text(0x18)) {
        // Two digits of a year: from 1950 to 2049.
        (Some(short), _) => match short.get(..2)?.parse::<u8>().ok()? {
            ..50 => format!("20{short}"),
            _ => format!("19{short}"),
        },
        (None, Some(long)) => long.to_owned(),
        (None, None) => return None,
    };
    NaiveDateTime::parse_from_str(&full, "%Y%m%d%H%M%SZ").ok().map(|moment| moment.and_utc())
}

fn key_id<'a>(rest: &[&'a [u8]]) -> Option<&'a [u8]> {
    let wrapped = rest.iter().find(|part| part.first() == Some(&0xA3))?;
    let extensions = asn1::children(SEQUENCE, asn1::content(0xA3, wrapped)?)?;
    extensions.into_iter().find_map(|extension| {
        let parts = asn1::children(SEQUENCE, extension)?;
        let (first, last) = (parts.first()?, parts.last()?);
        (oid(first) == Some(KEY_ID)).then(|| asn1::content(0x04, asn1::content(0x04, last)?)).flatten()
    })
}

/// A distinguished name: kinds and values.
struct Name(Vec<(ObjectIdentifier, String)>);

impl Name {
    fn read(der: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        for relative in asn1::children(SEQUENCE, der)? {
            for pair in asn1::children(SET, relative)? {
                let [kind, value] = asn1::children(SEQUENCE, pair)?[..] else { return None };
                parts.push((oid(kind)?, text(value)));
            }
        }
        Some(Self(parts))
    }

    fn get(&self, kind: ObjectIdentifier) -> String {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// A directory string; nothing that a terminal or a page would take for a command comes through.
fn text(der: &[u8]) -> String {
    let as_utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let string = match der.first() {
        Some(0x1E) => asn1::content(0x1E, der).map(|bytes| {
            let units: Vec<u16> =
                bytes.chunks(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect();
            String::from_utf16_lossy(&units)
        }),
        Some(tag @ (0x0C | 0x12 | 0x13 | 0x14 | 0x16)) => asn1::content(*tag, der).map(as_utf8),
        _ => None,
    };
    let clean = string.unwrap_or_default();
    let clean = clean.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Reading a sheet without keeping a second copy of it. Floor 0.

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Sheet;
use crate::domain::canon::Digest;

/// Read by hand: serde would first keep a copy of the whole sheet, every mark of it, because the kind does not stand first. In canonical
/// JSON only texts stand before it, so only they are kept.
impl<'de> Deserialize<'de> for Sheet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SheetVisitor;

        impl<'de> Visitor<'de> for SheetVisitor {
            type Value = Sheet;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a sheet with its kind")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sheet, A::Error> {
                let mut before = Vec::new();
                loop {
                    let key: String = map.next_key()?.ok_or_else(|| A::Error::missing_field("kind"))?;
                    let text: String = map.next_value()?;
                    if key == "kind" {
                        let rest = MapAccessDeserializer::new(Rest { before: before.into_iter(), text: None, map });
                        return match text.as_str() {
                            "title" => Deserialize::deserialize(rest).map(Sheet::Title),
                            "learners" => Deserialize::deserialize(rest).map(Sheet::Learners),
                            "course" => Deserialize::deserialize(rest).map(Sheet::Course),
                            "attendance" => Deserialize::deserialize(rest).map(Sheet::Attendance),
                            "final_marks" => Deserialize::deserialize(rest).map(Sheet::FinalMarks),
                            "changes" => Deserialize::deserialize(rest).map(Sheet::Changes),
                            "summary" => Deserialize::deserialize(rest).map(Sheet::Summary),
                            _ => Err(A::Error::custom("unknown kind of sheet")),
                        };
                    }
                    before.push((key, text));
                }
            }
        }

        deserializer.deserialize_map(SheetVisitor)
    }
}

/// A digest that is there: what stands before the kind is kept as text, which serde takes for no option.
pub(super) fn stated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Digest>, D::Error> {
    Digest::deserialize(deserializer).map(Some)
}

/// A map whose first entries were read already.
struct Rest<A> {
    before: std::vec::IntoIter<(String, String)>,
    text: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.before.next() {
            Some((key, text)) => {
                self.text = Some(text);
                seed.deserialize(key.into_deserializer()).map(Some)
            }
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.text.take() {
            Some(text) => seed.deserialize(text.into_deserializer()),
            None => self.map.next_value_seed(seed),
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;
    use crate::domain::canon;
    use crate::domain::snapshot::TitleSheet;

    #[test]
    fn a_sheet_is_read_with_its_kind_anywhere_before_the_lists_and_nothing_unknown_in_it() {
        let sheet = Sheet::Title(TitleSheet {
            id: "title".into(),
            title: "КЛАССНЫЙ ЖУРНАЛ".into(),
            system: "Летопись".into(),
            exported_at: String::new(),
            replaces: String::new(),
            contents: String::new(),
            voids: Vec::new(),
            paper: String::new(),
            sources: Vec::new(),
            exemplar: String::new(),
            head: Some(Digest::of(b"head")),
        });
        // Canonical: by the alphabet; plain: the kind stands first.
        let (canonical, plain) = (canon::to_text(&sheet), serde_json::to_string(&sheet).expect("text"));
        assert_ne!(canonical, plain);
        for text in [&canonical, &plain] {
            assert_eq!(serde_json::from_str::<Sheet>(text).expect("a sheet"), sheet);
        }
        for (was, is) in [
            ("\"kind\":\"title\",", ""),
            ("\"kind\":\"title\"", "\"kind\":\"poem\""),
            ("\"system\":\"Летопись\",", ""),
            ("\"system\"", "\"sistem\""),
            ("\"title\":\"К", "\"kind\":\"title\",\"title\":\"К"),
            ("\"exported_at\":\"\"", "\"exported_at\":7"),
        ] {
            let wrong = canonical.replacen(was, is, 1);
            assert_ne!(wrong, canonical, "{was}");
            assert!(serde_json::from_str::<Sheet>(&wrong).is_err(), "{wrong}");
        }
    }
}

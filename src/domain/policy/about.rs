//! What a key of a policy is about, in words of its own: no two keys of one policy share them. Floor 0.

use chrono::NaiveDate;

use super::Stage;
use super::keys::own_words;
use crate::domain::words;

/// What a key is about with what narrows it: «Срок: отметка за письменную работу, 9–11 классы»; empty for a key that no policy has.
pub fn about(key: &str) -> String {
    let mut parts = key.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (section, name, rest) = (part(), part(), part());
    let own = match (section, own_words(&format!("{section}.{name}"))) {
        ("deadline", own) if !own.is_empty() => format!("срок: {own}"),
        ("completeness", own) if !own.is_empty() => format!("полнота при закрытии периода: {own}"),
        (_, own) => own.to_owned(),
    };
    let narrowed = match section {
        "route" => Stage::parse(rest).map_or_else(|| rest.to_owned(), |stage| stage.as_russian().to_owned()),
        "codes" if !rest.is_empty() => format!("«{rest}»"),
        _ => narrowing(rest),
    };
    let said: Vec<&str> = [own.as_str(), narrowed.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    words::capitalised(&said.join(", "))
}

/// What narrows a key, in words: grades, weekly hours, profile groups, a first day.
pub fn narrowing(rest: &str) -> String {
    let said = |part: &str| {
        if part == "profile" {
            return "профильные группы".to_owned();
        }
        if let Ok(day) = part.parse::<NaiveDate>() {
            return format!("с {}", words::date_short(day));
        }
        if let Some(hours) = part.strip_suffix('h') {
            return match hours.strip_suffix('+') {
                Some(from) => format!("от {from} ч. в неделю"),
                None => format!("{} ч. в неделю", hours.replace('-', "–")),
            };
        }
        grades_of(part).map_or_else(|| part.to_owned(), |(from, to)| grades(from, to))
    };
    rest.split('.').filter(|part| !part.is_empty()).map(said).collect::<Vec<_>>().join(", ")
}

/// The grades that a part of a key names: `9-11`.
pub fn grades_of(part: &str) -> Option<(u8, u8)> {
    let (from, to) = part.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// «9 класс», «10–11 классы».
pub fn grades(from: u8, to: u8) -> String {
    if from == to { format!("{from} класс") } else { format!("{from}–{to} классы") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{BUILTIN, parse};
    use super::*;

    #[test]
    fn every_key_of_every_preset_has_words_of_its_own() {
        for (name, text) in BUILTIN {
            let policy = parse(name, text).expect("a preset reads");
            let mut told: BTreeMap<String, &str> = BTreeMap::new();
            for value in &policy.values {
                let words = about(&value.key);
                assert!(!words.is_empty(), "{name}: {} has no words", value.key);
                assert!(!words.contains('_'), "{name}: {} is told as «{words}»", value.key);
                let other = told.insert(words, &value.key).filter(|other| *other != value.key);
                assert_eq!(other, None, "{name}: {} shares its words", value.key);
            }
        }
    }

    #[test]
    fn grades_stages_and_codes_are_told_in_words() {
        assert_eq!(about("deadline.control.9-11"), "Срок: отметка за контрольную работу, 9–11 классы");
        assert_eq!(about("print.cadence.10-11"), "Когда делается копия, 10–11 классы");
        assert_eq!(about("print.cadence.1-11"), "Когда делается копия, 1–11 классы");
        assert_eq!(about("route.period_copy.director"), "Подписи копии за период, директор");
        assert_eq!(about("route.summary_sheet.deputy"), "Подписи сводной ведомости, заместитель директора");
        assert_eq!(about("codes.final.осв"), "Обозначение вместо итоговой отметки, «осв»");
        assert_eq!(
            about("marks.norm.10-11.profile"),
            "Сколько отметок нужно за период, 10–11 классы, профильные группы"
        );
        assert_eq!(about("completeness.absence_reason"), "Полнота при закрытии периода: причина пропуска");
        assert_eq!(about("nothing.such"), "");
    }
}

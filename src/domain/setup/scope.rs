//! Whom a rule of the year holds for: the whole school, grades, or one class. Floor 0.

use std::fmt;

/// A part of the school, as the store writes it: empty, `5`, `1-4`, or a class name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The whole school.
    School,
    /// Grades from and to, both included.
    Grades(u8, u8),
    /// One class by name.
    Class(String),
}

/// Grades of a Russian school.
pub const GRADES: std::ops::RangeInclusive<u8> = 1..=11;

impl Scope {
    /// Reads what people write: empty or «вся школа», «5», «1-4», «1–4 классы», «7Б». A class is not checked to exist.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.to_lowercase() == "вся школа" {
            return Some(Self::School);
        }
        let bare =
            ["классы", "классов", "класс", "кл."].iter().fold(text, |rest, word| rest.trim_end_matches(word).trim());
        let ends: Vec<&str> = bare.split(['-', '–', '—']).map(str::trim).collect();
        let grade = |text: &str| text.parse::<u8>().ok().filter(|grade| GRADES.contains(grade));
        match ends.as_slice() {
            [one] => match (grade(one), one.parse::<i64>().is_ok()) {
                (Some(grade), _) => Some(Self::Grades(grade, grade)),
                (None, true) => None,
                (None, false) => Some(Self::Class((*one).to_owned())),
            },
            [from, to] if [from, to].iter().all(|end| end.parse::<i64>().is_ok()) => match (grade(from), grade(to)) {
                (Some(from), Some(to)) if from <= to => Some(Self::Grades(from, to)),
                _ => None,
            },
            _ => Some(Self::Class(bare.to_owned())),
        }
    }

    /// The store's word.
    pub fn as_text(&self) -> String {
        match self {
            Self::School => String::new(),
            Self::Grades(from, to) if from == to => from.to_string(),
            Self::Grades(from, to) => format!("{from}-{to}"),
            Self::Class(name) => name.clone(),
        }
    }

    /// Does it hold for a class of that grade?
    pub fn holds(&self, class: &str, grade: u8) -> bool {
        match self {
            Self::School => true,
            Self::Grades(from, to) => (*from..=*to).contains(&grade),
            Self::Class(name) => name == class,
        }
    }

    /// How narrow it is: of two that hold, the narrower one decides.
    pub fn narrowness(&self) -> u8 {
        match self {
            Self::School => 0,
            Self::Grades(from, to) => 12 - (to - from),
            Self::Class(_) => 100,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::School => f.write_str("вся школа"),
            Self::Grades(from, to) if from == to => write!(f, "{from} классы"),
            Self::Grades(from, to) => write!(f, "{from}–{to} классы"),
            Self::Class(name) => write!(f, "{name} класс"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_what_people_write() {
        assert_eq!(Scope::parse(""), Some(Scope::School));
        assert_eq!(Scope::parse("вся школа"), Some(Scope::School));
        assert_eq!(Scope::parse("5"), Some(Scope::Grades(5, 5)));
        assert_eq!(Scope::parse("1–4 классы"), Some(Scope::Grades(1, 4)));
        assert_eq!(Scope::parse("7Б"), Some(Scope::Class("7Б".into())));
        assert_eq!(Scope::parse("10-Б"), Some(Scope::Class("10-Б".into())));
        assert_eq!(Scope::parse("12"), None);
        assert_eq!(Scope::parse("4-1"), None);
        for scope in [Scope::School, Scope::Grades(2, 2), Scope::Grades(1, 4), Scope::Class("7Б".into())] {
            assert_eq!(Scope::parse(&scope.as_text()), Some(scope.clone()));
        }
    }

    #[test]
    fn the_narrower_scope_weighs_more() {
        let class = Scope::Class("1А".into());
        assert!(class.narrowness() > Scope::Grades(1, 1).narrowness());
        assert!(Scope::Grades(1, 1).narrowness() > Scope::Grades(1, 4).narrowness());
        assert!(Scope::Grades(1, 11).narrowness() > Scope::School.narrowness());
        assert!(class.holds("1А", 1) && !class.holds("1Б", 1) && Scope::Grades(1, 4).holds("1Б", 1));
    }
}

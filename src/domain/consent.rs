//! Consents and refusals of parents to have personal data handled, for each channel and purpose (152-ФЗ ст. 9; 003 Кл 4; 000 Усл 4). Floor 0.
//!
//! What the law itself orders a school to keep needs no consent (ст. 6 ч. 1 п. 2): the register is of what goes beyond it. Nothing said is
//! neither a consent nor a refusal, and is told as missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::finding::Finding;

/// What data are handled for, and by which channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The child's marks shown in electronic form: the diary.
    Diary,
    /// Letters by e-mail.
    Email,
    /// Messages to a telephone.
    Sms,
    /// Name, photograph, works on the school's site.
    Site,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 4] = [Self::Diary, Self::Email, Self::Sms, Self::Site];

    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diary => "diary",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Site => "site",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// «электронный дневник».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Diary => "электронный дневник",
            Self::Email => "письма по электронной почте",
            Self::Sms => "сообщения на телефон",
            Self::Site => "имя, фото и работы на сайте школы",
        }
    }

    /// Head of a narrow column.
    pub fn short(self) -> &'static str {
        match self {
            Self::Diary => "Дневник",
            Self::Email => "Почта",
            Self::Sms => "Телефон",
            Self::Site => "Сайт",
        }
    }
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Yes.
    Consent,
    /// No.
    Refusal,
    /// A consent given before is taken back (152-ФЗ ст. 9 ч. 2).
    Withdrawal,
}

impl Word {
    /// Every word.
    pub const ALL: [Self; 3] = [Self::Consent, Self::Refusal, Self::Withdrawal];

    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Refusal => "refusal",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// «согласие».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Consent => "согласие",
            Self::Refusal => "отказ",
            Self::Withdrawal => "отзыв согласия",
        }
    }
}

/// One line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Identifier: `S00001`, in the order of entering.
    pub id: String,
    /// School year on which it was entered.
    pub year: String,
    /// The child.
    pub learner: String,
    /// The parent.
    pub guardian: String,
    /// For what.
    pub purpose: Purpose,
    /// What was said.
    pub said: Word,
    /// Day of the paper.
    pub dated: NaiveDate,
    /// The paper.
    pub ground: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When, RFC 3339.
    pub recorded_at: String,
}

/// Child, parent, purpose.
pub type About = (String, String, Purpose);

/// What stands today for each child, parent and purpose: the line of the latest paper, of one day the one entered last.
pub fn standing(lines: &[Line]) -> BTreeMap<About, &Line> {
    let mut standing: BTreeMap<About, &Line> = BTreeMap::new();
    for line in lines {
        let about = (line.learner.clone(), line.guardian.clone(), line.purpose);
        let later = standing.get(&about).is_none_or(|held| (held.dated, &held.id) <= (line.dated, &line.id));
        if later {
            standing.insert(about, line);
        }
    }
    standing
}

/// What is wrong with a new line; `held` is what stands for the same child, parent and purpose.
pub fn check(line: &Line, held: Option<&Line>, today: NaiveDate, place: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |code, message: &str| findings.push(Finding::new(code, place, message));
    if line.dated > today {
        wrong("consent.future", "день документа ещё не настал");
    }
    if line.ground.trim().is_empty() {
        wrong("consent.no-ground", "укажите документ: заявление и его дату, запись с собрания");
    }
    if line.said == Word::Withdrawal && held.is_none_or(|held| held.said != Word::Consent) {
        wrong("consent.nothing-to-withdraw", "отзывать нечего: согласия на это нет");
    }
    if let Some(held) = held.filter(|held| held.dated > line.dated) {
        let day = super::words::date_short(held.dated);
        wrong("consent.backwards", &format!("позже уже внесено: {} от {day}", held.said.as_russian()));
    }
    if held.is_some_and(|held| held.said == line.said && held.dated == line.dated) {
        wrong("consent.twice", "то же от того же дня уже внесено");
    }
    findings
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn line(id: &str, said: Word, dated: &str) -> Line {
        Line {
            id: id.into(),
            year: "2025/2026".into(),
            learner: "L1".into(),
            guardian: "P1".into(),
            purpose: Purpose::Diary,
            said,
            dated: dated.parse().unwrap(),
            ground: "заявление".into(),
            recorded_by: "T1".into(),
            recorded_at: String::new(),
        }
    }

    #[test]
    fn the_latest_paper_stands_whatever_the_order_of_entering() {
        let lines = [line("S1", Word::Consent, "2025-09-10"), line("S2", Word::Refusal, "2025-09-01")];
        let stands = standing(&lines);
        assert_eq!(stands.values().next().unwrap().said, Word::Consent);
        let lines = [line("S1", Word::Consent, "2025-09-10"), line("S2", Word::Withdrawal, "2025-09-10")];
        assert_eq!(standing(&lines).values().next().unwrap().said, Word::Withdrawal);
    }

    #[test]
    fn a_withdrawal_needs_a_consent_and_a_paper_is_neither_of_tomorrow_nor_without_a_name() {
        let today: NaiveDate = "2025-10-02".parse().unwrap();
        let codes = |new: &Line, held: Option<&Line>| {
            check(new, held, today, "").into_iter().map(|one| one.code).collect::<Vec<_>>()
        };
        let given = line("S1", Word::Consent, "2025-09-10");
        assert!(codes(&line("S2", Word::Withdrawal, "2025-10-01"), Some(&given)).is_empty());
        assert_eq!(codes(&line("S2", Word::Withdrawal, "2025-10-01"), None), ["consent.nothing-to-withdraw"]);
        assert_eq!(codes(&line("S2", Word::Refusal, "2025-10-03"), None), ["consent.future"]);
        assert_eq!(codes(&line("S2", Word::Refusal, "2025-09-01"), Some(&given)), ["consent.backwards"]);
        assert_eq!(codes(&line("S2", Word::Consent, "2025-09-10"), Some(&given)), ["consent.twice"]);
        let bare = Line { ground: " ".into(), ..line("S2", Word::Refusal, "2025-10-01") };
        assert_eq!(codes(&bare, None), ["consent.no-ground"]);
    }
}

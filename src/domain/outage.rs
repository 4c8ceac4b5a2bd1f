//! A time when the journal could not be reached and lessons were kept on paper: what was recorded of it, and what is still to be done
//! (003 Рук 6; DOC-16). Floor 0.
//!
//! Nothing is taken back: a record that was wrong is said to be so, and stays.

use chrono::NaiveDateTime;

use super::words;

/// How moments of an outage are kept: local time to the minute, as a form of a page sends it.
const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// A moment of an outage as it is kept; `None` for what is no moment.
pub fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, MOMENT).ok()
}

/// The same as people read it: «23.11.2026, 08:30».
pub fn moment_words(text: &str) -> String {
    moment(text).map_or_else(|| text.to_owned(), |at| at.format("%d.%m.%Y, %H:%M").to_string())
}

/// What was said of an outage after it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// It ended.
    Ended {
        /// Moment, local time to the minute.
        at: String,
    },
    /// Its paper act.
    Act {
        /// Number.
        number: String,
        /// Day, ISO.
        day: String,
    },
    /// Lessons of a class were kept on paper.
    Paper {
        /// Class.
        class: String,
        /// Which sheets, in the words of who recorded it; may be empty.
        sheets: String,
    },
    /// The paper of a class was entered into the journal.
    Entered {
        /// Class.
        class: String,
    },
    /// The act was filed.
    Filed {
        /// Day, ISO.
        day: String,
        /// Where: index of the file.
        place: String,
    },
    /// The record is a mistake.
    Mistaken {
        /// Why.
        why: String,
    },
}

impl Fact {
    /// Word of the database and the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "ended",
            Self::Act { .. } => "act",
            Self::Paper { .. } => "paper",
            Self::Entered { .. } => "entered",
            Self::Filed { .. } => "filed",
            Self::Mistaken { .. } => "mistaken",
        }
    }

    /// Class, day, words: the columns in which it is kept.
    pub fn columns(&self) -> [&str; 3] {
        match self {
            Self::Ended { at } => ["", at, ""],
            Self::Act { number, day } => ["", day, number],
            Self::Paper { class, sheets } => [class, "", sheets],
            Self::Entered { class } => [class, "", ""],
            Self::Filed { day, place } => ["", day, place],
            Self::Mistaken { why } => ["", "", why],
        }
    }

    /// Out of the columns; `None` for a word that is not known.
    pub fn read(word: &str, [class, day, words]: [String; 3]) -> Option<Self> {
        Some(match word {
            "ended" => Self::Ended { at: day },
            "act" => Self::Act { number: words, day },
            "paper" => Self::Paper { class, sheets: words },
            "entered" => Self::Entered { class },
            "filed" => Self::Filed { day, place: words },
            "mistaken" => Self::Mistaken { why: words },
            _ => return None,
        })
    }

    /// As the history of an outage says it.
    pub fn as_russian(&self) -> String {
        match self {
            Self::Ended { at } => format!("перерыв закончился {}", moment_words(at)),
            Self::Act { number, day } => format!("акт № {number} от {}", words::day(day)),
            Self::Paper { class, sheets } if sheets.is_empty() => format!("{class}: уроки велись на бумаге"),
            Self::Paper { class, sheets } => format!("{class}: уроки велись на бумаге ({sheets})"),
            Self::Entered { class } => format!("{class}: записи с бумаги внесены"),
            Self::Filed { day, place } => format!("акт подшит {}: дело {place}", words::day(day)),
            Self::Mistaken { why } => format!("запись ошибочна: {why}"),
        }
    }
}

/// An outage with everything that was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Number, from 1.
    pub no: u64,
    /// When it began: local time to the minute.
    pub began: String,
    /// Why.
    pub reason: String,
    /// When it was recorded, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// The moment, who, what; oldest first.
    pub facts: Vec<(String, String, Fact)>,
}

impl Outage {
    fn said<T>(&self, pick: impl Fn(&Fact) -> Option<T>) -> Option<T> {
        self.facts.iter().rev().find_map(|(_, _, fact)| pick(fact))
    }

    /// When it ended; empty while it goes on.
    pub fn ended(&self) -> String {
        let end = |fact: &Fact| if let Fact::Ended { at } = fact { Some(at.clone()) } else { None };
        self.said(end).unwrap_or_default()
    }

    /// Number and day of its act, once there is one.
    pub fn act(&self) -> Option<(String, String)> {
        self.said(|fact| match fact {
            Fact::Act { number, day } => Some((number.clone(), day.clone())),
            _ => None,
        })
    }

    /// Day and place of the act's filing.
    pub fn filed(&self) -> Option<(String, String)> {
        self.said(|fact| match fact {
            Fact::Filed { day, place } => Some((day.clone(), place.clone())),
            _ => None,
        })
    }

    /// Is the record a mistake?
    pub fn is_mistaken(&self) -> bool {
        self.facts.iter().any(|(_, _, fact)| matches!(fact, Fact::Mistaken { .. }))
    }

    /// Classes whose lessons were kept on paper, each once, in the order in which they were named.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = Vec::new();
        for (_, _, fact) in &self.facts {
            if let Fact::Paper { class, .. } = fact
                && !classes.contains(&class.as_str())
            {
                classes.push(class);
            }
        }
        classes
    }

    /// Those whose paper is not entered yet.
    pub fn left(&self) -> Vec<&str> {
        let entered = |class: &str| {
            self.facts.iter().any(|(_, _, fact)| matches!(fact, Fact::Entered { class: one } if one == class))
        };
        self.classes().into_iter().filter(|class| !entered(class)).collect()
    }

    /// What is still to be done, in order; empty when all is done or the record is a mistake.
    pub fn owed(&self) -> Vec<String> {
        if self.is_mistaken() {
            return Vec::new();
        }
        let mut owed = Vec::new();
        if self.ended().is_empty() {
            owed.push("записать, когда перерыв закончился".to_owned());
        }
        if self.act().is_none() {
            owed.push("составить акт".to_owned());
        }
        let left = self.left();
        if !left.is_empty() {
            owed.push(format!("внести записи с бумаги: {}", left.join(", ")));
        }
        if self.filed().is_none() {
            owed.push("подшить акт".to_owned());
        }
        owed
    }

    /// Where it stands, in words.
    pub fn in_russian(&self) -> String {
        match (self.is_mistaken(), self.owed().first()) {
            (true, _) => "запись ошибочна".to_owned(),
            (false, Some(first)) => format!("осталось: {first}"),
            (false, None) => "закрыт: бумага внесена, акт подшит".to_owned(),
        }
    }
}

/// Why something cannot be said of an outage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such outage.
    #[error("нет перерыва № {0}")]
    Unknown(u64),
    /// A moment that is none.
    #[error("момент «{0}»: нужны день и время, например 23.11.2026, 08:30, не позже нынешнего")]
    Moment(String),
    /// The end lies before the beginning.
    #[error("перерыв не может закончиться раньше, чем начался")]
    Backwards,
    /// Something is missing.
    #[error("не заполнено: {0}")]
    Empty(&'static str),
    /// A day that is none, or lies ahead.
    #[error("дата «{0}»: нужен день не позже сегодняшнего")]
    Day(String),
    /// Not a class of the school.
    #[error("класса «{0}» в школе нет")]
    NoClass(String),
    /// Its paper was not kept, or is entered.
    #[error("по классу {0} вносить нечего: бумаги не было или она уже внесена")]
    NothingToEnter(String),
    /// It cannot be filed while there is no act.
    #[error("подшить нечего: акт ещё не составлен")]
    NoAct,
    /// It is said already.
    #[error("это уже записано: {0}")]
    Said(String),
    /// The record is a mistake: nothing more is said of it.
    #[error("запись № {0} признана ошибочной")]
    Mistaken(u64),
}

/// May this be said of it? `now` is local time; `is_class` says what is a class of the school.
pub fn allow(outage: &Outage, fact: &Fact, now: NaiveDateTime, is_class: &dyn Fn(&str) -> bool) -> Result<(), Refusal> {
    if outage.is_mistaken() {
        return Err(Refusal::Mistaken(outage.no));
    }
    let day = |text: &str| match text.parse::<chrono::NaiveDate>() {
        Ok(day) if day <= now.date() => Ok(()),
        _ => Err(Refusal::Day(text.to_owned())),
    };
    let filled = |text: &str, what| if text.trim().is_empty() { Err(Refusal::Empty(what)) } else { Ok(()) };
    match fact {
        Fact::Ended { at } => {
            let end = moment(at).filter(|end| *end <= now).ok_or_else(|| Refusal::Moment(at.clone()))?;
            if moment(&outage.began).is_some_and(|began| end < began) {
                return Err(Refusal::Backwards);
            }
            match outage.ended() {
                said if said.is_empty() => Ok(()),
                said => Err(Refusal::Said(moment_words(&said))),
            }
        }
        Fact::Act { number, day: on } => {
            filled(number, "номер акта")?;
            day(on)?;
            match outage.act() {
                Some((number, on)) => Err(Refusal::Said(Fact::Act { number, day: on }.as_russian())),
                None => Ok(()),
            }
        }
        Fact::Paper { class, .. } if !is_class(class) => Err(Refusal::NoClass(class.clone())),
        Fact::Paper { class, .. } if outage.classes().contains(&class.as_str()) => Err(Refusal::Said(class.clone())),
        Fact::Paper { .. } => Ok(()),
        Fact::Entered { class } if outage.left().contains(&class.as_str()) => Ok(()),
        Fact::Entered { class } => Err(Refusal::NothingToEnter(class.clone())),
        Fact::Filed { day: on, place } => {
            filled(place, "дело, в которое подшит акт")?;
            day(on)?;
            match (outage.act(), outage.filed()) {
                (None, _) => Err(Refusal::NoAct),
                (_, Some((day, place))) => Err(Refusal::Said(Fact::Filed { day, place }.as_russian())),
                (Some(_), None) => Ok(()),
            }
        }
        Fact::Mistaken { why } => filled(why, "почему запись ошибочна"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn outage() -> Outage {
        Outage {
            no: 1,
            began: "2026-11-23T08:30".to_owned(),
            reason: "нет света".to_owned(),
            at: "2026-11-23T08:40:00+05:00".to_owned(),
            by: "T00001".to_owned(),
            facts: Vec::new(),
        }
    }

    fn say(outage: &mut Outage, fact: Fact) -> Result<(), Refusal> {
        let now = moment("2026-11-24T12:00").unwrap();
        allow(outage, &fact, now, &|class| class.starts_with('7'))?;
        let [class, day, words] = fact.columns().map(str::to_owned);
        let read = Fact::read(fact.word(), [class, day, words]).unwrap();
        assert_eq!(read, fact, "what is kept says the same");
        outage.facts.push((String::new(), String::new(), fact));
        Ok(())
    }

    #[test]
    fn an_outage_is_over_when_its_paper_is_entered_and_its_act_filed() {
        let mut one = outage();
        let day = "2026-11-24".to_owned();
        let filed = Fact::Filed { day: day.clone(), place: "01-12".to_owned() };
        let paper = |class: &str| Fact::Paper { class: class.to_owned(), sheets: String::new() };
        let entered = |class: &str| Fact::Entered { class: class.to_owned() };
        assert_eq!(say(&mut one, filed.clone()), Err(Refusal::NoAct));
        assert_eq!(say(&mut one, entered("7Б")), Err(Refusal::NothingToEnter("7Б".to_owned())));
        say(&mut one, paper("7Б")).unwrap();
        say(&mut one, paper("7А")).unwrap();
        assert_eq!(say(&mut one, paper("7А")), Err(Refusal::Said("7А".to_owned())));
        assert_eq!(say(&mut one, paper("8А")), Err(Refusal::NoClass("8А".to_owned())));
        let early = Fact::Ended { at: "2026-11-23T08:00".to_owned() };
        assert_eq!(say(&mut one, early), Err(Refusal::Backwards));
        let ahead = Fact::Ended { at: "2026-11-25T08:00".to_owned() };
        assert!(matches!(say(&mut one, ahead), Err(Refusal::Moment(_))));
        say(&mut one, Fact::Ended { at: "2026-11-23T14:10".to_owned() }).unwrap();
        say(&mut one, Fact::Act { number: "3".to_owned(), day: day.clone() }).unwrap();
        assert_eq!(one.owed(), ["внести записи с бумаги: 7Б, 7А", "подшить акт"]);
        say(&mut one, entered("7Б")).unwrap();
        assert_eq!(one.left(), ["7А"]);
        say(&mut one, filed.clone()).unwrap();
        assert!(matches!(say(&mut one, filed), Err(Refusal::Said(_))));
        assert_eq!(one.in_russian(), "осталось: внести записи с бумаги: 7А");
        say(&mut one, entered("7А")).unwrap();
        assert_eq!((one.owed().len(), one.in_russian().as_str()), (0, "закрыт: бумага внесена, акт подшит"));
    }

    #[test]
    fn a_mistaken_record_owes_nothing_and_takes_nothing() {
        let mut one = outage();
        assert_eq!(
            say(&mut one, Fact::Mistaken { why: " ".to_owned() }),
            Err(Refusal::Empty("почему запись ошибочна"))
        );
        say(&mut one, Fact::Mistaken { why: "другой день".to_owned() }).unwrap();
        assert!(one.owed().is_empty());
        assert_eq!(
            say(&mut one, Fact::Act { number: "1".into(), day: "2026-11-23".into() }),
            Err(Refusal::Mistaken(1))
        );
    }
}

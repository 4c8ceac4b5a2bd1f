//! Paper copies in the office: the twin of an electronic copy, its way from hand to hand to the safe. Floor 0.
//!
//! A paper copy is printed, handed over with two signatures, entered into the register under a number that is never used again, signed,
//! stamped, numbered, stitched and put into its place (000 И4.6-4.7; domain.md 2.10, 2.11). All of these are facts: what was wrong is
//! made good by a later fact, never taken away.

use serde::{Deserialize, Serialize};

use super::snapshot::CopyKind;

/// Most sheets of one volume (domain.md 2.0: 250 sheets or 4 cm).
pub const VOLUME_SHEETS: u32 = 250;

/// A printed copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperCopy {
    /// ASCII: the electronic copy's identifier, version and the number of its printing, `2025-05A-Q1-v1-p1`.
    pub id: String,
    /// The electronic copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// Record class.
    pub kind: CopyKind,
    /// School year.
    pub year: String,
    /// Class.
    pub class: String,
    /// Period's identifier.
    pub period: String,
    /// Document number as printed on it.
    pub number: String,
    /// Pages of the PDF.
    pub pages: u32,
    /// Sheets of paper: as many as pages when printed on one side.
    pub sheets: u32,
    /// SHA-256 of the PDF that was printed, hexadecimal: the electronic twin to the byte.
    pub pdf: String,
    /// When printed, RFC 3339; of paper that came back as scans when it was scanned.
    pub printed_at: String,
    /// Who printed, staff identifier.
    pub printed_by: String,
    /// Number in the register of paper copies; 0 until entered.
    pub no: u64,
    /// When entered, RFC 3339; empty until then.
    pub registered_at: String,
    /// Who entered it.
    pub registered_by: String,
    /// Last day of keeping, ISO; empty until entered.
    pub keep_through: String,
}

/// Sheets of paper that so many pages take.
pub fn sheets_of(pages: u32, both_sides: bool) -> u32 {
    if both_sides { pages.div_ceil(2) } else { pages }
}

/// What happened to a paper copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum PaperFact {
    /// The secretary presented it to the head (000 Инс 4.7; DOC-07). Nothing waits for it: a signature says that it was.
    Presented {
        /// Day, ISO.
        day: String,
    },
    /// The head signed it in ink.
    SignedByHead {
        /// Day of the signature, ISO.
        day: String,
    },
    /// The school's stamp was put.
    Stamped {
        /// Day, ISO.
        day: String,
    },
    /// The sheets were numbered: certified count, lettered and missing numbers.
    Numbered {
        /// Day, ISO.
        day: String,
        /// Sheets as counted by hand.
        sheets: u32,
        /// «12а, 14б»; may be empty.
        lettered: String,
        /// «13»; may be empty.
        missing: String,
    },
    /// The sheets were stitched.
    Stitched {
        /// Day, ISO.
        day: String,
    },
    /// It lies here from now on.
    Placed(Place),
    /// It is void: a later version took its place, or it was spoilt. The line in the register stays.
    Voided {
        /// Why.
        ground: String,
    },
}

impl PaperFact {
    /// Every kind's word, as the store and the forms of the page have it.
    pub const WORDS: [&'static str; 7] =
        ["signed_by_head", "stamped", "numbered", "stitched", "placed", "voided", "presented"];

    /// Word of the store.
    pub fn word(&self) -> &'static str {
        match self {
            Self::SignedByHead { .. } => Self::WORDS[0],
            Self::Stamped { .. } => Self::WORDS[1],
            Self::Numbered { .. } => Self::WORDS[2],
            Self::Stitched { .. } => Self::WORDS[3],
            Self::Placed(_) => Self::WORDS[4],
            Self::Voided { .. } => Self::WORDS[5],
            Self::Presented { .. } => Self::WORDS[6],
        }
    }

    /// Is it the head's to state: the own signature, the school's stamp?
    pub fn is_of_head(&self) -> bool {
        matches!(self, Self::SignedByHead { .. } | Self::Stamped { .. })
    }

    /// What happened, for people.
    pub fn as_russian(&self) -> String {
        match self {
            Self::Presented { .. } => "представлена на подпись директору".to_owned(),
            Self::SignedByHead { .. } => "подписана директором".to_owned(),
            Self::Stamped { .. } => "скреплена печатью".to_owned(),
            Self::Numbered { sheets, lettered, missing, .. } => {
                let extra =
                    |name: &str, text: &str| if text.is_empty() { String::new() } else { format!(", {name}: {text}") };
                format!("листы пронумерованы: {sheets}{}{}", extra("литерные", lettered), extra("пропущенные", missing))
            }
            Self::Stitched { .. } => "прошита".to_owned(),
            Self::Placed(place) => format!("помещена: {}", place.as_russian()),
            Self::Voided { ground } => format!("аннулирована: {ground}"),
        }
    }
}

/// Where a paper copy lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// «каб. 12», «канцелярия».
    pub room: String,
    /// Safe or cupboard; may be empty.
    pub safe: String,
    /// Shelf; may be empty.
    pub shelf: String,
    /// Folder; may be empty.
    pub folder: String,
    /// Index of the file by the file plan; may be empty.
    pub file: String,
    /// Volume of the file, from 1; 0 when it has none.
    pub volume: u32,
}

impl Place {
    /// «канцелярия, сейф 1, полка 2, папка «I четверть», дело 01-15, том 2».
    pub fn as_russian(&self) -> String {
        // «сейф 1» typed whole is not «сейф сейф 1», and a cupboard is no safe.
        let part = |names: &[&str], text: &str| {
            let typed = text.split_whitespace().next().unwrap_or_default().to_lowercase();
            match () {
                () if text.is_empty() => String::new(),
                () if names.contains(&typed.as_str()) => format!(", {text}"),
                () => format!(", {} {text}", names[0]),
            }
        };
        let volume = if self.volume == 0 { String::new() } else { format!(", том {}", self.volume) };
        let text = format!(
            "{}{}{}{}{}{volume}",
            self.room,
            part(&["сейф", "шкаф"], &self.safe),
            part(&["полка"], &self.shelf),
            part(&["папка"], &self.folder),
            part(&["дело"], &self.file),
        );
        text.trim_start_matches(", ").to_owned()
    }
}

/// What a handover is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To the office: an entry of the journal of documents of strict accountability.
    HandIn,
    /// Out of the office for use.
    Issue,
    /// Back into the office.
    Return,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::HandIn, Self::Issue, Self::Return];

    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HandIn => "hand_in",
            Self::Issue => "issue",
            Self::Return => "return",
        }
    }

    /// Reads [`Purpose::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// «сдача в канцелярию».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::HandIn => "сдача в канцелярию",
            Self::Issue => "выдача",
            Self::Return => "возврат",
        }
    }
}

/// One side of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who gives.
    From,
    /// Who takes.
    To,
}

impl Side {
    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
        }
    }
}

/// A handover: open until both sides have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Number in the journal of handovers, from 1, without gaps.
    pub no: u64,
    /// What for.
    pub purpose: Purpose,
    /// The paper copy.
    pub paper: String,
    /// «Копия классного журнала № …».
    pub document: String,
    /// Class.
    pub class: String,
    /// Period's identifier.
    pub period: String,
    /// School year.
    pub year: String,
    /// Sheets handed over.
    pub sheets: u32,
    /// Who gives, staff identifier.
    pub from: String,
    /// Who takes, staff identifier.
    pub to: String,
    /// Ground or remark; may be empty.
    pub note: String,
    /// Day by which an issued copy comes back, ISO; empty otherwise.
    pub due: String,
    /// When entered, RFC 3339.
    pub opened_at: String,
    /// Who entered it.
    pub opened_by: String,
    /// When the giver signed; empty until then.
    pub from_signed_at: String,
    /// When the taker signed; empty until then.
    pub to_signed_at: String,
}

impl Handover {
    /// Have both sides signed?
    pub fn is_complete(&self) -> bool {
        !self.from_signed_at.is_empty() && !self.to_signed_at.is_empty()
    }

    /// Which side still owes a signature and is this person?
    pub fn owed_by(&self, person: &str) -> Option<Side> {
        if self.from == person && self.from_signed_at.is_empty() {
            return Some(Side::From);
        }
        (self.to == person && self.to_signed_at.is_empty()).then_some(Side::To)
    }

    /// Is the copy out of the office longer than agreed?
    pub fn is_overdue(&self, today: &str) -> bool {
        self.purpose == Purpose::Issue && !self.due.is_empty() && self.due.as_str() < today
    }
}

/// The head's signature in ink, as the route has it: its stage was signed on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadInk {
    /// Day beside the signature, ISO.
    pub day: String,
    /// When it was put on record, RFC 3339.
    pub at: String,
    /// Who put it on record, staff identifier.
    pub by: String,
}

/// A paper copy with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The copy.
    pub copy: PaperCopy,
    /// Facts, oldest first: the moment, who, what.
    pub facts: Vec<(String, String, PaperFact)>,
    /// Handovers, oldest first.
    pub handovers: Vec<Handover>,
    /// The head's ink on this version, where the route has it.
    pub ink: Option<HeadInk>,
}

impl Kept {
    /// The last fact of a kind.
    fn last<T>(&self, pick: impl Fn(&PaperFact) -> Option<T>) -> Option<T> {
        self.facts.iter().rev().find_map(|(_, _, fact)| pick(fact))
    }

    /// Where it lies.
    pub fn place(&self) -> Option<Place> {
        self.last(|fact| match fact {
            PaperFact::Placed(place) => Some(place.clone()),
            _ => None,
        })
    }

    /// Day on which it was presented to the head, ISO; empty while it was not.
    pub fn presented(&self) -> String {
        self.last(|fact| match fact {
            PaperFact::Presented { day } => Some(day.clone()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// Day of the head's signature, ISO; empty while there is none.
    pub fn signed_by_head(&self) -> String {
        self.last(|fact| match fact {
            PaperFact::SignedByHead { day } => Some(day.clone()),
            _ => None,
        })
        .or_else(|| self.ink.as_ref().map(|ink| ink.day.clone()))
        .unwrap_or_default()
    }

    /// What it waits for from the head, once it is in the register.
    pub fn awaits_head(&self) -> Option<&'static str> {
        if self.copy.no == 0 || self.void().is_some() {
            return None;
        }
        match (self.signed_by_head().is_empty(), self.stamped().is_empty()) {
            (true, true) => Some("ждёт подписи и печати директора"),
            (true, false) => Some("ждёт подписи директора"),
            (false, true) => Some("ждёт печати школы"),
            (false, false) => None,
        }
    }

    /// Day of the stamp, ISO.
    pub fn stamped(&self) -> String {
        self.last(|fact| match fact {
            PaperFact::Stamped { day } => Some(day.clone()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// Day of stitching, ISO.
    pub fn stitched(&self) -> String {
        self.last(|fact| match fact {
            PaperFact::Stitched { day } => Some(day.clone()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// Sheets as numbered: count, lettered, missing.
    pub fn numbered(&self) -> Option<(u32, String, String)> {
        self.last(|fact| match fact {
            PaperFact::Numbered { sheets, lettered, missing, .. } => Some((*sheets, lettered.clone(), missing.clone())),
            _ => None,
        })
    }

    /// Why it is void; `None` while it is not.
    pub fn void(&self) -> Option<String> {
        self.last(|fact| match fact {
            PaperFact::Voided { ground } => Some(ground.clone()),
            _ => None,
        })
    }

    /// Sheets: as numbered by hand, or as printed.
    pub fn sheets(&self) -> u32 {
        self.numbered().map_or(self.copy.sheets, |(sheets, ..)| sheets)
    }

    /// The handover by which it came to the office, once both have signed.
    pub fn hand_in(&self) -> Option<&Handover> {
        self.handovers.iter().rev().find(|one| one.purpose == Purpose::HandIn && one.is_complete())
    }

    /// The issue that is not returned yet.
    pub fn out(&self) -> Option<&Handover> {
        let last = self.handovers.iter().rev().find(|one| one.purpose != Purpose::HandIn && one.is_complete())?;
        (last.purpose == Purpose::Issue).then_some(last)
    }

    /// The handover that waits for a signature.
    pub fn open(&self) -> Option<&Handover> {
        self.handovers.iter().find(|one| !one.is_complete())
    }

    /// How far it has come, and what comes next.
    pub fn stage(&self) -> Stage {
        if self.void().is_some() {
            return Stage::Void;
        }
        if self.copy.no == 0 {
            return if self.hand_in().is_some() { Stage::HandedIn } else { Stage::Printed };
        }
        if self.out().is_some() {
            return Stage::Out;
        }
        let done = [self.signed_by_head(), self.stamped(), self.stitched()].iter().all(|day| !day.is_empty());
        match (done && self.numbered().is_some(), self.place().is_some()) {
            (true, true) => Stage::Kept,
            _ => Stage::Registered,
        }
    }

    /// What is still to be done before it is kept, in the order of the office.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.void().is_some() {
            return missing;
        }
        if self.copy.no == 0 {
            missing.push("внести в реестр");
        }
        let steps = [
            (self.signed_by_head().is_empty(), "подпись директора"),
            (self.stamped().is_empty(), "печать"),
            (self.numbered().is_none(), "нумерация листов"),
            (self.stitched().is_empty(), "прошивка"),
            (self.place().is_none(), "место хранения"),
        ];
        missing.extend(steps.into_iter().filter(|(open, _)| *open).map(|(_, step)| step));
        missing
    }
}

/// How far a paper copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Printed; not in the office yet.
    Printed,
    /// In the office, waits for its number.
    HandedIn,
    /// In the register, being signed, stamped, numbered, stitched.
    Registered,
    /// In its place.
    Kept,
    /// Issued, not returned.
    Out,
    /// Void.
    Void,
}

impl Stage {
    /// Every stage, in the order of the way.
    pub const ALL: [Self; 6] = [Self::Printed, Self::HandedIn, Self::Registered, Self::Kept, Self::Out, Self::Void];

    /// Word of addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::HandedIn => "handed-in",
            Self::Registered => "registered",
            Self::Kept => "kept",
            Self::Out => "out",
            Self::Void => "void",
        }
    }

    /// For people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Printed => "напечатана",
            Self::HandedIn => "ждёт регистрации",
            Self::Registered => "оформляется",
            Self::Kept => "на месте",
            Self::Out => "выдана",
            Self::Void => "аннулирована",
        }
    }
}

/// The closing line of a register for a school year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// School year.
    pub year: String,
    /// First number of the year.
    pub first: u64,
    /// Last number of the year.
    pub last: u64,
    /// Lines entered.
    pub count: u64,
    /// Void ones among them.
    pub voided: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Who, staff identifier.
    pub by: String,
}

/// Splits copies into volumes: consecutive ones together while their sheets stay within [`VOLUME_SHEETS`]; a copy thicker than that is a
/// volume alone. Gives the index ranges.
pub fn volumes(sheets: &[u32]) -> Vec<std::ops::Range<usize>> {
    let mut volumes = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (index, count) in sheets.iter().enumerate() {
        if index > start && used + count > VOLUME_SHEETS {
            volumes.push(start..index);
            (start, used) = (index, 0);
        }
        used += count;
    }
    if start < sheets.len() {
        volumes.push(start..sheets.len());
    }
    volumes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_hold_at_most_250_sheets_and_lose_none() {
        assert_eq!(volumes(&[]), Vec::<std::ops::Range<usize>>::new());
        assert_eq!(volumes(&[100, 100, 50, 1, 249, 1]), [0..3, 3..5, 5..6]);
        assert_eq!(volumes(&[300, 10]), [0..1, 1..2]);
        let many: Vec<u32> = (0..500).map(|n| n * 37 % 90 + 1).collect();
        let split = volumes(&many);
        assert_eq!(split.iter().map(ExactSizeIterator::len).sum::<usize>(), many.len());
        assert!(split.iter().all(|range| many[range.clone()].iter().sum::<u32>() <= VOLUME_SHEETS));
        // No two neighbours would have gone into one.
        for pair in split.windows(2) {
            let first_of_next = many[pair[1].start];
            assert!(many[pair[0].clone()].iter().sum::<u32>() + first_of_next > VOLUME_SHEETS);
        }
    }

    #[test]
    fn pages_take_half_as_many_sheets_on_both_sides() {
        assert_eq!([sheets_of(14, false), sheets_of(14, true), sheets_of(15, true), sheets_of(0, true)], [14, 7, 8, 0]);
    }

    #[test]
    fn a_place_names_only_what_is_known() {
        let place =
            Place { room: "канцелярия".to_owned(), shelf: "2".to_owned(), volume: 1, ..Place::default() };
        assert_eq!(place.as_russian(), "канцелярия, полка 2, том 1");
        let said = |safe: &str| Place { safe: safe.to_owned(), ..Place::default() }.as_russian();
        assert_eq!([said("1"), said("сейф 1"), said("Шкаф 2")], ["сейф 1", "сейф 1", "Шкаф 2"]);
    }
}

//! Carriers of backups: what is registered, how a carrier leaves the safe and comes back, and who must have signed. Floor 0.
//!
//! A carrier leaves only when two people have signed in their own sessions, and is back only when two have (000 Инс 5.2 секретарь б-в);
//! the key of the safe is the director's. The code is known to the director alone and stands nowhere in this program.

pub mod code;
pub mod manifest;
pub mod plan;
mod pledge;
pub mod prune;
mod refusal;
pub mod spoiled;

use chrono::NaiveDate;

pub use self::pledge::{Tells, undertaking, undertaking_as_before};
pub use self::refusal::Refusal;
use super::finding::Finding;
use super::rights::Role;
use super::words;

/// A closed list of words with what people read.
macro_rules! worded {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal, $russian:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Word of the store and the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What people read.
            pub fn as_russian(self) -> &'static str {
                match self { $(Self::$variant => $russian,)+ }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }
    };
}

worded! {
    /// What a carrier is.
    Kind {
        /// An external hard disk (000 Инс 5.2 отв. в).
        Disk = "disk", "внешний жёсткий диск";
        /// A flash card for the responsible person or a deputy (000 Инс 4.8).
        Flash = "flash", "флэш-карта";
        /// A folder of the server, of another machine, or of a mounted network disk.
        Folder = "folder", "папка на сервере или в сети";
        /// The key of a safe: nothing is written on it.
        Key = "key", "ключ от сейфа";
    }
}

worded! {
    /// Where in a room a carrier is kept.
    Holder {
        /// A safe.
        Safe = "safe", "сейф";
        /// A cabinet that locks.
        Cabinet = "cabinet", "запираемый шкаф";
        /// A shelf or a table.
        Shelf = "shelf", "полка";
    }
}

worded! {
    /// What a carrier is for.
    Purpose {
        /// The first of the two.
        Main = "main", "основной";
        /// The one in another room.
        Second = "second", "второй экземпляр";
        /// For the responsible person and deputies.
        Working = "working", "рабочий";
    }
}

worded! {
    /// A line of a carrier's ledger.
    Entry {
        /// Put on the books.
        Registered = "registered", "поставлен на учёт";
        /// Another place; before the words below were told apart, another folder too.
        Moved = "moved", "перемещён";
        /// The folder in which it appears, where none stood.
        FolderSet = "folder_set", "указана папка";
        /// Another folder in place of one that stood.
        FolderChanged = "folder_changed", "изменена папка";
        /// A remark or its mark put on again, with place and folder as they were.
        Clarified = "clarified", "уточнено";
        /// An old copy was taken off it by the rule of keeping.
        Pruned = "pruned", "стёрта прежняя копия";
        /// Taken off the books; what was on it is told by the act.
        WrittenOff = "written_off", "списан";
    }
}

worded! {
    /// Why a backup was made.
    Cause {
        /// The cadence of `backup.every`.
        Week = "week", "по графику";
        /// The archive of `archive.every`.
        Month = "month", "архив";
        /// The end of a study period (000 Инс 5.2 отв. в).
        Period = "period", "по окончании учётного периода";
        /// Somebody asked.
        Demand = "demand", "по требованию";
    }
}

worded! {
    /// A step of a carrier's way out and back.
    Step {
        /// The director gave the key of the safe.
        KeyGiven = "key_given", "ключ от сейфа выдан";
        /// The secretary handed the carrier over.
        Handed = "handed", "носитель выдан";
        /// Who asked for it has it.
        Taken = "taken", "носитель получен";
        /// The technical specialist vouches for the data after a comparison.
        Certified = "certified", "правильность переноса данных заверена";
        /// Who had it gave it back.
        Returned = "returned", "носитель сдан";
        /// The secretary put it into the safe.
        Accepted = "accepted", "носитель принят в сейф";
        /// The director has the key again.
        KeyBack = "key_back", "ключ возвращён";
    }
}

/// Does a role make its holder one of the school's own people?
pub fn is_staff(role: Role) -> bool {
    !matches!(role, Role::Inspector | Role::Learner | Role::Parent)
}

/// Who is asked for a step, besides the one who took the carrier.
pub fn signer_of(step: Step) -> Option<Role> {
    match step {
        Step::KeyGiven | Step::KeyBack => Some(Role::Director),
        Step::Handed | Step::Accepted => Some(Role::Secretary),
        Step::Certified => Some(Role::TechnicalSpecialist),
        Step::Taken | Step::Returned => None,
    }
}

/// One signature of a trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Which step.
    pub step: Step,
    /// Who signed in the own session.
    pub person: String,
    /// Office then.
    pub office: String,
    /// A remark, may be empty.
    pub note: String,
    /// RFC 3339.
    pub at: String,
}

/// The director's order about a carrier whose taker has left the school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnOrder {
    /// Who brings it back; empty when it never left the safe.
    pub person: String,
    /// Out of whose hands it came.
    pub from: String,
    /// «приказ от 10.11.2025 № 41-к».
    pub ground: String,
    /// RFC 3339.
    pub at: String,
    /// The director.
    pub by: String,
}

/// How a request ended whose carrier never left the safe: whoever asked took it back, or the director or the secretary declined it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Why; may be empty for a request that was taken back.
    pub reason: String,
    /// Office of who declined it; empty for a request that was taken back.
    pub office: String,
    /// RFC 3339.
    pub at: String,
    /// Who asked, or who declined it.
    pub by: String,
}

/// One way of a carrier out of the safe and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// Number in the custody log, from 1; never given twice.
    pub no: u64,
    /// Carrier.
    pub carrier: String,
    /// What for.
    pub purpose: String,
    /// Last day on which it must be back.
    pub due_on: NaiveDate,
    /// Who takes it.
    pub taker: String,
    /// When it was asked for.
    pub at: String,
    /// Signatures in their order.
    pub steps: Vec<Signed>,
    /// Orders about a taker who left; the last one is in force.
    pub orders: Vec<ReturnOrder>,
    /// The request was taken back or declined.
    pub dropped: Option<Dropped>,
}

/// Where a trip stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TripState {
    /// Asked for, still in the safe.
    Asked,
    /// Out: both signed.
    Out,
    /// Given back by who had it, not yet accepted: still out.
    Returning,
    /// In the safe, the key not yet back.
    In,
    /// Over.
    Over,
}

impl TripState {
    /// «на руках».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Asked => "оформляется выдача",
            Self::Out => "на руках",
            Self::Returning => "сдаётся: ждёт подписи секретаря",
            Self::In => "в сейфе; ключ не возвращён",
            Self::Over => "возвращён",
        }
    }
}

impl Trip {
    /// The signature of a step.
    pub fn signed(&self, step: Step) -> Option<&Signed> {
        self.steps.iter().find(|signed| signed.step == step)
    }

    /// Where it stands.
    pub fn state(&self) -> TripState {
        let has = |step| self.signed(step).is_some();
        match () {
            () if has(Step::KeyBack) => TripState::Over,
            () if has(Step::Accepted) => TripState::In,
            () if has(Step::Returned) => TripState::Returning,
            () if has(Step::Taken) => TripState::Out,
            // Ordered or dropped before it was taken: the carrier never left, the key may have.
            () if self.is_closed() && has(Step::KeyGiven) => TripState::In,
            () if self.is_closed() => TripState::Over,
            () => TripState::Asked,
        }
    }

    /// Is there an order about it, or was the request dropped?
    fn is_closed(&self) -> bool {
        !self.orders.is_empty() || self.dropped.is_some()
    }

    /// Where it stands, in words: of a dropped request how and when it ended, «просьба отозвана 28.11.2026, 15:20».
    pub fn stands(&self) -> String {
        let Some(dropped) = &self.dropped else { return self.state().as_russian().to_owned() };
        let how = if dropped.by == self.taker { "отозвана" } else { "отклонена" };
        let key =
            if self.state() == TripState::Over { "" } else { "; ключ директору не возвращён" };
        format!("просьба {how} {}{key}", words::moment_short(&dropped.at))
    }

    /// May this person, with these offices, take the request back or decline it now?
    ///
    /// # Errors
    /// Why not.
    pub fn may_drop(&self, person: &str, roles: &[Role]) -> Result<(), Refusal> {
        let declines = roles.iter().any(|role| matches!(role, Role::Director | Role::Secretary));
        match self.state() {
            TripState::Asked if self.signed(Step::Handed).is_some() => Err(Refusal::HandedOver),
            TripState::Asked if person == self.taker || declines => Ok(()),
            TripState::Asked => Err(Refusal::NotToDrop),
            _ if self.dropped.is_some() => Err(Refusal::AlreadyDropped),
            state => Err(Refusal::NotYet {
                step: "отозвать или отклонить просьбу", state: state.as_russian()
            }),
        }
    }

    /// Who gives the carrier back: the taker, or whom the last order names instead.
    pub fn giver(&self) -> &str {
        let ordered = self.orders.last().map(|order| order.person.as_str()).filter(|person| !person.is_empty());
        ordered.unwrap_or(&self.taker)
    }

    /// Has the person signed on the side of the safe: given the key, handed the carrier over?
    pub fn stands_for_the_safe(&self, person: &str) -> bool {
        self.steps
            .iter()
            .any(|signed| signed.person == person && signer_of(signed.step).is_some() && signed.step != Step::Certified)
    }

    /// Is the carrier outside of the safe?
    pub fn is_out(&self) -> bool {
        matches!(self.state(), TripState::Out | TripState::Returning)
    }

    /// Days after the last day on which it should have been back; 0 while in time or when it is back.
    pub fn overdue(&self, today: NaiveDate) -> u64 {
        if self.is_out() { (today - self.due_on).num_days().max(0) as u64 } else { 0 }
    }

    /// What may be signed next, in the order of the way.
    pub fn next(&self) -> Vec<Step> {
        let mut next = match self.state() {
            TripState::Asked if self.signed(Step::KeyGiven).is_none() => vec![Step::KeyGiven],
            TripState::Asked if self.signed(Step::Handed).is_none() => vec![Step::Handed],
            TripState::Asked => vec![Step::Taken],
            TripState::Out => vec![Step::Returned],
            TripState::Returning => vec![Step::Accepted],
            TripState::In => vec![Step::KeyBack],
            TripState::Over => Vec::new(),
        };
        if self.signed(Step::Taken).is_some() && self.signed(Step::Certified).is_none() {
            next.push(Step::Certified);
        }
        next
    }

    /// May this person, with these offices, sign this step now?
    ///
    /// # Errors
    /// Why not.
    pub fn may_sign(&self, step: Step, person: &str, roles: &[Role]) -> Result<(), Refusal> {
        if self.signed(step).is_some() {
            return Err(Refusal::Signed(step.as_russian()));
        }
        if self.dropped.is_some() && step != Step::KeyBack {
            return Err(Refusal::AlreadyDropped);
        }
        if !self.next().contains(&step) {
            return Err(Refusal::NotYet { step: step.as_russian(), state: self.state().as_russian() });
        }
        // Only the taker takes; who gives back is the taker, or whom the director's order names.
        let side = if step == Step::Returned { self.giver() } else { &self.taker };
        match signer_of(step) {
            None if person == side => Ok(()),
            None => Err(Refusal::NotTheTaker(side.to_owned())),
            Some(role) if !roles.contains(&role) => {
                Err(Refusal::NotTheOffice { step: step.as_russian(), office: role.as_russian() })
            }
            // The one who takes a carrier may be the technical specialist and vouch for the data; the handing over has two sides.
            Some(_) if [&self.taker, self.giver()].contains(&person) && step != Step::Certified => {
                Err(Refusal::OneHand)
            }
            Some(_) => Ok(()),
        }
    }
}

/// A carrier as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// «Н-1».
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// «Диск Seagate, чёрный».
    pub label: String,
    /// Maker's number.
    pub serial: String,
    /// «1 ТБ».
    pub capacity: String,
    /// What for.
    pub purpose: Purpose,
    /// Words by which the carrier itself is known.
    pub mark: String,
    /// Place by identifier.
    pub place: String,
    /// Room of the place.
    pub room: String,
    /// «кабинет 12, сейф секретаря».
    pub place_words: String,
    /// Folder in which it appears; empty for what is never connected.
    pub path: String,
    /// When it was put on the books.
    pub registered_at: String,
    /// Is it off the books?
    pub written_off: bool,
    /// When the last complete backup was written on it; empty for none.
    pub written_at: String,
}

impl Carrier {
    /// Can a backup be written on it?
    pub fn takes_copies(&self) -> bool {
        self.kind != Kind::Key && !self.written_off
    }
}

/// The custody log's overdue lines as findings, the longest first.
pub fn overdue(trips: &[Trip], today: NaiveDate) -> Vec<Finding> {
    let mut late: Vec<(u64, &Trip)> =
        trips.iter().map(|trip| (trip.overdue(today), trip)).filter(|(days, _)| *days > 0).collect();
    late.sort_by_key(|(days, trip)| (std::cmp::Reverse(*days), trip.no));
    let finding = |(days, trip): (u64, &Trip)| {
        let place = format!("носитель {}, запись № {}", trip.carrier, trip.no);
        let since = words::date_short(trip.due_on);
        let late = words::count(days, "день", "дня", "дней");
        Finding::new("carriers.overdue", place, format!("не возвращён в сейф: срок {since}, просрочено {late}"))
    };
    late.into_iter().map(finding).collect()
}

/// Days for which a carrier is given out when nothing else is said: to be written on and brought back the next day.
pub const USUAL_DAYS: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn trip(steps: &[(Step, &str)]) -> Trip {
        let signed = |(step, person): &(Step, &str)| Signed {
            step: *step,
            person: (*person).to_owned(),
            office: String::new(),
            note: String::new(),
            at: String::new(),
        };
        Trip {
            no: 1,
            carrier: "Н-1".to_owned(),
            purpose: "запись копии".to_owned(),
            due_on: NaiveDate::from_ymd_opt(2025, 11, 6).unwrap_or_default(),
            taker: "T08".to_owned(),
            at: String::new(),
            steps: steps.iter().map(signed).collect(),
            orders: Vec::new(),
            dropped: None,
        }
    }

    #[test]
    fn a_carrier_leaves_and_returns_only_by_the_signatures_of_two() {
        let mut way = Vec::new();
        let order = [
            (Step::KeyGiven, "T01", Role::Director),
            (Step::Handed, "T05", Role::Secretary),
            (Step::Taken, "T08", Role::TechnicalSpecialist),
            (Step::Returned, "T08", Role::TechnicalSpecialist),
            (Step::Accepted, "T05", Role::Secretary),
            (Step::KeyBack, "T01", Role::Director),
        ];
        for (step, person, role) in order {
            let before = trip(&way);
            for other in Step::ALL {
                if !before.next().contains(other) {
                    assert!(
                        before.may_sign(*other, person, Role::ALL.as_slice()).is_err(),
                        "{other:?} before {step:?}"
                    );
                }
            }
            assert!(before.may_sign(step, "T99", &[Role::SubjectTeacher]).is_err(), "{step:?} by a stranger");
            assert_eq!(before.may_sign(step, person, &[role]), Ok(()), "{step:?}");
            way.push((step, person));
        }
        assert_eq!(trip(&way).state(), TripState::Over);
        assert!(trip(&way[..4]).is_out(), "given back without the secretary's signature is still out");
    }

    #[test]
    fn nobody_hands_a_carrier_to_himself() {
        let alone = Trip { taker: "T05".to_owned(), ..trip(&[(Step::KeyGiven, "T01")]) };
        assert_eq!(alone.may_sign(Step::Handed, "T05", &[Role::Secretary]), Err(Refusal::OneHand));
    }

    #[test]
    fn an_order_lets_another_bring_the_carrier_back_and_nobody_else() {
        let out = trip(&[(Step::KeyGiven, "T01"), (Step::Handed, "T05"), (Step::Taken, "T08")]);
        let order = ReturnOrder {
            person: "T02".to_owned(),
            from: "из стола".to_owned(),
            ground: "приказ".to_owned(),
            at: String::new(),
            by: "T01".to_owned(),
        };
        let ordered = Trip { orders: vec![order.clone()], ..out };
        assert_eq!((ordered.giver(), ordered.state(), ordered.is_out()), ("T02", TripState::Out, true));
        assert_eq!(ordered.may_sign(Step::Returned, "T02", &[Role::Deputy]), Ok(()));
        assert_eq!(
            ordered.may_sign(Step::Returned, "T08", &[Role::TechnicalSpecialist]),
            Err(Refusal::NotTheTaker("T02".to_owned()))
        );
        let mut back = ordered;
        back.steps.push(Signed { step: Step::Returned, person: "T02".to_owned(), ..back.steps[0].clone() });
        assert_eq!(back.may_sign(Step::Accepted, "T02", &[Role::Secretary]), Err(Refusal::OneHand));
        assert_eq!(back.may_sign(Step::Accepted, "T05", &[Role::Secretary]), Ok(()));
        // Asked for and never taken: the order closes the line, the key comes back if it was given.
        let asked =
            |steps| Trip { orders: vec![ReturnOrder { person: String::new(), ..order.clone() }], ..trip(steps) };
        assert_eq!(asked(&[]).state(), TripState::Over);
        assert_eq!(asked(&[(Step::KeyGiven, "T01")]).next(), [Step::KeyBack]);
    }

    #[test]
    fn a_request_is_dropped_by_who_asked_or_by_the_safe_s_two_and_only_before_the_carrier_is_handed_over() {
        let asked = trip(&[(Step::KeyGiven, "T01")]);
        assert_eq!(asked.may_drop("T08", &[Role::TechnicalSpecialist]), Ok(()));
        assert_eq!(asked.may_drop("T05", &[Role::Secretary]), Ok(()));
        assert_eq!(asked.may_drop("T02", &[Role::Deputy]), Err(Refusal::NotToDrop));
        let handed = trip(&[(Step::KeyGiven, "T01"), (Step::Handed, "T05")]);
        assert_eq!(handed.may_drop("T08", &[Role::TechnicalSpecialist]), Err(Refusal::HandedOver));
        let by = |person: &str, steps: &[(Step, &str)]| Trip {
            dropped: Some(Dropped {
                reason: String::new(),
                office: String::new(),
                at: "2025-11-05T10:20:00+05:00".to_owned(),
                by: person.to_owned(),
            }),
            ..trip(steps)
        };
        assert_eq!(by("T08", &[]).state(), TripState::Over);
        assert_eq!(by("T08", &[]).stands(), "просьба отозвана 05.11.2025, 10:20");
        let keyed = by("T01", &[(Step::KeyGiven, "T01")]);
        assert_eq!(keyed.next(), [Step::KeyBack]);
        assert_eq!(keyed.stands(), "просьба отклонена 05.11.2025, 10:20; ключ директору не возвращён");
        assert_eq!(keyed.may_drop("T08", &[]), Err(Refusal::AlreadyDropped));
        assert_eq!(keyed.may_sign(Step::Handed, "T05", &[Role::Secretary]), Err(Refusal::AlreadyDropped));
    }

    #[test]
    fn two_days_out_are_red_and_one_is_not() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        // Taken on the 5th to be back on the 6th.
        let out = trip(&[(Step::KeyGiven, "T01"), (Step::Handed, "T05"), (Step::Taken, "T08")]);
        assert_eq!((out.overdue(day("2025-11-06")), out.overdue(day("2025-11-07"))), (0, 1));
        assert_eq!(overdue(std::slice::from_ref(&out), day("2025-11-07")).len(), 1);
        assert!(overdue(&[trip(&[])], day("2025-12-01")).is_empty(), "what never left is not late");
    }
}

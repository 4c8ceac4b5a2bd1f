//! The daily feed for the school's site: the journal's figures without anybody's name (002 1, 4.4: обезличенные данные). Floor 0.
//!
//! A learner is a keyed pseudonym: HMAC-SHA256 under a secret of the house, the year among its text, so that nobody outside can make it,
//! it stays the same within a year, and two years' pseudonyms cannot be joined. Free texts, reasons of absence of single learners, days of
//! marks, names and dates of birth are never in it. What fewer than [`SMALLEST_GROUP`] learners share is left out, because a figure about
//! so few tells about each of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use super::canon::Digest;
use super::journal::{Course, Journal, Learner};
use super::period::members;
use super::policy::{AbsenceKind, Policy};

/// Format of the feed.
pub const FORMAT: &str = "letopis.feed/1";
/// Fewer learners than this are never told of as a group: the usual k of k-anonymity in school statistics.
const SMALLEST_GROUP: usize = 5;

/// The feed of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feed {
    /// [`FORMAT`].
    pub format: &'static str,
    /// School year.
    pub year: String,
    /// Day up to which it tells, inclusive.
    pub day: String,
    /// Classes of [`SMALLEST_GROUP`] learners and more.
    pub classes: Vec<ClassLine>,
    /// Learners of these classes, by pseudonym.
    pub learners: Vec<LearnerLine>,
    /// Marks, by pseudonym.
    pub marks: Vec<MarkLine>,
    /// Final marks, by pseudonym.
    pub final_marks: Vec<FinalLine>,
    /// How many lines were left out because too few share them.
    pub suppressed: u64,
}

/// A class's figures; an absent figure is one to which fewer than [`SMALLEST_GROUP`] learners contribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassLine {
    /// «5А».
    pub class: String,
    /// 1 to 11.
    pub grade: u8,
    /// Learners on the day.
    pub learners: u64,
    /// Lessons held.
    pub lessons: u64,
    /// Marks put.
    pub marks: Option<u64>,
    /// Learners' lessons missed.
    pub missed: Option<u64>,
    /// Of these, by illness.
    pub ill: Option<u64>,
    /// With another good reason.
    pub excused: Option<u64>,
    /// Without a good reason.
    pub unexcused: Option<u64>,
    /// Times late.
    pub late: Option<u64>,
}

/// A learner's figures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LearnerLine {
    /// Pseudonym.
    pub learner: String,
    /// Class.
    pub class: String,
    /// Marks got.
    pub marks: u64,
    /// Their mean in hundredths; 0 without any.
    pub mean_centi: u64,
    /// Lessons missed, whatever the reason.
    pub missed: u64,
}

/// A mark; the day of it is not told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MarkLine {
    /// Pseudonym.
    pub learner: String,
    /// Class.
    pub class: String,
    /// Subject.
    pub subject: String,
    /// Month, `2025-09`.
    pub month: String,
    /// The mark.
    pub value: String,
}

/// A final mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FinalLine {
    /// Pseudonym.
    pub learner: String,
    /// Class.
    pub class: String,
    /// Subject.
    pub subject: String,
    /// Period.
    pub period: String,
    /// The mark; empty where too few have the same word («осв», «н/а»), which tells of health or absence.
    pub value: String,
}

/// The learner's pseudonym of a year: 16 letters and figures, 80 bits.
fn pseudonym(secret: &[u8; 32], school: &str, year: &str, learner: &str) -> String {
    // Lengths before the parts: no two triples write the same text.
    let text = [school, year, learner].map(|part| format!("{}:{part}", part.len())).join("\n");
    let mac = hmac_sha256(secret, format!("{FORMAT}\n{text}").as_bytes());
    // Crockford's alphabet: nothing in it reads like something else.
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = mac[..10].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    (0..16).rev().map(|place| char::from(ALPHABET[(bits >> (5 * place) & 31) as usize])).collect()
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Digest::of(key).0);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = Digest::of(&[pad(0x36).as_slice(), message].concat());
    Digest::of(&[pad(0x5C).as_slice(), &inner.0].concat()).0
}

/// Makes the feed of a year as of a day.
pub fn feed(journal: &Journal, school: &str, day: NaiveDate, policy: &Policy, secret: &[u8; 32]) -> Feed {
    let year = &journal.school.year;
    let here = |learner: &&Learner| learner.is_present_on(day.min(last_day(journal).unwrap_or(day)));
    let mut of_class: BTreeMap<&str, Vec<&Learner>> = BTreeMap::new();
    for learner in journal.learners.iter().filter(here) {
        of_class.entry(learner.class.as_str()).or_default().push(learner);
    }
    let mut feed = Feed {
        format: FORMAT,
        year: year.clone(),
        day: day.to_string(),
        classes: Vec::new(),
        learners: Vec::new(),
        marks: Vec::new(),
        final_marks: Vec::new(),
        suppressed: 0,
    };
    feed.suppressed += of_class.values().filter(|list| list.len() < SMALLEST_GROUP).count() as u64;
    of_class.retain(|_, list| list.len() >= SMALLEST_GROUP);
    let names: HashMap<&str, (String, &str)> = of_class
        .iter()
        .flat_map(|(class, list)| {
            list.iter().map(move |l| (l.id.as_str(), (pseudonym(secret, school, year, &l.id), *class)))
        })
        .collect();
    // A course whose learners of the feed are few would tell of each of them.
    let is_told = |course: &&Course| {
        members(course, &journal.learners).iter().filter(|l| names.contains_key(l.id.as_str())).count()
            >= SMALLEST_GROUP
    };
    let courses: HashMap<&str, &Course> =
        journal.courses.iter().filter(is_told).map(|course| (course.id.as_str(), course)).collect();
    marks(journal, day, &names, &courses, &mut feed);
    finals(journal, policy, &names, &courses, &mut feed);
    people(journal, day, policy, &of_class, &names, &mut feed);
    feed
}

fn last_day(journal: &Journal) -> Option<NaiveDate> {
    journal.periods.iter().map(|period| period.ends).max()
}

type Names<'j> = HashMap<&'j str, (String, &'j str)>;

fn marks(journal: &Journal, day: NaiveDate, names: &Names<'_>, courses: &HashMap<&str, &Course>, feed: &mut Feed) {
    for mark in journal.marks.iter().filter(|mark| mark.lesson.date <= day) {
        let Some((learner, class)) = names.get(mark.learner_id.as_str()) else { continue };
        match courses.get(mark.lesson.course_id.as_str()) {
            Some(course) => feed.marks.push(MarkLine {
                learner: learner.clone(),
                class: (*class).to_owned(),
                subject: course.subject.clone(),
                month: mark.lesson.date.format("%Y-%m").to_string(),
                value: mark.value.clone(),
            }),
            None => feed.suppressed += 1,
        }
    }
    // By pseudonym: the order of a class's list would give the names away.
    feed.marks.sort();
}

fn finals(journal: &Journal, policy: &Policy, names: &Names<'_>, courses: &HashMap<&str, &Course>, feed: &mut Feed) {
    let is_mark = |value: &str| policy.mark_values.iter().any(|mark| mark == value);
    let mut holders: HashMap<(&str, &str, &str, &str), BTreeSet<&str>> = HashMap::new();
    for mark in &journal.final_marks {
        let Some((_, class)) = names.get(mark.learner_id.as_str()) else { continue };
        if let Some(course) = courses.get(mark.course_id.as_str()) {
            let key = (*class, course.subject.as_str(), mark.period.as_str(), mark.value.as_str());
            holders.entry(key).or_default().insert(&mark.learner_id);
        }
    }
    for mark in &journal.final_marks {
        let Some((learner, class)) = names.get(mark.learner_id.as_str()) else { continue };
        let Some(course) = courses.get(mark.course_id.as_str()) else {
            feed.suppressed += 1;
            continue;
        };
        let key = (*class, course.subject.as_str(), mark.period.as_str(), mark.value.as_str());
        let is_rare = !is_mark(&mark.value) && holders.get(&key).is_none_or(|who| who.len() < SMALLEST_GROUP);
        feed.suppressed += u64::from(is_rare);
        feed.final_marks.push(FinalLine {
            learner: learner.clone(),
            class: (*class).to_owned(),
            subject: course.subject.clone(),
            period: mark.period.clone(),
            value: if is_rare { String::new() } else { mark.value.clone() },
        });
    }
    feed.final_marks.sort();
}

fn people(
    journal: &Journal,
    day: NaiveDate,
    policy: &Policy,
    of_class: &BTreeMap<&str, Vec<&Learner>>,
    names: &Names<'_>,
    feed: &mut Feed,
) {
    let mut marks: HashMap<&str, Vec<u64>> = HashMap::new();
    for mark in journal.marks.iter().filter(|mark| mark.lesson.date <= day) {
        marks.entry(mark.learner_id.as_str()).or_default().extend(mark.value.parse::<u64>().ok());
    }
    let mut away: HashMap<&str, Vec<AbsenceKind>> = HashMap::new();
    for absence in journal.absences.iter().filter(|absence| absence.lesson.date <= day) {
        let kind = policy.absence(&absence.code).map(|rule| rule.kind);
        away.entry(absence.learner_id.as_str()).or_default().extend(kind);
    }
    let class_of: HashMap<&str, &str> =
        journal.courses.iter().map(|course| (course.id.as_str(), course.class.as_str())).collect();
    for (class, list) in of_class {
        // A sum to which few contribute is theirs alone.
        let sum = |count: &dyn Fn(&Learner) -> u64| {
            let each: Vec<u64> = list.iter().map(|learner| count(learner)).filter(|count| *count > 0).collect();
            (each.is_empty() || each.len() >= SMALLEST_GROUP).then(|| each.iter().sum())
        };
        let of_kind = |wanted: AbsenceKind| {
            sum(&|l| {
                away.get(l.id.as_str()).map_or(0, |list| list.iter().filter(|kind| **kind == wanted).count() as u64)
            })
        };
        let missed_by = |l: &Learner| {
            away.get(l.id.as_str())
                .map_or(0, |list| list.iter().filter(|kind| **kind != AbsenceKind::Late).count() as u64)
        };
        let held = journal.lessons.iter().filter(|lesson| lesson.key.date <= day);
        let mut line = ClassLine {
            class: (*class).to_owned(),
            grade: journal.class(class).map_or(0, |class| class.grade),
            learners: list.len() as u64,
            lessons: held.filter(|l| class_of.get(l.key.course_id.as_str()) == Some(class)).count() as u64,
            marks: sum(&|l| marks.get(l.id.as_str()).map_or(0, |list| list.len() as u64)),
            missed: sum(&missed_by),
            ill: of_kind(AbsenceKind::Ill),
            excused: of_kind(AbsenceKind::Excused),
            unexcused: of_kind(AbsenceKind::Unexcused),
            late: of_kind(AbsenceKind::Late),
        };
        feed.suppressed += hide_what_the_sum_gives_away(&mut line);
        feed.classes.push(line);
        for learner in list {
            let Some((pseudonym, _)) = names.get(learner.id.as_str()) else { continue };
            let own = marks.get(learner.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let count = own.len() as u64;
            feed.learners.push(LearnerLine {
                learner: pseudonym.clone(),
                class: (*class).to_owned(),
                marks: count,
                mean_centi: (own.iter().sum::<u64>() * 100 + count / 2).checked_div(count).unwrap_or(0),
                missed: missed_by(learner),
            });
        }
    }
    feed.learners.sort();
}

/// One hidden reason beside the sum of all could be counted out: then the reasons next to it are hidden too.
fn hide_what_the_sum_gives_away(line: &mut ClassLine) -> u64 {
    let hidden = [line.marks, line.missed, line.ill, line.excused, line.unexcused, line.late];
    let count = hidden.iter().filter(|figure| figure.is_none()).count() as u64;
    let reasons = [line.ill, line.excused, line.unexcused];
    if line.missed.is_some() && reasons.iter().filter(|figure| figure.is_none()).count() == 1 {
        (line.ill, line.excused, line.unexcused) = (None, None, None);
        return count + 2;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::canon::hex;

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    #[test]
    fn the_keyed_digest_is_that_of_the_standard() {
        let mac = |key: &[u8], text: &[u8]| hex(&hmac_sha256(key, text));
        assert_eq!(mac(&[0x0B; 20], b"Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assert_eq!(
            mac(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            mac(&[0xAA; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_pseudonym_is_of_one_learner_one_year_and_one_house() {
        let (secret, other) = ([7; 32], [8; 32]);
        let own = pseudonym(&secret, "school-1", "2025/2026", "L00001");
        assert_eq!(own.len(), 16);
        assert_eq!(own, pseudonym(&secret, "school-1", "2025/2026", "L00001"));
        let others = [
            pseudonym(&secret, "school-1", "2026/2027", "L00001"),
            pseudonym(&secret, "school-1", "2025/2026", "L00002"),
            pseudonym(&secret, "school-2", "2025/2026", "L00001"),
            pseudonym(&other, "school-1", "2025/2026", "L00001"),
        ];
        assert!(others.iter().all(|pseudonym| *pseudonym != own));
    }
}

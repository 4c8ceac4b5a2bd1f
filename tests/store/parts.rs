//! Parts of a year's entries: a page about a quarter reads a quarter.

use letopis::store::{Entries, Part};

use super::{YEAR, import, journal, on_every_engine};

#[test]
fn a_part_of_the_year_is_what_the_whole_year_says_of_its_days() {
    on_every_engine(|db| async move {
        let journal = journal();
        import(&db, &journal).await.expect("an import");
        let roster = db.load_roster(YEAR).await.expect("a roster");
        let year = Entries { marks: true, ..Entries::default() };
        let whole = db.load_part(YEAR, &Part { lessons: None, entries: Some(year) }).await.expect("entries");
        assert_eq!(roster.clone().with_entries(whole), db.load_journal(YEAR).await.expect("a journal"));
        let day = journal.marks[0].lesson.date;
        let (days, period) = (Some((day, day)), journal.final_marks[0].period.as_str());
        let entries = Entries { days, marks: true, period };
        let part = db.load_part(YEAR, &Part { lessons: days, entries: Some(entries) }).await.expect("entries");
        let lessons: Vec<_> = journal.lessons.iter().filter(|lesson| lesson.key.date == day).cloned().collect();
        let marks: Vec<_> = journal.marks.iter().filter(|mark| mark.lesson.date == day).cloned().collect();
        let absences: Vec<_> = journal.absences.iter().filter(|one| one.lesson.date == day).cloned().collect();
        let finals: Vec<_> = journal.final_marks.iter().filter(|one| one.period == period).cloned().collect();
        assert_eq!(
            (&part.lessons, &part.marks, &part.absences, &part.final_marks),
            (&lessons, &marks, &absences, &finals)
        );
        let unmarked = Entries { marks: false, ..entries };
        let part = db.load_part(YEAR, &Part { lessons: days, entries: Some(unmarked) }).await.expect("entries");
        assert!(part.marks.is_empty() && part.absences == absences);
        let part = db.load_part(YEAR, &Part::default()).await.expect("lessons");
        assert_eq!((part.lessons.len(), part.final_marks.len()), (journal.lessons.len(), 0));
    });
}

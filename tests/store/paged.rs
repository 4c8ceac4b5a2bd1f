//! Tables of entries read page by page: the same bytes as the whole, without the whole in memory.

use letopis::bundle::export::{self, Growing, Shape};
use letopis::bundle::layout::File;
use letopis::domain::journal::{Journal, Lesson, LessonKey, Mark};
use letopis::store::{Db, EntryList, Error};

use super::engines::on_every_engine;
use super::{YEAR, import, journal};

/// A table written whole, and page by page as it comes from the database.
async fn whole_and_paged(db: &Db, journal: &Journal, table: File, list: EntryList, is_office: bool) -> [Vec<u8>; 2] {
    let shape = if is_office { Shape::OfficeCsv } else { Shape::Csv };
    let whole = export::write(journal, &[table], shape).expect("a table").bytes;
    let mut growing = Growing::begin(Vec::new(), table, is_office).expect("headings");
    let mut pages = 0;
    let put = |page: &Journal| {
        pages += 1;
        growing.page(page).map_err(|_| Error::World("the disk"))
    };
    db.read_entries(YEAR, list, put).await.expect("pages");
    assert!(pages > 1 || table != File::Marks, "the story needs more marks than a page takes");
    [whole, growing.end().expect("the end")]
}

#[test]
fn a_year_written_page_by_page_is_the_bytes_of_the_year_written_whole() {
    on_every_engine(|db| async move {
        let mut journal = journal();
        let (key, learner) = (journal.lessons[0].key.clone(), journal.learners[0].id.clone());
        for number in 0..5_000_u32 {
            let lesson = LessonKey {
                number: (number % 8 + 1) as u8,
                date: key.date + chrono::Days::new(u64::from(number / 8)),
                ..key.clone()
            };
            let topic = format!("§ {number}; «Дроби», \"x\"\n=1+{number} 😀");
            journal.lessons.push(Lesson { key: lesson.clone(), topic, ..journal.lessons[0].clone() });
            let mark =
                Mark { lesson, learner_id: learner.clone(), kind_of_work: "К".into(), value: "5".into(), ordinal: 1 };
            journal.marks.push(mark);
        }
        journal.lessons.sort_by(|a, b| a.key.cmp(&b.key));
        journal.lessons.dedup_by(|a, b| a.key == b.key);
        import(&db, &journal).await.expect("an import");
        let stands = db.load_journal(YEAR).await.expect("a journal");
        for (table, list) in [
            (File::Lessons, EntryList::Lessons),
            (File::Marks, EntryList::Marks),
            (File::Absences, EntryList::Absences),
            (File::FinalMarks, EntryList::FinalMarks),
            (File::Decisions, EntryList::Decisions),
        ] {
            for is_office in [false, true] {
                let [whole, paged] = whole_and_paged(&db, &stands, table, list, is_office).await;
                assert!(whole == paged && whole.len() > 40, "{}", table.name());
            }
        }
    });
}

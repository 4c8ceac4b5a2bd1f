//! On a living house: dry run, import, history, copies that say what they lack, exports, the feed.

use std::collections::BTreeMap;
use std::path::Path;

use letopis::bundle::export::Shape;
use letopis::bundle::layout::File;
use letopis::bundle::{BundleFile, export as tables};
use letopis::domain::snapshot::Sheet as CopySheet;
use letopis::flow::close::{self, Closing};
use letopis::flow::exchange::{self, Wish, export, feed, staged};
use letopis::flow::import::Outcome;
use letopis::flow::{Act, issue};

use super::house::{House, after, journal, one, tell};
use super::reports::{bare, blocks, cards, pupil_report, report_card, spelled};

const YEAR: &str = "2025/2026";

/// Bytes of a whole journal as a bundle's zip.
fn bundle_of(journal: &letopis::domain::journal::Journal) -> Vec<BundleFile> {
    let bytes = tables::write(journal, &File::ALL, Shape::Csv).unwrap().bytes;
    exchange::opened(vec![("a.zip".into(), bytes)]).unwrap()
}

async fn close(house: &House, class: &str, period: &str, ground: Option<&str>) -> close::Closed {
    let closing = Closing {
        year: YEAR.into(),
        period: period.into(),
        classes: vec![class.into()],
        ground: ground.map(str::to_owned),
    };
    close::close(house, &closing, &after(10)).await.expect("an answer").remove(0)
}

#[test]
fn a_dry_run_tells_what_would_differ_and_writes_nothing() {
    tell(async {
        let house = House::with_school(4).await;
        let own = house.journal().await;
        let head = "id,surname,given_name,patronymic,position,roles\n";
        let first = &own.staff[0];
        let text = format!(
            "{head}{},{},{},{},Директор школы,{}\nT00999,Кремнева,Яшма,,Учитель,teacher\n",
            first.id,
            first.surname,
            first.given_name,
            first.patronymic,
            first.roles.join(" ")
        );
        let files = one("staff.csv", text.into_bytes());
        let preview = exchange::preview(&house, &files, &Wish::default(), &after(2)).await.unwrap();
        assert!(preview.clean && !preview.inspection.whole);
        assert_eq!(preview.inspection.year, YEAR);
        assert_eq!(preview.differences.len(), 1);
        let staff = &preview.differences[0];
        assert_eq!((staff.table, staff.new, staff.changed, staff.gone), ("staff", 1, 1, 0));
        let changed = staff.shown.iter().find(|row| row.kind == "changed").unwrap();
        assert_eq!(changed.cells, [("position", first.position.clone(), "Директор школы".to_owned())]);
        assert!(house.journal().await == own, "a dry run writes nothing");
        assert_eq!(house.db.list_imports().await.unwrap().len(), 1);
        let outcome = house.import(&files).await;
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        let now = house.journal().await;
        assert_eq!(now.staff.len(), own.staff.len() + 1);
        assert_eq!((now.marks.len(), now.learners.len()), (own.marks.len(), own.learners.len()), "all else stands");
        let history = house.db.list_imports().await.unwrap();
        assert_eq!(history.len(), 2);
        assert_eq!((history[0].mode.as_str(), history[0].rows_new, history[0].rows_changed), ("add", 1, 1));
        assert!(history[0].files.contains("\"staff.csv\""));
        assert!(house.root.join("bundles").join(&history[0].digest).join("staff.csv").exists(), "the source is kept");
        let again = house.import(&files).await;
        assert!(matches!(again, Outcome::Unchanged { .. }), "{again:?}");
    });
}

#[test]
fn a_refused_addition_writes_nothing_at_all() {
    tell(async {
        let house = House::with_school(3).await;
        let own = house.journal().await;
        let text = "id,surname,given_name,patronymic,position,roles\nT1,Кремнева,,,Учитель,\n";
        let outcome = house.import(&one("staff.csv", text.into())).await;
        assert!(matches!(outcome, Outcome::Refused(_)));
        assert!(house.journal().await == own);
        assert_eq!(house.db.list_imports().await.unwrap().len(), 1);
        assert_eq!(std::fs::read_dir(house.root.join("bundles")).unwrap().count(), 1);
    });
}

#[test]
fn a_report_without_topics_makes_copies_that_say_so_and_asks_nobody_for_topics() {
    tell(async {
        let house = House::empty().await;
        assert!(matches!(house.import(&bundle_of(&bare())).await, Outcome::Imported(_)));
        let names = spelled(&bare());
        let report = one("8а.xlsx", pupil_report("8А", YEAR, "с 01.09.25 по 24.10.25", &blocks(&names)));
        let outcome = house.import(&report).await;
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        assert_eq!(house.journal().await.content_gaps.len(), 1, "the store keeps it");
        let closed = close(&house, "8А", "Q1", None).await;
        let asked: Vec<&str> = closed.findings.iter().map(|finding| finding.code).collect();
        assert!(!asked.contains(&"close.topic-missing"), "{:#?}", closed.findings);
        assert!(!asked.contains(&"close.homework-missing"), "{:#?}", closed.findings);
        let closed = match closed.copy {
            Some(copy) => copy,
            None => close(&house, "8А", "Q1", Some("Перенос журнала")).await.copy.expect("closed under a ground"),
        };
        let copy = house.db.list_versions(&closed).await.unwrap().remove(0);
        let snapshot = house.db.load_snapshot(copy.snapshot).await.unwrap();
        let title = snapshot.sheets.iter().find_map(|sheet| match sheet {
            CopySheet::Title(title) => Some(title.clone()),
            _ => None,
        });
        assert!(title.unwrap().contents.starts_with("Копия без содержания уроков"));
        let text = String::from_utf8(snapshot.to_bytes()).unwrap();
        assert_eq!(letopis::domain::snapshot::Snapshot::from_bytes(text.as_bytes()).unwrap(), snapshot);
        // The other class came with topics: its snapshot has no such field, as snapshots never had.
        let other = close(&house, "5А", "Q1", None).await.copy.expect("closed");
        let copy = house.db.list_versions(&other).await.unwrap().remove(0);
        let text = String::from_utf8(house.db.load_snapshot(copy.snapshot).await.unwrap().to_bytes()).unwrap();
        assert!(!text.contains("\"contents\""));
    });
}

#[test]
fn a_report_card_alone_makes_a_summary_sheet_that_is_issued() {
    tell(async {
        let house = House::empty().await;
        assert!(matches!(house.import(&bundle_of(&bare())).await, Outcome::Imported(_)));
        let names = spelled(&bare());
        let outcome = house.import(&one("табель.xlsx", report_card("8А", YEAR, &cards(&names)))).await;
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        let copy = close(&house, "8А", "Y", None).await;
        let copy = copy.copy.unwrap_or_else(|| panic!("{:#?}", copy.findings));
        let act = Act { at: "2026-06-01T12:00:00+03:00".parse().unwrap(), ..after(0) };
        let row = house.db.list_versions(&copy).await.unwrap().remove(0);
        let snapshot = house.db.load_snapshot(row.snapshot).await.unwrap();
        let Some(CopySheet::Title(title)) = snapshot.sheets.first() else { panic!("no title") };
        assert!(title.contents.contains("по табелю"), "{}", title.contents);
        let Some(CopySheet::Summary(summary)) = snapshot.sheets.get(1) else { panic!("no summary") };
        let algebra = summary.subjects.iter().position(|subject| subject == "Алгебра").unwrap();
        let column: Vec<&str> = summary.rows[0].marks.iter().map(|marks| marks[algebra].as_str()).collect();
        assert_eq!(column[..5], ["3", "4", "4", "5", "4"]);
        let issued = issue::issue(&house, std::slice::from_ref(&row), &act, |_| {}).await;
        assert!(issued.is_ok(), "{issued:?}");
    });
}

#[test]
fn nothing_comes_into_a_closed_period_by_any_format() {
    tell(async {
        let house = House::with_school(3).await;
        let own = house.journal().await;
        assert!(close(&house, "5А", "Q1", None).await.copy.is_some());
        let mark = own.marks.iter().find(|m| m.lesson.date.to_string().as_str() < "2025-10-01").unwrap();
        let course = own.courses.iter().find(|c| c.id == mark.lesson.course_id).unwrap();
        let mark = if course.class == "5А" {
            mark.clone()
        } else {
            let of = |m: &&letopis::domain::journal::Mark| {
                own.courses.iter().any(|c| c.id == m.lesson.course_id && c.class == "5А")
            };
            own.marks.iter().find(of).unwrap().clone()
        };
        let value = if mark.value == "2" { "3" } else { "2" };
        let text = format!(
            "course_id,date,number,learner_id,kind_of_work,value\n{},{},{},{},,{value}\n",
            mark.lesson.course_id, mark.lesson.date, mark.lesson.number, mark.learner_id
        );
        let preview =
            exchange::preview(&house, &one("marks.csv", text.into()), &Wish::default(), &after(20)).await.unwrap();
        assert!(!preview.clean);
        let closed = preview.told.iter().find(|told| told.finding.code == "import.period-closed");
        let place = &closed.unwrap_or_else(|| panic!("{:#?}", preview.told)).finding.place;
        assert!(place.starts_with("отметка, 5А, ") && !place.contains(&mark.learner_id), "{place}");
    });
}

#[test]
fn exports_go_on_record_and_come_back_unchanged() {
    tell(async {
        let house = House::with_school(3).await;
        let ask = |what: &str, shape, class: Option<&str>, period: Option<&str>| export::Export {
            what: what.into(),
            tables: tables::tables_of(what).unwrap(),
            year: None,
            class: class.map(str::to_owned),
            period: period.map(str::to_owned),
            shape,
        };
        let marks = ask("marks", Shape::OfficeCsv, Some("5А"), Some("Q1"));
        let written = export::export(&house, &marks, &after(3)).await.unwrap();
        assert_eq!(written.ending, "csv");
        let own = house.journal().await;
        let part = own.of_class("5А");
        let q1 = own.periods.iter().find(|p| p.id == "Q1").unwrap();
        let expected = part.marks.iter().filter(|m| q1.starts <= m.lesson.date && m.lesson.date <= q1.ends).count();
        assert_eq!(written.rows, expected);
        let back = house.import(&one("marks.csv", written.bytes)).await;
        assert!(matches!(&back, Outcome::Imported(figures) if figures.written == 0), "{back:?}");
        let log = house.db.list_log().await.unwrap();
        let event = log.iter().rev().find(|entry| entry.event == "data_exported").unwrap();
        assert!(event.payload.contains("\"what\":\"marks\""), "{}", event.payload);
        assert!(export::export(&house, &ask("marks", Shape::Csv, Some("99Я"), None), &after(3)).await.is_err());
        assert!(export::export(&house, &ask("marks", Shape::Csv, None, Some("Q9")), &after(3)).await.is_err());
    });
}

#[test]
fn an_upload_waits_for_its_own_visitor_and_not_for_ever() {
    tell(async {
        let house = House::empty().await;
        let files = vec![BundleFile::new("../../evil.csv", b"x".to_vec()), BundleFile::new("b.csv", b"y".to_vec())];
        let token = staged::keep(&house, &files, &after(0)).unwrap();
        assert_eq!(staged::find(&house, &token, &after(59)).unwrap(), Some(files));
        let other = Act { by: "T00002".into(), ..after(1) };
        assert_eq!(staged::find(&house, &token, &other).unwrap(), None, "not another's");
        staged::forget(&house, &token, &other).unwrap();
        assert_eq!(staged::find(&house, &token, &after(61)).unwrap(), None, "not for ever");
        for forged in ["", "..", "../keys", &token[..31], &token.to_uppercase()] {
            assert_eq!(staged::find(&house, forged, &after(1)).unwrap(), None, "{forged}");
        }
        assert!(!house.root.parent().unwrap().join("evil.csv").exists());
        assert_eq!(staged::tidy(&house, &after(61)).unwrap(), 1);
        assert_eq!(std::fs::read_dir(house.root.join("uploads")).unwrap().count(), 0);
    });
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect()
}

#[test]
fn the_feed_holds_no_name_no_code_no_birthday_and_no_free_text() {
    tell(async {
        let house = House::with_school(12).await;
        let own = house.journal().await;
        let out = tempfile::tempdir().unwrap();
        let fed = feed::write(&house, out.path(), &after(5)).await.unwrap();
        assert_eq!(fed.learners, own.learners.iter().filter(|l| l.is_present_on(after(5).at.date_naive())).count());
        let texts = texts(&fed.folder);
        let data: String =
            texts.iter().filter(|(name, _)| *name != "README.txt").map(|(_, text)| text.as_str()).collect();
        let mut forbidden: Vec<String> = Vec::new();
        for learner in &own.learners {
            forbidden.extend([learner.id.clone(), learner.surname.clone(), learner.patronymic.clone()]);
            forbidden.extend(learner.born.map(|born| born.to_string()));
            forbidden.push(learner.enrolment_order.clone());
        }
        for person in &own.staff {
            forbidden.extend([person.id.clone(), person.surname.clone(), person.position.clone()]);
        }
        forbidden.extend(own.courses.iter().map(|course| course.id.clone()));
        forbidden.extend(own.lessons.iter().map(|lesson| lesson.topic.clone()).filter(|topic| topic.contains(' ')));
        for word in forbidden.iter().filter(|word| word.chars().count() > 3) {
            assert!(!data.contains(word.as_str()), "«{word}» is in the feed");
        }
        // Every mark of a told course is there, under as many pseudonyms as there are learners.
        let lines = texts["learners.csv"].lines().count() - 1;
        assert_eq!(lines, fed.learners);
        assert!(texts["marks.csv"].lines().count() > 100);
        let again = feed::write(&house, out.path(), &after(6)).await.unwrap();
        assert!(again.already, "the same day and journal: the same bytes");
        let events = house.db.list_log().await.unwrap();
        assert_eq!(events.iter().filter(|entry| entry.event == "data_exported").count(), 1);
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(house.root.join("keys/feed.secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    });
}

#[test]
fn a_class_of_four_and_a_word_of_one_are_not_in_the_feed() {
    tell(async {
        let house = House::with_school(4).await;
        let out = tempfile::tempdir().unwrap();
        let fed = feed::write(&house, out.path(), &after(5)).await.unwrap();
        assert_eq!((fed.learners, fed.lines), (0, 0));
        assert!(fed.suppressed >= 2);
    });
    let own = journal(12);
    let rules = super::house::rules();
    let feed = letopis::domain::feed::feed(&own, "school-5", after(5).at.date_naive(), &rules, &[1; 32]);
    let words = feed.final_marks.iter().filter(|line| line.value.parse::<u8>().is_err() && !line.value.is_empty());
    for line in words {
        let same = |other: &&letopis::domain::feed::FinalLine| {
            (&other.class, &other.subject, &other.period, &other.value)
                == (&line.class, &line.subject, &line.period, &line.value)
        };
        assert!(feed.final_marks.iter().filter(same).count() >= 5, "{line:?}");
    }
    assert!(feed.suppressed > 0, "the made-up school has exempt learners");
}

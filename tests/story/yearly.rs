//! The year's records: the summary sheet says what the periods' signed copies say, and a school that prints once a year prints the whole journal.

use std::collections::BTreeMap;

use letopis::bundle::generate;
use letopis::domain::copy::State;
use letopis::domain::finding::{Severity, Verdict};
use letopis::domain::paper::Stage;
use letopis::domain::policy;
use letopis::domain::setup::stays::OrderMark;
use letopis::domain::snapshot::{CopyKind, Sheet, Snapshot, SummarySheet, TitleSheet};
use letopis::flow::close::Closed;
use letopis::flow::house::Founding;
use letopis::flow::import::Outcome;
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{self, Error, import, issue, office, recall, reissue, sources, year};
use letopis::store::Which;

use super::desk::{corrected, of_two_sheets};
use super::house::{Bundle, COPIES, House, YEAR, after, tell};
use super::intruder::Intruder;

const SUMMARY: &str = "2025-05A-Y";
const JOURNAL: &str = "2025-05A-Y-J";

/// Issues, signs and seals everything that waits.
async fn to_the_archive(house: &House, minutes: i64) {
    let mut frozen = house.db.list_copies().await.expect("copies");
    frozen.retain(|row| row.state == State::Frozen);
    issue::issue(house, &frozen, &after(minutes), |_| {}).await.expect("an issue");
    house.sign_everything(minutes + 1).await.expect("signatures");
    house.seal_everything(minutes + 2).await.expect("seals");
}

/// Closes the periods of 5А and brings their copies into the archive.
async fn periods_sealed(house: &House, periods: &[&str]) {
    for period in periods {
        let closed = house.close(period, &["5А"], None).await.expect("a closing");
        assert!(closed[0].copy.is_some(), "{closed:?}");
    }
    to_the_archive(house, 10).await;
}

async fn close_year(house: &House, ground: Option<&str>) -> Closed {
    house.close("Y", &["5А"], ground).await.expect("a closing").remove(0)
}

fn title(snapshot: &Snapshot) -> &TitleSheet {
    match snapshot.sheets.first() {
        Some(Sheet::Title(title)) => title,
        other => panic!("no title: {other:?}"),
    }
}

fn summary(snapshot: &Snapshot) -> &SummarySheet {
    match snapshot.sheets.get(1) {
        Some(Sheet::Summary(summary)) => summary,
        other => panic!("no summary: {other:?}"),
    }
}

/// A learner's mark in a subject for the period of that place.
fn mark<'s>(sheet: &'s SummarySheet, learner: &str, period: usize, subject: &str) -> &'s str {
    let row = sheet.rows.iter().find(|row| row.learner == learner).expect("a row");
    let subject = sheet.subjects.iter().position(|one| one == subject).expect("a subject");
    &row.marks[period][subject]
}

fn said(closed: &Closed) -> Vec<String> {
    let errors = closed.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.place, finding.message)).collect()
}

#[test]
fn a_year_is_closed_only_behind_the_signed_copies_of_all_its_periods() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let to_do = "закройте период, выпустите копию и соберите подписи";
        let open = |name: &str| {
            format!("5А, {name} четверть: нет подписанной копии журнала: период не закрыт. Что сделать: {to_do}")
        };
        let refused = close_year(&house, None).await;
        assert_eq!(refused.copy, None);
        assert_eq!(said(&refused), [open("II"), open("III"), open("IV")]);

        // Closed is not signed: the finding says how far each copy has come.
        house.close("Q2", &["5А"], None).await.expect("a closing");
        house.close("Q3", &["5А"], None).await.expect("a closing");
        let third = house.copy("2025-05A-Q3").await;
        issue::issue(&house, &[third], &after(20), |_| {}).await.expect("an issue");
        let checked = house.check("Y", &["5А"]).await.expect("a check").remove(0);
        let now = said(&checked);
        assert!(now[0].contains("5А, II четверть") && now[0].contains("копия № 2025-5А-2Ч не выпущена"), "{now:?}");
        assert!(now[1].contains("копия № 2025-5А-3Ч ещё на подписании. Что сделать: соберите подписи"), "{now:?}");
        assert_eq!(now[2], open("IV"));

        house.close("Q4", &["5А"], None).await.expect("a closing");
        to_the_archive(&house, 30).await;
        let closed = close_year(&house, None).await;
        assert_eq!((closed.copy.as_deref(), closed.journal), (Some(SUMMARY), None), "{:?}", closed.findings);
        let snapshot = house.snapshot(SUMMARY).await;
        let sources = &title(&snapshot).sources;
        let numbers: Vec<&str> = sources.iter().map(|source| source.number.as_str()).collect();
        assert_eq!(numbers, ["2025-5А-1Ч", "2025-5А-2Ч", "2025-5А-3Ч", "2025-5А-4Ч"]);
        assert_eq!(sources[0].snapshot, house.copy(COPIES[0]).await.snapshot);
        // Built from the copies, the sheet says what the rows say, while nobody has changed them.
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let sheet = summary(&snapshot);
        for row in journal.final_marks.iter().filter(|row| row.period == "Q3") {
            let course = journal.courses.iter().find(|one| one.id == row.course_id && one.class == "5А");
            if let Some(course) = course {
                assert_eq!(mark(sheet, &row.learner_id, 2, &course.subject), row.value);
            }
        }
        let missed: u32 = sheet.rows.iter().map(|row| row.attendance.lessons).sum();
        let of_class = |id: &str| journal.courses.iter().any(|one| one.id == id && one.class == "5А");
        let late = |code: &str| house.policy.absence(code).is_some_and(|rule| rule.kind.as_str() == "late");
        let absences = journal.absences.iter().filter(|row| of_class(&row.lesson.course_id) && !late(&row.code));
        assert_eq!(missed as usize, absences.count());
        to_the_archive(&house, 40).await;
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_school_that_begins_within_the_year_closes_it_under_a_ground_that_the_sheet_names() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let ground = "периоды после 24.10.2025 велись в другой системе, приказ от 30.05.2026 № 41";
        let closed = close_year(&house, Some(ground)).await;
        assert_eq!(closed.copy.as_deref(), Some(SUMMARY));
        let snapshot = house.snapshot(SUMMARY).await;
        assert_eq!(snapshot.ground, ground);
        let unsigned = |name| format!("5А, {name} четверть: нет подписанной копии журнала: период не закрыт");
        assert_eq!(snapshot.omissions, ["II", "III", "IV"].map(unsigned));
        assert_eq!(title(&snapshot).sources.len(), 1);
        // What has no copy is told by the journal's rows.
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let row = journal.final_marks.iter().find(|row| row.period == "Q4" && row.learner_id == "L00001");
        let row = row.expect("a mark");
        let course = journal.courses.iter().find(|one| one.id == row.course_id).expect("a course");
        assert_eq!(mark(summary(&snapshot), "L00001", 3, &course.subject), row.value);
    });
}

#[test]
fn periods_that_came_from_another_system_as_final_marks_owe_no_copy_and_the_sheet_says_so() {
    tell(async {
        let house = House::with_journal().await;
        // A mid-year beginning as the import of report cards leaves it: marks of the first half, no lessons, and the gap on record.
        let sql = Intruder::without_guards(&house.root).await;
        for table in ["marks", "absences", "lessons"] {
            sql.run(&format!("delete from {table} where date < '2026-01-01'")).await;
        }
        sql.run(&format!(
            "insert into content_gaps (school, year, class, kind, starts, ends)
             values ('story', '{YEAR}', '5А', 'lessons', '2025-09-01', '2025-12-31')"
        ))
        .await;
        periods_sealed(&house, &["Q3", "Q4"]).await;
        let closed = close_year(&house, None).await;
        assert_eq!(closed.copy.as_deref(), Some(SUMMARY), "{:?}", said(&closed));
        let snapshot = house.snapshot(SUMMARY).await;
        assert!(snapshot.omissions.is_empty(), "{:?}", snapshot.omissions);
        let told = &title(&snapshot).contents;
        assert!(told.contains("Журнал вёлся в другой системе") && told.ends_with("I четверть, II четверть."), "{told}");
        assert_eq!(title(&snapshot).sources.len(), 2);
    });
}

#[test]
fn a_mark_changed_after_its_copy_was_signed_is_not_in_the_summary_sheet_and_everybody_is_told() {
    tell(async {
        let house = House::with_sealed_copies().await;
        periods_sealed(&house, &["Q2", "Q3", "Q4"]).await;
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let row = journal.final_marks.iter().find(|row| row.period == "Q1" && row.learner_id == "L00001");
        let row = row.expect("a mark").clone();
        let subject = &journal.courses.iter().find(|one| one.id == row.course_id).expect("a course").subject;
        let other = if row.value == "3" { "4" } else { "3" };
        let key = format!("course = '{}' and learner = 'L00001'", row.course_id);
        let sql = Intruder::without_guards(&house.root).await;
        sql.run(&format!("update final_marks set value = '{other}' where period = 'Q1' and {key}")).await;

        let closed = close_year(&house, None).await;
        let told = closed.findings.iter().find(|finding| finding.code == "year.changed-since").expect("a warning");
        assert_eq!((told.severity, &told.expected, told.found.as_str()), (Severity::Warning, &row.value, other));
        assert!(told.message.contains("в журнале с тех пор изменено: I четверть"), "{told}");
        assert!(told.message.contains("подписанной копии № 2025-5А-1Ч"), "{told}");
        let snapshot = house.snapshot(SUMMARY).await;
        assert_eq!(mark(summary(&snapshot), "L00001", 0, subject), row.value, "what was signed, not what stands now");

        // After it is sealed: the sheet stays, and the doctor and the copy's page say what changed.
        to_the_archive(&house, 40).await;
        sql.run(&format!("update final_marks set value = '{other}' where period = 'Q2' and {key}")).await;
        let copy = house.copy(SUMMARY).await;
        assert_eq!(house.snapshot(SUMMARY).await, snapshot);
        let found = sources::changed_since(&house, &copy, &snapshot).await.expect("an answer");
        assert!(found.iter().any(|one| one.message.contains("I четверть. Действует")), "{found:?}");
        let doctor = house.doctor().await;
        assert!(
            doctor.iter().any(|said| said.contains("year.changed-since") && said.contains("2025-5А-1Ч")),
            "{doctor:#?}"
        );
        assert!(!doctor.iter().any(|said| said.contains("snapshot.summary-changed")), "{doctor:#?}");
    });
}

#[test]
fn a_copy_reissued_after_the_year_was_closed_is_named_until_the_year_is_built_anew() {
    tell(async {
        let house = House::with_sealed_copies().await;
        periods_sealed(&house, &["Q2", "Q3", "Q4"]).await;
        assert!(close_year(&house, None).await.copy.is_some());
        to_the_archive(&house, 40).await;
        reissue::reissue(&house, COPIES[0], "Уточнены сведения", &after(50)).await.expect("a next version");
        let doctor = house.doctor().await;
        let told = "копия № 2025-5А-1Ч заменена версией 2, а составлено по версии 1";
        assert!(doctor.iter().any(|said| said.contains("year.source-replaced") && said.contains(told)), "{doctor:#?}");
        let early = reissue::reissue(&house, SUMMARY, "По новой копии", &after(51)).await.expect_err("unsigned yet");
        assert!(matches!(&early, Error::Unsigned { what, .. } if what.contains("I четверть")), "{early}");
        to_the_archive(&house, 52).await;
        reissue::reissue(&house, SUMMARY, "По новой копии", &after(56)).await.expect("a next version");
        assert_eq!(title(&house.snapshot(SUMMARY).await).sources[0].version, 2);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_mark_is_corrected_after_the_year_was_sealed_and_the_year_is_built_anew() {
    tell(async {
        let house = House::with_sealed_copies().await;
        periods_sealed(&house, &["Q2", "Q3", "Q4"]).await;
        assert!(close_year(&house, None).await.copy.is_some());
        let (_, sheets) = of_two_sheets(&house, COPIES[0]).await;
        let mended = corrected(Bundle::small(), sheets[0].trim_start_matches("course-"));
        let wrong = [sheets[0].clone()];
        let early = recall::recall(&house, COPIES[0], &wrong, "не та отметка", &after(39)).await.expect_err("unsigned");
        assert!(matches!(early, Error::Recall(recall::Refusal::YearUnderWay { .. })), "{early}");
        to_the_archive(&house, 40).await;
        assert!(matches!(house.import(&mended, false).await.expect("an answer"), Outcome::Refused(_)));

        // By mistake: both go back together, and together they are taken back.
        recall::recall(&house, COPIES[0], &wrong, "не та копия", &after(50)).await.expect("a recall");
        let alone = recall::withdraw(&house, SUMMARY, &after(51)).await.expect_err("it hangs on its source");
        assert!(matches!(alone, Error::Recall(recall::Refusal::Together { .. })), "{alone}");
        recall::withdraw(&house, COPIES[0], &after(51)).await.expect("taken back");
        assert!(house.db.list_recalls().await.expect("recalls").is_empty());
        assert!(matches!(house.import(&mended, false).await.expect("an answer"), Outcome::Refused(_)));

        // The period and the year open together; the year is built anew behind the period's next version.
        recall::recall(&house, COPIES[0], &wrong, "отметка, записка учителя", &after(52)).await.expect("a recall");
        let of_year = house.db.find_recall(SUMMARY).await.expect("recalls").expect("the year's too");
        assert!(of_year.ground.contains("2025-5А-1Ч: отметка, записка учителя"), "{}", of_year.ground);
        let folder = house.outside("mended");
        generate::write(&folder, &mended.0).expect("a bundle");
        let outcome = import::import(&house, &folder, false, &after(53)).await.expect("an answer");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        let first =
            reissue::reissue(&house, SUMMARY, "По новой копии", &after(54)).await.expect_err("its source waits");
        assert!(matches!(first, Error::Unsigned { .. }), "{first}");
        reissue::reissue(&house, COPIES[0], "отметка, записка учителя", &after(54)).await.expect("a next version");
        to_the_archive(&house, 55).await;
        reissue::reissue(&house, SUMMARY, &of_year.ground, &after(60)).await.expect("a next version");
        to_the_archive(&house, 61).await;
        assert_eq!(title(&house.snapshot(SUMMARY).await).sources[0].version, 2);
        assert!(house.db.list_recalls().await.expect("recalls").is_empty());
        assert!(matches!(house.import(&Bundle::small(), false).await.expect("an answer"), Outcome::Refused(_)));
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

/// A house under the regulation whose journal is printed once a year (003 Рук 5).
async fn under_003() -> House {
    let founding = Founding {
        policy_name: "duties-moscow".to_owned(),
        policy_text: policy::builtin("duties-moscow").expect("inside").to_owned(),
        school: Some("yearly".to_owned()),
        database: "sqlite".to_owned(),
        utc_offset_minutes: 180,
    };
    let house = House::founded(&founding).await;
    let outcome = house.import(&Bundle::small(), false).await.expect("an import");
    assert!(matches!(outcome, import::Outcome::Imported(_)), "{outcome:?}");
    house
}

#[test]
fn a_school_under_003_prints_its_whole_journal_by_the_thirtieth_of_june() {
    tell(async {
        let house = under_003().await;
        periods_sealed(&house, &["Q1", "Q2", "Q3", "Q4"]).await;
        let paper = title(&house.snapshot(COPIES[0]).await).paper.clone();
        assert!(paper.starts_with("за этот период не выводится"), "{paper}");
        let closed = close_year(&house, None).await;
        assert_eq!((closed.copy.as_deref(), closed.journal.as_deref()), (Some(SUMMARY), Some(JOURNAL)));

        // The journal of the year: every lesson of every course, absences of the year, marks of each period and of the year.
        let snapshot = house.snapshot(JOURNAL).await;
        assert_eq!((snapshot.copy.kind, snapshot.copy.number.as_str()), (CopyKind::PeriodCopy, "2025-5А-Год-Ж"));
        assert_eq!(snapshot.policy.keep_years, 5);
        let title = title(&snapshot);
        assert_eq!(title.title, "КЛАССНЫЙ ЖУРНАЛ");
        let due = "30.06.2026, не позднее 30 июня (003 Рук 5); печатает директор (003 Рук 5)";
        assert!(title.paper.contains(due), "{}", title.paper);
        assert_eq!(title.sources.len(), 4);
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let mut held: BTreeMap<&str, usize> = BTreeMap::new();
        for lesson in &journal.lessons {
            *held.entry(lesson.key.course_id.as_str()).or_default() += 1;
        }
        let own: Vec<&str> =
            journal.courses.iter().filter(|one| one.class == "5А").map(|one| one.id.as_str()).collect();
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for sheet in &snapshot.sheets {
            if let Sheet::Course(course) = sheet {
                let id = course.course.split('.').next().expect("an identifier");
                *told.entry(id).or_default() += course.lessons.len();
                assert_eq!(course.final_heading, "Год");
            }
        }
        held.retain(|course, _| own.contains(course));
        assert_eq!(told, held);
        let finals: Vec<&str> = snapshot
            .sheets
            .iter()
            .filter_map(|sheet| match sheet {
                Sheet::FinalMarks(sheet) => Some(sheet.period.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(finals[..5], ["I четверть", "II четверть", "III четверть", "IV четверть", "за год"]);
        let of_year = house.snapshot(SUMMARY).await;
        let missed = |sheet: &Sheet| match sheet {
            Sheet::Attendance(sheet) => Some(sheet.total.lessons),
            _ => None,
        };
        let by_rows: u32 = summary(&of_year).rows.iter().map(|row| row.attendance.lessons).sum();
        assert_eq!(snapshot.sheets.iter().find_map(missed), Some(by_rows));
        let stages: Vec<&str> = snapshot.route.iter().map(|stage| stage.id.as_str()).collect();
        assert_eq!(stages, ["subject_teacher", "director"], "the regulation's own route");

        // A record of its own: signed, sealed, registered, kept five years, and the school year waits for it.
        let order = OrderMark { number: "64".into(), date: "2026-06-26".parse().ok() };
        let obstacles = year::review(&house, YEAR, &order).await.expect("a review");
        let waits = obstacles.obstacles.iter().find(|finding| finding.code == "year.journal-unsealed");
        assert!(waits.is_some_and(|one| one.place.contains("копия классного журнала за год")), "{obstacles:#?}");
        to_the_archive(&house, 40).await;
        let register = house.db.list_register().await.expect("the register");
        let line = |id: &str| register.iter().find(|row| row.line.id == id).expect("a line").line.clone();
        assert_eq!(line(JOURNAL).keep_through, "2031-12-31");
        assert_eq!(line(SUMMARY).keep_through, "2051-12-31");
        super::verify::holds_outside(&house, JOURNAL).await;
        super::verify::holds_outside(&house, SUMMARY).await;
        let report = verify_path(&house.archive(), &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let today = "2026-06-01".parse().expect("a day");
        let paper = flow::policy::basis(&house, &snapshot, today).await.expect("a basis").paper.expect("a duty");
        assert_eq!((paper.on_paper, paper.due), (true, "2026-06-30".parse().ok()), "{paper:?}");

        // And on paper: one volume of sheets printed on both sides.
        let printed = office::print(&house, JOURNAL, true, &after(50)).await.expect("a paper copy");
        let kept = house.db.list_paper(Which::One(&printed.id)).await.expect("paper").remove(0);
        assert_eq!((kept.stage(), kept.copy.copy.as_str()), (Stage::Printed, JOURNAL));
        assert_eq!(printed.sheets, house.copy(JOURNAL).await.pages.div_ceil(2));
    });
}

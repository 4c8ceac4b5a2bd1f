//! The supplement (DOC-18): what the last day brings after the copy was frozen goes to a record of its own, by the same route.

use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::domain::snapshot::{Sheet, Snapshot};
use letopis::flow::change::{self, Edit};
use letopis::flow::close::{self, Closing};
use letopis::flow::import::Outcome;
use letopis::flow::sign::{Choice, Desk, Reproof};
use letopis::flow::supplement::{self, Refusal};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{self, Error, issue, reissue};

use super::house::{Bundle, COPIES, House, YEAR, after, tell};

/// The last school day of the first quarter, and the last but one, on which its copies are due.
const LAST_DAY: &str = "2025-10-24";
const DUE_DAY: i64 = -4 * 24 * 60;

/// The supplement of the first copy.
const SUPPLEMENT: &str = "2025-05A-Q1-SUP1";

/// The journal as it stands on the last day but one: nothing of the last day yet, and one work is still being checked.
fn on_the_day_before() -> (Bundle, String) {
    let whole = Bundle::small();
    let of_day = |text: String| -> String {
        text.lines().filter(|line| !line.contains(LAST_DAY)).map(|l| format!("{l}\n")).collect()
    };
    let courses = whole.text("courses.csv");
    let own: Vec<&str> =
        courses.lines().filter(|line| line.contains(",5А,")).filter_map(|line| line.split(',').next()).collect();
    // One mark of its learner on that lesson, so that the cell was empty before.
    let marks = whole.text("marks.csv");
    let cell = |line: &str| line.split(',').take(4).collect::<Vec<_>>().join(",");
    let checked = |line: &&str| {
        own.iter().any(|course| line.starts_with(&format!("{course},2025-10-"))) && !line.contains(LAST_DAY)
    };
    let single = |line: &&str| marks.lines().filter(|other| cell(other) == cell(line)).count() == 1;
    let work = marks.lines().filter(checked).find(single).expect("a mark of the last weeks").to_owned();
    let less = whole
        .with("lessons.csv", of_day)
        .with("absences.csv", of_day)
        .with("marks.csv", |text| of_day(text).replace(&format!("{work}\n"), ""));
    (less, work)
}

/// Both copies of the first quarter, frozen on the last day but one and issued; and the work that was being checked then.
async fn closed_in_time(house: House) -> (House, String) {
    let (bundle, work) = on_the_day_before();
    let outcome = house.import(&bundle, false).await.expect("an answer");
    assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
    let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: Vec::new(), ground: None };
    let closed = close::close(&house, &closing, &after(DUE_DAY)).await.expect("a closing");
    assert!(closed.iter().all(|one| one.copy.is_some()), "{closed:?}");
    let frozen = house.db.list_copies().await.expect("copies");
    issue::issue(&house, &frozen, &after(2), |_| {}).await.expect("an issue");
    (house, work)
}

async fn imports(house: &House, bundle: &Bundle) -> bool {
    matches!(house.import(bundle, false).await.expect("an answer"), Outcome::Imported(_))
}

/// Lessons, and cells that are not empty, of a snapshot's sheets.
fn said(snapshot: &Snapshot) -> (Vec<String>, usize) {
    let courses = snapshot.sheets.iter().filter_map(|sheet| match sheet {
        Sheet::Course(course) => Some(course),
        _ => None,
    });
    let (mut days, mut cells) = (Vec::new(), 0);
    for course in courses {
        days.extend(course.lessons.iter().map(|lesson| lesson.date.clone()));
        cells += course.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.is_empty()).count();
    }
    (days, cells)
}

async fn the_last_day(house: House) {
    let (house, work) = closed_in_time(house).await;
    let base = house.snapshot(COPIES[0]).await;
    assert!(!said(&base).0.contains(&LAST_DAY.to_owned()), "the copy cannot hold the last day");
    let standing = supplement::standing(&house, COPIES[0]).await.expect("supplements");
    assert_eq!((standing.len(), standing[0].entries, standing[0].is_open()), (1, 0, true), "the closing opened it");
    let nothing = supplement::make(&house, COPIES[0], None, &after(3)).await.expect_err("nothing came");
    assert!(matches!(nothing, Error::Supplement(Refusal::Nothing(_))), "{nothing:?}");

    // The copy's own marks stay what they were, whoever asks: the check of an import says so, and the database's guards do.
    let old = Bundle::small().line("marks.csv", &["C00001", "2025-09-"]);
    let spoilt = Bundle::small().with("marks.csv", |text| {
        let (head, mark) = old.rsplit_once(',').expect("a mark");
        text.replace(&format!("{old}\n"), &format!("{head},{}\n", if mark == "5" { "4" } else { "5" }))
    });
    assert!(
        matches!(house.import(&spoilt, false).await.expect("an answer"), Outcome::Refused(found) if found.len() == 1)
    );
    let cells: Vec<&str> = old.split(',').collect();
    let key = [cells[0], cells[1], cells[2], cells[3], "0"];
    let edit = Edit::put("marks", YEAR, &key, &[cells[4], if cells[5] == "5" { "4" } else { "5" }]);
    let barred = change::apply(&house, &after(4), "journal", &[edit]).await.expect_err("the copy's mark");
    assert!(matches!(barred, Error::Change(_)), "{barred:?}");
    let gone = change::apply(&house, &after(4), "journal", &[Edit::remove("marks", YEAR, &key)]).await;
    assert!(gone.is_err(), "nor does it go");

    // The last day's lessons and the work that was being checked come, and what came may be corrected.
    let whole = Bundle::small();
    assert!(imports(&house, &whole).await, "late entries are taken");
    let (head, mark) = work.rsplit_once(',').expect("a mark");
    let other = format!("{head},{}", if mark == "5" { "4" } else { "5" });
    let mistaken = Bundle::small().with("marks.csv", |text| text.replace(&work, &other));
    assert!(imports(&house, &mistaken).await && imports(&house, &whole).await, "a slip among them is mended");
    let entries = supplement::standing(&house, COPIES[0]).await.expect("supplements")[0].entries;
    let withdrawn = supplement::withdraw(&house, COPIES[0], &after(5)).await.expect_err("there are entries");
    assert!(matches!(withdrawn, Error::Supplement(Refusal::HasEntries { .. })), "{withdrawn:?}");

    let made = supplement::make(&house, COPIES[0], None, &after(6)).await.expect("an answer");
    let row = made.copy.expect("a supplement");
    assert_eq!((row.id.as_str(), row.number.as_str(), row.state), (SUPPLEMENT, "2025-5А-1Ч-Д1", State::Frozen));
    let snapshot = house.snapshot(SUPPLEMENT).await;
    let facts = snapshot.copy.supplement.clone().expect("it names its copy");
    assert_eq!((facts.copy.as_str(), facts.copy_version, facts.entries as usize), (COPIES[0], 1, entries));
    assert_eq!(facts.copy_snapshot, house.copy(COPIES[0]).await.snapshot);
    let (days, cells) = said(&snapshot);
    let earlier: Vec<&String> = days.iter().filter(|day| *day != LAST_DAY).collect();
    assert_eq!(earlier, [work.split(',').nth(1).expect("a day")], "one earlier lesson, for the work that was checked");
    let lessons = days.len() - earlier.len();
    assert!(lessons > 0 && cells > 0 && lessons + cells <= entries, "{lessons} {cells} {entries}");
    let learners =
        |snapshot: &Snapshot| snapshot.sheets.iter().find(|s| matches!(s, Sheet::Learners(_))).map(Sheet::digest);
    assert_eq!(learners(&snapshot), learners(&base), "the same people under the same numbers");

    // Closed again, for new rows too.
    let one_more = Edit::put(
        "marks",
        YEAR,
        &[cells_of(&old)[0], cells_of(&old)[1], cells_of(&old)[2], cells_of(&old)[3], "7"],
        &["", "5"],
    );
    let closed = change::apply(&house, &after(7), "journal", &[one_more]).await.expect_err("the supplement is frozen");
    assert!(matches!(closed, Error::Change(_)), "{closed:?}");

    // A remark on the supplement opens its own rows and nothing else.
    issue::issue(&house, &[row], &after(8), |_| {}).await.expect("an issue");
    let teacher = house.signers(SUPPLEMENT, "subject_teacher").await.remove(0);
    let sheet = snapshot.route[0].signers[0].sheets[0].clone();
    let refused =
        vec![Reproof {
            sheet, category: letopis::domain::statement::Category::Mark, remark: "Не та отметка".into()
        }];
    let choice = Choice { copy: SUPPLEMENT.into(), version: 1, stage: "subject_teacher".into(), refused };
    Desk::open(&house).await.expect("a desk").press(&teacher, &[choice], &after(9)).await.expect("a refusal");
    assert_eq!(house.copy(SUPPLEMENT).await.state, State::Refused);
    assert!(matches!(house.import(&spoilt, false).await.expect("an answer"), Outcome::Refused(_)), "not the copy's");
    assert!(imports(&house, &mistaken).await, "but its own");
    reissue::reissue(&house, SUPPLEMENT, "исправлена отметка", &after(10)).await.expect("a next version");
    assert!(matches!(house.import(&whole, false).await.expect("an answer"), Outcome::Refused(_)), "closed again");
    let second = house.snapshot(SUPPLEMENT).await;
    assert_eq!((second.copy.version, said(&second).0), (2, days), "the same late lessons");
    issue::issue(&house, &[house.copy(SUPPLEMENT).await], &after(11), |_| {}).await.expect("an issue");

    // The same route, its own seal and its own line, and the record speaks for itself.
    house.sign_everything(20).await.expect("signatures");
    house.seal_everything(30).await.expect("seals");
    let register = house.db.list_register().await.expect("the register");
    let lines: Vec<(u64, &str, &str)> =
        register.iter().map(|row| (row.line.no, row.line.id.as_str(), row.line.number.as_str())).collect();
    assert!(lines.iter().any(|line| (line.1, line.2) == (SUPPLEMENT, "2025-5А-1Ч-Д1")), "{lines:?}");
    let report = verify_path(&house.archive(), &VerifyOptions::default());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    super::verify::stock_tools_agree(&house, SUPPLEMENT, 2);
    super::verify::holds_outside(&house, SUPPLEMENT).await;
    assert_eq!(house.doctor().await, Vec::<String>::new());
    // What the sealed supplement holds is told as a change of its copy no more.
    let notes = house.notes().await;
    let told = |note: &String| note.contains("[snapshot.") && note.contains("5А");
    assert!(!notes.iter().any(told), "{notes:#?}");
    it_is_called_what_it_is(&house).await;
    let learner = work.split(',').nth(3).expect("a learner");
    let extract =
        flow::export::extract_learner(&house, SUPPLEMENT, None, learner, &after(40)).await.expect("an extract");
    assert!(!extract.bytes.is_empty(), "and one learner's part of it can be proven alone");
}

/// In the package that leaves the house, in the record's own descriptions, and by its own times.
async fn it_is_called_what_it_is(house: &House) {
    let packed = flow::export::export_copy(house, SUPPLEMENT, None, &after(39)).await.expect("a package");
    let folder = tempfile::tempdir().expect("a folder");
    let zip = folder.path().join("supplement.zip");
    std::fs::write(&zip, &packed.bytes).expect("a file");
    let report = verify_path(&zip, &VerifyOptions::default());
    assert_eq!(report.verdict, Verdict::Valid);
    let what = report.what();
    assert!(what.starts_with("вывезенный дополнительный лист № 1, ") && !what.contains("копия"), "{what}");
    let mut bag = zip::ZipArchive::new(std::io::Cursor::new(&packed.bytes)).expect("a zip");
    let mut text = |name: &str| {
        let at = (0..bag.len())
            .find(|at| bag.by_index(*at).expect("a file").name().expect("a name").ends_with(name))
            .expect(name);
        std::io::read_to_string(bag.by_index(at).expect(name)).expect(name)
    };
    let own = "дополнительный лист № 1 к копии № 2025-5А-1Ч";
    for (name, words) in [("bag-info.txt", own), ("README.txt", own), ("dc.xml", "дополнительный лист № 1: 5А")]
    {
        let text = text(name);
        assert!(text.contains(words) && !text.contains("копия классного журнала"), "{name}: {text}");
    }
    assert!(text("premis.xml").contains("Дополнительный лист скреплён печатью школы"));
    // Its entries came by the imports of the story, and that is the time of its data.
    let own = house.snapshot(SUPPLEMENT).await;
    let facts = own.copy.supplement.clone().expect("facts");
    let came = after(0).moment();
    assert_eq!((facts.entered_from.as_str(), facts.entered_until.as_str()), (came.as_str(), came.as_str()));
    assert!(matches!(own.sheets.first(), Some(Sheet::Title(title)) if title.exported_at == came));
    let twin = letopis::domain::snapshot::document_words(own.copy.kind, &own.copy.id, &own.copy.number);
    assert!(twin.starts_with("дополнительный лист № 1 к копии"), "{twin}");
}

fn cells_of(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

#[test]
fn the_last_day_goes_to_a_supplement_that_is_signed_sealed_and_verified_like_its_copy() {
    tell(async { the_last_day(House::empty().await).await });
}

#[test]
fn the_last_day_goes_to_a_supplement_on_postgresql_too() {
    if let Some(url) = crate::postgres::postgres() {
        tell(async move { the_last_day(House::empty_on(&url).await).await });
    }
}

#[test]
fn a_next_version_of_the_copy_takes_up_what_came_late_and_an_opening_by_hand_names_its_ground() {
    tell(async {
        let (house, work) = closed_in_time(House::empty().await).await;
        // One work is checked later still.
        let without = Bundle::small().with("marks.csv", |text| text.replace(&format!("{work}\n"), ""));
        assert!(imports(&house, &without).await);
        reissue::reissue(&house, COPIES[0], "внесён последний день", &after(5)).await.expect("a next version");
        assert!(said(&house.snapshot(COPIES[0]).await).0.contains(&LAST_DAY.to_owned()), "it is in the copy now");
        let standing = supplement::standing(&house, COPIES[0]).await.expect("supplements");
        assert_eq!(standing[0].row.outcome, "reissued");
        let none = supplement::make(&house, COPIES[0], None, &after(6)).await.expect_err("nothing is open");
        assert!(matches!(none, Error::Supplement(Refusal::NotOpen(_))), "{none:?}");

        let row = supplement::open(&house, COPIES[0], "работы на проверке", &after(7)).await.expect("an opening");
        // The first number was never made a supplement: the second version's first supplement bears it.
        assert_eq!((row.no, row.version, row.ground.as_str()), (1, 2, "работы на проверке"));
        assert_eq!(row.id, format!("{SUPPLEMENT}-2"), "an identifier is given once");
        let twice = supplement::open(&house, COPIES[0], "ещё раз", &after(8)).await.expect_err("one at a time");
        assert!(matches!(twice, Error::Supplement(Refusal::Unfinished { no: 1, .. })), "{twice:?}");
        supplement::withdraw(&house, COPIES[0], &after(9)).await.expect("nothing came");
        supplement::open(&house, COPIES[0], "работа на проверке", &after(10)).await.expect("opened again");
        assert!(imports(&house, &Bundle::small()).await, "the work was checked");
        let made = supplement::make(&house, COPIES[0], None, &after(11)).await.expect("an answer");
        let made = made.copy.expect("a supplement");
        assert_eq!((made.id, made.number.as_str()), (format!("{SUPPLEMENT}-3"), "2025-5А-1Ч-Д1"));

        // Its package is checked by the stock tools like every other.
        let mut frozen = house.db.list_copies().await.expect("copies");
        frozen.retain(|row| row.state == State::Frozen);
        issue::issue(&house, &frozen, &after(12), |_| {}).await.expect("an issue");
        house.sign_everything(20).await.expect("signatures");
        house.seal_everything(30).await.expect("seals");
        let again = format!("{SUPPLEMENT}-3");
        super::verify::stock_tools_agree(&house, &again, 1);
        super::verify::holds_outside(&house, &again).await;
        assert_eq!(house.doctor().await, Vec::<String>::new());

        // A period opened past the program is found.
        let opening = "insert into supplements select school, '2025-06A-Q1-SUP9', '2025-06A-Q1', 1, 9, year, class, period, 0, '', '', ''
                       from closures where class = '6А'";
        super::intruder::Intruder::at(&house.root).await.run(opening).await;
        let found = house.doctor().await.join(" ");
        assert!(found.contains("doctor.supplement-foreign"), "{found}");
    });
}

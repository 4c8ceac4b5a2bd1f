//! Golden pages in five nets: same bytes twice, a list of hashes, text of each page,
//! validity. `GOLDEN=update cargo test --release --test documents pages` writes what is expected anew; PDFs go to `target/pages`.

mod forms;
mod frames;
mod hostile;
mod made_up;
mod today;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use frames::{Seen, crosses, dump, overlap, see};
use letopis::domain::canon::Digest;
use letopis::domain::edition::{Attachment, Edition, EditionKind};
use letopis::domain::snapshot::{Sheet, Snapshot};
use letopis::typeset::{hand_places, lay_out, template_facts, typeset};
use made_up::{Class, edition, journal, summary};

pub const MM: f64 = 72.0 / 25.4;

fn class(learners: usize, subjects: usize, lessons: usize) -> Class {
    Class { name: "5А", learners, subjects, lessons, seed: 7 }
}

/// The documents of the hash list.
fn examples() -> Vec<(String, Snapshot, Edition, Vec<Attachment>)> {
    let mut examples = Vec::new();
    for (learners, subjects, lessons) in [(5, 4, 12), (28, 14, 40), (41, 16, 60)] {
        for kind in [EditionKind::Issued, EditionKind::Sealed] {
            let class = class(learners, subjects, lessons);
            for (name, snapshot) in [("period-copy", journal(&class)), ("summary-sheet", summary(&class))] {
                let edition = edition(&snapshot, kind);
                let files = if kind == EditionKind::Sealed { attachments(&snapshot) } else { Vec::new() };
                let word = if kind == EditionKind::Sealed { "sealed" } else { "issued" };
                examples.push((format!("{name}/1/{learners}-learners-{word}"), snapshot, edition, files));
            }
        }
    }
    let class = class(28, 6, 20);
    for (name, snapshot) in [("period-copy", journal(&class)), ("summary-sheet", summary(&class))] {
        let snapshot = made_up::reissued(snapshot, 24);
        let edition = edition(&snapshot, EditionKind::Issued);
        examples.push((format!("{name}/1/28-learners-reissued"), snapshot, edition, Vec::new()));
    }
    for kind in [EditionKind::Issued, EditionKind::Sealed] {
        let snapshot = today::of_today(journal(&class));
        let word = if kind == EditionKind::Sealed { "sealed" } else { "issued" };
        let edition = edition(&snapshot, kind);
        examples.push((format!("period-copy/1/28-learners-today-{word}"), snapshot, edition, Vec::new()));
    }
    let snapshot = made_up::of_two_teachers(journal(&class));
    let edition = edition(&snapshot, EditionKind::Sealed);
    examples.push(("period-copy/1/28-learners-two-teachers".to_owned(), snapshot, edition, Vec::new()));
    examples
}

fn attachments(snapshot: &Snapshot) -> Vec<Attachment> {
    let file = |name: &str, mime, description: &str, bytes| Attachment {
        name: name.to_owned(),
        mime,
        description: description.to_owned(),
        bytes,
    };
    vec![
        file("snapshot.json", "application/json", "Снимок данных", snapshot.to_bytes()),
        file("statements.json", "application/json", "Заявления подписей", b"[]".to_vec()),
    ]
}

pub fn target() -> PathBuf {
    // Cargo runs tests in the package's folder; a child that was sent elsewhere gets it by name.
    let root = std::env::var("CARGO_MANIFEST_DIR").map_or_else(|_| PathBuf::from("."), PathBuf::from);
    let folder = root.join("target/pages");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn hashes() -> String {
    let mut list = String::new();
    for (name, snapshot, edition, files) in examples() {
        let made = typeset(&snapshot, &edition, &files).unwrap();
        assert!(made.findings.is_empty(), "{name}: {:?}", made.findings);
        std::fs::write(target().join(format!("{}.pdf", name.replace('/', "-"))), &made.pdf).unwrap();
        list.push_str(&format!("{}  {name}\n", Digest::of(&made.pdf)));
    }
    list
}

/// Compares with a golden file, or writes it under `GOLDEN=update`.
pub fn golden(path: &str, found: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path);
    if std::env::var("GOLDEN").is_ok_and(|word| word == "update") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read(&path).unwrap_or_default();
    if expected != found {
        let shown = target().join(path.file_name().unwrap());
        std::fs::write(&shown, found).unwrap();
        panic!("{} differs; what came out is {}", path.display(), shown.display());
    }
}

#[test]
fn the_pages_are_those_of_the_hash_list() {
    golden("pages.txt", hashes().as_bytes());
}

#[test]
fn another_process_in_another_folder_and_time_zone_makes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "pages::a_child_prints_its_hashes", "--nocapture", "--test-threads=1"])
        .env("PAGES_CHILD", "1")
        .env("TZ", "Asia/Kamchatka")
        .env("LC_ALL", "C")
        .env("CARGO_MANIFEST_DIR", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{printed}");
    for line in hashes().lines() {
        assert!(printed.contains(line), "the child made other bytes than {line}\n{printed}");
    }
}

#[test]
fn a_child_prints_its_hashes() {
    if std::env::var("PAGES_CHILD").is_ok() {
        println!("{}", hashes());
    }
}

#[test]
fn two_threads_make_the_bytes_of_one() {
    let snapshots = [journal(&class(12, 3, 20)), journal(&class(9, 4, 33)), summary(&class(11, 5, 9))];
    let make = |snapshot: &Snapshot| {
        typeset(snapshot, &edition(snapshot, EditionKind::Sealed), &attachments(snapshot)).unwrap().pdf
    };
    let alone: Vec<Vec<u8>> = snapshots.iter().map(make).collect();
    std::thread::scope(|scope| {
        let (make, snapshots) = (&make, &snapshots);
        let runs: Vec<_> =
            (0..2).map(|_| scope.spawn(move || snapshots.iter().map(make).collect::<Vec<_>>())).collect();
        for run in runs {
            assert!(run.join().unwrap() == alone);
        }
    });
}

#[test]
fn every_page_says_what_it_is_expected_to_say() {
    let class = class(5, 2, 9);
    for (name, snapshot) in [("period-copy", journal(&class)), ("summary-sheet", summary(&class))] {
        let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
        golden(&format!("pages/{name}.txt"), dump(&see(&document)).as_bytes());
    }
    let snapshot = today::of_today(journal(&class));
    let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
    golden("pages/period-copy-today.txt", dump(&see(&document)).as_bytes());
    let snapshot = made_up::reissued(journal(&class), 3);
    let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Issued), &[]).unwrap();
    golden("pages/reissued.txt", dump(&see(&document)).as_bytes());
    let snapshot = made_up::of_two_teachers(journal(&class));
    let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
    golden("pages/two-teachers.txt", dump(&see(&document)).as_bytes());
    let snapshot = made_up::supplement(journal(&class));
    let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
    golden("pages/supplement.txt", dump(&see(&document)).as_bytes());
}

#[test]
fn the_page_of_changes_has_every_change_and_says_when_there_is_none() {
    let class = class(28, 3, 20);
    for rows in [0, 1, 24, 90] {
        for (kind, snapshot) in [("journal", journal(&class)), ("summary", summary(&class))] {
            let snapshot = made_up::reissued(snapshot, rows);
            let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
            let pages = see(&document);
            let told = read(&pages);
            assert!(told.contains("Изменения по сравнению с версией 1"));
            assert!(!told.contains("одписать заново"), "no signature lapsed");
            assert_eq!(told.contains("Содержание листов не изменилось"), rows == 0);
            for row in 0..rows {
                assert!(told.contains(&format!("{row:02}-й")), "{kind}: change {row} of {rows}");
            }
        }
    }
}

#[test]
fn the_page_of_changes_names_the_sheet_that_is_signed_anew_and_who_signs_it() {
    for rows in [0, 2] {
        let mut snapshot = made_up::reissued(journal(&class(28, 3, 20)), rows);
        let place = snapshot.sheets.iter().position(|sheet| matches!(sheet, Sheet::Course(_))).expect("a course");
        let id = snapshot.sheets[place].id().to_owned();
        let signer = snapshot.route[0].signers.iter().find(|one| one.sheets.contains(&id)).expect("who signs it");
        let surname = signer.person.surname.clone();
        for sheet in &mut snapshot.sheets {
            if let Sheet::Changes(changes) = sheet {
                changes.signed_anew = vec![id.clone()];
            }
        }
        let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
        // Where a line ends is no matter.
        let told: String = read(&see(&document)).split_whitespace().collect();
        let anew = told.split_once("Подписатьзаново:").expect("what is signed anew").1;
        assert!(anew.starts_with(&format!("лист{}«", place + 1)), "{anew:.200}");
        assert!(anew.split_once(").").is_some_and(|(said, _)| said.contains(&surname)), "{anew:.200}");
    }
}

#[test]
fn a_copy_of_today_tells_the_plan_the_days_and_the_places_for_ink() {
    let snapshot = today::of_today(journal(&class(28, 3, 20)));
    let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Issued), &[]).unwrap();
    let pages = see(&document);
    let told = read(&pages);
    for words in
        ["Копия № 1 из 1", "Регистрационный № в реестре: ____", "[место штампа дела]", "Управление образования"]
    {
        assert!(read(&pages[..1]).contains(words), "{words}");
    }
    for words in ["(отставание 2,5 ч.)", "(программа выполнена)", "По программе 15 ч. Проведено за период"]
    {
        assert!(told.contains(words), "{words}");
    }
    // A stamp and a number written by hand are no change of the page (scans are compared with it).
    let [now, then] =
        [snapshot, journal(&class(28, 3, 20))].map(|one| hand_places(&one).unwrap().swap_remove(0).reserved);
    assert_eq!(now.len(), then.len() + 2, "{now:?}");
    let stamp = now.iter().find(|place| place[2].round() == 36.0).expect("the stamp's place");
    assert!(stamp[0] > 150.0 && stamp[1] > 30.0 && stamp[1] + stamp[3] < 100.0, "{stamp:?}");
    // Both attendance sheets by their own names, in the contents and on their pages.
    for words in ["Сводная ведомость учёта посещаемости", "Сведения о количестве уроков, пропущенных обучающимися"]
    {
        assert!(told.matches(words).count() >= 2, "{words}");
    }
    for words in ["сентябрь 2025", "октябрь 2025", "6Б", "Всего уроков"] {
        assert!(told.contains(words), "{words}");
    }
    // What an earlier program froze has none of it: its hash in the list is the one that it had then.
    let before = journal(&class(28, 3, 20));
    let (document, _) = lay_out(&before, &edition(&before, EditionKind::Issued), &[]).unwrap();
    let told = read(&see(&document));
    for words in ["Копия № 1 из 1", "штампа", "По программе", "Сводная ведомость учёта посещаемости"]
    {
        assert!(!told.contains(words), "{words}");
    }
}

#[test]
fn two_teachers_of_a_course_have_a_sheet_each_with_a_place_of_the_own() {
    let snapshot = made_up::of_two_teachers(journal(&class(28, 3, 20)));
    let pages = assert_tidy("two teachers", &snapshot, EditionKind::Sealed);
    let told = read(&pages);
    for words in [
        "часть 1 из 2",
        "часть 2 из 2",
        "Смена учителя: ",
        "приказ № 142-к",
        "Отметки за период стоят на листах последнего учителя",
    ] {
        assert!(told.contains(words), "{words}");
    }
}

#[test]
fn small_pictures_look_as_they_did() {
    let class = class(28, 3, 40);
    let journal = journal(&class);
    let summary = summary(&class);
    let reissued = made_up::reissued(journal.clone(), 24);
    // The page of changes stands before the closing one.
    let changes = typeset(&reissued, &edition(&reissued, EditionKind::Issued), &[]).unwrap().pages - 2;
    let today = today::of_today(journal.clone());
    // Behind the month of October stand the totals, the final marks and the closing page.
    let by_days = typeset(&today, &edition(&today, EditionKind::Issued), &[]).unwrap().pages - 4;
    let drawn = [
        ("title", &journal, EditionKind::Sealed, 0),
        ("marks", &journal, EditionKind::Issued, 5),
        ("topics", &journal, EditionKind::Issued, 6),
        ("summary", &summary, EditionKind::Sealed, 1),
        ("changes", &reissued, EditionKind::Issued, changes),
        ("title-today", &today, EditionKind::Issued, 0),
        ("by-days", &today, EditionKind::Issued, by_days),
    ];
    for (name, snapshot, kind, page) in drawn {
        let (document, _) = lay_out(snapshot, &edition(snapshot, kind), &[]).unwrap();
        // Half a dot a point: 36 dots an inch, enough to see that a block moved.
        let options =
            typst_render::RenderOptions { pixel_per_pt: typst::utils::Scalar::new(0.5), ..Default::default() };
        let picture = typst_render::render(&document.pages()[page], &options);
        golden(&format!("pages/{name}.png"), &picture.encode_png().unwrap());
    }
}

/// Nothing overlaps, nothing runs through a rule, nothing leaves its margins.
fn assert_tidy(name: &str, snapshot: &Snapshot, kind: EditionKind) -> Vec<Seen> {
    let (document, _) =
        lay_out(snapshot, &edition(snapshot, kind), &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
    let pages = see(&document);
    for (index, page) in pages.iter().enumerate() {
        let place = format!("{name}, page {}", index + 1);
        let size = document.pages()[index].frame.size();
        let (width, height) = (size.x.to_pt(), size.y.to_pt());
        // Journals change sides: the binding is on the left of odd pages and on the right of even ones; a summary sheet has it on the left.
        let (left, right) = match (width < height, (index + 1) % 2) {
            (true, 1) => (20.0, 10.0),
            (true, _) => (10.0, 20.0),
            (false, _) => (30.0, 10.0),
        };
        let archive = [width - 20.0 * MM, 5.0 * MM, width - 5.0 * MM, 15.0 * MM];
        for (at, (ink, text)) in page.texts.iter().enumerate() {
            // A fifth of a millimetre: a sign that leans out of its own width. What hangs over by a full stop passes by more.
            let inside = ink[0] >= (left - 0.2) * MM
                && ink[1] >= 9.9 * MM
                && ink[2] <= width - (right - 0.2) * MM
                && ink[3] <= height - 19.9 * MM;
            assert!(inside || text.trim().is_empty(), "{place}: «{text}» leaves the page: {ink:?}");
            assert!(!overlap(ink, &archive), "{place}: «{text}» stands in the corner of the archive's number");
            for (other, words) in &page.texts[at + 1..] {
                assert!(!overlap(ink, other), "{place}: «{text}» and «{words}» overlap: {ink:?} {other:?}");
            }
            for rule in &page.rules {
                assert!(!crosses(rule, ink), "{place}: a rule runs through «{text}»: {rule:?} {ink:?}");
            }
            for image in &page.images {
                assert!(!overlap(ink, image), "{place}: «{text}» stands on the QR");
            }
        }
        assert_eq!(page.images.len(), 1, "{place}: one QR");
    }
    pages
}

fn read(pages: &[Seen]) -> String {
    pages.iter().flat_map(|page| &page.texts).map(|(_, text)| text.as_str()).collect()
}

#[test]
fn nothing_overlaps_or_leaves_the_page_with_5_28_and_41_learners() {
    for (learners, subjects, lessons) in [(1, 1, 1), (5, 4, 12), (28, 14, 40), (41, 16, 60)] {
        let class = class(learners, subjects, lessons);
        for kind in [EditionKind::Issued, EditionKind::Sealed] {
            assert_tidy(&format!("journal of {learners}"), &journal(&class), kind);
            let today = today::of_today(journal(&class));
            assert_tidy(&format!("journal of {learners} as of today"), &today, kind);
            assert_tidy(&format!("summary of {learners}"), &summary(&class), kind);
        }
    }
}

#[test]
fn issued_and_sealed_editions_have_the_same_pages() {
    let class = class(28, 5, 40);
    for snapshot in [journal(&class), summary(&class)] {
        let pages = [EditionKind::Issued, EditionKind::Sealed]
            .map(|kind| typeset(&snapshot, &edition(&snapshot, kind), &[]).unwrap().pages);
        assert_eq!(pages[0], pages[1]);
    }
}

#[test]
fn every_spread_is_a_left_even_page_and_its_topics_beside_it() {
    for snapshot in [journal(&class(41, 5, 60)), hostile::journal()] {
        let (document, _) = lay_out(&snapshot, &edition(&snapshot, EditionKind::Issued), &[]).unwrap();
        let pages = see(&document);
        let has = |index: usize, words: &str| pages[index].texts.iter().any(|(_, text)| text.contains(words));
        let mut lessons = 0;
        for index in 0..pages.len() {
            if !has(index, "НАИМЕНОВАНИЕ ПРЕДМЕТА") {
                continue;
            }
            assert_eq!((index + 1) % 2, 0, "marks stand on even pages");
            assert!(has(index + 1, "УЧИТЕЛЯ") && has(index + 1, "Что пройдено"), "topics stand on the facing page");
            let numbers = |page: &Seen| -> BTreeSet<String> {
                page.texts
                    .iter()
                    .map(|(_, text)| text.clone())
                    .filter(|text| text.starts_with("уроки ") || text.starts_with("урок "))
                    .collect()
            };
            let said = numbers(&pages[index]).into_iter().next().unwrap_or_default();
            let (from, until) = span(&said);
            for lesson in from..=until {
                let number = lesson.to_string();
                let beside = pages[index + 1].texts.iter().any(|(_, text)| *text == number);
                assert!(beside, "lesson {lesson} of «{said}» stands beside page {}", index + 1);
            }
            lessons += until + 1 - from;
        }
        let all: usize = snapshot
            .sheets
            .iter()
            .map(|sheet| if let Sheet::Course(course) = sheet { course.lessons.len() } else { 0 })
            .sum();
        assert_eq!(lessons, all, "every lesson stands on one spread");
    }
}

/// «уроки 1–20 из 40» as (1, 20); nothing as an empty span.
fn span(said: &str) -> (usize, usize) {
    let numbers: Vec<usize> = said.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [from, until, _] => (from, until),
        [only, _] => (only, only),
        _ => (1, 0),
    }
}

#[test]
fn hostile_texts_are_neither_interpreted_nor_cut_nor_overlapped() {
    assert_tidy("hostile journal as of today", &today::of_today(hostile::journal()), EditionKind::Sealed);
    let snapshot = hostile::journal();
    for kind in [EditionKind::Issued, EditionKind::Sealed] {
        let pages = assert_tidy("hostile journal", &snapshot, kind);
        let read = read(&pages).replace([' ', '\n'], "");
        for text in hostile::TEXTS {
            assert!(read.contains(&text.replace(' ', "")), "«{text}» is not printed as it is");
        }
        assert!(read.contains(&"ж".repeat(500)), "a word of 500 letters is printed whole");
    }
    assert_tidy("hostile summary", &hostile::summary(), EditionKind::Sealed);
    for (name, snapshot) in [("journal", hostile::journal()), ("summary", hostile::summary())] {
        let sealed = edition(&snapshot, EditionKind::Sealed);
        let made = typeset(&snapshot, &sealed, &attachments(&snapshot)).unwrap();
        std::fs::write(target().join(format!("hostile-{name}.pdf")), made.pdf).unwrap();
    }
}

#[test]
fn a_character_that_no_face_has_is_substituted_and_named() {
    let mut snapshot = journal(&class(5, 2, 9));
    let Some(Sheet::Course(course)) = snapshot.sheets.get_mut(2) else { panic!("the third sheet is a course") };
    course.lessons[0].topic = "Смайлики 😀🦄 и \u{0}\u{7}\u{202e}знаки\u{e000}".to_owned();
    let made = typeset(&snapshot, &edition(&snapshot, EditionKind::Sealed), &[]).unwrap();
    let found: Vec<(&str, &str)> = made.findings.iter().map(|f| (f.place.as_str(), f.found.as_str())).collect();
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found.contains(&("лист 3 / 6 (course-C00001)", "U+1F984 «🦄»")), "{found:?}");
    assert!(made.findings.iter().all(|finding| finding.code == "typeset.substituted-character"));
}

#[test]
fn empty_courses_classes_and_grounds_have_their_words() {
    let pages = assert_tidy("empty", &hostile::empty(), EditionKind::Issued);
    let read = read(&pages);
    assert!(read.contains("В учётном периоде уроков по предмету не было."));
    assert!(read.contains("обучающихся в классе не было"));
    let pages = assert_tidy("ground", &hostile::with_ground(3), EditionKind::Sealed);
    assert!(self::read(&pages[..1]).contains("Основание: Приказ от 24.10.2025"));
    let pages = assert_tidy("long ground", &hostile::with_ground(200), EditionKind::Sealed);
    assert!(self::read(&pages).contains("199. Нет итоговой"));
}

#[test]
fn a_text_of_a_hundred_thousand_letters_is_refused_rather_than_cut() {
    let mut snapshot = journal(&class(3, 1, 3));
    let Some(Sheet::Course(course)) = snapshot.sheets.get_mut(2) else { panic!("the third sheet is a course") };
    course.lessons[1].topic = "слово ".repeat(100_000 / 6);
    let refused = typeset(&snapshot, &edition(&snapshot, EditionKind::Issued), &[]).unwrap_err();
    assert!(refused.to_string().contains("course-C00001"), "{refused}");
}

#[test]
fn each_kind_of_copy_has_a_template_of_its_own() {
    use letopis::domain::snapshot::CopyKind::{PeriodCopy, SummarySheet};
    let [journal, summary] = [PeriodCopy, SummarySheet].map(template_facts);
    assert_eq!([journal.name.as_str(), summary.name.as_str()], ["period-copy", "summary-sheet"]);
    assert_ne!(journal.digest, summary.digest);
}

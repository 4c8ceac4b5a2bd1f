//! Bundles: the reader against good and bad ones, the figures, the generator. Never uses the network or a database.

mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use letopis::bundle::{self, Bundle, BundleFile, GeneratorSpec, ReadError, codes, layout};
use letopis::domain::canon::Digest;
use letopis::domain::finding::{Finding, Severity};
use letopis::domain::journal::{ContentGap, GapKind, Learner, YEAR};
use letopis::domain::report;
use letopis::domain::tenure::EarlierTeacher;
use proptest::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundles")
}

/// Every bundle under the folder agrees with its `expected.json`; gives how many periods were compared.
fn assert_agrees(folder: &Path) -> usize {
    let policy = policy::usual();
    let bundle = match bundle::read(folder, &policy) {
        Ok(bundle) => bundle,
        Err(error) => panic!("{}: {error:?}", folder.display()),
    };
    assert_eq!(bundle.warnings, [], "{}", folder.display());
    let text = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for period in &bundle.journal.periods {
        for figures in report::period_report(&bundle.journal, &period.id, &policy) {
            let got = serde_json::to_value(&figures).unwrap();
            let wanted = expected["classes"][&figures.class]["periods"][&period.id].as_object().unwrap();
            for (name, value) in wanted {
                assert_eq!(&got[name], value, "{} {} {name}", figures.class, period.id);
            }
            compared += 1;
        }
    }
    let wanted: usize =
        expected["classes"].as_object().unwrap().values().map(|c| c["periods"].as_object().unwrap().len()).sum();
    assert_eq!(compared, wanted);
    assert_eq!(serde_json::to_value(report::course_report(&bundle.journal)).unwrap(), expected["courses"]);
    let totals = &expected["totals"];
    for (name, count) in [
        ("staff", bundle.journal.staff.len()),
        ("learners", bundle.journal.learners.len()),
        ("courses", bundle.journal.courses.len()),
        ("lessons", bundle.journal.lessons.len()),
        ("marks", bundle.journal.marks.len()),
        ("absences", bundle.journal.absences.len()),
        ("final_marks", bundle.journal.final_marks.len()),
    ] {
        assert_eq!(totals[name], count, "{name}");
    }
    compared
}

/// Files of a good bundle with a bad fixture's laid over it; `NAME.absent` takes a file away.
fn overlaid(bad: &Path) -> Vec<BundleFile> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for folder in [&fixtures().join("good/hamlet"), bad] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if let Some(absent) = name.strip_suffix(".absent") {
                files.remove(absent);
            } else if name.ends_with(".csv") {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files.into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect()
}

fn findings(files: Vec<BundleFile>) -> Vec<Finding> {
    match bundle::read_files(files, &policy::usual()) {
        Ok(bundle) => {
            assert!(bundle.warnings.iter().all(|finding| finding.severity < Severity::Error));
            bundle.warnings
        }
        Err(findings) => {
            assert!(findings.iter().any(|finding| finding.severity >= Severity::Error));
            findings
        }
    }
}

#[test]
fn the_good_bundle_has_no_findings_and_its_figures_agree() {
    assert_eq!(assert_agrees(&fixtures().join("good/hamlet")), 4);
}

#[test]
fn no_code_lacks_a_fixture_and_no_fixture_a_code() {
    let folders: BTreeSet<String> = fs::read_dir(fixtures().join("bad"))
        .unwrap()
        .map(|entry| format!("import.{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    assert_eq!(folders, codes::ALL.iter().map(|code| (*code).to_owned()).collect());
}

#[test]
fn the_description_of_the_format_names_every_file_column_and_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bundle-format.ru.md");
    let text = fs::read_to_string(path).unwrap();
    let told = |word: &str| assert!(text.contains(&format!("`{word}`")), "{word}");
    codes::ALL.into_iter().for_each(told);
    for file in layout::FILES {
        told(file.name);
        let row = text.lines().find(|line| line.starts_with(&format!("| `{}`", file.name))).unwrap();
        for column in file.columns {
            let mark = if column.required { "\\*" } else { "" };
            assert!(row.contains(&format!("`{}`{mark}", column.name)), "{} {}", file.name, column.name);
        }
    }
}

/// `findings.txt` of each fixture is all that the reader says; `GOLDEN=update` rewrites it.
#[test]
fn every_bad_bundle_is_told_what_is_wrong_where_and_nothing_else() {
    for code in codes::ALL {
        let folder = fixtures().join("bad").join(code.trim_start_matches("import."));
        let findings = findings(overlaid(&folder));
        assert!(findings.iter().any(|finding| finding.code == code), "{code}: {findings:#?}");
        let told: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
        let golden = folder.join("findings.txt");
        if std::env::var_os("GOLDEN").is_some_and(|value| value == "update") {
            fs::write(&golden, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&golden).unwrap_or_default(), "{code}");
    }
}

#[test]
fn a_folder_and_a_zip_of_it_are_the_same_bundle_and_its_digest_is_that_of_sha256sum() {
    let folder = fixtures().join("good/hamlet");
    let read = bundle::read(&folder, &policy::usual()).unwrap();
    let mut lines = String::new();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("bundle.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    for file in &read.files {
        assert_eq!(file.sha256, Digest::of(&fs::read(folder.join(&file.name)).unwrap()));
        lines.push_str(&format!("{}  {}\n", file.sha256, file.name));
        zip.start_file(format!("выгрузка/{}", file.name), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&file.bytes).unwrap();
        zip.start_file(format!("__MACOSX/выгрузка/._{}", file.name), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"\0").unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(read.digest, Digest::of(lines.as_bytes()));
    assert_eq!(bundle::read(&path, &policy::usual()).unwrap(), read);
}

#[test]
fn a_path_that_is_no_bundle_is_unreadable_not_refused() {
    let place = tempfile::tempdir().unwrap();
    let text = place.path().join("notes.txt");
    fs::write(&text, "not a zip").unwrap();
    for path in [place.path().join("nowhere"), text] {
        let error = bundle::read(&path, &policy::usual()).unwrap_err();
        assert!(matches!(error, ReadError::Unreadable { .. }), "{error}");
    }
    let ReadError::Refused(findings) = bundle::read(place.path(), &policy::usual()).unwrap_err() else { panic!() };
    assert_eq!(findings.iter().filter(|finding| finding.code == codes::MISSING_FILE).count(), 11);
}

#[test]
fn marks_of_one_lesson_keep_the_order_of_the_bundle() {
    let read = bundle::read(&fixtures().join("good/hamlet"), &policy::usual()).unwrap();
    let second = read.journal.marks.iter().position(|mark| mark.ordinal == 1).unwrap();
    let (first, second) = (&read.journal.marks[second - 1], &read.journal.marks[second]);
    assert_eq!((first.ordinal, &first.lesson, &first.learner_id), (0, &second.lesson, &second.learner_id));
}

fn good() -> Vec<BundleFile> {
    overlaid(&fixtures().join("good/hamlet"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// [`findings`] itself asserts that a bundle is never both accepted and wrong.
    #[test]
    fn random_bytes_in_any_file_never_panic(file in 0_usize..12, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut files = good();
        files[file] = BundleFile::new(files[file].name.clone(), bytes);
        findings(files);
    }

    #[test]
    fn random_changes_of_a_good_bundle_never_panic(
        changes in proptest::collection::vec((0_usize..12, any::<proptest::sample::Index>(), 0_usize..4, any::<u8>()), 1..12)
    ) {
        // What bundles really suffer from: separators, quotes, line ends, figures of dates and numbers, foreign bytes.
        const BYTES: [u8; 16] = [b',', b';', b'"', b'\n', b'\r', b'0', b'9', b'-', b'.', b' ', b'A', 0, 0xFF, 0xD0, 0x90, b'/'];
        let mut files = good();
        for (file, at, action, byte) in changes {
            let mut bytes = files[file].bytes.clone();
            if bytes.is_empty() {
                continue;
            }
            let (at, byte) = (at.index(bytes.len()), BYTES[usize::from(byte) % BYTES.len()]);
            match action {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
            files[file] = BundleFile::new(files[file].name.clone(), bytes);
        }
        findings(files);
    }
}

fn generated(spec: &GeneratorSpec) -> Bundle {
    let files = bundle::generate(spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    bundle::read_files(files, &policy::usual()).unwrap()
}

#[test]
fn the_demo_school_is_a_whole_year_without_a_finding() {
    let school = generated(&GeneratorSpec::demo());
    assert_eq!(school.warnings, []);
    let journal = &school.journal;
    let names: Vec<&str> = journal.classes.iter().map(|class| class.name.as_str()).collect();
    assert_eq!(names, ["1А", "2А", "3А", "4А", "5А", "6А", "7А", "8А", "9А", "10А", "11А"]);
    assert!(journal.lessons.iter().all(|lesson| !lesson.topic.is_empty() && !lesson.homework.is_empty()));
    assert!(journal.absences.iter().all(|absence| absence.code != "н"));
    let finals: BTreeSet<(&str, &str, &str)> =
        journal.final_marks.iter().map(|f| (f.course_id.as_str(), f.learner_id.as_str(), f.period.as_str())).collect();
    for course in &journal.courses {
        let grade = journal.class(&course.class).unwrap().grade;
        let periods = journal.periods_of_grade(grade);
        let learners: Vec<_> = journal
            .learners
            .iter()
            .filter(|l| l.class == course.class && (course.members.is_empty() || course.members.contains(&l.id)))
            .collect();
        assert!(!learners.is_empty(), "{}", course.id);
        let year = (YEAR, periods.last().unwrap().ends);
        for (period, ends) in periods.iter().map(|p| (p.id.as_str(), p.ends)).chain([year]) {
            for learner in learners.iter().filter(|learner| learner.is_present_on(ends)) {
                assert!(finals.contains(&(&course.id, &learner.id, period)), "{} {} {period}", course.id, learner.id);
            }
        }
        for period in &periods {
            let within = |day| period.starts <= day && day <= period.ends;
            assert!(
                journal.lessons.iter().any(|l| l.key.course_id == course.id && within(l.key.date)),
                "{}",
                course.id
            );
        }
    }
    let last = journal.periods.iter().map(|period| period.ends).max().unwrap();
    let present = journal.learners.iter().filter(|learner| learner.is_present_on(last)).count();
    assert_eq!(journal.decisions.len(), present);
}

#[test]
fn the_demo_school_has_what_real_journals_have() {
    let journal = generated(&GeneratorSpec::demo()).journal;
    let count = |value: &str| journal.final_marks.iter().filter(|mark| mark.value == value).count();
    assert!(journal.learners.iter().any(|learner| learner.left_on.is_some()));
    assert!(journal.learners.iter().any(|learner| learner.enrolled_on > journal.periods[0].starts));
    assert!(journal.lessons.iter().any(|lesson| !lesson.substitute_teacher_id.is_empty()));
    assert!(journal.marks.iter().any(|mark| mark.ordinal == 1));
    assert!(count("осв") > 0 && count("безотм") > 0 && count("2") > 0);
    assert_eq!(count("н/а"), 1);

    // As a real class had in one quarter: 0.44 marks and 0.14 absences a learner's lesson in grades with marks.
    let mut attendable = 0;
    let graded: BTreeSet<&str> =
        journal.courses.iter().filter(|c| c.class != "1А").map(|course| course.id.as_str()).collect();
    for lesson in journal.lessons.iter().filter(|lesson| graded.contains(lesson.key.course_id.as_str())) {
        let course = journal.courses.iter().find(|course| course.id == lesson.key.course_id).unwrap();
        let here = |l: &&Learner| l.class == course.class && l.is_present_on(lesson.key.date);
        let mine = |l: &&Learner| course.members.is_empty() || course.members.contains(&l.id);
        attendable += journal.learners.iter().filter(here).filter(mine).count();
    }
    let absences = journal.absences.iter().filter(|a| graded.contains(a.lesson.course_id.as_str())).count();
    let (marks, absences) = (journal.marks.len() * 1000 / attendable, absences * 1000 / attendable);
    println!("{attendable} learner lessons: {marks} ‰ marks, {absences} ‰ absences");
    assert!((400..=480).contains(&marks), "{marks}");
    assert!((120..=160).contains(&absences), "{absences}");
}

#[test]
fn a_year_taken_apart_gives_each_class_what_the_class_has_alone() {
    let spec = GeneratorSpec { classes: vec![(5, 'А'), (5, 'Б'), (10, 'А')], ..GeneratorSpec::demo() };
    let mut journal = generated(&spec).journal;
    let (from, to) = (journal.classes[0].name.clone(), journal.classes[1].name.clone());
    // A learner who moved, a course that changed hands, days without contents, and rows of a class that is gone.
    let mut moved = journal.learners.iter().find(|learner| learner.class == to).unwrap().clone();
    moved.class.clone_from(&from);
    moved.left_on = Some(moved.enrolled_on);
    let foreign = Learner { class: "9Ж".to_owned(), ..moved.clone() };
    journal.earlier_stays = vec![foreign, moved];
    let course = journal.courses.last().unwrap();
    let days = (journal.periods[0].starts, journal.periods[0].ends);
    journal.earlier_teachers = vec![EarlierTeacher {
        course: course.id.clone(),
        until: days.1,
        teacher: course.teacher_id.clone(),
        ground: String::new(),
        signer: String::new(),
    }];
    journal.content_gaps = vec![ContentGap { class: to, kind: GapKind::Contents, starts: days.0, ends: days.1 }];

    let mut parts = journal.clone().into_classes();
    for class in &journal.classes {
        assert_eq!(parts.remove(&class.name).unwrap(), journal.of_class(&class.name), "{}", class.name);
    }
    assert!(parts.is_empty());
}

#[test]
fn one_seed_makes_one_school_and_another_seed_another() {
    let spec = GeneratorSpec { classes: vec![(5, 'А'), (8, 'Б')], ..GeneratorSpec::demo() };
    assert_eq!(bundle::generate(&spec), bundle::generate(&spec));
    assert_ne!(bundle::generate(&spec), bundle::generate(&GeneratorSpec { seed: 7, ..spec.clone() }));
    let place = tempfile::tempdir().unwrap();
    bundle::write(&place.path().join("school"), &bundle::generate(&spec)).unwrap();
    assert_eq!(bundle::read(&place.path().join("school"), &policy::usual()).unwrap(), generated(&spec));
}

#[test]
fn schools_of_any_size_and_year_are_without_findings() {
    for (year_start, learners_per_class, letters) in
        [(2024, 1, "А"), (2026, 41, "Б"), (2027, 0, "В"), (2025, 30, "АБВГ")]
    {
        let spec = GeneratorSpec { year_start, learners_per_class, ..GeneratorSpec::of_letters(letters) };
        let school = generated(&spec);
        // A group of a class of one or none has no members; that is the only thing to be told.
        let others = school.warnings.iter().filter(|finding| finding.code != codes::EMPTY_GROUP).count();
        assert_eq!(others, 0, "{year_start}: {:?}", school.warnings);
        assert_eq!(school.journal.classes.len(), 11 * letters.chars().count());
    }
}

/// For bundles that are not in the repository: `LETOPIS_SAMPLES=DIR:DIR cargo test --test inputs samples`.
#[test]
fn the_figures_of_samples_given_by_the_environment_agree() {
    let Ok(folders) = std::env::var("LETOPIS_SAMPLES") else { return };
    for folder in folders.split(':') {
        let started = std::time::Instant::now();
        let compared = assert_agrees(Path::new(folder));
        println!("{folder}: {compared} classes × periods agree, {:?}", started.elapsed());
    }
}

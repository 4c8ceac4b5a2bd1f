//! The commands of the policy from outside: show, lint, diff, adopt, deadline, control, in a house with known times of entry.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use letopis::bundle::generate::{self, GeneratorSpec};
use serde_json::Value;

use crate::program::{code, letopis, read, run};

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", read(output)))
}

/// Makes a house with 9А and 10А whose bundle tells when the first lessons of 9А were entered.
fn make(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if place.exists() {
        std::fs::remove_dir_all(&place).expect("the last run's house goes");
    }
    let classes = vec![(9, 'А'), (10, 'А')];
    let spec = GeneratorSpec { classes, learners_per_class: 4, spread: 0, seed: 7, year_start: 2025 };
    let mut files = generate::generate(&spec);
    let lessons = files.iter().find(|(name, _)| name == "lessons.csv").expect("lessons").1.clone();
    let lessons = String::from_utf8(lessons).expect("UTF-8");
    let mut entries = "course_id,date,number,what,learner_id,entered_at\n".to_owned();
    // The first lesson is entered on its day, the second two days later; the rest nobody knows.
    for (at, line) in lessons.lines().skip(1).filter(|line| line.starts_with("C00001,")).take(2).enumerate() {
        let cells: Vec<&str> = line.split(',').take(3).collect();
        let day: chrono::NaiveDate = cells[1].parse().expect("a day");
        let entered = day + chrono::Days::new(2 * at as u64);
        entries.push_str(&format!("{},lesson,,{entered}T14:05\n", cells.join(",")));
    }
    files.push(("entries.csv".to_owned(), entries.into_bytes()));
    let (root, bundle) = (place.join("house"), place.join("bundle"));
    generate::write(&bundle, &files).expect("a bundle");
    let (dir, bundle) = (root.to_str().expect("UTF-8"), bundle.to_str().expect("UTF-8"));
    for step in [&["init", dir, "--school", "policy"][..], &["import", bundle, "--dir", dir]] {
        let output = run(step);
        assert_eq!(code(&output), 0, "{step:?}: {}", read(&output));
    }
    root
}

fn in_house(arguments: &[&str]) -> Output {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let root = MADE.get_or_init(|| make("policy-house"));
    letopis().env("LETOPIS_DIR", root).args(arguments).output().expect("the program runs")
}

#[test]
fn lint_exits_with_two_and_names_both_clauses_and_with_nought_when_clean() {
    let output = run(&["policy", "lint", "chernushka-2018"]);
    let text = read(&output);
    assert_eq!(code(&output), 2, "{text}");
    let line =
        text.lines().find(|line| line.contains("[lint.contradiction] deadline.control")).expect("the contradiction");
    assert!(line.contains("000 Рег 2.3") && line.contains("000 Инс 5.2 г"), "{line}");
    for name in ["strict", "default"] {
        let output = run(&["policy", "lint", name]);
        assert_eq!(code(&output), 0, "{}", read(&output));
    }
    for name in letopis::domain::policy::REGULATIONS {
        assert_eq!(code(&run(&["policy", "lint", name])), 2, "{name}");
    }
    let issues = json(&run(&["policy", "lint", "bauman", "--json"]));
    let written = issues.as_array().expect("issues").iter().find(|issue| issue["key"] == "deadline.written");
    assert_eq!(written.expect("an issue")["clauses"], serde_json::json!(["002 4.2"]));
}

#[test]
fn show_gives_value_unit_and_clause_for_each_row_and_diff_both_clauses() {
    let values = json(&run(&["policy", "show", "chernushka-2018", "--json"]));
    let row = |key: &str| values.as_array().expect("rows").iter().find(|row| row["id"] == key).expect("a row").clone();
    let homework = row("deadline.homework");
    assert_eq!(
        (&homework["value"], &homework["unit"], &homework["clause"]),
        (&"2".into(), &"hours".into(), &"000 Рег 2.2".into())
    );
    assert_eq!(row("retention.period_copy")["source"], "silent");
    let text = read(&run(&["policy", "show", "duties-moscow"]));
    assert!(text.contains("1,5 часа") && text.contains("003 Уч 4"), "{text}");
    assert!(text.contains("Срок: отметка за контрольную работу"), "{text}");
    assert!(text.contains("Другой пункт: seal.kind — гербовая печать (003 Рук 15)"), "{text}");
    let output = run(&["policy", "diff", "chernushka-2018", "kurskoe-2019", "--json"]);
    let lines = json(&output);
    let backup =
        lines.as_array().expect("lines").iter().find(|line| line["key"] == "backup.every").expect("a line").clone();
    assert_eq!(
        (&backup["first_clause"], &backup["second_clause"]),
        (&"000 Инс 4.8; 5.2 отв. в".into(), &"001 п. 5.1".into())
    );
    assert_eq!(read(&run(&["policy", "diff", "strict", "strict"])), "Правила не различаются.\n");
    let differing = read(&run(&["policy", "diff", "chernushka-2018", "kurskoe-2019"]));
    assert!(differing.contains("    kurskoe-2019: "), "{differing}");
    for line in text.lines().chain(differing.lines()) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn a_deadline_is_told_for_each_regulation_with_its_clause() {
    let lines = json(&in_house(&[
        "deadline",
        "--class",
        "9А",
        "--work",
        "Контрольная работа",
        "--date",
        "2025-10-15",
        "--json",
    ]));
    let lines = lines.as_array().expect("lines").clone();
    let of = |policy: &str| {
        lines.iter().find(|line| line["policy"] == policy && line["in_force"] == true).expect("a line").clone()
    };
    assert_eq!(
        (of("default")["due"].clone(), of("default")["clause"].clone()),
        ("2025-10-19T23:59".into(), "000 Рег 2.3".into())
    );
    assert_eq!(of("duties-moscow")["due"], "2025-10-18T23:59");
    assert_eq!(of("bauman")["due"], "");
    for &(name, _) in letopis::domain::policy::BUILTIN {
        assert!(!of(name)["clause"].as_str().expect("a clause").is_empty(), "{name}");
    }
    let output = in_house(&[
        "deadline",
        "--class",
        "9А",
        "--work",
        "письменная",
        "--date",
        "2025-10-15",
        "--policy",
        "chernushka-2018",
    ]);
    let text = read(&output);
    assert!(text.contains("до конца дня 19.10.2025 (воскресенье)") && text.contains("или: 000 Инс 5.2 г"), "{text}");
    assert!(text.contains("Звонки школы не заданы"), "{text}");
    let nonsense = in_house(&["deadline", "--class", "9А", "--date", "2025-10-15", "--work", "диктнт"]);
    let said = read(&nonsense);
    assert_eq!(code(&nonsense), 2, "{said}");
    assert!(said.contains("возможно, «диктант»") && said.contains("контрольная работа"), "{said}");
    let unknown = read(&in_house(&["deadline", "--class", "9А", "--date", "2031-10-30"]));
    assert!(unknown.contains("календарь учебного года 2031/2032 не внесён"), "{unknown}");
    assert!(!unknown.contains("не учебный день"), "{unknown}");
    let output = in_house(&["deadline", "--class", "9Я", "--date", "2025-10-15"]);
    assert_eq!(code(&output), 2);
    assert!(read(&output).contains("нет такого класса: «9Я»; есть: 9А, 10А"), "{}", read(&output));
}

#[test]
fn timeliness_knows_what_the_bundle_told_and_says_unknown_to_the_rest() {
    let output = in_house(&["control", "late", "--class", "9А", "--period", "Q1", "--format", "csv"]);
    let text = read(&output);
    assert_eq!(code(&output), 0, "{text}");
    let count = |status: &str| text.lines().filter(|line| line.contains(&format!(";{status};"))).count();
    assert_eq!((count("вовремя"), count("с опозданием")), (1, 1), "{text}");
    assert!(count("неизвестно") > 50);
    let late = json(&in_house(&["control", "late", "--class", "9А", "--status", "late", "--format", "json"]));
    assert_eq!((late[0]["what"].clone(), late[0]["clause"].clone()), ("lesson".into(), "000 Рег 2.1".into()));
    let table = read(&in_house(&["control", "late", "--class", "9А", "--period", "Q1"]));
    assert!(table.contains("Неизвестно — не опоздание"), "{table}");
    // A week of the calendar year and its days are two ways to ask one thing; days that run backwards are refused.
    let week = in_house(&["control", "late", "--week", "45", "--format", "csv"]);
    let days = in_house(&["control", "late", "--from", "2025-11-03", "--to", "2025-11-09", "--format", "csv"]);
    assert_eq!((read(&week), code(&days)), (read(&days), 0));
    let output = in_house(&["control", "late", "--from", "2025-11-09", "--to", "2025-11-03"]);
    assert_eq!((code(&output), read(&output).contains("конец раньше начала")), (2, true), "{}", read(&output));
    // A number of a period that the class does not have is refused, and names the class's own.
    let output = in_house(&["control", "late", "--class", "10А", "--period", "Q1"]);
    assert_eq!(code(&output), 1, "{}", read(&output));
}

/// Due moment of an entry by the order of school 000, read by hand: a lesson and an absence on their day (Рег 2.1), homework two hours after
/// the class's last lesson (Рег 2.2), a mark for an answer within a day, one for a written or control work of grade 9 within four (Рег 2.3).
fn by_hand(what: &str, work: &str, day: NaiveDate, lessons_end: NaiveTime) -> (NaiveDateTime, &'static str) {
    let end_of = |after: u64| (day + Days::new(after)).and_hms_opt(23, 59, 0).expect("a moment");
    match (what, work) {
        ("lesson" | "absence", _) => (end_of(0), "000 Рег 2.1"),
        ("homework", _) => (day.and_time(lessons_end) + TimeDelta::hours(2), "000 Рег 2.2"),
        (_, "Ответ на уроке") => (end_of(1), "000 Рег 2.3"),
        _ => (end_of(4), "000 Рег 2.3"),
    }
}

/// When the lesson of a number ends: 8:30, forty minutes, breaks of ten.
fn bell(number: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(8, 30, 0).expect("a time") + TimeDelta::minutes(i64::from(number) * 50 - 10)
}

/// An entry of the golden week: course, day, number, what, learner, and what the clauses say of it.
type Planned = BTreeMap<[String; 5], (&'static str, &'static str)>;

/// A house with bells in which the entries of 9А in the week of 3 November were made in turn: to the minute in time, a minute late, nobody
/// knows when. 10А tells nothing.
fn week_house() -> (PathBuf, Planned) {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("control-week");
    if place.exists() {
        std::fs::remove_dir_all(&place).expect("the last run's house goes");
    }
    let spec = GeneratorSpec {
        classes: vec![(9, 'А'), (10, 'А')],
        learners_per_class: 3,
        spread: 0,
        seed: 45,
        year_start: 2025,
    };
    let mut files = generate::generate(&spec);
    let rows = |name: &str| -> Vec<BTreeMap<String, String>> {
        let bytes = &files.iter().find(|(held, _)| held == name).expect("a table").1;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        reader.deserialize().map(|row| row.expect("a row")).collect()
    };
    let courses: Vec<String> =
        rows("courses.csv").iter().filter(|row| row["class"] == "9А").map(|row| row["id"].clone()).collect();
    let of_week = |row: &&BTreeMap<String, String>| {
        courses.contains(&row["course_id"]) && ("2025-11-03".."2025-11-10").contains(&row["date"].as_str())
    };
    let lessons: Vec<_> = rows("lessons.csv").iter().filter(of_week).cloned().collect();
    let last = |day: &str| -> u32 {
        let numbers = lessons.iter().filter(|lesson| lesson["date"] == day);
        numbers.map(|lesson| lesson["number"].parse().expect("a number")).max().expect("a lesson")
    };
    let mut entries: Vec<([String; 5], String)> = Vec::new();
    let key = |row: &BTreeMap<String, String>, what: &str, learner: &str| {
        [row["course_id"].clone(), row["date"].clone(), row["number"].clone(), what.to_owned(), learner.to_owned()]
    };
    for lesson in &lessons {
        entries.push((key(lesson, "lesson", ""), String::new()));
        if !lesson["homework"].is_empty() {
            entries.push((key(lesson, "homework", ""), String::new()));
        }
    }
    for row in rows("absences.csv").iter().filter(of_week) {
        entries.push((key(row, "absence", &row["learner_id"]), String::new()));
    }
    for row in rows("marks.csv").iter().filter(of_week) {
        entries.push((key(row, "mark", &row["learner_id"]), row["kind_of_work"].clone()));
    }
    entries.sort();
    entries.dedup_by(|one, other| one.0 == other.0);
    let (mut planned, mut told) = (Planned::new(), "course_id,date,number,what,learner_id,entered_at\n".to_owned());
    for (at, (key, work)) in entries.into_iter().enumerate() {
        let day: NaiveDate = key[1].parse().expect("a day");
        let (due, clause) = by_hand(&key[3], &work, day, bell(last(&key[1])));
        let (entered, status) = match at % 3 {
            0 => (Some(due), "вовремя"),
            1 => (Some(due + TimeDelta::minutes(1)), "с опозданием"),
            _ => (None, "неизвестно"),
        };
        if let Some(entered) = entered {
            told.push_str(&format!("{},{}\n", key.join(","), entered.format("%Y-%m-%dT%H:%M")));
        }
        planned.insert(key, (status, clause));
    }
    files.push(("entries.csv".to_owned(), told.into_bytes()));
    let mut bells = "Расписание звонков;Урок;Начало;Конец\n".to_owned();
    for number in 1..=9 {
        let ends = bell(number);
        let starts = ends - TimeDelta::minutes(40);
        bells.push_str(&format!("1 смена;{number};{};{}\n", starts.format("%H:%M"), ends.format("%H:%M")));
    }
    let (root, bundle, rung) = (place.join("house"), place.join("bundle"), place.join("Звонки.csv"));
    let shifts = place.join("Режим.csv");
    generate::write(&bundle, &files).expect("a bundle");
    std::fs::write(&rung, bells).expect("bells");
    std::fs::write(&shifts, "Дней в неделе;Смена;Расписание звонков\n6;1;1 смена\n").expect("a regime");
    let [dir, bundle, rung, shifts] =
        [&root, &bundle, &rung, &shifts].map(|path| path.to_str().expect("UTF-8").to_owned());
    let import = |what: &str| ["import".to_owned(), what.to_owned(), "--dir".to_owned(), dir.clone()];
    let init = ["init", &dir, "--school", "week"].map(str::to_owned);
    for step in [init, import(&bundle), import(&rung), import(&shifts)] {
        let step = step.each_ref().map(String::as_str);
        let output = run(&step);
        assert_eq!(code(&output), 0, "{step:?}: {}", read(&output));
    }
    (root, planned)
}

#[test]
fn control_late_of_a_week_equals_its_golden_table_and_what_the_clauses_say_by_hand() {
    let (root, planned) = week_house();
    let output = letopis()
        .env("LETOPIS_DIR", &root)
        .args(["control", "late", "--week", "45", "--format", "csv"])
        .output()
        .expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/control-late-week-45.csv");
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        std::fs::write(&path, &text).expect("the golden table is writable");
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "GOLDEN=update rewrites it");
    // The golden table itself against the clauses, each row by its own hand.
    let table = text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(table.as_bytes());
    let mut met = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let what = match row["Запись"].as_str() {
            "урок" => "lesson",
            "домашнее задание" => "homework",
            "отсутствие" => "absence",
            "отметка" => "mark",
            // Whether anybody knows the reason of an absence nobody has told.
            _ => "",
        };
        let day = NaiveDate::parse_from_str(&row["Дата урока"], "%d.%m.%Y").expect("a day").to_string();
        let key = [row["Курс"].clone(), day, row["Номер урока"].clone(), what.to_owned(), row["Ученик"].clone()];
        match planned.get(&key) {
            Some((status, clause)) => {
                assert_eq!(row["Состояние"], *status, "{row:?}");
                assert!(row["Пункт правил"].starts_with(clause), "{row:?}");
                met += 1;
            }
            None => assert_eq!(row["Состояние"], "неизвестно", "{row:?}"),
        }
    }
    assert_eq!(met, planned.len(), "every entry of the week stands in the table");
    let of = |status: &str| planned.values().filter(|(said, _)| *said == status).count();
    assert!(of("с опозданием") > 10 && of("вовремя") > 10, "{planned:?}");
}

#[test]
fn a_policy_is_adopted_by_order_and_an_old_copy_still_cites_its_own() {
    let root = make("policy-adopting");
    let here =
        |arguments: &[&str]| letopis().env("LETOPIS_DIR", &root).args(arguments).output().expect("the program runs");
    assert_eq!(code(&here(&["close", "--period", "Q1", "--class", "9А"])), 0);
    let show = |copy: &str| read(&here(&["show", copy]));
    assert!(show("2025-09A-Q1").contains("действуют и сегодня"), "{}", show("2025-09A-Q1"));
    let ruled = || read(&here(&["policy", "show"]));
    assert!(ruled().contains("в школе действуют с создания дома, приказом не вводились"), "{}", ruled());
    let unordered = here(&["policy", "adopt", "kurskoe-2019"]);
    assert_eq!(code(&unordered), 2, "an order is asked for: {}", read(&unordered));
    let early =
        here(&["policy", "adopt", "kurskoe-2019", "--order", "приказ от 01.01.2018 № 1", "--from", "2018-01-01"]);
    assert_eq!(code(&early), 1, "{}", read(&early));
    assert!(read(&early).contains("не действует 01.01.2018"), "{}", read(&early));
    let output =
        here(&["policy", "adopt", "kurskoe-2019", "--order", "приказ от 01.09.2025 № 7", "--from", "2025-09-01"]);
    assert_eq!(code(&output), 0, "{}", read(&output));
    // The school's own order stands beside that of whoever wrote the regulation, as in the history.
    assert!(ruled().contains("\nв школе введены с 01.09.2025: приказ от 01.09.2025 № 7\n"), "{}", ruled());
    let preset = read(&here(&["policy", "show", "bauman"]));
    assert!(preset.contains("в самом положении приказ не назван") && !preset.contains("в школе"), "{preset}");
    let old = show("2025-09A-Q1");
    assert!(old.contains("Основание: Положение об электронном классном журнале (образец)"), "{old}");
    assert!(
        old.contains("сегодня действуют другие") && old.contains("в предпоследний учебный день периода (000 Инс 4.1)"),
        "{old}"
    );
    assert_eq!(code(&here(&["close", "--period", "Q2", "--class", "9А"])), 0);
    let new = show("2025-09A-Q2");
    assert!(new.contains("введены с 01.09.2025: приказ от 01.09.2025 № 7"), "{new}");
    assert!(
        new.contains("Бумага:    на бумагу не выводится: бумажный журнал отменён с 26.10.2022 (001 п. 1)"),
        "{new}"
    );
    let history = json(&here(&["policy", "history", "--json"]));
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    assert_eq!(code(&here(&["doctor"])), 0);
}

#[test]
fn a_missing_mark_keeps_a_period_open_with_code_two_and_other_refusals_have_one() {
    let root = make("policy-lacking");
    let here =
        |arguments: &[&str]| letopis().env("LETOPIS_DIR", &root).args(arguments).output().expect("the program runs");
    let bundle = root.with_file_name("bundle");
    let path = bundle.join("final_marks.csv");
    let marks = std::fs::read_to_string(&path).expect("final marks");
    let left: Vec<&str> = marks.lines().filter(|line| !line.starts_with("C00001,L00001,Q1,")).collect();
    assert_eq!(left.len() + 1, marks.lines().count(), "one mark goes");
    std::fs::write(&path, left.join("\n") + "\n").expect("a bundle without it");
    assert_eq!(code(&here(&["import", bundle.to_str().expect("UTF-8")])), 0);
    let closing = ["close", "--period", "Q1", "--class", "9А"];
    for how in [&["--dry-run"][..], &[]] {
        let lacking = here(&[&closing[..], how].concat());
        assert_eq!(code(&lacking), 2, "{how:?}: {}", read(&lacking));
        assert!(read(&lacking).contains("[close.final-mark-missing] 9А"), "{how:?}: {}", read(&lacking));
    }
    assert_eq!(code(&here(&["close", "--period", "Q9", "--class", "9А"])), 1, "no such period is a refusal");
    let excused = here(&[&closing[..], &["--override", "приказ от 27.10.2025 № 5"]].concat());
    assert_eq!(code(&excused), 0, "{}", read(&excused));
}

#[test]
fn times_of_entries_are_counted_before_they_are_taken_and_when_they_are() {
    let root = make("policy-times");
    let here =
        |arguments: &[&str]| letopis().env("LETOPIS_DIR", &root).args(arguments).output().expect("the program runs");
    let text = |name: &str| std::fs::read_to_string(root.with_file_name("bundle").join(name)).expect("a table");
    let (known, lessons) = (text("entries.csv"), text("lessons.csv"));
    let changed = known.lines().nth(1).expect("a known time").replace("T14:05", "T15:05");
    let new = lessons.lines().filter(|line| line.starts_with("C00001,")).nth(2).expect("a third lesson");
    let new = new.split(',').take(3).collect::<Vec<_>>().join(",");
    let file = root.with_file_name("entries.csv");
    let head = "course_id,date,number,what,learner_id,entered_at";
    std::fs::write(&file, format!("{head}\n{changed}\n{new},lesson,,2025-09-09T14:05\n")).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let tried = here(&["import", file, "--dry-run"]);
    let told = read(&tried);
    assert_eq!(code(&tried), 0, "{told}");
    assert!(told.contains("Будет изменено строк: 2. Из них времён записи: 2."), "{told}");
    assert!(!told.contains("изменено: ") && !told.contains("Сертификатов выдано"), "{told}");
    assert!(
        told.contains("когда записано: «") && told.contains("15:05") && !told.contains("Отличий от того"),
        "{told}"
    );
    let figures = json(&here(&["import", file, "--dry-run", "--json"]));
    assert!(figures["rows_written"] == 2 && figures["entry_times"] == 2, "{figures}");
    let difference = &figures["differences"][0];
    assert!(difference["new"] == 1 && difference["changed"] == 1 && difference["gone"] == 0, "{figures}");
    let taken = read(&here(&["import", file]));
    assert!(taken.contains("Строк изменено: 2. Из них времён записи: 2."), "{taken}");
    let again = read(&here(&["import", file]));
    assert!(again.contains("ничего не изменилось"), "{again}");
}

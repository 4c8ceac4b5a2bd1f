//! The program from outside: what every command answers, in which words, with which exit code.

mod archive;
mod carriers;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;

use letopis::bundle::generate::{self, GeneratorSpec};
use serde_json::Value;

use crate::program::{code, copy_folder, letopis, out, read, run, said};

/// Every verb with its sub-verbs.
const VERBS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["init"],
    &["import"],
    &["export"],
    &["feed"],
    &["close"],
    &["issue"],
    &["sign"],
    &["seal"],
    &["remind"],
    &["copies"],
    &["show"],
    &["register"],
    &["report"],
    &["report", "period"],
    &["report", "courses"],
    &["export-copy"],
    &["extract"],
    &["verify"],
    &["log"],
    &["log", "checkpoint"],
    &["log", "verify"],
    &["log", "prove"],
    &["log", "publish"],
    &["log", "list"],
    &["doctor"],
    &["carrier"],
    &["carrier", "list"],
    &["carrier", "place"],
    &["carrier", "add"],
    &["carrier", "move"],
    &["carrier", "write-off"],
    &["carrier", "custody"],
    &["backup"],
    &["backup", "plan"],
    &["backup", "list"],
    &["backup", "undertake"],
    &["backup", "code"],
    &["verify-backup"],
    &["restore"],
    &["key"],
    &["key", "list"],
    &["key", "replace"],
    &["key", "revoke"],
    &["key", "authority"],
    &["policy"],
    &["policy", "check"],
    &["policy", "show"],
    &["config"],
    &["config", "show"],
    &["config", "check"],
    &["config", "example"],
    &["break"],
    &["break", "announce"],
    &["break", "list"],
    &["break", "withdraw"],
    &["token"],
    &["token", "issue"],
    &["token", "list"],
    &["token", "revoke"],
    &["token", "scopes"],
    &["policy", "lint"],
    &["policy", "diff"],
    &["policy", "list"],
    &["policy", "history"],
    &["policy", "adopt"],
    &["deadline"],
    &["control", "late"],
    &["copy"],
    &["copy", "diff"],
    &["copy", "recall"],
    &["copy", "supplement"],
    &["attach-signature"],
    &["people"],
    &["people", "list"],
    &["people", "show"],
    &["people", "appoint"],
    &["people", "end"],
    &["people", "hire"],
    &["people", "card"],
    &["people", "dismiss"],
    &["people", "staff"],
    &["people", "rights"],
    &["people", "substitute"],
    &["account"],
    &["account", "issue"],
    &["account", "reset"],
    &["account", "lock"],
    &["account", "unlock"],
    &["account", "list"],
    &["account", "sessions"],
    &["access"],
    &["history"],
    &["undo"],
    &["scan"],
    &["print"],
    &["forms"],
    &["forms", "print"],
    &["archive"],
    &["archive", "opis"],
    &["archive", "plan"],
    &["archive", "plan", "set"],
    &["archive", "plan", "remove"],
    &["archive", "plan", "next"],
    &["archive", "plan", "close"],
    &["archive", "plan", "history"],
    &["template"],
    &["template", "check"],
    &["template", "new"],
    &["template", "lay"],
    &["template", "enact"],
    &["template", "withdraw"],
    &["template", "list"],
    &["compromise"],
    &["compromise", "note"],
    &["compromise", "list"],
    &["compromise", "show"],
    &["compromise", "approve"],
    &["compromise", "undo"],
    &["setup"],
    &["setup", "check"],
    &["setup", "load"],
    &["roster"],
    &["movement"],
    &["movement", "list"],
    &["movement", "enrol"],
    &["movement", "move"],
    &["movement", "leave"],
    &["movement", "return"],
    &["year"],
    &["year", "close"],
    &["year", "open"],
    &["serve"],
];

/// A sealed house made by the commands of the README alone.
fn house() -> &'static str {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let root = MADE.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
        if place.exists() {
            std::fs::remove_dir_all(&place).expect("the last run's house goes");
        }
        let spec =
            GeneratorSpec { classes: vec![(2, 'Б')], learners_per_class: 3, spread: 0, seed: 4, year_start: 2025 };
        let (root, bundle) = (place.join("house"), place.join("bundle"));
        generate::write(&bundle, &generate::generate(&spec)).expect("a bundle");
        let (dir, bundle) = (root.to_str().expect("UTF-8"), bundle.to_str().expect("UTF-8"));
        for step in [
            &["init", dir, "--school", "cli"][..],
            &["import", bundle, "--dir", dir],
            &["close", "--period", "Q1", "--all", "--dir", dir],
            &["close", "--period", "Q2", "--all", "--dir", dir],
            &["--dir", dir, "issue", "--all"],
            &["--dir", dir, "sign", "2025-02B-Q1"],
            &["--dir", dir, "seal", "2025-02B-Q1"],
        ] {
            let output = run(step);
            assert_eq!(code(&output), 0, "{step:?}: {}", said(&output));
        }
        copy_folder(&root, &untouched(&root));
        root
    });
    root.to_str().expect("UTF-8")
}

/// A copy of that house which no command opens: where another one works, a database's side files come and go while they are copied.
fn untouched(house: &Path) -> PathBuf {
    house.with_file_name("untouched")
}

fn in_house(arguments: &[&str]) -> Output {
    letopis().env("LETOPIS_DIR", house()).args(arguments).output().expect("the program runs")
}

fn json(arguments: &[&str]) -> Value {
    let output = in_house(&[arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", out(&output)))
}

/// Words of the command line's parser, of the system and of the language that no reader should meet.
fn english(text: &str) -> Vec<&'static str> {
    let words = [
        "Usage",
        "Options",
        "Commands",
        "Arguments",
        "error:",
        "default:",
        "possible values",
        "env:",
        "required",
        "Print help",
        "Print version",
        "tip:",
        "For more information",
        "invalid",
        "is not in",
        "os error",
        "panicked",
        "No such file",
    ];
    words.into_iter().filter(|word| text.contains(word)).collect()
}

#[test]
fn the_help_of_every_command_is_in_russian() {
    for verb in VERBS {
        let output = run(&[*verb, &["--help"]].concat());
        let text = out(&output);
        assert_eq!((code(&output), said(&output).as_str()), (0, ""), "{verb:?}");
        assert!(text.contains("Использование: letopis"), "{verb:?}: {text}");
        assert_eq!(english(&text), Vec::<&str>::new(), "{verb:?}: {text}");
    }
}

#[test]
fn help_tells_places_in_their_order_itself_last_and_the_exit_codes() {
    let places: [(&[&str], &[&str]); 6] = [
        (&["template", "lay"], &["<ФОРМА>", "<ФАЙЛ>"]),
        (&["setup", "load"], &["<ТАБЛИЦА>", "<ФАЙЛ>"]),
        (&["movement", "enrol"], &["<КЛАСС>", "<ФАМИЛИЯ>", "<ИМЯ>", "[ОТЧЕСТВО]"]),
        (&["movement", "move"], &["<УЧЕНИК>", "<КЛАСС>"]),
        (&["movement", "return"], &["<УЧЕНИК>", "<КЛАСС>"]),
        (&["forms", "print"], &["[КЛАСС]", "[ДЕНЬ]"]),
    ];
    for (verb, names) in places {
        let text = out(&run(&[verb, &["--help"]].concat()));
        let told = text.split("Что:").nth(1).and_then(|rest| rest.split("Параметры:").next()).expect("places");
        let found: Vec<usize> = names.iter().filter_map(|name| told.find(name)).collect();
        assert!(found.len() == names.len() && found.is_sorted(), "{verb:?}: {told}");
    }
    for verb in VERBS {
        let text = out(&run(&[*verb, &["--help"]].concat()));
        let options = text.split("Параметры:").nth(1).expect("options");
        assert!(options.rfind("\n      --") < options.find("-h, --help"), "{verb:?}: {options}");
    }
    let text = out(&run(&["--help"]));
    let codes = text.split("Коды завершения:").nth(1).expect("exit codes");
    assert!(codes.contains("то, что надо исправить") && codes.contains("close, policy lint"), "{codes}");
}

#[test]
fn every_command_of_the_program_is_in_the_list_that_the_tests_know() {
    let text = out(&run(&["--help"]));
    let commands = text.split("Команды:").nth(1).and_then(|rest| rest.split("Параметры:").next()).expect("commands");
    let told =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned));
    for command in told.filter(|word| word.is_ascii()) {
        assert!(VERBS.iter().any(|verb| verb.first() == Some(&command.as_str())), "{command} is not tested");
    }
}

#[test]
fn mistakes_on_the_command_line_are_told_in_russian_with_what_was_probably_meant() {
    let mistakes: [(&[&str], &str); 11] = [
        (&["copie"], "copies"),
        (&["frobnicate"], "неизвестная команда «frobnicate»"),
        (&["close", "--perod", "Q1"], "--period"),
        (&["close", "--period"], "нет значения"),
        (&["close"], "--period"),
        (&["close", "--period", "Q1", "--all", "--class", "5А"], "нельзя вместе"),
        (&["demo", "--parallels", "x"], "нужно целое число"),
        (&["log", "prove", "-1"], "Ошибка"),
        (&["serve", "--port", "99999999"], "нужно число от 0 до 65535"),
        (&["sign", "--stage", "director", "x"], "--as"),
        (&["import", "a", "b"], "«b»"),
    ];
    for (arguments, words) in mistakes {
        let output = run(arguments);
        let text = said(&output);
        assert_eq!((code(&output), out(&output).as_str()), (2, ""), "{arguments:?}: {text}");
        assert!(text.contains("Ошибка: ") && text.contains(words), "{arguments:?}: {text}");
        assert_eq!(english(&text), Vec::<&str>::new(), "{arguments:?}: {text}");
    }
}

#[test]
fn what_a_command_cannot_do_is_said_in_one_russian_sentence() {
    // 1: a rule or the world says no; 2: the command line itself cannot be carried out.
    let refused: [(i32, &[&str], &str); 13] = [
        (1, &["copies", "--dir", "no-such-house"], "это не дом"),
        (2, &["copies"], "LETOPIS_DIR"),
        (1, &["import", "no-such-bundle", "--dir", house()], "нет такого файла или папки"),
        (1, &["show", "2025-09A-Q1", "--dir", house()], "нет такой копии"),
        (1, &["close", "--period", "Q9", "--all", "--dir", house()], "Q9"),
        (1, &["close", "--period", "Q1", "--class", "9Я", "--dir", house()], "9Я"),
        (2, &["close", "--period", "Q1", "--dir", house()], "--class"),
        (1, &["seal", "2025-02B-Q2", "--dir", house()], "2025-02B-Q2"),
        (1, &["sign", "2025-02B-Q2", "--as", "T99999", "--dir", house()], "T99999"),
        (1, &["export-copy", "2025-02B-Q2", "--out", "x.zip", "--dir", house()], "2025-02B-Q2"),
        (2, &["log", "prove", "99999", "--dir", house()], "99999"),
        (2, &["report", "period", "--period", "Q9", "--dir", house()], "Q9"),
        (2, &["verify", "--checkpoint", "1:00", "--dir", house()], "1:00"),
    ];
    for (expected, arguments, words) in refused {
        let output = run(arguments);
        let text = said(&output);
        assert_eq!(code(&output), expected, "{arguments:?}: {text}");
        assert!(text.starts_with("Ошибка: ") && text.contains(words), "{arguments:?}: {text}");
        assert_eq!(english(&text), Vec::<&str>::new(), "{arguments:?}: {text}");
    }
}

#[test]
fn every_listing_is_an_array_of_objects_with_json() {
    let listings: [(&[&str], &str); 11] = [
        (&["copies"], "id"),
        (&["register"], "id"),
        (&["key", "list"], "id"),
        (&["policy", "show"], "id"),
        (&["log", "list"], "index"),
        (&["report", "period", "--period", "Q1"], "class"),
        (&["report", "courses"], "course"),
        (&["close", "--period", "Q1", "--all"], "id"),
        (&["verify", house()], "path"),
        (&["people", "list"], "id"),
        (&["token", "scopes"], "id"),
    ];
    for (arguments, key) in listings {
        let value = json(arguments);
        let lines = value.as_array().unwrap_or_else(|| panic!("{arguments:?} is no array: {value}"));
        assert!(!lines.is_empty(), "{arguments:?} is empty");
        assert!(lines.iter().all(|line| line.get(key).is_some()), "{arguments:?} without {key}: {value}");
    }
    let copies = json(&["copies"]);
    let told = |key: &str| copies.as_array().expect("copies").iter().map(|c| c[key].to_string()).collect::<Vec<_>>();
    assert_eq!(told("id"), ["\"2025-02B-Q1\"", "\"2025-02B-Q2\""]);
    assert_eq!(told("state"), ["\"sealed\"", "\"issued\""]);
    let first = json(&["people", "list"])[0]["id"].as_str().expect("a person").to_owned();
    assert_eq!(json(&["people", "show", &first])["id"], first.as_str());
    assert!(json(&["account", "sessions", &first]).is_array() && json(&["movement", "list"]).is_array());
}

#[test]
fn a_new_house_says_who_gets_the_first_account_and_how_the_administrator_gets_the_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("house");
    let said = out(&run(&["init", dir.to_str().expect("UTF-8"), "--by", "T00001"]));
    for words in [
        "letopis account issue operator",
        "Первый вход получает служебная запись «operator»",
        "Создание дома записано за «T00001»; входа в дом это ещё не даёт",
        "letopis account issue T00001",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_listing_without_lines_is_an_empty_array_and_a_russian_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("house");
    let dir = dir.to_str().expect("UTF-8");
    assert_eq!(code(&run(&["init", dir])), 0);
    let listings: [&[&str]; 9] = [
        &["copies"],
        &["register"],
        &["key", "list"],
        &["account", "list"],
        &["carrier", "list"],
        &["carrier", "custody"],
        &["backup", "list"],
        &["token", "list"],
        &["break", "list"],
    ];
    for listing in listings {
        let output = run(&[listing, &["--json", "--dir", dir]].concat());
        assert_eq!((code(&output), out(&output).trim()), (0, "[]"), "{listing:?}");
        let text = out(&run(&[listing, &["--dir", dir]].concat()));
        assert_eq!(text.lines().count(), 1, "{listing:?}: {text}");
    }
    // With --json the token is an object with the names of the list.
    let log: Value = serde_json::from_slice(&run(&["log", "list", "--json", "--dir", dir]).stdout).expect("JSON");
    let today = log[0]["payload"]["at"].as_str().and_then(|at| at.get(..10)).expect("a day");
    let until = (today.parse::<chrono::NaiveDate>().expect("a day") + chrono::Days::new(7)).to_string();
    let wanted = ["token", "issue", "--label", "сайт", "--scope", "read_setup", "--until", until.as_str()];
    let issued = run(&[&wanted[..], &["--json", "--dir", dir]].concat());
    let told: Value =
        serde_json::from_slice(&issued.stdout).unwrap_or_else(|error| panic!("{error}: {}", read(&issued)));
    let listed: Value = serde_json::from_slice(&run(&["token", "list", "--json", "--dir", dir]).stdout).expect("JSON");
    assert!(told["token"].as_str().is_some_and(|token| token.contains(told["id"].as_str().expect("an id"))), "{told}");
    for key in ["id", "label", "scopes", "expires_on"] {
        assert!(!told[key].is_null() && told[key] == listed[0][key], "{key}: {told}, {listed}");
    }
    let again = run(&["init", dir]);
    assert_eq!(code(&again), 1);
    assert!(said(&again).contains("уже есть дом"), "{}", said(&again));
}

#[test]
fn the_folder_may_stand_before_the_verb_after_it_in_the_environment_or_be_the_current_one() {
    let expected = out(&run(&["copies", "--dir", house()]));
    assert!(expected.contains("2025-02B-Q1"));
    assert_eq!(out(&run(&["--dir", house(), "copies"])), expected);
    assert_eq!(out(&in_house(&["copies"])), expected);
    let here = letopis().current_dir(house()).arg("copies").output().expect("the program runs");
    assert_eq!(out(&here), expected);
    // What is said aloud goes before what stands in the environment.
    let both = letopis().env("LETOPIS_DIR", "no-such-house").args(["--dir", house(), "copies"]).output();
    assert_eq!(out(&both.expect("the program runs")), expected);
    // A variable that is set and empty is as one not set.
    let emptied = |arguments: &[&str]| letopis().env("LETOPIS_DIR", "").args(arguments).output().expect("it runs");
    assert_eq!(out(&emptied(&["copies", "--dir", house()])), expected);
    let nowhere = emptied(&["copies"]);
    assert!(code(&nowhere) == 2 && said(&nowhere).contains("LETOPIS_DIR"), "{}", said(&nowhere));
    // The example loads nothing, so it asks for no house.
    let folder = tempfile::tempdir().expect("a folder");
    let book = folder.path().join("primer.xlsx");
    let example = run(&["import", "--example", book.to_str().expect("UTF-8")]);
    assert_eq!(code(&example), 0, "{}", said(&example));
    assert!(std::fs::read(&book).expect("a workbook").starts_with(b"PK"));
}

#[test]
fn verify_answers_with_zero_one_and_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let package = folder.path().join("copy.zip");
    let path = package.to_str().expect("UTF-8");
    let made = in_house(&["export-copy", "2025-02B-Q1", "--out", path]);
    assert_eq!(code(&made), 0, "{}", said(&made));
    let before = std::fs::read(&package).expect("a package");
    let again = in_house(&["extract", "2025-02B-Q1", "--learner", "L00001", "--out", path]);
    assert!(code(&again) != 0 && said(&again).contains("уже есть"), "{}", said(&again));
    assert_eq!(std::fs::read(&package).expect("a package"), before, "nothing is written over");
    let archive = format!("{}/archive", house());
    for genuine in [path, &archive] {
        let output = run(&["verify", genuine]);
        assert_eq!(code(&output), 0, "{}", out(&output));
        assert!(out(&output).contains("ВЫВОД: подлинно"));
    }
    let mut bytes = std::fs::read(&package).expect("a package");
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    std::fs::write(&package, bytes).expect("an altered package");
    let output = run(&["verify", path, "--json"]);
    assert_eq!(code(&output), 1, "{}", out(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report[0]["verdict"], "altered");
    assert!(!report[0]["findings"].as_array().expect("findings").is_empty());
    let stranger = folder.path().join("letter.txt");
    std::fs::write(&stranger, "письмо").expect("a letter");
    let output = run(&["verify", stranger.to_str().expect("UTF-8")]);
    assert_eq!(code(&output), 2, "{}", out(&output));
    assert!(out(&output).contains("ВЫВОД: проверить нельзя"));
    let worst = run(&["verify", &archive, path]);
    assert_eq!(code(&worst), 1, "the worst verdict speaks for all");
}

#[test]
fn an_inspector_gets_an_own_copy_of_the_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");
    let told = run(&["verify", "--script", place]);
    assert_eq!(code(&told), 0, "{}", said(&told));
    for name in ["verify.sh", "verify.awk", "verify-extract.sh"] {
        let bytes = std::fs::read(folder.path().join(name)).expect("a script");
        let digest = letopis::domain::canon::Digest::of(&bytes).to_hex();
        assert!(out(&told).contains(&format!("{digest}  {place}/{name}")), "{}", out(&told));
    }
    let record = std::fs::read_dir(format!("{}/archive", house())).expect("an archive").flatten();
    let record = record.map(|entry| entry.path()).find(|path| path.is_dir()).expect("a record");
    // The digests are those of the record's inventory, so that the record's own copy can be compared.
    assert!(
        std::fs::read_to_string(record.join("inventory.json"))
            .expect("an inventory")
            .contains(out(&told).split_whitespace().next().expect("a digest"))
    );
    let again = run(&["verify", "--script", place]);
    assert_ne!(code(&again), 0, "nothing is written over");
}

#[test]
fn an_old_checkpoint_is_found_in_the_log_of_today_or_not() {
    let note = out(&in_house(&["log", "checkpoint"]));
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[0], "cli");
    let checkpoint = json(&["log", "checkpoint"]);
    let told = format!("{}:{}", checkpoint["size"], checkpoint["root"].as_str().expect("a root"));
    let output = in_house(&["verify", "--checkpoint", &told]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let (size, root) = told.split_once(':').expect("size and root");
    let other = format!("{size}:{}{}", if root.starts_with('0') { '1' } else { '0' }, &root[1..]);
    let output = in_house(&["verify", "--checkpoint", &other]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("log.rewritten"), "{}", read(&output));
    let later = told.replacen(':', "9:", 1);
    assert!(out(&in_house(&["verify", "--checkpoint", &later])).contains("log.rolled-back"));
    // A QR has room for sixteen characters of the root.
    let qr = format!("LTP1:2025-02B-Q1:1:1/9:0011223344556677:{size}:{}", root[..16].to_uppercase());
    assert_eq!(code(&in_house(&["verify", "--checkpoint", &qr])), 0);
    assert_eq!(code(&in_house(&["verify", "--checkpoint", &qr.replacen(&qr[qr.len() - 3..], "ZZZ", 1)])), 2);
}

#[test]
fn a_bad_policy_is_refused_with_file_line_and_what_was_probably_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = letopis::domain::policy::BUILTIN[0].1;
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, good.replacen("title", "titel", 1)).expect("a policy");
    let path = bad.to_str().expect("UTF-8");
    let output = run(&["policy", "check", path]);
    let text = read(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(text.contains("bad.toml, строка") && text.contains("«title»"), "{text}");
    let house = folder.path().join("house");
    let refused = run(&["init", house.to_str().expect("UTF-8"), "--policy", path]);
    assert_eq!(code(&refused), 1);
    assert!(!house.exists(), "nothing was made");
    assert_eq!(code(&run(&["policy", "check"])), 0);
    std::fs::write(&bad, "a = [").expect("a broken file");
    let output = run(&["policy", "check", path]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("строка 1"), "{}", read(&output));
}

#[test]
fn a_refused_bundle_exits_with_one_and_every_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = GeneratorSpec { classes: vec![(2, 'Б')], learners_per_class: 3, spread: 0, seed: 4, year_start: 2025 };
    let mut files = generate::generate(&spec);
    for (name, bytes) in &mut files {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        *bytes = match name.as_str() {
            "marks.csv" | "absences.csv" => text.replacen("L00001", "L99999", 1).into_bytes(),
            _ => text.into_bytes(),
        };
    }
    generate::write(folder.path(), &files).expect("a bundle");
    let path = folder.path().to_str().expect("UTF-8");
    let output = in_house(&["import", path]);
    let text = read(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(text.contains("marks.csv, строка") && text.contains("absences.csv, строка"), "{text}");
    assert!(text.contains("L99999") && text.contains("Ничего не записано"), "{text}");
    let output = in_house(&["import", path, "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((code(&output), &told["result"]), (1, &Value::from("refused")));
    assert!(told["findings"].as_array().expect("findings").len() >= 2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::Read as _;
    let mut child = letopis();
    child.env("LETOPIS_DIR", house()).args(["log", "list", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program runs");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut said).expect("UTF-8");
    child.wait().expect("it ends");
    assert_eq!(said, "");
}

#[test]
fn the_house_of_the_commands_is_sound() {
    let output = in_house(&["doctor"]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), said(&output));
    assert!(out(&output).contains("согласны между собой"));
    assert_eq!(json(&["doctor"])["verdict"], "valid");
    assert_eq!(code(&in_house(&["log", "verify"])), 0);
}

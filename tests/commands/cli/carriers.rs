//! Carriers from the command line: the plan and its exit code, a copy there and back, a code that is never an argument.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use letopis::domain::policy;

use super::{house, untouched};
use crate::program::{code, copy_folder, letopis, out, run, said};

/// A copy of the sealed house of the other stories, with two disks beside it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        copy_folder(&untouched(Path::new(house())), &place.folder.path().join("house"));
        place
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        letopis().arg("--dir").arg(self.path("house")).args(arguments).output().expect("the program runs")
    }

    fn disks(&self) {
        for no in ["1", "2"] {
            let (room, disk, place) = (format!("кабинет {no}"), self.path(&format!("disk{no}")), format!("М-{no}"));
            std::fs::create_dir_all(&disk).expect("a disk");
            for step in [
                &["carrier", "place", "--room", &room][..],
                &["carrier", "add", "--label", "Диск", "--place", &place, "--path", &disk],
            ] {
                let output = self.run(step);
                assert_eq!(code(&output), 0, "{step:?}: {}", said(&output));
            }
        }
    }
}

#[test]
fn the_plan_names_its_clauses_and_a_house_or_policy_of_one_room_ends_with_two() {
    let place = Place::new();
    let bare = place.run(&["backup", "plan"]);
    assert_eq!(code(&bare), 2, "{}", out(&bare));
    for words in ["001 п. 5.1", "000 Рег 3.4", "раз в неделю", "plan.rooms", "Пробное восстановление"]
    {
        assert!(out(&bare).contains(words), "no {words}: {}", out(&bare));
    }
    place.disks();
    let whole = place.run(&["backup", "plan"]);
    assert_eq!(code(&whole), 0, "{}", out(&whole));

    let text = policy::builtin("default").expect("a policy").replace("rooms = { value = 2", "rooms = { value = 1");
    let file = place.path("one-room.toml");
    std::fs::write(&file, text).expect("a policy");
    let (lone, file) = (place.path("lone"), file.as_str());
    let made = run(&["init", &lone, "--policy", file]);
    assert_eq!(code(&made), 0, "{}", said(&made));
    let refused = run(&["--dir", &lone, "backup", "plan"]);
    assert_eq!(code(&refused), 2);
    assert!(out(&refused).contains("plan.policy-too-low"), "{}", out(&refused));
}

#[test]
fn a_copy_goes_to_two_disks_is_verified_rehearsed_and_comes_back_with_the_code_on_standard_input() {
    let place = Place::new();
    place.disks();
    let director = "T00001";
    let staff = place.run(&["people", "list"]);
    assert!(out(&staff).contains(director), "{}", out(&staff));
    assert_eq!(code(&place.run(&["backup"])), 1, "no code has been made");
    assert_eq!(code(&place.run(&["--by", director, "backup", "code"])), 1, "the undertaking comes first");
    assert_eq!(code(&place.run(&["--by", director, "backup", "undertake"])), 0);
    assert_eq!(code(&place.run(&["backup", "code"])), 2, "the operator is no director");
    let made = place.run(&["--by", director, "backup", "code"]);
    let envelope = out(&made).trim().to_owned();
    assert_eq!((code(&made), envelope.len()), (0, 23), "{}", said(&made));

    let written = place.run(&["backup", "--to", "Н-1", "Н-2", "--cause", "period"]);
    assert_eq!(code(&written), 0, "{}", said(&written));
    assert!(!out(&written).contains(&envelope));
    let disk = place.path("disk2");
    let verified = place.run(&["verify-backup", &disk]);
    assert_eq!(code(&verified), 0, "{}", out(&verified));
    assert!(out(&verified).contains("копия верна") && out(&verified).contains("содержимое не раскрывалось"));
    let covered = "части на носителе сверены с ярлыком: 100,00 %; содержимое не раскрывалось: код доступа не вводили";
    assert!(out(&verified).contains(covered) && !out(&verified).contains("полнота проверки"), "{}", out(&verified));

    let typed = |arguments: &[&str], text: &str| {
        let mut child = letopis()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("typed");
        child.wait_with_output().expect("it ends")
    };
    let rehearsed = typed(&["--dir", &place.path("house"), "restore", &disk, "--rehearse", "--code", "-"], &envelope);
    assert_eq!(code(&rehearsed), 0, "{}{}", out(&rehearsed), said(&rehearsed));
    assert!(out(&rehearsed).contains("полнота проверки 100,00 %"), "{}", out(&rehearsed));
    let to = place.path("back");
    let wrong = typed(&["restore", &disk, "--to", &to, "--code", "-"], "00000-00000-00000-00000");
    assert!(code(&wrong) != 0 && said(&wrong).contains("код доступа не подходит"), "{}", said(&wrong));
    assert!(said(&wrong).contains("её открывает код № 1"), "the label names it: {}", said(&wrong));
    assert!(!PathBuf::from(&to).exists());
    let restored = typed(&["restore", &disk, "--to", &to, "--code", "-"], &envelope.to_lowercase().replace('-', " "));
    assert_eq!(code(&restored), 0, "{}{}", out(&restored), said(&restored));
    let doctor = run(&["--dir", &to, "doctor"]);
    assert_eq!(code(&doctor), 0, "{}", out(&doctor));

    let part =
        std::fs::read_dir(&disk).expect("a disk").flatten().find(|one| one.path().is_dir()).expect("a copy").path();
    // With the right code and a sealed key that is spoiled inside the salt nobody is sent to look for another envelope.
    let key = part.join("key.age");
    let whole = std::fs::read(&key).expect("a sealed key");
    let mut spoiled = whole.clone();
    spoiled[38] = if whole[38] == b'A' { b'B' } else { b'A' };
    std::fs::write(&key, &spoiled).expect("spoiled");
    let apart = place.path("apart");
    let bad = typed(&["restore", &disk, "--to", &apart, "--code", "-"], &envelope);
    let told = format!("{}{}", out(&bad), said(&bad));
    assert!(code(&bad) != 0 && told.contains("key.age") && told.contains("контрольная сумма не та"), "{told}");
    assert!(!told.contains("код доступа не подходит"), "{told}");
    std::fs::remove_file(&key).expect("taken away");
    let bare = typed(&["restore", &disk, "--to", &apart, "--code", "-"], &envelope);
    let told = format!("{}{}", out(&bare), said(&bare));
    assert!(code(&bare) != 0 && told.contains("на носителе его нет"), "{told}");
    std::fs::write(&key, &whole).expect("put back");

    // Whoever unpacked the copy beside itself left the school's data open: the copy is right, and it is said what to do.
    std::fs::write(part.join("letopis.db"), b"open").expect("unpacked");
    let open = place.run(&["verify-backup", &disk]);
    assert_eq!(code(&open), 0, "{}", out(&open));
    assert!(
        out(&open).contains("копия верна") && out(&open).contains("НА НОСИТЕЛЕ ЛЕЖАТ ОТКРЫТЫЕ ДАННЫЕ"),
        "{}",
        out(&open)
    );
    // The plan says so until a comparison finds it gone, in a folder of the disk too.
    let told = |is_told: bool| {
        let plan = place.run(&["backup", "plan"]);
        assert_eq!(code(&plan), if is_told { 2 } else { 0 }, "{}", out(&plan));
        assert_eq!(out(&plan).contains("carriers.open-data"), is_told, "{}", out(&plan));
    };
    told(true);
    std::fs::remove_file(part.join("letopis.db")).expect("taken away");
    let below = Path::new(&disk).join("разное/распаковано");
    std::fs::create_dir_all(&below).expect("a folder");
    std::fs::write(below.join("letopis.db"), b"open").expect("unpacked");
    let open = place.run(&["verify-backup", &disk]);
    assert!(out(&open).contains("разное/распаковано"), "{}", out(&open));
    told(true);
    std::fs::remove_dir_all(&below).expect("taken away");
    assert_eq!(code(&place.run(&["verify-backup", &disk])), 0);
    told(false);
    let key = std::fs::read(part.join("key.age")).expect("a sealed key");
    let key = String::from_utf8_lossy(&key);
    let stanza = key.lines().nth(1).unwrap_or_default();
    assert!(
        stanza.starts_with("-> scrypt ") && stanza.ends_with(" 18"),
        "a guess of the code costs a second: {stanza}"
    );
    std::fs::write(part.join("copy.tar.gz.age.001"), b"spoiled").expect("spoiled");
    let altered = place.run(&["verify-backup", &disk]);
    assert_eq!(code(&altered), 1, "{}", out(&altered));
    assert!(out(&altered).contains("КОПИЯ НЕВЕРНА"));
    // What was found is an alarm of the plan, and the list of carriers says it too, with what to do.
    let (plan, list) = (place.run(&["backup", "plan"]), place.run(&["carrier", "list"]));
    assert_eq!((code(&plan), code(&list)), (2, 0), "{}", out(&plan));
    let log = place.run(&["carrier", "custody"]);
    assert_eq!(code(&log), 0, "{}", out(&log));
    for said in [out(&plan), out(&list), out(&log)] {
        let words = "[carriers.spoiled] носитель Н-2: набор периода от ";
        assert!(said.contains(words) && said.contains("сверка нашла расхождения; запишите копию ещё раз"), "{said}");
    }
    // It is there, spoiled: neither the plan nor the list says that it is missing or good.
    let words = "верна только на одном носителе из двух: на Н-2 она повреждена";
    assert!(out(&plan).contains(words) && !out(&plan).contains("её нет на Н-2"), "{}", out(&plan));
    let listed = place.run(&["backup", "list"]);
    assert!(out(&listed).contains("Н-1, Н-2 (повреждена)"), "{}", out(&listed));
    // A restore that fails names this carrier and the other one of the copy, whichever of them is the second.
    let again = place.path("again");
    let lost = typed(&["--dir", &place.path("house"), "restore", &disk, "--to", &again, "--code", "-"], &envelope);
    assert_eq!(code(&lost), 1, "{}{}", out(&lost), said(&lost));
    let words = "Это носитель Н-2: возьмите эту копию с другого её носителя, Н-1;";
    assert!(out(&lost).contains(words) && !PathBuf::from(&again).exists(), "{}", out(&lost));
    let rehearsed = typed(&["--dir", &place.path("house"), "restore", &disk, "--rehearse", "--code", "-"], &envelope);
    assert_eq!(code(&rehearsed), 1, "{}{}", out(&rehearsed), said(&rehearsed));
    assert!(out(&rehearsed).contains("код доступа введён, но копия повреждена"), "{}", out(&rehearsed));
    assert!(!out(&rehearsed).contains("не вводили"), "the code was given: {}", out(&rehearsed));
}

//! How long 25 years of one school take to a carrier and back, and in how much memory.
//!
//! `cargo bench --bench carriers` makes a house of gigabytes (some minutes, 8 GB of disk), copies it, reads the copy back and restores it;
//! GNU time says what each command took. Exit 1 when the restore takes longer than its bound.

#![allow(clippy::expect_used, missing_docs)] // a bench may fall over

#[path = "../tests/disks/mod.rs"]
mod disks;
#[path = "../tests/story/house.rs"]
#[allow(dead_code)] // the houses of the records' stories; a bench needs one of them
mod house;
#[path = "../tests/story/intruder.rs"]
#[allow(dead_code)] // what the houses' stories change behind the program's back
mod intruder;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::flow::{carriers, people};

use house::{Bundle, House, after, tell};
use intruder::Intruder;

/// Years of keeping of a summary sheet.
const YEARS: u32 = 25;
/// Bytes of issued and sealed copies a year: with its pages a school of 44 classes comes to some 80 MB.
const FILES_A_YEAR: usize = 60;
const FILE_BYTES: usize = 1_000_000;

/// The restore's own bound (issue 4): ten minutes on two cores.
const LONGEST_SECONDS: u64 = 600;

fn main() {
    tell(async {
        let house = House::with_journal().await;
        let grades: Vec<(u8, char)> =
            (1..=11).flat_map(|grade| ['А', 'Б', 'В', 'Г'].map(|letter| (grade, letter))).collect();
        let spec = GeneratorSpec { classes: grades, learners_per_class: 27, spread: 0, seed: 7, year_start: 2024 };
        let began = Instant::now();
        house.import(&Bundle(generate::generate(&spec)), false).await.expect("an import");
        println!("один год, 44 класса: импорт {} с", began.elapsed().as_secs());
        clone_years(&house).await;
        let mut noise = 0x9E37_79B9_7F4A_7C15_u64;
        for no in 0..YEARS as usize * FILES_A_YEAR {
            let mut bytes = Vec::with_capacity(FILE_BYTES);
            while bytes.len() < FILE_BYTES {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                bytes.extend(noise.to_le_bytes());
            }
            std::fs::write(house.root.join(format!("issued/year-{no:05}.pdf")), bytes).expect("a file");
        }
        let code = furnish(&house).await;
        let disk = house.outside("disk1");
        let root = house.root.to_string_lossy().into_owned();
        let to = house.outside("back");
        let to = to.to_string_lossy();
        run(&["--dir", &root, "backup"], "");
        run(&["--dir", &root, "verify-backup", &disk.to_string_lossy()], "");
        let seconds = run(&["restore", &disk.to_string_lossy(), "--to", &to, "--code", "-"], &code);
        println!("restore: {seconds} s of {LONGEST_SECONDS} s");
        assert!(seconds <= LONGEST_SECONDS, "the restore took longer than its bound");
    });
}

/// The year of the import under 24 other names: the database of 25 years without 25 imports.
async fn clone_years(house: &House) {
    let began = Instant::now();
    let intruder = Intruder::at(&house.root).await;
    let columns = |table: &str| {
        format!(
            "select group_concat(name, ', ') from pragma_table_info('{table}') where name not in ('school', 'year')"
        )
    };
    for table in [
        "periods",
        "staff",
        "classes",
        "learners",
        "courses",
        "group_members",
        "lessons",
        "marks",
        "absences",
        "final_marks",
        "decisions",
    ] {
        let names = intruder.ask(&columns(table)).await.remove(0);
        for year in 0..YEARS - 1 {
            let name = format!("{}/{}", 1999 + year, 2000 + year);
            intruder
                .run(&format!("insert into {table} (school, year, {names}) select school, '{name}', {names} from {table} where year = '2024/2025'"))
                .await;
        }
    }
    println!(
        "база данных {YEARS} лет: {} с, {} МБ",
        began.elapsed().as_secs(),
        megabytes(&house.root.join("letopis.db"))
    );
}

fn megabytes(path: &std::path::Path) -> u64 {
    std::fs::metadata(path).map_or(0, |told| told.len()) / 1_000_000
}

async fn furnish(house: &House) -> String {
    let disks = [1, 2].map(|no| house.outside(&format!("disk{no}")));
    disks::put_on_the_books(house, &disks, &after(30)).await;
    let roster = house.db.load_roster("2024/2025").await.expect("a roster");
    let director = roster.staff.iter().find(|person| person.has_role("director")).expect("a director").id.clone();
    let act = letopis::flow::Act { by: director.clone(), ..after(32) };
    let visitor = people::visitor(house, &director, true, act.at.date_naive()).await.expect("a visitor");
    carriers::undertake(house, &visitor, &act).await.expect("an undertaking");
    carriers::make_code(house, &act).await.expect("a code").1
}

/// Runs the program under GNU time and prints what both said; the seconds that it took.
fn run(arguments: &[&str], input: &str) -> u64 {
    let began = Instant::now();
    let mut child = Command::new("/usr/bin/time")
        .args(["-f", "всего %e с, процессор %U + %S с, память не больше %M КБ", env!("CARGO_BIN_EXE_letopis")])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("GNU time and the program run");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("typed");
    let output = child.wait_with_output().expect("it ends");
    println!(
        "letopis {}\n{}{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success());
    began.elapsed().as_secs()
}

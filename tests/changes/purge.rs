//! No purge anywhere: no SQL of the program deletes, changes or empties what only grows, and no migration takes a guard away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tables that only grow: guards on both engines refuse to change or delete their rows.
const GROWING: [&str; 64] = [
    "access_notes",
    "appointment_readings",
    "archive_checks",
    "archive_transfers",
    "backup_carriers",
    "backup_checks",
    "backup_prunings",
    "backups",
    "breaks",
    "bundles",
    "carrier_codes",
    "carrier_lines",
    "carrier_places",
    "carrier_undertakings",
    "carriers",
    "certificates",
    "changes",
    "checkpoints",
    "closures",
    "compromises",
    "custody_drops",
    "custody_orders",
    "custody_steps",
    "custody_trips",
    "data_checks",
    "file_plan",
    "file_plan_closings",
    "foreign_signatures",
    "handover_signatures",
    "handovers",
    "imports",
    "kept_statements",
    "log_entries",
    "outage_facts",
    "outages",
    "paper_closings",
    "paper_closings_further",
    "paper_copies",
    "paper_extract_handings",
    "paper_extracts",
    "paper_facts",
    "paper_families",
    "paper_late_entries",
    "paper_register",
    "paper_stages",
    "policies",
    "recalls",
    "refusals",
    "register",
    "remarks",
    "revocations",
    "scan_decisions",
    "scan_files",
    "scan_graves",
    "scan_looks",
    "scan_pages",
    "sheet_receipts",
    "snapshots",
    "statements",
    "supplement_ends",
    "supplements",
    "training_steps",
    "void_decisions",
    "volume_numberings",
];

/// Tables whose rows may change or go: the journal and the set-up until they are locked, sessions and queues, and what has guards of its own
/// (copies, tokens, accounts, closed years).
const CHANGING: &[&str] = &[
    "absences",
    "accounts",
    "acquaintances",
    "appointments",
    "attempts",
    "bells",
    "calendar_days",
    "classes",
    "closed_years",
    "consents",
    "content_gaps",
    "control_works",
    "copies",
    "counters",
    "course_details",
    "courses",
    "curriculum",
    "decisions",
    "earlier_teachers",
    "employments",
    "entries",
    "events",
    "final_marks",
    "foreign_marks",
    "group_members",
    "guardian_learners",
    "guardians",
    "house_marks",
    "idempotency",
    "individual_plans",
    "jobs",
    "learners",
    "lessons",
    "letters",
    "link_codes",
    "log_head",
    "mail_addresses",
    "marks",
    "notices",
    "office_requisites",
    "oidc_flows",
    "oidc_links",
    "orders",
    "periods",
    "personal_files",
    "plan_topics",
    "recovery_codes",
    "regimes",
    "reminders",
    "rooms",
    "scan_comparisons",
    "schools",
    "seen_sheets",
    "sessions",
    "staff",
    "stays",
    "teaching_load",
    "timetable",
    "tokens",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Words of a text that would do away with rows of a table that only grows.
fn purges(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let grows = |word: &String| GROWING.contains(&word.as_str());
    let three = words.windows(3).filter(|three| match [three[0].as_str(), three[1].as_str()] {
        ["delete", "from"] | ["truncate", "table"] | ["drop", "table"] => grows(&three[2]),
        ["update", _] => grows(&three[1]) && three[2] == "set",
        ["truncate", _] => grows(&three[1]),
        ["drop", "trigger"] | ["disable", "trigger"] => true,
        _ => false,
    });
    three.map(|three| three.join(" ")).collect()
}

/// A guard may be set anew under its own name only: every one that a text drops, it makes again.
fn sets_anew(text: &str) -> bool {
    let names = |words: &str| -> BTreeSet<String> {
        let parts = text.split(words).skip(1);
        parts.filter_map(|rest| rest.split_whitespace().next()).map(|name| name.trim_matches(';').to_owned()).collect()
    };
    let (gone, made) = (names("drop trigger if exists "), names("create trigger if not exists "));
    gone.len() == text.matches("drop trigger").count() && gone.is_subset(&made)
}

#[test]
fn nothing_in_the_program_deletes_from_history_log_or_register() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("src"), &mut found);
    files(&root.join("migrations"), &mut found);
    assert!(found.len() > 100, "the tree was read");
    for path in found {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // A restore fills a new file or an empty database, where lawful rows come in another order: there alone the guards stand aside.
        let lawful = path.ends_with("store/dump.rs") || sets_anew(&text);
        let found: Vec<String> = purges(&text).into_iter().filter(|one| !(lawful && one.contains("trigger"))).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn a_guard_that_is_dropped_and_not_made_again_is_seen() {
    assert!(sets_anew("drop trigger if exists a_b;\ncreate trigger if not exists a_b before delete on a"));
    assert!(!sets_anew("drop trigger if exists a_b;\ncreate trigger if not exists a_c before delete on a"));
    assert!(!sets_anew("drop trigger a_b;"));
}

#[test]
fn a_planted_purge_is_seen() {
    for sql in [
        "DELETE FROM changes where seq < 5",
        "update log_entries\n set payload = ''",
        "truncate changes cascade",
        "drop table checkpoints;",
        "drop trigger changes_no_delete",
    ] {
        assert_eq!(purges(sql).len(), 1, "{sql}");
    }
    assert_eq!(purges("update log_head set size = 1; delete from marks"), Vec::<String>::new());
}

/// Names that stand behind some words in the texts of a folder whose names end so.
fn named_after(folder: &str, ending: &str, words: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    let texts = found.iter().filter(|path| path.to_string_lossy().ends_with(ending));
    let texts: String = texts.map(|path| std::fs::read_to_string(path).expect("a text")).collect();
    let name =
        |rest: &str| rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next().map(str::to_owned);
    texts.split(words).skip(1).filter_map(name).collect()
}

#[test]
fn every_table_either_grows_under_guards_of_both_engines_or_is_known_to_change() {
    let tables = named_after("migrations", ".sql", "create table if not exists ");
    let tables: BTreeSet<String> = tables
        .into_iter()
        .chain(named_after("migrations", ".sql", "create table "))
        .filter(|name| name != "if")
        .collect();
    let listed: BTreeSet<String> = GROWING.iter().chain(CHANGING).map(|&name| name.to_owned()).collect();
    assert_eq!(tables, listed, "a new table stands in GROWING (with its guards) or in CHANGING");
    assert_eq!(GROWING.len() + CHANGING.len(), listed.len(), "no table stands in both");

    let growing: BTreeSet<String> = GROWING.iter().map(|&name| name.to_owned()).collect();
    let guarded = |engine: &str, ends: &str| -> BTreeSet<String> {
        let triggers = named_after("migrations/guards", engine, "create trigger if not exists ")
            .into_iter()
            .chain(named_after("migrations/guards", engine, "create or replace trigger "));
        triggers.filter_map(|name| name.strip_suffix(ends).map(str::to_owned)).collect()
    };
    let both: BTreeSet<String> =
        guarded("sqlite.sql", "_no_update").intersection(&guarded("sqlite.sql", "_no_delete")).cloned().collect();
    assert_eq!(both, growing, "SQLite");
    assert_eq!(guarded("postgres.sql", "_append_only"), growing, "PostgreSQL");
    assert_eq!(guarded("postgres.sql", "_no_truncate"), guarded_tables(), "PostgreSQL: truncation");
}

/// Tables of PostgreSQL whose rows have a guard of any kind: none of them may be emptied past it.
pub fn guarded_tables() -> BTreeSet<String> {
    [" update on ", " delete on "]
        .iter()
        .flat_map(|words| named_after("migrations/guards", "postgres.sql", words))
        .collect()
}

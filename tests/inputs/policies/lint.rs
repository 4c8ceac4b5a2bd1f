//! The lint on real regulations and on contradictions planted one by one.

use letopis::domain::lint::{self, Issue};
use letopis::domain::policy;

use super::presets::preset;

fn issues_after(old: &str, new: &str) -> Vec<Issue> {
    let text = policy::builtin("strict").expect("inside");
    assert!(text.contains(old), "strict no longer says {old:?}");
    let policy = policy::parse("my", &text.replacen(old, new, 1)).unwrap_or_else(|findings| panic!("{findings:#?}"));
    lint::lint(&policy)
}

/// The one issue of a policy with one thing planted: code, key, clauses.
fn only_issue(old: &str, new: &str) -> (&'static str, String, Vec<String>) {
    let mut issues = issues_after(old, new);
    assert_eq!(issues.len(), 1, "{issues:#?}");
    let issue = issues.remove(0);
    (issue.finding.code, issue.finding.place, issue.clauses)
}

fn of<'i>(issues: &'i [Issue], code: &str, key: &str) -> &'i Issue {
    let found = issues.iter().find(|issue| issue.finding.code == code && issue.finding.place == key);
    found.unwrap_or_else(|| panic!("no {code} of {key}: {issues:#?}"))
}

#[test]
fn chernushka_contradicts_itself_on_written_works_and_both_clauses_are_named() {
    let issues = lint::lint(&preset("chernushka-2018"));
    assert!(lint::finds(&issues));
    for key in ["deadline.written", "deadline.control"] {
        let issue = of(&issues, lint::CONTRADICTION, key);
        assert_eq!(issue.clauses, ["000 Рег 2.3", "000 Инс 5.2 г"]);
        for words in ["9 класс: 4 календарных дня", "3 календарных дня", "10–11 классы: 4", "5 календарных дней"]
        {
            assert!(issue.finding.message.contains(words), "{}", issue.finding.message);
        }
        assert!(!issue.finding.message.contains("2–8"), "where both say 3 days there is nothing to tell");
    }
}

#[test]
fn every_self_contradiction_known_of_the_regulations_is_found() {
    let found = |name: &str, code: &str, key: &str, clauses: &[&str]| {
        let issues = lint::lint(&preset(name));
        assert_eq!(of(&issues, code, key).clauses, clauses, "{name} {key}");
    };
    let (contradiction, ambiguous) = (lint::CONTRADICTION, lint::AMBIGUOUS);
    found("chernushka-2018", contradiction, "print.due_before_end", &["000 Инс 4.1", "000 Рег 3.6"]);
    found("chernushka-2018", contradiction, "print.by", &["000 Инс 4.3", "000 Инс 5.2 кл. рук. д", "000 План 2.3"]);
    found("chernushka-2018", contradiction, "archive.folder", &["000 Инс 4.7", "000 Рег 3.7"]);
    found("chernushka-2018", contradiction, "backup.media", &["000 Рег 3.4", "000 Инс 4.8"]);
    found("chernushka-2018", contradiction, "backup.by", &["000 Инс 4.8", "000 Инс 5.2 тех. спец. в"]);
    found("chernushka-2018", ambiguous, "backup.key_kept_by", &["000 Инс 5.2 секретарь в"]);
    found("chernushka-2018", ambiguous, "deadline.oral", &["000 Рег 2.3"]);
    found("kurskoe-2019", lint::ODD_DATE, "paper.enabled", &["001 п. 1", "001 п. 3"]);
    found("bauman", ambiguous, "backup.every", &["002 4.4"]);
    found("duties-moscow", contradiction, "seal.kind", &["003 Рук 5", "003 Рук 15"]);
}

#[test]
fn deadlines_after_the_print_date_and_after_the_periods_marks_are_found() {
    let issues = lint::lint(&preset("chernushka-2018"));
    assert_eq!(of(&issues, lint::AFTER_PRINT, "deadline.lesson").clauses, ["000 Рег 2.1", "000 Инс 4.1"]);
    assert_eq!(of(&issues, lint::AFTER_PRINT, "deadline.control").clauses, ["000 Рег 2.3", "000 Инс 4.1"]);
    let issues = lint::lint(&preset("duties-moscow"));
    assert_eq!(of(&issues, lint::AFTER_FINAL, "deadline.written").clauses, ["003 Уч 10", "003 Уч, право 1"]);
    assert!(issues.iter().all(|issue| issue.finding.code != lint::AFTER_PRINT), "30 June is after every deadline");
}

#[test]
fn what_a_regulation_leaves_to_another_document_is_undefined() {
    let issues = lint::lint(&preset("bauman"));
    let issue = of(&issues, lint::UNDEFINED, "deadline.written");
    assert_eq!(issue.clauses, ["002 4.2"]);
    assert!(issue.finding.message.contains("положение об отметке"), "{}", issue.finding.message);
    let issues = lint::lint(&preset("talitsa-2019"));
    assert_eq!(of(&issues, lint::UNDEFINED, "deadline.oral").clauses, ["004 п. 20"]);
    let issues = lint::lint(&preset("kurskoe-2019"));
    assert_eq!(of(&issues, lint::UNDEFINED, "deadline.homework").clauses, ["001 п. 5.2"]);
}

#[test]
fn the_strict_and_the_default_policy_are_clean() {
    for name in ["strict", "default"] {
        assert_eq!(lint::lint(&preset(name)), [], "{name}");
    }
}

#[test]
fn a_planted_second_clause_is_found_with_both_clauses() {
    let planted = "[audit]";
    let other = "[[other]]\nkey = \"parents.look\"\nvalue = 1\nunit = \"times_a_week\"\nclause = \"п. 9\"\n\n[audit]";
    let (code, key, clauses) = only_issue(planted, other);
    assert_eq!((code, key.as_str()), (lint::CONTRADICTION, "parents.look"));
    assert_eq!(clauses, ["000 Усл 5", "п. 9"]);
    // The same value under another clause contradicts nothing.
    assert_eq!(issues_after(planted, &other.replace("value = 1", "value = 2")), []);
    // A second clause on one of the first keys is told in its own words.
    let first = "[[other]]\nkey = \"retention.period_copy\"\nvalue = \"10 лет\"\nclause = \"п. 9\"\n\n[audit]";
    let (code, _, clauses) = only_issue(planted, first);
    assert_eq!((code, clauses), (lint::CONTRADICTION, vec!["003 Рук 5".to_owned(), "п. 9".to_owned()]));
}

#[test]
fn two_rows_for_one_grade_are_a_contradiction_and_a_grade_without_a_row_is_undefined() {
    let old = "control = { value = 3, unit = \"calendar_days\", clause = \"003 Уч 9\" }";
    let twice = "control = [{ value = 3, unit = \"calendar_days\", clause = \"п. 1\" }, { grade_from = 9, grade_to = 9, value = 5, unit = \"calendar_days\", clause = \"п. 2\" }]";
    let (code, _, clauses) = only_issue(old, twice);
    assert_eq!((code, clauses), (lint::CONTRADICTION, vec!["п. 1".to_owned(), "п. 2".to_owned()]));
    let (code, key, _) =
        only_issue(old, "control = { grade_to = 9, value = 3, unit = \"calendar_days\", clause = \"п. 1\" }");
    assert_eq!((code, key.as_str()), (lint::UNDEFINED, "deadline.control"));
}

#[test]
fn marks_of_a_period_that_are_due_after_its_copy_are_found() {
    let old = "period_mark = { value = 1, unit = \"school_days\", clause = \"000 Инс 4.2\"";
    let (code, key, clauses) = only_issue(old, "period_mark = { value = 0, unit = \"school_days\", clause = \"п. 7\"");
    assert_eq!((code, key.as_str()), (lint::AFTER_PRINT, "deadline.period_mark"));
    assert_eq!(clauses, ["п. 7", "000 Инс 4.1"]);
}

#[test]
fn without_a_place_for_late_entries_the_strict_policy_is_not_clean_either() {
    let text = policy::builtin("strict").expect("inside");
    let (before, after) = text.split_once("[print.late_entries]").expect("a section");
    let (_, rest) = after.split_once("\n\n").expect("a section after it");
    let bare = format!("{before}{rest}\n\n[silent]\n\"print.late_entries\" = \"—\"\n");
    let policy = policy::parse("my", &bare).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let issues = lint::lint(&policy);
    assert!(issues.iter().any(|issue| issue.finding.code == lint::AFTER_PRINT), "{issues:#?}");
    assert!(issues.iter().any(|issue| issue.finding.code == lint::AFTER_FINAL), "{issues:#?}");
    assert!(issues.iter().any(|issue| issue.finding.code == lint::SILENT && issue.clauses.is_empty()));
}

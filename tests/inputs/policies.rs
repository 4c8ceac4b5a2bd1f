//! Policy files as a school's secretary meets them: what a good one says, and how each kind of mistake is named.
//!
//! A broken file is the built-in one with one line changed, so that every test shows the mistake and nothing else.

mod deadlines;
mod lint;
mod presets;
mod timeliness;

use letopis::domain::finding::Finding;
use letopis::domain::journal::PeriodKind;
use letopis::domain::policy::{self, AbsenceKind, Cadence, Demand, Policy, PrintDue, Stage};

fn default_text() -> &'static str {
    policy::builtin("default").expect("the default policy is inside the program")
}

fn default_policy() -> Policy {
    policy::parse("default", default_text()).expect("the default policy is right")
}

/// The findings of the built-in file with one piece of text replaced once.
fn findings_after(old: &str, new: &str) -> Vec<Finding> {
    assert!(default_text().contains(old), "the default policy no longer says {old:?}");
    policy::parse("my", &default_text().replacen(old, new, 1)).expect_err("the file is wrong")
}

/// The one finding of a file with one mistake, and the text of the line that it names.
fn only_finding(old: &str, new: &str) -> (Finding, String) {
    let text = default_text().replacen(old, new, 1);
    let mut findings = findings_after(old, new);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let finding = findings.remove(0);
    let line =
        finding.place.strip_prefix("archive-policies/my.toml, строка ").and_then(|line| line.parse::<usize>().ok());
    let named = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    (finding, named.to_owned())
}

#[test]
fn every_policy_inside_the_program_is_right() {
    for (name, text) in policy::BUILTIN {
        assert_eq!(policy::parse(name, text).map(|policy| policy.name), Ok((*name).to_owned()));
    }
    assert_eq!(policy::builtin("no-such"), None);
}

#[test]
fn the_default_policy_says_what_the_regulations_say() {
    let policy = default_policy();
    let stages = |route: &[policy::StageRule]| route.iter().map(|rule| rule.stage).collect::<Vec<_>>();
    assert_eq!(stages(&policy.period_route), Stage::ALL);
    assert_eq!(stages(&policy.summary_route), &Stage::ALL[1..]);
    assert_eq!((policy.keep_journal_years, policy.keep_summary_years), (5, 25));
    assert_eq!(policy.print_due, PrintDue::BeforeEnd(1));
    let each = |kind| Some(Cadence::Each(kind));
    assert_eq!((policy.cadence(9), policy.cadence(10)), (each(PeriodKind::Quarter), each(PeriodKind::HalfYear)));
    assert_eq!(policy.cadence(12), None);
    assert_eq!(policy.absence("н").map(|rule| rule.kind), Some(AbsenceKind::Unexplained));
    assert_eq!(policy.absence("Н").map(|rule| rule.kind), Some(AbsenceKind::Unexcused));
    assert_eq!(policy.completeness.final_mark, Demand::Required);
    assert_eq!(policy.completeness.homework, Demand::Warned);
    assert!(policy.mark_values.contains(&"1".to_owned()));
}

#[test]
fn every_value_is_shown_with_its_clause_and_every_number_with_its_unit() {
    let values = default_policy().values;
    assert!(values.iter().all(|value| !value.clause.is_empty()), "{values:#?}");
    let term = values.iter().find(|value| value.key == "retention.summary_sheet").expect("a term");
    assert_eq!((term.value.as_str(), term.unit.as_str(), term.clause.as_str()), ("25", "years", "003 Рук 5"));
    for key in
        ["regulation.title", "print.cadence.1-9", "route.period_copy.director", "codes.final.н/а", "completeness.topic"]
    {
        assert!(values.iter().any(|value| value.key == key), "{key} is not shown");
    }
}

#[test]
fn an_inline_table_says_the_same_as_a_long_one() {
    let long = "[retention.period_copy]\nvalue = 5\nunit = \"years\"\nclause = \"003 Рук 5\"\n\n[retention.summary_sheet]\nvalue = 25\nunit = \"years\"\nclause = \"003 Рук 5\"\n";
    let short = "[retention]\nperiod_copy = { value = 6, unit = \"years\", clause = \"п. 3\" }\nsummary_sheet = { value = 30, unit = \"years\", clause = \"п. 3\" }\n";
    assert!(default_text().contains(long));
    let policy = policy::parse("my", &default_text().replace(long, short)).expect("right");
    assert_eq!((policy.keep_journal_years, policy.keep_summary_years), (6, 30));
}

#[test]
fn the_digest_is_that_of_the_file_as_it_stands() {
    let other = policy::parse("default", &format!("{}\n# примечание\n", default_text())).expect("right");
    assert_ne!(other.digest, default_policy().digest);
}

/// One mistake a line: finding code, what stood there, what stands there now, a piece of the line named.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    (
        "policy.unknown-key",
        "[retention.summary_sheet]\nvalue = 25",
        "[retention.summary_sheet]\nvalue = 25\nclauses = \"п\"",
        "clauses",
    ),
    ("policy.missing-key", "title = \"Достоверность копии проверил: учитель\"\n", "", "[[route.period_copy]]"),
    ("policy.wrong-type", "value = 25", "value = \"25\"", "value = \"25\""),
    ("policy.impossible-value", "value = 25", "value = 4", "value = 4"),
    ("policy.unknown-word", "stage = \"deputy\"", "stage = \"deputi\"", "deputi"),
    ("policy.unknown-unit", "unit = \"years\"", "unit = \"year\"", "\"year\""),
    ("policy.duplicate-code", "code = \"зач\"", "code = \"осв\"", "осв"),
    ("policy.look-alike-letter", "code = \"О\"", "code = \"O\"", "\"O\""),
    ("policy.empty-clause", "clause = \"000 Инс 4.5\"", "clause = \" \"", "clause = \" \""),
    ("policy.empty", "title = \"Директор\"", "title = \"\"", "title = \"\""),
    ("policy.invalid-date", "in_force_from = 2025-09-01", "in_force_from = \"2025-13-01\"", "2025-13-01"),
    ("policy.dates-out-of-order", "# in_force_to = 2030-08-31", "in_force_to = 2025-08-31", "2025-08-31"),
    (
        "policy.route-order",
        "stage = \"class_teacher\"\ntitle = \"Достоверность",
        "stage = \"subject_teacher\"\ntitle = \"Достоверность",
        "[[route.period_copy]]",
    ),
    (
        "policy.route-without-director",
        "[[route.period_copy]]\nstage = \"director\"\ntitle = \"Директор\"\nclause = \"000 Инс 4.7\"\n",
        "",
        "[[route.period_copy]]",
    ),
    (
        "policy.stage-without-sheets",
        "[[route.summary_sheet]]",
        "[[route.summary_sheet]]\nstage = \"subject_teacher\"\ntitle = \"Учитель\"\nclause = \"п. 1\"\n\n[[route.summary_sheet]]",
        "[[route.summary_sheet]]",
    ),
    ("policy.grades-not-covered-once", "grade_to = 9", "grade_to = 10", "[[print.cadence]]"),
    (
        "policy.signature-kind-hidden",
        "ПОДПИСАНО НЕКВАЛИФИЦИРОВАННОЙ ЭЛЕКТРОННОЙ",
        "ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ",
        "ДОКУМЕНТ ПОДПИСАН",
    ),
    (
        "policy.due-stated-twice",
        "[print.by]",
        "[print.due_by]\nvalue = \"06-30\"\nunit = \"date\"\nclause = \"п. 1\"\n\n[print.by]",
        "[print.due_by]",
    ),
    ("policy.invalid-time", "homework = { value = 2,", "homework = { value = \"полтора\",", "полтора"),
    (
        "policy.silent-and-said",
        "[audit]",
        "[silent]\n\"homework.in_advance\" = \"—\"\n\n[audit]",
        "homework.in_advance",
    ),
    ("policy.syntax", "value = 25", "value = = 25", "value = = 25"),
];

#[test]
fn each_mistake_is_named_once_with_its_line() {
    for (code, old, new, line) in MISTAKES {
        let (finding, named) = only_finding(old, new);
        assert_eq!(finding.code, *code, "{finding}");
        assert!(named.contains(line), "{finding}\nnames the line {named:?}, not {line:?}");
    }
}

#[test]
fn no_finding_code_of_policies_lacks_a_test() {
    let sources = [
        include_str!("../../src/domain/policy/inherit.rs"),
        include_str!("../../src/domain/policy/reader.rs"),
        include_str!("../../src/domain/policy/rules.rs"),
        include_str!("../../src/domain/policy/said.rs"),
    ]
    .concat();
    for piece in sources.split("\"policy.").skip(1) {
        let code = format!("policy.{}", piece.split('"').next().unwrap_or_default());
        assert!(MISTAKES.iter().any(|(known, ..)| *known == code), "no test makes {code}");
    }
}

#[test]
fn a_slip_of_the_hand_is_answered_with_what_was_probably_meant() {
    for (old, new, meant) in [
        ("[retention.summary_sheet]", "[retention.sumary_sheet]", "summary_sheet"),
        ("kind = \"ill\"", "kind = \"il\"", "ill"),
        ("value = \"required\"", "value = \"requred\"", "required"),
        ("[seal.wording]", "[sael.wording]", "seal"),
    ] {
        let findings = findings_after(old, new);
        let meant = format!("вероятно, имелось в виду «{meant}»");
        assert!(findings.iter().any(|finding| finding.message.contains(&meant)), "{findings:#?}");
    }
}

#[test]
fn a_key_that_resembles_nothing_is_answered_without_a_guess() {
    let findings = findings_after("[seal.wording]", "[weather]\nrain = true\n[seal.wording]");
    assert!(findings.iter().all(|finding| !finding.message.contains("вероятно")), "{findings:#?}");
}

#[test]
fn impossible_numbers_say_what_is_possible() {
    for (new, expected) in [("value = 0", "от 1 до 75"), ("value = -5", "от 1 до 75"), ("value = 4", "не меньше 5")]
    {
        let findings = findings_after("value = 25", new);
        assert_eq!(
            findings.first().map(|finding| (finding.code, finding.expected.as_str())),
            Some(("policy.impossible-value", expected))
        );
    }
}

#[test]
fn a_code_that_could_be_read_in_two_ways_is_impossible() {
    for code in ["О/2", "н б", "/н", "5", "☺"] {
        let findings = findings_after("code = \"О\"", &format!("code = \"{code}\""));
        assert!(!findings.is_empty(), "{code} was taken");
    }
}

#[test]
fn a_latin_letter_is_named_with_its_russian_twin() {
    let (finding, _) = only_finding("code = \"Н\"", "code = \"H\"");
    assert!(finding.message.contains("латинская «H» вместо русской «Н»"), "{finding}");
    let (finding, _) = only_finding("meaning = \"зачтено\"", "meaning = \"зачтенo\"");
    assert!(finding.message.contains("«зачтенo»"), "{finding}");
}

#[test]
fn all_mistakes_of_a_file_come_at_once_in_the_order_of_its_lines() {
    let text = [
        ("value = 25", "value = 25\nclauses = \"п\""),
        ("stage = \"deputy\"", "stage = \"deputi\""),
        ("unit = \"school_days\"", "unit = \"days\""),
    ]
    .iter()
    .fold(default_text().to_owned(), |text, (old, new)| text.replacen(old, new, 1));
    let findings = policy::parse("my", &text).expect_err("three mistakes");
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["policy.unknown-unit", "policy.unknown-word", "policy.unknown-key"]);
}

#[test]
fn an_empty_file_lists_every_section_that_it_lacks() {
    let findings = policy::parse("my", "").expect_err("empty");
    assert_eq!(findings.len(), 8, "{findings:#?}");
    assert!(findings.iter().all(|finding| finding.place == "archive-policies/my.toml"));
}

#[test]
fn a_policy_once_used_is_never_edited() {
    use letopis::domain::canon::Digest;
    // A released file that changes by one byte would put another regulation under every record that names it. A new order is a new file.
    let released = [
        ("default", "6475237221da5587bb4a81721c31664554e23a13fb573792cd1a98a61467c006"),
        ("chernushka-2018", "49c2ac4c19e63daaf1c6d3f032d02bb2f7210cca5faa5bf72ff0d0945aa13891"),
        ("kurskoe-2019", "0fabdea4e0b137e887c1b950b09f596a135c6b73d958e5200c301f1322db6f4d"),
        ("bauman", "41d5fecd01f6941be40738145783da710c54233bfc194c42e05f4d7c7c00c1ca"),
        ("duties-moscow", "3819402843acccd49f1b1f4d787efe03ceff61dacb3b6889e466d3780dceb446"),
        ("talitsa-2019", "2b4156e04fb1e2e669898fb639fcf939af55d7667fdf5f4968c738e4d4067f24"),
        ("strict", "35b017fccf481a40ffdaca64b02567ed29f4d01cada190253940c991691cd8ec"),
    ];
    for (name, digest) in released {
        let text = policy::builtin(name).unwrap_or_else(|| panic!("{name} is gone: records name it"));
        assert_eq!(Digest::of(text.as_bytes()).to_hex(), digest, "{name} was edited: make a new file instead");
    }
    assert_eq!(policy::BUILTIN.len(), released.len(), "pin the new policy here when it is released");
}

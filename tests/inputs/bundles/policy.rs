//! A policy by hand: the usual scale and codes, and nothing that the bundle's checks do not look at; entries in Russian.

use letopis::domain::canon::Digest;
use letopis::domain::policy::{
    ALL_GRADES, AbsenceKind, AbsenceRule, CodeRule, Completeness, Demand, Policy, PrintDue, Said, Unit, Value,
};

/// Marks 2 to 5, «осв», «н/а», «безотм», absences н Б У Н О.
pub fn usual() -> Policy {
    let final_value = |code: &str| CodeRule { code: code.to_owned(), meaning: String::new() };
    let absence = |code: &str, kind| AbsenceRule { code: code.to_owned(), meaning: String::new(), kind };
    let everything = Demand::Required;
    let russian = Said {
        key: "journal.language".to_owned(),
        grades: ALL_GRADES,
        hours: None,
        profile: false,
        from: None,
        value: Value::Words(vec!["russian".to_owned()]),
        unit: Unit::None,
        clause: String::new(),
        note: String::new(),
    };
    Policy {
        name: "test".to_owned(),
        title: String::new(),
        order_number: String::new(),
        order_date: None,
        in_force_from: chrono::NaiveDate::MIN,
        in_force_to: None,
        digest: Digest::default(),
        print_cadence: Vec::new(),
        period_route: Vec::new(),
        summary_route: Vec::new(),
        mark_values: ["5", "4", "3", "2"].map(str::to_owned).to_vec(),
        final_values: ["осв", "н/а", "безотм"].map(final_value).to_vec(),
        absence_codes: vec![
            absence("н", AbsenceKind::Unexplained),
            absence("Б", AbsenceKind::Ill),
            absence("У", AbsenceKind::Excused),
            absence("Н", AbsenceKind::Unexcused),
            absence("О", AbsenceKind::Late),
        ],
        completeness: Completeness {
            final_mark: everything,
            topic: everything,
            absence_reason: everything,
            homework: everything,
            lessons: everything,
            decision: everything,
        },
        keep_journal_years: 5,
        keep_summary_years: 25,
        print_due: PrintDue::BeforeEnd(1),
        said: vec![russian],
        others: Vec::new(),
        silent: Vec::new(),
        signature_act: String::new(),
        signature_wording: String::new(),
        seal_wording: String::new(),
        values: Vec::new(),
    }
}

//! The declaration judged: what is in order is green, each fault turns its own line red, nothing is claimed on credit. Floor 0.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A house in which everything is as it should be.
fn good() -> Facts {
    Facts {
        today: day("2025-11-26"),
        sealed: 88,
        last_number: 88,
        reading: Some(Reading { on: day("2025-11-20"), listed: 88, faulty: 0 }),
        reading_due: Some(day("2030-11-20")),
        alarm: None,
        statements: 400,
        certificates: 40,
        strange: 0,
        order: "приказ от 26.06.2018 № 125".to_owned(),
        log_size: 900,
        log_root: "ab".repeat(32),
        checkpoint: Some((900, day("2025-11-20"))),
        late: 0,
        over: 88,
        uncopied: Vec::new(),
        undecided: 0,
        guards: Vec::new(),
        rooms: 2,
        covered: 88,
        backup: Some(day("2025-11-21")),
        rehearsal: Some((day("2025-11-21"), true)),
        rehearsal_due: Some(day("2026-02-21")),
        twins: Some(Twins { placed: 88, lonely: 0, unplaced: 0 }),
        termless: 0,
        keep_years: (5, 25),
        keep_said: true,
        plan: Some((2025, 12)),
    }
}

/// Requirements that a spoilt house does not meet.
fn red(spoil: impl FnOnce(&mut Facts)) -> Vec<&'static str> {
    let mut facts = good();
    spoil(&mut facts);
    judge(&facts).into_iter().filter(|line| !line.is_met()).map(|line| line.what).collect()
}

#[test]
fn a_house_in_order_meets_every_requirement_and_each_property_has_some() {
    let lines = judge(&good());
    assert!(lines.iter().all(Line::is_met), "{lines:?}");
    for property in Property::ALL {
        assert!(lines.iter().filter(|line| line.property == property).count() >= 3, "{property:?}");
    }
    assert!(lines.iter().all(|line| line.href.starts_with('/') && !line.shown.is_empty()));
}

#[test]
fn no_requirement_is_claimed_that_could_not_come_out_red() {
    let mut met: std::collections::BTreeSet<&str> = judge(&good()).iter().map(|line| line.what).collect();
    let spoilt = [
        red(|facts| facts.reading = Some(Reading { on: day("2025-11-20"), listed: 88, faulty: 1 })),
        red(|facts| facts.strange = 1),
        red(|facts| facts.checkpoint = Some((899, day("2025-11-20")))),
        red(|facts| facts.order.clear()),
        red(|facts| facts.late = 1),
        red(|facts| facts.uncopied.push("5А, I четверть".to_owned())),
        red(|facts| facts.undecided = 1),
        red(|facts| facts.alarm = Some(day("2025-11-25"))),
        red(|facts| facts.guards.push("register_no_update".to_owned())),
        red(|facts| facts.last_number = 89),
        red(|facts| facts.covered = 87),
        red(|facts| facts.twins = Some(Twins { placed: 87, lonely: 0, unplaced: 1 })),
        red(|facts| facts.rehearsal = Some((day("2025-11-21"), false))),
        red(|facts| facts.plan = None),
        red(|facts| facts.keep_said = false),
    ];
    for one in spoilt {
        assert_eq!(one.len(), 1, "one fault, one red line: {one:?}");
        met.remove(one[0]);
    }
    assert!(met.is_empty(), "no fault makes these red: {met:?}");
}

#[test]
fn what_fell_due_is_red_and_a_log_that_did_not_grow_owes_no_checkpoint() {
    assert_eq!(red(|facts| facts.reading_due = Some(facts.today)), ["Документ является тем, чем должен быть"]);
    assert_eq!(red(|facts| facts.rehearsal_due = Some(day("2025-11-25"))), ["Документ можно воспроизвести"]);
    // What is owed is led to the page where it is done.
    let lines = judge(&Facts { rehearsal: None, ..good() });
    let owed = lines.iter().find(|line| line.what == "Документ можно воспроизвести").unwrap();
    assert_eq!((owed.href, owed.page), ("/carriers/code", "Код доступа"));
    assert!(owed.todo.contains("на странице «Код доступа»"), "{}", owed.todo);
    assert!(red(|facts| facts.checkpoint = Some((900, day("2025-09-01")))).is_empty());
    assert!(red(|facts| facts.checkpoint = Some((890, day("2025-11-25")))).is_empty(), "yesterday's is fresh");
    let rolled_back = red(|facts| facts.checkpoint = Some((901, day("2025-11-26"))));
    assert_eq!(rolled_back, ["Документ создан в то время, которое в нём обозначено"]);
    assert!(red(|facts| facts.twins = None).is_empty(), "paper may be abolished");
}

#[test]
fn an_empty_house_claims_nothing() {
    let facts = Facts {
        sealed: 0,
        last_number: 0,
        reading: None,
        reading_due: None,
        statements: 0,
        certificates: 0,
        order: String::new(),
        checkpoint: None,
        over: 0,
        covered: 0,
        backup: None,
        rehearsal: None,
        rehearsal_due: None,
        twins: Some(Twins { placed: 0, lonely: 0, unplaced: 0 }),
        plan: None,
        keep_said: false,
        ..good()
    };
    let met: Vec<&str> = judge(&facts).into_iter().filter(Line::is_met).map(|line| line.what).collect();
    assert_eq!(met, ["Документ защищён от несанкционированного изменения"], "the guards are there from the start");
}

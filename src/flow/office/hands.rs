//! Whose word counts for paper: the head's for ink and stamp, the other side's for what is entered into the register. Floor 2.

use crate::domain::people::Visitor;
use crate::domain::policy::{Policy, Value};
use crate::domain::rights::{Role, role_of};
use crate::domain::snapshot::CopyKind;
use crate::flow::{Act, Error, House, people};

/// May who keeps the register enter what the own hand printed, with no handover before? Where the rules keep no journal of handovers, or give
/// the printing to an office of that person (002 4.5). Else somebody hands the copy over, and both sides sign (000 Инс 5.2 зам. б).
pub fn enters_own_print(policy: &Policy, kind: CopyKind, clerk: &Visitor) -> bool {
    if policy.first("registers.kept").is_none_or(|said| !said.has("handover")) {
        return true;
    }
    let key = match kind {
        CopyKind::PeriodCopy => "print.by",
        CopyKind::SummarySheet => "print.summary_by",
    };
    match policy.first(key).map(|said| &said.value) {
        Some(Value::Words(words)) => words.iter().filter_map(|word| role_of(word)).any(|role| clerk.holds(role)),
        _ => true,
    }
}

/// Is the person the head today, acting or not? The signature in ink is the head's own, and the school's stamp stands beside it.
pub(super) async fn is_head(house: &House, act: &Act) -> Result<bool, Error> {
    Ok(people::visitor(house, &act.by, true, act.at.date_naive()).await?.holds(Role::Director))
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;
    use crate::domain::people::{Office, Reach};
    use crate::domain::policy::{builtin, parse};

    #[test]
    fn an_own_print_is_entered_without_a_handover_only_where_the_rules_give_the_printing_to_the_office() {
        let enters = |preset: &str, kind: CopyKind, role: Role| {
            let policy = parse(preset, builtin(preset).expect("a preset")).expect("a policy");
            let office = Office { role, reach: Reach::School, acting: false, order: String::new() };
            let clerk = Visitor {
                account: "T03".to_owned(),
                name: String::new(),
                offices: vec![office],
                second_factor: true,
                rules: std::sync::Arc::default(),
            };
            enters_own_print(&policy, kind, &clerk)
        };
        let (copy, sheet) = (CopyKind::PeriodCopy, CopyKind::SummarySheet);
        for preset in ["default", "strict", "chernushka-2018"] {
            assert!(!enters(preset, copy, Role::Secretary), "{preset}: another prints and hands in");
            assert!(enters(preset, copy, Role::JournalKeeper), "{preset}");
            assert!(enters(preset, sheet, Role::Secretary), "{preset}: the office prints the summary sheet itself");
        }
        assert!(enters("bauman", copy, Role::Secretary), "the secretary prints, and no journal of handovers is kept");
    }
}

//! What a school's rules say of rights: acts that a clause gives to named offices, laid over the matrix. Floor 0.
//!
//! A policy comes in as a value, the one in force on the day. What its regulation says itself binds: offices that it names may, others may
//! not. Where the regulation keeps silent, nobody loses what the matrix gives, and those whom the default rules name gain it.

use super::matrix::{Grant, Why, table};
use super::{Action, Role};
use crate::domain::policy::{Policy, Value};
use crate::domain::words::{capitalised, clause_words};

/// The key of a policy and the acts that its people are about, in the order of [`Rules::clauses`].
pub const GIVEN: [(&str, &[Action]); 5] = [
    ("people.edit_by", &[Action::EditLearners]),
    ("access.issued_by", &[Action::IssueStaffCredentials, Action::IssueFamilyCredentials]),
    ("substitution.recorded_by", &[Action::RecordSubstitution]),
    ("year.promoted_by", &[Action::CloseYear]),
    ("groups.composed_by", &[Action::SetGroups]),
];

/// Whom one clause names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    roles: Vec<Role>,
    clause: String,
    /// Does the school's own regulation say it?
    own: bool,
    /// Does it name ЕСИА, which is no office?
    by_state: bool,
}

/// The clauses of a policy that give acts to offices. The default has none: the matrix as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    clauses: [Option<Clause>; 5],
    /// The house is being set up: no period of it was closed yet.
    beginning: bool,
}

/// The office that a word of the rules names; none for what is outside of the school. The house is connected with ЕСИА by its administrator.
pub fn role_of(word: &str) -> Option<Role> {
    match word {
        "subject_teacher" => Some(Role::SubjectTeacher),
        "responsible" => Some(Role::JournalKeeper),
        "hr_specialist" => Some(Role::HumanResources),
        "esia" => Some(Role::Administrator),
        other => Role::parse(other),
    }
}

impl Rules {
    /// The clauses of a policy. `beginning`: no period of the house was closed yet, so that its administrator may still bring in by hand
    /// whatever the first year lacks.
    pub fn of(policy: &Policy, beginning: bool) -> Self {
        let clause = |key: &str| {
            let said = policy.first(key)?;
            let Value::Words(words) = &said.value else { return None };
            let mut roles: Vec<Role> = words.iter().filter_map(|word| role_of(word)).collect();
            // SEC-06: no rule of a school brings families to the functions of staff.
            roles.retain(|role| !matches!(role, Role::Learner | Role::Parent | Role::Inspector));
            roles.sort_unstable();
            roles.dedup();
            let by_state = words.iter().any(|word| word == "esia");
            Some(Clause { roles, clause: said.clause.clone(), own: policy.is_said(key), by_state })
        };
        Self { clauses: GIVEN.map(|(key, _)| clause(key)), beginning }
    }

    fn clause_of(&self, action: Action) -> Option<&Clause> {
        let at = GIVEN.iter().position(|(_, actions)| actions.contains(&action))?;
        self.clauses[at].as_ref()
    }

    /// The clause that binds an action: empty where the matrix alone decides.
    pub fn clause(&self, action: Action) -> &str {
        // One clause speaks of everybody's way in. The staff's is the administrator's by the matrix, whatever it says of families (SEC-05): it binds
        // there only when it names somebody else.
        let is_of_matrix = |role: &Role| matches!(role, Role::Administrator | Role::ClassTeacher);
        let binds = |clause: &&Clause| {
            clause.own && (action != Action::IssueStaffCredentials || !clause.roles.iter().all(is_of_matrix))
        };
        self.clause_of(action).filter(binds).map_or("", |clause| &clause.clause)
    }

    /// What a role may do with an action, the rules laid over the matrix.
    pub(super) fn laid_over(&self, role: Role, action: Action) -> Grant {
        let printed = table(role, action);
        // Who edits the learners' data finds them: lists of classes open with the right to change them.
        if action == Action::ReadRoster && printed == Grant::Never {
            let edits = self.clause_of(Action::EditLearners).is_some_and(|clause| clause.roles.contains(&role));
            return if edits { Grant::Kept } else { printed };
        }
        let Some(clause) = self.clause_of(action) else { return printed };
        // Class teachers let families in, never staff (SEC-05).
        let of_school = action == Action::IssueStaffCredentials;
        let named = clause.roles.contains(&role) && !(of_school && role == Role::ClassTeacher);
        // The chain of credentials begins with the administrator in every school: who else would let in the first deputy.
        let begins = role == Role::Administrator && (of_school || self.beginning);
        // A year is closed by the head's order; whom a clause names besides carries it out.
        let orders = role == Role::Director && action == Action::CloseYear;
        match printed {
            Grant::Never if named => Grant::Own,
            printed if named || begins || orders || !clause.own => printed,
            _ => Grant::Never,
        }
    }

    /// Who does an action by the school's rules, as the page of it says: «По правилам школы это делают: секретарь (Положение 002, п. 4.5).»; empty where
    /// no clause speaks of it.
    pub fn given(&self, action: Action) -> String {
        let Some(clause) = self.clause_of(action) else { return String::new() };
        // Whom only the beginning lets in is named once, in a sentence of its own.
        let settled = Self { beginning: false, ..self.clone() };
        let roles: Vec<&str> = settled.may(action).map(Role::as_russian).collect();
        let begins = if self.may(action).count() > roles.len() {
            " Пока школу заводят и ни один период не закрыт, вносит и администратор."
        } else {
            ""
        };
        let said = clause_words(&clause.clause);
        match clause.own {
            true => format!("По правилам школы это делают: {} ({said}).{begins}", roles.join(", ")),
            false => format!("Это могут: {} ({said}).", roles.join(", ")),
        }
    }

    /// Roles that may do an action at all.
    pub fn may(&self, action: Action) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.laid_over(*role, action) != Grant::Never)
    }

    /// Who may do an action, in words: «администратор, директор или заместитель директора».
    pub fn who(&self, action: Action) -> String {
        let roles: Vec<&str> = self.may(action).map(Role::as_russian).collect();
        match roles.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} или {last}", rest.join(", ")),
            _ => roles.concat(),
        }
    }

    /// What a teacher without a course reads on the first screen and in the journal.
    pub fn without_courses(&self) -> String {
        format!("Курсы вам ещё не назначены: их назначает {}.", self.who(Action::ChangeCurriculum))
    }

    /// How learners and parents get in where class teachers give them nothing, as adoption, checklist and refusal say it; empty where class
    /// teachers do.
    pub fn families(&self) -> String {
        let action = Action::IssueFamilyCredentials;
        if self.may(action).any(|role| role == Role::ClassTeacher) {
            return String::new();
        }
        let who = self.who(action);
        match self.clause_of(action).is_some_and(|clause| clause.by_state) {
            true => format!(
                "родители и ученики входят через ЕСИА (Госуслуги), классный руководитель логинов не выдаёт; листки для входа печатает {who}"
            ),
            false => format!("логины родителям и ученикам выдаёт {who}, классный руководитель их не выдаёт"),
        }
    }

    /// Do families come in by ЕСИА, so that a password is for those who have none?
    pub fn families_by_state(&self) -> bool {
        let action = Action::IssueFamilyCredentials;
        !self.families().is_empty() && self.clause_of(action).is_some_and(|clause| clause.by_state)
    }

    /// A refusal as people read it: why not, by which clause, and who could.
    pub fn refusal(&self, action: Action, why: Why) -> String {
        let clause = match why {
            Why::NotByRules => format!(" ({})", clause_words(self.clause(action))),
            _ => String::new(),
        };
        let said = capitalised(why.as_russian());
        let roles: Vec<&str> = self.may(action).map(Role::as_russian).collect();
        let families = match (action, self.families()) {
            (Action::IssueFamilyCredentials, families) if !families.is_empty() => {
                format!(" По правилам школы {families}.")
            }
            _ => String::new(),
        };
        format!("{said}{clause}.{families} Сюда ведут должности: {}.", roles.join(", "))
    }

    /// The lines under the printed matrix: which acts the rules give to whom.
    pub fn printed(&self) -> String {
        let line = |action: &Action| {
            let clause = self.clause_of(*action)?;
            let source = if clause.own { "" } else { "положение молчит; " };
            let roles: Vec<&str> = self.may(*action).map(Role::as_russian).collect();
            Some(format!("  {}: {} — {source}{}\n", action.as_russian(), roles.join(", "), clause.clause))
        };
        let lines: String = GIVEN.iter().flat_map(|(_, actions)| actions.iter()).filter_map(line).collect();
        if lines.is_empty() { lines } else { format!("\nПоручено правилами школы:\n{lines}") }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::{Decision, Standing, decide, grant};
    use super::*;
    use crate::domain::policy::{builtin, parse};

    fn rules(preset: &str, beginning: bool) -> Rules {
        Rules::of(&parse(preset, builtin(preset).unwrap()).unwrap(), beginning)
    }

    /// Roles that may, as words.
    fn may(preset: &str, action: Action) -> String {
        rules(preset, false).may(action).map(Role::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_may_is_said_in_words() {
        let rules = Rules::default();
        assert_eq!(rules.who(Action::ChangeCurriculum), "администратор, директор или заместитель директора");
        assert_eq!(rules.who(Action::ImportData), "администратор или ответственный за ведение электронного журнала");
        assert_eq!(rules.who(Action::IssueStaffCredentials), "администратор");
    }

    #[test]
    fn each_regulation_gives_learners_data_to_whom_its_clause_names() {
        let named = |preset| may(preset, Action::EditLearners);
        assert_eq!(named("chernushka-2018"), "class_teacher");
        assert_eq!(named("kurskoe-2019"), "class_teacher");
        assert_eq!(named("bauman"), "secretary");
        assert_eq!(named("duties-moscow"), "administrator class_teacher");
        assert_eq!(named("talitsa-2019"), "administrator assistant secretary human_resources");
        assert_eq!(named("default"), "class_teacher secretary");
        // Orders of movement are carried out by the office in every school: the clause speaks of data (000 Инс 5.2, 002 4.5).
        for (preset, _) in crate::domain::policy::BUILTIN {
            assert_eq!(may(preset, Action::ChangeMovement), "administrator assistant director secretary", "{preset}");
        }
        let reads = |preset| grant(Role::HumanResources, Action::ReadRoster, &rules(preset, false));
        assert_eq!((reads("talitsa-2019"), reads("bauman")), (Grant::Kept, Grant::Never));
    }

    #[test]
    fn credentials_of_families_come_from_whom_the_clause_names_and_those_of_staff_from_the_administrator() {
        let families = |preset| may(preset, Action::IssueFamilyCredentials);
        assert_eq!(families("chernushka-2018"), "administrator");
        assert_eq!(families("kurskoe-2019"), "administrator");
        assert_eq!(families("bauman"), "administrator class_teacher");
        assert_eq!(families("duties-moscow"), "class_teacher");
        assert_eq!(families("talitsa-2019"), "administrator");
        for (preset, _) in crate::domain::policy::BUILTIN {
            assert_eq!(may(preset, Action::IssueStaffCredentials), "administrator", "{preset}");
        }
        // The clause of families refuses nobody the staff's way in: that is the matrix's.
        let bauman = rules("bauman", false);
        let decided = decide(Role::ClassTeacher, Action::IssueStaffCredentials, Standing::Own, &bauman);
        assert_eq!(decided, Decision::Refused(Why::NotTheOffice));
        assert_eq!(
            bauman.refusal(Action::IssueStaffCredentials, Why::NotTheOffice),
            "Ваша должность не даёт права на это действие. Сюда ведут должности: администратор."
        );
        // Where class teachers give families nothing, that is said in words, in the refusal too.
        let said = |preset| rules(preset, false).families();
        let by_state = "родители и ученики входят через ЕСИА (Госуслуги), классный руководитель логинов не выдаёт";
        assert!(said("chernushka-2018").starts_with(by_state) && said("talitsa-2019").starts_with(by_state));
        assert!(said("kurskoe-2019").starts_with("логины родителям и ученикам выдаёт администратор"));
        assert!(said("bauman").is_empty() && said("duties-moscow").is_empty() && said("default").is_empty());
        let by_state = |preset| rules(preset, false).families_by_state();
        assert!(by_state("chernushka-2018") && by_state("talitsa-2019"));
        assert!(!by_state("kurskoe-2019") && !by_state("bauman") && !by_state("default"));
        let refused = rules("chernushka-2018", false).refusal(Action::IssueFamilyCredentials, Why::NotByRules);
        assert!(refused.contains("входят через ЕСИА") && refused.contains("(Инструкция 000, п. 3.1)"), "{refused}");
        let other = rules("chernushka-2018", false).refusal(Action::ChangePolicy, Why::NotTheOffice);
        assert!(!other.contains("ЕСИА"), "{other}");
    }

    #[test]
    fn a_substitution_is_recorded_and_a_year_closed_by_whom_the_clause_names() {
        let recorded = |preset| may(preset, Action::RecordSubstitution);
        assert_eq!(recorded("chernushka-2018"), "teacher");
        assert_eq!(recorded("kurskoe-2019"), "deputy");
        assert_eq!(recorded("bauman"), "teacher");
        assert_eq!(recorded("duties-moscow"), "deputy teacher");
        // 004 keeps silent: the matrix, and those whom the default rules name beside it.
        assert_eq!(recorded("talitsa-2019"), "director deputy teacher");
        let closes = |preset| may(preset, Action::CloseYear);
        assert_eq!(closes("bauman"), "director deputy");
        for silent in ["chernushka-2018", "kurskoe-2019", "duties-moscow", "talitsa-2019"] {
            assert_eq!(closes(silent), "administrator director deputy", "{silent}");
        }
    }

    #[test]
    fn groups_are_composed_by_whom_the_clause_names_and_by_the_administrator_of_a_house_that_begins() {
        let composes = |preset| may(preset, Action::SetGroups);
        assert_eq!(composes("kurskoe-2019"), "class_teacher");
        assert_eq!(composes("bauman"), "class_teacher teacher");
        assert_eq!(composes("duties-moscow"), "deputy class_teacher");
        // 000 and 004 keep silent: the matrix, and the teachers whom the default rules name beside it.
        for silent in ["chernushka-2018", "talitsa-2019"] {
            assert_eq!(composes(silent), "administrator director deputy class_teacher teacher", "{silent}");
        }
        let begins = grant(Role::Administrator, Action::SetGroups, &rules("bauman", true));
        let runs = grant(Role::Administrator, Action::SetGroups, &rules("bauman", false));
        assert_eq!((begins, runs), (Grant::Own, Grant::Never));
        let said = rules("bauman", false).given(Action::SetGroups);
        assert_eq!(
            said,
            "По правилам школы это делают: классный руководитель, учитель-предметник (Положение 002, п. 4.1, 4.2)."
        );
        assert!(
            rules("chernushka-2018", false).given(Action::SetGroups).starts_with("Это могут: администратор, директор")
        );
        assert_eq!(rules("bauman", false).given(Action::ReadPolicy), "");
        let said = rules("bauman", true).given(Action::EditLearners);
        assert!(said.ends_with("вносит и администратор."), "{said}");
        assert_eq!(said.matches("администратор").count(), 1, "named once: {said}");
    }

    #[test]
    fn a_refusal_names_the_clause_and_who_could() {
        let bauman = rules("bauman", false);
        let decided = decide(Role::Administrator, Action::CloseYear, Standing::Own, &bauman);
        assert_eq!(decided, Decision::Refused(Why::NotByRules));
        let said = bauman.refusal(Action::CloseYear, Why::NotByRules);
        assert_eq!(
            said,
            "Правила школы поручают это другим (Положение 002, п. 4.3). Сюда ведут должности: директор, заместитель директора."
        );
        assert!(
            decide(Role::Director, Action::CloseYear, Standing::Own, &bauman).is_allowed(),
            "the order is the head's"
        );
        let talitsa = rules("talitsa-2019", false);
        assert!(decide(Role::Administrator, Action::CloseYear, Standing::Own, &talitsa).is_allowed());
        let silent = decide(Role::Secretary, Action::CloseYear, Standing::Own, &talitsa);
        assert_eq!(
            silent,
            Decision::Refused(Why::NotTheOffice),
            "a clause that the school does not have refuses nobody"
        );
    }

    #[test]
    fn the_administrator_of_a_house_that_begins_is_not_locked_out_and_nobody_else_gains_by_it() {
        let (begins, runs) = (rules("bauman", true), rules("bauman", false));
        let may = |rules: &Rules, role| decide(role, Action::EditLearners, Standing::Own, rules).is_allowed();
        assert!(may(&begins, Role::Administrator) && !may(&runs, Role::Administrator));
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Administrator) {
            for action in Action::ALL {
                assert_eq!(grant(role, action, &begins), grant(role, action, &runs), "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn no_rule_brings_a_family_or_an_inspector_to_the_functions_of_staff() {
        for (preset, _) in crate::domain::policy::BUILTIN {
            for beginning in [false, true] {
                let rules = rules(preset, beginning);
                for role in [Role::Learner, Role::Parent, Role::Inspector] {
                    for action in Action::ALL {
                        assert_eq!(grant(role, action, &rules), table(role, action), "{preset} {role:?} {action:?}");
                    }
                }
                for (role, action) in Role::ALL.into_iter().flat_map(|role| Action::ALL.map(|action| (role, action))) {
                    let given = GIVEN.iter().any(|(_, actions)| actions.contains(&action));
                    assert!(
                        given || action == Action::ReadRoster || grant(role, action, &rules) == table(role, action),
                        "{preset} {role:?} {action:?}: only the five acts are the rules' to give"
                    );
                }
            }
        }
    }
}

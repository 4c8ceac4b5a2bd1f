//! The matrix: one row for each action, one cell for each role. Floor 0.
//!
//! Both sides are closed: a new action does not compile without a row, a new role not without a column. Nothing is written as «all others».

use std::fmt;

use super::{Action, Role, Rules, Standing};

/// What the matrix answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No, and why.
    Refused(Why),
}

impl Decision {
    /// Is it a yes?
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}

/// Why the matrix says no, the reason nearest to a yes last: of several offices the greatest reason is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The subject is another school's.
    OtherSchool,
    /// Nobody is signed in, or the person holds no office today.
    NoOffice,
    /// No office of the person has anything to do with the action.
    NotTheOffice,
    /// A clause of the school's rules gives the action to other offices.
    NotByRules,
    /// The office does, but not for this class, course, child or grade range.
    NotTheOwn,
    /// The office asks for a second factor, and the session has none.
    NoSecondFactor,
    /// The year is closed for good.
    Archived,
    /// The period is closed.
    Closed,
}

impl Why {
    /// The reason as the person reads it.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::OtherSchool => "это данные другой школы",
            Self::NoOffice => {
                "сегодня у вас нет ни одной должности в этой школе; назначения делает директор или администратор"
            }
            Self::NotTheOffice => "ваша должность не даёт права на это действие",
            Self::NotByRules => "правила школы поручают это другим",
            Self::NotTheOwn => "это не ваш класс, предмет, параллель или ребёнок",
            Self::NoSecondFactor => {
                "ваша должность требует входа со вторым фактором: подключите его в разделе «Мой вход»"
            }
            Self::Archived => "учебный год завершён и передан в архив: в него больше не пишут",
            Self::Closed => "учётный период закрыт: в него больше не пишут",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_russian())
    }
}

/// In which standings a role may do an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Never.
    Never,
    /// What is open and the own: changes. Nobody writes into what is closed.
    Own,
    /// The own, and a closed period of it: the acts that begin where the journal ends (closing, issuing).
    Acts,
    /// The own in any state: reading, and signing what was issued.
    Kept,
    /// Everything of the school in any state: reading.
    School,
}

impl Grant {
    /// Does the grant hold in a standing?
    pub fn holds(self, standing: Standing) -> bool {
        match (self, standing) {
            (Self::Never, _) | (_, Standing::OtherSchool) => false,
            (Self::Own | Self::Acts | Self::Kept | Self::School, Standing::Own) => true,
            (Self::School, Standing::Other) => true,
            (Self::Own | Self::Acts | Self::Kept, Standing::Other) => false,
            (Self::Acts | Self::Kept | Self::School, Standing::Closed) => true,
            (Self::Own, Standing::Closed) => false,
            (Self::Kept | Self::School, Standing::Archived) => true,
            (Self::Own | Self::Acts, Standing::Archived) => false,
        }
    }

    /// The cell of the printed matrix.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Never => "—",
            Self::Own => "своё",
            Self::Acts => "своё+",
            Self::Kept => "своё*",
            Self::School => "всё",
        }
    }
}

/// The cell of the matrix as it is printed, before any school's rules.
pub(super) fn table(role: Role, action: Action) -> Grant {
    row(action)[role as usize]
}

/// What a role may do with an action in a school of these rules.
pub fn grant(role: Role, action: Action, rules: &Rules) -> Grant {
    rules.laid_over(role, action)
}

/// The matrix: may this role do it to a subject that stands so, in a school of these rules?
pub fn decide(role: Role, action: Action, standing: Standing, rules: &Rules) -> Decision {
    let grant = grant(role, action, rules);
    if grant.holds(standing) {
        return Decision::Allowed;
    }
    Decision::Refused(match (grant, standing) {
        (_, Standing::OtherSchool) => Why::OtherSchool,
        (Grant::Never, _) if rules.clause(action).is_empty() => Why::NotTheOffice,
        (Grant::Never, _) => Why::NotByRules,
        (_, Standing::Closed) => Why::Closed,
        (_, Standing::Archived) => Why::Archived,
        (_, Standing::Own | Standing::Other) => Why::NotTheOwn,
    })
}

/// One row of the matrix, its cells in the order of [`Role::ALL`].
///
/// Reading follows least access (SEC-07): the technical specialist sees figures of the machine and no marks, the specialist of staff sees
/// staff and no learners, the inspector sees records and nothing else, families see their own and nothing of the office (SEC-06).
#[rustfmt::skip]
fn row(action: Action) -> [Grant; Role::ALL.len()] {
    use Grant::{Acts as A, Kept as K, Never as N, Own as O, School as S};
    match action {
        //                                Adm Ast Dir Dep Cls Tch Sec Tec Kpr HR  Lrn Par Ins
        Action::UseOwnAccount         => [K,  K,  K,  K,  K,  K,  K,  K,  K,  K,  K,  K,  K],
        Action::ReadOwnDiary          => [N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  K,  K,  N],
        Action::ReadJournal           => [S,  N,  S,  K,  K,  K,  N,  N,  S,  N,  N,  N,  N],
        Action::ReadRoster            => [S,  S,  S,  K,  K,  K,  S,  N,  S,  N,  N,  N,  N],
        Action::ReadStaff             => [S,  N,  S,  S,  N,  N,  S,  N,  S,  S,  N,  N,  N],
        Action::ReadSetup             => [S,  S,  S,  S,  S,  S,  S,  S,  S,  S,  N,  N,  N],
        Action::ReadPolicy            => [S,  S,  S,  S,  S,  S,  S,  S,  S,  S,  N,  N,  N],
        Action::ReadTimeliness        => [S,  N,  S,  K,  K,  K,  N,  N,  S,  N,  N,  N,  N],
        Action::ReadHistory           => [S,  N,  S,  K,  K,  K,  N,  N,  S,  N,  N,  N,  N],
        Action::ReadAccessLog         => [S,  N,  S,  N,  N,  N,  N,  N,  N,  N,  K,  K,  N],
        Action::ReadCopies            => [S,  N,  S,  K,  K,  K,  S,  N,  S,  N,  N,  N,  S],
        Action::ReadRegister          => [S,  N,  S,  S,  N,  N,  S,  S,  S,  N,  N,  N,  S],
        Action::ReadCarriers          => [S,  N,  S,  S,  N,  N,  S,  S,  S,  N,  N,  N,  N],
        Action::ReadOperations        => [S,  N,  S,  N,  N,  N,  N,  S,  N,  N,  N,  N,  N],
        Action::EnterJournal          => [N,  N,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N,  N],
        Action::EnterReasons          => [N,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ChangeSetup           => [O,  N,  O,  O,  N,  N,  N,  N,  O,  N,  N,  N,  N],
        Action::ChangeCurriculum      => [O,  N,  O,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::SetGroups             => [O,  N,  O,  O,  O,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ChangePlan            => [O,  N,  N,  O,  N,  O,  N,  N,  N,  N,  N,  N,  N],
        Action::ChangeMovement        => [O,  O,  O,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N],
        Action::EditLearners          => [O,  O,  O,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N],
        Action::CheckLearners         => [O,  O,  O,  N,  O,  N,  O,  N,  N,  N,  N,  N,  N],
        Action::KeepConsents          => [N,  N,  O,  N,  O,  N,  O,  N,  N,  N,  N,  N,  N],
        Action::CloseYear             => [O,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ChangeStaff           => [O,  N,  O,  N,  N,  N,  N,  N,  N,  O,  N,  N,  N],
        Action::Appoint               => [O,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::RecordSubstitution    => [N,  N,  O,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::IssueStaffCredentials => [O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::IssueFamilyCredentials=> [N,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::HandleCompromise      => [K,  N,  K,  K,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::UndoChanges           => [O,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ImportData            => [O,  N,  N,  N,  N,  N,  N,  N,  O,  N,  N,  N,  N],
        Action::ExportData            => [S,  N,  S,  K,  K,  K,  S,  N,  S,  N,  N,  N,  N],
        Action::ManageTokens          => [O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ChangePolicy          => [O,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::IssueCopies           => [A,  N,  A,  A,  A,  N,  A,  N,  A,  N,  N,  N,  N],
        Action::SignCopies            => [N,  N,  K,  K,  K,  K,  N,  N,  N,  N,  N,  N,  N],
        Action::SealCopies            => [N,  N,  K,  N,  N,  N,  K,  N,  N,  N,  N,  N,  N],
        Action::HandOverPaper         => [N,  N,  K,  K,  K,  N,  K,  N,  K,  N,  N,  N,  N],
        Action::KeepPaper             => [N,  N,  K,  N,  N,  N,  K,  N,  N,  N,  N,  N,  N],
        Action::KeepCarriers          => [O,  N,  N,  N,  N,  N,  O,  N,  N,  N,  N,  N,  N],
        Action::RunBackups            => [O,  N,  N,  N,  N,  N,  N,  O,  O,  N,  N,  N,  N],
        Action::PruneBackups          => [O,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::SignCustody           => [O,  N,  O,  O,  N,  N,  O,  O,  O,  N,  N,  N,  N],
        Action::HoldCode              => [N,  N,  O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::ReceivePaper          => [N,  N,  K,  N,  N,  N,  K,  N,  K,  N,  N,  N,  N],
        Action::AttachSignatures      => [N,  N,  K,  N,  N,  N,  K,  N,  N,  N,  N,  N,  N],
        Action::ManageTemplates       => [O,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N,  N],
        Action::AnnounceBreaks        => [O,  N,  N,  N,  N,  N,  N,  O,  N,  N,  N,  N,  N],
    }
}

/// The matrix as people read it, for the terminal and the page: actions down, roles across.
pub fn printed(rules: &Rules) -> String {
    let mut text = String::from("Кто что может. Столбцы:\n");
    for (no, role) in (1..).zip(Role::ALL) {
        text.push_str(&format!("{no:>4}  {}\n", role.as_russian()));
    }
    text.push_str(
        "\nКлетки: «своё» — открытое и своё; «своё+» — и закрытый период своего; «своё*» — своё в любом состоянии, архив тоже;\n\
         «всё» — вся школа в любом состоянии; «—» — никогда. Чужая школа — никогда и никому.\n\n",
    );
    let name = |action: Action| action.as_russian();
    let width = Action::ALL.iter().map(|action| name(*action).chars().count()).max().unwrap_or_default();
    let pad = |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())));
    text.push_str(&pad("", width));
    for no in 1..=Role::ALL.len() {
        text.push_str(&format!(" {no:>5}"));
    }
    text.push('\n');
    for action in Action::ALL {
        text.push_str(&pad(name(action), width));
        for role in Role::ALL {
            let cell = grant(role, action, rules).as_russian();
            text.push_str(&format!(" {}{cell}", " ".repeat(5_usize.saturating_sub(cell.chars().count()))));
        }
        text.push('\n');
    }
    text + &rules.printed()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    /// The matrix as it is printed.
    fn decide(role: Role, action: Action, standing: Standing) -> Decision {
        super::decide(role, action, standing, &Rules::default())
    }

    fn roles_with(action: Action, standing: Standing) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| decide(*role, action, standing).is_allowed()).collect()
    }

    #[test]
    fn every_action_and_role_stands_where_the_matrix_looks_for_it() {
        for (place, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, place);
        }
        let mut seen = std::collections::BTreeSet::new();
        assert!(Action::ALL.iter().all(|action| seen.insert(*action)));
        assert_eq!(Action::ALL.len(), Action::AnnounceBreaks as usize + 1);
    }

    #[test]
    fn nobody_reaches_another_school() {
        for action in Action::ALL {
            assert!(roles_with(action, Standing::OtherSchool).is_empty(), "{action:?}");
        }
    }

    #[test]
    fn learners_and_parents_never_reach_the_office() {
        let family = [Action::UseOwnAccount, Action::ReadOwnDiary, Action::ReadAccessLog];
        for role in [Role::Learner, Role::Parent] {
            for action in Action::ALL {
                let allowed = Standing::ALL.into_iter().any(|standing| decide(role, action, standing).is_allowed());
                assert_eq!(allowed, family.contains(&action), "{role:?} {action:?}");
                assert!(!decide(role, action, Standing::Other).is_allowed(), "{role:?} {action:?}: another child");
            }
        }
    }

    #[test]
    fn nobody_writes_into_what_is_closed_or_archived() {
        let writes = Action::ALL.into_iter().filter(|action| action.writes_data());
        for action in writes {
            assert!(roles_with(action, Standing::Closed).is_empty(), "{action:?}");
            assert!(roles_with(action, Standing::Archived).is_empty(), "{action:?}");
        }
    }

    #[test]
    fn nobody_changes_what_is_not_the_own() {
        for action in Action::ALL.into_iter().filter(|action| !action.is_reading()) {
            assert!(roles_with(action, Standing::Other).is_empty(), "{action:?}");
        }
    }

    #[test]
    fn a_class_teacher_sees_every_subject_of_the_class_and_edits_none() {
        assert!(decide(Role::ClassTeacher, Action::ReadJournal, Standing::Own).is_allowed());
        for action in [Action::EnterJournal, Action::ChangePlan] {
            assert_eq!(decide(Role::ClassTeacher, action, Standing::Own), Decision::Refused(Why::NotTheOffice));
        }
        assert_eq!(roles_with(Action::EnterJournal, Standing::Own), [Role::SubjectTeacher]);
        assert_eq!(roles_with(Action::EnterReasons, Standing::Own), [Role::ClassTeacher]);
    }

    #[test]
    fn an_inspector_reads_records_and_nothing_else() {
        let may: Vec<Action> = Action::ALL
            .into_iter()
            .filter(|action| decide(Role::Inspector, *action, Standing::Own).is_allowed())
            .collect();
        assert_eq!(may, [Action::UseOwnAccount, Action::ReadCopies, Action::ReadRegister]);
    }

    #[test]
    fn credentials_go_down_the_chain() {
        assert_eq!(roles_with(Action::IssueStaffCredentials, Standing::Own), [Role::Administrator]);
        assert_eq!(roles_with(Action::IssueFamilyCredentials, Standing::Own), [Role::ClassTeacher]);
        assert!(roles_with(Action::IssueFamilyCredentials, Standing::Other).is_empty());
    }

    #[test]
    fn a_refusal_says_why_in_russian() {
        let refused = |role, action, standing| match decide(role, action, standing) {
            Decision::Refused(why) => why.as_russian(),
            Decision::Allowed => "",
        };
        let closed = refused(Role::SubjectTeacher, Action::EnterJournal, Standing::Closed);
        assert!(closed.contains("период закрыт"), "{closed}");
        let other = refused(Role::Deputy, Action::SignCopies, Standing::Other);
        assert!(other.contains("параллель"), "{other}");
        for (role, action, standing) in Role::ALL
            .into_iter()
            .flat_map(|role| Action::ALL.into_iter().map(move |action| (role, action)))
            .flat_map(|(role, action)| Standing::ALL.into_iter().map(move |standing| (role, action, standing)))
        {
            assert_eq!(
                decide(role, action, standing).is_allowed(),
                refused(role, action, standing).is_empty(),
                "{role:?} {action:?} {standing:?}"
            );
        }
    }
}

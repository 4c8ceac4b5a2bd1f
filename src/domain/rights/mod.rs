//! Rights: which role may do what, to what. One typed matrix decides for every door. Floor 0.
//!
//! An action is asked for; the subject's *standing* says how it lies to the one who asks (own class, another class, closed, archived).
//! The matrix answers for one role; a person is allowed what any office held on that day allows (SEC-01, JRN-16). Of four acts a school's
//! rules name the offices: they come in as a value ([`Rules`]), and the same matrix decides.

mod matrix;
mod rules;

pub use matrix::{Decision, Grant, Why, decide, grant, printed};
pub use rules::{GIVEN, Rules, role_of};

/// Roles of a school (SEC-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Администратор.
    Administrator,
    /// Помощник администратора: checks learners' data (SEC-09).
    Assistant,
    /// Директор, or the acting one under an order (и.о.).
    Director,
    /// Заместитель директора, for a range of grades.
    Deputy,
    /// Классный руководитель.
    ClassTeacher,
    /// Учитель-предметник, a substitute included.
    SubjectTeacher,
    /// Секретарь.
    Secretary,
    /// Технический специалист.
    TechnicalSpecialist,
    /// Ответственный за ведение электронного журнала.
    JournalKeeper,
    /// Специалист по кадрам.
    HumanResources,
    /// Обучающийся.
    Learner,
    /// Родитель (законный представитель).
    Parent,
    /// Инспектор.
    Inspector,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 13] = [
        Self::Administrator,
        Self::Assistant,
        Self::Director,
        Self::Deputy,
        Self::ClassTeacher,
        Self::SubjectTeacher,
        Self::Secretary,
        Self::TechnicalSpecialist,
        Self::JournalKeeper,
        Self::HumanResources,
        Self::Learner,
        Self::Parent,
        Self::Inspector,
    ];

    /// Word of the store, the interface and `staff.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Assistant => "assistant",
            Self::Director => "director",
            Self::Deputy => "deputy",
            Self::ClassTeacher => "class_teacher",
            Self::SubjectTeacher => "teacher",
            Self::Secretary => "secretary",
            Self::TechnicalSpecialist => "technical_specialist",
            Self::JournalKeeper => "journal_keeper",
            Self::HumanResources => "human_resources",
            Self::Learner => "learner",
            Self::Parent => "parent",
            Self::Inspector => "inspector",
        }
    }

    /// Reads [`Role::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// «директор»; acting: «и.о. директора».
    pub fn words(self, acting: bool) -> String {
        match (acting, self) {
            (true, Self::Director) => "и.о. директора".to_owned(),
            (true, Self::Deputy) => "и.о. заместителя директора".to_owned(),
            (true, role) => format!("и.о.: {}", role.as_russian()),
            (false, role) => role.as_russian().to_owned(),
        }
    }

    /// «заместитель директора».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Administrator => "администратор",
            Self::Assistant => "помощник администратора",
            Self::Director => "директор",
            Self::Deputy => "заместитель директора",
            Self::ClassTeacher => "классный руководитель",
            Self::SubjectTeacher => "учитель-предметник",
            Self::Secretary => "секретарь",
            Self::TechnicalSpecialist => "технический специалист",
            Self::JournalKeeper => "ответственный за ведение электронного журнала",
            Self::HumanResources => "специалист по кадрам",
            Self::Learner => "обучающийся",
            Self::Parent => "родитель (законный представитель)",
            Self::Inspector => "инспектор",
        }
    }
}

/// What may be asked for. Reading comes first, then changing, then the archive's acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The own account: first screen, sessions, password, second factor, help, search over what one may see.
    UseOwnAccount,
    /// The own children's or the own marks (diary).
    ReadOwnDiary,
    /// The journal of a class or course, with cell history.
    ReadJournal,
    /// The list of a class on a day, movement included.
    ReadRoster,
    /// Staff and their offices.
    ReadStaff,
    /// Calendar, events, periods, rooms, timetable, curriculum, plans.
    ReadSetup,
    /// The policy, its lint, comparisons, deadlines.
    ReadPolicy,
    /// Timeliness of entries.
    ReadTimeliness,
    /// History of the school's data: who changed what.
    ReadHistory,
    /// Who looked at whose data.
    ReadAccessLog,
    /// Copies, summary sheets, their PDFs.
    ReadCopies,
    /// The register and the audit log.
    ReadRegister,
    /// Carriers of backups, their places, plan, custody log and checks.
    ReadCarriers,
    /// Health figures.
    ReadOperations,
    /// Lessons, marks, absences of the own course.
    EnterJournal,
    /// Reasons of absences of the own class.
    EnterReasons,
    /// Calendar, events, periods, rooms.
    ChangeSetup,
    /// Classes, groups, courses, curriculum, load, timetable.
    ChangeCurriculum,
    /// Who is in which group of a class, at a period's start (JRN-11; 002 4.1).
    SetGroups,
    /// The calendar-thematic plan of a course.
    ChangePlan,
    /// Learners: enrolled, moved, left, by order.
    ChangeMovement,
    /// Cards of learners: names, birth, personal file, marks brought along; no order (000 Инс 5.2 кл. рук. б, 002 4.5).
    EditLearners,
    /// The monthly check of a class's data (000 Инс 5.2, 002 4.1).
    CheckLearners,
    /// The register of consents of a class's parents (152-ФЗ; 003 Кл 4).
    KeepConsents,
    /// Closing the school year and promoting classes.
    CloseYear,
    /// Staff cards: hiring, dismissal.
    ChangeStaff,
    /// Appointments by order, acting heads, deputies' ranges.
    Appoint,
    /// Who held a lesson in another's place (000 Рег 2.1, 003 Зам 4).
    RecordSubstitution,
    /// Credentials of staff.
    IssueStaffCredentials,
    /// Credentials of the families of a class.
    IssueFamilyCredentials,
    /// Notices of compromise, and the decisions on void changes.
    HandleCompromise,
    /// Undoing changes of others.
    UndoChanges,
    /// Bundles and other makers' files.
    ImportData,
    /// CSV, XLSX, JSON, the pseudonymised feed.
    ExportData,
    /// Tokens of the documented interface.
    ManageTokens,
    /// A new policy by order.
    ChangePolicy,
    /// Closing periods, issuing and re-issuing copies.
    IssueCopies,
    /// Signing copies on the route.
    SignCopies,
    /// The school's seal.
    SealCopies,
    /// Paper copies: printed, handed in to the office.
    HandOverPaper,
    /// The register of paper copies: numbers, places, issues, closing lines.
    KeepPaper,
    /// The books of carriers: places, carriers, moving, writing off.
    KeepCarriers,
    /// Backups and comparisons of carriers.
    RunBackups,
    /// Taking old copies off carriers by the school's rule.
    PruneBackups,
    /// Signatures of the custody log, the undertaking; who signs what, the log itself decides.
    SignCustody,
    /// The code of the carriers, and what is opened with it.
    HoldCode,
    /// Signed sheets of paper that come back: scans and ticks.
    ReceivePaper,
    /// Signatures made elsewhere, attached to a copy.
    AttachSignatures,
    /// The school's own templates of the office's forms.
    ManageTemplates,
    /// Technical breaks: announced, taken back.
    AnnounceBreaks,
}

impl Action {
    /// Every action, in the order of the enum.
    pub const ALL: [Self; 50] = [
        Self::UseOwnAccount,
        Self::ReadOwnDiary,
        Self::ReadJournal,
        Self::ReadRoster,
        Self::ReadStaff,
        Self::ReadSetup,
        Self::ReadPolicy,
        Self::ReadTimeliness,
        Self::ReadHistory,
        Self::ReadAccessLog,
        Self::ReadCopies,
        Self::ReadRegister,
        Self::ReadCarriers,
        Self::ReadOperations,
        Self::EnterJournal,
        Self::EnterReasons,
        Self::ChangeSetup,
        Self::ChangeCurriculum,
        Self::SetGroups,
        Self::ChangePlan,
        Self::ChangeMovement,
        Self::EditLearners,
        Self::CheckLearners,
        Self::KeepConsents,
        Self::CloseYear,
        Self::ChangeStaff,
        Self::Appoint,
        Self::RecordSubstitution,
        Self::IssueStaffCredentials,
        Self::IssueFamilyCredentials,
        Self::HandleCompromise,
        Self::UndoChanges,
        Self::ImportData,
        Self::ExportData,
        Self::ManageTokens,
        Self::ChangePolicy,
        Self::IssueCopies,
        Self::SignCopies,
        Self::SealCopies,
        Self::HandOverPaper,
        Self::KeepPaper,
        Self::KeepCarriers,
        Self::RunBackups,
        Self::PruneBackups,
        Self::SignCustody,
        Self::HoldCode,
        Self::ReceivePaper,
        Self::AttachSignatures,
        Self::ManageTemplates,
        Self::AnnounceBreaks,
    ];

    /// «вести журнал предмета».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::UseOwnAccount => "свой вход, сеансы, пароль",
            Self::ReadOwnDiary => "свой дневник, отметки своего ребёнка",
            Self::ReadJournal => "читать журнал класса или предмета",
            Self::ReadRoster => "читать список класса и движение",
            Self::ReadStaff => "читать сведения о сотрудниках",
            Self::ReadSetup => "читать календарь, расписание, планы",
            Self::ReadPolicy => "читать правила школы",
            Self::ReadTimeliness => "видеть своевременность записей",
            Self::ReadHistory => "видеть историю изменений",
            Self::ReadAccessLog => "видеть, кто смотрел данные",
            Self::ReadCopies => "читать копии и сводные ведомости",
            Self::ReadRegister => "читать реестр и журнал событий",
            Self::ReadCarriers => "видеть носители и журнал пользования",
            Self::ReadOperations => "видеть состояние системы",
            Self::EnterJournal => "вести журнал предмета",
            Self::EnterReasons => "указывать причины пропусков",
            Self::ChangeSetup => "менять календарь, периоды, кабинеты",
            Self::ChangeCurriculum => "менять классы, нагрузку, расписание",
            Self::SetGroups => "задавать состав групп класса",
            Self::ChangePlan => "менять КТП",
            Self::ChangeMovement => "оформлять движение обучающихся",
            Self::EditLearners => "править сведения об обучающихся",
            Self::CheckLearners => "сверять данные класса",
            Self::KeepConsents => "вести реестр согласий",
            Self::CloseYear => "завершать учебный год",
            Self::ChangeStaff => "вести карточки сотрудников",
            Self::Appoint => "назначать на должности приказом",
            Self::RecordSubstitution => "записывать замену урока",
            Self::IssueStaffCredentials => "выдавать вход сотрудникам",
            Self::IssueFamilyCredentials => "выдавать вход семьям класса",
            Self::HandleCompromise => "разбирать утечку пароля",
            Self::UndoChanges => "отменять чужие изменения",
            Self::ImportData => "загружать данные",
            Self::ExportData => "выгружать данные",
            Self::ManageTokens => "выдавать ключи интерфейса",
            Self::ChangePolicy => "вводить правила приказом",
            Self::IssueCopies => "закрывать периоды, выпускать копии",
            Self::SignCopies => "подписывать копии",
            Self::SealCopies => "ставить печать школы",
            Self::HandOverPaper => "печатать и сдавать бумажные копии",
            Self::KeepPaper => "вести реестр бумажных копий",
            Self::KeepCarriers => "вести учёт носителей",
            Self::RunBackups => "писать и сверять резервные копии",
            Self::PruneBackups => "стирать прежние резервные копии",
            Self::SignCustody => "расписываться в журнале пользования",
            Self::HoldCode => "знать код носителей",
            Self::ReceivePaper => "принимать листы и их сканы",
            Self::AttachSignatures => "прилагать внешние подписи",
            Self::ManageTemplates => "вводить шаблоны форм школы",
            Self::AnnounceBreaks => "объявлять технические перерывы",
        }
    }

    /// Does the action only look?
    pub fn is_reading(self) -> bool {
        self <= Self::ReadOperations || self == Self::ExportData
    }

    /// Does the action change the school's data? Acts over records (issue, sign, seal), over accounts and over void changes do not.
    pub fn writes_data(self) -> bool {
        !self.is_reading() && self < Self::IssueCopies && self != Self::HandleCompromise
    }
}

/// How the subject of an action lies to the one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// The own class, course, child, grade range or account; or something that belongs to the whole school.
    Own,
    /// Another class, course, child, range or account of the same school.
    Other,
    /// Something of another school.
    OtherSchool,
    /// Own, and the period is closed: reading stays, changing ends.
    Closed,
    /// Own, and the school year is closed and promoted from.
    Archived,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 5] = [Self::Own, Self::Other, Self::OtherSchool, Self::Closed, Self::Archived];
}

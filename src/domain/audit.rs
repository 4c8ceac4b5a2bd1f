//! Audit events and how they enter the log. Floor 0.
//!
//! An event holds identifiers and digests, never a name or a mark (house rule 9: a log that outlives its records must hold no personal
//! data). Its canonical JSON is the payload; the log's entry is `SHA-256(salt ‖ payload)`, so that destroying salt and payload
//! leaves the tree verifiable.

mod codes;
pub mod words;

use serde::Serialize;
use serde_json::{Map, Value};

use super::canon::{self, Digest};
use super::change::{self, Voucher};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The house was made.
    HouseMade,
    /// A key pair was made and its certificate issued.
    CertificateIssued,
    /// A bundle came in.
    BundleImported,
    /// A class's period was closed and its snapshot frozen.
    PeriodClosed,
    /// A version of a copy was typeset and numbered.
    CopyIssued,
    /// A statement was signed.
    StatementSigned,
    /// A signer refused.
    StatementRefused,
    /// A later version took the place of this one.
    CopySuperseded,
    /// A signed copy was recalled for correction.
    CopyRecalled,
    /// A recall was taken back.
    RecallWithdrawn,
    /// The school's seal was put and the register's line written.
    Sealed,
    /// A sealed copy left the house as a package.
    CopyExported,
    /// One learner's extract was made.
    ExtractMade,
    /// A check of the house found something wrong.
    CheckFailed,
    /// Rows of the school's data changed; the history holds them, the event their digest.
    DataChanged,
    /// Changes were undone.
    ChangesUndone,
    /// Credentials were issued.
    AccountIssued,
    /// An account was locked, opened, or its credentials changed.
    AccountChanged,
    /// A notice of compromise shut an account.
    CompromiseNoted,
    /// Void changes were re-approved or undone.
    VoidDecided,
    /// A policy came in force by an order.
    PolicyChanged,
    /// Data left the house as files.
    DataExported,
    /// A school year was closed and its classes promoted.
    YearClosed,
    /// A closed school year was opened again by an order.
    YearReopened,
    /// A token of the documented interface was issued.
    TokenIssued,
    /// A token was revoked.
    TokenRevoked,
    /// A certificate no longer serves.
    CertificateRevoked,
    /// A stage of a copy is signed on paper: its scans are awaited.
    PaperStageOpened,
    /// The scans of a stage signed on paper are whole.
    PaperStageCompleted,
    /// Signers were reminded.
    RemindersGiven,
    /// A signature made elsewhere was attached to a copy.
    ForeignSignatureKept,
    /// A copy was printed: its paper twin exists.
    PaperPrinted,
    /// A handover, an issue or a return of a paper copy was entered.
    HandoverOpened,
    /// One side signed a handover.
    HandoverSigned,
    /// A paper copy was entered into the register.
    PaperRegistered,
    /// A paper copy was signed, stamped, numbered, stitched, put into its place, or made void.
    PaperNoted,
    /// The register of paper copies got its closing line for a year.
    PaperYearClosed,
    /// The archive was read back whole.
    ConditionChecked,
    /// Summary sheets were handed over to the archive.
    SummariesTransferred,
    /// What the office's forms say of the school was set.
    RequisitesSet,
    /// A line of the file plan was written or taken out, or a year's plan copied into the next.
    FilePlanChanged,
    /// The file plan of a year got its closing record.
    FilePlanClosed,
    /// A volume was numbered, stitched, sealed.
    VolumeNumbered,
    /// The school's own template of a form was checked.
    TemplateChecked,
    /// The school's own template of a form came in force.
    TemplateEnacted,
    /// The school's own template of a form is no longer in force.
    TemplateWithdrawn,
    /// A place or carrier was registered, moved or written off.
    CarrierChanged,
    /// An undertaking not to disclose the code was signed.
    UndertakingSigned,
    /// A code of the carriers was made; the code itself is nowhere.
    CarrierCodeMade,
    /// A line of the custody log was asked for or signed.
    CustodySigned,
    /// A backup was written.
    BackupWritten,
    /// A copy was taken off a carrier by the school's rule of keeping.
    BackupPruned,
    /// A copy on a carrier was compared, or its restore rehearsed.
    BackupChecked,
    /// The house was restored from a backup.
    HouseRestored,
    /// A file of scans came in and its pages were filed.
    ScansTaken,
    /// A person said what a scanned page is.
    ScanDecided,
    /// Scans of a file were compared with the pages that were issued.
    ScansCompared,
    /// A person looked at the differences of a scan and found them harmless.
    ScanLooked,
    /// A person found that a difference of a scan matters: where, and the ground of the next version.
    ScanGrave,
    /// A sheet of paper was ticked off.
    SheetReceived,
    /// Late entries of a closed period are taken for a supplement.
    SupplementOpened,
    /// A supplement was frozen.
    SupplementFrozen,
    /// Late entries are no longer taken, and there were none.
    SupplementWithdrawn,
    /// A lesson of the training programme was tried.
    LessonTried,
    /// The journal could not be reached: from when to when, why, which act.
    OutageRecorded,
    /// Of an outage: it ended, its act, paper that was kept, paper that was entered, the act filed, made void.
    OutageNoted,
    /// A family gets extracts on paper from now on, or no longer.
    PaperFamilyNoted,
    /// Extracts for families were printed.
    ExtractsPrinted,
    /// An extract was handed to a family.
    ExtractHanded,
    /// Many logins were wrong from one address, or from many: guesses are slowed down.
    PasswordsSprayed,
    /// A technical break was announced.
    BreakAnnounced,
    /// An announced break was taken back.
    BreakWithdrawn,
}

/// What of the things that pages keep ready an event may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// The school's people, journal, year, rules or accounts: everything.
    School,
    /// Copies and their statements alone: whom a copy waits for.
    Copies,
    /// Neither.
    Neither,
}

/// Events whose transactions move copies along their route and write nothing else that pages of the school show.
const OF_COPIES: [EventKind; 3] = [EventKind::CopyIssued, EventKind::StatementSigned, EventKind::Sealed];

/// Events whose transactions write into the office's books, carriers, tokens or training alone. Receiving scans is not among them: the last scan
/// of a stage completes it.
const OF_OFFICE: [EventKind; 38] = [
    EventKind::CopyExported,
    EventKind::ExtractMade,
    EventKind::CheckFailed,
    EventKind::DataExported,
    EventKind::TokenIssued,
    EventKind::TokenRevoked,
    EventKind::RemindersGiven,
    EventKind::PaperPrinted,
    EventKind::HandoverOpened,
    EventKind::HandoverSigned,
    EventKind::PaperRegistered,
    EventKind::PaperNoted,
    EventKind::PaperYearClosed,
    EventKind::ConditionChecked,
    EventKind::SummariesTransferred,
    EventKind::FilePlanChanged,
    EventKind::FilePlanClosed,
    EventKind::VolumeNumbered,
    EventKind::TemplateChecked,
    EventKind::TemplateEnacted,
    EventKind::TemplateWithdrawn,
    EventKind::CarrierChanged,
    EventKind::UndertakingSigned,
    EventKind::CarrierCodeMade,
    EventKind::CustodySigned,
    EventKind::BackupWritten,
    EventKind::BackupPruned,
    EventKind::BackupChecked,
    EventKind::ScansCompared,
    EventKind::ScanLooked,
    EventKind::ScanGrave,
    EventKind::LessonTried,
    EventKind::OutageRecorded,
    EventKind::OutageNoted,
    EventKind::PaperFamilyNoted,
    EventKind::ExtractsPrinted,
    EventKind::ExtractHanded,
    EventKind::PasswordsSprayed,
];

/// What an event, by its word in the log, may have changed. A word that is not known here touches everything.
pub fn touched(event: &str) -> Touched {
    let is = |kind: &EventKind| kind.as_str() == event;
    match (OF_OFFICE.iter().any(is), OF_COPIES.iter().any(is)) {
        (true, _) => Touched::Neither,
        (_, true) => Touched::Copies,
        _ => Touched::School,
    }
}

impl EventKind {
    /// Word of the payload and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HouseMade => "house_made",
            Self::CertificateIssued => "certificate_issued",
            Self::BundleImported => "bundle_imported",
            Self::PeriodClosed => "period_closed",
            Self::CopyIssued => "copy_issued",
            Self::StatementSigned => "statement_signed",
            Self::StatementRefused => "statement_refused",
            Self::CopySuperseded => "copy_superseded",
            Self::CopyRecalled => "copy_recalled",
            Self::RecallWithdrawn => "recall_withdrawn",
            Self::Sealed => "sealed",
            Self::CopyExported => "copy_exported",
            Self::ExtractMade => "extract_made",
            Self::CheckFailed => "check_failed",
            Self::DataChanged => "data_changed",
            Self::ChangesUndone => "changes_undone",
            Self::AccountIssued => "account_issued",
            Self::AccountChanged => "account_changed",
            Self::CompromiseNoted => "compromise_noted",
            Self::VoidDecided => "void_decided",
            Self::PolicyChanged => "policy_changed",
            Self::DataExported => "data_exported",
            Self::YearClosed => "year_closed",
            Self::YearReopened => "year_reopened",
            Self::TokenIssued => "token_issued",
            Self::TokenRevoked => "token_revoked",
            Self::CertificateRevoked => "certificate_revoked",
            Self::PaperStageOpened => "paper_stage_opened",
            Self::PaperStageCompleted => "paper_stage_completed",
            Self::RemindersGiven => "reminders_given",
            Self::ForeignSignatureKept => "foreign_signature_kept",
            Self::PaperPrinted => "paper_printed",
            Self::HandoverOpened => "handover_opened",
            Self::HandoverSigned => "handover_signed",
            Self::PaperRegistered => "paper_registered",
            Self::PaperNoted => "paper_noted",
            Self::PaperYearClosed => "paper_year_closed",
            Self::ConditionChecked => "condition_checked",
            Self::SummariesTransferred => "summaries_transferred",
            Self::RequisitesSet => "requisites_set",
            Self::FilePlanChanged => "file_plan_changed",
            Self::FilePlanClosed => "file_plan_closed",
            Self::VolumeNumbered => "volume_numbered",
            Self::TemplateChecked => "template_checked",
            Self::TemplateEnacted => "template_enacted",
            Self::TemplateWithdrawn => "template_withdrawn",
            Self::CarrierChanged => "carrier_changed",
            Self::UndertakingSigned => "undertaking_signed",
            Self::CarrierCodeMade => "carrier_code_made",
            Self::CustodySigned => "custody_signed",
            Self::BackupWritten => "backup_written",
            Self::BackupPruned => "backup_pruned",
            Self::BackupChecked => "backup_checked",
            Self::HouseRestored => "house_restored",
            Self::ScansTaken => "scans_taken",
            Self::ScanDecided => "scan_decided",
            Self::ScansCompared => "scans_compared",
            Self::ScanLooked => "scan_looked",
            Self::ScanGrave => "scan_grave",
            Self::SheetReceived => "sheet_received",
            Self::SupplementOpened => "supplement_opened",
            Self::SupplementFrozen => "supplement_frozen",
            Self::SupplementWithdrawn => "supplement_withdrawn",
            Self::LessonTried => "lesson_tried",
            Self::OutageRecorded => "outage_recorded",
            Self::OutageNoted => "outage_noted",
            Self::PaperFamilyNoted => "paper_family_noted",
            Self::ExtractsPrinted => "extracts_printed",
            Self::ExtractHanded => "extract_handed",
            Self::PasswordsSprayed => "passwords_sprayed",
            Self::BreakAnnounced => "break_announced",
            Self::BreakWithdrawn => "break_withdrawn",
        }
    }
}

/// One event: who, when, what, and the identifiers and digests that say to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    kind: EventKind,
    facts: Map<String, Value>,
}

impl Event {
    /// An event by an actor (staff identifier or `operator`) at a moment (RFC 3339 with offset).
    pub fn new(kind: EventKind, actor: &str, at: &str) -> Self {
        let mut facts = Map::new();
        facts.insert("event".to_owned(), kind.as_str().into());
        facts.insert("actor".to_owned(), actor.into());
        facts.insert("at".to_owned(), at.into());
        Self { kind, facts }
    }

    /// Adds a text fact: an identifier, never a name.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.facts.insert(key.to_owned(), Value::String(value.into()));
        self
    }

    /// Adds a number.
    pub fn with_number(mut self, key: &str, value: u64) -> Self {
        self.facts.insert(key.to_owned(), value.into());
        self
    }

    /// Adds a digest.
    pub fn with_digest(self, key: &str, digest: Digest) -> Self {
        self.with(key, digest.to_hex())
    }

    /// Adds a list of digests.
    pub fn with_digests(mut self, key: &str, digests: &[Digest]) -> Self {
        let list = digests.iter().map(|digest| Value::String(digest.to_hex())).collect();
        self.facts.insert(key.to_owned(), Value::Array(list));
        self
    }

    /// Adds what the event vouches for: lines of the history, by count, tables and root.
    pub fn vouching(self, voucher: &Voucher) -> Self {
        let [count, first, tables, root] = change::FACTS;
        self.with_number(count, voucher.count)
            .with_number(first, voucher.first)
            .with(tables, voucher.tables.join(" "))
            .with_digest(root, voucher.root)
    }

    /// What happened.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// The payload: canonical JSON, one line.
    pub fn payload(&self) -> String {
        canon::to_text(&self.facts)
    }
}

/// The log's entry for a payload: `SHA-256(salt ‖ payload)`; the salt is 16 random bytes.
pub fn entry(salt: &[u8], payload: &str) -> Digest {
    let mut bytes = salt.to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    Digest::of(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_canonical_and_the_salt_hides_it() {
        let event = Event::new(EventKind::Sealed, "T00001", "2025-10-24T10:00:00+05:00").with_number("register_no", 7);
        let payload = event.payload();
        assert_eq!(payload, r#"{"actor":"T00001","at":"2025-10-24T10:00:00+05:00","event":"sealed","register_no":7}"#);
        assert_ne!(entry(&[0; 16], &payload), entry(&[1; 16], &payload));
    }
}

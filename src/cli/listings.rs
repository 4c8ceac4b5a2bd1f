//! `copies`, `show`, `register`: what stands where. Floor 3.

use clap::Args;
use serde::Serialize;

use super::foreign::SignatureLine;
use super::table::{Table, print_json};
use super::{Desk, Failure, print_findings};
use crate::domain::copy::State;
use crate::domain::names;
use crate::domain::policy::Stage;
use crate::domain::route;
use crate::domain::snapshot::{Snapshot, kind_words};
use crate::domain::words;
use crate::flow;
use crate::flow::force::Versions;
use crate::flow::sign as signing;
use crate::store::CopyRow;

/// One line of a listing of copies.
#[derive(Debug, Serialize)]
pub(super) struct CopyLine<'a> {
    id: &'a str,
    version: u32,
    number: &'a str,
    kind: &'static str,
    year: &'a str,
    class: &'a str,
    period: &'a str,
    state: &'static str,
    sheets: u32,
    pages: u32,
    issued_at: &'a str,
    snapshot: String,
    issued_pdf: &'a str,
}

impl<'a> CopyLine<'a> {
    pub(super) fn of(row: &'a CopyRow) -> Self {
        Self {
            id: &row.id,
            version: row.version,
            number: &row.number,
            kind: row.kind.as_str(),
            year: &row.year,
            class: &row.class,
            period: &row.period,
            state: row.state.as_str(),
            sheets: row.sheets,
            pages: row.pages,
            issued_at: &row.issued_at,
            snapshot: row.snapshot.to_hex(),
            issued_pdf: &row.issued_pdf,
        }
    }
}

/// `copies`.
#[derive(Debug, Args)]
pub(super) struct Copies {
    #[arg(long, value_name = "ПЕРИОД", help = "Только этот период")]
    period: Option<String>,
    #[arg(long = "class", value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Только этот класс")]
    class: Option<String>,
}

impl Copies {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let mut rows = house.db.list_copies().await?;
        let versions = Versions::new(rows.clone(), &house.db.list_register().await?);
        rows.retain(|row| self.period.as_ref().is_none_or(|p| *p == row.period));
        rows.retain(|row| self.class.as_ref().is_none_or(|c| *c == row.class));
        if desk.json {
            print_json(&rows.iter().map(CopyLine::of).collect::<Vec<_>>());
            return Ok(0);
        }
        let mut table = Table::new(&["Копия", "Версия", "Номер", "Вид", "Состояние", "Листов", "Страниц"]);
        for row in &rows {
            table.row(vec![
                row.id.clone(),
                row.version.to_string(),
                row.number.clone(),
                kind_words(row.kind, &row.id),
                versions.standing(&row.id, row.version).said(row.state, &row.id),
                row.sheets.to_string(),
                row.pages.to_string(),
            ]);
        }
        table.print("Копий ещё нет: закройте учётный период командой «letopis close».");
        Ok(0)
    }
}

/// `show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
    copy: String,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    copy: CopyLine<'a>,
    policy: &'a str,
    policy_digest: String,
    order: &'a str,
    basis: BasisLine,
    ground: &'a str,
    rows_root: String,
    sheet_list: Vec<SheetLine>,
    route: Vec<StageLine>,
    register_no: Option<u64>,
    /// The version that is in force: the last that was sealed.
    in_force: Option<u32>,
    object: String,
    keep_through: String,
    /// What a stolen account wrote into its sheets.
    #[serde(skip_serializing_if = "Option::is_none")]
    void_changes: Option<VoidChangesLine>,
    foreign_signatures: Vec<SignatureLine<'a>>,
}

/// What the copy rests on: the policy that it was made under.
#[derive(Debug, Serialize)]
struct BasisLine {
    in_force: bool,
    adopted_by_order: String,
    from: String,
    keep_clause: String,
    paper: String,
    paper_due: String,
}

impl BasisLine {
    fn of(basis: &flow::policy::Basis) -> Self {
        let (under, paper) = (basis.under.as_ref(), basis.paper.as_ref());
        let from = under.and_then(|under| under.from);
        Self {
            in_force: basis.in_force,
            adopted_by_order: under
                .filter(|under| under.from.is_some())
                .map(|under| under.order.clone())
                .unwrap_or_default(),
            from: from.map(|from| from.to_string()).unwrap_or_default(),
            keep_clause: basis.keep_clause.clone(),
            paper: paper.map(|paper| paper.text.clone()).unwrap_or_default(),
            paper_due: paper.and_then(|paper| paper.due).map(|due| due.to_string()).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Serialize)]
struct VoidChangesLine {
    /// How many wait for a decision, and how many were undone after the version was frozen.
    pending: u64,
    undone: u64,
    since: String,
}

#[derive(Debug, Serialize)]
struct SheetLine {
    no: usize,
    id: String,
    digest: String,
}

#[derive(Debug, Serialize)]
struct StageLine {
    stage: String,
    title: String,
    signers: Vec<SignerLine>,
}

#[derive(Debug, Serialize)]
struct SignerLine {
    id: String,
    name: String,
    office: String,
    sheets: usize,
    /// Of these, those that a signature stands for in this version, and those that none does.
    sheets_signed: usize,
    sheets_left: usize,
    signed_at: String,
    verdict: String,
    /// A signature with a pen: which day, who saw it.
    #[serde(skip_serializing_if = "String::is_empty")]
    on_paper: String,
    /// Why the signature does not count: a stolen account made it, and nobody has approved it.
    #[serde(skip_serializing_if = "String::is_empty")]
    void: String,
}

impl SignerLine {
    /// Is it signed for some of its sheets only?
    fn is_partial(&self) -> bool {
        self.sheets_signed > 0 && self.sheets_left > 0
    }
}

impl Show {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let versions = house.db.list_versions(&self.copy).await?;
        let Some(row) = versions.last() else { return Err(flow::Error::NoCopy(self.copy).into()) };
        let snapshot = house.db.load_snapshot(row.snapshot).await?;
        let statements = house.db.list_statements(&row.id, row.version).await?;
        let voids = flow::compromise::void_statements(&house).await?;
        let held = flow::compromise::held(&house, row).await?;
        let line = house.db.find_register_line(&row.id, row.version).await?.map(|sealed| sealed.line);
        let today = desk.act(&house).at.date_naive();
        let basis = flow::policy::basis(&house, &snapshot, today).await?;
        let foreign = flow::foreign::list(&house, row).await?;
        let shown = Shown {
            copy: CopyLine::of(row),
            basis: BasisLine::of(&basis),
            policy: &snapshot.policy.name,
            policy_digest: snapshot.policy.digest.to_hex(),
            order: &snapshot.policy.order,
            ground: &snapshot.ground,
            rows_root: snapshot.rows_root.to_hex(),
            sheet_list: (1..)
                .zip(&snapshot.sheets)
                .map(|(no, sheet)| SheetLine { no, id: sheet.id().to_owned(), digest: sheet.digest().to_hex() })
                .collect(),
            route: route_lines(&snapshot, &statements, &voids),
            in_force: Versions::of_copy(&house, &row.id).await?.in_force(&row.id),
            register_no: line.as_ref().map(|line| line.no),
            object: line.as_ref().map(|line| line.object.clone()).unwrap_or_default(),
            keep_through: line.map(|line| line.keep_through).unwrap_or_default(),
            void_changes: (!held.is_empty()).then(|| VoidChangesLine {
                pending: held.pending,
                undone: held.undone,
                since: held.since.clone(),
            }),
            foreign_signatures: foreign.iter().map(SignatureLine::of).collect(),
        };
        if desk.json {
            print_json(&shown);
        } else {
            print_shown(&shown, row, &snapshot, &statements);
            print_held(&held, row);
            for (no, one) in (1..).zip(&foreign) {
                println!("Внешняя подпись {no} под {}.pdf: {}", one.row.over, flow::foreign::told(&one.check));
                print_findings(&one.check.findings);
            }
        }
        Ok(0)
    }
}

fn route_lines(
    snapshot: &Snapshot,
    statements: &[crate::store::StatementRow],
    voids: &flow::compromise::VoidStatements,
) -> Vec<StageLine> {
    snapshot
        .route
        .iter()
        .map(|stage| StageLine {
            stage: stage.id.clone(),
            title: stage.title.clone(),
            signers: stage
                .signers
                .iter()
                .map(|signer| {
                    let person = &signer.person;
                    let void = voids.of_place(statements, &stage.id, &person.id);
                    let said = void.map(|(one, _)| one);
                    let place = flow::desk::place(statements, &stage.id, signer);
                    let said = said.or(place.said);
                    SignerLine {
                        id: person.id.clone(),
                        name: names::full_name(&person.surname, &person.given_name, &person.patronymic),
                        office: signer.office.clone(),
                        sheets: signer.sheets.len(),
                        sheets_signed: place.signed,
                        sheets_left: place.left,
                        signed_at: said.map(|s| s.signed_at.clone()).unwrap_or_default(),
                        verdict: said.map(|s| s.verdict.clone()).unwrap_or_default(),
                        on_paper: said.map(flow::desk::on_paper).unwrap_or_default(),
                        void: void.map(|(_, why)| why.to_owned()).unwrap_or_default(),
                    }
                })
                .collect(),
        })
        .collect()
}

fn print_shown(shown: &Shown<'_>, row: &CopyRow, snapshot: &Snapshot, statements: &[crate::store::StatementRow]) {
    println!(
        "{} версия {} — {}, {} класс, {}",
        row.id,
        row.version,
        kind_words(row.kind, &row.id),
        row.class,
        snapshot.period.name
    );
    let held = match shown.in_force {
        Some(held) if held != row.version => format!("; до её печати действует версия {held}"),
        _ => String::new(),
    };
    println!("Номер: {}   Состояние: {}{held}", row.number, row.state.said_of(&row.id));
    let issued = if row.issued_at.is_empty() { "ещё нет".to_owned() } else { words::moment(&row.issued_at) };
    println!("Листов: {}   Страниц: {}   Выпущена: {issued}", row.sheets, row.pages);
    print_basis(&shown.basis, snapshot);
    if !snapshot.ground.is_empty() {
        println!("Закрыт при неполных записях, основание: {}", snapshot.ground);
    }
    println!("Снимок SHA-256:       {}", row.snapshot);
    println!("Выпущенный PDF:       {}", row.issued_pdf);
    if let Some(no) = shown.register_no {
        let keep: Result<chrono::NaiveDate, _> = shown.keep_through.parse();
        let keep = keep.map_or_else(|_| shown.keep_through.clone(), words::date_short);
        println!("Реестр: № {no}   Запись архива: {}   Хранить по {keep}", shown.object);
    }
    let mut table = Table::new(&["Ступень", "Сотрудник", "Ф.И.О.", "Листов", "Подпись"]);
    for stage in &shown.route {
        for signer in &stage.signers {
            table.row(vec![
                stage_name(&stage.stage, &stage.title),
                signer.id.clone(),
                signer.name.clone(),
                match signer.is_partial() {
                    true => format!("{} из {}", signer.sheets_signed, signer.sheets),
                    false => signer.sheets.to_string(),
                },
                signature_words(signer),
            ]);
        }
    }
    print!("{}", table.to_text());
    let open = route::open_stage(&snapshot.route, &signing::signed(statements));
    if let Some(open) = open.filter(|_| row.state == State::Issued) {
        println!("Открыта ступень: {}", open.title);
    }
}

/// What a stolen account wrote into the version's sheets, and what is done about it.
fn print_held(held: &flow::compromise::Held, row: &CopyRow) {
    for line in held.told() {
        println!("{line}.");
    }
    if held.pending > 0 {
        println!(
            "Решите о них: letopis compromise undo --all или letopis compromise approve №… (letopis compromise show)"
        );
    } else if held.undone > 0 {
        println!("Выпустите следующую версию: letopis issue {} --reissue \"{}\"", row.id, held.ground());
    }
}

/// What a signer said, in one cell; what does not count is called void first, with its reason.
fn signature_words(signer: &SignerLine) -> String {
    let mut said = match signer.verdict.as_str() {
        "" => "ждём".to_owned(),
        "refused" => format!("отказ {}", words::moment(&signer.signed_at)),
        _ if !signer.on_paper.is_empty() => format!("на бумаге: {}", signer.on_paper),
        _ => words::moment(&signer.signed_at),
    };
    if signer.is_partial() && signer.verdict != signing::REFUSED {
        said.push_str(&format!("; ждём: {}", words::count(signer.sheets_left as u64, "лист", "листа", "листов")));
    }
    match signer.void.as_str() {
        "" => said,
        why => format!("недействительно ({said}): {why}"),
    }
}

/// «Основание»: what the copy was made under, whatever is in force today.
fn print_basis(basis: &BasisLine, snapshot: &Snapshot) {
    let policy = &snapshot.policy;
    let order = if policy.order.is_empty() { String::new() } else { format!(" ({})", policy.order) };
    println!("Основание: {}{order}", policy.title);
    let adopted = match basis.adopted_by_order.as_str() {
        "" => String::new(),
        order => format!(", введены с {}: {order}", russian_day(&basis.from)),
    };
    let since = if basis.in_force {
        "действуют и сегодня"
    } else {
        "сегодня действуют другие"
    };
    println!("Правила:   «{}»{adopted}; {since}; SHA-256 {}", policy.name, policy.digest);
    println!(
        "Хранить:   {} {} ({})",
        policy.keep_years,
        words::plural(policy.keep_years.into(), "год", "года", "лет"),
        basis.keep_clause
    );
    if !basis.paper.is_empty() {
        println!("Бумага:    {}", basis.paper);
    }
}

/// The stage in Russian; a stage of the school's own by its title.
fn stage_name(stage: &str, title: &str) -> String {
    Stage::parse(stage).map_or(title, |stage| stage.as_russian()).to_owned()
}

/// A day of the ISO text that begins with it, as people write it: «31.12.2031».
fn russian_day(iso: &str) -> String {
    let day = iso.get(..10).and_then(|day| day.parse().ok());
    day.map_or_else(|| iso.to_owned(), words::date_short)
}

/// `register`.
pub(super) async fn register(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let lines: Vec<_> = house.db.list_register().await?.into_iter().map(|sealed| sealed.line).collect();
    if desk.json {
        print_json(&lines);
        return Ok(0);
    }
    let mut table = Table::new(&[
        "№",
        "Дата",
        "Рег. №",
        "Вид документа",
        "Класс",
        "Период",
        "Листов",
        "Страниц",
        "SHA-256",
        "Хранить по",
    ]);
    for line in &lines {
        table.row(vec![
            line.no.to_string(),
            russian_day(&line.sealed_at),
            line.number.clone(),
            kind_words(line.kind, &line.id),
            line.class.clone(),
            line.period.clone(),
            line.sheets.to_string(),
            line.pages.to_string(),
            line.sealed_pdf.to_hex().chars().take(16).collect(),
            russian_day(&line.keep_through),
        ]);
    }
    table.print("Реестр пуст.");
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stolen_accounts_signature_is_called_void_with_its_reason_and_another_is_a_moment() {
        let signer = |void: &str| SignerLine {
            id: "T1".to_owned(),
            name: "Гранитова Яшма".to_owned(),
            office: "учитель".to_owned(),
            sheets: 1,
            sheets_signed: 1,
            sheets_left: 0,
            signed_at: "2025-11-27T14:05:00+03:00".to_owned(),
            verdict: "checked_and_correct".to_owned(),
            on_paper: String::new(),
            void: void.to_owned(),
        };
        let sound = signature_words(&signer(""));
        assert!(!sound.contains("недействительно"), "{sound}");
        let void = signature_words(&signer("сделано под похищенной учётной записью"));
        assert_eq!(void, format!("недействительно ({sound}): сделано под похищенной учётной записью"));
        let partial = SignerLine { sheets: 3, sheets_signed: 2, sheets_left: 1, ..signer("") };
        assert_eq!(signature_words(&partial), format!("{sound}; ждём: 1\u{a0}лист"));
    }
}

//! The supplement of a copy: what came after it was frozen, opened, made, put away. Floor 3.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::copy::State as CopyState;
use crate::domain::journal::YEAR;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::{CopyKind, Snapshot};
use crate::domain::words;
use crate::flow::issue;
use crate::flow::scans;
use crate::flow::supplement::{self, Standing};
use crate::store::{CopyRow, SupplementRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::fields::Fields;
use crate::web::query::segment;
use crate::web::records::period_name;
use crate::web::route::{Access, Route, SubjectOf, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![post("/copies/{copy}/supplement", Access::Does(Action::IssueCopies), SubjectOf::Copy, press)]
}

/// What the page of a copy says of its supplements.
pub(in crate::web) struct Supplements {
    /// Those that were frozen: number, address, state.
    pub(in crate::web) made: Vec<(u32, String, &'static str)>,
    /// The one whose late entries are taken now.
    pub(in crate::web) open: Option<Open>,
    /// May it be opened by hand?
    pub(in crate::web) may_open: bool,
    /// Why a number below those in use has no supplement; empty where each has its own.
    pub(in crate::web) skipped: String,
    /// Is there anything to say or to do?
    pub(in crate::web) shown: bool,
    /// The copy that this one is the supplement of: words and address.
    pub(in crate::web) of: Option<(String, String)>,
}

/// An open supplement.
pub(in crate::web) struct Open {
    pub(in crate::web) no: u32,
    pub(in crate::web) entries: usize,
    /// «к этой копии нужен дополнительный лист: 3 записи».
    pub(in crate::web) said: String,
}

impl Open {
    fn of(one: &Standing) -> Self {
        let said = match one.entries as u64 {
            0 => "Поздние записи принимаются: их приносит загрузка журнала или правка в нём, пока приём открыт; пока их нет"
                .to_owned(),
            n => format!("К этой копии нужен дополнительный лист: {}", words::count(n, "запись", "записи", "записей")),
        };
        Self { no: one.row.no, entries: one.entries, said }
    }
}

impl Supplements {
    /// Of a copy's page.
    pub(in crate::web) async fn of(
        state: &WebState,
        row: &CopyRow,
        snapshot: &Snapshot,
        (last, issues): (bool, bool),
    ) -> Result<Self, Refusal> {
        let all = supplement::standing(&state.house, &row.id).await?;
        let unfinished =
            |one: &Standing| one.is_open() || one.copy.as_ref().is_some_and(|copy| copy.state != CopyState::Sealed);
        let year_over = state.directory().await?.is_closed(&row.class, YEAR);
        let fits = last && row.kind == CopyKind::PeriodCopy && row.state != CopyState::Refused && !year_over;
        let may_open = issues && fits && snapshot.copy.supplement.is_none() && !all.iter().any(unfinished);
        let rows: Vec<SupplementRow> = match snapshot.copy.supplement.as_deref() {
            Some(facts) => {
                let known = state.house.db.list_supplements().await?;
                known.into_iter().filter(|one| one.copy == facts.copy).collect()
            }
            None => all.iter().map(|one| one.row.clone()).collect(),
        };
        Ok(Self {
            skipped: skipped(&rows),
            shown: may_open
                || snapshot.copy.supplement.is_some()
                || all.iter().any(|one| one.is_open() || one.copy.is_some()),
            made: all
                .iter()
                .filter_map(|one| {
                    let copy = one.copy.as_ref()?;
                    Some((one.row.no, format!("/copies/{}", segment(&copy.id)), copy.state.said_of(&copy.id)))
                })
                .collect(),
            open: all.iter().find(|one| one.is_open()).map(Open::of),
            may_open,
            of: snapshot.copy.supplement.as_ref().map(|facts| {
                let (copy, version) = (segment(&facts.copy), facts.copy_version);
                (format!("№ {}, версия {version}", facts.copy_number), format!("/copies/{copy}?version={version}"))
            }),
        })
    }
}

/// What is said of numbers that an unused opening holds: before such a number went to the next opening, the one behind it was given.
fn skipped(rows: &[SupplementRow]) -> String {
    let used: BTreeSet<u32> = rows.iter().filter(|row| !row.is_unused()).map(|row| row.no).collect();
    let last = used.last().copied().unwrap_or_default();
    let free: Vec<u32> = (1..last).filter(|no| !used.contains(no)).collect();
    match free.as_slice() {
        [] => String::new(),
        [one] => format!("Дополнительного листа № {one} нет: приём записей под этим номером закончился без листа."),
        many => format!(
            "Дополнительных листов № {} нет: приём записей под этими номерами закончился без листов.",
            scans::listed(many)
        ),
    }
}

/// A copy that waits for its supplement, as the desk lists it.
pub(super) struct Waiting {
    pub(super) class: String,
    pub(super) period: String,
    pub(super) href: String,
    pub(super) key: String,
    pub(super) open: Open,
}

/// Copies with late entries whose supplement the visitor may make.
pub(super) async fn waiting(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
) -> Result<Vec<Waiting>, Refusal> {
    let issues = visitor.reach(Action::IssueCopies);
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let grade = |class: &str| directory.class(class).map_or(0, |class| class.grade);
    let mut all = supplement::open_ones(&state.house).await?;
    all.retain(|one| one.entries > 0 && issues.class(&one.row.class, grade(&one.row.class)));
    let told = all.iter().map(|one| Waiting {
        period: period_name(directory, &one.row.year, &one.row.class, &one.row.period),
        href: format!("/copies/{}", segment(&one.row.copy)),
        key: segment(&one.row.copy),
        class: one.row.class.clone(),
        open: Open::of(one),
    });
    Ok(told.collect())
}

/// `POST /copies/{copy}/supplement`: opens the taking of late entries, makes the supplement of those that came and issues it, or says that none came.
async fn press(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let page = format!("/copies/{}", segment(&copy));
    let ground = fields.value("ground").trim();
    match fields.value("act") {
        "open" if ground.is_empty() => Err(Refusal::Rule("Не сказано, какие записи ещё ждут".to_owned())),
        "open" => {
            let row = supplement::open(&state.house, &copy, ground, &act).await?;
            Ok(answer::done(
                &page,
                &format!("Поздние записи принимаются: они войдут в дополнительный лист № {}", row.no),
            ))
        }
        "withdraw" => {
            supplement::withdraw(&state.house, &copy, &act).await?;
            Ok(answer::done(&page, "Приём поздних записей закрыт"))
        }
        _ => {
            let ground = Some(ground).filter(|ground| !ground.is_empty());
            let made = supplement::make(&state.house, &copy, ground, &act).await?;
            let Some(row) = made.copy else {
                let told: Vec<String> =
                    made.findings.iter().map(|one| format!("{}: {}", one.place, one.message)).collect();
                let told = told.join("; ");
                return Err(Refusal::Rule(format!(
                    "Поздние записи неполны: {told}. Дополните их или назовите основание, почему лист составляется так"
                )));
            };
            issue::issue(&state.house, std::slice::from_ref(&row), &act, |_| {}).await?;
            let page = format!("/copies/{}", segment(&row.id));
            Ok(answer::done(&page, "Дополнительный лист составлен и выпущен: подписи — по маршруту копии"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_supplement_is_explained_only_below_one_in_use() {
        let row = |no: u32, outcome: &str| SupplementRow {
            id: format!("2025-05A-Q1-SUP{no}"),
            copy: "2025-05A-Q1".to_owned(),
            version: 1,
            no,
            year: "2025/2026".to_owned(),
            class: "5А".to_owned(),
            period: "Q1".to_owned(),
            since: 0,
            opened_at: String::new(),
            opened_by: String::new(),
            ground: String::new(),
            outcome: outcome.to_owned(),
            ended_at: String::new(),
        };
        assert_eq!(skipped(&[row(1, "withdrawn")]), "");
        assert_eq!(skipped(&[row(1, "frozen"), row(2, "")]), "");
        assert!(skipped(&[row(1, "reissued"), row(2, "frozen")]).starts_with("Дополнительного листа № 1 нет"));
        assert_eq!(skipped(&[row(1, "reissued"), row(1, "frozen")]), "", "the number was given to the next opening");
    }
}

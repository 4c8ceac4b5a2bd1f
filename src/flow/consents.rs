//! Recording consents: many papers of one day in one act, all or none; a slip of the pen taken back by who may record. Floor 2.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::change::{self, Edit};
use super::setup::{Counts, Outcome};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::consent::{self, Line, Purpose, Word};
use crate::domain::finding::Finding;
use crate::store::{ChangeFilter, consent_cells};

/// What a paper says, for whom and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Children with their parents, each pair.
    pub pairs: Vec<(String, String)>,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// What was said.
    pub said: Word,
    /// Day of the paper.
    pub dated: NaiveDate,
    /// The paper.
    pub ground: String,
}

/// Records what papers say; every pair with every purpose is a line of its own.
pub async fn record(house: &House, act: &Act, paper: &Paper) -> Result<Outcome, Error> {
    const PLACE: &str = "Согласие или отказ";
    let year = house.year(None).await?;
    let mut tx = house.db.begin().await?;
    let known = house.db.list_consents().await?;
    let standing = consent::standing(&known);
    let guardians = house.db.list_guardians().await?;
    let mut findings = Vec::new();
    if paper.pairs.is_empty() || paper.purposes.is_empty() {
        findings.push(Finding::new("consent.nobody", PLACE, "отметьте родителей и на что согласие или отказ"));
    }
    let mut edits = Vec::new();
    for (learner, guardian) in &paper.pairs {
        let Some(person) = guardians.iter().find(|one| one.id == *guardian && one.learners.contains(learner)) else {
            findings.push(Finding::new("consent.not-parent", PLACE, "такого родителя у ребёнка нет"));
            continue;
        };
        let name = crate::domain::names::short_name(&person.surname, &person.given_name, &person.patronymic);
        for purpose in &paper.purposes {
            let line = Line {
                id: format!("S{:05}", tx.next_number("consent").await?),
                year: year.clone(),
                learner: learner.clone(),
                guardian: guardian.clone(),
                purpose: *purpose,
                said: paper.said,
                dated: paper.dated,
                ground: paper.ground.split_whitespace().collect::<Vec<_>>().join(" "),
                recorded_by: act.by.clone(),
                recorded_at: act.moment(),
            };
            let held = standing.get(&(learner.clone(), guardian.clone(), *purpose)).copied();
            let place = format!("{name}, {}", purpose.as_russian());
            findings.extend(consent::check(&line, held, act.at.date_naive(), &place));
            let cells = consent_cells(&line);
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            edits.push(Edit::put("consents", &line.year, &[&line.id], &cells));
        }
    }
    if !findings.is_empty() {
        return Ok(Outcome::Refused(findings));
    }
    let set = change::apply_in(&mut tx, act, &edits).await?;
    // Whose and what for stands in the salted lines that the event vouches for, not in the event.
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "consents")
        .with_number("lines", edits.len() as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Outcome::Done(Counts { new: edits.len(), seqs: set.seqs, ..Counts::default() }))
}

/// Takes lines entered by a slip of the pen back; `None` when a number is no line of these learners.
pub async fn undo(
    house: &House,
    act: &Act,
    learners: &BTreeSet<String>,
    changes: &[u64],
) -> Result<Option<usize>, Error> {
    let filter = ChangeFilter { table: Some("consents".to_owned()), ..ChangeFilter::default() };
    let lines = house.db.list_changes(&filter).await?;
    let own = |seq: &u64| {
        let line = lines.iter().find(|line| line.seq == *seq);
        line.and_then(|line| line.new.as_ref())
            .and_then(|new| new.first())
            .is_some_and(|learner| learners.contains(learner))
    };
    if changes.is_empty() || !changes.iter().all(own) {
        return Ok(None);
    }
    Ok(Some(change::undo(house, act, changes).await?.undone.len()))
}

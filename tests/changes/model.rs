//! Void changes against a simple model on random histories: several accounts, overlapping notices, approvals and undoings in between.

use chrono::{DateTime, Duration, FixedOffset};
use letopis::domain::void::{Decision, Deed, Docket, Notice, Ruling, Standing, Step, Target, weigh_row};
use proptest::prelude::*;

/// Accounts that may be compromised; a fifth one never is and decides.
const ACCOUNTS: usize = 4;
const ROWS: usize = 3;

/// One step of a history.
#[derive(Debug, Clone)]
pub enum Op {
    /// An account writes a value into a row.
    Edit { account: usize, row: usize },
    /// A notice on an account, so many steps back.
    Notice { account: usize, back: usize },
    /// The trusted one undoes all that waits.
    UndoAll,
    /// The trusted one approves the newest change of a row, if it waits.
    Approve { row: usize },
}

pub fn history() -> impl Strategy<Value = Vec<Op>> {
    let edit = || (0..ACCOUNTS, 0..ROWS).prop_map(|(account, row)| Op::Edit { account, row });
    let notice = (0..ACCOUNTS, 0..12_usize).prop_map(|(account, back)| Op::Notice { account, back });
    let op = prop_oneof![
        8 => edit(),
        2 => notice,
        1 => Just(Op::UndoAll),
        1 => (0..ROWS).prop_map(|row| Op::Approve { row }),
    ];
    prop::collection::vec(op, 1..25)
}

/// The model: for each row a pile of entries; a void one on top is lifted off by undoing, and nothing else ever is.
#[derive(Default)]
pub struct Model {
    piles: [Vec<Entry>; ROWS],
    notices: Vec<(usize, usize, usize)>,
    step: usize,
}

struct Entry {
    account: usize,
    step: usize,
    value: usize,
    approved: bool,
}

impl Model {
    fn is_void(&self, entry: &Entry) -> bool {
        let covers = |(account, since, noted): &(usize, usize, usize)| {
            *account == entry.account && *since <= entry.step && entry.step < *noted
        };
        !entry.approved && self.notices.iter().any(covers)
    }

    pub fn take(&mut self, op: &Op) {
        match *op {
            Op::Edit { account, row } => {
                let value = self.step + 1;
                self.piles[row].push(Entry { account, step: self.step, value, approved: false });
            }
            Op::Notice { account, back } => self.notices.push((account, self.step.saturating_sub(back), self.step)),
            Op::UndoAll => {
                for row in 0..ROWS {
                    while self.piles[row].last().is_some_and(|top| self.is_void(top)) {
                        self.piles[row].pop();
                    }
                }
            }
            Op::Approve { row } => {
                if self.piles[row].last().is_some_and(|top| self.is_void(top)) {
                    self.piles[row].last_mut().expect("a top").approved = true;
                }
            }
        }
        self.step += 1;
    }

    /// Value of a row; 0 is what stood before everything.
    pub fn value(&self, row: usize) -> usize {
        self.piles[row].last().map_or(0, |top| top.value)
    }

    /// Void changes that lie under trusted ones: left to people.
    pub fn left(&self) -> usize {
        self.piles.iter().flatten().filter(|entry| self.is_void(entry)).count()
    }
}

/// The rules of the program, with the rows kept as `flow` keeps them: every change a step, undoing one more.
#[derive(Default)]
struct Program {
    rows: [Vec<(Step, usize, usize)>; ROWS],
    values: [usize; ROWS],
    docket: Docket,
    seq: u64,
    clock: usize,
}

fn moment(step: usize) -> DateTime<FixedOffset> {
    let noon: DateTime<FixedOffset> = "2025-10-27T12:00:00+03:00".parse().expect("a moment");
    noon + Duration::minutes(step as i64)
}

impl Program {
    fn deed(&self, actor: &str) -> Deed {
        Deed { actor: actor.into(), at: moment(self.clock), event: self.clock as u64 }
    }

    fn write(&mut self, row: usize, value: usize, undoes: u64, actor: &str) {
        self.seq += 1;
        let step = Step { seq: self.seq, undoes, deed: self.deed(actor) };
        self.rows[row].push((step, self.values[row], value));
        self.values[row] = value;
    }

    fn verdict(&self, row: usize) -> letopis::domain::void::RowVerdict {
        let steps: Vec<Step> = self.rows[row].iter().map(|(step, _, _)| step.clone()).collect();
        weigh_row(&steps, &self.docket)
    }

    fn rule(&mut self, target: u64, decision: Decision) {
        let deed = self.deed("trusted");
        self.docket.rulings.push(Ruling { target: Target::Change(target), decision, deed });
    }

    fn take(&mut self, op: &Op) {
        match *op {
            Op::Edit { account, row } => self.write(row, self.clock + 1, 0, &format!("a{account}")),
            Op::Notice { account, back } => self.docket.notices.push(Notice {
                no: self.docket.notices.len() as u64 + 1,
                account: format!("a{account}"),
                since: moment(self.clock.saturating_sub(back)),
                event: self.clock as u64,
            }),
            Op::UndoAll => {
                for row in 0..ROWS {
                    let tail = self.verdict(row).tail;
                    let Some(first) = tail.first() else { continue };
                    let (_, old, _) = self.rows[row].iter().find(|(step, _, _)| step.seq == *first).expect("a step");
                    self.write(row, *old, *first, "trusted");
                    tail.iter().for_each(|seq| self.rule(*seq, Decision::Undone));
                }
            }
            Op::Approve { row } => {
                let verdict = self.verdict(row);
                if let Some(top) = verdict.tail.last() {
                    self.rule(*top, Decision::Approved);
                }
            }
        }
        self.clock += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_are_equal_to_the_model_on_a_thousand_random_histories(mut ops in history()) {
        ops.push(Op::UndoAll);
        let (mut model, mut program) = (Model::default(), Program::default());
        for op in &ops {
            model.take(op);
            program.take(op);
            for row in 0..ROWS {
                prop_assert_eq!(program.values[row], model.value(row), "row {} after {:?}", row, op);
            }
        }
        let verdicts: Vec<_> = (0..ROWS).map(|row| program.verdict(row)).collect();
        prop_assert!(verdicts.iter().all(|verdict| verdict.tail.is_empty()), "all that could be undone was");
        let left: usize = verdicts.iter().map(|verdict| verdict.overtaken.len()).sum();
        prop_assert_eq!(left, model.left());
    }
}

fn step(seq: u64, undoes: u64, actor: &str) -> Step {
    Step { seq, undoes, deed: Deed { actor: actor.into(), at: moment(seq as usize), event: seq } }
}

fn notice(no: u64, account: &str, since: usize, event: u64) -> Notice {
    Notice { no, account: account.into(), since: moment(since), event }
}

#[test]
fn a_decision_of_an_account_that_turns_out_compromised_decides_nothing() {
    let history = [step(1, 0, "a"), step(2, 0, "b")];
    let mut docket = Docket { notices: vec![notice(1, "a", 0, 3)], rulings: Vec::new() };
    assert_eq!(weigh_row(&history, &docket).overtaken, [(1, 2)], "b built upon it");
    let deed = Deed { actor: "b".into(), at: moment(4), event: 4 };
    docket.rulings.push(Ruling { target: Target::Change(1), decision: Decision::Approved, deed });
    assert_eq!(weigh_row(&history, &docket).standings[0].1, Standing::Approved);
    docket.notices.push(notice(2, "b", 2, 5));
    let verdict = weigh_row(&history, &docket);
    assert_eq!(verdict.tail, [1, 2], "both wait now, and undoing goes back before the first");
}

#[test]
fn an_undoing_by_an_account_that_turns_out_compromised_is_a_void_change_like_any_other() {
    let history = [step(1, 0, "a"), step(2, 1, "b")];
    let mut docket = Docket { notices: vec![notice(1, "a", 0, 3)], rulings: Vec::new() };
    assert_eq!(weigh_row(&history, &docket).standings[0].1, Standing::Undone, "b took it back");
    docket.notices.push(notice(2, "b", 0, 4));
    assert_eq!(weigh_row(&history, &docket).tail, [1, 2]);
}

#[test]
fn what_the_account_did_before_the_moment_or_after_the_notice_is_sound() {
    let history = [step(1, 0, "a"), step(2, 0, "a"), step(5, 0, "a")];
    let docket = Docket { notices: vec![notice(1, "a", 2, 4)], rulings: Vec::new() };
    let standings: Vec<Standing> = weigh_row(&history, &docket).standings.into_iter().map(|(_, s)| s).collect();
    assert_eq!(standings, [Standing::Sound, Standing::Pending(1), Standing::Sound]);
}

//! Edits, their history and their undoing: what the log says of them and what it does not.

use letopis::bundle as bundles;
use letopis::domain::change::{Voucher, ranges};
use letopis::flow::change::{Edit, Refusal, apply, history_of, undo};
use letopis::flow::close::{self, Closing};
use letopis::flow::{Error, House, log};
use letopis::store::{ChangeFilter, ChangeRow, RowTexts};

use super::house::{YEAR, at, bring, bundle, on_every_engine};

/// Every row of the school's data of the year.
pub async fn every_row(house: &House) -> Vec<(&'static str, RowTexts)> {
    let mut all = Vec::new();
    for (table, years) in house.db.list_table_years().await.expect("tables") {
        for year in years {
            let rows = house.db.list_rows(table, &year).await.expect("rows");
            all.extend(rows.into_iter().map(|row| (table, row)));
        }
    }
    all
}

/// The first marks of a course that stand after the first quarter: key and other columns.
pub async fn some_marks(house: &House, count: usize) -> Vec<(Vec<String>, Vec<String>)> {
    let rows = every_row(house).await;
    let marks = rows.into_iter().filter(|(table, (key, _))| *table == "marks" && key[1].as_str() > "2025-11-05");
    let marks: Vec<_> = marks.map(|(_, row)| row).take(count).collect();
    assert_eq!(marks.len(), count);
    marks
}

fn mark(key: &[String], value: &str) -> Edit {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    Edit::put("marks", YEAR, &key, &["", value])
}

fn reason(error: &Error) -> &Refusal {
    match error {
        Error::Change(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn all(house: &House) -> Vec<ChangeRow> {
    let mut all = house.db.list_changes(&ChangeFilter::default()).await.expect("changes");
    all.reverse();
    all
}

#[test]
fn every_row_of_a_bulk_change_has_its_own_old_and_new_value_and_the_event_has_none() {
    on_every_engine(|house| async move {
        assert_eq!(all(&house).await, [], "of a year's first bundle the kept files are the record");
        let marks = some_marks(&house, 30).await;
        let edits: Vec<Edit> = marks.iter().map(|(key, _)| mark(key, "4")).collect();
        let applied = apply(&house, &at("T00007", 5), "journal", &edits).await.expect("a change");
        let changed: Vec<_> = marks.iter().filter(|(_, others)| others[1] != "4").collect();
        assert!(!changed.is_empty() && applied.seqs.len() <= marks.len());
        let history = all(&house).await;
        assert_eq!(history.iter().map(|row| row.seq).collect::<Vec<_>>(), applied.seqs);
        for row in &history {
            let (_, others) = marks.iter().find(|(key, _)| *key == row.key).expect("one of the marks");
            assert_eq!(row.old.as_ref(), Some(others), "each row its own old value");
            assert_eq!(row.new.as_ref().map(|new| new[1].as_str()), Some("4"));
            assert_eq!((row.by.as_str(), Some(row.event)), ("T00007", applied.event));
            let salt = letopis::domain::canon::unhex(&row.salt).expect("hex");
            assert_eq!(row.line().digest(&salt).to_hex(), row.digest);
        }
        let entries = house.db.list_log().await.expect("the log");
        let payload = &entries.last().expect("an entry").payload;
        let voucher = Voucher::read(&serde_json::from_str(payload).expect("JSON")).expect("a voucher");
        assert_eq!(
            (voucher.first, voucher.count, voucher.tables.as_slice()),
            (1, history.len() as u64, &["marks".to_owned()][..])
        );
        for (key, _) in &marks {
            assert!(!payload.contains(&key[3]) && !payload.contains("value"), "{payload}");
        }
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn what_stands_already_makes_no_line_and_no_event() {
    on_every_engine(|house| async move {
        let (key, others) = some_marks(&house, 1).await.remove(0);
        let size = house.db.log_state().await.expect("a state");
        let same = Edit { new: Some(others), ..mark(&key, "") };
        let absent = Edit::remove("marks", YEAR, &["C00001", "2026-01-01", "9", "L99999", "0"]);
        let applied = apply(&house, &at("T00007", 5), "journal", &[same, absent]).await.expect("nothing to do");
        assert_eq!((applied.seqs.len(), applied.event), (0, None));
        assert_eq!(house.db.log_state().await.expect("a state"), size);
    });
}

#[test]
fn a_lost_update_is_refused_and_says_who_and_when() {
    on_every_engine(|house| async move {
        let (key, others) = some_marks(&house, 1).await.remove(0);
        let seen = Some(others);
        let first = mark(&key, "1").expecting(seen.clone());
        apply(&house, &at("T00007", 5), "journal", &[first]).await.expect("the first comes through");
        let size = house.db.log_state().await.expect("a state");
        let second = mark(&key, "5").expecting(seen);
        let refused = apply(&house, &at("T00008", 6), "journal", &[second]).await.expect_err("a lost update");
        let Refusal::Overtaken { who, when, stands, .. } = reason(&refused) else { panic!("{refused:?}") };
        assert!(who.contains("T00007") && when == "27 октября 2025 г., 12:05", "{refused}");
        assert_eq!(stands, "«1»");
        let onto = mark(&key, "5").expecting(None);
        assert!(apply(&house, &at("T00008", 6), "journal", &[onto]).await.is_err(), "a row stands where none was seen");
        assert_eq!(house.db.log_state().await.expect("a state"), size, "nothing was written");
    });
}

#[test]
fn undo_puts_back_exactly_what_was_and_only_that() {
    on_every_engine(|house| async move {
        let before = every_row(&house).await;
        let marks = some_marks(&house, 3).await;
        let new = ["C00001", "2026-02-03", "1", "L00001", "0"];
        let lesson = Edit::put("lessons", YEAR, &new[..3], &["Дроби", "", "", ""]);
        let removed: Vec<&str> = marks[1].0.iter().map(String::as_str).collect();
        let edits = [mark(&marks[0].0, "1"), Edit::remove("marks", YEAR, &removed), lesson];
        let applied = apply(&house, &at("T00007", 5), "journal", &edits).await.expect("a change");
        assert_eq!(applied.seqs, [1, 2, 3]);
        let changed = every_row(&house).await;
        let undone = undo(&house, &at("T00009", 7), &[3, 1, 2]).await.expect("an undoing");
        assert_eq!((ranges(&undone.undone), undone.seqs.len()), ("1-3".to_owned(), 3));
        assert_eq!(every_row(&house).await, before);
        let again = undo(&house, &at("T00009", 8), &[2]).await.expect_err("undone once");
        assert_eq!(reason(&again), &Refusal::AlreadyUndone { seq: 2 });
        // Taking back the taking back is an ordinary undoing.
        undo(&house, &at("T00009", 8), &[99]).await.expect_err("no such change");
        let back = undo(&house, &at("T00009", 8), &undone.seqs).await.expect("the undoing undone");
        assert_eq!(every_row(&house).await, changed);
        undo(&house, &at("T00009", 9), &undone.seqs).await.expect_err("once only");
        undo(&house, &at("T00009", 9), &back.seqs).await.expect("and undone again like any change");
        assert_eq!(every_row(&house).await, before);
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn undo_refuses_what_was_changed_again_and_says_by_whom() {
    on_every_engine(|house| async move {
        let (key, others) = some_marks(&house, 1).await.remove(0);
        apply(&house, &at("T00007", 5), "journal", &[mark(&key, "1")]).await.expect("a change");
        apply(&house, &at("T00008", 6), "journal", &[mark(&key, "2")]).await.expect("a later one");
        let refused = undo(&house, &at("T00009", 7), &[1]).await.expect_err("changed again");
        let Refusal::ChangedSince { later: 2, who, .. } = reason(&refused) else { panic!("{refused:?}") };
        assert!(who.contains("T00008") && refused.to_string().contains("отметка"), "{refused}");
        undo(&house, &at("T00009", 8), &[2]).await.expect("the later one first");
        undo(&house, &at("T00009", 9), &[1]).await.expect("then the earlier one");
        let history = history_of(&house, "marks", YEAR, &key).await.expect("a history");
        assert_eq!(history.stands, format!("«{}» ({})", others[1], others[0]));
        assert_eq!(history.moments.iter().map(|m| m.seq).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(history.moments[0].is, history.stands, "it came with the bundle");
        let second = history.moments[2].clone();
        assert_eq!((second.was.as_str(), second.is.as_str()), ("«1»", "«2»"));
        assert!(history.place.contains("5А") || history.place.contains("6А"), "{}", history.place);
    });
}

#[test]
fn a_closed_period_refuses_an_edit_and_says_which_and_since_when() {
    on_every_engine(|house| async move {
        let rows = every_row(&house).await;
        let (_, (key, _)) = rows
            .into_iter()
            .find(|(table, (key, _))| *table == "marks" && key[1].as_str() < "2025-10-20" && key[0] == "C00001")
            .expect("a mark of the first quarter");
        let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: vec!["5А".into()], ground: None };
        close::close(&house, &closing, &at("operator", 2)).await.expect("a closing");
        let refused = apply(&house, &at("T00007", 5), "journal", &[mark(&key, "1")]).await.expect_err("closed");
        let Refusal::Closed { class, period, when, .. } = reason(&refused) else { panic!("{refused:?}") };
        assert_eq!((class.as_str(), period.as_str()), ("5А", "Q1"));
        assert!(when == "27 октября 2025 г., 12:02", "{when}");
        assert_eq!(all(&house).await, []);
    });
}

#[test]
fn a_second_bundle_writes_every_row_that_it_changes_into_the_history() {
    on_every_engine(|house| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = bundle();
        let (_, marks) = files.iter_mut().find(|(name, _)| name == "marks.csv").expect("marks");
        let text = String::from_utf8(marks.clone()).expect("UTF-8");
        let (head, line) = text.split_at(text.trim_end().rfind('\n').expect("lines") + 1);
        assert!(!line.is_empty());
        *marks = head.as_bytes().to_vec();
        bring(&house, folder.path(), &files).await;
        let history = all(&house).await;
        assert_eq!(history.len(), 1, "{history:?}");
        assert!(history[0].old.is_some() && history[0].new.is_none() && history[0].by == "operator");
        let entries = house.db.list_log().await.expect("the log");
        let last = &entries[history[0].event as usize];
        assert_eq!(last.event, "bundle_imported");
        assert!(
            last.payload.contains("\"record\":\"history\"") && last.payload.contains("\"changes\":1"),
            "{}",
            last.payload
        );
        // The bundle that is kept can still be read as a whole.
        let kept =
            house.root.join("bundles").join(house.db.find_origin(YEAR).await.expect("a read").expect("one").digest);
        assert!(bundles::read(&kept, &house.policy).is_ok());
    });
}

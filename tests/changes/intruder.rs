//! Somebody with the database and nothing else, on each engine: every guard dropped, rows and history changed by SQL; the check of the log names
//! what was done as a person would.

use letopis::domain::finding::Finding;
use letopis::flow::change::{Edit, apply};
use letopis::flow::{House, doctor, log};
use sqlx::{AnyPool, AssertSqlSafe, Row as _};

use super::house::{YEAR, at, block_on, bring_journal, engines, found};
use super::mechanism::some_marks;

/// A house in a database of its own, because the guards that an intruder drops are everybody's, and the intruder's connection.
pub struct Scene {
    pub house: House,
    sql: AnyPool,
    postgres: bool,
}

/// Tells a story of an intrusion on each engine.
pub fn intrusions<F, Fut>(story: F)
where
    F: Fn(Scene) -> Fut,
    Fut: Future<Output = ()>,
{
    sqlx::any::install_default_drivers();
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        block_on(async {
            let postgres = engine != "sqlite";
            let schema = format!("attack_{}_{:x}", std::process::id(), super::house::random());
            let database = match postgres {
                true => {
                    let pool = AnyPool::connect(&engine).await.expect("a connection");
                    sqlx::query(AssertSqlSafe(format!("create schema {schema}")))
                        .execute(&pool)
                        .await
                        .expect("a schema");
                    format!("{engine}?options=-csearch_path%3D{schema}")
                }
                false => engine.clone(),
            };
            let root = folder.path().join("house");
            let house = found(&root, &database).await;
            bring_journal(&house, folder.path()).await;
            let url = if postgres { database } else { format!("sqlite://{}", root.join("letopis.db").display()) };
            // One connection: another would not see at once which triggers the first one dropped.
            let one = sqlx::any::AnyPoolOptions::new().max_connections(1);
            let sql = one.connect(&url).await.expect("the intruder's connection");
            story(Scene { house, sql: sql.clone(), postgres }).await;
            sql.close().await;
            if postgres {
                let pool = AnyPool::connect(&engine).await.expect("a connection");
                sqlx::query(AssertSqlSafe(format!("drop schema {schema} cascade"))).execute(&pool).await.expect("gone");
            }
        });
    }
}

impl Scene {
    /// Runs SQL that must touch something.
    pub async fn run(&self, sql: &str) {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.sql).await;
        let touched = done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected();
        assert!(touched > 0 || !sql.starts_with("update") && !sql.starts_with("delete"), "{sql} touched nothing");
    }

    async fn refused(&self, sql: &str) -> String {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.sql).await;
        done.expect_err(sql).to_string()
    }

    /// Drops every guard.
    pub async fn drop_guards(&self) {
        let list = match self.postgres {
            true => {
                "select cast(t.tgname as text), cast(c.relname as text) from pg_trigger t join pg_class c on c.oid = t.tgrelid
                 where not t.tgisinternal and c.relnamespace = cast(current_schema() as regnamespace)"
            }
            false => "select name, tbl_name from sqlite_master where type = 'trigger'",
        };
        for row in sqlx::query(AssertSqlSafe(list.to_owned())).fetch_all(&self.sql).await.expect("guards") {
            let (name, table): (String, String) = (row.get(0), row.get(1));
            let on = if self.postgres { format!(" on {table}") } else { String::new() };
            self.run(&format!("drop trigger {name}{on}")).await;
        }
    }

    /// Two marks and a lesson changed lawfully, then the guards dropped; returns the key and value of the first mark.
    async fn after_lawful_changes(&self) -> (Vec<String>, String) {
        let marks = some_marks(&self.house, 2).await;
        let put = |key: &[String], value: &str| {
            let key: Vec<&str> = key.iter().map(String::as_str).collect();
            Edit::put("marks", YEAR, &key, &["", value])
        };
        let edits = [put(&marks[0].0, "2"), put(&marks[1].0, "3")];
        apply(&self.house, &at("T00007", 5), "journal", &edits).await.expect("a change");
        apply(&self.house, &at("T00008", 6), "journal", &[put(&marks[0].0, "4")]).await.expect("a change");
        assert_eq!(self.check().await, []);
        self.drop_guards().await;
        (marks[0].0.clone(), "4".to_owned())
    }

    async fn check(&self) -> Vec<Finding> {
        log::verify(&self.house).await.expect("a check")
    }

    /// Name of the learner as lists have it.
    async fn learner(&self, id: &str) -> String {
        let roster = self.house.db.load_roster(YEAR).await.expect("a roster");
        let learner = roster.learners.into_iter().find(|learner| learner.id == id).expect("a learner");
        format!("{} {}", learner.surname, learner.given_name)
    }
}

fn place_of(key: &[String]) -> String {
    let [course, date, number, learner, ordinal] = key else { panic!("{key:?}") };
    format!(
        "course = '{course}' and date = '{date}' and number = {number} and learner = '{learner}' and ordinal = {ordinal}"
    )
}

/// One finding has this code and every one of these words.
#[track_caller]
fn says(found: &[Finding], code: &str, words: &[&str]) {
    let told = |finding: &&Finding| {
        let sentence = finding.to_string();
        finding.code == code && words.iter().all(|word| sentence.contains(word))
    };
    assert!(found.iter().any(|finding| told(&finding)), "no {code} with {words:?} in {found:#?}");
}

#[test]
fn a_mark_edited_by_sql_is_told_with_class_date_learner_was_is_and_the_last_lawful_change() {
    intrusions(|scene| async move {
        let (key, was) = scene.after_lawful_changes().await;
        scene.run(&format!("update marks set value = '5' where {}", place_of(&key))).await;
        let found = scene.check().await;
        let day = key[1].split('-').rev().collect::<Vec<_>>().join(".");
        let (learner, was) = (scene.learner(&key[3]).await, format!("было «{was}»"));
        says(&found, "log.row-altered", &[&day, &learner, &was, "стало «5»", "T00008", "27.10.2025 12:06"]);
        assert_eq!(found.len(), 1, "{found:#?}");
        let all = doctor::examine(&scene.house, &at("operator", 9)).await.expect("an examination").findings;
        says(&all, "log.row-altered", &[&learner]);
        // All of them are gone: one line, after what was done behind them.
        let gone: Vec<&Finding> = all.iter().filter(|finding| finding.code == "doctor.guard-gone").collect();
        assert!(
            gone.len() == 1 && gone[0].place.contains("триггер") && gone[0].place.contains("и другие"),
            "{gone:#?}"
        );
        assert_eq!(all.last(), Some(gone[0]));
    });
}

#[test]
fn a_row_deleted_or_inserted_by_sql_is_told() {
    intrusions(|scene| async move {
        let (key, was) = scene.after_lawful_changes().await;
        let learner = scene.learner(&key[3]).await;
        scene.run(&format!("delete from marks where {}", place_of(&key))).await;
        says(&scene.check().await, "log.row-deleted", &[&learner, &format!("«{was}»")]);
        let school = scene.house.db.school().to_owned();
        let sql = format!(
            "insert into marks (school, year, course, date, number, learner, ordinal, kind_of_work, value)
             values ('{school}', '{YEAR}', '{}', '2025-12-01', 9, '{}', 0, '', '5')",
            key[0], key[3]
        );
        scene.run(&sql).await;
        says(&scene.check().await, "log.row-inserted", &[&learner, "01.12.2025", "«5»"]);
        scene.run("update learners set surname = 'Приписной' where id = 'L00001'").await;
        says(&scene.check().await, "log.row-altered", &["Приписной", "фамилия", "L00001".trim_start_matches("L0000")]);
    });
}

#[test]
fn a_line_of_the_history_that_was_changed_taken_out_or_put_in_is_told() {
    intrusions(|scene| async move {
        let (key, _) = scene.after_lawful_changes().await;
        let learner = scene.learner(&key[3]).await;
        scene.run("update changes set actor = 'T00001' where seq = 3").await;
        says(&scene.check().await, "log.change-altered", &["№ 3", &learner]);
        scene.run("update changes set actor = 'T00008' where seq = 3").await;
        assert_eq!(scene.check().await, [], "put back, nothing is wrong");
        scene.run("update changes set old_row = '[\"\",\"5\"]' where seq = 3").await;
        says(&scene.check().await, "log.change-altered", &["№ 3"]);
        says(&scene.check().await, "log.history-broken", &["№ 3", "«2»"]);
        scene.run("update changes set old_row = '[\"\",\"2\"]' where seq = 3").await;
        scene.run("delete from changes where seq = 2").await;
        says(&scene.check().await, "log.change-missing", &["№ 2"]);
        scene.run("delete from changes where seq = 3").await;
        says(&scene.check().await, "log.change-missing", &["найдено: «0»"]);
        let columns = "school, event_idx, at, actor, tbl, year, row_key, old_row, new_row, undoes, salt, digest";
        scene
            .run(&format!("insert into changes (seq, {columns}) select 3, {columns} from changes where seq = 1"))
            .await;
        says(&scene.check().await, "log.change-altered", &["№ 3"]);
        scene.run("update changes set event_idx = 0 where seq = 3").await;
        says(&scene.check().await, "log.change-foreign", &["№ 3"]);
    });
}

#[test]
fn a_change_rewritten_together_with_its_digest_is_given_away_by_the_event() {
    intrusions(|scene| async move {
        let (key, _) = scene.after_lawful_changes().await;
        // The intruder knows the salt and computes a right digest for a line of the own invention.
        let mut row = scene.house.db.list_changes(&Default::default()).await.expect("changes").remove(0);
        row.by = "T00001".into();
        let digest = row.line().digest(&letopis::domain::canon::unhex(&row.salt).expect("hex")).to_hex();
        scene.run(&format!("update changes set actor = 'T00001', digest = '{digest}' where seq = {}", row.seq)).await;
        says(&scene.check().await, "log.change-altered", &["событие", "подменены", &scene.learner(&key[3]).await]);
    });
}

#[test]
fn a_replaced_payload_a_reordered_and_a_cut_log_are_told() {
    intrusions(|scene| async move {
        scene.after_lawful_changes().await;
        scene
            .run("update log_entries set payload = replace(payload, 'T00007', 'T00001') where event = 'data_changed'")
            .await;
        says(&scene.check().await, "log.entry-altered", &["data_changed"]);
        scene
            .run("update log_entries set payload = replace(payload, 'T00001', 'T00007') where event = 'data_changed'")
            .await;
        assert_eq!(scene.check().await, []);
        let last = scene.house.db.log_state().await.expect("a state").0 - 1;
        scene.run(&format!("update log_entries set idx = -1 where idx = {last}")).await;
        scene.run(&format!("update log_entries set idx = {last} where idx = {}", last - 1)).await;
        scene.run(&format!("update log_entries set idx = {} where idx = -1", last - 1)).await;
        says(&scene.check().await, "log.root", &["переставлены"]);
        scene.run(&format!("delete from log_entries where idx = {last}")).await;
        says(&scene.check().await, "log.length", &[]);
        says(&scene.check().await, "log.change-foreign", &["№ 3"]);
    });
}

#[test]
fn a_log_and_history_cut_back_together_are_given_away_by_a_checkpoint_in_hand() {
    intrusions(|scene| async move {
        let (size, root) = scene.house.db.log_state().await.expect("a state");
        let head = sqlx::query("select frontier from log_head").fetch_one(&scene.sql).await.expect("a head");
        let before: String = head.get(0);
        let (key, _) = scene.after_lawful_changes().await;
        let (later, later_root) = scene.house.db.log_state().await.expect("a state");
        // Everything since goes: rows, history, log, head; in itself the house is right again.
        let origin = bundle_value(&scene.house, &key).await;
        scene
            .run(&format!(
                "update marks set value = '{}', kind_of_work = '{}' where {}",
                origin.1,
                origin.0,
                place_of(&key)
            ))
            .await;
        let other = some_marks(&scene.house, 2).await.remove(1).0;
        let origin = bundle_value(&scene.house, &other).await;
        scene
            .run(&format!(
                "update marks set value = '{}', kind_of_work = '{}' where {}",
                origin.1,
                origin.0,
                place_of(&other)
            ))
            .await;
        scene.run("delete from changes").await;
        scene.run(&format!("delete from log_entries where idx >= {size}")).await;
        scene.run(&format!("update log_head set size = {size}, frontier = '{before}'")).await;
        assert_eq!(scene.check().await, [], "in itself it is right");
        let leaves = log::leaves(&scene.house.db.list_log().await.expect("the log"));
        let sheet = |size, root: letopis::domain::canon::Digest| log::Printed {
            origin: String::new(),
            size,
            root: root.to_hex(),
        };
        assert_eq!(log::contains_printed(&sheet(size, root), &leaves), None);
        let finding = log::contains_printed(&sheet(later, later_root), &leaves).expect("a finding");
        assert_eq!(finding.code, "log.rolled-back");
    });
}

async fn bundle_value(house: &House, key: &[String]) -> (String, String) {
    let rows = house.db.list_changes(&Default::default()).await.expect("changes");
    let first = rows.iter().rev().find(|row| row.key == key).expect("a change");
    let old = first.old.clone().expect("it came with the bundle");
    (old[0].clone(), old[1].clone())
}

#[test]
fn history_and_log_refuse_update_delete_and_truncation_while_the_guards_stand() {
    intrusions(|scene| async move {
        let (key, _) = some_marks(&scene.house, 1).await.remove(0);
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        apply(&scene.house, &at("T00007", 5), "journal", &[Edit::put("marks", YEAR, &key, &["", "2"])])
            .await
            .expect("one");
        for sql in [
            "update changes set actor = 'X'",
            "delete from changes",
            "update log_entries set salt = ''",
            "delete from log_entries",
        ] {
            assert!(scene.refused(sql).await.contains("append-only"), "{sql}");
        }
        if scene.postgres {
            // The owner of the tables tries every one of them, also dragging others along.
            let tables = crate::purge::guarded_tables();
            assert!(tables.len() > 70, "the guards were read");
            for table in tables {
                for sql in [format!("truncate {table}"), format!("truncate mail_addresses, {table} cascade")] {
                    assert!(scene.refused(&sql).await.contains("append-only"), "{sql}");
                }
            }
        }
        assert_eq!(scene.house.db.list_guard_faults().await.expect("guards"), []);
        if scene.postgres {
            scene.run("alter table marks disable trigger marks_locked").await;
            scene.run("create or replace function letopis_append_only() returns trigger language plpgsql as $$ begin return new; end $$").await;
        } else {
            scene.run("drop trigger marks_update_locked").await;
            scene.run("create trigger marks_update_locked before update on marks begin select 1; end").await;
            scene.run("drop trigger changes_no_delete").await;
        }
        let faults = scene.house.db.list_guard_faults().await.expect("guards");
        assert_eq!(faults.len(), 2, "{faults:?}");
    });
}

#[test]
fn a_notice_or_a_decision_taken_away_changed_or_put_in_is_told() {
    use letopis::flow::compromise::{self, Report, Which};
    intrusions(|scene| async move {
        scene.after_lawful_changes().await;
        let (since, learnt_at) = (at("", 0).at, at("", 8).at);
        let report =
            Report { account: "T00007".into(), since, learnt_at, reason: "пароль на листке".into() };
        compromise::note(&scene.house, &report, &at("operator", 10)).await.expect("a notice");
        compromise::approve(&scene.house, &Which::All, &at("operator", 11)).await.expect("a decision");
        assert_eq!(scene.check().await, []);
        scene.run("update compromises set since = '2025-10-27T12:30:00+03:00'").await;
        says(&scene.check().await, "log.notice-altered", &["уведомление", "№ 1"]);
        scene.run("delete from compromises").await;
        says(&scene.check().await, "log.notice-missing", &["№ 1", "удалено"]);
        scene.run("update void_decisions set decision = 'undone' where no = 1").await;
        says(&scene.check().await, "log.notice-altered", &["решение"]);
        scene.run("update void_decisions set event_idx = 1").await;
        says(&scene.check().await, "log.notice-foreign", &["решение"]);
    });
}

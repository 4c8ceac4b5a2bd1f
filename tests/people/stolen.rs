//! A stolen password as everybody meets it: the owner who reports it, the family that reads a thief's mark, those who decide.

use std::sync::Arc;

use letopis::bundle::export::{Shape, tables_of};
use letopis::flow::House;
use letopis::flow::change::{self, Edit};
use letopis::flow::compromise::{self, Report, Which};
use letopis::flow::exchange::export::{Export, export};
use letopis::flow::office::forms::{Asked, make};
use letopis::store::AccountState;

use super::house::{YEAR, act, after, on_every_engine};
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;
use super::shown::read;

/// The teacher's account gives Ольхина a «2» and a final «2», then says that it was not the teacher.
async fn steal(house: &Arc<House>) {
    let mark = Edit::put("marks", YEAR, &["C5", "2025-10-02", "1", "L1", "1"], &["", "2"]);
    let absence = Edit::put("absences", YEAR, &["C5", "2025-10-02", "1", "L2"], &["Н"]);
    let last = Edit::put("final_marks", YEAR, &["C5", "L1", "Q1"], &["2"]);
    change::apply(house, &act("T04", -5), "journal", &[mark, absence, last]).await.unwrap();
    let report = Report { account: "T04".into(), since: after(-10), learnt_at: after(-2), reason: String::new() };
    compromise::note(house, &report, &act("T06", -1)).await.unwrap();
}

#[test]
fn a_family_sees_a_thiefs_mark_struck_through_and_no_mean_counts_it() {
    on_every_engine(|house| async move {
        steal(&house).await;
        let address = open_to_the_web(&house).await;
        let parent = session(&house, "P00001", 1).await;
        let (_, diary) = read(address, "/diary/L1?period=Q1", &parent).await;
        assert!(
            diary.contains("<s>2</s>") && diary.contains("<s>2</s><span class=\"unseen\"> недействительно"),
            "{diary}"
        );
        assert!(diary.contains("data-label=\"Среднее\">5,00<"), "the mean of the genuine mark alone: {diary}");
        assert!(diary.contains("под похищенной учётной записью"), "the page says what it means");
        let teacher = session(&house, "T03", 2).await;
        let (_, other) = read(address, "/learner/L2?period=Q1", &teacher).await;
        assert!(other.contains("<b>0</b> уроков пропущено") && other.contains("<s>Н "), "{other}");
        let (_, finals) = read(address, "/journal/5%D0%90/finals?period=Q1", &teacher).await;
        assert!(finals.contains("<td><s>2</s>") && finals.contains("под похищенной учётной записью"), "{finals}");
        let (_, course) = read(address, "/course/C5?period=Q1", &teacher).await;
        assert!(course.contains("<td class=\"calc\">5,00</td>"), "{course}");
        // Whoever decides that it stands, lets it count.
        compromise::approve(&house, &Which::All, &act("T01", 1)).await.unwrap();
        let (_, diary) = read(address, "/diary/L1?period=Q1", &parent).await;
        assert!(!diary.contains("<s>") && diary.contains(">3,50<"), "{diary}");
    });
}

/// The text of an export of one table.
async fn table(house: &House, what: &str, shape: Shape) -> String {
    let asked = Export {
        what: what.to_owned(),
        tables: tables_of(what).unwrap(),
        year: None,
        class: None,
        period: None,
        shape,
    };
    let bytes = export(house, &asked, &act("T06", 2)).await.unwrap().bytes;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_leaves_the_house_marks_a_thiefs_rows_and_is_as_before_where_there_is_none() {
    on_every_engine(|house| async move {
        assert!(!table(&house, "marks", Shape::Csv).await.contains("void"));
        steal(&house).await;
        let csv = table(&house, "marks", Shape::Csv).await;
        assert!(csv.starts_with("course_id,date,number,learner_id,kind_of_work,value,void\r\n"), "{csv}");
        assert!(csv.contains("L1,,5,\r\n") && csv.contains("L1,,2,да\r\n"), "{csv}");
        let json = table(&house, "final-marks", Shape::Json).await;
        assert!(json.contains("\"void\": \"да\""), "{json}");
        assert!(table(&house, "absences", Shape::Xml).await.contains("<void>да</void>"));
        assert!(!table(&house, "lessons", Shape::Csv).await.contains("void"), "no lesson of it was stolen");
        let asked = Export {
            what: "marks".into(),
            tables: tables_of("marks").unwrap(),
            year: None,
            class: None,
            period: None,
            shape: Shape::Xlsx,
        };
        let book = export(&house, &asked, &act("T06", 2)).await.unwrap().bytes;
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(book)).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        let signs: Vec<String> = sheet.rows().map(|row| row[6].to_string()).collect();
        assert_eq!(signs, ["Недействительно", "", "да"]);
    });
}

#[test]
fn forms_are_made_without_a_thiefs_entries_and_say_how_many_were_left_out() {
    on_every_engine(|house| async move {
        let of = |pairs: &[(&str, &str)]| -> Asked {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let class = [("class", "5А"), ("period", "Q1"), ("who", "all"), ("from", "2025-09-22"), ("to", "2025-10-02")];
        let made = async |id: &str| make(&house, id, &of(&class), &act("T03", 3)).await.unwrap().to_string();
        assert!(!made("class-report").await.contains("Не учтено"));
        steal(&house).await;
        for id in ["class-report", "class-report-preliminary"] {
            let text = made(id).await;
            assert!(text.contains("Не учтено: 3 недействительные записи"), "{id}: {text}");
        }
        let extracts = made("extract-for-parents").await;
        assert_eq!(
            extracts.matches("Не учтено: 1 недействительная запись").count(),
            2,
            "each child its own: {extracts}"
        );
        assert!(extracts.contains("Обязанности заместителя, п. 21"), "{extracts}");
    });
}

#[test]
fn the_owner_of_a_stolen_account_shuts_it_and_those_who_decide_learn_of_it() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let mark = Edit::put("marks", YEAR, &["C5", "2025-10-02", "1", "L2", "0"], &["", "2"]);
        change::apply(&house, &act("T04", -30), "journal", &[mark]).await.unwrap();
        let teacher = session(&house, "T04", 1).await;
        let (_, me) = read(address, "/me", &teacher).await;
        assert!(
            me.contains("Мой пароль узнали") && me.contains("1 рабочий день (Обязанности заместителя 003, п. 21)"),
            "{me}"
        );
        let unsaid = send(address, "POST", "/me/stolen", &teacher, &form(&[("since", "вчера")])).await;
        assert_eq!(unsaid.0, 422, "a moment is needed");
        let told = form(&[("since", "2025-10-02T11:00"), ("reason", "листок с паролем пропал")]);
        assert_eq!(send(address, "POST", "/me/stolen", &teacher, &told).await, (303, "/signin".to_owned()));
        assert_eq!(read(address, "/me", &teacher).await.0, 303, "the session is over");
        let account = house.db.find_account("T04").await.unwrap().unwrap();
        assert_eq!(account.state, AccountState::Locked);
        let notice = house.db.list_compromises().await.unwrap().remove(0);
        assert_eq!((notice.account.as_str(), notice.noted_by.as_str()), ("T04", "T04"));
        assert_eq!(compromise::struck(&house, YEAR).await.unwrap().len(), 1, "the mark since eleven is void");
        for (who, number) in [("T01", 2), ("T06", 3)] {
            let (_, first) = read(address, "/", &session(&house, who, number).await).await;
            assert!(first.contains("недействительное действие ждёт решения"), "{who}: {first}");
            assert!(first.contains("сообщил, что его пароль узнали"), "{who}: {first}");
        }
        let secretary = session(&house, "T05", 4).await;
        assert!(!read(address, "/", &secretary).await.1.contains("пароль узнали"));
        // A parent may, too.
        let parent = session(&house, "P00001", 5).await;
        assert!(read(address, "/me", &parent).await.1.contains("Мой пароль узнали"));
        assert_eq!(send(address, "POST", "/me/stolen", &parent, &told).await.0, 303);
        assert_eq!(house.db.find_account("P00001").await.unwrap().unwrap().state, AccountState::Locked);
    });
}

#[test]
fn the_page_of_notices_tells_the_term_of_the_rules_in_force() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let director = session(&house, "T01", 1).await;
        let (_, page) = read(address, "/compromise", &director).await;
        assert!(page.contains("Срок уведомления: 1 рабочий день (Обязанности заместителя 003, п. 21)."), "{page}");
    });
}

#[test]
fn a_mark_from_another_school_that_a_thief_entered_is_struck_on_the_learners_page() {
    on_every_engine(|house| async move {
        let mark = |id: &str, value: &str| {
            let cells = ["Школа № 2", "Математика", "Алгебра", "1 четверть", value, ""];
            Edit::put("foreign_marks", YEAR, &["L1", id], &cells)
        };
        change::apply(&house, &act("T03", -6), "foreign_marks", &[mark("0001", "4")]).await.unwrap();
        change::apply(&house, &act("T05", -5), "foreign_marks", &[mark("0002", "3")]).await.unwrap();
        let report = Report { account: "T05".into(), since: after(-10), learnt_at: after(-2), reason: String::new() };
        compromise::note(&house, &report, &act("T06", -1)).await.unwrap();
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, "T03", 1).await;
        let (_, page) = read(address, "/year/learners/L1", &teacher).await;
        let void = "<s>3</s> <span class=\"badge bad\">недействительно</span>";
        assert!(page.contains(void) && page.contains("внесено под похищенной учётной записью"), "{page}");
        assert!(page.contains("<td>4</td>"), "the genuine mark stands: {page}");
        compromise::approve(&house, &Which::All, &act("T01", 1)).await.unwrap();
        let (_, page) = read(address, "/year/learners/L1", &teacher).await;
        assert!(page.contains("<td>3</td>") && !page.contains("<s>"), "{page}");
    });
}

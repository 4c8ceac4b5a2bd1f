//! The first quarter from closing to the safe, paper and electronic, disk and code included, by five people and the teachers.

use std::time::Instant;

use letopis::flow::Act;
use letopis::flow::change::{self, Edit};
use letopis::flow::sign::Desk as Pen;

use crate::carriers::{DIRECTOR, Desk, SECRETARY, books, pruning, trip};
use crate::house::Open;
use crate::records::{COPIES, YEAR, gesture};
use crate::tell;

const DEPUTY: &str = "заместитель директора";
const CLASS_TEACHER: &str = "классный руководитель";

/// Everybody up to the deputy signs: how a teacher does it is another story (`desk`).
async fn teachers_sign(open: &Open, copies: &[&str]) {
    for copy in copies {
        let row = open.house.db.list_versions(copy).await.expect("versions").pop().expect("a copy");
        let route = open.house.db.load_snapshot(row.snapshot).await.expect("a snapshot").route;
        for stage in route.iter().filter(|stage| !["deputy", "director"].contains(&stage.id.as_str())) {
            for signer in &stage.signers {
                let act = Act { by: signer.person.id.clone(), at: open.now() };
                let mut pen = Pen::open(&open.house).await.expect("a pen");
                pen.sign(&gesture(&signer.person.id, &[*copy]), &act).await.expect("a signature");
            }
        }
    }
}

/// A work that was still being checked gets its mark after the seal: the supplement, from the opening to its line in the register.
async fn supplement(desk: &mut Desk) {
    let copy = COPIES[0];
    desk.as_one(DEPUTY, &format!("/copies/{copy}")).await;
    desk.browser.fill("ground", "работы на проверке").await;
    desk.browser.press("button[value=\"open\"]").await;
    desk.sees("войдут в дополнительный лист № 1").await;
    let house = &desk.open.house;
    let class = house.db.list_versions(copy).await.expect("versions").pop().expect("a copy").class;
    let mark = house.db.load_class_entries(YEAR, &class).await.expect("entries").marks.remove(0);
    let lesson = [mark.lesson.course_id, mark.lesson.date.to_string(), mark.lesson.number.to_string()];
    let key = [&lesson[0], &lesson[1], &lesson[2], &mark.learner_id, "7"].map(|cell| cell as &str);
    let late = Edit::put("marks", YEAR, &key, &["", "5"]);
    let act = Act { by: "operator".into(), at: desk.open.now() };
    change::apply(house, &act, "journal", &[late]).await.expect("a late mark");

    desk.go("/copies?state=late").await;
    desk.look("late-copies").await;
    desk.go("/desk").await;
    desk.sees("К этой копии нужен дополнительный лист: 1\u{a0}запись").await;
    desk.look("late-desk").await;
    desk.browser.press("#supplements button").await;
    desk.sees("Дополнительный лист № 1 к копии №").await;
    desk.look("supplement").await;
    let own = format!("{copy}-SUP1");
    teachers_sign(&desk.open, &[&own]).await;
    desk.go("/desk").await;
    desk.browser.press("#desk button[type=submit]").await;
    desk.as_one(DIRECTOR, "/desk").await;
    desk.browser.press("#desk button[type=submit]").await;
    desk.sees("маршрут завершён: 1").await;
    desk.browser.press("form[action=\"/desk/seal\"] button").await;
    desk.job("Скреплено печатью: 1").await;
    desk.go("/register").await;
    desk.sees("дополнительный лист № 1").await;
    desk.look("register").await;
}

#[test]
fn a_quarter_goes_from_closing_to_the_safe_by_five_people_with_a_disk_s_trip_and_a_restore_rehearsal() {
    tell(async {
        let mut desk = Desk::of(Open::with_journal().await).await;
        let disks = tempfile::tempdir().expect("a folder");

        // The deputy closes the quarter and issues the copies.
        desk.as_one(DEPUTY, "/copies").await;
        desk.look("closing").await;
        desk.browser.set("period", "Q1").await;
        desk.browser.press("form[action=\"/copies/close\"] button").await;
        desk.job("Закрыт период у 2").await;
        desk.go("/copies").await;
        desk.browser.press("form[action=\"/copies/issue\"] button").await;
        desk.job("Выпущено: 2").await;
        desk.go("/copies").await;
        desk.look("issued").await;
        teachers_sign(&desk.open, &COPIES).await;

        // Deputy and director: a pile, one gesture; then the seal.
        desk.as_one(DEPUTY, "/desk").await;
        desk.browser.press("#desk button[type=submit]").await;
        desk.sees("Подписано:").await;
        desk.as_one(DIRECTOR, "/desk").await;
        desk.look("director").await;
        desk.browser.press("#desk button[type=submit]").await;
        desk.sees("маршрут завершён: 2").await;
        desk.look("director-signed").await;
        desk.browser.press("form[action=\"/desk/seal\"] button").await;
        desk.job("Скреплено печатью: 2").await;
        desk.look("sealed").await;
        let began = Instant::now();
        supplement(&mut desk).await;
        eprintln!("the supplement took {:?}", began.elapsed());

        // Paper: the deputy prints and hands in both; the secretary receives, registers, places.
        desk.as_one(DEPUTY, "/copies?state=sealed").await;
        desk.browser.run("document.querySelector('#print-pile').open = true; return true;").await;
        desk.look("print-pile").await;
        desk.browser.press("#print-pile button").await;
        desk.sees("Напечатано и отмечено: 3").await;
        desk.look("hand-in-pile").await;
        desk.browser.press("#hand-in-pile button").await;
        desk.sees("ждём подписи канцелярии").await;
        desk.as_one(SECRETARY, "/office").await;
        desk.sees("Передачи ждут вашей подписи").await;
        desk.look("today").await;
        desk.go("/office/handovers").await;
        desk.browser.press("form[action=\"/office/handovers\"] button").await;
        desk.go("/office/papers?stage=handed-in").await;
        desk.look("to-register").await;
        desk.browser.press("form[action=\"/office/papers\"] button").await;
        // Ink and stamp are the director's word, one press for all that wait.
        desk.as_one(DIRECTOR, "/office/papers").await;
        desk.sees("Ждут вашей подписи и печати: 3").await;
        desk.browser.press(".head-ink button").await;
        desk.sees("Записано вашим именем: 3").await;
        desk.as_one(SECRETARY, "/office/papers").await;
        desk.browser
            .run(
                "document.querySelector('#pile').open = true; \
                 for (const box of document.querySelectorAll('#pile .checks input')) box.checked = true; return true;",
            )
            .await;
        desk.browser.fill("room", "кабинет 1").await;
        desk.browser.fill("safe", "сейф 1").await;
        desk.look("pile").await;
        desk.browser.press("#pile button").await;
        desk.sees("Оформлено: 3\u{a0}копии; на месте: 3").await;
        desk.browser.press("tbody th a").await;
        desk.sees("кабинет 1, сейф 1").await;
        desk.look("paper-placed").await;
        // One goes out to the class teacher: both sign.
        let teacher = desk.open.account(&desk.open.login(CLASS_TEACHER).await.login).await;
        desk.browser.set("person", &teacher).await;
        let due = (desk.open.now() + chrono::Duration::days(3)).format("%Y-%m-%d").to_string();
        desk.browser.set("due", &due).await;
        desk.browser.press("button[value=\"issue\"]").await;
        desk.as_one(CLASS_TEACHER, "/office/handovers").await;
        desk.browser.press(".owed button").await;
        desk.sees("ждём другую сторону").await;
        desk.as_one(SECRETARY, "/office/handovers").await;
        desk.browser.press(".owed button").await;
        desk.sees("Подписано обеими сторонами").await;
        desk.look("handovers").await;

        // Disk and code.
        let code = books(&mut desk, disks.path()).await;
        trip(&mut desk, &code).await;
        pruning(&mut desk).await;
        desk.as_one(SECRETARY, "/office").await;
        desk.look("today-after").await;
        assert!(desk.faults.is_empty(), "\n{}", desk.faults.join("\n"));
    });
}

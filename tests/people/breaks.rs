//! A technical break, as those who announce it and all the others meet it.

use super::house::{act, all_are_refused, on_every_engine, past_the_program};
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;
use super::shown::read;
use letopis::flow::breaks;

/// «/journal/5А»
const CLASS: &str = "/journal/5%D0%90";

#[test]
fn a_break_is_announced_by_those_who_run_the_house_and_read_by_everybody_until_it_is_over() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (specialist, secretary) = (session(&house, "T08", 1).await, session(&house, "T05", 2).await);
        let teacher = session(&house, "T03", 3).await;
        let before = read(address, CLASS, &teacher).await.1;
        assert!(!before.contains("ехнический перерыв"));
        let wanted =
            form(&[("from", "2025-10-02T22:00"), ("to", "2025-10-02T23:00"), ("reason", "обновление программы")]);
        assert_eq!(send(address, "POST", "/breaks", &secretary, &wanted).await.0, 403);
        assert_eq!(send(address, "POST", "/breaks", &specialist, &wanted).await.0, 303);
        let said = "Технический перерыв 2 октября с 22:00 до 23:00: обновление программы";
        // A page that is kept ready is made anew; a parent and a stranger read it too.
        let parent = session(&house, "P00001", 4).await;
        for (path, token) in [(CLASS, &teacher), ("/diary/L1", &parent), ("/signin", &"nobody".to_owned())] {
            let (status, page) = read(address, path, token).await;
            assert!(status == 200 && page.contains(said), "{path}: {page}");
        }
        let (_, listed) = read(address, "/breaks", &specialist).await;
        assert!(listed.contains("впереди") && listed.contains("Объявить перерыв"), "{listed}");
        let events = house.db.list_log().await.unwrap();
        let told = events.iter().find(|one| one.event == "break_announced").unwrap();
        assert!(told.payload.contains("T08") && !told.payload.contains("обновление"), "{}", told.payload);
        // Two refusals, and taking it back.
        let late = form(&[("from", "2025-10-01T22:00"), ("to", "2025-10-01T23:00"), ("reason", "x")]);
        assert_eq!(send(address, "POST", "/breaks", &specialist, &late).await.0, 409, "it is over already");
        assert_eq!(send(address, "POST", "/breaks", &specialist, &form(&[("from", "вечером")])).await.0, 422);
        assert_eq!(send(address, "POST", "/breaks/1/withdraw", &specialist, "").await.0, 303);
        assert!(!read(address, CLASS, &teacher).await.1.contains(said));
        assert!(breaks::withdraw(&house, 1, &act("T08", 5)).await.is_err(), "once is enough");
        let school = house.db.school();
        let attacks = [
            format!("update breaks set reason = 'x' where school = '{school}'"),
            format!("delete from breaks where school = '{school}'"),
        ];
        all_are_refused(&mut past_the_program(&house).await, &attacks).await;
    });
}

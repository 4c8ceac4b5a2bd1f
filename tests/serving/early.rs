//! A copy returned before the own turn: the deputy has seen what is wrong, and the teachers would sign in vain.

use letopis::domain::copy::State;

use super::desk::{open, post, read, session};
use crate::house::{COPIES, House, tell};

#[test]
fn a_deputy_finds_on_the_desk_where_a_copy_is_returned_before_the_turn() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let of = async |stage: &str| house.signers(copy, stage).await.remove(0);
        let (teacher, deputy) = (of("subject_teacher").await, of("deputy").await);
        let address = open(&house).await;
        let (own, leads) = (session(&house, &teacher).await, session(&house, &deputy).await);
        let place = format!("/desk/return/{copy}");

        let board = read(address, "/desk", &leads).await;
        assert!(board.contains(&format!("<a href=\"{place}\">вернуть с замечанием</a>")), "{board}");
        let snapshot = house.snapshot(copy).await;
        let sheet = snapshot.route[0].signers[0].sheets[0].clone();
        let no = snapshot.sheets.iter().position(|one| one.id() == sheet.as_str()).unwrap() + 1;
        let page = read(address, &format!("{place}?sheet={no}"), &leads).await;
        assert!(page.contains("ждать очереди не нужно"), "{page}");
        assert!(page.contains(&format!("<option value=\"{sheet}\" selected>")), "{page}");
        let own_page = read(address, &format!("/copies/{copy}"), &leads).await;
        assert!(own_page.contains(&format!("<a href=\"{place}\">верните копию с замечанием</a>")), "{own_page}");
        // Whose turn it is has the desk itself.
        let turned = read(address, &place, &own).await;
        assert!(turned.contains("303 See Other") && turned.contains("location: /desk"), "{turned}");

        let key = format!("{copy}/1/deputy");
        let [remarked, chosen, category, remark] = [
            format!("{key}/title"),
            format!("sheet:{key}"),
            format!("category:{key}/title"),
            format!("remark:{key}/title"),
        ];
        let mut fields = vec![
            ("remarked", remarked.as_str()),
            (chosen.as_str(), ""),
            (category.as_str(), "mark"),
            (remark.as_str(), "на бумаге другая отметка"),
        ];
        let (status, answer) = post(address, "/desk/sign", &leads, &fields).await;
        assert!(status != 303 && answer.contains("выберите лист"), "{status}: {answer}");
        fields[1].1 = &sheet;
        assert_eq!(post(address, "/desk/sign", &leads, &fields).await.0, 303);
        assert_eq!(house.copy(copy).await.state, State::Refused);
        // Pressed twice, it is one return; and the teacher finds nothing to sign.
        assert_ne!(post(address, "/desk/sign", &leads, &fields).await.0, 303);
        assert_eq!(house.db.list_remarks(copy).await.unwrap().len(), 1);
        assert_eq!(post(address, "/desk/sign", &own, &[("tick", &format!("{copy}/1/subject_teacher"))]).await.0, 409);
    });
}

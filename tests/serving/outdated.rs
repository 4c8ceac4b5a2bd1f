//! Versions that are never sealed, as everybody meets them: nobody is asked to sign or to refuse them, and who issues is led to the next version.

use letopis::domain::snapshot::Sheet;
use letopis::flow::keys;

use super::desk::{open, post, read, session};
use crate::house::{COPIES, House, after, tell};

#[test]
fn copies_under_a_former_authority_are_asked_of_nobody_and_their_next_version_is_made_once() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let of = async |stage: &str| house.signers(copy, stage).await.remove(0);
        let (teacher, deputy, director) = (of("subject_teacher").await, of("deputy").await, of("director").await);
        keys::replace_authority(&house, &after(20)).await.unwrap();
        let address = open(&house).await;
        let own = session(&house, &teacher).await;
        let (leads, heads) = (session(&house, &deputy).await, session(&house, &director).await);
        let said =
            "версия 1 составлена под прежним удостоверяющим центром школы: ждите версию 2, эту подписывать не нужно";

        // The teacher reads why, and finds nothing to press.
        let board = read(address, "/desk", &own).await;
        assert!(board.contains(&said.replacen("версия", "Версия", 1)), "{board}");
        for live in ["<summary>Отклонить</summary>", "Снимите отметку", "Подписать отмеченное"]
        {
            assert!(!board.contains(live), "{live}: {board}");
        }
        let list = read(address, "/copies", &own).await;
        assert!(list.contains("нужна версия 2") && list.contains("следующую выпускает "), "{list}");
        // A press that comes all the same, or a remark, is answered in the same words and writes nothing.
        let sheet = house.snapshot(copy).await.route[0].signers[0].sheets[0].clone();
        let key = format!("{copy}/1/subject_teacher");
        let (remarked, remark) = (format!("{key}/{sheet}"), format!("remark:{key}/{sheet}"));
        let attacks =
            [vec![("tick", key.as_str())], vec![("remarked", remarked.as_str()), (remark.as_str(), "не та отметка")]];
        for fields in attacks {
            let (status, answer) = post(address, "/desk/sign", &own, &fields).await;
            assert!(status != 303 && answer.contains(said), "{status}: {answer}");
        }
        assert!(house.db.list_statements(copy, 1).await.unwrap().is_empty());

        // Nobody tells the deputy that others sign before; the next version is what is waited for.
        for token in [&leads, &heads] {
            let board = read(address, "/desk", token).await;
            assert!(board.contains("Ждут следующей версии, копий: "), "{board}");
            assert!(!board.contains("До вашей очереди") && !board.contains("На подписании у других"), "{board}");
        }
        let list = read(address, "/copies?state=outdated", &leads).await;
        let marked = list.contains("нужна версия 2") && list.contains("выпустите следующую</a>");
        assert!(marked && list.contains("Ждут следующей версии"), "{list}");

        // Two people press on the page of version 1: there is one version 2. A form that names no version is no form of the page.
        let page = read(address, &format!("/copies/{copy}"), &leads).await;
        assert!(page.contains(&said.replacen("версия", "Версия", 1)), "{page}");
        assert!(page.contains("name=\"last\" value=\"1\""), "{page}");
        assert!(page.contains("name=\"ground\" value=\"заменён удостоверяющий центр школы\""), "{page}");
        let reissue = format!("/copies/{copy}/reissue");
        let fields = [("ground", "заменён удостоверяющий центр школы"), ("last", "1")];
        assert_ne!(post(address, &reissue, &leads, &fields[..1]).await.0, 303);
        assert_eq!(house.copy(copy).await.version, 1);
        for token in [&leads, &heads] {
            assert_eq!(post(address, &reissue, token, &fields).await.0, 303);
            assert_eq!(house.copy(copy).await.version, 2);
        }
        let board = read(address, "/desk", &own).await;
        assert!(board.contains("Подписать отмеченное"), "the next version is signed as any other: {board}");
    });
}

#[test]
fn of_two_who_looked_at_one_version_one_makes_the_next() {
    tell(async {
        use letopis::flow::reissue::reissue_of;
        let house = House::with_issued_copies().await;
        let looked_at = house.copy(COPIES[0]).await;
        reissue_of(&house, &looked_at, "уточнение", &after(20)).await.unwrap();
        reissue_of(&house, &looked_at, "уточнение", &after(21)).await.expect_err("another was first");
        assert_eq!(house.copy(COPIES[0]).await.version, 2);
        // Nobody had signed version 1: the sheet of changes speaks of no signature that stands.
        let sheets = house.snapshot(COPIES[0]).await.sheets;
        let changes = sheets.iter().find_map(|sheet| match sheet {
            Sheet::Changes(sheet) => Some(sheet),
            _ => None,
        });
        assert!(changes.is_some_and(|sheet| sheet.unsigned && sheet.signed_anew.is_empty()));
    });
}

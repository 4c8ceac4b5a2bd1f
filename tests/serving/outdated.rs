//! Versions that are never sealed, as everybody meets them: nobody is asked to sign or to refuse them, and who issues is led to the next version.

use letopis::domain::snapshot::Sheet;
use letopis::flow::{Act, keys, recall};

use super::desk::{open, post, read, session};
use crate::house::{Bundle, COPIES, House, after, tell};

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
        // The old version is called what it is, in the list and on its own page; nobody is waited for, and nothing is printed.
        assert!(list.contains("устарела: ждёт следующей версии") && !list.contains(">на подписании<"), "{list}");
        let page = read(address, &format!("/copies/{copy}"), &heads).await;
        assert!(page.contains("устарела: ждёт следующей версии"), "{page}");
        assert!(
            page.contains("подписывать не нужно: ждём следующую версию") && !page.contains("ждём подписи"),
            "{page}"
        );
        assert!(!page.contains("value=\"print\""), "{page}");
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
            // Who issues is asked for it in the same block, and is not told to wait.
            let asked =
                "Версия 1 составлена под прежним удостоверяющим центром школы: выпустите версию 2, эту не подписывают";
            assert!(board.contains(asked) && !board.contains("ждите версию"), "{board}");
        }
        let list = read(address, "/copies?state=outdated", &leads).await;
        let marked = list.contains("нужна версия 2") && list.contains("выпустите следующую</a>");
        assert!(marked && list.contains("Ждут следующей версии"), "{list}");

        // Two people press on the page of version 1: there is one version 2. A form that names no version is no form of the page.
        let page = read(address, &format!("/copies/{copy}"), &leads).await;
        let asked = "составлена под прежним удостоверяющим центром школы: выпустите версию 2, эту не подписывают";
        assert!(page.contains(asked), "{page}");
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

#[test]
fn a_refused_version_is_told_by_what_was_signed_and_its_next_one_names_the_sheets_to_be_signed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let teachers = house.snapshot(copy).await.route[0].signers.clone();
        let place = teachers.into_iter().find(|one| one.sheets.len() > 1 && one.person.id != deputy).unwrap();
        let (own, leads) = (session(&house, &place.person.id).await, session(&house, &deputy).await);
        let key = format!("{copy}/1/subject_teacher/{}", place.sheets[0]);
        let remark = format!("remark:{key}");
        let fields = [("remarked", key.as_str()), (remark.as_str(), "не та отметка")];
        assert_eq!(post(address, "/desk/sign", &own, &fields).await.0, 303);
        // Who had not signed it is told of no signature: there is nothing to sign before the next version.
        let board = read(address, "/desk", &leads).await;
        let told = "возвращена с замечанием; вам её подписывать не нужно, подпишете версию 2, когда её выпустят";
        assert!(board.contains(told) && !board.contains("подписи под версией 1 хранятся"), "{board}");
        let fields = [("ground", "по замечанию"), ("last", "1")];
        assert_eq!(post(address, &format!("/copies/{copy}/reissue"), &leads, &fields).await.0, 303);
        // The refuser's other sheets keep their signature; the one that was refused had none, nor had those of others.
        let changes = read(address, &format!("/copies/{copy}/2/changes"), &leads).await;
        let paper = house.papers.get(&house, house.copy(copy).await.snapshot).await.unwrap();
        let refused = format!("лист {} «", paper.number(&place.sheets[0]));
        assert!(changes.contains("Подпись осталась в силе под "), "{changes}");
        assert!(changes.contains("Подписать (в версии 1 не были подписаны):</b>"), "{changes}");
        assert!(changes.contains(&refused) && !changes.contains("Подписать заново:"), "{refused}: {changes}");
        assert!(changes.contains("Новую версию целиком подписывают: "), "{changes}");
    });
}

#[test]
fn a_recalled_copy_says_so_in_the_list_and_is_not_printed() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let director = house.signers(copy, "director").await.remove(0);
        let heads = session(&house, &director).await;
        let sheet = house.snapshot(copy).await.route[0].signers[0].sheets[0].clone();
        let fields = [("act", "recall"), ("sheet", sheet.as_str()), ("ground", "не та отметка за 14 октября")];
        assert_eq!(post(address, &format!("/copies/{copy}/recall"), &heads, &fields).await.0, 303);
        let page = read(address, &format!("/copies/{copy}"), &heads).await;
        assert!(!page.contains("value=\"print\""), "{page}");
        let list = read(address, "/copies", &heads).await;
        assert!(list.contains("возвращена на исправление") && list.contains("ждёт версии 2"), "{list}");
    });
}

#[test]
fn a_load_into_the_journals_of_a_recalled_copy_leads_to_its_page_though_its_sheet_is_not_mended_yet() {
    use letopis::flow::exchange::{opened, staged};
    tell(async {
        let house = House::with_sealed_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let route = house.snapshot(copy).await.route;
        let sheets: Vec<String> = route[0].signers.iter().flat_map(|one| one.sheets.clone()).collect();
        recall::recall(&house, copy, &sheets[..1], "не та отметка", &after(25)).await.unwrap();
        // A five of September in a subject that the recall does not name becomes a four.
        let bundle = Bundle::small();
        let text = bundle.text("marks.csv");
        let is_other = |line: &&str| {
            let beside =
                |sheet: &String| line.starts_with(&format!("{},2025-09-", sheet.trim_start_matches("course-")));
            line.contains(",5") && sheets[1..].iter().any(beside)
        };
        let line = text.lines().find(is_other).unwrap();
        let at = line.rfind(",5").unwrap();
        let other = format!("{},4{}", &line[..at], &line[at + 2..]);
        let bundle = bundle.with("marks.csv", |text| text.replacen(line, &other, 1));
        let roster = house.db.load_roster(&house.copy(copy).await.year).await.unwrap();
        let administrator = roster.staff.iter().find(|one| one.has_role("administrator")).unwrap().id.clone();
        let token = session(&house, &administrator).await;
        let own = Act { by: administrator, ..after(30) };
        let upload = staged::keep(&house, &opened(bundle.0).unwrap(), &own).unwrap();
        let (status, answer) = post(address, "/exchange/confirm", &token, &[("upload", upload.as_str())]).await;
        assert_eq!(status, 303, "{answer}");
        assert!(answer.contains(&format!("/copies/{copy}\r\n")), "the next step is the copy: {answer}");
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(page.contains("» ничего не изменено"), "{page}");
    });
}

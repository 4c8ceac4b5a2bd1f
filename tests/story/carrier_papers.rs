//! Papers of carriers say what happened to a copy and no more: act of writing, undertaking, custody log; any copy of a carrier is compared.

use std::sync::Arc;

use letopis::domain::carrier::spoiled::Next;
use letopis::domain::carrier::{Cause, Holder, Refusal, Signed, Step, Trip};
use letopis::domain::forms::People;
use letopis::domain::rights::Role;
use letopis::flow::Act;
use letopis::flow::backup::{self, Silent, check};
use letopis::flow::carriers;
use letopis::flow::jobs::{self, Work, Worker};
use letopis::flow::office::forms::{Asked, make, missing_signers};

use super::carriers::{Office, spoil};
use super::house::{House, YEAR, after, tell};

async fn text(house: &letopis::flow::House, id: &str, pairs: &[(&str, &str)], minutes: i64) -> String {
    let asked: Asked = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    make(house, id, &asked, &after(minutes)).await.unwrap_or_else(|error| panic!("{id}: {error}")).to_string()
}

impl Office {
    /// Compares a copy on a disk and keeps the certificate.
    async fn keep(&self, disk: usize, copy: &str, code: Option<&str>, minutes: i64) {
        let (folder, code) = (self.disks[disk].join(copy), code.map(str::to_owned));
        let report = check::compare(Some(&self.house), &folder, code, Arc::new(Silent)).await.unwrap();
        let carrier = format!("Н-{}", disk + 1);
        check::keep(&self.house, carriers::COMPARISON, &carrier, &report, &after(minutes)).await.unwrap();
    }
}

#[test]
fn an_act_of_writing_says_what_is_on_record_of_the_writing_whenever_it_is_printed() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let first = office.write(40).await.unwrap().row.id;
        let copy = office.write(41).await.unwrap().row.id;
        let act = async |minutes| text(&office.house, "backup-act", &[("copy", &copy)], minutes).await;
        let said = act(42).await;
        assert!(said.contains("АКТ № 2") && !said.contains("расхождений нет"), "{said}");
        // No carrier was given out, and nobody put one into the safe: the act does not say so.
        assert!(!said.contains("помещ") && said.matches("никому не выдан").count() == 2, "{said}");
        // Nobody answers for the journal here: whom the rules make answer for the archive is named with the office, no blank is left.
        let roster = office.house.db.load_roster(YEAR).await.unwrap();
        let head = People::holder(&roster, "director").unwrap();
        let named = format!("ответственный за электронный архив, директор, {}", People::of(&roster).get(head).signed);
        assert!(People::holder(&roster, "journal_keeper").is_none() && said.contains(&named), "{named}: {said}");
        // The page of carriers names as missing whom the act leaves a line for, and nobody else.
        let missing = missing_signers(&office.house, after(42).at.date_naive()).await.unwrap();
        assert!(!missing.contains(&Role::JournalKeeper), "{missing:?}");
        let is_left = said.contains("Никто не назначен") && said.contains("«Технический специалист»");
        assert_eq!(missing.contains(&Role::TechnicalSpecialist), is_left, "{missing:?}: {said}");
        assert!(said.contains("прочитана назад с каждого носителя до последнего байта"), "{said}");
        assert!(text(&office.house, "backup-act", &[("copy", &first)], 42).await.contains("АКТ № 1"));
        // The period's set is told as the regulation has it; a copy of another reason by what it holds.
        assert!(said.contains("(учётный период): списки класса, отметки") && !said.contains("повод"), "{said}");
        let order = backup::Order::new(Vec::new(), Cause::Month);
        let archive = backup::write(&office.house, &order, &after(42), Arc::new(Silent)).await.unwrap().row.id;
        let of_archive = text(&office.house, "backup-act", &[("copy", &archive)], 42).await;
        let is_told = of_archive.contains("всех данных «Летописи» (повод — «архив»): база данных и архив школы");
        assert!(is_told && !of_archive.contains("(учётный период)"), "{of_archive}");

        office.keep(0, &copy, None, 43).await;
        assert_eq!(act(44).await, said, "what was compared later is told by its certificate");
        // Who sat at the command line is no office of the school: the name is for ink.
        let certificate = text(&office.house, "backup-certificate", &[("no", "1")], 44).await;
        assert!(certificate.contains("Оператор программы") && !certificate.contains("Технический"), "{certificate}");
        assert!(certificate.contains("код доступа не вводили"), "{certificate}");
        office.keep(0, &copy, Some(&office.code), 45).await;
        // With the code each file inside was compared: the certificate does not say that nothing was opened.
        let certificate = text(&office.house, "backup-certificate", &[("no", "2")], 45).await;
        assert!(certificate.contains("раскрыта кодом доступа") && !certificate.contains("не вводили"), "{certificate}");
        // The other carrier is altered and the first one is moved: the act still says what was on record of the writing.
        spoil(&office.disks[1].join(&copy).join("copy.tar.gz.age.001"), 50_000);
        office.keep(1, &copy, None, 47).await;
        let room = carriers::add_place(&office.house, "кабинет 30", Holder::Safe, "", &after(47)).await.unwrap();
        carriers::move_carrier(&office.house, "Н-1", &room, "", "", &after(47)).await.unwrap();
        assert_eq!(act(48).await, said, "printed twice, it says the same");
        // The certificate of the altered one says of nothing that is changed that it matched.
        let bad = text(&office.house, "backup-certificate", &[("no", "3")], 48).await;
        assert!(bad.contains("ярлык тот же, а сама копия НЕ СОВПАЛА") && bad.contains("остальные НЕ СОВПАЛИ"), "{bad}");
        assert!(!bad.contains("| совпала"), "{bad}");
        // What was found stands in the text, before the signatures; a part that differs was read all the same, and its key is right.
        let found = "Найдено: copy.tar.gz.age.001: часть копии изменена или обрезана.";
        assert!(bad.contains(found) && bad.contains("Полнота: прочитано 100,00 %"), "{bad}");
        assert!(bad.contains("(файл key.age), сверен с ярлыком, SHA-256 | совпал |"), "{bad}");
        // A rehearsal is signed by both who took part, a comparison by the one who made it.
        let folder = office.disks[0].join(&copy);
        let report = check::compare(Some(&office.house), &folder, None, Arc::new(Silent)).await.unwrap();
        let act = Act { by: head.to_owned(), ..after(49) };
        check::keep(&office.house, carriers::REHEARSAL, "Н-1", &report, &act).await.unwrap();
        let both = text(&office.house, "backup-certificate", &[("no", "4")], 50).await;
        let name = People::of(&roster).get(head).signed;
        assert!(both.contains("Технический специалист | ") && both.contains(&format!("| {name} |")), "{both}");
    });
}

#[test]
fn any_copy_of_a_carrier_is_compared_and_an_older_one_vouches_for_nothing() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let house = &office.house;
        let older = office.write(40).await.unwrap().row.id;
        let newest = office.write(41).await.unwrap().row.id;
        let work = |backup: &str| Work::CompareCarrier { carrier: "Н-1".to_owned(), backup: backup.to_owned() };
        // Jobs of one moment come in any order.
        for (minute, backup) in (41..).zip(["", older.as_str(), "../keys"]) {
            jobs::queue(house, &work(backup), &after(minute)).await.unwrap();
        }
        let shared = Arc::new(letopis::flow::House::open(&house.root).await.unwrap());
        let worker = Worker::new(shared, Arc::new(|| after(43).at), Arc::default()).unwrap();
        let (_keep, mut stop) = tokio::sync::watch::channel(false);
        while worker.next(&mut stop).await.unwrap() {}
        let checks = house.db.list_backup_checks().await.unwrap();
        assert_eq!(
            checks.iter().map(|check| check.backup.as_str()).collect::<Vec<_>>(),
            [newest.as_str(), older.as_str()],
            "a name that is no copy of the carrier is none"
        );

        let taken = Signed {
            step: Step::Taken,
            person: "T05".to_owned(),
            office: String::new(),
            note: String::new(),
            at: after(44).moment(),
        };
        let trip = Trip {
            no: 1,
            carrier: "Н-1".to_owned(),
            purpose: String::new(),
            due_on: after(44).at.date_naive(),
            taker: "T05".to_owned(),
            at: after(44).moment(),
            steps: vec![taken],
            orders: Vec::new(),
            dropped: None,
        };
        office.keep(0, &older, None, 45).await;
        let mut all = carriers::overview(house, after(45).at.date_naive()).await.unwrap();
        assert!(matches!(all.vouch(&trip), Err(Refusal::NewestNotCompared { .. })));
        // It was compared and found changed, and nothing was written since: that is not «nobody compared it».
        all.checks.last_mut().unwrap().verdict = "altered".to_owned();
        assert!(matches!(all.vouch(&trip), Err(Refusal::Differs(_))));
        office.keep(0, &newest, None, 46).await;
        let all = carriers::overview(house, after(46).at.date_naive()).await.unwrap();
        assert_eq!(all.vouch(&trip), Ok(()));
    });
}

#[test]
fn an_undertaking_names_the_person_in_full_and_the_carriers_that_stood_on_the_books() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let house = &office.house;
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let head = roster.staff.iter().find(|one| one.has_role("director")).unwrap();
        let said = text(house, "carrier-undertaking", &[("person", &head.id)], 50).await;
        let full = format!("Я, {} {} {}, директор", head.surname, head.given_name, head.patronymic);
        assert!(said.contains(&full), "{full}: {said}");
        assert!(said.contains("никому не сообщать код") && !said.contains("только директору"), "{said}");
        let secretary = roster.staff.iter().find(|one| one.has_role("secretary")).unwrap();
        let other = text(house, "carrier-undertaking", &[("person", &secretary.id)], 50).await;
        assert!(other.contains("если код станет мне известен, не сообщать его никому, кроме директора"), "{other}");
        assert!(said.contains("(учётные №\u{a0}Н-1, №\u{a0}Н-2 и поставленные на учёт позже)"), "{said}");
        // A carrier of a later day is not in the text that was signed.
        let disk = house.outside("disk3");
        crate::disks::put_on_the_books(house, &[disk], &after(60)).await;
        assert!(!text(house, "carrier-undertaking", &[("person", &head.id)], 61).await.contains("Н-3"));
        // Written off before the other signs: what she signs does not name it; what was signed stays as it was signed.
        carriers::write_off(house, "Н-1", "акт № 1", &after(62)).await.unwrap();
        let other = text(house, "carrier-undertaking", &[("person", &secretary.id)], 63).await;
        assert!(other.contains("(учётные №\u{a0}Н-2, №\u{a0}Н-3 и поставленные на учёт позже)"), "{other}");
        assert!(text(house, "carrier-undertaking", &[("person", &head.id)], 63).await.contains("(учётные №\u{a0}Н-1"));
    });
}

#[test]
fn a_changed_copy_stays_an_alarm_until_its_own_place_is_taken_by_a_right_one() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let set = office.write(40).await.unwrap().row.id;
        let order = backup::Order::new(Vec::new(), Cause::Demand);
        let newer = backup::write(&office.house, &order, &after(41), Arc::new(Silent)).await.unwrap().row.id;
        spoil(&office.disks[0].join(&set).join("copy.tar.gz.age.001"), 50_000);
        office.keep(0, &set, None, 42).await;
        office.keep(0, &newer, None, 43).await;
        let open = async |copy: &str| {
            let all = carriers::overview(&office.house, after(50).at.date_naive()).await.unwrap();
            let found = all.spoiled();
            let one = found.iter().find(|one| one.carrier == "Н-1" && one.id == copy).expect("a changed copy");
            match one.next {
                Next::Write => "write".to_owned(),
                Next::Compare(id) => format!("compare {id}"),
                Next::Replaced(id) => format!("replaced {id}"),
            }
        };
        assert_eq!(open(&set).await, "write", "a good word on a newer copy of another kind mends nothing");
        let anew = office.write(44).await.unwrap().row.id;
        assert_eq!(open(&set).await, format!("compare {anew}"));
        office.keep(0, &anew, None, 45).await;
        assert_eq!(open(&set).await, format!("replaced {anew}"));
    });
}

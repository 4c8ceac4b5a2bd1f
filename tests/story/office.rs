//! The office: a copy's way on paper from the printer to the safe, with both sides' signatures, and what it refuses on the way.

use letopis::domain::audit::{Event, EventKind};
use letopis::domain::paper::{PaperFact, Place, Purpose, Stage};
use letopis::flow::office::forms::{About, Asked, FORMS, Known, left_out, make};
use letopis::flow::office::{self, NewHandover, Refusal, templates};
use letopis::flow::paper::{Seen, record};
use letopis::flow::sign::Gesture;
use letopis::flow::{Act, Error};
use letopis::store::{AccountRow, AccountState, GuardianRow, Which};

use super::house::{COPIES, House, YEAR, after, gesture, tell};

/// An act of somebody, minutes after the noon of the story.
fn by(person: &str, minutes: i64) -> Act {
    Act { by: person.to_owned(), ..after(minutes) }
}

/// Deputy and secretary of the story school.
async fn staff(house: &House) -> (String, String) {
    let journal = house.db.load_roster(YEAR).await.unwrap();
    let holder = |role: &str| journal.staff.iter().find(|one| one.has_role(role)).unwrap().id.clone();
    (holder("deputy"), holder("secretary"))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Office(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn hand(paper: &str, purpose: Purpose, from: &str, to: &str) -> NewHandover {
    NewHandover {
        paper: paper.to_owned(),
        purpose,
        from: from.to_owned(),
        to: to.to_owned(),
        note: String::new(),
        due: None,
    }
}

/// Prints a copy, hands it in, enters it; gives its paper's identifier.
pub async fn registered(house: &House, copy: &str, minutes: i64) -> String {
    let (_, secretary) = staff(house).await;
    let paper = handed_in(house, copy, minutes).await;
    office::register(house, &paper, &by(&secretary, minutes)).await.unwrap();
    paper
}

/// Prints a copy and hands it in, both sides signing; gives its paper's identifier.
async fn handed_in(house: &House, copy: &str, minutes: i64) -> String {
    let (deputy, secretary) = staff(house).await;
    let paper = office::print(house, copy, false, &by(&deputy, minutes)).await.unwrap();
    let no =
        office::hand_over(house, &hand(&paper.id, Purpose::HandIn, &deputy, &secretary), &by(&deputy, minutes)).await;
    let no = no.unwrap();
    office::sign_handover(house, no, &by(&deputy, minutes)).await.unwrap();
    office::sign_handover(house, no, &by(&secretary, minutes)).await.unwrap();
    paper.id
}

#[test]
fn a_copy_goes_from_the_printer_to_the_safe_and_back_from_a_teacher() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let (deputy, secretary) = staff(&house).await;
        let line = house.db.find_register_line(COPIES[0], 1).await.unwrap().unwrap().line;
        let paper = office::print(&house, COPIES[0], false, &by(&deputy, 40)).await.unwrap();
        // "14 листов" equals the pages of the PDF (F59).
        assert_eq!((paper.pages, paper.sheets, &paper.pdf), (line.pages, line.pages, &line.sealed_pdf.to_hex()));

        // Not in the register before both have signed.
        let early = office::register(&house, &paper.id, &by(&secretary, 41)).await;
        assert_eq!(refusal(early), Refusal::NotHandedIn);
        let new = hand(&paper.id, Purpose::HandIn, &deputy, &secretary);
        let no = office::hand_over(&house, &new, &by(&deputy, 42)).await.unwrap();
        assert!(!office::sign_handover(&house, no, &by(&deputy, 42)).await.unwrap(), "one signature leaves it open");
        assert_eq!(refusal(office::register(&house, &paper.id, &by(&secretary, 43)).await), Refusal::Open(no));
        assert_eq!(refusal(office::sign_handover(&house, no, &by(&deputy, 43)).await), Refusal::SignedBefore(no));
        assert!(office::sign_handover(&house, no, &by(&secretary, 44)).await.unwrap());
        assert_eq!(office::register(&house, &paper.id, &by(&secretary, 45)).await.unwrap(), 1);
        let again = office::register(&house, &paper.id, &by(&secretary, 46)).await;
        assert_eq!(refusal(again), Refusal::Registered(1));

        let day = "2025-10-27".to_owned();
        let waits = async || house.db.list_paper(Which::One(&paper.id)).await.unwrap().pop().unwrap().missing().len();
        let before = waits().await;
        let presented = PaperFact::Presented { day: day.clone() };
        office::note(&house, &paper.id, &presented, &by(&secretary, 46)).await.unwrap();
        assert_eq!(waits().await, before, "presenting to the head is on record (DOC-07) and holds nothing up");
        let ink = [PaperFact::SignedByHead { day: day.clone() }, PaperFact::Stamped { day: day.clone() }];
        let steps = [
            PaperFact::Numbered {
                day: day.clone(),
                sheets: paper.sheets + 1,
                lettered: "12а".to_owned(),
                missing: String::new(),
            },
            PaperFact::Stitched { day },
            PaperFact::Placed(Place {
                room: "канцелярия".to_owned(), safe: "1".to_owned(), ..Place::default()
            }),
        ];
        let ahead = PaperFact::Stamped { day: "2025-10-28".to_owned() };
        let refused = office::note(&house, &paper.id, &ahead, &by(&secretary, 47)).await;
        assert_eq!(refusal(refused), Refusal::Day("2025-10-28".to_owned()));
        for fact in &steps {
            office::note(&house, &paper.id, fact, &by(&secretary, 48)).await.unwrap();
        }
        // Ink and stamp are the director's word alone; until it is given, the register shows what is waited for.
        let kept = house.db.list_paper(Which::One(&paper.id)).await.unwrap().pop().unwrap();
        let waits = (kept.stage(), kept.awaits_head());
        assert_eq!(waits, (Stage::Registered, Some("ждёт подписи и печати директора")));
        let head = house.db.load_roster(YEAR).await.unwrap();
        let head = head.staff.iter().find(|one| one.has_role("director")).unwrap().id.clone();
        for fact in &ink {
            for other in [&secretary, &deputy] {
                let refused = office::note(&house, &paper.id, fact, &by(other, 49)).await;
                assert_eq!(refusal(refused), Refusal::NotTheHead(fact.as_russian()));
            }
            office::note(&house, &paper.id, fact, &by(&head, 49)).await.unwrap();
        }
        let kept = house.db.list_paper(Which::One(&paper.id)).await.unwrap().pop().unwrap();
        assert_eq!((kept.stage(), kept.sheets(), kept.missing().len()), (Stage::Kept, paper.sheets + 1, 0));
        assert_eq!(kept.copy.keep_through, "2031-12-31");
        assert_eq!(kept.presented(), "2025-10-27");

        // Out to a teacher and back, both sides each time.
        let teacher = house.db.load_roster(YEAR).await.unwrap().classes[0].class_teacher_id.clone();
        let back = hand(&paper.id, Purpose::Return, &teacher, &secretary);
        assert_eq!(refusal(office::hand_over(&house, &back, &by(&secretary, 50)).await), Refusal::NotOut);
        let out = hand(&paper.id, Purpose::Issue, &secretary, &teacher);
        let no = office::hand_over(&house, &out, &by(&secretary, 50)).await.unwrap();
        office::sign_handover(&house, no, &by(&secretary, 50)).await.unwrap();
        office::sign_handover(&house, no, &by(&teacher, 51)).await.unwrap();
        let kept = house.db.list_paper(Which::One(&paper.id)).await.unwrap().pop().unwrap();
        assert_eq!(kept.stage(), Stage::Out);
        assert_eq!(refusal(office::hand_over(&house, &out, &by(&secretary, 52)).await), Refusal::Out(teacher.clone()));
        let no = office::hand_over(&house, &back, &by(&secretary, 53)).await.unwrap();
        office::sign_handover(&house, no, &by(&teacher, 53)).await.unwrap();
        office::sign_handover(&house, no, &by(&secretary, 54)).await.unwrap();
        let kept = house.db.list_paper(Which::One(&paper.id)).await.unwrap().pop().unwrap();
        assert_eq!(kept.stage(), Stage::Kept);
        assert_eq!(house.doctor().await, Vec::<String>::new());

        let register = make(&house, "paper-register", &Asked::new(), &by(&secretary, 60)).await.unwrap().to_string();
        assert!(register.contains(&line.sealed_pdf.to_hex()), "the paper names its electronic twin\n{register}");
        let twin = format!("№ {}, версия {}, контейнер {}-v{}", line.number, line.version, line.id, line.version);
        assert!(register.contains(&twin) && !register.contains("urn:"), "people read the copy's number\n{register}");
        assert!(register.contains("канцелярия, сейф 1"), "{register}");
        let journal = make(&house, "handover-journal", &Asked::new(), &by(&secretary, 60)).await.unwrap().to_string();
        assert_eq!(journal.matches("подписано").count(), 6, "{journal}");
    });
}

#[test]
fn the_directors_ink_of_the_route_is_known_of_the_paper_copy_with_who_saw_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (deputy, _) = staff(&house).await;
        for stage in ["subject_teacher", "class_teacher", "deputy"] {
            for signer in house.signers(COPIES[0], stage).await {
                let one = Gesture { stage: Some(stage.to_owned()), ..gesture(&signer, &[COPIES[0]]) };
                house.gesture(one).await.unwrap();
            }
        }
        let seen = Seen {
            version: 1,
            stage: "director".to_owned(),
            signer: house.signers(COPIES[0], "director").await.remove(0),
            signed_on: "2025-10-27".to_owned(),
            scan: Vec::new(),
        };
        record(&house, COPIES[0], &seen, &by(&deputy, 35)).await.unwrap();
        house.seal_everything(38).await.unwrap();
        let paper = registered(&house, COPIES[0], 40).await;
        let kept = house.db.list_paper(Which::One(&paper)).await.unwrap().pop().unwrap();
        assert_eq!((kept.signed_by_head().as_str(), kept.awaits_head()), ("2025-10-27", Some("ждёт печати школы")));
        assert_eq!(kept.ink.map(|ink| ink.by), Some(deputy));
        assert!(kept.facts.is_empty(), "nobody in the office said it");
    });
}

#[test]
fn numbers_run_without_gaps_and_a_closed_year_takes_later_copies_with_a_ground_alone() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let (_, secretary) = staff(&house).await;
        let first = registered(&house, COPIES[1], 40).await;
        let second = registered(&house, COPIES[0], 41).await;
        let numbers: Vec<(u64, String)> = house
            .db
            .list_paper(Which::All)
            .await
            .unwrap()
            .into_iter()
            .map(|kept| (kept.copy.no, kept.copy.id))
            .collect();
        assert_eq!(numbers, [(1, first.clone()), (2, second)]);
        let ground = PaperFact::Voided { ground: "испорчен лист".to_owned() };
        office::note(&house, &first, &ground, &by(&secretary, 42)).await.unwrap();
        let stamped = PaperFact::Stamped { day: "2025-10-27".to_owned() };
        let refused = office::note(&house, &first, &stamped, &by(&secretary, 43)).await;
        assert_eq!(refusal(refused), Refusal::Void("испорчен лист".to_owned()));

        let asked = refusal(office::close_year(&house, YEAR, false, &by(&secretary, 44)).await);
        let open = match asked {
            Refusal::YearOpen(open) => open,
            other => panic!("{other:?}"),
        };
        for lack in ["без подписи директора", "без печати", "без нумерации листов", "не прошито", "без места хранения"]
        {
            let told = format!("{lack}: 1\u{a0}внесённая копия");
            assert!(open.contains(&told), "the void one lacks nothing: {open:?}");
        }
        // Journals that are not closed: counted and called as on the first screen.
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let all: usize = roster.classes.iter().map(|class| roster.periods_of_grade(class.grade).len()).sum();
        let left = (all - house.db.list_closures().await.unwrap().len()) as u64;
        let [one, few, many] = [
            "журнал класса за период не закрыт",
            "журнала классов за период не закрыты",
            "журналов классов за период не закрыто",
        ];
        assert!(open.contains(&letopis::domain::words::count(left, one, few, many)), "{left}: {open:?}");
        let closing = office::close_year(&house, YEAR, true, &by(&secretary, 44)).await.unwrap();
        assert_eq!((closing.first, closing.last, closing.count, closing.voided), (1, 2, 2, 1));
        let again = office::close_year(&house, YEAR, true, &by(&secretary, 45)).await;
        assert_eq!(refusal(again), Refusal::YearClosed(YEAR.to_owned()));
        let paper = office::print(&house, COPIES[0], true, &by(&secretary, 46)).await.unwrap();
        let late = office::register(&house, &paper.id, &by(&secretary, 47)).await;
        assert_eq!(refusal(late), Refusal::YearClosed(YEAR.to_owned()));
        let form = make(&house, "paper-register", &Asked::new(), &by(&secretary, 50)).await.unwrap().to_string();
        let former = "внесено 2 (две) позиции с № 1 по № 2, в том числе аннулировано 1";
        assert!(form.contains(former), "{form}");

        // A copy that came later: with its ground, and the closing line is drawn anew for the whole year.
        let late = handed_in(&house, COPIES[0], 51).await;
        let bare = office::register_late(&house, &late, " ", &by(&secretary, 52)).await;
        assert!(matches!(refusal(bare), Refusal::Empty(_)));
        let ground = "версия 2 выпущена после итоговой записи";
        assert_eq!(office::register_late(&house, &late, ground, &by(&secretary, 53)).await.unwrap(), 3);
        let form = make(&house, "paper-register", &Asked::new(), &by(&secretary, 54)).await.unwrap().to_string();
        let told = form.contains(&format!("№ 3 внесён после итоговой записи: {ground}"));
        assert!(told && form.contains(former) && form.contains("Итог года ещё не подведён заново"), "{form}");
        let asked = office::close_year(&house, YEAR, false, &by(&secretary, 55)).await;
        assert!(matches!(refusal(asked), Refusal::YearOpen(_)));
        let closing = office::close_year(&house, YEAR, true, &by(&secretary, 56)).await.unwrap();
        assert_eq!((closing.first, closing.last, closing.count, closing.voided), (1, 3, 3, 1));
        let again = office::close_year(&house, YEAR, true, &by(&secretary, 57)).await;
        assert_eq!(refusal(again), Refusal::YearClosed(YEAR.to_owned()));
        let form = make(&house, "paper-register", &Asked::new(), &by(&secretary, 58)).await.unwrap().to_string();
        let (before, after) = form.split_once(ground).unwrap();
        assert!(before.contains(former), "the former closing line stands under the row that it closed: {form}");
        assert!(after.contains("внесено 3 (три) позиции с № 1 по № 3") && !after.contains(former), "{form}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn paper_that_was_scanned_before_the_seal_is_recorded_as_the_issued_pdf_of_the_day_of_its_scan() {
    tell(async {
        let house = House::with_issued_copies().await;
        let bytes = super::scans::pdf(&super::scans::scanned(&house, COPIES[0]).await);
        let given = letopis::flow::scans::Given { name: "копия.pdf".to_owned(), bytes, signed_on: None };
        letopis::flow::scans::take(&house, given, &after(10), |_, _| {}).await.unwrap();
        house.sign_everything(20).await.unwrap();
        house.seal_everything(30).await.unwrap();
        let (row, (deputy, _)) = (house.copy(COPIES[0]).await, staff(&house).await);
        let paper = office::print(&house, COPIES[0], false, &by(&deputy, 40)).await.unwrap();
        assert_eq!((paper.pdf, paper.pages, paper.printed_at), (row.issued_pdf, row.pages, after(10).moment()));
        // What is printed after that is the sealed one.
        let line = house.db.find_register_line(COPIES[0], 1).await.unwrap().unwrap().line;
        let next = office::print(&house, COPIES[0], false, &by(&deputy, 41)).await.unwrap();
        assert_eq!((next.pdf, next.printed_at), (line.sealed_pdf.to_hex(), after(41).moment()));
    });
}

#[test]
fn two_who_enter_at_once_get_two_numbers() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let (_, secretary) = staff(&house).await;
        let act = by(&secretary, 40);
        // The rules give the printing to another: what the secretary printed alone gets no number.
        let alone = office::print(&house, COPIES[0], false, &act).await.unwrap().id;
        assert_eq!(refusal(office::register(&house, &alone, &act).await), Refusal::NotHandedIn);
        let one = handed_in(&house, COPIES[0], 40).await;
        let other = handed_in(&house, COPIES[1], 40).await;
        let (a, b) = tokio::join!(office::register(&house, &one, &act), office::register(&house, &other, &act));
        let mut numbers = [a.unwrap(), b.unwrap()];
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2]);
        let (a, b) =
            tokio::join!(office::print(&house, COPIES[0], false, &act), office::print(&house, COPIES[0], false, &act));
        assert_ne!(a.unwrap().id, b.unwrap().id);
    });
}

#[test]
fn every_form_is_made_from_a_living_house_and_typeset() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let paper = registered(&house, COPIES[0], 40).await;
        let teacher = house.db.load_roster(YEAR).await.unwrap().courses[0].teacher_id.clone();
        let pairs = [
            ("class", "5А"),
            ("period", "Q1"),
            ("teacher", teacher.as_str()),
            ("paper", paper.as_str()),
            ("from", "2025-09-15"),
            ("to", "2025-09-28"),
            ("month", "2025-10-01"),
            ("document", "Положением"),
        ];
        let asked: Asked = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let policy = letopis::flow::policy::of_act(&house, &after(60)).await.unwrap();
        office::check(&house, &after(59)).await.unwrap();
        // Papers of carriers have their own story: this house has no carriers.
        let own = |known: &Known| known.about != About::Carriers && left_out(&policy, known.id).is_none();
        for known in FORMS.into_iter().filter(own) {
            let form = make(&house, known.id, &asked, &after(60))
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", known.id));
            assert_eq!(form.id, known.id);
            let made = templates::typeset(&house, &form, "2025-10-27T13:00:00+03:00").unwrap();
            assert!(made.pages > 0 && made.findings.is_empty(), "{}: {:?}", known.id, made.findings);
        }
        let act = make(&house, "condition-act", &asked, &after(60)).await.unwrap().to_string();
        assert!(act.contains("2 (две) единицы хранения") && act.contains("в наличии 2"), "{act}");
    });
}

#[test]
fn a_volume_is_numbered_and_its_certifying_sheet_names_lettered_and_missing_numbers() {
    use letopis::domain::forms::files::Numbering;
    tell(async {
        let house = House::with_sealed_copies().await;
        registered(&house, COPIES[0], 40).await;
        let volume = office::forms::volumes_of(&house, YEAR, &after(50)).await.unwrap().remove(0);
        let asked = Asked::from([("file".to_owned(), volume.file.index.clone())]);
        let before = make(&house, "certifying-sheet", &asked, &after(50)).await.unwrap().to_string();
        assert!(!before.contains("12а"), "nothing is certified before anybody counted: {before}");

        let found = Numbering {
            sheets: 14,
            lettered: "12а".to_owned(),
            missing: "3, 5".to_owned(),
            inventory_sheets: 1,
            peculiarities: vec![("Пятно".to_owned(), "7".to_owned())],
            date: "2025-10-20".to_owned(),
            stitched: true,
            sealed: true,
        };
        let late = Numbering { date: "2099-01-01".to_owned(), ..found.clone() };
        let refused = refusal(office::number_volume(&house, &volume.key(), &late, &after(51)).await);
        assert_eq!(refused, Refusal::Day("2099-01-01".to_owned()));
        let mut nowhere = volume.key();
        nowhere.file = "09-09".to_owned();
        let refused = refusal(office::number_volume(&house, &nowhere, &found, &after(51)).await);
        assert_eq!(refused, Refusal::NoFile("09-09".to_owned()));
        office::number_volume(&house, &volume.key(), &found, &after(52)).await.unwrap();
        let sheet = make(&house, "certifying-sheet", &asked, &after(53)).await.unwrap().to_string();
        for words in ["14 (четырнадцать) листов", "12а", "3, 5", "Пятно", "1 (один)", "20.10.2025"]
        {
            assert!(sheet.contains(words), "{words}: {sheet}");
        }
        // Fourteen sheets, two numbers skipped, one sheet with a letter: the last number is 15.
        assert!(sheet.contains("с № 1 по № 15"), "{sheet}");
    });
}

#[test]
fn the_queue_of_paper_extracts_holds_exactly_the_families_without_electronic_access() {
    tell(async {
        let house = House::with_journal().await;
        let journal = house.db.load_roster(YEAR).await.unwrap();
        let class: Vec<_> = journal.learners.iter().filter(|one| one.class == "5А").collect();
        let account = |person: &str| AccountRow {
            person: person.to_owned(),
            login: format!("login-{person}"),
            secret: String::new(),
            state: AccountState::Open,
            issued_at: String::new(),
            issued_by: "operator".into(),
            one_time_until: 0,
            password_at: String::new(),
            locked_at: String::new(),
            locked_by: String::new(),
            factor_salt: String::new(),
            factor_on: String::new(),
            factor_step: 0,
        };
        let parent = GuardianRow {
            id: "P00001".into(),
            surname: "Берилл".into(),
            given_name: "Яшма".into(),
            patronymic: String::new(),
            learners: vec![class[0].id.clone()],
        };
        let mut tx = house.db.begin().await.unwrap();
        tx.write_guardian(&parent, "2025-09-01").await.unwrap();
        tx.write_account(&account("P00001")).await.unwrap();
        tx.write_account(&account(&class[1].id)).await.unwrap();
        let event = Event::new(EventKind::AccountIssued, "operator", "2025-09-01T08:00:00+03:00");
        tx.record(&event, [3; 16]).await.unwrap().commit().await.unwrap();
        let pairs = [("class", "5А"), ("from", "2025-09-15"), ("to", "2025-09-28")];
        let mut asked: Asked = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let queue = make(&house, "extract-for-parents", &asked, &after(60)).await.unwrap().to_string();
        for (at, learner) in class.iter().enumerate() {
            let name = format!("{} {}", learner.surname, learner.given_name);
            assert_eq!(queue.contains(&name), at > 1, "{name}\n{queue}");
        }
        let register = make(&house, "extract-register", &asked, &after(60)).await.unwrap();
        assert_eq!(register.tables().next().unwrap().rows.len(), class.len() - 2);
        asked.insert("who".to_owned(), "all".to_owned());
        let all = make(&house, "extract-for-parents", &asked, &after(60)).await.unwrap().to_string();
        assert_eq!(all.matches("ВЫПИСКА").count(), class.len());
        // A word that the field does not know prints nothing, least of all the whole class.
        asked.insert("who".to_owned(), "anyone".to_owned());
        let unknown = make(&house, "extract-for-parents", &asked, &after(60)).await.unwrap_err().to_string();
        assert!(unknown.contains("who=all (весь класс)") && unknown.contains("learner=L00001"), "{unknown}");
        asked.remove("who");
        asked.insert("learner".to_owned(), "L99999".to_owned());
        let stranger = make(&house, "extract-for-parents", &asked, &after(60)).await.unwrap_err().to_string();
        assert!(stranger.contains("в списке 5А класса нет"), "{stranger}");
    });
}

#[test]
fn remarks_on_a_journal_are_what_signers_refused_until_the_next_version_mends_them() {
    use letopis::domain::statement::Category;
    use letopis::flow::sign::{Choice, Desk, Reproof};
    use letopis::flow::{issue, reissue};
    tell(async {
        let house = House::with_issued_copies().await;
        let signer = house.snapshot(COPIES[0]).await.route[0].signers[0].clone();
        let class = house.copy(COPIES[0]).await.class;
        let asked = Asked::from([("class".to_owned(), class)]);
        let shown = async |minutes| {
            let form = make(&house, "remarks", &asked, &after(minutes)).await.unwrap();
            let table = form.tables().next().unwrap().clone();
            table.rows.into_iter().map(|row| row.cells).filter(|cells| !cells[2].is_empty()).collect::<Vec<_>>()
        };
        assert!(shown(9).await.is_empty(), "nobody has said anything");
        let reproof =
            Reproof {
                sheet: signer.sheets[0].clone(), category: Category::Mark, remark: "Не та отметка".to_owned()
            };
        let choice = Choice {
            copy: COPIES[0].to_owned(),
            version: 1,
            stage: "subject_teacher".to_owned(),
            refused: vec![reproof],
        };
        Desk::open(&house).await.unwrap().press(&signer.person.id, &[choice], &after(10)).await.unwrap();
        let rows = shown(11).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let journal = house.db.load_roster(YEAR).await.unwrap();
        let surname = &journal.staff.iter().find(|one| one.id == signer.person.id).unwrap().surname;
        assert!(rows[0][2].ends_with("I четверть, Отметка: Не та отметка"), "{rows:?}");
        assert!(rows[0][3].contains(surname.as_str()) && !rows[0][1].is_empty(), "{rows:?}");
        // Three calendar days by the default policy (002 4.1).
        let read = |text: &str| chrono::NaiveDate::parse_from_str(text, "%d.%m.%Y").unwrap();
        assert_eq!((read(&rows[0][4]) - read(&rows[0][1])).num_days(), 3);
        assert_eq!(rows[0][5], "");

        reissue::reissue(&house, COPIES[0], "Уточнены сведения", &after(30)).await.unwrap();
        let frozen = house.copy(COPIES[0]).await;
        issue::issue(&house, &[frozen], &after(31), |_| {}).await.unwrap();
        assert!(shown(32).await[0][5].starts_with("версия 2 выпущена"), "{:?}", shown(32).await);
    });
}

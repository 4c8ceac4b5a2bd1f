//! Files in keeping: where the plan says they stand, what a check found, what was handed over to the archive, and what the forms say of it.

use letopis::domain::audit::{Event, EventKind};
use letopis::domain::forms::files::Numbering;
use letopis::domain::forms::plan::{self as form, Holds, PlanLine};
use letopis::domain::paper::{PaperFact, Place};
use letopis::domain::setup::stays::{Movement, OrderMark};
use letopis::flow::movement::{self, Newcomer};
use letopis::flow::office::forms::{Asked, make, volumes_of};
use letopis::flow::office::{self, Refusal, plan};
use letopis::flow::{Error, issue, reissue};
use letopis::store::GuardianRow;

use super::house::{Bundle, COPIES, House, YEAR, after, tell};
use super::office::registered;

fn asked(pairs: &[(&str, &str)]) -> Asked {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn text(house: &House, id: &str, pairs: &[(&str, &str)], minutes: i64) -> String {
    make(house, id, &asked(pairs), &after(minutes)).await.unwrap_or_else(|error| panic!("{id}: {error}")).to_string()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Office(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn covers_inventories_and_certified_extracts_stand_under_the_index_that_the_plan_gives_their_records() {
    tell(async {
        let house = House::with_sealed_copies().await;
        registered(&house, COPIES[0], 40).await;
        let volume = volumes_of(&house, YEAR, &after(41)).await.unwrap().remove(0);
        office::number_volume(&house, &volume.key(), &numbering(volume.sheets), &after(42)).await.unwrap();
        // The school's own plan keeps journals under 05-12 and the register under 05-14.
        let held = plan::read(&house, 2026, &after(43)).await.unwrap().lines;
        for (holds, index) in [(Holds::Journals, "05-12"), (Holds::PaperRegister, "05-14")] {
            let line = held.iter().find(|line| line.holds == holds).unwrap();
            plan::remove(&house, 2026, &line.index, "свой порядок индексов", &after(44)).await.unwrap();
            let moved = PlanLine { index: index.to_owned(), ..line.clone() };
            plan::set(&house, 2026, &moved, "", &after(45)).await.unwrap();
        }
        let lines = plan::read(&house, 2026, &after(46)).await.unwrap().lines;
        assert_eq!(form::index_of(&lines, Holds::Journals), "05-12");
        assert!(text(&house, "file-cover", &[], 50).await.contains("ДЕЛО № 05-12"));
        assert!(text(&house, "paper-register", &[], 50).await.contains("05-14"));
        let short = [("calendar", "2026"), ("term", "short")];
        assert!(text(&house, "inventory-paper", &short, 50).await.contains("05-12"));
        assert!(text(&house, "inventory-electronic", &short, 50).await.contains("05-12"));
        let certified = [("class", "5А"), ("certified", "yes"), ("who", "all")];
        let extract = text(&house, "extract-for-parents", &certified, 50).await;
        assert!(extract.contains("05-12") && !extract.contains("01-01"), "{extract}");
        // What was recorded of the volume before it had another index is still its own.
        assert!(text(&house, "certifying-sheet", &[], 50).await.contains("Пятно"));
    });
}

#[test]
fn volumes_that_the_register_numbers_carry_their_number_on_every_form_and_are_asked_for_by_it() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let secretary = house.db.load_roster(YEAR).await.unwrap();
        let secretary = secretary.staff.iter().find(|one| one.has_role("secretary")).unwrap().id.clone();
        let papers = [registered(&house, COPIES[0], 40).await, registered(&house, COPIES[1], 40).await];
        // The only volume of a file has no number; asked for, it is the first.
        let only = text(&house, "file-cover", &[("file", "01-01"), ("volume", "1")], 42).await;
        assert!(only.contains("ДЕЛО № 01-01") && !only.contains("ТОМ"), "{only}");
        for (volume, paper) in (1..).zip(&papers) {
            let place = Place { room: "канцелярия".into(), file: "01-01".into(), volume, ..Place::default() };
            let by = letopis::flow::Act { by: secretary.clone(), ..after(43) };
            office::note(&house, paper, &PaperFact::Placed(place), &by).await.unwrap();
        }
        for id in ["file-cover", "inner-inventory", "certifying-sheet"] {
            let second = text(&house, id, &[("file", "01-01"), ("volume", "2")], 44).await;
            assert!(second.contains("01-01, ТОМ № 2"), "{id}: {second}");
        }
        let labels = text(&house, "spine-labels", &[], 44).await;
        assert!(labels.contains("Том 1") && labels.contains("Том 2"), "{labels}");
        let register = text(&house, "paper-register", &[], 44).await;
        assert!(register.contains("01-01, т. 1") && register.contains("01-01, т. 2"), "{register}");
        let third = make(&house, "file-cover", &asked(&[("file", "01-01"), ("volume", "3")]), &after(44)).await;
        assert_eq!(refusal(third), Refusal::Needs("том дела, один из этих: 1, 2".to_owned()));
        // However the minutes of the commission were typed, the stamp names them whole.
        let minutes = [("minutes".to_owned(), "от 12.01.2027 № 1".to_owned())];
        office::set_requisites(&house, &minutes, &after(45)).await.unwrap();
        let plan = text(&house, "file-plan", &[("calendar", "2026")], 46).await;
        assert!(plan.contains("СОГЛАСОВАНО | Протокол ЭК от 12.01.2027 № 1"), "{plan}");
    });
}

fn numbering(sheets: u32) -> Numbering {
    Numbering {
        sheets,
        date: "2025-10-27".to_owned(),
        peculiarities: vec![("Пятно".to_owned(), "3".to_owned())],
        ..Numbering::default()
    }
}

#[test]
fn the_act_of_a_check_says_what_the_check_found_and_reads_nothing_again() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let early = make(&house, "condition-act", &Asked::new(), &after(50)).await;
        assert!(matches!(refusal(early), Refusal::Needs(_)));
        office::check(&house, &after(51)).await.unwrap();
        let first = text(&house, "condition-act", &[], 52).await;
        assert!(first.contains("АКТ № 1 от 27.10.2025") && first.contains("в наличии 2"), "{first}");
        // What befalls the archive afterwards is the next check's to find.
        let lost = letopis::domain::log_proof::object_name(COPIES[0], 1);
        std::fs::remove_dir_all(house.archive().join(lost)).unwrap();
        assert!(text(&house, "condition-act", &[], 53).await.contains("в наличии 2"));
        office::check(&house, &after(54)).await.unwrap();
        let second = text(&house, "condition-act", &[], 55).await;
        assert!(second.contains("АКТ № 2") && second.contains("отсутствует 1"), "{second}");
        office::check_paper(&house, "2025-10-20", &after(56)).await.unwrap();
        assert!(text(&house, "condition-act", &[("of", "paper")], 57).await.contains("АКТ № 3 от 20.10.2025"));
    });
}

#[test]
fn a_sealed_summary_sheet_waits_for_the_archive_until_its_transfer_is_recorded() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let waits = async || {
            let sealed = house.db.list_register().await.unwrap();
            let handed = house.db.list_archive_transfers().await.unwrap();
            let owed = office::untransferred(&sealed, &handed);
            owed.into_iter().map(|line| line.id.clone()).collect::<Vec<_>>()
        };
        assert!(waits().await.is_empty(), "a period's copy is no summary sheet");
        house.close("Y", &["5А"], Some("сводная ведомость")).await.unwrap();
        issue::issue(&house, &[house.copy("2025-05A-Y").await], &after(30), |_| {}).await.unwrap();
        house.sign_everything(31).await.unwrap();
        house.seal_everything(32).await.unwrap();
        assert_eq!(waits().await, ["2025-05A-Y"]);

        let ahead = office::transfer(&house, YEAR, "4", "2026-10-28", &after(40)).await;
        assert!(matches!(refusal(ahead), Refusal::Day(_)));
        let nameless = office::transfer(&house, YEAR, " ", "2025-10-27", &after(40)).await;
        assert!(matches!(refusal(nameless), Refusal::Empty(_)));
        assert_eq!(office::transfer(&house, YEAR, "4", "2025-10-27", &after(41)).await.unwrap(), 1);
        assert!(waits().await.is_empty());
        let twice = office::transfer(&house, YEAR, "5", "2025-10-27", &after(42)).await;
        assert!(matches!(refusal(twice), Refusal::Empty(_)));

        // The act has the number it was recorded under; what only people know is asked for.
        let form = [
            ("calendar", "2026"),
            ("ground", "график передачи, приказ от 12.01.2026 № 4"),
            ("taker_post", "Начальник архивного отдела"),
            ("taker_name", "Б.Б. Яшмов"),
            ("carrier", "внешний жёсткий диск, Н-1"),
        ];
        let act = text(&house, "transfer-act", &form, 50).await;
        for words in ["АКТ № 4 от 27.10.2025", "Основание передачи: график", "Б.Б. Яшмов", "внешний жёсткий диск, Н-1"]
        {
            assert!(act.contains(words), "{words}: {act}");
        }
        // A next version is another document: it waits anew, and the inventory says which one it replaced.
        reissue::reissue(&house, "2025-05A-Y", "Уточнены сведения", &after(60)).await.unwrap();
        issue::issue(&house, &[house.copy("2025-05A-Y").await], &after(61), |_| {}).await.unwrap();
        house.sign_everything(62).await.unwrap();
        house.seal_everything(63).await.unwrap();
        assert_eq!(waits().await, ["2025-05A-Y"]);
        let inventory = text(&house, "inventory-electronic", &[("calendar", "2026")], 64).await;
        assert_eq!(inventory.matches("(заменена версией 2)").count(), 1, "{inventory}");
        assert!(inventory.contains("в том числе заменённых версий: 1"), "{inventory}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn who_came_and_went_is_said_with_the_places_and_parents_are_named() {
    tell(async {
        let house = House::with_journal().await;
        let newcomer = Newcomer {
            surname: "Новиков".to_owned(),
            given_name: "Кварц".to_owned(),
            patronymic: String::new(),
            born: None,
            class: "5А".to_owned(),
            day: "2025-09-15".parse().unwrap(),
            order: OrderMark { number: "91-у".to_owned(), date: None },
            whence: "школа № 3 г. Кварцевска".to_owned(),
        };
        let (_, ids) = movement::enrol(&house, &after(5), YEAR, &[newcomer], false).await.unwrap();
        let journal = house.db.load_roster(YEAR).await.unwrap();
        let mut class = journal.learners.iter().filter(|one| one.class == "5А" && !ids.contains(&one.id));
        let (leaver, mover) = (class.next().unwrap(), class.next().unwrap());
        let order = |number: &str| OrderMark { number: number.to_owned(), date: None };
        let day = |text: &str| text.parse().unwrap();
        let left = Movement::Leave { exit: "left".to_owned(), whither: "гимназия № 1".to_owned() };
        movement::carry_out(&house, &after(6), YEAR, &leaver.id, &left, day("2025-10-06"), &order("92-у"))
            .await
            .unwrap();
        let moved = Movement::Move { class: "6А".to_owned() };
        movement::carry_out(&house, &after(7), YEAR, &mover.id, &moved, day("2025-10-07"), &order("93-у"))
            .await
            .unwrap();
        let parent = GuardianRow {
            id: "P00001".into(),
            surname: "Берилл".into(),
            given_name: "Яшма".into(),
            patronymic: "Ониксовна".into(),
            learners: vec![leaver.id.clone()],
        };
        let mut tx = house.db.begin().await.unwrap();
        tx.write_guardian(&parent, "2025-09-01").await.unwrap();
        let event = Event::new(EventKind::AccountIssued, "operator", "2025-09-01T08:00:00+03:00");
        tx.record(&event, [3; 16]).await.unwrap().commit().await.unwrap();

        let report = text(&house, "class-report", &[("class", "5А"), ("period", "Q1")], 60).await;
        for words in ["школа № 3 г. Кварцевска", "гимназия № 1", "6А класс"] {
            assert!(report.contains(words), "{words}: {report}");
        }
        let sheet = text(&house, "general-information", &[("class", "5А")], 60).await;
        for words in [
            "прибыл(а): школа № 3 г. Кварцевска",
            "выбыл(а): гимназия № 1",
            "выбыл(а): 6А класс",
            "Берилл Яшма Ониксовна",
        ] {
            assert!(sheet.contains(words), "{words}: {sheet}");
        }
        let early = text(&house, "class-report-preliminary", &[("class", "5А"), ("period", "Q1")], 60).await;
        assert!(early.contains("СОУ — степень обученности учащихся"), "{early}");
    });
}

#[test]
fn the_register_of_paper_copies_has_a_title_page_of_its_own() {
    use letopis::domain::form::Block;
    tell(async {
        let house = House::with_sealed_copies().await;
        registered(&house, COPIES[0], 40).await;
        let form = make(&house, "paper-register", &Asked::new(), &after(50)).await.unwrap();
        let at = |wanted: fn(&Block) -> bool| form.blocks.iter().position(wanted).unwrap();
        let (page, table) = (at(|one| *one == Block::PageBreak), at(|one| matches!(one, Block::Table(_))));
        assert_eq!(page + 1, table, "the table begins on the page after the title");
        assert!(form.to_string().contains("Индекс дела по номенклатуре 01-03"));
        // Nobody wrote down where the copy lies: the volume that lists it stands in the line.
        let table = form.tables().next().unwrap();
        let file = table.columns.iter().position(|column| column.head == "Дело №, том").unwrap();
        assert_eq!(table.rows[0].cells[file], "01-01");
    });
}

#[test]
fn who_fails_again_and_why_somebody_was_not_attested_stand_in_the_class_report() {
    tell(async {
        let bundle = Bundle::small();
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let (finals, absences) = (bundle.text("final_marks.csv"), bundle.text("absences.csv"));
        let of_class = |learner: &str| {
            bundle.text("learners.csv").lines().any(|line| line.starts_with(learner) && line.contains(",5А,"))
        };
        let is_marked = |course: &str, learner: &str, period: &str| {
            ["3", "4", "5"].iter().any(|mark| finals.contains(&format!("\n{course},{learner},{period},{mark}\n")))
        };
        // Somebody ill in the second quarter, and another one's subject with marks in both quarters.
        let ill = absences.lines().map(cells).find(|line| {
            line[1].starts_with("2025-11")
                && line[4] == "Б"
                && of_class(&line[3])
                && is_marked(&line[0], &line[3], "Q2")
        });
        let ill = ill.expect("somebody was ill");
        let weak = finals.lines().map(cells).find(|line| {
            line[1] != ill[3]
                && of_class(&line[1])
                && ["Q1", "Q2"].iter().all(|period| is_marked(&line[0], &line[1], period))
        });
        let weak = weak.expect("somebody has marks");
        let bundle = bundle.with("final_marks.csv", |text| {
            let set = |line: &str| match &cells(line)[..] {
                [course, learner, period, _] if (course, learner) == (&ill[0], &ill[3]) && period == "Q2" => {
                    format!("{course},{learner},Q2,н/а\n")
                }
                [course, learner, period, _]
                    if (course, learner) == (&weak[0], &weak[1]) && ["Q1", "Q2"].contains(&period.as_str()) =>
                {
                    format!("{course},{learner},{period},2\n")
                }
                _ => format!("{line}\n"),
            };
            text.lines().map(set).collect()
        });
        let house = House::empty().await;
        house.import(&bundle, false).await.unwrap();
        let report =
            make(&house, "class-report", &asked(&[("class", "5А"), ("period", "Q2")]), &after(60)).await.unwrap();
        let table = report.tables().find(|table| table.title == "Неуспевающие и не аттестованные").unwrap();
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|row| (row.cells[2].as_str(), row.cells[4].as_str(), row.cells[5].as_str()))
            .collect();
        assert!(rows.contains(&("2", "да", "—")), "{rows:?}");
        let reason = rows.iter().find(|row| row.0 == "н/а").unwrap();
        assert!(
            reason.1 == "нет" && reason.2.starts_with("пропущено ") && reason.2.contains("по болезни"),
            "{reason:?}"
        );
    });
}

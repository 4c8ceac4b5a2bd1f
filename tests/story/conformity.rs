//! The declaration by ГОСТ Р ИСО 15489-1: each requirement turns green by a deed of the school and red by a fault, and is never claimed on credit.

use letopis::domain::conformity::Line;
use letopis::domain::forms::plan::{Holds, PlanLine, Term};
use letopis::domain::paper::{PaperFact, Place};
use letopis::domain::policy;
use letopis::flow::office::forms::{Asked, make};
use letopis::flow::office::{self, conformity, plan};
use letopis::flow::policy::{self as adopting, Adoption};

use super::house::{COPIES, House, YEAR, after, tell};
use super::intruder::Intruder;

async fn lines(house: &House, minutes: i64) -> Vec<Line> {
    conformity::lines(house, &after(minutes)).await.unwrap()
}

/// Beginnings of the requirements that are not met.
async fn red(house: &House, minutes: i64) -> Vec<&'static str> {
    let open = lines(house, minutes).await.into_iter().filter(|line| !line.is_met());
    open.map(|line| line.what).collect()
}

const READ_BACK: &str = "Документ является тем, чем должен быть";
const UNCHANGED: &str = "Документ полон и не изменён";
const RULES: &str = "Создание, хранение и передача документов идут по утверждённым правилам";
const CARRIERS: &str = "Документ сохраняется при утрате носителя";
const FOUND: &str = "Документ можно локализовать и найти";
const RESTORED: &str = "Документ можно воспроизвести";
const FILE_PLAN: &str = "Видна связь документа с деятельностью, в которой он создан";
const GUARDED: &str = "Документ защищён от несанкционированного изменения";
const KEPT: &str = "Документ хранится столько, сколько нужно (п. 9.2)";
const IN_TIME: &str = "Документ создаётся во время события или сразу после него";

#[test]
fn a_requirement_turns_green_by_a_deed_and_red_by_a_fault() {
    tell(async {
        let house = House::with_sealed_copies().await;
        // Sealed and signed, with a log: what nobody has done yet is red from the start.
        let start = red(&house, 30).await;
        assert_eq!(start, [READ_BACK, RULES, UNCHANGED, CARRIERS, FOUND, RESTORED, FILE_PLAN, KEPT]);

        // A deed each.
        office::check(&house, &after(31)).await.unwrap();
        let told = lines(&house, 32).await;
        let read = told.iter().find(|line| line.what == READ_BACK).unwrap();
        assert!(read.is_met() && read.shown.contains("последняя проверка 27.10.2025: проверено 2, с нарушениями 0"));
        let order = "приказ от 10.11.2025 № 12".to_owned();
        let text = policy::builtin("strict").unwrap().to_owned();
        let from = Some("2025-10-27".parse().unwrap());
        let adoption = Adoption { name: "strict".into(), text, from, order: order.clone() };
        adopting::adopt(&house, &adoption, &after(33)).await.unwrap();
        let line = PlanLine {
            index: "01-20".into(),
            section: "01".into(),
            title: "Переписка".into(),
            term: Term::Years(5),
            ground: String::new(),
            holds: Holds::Other,
            note: String::new(),
            carried: false,
            expert: false,
            units: 0,
        };
        plan::set(&house, 2025, &line, "заведено", &after(34)).await.unwrap();
        let secretary = house.db.load_roster(YEAR).await.unwrap();
        let secretary = secretary.staff.iter().find(|one| one.has_role("secretary")).unwrap().id.clone();
        let by = |minutes| letopis::flow::Act { by: secretary.clone(), ..after(minutes) };
        for copy in COPIES {
            let paper = super::office::registered(&house, copy, 35).await;
            let place = PaperFact::Placed(Place { room: "канцелярия".into(), ..Place::default() });
            office::note(&house, &paper, &place, &by(37)).await.unwrap();
        }
        let left = red(&house, 40).await;
        assert_eq!(left, [CARRIERS, RESTORED], "only disks are missing");
        let told = lines(&house, 40).await;
        assert!(told.iter().any(|line| line.what == RULES && line.shown.ends_with(&order)));
        assert!(
            told.iter().any(|line| line.what == FOUND && line.shown.contains("на месте 2, без места 0, без пары 0"))
        );

        // The form says the same, what is not met too.
        let form = make(&house, "conformity", &Asked::new(), &after(40)).await.unwrap().to_string();
        let form = form.replace('\u{a0}', " ");
        for line in &told {
            assert!(form.contains(&line.shown.replace('\u{a0}', " ")), "{}\n{form}", line.what);
        }
        assert!(form.contains("Не выполнено 2 требования") && form.contains("не выполнено: "), "{form}");

        // A period that ended without its copy, a guard that was taken away, a file that was changed and found.
        let second_quarter = 75 * 24 * 60;
        assert!(red(&house, second_quarter).await.contains(&IN_TIME));
        let sql = Intruder::at(&house.root).await;
        sql.run("drop trigger marks_update_locked").await;
        assert!(red(&house, 41).await.contains(&GUARDED));
        let object = house.archive().join(format!("{}-v1", COPIES[0]));
        std::fs::remove_dir_all(&object).unwrap();
        assert!(!red(&house, 42).await.contains(&READ_BACK), "nothing is read on a look: the newest check counts");
        office::check(&house, &after(43)).await.unwrap();
        assert!(red(&house, 44).await.contains(&READ_BACK), "the check found it");
        house.doctor().await;
        let last = red(&house, 70).await;
        assert!(last.contains(&UNCHANGED), "the doctor's alarm is on record: {last:?}");
    });
}

#[test]
fn an_empty_house_declares_nothing_but_its_guards() {
    tell(async {
        let house = House::empty().await;
        let met: Vec<&str> = lines(&house, 5).await.into_iter().filter(Line::is_met).map(|line| line.what).collect();
        assert_eq!(met, [GUARDED]);
    });
}

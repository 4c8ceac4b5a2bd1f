//! Events of the week beside the lessons: for whoever looks at the timetable, and for the family of a learner (JRN-24).

use letopis::domain::setup::layout;

use super::house::on_every_engine;
use super::matrix::{open_to_the_web, session};
use super::reach::paste;
use super::shown::read;

#[test]
fn the_weeks_events_stand_under_the_timetable_and_in_the_diary_of_the_classes_that_they_are_for() {
    on_every_engine(|house| async move {
        let rows = "Дата\tВремя\tДля кого\tМероприятие\tМесто\n\
                    03.10.2025\t15:30\t5А\tОсенний бал\tактовый зал\n\
                    03.10.2025\t\t9А\tТурслёт\tпарк\n\
                    20.10.2025\t\t\tЛинейка\tдвор";
        paste(&house, &layout::EVENTS, rows).await;
        let address = open_to_the_web(&house).await;
        let (parent, teacher) = (session(&house, "P00001", 1).await, session(&house, "T04", 2).await);
        // Thursday, 2 October.
        let (_, diary) = read(address, "/diary/L1", &parent).await;
        assert!(diary.contains("Мероприятия недели") && diary.contains("Осенний бал"), "{diary}");
        assert!(diary.contains("пятница, 3 октября, 15:30") && diary.contains("актовый зал"), "{diary}");
        assert!(!diary.contains("Турслёт") && !diary.contains("Линейка"), "another class's, another week's");
        let table = async |asked: &str| read(address, &format!("/year/timetable?{asked}"), &teacher).await.1;
        let own = table("class=5%D0%90").await;
        assert!(own.contains("Осенний бал") && !own.contains("Турслёт") && !own.contains("Линейка"), "{own}");
        let later = table("class=9%D0%90&week=2025-10-22").await;
        assert!(later.contains("Линейка") && later.contains("20 октября – 26 октября"), "{later}");
        assert!(table("teacher=T12").await.contains("Турслёт"));
        // Where bells stand, a room without lessons is told to have none, and nobody is sent to write bells.
        paste(&house, &layout::BELLS, "Урок\tРасписание звонков\tНачало\tКонец\n1\t1 смена\t8:30\t9:10").await;
        let deputy = session(&house, "T02", 3).await;
        let (_, room) = read(address, "/year/timetable?room=16", &deputy).await;
        assert!(room.contains("На этой неделе уроков нет") && !room.contains("Внесите звонки"), "{room}");
    });
}

//! The demo school's people: evidently made up. Floor 1.
//!
//! Surnames are minerals and plants with Russian endings, so that no list can be taken for a real class's.

use std::collections::HashSet;

use super::dice::Dice;

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Endings and decisions agree with it.
    pub is_female: bool,
}

/// Masculine; a feminine one takes «а».
const SURNAMES: [&str; 76] = [
    "Агатов",
    "Аквамаринов",
    "Алмазов",
    "Аметистов",
    "Базальтов",
    "Барвинков",
    "Бериллов",
    "Бирюзов",
    "Боярышников",
    "Брусничкин",
    "Васильков",
    "Вербенин",
    "Вересков",
    "Гвоздичкин",
    "Георгинов",
    "Гиацинтов",
    "Гранатов",
    "Гранитов",
    "Доломитов",
    "Душицын",
    "Ежевичкин",
    "Жемчугов",
    "Жимолостин",
    "Зверобоев",
    "Земляничкин",
    "Изумрудов",
    "Ирисов",
    "Калужницын",
    "Камнеломкин",
    "Кварцев",
    "Кипреев",
    "Клеверов",
    "Кобальтов",
    "Ковылёв",
    "Колокольчиков",
    "Кораллов",
    "Кремнёв",
    "Кувшинкин",
    "Лавандов",
    "Лазуритов",
    "Ландышев",
    "Лишайников",
    "Лопухов",
    "Лютиков",
    "Малахитов",
    "Медуницын",
    "Можжевелов",
    "Мраморов",
    "Незабудкин",
    "Нефритов",
    "Обсидианов",
    "Одуванчиков",
    "Ольхин",
    "Ониксов",
    "Опалов",
    "Папоротников",
    "Первоцветов",
    "Пиритов",
    "Подорожников",
    "Подснежников",
    "Рубинов",
    "Рябинкин",
    "Сапфиров",
    "Селенитов",
    "Сланцев",
    "Слюдин",
    "Топазов",
    "Турмалинов",
    "Фиалкин",
    "Хризолитов",
    "Цирконов",
    "Чертополохов",
    "Шалфеев",
    "Шпатов",
    "Янтарёв",
    "Яшмов",
];
const MEN: [&str; 36] = [
    "Александр",
    "Алексей",
    "Андрей",
    "Антон",
    "Артём",
    "Богдан",
    "Вадим",
    "Виктор",
    "Владислав",
    "Глеб",
    "Григорий",
    "Даниил",
    "Денис",
    "Дмитрий",
    "Евгений",
    "Егор",
    "Иван",
    "Илья",
    "Кирилл",
    "Константин",
    "Лев",
    "Максим",
    "Марк",
    "Матвей",
    "Михаил",
    "Никита",
    "Николай",
    "Олег",
    "Павел",
    "Пётр",
    "Роман",
    "Семён",
    "Сергей",
    "Степан",
    "Тимофей",
    "Фёдор",
];
const WOMEN: [&str; 36] = [
    "Александра",
    "Алёна",
    "Алина",
    "Алиса",
    "Анастасия",
    "Анна",
    "Арина",
    "Варвара",
    "Василиса",
    "Вера",
    "Вероника",
    "Виктория",
    "Галина",
    "Дарья",
    "Диана",
    "Ева",
    "Евгения",
    "Екатерина",
    "Елена",
    "Елизавета",
    "Зоя",
    "Ирина",
    "Кира",
    "Ксения",
    "Лидия",
    "Любовь",
    "Маргарита",
    "Марина",
    "Мария",
    "Надежда",
    "Ольга",
    "Полина",
    "София",
    "Таисия",
    "Ульяна",
    "Юлия",
];
/// Patronymics, masculine and feminine.
const PATRONYMICS: [(&str, &str); 24] = [
    ("Александрович", "Александровна"),
    ("Алексеевич", "Алексеевна"),
    ("Андреевич", "Андреевна"),
    ("Антонович", "Антоновна"),
    ("Артёмович", "Артёмовна"),
    ("Борисович", "Борисовна"),
    ("Вадимович", "Вадимовна"),
    ("Викторович", "Викторовна"),
    ("Глебович", "Глебовна"),
    ("Денисович", "Денисовна"),
    ("Дмитриевич", "Дмитриевна"),
    ("Егорович", "Егоровна"),
    ("Иванович", "Ивановна"),
    ("Ильич", "Ильинична"),
    ("Кириллович", "Кирилловна"),
    ("Львович", "Львовна"),
    ("Максимович", "Максимовна"),
    ("Михайлович", "Михайловна"),
    ("Николаевич", "Николаевна"),
    ("Олегович", "Олеговна"),
    ("Павлович", "Павловна"),
    ("Петрович", "Петровна"),
    ("Семёнович", "Семёновна"),
    ("Юрьевич", "Юрьевна"),
];

/// Names that were not given yet.
#[derive(Debug)]
pub struct Names {
    dice: Dice,
    given: HashSet<Name>,
}

impl Names {
    /// Names drawn with these dice.
    pub fn new(dice: Dice) -> Self {
        Self { dice, given: HashSet::new() }
    }

    /// A learner's name; one in forty is double, one in fifty has no patronymic, as real lists have.
    pub fn learner(&mut self) -> Name {
        let is_female = self.dice.permille(500);
        loop {
            let mut name = self.draw(is_female);
            if self.dice.permille(25) {
                let second = self.surname(is_female);
                name.surname = format!("{}-{second}", name.surname);
            }
            if self.dice.permille(20) {
                name.patronymic.clear();
            }
            if self.given.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A member of staff; women are four in five, as they are in schools.
    pub fn member_of_staff(&mut self) -> Name {
        let is_female = self.dice.permille(800);
        loop {
            let name = self.draw(is_female);
            if self.given.insert(name.clone()) {
                return name;
            }
        }
    }

    fn surname(&mut self, is_female: bool) -> String {
        format!("{}{}", self.dice.pick(&SURNAMES), if is_female { "а" } else { "" })
    }

    fn draw(&mut self, is_female: bool) -> Name {
        let (his, hers) = *self.dice.pick(&PATRONYMICS);
        Name {
            surname: self.surname(is_female),
            given_name: (*self.dice.pick(if is_female { &WOMEN } else { &MEN })).to_owned(),
            patronymic: if is_female { hers } else { his }.to_owned(),
            is_female,
        }
    }
}

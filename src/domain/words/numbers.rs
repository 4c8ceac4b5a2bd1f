//! Numbers in words, in the nominative and in the genitive. Floor 0.

use super::{Gender, plural};

/// The first number that is written in digits.
const BEYOND_WORDS: u64 = 1_000_000;

/// The words of one grammatical case.
struct Case {
    /// 0 to 19; one and two as a masculine noun has them.
    below_twenty: [&'static str; 20],
    /// Other words for one and two, by gender.
    genders: &'static [(usize, Gender, &'static str)],
    tens: [&'static str; 10],
    hundreds: [&'static str; 10],
    /// «тысяча» after one, after two to four, after many.
    thousand: [&'static str; 3],
}

const NOMINATIVE: Case = Case {
    below_twenty: [
        "ноль",
        "один",
        "два",
        "три",
        "четыре",
        "пять",
        "шесть",
        "семь",
        "восемь",
        "девять",
        "десять",
        "одиннадцать",
        "двенадцать",
        "тринадцать",
        "четырнадцать",
        "пятнадцать",
        "шестнадцать",
        "семнадцать",
        "восемнадцать",
        "девятнадцать",
    ],
    genders: &[(1, Gender::Feminine, "одна"), (1, Gender::Neuter, "одно"), (2, Gender::Feminine, "две")],
    tens: ["", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"],
    hundreds: ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"],
    thousand: ["тысяча", "тысячи", "тысяч"],
};

const GENITIVE: Case = Case {
    below_twenty: [
        "ноля",
        "одного",
        "двух",
        "трёх",
        "четырёх",
        "пяти",
        "шести",
        "семи",
        "восьми",
        "девяти",
        "десяти",
        "одиннадцати",
        "двенадцати",
        "тринадцати",
        "четырнадцати",
        "пятнадцати",
        "шестнадцати",
        "семнадцати",
        "восемнадцати",
        "девятнадцати",
    ],
    genders: &[(1, Gender::Feminine, "одной")],
    tens: [
        "",
        "",
        "двадцати",
        "тридцати",
        "сорока",
        "пятидесяти",
        "шестидесяти",
        "семидесяти",
        "восьмидесяти",
        "девяноста",
    ],
    hundreds: [
        "",
        "ста",
        "двухсот",
        "трёхсот",
        "четырёхсот",
        "пятисот",
        "шестисот",
        "семисот",
        "восьмисот",
        "девятисот",
    ],
    thousand: ["тысячи", "тысяч", "тысяч"],
};

/// A number in words, nominative: 0 to 999 999; a greater one stays in digits.
pub fn cardinal(n: u64, gender: Gender) -> String {
    NOMINATIVE.spell(n, gender)
}

/// A number in words, genitive: 0 to 999 999; a greater one stays in digits.
pub fn cardinal_of(n: u64, gender: Gender) -> String {
    GENITIVE.spell(n, gender)
}

impl Case {
    fn spell(&self, n: u64, gender: Gender) -> String {
        if n >= BEYOND_WORDS {
            return n.to_string();
        }
        let mut words = Vec::new();
        let (thousands, units) = (n / 1000, n % 1000);
        if thousands > 0 {
            self.below_thousand(thousands, Gender::Feminine, &mut words);
            let [one, few, many] = self.thousand;
            words.push(plural(thousands, one, few, many));
        }
        if units > 0 || thousands == 0 {
            self.below_thousand(units, gender, &mut words);
        }
        words.join(" ")
    }

    /// `n` below 1000; zero writes «ноль».
    fn below_thousand(&self, n: u64, gender: Gender, words: &mut Vec<&'static str>) {
        let digit = |divisor: u64| (n / divisor % 10) as usize;
        let tail = (n % 100) as usize;
        if n >= 100 {
            words.push(self.hundreds[digit(100)]);
        }
        if tail >= 20 {
            words.push(self.tens[digit(10)]);
        }
        let last = if tail >= 20 { digit(1) } else { tail };
        if last > 0 || n == 0 {
            let own = self.genders.iter().find(|(of, whose, _)| (*of, *whose) == (last, gender));
            words.push(own.map_or(self.below_twenty[last], |(_, _, word)| word));
        }
    }
}

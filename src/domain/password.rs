//! Passwords: what makes one too easy, without folklore. Floor 0.
//!
//! Length and not being guessable are asked for; kinds of characters and regular changes are not, for they lead to «Пароль1!» and to a
//! note on the screen (NIST SP 800-63B 5.1.1.2).

use super::names;

/// Shortest password, characters: with the growing delays after wrong ones nobody gets through what ten characters leave.
const SHORTEST: usize = 10;
/// Longest password, characters: hashing must not be a way to keep the machine busy.
pub const LONGEST: usize = 128;

/// Why a password cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooEasy {
    /// Below [`SHORTEST`].
    #[error("нужно не меньше 10 знаков: например, три случайных слова через пробел")]
    Short,
    /// Above [`LONGEST`].
    #[error("пароль длиннее 128 знаков: возьмите короче")]
    Long,
    /// One character or one short piece over and over.
    #[error("один и тот же знак или слог подряд угадывают первым")]
    Repeated,
    /// A run of neighbouring digits, letters or keys.
    #[error("знаки подряд по клавиатуре, алфавиту или счёту угадывают первыми")]
    Run,
    /// Among the passwords that everybody tries first.
    #[error("этот пароль есть в списках самых частых: возьмите другой")]
    Common,
    /// Made of the login or the own name.
    #[error("в пароле ваш логин или фамилия: их знают все")]
    Own,
    /// The same as before.
    #[error("новый пароль должен отличаться от прежнего")]
    Same,
}

/// Rows of keys, in both layouts, the alphabets and the digits: what hands run along.
const RUNS: [&str; 9] = [
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "1q2w3e4r5t6y7u8i9o0p",
    "1й2ц3у4к5е6н7г8ш9щ0з",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Words around which people build passwords when they must have one, with digits cut off both ends.
const COMMON: [&str; 24] = [
    "password",
    "passw",
    "passwd",
    "parol",
    "пароль",
    "gfhjkm",
    "school",
    "shkola",
    "школа",
    "irjkf",
    "letopis",
    "летопись",
    "zhurnal",
    "журнал",
    "admin",
    "administrator",
    "администратор",
    "director",
    "директор",
    "uchitel",
    "учитель",
    "iloveyou",
    "welcome",
    "россия",
];

/// Is the password good enough for this login and surname?
pub fn check(password: &str, login: &str, surname: &str) -> Result<(), TooEasy> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(TooEasy::Short);
    }
    if length > LONGEST {
        return Err(TooEasy::Long);
    }
    let folded = names::fold(password);
    let letters: Vec<char> = folded.chars().collect();
    if (1..=3).any(|period| letters.iter().zip(letters.iter().skip(period)).all(|(a, b)| a == b)) {
        return Err(TooEasy::Repeated);
    }
    let plain: String = folded.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if RUNS.iter().any(|run| run.contains(plain.as_str())) {
        return Err(TooEasy::Run);
    }
    let bare = plain.trim_matches(|letter: char| letter.is_ascii_digit());
    if bare.is_empty() && plain.len() < 14 {
        return Err(TooEasy::Run);
    }
    if COMMON.iter().any(|word| bare == *word || bare.strip_prefix(word).is_some_and(|rest| rest == *word)) {
        return Err(TooEasy::Common);
    }
    let own = |word: &str| word.chars().count() > 2 && bare.contains(&names::fold(word).replace('-', ""));
    let mostly = |word: &str| own(word) && bare.chars().count() < word.chars().count() + 4;
    if mostly(surname) || plain == login.replace('-', "") {
        return Err(TooEasy::Own);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_phrase_needs_no_digits_no_capitals_and_no_signs() {
        for good in ["три рыжих кота", "correct horse battery", "дождь-за-окном", "vT9#kqLm2xZa", "7391 4620 5518 02"]
        {
            assert_eq!(check(good, "u-48213", "Агатова"), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused_and_told_why() {
        let refused = |password: &str| check(password, "u-48213", "Агатова").err();
        assert_eq!(refused("котик"), Some(TooEasy::Short));
        assert_eq!(refused(&"ы".repeat(200)), Some(TooEasy::Long));
        assert_eq!(refused("аааааааааааа"), Some(TooEasy::Repeated));
        assert_eq!(refused("ababababab"), Some(TooEasy::Repeated));
        assert_eq!(refused("1234567890"), Some(TooEasy::Run));
        assert_eq!(refused("йцукенгшщз"), Some(TooEasy::Run));
        assert_eq!(refused("Qwertyuiop"), Some(TooEasy::Run));
        assert_eq!(refused("0109201912"), Some(TooEasy::Run), "a date is ten digits and nothing more");
        assert_eq!(refused("Пароль2025"), Some(TooEasy::Common));
        assert_eq!(refused("password123"), Some(TooEasy::Common));
        assert_eq!(refused("Агатова2025"), Some(TooEasy::Own));
    }
}

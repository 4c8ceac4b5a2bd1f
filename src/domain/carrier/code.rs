//! The code of the carriers: 20 characters that people can read out and type, and nothing else of it. Floor 0.

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters: 5 bits each, 100 bits in all, beyond any search through scrypt.
const LENGTH: usize = 20;

/// Characters between two hyphens.
const GROUP: usize = 5;

/// A code out of random bytes, as it is printed and typed: `7KQ2M-…`.
pub fn compose(random: &[u8; 32]) -> String {
    // 256 is a multiple of 32, so the lowest five bits of a random byte are even.
    grouped(random[..LENGTH].iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])))
}

/// A code as somebody typed it, in the printed form: case, spaces and hyphens do not matter, O is 0, I and L are 1, Cyrillic look-alikes are
/// taken for what they look like. `None` when it cannot be a code.
pub fn read(typed: &str) -> Option<String> {
    let letters: Option<Vec<char>> =
        typed.chars().filter(|letter| !letter.is_whitespace() && !"-–—".contains(*letter)).map(known).collect();
    letters.filter(|letters| letters.len() == LENGTH).map(|letters| grouped(letters.into_iter()))
}

fn grouped(letters: impl Iterator<Item = char>) -> String {
    let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (at, letter) in letters.enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

fn known(letter: char) -> Option<char> {
    let upper = letter.to_uppercase().next()?;
    let latin = match upper {
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Т' => 'T',
        'Х' => 'X',
        'О' | 'O' => '0',
        'I' | 'L' => '1',
        'З' => '3',
        other => other,
    };
    u8::try_from(latin).ok().filter(|byte| ALPHABET.contains(byte)).map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_printed_and_as_a_tired_hand_types_it() {
        let code = compose(&[31; 32]);
        assert_eq!(code, "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ");
        let code = compose(&std::array::from_fn(|at| at as u8));
        assert_eq!(code, "01234-56789-ABCDE-FGHJK");
        assert_eq!(read("o1234 56789 авсDе fghjк").as_deref(), Some("01234-56789-ABCDE-FGHJK"));
        assert_eq!(read("0I234-56789-ABCDE-FGHJK").as_deref(), Some("01234-56789-ABCDE-FGHJK"));
        for wrong in ["", "01234", "01234-56789-ABCDE-FGHJU", "01234-56789-ABCDE-FGHJKK"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

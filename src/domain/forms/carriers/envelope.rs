//! The sheet for the code's envelope: on paper and on the screen in the same words. Floor 0.

use crate::domain::form::{Block, Form, Signature};
use crate::domain::forms::Letterhead;
use crate::domain::words::moment_short;

/// What a code opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opens {
    /// Number of the code.
    pub no: u64,
    /// When it was made, RFC 3339.
    pub at: String,
    /// Carriers in use by their identifiers.
    pub carriers: Vec<String>,
    /// Copies that it does not open, each a sentence with the envelope that opens them; empty for none.
    pub former: Vec<String>,
}

impl Opens {
    /// The sheet's sentences, one a paragraph. The hour tells codes of one day apart.
    pub fn said(&self) -> Vec<String> {
        let at = moment_short(&self.at);
        let on = match self.carriers.is_empty() {
            true => String::new(),
            false => format!(", на носителях {}", self.carriers.join(", ")),
        };
        let mut said = vec![
            format!("Заведён {at}. Открывает копии, записанные с {at} и до замены кода новым{on}."),
            "Код известен только директору. Лист вложить в конверт, заклеить, подписать по клапану и хранить в сейфе отдельно от носителей. \
             Второго экземпляра нет: без кода копии не открыть никому."
                .to_owned(),
            "Как открыть: letopis restore ПАПКА_КОПИИ --to НОВАЯ_ПАПКА, или обычными программами — как сказано в README.txt на носителе. \
             Вводить заглавными латинскими буквами, с дефисами."
                .to_owned(),
        ];
        if !self.former.is_empty() {
            let former = self.former.join("; ");
            said.push(format!("Прежние копии этот код не открывает, прежние конверты храните: {former}."));
        }
        said
    }
}

/// The sheet for the envelope: the code, what it opens and since when. With the code it is made once, before the director's eyes, and never
/// kept by the program; an empty code leaves its place for the director's own hand.
pub fn envelope(letterhead: &Letterhead, code: &str, opens: &Opens) -> Form {
    let form = letterhead
        .form("code-envelope", &format!("КОД ДОСТУПА № {}", opens.no))
        .subtitle("к носителям резервных копий электронного журнала")
        .with(Block::Gap { mm: 10 })
        .with(Block::Labels { width: 160, height: 30, labels: vec![vec![code.to_owned()]] })
        .with(Block::Gap { mm: 6 });
    let head =
        Signature { post: letterhead.head_post.clone(), name: letterhead.head_name.clone(), ..Signature::default() };
    opens.said().iter().fold(form, |form, said| form.text(said, &[])).signatures(vec![head], false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_day_are_told_apart_and_the_first_one_has_no_former_envelopes() {
        let of = |no: u64, hour: u32| Opens { no, at: format!("2026-11-28T{hour}:37:00+05:00"), ..Opens::default() };
        let (morning, evening) = (of(1, 10).said(), of(2, 15).said());
        assert!(
            evening[0]
                .starts_with("Заведён 28.11.2026, 15:37. Открывает копии, записанные с 28.11.2026, 15:37 и до замены")
        );
        assert!(morning[0] != evening[0] && evening.len() == 3, "{evening:?}");
        let former = vec!["Н-1: копию от 28.11.2026 открывает конверт с кодом № 1 от 28.11.2026".to_owned()];
        let said = Opens { former, ..of(2, 15) }.said();
        assert!(said[3].contains("прежние конверты храните: Н-1: копию"), "{said:?}");
    }
}

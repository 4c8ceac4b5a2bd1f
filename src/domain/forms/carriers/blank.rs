//! Places of an act of writing that nobody's name fills: left for ink with a caption, and told as what may stay empty. Floor 0.

use crate::domain::form::{Block, Signature};

/// The place of a name inside the act: an empty one says under its rule what a hand writes there.
pub(super) fn place(name: &str) -> &'static str {
    if name.trim().is_empty() { "{(инициалы, фамилия)}" } else { "{}" }
}

/// A note on the lines without a name; none where everybody is known.
pub(super) fn left(signers: &[Signature]) -> Option<Block> {
    let empty = signers.iter().filter(|one| one.name.trim().is_empty() && !one.post.trim().is_empty());
    let posts: Vec<String> = empty.map(|one| format!("«{}»", one.post.trim())).collect();
    (!posts.is_empty()).then(|| Block::Note {
        text: format!(
            "Никто не назначен: {}. Строка заполняется от руки тем, кто расписывается; если такого лица в школе нет, её прочёркивают.",
            posts.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{KEEPER, Written, writing};
    use crate::domain::forms::Letterhead;

    #[test]
    fn a_line_without_a_name_is_left_for_ink_with_a_caption_and_told() {
        let letterhead = Letterhead {
            clerk_post: "Секретарь".to_owned(),
            clerk_name: "Л.К. Ромашкина".to_owned(),
            ..Letterhead::default()
        };
        let act = |keeper: &str| writing(&letterhead, &Written::default(), (KEEPER, keeper), "А.А. Опалов").to_string();
        let words = "Никто не назначен: «Ответственный за работу с электронным журналом». Строка заполняется от руки";
        let blank = act("");
        assert!(blank.contains("(инициалы, фамилия)") && blank.contains(words), "{blank}");
        let named = act("Б.Б. Гранитов");
        assert!(!named.contains("(инициалы, фамилия)") && !named.contains("Никто не назначен"), "{named}");
    }
}

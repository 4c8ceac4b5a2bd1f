//! What a pasted list of parents brought, in words. Floor 3.

use crate::domain::finding::Finding;
use crate::domain::words;
use crate::flow::people::Families;

/// What is wrong with a line of the list.
pub(super) fn said(finding: &Finding) -> String {
    format!("{}: {} (найдено: «{}»; нужно: {})", finding.place, finding.message, finding.found, finding.expected)
}

/// «Внесено: 41 родитель; второй ребёнок записан: 1; внесены раньше: 2.»
pub(super) fn brought(written: &Families, passed_over: u64) -> String {
    let count = |n| words::count(n, "родитель", "родителя", "родителей");
    let mut told = format!("Внесено: {}.", count(written.new));
    if written.joined > 0 {
        told.push_str(&format!(
            " Ребёнок добавлен: {}.",
            words::count(written.joined, "родителю", "родителям", "родителям")
        ));
    }
    if written.known > 0 {
        told.push_str(&format!(" Внесено раньше: {}.", count(written.known)));
    }
    if passed_over > 0 {
        told.push_str(&format!(" Телефоны, адреса и числа не хранятся: пропущено ячеек — {passed_over}."));
    }
    told
}

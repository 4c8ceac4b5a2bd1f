//! What an act of writing says of the copy itself: what is in it, and that it was read back. Floor 0.

use super::Written;
use crate::domain::carrier::Cause;

/// What a copy holds, as a pattern with a place for its study periods where there are any. Every whole copy holds the whole house; the set of
/// a study period is told literally as the regulation has it.
pub(super) fn contents(copy: &Written) -> String {
    let reason = match copy.cause {
        None | Some(Cause::Period) => {
            return "резервная копия электронного журнала за {} (учётный период): списки класса, отметки, посещаемость, отметки за четверть, \
                    полугодие и год"
                .to_owned();
        }
        Some(cause) => cause.as_russian(),
    };
    let closed = if copy.periods.is_empty() { "" } else { "; закрытые учётные периоды: {}" };
    format!(
        "резервная копия всех данных «Летописи» (повод — «{reason}»): база данных и архив школы, в их числе списки классов, отметки, \
         посещаемость, отметки за четверть, полугодие и год{closed}"
    )
}

/// What an act of writing says of the comparison: the one that belongs to the writing itself.
pub(super) const READ_BACK: &str = "При записи копия прочитана назад с каждого носителя до последнего байта и совпала с записанным (SHA-256). Что показали сверки и пробные восстановления после записи, удостоверяют их справки.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_says_what_a_copy_of_its_reason_holds() {
        let of = |cause, periods: &str| contents(&Written { cause, periods: periods.to_owned(), ..Written::default() });
        assert!(
            of(Some(Cause::Period), "I четверть")
                .starts_with("резервная копия электронного журнала за {} (учётный период)")
        );
        let archive = of(Some(Cause::Month), "I четверть");
        assert!(
            archive.contains("всех данных «Летописи» (повод — «архив»)") && archive.ends_with("периоды: {}"),
            "{archive}"
        );
        let early = of(Some(Cause::Week), "");
        assert!(!early.contains("учётны") && early.contains("повод — «по графику»"), "{early}");
    }
}

//! What an act of writing says of the copy itself: what is in it, and what was compared of it since. Floor 0.

use super::super::day;
use super::Written;
use crate::domain::carrier::Cause;
use crate::domain::words;

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

/// What came of a check of a copy on a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every file inside was read out and compared, so many of so many.
    Opened((u64, u64)),
    /// Every byte on the carrier was compared with what the house wrote down; the code was not given.
    Outside,
    /// Every byte on the carrier was compared with the copy's own label alone.
    Label,
    /// Something differs.
    Differs,
    /// It could not be checked.
    Failed,
}

/// The newest check of a copy on one of its carriers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Number of the certificate.
    pub no: u64,
    /// RFC 3339.
    pub at: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What an act of writing says of a carrier: what was compared, never more than that.
pub(super) fn compared(carrier: &str, newest: Option<&Compared>) -> String {
    let Some(check) = newest else {
        return format!(
            "Носитель {carrier}: при записи копия прочитана назад и совпала с записанным (SHA-256); отдельной сверки после записи ещё не было."
        );
    };
    let on = day(&check.at);
    let said = match check.outcome {
        Outcome::Opened((read, all)) => {
            let files = words::plural(read, "файла", "файлов", "файлов");
            let read = words::grouped(read);
            format!(
                "правильность переноса данных проверена {on} воспроизведением {read} {files} из {}, расхождений нет",
                words::grouped(all)
            )
        }
        Outcome::Outside => format!(
            "{on} копия сверена до последнего байта (SHA-256) с записью, сделанной при её создании, расхождений нет; содержимое не \
             воспроизводилось: код доступа не вводили"
        ),
        Outcome::Label => format!(
            "{on} копия сверена до последнего байта (SHA-256) со своим ярлыком, расхождений нет; с записью «Летописи» не сверялась, содержимое не \
             воспроизводилось"
        ),
        Outcome::Differs => format!(
            "при проверке {on} найдены расхождения: копия изменена или повреждена, восстанавливать из неё нельзя"
        ),
        Outcome::Failed => format!("проверить копию {on} не удалось"),
    };
    format!("Носитель {carrier}: {said} (справка №\u{a0}{}).", check.no)
}

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

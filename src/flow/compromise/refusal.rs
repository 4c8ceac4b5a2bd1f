//! Why a notice of compromise or a decision on what is void is not taken. Floor 2.

/// Why a notice or a decision is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has this identifier.
    #[error("«{0}»: такого сотрудника нет и ничего от его имени не сделано")]
    NoAccount(String),
    /// Moments in the wrong order.
    #[error("момент, с которого действия недействительны, не может быть в будущем")]
    Future,
    /// Nothing of what was asked for waits for a decision.
    #[error("нет недействительных действий, которые ждут решения")]
    NothingPending,
    /// Acts wait, and none of them is taken back together with everything else.
    #[error("отменить сразу нечего. Ждут решения: {0}")]
    NothingAtOnce(String),
    /// A statement on the copy was signed by a compromised account.
    #[error(
        "копия {copy} версия {version}: подпись под ней недействительна ({who}, уведомление № {notice}). Подтвердите её: letopis compromise approve --event {event}, или выпустите копию заново"
    )]
    VoidSignature {
        /// Copy.
        copy: String,
        /// Version.
        version: u32,
        /// Whose signature.
        who: String,
        /// Number of the notice.
        notice: u64,
        /// Index of the signature's event.
        event: u64,
    },
    /// Rows that a copy was frozen from are void and undecided.
    #[error(
        "копия {copy}: в её данных {count}, о которых нет решения (внесены под похищенной учётной записью). Отмените их на странице «Компрометация» или командой letopis compromise undo --all: закрытый период для этого откроется сам. Верные подтвердите там же, потом повторите"
    )]
    VoidRows {
        /// Copy.
        copy: String,
        /// «2 недействительных изменения».
        count: String,
    },
    /// The version was frozen before void rows of it were undone.
    #[error(
        "копия {copy}: после её составления отменено {count}, а в её листах они остались. Выпустите следующую версию на странице копии или командой letopis issue {copy} --reissue \"{ground}\""
    )]
    Stale {
        /// Copy.
        copy: String,
        /// «2 недействительных изменения».
        count: String,
        /// Ground of the next version.
        ground: String,
    },
    /// No act takes this one back.
    #[error("событие № {event} отменить нельзя: {why}")]
    NoContrary {
        /// Index of the event.
        event: u64,
        /// Why, and what is left.
        why: &'static str,
    },
}

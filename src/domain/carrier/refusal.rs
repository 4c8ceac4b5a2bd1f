//! Why a carrier is not put on the books, asked for, signed for or vouched for. Floor 0.

/// Why the custody log takes no signature or no trip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It stands already.
    #[error("«{0}» уже подписано")]
    Signed(&'static str),
    /// The way has an order.
    #[error("«{step}» сейчас не подписывают: {state}")]
    NotYet {
        /// Step.
        step: &'static str,
        /// Where the trip stands.
        state: &'static str,
    },
    /// Only who takes the carrier signs that.
    #[error("это подписывает только тот, за кем числится носитель: {0}")]
    NotTheTaker(String),
    /// The one who has it still works here.
    #[error("{0} работает в школе и сдаёт носитель сам (сама); приказ о возврате нужен, когда взявший уволен")]
    StillHere(String),
    /// Another office signs that.
    #[error("«{step}» подписывает другая должность: {office}")]
    NotTheOffice {
        /// Step.
        step: &'static str,
        /// Office.
        office: &'static str,
    },
    /// One person on both sides.
    #[error("выдать носитель самому себе нельзя: вторую подпись ставит другой человек под своим входом")]
    OneHand,
    /// Nobody else could give the key to whoever asks; with those who may take the carrier instead.
    #[error("ключ от сейфа выдаёте вы, поэтому носитель берёт другой: попросите, чтобы его взял {0}")]
    KeyIsYours(String),
    /// Nobody else could hand the carrier to whoever asks; with those who may take it instead.
    #[error("носитель из сейфа выдаёте вы, поэтому берёт его другой: попросите, чтобы его взял {0}")]
    HandingIsYours(String),
    /// The secretary has signed that the carrier was handed over.
    #[error(
        "секретарь уже расписался в выдаче носителя: просьбу не отзывают и не отклоняют; кто просил, расписывается в получении и сдаёт носитель"
    )]
    HandedOver,
    /// The request was taken back or declined: nothing but the key's return is signed.
    #[error("просьба уже отозвана или отклонена, носитель по ней не выдают")]
    AlreadyDropped,
    /// Somebody who neither asked nor answers for the safe.
    #[error("отозвать просьбу может тот, кто просил, отклонить — директор или секретарь")]
    NotToDrop,
    /// Who takes a carrier works at the school: a contractor, an inspector or a parent gets neither carrier nor key (000 Инс 5.2).
    #[error(
        "носитель и ключ выдают только сотруднику школы; подрядчик работает при том, кто взял носитель под свою подпись"
    )]
    NotStaff,
    /// The undertaking comes first.
    #[error(
        "сначала подпишите подписку о неразглашении кода доступа: страница «Журнал пользования» или команда «letopis backup undertake --by СОТРУДНИК»"
    )]
    NoUndertaking,
    /// It is out already.
    #[error("носитель {carrier} сейчас не в сейфе: запись № {trip} журнала пользования не закрыта")]
    Out {
        /// Carrier.
        carrier: String,
        /// Trip.
        trip: u64,
    },
    /// No comparison since it was taken.
    #[error(
        "заверить нельзя: после выдачи носитель {0} не сверяли с записями «Летописи»; сверка, сделанная до выдачи, не считается"
    )]
    NotCompared(String),
    /// It was compared since it was taken, and its newest copy was not.
    #[error(
        "заверить нельзя: новую копию на носителе {carrier} (записана {at}) ещё не сверяли с записями «Летописи»; сверка другой копии её не заменяет"
    )]
    NewestNotCompared {
        /// Carrier.
        carrier: String,
        /// When that copy was written, in words.
        at: String,
    },
    /// Data of the school lie open on it.
    #[error(
        "заверить нельзя: на носителе {carrier} лежат открытые данные школы ({places}): удалите их с носителя и сверьте его ещё раз"
    )]
    LiesOpen {
        /// Carrier.
        carrier: String,
        /// Files and folders on it.
        places: String,
    },
    /// A changed copy stays on it, of which something is still to be done: which, and what.
    #[error("заверить нельзя: на носителе остаётся повреждённая копия ({0})")]
    StaysSpoiled(String),
    /// The comparison says no.
    #[error("заверить нельзя: последняя сверка носителя {0} нашла расхождения; копия на нём изменена или повреждена")]
    Differs(String),
    /// No such thing.
    #[error("на учёте нет: «{0}»")]
    Unknown(String),
    /// It is no longer on the books.
    #[error("носитель {0} списан")]
    WrittenOff(String),
    /// A field is empty or wrong.
    #[error("{0}")]
    Field(&'static str),
    /// Another carrier has the maker's number; told with that carrier's name.
    #[error("{0}")]
    SameSerial(String),
    /// No such place is on the books.
    #[error("места хранения «{found}» на учёте нет; есть: {known}; новое место сначала ставят на учёт")]
    NoPlace {
        /// What was named.
        found: String,
        /// Those that stand, with their words; «ни одного».
        known: String,
    },
    /// Copies of several schools, and nobody says which.
    #[error("в папке {path} лежат копии нескольких школ ({schools}): укажите папку самой копии")]
    Schools {
        /// Folder.
        path: String,
        /// Their codes.
        schools: String,
    },
    /// No code has been made.
    #[error(
        "код доступа ещё не заведён: его один раз показывает директору страница «Код доступа» или команда «letopis backup code --by ДИРЕКТОР»"
    )]
    NoCode,
    /// A newer copy or mark is known, and nobody said that the older one is wanted.
    #[error("из этой копии не восстановлено: {0}")]
    Older(String),
    /// The key of the safe is out still.
    #[error("ключ от сейфа по записи № {0} ещё у того, кому выдан: сначала распишитесь там «Принять ключ обратно»")]
    KeyOut(u64),
    /// The plan does not hold.
    #[error("правило о помещениях и носителях не выполнено: {0}")]
    Plan(String),
}

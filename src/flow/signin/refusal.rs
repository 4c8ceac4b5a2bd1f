//! Why a sign-in does not go on, in words that never say whether a login exists. Floor 2.

use crate::domain::password::TooEasy;

/// Why a sign-in does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such login, or another password.
    #[error("логин или пароль не подходит")]
    NotThem,
    /// The code is wrong, old or used.
    #[error("код не подходит: проверьте часы телефона и введите новый код")]
    WrongCode,
    /// The code is right and was used already, as when somebody signs in on two machines at once (RFC 6238 5.2: each code opens one).
    #[error("этот код уже использован: дождитесь следующего — он сменится в течение полуминуты — и введите его")]
    UsedCode,
    /// Too many attempts.
    #[error("слишком много попыток; следующая — через {}", seconds(.0))]
    Wait(u64),
    /// Many logins were wrong from this address; guesses pass one at a time.
    #[error("с этого адреса было слишком много неверных попыток под разными логинами; следующая — через {}", seconds(.0))]
    Crowded(u64),
    /// The account was shut by a person.
    #[error("вход закрыт: обратитесь к администратору школы")]
    Locked,
    /// The one-time password was not used in time.
    #[error("срок одноразового пароля истёк: попросите выдать новый")]
    Expired,
    /// Nobody is signed in, or the session has ended.
    #[error("сеанс завершён: войдите снова")]
    NoSession,
    /// The present password is wrong.
    #[error("прежний пароль не подходит")]
    WrongPassword,
    /// The new password is too easy.
    #[error(transparent)]
    TooEasy(#[from] TooEasy),
    /// No account for the person.
    #[error("для «{0}» вход ещё не выдан")]
    NoAccount(String),
    /// Nobody of that identifier.
    #[error("нет человека с идентификатором «{0}»")]
    Nobody(String),
    /// Not one whom this person gives credentials to.
    #[error("«{0}» не из тех, кому вы выдаёте вход")]
    NotInTheChain(String),
    /// The identity service is not set up, or said no.
    #[error("вход через внешнюю службу не удался: {0}")]
    Identity(String),
    /// A subject of the identity service that nobody is linked to.
    #[error("эта внешняя учётная запись ещё не связана с человеком школы")]
    NotLinked,
    /// The one-time code is wrong, old or used.
    #[error("код связи не подходит: он одноразовый и действует ограниченное время")]
    WrongLinkCode,
}

/// «15 секунд», «4 минуты».
fn seconds(wait: &u64) -> String {
    use crate::domain::words::plural;
    match wait {
        0..=90 => format!("{wait} {}", plural(*wait, "секунду", "секунды", "секунд")),
        _ => {
            let minutes = wait.div_ceil(60);
            format!("{minutes} {}", plural(minutes, "минуту", "минуты", "минут"))
        }
    }
}

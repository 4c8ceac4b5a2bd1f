//! Copies on carriers: an encrypted stream in parts, written to several carriers at once and read back from any. Floor 1.
//!
//! ```text
//! letopis-SCHOOL-20251103-180000/     renamed to this name only when it is whole and durable
//!   README.txt  label.txt  SHA256SUMS  key.age
//!   copy.tar.gz.age.001 …             a tar of files, gzip, age; cut below what FAT32 holds
//! ```
//!
//! The stream is encrypted to a public key; its private key lies beside it in `key.age`, sealed with the code (scrypt). So a copy can be made
//! by night without anybody's code, and opened only with it. Stock `age -d -i key.age` does the same.

pub mod read;
pub mod write;

use std::io::{Read as _, Write as _};
use std::str::FromStr as _;

use age::secrecy::{ExposeSecret as _, SecretString};

/// Name of the sealed private key.
pub const KEY: &str = "key.age";
/// Name of the label.
pub const LABEL: &str = "label.txt";
/// Name of the sums.
pub const SUMS: &str = "SHA256SUMS";
/// Name of the page for people.
pub const README: &str = "README.txt";
/// What the names of parts begin with.
pub const STREAM: &str = "copy.tar.gz.age";
/// Name of the manifest inside the stream.
pub const MANIFEST: &str = "manifest.txt";
/// File by which a carrier is known, in its own root.
pub const MARK: &str = "letopis-carrier.txt";

/// Bytes of a part at most. FAT32 ends at 4 GiB less one byte; two thousand million leave room and are two thousand writes of a megabyte.
pub const PART_BYTES: u64 = 2_000_000_000;

/// scrypt's work when a code is made: 2^18, about a second. Measured against the machine it came out lower under load, so it is pinned.
pub const WORK: u8 = 18;
/// scrypt's work that is still accepted when a key is opened: a foreign file must not hold the program for hours.
const MOST_WORK: u8 = 22;

/// The page on every carrier.
pub const README_TEXT: &str = include_str!("backup/readme.txt");

/// What keeps a copy from being written or opened.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A carrier, or a file of the house.
    #[error("{what} — не удалось: {source}", source = spoken(.source))]
    Io {
        /// «носитель Н-1», or a path.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another code, or none of a code.
    #[error("код доступа не подходит к этой копии: проверьте номер кода на конверте и каждую букву")]
    Code,
    /// The same, where the label says which code opens it.
    #[error("код доступа не подходит к этой копии: её открывает код № {0}; проверьте номер на конверте и каждую букву")]
    CodeOf(u64),
    /// What is sealed is not what this program seals.
    #[error("ключ на носителе (key.age) повреждён или не от «Летописи»: {0}")]
    Key(String),
    /// The stream ends early or does not decrypt.
    #[error("копия повреждена или обрезана: {0}")]
    Damaged(String),
    /// The folder is no copy.
    #[error("{0} — не резервная копия «Летописи»: {1}")]
    NotACopy(String, String),
    /// It was told to stop.
    #[error("запись копии прервана; незаконченное убрано")]
    Stopped,
}

/// What a disk says, in words that a secretary can act on.
fn spoken(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::StorageFull | K::QuotaExceeded => "на носителе не осталось места".to_owned(),
        K::FileTooLarge => "файл больше, чем допускает файловая система носителя".to_owned(),
        K::ReadOnlyFilesystem => "носитель открыт только для чтения: проверьте переключатель защиты записи".to_owned(),
        K::PermissionDenied => "нет права на запись или чтение".to_owned(),
        K::NotFound => "не найдено: носитель отключён или папка другая".to_owned(),
        _ if error.raw_os_error() == Some(5) => "носитель отключён или не читается (ошибка ввода-вывода)".to_owned(),
        _ if error.raw_os_error() == Some(19) || error.raw_os_error() == Some(6) => "носитель отключён".to_owned(),
        _ => error.to_string(),
    }
}

/// What the encryption says, in words: its own are English.
fn of_age(error: &age::DecryptError) -> String {
    use age::DecryptError as E;
    let said = match error {
        E::InvalidHeader => "начало файла не читается",
        E::InvalidMac => "начало файла изменено",
        E::UnknownFormat => "файл обрезан или другого формата",
        E::ExcessiveWork { .. } => "проверка кода в нём дольше допустимой",
        E::Io(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => "файл обрезан",
        E::Io(source) => return spoken(source),
        _ => UNSEALED,
    };
    said.to_owned()
}

/// Said of what does not decrypt, wherever it was changed.
const UNSEALED: &str = "содержимое изменено и не расшифровывается";

/// Wraps what the system said.
fn at(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Fault {
    let what = what.into();
    move |source| Fault::Io { what, source }
}

/// A new pair of keys: the public one, and the private one sealed with a code by scrypt of 2^`work`, which every opening pays again.
///
/// # Errors
/// Only when the machine fails.
pub fn new_key(code: &str, work: u8) -> Result<(String, Vec<u8>), Fault> {
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(code.to_owned()));
    recipient.set_work_factor(work);
    let seal = |error: &dyn std::fmt::Display| Fault::Key(error.to_string());
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| seal(&error))?;
    let mut sealed = Vec::new();
    let mut stream = encryptor.wrap_output(&mut sealed).map_err(|error| seal(&error))?;
    // The form of `age-keygen`, so that `age -d -i key.age` asks for the code and goes on.
    let text = format!("# public key: {public}\n{}\n", identity.to_string().expose_secret());
    stream.write_all(text.as_bytes()).map_err(|error| seal(&error))?;
    stream.finish().map_err(|error| seal(&error))?;
    Ok((public, sealed))
}

/// The private key, opened with a code.
///
/// # Errors
/// [`Fault::Code`] for another code, [`Fault::Key`] for what is no sealed key.
pub fn open_key(sealed: &[u8], code: &str) -> Result<age::x25519::Identity, Fault> {
    let mut identity = age::scrypt::Identity::new(SecretString::from(code.to_owned()));
    identity.set_max_work_factor(MOST_WORK);
    let refuse = |error: age::DecryptError| match error {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => Fault::Code,
        other => Fault::Key(of_age(&other)),
    };
    let decryptor = age::Decryptor::new(sealed).map_err(|error| Fault::Key(of_age(&error)))?;
    let mut stream = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(refuse)?;
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(|_| Fault::Key(UNSEALED.to_owned()))?;
    let line = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-"));
    let line = line.ok_or_else(|| Fault::Key("в нём нет ключа".to_owned()))?;
    age::x25519::Identity::from_str(line).map_err(|_| Fault::Key("ключ в нём записан неверно".to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_are_such_as_every_file_system_of_a_carrier_takes() {
        // FAT32: less than 4 GiB a file, none of these letters, no link, no point or space at the end.
        const { assert!(PART_BYTES < u32::MAX as u64) };
        for name in [KEY, LABEL, SUMS, README, MARK, &write::part_name(1), &write::part_name(999)] {
            let tame = name.chars().all(|letter| letter.is_ascii_graphic() && !"\"*/:<>?\\|".contains(letter));
            assert!(tame && !name.ends_with('.') && name.len() < 100, "{name}");
        }
    }

    #[test]
    fn a_key_opens_with_its_code_alone() {
        let (public, sealed) = new_key("01234-56789-ABCDE-FGHJK", WORK).unwrap();
        let opened = open_key(&sealed, "01234-56789-ABCDE-FGHJK").unwrap();
        assert_eq!(opened.to_public().to_string(), public);
        assert!(matches!(open_key(&sealed, "01234-56789-ABCDE-FGHJZ"), Err(Fault::Code)));
        let mut damaged = sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(matches!(open_key(&damaged, "01234-56789-ABCDE-FGHJK"), Err(Fault::Key(_))));
        assert!(matches!(open_key(b"not a key", "01234-56789-ABCDE-FGHJK"), Err(Fault::Key(_))));
        // Whoever reads it at the safe reads Russian: of the encryption's own words none is left.
        for bad in [damaged.as_slice(), &sealed[..40], b"not a key"] {
            let said = open_key(bad, "01234-56789-ABCDE-FGHJK").err().unwrap().to_string();
            let plain = said.replace("key.age", "");
            assert!(!plain.chars().any(|letter| letter.is_ascii_alphabetic()), "{said}");
        }
        assert!(Fault::CodeOf(2).to_string().contains("её открывает код № 2;"));
    }
}

//! What keeps the archive from writing. What is *found* in an archive is never an error: it is a list of findings. Floor 1.

use std::path::{Path, PathBuf};

/// The disk said no, or a rule of writing once did.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An operation on a file or a folder failed.
    #[error("{operation} — не удалось: {path}: {source}", path = path.display())]
    Io {
        /// «Чтение файла», «Создание папки» …
        operation: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is written once already stands there with other bytes.
    #[error("файл уже записан с другим содержимым: {path}", path = .0.display())]
    OtherBytes(PathBuf),
    /// A record of that name is being sealed already: start-up finishes or discards it first.
    #[error("запись «{0}» уже готовится к помещению в архив")]
    AlreadyStaged(String),
    /// A record of that name is in the archive already, with another proof.
    #[error("в архиве уже есть запись «{0}» с другим содержимым")]
    AlreadyArchived(String),
    /// There is nothing to finish: neither staged nor archived.
    #[error("нечего завершать: запись «{0}» не подготовлена")]
    NotStaged(String),
    /// A staged folder or a record does not hold what says whose it is.
    #[error("запись не читается: {0}")]
    Unreadable(String),
    /// A package could not be put together.
    #[error("пакет не собран: {0}")]
    Package(#[from] zip::result::ZipError),
}

/// Wraps what the system said with what was tried on which path.
pub(super) fn failed(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { operation, path, source }
}

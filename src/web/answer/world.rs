//! Failures of the world that people can mend themselves: no room on a disk, a carrier that is not there. Floor 3.

use std::fmt;
use std::io::{Error, ErrorKind};

use crate::domain::words;
use crate::vault::backup::Fault;
use crate::{flow, store, vault};

/// What people are told of such a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mendable {
    /// One Russian sentence.
    pub(super) said: String,
    /// Is it for want of room?
    pub(super) is_full: bool,
}

impl fmt::Display for Mendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// `None` for a failure whose cause only the program's log can tell.
pub(super) fn of_flow(error: &flow::Error) -> Option<Mendable> {
    match error {
        flow::Error::Backup(fault @ Fault::Io { source, .. }) if is_spoken(source) => {
            Some(Mendable { said: words::capitalised(&fault.to_string()), is_full: is_full(source) })
        }
        flow::Error::File { source, .. } | flow::Error::Vault(vault::Error::Io { source, .. }) => of_house(source),
        flow::Error::Store(error) => of_store(error),
        _ => None,
    }
}

/// The same for the database alone.
pub(super) fn of_store(error: &store::Error) -> Option<Mendable> {
    match error {
        store::Error::World(said) => Some(Mendable {
            said: words::capitalised(said),
            is_full: said.contains("не осталось места"),
        }),
        _ => None,
    }
}

/// The disk on which the house lies; paths in it are nobody's business but the program's log.
fn of_house(source: &Error) -> Option<Mendable> {
    let said = match source.kind() {
        _ if is_full(source) => "На диске, где лежат данные «Летописи», не осталось места",
        ErrorKind::ReadOnlyFilesystem => "Диск, где лежат данные «Летописи», открыт только для чтения",
        _ => return None,
    };
    Some(Mendable { said: said.to_owned(), is_full: is_full(source) })
}

fn is_full(source: &Error) -> bool {
    matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Has a copy words of its own for what this carrier says? Anything else comes in the system's words.
fn is_spoken(source: &Error) -> bool {
    use ErrorKind as K;
    let is_known = matches!(source.kind(), K::FileTooLarge | K::ReadOnlyFilesystem | K::PermissionDenied | K::NotFound);
    is_full(source) || is_known || matches!(source.raw_os_error(), Some(5 | 6 | 19))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn what_people_can_mend_is_told_in_words_and_no_path_of_the_house() {
        let backup = |kind: ErrorKind| {
            flow::Error::Backup(Fault::Io { what: "носитель Н-1".to_owned(), source: Error::from(kind) })
        };
        let full = of_flow(&backup(ErrorKind::StorageFull)).unwrap();
        assert!(full.is_full && full.said.ends_with("на носителе не осталось места"), "{full:?}");
        let gone = of_flow(&backup(ErrorKind::NotFound)).unwrap();
        assert!(gone.said.contains("носитель отключён") && !gone.is_full, "{gone:?}");
        assert_eq!(of_flow(&backup(ErrorKind::UnexpectedEof)), None, "in English");

        let file = |kind: ErrorKind| flow::Error::File { path: PathBuf::from("/srv/house"), source: Error::from(kind) };
        let full = of_flow(&file(ErrorKind::StorageFull)).unwrap();
        assert!(full.is_full && !full.said.contains("/srv"), "{full:?}");
        assert_eq!(of_flow(&file(ErrorKind::NotFound)), None, "a file of the house that is not there is a fault");

        assert!(of_store(&store::Error::World("на диске не осталось места")).is_some_and(|told| told.is_full));
        assert_eq!(of_store(&store::Error::Missing("copies".to_owned())), None);
    }
}

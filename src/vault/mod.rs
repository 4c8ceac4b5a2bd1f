//! Floor 1: the archive on disk and the packages that leave it.
//!
//! Knows files, folders, inventories and manifests (OCFL 1.1, BagIt 1.0); never SQL, never what a signature means.

pub mod backup;
pub mod bag;
pub mod content;
mod describe;
pub mod durable;
mod error;
pub mod fixity;
pub mod inventory;
pub mod object;
pub mod package;
pub mod record;
pub mod space;

pub use content::{Content, ContentFile, name};
pub use durable::write_once;
pub use error::Error;
pub use fixity::{Depth, Object, check_fixity, read_object};
pub use object::{
    Staged, create_root, discard, finish, is_object, is_root, list_objects, list_staged, log_proof_of, stage,
};
pub use record::{Parts, StatementPart};

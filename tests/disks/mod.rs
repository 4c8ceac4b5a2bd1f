//! Two disks in two rooms on the books of a house, for every test and bench that writes backups.

use std::path::Path;

use letopis::domain::carrier::{Holder, Kind, Purpose};
use letopis::flow::{Act, House, carriers};

/// scrypt's work for a code of a test: 2^10, a thousandth of a second. Each opening of a copy pays it, and no test's carrier is stolen.
#[allow(dead_code)] // reason: the bench pays what a school pays
pub const WORK: u8 = 10;

/// What a disk in a folder is put on the books with.
pub fn wanted(place: &str, path: &Path) -> carriers::Wanted {
    carriers::Wanted {
        kind: Kind::Disk,
        label: "Диск".into(),
        // A maker gives each disk a number of its own.
        serial: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        capacity: "1 ТБ".into(),
        purpose: Purpose::Main,
        place: place.into(),
        path: path.to_string_lossy().into_owned(),
    }
}

/// Makes the folders and puts them on the books, each in the safe of a room of its own.
pub async fn put_on_the_books(house: &House, disks: &[impl AsRef<Path>], act: &Act) {
    for (no, disk) in (1..).zip(disks) {
        std::fs::create_dir_all(disk).expect("a disk");
        let room = format!("кабинет {no}");
        let place = carriers::add_place(house, &room, Holder::Safe, "сейф", act).await.expect("a place");
        carriers::add_carrier(house, &wanted(&place, disk.as_ref()), act).await.expect("a carrier");
    }
}

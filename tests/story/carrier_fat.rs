//! A disk as it comes from any shop: FAT32. Where the kernel mounts it, a copy is written there; where mtools are, a copy goes through an
//! image and back; and what FAT32 cannot hold is not in a copy at all.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use letopis::domain::finding::Verdict;
use letopis::flow::backup::{Silent, check};
use letopis::vault::backup::PART_BYTES;

use super::carriers::{Office, names, restore};
use super::house::{House, tell};

fn ran(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|ran| ran.success())
}

/// An empty FAT32 image of 40 MiB, or not: `mkfs.vfat` is missing.
fn image(path: &Path) -> bool {
    std::fs::File::create(path).unwrap().set_len(40 << 20).unwrap();
    ran(Command::new("mkfs.vfat").args(["-F", "32"]).arg(path))
}

#[test]
fn a_fat_disk_of_any_shop_takes_a_copy_and_gives_it_back() {
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let disk = office.house.outside("fat.img");
        let mark = std::fs::read(office.disks[0].join("letopis-carrier.txt")).unwrap();
        if !image(&disk) || !ran(Command::new("mount").args(["-o", "loop"]).arg(&disk).arg(&office.disks[0])) {
            return eprintln!("ПРОПУЩЕНО: нет mkfs.vfat, vfat в ядре или права на loop-монтирование");
        }
        std::fs::write(office.disks[0].join("letopis-carrier.txt"), mark).unwrap();
        let written = office.write(40).await;
        let compared = office.compare(0, Some(&office.code)).await;
        Command::new("umount").arg(&office.disks[0]).status().unwrap();
        assert_eq!(written.unwrap().row.carriers, ["Н-1", "Н-2"]);
        assert_eq!(compared.verdict, Verdict::Valid, "{:?}", compared.findings);
    });
}

#[test]
fn a_copy_goes_through_a_fat_image_and_back_whole() {
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let disk = office.house.outside("fat.img");
        if !image(&disk) || !ran(Command::new("mcopy").arg("-V")) {
            return eprintln!("ПРОПУЩЕНО: нет mkfs.vfat или mtools; их ставит .ci/run");
        }
        let written = office.write(40).await.unwrap();
        assert!(written.row.parts > 1);
        // Onto the disk as somebody's file manager would do it, mark and all; off it again into another folder.
        let from: Vec<_> =
            [written.row.id.as_str(), "letopis-carrier.txt"].map(|name| office.disks[0].join(name)).into();
        let (on, off) = (office.house.outside("off"), &["-s", "-m", "-Q"]);
        std::fs::create_dir(&on).unwrap();
        assert!(ran(Command::new("mcopy").args(off).arg("-i").arg(&disk).args(&from).arg("::/")), "onto FAT");
        assert!(ran(Command::new("mcopy").args(off).arg("-i").arg(&disk).arg("::*").arg(&on)), "off FAT");
        assert_eq!(names(&on), [written.row.id.as_str()], "names come back as they were, in their own letters");
        let checked = Command::new("fsck.vfat").arg("-n").arg(&disk).output();
        assert!(checked.is_ok_and(|said| said.status.success()), "the image is sound");

        let code = Some(office.code.clone());
        let report = check::compare(Some(&office.house), &on, code, Arc::new(Silent)).await.unwrap();
        assert_eq!((report.verdict, report.findings), (Verdict::Valid, Vec::new()));
        let back = office.house.outside("back");
        assert_eq!(restore(&on, &back, &office.code).await.unwrap().verdict, Verdict::Valid);
    });
}

#[test]
fn what_fat_cannot_hold_is_not_in_a_copy() {
    // 4 GiB less a byte is the largest file; a part stays below it, and a limit is kept to the byte.
    const { assert!(PART_BYTES <= u32::MAX as u64) };
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let limit = 30_000;
        let written = office.write_in_parts(40, limit).await.unwrap();
        let folder = office.disks[0].join(&written.row.id);
        let (mut folded, mut parts) = (BTreeSet::new(), 0);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (name, told) = (entry.file_name().into_string().unwrap(), entry.metadata().unwrap());
            let tame = name.chars().all(|letter| letter.is_ascii_graphic() && !"\"*/:<>?\\|".contains(letter));
            assert!(tame && !name.ends_with('.') && name.len() <= 255, "{name}");
            assert!(folded.insert(name.to_uppercase()), "{name}: FAT does not tell small letters from capitals");
            assert!(entry.file_type().unwrap().is_file(), "{name}: neither a link nor a folder");
            if name.starts_with("copy.") {
                parts += 1;
                assert!(told.len() <= limit, "{name}: {}", told.len());
            }
        }
        assert!(parts > 3 && parts == written.row.parts);
        let of_copy = written.row.id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        assert!(of_copy, "{}", written.row.id);

        // Every permission and the date as FAT gives them: all may, and seconds are even.
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>() {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
            let even = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
            std::fs::File::options().append(true).open(&path).unwrap().set_modified(even).unwrap();
        }
        let report = office.compare(0, Some(&office.code)).await;
        assert_eq!((report.verdict, report.findings), (Verdict::Valid, Vec::new()));
    });
}

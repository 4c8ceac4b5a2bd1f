//! Scans of sheets in the store: files, pages, decisions and ticks, on every engine.

use letopis::domain::audit::{Event, EventKind};
use letopis::store::{
    ComparisonRow, Db, Error, Leaf, LookRow, ReceiptRow, ScanDecisionRow, ScanFileRow, ScanPageRow, ScanPlace, Tx,
};

use super::engines::{AT, on_every_engine};

fn at(file: &str, page: u32, place: u32) -> ScanPlace {
    ScanPlace { file: file.into(), page, place }
}

fn leaf(copy: &str, leaf: u32) -> Leaf {
    Leaf { copy: copy.into(), version: 1, sheet: 1, leaf }
}

fn file(digest: &str, no: u64) -> ScanFileRow {
    ScanFileRow {
        digest: digest.into(),
        no,
        name: "скан.pdf".into(),
        kind: "pdf".into(),
        bytes: 4_000_000_000,
        pages: 3,
        received_at: AT.into(),
        received_by: "S1".into(),
    }
}

fn page(at: ScanPlace, outcome: &str, leaf: Leaf) -> ScanPageRow {
    ScanPageRow { at, outcome: outcome.into(), leaf, corners: "1 2 3 4 5 6 7 8".into(), turn: 270 }
}

async fn commit(tx: Tx) {
    let event = Event::new(EventKind::ScansTaken, "S1", AT);
    tx.record(&event, [1; 16]).await.expect("an event").commit().await.expect("a commit");
}

async fn taken(db: &Db, digest: &str, pages: &[ScanPageRow]) -> u64 {
    let mut tx = db.begin().await.expect("a turn");
    let no = tx.record_scan_file(&file(digest, 0)).await.expect("a file");
    for page in pages {
        tx.record_scan_page(page).await.expect("a page");
    }
    commit(tx).await;
    no
}

#[test]
fn scans_are_found_by_file_and_by_copy_and_come_once() {
    on_every_engine(|db| async move {
        let filed = page(at("aa", 1, 0), "filed", leaf("K1", 2));
        let foreign = page(at("aa", 2, 1), "foreign", Leaf::default());
        let old = page(at("bb", 1, 0), "old_version", leaf("K1", 1));
        assert_eq!(taken(&db, "aa", &[filed.clone(), foreign.clone()]).await, 1);
        assert_eq!(taken(&db, "bb", std::slice::from_ref(&old)).await, 2);

        assert_eq!(db.list_scan_files().await.expect("files"), [file("bb", 2), file("aa", 1)]);
        assert_eq!(db.find_scan_file("aa").await.expect("an answer"), Some(file("aa", 1)));
        assert_eq!(db.find_scan_file("cc").await.expect("an answer"), None);
        assert_eq!(db.list_scan_pages("aa").await.expect("pages"), [filed.clone(), foreign.clone()]);
        assert_eq!(db.list_scan_pages_of("K1").await.expect("pages"), [filed, old]);
        assert_eq!(db.list_scan_pages_unfiled().await.expect("pages"), [foreign]);

        let mut tx = db.begin().await.expect("a turn");
        let again = tx.record_scan_file(&file("aa", 0)).await;
        assert!(matches!(again, Err(Error::Duplicate)), "{again:?}");
    });
}

#[test]
fn decisions_keep_their_order_and_a_sheet_is_ticked_off_once() {
    on_every_engine(|db| async move {
        let decision =
            |leaf: Leaf| ScanDecisionRow { at: at("aa", 1, 0), leaf, decided_at: AT.into(), decided_by: "S1".into() };
        let receipt = ReceiptRow { leaf: leaf("K2", 7), received_at: AT.into(), received_by: "S1".into() };
        let mut tx = db.begin().await.expect("a turn");
        for row in [decision(leaf("K1", 3)), decision(Leaf::default())] {
            tx.record_scan_decision(&row).await.expect("a decision");
        }
        tx.record_receipt(&receipt).await.expect("a tick");
        commit(tx).await;

        let decisions = db.list_scan_decisions().await.expect("decisions");
        assert_eq!(decisions, [decision(leaf("K1", 3)), decision(Leaf::default())]);
        assert_eq!(db.list_receipts("K2", 1).await.expect("ticks"), std::slice::from_ref(&receipt));
        assert_eq!(db.list_receipts("K2", 2).await.expect("ticks"), []);
        let mut copies = db.list_scanned_copies().await.expect("copies");
        copies.sort();
        assert_eq!(copies, [("K1".to_owned(), 1), ("K2".to_owned(), 1)]);

        let mut tx = db.begin().await.expect("a turn");
        let again = tx.record_receipt(&receipt).await;
        assert!(matches!(again, Err(Error::Duplicate)), "{again:?}");
    });
}

#[test]
fn a_newer_comparison_takes_the_place_of_the_older_and_looks_only_add_up() {
    on_every_engine(|db| async move {
        let comparison = |at: ScanPlace, method: u32, differences: u32| ComparisonRow {
            at,
            leaf: Leaf { sheet: 0, ..leaf("K1", 2) },
            method,
            compared: true,
            differences,
            compared_at: AT.into(),
        };
        let look = |differences: u32| LookRow {
            at: at("aa", 1, 0),
            leaf: Leaf { sheet: 0, ..leaf("K1", 2) },
            differences,
            looked_at: AT.into(),
            looked_by: "S1".into(),
        };
        let (first, second) =
            (page(at("aa", 1, 0), "filed", leaf("K1", 2)), page(at("aa", 2, 0), "filed", leaf("K1", 2)));
        taken(&db, "aa", &[first, second]).await;
        taken(&db, "bb", &[page(at("bb", 1, 0), "foreign", Leaf::default())]).await;
        assert_eq!(
            db.list_uncompared_files(2).await.expect("files"),
            ["aa"],
            "a foreign page is compared with nothing"
        );

        let mut tx = db.begin().await.expect("a turn");
        tx.record_comparison(&comparison(at("aa", 1, 0), 1, 0)).await.expect("a comparison");
        tx.record_comparison(&comparison(at("aa", 2, 0), 2, 0)).await.expect("a comparison");
        commit(tx).await;
        assert_eq!(db.list_differing().await.expect("rows"), []);
        assert_eq!(db.list_uncompared_files(2).await.expect("files"), ["aa"], "an older method is as good as none");

        let mut tx = db.begin().await.expect("a turn");
        tx.record_comparison(&comparison(at("aa", 1, 0), 2, 3)).await.expect("a newer one");
        for row in [look(2), look(3)] {
            tx.record_look(&row).await.expect("a look");
        }
        commit(tx).await;
        let (newer, clean) = (comparison(at("aa", 1, 0), 2, 3), comparison(at("aa", 2, 0), 2, 0));
        assert_eq!(db.list_comparisons("aa").await.expect("rows"), [newer.clone(), clean]);
        assert_eq!(db.list_differing().await.expect("rows"), [newer]);
        assert_eq!(db.list_uncompared_files(2).await.expect("files"), Vec::<String>::new());
        assert_eq!(db.list_looks().await.expect("looks"), [look(2), look(3)]);

        // What a person moved is compared by whoever moves it.
        let mut tx = db.begin().await.expect("a turn");
        let row = ScanDecisionRow {
            at: at("aa", 1, 0),
            leaf: Leaf::default(),
            decided_at: AT.into(),
            decided_by: "S1".into(),
        };
        tx.record_scan_decision(&row).await.expect("a decision");
        tx.record_comparison(&comparison(at("aa", 2, 0), 1, 0)).await.expect("a comparison");
        tx.record_comparison(&comparison(at("aa", 1, 0), 1, 3)).await.expect("a comparison");
        commit(tx).await;
        assert_eq!(db.list_uncompared_files(2).await.expect("files"), ["aa"], "for its second page");
        let mut tx = db.begin().await.expect("a turn");
        tx.record_comparison(&comparison(at("aa", 2, 0), 2, 0)).await.expect("a comparison");
        commit(tx).await;
        assert_eq!(db.list_uncompared_files(2).await.expect("files"), Vec::<String>::new());
    });
}

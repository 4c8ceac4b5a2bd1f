//! Issuing: once, from the frozen snapshot, with the log's checkpoint on it.

use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::flow::{Error, issue};

use super::house::{COPIES, House, after, tell};

#[test]
fn an_issued_copy_is_kept_under_its_digest_and_stands_in_the_log() {
    tell(async {
        let house = House::with_issued_copies().await;
        for id in COPIES {
            let copy = house.copy(id).await;
            assert_eq!(copy.state, State::Issued);
            let digest: Digest = copy.issued_pdf.parse().expect("a digest");
            let bytes = std::fs::read(house.issued_pdf(id, 1, digest)).expect("the PDF");
            assert_eq!(Digest::of(&bytes), digest);
            let log = house.db.list_log().await.expect("the log");
            assert!(log.iter().any(|entry| entry.event == "copy_issued" && entry.payload.contains(&copy.issued_pdf)));
        }
        assert!(
            !house.db.list_checkpoints().await.expect("checkpoints").is_empty(),
            "a title page prints a checkpoint"
        );
    });
}

#[test]
fn a_copy_is_issued_once() {
    tell(async {
        let house = House::with_issued_copies().await;
        let before = house.counts().await;
        let copy = house.copy(COPIES[0]).await;
        let refused = issue::issue(&house, &[copy], &after(3), |_| {}).await;
        assert!(matches!(refused, Err(Error::State { .. })), "{refused:?}");
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn two_houses_issue_the_same_bytes_at_the_same_moment_from_the_same_snapshot() {
    tell(async {
        let (one, other) = (House::with_journal().await, House::with_journal().await);
        one.close("Q1", &[], None).await.expect("a closing");
        // Salts and certificates are drawn at random, so the second house is a copy of the first one's closed state.
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("a rather longer path than the other one");
        let one_root = one.root.clone();
        let one = one.reopened().await;
        super::house::copy_folder(&one_root, &root);
        drop(other);
        let other = letopis::flow::House::open(&root).await.expect("the house opens");
        let frozen = one.db.list_copies().await.expect("copies");
        let here = issue::issue(&one, &frozen, &after(2), |_| {}).await.expect("an issue");
        let there = issue::issue(&other, &frozen, &after(2), |_| {}).await.expect("an issue");
        let digests = |issued: Vec<issue::Issued>| issued.into_iter().map(|i| i.copy.issued_pdf).collect::<Vec<_>>();
        assert_eq!(digests(here), digests(there));
    });
}

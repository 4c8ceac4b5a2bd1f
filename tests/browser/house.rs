//! A house to be looked at: sealed copies, one login of each role, a clock that the story moves.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::Duration;
use letopis::bundle::BundleFile;
use letopis::domain::setup::layout::ORDERS;
use letopis::domain::setup::paste::Sheet;
use letopis::flow::exchange::staged;
use letopis::flow::scans::Given;
use letopis::flow::setup::{self, Coming, Meeting, Outcome};
use letopis::flow::signin::credentials::Chain;
use letopis::flow::signin::demo::{self, DemoLogin};
use letopis::flow::{self, Act};
use letopis::scan;
use letopis::web::{WebState, serve};
use tokio::net::TcpListener;

use crate::driver::Browser;
use crate::records::{House, YEAR, after};

/// What pages with addresses of their own need: an order with its sheet of acquaintance, a job, a change.
async fn seed(house: &flow::House) {
    let sheet = Sheet::from_clipboard("№\tДата\tВид\tО чём\n121\t29.08.2025\tприказ\tО ведении журнала");
    let coming = Coming { sheet, fixed: &BTreeMap::new(), meeting: Meeting::Add, dry_run: false };
    let done = setup::take_sheet(house, &after(60), YEAR, &ORDERS, &coming).await.expect("an answer");
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    let order = house.db.list_year_rows("orders", YEAR).await.expect("orders").remove(0).remove(0);
    let staff: Vec<String> =
        house.db.load_roster(YEAR).await.expect("a roster").staff.iter().take(3).map(|one| one.id.clone()).collect();
    setup::ask_to_see(house, &after(60), YEAR, &order, &staff).await.expect("a sheet");
    flow::jobs::queue(house, &flow::jobs::Work::SealAll, &after(60)).await.expect("a job");
}

/// An open house.
pub struct Open {
    pub house: Arc<flow::House>,
    pub address: SocketAddr,
    /// Seconds that the story put the clock forward.
    forward: Arc<AtomicI64>,
    began: Instant,
    /// The house as its stories change it.
    pub folder: House,
}

impl Open {
    /// Opens a house with sealed copies and a login of each role.
    pub async fn start() -> Self {
        Self::of(House::with_sealed_copies().await).await
    }

    /// The same with papers and scans: what every page of the office has something to show of.
    pub async fn with_papers() -> Self {
        let open = Self::start().await;
        let (house, copy) = (&open.house, crate::records::COPIES[0]);
        flow::office::print(house, copy, true, &after(60)).await.expect("a paper copy");
        let row = house.db.list_versions(copy).await.expect("versions").pop().expect("a copy");
        let digest = row.issued_pdf.parse().expect("a digest");
        let bytes = std::fs::read(house.issued_pdf(copy, row.version, digest)).expect("the PDF");
        let mut first = None;
        scan::pages(&bytes, |_, _, page| {
            first = page.ok();
            false
        })
        .expect("pages");
        let first = first.expect("the first page");
        // Half of 300 dpi: what a school's scanner gives.
        let bytes = first.resized(first.width / 2, first.height / 2).to_jpeg(usize::MAX, 80);
        let given = Given { name: "скан.jpg".to_owned(), bytes, signed_on: None };
        let taken = flow::scans::take(house, given, &after(60), |_, _| {}).await.expect("an answer");
        assert!(taken.findings.is_empty(), "{:?}", taken.findings);
        // An eighth of it shows no code that anybody could read: a person says which page it is.
        let bytes = first.resized(first.width / 8, first.height / 8).to_jpeg(usize::MAX, 80);
        let given = Given { name: "неясный.jpg".to_owned(), bytes, signed_on: None };
        flow::scans::take(house, given, &after(60), |_, _| {}).await.expect("an answer");
        open
    }

    /// Opens a house with a journal of which nothing is closed yet.
    pub async fn with_journal() -> Self {
        Self::of(House::with_journal().await).await
    }

    /// Opens a house whose copies wait for signatures.
    pub async fn with_issued_copies() -> Self {
        Self::of(House::with_issued_copies().await).await
    }

    async fn of(folder: House) -> Self {
        let house = Arc::new(flow::House::open(&folder.root).await.expect("a house"));
        demo::open(&house.sign_in, &house, &after(60)).await.expect("logins");
        seed(&house).await;
        Self::serve(folder, house).await
    }

    /// Opens a house in which nothing is but the keyboard's own account; gives its login and one-time password.
    pub async fn empty() -> (Self, String, String) {
        let folder = House::empty().await;
        let house = Arc::new(flow::House::open(&folder.root).await.expect("a house"));
        let chain = Chain::Staff;
        let slips = house.sign_in.issue(&house, &chain, &["operator".to_owned()], &after(60)).await.expect("a slip");
        let (login, password) = (slips[0].login.clone(), slips[0].password.clone());
        (Self::serve(folder, house).await, login, password)
    }

    async fn serve(folder: House, house: Arc<flow::House>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (forward, began) = (Arc::new(AtomicI64::new(0)), Instant::now());
        let seconds = Arc::clone(&forward);
        let clock = move || {
            after(61).at + Duration::seconds(began.elapsed().as_secs() as i64 + seconds.load(Ordering::Relaxed))
        };
        let state = WebState::new(Arc::clone(&house), Arc::new(clock));
        tokio::spawn(serve(state, listener, std::future::pending()));
        Self { house, address, forward, began, folder }
    }

    /// An address of the house.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Files given by this account, kept between their check and its confirmation.
    pub async fn upload(&self, account: &str) -> String {
        let rooms = BundleFile::new("Кабинеты.csv", "Кабинет;Мест\n301;30\n302;много\n".into());
        let act = Act { by: account.to_owned(), at: self.now() };
        staged::keep(&self.house, &[rooms], &act).expect("an upload")
    }

    /// Whose login it is.
    pub async fn account(&self, login: &str) -> String {
        let accounts = self.house.db.list_accounts().await.expect("accounts");
        accounts.into_iter().find(|row| row.login == login).expect("an account").person
    }

    /// The clock of the house is put forward.
    pub fn wait(&self, seconds: i64) {
        self.forward.fetch_add(seconds, Ordering::Relaxed);
    }

    /// What the clock of the house shows.
    pub fn now(&self) -> chrono::DateTime<chrono::FixedOffset> {
        after(61).at + Duration::seconds(self.began.elapsed().as_secs() as i64 + self.forward.load(Ordering::Relaxed))
    }

    /// The login of a role, by its Russian name, with the code of this moment.
    pub async fn login(&self, role: &str) -> DemoLogin {
        let logins = demo::logins(&self.house, self.now()).await.expect("logins");
        logins.into_iter().find(|login| login.role == role).unwrap_or_else(|| panic!("no login of a {role}"))
    }

    /// Gives login and password: who has a second factor is asked for it.
    pub async fn half_sign_in(&self, browser: &Browser, role: &str) -> DemoLogin {
        // A code is used once; the next one is half a minute away.
        self.forward.fetch_add(60, Ordering::Relaxed);
        browser.client.delete_all_cookies().await.expect("no cookies");
        browser.open(&self.at("/signin")).await;
        let login = self.login(role).await;
        browser.fill("login", &login.login).await;
        browser.fill("password", login.password).await;
        browser.press("main form[action=\"/signin\"] button").await;
        login
    }

    /// Signs in with password and, where it is asked for, second factor.
    pub async fn sign_in(&self, browser: &Browser, role: &str) {
        let login = self.half_sign_in(browser, role).await;
        if !login.code.is_empty() {
            browser.fill("code", &self.login(role).await.code).await;
            browser.press("main form[action=\"/signin/code\"] button").await;
        }
        let address = browser.client.current_url().await.expect("an address");
        assert!(!address.path().starts_with("/signin"), "{role} is not let in: {}", browser.text().await);
    }
}

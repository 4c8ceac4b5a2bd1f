//! A browser without a window: chromedriver of its own, one page, what a person can see and do with it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// Widths at which every page is looked at, pixels: a school's notebook and a phone.
pub const WIDTHS: [u32; 2] = [1366, 390];
/// Heights of a picture, pixels: the notebook's window at least, and at most what Chromium paints in one piece.
const HEIGHTS: [u64; 2] = [768, 16_000];

/// The page as whoever opens it meets it: nothing has the focus, it stands at its beginning, faces and pictures have come, two frames have gone by.
/// Gives its height, the window's inner measures, its width, and pictures that are not there.
const MET: &str = "
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    if (document.activeElement) document.activeElement.blur();
    const images = [...document.images].filter((image) => image.getAttribute('src'));
    const come = images.map((image) => { image.loading = 'eager'; return image.decode().catch(() => null); });
    const late = new Promise((go) => setTimeout(go, 20000));
    return Promise.race([Promise.all(come), late]).then(() => document.fonts.ready).then(frame).then(frame).then(() => {
        for (const line of document.querySelectorAll('.side [aria-current]')) line.scrollIntoView({ block: 'nearest' });
        window.scrollTo({ top: 0, left: 0, behavior: 'instant' });
        const lost = images.filter((image) => image.checkVisibility() && image.naturalWidth === 0);
        const page = document.documentElement;
        return [page.scrollHeight, window.innerWidth, window.innerHeight, page.scrollWidth, lost.map((image) => image.getAttribute('src')).join(', ')];
    });";

/// One browser at a time: two would take the machine's memory from each other.
static TURN: Mutex<()> = Mutex::const_new(());

/// An open browser; it ends with the story.
pub struct Browser {
    pub client: Client,
    driver: Child,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // chromedriver ends its browser with itself.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Is there a browser? A story without one is skipped aloud.
pub fn installed() -> bool {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|told| told.status.success());
    let both = there("chromedriver") && there("chromium");
    if !both {
        eprintln!("ПРОПУЩЕНО: нет chromium и chromedriver; их ставит .ci/run");
    }
    if both && !Path::new("/usr/lib/chromium/locales/ru.pak").exists() {
        eprintln!("поля дат на снимках — английские: нет chromium-l10n, его ставит .ci/run");
    }
    both
}

impl Browser {
    /// Starts a browser.
    pub async fn start() -> Self {
        let turn = TURN.lock().await;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            // Fields of dates and files speak the language of the environment, not that of `--lang`. A locale that is not installed would be
            // taken for «C», where no Russian file name is found.
            .envs([("LANGUAGE", "ru"), ("LANG", "C.UTF-8")])
            .env_remove("LC_ALL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let told = BufReader::new(driver.stdout.take().expect("its output"));
        // «ChromeDriver was started successfully on port 41235.»
        let port = told.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says its port");
        let options = json!({
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=ru",
                "--window-size=1366,900",
            ] }
        });
        let Value::Object(options) = options else { unreachable!("an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(options)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser session");
        Self { client, driver, _turn: turn }
    }

    /// Opens an address; gives the answer's status and media type.
    pub async fn open(&self, address: &str) -> (u16, String) {
        self.client.goto(address).await.expect("the page opens");
        self.seen().await
    }

    /// Status and media type of the page shown.
    pub async fn seen(&self) -> (u16, String) {
        let told = self
            .run("const entry = performance.getEntriesByType('navigation')[0]; return [entry ? entry.responseStatus : 0, document.contentType];")
            .await;
        (told[0].as_u64().unwrap_or_default() as u16, told[1].as_str().unwrap_or_default().to_owned())
    }

    /// Did the address lead to another page?
    pub async fn led_on(&self) -> bool {
        let script = "const entry = performance.getEntriesByType('navigation')[0]; return Boolean(entry && entry.redirectCount > 0);";
        self.run(script).await == true
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Types into a field named so.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("[name=\"{name}\"]"))).await.expect("the field");
        field.clear().await.expect("an empty field");
        field.send_keys(text).await.expect("typed");
    }

    /// Puts a value into a field whose typing depends on the browser's language: a date, a moment, a choice.
    pub async fn set(&self, name: &str, value: &str) {
        let script = format!(
            "const field = document.querySelector('[name=\"{name}\"]'); field.value = {value:?}; return field.value;"
        );
        assert_eq!(self.run(&script).await, value, "{name} takes no such value");
    }

    /// Chooses a file in a field.
    pub async fn attach(&self, name: &str, file: &Path) {
        let field = self.client.find(Locator::Css(&format!("[name=\"{name}\"]"))).await.expect("the field");
        field.send_keys(&file.display().to_string()).await.expect("a file");
    }

    /// Presses what is found by a CSS selector, and waits for the page that comes.
    pub async fn press(&self, selector: &str) {
        let before = self.run("window.letopisOld = true; return true;").await;
        assert_eq!(before, true);
        self.client
            .find(Locator::Css(selector))
            .await
            .unwrap_or_else(|_| panic!("nothing is {selector}"))
            .click()
            .await
            .expect("pressed");
        for _ in 0..200 {
            let fresh = self
                .client
                .execute("return !window.letopisOld && document.readyState === 'complete';", Vec::new())
                .await;
            if fresh.is_ok_and(|fresh| fresh == true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no page came after {selector}");
    }

    /// Text of the page as a person sees it.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText;").await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses Tab so many times, some at one request: each request costs as much as a dozen keys.
    pub async fn tabs(&self, times: usize) {
        const AT_ONCE: usize = 40; // a request's time stays far below the driver's limit
        let key = '\u{E004}'; // WebDriver's Tab
        let mut left = times;
        while left > 0 {
            let now = left.min(AT_ONCE);
            let press = (0..now).fold(KeyActions::new("keys".to_owned()), |keys, _| {
                keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key })
            });
            self.client.perform_actions(press).await.expect("keys");
            left -= now;
        }
    }

    /// What the page puts on paper, as words in one line; `None`, aloud, where nothing reads it out of the PDF.
    pub async fn printed(&self) -> Option<String> {
        let pdf = self.client.print(PrintConfiguration::default()).await.expect("a printed page");
        let place = pictures().join("printed.pdf");
        std::fs::create_dir_all(pictures()).expect("the folder");
        std::fs::write(&place, pdf).expect("the printed page");
        let Ok(told) = Command::new("pdftotext").arg("-layout").arg(&place).arg("-").output() else {
            eprintln!("ПРОПУЩЕНО: нет программы pdftotext");
            return None;
        };
        Some(String::from_utf8_lossy(&told.stdout).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// A picture of the whole page at a width; an error when the page is wider than its window, or shows a picture that never came.
    pub async fn picture(&self, width: u32, path: &Path) -> Result<(), String> {
        self.client.set_window_size(width, 900).await.expect("a size");
        let first = self.run(MET).await;
        assert_eq!(first[1].as_u64(), Some(width.into()), "the browser does not take this width");
        let wide = first[3].as_u64().unwrap_or_default();
        // A window's own frame is a part of its size.
        let frame = 900_u64.saturating_sub(first[2].as_u64().unwrap_or(900));
        let height = |told: &Value| told[0].as_u64().unwrap_or_default().clamp(HEIGHTS[0], HEIGHTS[1]);
        self.client.set_window_size(width, (height(&first) + frame) as u32).await.expect("a size");
        let told = self.run(MET).await;
        if height(&told) > told[2].as_u64().unwrap_or_default() {
            // What follows the window's height has grown with it.
            self.client.set_window_size(width, (height(&told) + frame) as u32).await.expect("a size");
            self.run(MET).await;
        }
        let png = self.client.screenshot().await.expect("a picture");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, png).expect("the picture");
        let lost = told[4].as_str().unwrap_or_default();
        if wide > u64::from(width) {
            Err(format!("страница шириной {wide} px в окне {width} px"))
        } else if !lost.is_empty() {
            Err(format!("нет картинки: {lost}"))
        } else {
            Ok(())
        }
    }
}

/// Folder of the pictures.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target").join("screenshots")
}

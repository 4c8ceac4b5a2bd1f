//! What every page must be: without faults for assistive technology, reachable by keyboard alone with the focus seen, whole at both widths.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::driver::Browser;

/// The most steps of a keyboard walk: a journal's page has hundreds of links, and they are alike.
const STEPS: usize = 160;

/// Text of axe-core, from where `.ci/run` puts it or from `LETOPIS_AXE`; without it pages are not judged, which is said aloud.
pub fn axe() -> Option<String> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/judges/node_modules/axe-core/axe.min.js");
    let path = std::env::var_os("LETOPIS_AXE").map_or(own, PathBuf::from);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("ПРОПУЩЕНО: нет axe-core ({}); его ставит .ci/run", path.display());
    }
    text
}

/// Faults that axe finds on the page shown, each in one line.
pub async fn axe_faults(browser: &Browser, axe: &str) -> Vec<String> {
    browser.client.execute(axe, Vec::new()).await.expect("axe loads");
    let script = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then((r) => done(r.violations));";
    let told = browser.client.execute_async(script, Vec::new()).await.expect("axe runs");
    let violations = told.as_array().expect("a list");
    violations
        .iter()
        .map(|fault| {
            let target = &fault["nodes"][0]["target"][0];
            format!(
                "{}: {} ({}, мест {})",
                fault["id"].as_str().unwrap_or_default(),
                fault["help"].as_str().unwrap_or_default(),
                target,
                fault["nodes"].as_array().map_or(0, Vec::len)
            )
        })
        .collect()
}

/// Marks everything that ought to take the focus by Tab, and gives how many there are.
const MARK: &str = "
    const shown = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')];
    let count = 0;
    const groups = new Set();
    for (const e of all) {
        if (e.tabIndex < 0 || e.disabled || !shown(e)) continue;
        if (e.type === 'radio') { if (groups.has(e.name)) continue; groups.add(e.name); }
        if (e.closest('details:not([open])') && e.tagName !== 'SUMMARY') continue;
        e.dataset.walk = String(count);
        count += 1;
    }
    document.activeElement.blur();
    window.scrollTo(0, 0);
    return count;";

/// The page at rest: faces have come, and two frames have gone by, in which the page's script counts which boxes scroll. A mark set before
/// that would stand on a box that is no stop of the Tab key any more.
const AT_REST: &str = "
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    return document.fonts.ready.then(frame).then(frame).then(() => true);";

/// From now on the page notes what takes the focus: its mark, whether the focus is seen, and what it is.
const NOTE: &str = "
  window.walked = [];
  document.addEventListener('focusin', () => {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    // In a date's field the browser lights up the part (day, month, year) that has the focus.
    const parts = ['date', 'time', 'datetime-local', 'month'].includes(e.type);
    const line = parts || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
    const shadow = style.boxShadow !== 'none';
    const group = e.type === 'radio' ? document.querySelector(`input[type=radio][name='${e.name}'][data-walk]`) : e;
    window.walked.push({ mark: (group || e).dataset.walk || '', seen: line || shadow, size: box.width * box.height, what: e.outerHTML.slice(0, 120) });
  });";

/// Walks the page by Tab alone: everything is reached, and at each step one sees where one is. A fault is what shows on both of two walks: Chromium
/// on a laden machine may tell the style of a box that it has not painted yet.
pub async fn keyboard_faults(browser: &Browser) -> Vec<String> {
    let first = keyboard_walk(browser).await;
    if first.is_empty() {
        return first;
    }
    let second = keyboard_walk(browser).await;
    first.into_iter().filter(|fault| second.contains(fault)).collect()
}

async fn keyboard_walk(browser: &Browser) -> Vec<String> {
    browser.run(AT_REST).await;
    let expected = browser.run(MARK).await.as_u64().unwrap_or_default() as usize;
    browser.run(NOTE).await;
    let (mut reached, mut faults) = (BTreeSet::new(), Vec::new());
    // Day, month, year and the calendar's button are steps of one date's field.
    let dates = browser
        .run("return document.querySelectorAll('main input[type=date], main input[type=time], main input[type=datetime-local]').length;")
        .await
        .as_u64()
        .unwrap_or_default();
    browser.tabs((expected + 5 * dates as usize + 5).min(STEPS)).await;
    let walked = browser.run("return window.walked;").await;
    for told in walked.as_array().expect("a list") {
        let what = told["what"].as_str().unwrap_or_default();
        if told["seen"] != true {
            faults.push(format!("фокус не виден: {what}"));
        }
        if told["size"].as_f64().unwrap_or_default() < 1.0 {
            faults.push(format!("фокус на невидимом: {what}"));
        }
        reached.insert(told["mark"].as_str().unwrap_or_default().to_owned());
    }
    reached.remove("");
    if reached.len() < expected.min(STEPS - 5 - 5 * dates as usize) {
        faults.push(format!("Tab доходит до {} из {expected}", reached.len()));
    }
    faults.dedup();
    faults
}

//! A school's own template is set by a process of its own, with little memory and little time. Floor 2.
//!
//! A template is a program: it may never end, and may ask for all the memory there is. The house starts itself anew for it, hands template
//! and data over, and ends the process when its time is over. That process sees no file of the house: it is given none, and typst's world
//! reads nothing else (`typeset::world`).

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::domain::form::Form;
use crate::domain::forms::examples::examples;
use crate::typeset::{self, Fault, preview};

/// Memory of the process, bytes of address space: a form of a school of 44 classes takes a tenth of it.
const MEMORY: u64 = 2 << 30;
/// Time of its processors, seconds: all forms together take two on the check data.
const PROCESSOR_SECONDS: u64 = 20;
/// Seconds on the clock for each second of its processors: others work beside it.
const PATIENCE: u64 = 2;
/// Longest answer, bytes: the pages of the longest journal take a megabyte.
const LONGEST_ANSWER: u64 = 64 << 20;

/// What it is told when the template took more than there is.
const TOO_MUCH: &str =
    "шаблону не хватило отведённых времени или памяти: в нём есть то, что не кончается или растёт без меры";

static PROGRAM: OnceLock<(PathBuf, u64)> = OnceLock::new();

/// Says which program sets templates apart, and how many seconds of its processors it has; without a word it is the running one. For
/// programs that are not the house, as its tests.
pub fn by_program(path: PathBuf, seconds: u64) {
    let _ = PROGRAM.set((path, seconds));
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Request {
    /// What is wrong with a template, on the check data of forms.
    Check { template: String, forms: Vec<String>, made_at: String },
    /// The pages of a form.
    Set { template: String, form: Box<Form>, made_at: String },
    /// A picture of a page of a form on check data.
    Draw { template: String, form: String, made_at: String, page: usize, width: u32 },
}

/// What the process answers, before the bytes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Answer {
    /// What is wrong, by form.
    pub faults: Vec<(String, Fault)>,
    /// Pages made.
    pub pages: usize,
    /// The file, when one was asked for.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Answer {
    fn fault(form: &str, text: impl Into<String>) -> Self {
        Self { faults: vec![(form.to_owned(), Fault::whole(text))], ..Self::default() }
    }
}

/// Has a request done by a process of its own. Holds the thread up to [`PATIENCE`] times [`PROCESSOR_SECONDS`]. `Err` says why there is no answer.
pub(super) fn ask(request: &Request) -> Result<Answer, String> {
    let failed = |error: std::io::Error| format!("процесс вёрстки не запустился: {error}");
    let text = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    let (program, seconds) = match PROGRAM.get() {
        Some(named) => named.clone(),
        None => (std::env::current_exe().map_err(failed)?, PROCESSOR_SECONDS),
    };
    let mut child = Command::new(program)
        .args(["template", "apart", &seconds.to_string()])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let told = answered(&mut child, text, Duration::from_secs(PATIENCE * seconds));
    // It has ended, or must.
    let _ = child.kill();
    let ended = child.wait().map_err(failed)?;
    match told {
        Some(answer) if ended.success() => read(&answer).ok_or_else(|| TOO_MUCH.to_owned()),
        _ => Err(TOO_MUCH.to_owned()),
    }
}

/// Everything that the process says within its time.
fn answered(child: &mut Child, text: Vec<u8>, time: Duration) -> Option<Vec<u8>> {
    let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
    std::thread::spawn(move || input.write_all(&text));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(LONGEST_ANSWER).read_to_end(&mut answer);
        let _ = sender.send(read.ok().map(|_| answer));
    });
    let answer = receiver.recv_timeout(time).ok()??;
    // Its output is closed a moment before it ends by itself.
    child.wait().ok()?;
    Some(answer)
}

/// One line of JSON, then the bytes.
fn read(answer: &[u8]) -> Option<Answer> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let head: Answer = serde_json::from_slice(&answer[..end]).ok()?;
    Some(Answer { bytes: answer[end + 1..].to_vec(), ..head })
}

/// The process itself: limits first, then the request from `input`, the answer to `output`. `seconds`: of its processors.
pub fn work(seconds: u64, mut input: impl Read, mut output: impl Write) -> std::io::Result<()> {
    let limit = |of: Resource, most: u64| setrlimit(of, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, MEMORY)?;
    limit(Resource::Cpu, seconds)?;
    // A core file would hold the data of the form.
    limit(Resource::Core, 0)?;
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    let request: Request = serde_json::from_slice(&text)?;
    let answer = done(request);
    serde_json::to_writer(&mut output, &answer)?;
    output.write_all(b"\n")?;
    output.write_all(&answer.bytes)?;
    output.flush()
}

fn done(request: Request) -> Answer {
    match request {
        Request::Check { template, forms, made_at } => {
            let mut answer = Answer::default();
            for example in examples().iter().filter(|example| forms.contains(&example.id)) {
                let (faults, pages) = typeset::examine(example, &template, &made_at);
                answer.pages += pages;
                answer.faults.extend(faults.into_iter().map(|fault| (example.id.clone(), fault)));
            }
            answer
        }
        Request::Set { template, form, made_at } => match typeset::form_by(&form, &made_at, Some(&template)) {
            Ok(made) => Answer { pages: made.pages, bytes: made.pdf, ..Answer::default() },
            Err(error) => Answer::fault(&form.id, error.to_string()),
        },
        Request::Draw { template, form, made_at, page, width } => {
            let Some(example) = examples().into_iter().find(|example| example.id == form) else {
                return Answer::fault(&form, "нет такой формы");
            };
            match typeset::form_by(&example, &made_at, Some(&template)) {
                Ok(made) => {
                    let bytes = preview::page_png(made.pdf, page, width).unwrap_or_default();
                    Answer { pages: made.pages, bytes, ..Answer::default() }
                }
                Err(error) => Answer::fault(&form, error.to_string()),
            }
        }
    }
}

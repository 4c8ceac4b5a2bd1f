//! Writing a copy: files into a tar, gzip, age, parts, carriers, in one pass and in bounded memory. Floor 1.
//!
//! A carrier that fails drops out and the others go on. What is not whole never gets the final name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::{Fault, KEY, LABEL, README, README_TEXT, STREAM, SUMS, at};
use crate::domain::canon::Digest;
use crate::domain::carrier::manifest::{Member, Part};

/// Bytes moved at once.
const BUFFER: usize = 256 * 1024;

/// A carrier to write on.
#[derive(Debug, Clone)]
pub struct Target {
    /// «Н-1», for messages.
    pub name: String,
    /// Folder in which the copy's own folder is made.
    pub folder: PathBuf,
}

/// One carrier while it is written.
struct Sink {
    target: Target,
    temporary: PathBuf,
    file: Option<File>,
    failed: Option<Fault>,
    kept: bool,
}

impl Drop for Sink {
    /// What was not kept is cleared away, whatever ended the writing. A carrier that is gone cannot be tidied; what stays there has a
    /// name that nobody takes for a copy.
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

impl Sink {
    fn what(&self) -> String {
        format!("носитель {}", self.target.name)
    }

    fn open(&mut self, name: &str) {
        let opened = OpenOptions::new().write(true).create_new(true).open(self.temporary.join(name));
        match opened {
            Ok(file) => self.file = Some(file),
            Err(error) => self.fail(error),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        if let Err(error) = written {
            self.fail(error);
        }
    }

    fn close(&mut self) {
        let synced = self.file.take().map_or(Ok(()), |file| file.sync_all());
        if let Err(error) = synced {
            self.fail(error);
        }
    }

    fn fail(&mut self, source: io::Error) {
        self.file = None;
        let what = self.what();
        self.failed.get_or_insert(Fault::Io { what, source });
    }

    fn lives(&self) -> bool {
        self.failed.is_none()
    }
}

/// The encrypted stream going to every carrier, cut into parts.
struct Tee<'s> {
    sinks: Vec<Sink>,
    limit: u64,
    part: Sha256,
    part_bytes: u64,
    whole: Sha256,
    parts: Vec<Part>,
    stop: &'s AtomicBool,
}

impl Tee<'_> {
    fn end_part(&mut self) {
        if self.part_bytes == 0 {
            return;
        }
        let sha256 = Digest(std::mem::take(&mut self.part).finalize().into());
        self.parts.push(Part { name: part_name(self.parts.len() + 1), bytes: self.part_bytes, sha256 });
        self.part_bytes = 0;
        self.sinks.iter_mut().for_each(Sink::close);
    }
}

/// `copy.tar.gz.age.001`.
pub(super) fn part_name(no: usize) -> String {
    format!("{STREAM}.{no:03}")
}

impl Write for Tee<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        if self.part_bytes == 0 {
            let name = part_name(self.parts.len() + 1);
            self.sinks.iter_mut().filter(|sink| sink.lives()).for_each(|sink| sink.open(&name));
        }
        let room = usize::try_from(self.limit - self.part_bytes).unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(room)];
        self.sinks.iter_mut().filter(|sink| sink.lives()).for_each(|sink| sink.write(bytes));
        if !self.sinks.iter().any(Sink::lives) {
            // The last one that failed took the copy with it: its words are the answer.
            let why = self.sinks.iter().rev().find_map(|sink| sink.failed.as_ref()).map(ToString::to_string);
            return Err(io::Error::other(why.unwrap_or_default()));
        }
        self.part.update(bytes);
        self.whole.update(bytes);
        self.part_bytes += bytes.len() as u64;
        if self.part_bytes >= self.limit {
            self.end_part();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A copy being written.
pub struct Writer<'s> {
    tar: tar::Builder<GzEncoder<BufWriter<age::stream::StreamWriter<Tee<'s>>>>>,
    members: Vec<Member>,
    /// Modification time of every entry, seconds since 1970: the moment of the copy.
    mtime: u64,
    progress: &'s (dyn Fn(u64) + Sync),
}

/// What came of the stream.
pub struct Stream {
    sinks: Vec<Sink>,
    /// Parts.
    pub parts: Vec<Part>,
    /// SHA-256 of all of them.
    pub sha256: Digest,
}

/// How a copy is to be written.
pub struct Plan<'s> {
    /// Name of the copy's folder.
    pub name: &'s str,
    /// Public key.
    pub recipient: &'s str,
    /// The moment of the copy, seconds since 1970.
    pub mtime: u64,
    /// Bytes of a part at most.
    pub part_bytes: u64,
    /// Set from elsewhere to stop.
    pub stop: &'s AtomicBool,
    /// Told of bytes as they are read.
    pub progress: &'s (dyn Fn(u64) + Sync),
}

impl<'s> Writer<'s> {
    /// Begins a copy on every carrier that takes it; those that do not are told of at the end.
    ///
    /// # Errors
    /// When no carrier takes it, or the key is no key.
    pub fn begin(plan: &Plan<'s>, targets: &[Target]) -> Result<Self, Fault> {
        let sinks: Vec<Sink> = targets.iter().map(|target| begin_sink(target, plan.name)).collect();
        if !sinks.iter().any(Sink::lives) {
            return Err(sinks.into_iter().find_map(|mut sink| sink.failed.take()).unwrap_or(Fault::Stopped));
        }
        let recipient = age::x25519::Recipient::from_str(plan.recipient)
            .map_err(|_| Fault::Key("открытый ключ записан неверно".to_owned()))?;
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|error| Fault::Key(error.to_string()))?;
        let tee = Tee {
            sinks,
            limit: plan.part_bytes.max(1),
            part: Sha256::new(),
            part_bytes: 0,
            whole: Sha256::new(),
            parts: Vec::new(),
            stop: plan.stop,
        };
        let stream = encryptor.wrap_output(tee).map_err(at("запись копии"))?;
        // The fastest level: the database packs to a tenth anyway, PDF hardly at all.
        let gzip = GzEncoder::new(BufWriter::with_capacity(BUFFER, stream), Compression::fast());
        let mut tar = tar::Builder::new(gzip);
        tar.sparse(false);
        Ok(Self { tar, members: Vec::new(), mtime: plan.mtime, progress: plan.progress })
    }

    /// Files so far.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Adds a file of the disk under a path; it must not change while it is read.
    ///
    /// # Errors
    /// What the disk or every carrier said.
    pub fn file(&mut self, path: &str, from: &Path) -> Result<(), Fault> {
        let place = || from.display().to_string();
        let file = File::open(from).map_err(at(place()))?;
        let bytes = file.metadata().map_err(at(place()))?.len();
        self.entry(path, bytes, file.take(bytes))
    }

    /// Adds bytes under a path.
    ///
    /// # Errors
    /// What every carrier said.
    pub fn bytes(&mut self, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.entry(path, bytes.len() as u64, bytes)
    }

    fn entry(&mut self, path: &str, bytes: u64, from: impl Read) -> Result<(), Fault> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.mtime);
        header.set_entry_type(tar::EntryType::Regular);
        let mut hashing = Hashing { from, sha256: Sha256::new(), read: 0, told: self.progress };
        self.tar.append_data(&mut header, path, &mut hashing).map_err(at(format!("запись копии, файл {path}")))?;
        if hashing.read != bytes {
            let source = io::Error::new(io::ErrorKind::UnexpectedEof, "файл изменился, пока его читали");
            return Err(Fault::Io { what: path.to_owned(), source });
        }
        let sha256 = Digest(hashing.sha256.finalize().into());
        self.members.push(Member { path: path.to_owned(), bytes, sha256 });
        Ok(())
    }

    /// Ends the stream; nothing has its final name yet.
    ///
    /// # Errors
    /// When no carrier has it whole.
    pub fn end(self) -> Result<Stream, Fault> {
        let ended = |source| Fault::Io { what: "запись копии".to_owned(), source };
        let gzip = self.tar.into_inner().map_err(ended)?;
        let buffer = gzip.finish().map_err(ended)?;
        let stream = buffer.into_inner().map_err(|error| ended(error.into_error()))?;
        let mut tee = stream.finish().map_err(ended)?;
        tee.end_part();
        let sha256 = Digest(tee.whole.clone().finalize().into());
        Ok(Stream { sinks: tee.sinks, parts: tee.parts, sha256 })
    }
}

/// Clears away what killed writers of a school left on its carrier. Nobody may be writing there; a carrier that cannot be tidied says why
/// when it is written on.
pub fn clear_unfinished(folder: &Path, school: &str) {
    let begins = format!(".letopis-{school}-");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begins) && name.ends_with(".part") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Takes a whole copy off its carrier: at once under a name that nobody takes for a copy, then file by file.
///
/// # Errors
/// What the carrier said.
pub fn erase(copy: &Path) -> Result<(), Fault> {
    let what = copy.display().to_string();
    let name = copy.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let going = copy.with_file_name(format!(".{name}.part"));
    let folder = copy.parent().unwrap_or(copy);
    fs::rename(copy, &going)
        .and_then(|()| File::open(folder)?.sync_all())
        .and_then(|()| fs::remove_dir_all(&going))
        .map_err(at(what))
}

fn begin_sink(target: &Target, name: &str) -> Sink {
    // A name with a point in front and `.part` behind is nobody's copy; no character of it troubles FAT.
    let temporary = target.folder.join(format!(".{name}.part"));
    let mut sink = Sink { target: target.clone(), temporary, file: None, failed: None, kept: false };
    // What an earlier attempt of the same moment left is worthless.
    let _ = fs::remove_dir_all(&sink.temporary);
    if target.folder.join(name).exists() {
        sink.fail(io::Error::new(io::ErrorKind::AlreadyExists, "копия с таким именем уже есть"));
    } else if let Err(error) = fs::create_dir(&sink.temporary) {
        sink.fail(error);
    }
    sink
}

/// Reads on, counts and hashes.
struct Hashing<'p, R> {
    from: R,
    sha256: Sha256,
    read: u64,
    told: &'p (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.sha256.update(&buffer[..count]);
        self.read += count as u64;
        (self.told)(count as u64);
        Ok(count)
    }
}

impl Stream {
    /// Puts label and key beside the parts, reads every part back and compares, makes all durable, and gives the folder its name: on each
    /// carrier by itself. Hands back what came of each.
    pub fn keep(self, name: &str, key: &[u8], label: &str) -> Vec<(String, Result<PathBuf, Fault>)> {
        let small: [(&str, &[u8]); 3] = [(KEY, key), (LABEL, label.as_bytes()), (README, README_TEXT.as_bytes())];
        let sums = sums(&self.parts, &small.map(|(file, bytes)| (file, Digest::of(bytes))));
        let parts = self.parts;
        self.sinks
            .into_iter()
            .map(|sink| {
                let target = sink.target.name.clone();
                let what = sink.what();
                let kept = keep_one(sink, name, &parts, &small, &sums);
                (target, kept.map_err(|source| source.unwrap_or_else(|source| Fault::Io { what, source })))
            })
            .collect()
    }
}

/// `SHA256SUMS` of a copy's folder as `sha256sum` writes it: a line for each part, then for each of the small files.
pub(super) fn sums(parts: &[Part], small: &[(&str, Digest)]) -> String {
    let of_parts = parts.iter().map(|part| format!("{}  {}\n", part.sha256, part.name));
    let of_small = small.iter().map(|(file, sha256)| format!("{sha256}  {file}\n"));
    of_parts.chain(of_small).collect()
}

type Said = Result<Fault, io::Error>;

fn keep_one(mut sink: Sink, name: &str, parts: &[Part], small: &[(&str, &[u8])], sums: &str) -> Result<PathBuf, Said> {
    if let Some(fault) = sink.failed.take() {
        return Err(Ok(fault));
    }
    let folder = sink.target.folder.clone();
    let put = || -> Result<PathBuf, Said> {
        for (file, bytes) in small.iter().copied().chain([(SUMS, sums.as_bytes())]) {
            let mut out =
                OpenOptions::new().write(true).create_new(true).open(sink.temporary.join(file)).map_err(Err)?;
            out.write_all(bytes).and_then(|()| out.sync_all()).map_err(Err)?;
        }
        for part in parts {
            let found = digest_of(&sink.temporary.join(&part.name)).map_err(Err)?;
            if found != (part.bytes, part.sha256) {
                return Err(Ok(Fault::Damaged(format!(
                    "носитель {}: прочитано не то, что записано ({}); носитель неисправен",
                    sink.target.name, part.name
                ))));
            }
        }
        let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all()).map_err(Err);
        sync(&sink.temporary)?;
        let whole = folder.join(name);
        fs::rename(&sink.temporary, &whole).map_err(Err)?;
        sync(&folder)?;
        Ok(whole)
    };
    let put = put();
    sink.kept = put.is_ok();
    put
}

/// Bytes and SHA-256 of a file, read to its end.
pub(super) fn digest_of(path: &Path) -> io::Result<(u64, Digest)> {
    let mut file = File::open(path)?;
    // What was just written must come from the carrier, not from memory; where the kernel cannot forget, the comparison is still made.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    let (mut sha256, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((bytes, Digest(sha256.finalize().into()))),
            count => {
                sha256.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
}

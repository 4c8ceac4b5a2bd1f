//! Files attached to a PDF (ISO 32000-1 7.11.4): the snapshot and the statements inside a sealed copy. Floor 1.
//!
//! Reads the catalogue's tree of names and the streams it leads to, nothing else. It must never write a file or believe a
//! name: names are text for the caller to match.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::Error;
use super::pdf::{self, Dict, Pdf};

/// Deepest tree of names that is walked.
const DEEPEST: usize = 16;
/// Largest attachment after decompression, 256 MiB: a snapshot of a large class is some 2 MiB.
const LARGEST: u64 = 256 << 20;

/// The attached files with their names, in the order of the names' tree.
pub fn attachments(pdf: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let pdf = Pdf::open(pdf)?;
    let (_, catalog) = pdf.catalog().ok_or(Error::ForeignPdf("нет каталога документа"))?;
    let Some(names) = catalog.get(b"Names") else { return Ok(Vec::new()) };
    let names = pdf.resolve(names).and_then(Dict::read).ok_or(Error::ForeignPdf("/Names не словарь"))?;
    let mut files = Vec::new();
    if let Some(root) = names.get(b"EmbeddedFiles") {
        let foreign = Error::ForeignPdf("вложение не читается");
        walk(&pdf, root, DEEPEST, &mut files).ok_or(foreign)?;
    }
    Ok(files)
}

fn walk<'a>(pdf: &Pdf<'a>, node: &'a [u8], depth: usize, files: &mut Vec<(String, Vec<u8>)>) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let node = Dict::read(pdf.resolve(node)?)?;
    if let Some(kids) = node.get(b"Kids") {
        for kid in pdf::array(pdf.resolve(kids)?)? {
            walk(pdf, kid, depth, files)?;
        }
    }
    if let Some(names) = node.get(b"Names") {
        for pair in pdf::array(pdf.resolve(names)?)?.chunks(2) {
            let [_, specification] = pair else { return None };
            files.push(file(pdf, specification)?);
        }
    }
    Some(())
}

fn file<'a>(pdf: &Pdf<'a>, specification: &'a [u8]) -> Option<(String, Vec<u8>)> {
    let specification = Dict::read(pdf.resolve(specification)?)?;
    let name = specification.get(b"UF").or_else(|| specification.get(b"F"))?;
    let streams = Dict::read(pdf.resolve(specification.get(b"EF")?)?)?;
    let (dict, stored) = pdf.stream(streams.reference(b"F")?)?;
    let content = match dict.get(b"Filter") {
        None => stored.to_vec(),
        Some(b"/FlateDecode" | b"[/FlateDecode]") if dict.get(b"DecodeParms").is_none() => inflate(stored)?,
        Some(_) => return None,
    };
    Some((pdf::text(pdf.resolve(name)?)?, content))
}

fn inflate(stored: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    ZlibDecoder::new(stored).take(LARGEST + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= LARGEST).then_some(content)
}

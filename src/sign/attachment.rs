//! Files attached to a PDF (ISO 32000-1 7.11.4): the snapshot and the statements inside a sealed copy. Floor 1.
//!
//! Reads the catalogue's tree of names and the streams it leads to, nothing else. It must never write a file or believe a
//! name: names are text for the caller to match.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::Error;
use super::pdf::Pdf;
use super::syntax::{self, Dict};

/// Deepest tree of names that is walked.
const DEEPEST: usize = 16;
/// Most nodes and files of the tree: a sealed copy has one node and a handful of files.
const MOST_NODES: usize = 4096;
/// Largest sum of attachments after decompression, 256 MiB: the snapshot of a large class is some 2 MiB.
const LARGEST: usize = 256 << 20;

/// The attached files with their names, in the order of the names' tree.
pub fn attachments(pdf: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let pdf = Pdf::open(pdf)?;
    let (_, catalog) = pdf.catalog().ok_or(Error::ForeignPdf("нет каталога документа"))?;
    let Some(names) = catalog.get(b"Names") else { return Ok(Vec::new()) };
    let names = pdf.resolve(names).and_then(Dict::read).ok_or(Error::ForeignPdf("/Names не словарь"))?;
    let mut walk = Walk { pdf: &pdf, nodes_left: MOST_NODES, bytes_left: LARGEST, files: Vec::new() };
    if let Some(root) = names.get(b"EmbeddedFiles") {
        walk.node(root, DEEPEST).ok_or(Error::ForeignPdf("вложение не читается"))?;
    }
    Ok(walk.files)
}

/// A walk over the tree of names that ends, whatever the file says.
struct Walk<'p, 'a> {
    pdf: &'p Pdf<'a>,
    nodes_left: usize,
    bytes_left: usize,
    files: Vec<(String, Vec<u8>)>,
}

impl<'a> Walk<'_, 'a> {
    fn node(&mut self, node: &'a [u8], depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let node = Dict::read(self.pdf.resolve(node)?)?;
        for kid in self.list(&node, b"Kids")? {
            self.count()?;
            self.node(kid, depth)?;
        }
        for pair in self.list(&node, b"Names")?.chunks(2) {
            let [_, specification] = pair else { return None };
            self.count()?;
            self.file(specification)?;
        }
        Some(())
    }

    /// Elements of an array that may be absent.
    fn list(&self, node: &Dict<'a>, key: &[u8]) -> Option<Vec<&'a [u8]>> {
        match node.get(key) {
            Some(value) => syntax::array(self.pdf.resolve(value)?),
            None => Some(Vec::new()),
        }
    }

    fn count(&mut self) -> Option<()> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        Some(())
    }

    fn file(&mut self, specification: &'a [u8]) -> Option<()> {
        let specification = Dict::read(self.pdf.resolve(specification)?)?;
        let name = specification.get(b"UF").or_else(|| specification.get(b"F"))?;
        let name = syntax::text(self.pdf.resolve(name)?)?;
        let streams = Dict::read(self.pdf.resolve(specification.get(b"EF")?)?)?;
        let (dict, stored) = self.pdf.stream(streams.reference(b"F")?)?;
        let content = match dict.get(b"Filter") {
            None => stored.to_vec(),
            Some(b"/FlateDecode" | b"[/FlateDecode]") if dict.get(b"DecodeParms").is_none() => self.inflate(stored)?,
            Some(_) => return None,
        };
        self.bytes_left = self.bytes_left.checked_sub(content.len())?;
        self.files.push((name, content));
        Some(())
    }

    fn inflate(&self, stored: &[u8]) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        // One byte more than allowed tells "too much" from "just enough".
        ZlibDecoder::new(stored).take(self.bytes_left as u64 + 1).read_to_end(&mut content).ok()?;
        Some(content)
    }
}

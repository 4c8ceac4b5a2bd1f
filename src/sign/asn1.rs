//! DER by hand: the few shapes that certificates and the seal are made of (ITU-T X.690). Floor 1.
//!
//! Written by hand so that the bytes are ours to the last one: a check rebuilds them and compares. It must never guess:
//! [`children`] refuses any length that is not minimal or does not fill its parent.

use const_oid::ObjectIdentifier;

/// SEQUENCE.
pub(super) const SEQUENCE: u8 = 0x30;
/// SET.
pub(super) const SET: u8 = 0x31;

/// One element: tag, length, content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    match significant {
        [] => bytes.push(0),
        [short] if *short < 0x80 => bytes.push(*short),
        // Never more than eight length bytes, so the cast keeps the value.
        long => {
            bytes.push(0x80 | long.len() as u8);
            bytes.extend_from_slice(long);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// SEQUENCE of ready elements.
pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// Ready elements in the order of a DER SET OF (X.690 11.6), without the SET's own head.
pub(super) fn set_content(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut sorted = parts.to_vec();
    sorted.sort();
    sorted.concat()
}

/// SET OF ready elements.
pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SET, &set_content(parts))
}

/// Constructed context-specific element `[number]`: explicit around a ready element, or implicit around parts.
pub(super) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xA0 | number, content)
}

/// OBJECT IDENTIFIER.
pub(super) fn oid(identifier: ObjectIdentifier) -> Vec<u8> {
    element(0x06, identifier.as_bytes())
}

/// Algorithm identifier without parameters, as RFC 5754 and RFC 8410 want it.
pub(super) fn algorithm(identifier: ObjectIdentifier) -> Vec<u8> {
    sequence(&[oid(identifier)])
}

/// OCTET STRING.
pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    element(0x04, content)
}

/// INTEGER from big-endian bytes whose first bit is clear.
pub(super) fn integer(content: &[u8]) -> Vec<u8> {
    element(0x02, content)
}

/// BIT STRING; `unused` bits of the last byte do not count.
pub(super) fn bits(unused: u8, content: &[u8]) -> Vec<u8> {
    element(0x03, &[&[unused], content].concat())
}

/// BOOLEAN true.
pub(super) fn yes() -> Vec<u8> {
    element(0x01, &[0xFF])
}

/// One element cut off the front of bytes.
struct Cut<'a> {
    tag: u8,
    content: &'a [u8],
    /// The element with its head.
    whole: &'a [u8],
    /// What follows it.
    after: &'a [u8],
}

fn cut(bytes: &[u8]) -> Option<Cut<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        // Four length bytes reach 4 GiB: nothing of ours is longer.
        if count == 0 || count > 4 || rest.len() < count {
            return None;
        }
        let (digits, rest) = rest.split_at(count);
        let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
        if digits[0] == 0 || length < 0x80 {
            return None;
        }
        (length, rest)
    };
    if rest.len() < length {
        return None;
    }
    let (content, after) = rest.split_at(length);
    Some(Cut { tag, content, whole: &bytes[..bytes.len() - after.len()], after })
}

/// An object identifier out of its dotted text; one that is no such text does not compile.
pub(super) const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// The first element of the bytes, head included; what follows it is left alone.
pub(super) fn first(bytes: &[u8]) -> Option<&[u8]> {
    cut(bytes).map(|cut| cut.whole)
}

/// The content of one element with this tag that fills the bytes.
pub(super) fn content(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    let cut = cut(bytes)?;
    (cut.tag == tag && cut.after.is_empty()).then_some(cut.content)
}

/// The elements inside one constructed element with this tag that fills the bytes; each with its head.
pub(super) fn children(tag: u8, bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = content(tag, bytes)?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let cut = cut(rest)?;
        parts.push(cut.whole);
        rest = cut.after;
    }
    Some(parts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal_and_read_back() {
        for size in [0, 1, 127, 128, 255, 256, 65_536] {
            let written = element(SEQUENCE, &octets(&vec![7; size]));
            let parts = children(SEQUENCE, &written).unwrap();
            assert_eq!(content(0x04, parts[0]).unwrap().len(), size);
        }
    }

    #[test]
    fn a_long_way_to_say_a_short_length_is_refused() {
        assert_eq!(content(0x04, &[0x04, 0x81, 0x01, 0x00]), None);
        assert_eq!(content(0x04, &[0x04, 0x80, 0x00, 0x00]), None);
        assert_eq!(content(0x04, &[0x04, 0x02, 0x00]), None);
    }
}

//! The second factor: codes by time (TOTP, RFC 6238), and recovery codes on paper. Floor 2.
//!
//! The secret is no row: it is made of a random salt in the database and a key in `keys/second-factor.key`, so that neither a stolen
//! database nor a stolen backup of it opens the door.

use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::domain::canon::{Digest, hex};
use crate::flow::{Error, House};

/// File of the key beside the passphrase.
const KEY_FILE: &str = "keys/second-factor.key";

/// Seconds that a code holds (RFC 6238 5.2).
const STEP_SECONDS: i64 = 30;

/// Codes on the sheet of recovery codes.
pub const RECOVERY_CODES: usize = 10;

/// What a person needs to enrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in groups of four, for typing.
    pub secret: String,
    /// `otpauth://totp/…`.
    pub address: String,
    /// The address as a picture: SVG of the QR code, black on white.
    pub picture: String,
}

/// The key of the house, made at the first use.
fn key(house: &House) -> Result<Vec<u8>, Error> {
    let path = house.root.join(KEY_FILE);
    if !path.exists() {
        // Two processes may make it at once: the first stands, and both read what stands.
        match crate::vault::durable::write_secret(&path, hex(&crate::sign::random()?).as_bytes()) {
            Ok(()) => {}
            Err(_) if path.exists() => {}
            Err(error) => return Err(error.into()),
        }
    }
    crate::flow::read_file(&path)
}

/// The account's secret, 20 bytes: the length that RFC 4226 4 recommends and every phone takes.
fn secret(house: &House, person: &str, salt: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = key(house)?;
    for part in [salt, house.db.school(), person] {
        bytes.push(0);
        bytes.extend_from_slice(part.as_bytes());
    }
    Ok(Digest::of(&bytes).0[..20].to_vec())
}

/// The account's clock of codes.
pub(super) fn totp(house: &House, person: &str, salt: &str) -> Result<Totp, Error> {
    let secret = Secret::from(secret(house, person, salt)?);
    // SHA-1 because phones quietly use it whatever the address says; a code of 30 seconds does not rest on collisions.
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1).with_secret(secret);
    builder.with_step_duration(STEP_SECONDS as u64).build().map_err(|error| Error::Interrupted(error.to_string()))
}

/// The code of a moment, Unix seconds: what a person's phone shows.
pub fn code_at(house: &House, person: &str, salt: &str, now: i64) -> Result<String, Error> {
    Ok(totp(house, person, salt)?.generate(now.max(0) as u64).to_string())
}

/// Base 32 (RFC 4648) without padding.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

fn groups(text: &str, size: usize, between: char) -> String {
    let mut grouped = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % size == 0 {
            grouped.push(between);
        }
        grouped.push(letter);
    }
    grouped
}

/// What the person's phone needs: as text and as a picture. `login` and the school's identifier name the entry on the phone.
pub(super) fn enrolment(house: &House, person: &str, login: &str, salt: &str) -> Result<Enrolment, Error> {
    let secret = base32(&secret(house, person, salt)?);
    let address = format!(
        "otpauth://totp/Letopis:{login}?secret={secret}&issuer=Letopis%20{}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
        house.db.school()
    );
    let picture = picture(&address)?;
    Ok(Enrolment { secret: groups(&secret, 4, ' '), address, picture })
}

/// A QR code as SVG: one path, four quiet modules around (ISO/IEC 18004).
fn picture(text: &str) -> Result<String, Error> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|e| Error::Interrupted(e.to_string()))?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    let side = width + 8;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"240\" height=\"240\" \
         shape-rendering=\"crispEdges\" role=\"img\"><title>QR-код для второго фактора</title>\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// Draws recovery codes: 16 letters of base 32 are 80 bits, so that a digest without salt hides them.
pub(super) fn recovery_codes() -> Result<Vec<String>, Error> {
    (0..RECOVERY_CODES).map(|_| Ok(groups(&base32(&crate::sign::random()?[..10]).to_lowercase(), 4, '-'))).collect()
}

/// The digest under which a recovery code is kept; case, spaces and hyphens do not count.
pub(super) fn recovery_digest(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_lowercase).collect();
    Digest::of(plain.as_bytes()).to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_was_typed() {
        assert_eq!(recovery_digest("abcd-efgh"), recovery_digest(" ABCD efgh "));
        assert_ne!(recovery_digest("abcd"), recovery_digest("abce"));
    }
}

//! Checks signatures of GOST R 34.10-2012 (RFC 7091) on the curves that Russian certificates name (RFC 4357, RFC 7836). Floor 1.
//!
//! Only checks: public numbers alone pass here, so nothing needs to take the same time for every input. It must never be used to sign,
//! and never take a curve from the file: parameters are the published ones, named by their identifier.

use const_oid::ObjectIdentifier;
use num_bigint::BigUint;

/// A curve `y² = x³ + ax + b` over the field of `p`, with its point of the prime order `q`; numbers in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Curve {
    /// Bits of `p`: 256 or 512.
    pub(super) bits: usize,
    p: &'static str,
    a: &'static str,
    b: &'static str,
    q: &'static str,
    x: &'static str,
    y: &'static str,
}

/// id-GostR3410-2001-CryptoPro-A-ParamSet (RFC 4357 11.4), id-tc26-gost-3410-2012-256-paramSetB (RFC 9215).
const CRYPTO_PRO_A: Curve = Curve {
    bits: 256,
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97",
    a: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd94",
    b: "a6",
    q: "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893",
    x: "1",
    y: "8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14",
};

/// id-GostR3410-2001-CryptoPro-B-ParamSet, id-tc26-gost-3410-2012-256-paramSetC.
const CRYPTO_PRO_B: Curve = Curve {
    bits: 256,
    p: "8000000000000000000000000000000000000000000000000000000000000c99",
    a: "8000000000000000000000000000000000000000000000000000000000000c96",
    b: "3e1af419a269a5f866a7d3c25c3df80ae979259373ff2b182f49d4ce7e1bbc8b",
    q: "800000000000000000000000000000015f700cfff1a624e5e497161bcc8a198f",
    x: "1",
    y: "3fa8124359f96680b83d1c3eb2c070e5c545c9858d03ecfb744bf8d717717efc",
};

/// id-GostR3410-2001-CryptoPro-C-ParamSet, id-tc26-gost-3410-2012-256-paramSetD.
const CRYPTO_PRO_C: Curve = Curve {
    bits: 256,
    p: "9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d759b",
    a: "9b9f605f5a858107ab1ec85e6b41c8aacf846e86789051d37998f7b9022d7598",
    b: "805a",
    q: "9b9f605f5a858107ab1ec85e6b41c8aa582ca3511eddfb74f02f3a6598980bb9",
    x: "0",
    y: "41ece55743711a8c3cbf3783cd08c0ee4d4dc440d4641a8f366e550dfdb3bb67",
};

/// id-tc26-gost-3410-2012-256-paramSetA (RFC 7836 A.2).
const TC26_256_A: Curve = Curve {
    bits: 256,
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97",
    a: "c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335",
    b: "295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513",
    q: "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
    x: "91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28",
    y: "32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c",
};

/// id-tc26-gost-3410-12-512-paramSetA (RFC 7836 A.1).
const TC26_512_A: Curve = Curve {
    bits: 512,
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc7",
    a: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc4",
    b: "e8c2505dedfc86ddc1bd0b2b6667f1da34b82574761cb0e879bd081cfd0b6265ee3cb090f30d27614cb4574010da90dd862ef9d4ebee4761503190785a71c760",
    q: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275",
    x: "3",
    y: "7503cfe87a836ae3a61b8816e25450e6ce5e1c93acf1abc1778064fdcbefa921df1626be4fd036e93d75e6a50e3a41e98028fe5fc235f5b889a589cb5215f2a4",
};

/// id-tc26-gost-3410-12-512-paramSetB (RFC 7836 A.1).
const TC26_512_B: Curve = Curve {
    bits: 512,
    p: "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006f",
    a: "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006c",
    b: "687d1b459dc841457e3e06cf6f5e2517b97c7d614af138bcbf85dc806c4b289f3e965d2db1416d217f8b276fad1ab69c50f78bee1fa3106efb8ccbc7c5140116",
    q: "800000000000000000000000000000000000000000000000000000000000000149a1ec142565a545acfdb77bd9d40cfa8b996712101bea0ec6346c54374f25bd",
    x: "2",
    y: "1a8f7eda389b094c2c071e3647a8940f3c123b697578c213be6dd9e6c8ec7335dcb228fd1edf4a39152cbcaaf8c0398828041055f94ceeec7e21340780fe41bd",
};

/// id-tc26-gost-3410-2012-512-paramSetC (RFC 7836 A.2).
const TC26_512_C: Curve = Curve {
    bits: 512,
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc7",
    a: "dc9203e514a721875485a529d2c722fb187bc8980eb866644de41c68e143064546e861c0e2c9edd92ade71f46fcf50ff2ad97f951fda9f2a2eb6546f39689bd3",
    b: "b4c4ee28cebc6c2c8ac12952cf37f16ac7efb6a9f69f4b57ffda2e4f0de5ade038cbc2fff719d2c18de0284b8bfef3b52b8cc7a5f5bf0a3c8d2319a5312557e1",
    q: "3fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc98cdba46506ab004c33a9ff5147502cc8eda9e7a769a12694623cef47f023ed",
    x: "e2e31edfc23de7bdebe241ce593ef5de2295b7a9cbaef021d385f7074cea043aa27272a7ae602bf2a7b9033db9ed3610c6fb85487eae97aac5bc7928c1950148",
    y: "f5ce40d95b5eb899abbccff5911cb8577939804d6527378b8c108c3d2090ff9be18e2d33e3021ed2ef32d85822423b6304f726aa854bae07d0396e9a9addc40f",
};

/// Identifiers of the curves; the sets for tests alone are not among them. XchA and XchB are A and C under names of key exchange.
const CURVES: [(ObjectIdentifier, Curve); 12] = [
    (ObjectIdentifier::new_unwrap("1.2.643.2.2.35.1"), CRYPTO_PRO_A),
    (ObjectIdentifier::new_unwrap("1.2.643.2.2.35.2"), CRYPTO_PRO_B),
    (ObjectIdentifier::new_unwrap("1.2.643.2.2.35.3"), CRYPTO_PRO_C),
    (ObjectIdentifier::new_unwrap("1.2.643.2.2.36.0"), CRYPTO_PRO_A),
    (ObjectIdentifier::new_unwrap("1.2.643.2.2.36.1"), CRYPTO_PRO_C),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.1.1"), TC26_256_A),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.1.2"), CRYPTO_PRO_A),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.1.3"), CRYPTO_PRO_B),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.1.4"), CRYPTO_PRO_C),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.2.1"), TC26_512_A),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.2.2"), TC26_512_B),
    (ObjectIdentifier::new_unwrap("1.2.643.7.1.2.1.2.3"), TC26_512_C),
];

/// The curve with this identifier.
pub(super) fn curve(id: ObjectIdentifier) -> Option<Curve> {
    CURVES.iter().find(|(known, _)| *known == id).map(|(_, curve)| *curve)
}

impl Curve {
    /// Is this a signature of the digest by the key? `key` is x and y, little-endian; `signature` is s and r, big-endian (RFC 9215);
    /// the digest's bytes are a little-endian number, as every program of this standard has it.
    pub(super) fn verify(&self, key: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        let size = self.bits / 8;
        if key.len() != 2 * size || signature.len() != 2 * size || digest.len() != size {
            return false;
        }
        let field = Field::of(self);
        let q = number(self.q);
        let owner = (BigUint::from_bytes_le(&key[..size]), BigUint::from_bytes_le(&key[size..]));
        let (s, r) = (BigUint::from_bytes_be(&signature[..size]), BigUint::from_bytes_be(&signature[size..]));
        let zero = BigUint::ZERO;
        if r == zero || s == zero || r >= q || s >= q || !field.has(&owner, self) {
            return false;
        }
        let mut e = BigUint::from_bytes_le(digest) % &q;
        if e == zero {
            e = BigUint::from(1_u8);
        }
        // q is prime, so Fermat gives the inverse.
        let v = e.modpow(&(&q - 2_u8), &q);
        let z1 = &s * &v % &q;
        let z2 = (&q - &r) * &v % &q;
        let start = (number(self.x), number(self.y));
        let Some(x) = field.sum_x(&z1, &start, &z2, &owner) else { return false };
        x % q == r
    }
}

fn number(hexadecimal: &str) -> BigUint {
    // The constants of this file are hexadecimal; zero would fail every check.
    BigUint::parse_bytes(hexadecimal.as_bytes(), 16).unwrap_or_default()
}

/// A point as people write it.
type Affine = (BigUint, BigUint);

/// A point in Jacobian coordinates: x / z², y / z³; z = 0 is the point at infinity.
#[derive(Clone)]
struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

/// Arithmetic modulo `p`; every number that comes in is below `p`.
struct Field {
    p: BigUint,
    a: BigUint,
}

impl Field {
    fn of(curve: &Curve) -> Self {
        Self { p: number(curve.p), a: number(curve.a) }
    }

    fn times(&self, one: &BigUint, other: &BigUint) -> BigUint {
        one * other % &self.p
    }

    fn minus(&self, one: &BigUint, other: &BigUint) -> BigUint {
        if one >= other { one - other } else { one + &self.p - other }
    }

    fn few(&self, count: u8, one: &BigUint) -> BigUint {
        one * count % &self.p
    }

    /// Is the point on the curve?
    fn has(&self, (x, y): &Affine, curve: &Curve) -> bool {
        if *x >= self.p || *y >= self.p {
            return false;
        }
        let right = self.times(&(self.times(x, x) + &self.a), x) + number(curve.b);
        self.times(y, y) == right % &self.p
    }

    fn double(&self, point: &Point) -> Point {
        let yy = self.times(&point.y, &point.y);
        let zz = self.times(&point.z, &point.z);
        let s = self.few(4, &self.times(&point.x, &yy));
        let slope =
            (self.few(3, &self.times(&point.x, &point.x)) + self.times(&self.a, &self.times(&zz, &zz))) % &self.p;
        let x = self.minus(&self.times(&slope, &slope), &self.few(2, &s));
        let y = self.minus(&self.times(&slope, &self.minus(&s, &x)), &self.few(8, &self.times(&yy, &yy)));
        let z = self.few(2, &self.times(&point.y, &point.z));
        Point { x, y, z }
    }

    fn add(&self, one: &Point, other: &Point) -> Point {
        if one.z == BigUint::ZERO {
            return other.clone();
        }
        if other.z == BigUint::ZERO {
            return one.clone();
        }
        let (zz1, zz2) = (self.times(&one.z, &one.z), self.times(&other.z, &other.z));
        let (u1, u2) = (self.times(&one.x, &zz2), self.times(&other.x, &zz1));
        let s1 = self.times(&one.y, &self.times(&zz2, &other.z));
        let s2 = self.times(&other.y, &self.times(&zz1, &one.z));
        let (h, r) = (self.minus(&u2, &u1), self.minus(&s2, &s1));
        if h == BigUint::ZERO {
            return if r == BigUint::ZERO {
                self.double(one)
            } else {
                Point { x: BigUint::from(1_u8), y: BigUint::from(1_u8), z: BigUint::ZERO }
            };
        }
        let hh = self.times(&h, &h);
        let (hhh, v) = (self.times(&hh, &h), self.times(&u1, &hh));
        let x = self.minus(&self.minus(&self.times(&r, &r), &hhh), &self.few(2, &v));
        let y = self.minus(&self.times(&r, &self.minus(&v, &x)), &self.times(&s1, &hhh));
        let z = self.times(&h, &self.times(&one.z, &other.z));
        Point { x, y, z }
    }

    /// The x of `k·one + l·other`; `None` at infinity.
    fn sum_x(&self, k: &BigUint, one: &Affine, l: &BigUint, other: &Affine) -> Option<BigUint> {
        let lifted = |(x, y): &Affine| Point { x: x.clone(), y: y.clone(), z: BigUint::from(1_u8) };
        let (one, other) = (lifted(one), lifted(other));
        let both = self.add(&one, &other);
        let mut sum = Point { x: BigUint::from(1_u8), y: BigUint::from(1_u8), z: BigUint::ZERO };
        for bit in (0..k.bits().max(l.bits())).rev() {
            sum = self.double(&sum);
            match (k.bit(bit), l.bit(bit)) {
                (true, true) => sum = self.add(&sum, &both),
                (true, false) => sum = self.add(&sum, &one),
                (false, true) => sum = self.add(&sum, &other),
                (false, false) => {}
            }
        }
        if sum.z == BigUint::ZERO {
            return None;
        }
        let inverse = sum.z.modpow(&(&self.p - 2_u8), &self.p);
        Some(self.times(&sum.x, &self.times(&inverse, &inverse)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
mod tests {
    use super::*;

    /// Bytes of a number, `size` of them.
    fn bytes(hexadecimal: &str, size: usize, little: bool) -> Vec<u8> {
        let mut bytes = number(hexadecimal).to_bytes_le();
        bytes.resize(size, 0);
        if !little {
            bytes.reverse();
        }
        bytes
    }

    /// The key, digest and signature of an example, as files hold them.
    fn example(curve: &Curve, [x, y, e, r, s]: [&str; 5]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let size = curve.bits / 8;
        let key = [bytes(x, size, true), bytes(y, size, true)].concat();
        (key, bytes(e, size, true), [bytes(s, size, false), bytes(r, size, false)].concat())
    }

    /// RFC 7091 7.1.
    const SMALL: Curve = Curve {
        bits: 256,
        p: "8000000000000000000000000000000000000000000000000000000000000431",
        a: "7",
        b: "5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7e",
        q: "8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3",
        x: "2",
        y: "8e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8",
    };
    const SMALL_SIGNED: [&str; 5] = [
        "7f2b49e270db6d90d8595bec458b50c58585ba1d4e9b788f6689dbd8e56fd80b",
        "26f1b489d6701dd185c8413a977b3cbbaf64d1c593d26627dffb101a87ff77da",
        "2dfbc1b372d89a1188c09c52e0eec61fce52032ab1022e8e67ece6672b043ee5",
        "41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493",
        "1456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40",
    ];

    /// RFC 7091 7.2.
    const LARGE: Curve = Curve {
        bits: 512,
        p: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15df1d852741af4704a0458047e80e4546d35b8336fac224dd81664bbf528be6373",
        a: "7",
        b: "1cff0806a31116da29d8cfa54e57eb748bc5f377e49400fdd788b649eca1ac4361834013b2ad7322480a89ca58e0cf74bc9e540c2add6897fad0a3084f302adc",
        q: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15da82f2d7ecb1dbac719905c5eecc423f1d86e25edbe23c595d644aaf187e6e6df",
        x: "24d19cc64572ee30f396bf6ebbfd7a6c5213b3b3d7057cc825f91093a68cd762fd60611262cd838dc6b60aa7eee804e28bc849977fac33b4b530f1b120248a9a",
        y: "2bb312a43bd2ce6e0d020613c857acddcfbf061e91e5f2c3f32447c259f39b2c83ab156d77f1496bf7eb3351e1ee4e43dc1a18b91b24640b6dbb92cb1add371e",
    };
    const LARGE_SIGNED: [&str; 5] = [
        "115dc5bc96760c7b48598d8ab9e740d4c4a85a65be33c1815b5c320c854621dd5a515856d13314af69bc5b924c8b4ddff75c45415c1d9dd9dd33612cd530efe1",
        "37c7c90cd40b0f5621dc3ac1b751cfa0e2634fa0503b3d52639f5d7fb72afd61ea199441d943ffe7f0c70a2759a3cdb84c114e1f9339fdf27f35eca93677beec",
        "3754f3cfacc9e0615c4f4a7c4d8dab531b09b6f9c170c533a71d147035b0c5917184ee536593f4414339976c647c5d5a407adedb1d560c4fc6777d2972075b8c",
        "2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd35492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36",
        "1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a",
    ];

    #[test]
    fn the_examples_of_rfc_7091_hold_and_nothing_near_them_does() {
        for (curve, signed) in [(SMALL, SMALL_SIGNED), (LARGE, LARGE_SIGNED)] {
            let (key, digest, signature) = example(&curve, signed);
            assert!(curve.verify(&key, &digest, &signature));
            for (place, bit) in [(0, 1), (31, 0x80), (key.len() - 1, 4)] {
                let flipped = |bytes: &[u8]| {
                    let mut bytes = bytes.to_vec();
                    let place = place.min(bytes.len() - 1);
                    bytes[place] ^= bit;
                    bytes
                };
                assert!(!curve.verify(&flipped(&key), &digest, &signature));
                assert!(!curve.verify(&key, &flipped(&digest), &signature));
                assert!(!curve.verify(&key, &digest, &flipped(&signature)));
            }
            assert!(!curve.verify(&key, &digest, &vec![0; signature.len()]), "zero is no signature");
            assert!(!curve.verify(&key, &digest, &signature[1..]));
            assert!(!curve.verify(&vec![0; key.len()], &digest, &signature), "a key beside the curve");
        }
    }

    #[test]
    fn every_curve_holds_its_point_of_its_order() {
        for (id, curve) in CURVES {
            let field = Field::of(&curve);
            let start = (number(curve.x), number(curve.y));
            assert!(field.has(&start, &curve), "{id}");
            assert_eq!(number(curve.p).bits(), curve.bits as u64, "{id}");
            let q = number(curve.q);
            assert_eq!(field.sum_x(&q, &start, &BigUint::ZERO, &start), None, "{id}: q times the point is infinity");
            let almost = field.sum_x(&(&q - 1_u8), &start, &BigUint::ZERO, &start);
            assert_eq!(almost, Some(start.0), "{id}: one less is its mirror");
            // Fermat's test with two bases: a slip in a constant would not leave a prime.
            for prime in [&q, &field.p] {
                for base in [2_u8, 3] {
                    assert_eq!(BigUint::from(base).modpow(&(prime - 1_u8), prime), BigUint::from(1_u8), "{id}");
                }
            }
        }
        assert_eq!(curve(ObjectIdentifier::new_unwrap("1.2.643.2.2.35.0")), None, "the curve for tests signs nothing");
    }
}

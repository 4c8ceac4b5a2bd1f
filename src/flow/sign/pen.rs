//! The pen: a key on the server, or one in the signer's own browser that the server never sees. Floor 2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration};

use super::Desk;
use crate::domain::policy::KeyPlace;
use crate::domain::statement::{Statement, Verdict};
use crate::domain::words;
use crate::flow::keys::{self, Refusal};
use crate::flow::{Act, Error};
use crate::sign::certificate::{self, PublicKey};
use crate::sign::keys::verify_ed25519_raw;
use crate::store::StatementRow;

/// How long a statement that was made for a browser may wait for its signature: reading it and pressing takes minutes.
const WAITS: Duration = Duration::minutes(15);

/// With what a statement is signed.
#[derive(Debug, Default)]
pub enum Pen {
    /// The person's key on the server, under the house's passphrase.
    #[default]
    Server,
    /// Signatures that the person's browser made.
    Browser(Vec<InHand>),
}

/// A statement as it was signed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InHand {
    /// The signed bytes as text.
    pub body: String,
    /// Raw Ed25519 signature, base64.
    pub signature: String,
}

impl Desk<'_> {
    /// The rules say for each role with which pen it signs; who attests ink on paper signs for nobody's role, and whose offices the rules
    /// send both ways keeps one key where it is.
    pub(super) async fn check_place(&self, statement: &Statement, act: &Act) -> Result<(), Error> {
        if statement.ink.is_some() {
            return Ok(());
        }
        let policy = &self.rules.on(act.at.date_naive()).policy;
        let Some((must, said)) = policy.key_place(&[statement.stage.as_str()]) else { return Ok(()) };
        let held = match self.pen {
            Pen::Server => KeyPlace::Server,
            Pen::Browser(_) => KeyPlace::Browser,
        };
        if must == held || keys::place_with(self.house, &statement.signer, Some(&statement.stage), act).await?.is_none()
        {
            return Ok(());
        }
        let refusal = Refusal::Elsewhere { place: must.as_russian(), clause: words::clause_words(&said.clause) };
        Err(Error::KeyOut { person: statement.signer.clone(), why: refusal.to_string() })
    }

    /// Signs a statement with the pen of this desk. A browser's statement must say, letter for letter, what the server would have the
    /// person say now; only its moment is the browser's, and no older than [`WAITS`].
    pub(super) fn put(&mut self, mut statement: Statement, act: &Act) -> Result<StatementRow, Error> {
        let (place, signer) = (statement.place_of().to_owned(), statement.signer.clone());
        let signature = match &self.pen {
            Pen::Server => {
                let key = self.keyring.staff_key(&signer)?;
                STANDARD.encode(key.sign(&statement.to_signed_bytes()))
            }
            Pen::Browser(hands) => {
                let same = |hand: &&InHand| {
                    Statement::from_signed_bytes(hand.body.as_bytes()).is_ok_and(|said| {
                        let at = DateTime::parse_from_rfc3339(&said.signed_at).ok();
                        let fresh = at.is_some_and(|at| at <= act.at + Duration::minutes(1) && act.at - at <= WAITS);
                        fresh && Statement { signed_at: statement.signed_at.clone(), ..said } == statement
                    })
                };
                let hand = hands.iter().find(same).ok_or(Error::NotInHand)?;
                let certificate = self.keyring.certificate_by(&statement.certificate.to_hex())?;
                let der = certificate::from_pem(&certificate.pem)?;
                let key = certificate::certificate_facts(&der)?.public_key;
                let signature = STANDARD.decode(&hand.signature).unwrap_or_default();
                let PublicKey::Ed25519(key) = key else { return Err(Error::NotInHand) };
                if !verify_ed25519_raw(&key, hand.body.as_bytes(), &signature) {
                    return Err(Error::NotInHand);
                }
                let said = Statement::from_signed_bytes(hand.body.as_bytes()).map_err(|_| Error::NotInHand)?;
                statement.signed_at = said.signed_at;
                hand.signature.clone()
            }
        };
        let verdict = match statement.verdict {
            Verdict::Refused => super::REFUSED,
            Verdict::CheckedAndCorrect => "checked_and_correct",
        };
        let body =
            String::from_utf8(statement.to_signed_bytes()).map_err(|_| Error::Damaged(statement.copy.clone()))?;
        Ok(StatementRow {
            stage: statement.stage,
            signer: place,
            signature,
            certificate: statement.certificate.to_hex(),
            signed_at: statement.signed_at,
            verdict: verdict.to_owned(),
            version: statement.version,
            kept: Vec::new(),
            body,
        })
    }
}

//! Sign-in by the state's identity service (ЕСИА) or any other that speaks OpenID Connect, beside the local one (SEC-04). Floor 2.
//!
//! Code flow with PKCE, state and nonce. The service says who somebody is there; who that is here, is said by an administrator or by a
//! one-time code from the printed list, never by a name: names are alike, and a list of names is no key.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse as _, reqwest,
};
use tokio::sync::Mutex;

use super::{Entered, Origin, Refusal, SignIn, changed, token_digest};
use crate::flow::{Act, Error, House, salt};
use crate::store::{self, FlowRow};

/// How the house is known to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Issuer's address.
    pub issuer: String,
    /// The house's name there.
    pub client_id: String,
    /// The house's secret there.
    pub client_secret: String,
    /// Where the service sends people back to.
    pub redirect: String,
}

/// The service of a house's settings; `None` when it is not offered. People come back to the house's public address.
pub fn provider_of(house: &House) -> Option<Provider> {
    house.sign_in.provider.clone()
}

/// What is remembered of the service: its document of discovery, read once an hour.
#[derive(Debug, Default)]
pub struct Service {
    metadata: Mutex<Option<(String, i64, Arc<CoreProviderMetadata>)>>,
}

/// Seconds between sending somebody to the service and the way back.
const ON_THE_WAY_SECONDS: i64 = 600;
/// Seconds that a one-time code for linking holds: a week, from a parents' meeting to the evening at home.
const LINK_CODE_SECONDS: i64 = 7 * 86_400;
/// Seconds that the document of discovery is believed.
const METADATA_SECONDS: i64 = 3600;
/// A service that does not answer must not hold anybody.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to send the browser, and what it must bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Address at the service.
    pub address: String,
    /// State: goes into a cookie of the browser, so that nobody can slip a stranger's way back in.
    pub state: String,
}

/// What came of the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// Somebody of the school.
    Entered(Entered),
    /// Somebody whom nobody is linked to yet: with a one-time code this ticket links them.
    NotLinked {
        /// Ticket.
        ticket: String,
        /// The subject at the service, for an administrator.
        subject: String,
    },
}

fn refused(error: impl std::fmt::Display) -> Error {
    // What the service says goes to the program's log; the person is told in general words.
    tracing::warn!(%error, "the identity service refused");
    Refusal::Identity("служба не ответила или ответила отказом".to_owned()).into()
}

fn client() -> Result<reqwest::Client, Error> {
    // A redirect would lead requests with the house's secret to wherever an answer says.
    let builder = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    builder.build().map_err(refused)
}

impl SignIn {
    async fn metadata(&self, provider: &Provider, now: i64) -> Result<Arc<CoreProviderMetadata>, Error> {
        let mut kept = self.identity.metadata.lock().await;
        if let Some((issuer, until, metadata)) = kept.as_ref()
            && *issuer == provider.issuer
            && now < *until
        {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(refused)?;
        let read = Arc::new(CoreProviderMetadata::discover_async(issuer, &client()?).await.map_err(refused)?);
        *kept = Some((provider.issuer.clone(), now + METADATA_SECONDS, read.clone()));
        Ok(read)
    }

    /// Sends somebody to the service.
    pub async fn begin_identity(
        &self,
        house: &House,
        provider: &Provider,
        now: DateTime<FixedOffset>,
    ) -> Result<Away, Error> {
        let moment = now.timestamp();
        let metadata = self.metadata(provider, moment).await?;
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            ClientId::new(provider.client_id.clone()),
            Some(ClientSecret::new(provider.client_secret.clone())),
        )
        .set_redirect_uri(RedirectUrl::new(provider.redirect.clone()).map_err(refused)?);
        let (state, nonce) = (random()?, random()?);
        let verifier = PkceCodeVerifier::new(random()?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (given_state, given_nonce) = (state.clone(), nonce.clone());
        let (address, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(given_state),
                move || Nonce::new(given_nonce),
            )
            .set_pkce_challenge(challenge)
            .url();
        let row = FlowRow {
            state: token_digest(&state),
            nonce,
            verifier: verifier.into_secret(),
            expires: moment + ON_THE_WAY_SECONDS,
            subject: String::new(),
        };
        house.db.begin_flow(&row, moment).await?;
        Ok(Away { address: address.to_string(), state })
    }

    /// The way back: `cookie` is the state that the browser kept, `state` and `code` what the service sent.
    #[allow(clippy::too_many_arguments)] // the parts of one answer of the service
    pub async fn end_identity(
        &self,
        house: &House,
        provider: &Provider,
        cookie: &str,
        state: &str,
        code: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Back, Error> {
        let moment = now.timestamp();
        let foreign = || Refusal::Identity("ответ службы не относится к этому входу; начните вход заново".to_owned());
        if cookie.is_empty() || token_digest(cookie) != token_digest(state) {
            return Err(foreign().into());
        }
        let flow = house.db.take_flow(&token_digest(state), moment).await?.ok_or_else(foreign)?;
        let subject = self.subject(provider, flow, code, now).await?;
        if let Some(person) = house.db.find_link(&provider.issuer, &subject).await? {
            return Ok(Back::Entered(self.enter(house, &person, origin, now).await?));
        }
        let ticket = random()?;
        let row = FlowRow {
            state: token_digest(&ticket),
            nonce: String::new(),
            verifier: String::new(),
            expires: moment + ON_THE_WAY_SECONDS,
            subject: subject.clone(),
        };
        house.db.begin_flow(&row, moment).await?;
        Ok(Back::NotLinked { ticket, subject })
    }

    /// Exchanges the code and checks the identity token: signature, issuer, audience, time, nonce, hash of the access token.
    async fn subject(
        &self,
        provider: &Provider,
        flow: FlowRow,
        code: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<String, Error> {
        let metadata = self.metadata(provider, now.timestamp()).await?;
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            ClientId::new(provider.client_id.clone()),
            Some(ClientSecret::new(provider.client_secret.clone())),
        )
        .set_redirect_uri(RedirectUrl::new(provider.redirect.clone()).map_err(refused)?);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(refused)?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier))
            .request_async(&self::client()?)
            .await
            .map_err(refused)?;
        let token = answer.id_token().ok_or_else(|| refused("no identity token"))?;
        let verifier = client.id_token_verifier().set_time_fn(move || now.with_timezone(&Utc));
        let claims = token.claims(&verifier, &Nonce::new(flow.nonce)).map_err(refused)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(refused)?;
            let key = token.signing_key(&verifier).map_err(refused)?;
            let found = AccessTokenHash::from_token(answer.access_token(), algorithm, key).map_err(refused)?;
            if found != *expected {
                return Err(refused("another access token"));
            }
        }
        Ok(claims.subject().as_str().to_owned())
    }

    async fn enter(
        &self,
        house: &House,
        person: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let account = house.db.find_account(person).await?;
        let account = account.ok_or_else(|| Refusal::NoAccount(person.to_owned()))?;
        self.open(house, &account, origin, super::How { factor: false, by: super::BY_IDENTITY }, now).await
    }

    /// A one-time code links the subject that came back with a ticket. A wrong code costs the ticket: the way to the service begins anew.
    pub async fn link_by_code(
        &self,
        house: &House,
        provider: &Provider,
        ticket: &str,
        code: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let moment = now.timestamp();
        let flow = house.db.take_flow(&token_digest(ticket), moment).await?.filter(|flow| !flow.subject.is_empty());
        let flow = flow.ok_or(Refusal::WrongLinkCode)?;
        let mut tx = house.db.begin().await?;
        let person = tx.use_link_code(&code_digest(code), moment).await?.ok_or(Refusal::WrongLinkCode)?;
        let act = Act { by: person.clone(), at: now };
        tx.write_link(&provider.issuer, &flow.subject, &person, &act.moment(), &person).await?;
        tx.record(&changed(&act, &person, "linked"), salt()?).await?.commit().await?;
        self.enter(house, &person, origin, now).await
    }

    /// An administrator links a subject of the service to a person.
    pub async fn link(&self, house: &House, issuer: &str, subject: &str, person: &str, act: &Act) -> Result<(), Error> {
        if house.db.find_account(person).await?.is_none() {
            return Err(Refusal::NoAccount(person.to_owned()).into());
        }
        let mut tx = house.db.begin().await?;
        match tx.write_link(issuer, subject, person, &act.moment(), &act.by).await {
            Err(store::Error::Duplicate) => {
                return Err(Refusal::Identity("эта внешняя учётная запись уже связана".to_owned()).into());
            }
            written => written?,
        }
        tx.record(&changed(act, person, "linked"), salt()?).await?.commit().await?;
        Ok(())
    }

    /// Takes the links of a person away.
    pub async fn unlink(&self, house: &House, person: &str, act: &Act) -> Result<u64, Error> {
        let mut tx = house.db.begin().await?;
        let gone = tx.drop_links(person).await?;
        tx.end_sessions(person, act.at.timestamp(), "unlinked").await?;
        tx.record(&changed(act, person, "unlinked"), salt()?).await?.commit().await?;
        self.forget(person);
        Ok(gone)
    }

    /// Issues a one-time code for linking, shown once.
    pub async fn issue_link_code(&self, house: &House, person: &str, act: &Act) -> Result<String, Error> {
        if house.db.find_account(person).await?.is_none() {
            return Err(Refusal::NoAccount(person.to_owned()).into());
        }
        let code = super::credentials::one_time_password()?;
        let mut tx = house.db.begin().await?;
        tx.write_link_code(&code_digest(&code), person, act.at.timestamp() + LINK_CODE_SECONDS).await?;
        tx.record(&changed(act, person, "link_code"), salt()?).await?.commit().await?;
        Ok(code)
    }
}

fn code_digest(code: &str) -> String {
    token_digest(&super::credentials::plain(code))
}

/// 43 letters out of 32 random bytes: a state, a nonce, a verifier (RFC 7636 4.1).
fn random() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(crate::sign::random()?))
}

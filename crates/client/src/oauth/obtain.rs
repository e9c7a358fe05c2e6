//! Getting a token, by whatever the client has to show for one.

use http::StatusCode;

use super::{
    authorization::{Authorization, Back, check_browsable},
    denied::Denied,
    discovery::Found,
    dpop::Prover,
    grant::{Grant, SignOn, Workload},
    login::{Login, ends},
    net::Net,
    party::{Party, Proof},
    redirect::Page,
    registration::{self, Known},
    scopes::Scopes,
    settings::Settings,
    shelf::Shelf,
    tokens::Tokens,
};
use crate::error::Error;

/// What getting a token takes.
pub(crate) struct Obtain<'a> {
    pub(crate) net: &'a Net,
    pub(crate) settings: &'a Settings,
    pub(crate) shelf: &'a Shelf,
    pub(crate) found: &'a Found,
    pub(crate) scopes: Scopes,
    /// The key that the token is to be bound to.
    pub(crate) prover: Option<&'a Prover>,
}

/// A token, and who it was given to.
type Obtained = (Tokens, Party);

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

// === impl Obtain ===

impl Obtain<'_> {
    /// Logs in.
    pub(crate) async fn login(mut self) -> Result<Login, Error> {
        let (tokens, party) = match &self.settings.grant {
            Grant::AuthorizationCode => self.by_user().await?,
            Grant::ClientCredentials => self.as_itself().await?,
            Grant::Workload(workload) => self.as_workload(workload).await?,
            Grant::EnterpriseManaged(sign_on) => self.by_sign_on(sign_on).await?,
        };
        Ok(Login {
            resource: self.found.resource.clone(),
            issuer: self.found.issuer.issuer.clone(),
            token_endpoint: self.found.issuer.token_endpoint()?.clone(),
            revocation_endpoint: self.found.issuer.revocation_endpoint.clone(),
            // A key is not kept: whoever has it brings it.
            as_itself: matches!(self.settings.grant, Grant::ClientCredentials)
                && party.proof != Proof::PrivateKeyJwt,
            party,
            granted: tokens.granted(),
            expires: ends(tokens.expires_in),
            access: tokens.access_token,
            refresh: tokens.refresh_token,
            requested: self.scopes,
            key: self.prover.map(|prover| prover.to_keep().clone()),
        })
    }

    /// A user logs in with a browser.
    async fn by_user(&mut self) -> Result<Obtained, Error> {
        let issuer = &self.found.issuer;
        let Some(open) = &self.settings.browser else {
            if issuer.assumed {
                // An API key's, most likely.
                let status = StatusCode::UNAUTHORIZED;
                let why = format_args!(
                    "the server wants a token ({status}), and does not say where one logs in for it"
                );
                return Err(Error::unwelcome(status, why));
            }
            return Err(Error::login(format_args!(
                "the server wants a login at {}, and there is none that is good",
                issuer.issuer
            )));
        };
        // Checked before anything is registered there.
        check_browsable(issuer.authorization_endpoint()?)?;
        self.net.check(issuer.authorization_endpoint()?)?;
        if issuer.has_offline_access() && !self.scopes.is_empty() {
            self.scopes.add(&Scopes::read("offline_access"));
        }
        let Known {
            party,
            redirect,
            uri,
        } = registration::become_known(self.net, self.settings, self.shelf, issuer).await?;
        let authorization = Authorization::begin(self.found, &party, &uri, &self.scopes)?;
        open(&authorization.url)
            .map_err(|error| Error::auth("the browser could not be opened").because(error))?;
        let judge = |query: &str| match authorization.judge(query) {
            Back::Stranger => (Page::Stranger, None),
            Back::Code(code) => (Page::Done, Some(Ok(code))),
            Back::Failed(error) => (Page::Failed, Some(Err(error))),
        };
        let within = self.settings.login_deadline;
        let back = tokio::time::timeout(within, redirect.wait(judge)).await;
        let code = back.map_err(|_| {
            Error::auth(format_args!(
                "nobody logged in at {} within {within:?}",
                issuer.issuer
            ))
        })??;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", &uri),
            ("code_verifier", authorization.verifier.reveal()),
            ("resource", &self.found.resource),
        ];
        match self.ask(&fields, &party).await {
            Ok(tokens) => Ok((tokens, party)),
            Err(denied) => {
                if matches!(denied, Denied::Party(_)) {
                    // Registered anew next time.
                    self.shelf.forget_party(&issuer.issuer).await?;
                }
                Err(denied.into())
            }
        }
    }

    /// The client logs in as itself.
    async fn as_itself(&self) -> Result<Obtained, Error> {
        let party = self.given()?;
        let scopes = self.scopes.to_string();
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("resource", &*self.found.resource),
        ];
        if !scopes.is_empty() {
            fields.push(("scope", &scopes));
        }
        let tokens = self.ask(&fields, &party).await?;
        Ok((tokens, party))
    }

    /// A workload shows what the platform says of it (RFC 7523 §2.1).
    async fn as_workload(&self, workload: &Workload) -> Result<Obtained, Error> {
        let party = self.given()?;
        let assertion = workload
            .assertion()
            .map_err(|error| Error::auth("the workload's JWT cannot be had").because(error))?;
        let tokens = self.by_assertion(assertion.reveal(), &party).await?;
        Ok((tokens, party))
    }

    /// The identity provider vouches for its user at the authorization server (ID-JAG).
    async fn by_sign_on(&self, sign_on: &SignOn) -> Result<Obtained, Error> {
        let party = self.given()?;
        let at_provider = Party {
            id: sign_on.client_id.clone(),
            secret: sign_on.client_secret.clone(),
            proof: match sign_on.client_secret {
                Some(_) => Proof::ClientSecretBasic,
                None => Proof::None,
            },
            redirect: None,
            expires: None,
            given: true,
        };
        let scopes = self.scopes.to_string();
        let mut fields = vec![
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            (
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:id-jag",
            ),
            ("audience", &self.found.issuer.issuer),
            ("resource", &self.found.resource),
            ("subject_token", sign_on.id_token.reveal()),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:id_token",
            ),
        ];
        if !scopes.is_empty() {
            fields.push(("scope", &scopes));
        }
        let endpoint = &sign_on.token_endpoint;
        let proven = at_provider.prove(endpoint.as_str(), None)?;
        let vouched = Tokens::exchange(self.net, endpoint, &fields, &proven).await?;
        let tokens = self.by_assertion(vouched.reveal(), &party).await?;
        Ok((tokens, party))
    }

    async fn by_assertion(&self, assertion: &str, party: &Party) -> Result<Tokens, Error> {
        let scopes = self.scopes.to_string();
        let mut fields = vec![
            ("grant_type", JWT_BEARER),
            ("assertion", assertion),
            ("resource", &self.found.resource),
        ];
        if !scopes.is_empty() {
            fields.push(("scope", &scopes));
        }
        Ok(self.ask(&fields, party).await?)
    }

    fn given(&self) -> Result<Party, Error> {
        let given = self.settings.given(&self.found.issuer)?;
        given.ok_or_else(|| Error::input("this login is a registered client's: give its client id"))
    }

    async fn ask(&self, fields: &[(&str, &str)], party: &Party) -> Result<Tokens, Denied> {
        let issuer = &self.found.issuer;
        let proven = party.prove(&issuer.issuer, self.settings.key.as_ref())?;
        let endpoint = issuer.token_endpoint()?;
        Tokens::ask(self.net, endpoint, fields, &proven, self.prover).await
    }
}

/// Gets the next token of a login, without anybody's help.
///
/// # Errors
///
/// When the login is over ([`Denied::Grant`]), or nobody answers.
pub(crate) async fn renewed(
    net: &Net,
    settings: &Settings,
    login: &Login,
    prover: Option<&Prover>,
) -> Result<Tokens, Denied> {
    let scopes = login.requested.to_string();
    let mut fields = match &login.refresh {
        Some(token) => vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", token.reveal()),
        ],
        None => vec![("grant_type", "client_credentials")],
    };
    fields.push(("resource", &login.resource));
    // A refresh without a scope gives what was given before (RFC 6749 §6).
    if login.refresh.is_none() && !scopes.is_empty() {
        fields.push(("scope", &scopes));
    }
    let proven = login.party.prove(&login.issuer, settings.key.as_ref())?;
    Tokens::ask(net, &login.token_endpoint, &fields, &proven, prover).await
}

/// Tells the authorization server that a login is over (RFC 7009).
///
/// # Errors
///
/// When it takes no such word, or nobody answers.
pub(crate) async fn revoke(net: &Net, settings: &Settings, login: &Login) -> Result<(), Error> {
    let Some(endpoint) = &login.revocation_endpoint else {
        return Ok(());
    };
    // With the refresh token go all tokens that came of it (RFC 7009 §2.1).
    let (token, hint) = match &login.refresh {
        Some(token) => (token, "refresh_token"),
        None => (&login.access, "access_token"),
    };
    let fields = [("token", token.reveal()), ("token_type_hint", hint)];
    let proven = login.party.prove(&login.issuer, settings.key.as_ref())?;
    Tokens::revoke(net, endpoint, &fields, &proven).await
}

//! Whom to trust: what this computer trusts, and the connection's own
//! authority if it brings one.

use std::error::Error;
use std::sync::{Arc, OnceLock};

use kith_model::Connection;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::ClientError;

/// The TLS configuration for a connection.
///
/// # Errors
/// [`ClientError::BadConnection`] when its certificate cannot be read.
pub(crate) fn config(connection: &Connection) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system_roots().iter().cloned());
    if let Some(pem) = &connection.ca_cert {
        let own: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| ClientError::BadConnection)?;
        if own.is_empty() {
            return Err(ClientError::BadConnection);
        }
        for certificate in own {
            roots
                .add(certificate)
                .map_err(|_| ClientError::BadConnection)?;
        }
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| ClientError::BadConnection)?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(config)
}

/// Read once: it takes some milliseconds, and the answer does not change.
fn system_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        if !found.errors.is_empty() {
            tracing::debug!(
                n_errors = found.errors.len(),
                "some of the system's certificates cannot be read"
            );
        }
        found.certs
    })
}

/// Whether a rustls error among the causes says that the other side's
/// certificate is not to be trusted; `None` when there is no rustls error.
pub(crate) fn distrusts(error: &(dyn Error + 'static)) -> Option<bool> {
    let errors = causes(error);
    let error = errors
        .into_iter()
        .find_map(|error| error.downcast_ref::<rustls::Error>())?;
    Some(matches!(
        error,
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented
    ))
}

/// An error and all that caused it. An I/O error hides what it was made of
/// from `source`, which tells the source of that.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut found = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        found.push(error);
        let inside = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    found
}

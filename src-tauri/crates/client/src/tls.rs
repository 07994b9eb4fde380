//! Whom to trust: what this computer trusts, and the connection's own
//! authority if it brings one.

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

/// Whether a rustls error in the chain says that the other side's certificate
/// is not to be trusted; `None` when there is no rustls error in it.
pub(crate) fn distrusts(error: &(dyn std::error::Error + 'static)) -> Option<bool> {
    chain(error).find_map(|error| {
        let inner = error.downcast_ref::<rustls::Error>().or_else(|| {
            error
                .downcast_ref::<std::io::Error>()?
                .get_ref()?
                .downcast_ref::<rustls::Error>()
        })?;
        Some(matches!(
            inner,
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented
        ))
    })
}

/// An error and its sources.
pub(crate) fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

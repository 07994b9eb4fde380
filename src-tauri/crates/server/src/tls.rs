//! The certificate authority made on first start, and the server's certificate
//! signed by it. Clients trust the authority (it travels in the join link), so
//! the server's own certificate can be renewed without telling anybody.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::config::StartError;
use crate::folder::Folder;
use crate::random;

/// Every system still accepts a server certificate that lives this long.
const SERVER_DAYS: i64 = 397;
/// A certificate with less time left than this is replaced at start.
const RENEW_DAYS: i64 = 60;
const AUTHORITY_DAYS: i64 = 3650;

/// What the listeners need.
#[derive(Debug)]
pub(crate) struct Tls {
    /// The authority's certificate in PEM.
    pub(crate) ca_pem: String,
    /// For REST and WebSocket.
    pub(crate) http: Arc<ServerConfig>,
    /// For XMPP over TCP.
    pub(crate) xmpp: Arc<ServerConfig>,
}

/// For whom the certificate in the folder was made, and until when.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    names: BTreeSet<String>,
    until: i64,
}

fn failed(error: impl std::fmt::Display) -> StartError {
    StartError::Certificate(error.to_string())
}

/// Reads the certificates in the folder, and makes those that are missing, made for
/// other names, or near their end.
pub(crate) fn prepare(
    folder: &Folder,
    names: BTreeSet<String>,
    now_seconds: i64,
) -> Result<Tls, StartError> {
    let now = OffsetDateTime::from_unix_timestamp(now_seconds).map_err(failed)?;
    let (ca_pem, ca_key) = authority(folder, now)?;
    let (pem, key) = server(folder, names, now, &ca_pem, &ca_key)?;
    let chain = vec![
        CertificateDer::from_pem_slice(pem.as_bytes()).map_err(failed)?,
        CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(failed)?,
    ];
    let configure = |protocols: &[&[u8]]| -> Result<Arc<ServerConfig>, StartError> {
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(failed)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(chain.clone(), key)
            .map_err(failed)?;
        config.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
        Ok(Arc::new(config))
    };
    // XMPP names no protocol: a client may offer `xmpp-client` or nothing, and rustls
    // refuses a handshake only when both sides name some and none fits.
    Ok(Tls {
        http: configure(&[b"http/1.1"])?,
        xmpp: configure(&[])?,
        ca_pem,
    })
}

fn authority(folder: &Folder, now: OffsetDateTime) -> Result<(String, String), StartError> {
    if let (Some(pem), Some(key)) = (folder.read("ca.pem")?, folder.read("ca.key")?) {
        return Ok((pem, key));
    }
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.distinguished_name = named(&format!("Kith server {}", random::hex_token(4)));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(AUTHORITY_DAYS);
    let pem = params.self_signed(&key).map_err(failed)?.pem();
    let key = key.serialize_pem();
    folder.write_private("ca.key", &key)?;
    folder.write_public("ca.pem", &pem)?;
    Ok((pem, key))
}

fn server(
    folder: &Folder,
    names: BTreeSet<String>,
    now: OffsetDateTime,
    ca_pem: &str,
    ca_key: &str,
) -> Result<(String, String), StartError> {
    let made: Option<Made> = folder.read_json("server.cert.json")?;
    if let (Some(made), Some(pem), Some(key)) =
        (made, folder.read("server.pem")?, folder.read("server.key")?)
    {
        let fresh = made.until > (now + Duration::days(RENEW_DAYS)).unix_timestamp();
        if fresh && made.names == names {
            return Ok((pem, key));
        }
    }
    let ca_key = KeyPair::from_pem(ca_key).map_err(failed)?;
    let issuer = Issuer::from_ca_cert_pem(ca_pem, ca_key).map_err(failed)?;
    let key = KeyPair::generate().map_err(failed)?;
    let mut params =
        CertificateParams::new(names.iter().cloned().collect::<Vec<_>>()).map_err(failed)?;
    params.distinguished_name = named("kith-server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(SERVER_DAYS);
    let until = params.not_after.unix_timestamp();
    let pem = params.signed_by(&key, &issuer).map_err(failed)?.pem();
    let key = key.serialize_pem();
    folder.write_private("server.key", &key)?;
    folder.write_public("server.pem", &pem)?;
    let made = serde_json::to_string_pretty(&Made { names, until }).map_err(failed)?;
    folder.write_public("server.cert.json", &made)?;
    Ok((pem, key))
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// The names a server answers to: this machine, the address it listens on, and its domains.
pub(crate) fn names(
    listen: IpAddr,
    reached_at: IpAddr,
    chat_domain: &str,
    muc_domain: &str,
) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["localhost", "127.0.0.1", "::1", chat_domain, muc_domain]
        .map(str::to_owned)
        .into();
    if !listen.is_unspecified() {
        names.insert(listen.to_string());
    }
    names.insert(reached_at.to_string());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(folder: &Folder, now: i64, name: &str) -> (String, String) {
        let names = [name.to_owned()].into();
        let tls = prepare(folder, names, now).expect("certificates");
        (
            tls.ca_pem,
            folder.read("server.pem").expect("read").expect("there"),
        )
    }

    #[test]
    fn certificates_stay_until_their_end_is_near_or_the_names_change() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(dir.path()).expect("a folder");
        let now = 1_790_000_000;
        let first = prepared(&folder, now, "localhost");
        assert_eq!(
            first,
            prepared(&folder, now + 86_400, "localhost"),
            "nothing to renew"
        );
        let renewed = prepared(&folder, now + 86_400 * (SERVER_DAYS - 30), "localhost");
        assert_eq!(first.0, renewed.0, "the authority stays, clients trust it");
        assert_ne!(first.1, renewed.1, "thirty days are near the end");
        let renamed = prepared(&folder, now + 86_400 * (SERVER_DAYS - 30), "127.0.0.1");
        assert_ne!(
            renewed.1, renamed.1,
            "another name needs another certificate"
        );
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(dir.path()).expect("a folder");
        prepared(&folder, 1_790_000_000, "localhost");
        for name in ["ca.key", "server.key"] {
            let mode = std::fs::metadata(folder.file(name))
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

//! Certificates of a simulated tenant that is served by https: an authority made at start, whose certificate stands in a
//! file that clients are told to trust, and a leaf for this machine.

use std::{fs, io, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub(super) enum Uncertified {
    #[error(transparent)]
    Made(#[from] rcgen::Error),
    #[error(transparent)]
    Accepted(#[from] rustls::Error),
    #[error(transparent)]
    Written(#[from] io::Error),
}

/// The authority's certificate in a folder of its own, both removed when this is dropped.
#[derive(Debug)]
pub(super) struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// The PEM file.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // A file that somebody else has taken away already is gone too.
        fs::remove_file(self.path()).unwrap_or_default();
        fs::remove_dir(&self.folder).unwrap_or_default();
    }
}

/// Makes an authority and what accepts connections with its leaf.
pub(super) fn certify() -> Result<(Authority, TlsAcceptor), Uncertified> {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    root.distinguished_name.push(DnType::CommonName, "Simulated tenant authority");
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate()?)?;

    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.use_authority_key_identifier_extension = true;
    leaf.insert_extended_key_usage(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    let leaf = leaf.signed_by(&key, &root)?;

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone(), root.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let authority = Authority { folder: folder()? };
    fs::write(authority.path(), root.pem())?;
    Ok((authority, TlsAcceptor::from(Arc::new(config))))
}

/// A new folder that only its owner can write to: nobody else may put another authority in its place.
fn folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("m365-simulator-{}", Uuid::new_v4().simple()));
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    Ok(folder)
}

//! Trust: the system's store, and authorities that the administrator adds in a PEM file.
//!
//! The cryptography provider is named here and nowhere else, and never installed for the whole process: a Rust program
//! that embeds the library may have chosen another one.

use std::{path::Path, sync::Arc};

use once_cell::sync::OnceCell;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls_platform_verifier::Verifier;

use crate::{
    error::{Code, Error, Result},
    say,
};

/// Believes a certificate that an added authority vouches for, else asks the system. The system's store is opened at the
/// first certificate that needs it, so that a session on loopback pays nothing for it.
#[derive(Debug)]
struct Trust {
    provider: Arc<CryptoProvider>,
    extra: Option<Arc<WebPkiServerVerifier>>,
    system: OnceCell<Verifier>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(extra) = &self.extra
            && let Ok(verified) = extra.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        {
            return Ok(verified);
        }
        self.system.get_or_try_init(|| Verifier::new(Arc::clone(&self.provider)))?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The TLS configuration of a session. ALPN is set here because the client adds none to a configuration that it is
/// given, and would silently lose HTTP/2.
pub(super) fn configuration(ca_certificate_path: Option<&Path>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = ca_certificate_path.map(|path| authorities(path, &provider)).transpose()?;
    let trust = Trust { provider: Arc::clone(&provider), extra, system: OnceCell::new() };
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format_args!("TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// The authorities in a PEM file; a file without any is a mistake worth hearing of.
fn authorities(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let faulty = |why: &dyn std::fmt::Display| {
        Error::new(
            Code::File,
            say!(
                "ca_file_faulty",
                "the certificate authorities in '{path}' cannot be used: {why}",
                path = path.display(),
                why = why
            ),
        )
        .on("caCertificatePath")
        .advise(say!("ca_file_pem", "give a PEM file with at least one certificate authority"))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| faulty(&error))? {
        roots.add(certificate.map_err(|error| faulty(&error))?).map_err(|error| faulty(&error))?;
    }
    if roots.is_empty() {
        return Err(faulty(&"no certificate in it"));
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| faulty(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_authority_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "not a certificate\n").unwrap();
        let error = configuration(Some(file.path())).unwrap_err();
        assert_eq!(error.code(), Code::File);
        assert_eq!(error.facts().target.as_deref(), Some("caCertificatePath"));
        let missing = configuration(Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
        assert_eq!(missing.code(), Code::File);
    }

    #[test]
    fn http2_is_offered() {
        assert_eq!(configuration(None).unwrap().alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }
}

//! `Get-AcceptedDomain`: the domains whose mail the organisation takes.
//!
//! learn.microsoft.com/exchange/reference/admin-api-endpoints-accepted-domain

use super::{
    cmdlet::Call,
    command::Parameters,
    failure::Failure,
    object::{Object, Output},
};

pub(super) fn get(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let identity = parameters.text("Identity")?;
    let size = parameters.size("ResultSize")?.or(None).unwrap_or(u64::MAX);
    parameters.finish()?;
    let tenant = call.world.tenant();
    let domains = [(&tenant.domain, true), (&tenant.federated_domain, false)];
    let objects: Vec<Object> = domains
        .into_iter()
        .filter(|(domain, _)| identity.as_ref().is_none_or(|identity| identity.eq_ignore_ascii_case(domain)))
        .take(usize::try_from(size).unwrap_or(usize::MAX))
        .map(|(domain, default)| {
            Object::default()
                .text("Identity", domain.as_str())
                .text("Name", domain.as_str())
                .text("DomainName", domain.as_str())
                .text("DomainType", "Authoritative")
                .flag("Default", default)
        })
        .collect();
    match identity {
        Some(identity) if objects.is_empty() => Err(Failure::missing(&identity, &tenant.domain)),
        _ => Ok(Output { objects, ..Output::default() }),
    }
}

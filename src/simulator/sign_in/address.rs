//! Which addresses are this simulated tenant's own.

use url::{Host, Url};

use crate::simulator::world::World;

/// What follows this tenant's base address in `address`: `/tenant/oauth2/token` for example, empty for the base itself.
/// Loopback has several names and a client may use any of them.
pub(super) fn below_base(world: &World, address: &str) -> Option<String> {
    let (base, address) = (Url::parse(&world.base).ok()?, Url::parse(address).ok()?);
    let same_host = base.host() == address.host() || (is_loopback(&base) && is_loopback(&address));
    if base.scheme() != address.scheme()
        || base.port_or_known_default() != address.port_or_known_default()
        || !same_host
        || address.query().is_some()
        || address.fragment().is_some()
    {
        return None;
    }
    let below = address.path().strip_prefix(base.path().trim_end_matches('/'))?;
    (below.is_empty() || below.starts_with('/')).then(|| below.to_owned())
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

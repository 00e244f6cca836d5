//! The number of the boundary.

/// Number of this boundary. It changes when a signature, a status or the meaning of an event changes incompatibly;
/// new operations, event kinds and fields do not change it. Compare it before anything else.
pub const M365_ABI_VERSION: u32 = 1;

/// The number of the boundary that this library speaks; compare it with `M365_ABI_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn m365_abi_version() -> u32 {
    M365_ABI_VERSION
}

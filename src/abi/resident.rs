//! Keeps the library in the process once it has been used.
//!
//! Its threads run code of the library; unloading it under them would crash the host. On Linux the linker's `nodelete`
//! (see `build.rs`) makes `dlclose` harmless; on Windows the library pins itself; on macOS a library with thread-local
//! values is never unloaded.

/// From now on the library stays until the process ends.
#[cfg(not(windows))]
pub(super) fn stay() {}

/// From now on the library stays until the process ends.
#[cfg(windows)]
pub(super) fn stay() {
    use std::ffi::c_void;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }
    /// The module stays loaded whatever `FreeLibrary` says.
    const PIN: u32 = 0x1;
    /// `address` is not a name but a place inside the module.
    const FROM_ADDRESS: u32 = 0x4;

    static INSIDE: u8 = 0;
    let mut module = std::ptr::null_mut();
    // SAFETY: `INSIDE` is a place in this module and `module` is writable. A failure leaves things as they were.
    unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, (&raw const INSIDE).cast(), &raw mut module) };
}

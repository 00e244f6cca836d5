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
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    static INSIDE: u8 = 0;
    let place = (&raw const INSIDE).cast();
    let mut module = std::ptr::null_mut();
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: `place` lies in this module and `module` is writable. A failure leaves things as they were.
    unsafe { GetModuleHandleExW(flags, place, &raw mut module) };
}

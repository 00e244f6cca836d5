//! Link-time work only: the library's own name and residence on Linux, the version resource on Windows. Nothing is written into the
//! source tree.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The tests look for a C compiler for the same machine.
    println!("cargo:rustc-env=M365_ACCESS_TARGET={}", env::var("TARGET").unwrap_or_default());
    let target = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match target.as_str() {
        "linux" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libm365_access.so");
            // Its threads run its code: `dlclose` must not take that away from under them.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        "windows" => {
            let mut resource = winresource::WindowsResource::new();
            resource
                .set("ProductName", "M365 Access")
                .set("FileDescription", "Takes access to Microsoft 365 away, gives it back, and proves what happened")
                .set("OriginalFilename", "m365_access.dll")
                .set("InternalName", "m365_access")
                .set("LegalCopyright", "MIT OR Apache-2.0");
            if env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
                resource.set_windres_path("x86_64-w64-mingw32-windres").set_ar_path("x86_64-w64-mingw32-ar");
            }
            if let Err(error) = resource.compile() {
                println!("cargo:warning=the DLL carries no version resource: {error}");
            }
        }
        _ => {}
    }
}

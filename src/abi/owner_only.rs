//! Files and folders of Windows that only the user of this process can reach.
//!
//! Not part of the boundary, but here because it needs the system's own functions and unsafe code lives nowhere else. The
//! standard library cannot set an access list, and a program that could do it (`icacls`) would leave a moment in which
//! the new file is open to others, and does nothing at all under Wine.
//! learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format

use std::{
    ffi::OsStr,
    io,
    os::windows::ffi::OsStrExt,
    path::Path,
    ptr::{null, null_mut},
};

use windows_sys::Win32::{
    Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE, LocalFree},
    Security::{
        Authorization::{
            ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
        },
        DACL_SECURITY_INFORMATION, GetTokenInformation, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
        SECURITY_ATTRIBUTES, SetFileSecurityW, TOKEN_QUERY, TOKEN_USER, TokenUser,
    },
    Storage::FileSystem::{CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_GENERIC_WRITE},
    System::Threading::{GetCurrentProcess, OpenProcessToken},
};

/// Makes a folder whose files are the user's alone, by inheritance. Fails with `AlreadyExists` if it is there.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let (folder, descriptor) = (wide(folder.as_os_str())?, Descriptor::of_user("OICI")?);
    let attributes = descriptor.attributes();
    // SAFETY: the path ends with a zero; the attributes and the descriptor in them live until the call returns.
    succeeded(unsafe { CreateDirectoryW(folder.as_ptr(), &raw const attributes) })
}

/// Makes an empty file that is the user's alone from its first moment. Fails with `AlreadyExists` if it is there.
pub(crate) fn create_file(file: &Path) -> io::Result<()> {
    let (file, descriptor) = (wide(file.as_os_str())?, Descriptor::of_user("")?);
    let attributes = descriptor.attributes();
    // SAFETY: the path ends with a zero; the attributes and the descriptor in them live until the call returns.
    let handle = unsafe {
        CreateFileW(
            file.as_ptr(),
            FILE_GENERIC_WRITE,
            0,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE { Err(io::Error::last_os_error()) } else { Handle(handle).close() }
}

/// Takes a file away from everybody else, inherited rights included.
pub(crate) fn restrict(file: &Path) -> io::Result<()> {
    let (file, descriptor) = (wide(file.as_os_str())?, Descriptor::of_user("")?);
    // SAFETY: the path ends with a zero; the descriptor lives until the call returns.
    succeeded(unsafe {
        SetFileSecurityW(file.as_ptr(), DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, descriptor.0)
    })
}

/// A security descriptor in memory of the system.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// One entry, for the user of this process: everything. Protected: nothing is inherited from above. By the user's
    /// own id, for what an elevated process makes is owned by all administrators.
    fn of_user(inheritance: &str) -> io::Result<Self> {
        let text = wide(OsStr::new(&format!("D:P(A;{inheritance};FA;;;{})", user()?)))?;
        let mut descriptor = null_mut();
        // SAFETY: the text ends with a zero; the place for the result is ours, and a size is not asked for.
        succeeded(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        })?;
        Ok(Self(descriptor))
    }

    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the system allocated it for us, and nobody else frees it.
        unsafe { LocalFree(self.0) };
    }
}

/// An open handle.
struct Handle(HANDLE);

impl Handle {
    fn close(self) -> io::Result<()> {
        let handle = self.0;
        std::mem::forget(self);
        // SAFETY: the handle is open and ours, and was just given up.
        succeeded(unsafe { CloseHandle(handle) })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and ours.
        unsafe { CloseHandle(self.0) };
    }
}

/// The id of this process's user, as text (`S-1-5-21-...`).
fn user() -> io::Result<String> {
    let mut token = null_mut();
    // SAFETY: the place for the handle is ours; the process's own handle is always valid.
    succeeded(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    let token = Handle(token);

    // A user's id is at most 68 bytes, behind its pointer; whole words, for the structure wants to be aligned.
    let mut room = [0_u64; 32];
    let size = u32::try_from(size_of_val(&room)).unwrap_or_default();
    let mut used = 0;
    // SAFETY: the room is ours and as big as we say.
    succeeded(unsafe { GetTokenInformation(token.0, TokenUser, room.as_mut_ptr().cast(), size, &raw mut used) })?;
    // SAFETY: the call filled the room with this structure, and the room is aligned for it.
    let sid = unsafe { room.as_ptr().cast::<TOKEN_USER>().read() }.User.Sid;

    let mut text = null_mut();
    // SAFETY: the id lies in the room, which is still there; the place for the result is ours.
    succeeded(unsafe { ConvertSidToStringSidW(sid, &raw mut text) })?;
    let length = (0..).take_while(|&at| {
        // SAFETY: the text ends with a zero, and nothing behind that is looked at.
        unsafe { *text.add(at) != 0 }
    });
    // SAFETY: so many characters were just looked at.
    let characters = unsafe { std::slice::from_raw_parts(text, length.count()) };
    let user = String::from_utf16(characters).map_err(io::Error::other);
    // SAFETY: the system allocated it for us, and nobody else frees it.
    unsafe { LocalFree(text.cast()) };
    user
}

/// Text for the system: sixteen bits, with a zero at its end and none before.
fn wide(text: &OsStr) -> io::Result<Vec<u16>> {
    let mut text: Vec<u16> = text.encode_wide().collect();
    if text.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    text.push(0);
    Ok(text)
}

fn succeeded(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

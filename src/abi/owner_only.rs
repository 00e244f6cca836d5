//! Files and folders of Windows that only the user of this process can reach.
//!
//! Not part of the boundary, but here because it needs the system's own functions and unsafe code lives nowhere else. The
//! standard library cannot set an access list; a program that could (`icacls`) would leave a moment in which a new file
//! is open to others, and does nothing at all under Wine.
//! learn.microsoft.com/windows/win32/secauthz/creating-a-security-descriptor-for-a-new-object-in-c--

use std::{ffi::c_void, io, os::windows::ffi::OsStrExt, path::Path, ptr::null_mut};

use windows_sys::Win32::{
    Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE},
    Security::{
        ACL, ACL_REVISION, AddAccessAllowedAceEx, CONTAINER_INHERIT_ACE, DACL_SECURITY_INFORMATION,
        GetTokenInformation, InitializeAcl, InitializeSecurityDescriptor, OBJECT_INHERIT_ACE,
        OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSID,
        SE_DACL_PROTECTED, SECURITY_ATTRIBUTES, SECURITY_DESCRIPTOR, SID, SID_IDENTIFIER_AUTHORITY, SetFileSecurityW,
        SetSecurityDescriptorControl, SetSecurityDescriptorDacl, SetSecurityDescriptorOwner, TOKEN_QUERY, TOKEN_USER,
        TokenUser,
    },
    Storage::FileSystem::{
        CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ALL_ACCESS, FILE_ATTRIBUTE_NORMAL, FILE_EXECUTE,
    },
    System::{
        LibraryLoader::{GetModuleHandleW, GetProcAddress},
        Threading::{GetCurrentProcess, OpenProcessToken},
    },
};

/// Makes a folder whose files are the user's alone, by inheritance. Fails with `AlreadyExists` if it is there.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let path = wide(folder)?;
    FOLDER.for_user(|attributes| {
        // SAFETY: the path ends with a zero, and both arguments live until the call returns.
        succeeded(unsafe { CreateDirectoryW(path.as_ptr(), attributes) })
    })?;
    if on_wine() { FOLDER.restrict_on_wine(&path) } else { Ok(()) }
}

/// Makes an empty file that is the user's alone from its first moment. Fails with `AlreadyExists` if it is there.
pub(crate) fn create_file(file: &Path) -> io::Result<()> {
    let path = wide(file)?;
    FILE.for_user(|attributes| {
        // SAFETY: the path ends with a zero, and all arguments live until the call returns.
        let handle = unsafe {
            CreateFileW(path.as_ptr(), FILE.rights, 0, attributes, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, null_mut())
        };
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        drop(Handle(handle));
        Ok(())
    })?;
    if on_wine() { FILE.restrict_on_wine(&path) } else { Ok(()) }
}

/// Takes a file away from everybody else, inherited rights included.
pub(crate) fn restrict(file: &Path) -> io::Result<()> {
    let path = wide(file)?;
    if on_wine() { FILE.restrict_on_wine(&path) } else { FILE.for_user(|attributes| set(&path, attributes, 0)) }
}

/// An access list with one entry.
struct Access {
    rights: u32,
    inheritance: u32,
}

const FILE: Access = Access { rights: FILE_ALL_ACCESS & !FILE_EXECUTE, inheritance: 0 };
const FOLDER: Access = Access { rights: FILE_ALL_ACCESS, inheritance: CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE };

/// Room for a list with one entry, or for a user's id (at most 68 bytes) with what stands before it; whole words, for
/// both want to be aligned.
type Room = [u64; 32];

impl Access {
    /// For the user of this process. By the user's own id, for what an elevated process makes belongs to all
    /// administrators.
    fn for_user(&self, call: impl FnOnce(&SECURITY_ATTRIBUTES) -> io::Result<()>) -> io::Result<()> {
        let mut user = Room::default();
        let sid = fill_user(&mut user)?;
        self.with(sid, null_mut(), call)
    }

    /// Wine makes a file mode of the list. An entry for somebody in the process's token becomes rights of the file's user
    /// and of its group; only an entry for an owner who is not in the token becomes rights of the file's user alone.
    /// Wine keeps no owner but the file's, so nobody gets anything by it.
    fn restrict_on_wine(&self, path: &[u16]) -> io::Result<()> {
        let mut nobody = SID {
            Revision: 1,
            SubAuthorityCount: 1,
            IdentifierAuthority: SID_IDENTIFIER_AUTHORITY { Value: [0; 6] },
            SubAuthority: [0],
        };
        let nobody = (&raw mut nobody).cast::<c_void>();
        self.with(nobody, nobody, |attributes| set(path, attributes, OWNER_SECURITY_INFORMATION))
    }

    /// Calls with the list for `sid`, protected: nothing comes down from the folder above. A null `owner` names none.
    fn with(
        &self,
        sid: PSID,
        owner: PSID,
        call: impl FnOnce(&SECURITY_ATTRIBUTES) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut list = Room::default();
        let acl = list.as_mut_ptr().cast::<ACL>();
        // SAFETY: the list is room of the size that is said, aligned for its head.
        succeeded(unsafe { InitializeAcl(acl, bytes_of(&Room::default()), ACL_REVISION) })?;
        // SAFETY: the list was initialised, and whoever calls here keeps the id.
        succeeded(unsafe { AddAccessAllowedAceEx(acl, ACL_REVISION, self.inheritance, self.rights, sid) })?;

        let mut descriptor = SECURITY_DESCRIPTOR::default();
        let place = (&raw mut descriptor).cast::<c_void>();
        // SAFETY: the place is a descriptor of ours.
        succeeded(unsafe { InitializeSecurityDescriptor(place, SECURITY_DESCRIPTOR_REVISION) })?;
        // SAFETY: the descriptor was initialised, and the list outlives it.
        succeeded(unsafe { SetSecurityDescriptorDacl(place, 1, acl, 0) })?;
        // SAFETY: the descriptor was initialised, and whoever calls here keeps the id.
        succeeded(unsafe { SetSecurityDescriptorOwner(place, owner, 0) })?;
        // SAFETY: the descriptor was initialised.
        succeeded(unsafe { SetSecurityDescriptorControl(place, SE_DACL_PROTECTED, SE_DACL_PROTECTED) })?;

        call(&SECURITY_ATTRIBUTES {
            nLength: bytes_of(&SECURITY_ATTRIBUTES::default()),
            lpSecurityDescriptor: place,
            bInheritHandle: 0,
        })
    }
}

/// The only revision there is (`SECURITY_DESCRIPTOR_REVISION`).
const SECURITY_DESCRIPTOR_REVISION: u32 = 1;

/// Gives what is at `path` the list, and what else `more` says.
fn set(path: &[u16], attributes: &SECURITY_ATTRIBUTES, more: OBJECT_SECURITY_INFORMATION) -> io::Result<()> {
    let parts = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | more;
    // SAFETY: the path ends with a zero, and both arguments live until the call returns.
    succeeded(unsafe { SetFileSecurityW(path.as_ptr(), parts, attributes.lpSecurityDescriptor) })
}

/// Whether this is Wine, which says so by a function that Windows has not.
fn on_wine() -> bool {
    // SAFETY: the name ends with a zero; the module is loaded in every process.
    let ntdll = unsafe { GetModuleHandleW(windows_sys::w!("ntdll.dll")) };
    // SAFETY: the module is never unloaded, and the name ends with a zero. The function is not called.
    unsafe { GetProcAddress(ntdll, windows_sys::s!("wine_get_version")) }.is_some()
}

/// Puts the id of this process's user into `room`, and says where in it.
fn fill_user(room: &mut Room) -> io::Result<PSID> {
    // SAFETY: takes nothing, gives a constant.
    let process = unsafe { GetCurrentProcess() };
    let mut token = null_mut();
    // SAFETY: the process is this one, and the place for the handle is ours.
    succeeded(unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) })?;
    let token = Handle(token);
    let (place, size) = (room.as_mut_ptr().cast::<c_void>(), bytes_of(room));
    let mut used = 0;
    // SAFETY: the room is ours and as big as is said.
    succeeded(unsafe { GetTokenInformation(token.0, TokenUser, place, size, &raw mut used) })?;
    // SAFETY: the call has put this structure at the room's beginning, which is aligned for it.
    Ok(unsafe { room.as_ptr().cast::<TOKEN_USER>().read() }.User.Sid)
}

/// An open handle of ours.
struct Handle(HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nobody else closes it.
        unsafe { CloseHandle(self.0) };
    }
}

/// A path for the system: sixteen bits, with a zero at its end and none before.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let mut text: Vec<u16> = path.as_os_str().encode_wide().collect();
    if text.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    text.push(0);
    Ok(text)
}

fn bytes_of<T>(value: &T) -> u32 {
    u32::try_from(size_of_val(value)).unwrap_or(u32::MAX)
}

fn succeeded(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

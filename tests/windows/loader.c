/*
 * A stranger's program on Windows: loads the DLL by path, runs operations in one session, and prints each event as a line
 * of its own. Built and run by the tests.
 *
 *     loader DLL SETTINGS OPERATION REQUEST [OPERATION REQUEST]...     events
 *     loader --readers FILE                                            who may read a file: one account id a line
 */

#include <aclapi.h>
#include <sddl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "m365_access.h"

typedef uint32_t abi_version_function(void);
typedef int32_t open_function(const uint8_t *, uint32_t, uint64_t *);
typedef int32_t start_function(uint64_t, const uint8_t *, uint32_t, uint64_t *);
typedef int32_t next_function(uint64_t, uint32_t, uint8_t *, uint32_t, uint32_t *);
typedef void close_function(uint64_t);

static HMODULE library;

static void fail(const char *what)
{
    fprintf(stderr, "%s (error %lu)\n", what, GetLastError());
    exit(1);
}

/* A function of the library, as a pointer that any function pointer may be made of. */
static void (*function(const char *name))(void)
{
    FARPROC address = GetProcAddress(library, name);
    if (address == NULL)
        fail(name);
    return (void (*)(void))address;
}

static void print_events(uint64_t job)
{
    next_function *next = (next_function *)function("m365_next");
    uint32_t room = 256, length = 0;
    uint8_t *buffer = malloc(room);

    for (;;) {
        switch (next(job, 1000, buffer, room, &length)) {
        case M365_STATUS_OK:
            fwrite(buffer, 1, length, stdout);
            putchar('\n');
            break;
        case M365_STATUS_GROW:
            room = length;
            buffer = realloc(buffer, room);
            if (buffer == NULL)
                fail("out of memory");
            break;
        case M365_STATUS_PENDING:
            break;
        case M365_STATUS_DONE:
            free(buffer);
            return;
        default:
            fail("m365_next");
        }
    }
}

static int run(int count, char **words)
{
    close_function *close;
    uint64_t session = 0, job = 0;
    char name[64];
    int i;

    library = LoadLibraryA(words[0]);
    if (library == NULL)
        fail("the DLL does not load");
    if (((abi_version_function *)function("m365_abi_version"))() != M365_ABI_VERSION)
        fail("the DLL and the header differ");
    if (((open_function *)function("m365_open"))((uint8_t *)words[1], (uint32_t)strlen(words[1]), &session) != M365_STATUS_OK)
        fail("m365_open");
    for (i = 2; i + 1 < count; i += 2) {
        snprintf(name, sizeof name, "m365_%s", words[i]);
        if (((start_function *)function(name))(session, (uint8_t *)words[i + 1], (uint32_t)strlen(words[i + 1]), &job) !=
            M365_STATUS_OK)
            fail(name);
        print_events(job);
    }
    close = (close_function *)function("m365_close");
    close(session);
    /* Its threads live on, so it must not go away under them. */
    FreeLibrary(library);
    FreeLibrary(library);
    if (GetModuleHandleA(words[0]) != library)
        fail("the DLL was unloaded");
    close(session);
    return 0;
}

static int print_readers(char *path)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    PACL list = NULL;
    LPSTR text = NULL;
    DWORD i;

    if (GetNamedSecurityInfoA(path, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, NULL,
                              &list, NULL, &descriptor) != ERROR_SUCCESS)
        fail(path);
    if (list == NULL) {
        puts("everybody");
        return 0;
    }
    for (i = 0; i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry = NULL;
        if (!GetAce(list, i, (void **)&entry))
            fail("GetAce");
        if (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE || (entry->Mask & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)) == 0)
            continue;
        if (EqualSid(&entry->SidStart, owner)) {
            puts("owner");
        } else if (ConvertSidToStringSidA(&entry->SidStart, &text)) {
            puts(text);
            LocalFree(text);
        }
    }
    LocalFree(descriptor);
    return 0;
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "--readers") == 0)
        return print_readers(words[2]);
    if (count >= 5)
        return run(count - 1, words + 1);
    fprintf(stderr, "usage: loader DLL SETTINGS OPERATION REQUEST... | loader --readers FILE\n");
    return 2;
}

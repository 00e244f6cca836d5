/*
 * Blocks sign-in of one person, ends the sessions, and prints what is known of each change afterwards.
 *
 *     cargo build --release
 *     cc -std=c99 -Iinclude examples/c/block.c -o block -Ltarget/release -lm365_access -Wl,-rpath,"$PWD/target/release"
 *     ./block                                  someone of the simulated tenant; no network, no credentials
 *     ./block anna@contoso.example settings.json    a person of the tenant that the settings name
 *
 * Ends with the run's own exit code (include/m365_access.h, event `end`), or with 64 when it could not even begin.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m365_access.h"

enum { COULD_NOT_BEGIN = 64 };

/* ---------------------------------------------------------------------------------------------------------- JSON
 *
 * Enough to read events, which are well formed: a piece of text, its members, its items. A real program would take a
 * library for this.
 */

struct piece {
    const char *at;
    size_t length;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':';
}

/* Takes the next value (or key) out of `rest`: a string with its quotes, a number or word, a whole object or list. */
static struct piece take(struct piece *rest)
{
    const char *p = rest->at, *end = rest->at + rest->length;
    struct piece value;
    int depth = 0;
    bool quoted = false;

    while (p < end && is_space(*p))
        p++;
    value.at = p;
    for (; p < end; p++) {
        if (quoted) {
            if (*p == '\\')
                p++;
            else if (*p == '"')
                quoted = false;
        } else if (*p == '"') {
            quoted = true;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (depth-- == 0)
                break;
        } else if (depth == 0 && is_space(*p)) {
            break;
        }
    }
    value.length = (size_t)(p - value.at);
    rest->at = p;
    rest->length = (size_t)(end - p);
    return value;
}

/* What stands between the brackets of an object or a list. */
static struct piece inside(struct piece whole)
{
    struct piece content = {whole.at, 0};
    if (whole.length >= 2 && (*whole.at == '{' || *whole.at == '[')) {
        content.at = whole.at + 1;
        content.length = whole.length - 2;
    }
    return content;
}

/* The member of an object with this name; empty when there is none. */
static struct piece member(struct piece object, const char *name)
{
    struct piece rest = inside(object), nothing = {object.at, 0};
    size_t length = strlen(name);

    for (;;) {
        struct piece key = take(&rest), value = take(&rest);
        if (key.length == 0)
            return nothing;
        if (key.length == length + 2 && memcmp(key.at + 1, name, length) == 0)
            return value;
    }
}

static bool is(struct piece value, const char *json)
{
    return value.length == strlen(json) && memcmp(value.at, json, value.length) == 0;
}

/* Whether there is a value at all, and it is not null. */
static bool known(struct piece value)
{
    return value.length > 0 && !is(value, "null");
}

/* Prints a value, a string without its quotes and escapes. */
static void print(FILE *out, struct piece value)
{
    const char *p = value.at, *end = value.at + value.length;
    unsigned long code, low;

    if (value.length < 2 || *p != '"') {
        fwrite(p, 1, value.length, out);
        return;
    }
    for (p++, end--; p < end; p++) {
        if (*p != '\\') {
            fputc(*p, out);
            continue;
        }
        switch (*++p) {
        case 'n': fputc('\n', out); break;
        case 't': fputc('\t', out); break;
        case 'r': case 'b': case 'f': break;
        case 'u':
            code = strtoul((char[]){p[1], p[2], p[3], p[4], 0}, NULL, 16);
            p += 4;
            if (code >= 0xd800 && code < 0xdc00) {
                low = strtoul((char[]){p[3], p[4], p[5], p[6], 0}, NULL, 16);
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                p += 6;
            }
            if (code < 0x80) {
                fputc((int)code, out);
            } else {
                if (code < 0x800) {
                    fputc((int)(0xc0 | code >> 6), out);
                } else {
                    if (code < 0x10000) {
                        fputc((int)(0xe0 | code >> 12), out);
                    } else {
                        fputc((int)(0xf0 | code >> 18), out);
                        fputc((int)(0x80 | (code >> 12 & 0x3f)), out);
                    }
                    fputc((int)(0x80 | (code >> 6 & 0x3f)), out);
                }
                fputc((int)(0x80 | (code & 0x3f)), out);
            }
            break;
        default: fputc(*p, out);
        }
    }
}

/* -------------------------------------------------------------------------------------------------------- Events */

/* One event at a time, in a buffer that grows when it must. */
struct reader {
    uint64_t job;
    char *buffer;
    uint32_t room;
};

/* Waits for the job's next event; false when there are no more. */
static bool next_event(struct reader *reader, struct piece *event)
{
    for (;;) {
        uint32_t length = 0;
        char *larger;

        switch (m365_next(reader->job, 1000, (uint8_t *)reader->buffer, reader->room, &length)) {
        case M365_STATUS_OK:
            event->at = reader->buffer;
            event->length = length;
            return true;
        case M365_STATUS_PENDING:
            break;
        case M365_STATUS_GROW:
            larger = realloc(reader->buffer, length);
            if (larger == NULL)
                return false;
            reader->buffer = larger;
            reader->room = length;
            break;
        default:
            return false;
        }
    }
}

static void print_error(struct piece error)
{
    struct piece advice = member(error, "advice");

    fprintf(stderr, "error (");
    print(stderr, member(error, "code"));
    fprintf(stderr, "): ");
    print(stderr, member(error, "message"));
    if (known(advice)) {
        fprintf(stderr, "\n  what to do: ");
        print(stderr, advice);
    }
    fputc('\n', stderr);
}

/* One line for one change: `SignIn: Allowed -> Blocked: Verified`. */
static void print_outcome(struct piece outcome)
{
    struct piece before = member(outcome, "before"), after = member(outcome, "after");
    struct piece effective = member(outcome, "effectiveBy"), message = member(outcome, "message");

    printf("  ");
    print(stdout, member(outcome, "change"));
    printf(": ");
    if (known(before) && known(after)) {
        print(stdout, before);
        printf(" -> ");
        print(stdout, after);
        printf(": ");
    }
    print(stdout, member(outcome, "outcome"));
    if (known(effective)) {
        printf(", everywhere by ");
        print(stdout, effective);
    }
    putchar('\n');
    if (known(message)) {
        printf("    ");
        print(stdout, message);
        putchar('\n');
    }
}

/* ----------------------------------------------------------------------------------------------------- Operations */

/* Writes text as a JSON string; false when there is no room. */
static bool quote(const char *text, char *out, size_t room)
{
    size_t used = 0;

    out[used++] = '"';
    for (; *text != '\0'; text++) {
        if (used + 8 > room)
            return false;
        if ((unsigned char)*text < 0x20) {
            used += (size_t)snprintf(out + used, room - used, "\\u%04x", (unsigned)*text);
        } else {
            if (*text == '"' || *text == '\\')
                out[used++] = '\\';
            out[used++] = *text;
        }
    }
    out[used++] = '"';
    out[used] = '\0';
    return true;
}

/* Someone ordinary: a member who may sign in and holds no directory role. Writes the object id as a JSON string. */
static bool find_someone(uint64_t session, char *id, size_t room)
{
    static const char request[] = "{\"all\":true,\"allowed\":true}";
    struct reader reader = {0, NULL, 0};
    struct piece event;
    bool found = false;

    if (m365_get_user(session, (const uint8_t *)request, sizeof request - 1, &reader.job) != M365_STATUS_OK)
        return false;
    while (!found && next_event(&reader, &event)) {
        struct piece list = inside(member(event, "records")), user, user_id;
        while (!found && (user = take(&list)).length > 0) {
            user_id = member(user, "userId");
            found = is(member(user, "userType"), "\"Member\"") && is(member(user, "roles"), "[]") && user_id.length < room;
            if (found) {
                memcpy(id, user_id.at, user_id.length);
                id[user_id.length] = '\0';
            }
        }
        if (is(member(event, "kind"), "\"end\"") && known(member(event, "error")))
            print_error(member(event, "error"));
    }
    m365_close(reader.job); /* we do not need the rest */
    free(reader.buffer);
    return found;
}

/* Blocks a person (a JSON string), prints what comes, and gives the run's exit code. */
static int block(uint64_t session, const char *user)
{
    struct reader reader = {0, NULL, 0};
    struct piece event, list, record;
    bool named = false;
    char request[1024];
    int length = snprintf(request, sizeof request, "{\"user\":[%s],\"reason\":\"examples/c/block.c\"}", user);
    int code = COULD_NOT_BEGIN;

    if (length < 0 || (size_t)length >= sizeof request ||
        m365_block_user(session, (const uint8_t *)request, (uint32_t)length, &reader.job) != M365_STATUS_OK)
        return COULD_NOT_BEGIN;
    while (next_event(&reader, &event)) {
        struct piece kind = member(event, "kind");
        if (is(kind, "\"records\"")) {
            for (list = inside(member(event, "records")); (record = take(&list)).length > 0;) {
                if (!named) {
                    print(stdout, member(record, "user"));
                    putchar('\n');
                    named = true;
                }
                print_outcome(record);
            }
        } else if (is(kind, "\"note\"")) {
            struct piece level = member(event, "level");
            if (is(level, "\"warning\"") || is(level, "\"information\"")) {
                print(stdout, member(event, "message"));
                putchar('\n');
            }
        } else if (is(kind, "\"error\"")) {
            print_error(event);
        } else if (is(kind, "\"end\"")) {
            code = (int)strtol(member(event, "exitCode").at, NULL, 10);
            if (known(member(event, "runId"))) {
                printf("run ");
                print(stdout, member(event, "runId"));
                printf(": ");
            }
            print(stdout, member(event, "state"));
            printf(", exit code %d\n", code);
            if (known(member(event, "error")))
                print_error(member(event, "error"));
        }
    }
    m365_close(reader.job);
    free(reader.buffer);
    return code;
}

/* The whole file, or NULL; its length must fit the boundary's 32 bits. */
static char *read_file(const char *path, uint32_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && size < (1L << 20) && fseek(file, 0, SEEK_SET) == 0) {
        text = malloc((size_t)size + 1);
        if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
        *length = (uint32_t)size;
    }
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    static char simulated[] = "{\"simulated\":true}";
    char *settings = simulated;
    uint32_t length = sizeof simulated - 1;
    uint64_t session = 0;
    char user[512];
    int code = COULD_NOT_BEGIN;

    if (m365_abi_version() != M365_ABI_VERSION) {
        fprintf(stderr, "the library speaks boundary %u, this program %u\n", (unsigned)m365_abi_version(),
                (unsigned)M365_ABI_VERSION);
        return COULD_NOT_BEGIN;
    }
    if (argc > 2 && (settings = read_file(argv[2], &length)) == NULL) {
        fprintf(stderr, "%s cannot be read\n", argv[2]);
        return COULD_NOT_BEGIN;
    }
    if (m365_open((const uint8_t *)settings, length, &session) != M365_STATUS_OK) {
        fprintf(stderr, "the settings are not UTF-8\n");
    } else if (argc > 1 ? quote(argv[1], user, sizeof user) : find_someone(session, user, sizeof user)) {
        code = block(session, user);
    } else {
        fprintf(stderr, "there is nobody to block\n");
    }
    m365_close(session);
    if (settings != simulated)
        free(settings);
    return code;
}

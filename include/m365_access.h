/*
 * M365 Access: takes access to Microsoft 365 away from people, gives it back, and proves what happened.
 *
 * HOW A PROGRAM USES IT
 *
 *     m365_abi_version() == M365_ABI_VERSION          once: header and library speak of the same thing
 *     m365_open(settings)             -> session      how to reach and sign in to one tenant
 *     m365_block_user(session, request) -> job        any operation; all have the same signature
 *     m365_next(job) again and again  -> events       until the event `end`
 *     m365_close(session)                             ends its jobs too
 *
 * examples/c/block.c is such a program, and its first comment compiles it. Link with libm365_access (Windows:
 * m365_access.dll), which `cargo build --release` puts into target/release.
 *
 * A first try needs no network and no credentials: the settings {"simulated":true} sign in to a tenant that lives inside
 * the library. The loop at its heart:
 *
 *     for (;;) {
 *         switch (m365_next(job, 1000, buffer, room, &length)) {
 *         case M365_STATUS_OK:      handle(buffer, length); break;           one event, in JSON
 *         case M365_STATUS_PENDING: break;                                   none within a second: look up, go on
 *         case M365_STATUS_GROW:    buffer = grow(buffer, room = length); break;
 *         default:                  return;                                  M365_STATUS_DONE, or a wrong id
 *         }
 *     }
 *
 * CONVENTIONS
 *
 * Memory    None changes hands. What a caller lends (settings, requests, answers, buffers) is read or written during
 *           the call and not kept. There is nothing to free.
 * Text      JSON in UTF-8 with its length in bytes, without a terminating zero, in both directions. A null pointer with
 *           length 0 is the empty text, which stands for {}.
 * Ids       Sessions and jobs are numbers: above 0, below 2^63, never used twice, worthless in another process. Every
 *           function accepts every number at any time: one that is not (or no longer) what the function asks for is
 *           M365_STATUS_HANDLE, never a crash.
 * Results   Written through the last parameter, which must not be null, and only on success (the length of m365_next:
 *           always).
 * Threads   Every function may be called from every thread at any time. Only m365_next waits, and only as long as it
 *           is told to.
 * Statuses  Positive: normal. Negative: the call was wrong, and nothing was done. What happens to the work itself, good
 *           or bad, is told by events and never by a status.
 * Process   Nothing is printed, no signal handler is set, no function of the caller is called, nothing exits. A defect
 *           inside the library is M365_STATUS_INTERNAL, or an `end` with the code "internal". Once used, the library
 *           stays in the process: unloading it has no effect. After fork() only the parent may use it.
 * Calls     The C calling convention of the platform (cdecl).
 * Versions  M365_ABI_VERSION changes when a function, a status or the meaning of an event changes incompatibly. New
 *           functions, event kinds and keys do not change it: ignore kinds and keys that you do not know.
 *
 * SETTINGS (m365_open)
 *
 * A JSON object. Keys that are not listed, and values of the wrong type, are refused.
 *
 *   tenant           "tenantId" (an id or a verified domain), "environment" ("Global", "USGov", "USGovDoD", "China")
 *   credential       "clientId" with "clientSecret"; or "accessToken" (Graph) and "exchangeToken", which you have already
 *   simulated        "simulated": true; "simulatedUsers" (10 to 200000), "seed", "timeScale", "latencyMilliseconds",
 *                    "faultPath"; "as" (who signs in: a user principal name, or "App")
 *   way              "graphEndpoint", "loginEndpoint", "exchangeEndpoint" (plain http only to loopback), "proxy",
 *                    "caCertificatePath" (PEM), "timeoutSeconds" (1 to 600)
 *   safety           "emergencyAccount": a list of people who are never touched
 *   journal          "journalPath"; otherwise the environment variable M365_ACCESS_JOURNAL, otherwise the user's own
 *                    state folder
 *
 * REQUESTS (operations)
 *
 * A JSON object, refused in the same way. Two groups of keys return in many operations:
 *
 *   who   "user": a list of user principal names or object ids; "path": a CSV file with a column Username,
 *         UserPrincipalName or Id, and "skipFaulty"; "group": the members of a group, by id or name; "filter": an OData
 *         filter; "all": true. "except": a list of people, or "group:<name or id>", who are never touched; one that is
 *         not found stops everything before the first change.
 *   how   "whatIf": true plans and changes nothing; "confirm": true asks first (event `ask`); "maximumUsers" (100),
 *         "maximumPercent" (10) and "allowPrivileged" (false) are the caps above which nothing is changed (everybody needs
 *         100 percent, which lifts the 100 people too where no number of people is given); "reason" is kept in the
 *         journal; "planPath" writes the plan instead of running it; "timeLimitSeconds" stops in good order;
 *         "waitUntilEffective" ends the job only when what was done holds everywhere.
 *
 * EVENTS (m365_next)
 *
 * One JSON object each, with a "kind". `end` comes last and exactly once, whatever happens.
 *
 *   records   results, at most 200 in one event, all of the "type" that the operation names
 *
 *     {"kind":"records","type":"Outcome","records":[{"user":"anna@contoso.example","change":"SignIn",...}]}
 *
 *   progress  how far the job is; "total" and "secondsRemaining" are null while unknown
 *
 *     {"kind":"progress","activity":"change","completed":40,"total":200,"counts":{"verified":38,"accepted":0,
 *      "unchanged":2,"planned":0,"skipped":0,"refused":0,"failed":0,"unknown":0},"secondsRemaining":9}
 *
 *   note      worth knowing, but no result; "level" is "debug", "verbose", "information" or "warning". The sentence
 *             comes with an id and what stands in its places, so that it can be said in another language; where a
 *             sentence stands in a place "why", its id is in "whyId" and what stands in its own places in "why.user"
 *
 *     {"kind":"note","level":"warning","message":"directory roles could not all be read: ...",
 *      "messageId":"roles_unread","messageArguments":{"why":"...","whyId":"cancelled"}}
 *
 *   ask       a question; the job waits for m365_reply, m365_cancel or m365_close. "question" is "confirm" (answer
 *             true or false) or "count" (answer the number of people)
 *
 *     {"kind":"ask","ask":1,"question":"confirm","operation":"Block-M365User","target":"anna@contoso.example",
 *      "action":"block sign-in and revoke sessions","count":1}
 *
 *   error     one thing failed and the job goes on. "code" is a stable word; "target", "advice", "httpStatus",
 *             "serviceCode", "requestId", "clientRequestId", "retryAfterSeconds", "missingPermission",
 *             "missingRole", and "line" and "column" in a list are there when they are known
 *
 *     {"kind":"error","code":"not_found","message":"there is no person 'bob' in this tenant","messageId":"user_unknown",
 *      "messageArguments":{"user":"bob"},"target":"bob"}
 *
 *   end       the job is over. "state" is "completed", "refused", "failed", "cancelled" or "interrupted"; "exitCode" is
 *             0 all well, 1 some failed, 2 refused, 3 unknown outcomes, 4 nothing could be done (sign-in, permission,
 *             network), 5 stopped before the end (the same request does the rest). "error", as in the event, says why a
 *             job could not do its work; a run has its "runId" and its worst "outcome"
 *
 *     {"kind":"end","state":"completed","exitCode":0,"runId":"0197a2c4-...","outcome":"Verified","counts":{...}}
 *
 * RECORDS (events of the kind `records`)
 *
 * Times are ISO 8601 in UTC. A key without a value is null or missing.
 *
 *   Outcome     what is known of one change: "user", "userId", "displayName" (of a change to the tenant itself its name,
 *               null, null); "change" (SignIn, Sessions, Password, MailboxAccess, ModernAuthentication, Mfa,
 *               MfaMethods, MfaPolicy); "outcome"; "before", "wanted" and "after" in words of the change (Allowed, Blocked;
 *               the time from which sessions are valid; Reset; the open protocols as a list; On, Off; Disabled, Enabled,
 *               Enforced; the types of registered methods as a list; the settings of a policy as a list); "message" and
 *               "advice", with ids and arguments as in a note; "code"; "at"; "effectiveBy" (when it holds everywhere);
 *               "runId"; "line" in the list; "password" where it was asked for; "httpStatus", "serviceCode",
 *               "requestId", "clientRequestId", "missingPermission", "missingRole"
 *   Offboarding what became of one person: "user", "userId", "displayName", "outcome" (the worst), "steps" ("change",
 *               "outcome" and "code" of each), "atOnce", "withinHour" and "withinDay" (when which change holds),
 *               "effectiveBy" (when all do), "runId"
 *   Permission  "operation", "user" and "userId" (null for the caller's own means alone), "allowed", "missingPermission",
 *               "missingRole", "advice"
 *   MailboxAccess "user", "userId", "displayName"; one key a protocol with "Allowed", "Blocked" or "Organization" (as the
 *               organisation has it): "activeSync", "owa", "owaForDevices", "mapi", "ews", "pop", "imap",
 *               "universalOutlook", "outlookMobile", "oneWinNativeOutlook", "macOutlook", "smtpAuth"; the lists "allowed"
 *               and "blocked"
 *   ModernAuthentication "tenantId", "tenantName", "modernAuthentication" (On, Off)
 *   User        "user", "userId", "displayName", "signIn" (Allowed, Blocked, Unknown), "sessionsValidFrom", "userType",
 *               "synchronized", "roles"
 *   Mfa         "user", "userId", "displayName", "mfaState" (Disabled, Enabled, Enforced), "methodsRegistered" (types),
 *               "defaultMethod", "isAdmin", "protection" (PerUser, SecurityDefaults, ConditionalAccess, None, Unknown)
 *   MfaTemplate "path" of the file that was written, "people" in it
 *   Instruction what to send to a person: "user", "language" (en, nl, sv), "subject", "body"
 *   MfaPolicy   "appPasswordsAllowed", "rememberDevicesDays" (0 where no device is remembered), "skipMfaForFederatedUsers"
 *   Connection  "name", "tenantId", "tenantName", "account", "accountId", "authType", "environment", "permissions",
 *               "roles", "expiresAt", "simulated", "simulator" (a Simulator)
 *   Run         "runId", "operation", "reason", "by", "byId", "tenantId", "tenantName", "startedAt", "endedAt", "state"
 *               (Running, Interrupted, Completed, Cancelled, Refused), "outcome", "exitCode", "counts", "planDigest",
 *               "version", "host", "processId", "error", "changes" (Outcomes), "continues" (more changes of this run
 *               follow in the next record)
 *   Simulator   "graphEndpoint", "loginEndpoint", "exchangeEndpoint", "tenantId", "tenantDomain", "clientId" and
 *               "clientSecret" (an app that may do everything), "weakClientId" and "weakClientSecret" (one that may only
 *               read people), "caCertificatePath", "adminPassword" (everybody's first password), "samples" (a user
 *               principal name for each kind of person: "user", "mailbox", "guest", "synced", "federated",
 *               "globalAdmin", "userAdmin", "helpdeskAdmin", "eligibleAdmin", "disabled", "mfaEnabled",
 *               "mfaEnforced", "manyMethods", "apostrophe", "noMailbox")
 *
 * The outcome of a change is "Verified" only when it was read back after it was made. "Accepted": the service took it and
 * offers nothing to read back. "Unchanged": it was so already. "Planned": whatIf. "Skipped": a change before it did not
 * succeed. "Refused": our guard said no. "Failed": the service said no. "Unknown": it was sent and its answer was lost, or
 * it was not seen within the patience for replication.
 *
 * This file is written by the test that holds it in step with src/abi: M365_ACCESS_BLESS=1 cargo test --test boundary
 */

#ifndef M365_ACCESS_H
#define M365_ACCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------- Version */

/*
 * Number of this boundary. It changes when a signature, a status or the meaning of an event changes incompatibly;
 * new operations, event kinds and fields do not change it. Compare it before anything else.
 */
#define M365_ABI_VERSION 1

/*
 * The number of the boundary that this library speaks; compare it with `M365_ABI_VERSION` of the header.
 */
uint32_t m365_abi_version(void);

/* ------------------------------------------------------------------------------------------------------ Statuses */

/*
 * The call did what it says.
 */
#define M365_STATUS_OK 1

/*
 * `m365_next`: no event within the wait; ask again.
 */
#define M365_STATUS_PENDING 2

/*
 * `m365_next`: the `end` event has been read; nothing will come any more.
 */
#define M365_STATUS_DONE 3

/*
 * `m365_next`: the event is larger than the buffer and stays; `length` says how much room it needs.
 */
#define M365_STATUS_GROW 4

/*
 * The id is not one of a live session or job (0, closed, of the other kind, of another process).
 */
#define M365_STATUS_HANDLE (-1)

/*
 * A null pointer with a length, a null result pointer, or bytes that are not UTF-8.
 */
#define M365_STATUS_ARGUMENT (-2)

/*
 * A defect of the library, or the system gave it no threads to work with; the process is unharmed.
 */
#define M365_STATUS_INTERNAL (-3)

/* --------------------------------------------------------------------------------------------- Sessions and jobs */

/*
 * Opens a session: how to reach and sign in to one tenant. Nothing is sent yet.
 *
 * `settings` is a JSON object, for example `{"simulated":true,"simulatedUsers":200}` or
 * `{"tenantId":"...","clientId":"...","clientSecret":"..."}`; `{}` opens a session without a tenant, enough for
 * operations on the journal and the simulator. Faulty settings are reported by the first operation, with the
 * name of the field. The settings are read during the call, and secrets in them are copied into memory that is wiped.
 *
 * Writes the session's id to `session` and returns `M365_STATUS_OK`. Close the session with `m365_close`.
 */
int32_t m365_open(const uint8_t *settings, uint32_t length, uint64_t *session);

/*
 * Waits at most `wait_ms` milliseconds for the job's next event and copies it to `buffer`.
 *
 * An event is one JSON object with a `kind`: `records`, `progress`, `note`, `ask`, `error`, `end`. `end` comes last
 * and exactly once. Text is UTF-8 without a terminating zero; `length` receives its size.
 *
 * Returns `M365_STATUS_OK` with an event, `M365_STATUS_PENDING` when none came in time, `M365_STATUS_DONE` after `end`
 * (for ever), or `M365_STATUS_GROW` when the event has more than `capacity` bytes: it stays, and `length` says how
 * many it has. Several threads may call this for one job; each event goes to one of them.
 */
int32_t m365_next(uint64_t job, uint32_t wait_ms, uint8_t *buffer, uint32_t capacity, uint32_t *length);

/*
 * Answers an `ask` event: `{"ask":1,"answer":true}`, with the number that the event carries. The job goes on with it.
 *
 * Returns `M365_STATUS_OK`, or `M365_STATUS_ARGUMENT` for anything that is not such an object. An answer to a
 * question that was not asked is ignored.
 */
int32_t m365_reply(uint64_t job, const uint8_t *answer, uint32_t length);

/*
 * Asks a job, or every job of a session, to stop at the next safe place: between changes, never in the middle of one.
 * The events that tell how it ended still come. Returns at once; accepts any number; may be called from any thread.
 */
void m365_cancel(uint64_t handle);

/*
 * Closes a job, or a session with all its jobs. A job that still works is cancelled, and events that were not read
 * are given up; what it did is in the journal. Returns at once; accepts any number; may be called from any thread,
 * also while another one waits in `m365_next`, which then returns `M365_STATUS_DONE` or `M365_STATUS_HANDLE`.
 */
void m365_close(uint64_t handle);

/* ----------------------------------------------------------------------------------------------------- Operations
 *
 * All have the same signature and the same rules: `request` is a JSON object; the id of the new job is written to `job`
 * and M365_STATUS_OK is returned at once. A faulty request is told by the job's events, with the key that is wrong.
 */

/*
 * Who we are in this tenant: account or app, permissions, directory roles, expiry. Signs in if that has not happened yet.
 *
 * Request: `{}`. Records: `Connection`.
 */
int32_t m365_get_connection(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads people and whether they may sign in.
 *
 * Request: who, and `blocked` or `allowed` to keep only those. Records: `User`.
 */
int32_t m365_get_user(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Blocks sign-in, reads it back, revokes sessions, reads that back.
 *
 * Request: who, how, and `keepSessions` to leave the sessions alone. Records: `Outcome`.
 */
int32_t m365_block_user(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Allows sign-in again and reads it back.
 *
 * Request: who, how. Records: `Outcome`.
 */
int32_t m365_unblock_user(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Ends the sessions of people (refresh tokens and browser sessions) and reads it back.
 *
 * Request: who, how. Records: `Outcome`.
 */
int32_t m365_revoke_sessions(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Resets passwords to a given or a generated one.
 *
 * Request: who, how, `password` (the same for everybody; without it each gets a generated one), `showPassword`,
 * `noChangeAtNextSignIn`, `keepSessions`. Records: `Outcome`, with `password` where `showPassword` asked for it.
 */
int32_t m365_reset_password(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Unlocks accounts: a new password, then sign-in allowed, each read back. A lock by bad attempts itself cannot be read or
 * lifted through any interface, and ends by itself.
 *
 * Request: who, how, `password` (otherwise each person gets a generated one), `showPassword`, `noChangeAtNextSignIn`,
 * `keepSessions`. Records: `Outcome`, with `password` where `showPassword` asked for it.
 */
int32_t m365_unlock_user(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Offboards people who have left: block, new password, revoke sessions, close the mailbox, each read back, in this
 * order.
 *
 * Request: who, how, `skip` (a list of steps: Password, Sessions, Mailbox, MfaMethods), `password`, `showPassword`,
 * `noChangeAtNextSignIn`, `resetMfaMethods` (delete registered methods as well, last). Records: `Outcome`, one a
 * change, and `Offboarding`, one a person.
 */
int32_t m365_invoke_offboarding(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Deletes what people have registered to prove the second factor, one by one, and reads back what is left. Not atomic:
 * what could not be deleted is named.
 *
 * Request: who, how, `keep` (a list of types that stay: Phone, Authenticator, Fido2, SoftwareOath, HardwareOath, Email,
 * WindowsHello, TemporaryAccessPass, PlatformCredential, External, QrCodePin), `revokeSessions` (end the sessions
 * afterwards), `appPasswords` (no interface exists: an outcome says so and what helps). Records: `Outcome`.
 */
int32_t m365_reset_mfa_method(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads the service settings of multi-factor authentication. Experimental: the service does not document them.
 *
 * Request: `{}`. Records: `MfaPolicy`.
 */
int32_t m365_get_mfa_policy(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Changes service settings of multi-factor authentication in the whole tenant and reads them back. Experimental: the
 * service does not document them.
 *
 * Request: how, `appPasswordsAllowed` (people may make app passwords), `rememberDevicesDays` (0 to 365; 0 remembers no
 * device); what is not named is left alone. Records: `Outcome`.
 */
int32_t m365_set_mfa_policy(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Makes what to send to people once they sign in in two steps: from when it counts, and how to set up a phone.
 *
 * Request: who, `language` (en, nl, sv; without it each person's own, as far as it is one of these), `format` (Text, Html,
 * Markdown). Records: `Instruction`.
 */
int32_t m365_get_mfa_instruction(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads the per-user MFA states of people, what they have registered, and what protects their sign-in.
 *
 * Request: who, `state` (Any, Enabled, Enforced or Disabled: only these people). Records: `Mfa`.
 */
int32_t m365_get_mfa(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Sets the per-user MFA state of people and reads it back.
 *
 * Request: who, how, `state` (Enabled, Enforced or Disabled). Records: `Outcome`.
 */
int32_t m365_set_mfa(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Sets the per-user MFA states that a list wants and reads them back. The list is checked as a whole before the first
 * write.
 *
 * Request: who, by a list alone (a CSV file with the columns Username or UserPrincipalName, and MFA Status), how, and
 * `validateOnly` (check the list, and do nothing). Records: `Outcome`.
 */
int32_t m365_import_mfa(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Writes a list for `m365_import_mfa`, filled with people and their states of today.
 *
 * Request: who, where path is the file to be written (one that is there is replaced); or that and `sample`, to write a
 * small sample, which works on a session without a tenant. Records: `MfaTemplate`.
 */
int32_t m365_new_mfa_template(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Says whether the caller may carry out operations, and what is missing; nothing is written.
 *
 * Request: `operation` (a list of cmdlets; all without it), and who, to learn whether it would reach these people.
 * Records: `Permission`.
 */
int32_t m365_test_permission(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads by which protocols mailboxes can be reached. Uses the command endpoint of Microsoft's own Exchange module, which
 * is not documented.
 *
 * Request: who. Records: `MailboxAccess`.
 */
int32_t m365_get_mailbox_access(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Closes protocols of mailboxes and reads it back; only what differs is written. People without a mailbox are skipped.
 *
 * Request: who, how, and `protocol` (a list of ActiveSync, OWA, OWAforDevices, MAPI, EWS, POP, IMAP, UniversalOutlook,
 * OutlookMobile, OneWinNativeOutlook, MacOutlook, SmtpAuth; without it all of them), or `classic` for ActiveSync, OWA and
 * OWAforDevices. Records: `Outcome`.
 */
int32_t m365_disable_mailbox_access(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Opens protocols of mailboxes and reads it back.
 *
 * Request: who, how, and `protocol` as in `m365_disable_mailbox_access` (without it all but SmtpAuth), or `classic`.
 * Records: `Outcome`.
 */
int32_t m365_enable_mailbox_access(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads whether modern authentication is on in the organisation.
 *
 * Request: `{}`. Records: `ModernAuthentication`.
 */
int32_t m365_get_modern_authentication(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Turns modern authentication on in the organisation and reads it back.
 *
 * Request: how. Records: `Outcome`, one about the tenant.
 */
int32_t m365_enable_modern_authentication(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Turns modern authentication off in the organisation and reads it back: Outlook then falls back to sign-ins that know no
 * second factor, or does not get in at all.
 *
 * Request: how. Records: `Outcome`, one about the tenant.
 */
int32_t m365_disable_modern_authentication(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Reads the journal. Works on a session without a tenant.
 *
 * Request: `id` and `user` (lists), `last` (so many of the newest), `since` (ISO 8601), `changes` to have their outcomes.
 * Records: `Run`.
 */
int32_t m365_get_run(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Starts a simulated tenant on loopback for other programs; it lives until it is stopped or its session is closed.
 * Works on a session without a tenant.
 *
 * Request: `port`, `users`, `seed`, `latencyMilliseconds`, `timeScale`, `https`, `faultPath`. Records: `Simulator`.
 */
int32_t m365_start_simulator(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

/*
 * Stops simulated tenants that this session started.
 *
 * Request: `tenantId` and `graphEndpoint` (lists); without them all of them. Records: none.
 */
int32_t m365_stop_simulator(uint64_t session, const uint8_t *request, uint32_t length, uint64_t *job);

#ifdef __cplusplus
}
#endif

#endif /* M365_ACCESS_H */

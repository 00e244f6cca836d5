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

@version@

/* ------------------------------------------------------------------------------------------------------ Statuses */

@status@

/* --------------------------------------------------------------------------------------------- Sessions and jobs */

@boundary@

/* ----------------------------------------------------------------------------------------------------- Operations
 *
 * All have the same signature and the same rules: `request` is a JSON object; the id of the new job is written to `job`
 * and M365_STATUS_OK is returned at once. A faulty request is told by the job's events, with the key that is wrong.
 */

@start@

#ifdef __cplusplus
}
#endif

#endif /* M365_ACCESS_H */

/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-events.h"

#include <stdlib.h>
#include <string.h>

/* What a person does carries the sign-in it was done in. */
#define FLOW "tenant user application session connector acr organization_id risks"

/* What an application is given in somebody's name, or its own. */
#define TOKEN "tenant user application session grant grant_type organization_id scope resource"

/* In the order of their names: they are searched by halves. */
/* clang-format off */
static const PosternAuditEvent events[] = {
  { "account.deletion-asked", "Somebody wants their account deleted; it is, after the delay of the policy.", FLOW " before after" },
  { "account.kept", "Somebody wants their account kept that was to be deleted.", FLOW " before after" },
  { "application.changed", "An administrator changed an application.", "members before after" },
  { "application.created", "An administrator made an application.", "members after" },
  { "application.deleted", "An administrator deleted an application.", "before" },
  { "application.secret-added", "An application was given another secret.", "secret" },
  { "application.secret-removed", "A secret of an application was taken away.", "secret" },
  { "audit.cut", "The log was cut, because of its retention.", "before tree_size" },
  { "audit.head-signed", "Somebody had the log signed as it stood; the target is its number of entries.", "" },
  { "audit.key-rotated", "Somebody had another key, the target, sign the log.", "before after" },
  { "branding.changed", "The look of an organization's pages was changed.", "members before after" },
  { "claims-hook.changed", "Somebody is to be asked what tokens of an application or for a resource, the target, say besides.", "members before after" },
  { "claims-hook.deleted", "Nobody is asked that any more.", "before" },
  { "configuration.applied", "An administrator made several changes together; each has an entry of its own before this one.", "changes" },
  { "connector.changed", "A connector was set up or changed.", "members settings before after" },
  { "connector.deleted", "A connector was deleted; it knew as many people as identities says, who are no longer linked with it.", "identities before" },
  { "consent.given", "Somebody allowed an application what it asked for; before and after are what it may then.", FLOW " before after" },
  { "consent.revoked", "What somebody had allowed an application was taken back, by them or an administrator; before is what it might. Where all was taken back from an application, grants.revoked alone says it.", FLOW " before" },
  { "credential.removed", "Somebody took one of their ways to sign in away.", FLOW " before" },
  { "credential.renamed", "Somebody gave one of their passkeys another name.", FLOW " before after" },
  { "data.read", "An administrator looked at people's data or at the log.", "operation query searched user" },
  { "domain.added", "An administrator said that a domain is an organization's, which is the target; until it is proved it decides nothing.", "domain after" },
  { "domain.lost", "A domain is no longer an organization's, which is the target: the DNS did not prove it for a week, or proved it to be another's.", "domain" },
  { "domain.missed", "The DNS no longer proves a domain of an organization, which is the target: nobody joins by it.", "domain" },
  { "domain.removed", "An administrator took a domain away from an organization, which is the target.", "domain before" },
  { "domain.verified", "The DNS proved that a domain is an organization's, which is the target.", "domain" },
  { "email.changed", "Somebody has another e-mail address, or a first one, and proved it.", FLOW " before after" },
  { "email.proved", "Somebody proved the e-mail address that they had.", FLOW " before after" },
  { "factor-reset.cancelled", "The reset of somebody's lost factors was called off.", FLOW },
  { "factor-reset.requested", "An administrator has somebody's lost factors reset, after the delay of the policy.", "due_at" },
  { "factors.reset", "Somebody's lost factors are gone, as an administrator had asked.", FLOW },
  { "grant.revoked", "An administrator took one grant of an application back.", "user application" },
  { "grants.revoked", "All that a person, or an application, had been granted was taken back, and is not remembered as allowed.", FLOW },
  { "group.changed", "An administrator changed a group of an organization, which is the target.", "group_id before after" },
  { "group.created", "An administrator made a group of an organization, which is the target.", "group_id after" },
  { "group.deleted", "An administrator deleted a group of an organization, which is the target.", "group_id before" },
  { "group.member-added", "An administrator put somebody into a group of an organization, which is the target.", "user group_id" },
  { "group.member-removed", "An administrator took somebody out of a group of an organization, which is the target.", "user group_id" },
  { "identity.linked", "An account at a provider was connected to somebody's account.", FLOW " after" },
  { "identity.unlinked", "An account at a provider was disconnected.", FLOW " before" },
  { "import.advanced", "A batch of users was taken over from another server.", "position created" },
  { "import.started", "An administrator began to take users over from another server.", "after" },
  { "invitation.accepted", "Somebody took an invitation, and belongs to the organization now, which is the target.", "user organization_id invitation_id role_ids group_ids" },
  { "invitation.created", "Somebody was invited to an organization, which is the target, by mail.", "invitation_id members after" },
  { "invitation.forgotten", "The person whom an invitation was sent to was deleted, and it with them.", "" },
  { "invitation.revoked", "An invitation to an organization, which is the target, was revoked.", "invitation_id before" },
  { "invitation.sent", "An invitation to an organization, which is the target, was sent again, with another link.", "invitation_id before after" },
  { "key.rotated", "An administrator had the next key sign; the target is the algorithm.", "" },
  { "lockout.lifted", "An administrator let somebody try again who had used up their tries.", "" },
  { "member.added", "An administrator took somebody into an organization, which is the target.", "user" },
  { "member.joined", "Somebody came to belong to an organization by signing in; the target is the organization.", "user organization_id source connector" },
  { "member.left", "Somebody left an organization, which is the target; all that was granted for it is revoked.", "user" },
  { "member.removed", "An administrator took somebody out of an organization, which is the target; all that was granted for it is revoked.", "user before" },
  { "message.retried", "An administrator had a message sent again.", "" },
  { "message.tested", "An administrator had a test message sent.", "" },
  { "organization.changed", "An administrator changed an organization.", "members before after" },
  { "organization.created", "An administrator made an organization.", "members after" },
  { "organization.deleted", "An administrator deleted an organization.", "before" },
  { "passkey.added", "Somebody set up a passkey.", FLOW },
  { "password.changed", "Somebody changed their password.", FLOW },
  { "password.recovered", "Somebody set another password, by a link or a code.", FLOW },
  { "phone.changed", "Somebody has another telephone number, or a first one, and proved it.", FLOW " before after" },
  { "phone.proved", "Somebody proved the telephone number that they had.", FLOW " before after" },
  { "phone.removed", "Somebody took their telephone number away.", FLOW " before after" },
  { "policy.changed", "An administrator changed the rules for sign-ins.", "before after" },
  { "profile.changed", "Somebody changed what they say of themselves.", FLOW " before after" },
  { "recovery-code.used", "Somebody signed in by a recovery code.", FLOW },
  { "recovery-codes.made", "Somebody had recovery codes made; those before are worth nothing.", FLOW },
  { "resource.changed", "An administrator changed a resource.", "members before after" },
  { "resource.created", "An administrator made a resource.", "members after" },
  { "resource.deleted", "An administrator deleted a resource.", "before" },
  { "role.assigned", "Somebody, an application or a group was given a role; in an organization that is the target.", "subject_id role_id organization_id" },
  { "role.changed", "An administrator changed a role; of an organization's own that is the target.", "role_id members before after" },
  { "role.created", "An administrator made a role; of an organization's own that is the target.", "role_id members after" },
  { "role.deleted", "An administrator deleted a role: nobody has it any more; of an organization's own that is the target.", "role_id before" },
  { "role.holder-changed", "An administrator said of somebody, an application or a group which roles they have, as a whole; in an organization that is the target.", "subject_id organization_id before after" },
  { "role.holder-removed", "An administrator took all roles from somebody, an application or a group; in an organization that is the target.", "subject_id organization_id before" },
  { "role.permission-added", "A role gives another scope of a resource; of an organization's own that is the target.", "role_id after" },
  { "role.permission-removed", "A role gives a scope of a resource no more; of an organization's own that is the target.", "role_id resource_id scope" },
  { "role.taken", "A role was taken from somebody, an application or a group; in an organization that is the target.", "subject_id role_id organization_id" },
  { "session.ended", "Somebody was signed out, by themselves, an application, a provider or an administrator.", "tenant user session" },
  { "session.used", "Somebody who was signed in already went on to an application.", FLOW },
  { "setup.link-made", "A link for the first administrator was made.", "" },
  { "sign-in.failed", "A sign-in failed: a wrong password, code or passkey.", FLOW },
  { "sign-in.refused", "A sign-in was refused, because the policy finds its risks too great.", FLOW },
  { "sign-in.succeeded", "Somebody signed in.", FLOW },
  { "sink.missed", "Entries were cut off, because of the retention of the log, before a sink took them: those from a number up to, without, another.", "from to" },
  { "sink.replayed", "An administrator has a sink given entries from another number on.", "before after" },
  { "tenant.changed", "An administrator of the default tenant changed a tenant; in both logs.", "members before after" },
  { "tenant.created", "An administrator of the default tenant made a tenant; in both logs.", "members after" },
  { "tenant.deleted", "An administrator of the default tenant deleted a tenant, and all that it kept.", "before" },
  { "tenant.resumed", "An administrator of the default tenant lets people into a tenant again; in both logs.", "members before after" },
  { "tenant.suspended", "An administrator of the default tenant suspended a tenant; in both logs.", "members before after" },
  { "token.issued", "An application was given tokens, in somebody's name or of its own; but for a JWT of its own, which is written down nowhere.", TOKEN },
  { "token.reused", "A code or a refresh token was shown that was used before: somebody may have stolen it, and its grant is revoked.", TOKEN },
  { "totp.added", "Somebody set up an authenticator app.", FLOW },
  { "upstream-token.read", "An application was given the token that a provider, the target, gave for somebody.", "user application" },
  { "user.changed", "An administrator changed an account.", "members before after" },
  { "user.created", "An account was made: by an administrator, by its owner, or at the first sign-in by a provider.", FLOW " members after" },
  { "user.deleted", "An account was deleted.", "before", TRUE },
  { "user.imported", "An account was taken over from another server.", "" },
  { "webhook.changed", "An administrator changed a webhook.", "members before after" },
  { "webhook.created", "An administrator made a webhook.", "members after" },
  { "webhook.deleted", "An administrator deleted a webhook.", "before" },
  { "webhook.missed", "Entries were cut off, because of the retention of the log, before a webhook had them: those from a number up to, without, another.", "from to" },
  { "webhook.replayed", "An administrator has a webhook sent again what it had, from an entry number on.", "before after" },
  { "webhook.secret-rotated", "A webhook was given another secret; the one before signs, too, for a while.", "old_secret_until" },
  { "webhook.switched-off", "A webhook was switched off, because its server answered that it is gone, or nothing has arrived there for days.", "reason status" },
  { "webhook.tested", "An administrator had a webhook sent a test.", "status" },
};
/* clang-format on */

const PosternAuditEvent *
postern_audit_events_get (guint *n)
{
  *n = G_N_ELEMENTS (events);
  return events;
}

gboolean
postern_audit_events_has (const PosternAuditEvent *event, const char *member)
{
  gsize length = strlen (member);

  for (const char *at = strstr (event->members, member); at != NULL; at = strstr (at + 1, member))
    if ((at == event->members || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
      return TRUE;
  return FALSE;
}

static int
compare (const void *name, const void *event)
{
  return strcmp (name, ((const PosternAuditEvent *) event)->name);
}

const PosternAuditEvent *
postern_audit_events_find (const char *name)
{
  return bsearch (name, events, G_N_ELEMENTS (events), sizeof events[0], compare);
}

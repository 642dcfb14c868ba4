/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-user-data.h"

/* All that is kept about one person, for who answers them, part by part: what they get themselves at /account/data. */

#define TEXT(name, description) { name, POSTERN_API_STRING, POSTERN_API_READ_ONLY, description }
#define YES_OR_NO(name, description) { name, POSTERN_API_BOOLEAN, POSTERN_API_READ_ONLY, description }
#define TIME(name, description) { name, POSTERN_API_TIME, POSTERN_API_READ_ONLY, description }
#define ANY_OBJECT(name, description) { name, POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, description }
#define LIST_OF(name, schema_of, description) { name, POSTERN_API_ARRAY, POSTERN_API_OWN, description, .items = POSTERN_API_OBJECT, .schema = &schema_of }

static const PosternApiMember user_members[] = {
  TEXT ("id", "Its id."),
  TEXT ("username", "What the person signs in with."),
  TEXT ("email", "E-mail address."),
  YES_OR_NO ("email_verified", "The address is known to be theirs."),
  TEXT ("phone", "Telephone number."),
  YES_OR_NO ("phone_verified", "The number is known to be theirs."),
  ANY_OBJECT ("profile", "OpenID Connect claims."),
  TEXT ("appearance", "How they have the pages look; absent: as their device has it."),
  TIME ("created_at", "When the account was made."),
  TIME ("updated_at", "When it was changed last."),
  TIME ("last_sign_in_at", "When they signed in last."),
  TIME ("deletes_at", "When it goes, because they asked for that."),
  { NULL },
};
static const PosternApiSchema user_schema = { "DataOfUser", user_members };

static const PosternApiMember credential_members[] = {
  TEXT ("kind", "The factor that it is for."),
  TEXT ("name", "What they call it."),
  TIME ("created_at", "When it was set up."),
  TIME ("updated_at", "When it was changed last."),
  TIME ("used_at", "When they signed in with it last."),
  { NULL },
};
static const PosternApiSchema credential_schema = { "DataOfCredential", credential_members };

static const PosternApiMember identity_members[] = {
  TEXT ("connector", "The connector's id."),
  TEXT ("subject", "What the provider calls the account."),
  ANY_OBJECT ("claims", "What the provider said when it was connected, or used last."),
  TIME ("created_at", "When it was connected."),
  TIME ("used_at", "When they signed in with it last."),
  { NULL },
};
static const PosternApiSchema identity_schema = { "DataOfIdentity", identity_members };

static const PosternApiMember session_members[] = {
  TEXT ("application", "An application that showed the sign-in itself, without a browser."),
  TEXT ("amr", "How they signed in (RFC 8176)."),
  TEXT ("user_agent", "What the browser called itself."),
  TEXT ("remote_address", "From where."),
  TEXT ("country", "Where that is about (ISO 3166-1), where a database of addresses is set up."),
  TEXT ("country_name", "What that is called."),
  TEXT ("city", "Likewise."),
  TIME ("created_at", "When they signed in."),
  TIME ("used_at", "When it was used last."),
  TIME ("ended_at", "When it ended."),
  { NULL },
};
static const PosternApiSchema session_schema = { "DataOfSession", session_members };

static const PosternApiMember grant_members[] = {
  TEXT ("application", "The application that has it."),
  TEXT ("scope", "Its scopes."),
  TIME ("created_at", "When it was given."),
  TIME ("expires_at", "When it ends."),
  TIME ("revoked_at", "When it was revoked."),
  { NULL },
};
static const PosternApiSchema grant_schema = { "DataOfGrant", grant_members };

static const PosternApiMember consent_members[] = {
  TEXT ("application", "The application that was allowed it."),
  TEXT ("scope", "The scopes that they are not asked about again."),
  TIME ("given_at", "When they were asked last."),
  { NULL },
};
static const PosternApiSchema consent_schema = { "DataOfConsent", consent_members };

static const PosternApiMember organization_members[] = {
  TEXT ("id", "Its id."),
  TEXT ("name", "Its name."),
  TEXT ("source", "How they came to belong to it."),
  { "groups", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "Names of the groups that they are in there.", .items = POSTERN_API_STRING },
  TIME ("joined_at", "Since when."),
  { NULL },
};
static const PosternApiSchema organization_schema = { "DataOfOrganization", organization_members };

static const PosternApiMember role_members[] = {
  TEXT ("role", "The role's id."),
  TEXT ("organization", "In which organization; absent for a role of the tenant."),
  TIME ("created_at", "Since when; not known of people who are owners."),
  { NULL },
};
static const PosternApiSchema role_schema = { "DataOfRole", role_members };

static const PosternApiMember event_members[] = {
  TEXT ("event", "What they did: an event of the audit log."),
  TEXT ("remote_address", "From where."),
  TIME ("at", "When."),
  { NULL },
};
static const PosternApiSchema event_schema = { "DataOfEvent", event_members };

static const PosternApiMember members[] = {
  { "issuer", POSTERN_API_STRING, POSTERN_API_OWN, "Who keeps it." },
  { "user", POSTERN_API_OBJECT, POSTERN_API_OWN, "The account.", .schema = &user_schema },
  LIST_OF ("credentials", credential_schema, "What they sign in with, without secrets."),
  LIST_OF ("identities", identity_schema, "Their accounts at providers."),
  LIST_OF ("sessions", session_schema, "Where they signed in."),
  LIST_OF ("grants", grant_schema, "What applications were granted."),
  LIST_OF ("consents", consent_schema, "What they allowed applications, as it is remembered."),
  LIST_OF ("organizations", organization_schema, "Where they belong to."),
  LIST_OF ("roles", role_schema, "Which roles they were given themselves."),
  LIST_OF ("activity", event_schema, "What they did, as far as the audit log keeps it, but for sign-ins and tokens: those are sessions and grants."),
  TEXT ("next", "Where the next part begins; there is none behind the last one."),
  { NULL },
};
static const PosternApiSchema schema = { "UserData", members, "All that is kept about a person, but for secrets and your own data about them, or a part of it: each list goes on in the next one." };

static const PosternApiMember place[] = {
  { "after", POSTERN_API_STRING, 0, "What `next` said: the part that begins there.", 1, 300 },
  { NULL },
};

/* Who gets all together holds what each part of it asks for by itself; the row names what fewest hold. */
static gboolean
may_read_all (PosternApiCall *call, GError **error)
{
  static const char *const further[] = { "users:read", "sessions:read", "grants:read", "organizations:read", "members:read", "roles:read" };

  for (guint i = 0; i < G_N_ELEMENTS (further); i++)
    if (!postern_api_call_may (call, further[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const PosternUserDataReader reader = { postern_tenant_get_issuer (call->api->tenant), call->api->geoip, postern_request_get_header (call->request, "Accept-Language") };
  g_autoptr (PosternUser) user = may_read_all (call, error) ? postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error) : NULL;
  g_autoptr (GVariant) data = user ? postern_user_data_read (&reader, txn, user, postern_json_get_string (call->query, "after"), error) : NULL;

  if (data == NULL)
    return FALSE;
  postern_api_call_look_at (call, user->id);
  return postern_api_call_set_result (call, 200, data);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/users/{id}/data", "getUserData", "audit:read", "Shows all that is kept about a person, as they get it themselves, in parts of up to 5,000 entries: with users:read, sessions:read, grants:read, organizations:read, members:read and roles:read, too", .answer = &schema, .query = place, .work = show, .flags = POSTERN_API_SENSITIVE },
  { .path = NULL },
};

const PosternApiResource postern_api_user_data = { "Users", NULL, rows };

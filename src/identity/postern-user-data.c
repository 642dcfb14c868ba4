/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-data.h"

#include <string.h>

#include "postern-fault.h"
#include "postern-geoip-place.h"

#define PART_BYTES (4 * 1024 * 1024) /* what a part holds at most, and one entry more */
#define PAGE 500                     /* records read at a time */

/* A part that is being put together. */
typedef struct {
  const PosternUserDataReader *reader;
  PosternTxn *txn;
  const char *user_id;
  guint entries; /* that there is still room for */
  gsize bytes;   /* likewise */
} Part;

/* --- one of a kind ---------------------------------------------------------------------------------------------------------- */

static void
add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  if (at != 0)
    postern_json_object_add_int64 (object, name, at);
}

static GVariant *
describe_user (gconstpointer record)
{
  const PosternUser *user = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", user->id);
  postern_json_object_add_string (&object, "username", user->username);
  postern_json_object_add_string (&object, "email", user->email);
  postern_json_object_add_boolean (&object, "email_verified", user->email_verified);
  postern_json_object_add_string (&object, "phone", user->phone);
  postern_json_object_add_boolean (&object, "phone_verified", user->phone_verified);
  if (user->profile)
    postern_json_object_add (&object, "profile", user->profile);
  postern_json_object_add_string (&object, "appearance", user->appearance);
  add_time (&object, "created_at", user->created_at);
  add_time (&object, "updated_at", user->updated_at);
  add_time (&object, "last_sign_in_at", user->last_sign_in_at);
  add_time (&object, "deletes_at", user->deletes_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_credential (gconstpointer record)
{
  const PosternCredential *credential = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "kind", credential->kind);
  postern_json_object_add_string (&object, "name", credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  add_time (&object, "created_at", credential->created_at);
  add_time (&object, "updated_at", credential->updated_at);
  add_time (&object, "used_at", credential->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_identity (gconstpointer record)
{
  const PosternIdentity *identity = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "connector", identity->connector);
  postern_json_object_add_string (&object, "subject", identity->subject);
  if (identity->claims)
    postern_json_object_add (&object, "claims", identity->claims);
  add_time (&object, "created_at", identity->created_at);
  add_time (&object, "used_at", identity->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_session (const Part *part, gconstpointer record, GError **error)
{
  const PosternSession *session = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", session->application_id);
  postern_json_object_add_string (&object, "amr", session->amr);
  postern_json_object_add_string (&object, "user_agent", session->user_agent);
  postern_json_object_add_string (&object, "remote_address", session->remote_address);
  postern_geoip_place_add (part->reader->geoip, &object, session->remote_address, part->reader->languages);
  add_time (&object, "created_at", session->created_at);
  add_time (&object, "used_at", session->used_at);
  add_time (&object, "ended_at", session->ended_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_grant (const Part *part, gconstpointer record, GError **error)
{
  const PosternGrant *grant = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", grant->application_id);
  postern_json_object_add_string (&object, "scope", grant->scope);
  add_time (&object, "created_at", grant->created_at);
  add_time (&object, "expires_at", grant->expires_at);
  add_time (&object, "revoked_at", grant->revoked_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_event (const Part *part, gconstpointer record, GError **error)
{
  const PosternAudit *audit = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "event", audit->event);
  postern_json_object_add_string (&object, "remote_address", audit->remote_address);
  add_time (&object, "at", audit->at / G_USEC_PER_SEC);
  return postern_json_object_end (&object);
}

static GVariant *
describe_consent (const Part *part, gconstpointer record, GError **error)
{
  const PosternConsent *consent = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", consent->application_id);
  postern_json_object_add_string (&object, "scope", consent->scope);
  add_time (&object, "given_at", consent->updated_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_role (gconstpointer record)
{
  const PosternAssignment *assignment = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "role", assignment->role_id);
  postern_json_object_add_string (&object, "organization", *assignment->organization_id ? assignment->organization_id : NULL);
  add_time (&object, "created_at", assignment->created_at);
  return postern_json_object_end (&object);
}

/* (transfer floating) (nullable): where they belong, and the groups that they are in there */
static GVariant *
describe_membership (const Part *part, gconstpointer record, GError **error)
{
  const PosternMember *member = record;
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (part->txn, member->organization_id, error);
  g_autoptr (GPtrArray) groups = organization ? postern_group_store_list_for_member (part->txn, member->organization_id, member->user_id, error) : NULL;
  GVariantBuilder names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  if (groups == NULL)
    return NULL;
  for (guint i = 0; i < groups->len; i++)
    g_variant_builder_add (&names, "s", ((PosternGroup *) groups->pdata[i])->name);
  postern_json_object_add_string (&object, "id", organization->id);
  postern_json_object_add_string (&object, "name", organization->name);
  postern_json_object_add_string (&object, "source", member->source);
  postern_json_object_add (&object, "groups", g_variant_builder_end (&names));
  add_time (&object, "joined_at", member->joined_at);
  return postern_json_object_end (&object);
}

/* --- of which there are few ------------------------------------------------------------------------------------------------- */

/* FALSE where @records (transfer full) (nullable) could not be read */
static gboolean
add_list (PosternJsonObject *object, const char *name, GPtrArray *records, GVariant *(*describe) (gconstpointer record))
{
  g_autoptr (GPtrArray) owned = records;
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; owned && i < owned->len; i++)
    g_variant_builder_add (&list, "v", describe (owned->pdata[i]));
  postern_json_object_add (object, name, g_variant_builder_end (&list));
  return owned != NULL;
}

/* The first part has them; those after it, which go on from @after, are without. */
static gboolean
add_few (PosternJsonObject *object, const Part *part, const char *after, GError **error)
{
  static const char *const names[] = { "credentials", "identities", "roles" };

  for (guint i = 0; after && i < G_N_ELEMENTS (names); i++)
    add_list (object, names[i], g_ptr_array_new (), NULL);
  return after || (add_list (object, names[0], postern_credential_store_list (part->txn, part->user_id, error), describe_credential) &&
                   add_list (object, names[1], postern_identity_store_list (part->txn, part->user_id, error), describe_identity) &&
                   add_list (object, names[2], postern_assignment_store_list_for (part->txn, part->user_id, error), describe_role));
}

/* --- of which there may be many --------------------------------------------------------------------------------------------- */

static GPtrArray *
list_sessions (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  return postern_session_store_list (txn, user_id, FALSE, after, limit, error);
}

/* A list, which is read page by page: each goes on behind the last record of the one before, whatever came and went meanwhile. */
typedef struct {
  const char *name;
  GPtrArray *(*list) (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error);
  GVariant *(*describe) (const Part *part, gconstpointer record, GError **error); /* (transfer floating) (nullable) */
  gsize id; /* where its record has the word that a page goes on from */
  const char *prefix; /* (nullable): of such an id; NULL: any word is compared as it is */
} Kind;

/* In the order in which they are given. */
static const Kind kinds[] = {
  { "sessions", list_sessions, describe_session, G_STRUCT_OFFSET (PosternSession, id), "ses" },
  { "grants", postern_grant_store_list, describe_grant, G_STRUCT_OFFSET (PosternGrant, id), "gnt" },
  { "consents", postern_consent_store_list, describe_consent, G_STRUCT_OFFSET (PosternConsent, application_id), NULL },
  { "organizations", postern_member_store_list_for_user, describe_membership, G_STRUCT_OFFSET (PosternMember, organization_id), "org" },
  { "activity", postern_audit_store_list_for, describe_event, G_STRUCT_OFFSET (PosternAudit, id), "aud" },
};

static gboolean
has_room (const Part *part)
{
  return part->entries > 0 && part->bytes > 0;
}

/* @reached: (inout) (nullable): the last one's id; @ended: (out): there are no more */
static gboolean
add_page (Part *part, const Kind *kind, GVariantBuilder *list, char **reached, gboolean *ended, GError **error)
{
  guint limit = MIN (PAGE, part->entries), n = 0;
  g_autoptr (GPtrArray) records = kind->list (part->txn, part->user_id, *reached, limit, error);

  if (records == NULL)
    return FALSE;
  while (n < records->len && has_room (part)) {
    gconstpointer record = records->pdata[n++];
    GVariant *described = kind->describe (part, record, error);

    if (described == NULL)
      return FALSE;
    part->entries--;
    part->bytes -= MIN (part->bytes, g_variant_get_size (described));
    g_variant_builder_add (list, "v", described);
    g_free (*reached);
    *reached = g_strdup (G_STRUCT_MEMBER (char *, record, kind->id));
  }
  *ended = n == records->len && n < limit;
  return TRUE;
}

/* What fills a part to the last place may be all there is. */
static gboolean
look_behind (Part *part, const Kind *kind, const char *reached, char **next, GError **error)
{
  g_autoptr (GPtrArray) more = kind->list (part->txn, part->user_id, reached, 1, error);

  if (more != NULL && more->len > 0)
    *next = g_strconcat (kind->name, ":", reached, NULL);
  return more != NULL;
}

/* @next: (inout) (nullable): where the next part begins, as soon as this one is full */
static gboolean
add_kind (PosternJsonObject *object, Part *part, const Kind *kind, const char *after, char **next, GError **error)
{
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autofree char *reached = g_strdup (after);
  gboolean ended = FALSE, good = TRUE;

  while (good && !ended && has_room (part))
    good = add_page (part, kind, &list, &reached, &ended, error);
  postern_json_object_add (object, kind->name, g_variant_builder_end (&list));
  return good && (ended || *next != NULL || look_behind (part, kind, reached, next, error));
}

/* --- a part ----------------------------------------------------------------------------------------------------------------- */

/* Of `KIND:ID`: the kind's place in the table; -1: that is none. @id: (out) (nullable): NULL: from its beginning */
static int
find_place (const char *after, const char **id)
{
  const char *colon = strchr (after, ':');

  for (guint i = 0; colon && i < G_N_ELEMENTS (kinds); i++)
    if (strncmp (after, kinds[i].name, (gsize) (colon - after)) == 0 && kinds[i].name[colon - after] == '\0') {
      *id = colon[1] ? colon + 1 : NULL;
      return *id == NULL || kinds[i].prefix == NULL || postern_id_is_valid (*id, kinds[i].prefix) ? (int) i : -1;
    }
  return -1;
}

gboolean
postern_user_data_is_place (const char *after)
{
  const char *id;

  return find_place (after, &id) >= 0;
}

static gboolean
add_many (PosternJsonObject *object, Part *part, const char *after, GError **error)
{
  const char *id = NULL;
  int first = after ? find_place (after, &id) : 0;
  g_autofree char *next = NULL;
  gboolean good = first >= 0 || postern_fault (error, "after", "must be what `next` said");

  for (int i = 0; good && i < (int) G_N_ELEMENTS (kinds); i++)
    if (i < first)
      add_list (object, kinds[i].name, g_ptr_array_new (), NULL);
    else
      good = add_kind (object, part, &kinds[i], i == first ? id : NULL, &next, error);
  postern_json_object_add_string (object, "next", next);
  return good;
}

GVariant *
postern_user_data_read (const PosternUserDataReader *reader, PosternTxn *txn, const PosternUser *user, const char *after, GError **error)
{
  Part part = { reader, txn, user->id, POSTERN_USER_DATA_ENTRIES, PART_BYTES };
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "issuer", reader->issuer);
  postern_json_object_add (&object, "user", describe_user (user));
  return add_few (&object, &part, after, error) && add_many (&object, &part, after, error) ? g_variant_ref_sink (postern_json_object_end (&object)) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"
#include "postern-api-names.h"
#include "postern-api-place.h"

#include "postern-audit-export.h"
#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-audit-part.h"
#include "postern-audit-proof.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "at", POSTERN_API_TIME, POSTERN_API_OWN, "When." },
  { "event", POSTERN_API_STRING, POSTERN_API_OWN, "What was done." },
  { "actor", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "By whom." },
  { "target", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "To what." },
  { "request_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "In which request." },
  { "remote_address", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "From where." },
  { "data", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "What else is known of it." },
  { "person", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Whom `personal` is about." },
  { "personal", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "What of `before` and `after` is personal; it is forgotten when its person is deleted, and so is the address." },
  { "names", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY | POSTERN_API_ASKED, "Of an organization's log, where the query says `names=true`: by id, what those are called who are named in the entry." },
  { NULL },
};
static const PosternApiSchema schema = { "AuditEntry", members, "Something that was done." };

#define NEWEST_FIRST { "newest_first", POSTERN_API_BOOLEAN, 0, "From the newest to the oldest; what is written while somebody reads on is on no later page." }

static const PosternApiMember filters[] = {
  { "event", POSTERN_API_STRING, 0, "Only this event.", 1, 100 },
  { "actor", POSTERN_API_STRING, 0, "Only what was done by this one.", 1, 254 },
  { "target", POSTERN_API_STRING, 0, "Only what was done to this.", 1, 254 },
  { "from", POSTERN_API_TIME, 0, "Only what was done at this time or later." },
  { "to", POSTERN_API_TIME, 0, "Only what was done before this time." },
  NEWEST_FIRST,
  { NULL },
};

/* Of what both lists can be asked for, whichever entries they are of. @target: (nullable): any */
static GPtrArray *
find (PosternApiCall *call, PosternTxn *txn, const char *target, GError **error)
{
  const PosternAuditFilter filter = {
    .event = postern_json_get_string (call->query, "event"),
    .actor = postern_json_get_string (call->query, "actor"),
    .target = target,
    .from = postern_json_get_int64 (call->query, "from", 0),
    .to = postern_json_get_int64 (call->query, "to", 0),
    .kind = postern_json_get_string (call->query, "kind"),
    .newest_first = postern_json_get_boolean (call->query, "newest_first", FALSE),
  };

  return postern_audit_store_find (txn, &filter, call->after, call->limit, error);
}

static GVariant *
to_json (gconstpointer record)
{
  const PosternAudit *audit = record;
  g_autoptr (GVariant) personal = postern_audit_part_dup_personal (audit);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", audit->id);
  postern_api_call_add_time (&dict, "at", audit->at / G_USEC_PER_SEC);
  postern_api_call_add_string (&dict, "event", audit->event);
  postern_api_call_add_string (&dict, "actor", audit->actor);
  postern_api_call_add_string (&dict, "target", audit->target);
  postern_api_call_add_string (&dict, "request_id", audit->request_id);
  postern_api_call_add_string (&dict, "remote_address", audit->remote_address);
  if (audit->data != NULL)
    g_variant_dict_insert_value (&dict, "data", audit->data);
  postern_api_call_add_string (&dict, "person", audit->person);
  if (personal != NULL)
    g_variant_dict_insert_value (&dict, "personal", personal);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) entries = find (call, txn, postern_json_get_string (call->query, "target"), error);

  return entries != NULL && postern_api_call_set_page (call, entries, to_json);
}

/* --- an organization's ------------------------------------------------------------------------------------------------- */

static const PosternApiMember organization_filters[] = {
  { "event", POSTERN_API_STRING, 0, "Only this event.", 1, 100 },
  { "kind", POSTERN_API_STRING, 0, "Only events of this kind: what their names begin with, up to the dot.", 1, 32, .pattern = "^[a-z-]+$" },
  { "actor", POSTERN_API_STRING, 0, "Only what was done by this one.", 1, 254 },
  { "from", POSTERN_API_TIME, 0, "Only what was done at this time or later." },
  { "to", POSTERN_API_TIME, 0, "Only what was done before this time." },
  NEWEST_FIRST,
  POSTERN_API_NAMES_FILTER,
  { NULL },
};

typedef struct {
  const PosternAudit *entry;
  GVariant *names; /* (nullable): a{sv}; owned */
} Named;

static void
named_free (gpointer data)
{
  Named *self = data;

  g_clear_pointer (&self->names, g_variant_unref);
  g_free (self);
}

static GVariant *
named_to_json (gconstpointer record)
{
  const Named *named = record;
  g_autoptr (GVariant) plain = g_variant_ref_sink (to_json (named->entry));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  if (named->names)
    g_variant_dict_insert_value (&dict, "names", named->names);
  return g_variant_dict_end (&dict);
}

static gboolean
add_name (PosternApiNames *names, GVariantDict *dict, const char *id, GError **error)
{
  const char *name;

  if (!postern_api_names_find (names, id, &name, error))
    return FALSE;
  if (name)
    g_variant_dict_insert (dict, id, "s", name);
  return TRUE;
}

/* Those that an entry is about belong, or belonged, to the organization; who did it may be the operator's. @named_actor: whether they are named, too */
static gboolean
name_entry (PosternApiNames *names, Named *named, gboolean named_actor, GError **error)
{
  static const char *const named_members[] = { "user", "subject_id", "group_id", "role_id" };
  GVariant *data = named->entry->data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gboolean good = !named_actor || add_name (names, &dict, named->entry->actor, error);

  for (guint i = 0; good && data && i < G_N_ELEMENTS (named_members); i++)
    good = add_name (names, &dict, postern_json_get_string (data, named_members[i]), error);
  if (good && names->known)
    named->names = g_variant_ref_sink (g_variant_dict_end (&dict));
  return good;
}

/* (transfer full): @data, and in what it tells of before and after the member @name is left out */
static GVariant *
dup_without (GVariant *data, const char *name)
{
  static const char *const states[] = { "before", "after" };
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (data);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GVariant) state = g_variant_dict_lookup_value (&all, states[i], G_VARIANT_TYPE_VARDICT);
    GVariantDict rest;

    if (state == NULL)
      continue;
    g_variant_dict_init (&rest, state);
    g_variant_dict_remove (&rest, name);
    g_variant_dict_insert_value (&all, states[i], g_variant_dict_end (&rest));
  }
  return g_variant_ref_sink (g_variant_dict_end (&all));
}

/* What its administrators do not see of it elsewhere (the operator's notes), and where the operator's people sit. */
static gboolean
veil (PosternTxn *txn, PosternAudit *entry, const char *organization_id, GHashTable *belong, GError **error)
{
  const char *actor = entry->actor ? entry->actor : "";
  g_autoptr (GVariant) data = g_steal_pointer (&entry->data);

  entry->data = data ? dup_without (data, "data") : NULL;
  if (!g_hash_table_contains (belong, actor)) {
    g_autoptr (GError) none = NULL;
    g_autoptr (PosternMember) member = postern_member_store_get (txn, organization_id, actor, &none);

    if (!postern_store_pass_missing (&none, error))
      return FALSE;
    g_hash_table_insert (belong, g_strdup (actor), GINT_TO_POINTER (member != NULL));
  }
  if (!g_hash_table_lookup (belong, actor))
    g_clear_pointer (&entry->remote_address, g_free);
  return TRUE;
}

static gboolean
answer_entries (PosternApiCall *call, PosternTxn *txn, const char *organization_id, GPtrArray *entries, GError **error)
{
  gboolean bound = postern_api_delegation_is_bound (call);
  g_autoptr (GHashTable) belong = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (named_free);
  g_auto (PosternApiNames) names = { NULL };
  gboolean good = postern_api_names_begin (&names, call, txn, error);

  for (guint i = 0; good && i < entries->len; i++) {
    Named *named = g_new0 (Named, 1);
    PosternAudit *entry = entries->pdata[i];

    g_ptr_array_add (rows, named);
    named->entry = entry;
    good = (!bound || veil (txn, entry, organization_id, belong, error)) &&
           name_entry (&names, named, !bound || g_hash_table_lookup (belong, entry->actor ? entry->actor : ""), error);
  }
  return good && postern_api_call_set_page (call, rows, named_to_json);
}

/* What was done to the organization: each such entry has it as its target, and no other entry has. */
static gboolean
list_of_organization (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GPtrArray) entries = organization ? find (call, txn, organization->id, error) : NULL;

  return entries != NULL && answer_entries (call, txn, organization->id, entries, error);
}

/* --- what is signed of it ------------------------------------------------------------------------------------------- */

static const PosternApiMember head_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "The number of entries, as text." },
  { "tree_size", POSTERN_API_INTEGER, POSTERN_API_OWN, "The number of entries." },
  { "kid", POSTERN_API_STRING, POSTERN_API_OWN, "The key that signed." },
  { "statement", POSTERN_API_STRING, POSTERN_API_OWN, "What was signed: a JWS." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_OWN, "When it was signed." },
  { NULL },
};
static const PosternApiSchema head_schema = { "AuditHead", head_members, "What was signed of the log as it stood." };

static const PosternApiMember key_set_members[] = {
  { "keys", POSTERN_API_ARRAY, POSTERN_API_OWN, "A JWK set (RFC 7517).", .items = POSTERN_API_OBJECT },
  { NULL },
};
static const PosternApiSchema key_set_schema = { "AuditKeys", key_set_members, "The public keys that the log is signed with." };

static GVariant *
head_to_json (gconstpointer record)
{
  const PosternAuditHead *head = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, head->tree_size);

  postern_api_call_add_string (&dict, "id", id);
  g_variant_dict_insert (&dict, "tree_size", "x", head->tree_size);
  postern_api_call_add_string (&dict, "kid", head->kid);
  postern_api_call_add_string (&dict, "statement", head->statement);
  postern_api_call_add_time (&dict, "created_at", head->created_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list_heads (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gint64 after = call->after != NULL ? g_ascii_strtoll (call->after, NULL, 10) : -1;
  g_autoptr (GPtrArray) heads = postern_audit_chain_store_list_heads (txn, after, call->limit, error);

  return heads != NULL && postern_api_call_set_page (call, heads, head_to_json);
}

/* Numbering and signing are transactions of their own, each of which may be repeated: before the one that notes that it was asked for. */
static gboolean
do_sign (PosternApiCall *call, GError **error)
{
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GError) failure = NULL;
  guint n;

  if (!postern_audit_log_sequence (call->store, POSTERN_AUDIT_REACH_FAR, call->now, &n, &failure)
      && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  head = postern_audit_log_sign (call->api->tenant, call->now, error);
  return head != NULL;
}

static gboolean
sign (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternAuditHead) head = postern_audit_chain_store_get_head (txn, 0, TRUE, error);
  g_autofree char *size = head != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, head->tree_size) : NULL;

  postern_api_call_audit (call, "audit.head-signed", size, NULL);
  return head != NULL && postern_api_call_set_result (call, 200, head_to_json (head));
}

static gboolean
show_keys (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) set = postern_audit_key_list (txn, error);

  return set != NULL && postern_api_call_set_result (call, 200, set);
}

static GVariant *
describe_key (const char *kid)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "kid", kid);
  return g_variant_dict_end (&dict);
}

static gboolean
rotate_key (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *before = NULL, *after = NULL;
  g_auto (GVariantDict) detail = G_VARIANT_DICT_INIT (NULL);

  if (!postern_audit_key_rotate (txn, call->store, call->now, &before, &after, error))
    return FALSE;
  g_variant_dict_insert_value (&detail, "before", describe_key (before));
  g_variant_dict_insert_value (&detail, "after", describe_key (after));
  postern_api_call_audit (call, "audit.key-rotated", after, g_variant_dict_end (&detail));
  return show_keys (call, txn, error);
}

/* --- proofs --------------------------------------------------------------------------------------------------------- */

static const PosternApiMember proof_members[] = {
  { "entry", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "The entry that is in the log." },
  { "address", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "What its `address_hash` is of, where that is not forgotten." },
  { "personal", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "What its `personal_hash` is of, likewise." },
  { "seq", POSTERN_API_INTEGER, POSTERN_API_READ_ONLY, "Its number, from 0." },
  { "first", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The head of the log that the other one begins with: a JWS." },
  { "head", POSTERN_API_STRING, POSTERN_API_OWN, "The head of the log: a JWS." },
  { "path", POSTERN_API_ARRAY, POSTERN_API_OWN, "The hashes that make its root (RFC 6962 section 2.1).", .items = POSTERN_API_STRING },
  { NULL },
};
static const PosternApiSchema proof_schema = { "AuditProof", proof_members, "What can be checked without the server." };

static const PosternApiMember sizes[] = {
  { "first", POSTERN_API_INTEGER, POSTERN_API_REQUIRED, "The number of entries of the earlier head.", 1, G_MAXINT32 },
  { "size", POSTERN_API_INTEGER, POSTERN_API_REQUIRED, "The number of entries of the later one.", 1, G_MAXINT32 },
  { NULL },
};

static gboolean
prove (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) proof = postern_audit_proof_make (txn, postern_request_get_capture (call->request, "id"), error);

  return proof != NULL && postern_api_call_set_result (call, 200, proof);
}

static gboolean
prove_consistency (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gint64 first = postern_json_get_int64 (call->query, "first", 0), size = postern_json_get_int64 (call->query, "size", 0);
  g_autoptr (GVariant) proof = postern_audit_proof_make_consistency (txn, first, size, error);

  return proof != NULL && postern_api_call_set_result (call, 200, proof);
}

/* --- an export ------------------------------------------------------------------------------------------------------ */

static const PosternApiMember range[] = {
  { "from", POSTERN_API_STRING, 0, "The first entry: its number, or a time (2026-01-31T00:00:00Z).", 1, 32, .pattern = POSTERN_API_PLACE_PATTERN },
  { "to", POSTERN_API_STRING, 0, "Up to the first head behind it.", 1, 32, .pattern = POSTERN_API_PLACE_PATTERN },
  { "next", POSTERN_API_INTEGER, 0, "Where to go on: what the call before answered.", 0, G_MAXINT32 },
  { NULL },
};

static const PosternApiMember export_members[] = {
  { "lines", POSTERN_API_ARRAY, POSTERN_API_OWN, "Lines of the file, each without its line feed.", .items = POSTERN_API_STRING },
  { "next", POSTERN_API_INTEGER, POSTERN_API_READ_ONLY, "Where to go on; absent at the end." },
  { "to", POSTERN_API_INTEGER, POSTERN_API_OWN, "Where it ends: to be asked for again with `next`." },
  { NULL },
};
static const PosternApiSchema export_schema = { "AuditExport", export_members, "A part of the log that proves that it is whole." };

/* The first head behind what is wanted, the last of all when nothing is: an export ends with what proves it. */
static gboolean
find_end (PosternApiCall *call, PosternTxn *txn, gint64 *to, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditHead) head = NULL;
  gint64 wanted = -1, cut;

  if (!postern_api_place_read (call->query, "to", txn, &wanted, error) || !postern_audit_log_get_cut (txn, &cut, NULL, error))
    return FALSE;
  head = postern_audit_chain_store_get_head (txn, MAX (cut, wanted), wanted < 0, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (head == NULL)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there is no signed head behind these entries: sign one, and try again");
  else
    *to = head->tree_size;
  return head != NULL;
}

static gboolean
set_lines (PosternApiCall *call, GPtrArray *lines, gint64 next, gint64 to)
{
  g_auto (GVariantBuilder) texts = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_variant_builder_add (&texts, "s", lines->pdata[i]);
  g_variant_dict_insert_value (&dict, "lines", g_variant_builder_end (&texts));
  if (next < to)
    g_variant_dict_insert (&dict, "next", "x", next);
  g_variant_dict_insert (&dict, "to", "x", to);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

/* What is left of the log does not go on from what who asks has. */
static gboolean
check_not_cut (PosternTxn *txn, gint64 at, GError **error)
{
  gint64 cut;

  if (!postern_audit_log_get_cut (txn, &cut, NULL, error))
    return FALSE;
  if (at < cut)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the log was cut meanwhile, because of its retention: export it again from the beginning");
  return at >= cut;
}

/* Without `next`: what stands before the entries. */
static gboolean
export (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gint64 at = postern_json_get_int64 (call->query, "next", -1), from = 0, to = 0, next;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GVariant) keys = NULL;

  if (!find_end (call, txn, &to, error) || !postern_api_place_read (call->query, "from", txn, &from, error))
    return FALSE;
  if (at >= 0)
    {
      if (!check_not_cut (txn, at, error))
        return FALSE;
      lines = postern_audit_export_list (txn, MIN (at, to), to, &next, error);
      return lines != NULL && set_lines (call, lines, next, to);
    }
  keys = postern_audit_key_list (txn, error);
  from = MIN (from, to);
  lines = keys != NULL ? postern_audit_export_begin (txn, call->api->tenant, keys, &from, error) : NULL;
  return lines != NULL && set_lines (call, lines, from, to);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/audit", "listAuditEntries", "audit:read", "Lists what was done, the oldest first, unless the query says otherwise", .answer = &schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_LIST, "/organizations/{id}/audit", "listOrganizationAuditEntries", "audit:read", "Lists what was done to an organization, the oldest first, unless the query says otherwise", .answer = &schema, .query = organization_filters, .work = list_of_organization, .flags = POSTERN_API_SENSITIVE | POSTERN_API_DELEGATED },
  { POSTERN_API_LIST, "/audit/heads", "listAuditHeads", "audit:read", "Lists what was signed of the log, the oldest first", .answer = &head_schema, .work = list_heads },
  { POSTERN_API_ACTION, "/audit/heads", "signAuditHead", "audit:write", "Signs the log as it stands", .answer = &head_schema, .work = sign, .prepare = do_sign },
  { POSTERN_API_SHOW, "/audit/keys", "getAuditKeys", NULL, "Shows the public keys that the log is signed with, to anybody: who was given a proof must be able to check it", .answer = &key_set_schema, .work = show_keys },
  { POSTERN_API_ACTION, "/audit/keys/rotate", "rotateAuditKey", "audit:write", "Has another key sign the log from now on; those before stay among the keys", .answer = &key_set_schema, .work = rotate_key, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/audit/consistency", "proveAuditConsistency", "audit:read", "Proves that a later log begins with an earlier one", .answer = &proof_schema, .query = sizes, .work = prove_consistency, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/audit/export", "exportAudit", "audit:read", "Gives the log line by line", .answer = &export_schema, .query = range, .work = export, .flags = POSTERN_API_CONFLICTS | POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, "/audit/{id}/proof", "proveAuditEntry", "audit:read", "Proves that an entry is in the log", .answer = &proof_schema, .work = prove, .flags = POSTERN_API_CONFLICTS | POSTERN_API_SENSITIVE },
  { .path = NULL },
};

const PosternApiResource postern_api_audit = { "Audit log", "What was done, by whom and to what.", rows };

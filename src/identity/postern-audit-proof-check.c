/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-proof.h"

#include "postern-audit-entry.h"
#include "postern-audit-part.h"
#include "postern-audit-statement.h"
#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "this proves nothing: %s", why);
  return FALSE;
}

static gboolean
read_path (GVariant *proof, PosternMerkleHash *path, guint *n, GError **error)
{
  g_auto (GStrv) texts = postern_json_dup_strv (proof, "path", FALSE);

  *n = texts ? g_strv_length (texts) : 0;
  if (texts == NULL || *n > POSTERN_MERKLE_PATH_MAX)
    return refuse (error, "it has no path of hashes");
  for (guint i = 0; i < *n; i++)
    if (!postern_merkle_hash_read (texts[i], -1, &path[i]))
      return refuse (error, "it has no path of hashes");
  return TRUE;
}

static gboolean
read_head (GVariant *proof, const char *name, PosternJwkSet *keys, PosternAuditStatement *head, GError **error)
{
  const char *jws = postern_json_get_string (proof, name);
  g_autoptr (GError) failure = NULL;

  if (jws == NULL)
    return refuse (error, "it has no signed head");
  return postern_audit_statement_read (head, jws, keys, FALSE, &failure) || refuse (error, failure->message);
}

static char *
print_time (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (milliseconds / 1000);

  return time ? g_date_time_format_iso8601 (time) : g_strdup ("a time that is none");
}

/* A part that is shown must be the one that the entry has the hash of; it may be forgotten, or kept back. */
static gboolean
check_part (GVariant *proof, GVariant *entry, const char *name, const char *hash_name, GError **error)
{
  g_autoptr (GVariant) part = postern_json_get (proof, name);
  g_autofree char *text = part && g_variant_is_of_type (part, G_VARIANT_TYPE_VARDICT) ? postern_audit_entry_print_json (part) : NULL;
  g_autofree char *hash = text ? postern_audit_part_hash (text, strlen (text)) : NULL;

  return part == NULL || (hash != NULL && g_strcmp0 (hash, postern_json_get_string (entry, hash_name)) == 0) ||
         refuse (error, "what it says of the person is not what was written with the entry");
}

static char *
check_entry (GVariant *proof, GVariant *entry, const PosternAuditStatement *head, const PosternMerkleHash *path, guint n, GError **error)
{
  gint64 seq = postern_json_get_int64 (proof, "seq", -1);
  g_autofree char *text = postern_audit_entry_print_json (entry), *time = print_time (head->timestamp);
  const char *id = postern_json_get_string (entry, "id"), *event = postern_json_get_string (entry, "event");
  PosternMerkleHash leaf;

  if (!check_part (proof, entry, "address", "address_hash", error) || !check_part (proof, entry, "personal", "personal_hash", error))
    return NULL;
  postern_merkle_hash_leaf (text, strlen (text), &leaf);
  if (!postern_merkle_check_path (&leaf, seq, head->tree_size, path, n, &head->root)) {
    refuse (error, "the entry, its number and the path do not make the root that was signed");
    return NULL;
  }
  return g_strdup_printf ("%s (%s) is entry %" G_GINT64_FORMAT " of the log of %" G_GINT64_FORMAT " entries that %s signed at %s", id ? id : "the entry",
                          event ? event : "no event", seq, head->tree_size, head->issuer, time);
}

static char *
check_consistency (const PosternAuditStatement *first, const PosternAuditStatement *head, const PosternMerkleHash *path, guint n, GError **error)
{
  g_autofree char *time = print_time (head->timestamp), *first_time = print_time (first->timestamp);

  if (!g_str_equal (first->issuer, head->issuer) ||
      !postern_merkle_check_consistency (first->tree_size, &first->root, head->tree_size, &head->root, path, n)) {
    refuse (error, "the later log does not begin with the earlier one");
    return NULL;
  }
  return g_strdup_printf ("the log of %" G_GINT64_FORMAT " entries that %s signed at %s begins with the one of %" G_GINT64_FORMAT " entries of %s",
                          head->tree_size, head->issuer, time, first->tree_size, first_time);
}

char *
postern_audit_proof_check (GVariant *proof, PosternJwkSet *keys, GError **error)
{
  g_auto (PosternAuditStatement) first = { 0 }, head = { 0 };
  g_autoptr (GVariant) entry = postern_json_get (proof, "entry");
  PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX];
  guint n;

  if (!read_path (proof, path, &n, error) || !read_head (proof, "head", keys, &head, error))
    return NULL;
  if (entry != NULL && g_variant_is_of_type (entry, G_VARIANT_TYPE_VARDICT))
    return check_entry (proof, entry, &head, path, n, error);
  return read_head (proof, "first", keys, &first, error) ? check_consistency (&first, &head, path, n, error) : NULL;
}

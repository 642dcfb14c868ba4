/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-statement.h"

#include "postern-audit-entry.h"
#include "postern-audit-key.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-jws.h"

#include <string.h>

void
postern_audit_statement_clear (PosternAuditStatement *self)
{
  g_clear_pointer (&self->issuer, g_free);
  g_clear_pointer (&self->kid, g_free);
}

/* The names are RFC 6962's (section 4.3) where it has the thing. */
static GVariant *
to_json (const PosternAuditStatement *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *chain = postern_merkle_hash_print (&self->chain), *root = postern_merkle_hash_print (&self->root);
  g_autofree char *nodes = self->is_cut ? postern_merkle_tree_print (&self->tree) : NULL;

  postern_json_object_add_string (&object, "chain", chain);
  postern_json_object_add_string (&object, "iss", self->issuer);
  postern_json_object_add_string (&object, "nodes", nodes);
  postern_json_object_add_string (&object, "sha256_root_hash", root);
  postern_json_object_add_int64 (&object, "timestamp", self->timestamp);
  postern_json_object_add_int64 (&object, "tree_size", self->tree_size);
  return postern_json_object_end (&object);
}

char *
postern_audit_statement_sign (const PosternAuditStatement *self, PosternJwk *key, GError **error)
{
  g_autoptr (GVariant) payload = g_variant_ref_sink (to_json (self));
  g_autofree char *text = postern_audit_entry_print_json (payload);

  return postern_jws_sign (key, POSTERN_AUDIT_KEY_ALG, self->is_cut ? POSTERN_AUDIT_CUT_TYPE : POSTERN_AUDIT_HEAD_TYPE, text, strlen (text), error);
}

static gboolean
read_hash (GVariant *payload, const char *name, PosternMerkleHash *hash)
{
  const char *text = postern_json_get_string (payload, name);

  return text != NULL && postern_merkle_hash_read (text, -1, hash);
}

/* A cut's own hashes must make the root that it names. */
static gboolean
read_nodes (PosternAuditStatement *self, GVariant *payload)
{
  const char *nodes = postern_json_get_string (payload, "nodes");
  PosternMerkleHash root;

  if (nodes == NULL || !postern_merkle_tree_read (&self->tree, self->tree_size, nodes))
    return FALSE;
  postern_merkle_tree_get_root (&self->tree, &root);
  return postern_merkle_hash_equal (&root, &self->root);
}

static gboolean
read_payload (PosternAuditStatement *self, GVariant *payload)
{
  self->issuer = g_strdup (postern_json_get_string (payload, "iss"));
  self->tree_size = postern_json_get_int64 (payload, "tree_size", -1);
  self->timestamp = postern_json_get_int64 (payload, "timestamp", -1);
  return self->issuer != NULL && self->tree_size >= 0 && self->timestamp >= 0 && read_hash (payload, "sha256_root_hash", &self->root) &&
         read_hash (payload, "chain", &self->chain) && (!self->is_cut || read_nodes (self, payload));
}

gboolean
postern_audit_statement_read (PosternAuditStatement *self, const char *jws, PosternJwkSet *keys, gboolean is_cut, GError **error)
{
  const PosternJoseAlg alg = POSTERN_AUDIT_KEY_ALG;
  g_autoptr (GVariant) header = NULL, payload = NULL;
  g_autoptr (GBytes) bytes = postern_jws_verify (jws, -1, keys, &alg, 1, &header, error);
  const char *type = is_cut ? POSTERN_AUDIT_CUT_TYPE : POSTERN_AUDIT_HEAD_TYPE;

  memset (self, 0, sizeof *self);
  self->is_cut = is_cut;
  if (bytes == NULL)
    return FALSE;
  self->kid = g_strdup (postern_json_get_string (header, "kid"));
  payload = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, error);
  if (payload == NULL)
    return FALSE;
  if (self->kid != NULL && g_strcmp0 (postern_json_get_string (header, "typ"), type) == 0 && read_payload (self, payload))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "what is signed there is no %s", type);
  return FALSE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-part.h"

#include "postern-json.h"
#include "postern-merkle.h"
#include "postern-store-base64.h"
#include "postern-store-random.h"

#include <string.h>

#define SALT "salt"
#define SALT_BYTES 16

static char *
make_salt (void)
{
  guint8 bytes[SALT_BYTES];

  postern_store_random_fill (bytes, sizeof bytes);
  return postern_store_base64_encode (bytes, sizeof bytes);
}

static char *
print (GVariant *part)
{
  GString *text = g_string_new (NULL);

  postern_json_canonical_append (text, part);
  return g_string_free (text, FALSE);
}

char *
postern_audit_part_hash (const char *text, gsize length)
{
  PosternMerkleHash hash;

  postern_merkle_hash_part (text, length, &hash);
  return postern_merkle_hash_print (&hash);
}

char *
postern_audit_part_print_address (const PosternAudit *audit)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) part = NULL;

  if (audit->address_salt == NULL)
    return NULL;
  postern_json_object_add_string (&object, "remote_address", audit->remote_address);
  postern_json_object_add_string (&object, SALT, audit->address_salt);
  part = g_variant_ref_sink (postern_json_object_end (&object));
  return print (part);
}

char *
postern_audit_part_print_personal (const PosternAudit *audit)
{
  return audit->personal ? print (audit->personal) : NULL;
}

GVariant *
postern_audit_part_dup_personal (const PosternAudit *audit)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (audit->personal);

  if (audit->personal == NULL)
    return NULL;
  g_variant_dict_remove (&dict, SALT);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static char *
hash (char *text)
{
  g_autofree char *owned = text;

  return postern_audit_part_hash (owned, strlen (owned));
}

void
postern_audit_part_seal (PosternAudit *audit)
{
  if (audit->remote_address != NULL) {
    g_free (audit->address_salt);
    g_free (audit->address_hash);
    audit->address_salt = make_salt ();
    audit->address_hash = hash (postern_audit_part_print_address (audit));
  }
  if (audit->personal != NULL) {
    g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (audit->personal);
    g_autofree char *salt = make_salt ();

    g_variant_dict_insert (&dict, SALT, "s", salt);
    g_variant_unref (audit->personal);
    audit->personal = g_variant_ref_sink (g_variant_dict_end (&dict));
    g_free (audit->personal_hash);
    audit->personal_hash = hash (postern_audit_part_print_personal (audit));
  }
}

GVariant *
postern_audit_part_pick (GVariant *from, GVariant *to, PosternAuditMemberFunc func, gpointer user_data)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (from != NULL)
    g_variant_iter_init (&iter, from);
  while (from != NULL && g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) other = to ? g_variant_lookup_value (to, name, NULL) : NULL;

    if ((func == NULL || func (name, user_data)) && (other == NULL || !g_variant_equal (value, other)))
      g_variant_dict_insert_value (&out, name, value);
  }
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-record.h"

#define ANY "" /* email_domain: whatever the address is */

/* (nullable): the list of that name, of which other members than strings are passed over: the rules are checked elsewhere */
static char **
dup_words (GVariant *rules, const char *name)
{
  g_autoptr (GVariant) list = rules ? g_variant_lookup_value (rules, name, G_VARIANT_TYPE ("av")) : NULL;
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (gsize i = 0; list && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), word = g_variant_get_variant (box);

    if (g_variant_is_of_type (word, G_VARIANT_TYPE_STRING))
      g_strv_builder_add (words, g_variant_get_string (word, NULL));
  }
  return list ? g_strv_builder_end (words) : NULL;
}

/*
 * What a rule writes is not always what stands behind the @ of an address. Where that is not sure, the row is found for every address:
 * the index may be too wide, never too narrow.
 */
static char *
dup_key (const char *domain)
{
  g_autofree char *low = g_ascii_strdown (domain, -1);
  gboolean plain = strspn (low, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen (low) && strstr (low, "xn--") == NULL;

  return plain && *low && !g_str_has_suffix (low, ".") ? g_steal_pointer (&low) : g_strdup (ANY);
}

static gboolean
add (PosternTxn *txn, const char *organization_id, const char *connector_id, const char *domain, GError **error)
{
  static const char sql[] = "INSERT INTO organization_joins (connector_id, email_domain, organization_id) VALUES (?1, ?2, ?3) "
                            "ON CONFLICT (connector_id, email_domain, organization_id) DO NOTHING";
  g_autofree char *key = dup_key (domain);
  PosternValue values[] = { POSTERN_TEXT (connector_id), POSTERN_TEXT (key), POSTERN_TEXT (organization_id) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_join_store_set (PosternTxn *txn, const PosternOrganization *organization, GError **error)
{
  static char *any[] = { (char *) ANY, NULL };
  PosternValue values[] = { POSTERN_TEXT (organization->id) };
  g_auto (GStrv) connectors = dup_words (organization->sign_in_rules, "join_by_connectors");
  g_auto (GStrv) named = dup_words (organization->sign_in_rules, "email_domains");
  char **domains = named ? named : any;

  if (!postern_txn_run (txn, "DELETE FROM organization_joins WHERE organization_id = ?1", values, G_N_ELEMENTS (values), error))
    return FALSE;
  for (char **connector = connectors; connector && *connector; connector++)
    for (char **domain = domains; *domain; domain++)
      if (!add (txn, organization->id, *connector, *domain, error))
        return FALSE;
  return TRUE;
}

/* Most tenants have no such rule at all, and everybody who signs in is looked for here: so each index is asked first, which needs no list
 * made in between. */
static gboolean
has_any (PosternTxn *txn, const char *connector_id, const char *domain, gboolean *any, GError **error)
{
  static const char sql[] = "SELECT 1 FROM organization_joins WHERE connector_id = ?1 AND email_domain = '' "
                            "UNION ALL SELECT 1 FROM organization_joins WHERE connector_id = ?1 AND email_domain = ?2 "
                            "UNION ALL SELECT 1 FROM organization_domains WHERE domain = ?2 AND verified_at > 0 LIMIT 1";
  PosternValue values[] = { POSTERN_TEXT (connector_id), POSTERN_TEXT (domain) };
  gint64 one = 0;

  if (!postern_txn_read_int64 (txn, &one, 0, sql, values, G_N_ELEMENTS (values), error))
    return FALSE;
  *any = one != 0;
  return TRUE;
}

GPtrArray *
postern_join_store_list (PosternTxn *txn, const char *user_id, const char *connector_id, const char *domain, guint limit, GError **error)
{
  static const char where[] = "WHERE disabled_at = 0 AND id IN (SELECT organization_id FROM organization_joins WHERE connector_id = ?2 "
                              "AND email_domain IN ('', ?3) UNION SELECT organization_id FROM organization_domains WHERE domain = ?3 AND verified_at > 0 AND failed_at = 0) "
                              "AND NOT EXISTS (SELECT 1 FROM organization_members m WHERE m.organization_id = organizations.id AND m.user_id = ?1) "
                              "ORDER BY id LIMIT ?4";
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (connector_id), POSTERN_TEXT (domain), POSTERN_INT (limit) };
  gboolean any;

  if (!has_any (txn, connector_id, domain, &any, error))
    return NULL;
  if (!any)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) postern_organization_unref);
  return postern_record_list (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, where), values,
                              G_N_ELEMENTS (values), error);
}

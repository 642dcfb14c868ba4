/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenant-directory.h"

#include "postern-error.h"
#include "postern-fault.h"
#include "postern-slug-private.h"

#include <string.h>

#define NAME_LENGTH 100 /* characters */
#define DOMAIN_MAX 253
#define LABEL_MAX 63
#define DOMAINS_MAX 20
#define UNTIL_FIRST_WORK (24 * 3600) /* seconds: nobody has used a new one, so nothing is due */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, what);
  return FALSE;
}

/* It stands on pages and in the subject of mails. */
static gboolean
check_name (const char *name, GError **error)
{
  return postern_fault_check_text ("name", name, 1, NAME_LENGTH, error);
}

static gboolean
check_slug (const char *slug, GError **error)
{
  if (slug == NULL || !postern_slug_is_valid (slug))
    return refuse (error, "slug: must be 1 to 63 small letters, digits and inner dashes");
  return !g_str_equal (slug, POSTERN_TENANT_DEFAULT) || refuse (error, "slug: “default” is the tenant at the public URL itself; choose another");
}

PosternTenantRecord *
postern_tenant_directory_create (PosternTxn *txn, const char *slug, const char *name, const char *region, gint64 now, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_record_new ();
  g_autoptr (GError) failure = NULL;

  if (!check_slug (slug, error) || !check_name (name ? name : slug, error))
    return NULL;
  tenant->slug = g_strdup (slug);
  tenant->id = postern_id_new ("ten");
  tenant->name = g_strdup (name ? name : slug);
  tenant->region = g_strdup (region ? region : "");
  tenant->state = g_strdup (POSTERN_TENANT_ACTIVE);
  tenant->created_at = tenant->updated_at = now;
  tenant->due_at = now + UNTIL_FIRST_WORK;
  if (postern_tenant_store_insert (txn, tenant, &failure))
    return g_steal_pointer (&tenant);
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "slug: it is another tenant's, or of one that was deleted a minute ago");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

PosternTenantRecord *
postern_tenant_directory_get (PosternTxn *txn, const char *slug, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_store_get (txn, slug, error);

  if (tenant == NULL || !g_str_equal (tenant->state, POSTERN_TENANT_DELETED))
    return g_steal_pointer (&tenant);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such tenant");
  return NULL;
}

static gboolean
change (PosternTxn *txn, const char *slug, const char *name, const char *state, gint64 now, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_get (txn, slug, error);

  if (tenant == NULL)
    return FALSE;
  if (name != NULL)
    {
      g_free (tenant->name);
      tenant->name = g_strdup (name);
    }
  if (state != NULL)
    {
      g_free (tenant->state);
      tenant->state = g_strdup (state);
    }
  tenant->updated_at = now;
  return postern_tenant_store_update (txn, tenant, error);
}

gboolean
postern_tenant_directory_rename (PosternTxn *txn, const char *slug, const char *name, gint64 now, GError **error)
{
  return check_name (name, error) && change (txn, slug, name, NULL, now, error);
}

gboolean
postern_tenant_directory_set_state (PosternTxn *txn, const char *slug, const char *state, gint64 now, GError **error)
{
  static const char *const states[] = { POSTERN_TENANT_ACTIVE, POSTERN_TENANT_SUSPENDED, POSTERN_TENANT_READ_ONLY, NULL };

  if (!g_strv_contains (states, state))
    return refuse (error, "state: must be active, suspended or read-only");
  return change (txn, slug, NULL, state, now, error);
}

/* --- domains ------------------------------------------------------------------------------------------------------------------ */

static gboolean
is_label (const char *label)
{
  gsize length = strspn (label, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return length > 0 && length <= LABEL_MAX && label[length] == '\0' && label[0] != '-' && label[length - 1] != '-';
}

/* A last label of digits alone would be an address (RFC 1123 section 2.1). */
char *
postern_tenant_directory_canonicalize_domain (const char *text)
{
  g_autofree char *domain = g_ascii_strdown (text, -1);
  g_auto (GStrv) labels = g_strsplit (domain, ".", -1);
  guint n = g_strv_length (labels);

  if (strlen (domain) > DOMAIN_MAX || n < 2 || strspn (labels[n - 1], "0123456789") == strlen (labels[n - 1]))
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!is_label (labels[i]))
      return NULL;
  return g_steal_pointer (&domain);
}

static gboolean
drop_all (PosternTxn *txn, const char *slug, GError **error)
{
  g_autoptr (GPtrArray) old = postern_tenant_store_list_domains (txn, slug, error);

  for (guint i = 0; old != NULL && i < old->len; i++)
    if (!postern_tenant_store_delete_domain (txn, slug, ((PosternTenantDomain *) old->pdata[i])->domain, error))
      return FALSE;
  return old != NULL;
}

static gboolean
add (PosternTxn *txn, const char *slug, const char *text, const char *own_host, GError **error)
{
  g_autofree char *domain = postern_tenant_directory_canonicalize_domain (text);
  g_autoptr (GError) failure = NULL;

  if (domain == NULL)
    return refuse (error, "domains: each must be a name of the DNS, such as login.example.com; write others in their xn-- form");
  if (g_strcmp0 (domain, own_host) == 0)
    return refuse (error, "domains: the host of the public URL is the default tenant's");
  if (postern_tenant_store_insert_domain (txn, slug, domain, &failure))
    return TRUE;
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "domains: %s stands twice, or is another tenant's", domain);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_tenant_directory_set_domains (PosternTxn *txn, const char *slug, const char *const *domains, const char *own_host, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_get (txn, slug, error);

  if (tenant == NULL)
    return FALSE;
  if (g_strv_length ((char **) domains) > DOMAINS_MAX)
    return refuse (error, "domains: at most 20");
  if (!drop_all (txn, slug, error))
    return FALSE;
  for (guint i = 0; domains[i]; i++)
    if (!add (txn, slug, domains[i], own_host, error))
      return FALSE;
  return TRUE;
}

/* It would leave there what the move has brought, or left, in the other region. */
static gboolean
check_settled (PosternTxn *txn, const char *slug, GError **error)
{
  g_autoptr (GVariant) move = NULL;

  if (!postern_tenant_store_find_move (txn, slug, &move, error))
    return FALSE;
  if (move == NULL)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "a move to another region was interrupted, and has left something of this tenant: stop the server and run `postern db move %s --to-region …` again first", slug);
  return FALSE;
}

gboolean
postern_tenant_directory_delete (PosternTxn *txn, const char *slug, gint64 now, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_get (txn, slug, error);

  if (tenant == NULL)
    return FALSE;
  if (!g_str_equal (tenant->state, POSTERN_TENANT_SUSPENDED))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "suspend the tenant first: whoever comes to it then is told so, and what it keeps can still be had");
      return FALSE;
    }
  if (!check_settled (txn, slug, error))
    return FALSE;
  g_free (tenant->state);
  tenant->state = g_strdup (POSTERN_TENANT_DELETED);
  tenant->updated_at = now;
  tenant->due_at = now + POSTERN_TENANT_LINGER;
  return drop_all (txn, slug, error) && postern_tenant_store_update (txn, tenant, error);
}

char *
postern_tenant_directory_make_issuer (const char *public_url, const char *slug, const char *domain)
{
  const char *host = strstr (public_url, "://") + strlen ("://");
  gsize length = strcspn (host, ":/"), port = host[length] == ':' ? strcspn (host + length, "/") : 0;

  if (domain)
    return g_strdup_printf ("%.*s%s%.*s", (int) (host - public_url), public_url, domain, (int) port, host + length);
  return g_strdup_printf ("%s/t/%s", public_url, slug);
}

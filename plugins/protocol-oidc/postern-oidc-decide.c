/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-decide.h"

#include "postern-organization.h"

/* By indicator; or by name, where that is of just one. */
static PosternResource *
find_resource (PosternClient *client, PosternResourceBook *book, const char *name)
{
  PosternResource *found = NULL;
  guint n = 0;

  for (char **own = client->resources; own && *own; own++) {
    PosternResource *resource = postern_resource_book_find (book, *own);

    if (resource && g_str_equal (resource->indicator, name))
      return resource;
    if (resource && g_str_equal (resource->name, name)) {
      found = resource;
      n++;
    }
  }
  return n == 1 ? found : NULL;
}

/* What is not there is a plain no; what could not be read is no answer. */
static const char *
say (const char *reason, GError *failure, GError **error)
{
  if (failure == NULL || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_clear_error (&failure);
    return reason;
  }
  g_propagate_error (error, failure);
  return reason;
}

/* Returns: (nullable): why the subject can have nothing */
static const char *
check_user (PosternTxn *txn, const char *id, GError **error)
{
  GError *failure = NULL;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, id, &failure);

  if (user == NULL)
    return say ("unknown_subject", failure, error);
  return user->disabled_at ? "inactive_subject" : NULL;
}

static const char *
check_application (PosternTxn *txn, const char *id, GError **error)
{
  GError *failure = NULL;
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, id, &failure);

  if (application == NULL)
    return say ("unknown_subject", failure, error);
  return application->enabled ? NULL : "inactive_subject";
}

/* @organization: (out): (transfer full) (nullable) */
static const char *
check_organization (PosternTxn *txn, const PosternOidcQuestion *question, gboolean user, PosternOrganization **organization, GError **error)
{
  GError *failure = NULL;

  *organization = user ? postern_organization_load_for (txn, question->organization_id, question->subject_id, &failure)
                       : postern_organization_store_find (txn, question->organization_id, &failure);
  if (*organization == NULL)
    return say ("not_in_organization", failure, error);
  return (*organization)->disabled_at ? "not_in_organization" : NULL;
}

static const char *
check_permission (PosternTxn *txn, const char *issuer, const PosternOidcQuestion *question, PosternOrganization *organization, PosternResource *resource, GError **error)
{
  PosternPermissionSubject subject = { question->subject_id, organization ? organization->id : NULL };
  g_autoptr (PosternPermission) permission = postern_permission_read (txn, issuer, &subject, error);

  return permission && postern_permission_has (permission, resource->indicator, question->action) ? NULL : "not_permitted";
}

static const char *
find_reason (PosternClient *client, PosternResourceBook *book, PosternTxn *txn, const PosternOidcQuestion *question, GError **error)
{
  PosternResource *resource = find_resource (client, book, question->resource);
  gboolean user = g_str_equal (question->subject_type, "user") && postern_id_is_valid (question->subject_id, "usr");
  gboolean application = g_str_equal (question->subject_type, "application") && postern_application_id_is_valid (question->subject_id);
  g_autoptr (PosternOrganization) organization = NULL;
  const char *reason;

  if (resource == NULL)
    return "unknown_resource";
  if (!postern_resource_has_scope (resource, question->action))
    return "unknown_action";
  if (!user && !application)
    return "unknown_subject";
  reason = user ? check_user (txn, question->subject_id, error) : check_application (txn, question->subject_id, error);
  if (reason == NULL && question->organization_id)
    reason = check_organization (txn, question, user, &organization, error);
  return reason ? reason : check_permission (txn, postern_resource_book_get_issuer (book), question, organization, resource, error);
}

gboolean
postern_oidc_decide (PosternClient *client, PosternResourceBook *book, PosternTxn *txn, const PosternOidcQuestion *question,
                     PosternOidcDecision *decision, GError **error)
{
  g_autoptr (GError) failure = NULL;

  decision->reason = find_reason (client, book, txn, question, &failure);
  decision->allowed = decision->reason == NULL && failure == NULL;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

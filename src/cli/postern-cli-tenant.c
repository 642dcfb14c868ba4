/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-tenant-export.h"

#define ABOUT                                                                                       \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What people see" },                                \
  { "domain", POSTERN_CLI_LIST, "domains", "DOMAIN", "Where it is reached; may be given more than once, the first one is its issuer's host" }

static const PosternCliOption create_options[] = {
  ABOUT,
  { "region", POSTERN_CLI_STRING, "region", "NAME", "The store that it lives in, as [store NAME] of the configuration" },
  { NULL },
};
static const PosternCliOption update_options[] = {
  ABOUT,
  { "no-domains", POSTERN_CLI_TRUE, NULL, NULL, "It is reached at /t/SLUG alone" },
  { NULL },
};

static gboolean
send (PosternCliCall *call, const char *method, const char *path, const char *name, GVariant *value, GError **error)
{
  g_auto (GVariantDict) body = G_VARIANT_DICT_INIT (call->body);
  g_autoptr (GVariant) whole = NULL, answer = NULL;

  if (name != NULL)
    g_variant_dict_insert_value (&body, name, value);
  whole = g_variant_ref_sink (g_variant_dict_end (&body));
  if (!postern_cli_call_api (call, method, path, whole, &answer, error))
    return FALSE;
  postern_cli_print_answer (call, answer);
  return TRUE;
}

/* (transfer full): of the operand */
static char *
make_path (PosternCliCall *call)
{
  g_autofree char *escaped = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE);

  return g_strconcat ("/api/v1/tenants/", escaped, NULL);
}

static gboolean
create (PosternCliCall *call, GError **error)
{
  return send (call, "POST", "/api/v1/tenants", "slug", g_variant_new_string (postern_cli_call_get_operand (call, 0)), error);
}

static gboolean
update (PosternCliCall *call, GError **error)
{
  g_autofree char *path = make_path (call);

  return send (call, "PATCH", path, postern_cli_call_has (call, "no-domains") ? "domains" : NULL, g_variant_new_strv (NULL, 0), error);
}

static gboolean
set_state (PosternCliCall *call, const char *state, GError **error)
{
  g_autofree char *path = make_path (call);

  return send (call, "PATCH", path, "state", g_variant_new_string (state), error);
}

static gboolean
suspend (PosternCliCall *call, GError **error)
{
  return set_state (call, "suspended", error);
}

static gboolean
resume (PosternCliCall *call, GError **error)
{
  return set_state (call, "active", error);
}

static gboolean
delete (PosternCliCall *call, GError **error)
{
  g_autofree char *question = g_strdup_printf ("All that the tenant %s keeps goes, for ever: people, keys, sessions, its audit log.", postern_cli_call_get_operand (call, 0));

  return postern_cli_call_confirm (call, question, error) && postern_cli_call_run (call, error);
}

static const PosternCliOption export_options[] = { POSTERN_CLI_TENANT_EXPORT_OPTIONS, { NULL } };
static const PosternCliOption delete_options[] = { POSTERN_CLI_YES, { NULL } };

static const PosternCliCommand commands[] = {
  { "create", "SLUG", "Makes a tenant; it is reached at /t/SLUG below the public URL.", .options = create_options, .run = create },
  { "list", NULL, "Lists the tenants beside the default one.", "GET", "/api/v1/tenants", "slug name state region issuer created_at" },
  { "show", "SLUG", "Shows a tenant.", "GET", "/api/v1/tenants/{}" },
  { "update", "SLUG", "Changes what is given.", .options = update_options, .run = update },
  { "export", "SLUG FOLDER", "Writes all of a tenant into a folder that is made, as readable files; no secrets.", .options = export_options, .run = postern_cli_tenant_export_run },
  { "suspend", "SLUG", "Lets nobody in any more: no token is worth anything, and what is kept stays.", .run = suspend },
  { "resume", "SLUG", "Takes that back.", .run = resume },
  { "delete", "SLUG", "Deletes a tenant that is suspended, and all that it keeps, for ever.", "DELETE", "/api/v1/tenants/{}", NULL, delete_options, delete },
  { NULL },
};

const PosternCliNoun postern_cli_tenant = { "tenant", "Realms with people, applications and keys of their own; --tenant SLUG behind other commands means one.", commands };

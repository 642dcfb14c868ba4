/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-tenant-export.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "postern-cli-audit.h"
#include "postern-cli-user-export.h"
#include "postern-files-server.h"

/*
 * `postern tenant export SLUG FOLDER`: what the management API shows of a tenant. What another installation takes is in the form in which it takes it
 * (`apply`, `user import`); the rest is there to be read. Nothing is in it that the API does not show: no private key, no secret, no token.
 */

/* What is listed as it is: a line of JSON each. {} of @path is the id of each of @parent, which the line names as @member. */
static const struct {
  const char *file, *path;
  const char *parent, *member; /* (nullable) */
} lists[] = {
  { "members.jsonl", "/api/v1/organizations/{}/members", "/api/v1/organizations", "organization_id" },
  { "role-assignments.jsonl", "/api/v1/roles/{}/assignments", "/api/v1/roles", "role_id" },
  { "sessions.jsonl", "/api/v1/sessions", NULL, NULL },
  { "keys.jsonl", "/api/v1/keys", NULL, NULL },
  { "messages.jsonl", "/api/v1/messages", NULL, NULL },
};

/* Only its owner reads it, and nobody's file is written over. (nullable) */
static FILE *
create (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  FILE *file = fd >= 0 ? fdopen (fd, "w") : NULL;

  if (file == NULL)
    postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno));
  return file;
}

/* @done: whether all was written into it so far */
static gboolean
finish (FILE *file, gboolean done, GError **error)
{
  gboolean kept = done && fflush (file) == 0 && !ferror (file) && fsync (fileno (file)) == 0;

  if (done && !kept)
    postern_cli_call_wrong (error, "the file could not be written: %s", g_strerror (errno));
  fclose (file);
  return kept;
}

/* --- single things ---------------------------------------------------------------------------------------------------- */

/* One object of the API, as a file for people. */
static gboolean
write_object (PosternCliCall *call, const char *folder, const char *name, const char *path, GError **error)
{
  g_autoptr (GVariant) shown = NULL;
  g_autofree char *text = NULL;
  FILE *file;

  if (!postern_cli_call_api (call, "GET", path, NULL, &shown, error))
    return FALSE;
  file = create (folder, name, error);
  if (file == NULL)
    return FALSE;
  text = postern_files_text_print (shown);
  return finish (file, fputs (text, file) >= 0, error);
}

static gboolean
write_audit (PosternCliCall *call, const char *folder, GError **error)
{
  FILE *file = create (folder, "audit.jsonl", error);

  return file != NULL && finish (file, postern_cli_audit_export (call, file, error), error);
}

static gboolean
write_configuration (PosternCliCall *call, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "configuration", NULL);
  g_auto (PosternFilesServer) server = { NULL };
  guint n_written, n_removed;

  return postern_files_server_fetch (&server, call, TRUE, error) && postern_files_folder_write (path, server.things, TRUE, &n_written, &n_removed, error);
}

/* --- lists ------------------------------------------------------------------------------------------------------------ */

/* @id: (nullable): of the parent, which no line names by itself */
static void
write_row (FILE *file, GVariant *row, const char *member, const char *id)
{
  g_autoptr (GString) line = g_string_new (NULL);
  GVariantDict dict;
  g_autoptr (GVariant) whole = NULL;

  g_variant_dict_init (&dict, row);
  if (id != NULL)
    g_variant_dict_insert (&dict, member, "s", id);
  whole = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_json_canonical_append (line, whole);
  g_string_append_c (line, '\n');
  fwrite (line->str, 1, line->len, file);
}

static GVariant *
get_row (GVariant *items, gsize index)
{
  g_autoptr (GVariant) box = g_variant_get_child_value (items, index);

  return g_variant_is_of_type (box, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (box) : g_variant_ref (box);
}

static GVariant *
fetch (PosternCliCall *call, const char *path, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  return postern_cli_call_list (call, path, &answer, error) ? postern_json_get (answer, "items") : NULL;
}

static gboolean
write_list (PosternCliCall *call, FILE *file, const char *path, const char *member, const char *id, GError **error)
{
  g_autoptr (GVariant) items = fetch (call, path, error);

  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) row = get_row (items, i);

    write_row (file, row, member, id);
  }
  return items != NULL;
}

static gboolean
write_children (PosternCliCall *call, FILE *file, guint which, GError **error)
{
  g_autoptr (GVariant) parents = fetch (call, lists[which].parent, error);
  gboolean done = parents != NULL;

  for (gsize i = 0; done && i < g_variant_n_children (parents); i++) {
    g_autoptr (GVariant) parent = get_row (parents, i);
    const char *id = postern_json_get_string (parent, "id");
    g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);
    g_auto (GStrv) parts = g_strsplit (lists[which].path, "{}", 2);
    g_autofree char *path = g_strjoinv (escaped, parts);

    done = write_list (call, file, path, lists[which].member, id, error);
  }
  return done;
}

static gboolean
write_lists (PosternCliCall *call, const char *folder, GError **error)
{
  gboolean done = TRUE;

  for (guint i = 0; done && i < G_N_ELEMENTS (lists); i++) {
    FILE *file = create (folder, lists[i].file, error);

    done = file != NULL && finish (file, lists[i].parent ? write_children (call, file, i, error) : write_list (call, file, lists[i].path, NULL, NULL, error), error);
  }
  return done;
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

/* What was typed, but of the tenant @slug and behind no noun that is of the default one alone. */
static void
turn_to (PosternCliCall *part, const PosternCliCall *call, const char *slug)
{
  GPtrArray *tenant = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name, values;

  *part = *call;
  part->noun = &postern_cli_user;
  part->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_hash_table_iter_init (&iter, call->values);
  while (g_hash_table_iter_next (&iter, &name, &values))
    g_hash_table_insert (part->values, name, g_ptr_array_ref (values));
  g_ptr_array_add (tenant, g_strdup (slug));
  g_hash_table_replace (part->values, (gpointer) "tenant", tenant);
}

static gboolean
write_all (PosternCliCall *part, const char *folder, gint64 *users, GError **error)
{
  g_autofree char *people = g_build_filename (folder, "users.jsonl", NULL);

  return write_configuration (part, folder, error) && postern_cli_user_export_write (part, people, users, error) && write_lists (part, folder, error) && write_audit (part, folder, error);
}

gboolean
postern_cli_tenant_export_run (PosternCliCall *call, GError **error)
{
  const char *slug = postern_cli_call_get_operand (call, 0), *folder = postern_cli_call_get_operand (call, 1);
  g_autofree char *escaped = g_uri_escape_string (slug, NULL, FALSE), *path = g_strconcat ("/api/v1/tenants/", escaped, NULL);
  g_autoptr (GVariant) tenant = NULL, summary = NULL;
  gint64 users = 0;
  PosternCliCall part;
  gboolean done;

  if (!g_str_equal (slug, "default") && !postern_cli_call_api (call, "GET", path, NULL, &tenant, error))
    return FALSE;
  if (g_mkdir (folder, 0700) != 0)
    return postern_cli_call_wrong (error, "%s: %s; name a folder that is not there yet", folder, g_strerror (errno));
  if (tenant != NULL && !write_object (call, folder, "tenant.json", path, error))
    return FALSE;
  turn_to (&part, call, slug);
  done = write_all (&part, folder, &users, error);
  call->client = part.client;
  call->config = part.config;
  g_hash_table_unref (part.values);
  if (!done)
    return FALSE;
  summary = g_variant_ref_sink (g_variant_new_parsed ("{'folder': <%s>, 'users': <%x>}", folder, users));
  postern_cli_print_answer (call, summary);
  return TRUE;
}

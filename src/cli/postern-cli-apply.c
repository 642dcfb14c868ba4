/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files-server.h"

#include <string.h>

#include "postern-store.h"

/*
 * `postern apply FOLDER`. All that is changed goes to the server in one request and is made in one transaction: all of it, or nothing. Each
 * change says what it is made to (If-Match), so that nobody's change of meanwhile is lost.
 */

typedef struct {
  PosternCliCall *call;
  PosternFilesServer server;
  GPtrArray *files; /* (nullable) (element-type PosternFilesThing) */
  GPtrArray *differences;
  GPtrArray *changed; /* (element-type PosternFilesThing): of the files, borrowed, in the order in which they are made */
  GPtrArray *deleted; /* likewise, of the server */
  GHashTable *variables; /* of the environment: name → setting it is for */
  gboolean dry, prune, prune_people;
} Applying;

static void
applying_clear (Applying *self)
{
  g_ptr_array_unref (self->differences);
  g_ptr_array_unref (self->changed);
  g_ptr_array_unref (self->deleted);
  g_hash_table_unref (self->variables);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  postern_files_server_clear (&self->server);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Applying, applying_clear)

/* (nullable): what @thing belongs to, of a file or else of the server */
static PosternFilesThing *
find_parent (Applying *self, const PosternFilesThing *thing)
{
  const PosternFilesKind *kind = postern_files_kind_get_parent (thing->kind);
  const char *key = kind ? postern_json_get_string (thing->object, thing->kind->belongs) : NULL;
  PosternFilesThing *parent = kind ? postern_files_thing_find (self->files, kind, key) : NULL;

  return parent != NULL || kind == NULL || self->prune ? parent : postern_files_thing_find (self->server.things, kind, key);
}

/* What is new gets its id here, so that other things of the same request can name it. What it belongs to comes before it. */
static gboolean
place (Applying *self, PosternFilesThing *file, const PosternFilesThing *there, GError **error)
{
  PosternFilesThing *parent = find_parent (self, file);

  if (parent == NULL && file->kind->parent != NULL)
    return postern_cli_call_wrong (error, "%s %s: %s: there is no such %s, neither here nor on the server%s", file->kind->noun, file->key, file->kind->belongs, file->kind->parent,
                                   self->prune ? ", or it is to be deleted" : "");
  if (there != NULL)
    file->id = g_strdup (there->id);
  else
    file->id = file->kind->id_prefix ? postern_id_new (file->kind->id_prefix) : file->kind->key ? g_strdup (postern_json_get_string (file->object, file->kind->key)) : NULL;
  file->path = postern_files_kind_dup_path (file->kind, parent ? parent->path : NULL, file->id);
  postern_files_names_note (&self->server.names, file->kind, file->object, file->id, parent ? parent->key : NULL);
  return TRUE;
}

static gboolean
compare_files (Applying *self, GError **error)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      PosternFilesThing *file = self->files->pdata[i], *there = postern_files_thing_find (self->server.things, file->kind, file->key);

      if (!place (self, file, there, error))
        return FALSE;
      if (postern_files_difference_add (self->differences, there, file))
        g_ptr_array_add (self->changed, file);
    }
  return TRUE;
}

/* What the server has is left out where there is one without a file, such as the policy, where nothing is said of it, and where it goes with what it belongs to. */
static gboolean
is_passed (Applying *self, const PosternFilesThing *there)
{
  const PosternFilesKind *kind = there->kind;
  gboolean goes_along = kind->always || kind->people;

  return (kind->key == NULL && kind->parent == NULL) || postern_files_thing_find (self->files, kind, there->key) != NULL || postern_files_thing_is_blank (there) ||
         (self->prune && goes_along && kind->parent != NULL && find_parent (self, there) == NULL);
}

/* Backwards: what names others goes before them. What somebody has who has no file is another's to say: it goes only where that is asked for. */
static void
compare_server (Applying *self)
{
  for (guint i = self->server.things->len; i > 0; i--)
    {
      PosternFilesThing *there = self->server.things->pdata[i - 1];

      gboolean prune = there->kind->people ? self->prune_people : self->prune;

      if (is_passed (self, there))
        continue;
      postern_files_difference_add_whole (self->differences, there, prune);
      if (!prune)
        continue;
      postern_files_names_forget (&self->server.names, there);
      g_ptr_array_add (self->deleted, there);
    }
}

/* (transfer full) (nullable) */
static GVariant *
make_body (Applying *self, const PosternFilesThing *file, GError **error)
{
  GVariant *body = postern_files_kind_make_body (file->kind, file->object, &self->server.names, error);

  if (body == NULL)
    g_prefix_error (error, "%s %s: ", file->kind->noun, file->key);
  return body;
}

/* Also what is not to be changed may name what is to be deleted, and would not be as its file says then. */
static gboolean
check_names (Applying *self, GError **error)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      g_autoptr (GVariant) body = make_body (self, self->files->pdata[i], error);

      if (body == NULL)
        return FALSE;
    }
  return TRUE;
}

/* --- secrets: by the environment of who applies, and only where the server lacks one ------------------------------------ */

/* (transfer full): POSTERN_SECRET_CORP__CLIENT_SECRET */
static char *
make_variable (const char *connector, const char *setting)
{
  g_autofree char *plain = g_strconcat ("POSTERN_SECRET_", connector, "__", setting, NULL);

  for (char *c = plain; *c != '\0'; c++)
    *c = g_ascii_isalnum (*c) ? g_ascii_toupper (*c) : '_';
  return g_steal_pointer (&plain);
}

static gboolean
take_secret (Applying *self, PosternFilesThing *file, const char *setting, gboolean needed, GVariantDict *settings, GError **error)
{
  g_autofree char *variable = make_variable (file->key, setting), *place = g_strconcat (file->key, "/", setting, NULL);
  const char *value = g_getenv (variable), *other = g_hash_table_lookup (self->variables, variable);

  if (other != NULL && !g_str_equal (other, place))
    return postern_cli_call_wrong (error, "%s would be the secret of both %s and %s; set one of them with `postern connector update`", variable, other, place);
  if (value != NULL && *value != '\0')
    g_variant_dict_insert (settings, setting, "s", value);
  else if (needed)
    return postern_cli_call_wrong (error, "connector %s: secrets: the server has no %s yet; put it into the environment as %s", file->key, setting, variable);
  g_hash_table_replace (self->variables, g_steal_pointer (&variable), g_steal_pointer (&place));
  return TRUE;
}

/* Those the server has and the file does not name are taken away. */
static void
drop_secrets (char **old, char **new, GVariantDict *settings)
{
  for (char **name = old; name != NULL && *name != NULL; name++)
    if (!g_strv_contains ((const char *const *) new, *name))
      g_variant_dict_insert_value (settings, *name, g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
}

/* @body: of a connector. (transfer full) (nullable) */
static GVariant *
add_secrets (Applying *self, PosternFilesThing *file, GVariant *body, GError **error)
{
  PosternFilesThing *there = postern_files_thing_find (self->server.things, file->kind, file->key);
  g_auto (GStrv) new = postern_json_dup_strv (file->object, "secrets", FALSE), old = there ? postern_json_dup_strv (there->object, "secrets", FALSE) : NULL;
  g_autoptr (GVariant) plain = postern_json_get (body, "settings");
  g_auto (GVariantDict) settings = G_VARIANT_DICT_INIT (plain), out = G_VARIANT_DICT_INIT (body);

  for (char **name = new; name != NULL && *name != NULL; name++)
    if (!take_secret (self, file, *name, old == NULL || !g_strv_contains ((const char *const *) old, *name), &settings, error))
      return NULL;
  if (new != NULL)
    drop_secrets (old, new, &settings);
  g_variant_dict_insert_value (&out, "settings", g_variant_dict_end (&settings));
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

static gboolean
is_hook (const PosternFilesThing *thing)
{
  return g_str_has_suffix (thing->kind->noun, "claims-hook");
}

/* Of a claims hook that is new its maker may say the secret; else the server makes one. (transfer full) */
static GVariant *
add_hook_secret (Applying *self, PosternFilesThing *file, GVariant *body)
{
  g_autofree char *variable = make_variable (file->key, "secret");
  const char *value = g_getenv (variable);
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (body);

  if (value != NULL && *value != '\0' && postern_files_thing_find (self->server.things, file->kind, file->key) == NULL)
    g_variant_dict_insert (&out, "secret", "s", value);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

/* --- what is sent ---------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): the tag of what was compared; NULL with @error, where it is no longer as it was */
static char *
dup_tag (Applying *self, PosternFilesThing *there, GError **error)
{
  const char *parent_key = there->kind->belongs ? postern_json_get_string (there->object, there->kind->belongs) : NULL, *tag;
  g_autoptr (GVariant) shown = NULL, now = NULL;

  if (!postern_files_server_show (self->call, there->kind, there->path, &shown, error))
    return NULL;
  now = shown != NULL ? postern_files_kind_read (there->kind, shown, parent_key, &self->server.names) : NULL;
  tag = postern_admin_client_get_tag (self->call->client);
  if (tag != NULL && now != NULL && postern_files_text_is_equal (now, there->object))
    return g_strdup (tag);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "%s %s was changed just now; nothing was done, look again", there->kind->noun, there->key);
  return NULL;
}

/* @there: (nullable): it is new; @body: (nullable): it is deleted. (transfer floating) (nullable) */
static GVariant *
make_change (Applying *self, const PosternFilesKind *kind, PosternFilesThing *there, const char *path, GVariant *body, GError **error)
{
  g_autofree char *tag = there ? dup_tag (self, there, error) : NULL;
  g_auto (PosternJsonObject) change = POSTERN_JSON_OBJECT_INIT;

  if (there != NULL && tag == NULL)
    return NULL;
  postern_json_object_add_string (&change, "method", body ? "PUT" : "DELETE");
  postern_json_object_add_string (&change, "path", path);
  postern_json_object_add (&change, "body", body);
  postern_json_object_add_string (&change, "if_match", tag);
  postern_json_object_add_string (&change, "if_none_match", there || kind->always ? NULL : "*");
  return postern_json_object_end (&change);
}

static gboolean
add_put (Applying *self, GVariantBuilder *list, PosternFilesThing *file, GError **error)
{
  g_autoptr (GVariant) body = make_body (self, file, error), whole = NULL;
  GVariant *change;

  if (body == NULL)
    return FALSE;
  if (g_str_equal (file->kind->noun, "connector"))
    whole = add_secrets (self, file, body, error);
  else
    whole = is_hook (file) ? add_hook_secret (self, file, body) : g_variant_ref (body);
  change = whole ? make_change (self, file->kind, postern_files_thing_find (self->server.things, file->kind, file->key), file->path, whole, error) : NULL;
  if (change == NULL)
    return FALSE;
  g_variant_builder_add_value (list, change);
  return TRUE;
}

static gboolean
add_delete (Applying *self, GVariantBuilder *list, PosternFilesThing *there, GError **error)
{
  g_autoptr (GVariant) nothing = there->kind->always ? g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)) : NULL;
  GVariant *change = make_change (self, there->kind, there, there->path, nothing, error);

  if (change == NULL)
    return FALSE;
  g_variant_builder_add_value (list, change);
  return TRUE;
}

/* What is too much for one transaction is told as what it is. */
static gboolean
is_too_much (Applying *self, GError *failure, GError **error)
{
  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_TOO_LARGE) && !g_str_has_prefix (failure->message, "changes: "))
    return FALSE;
  g_set_error (error, failure->domain, failure->code, "nothing was done: %u things are to be changed, more than the server takes in one transaction (%s); apply a folder with fewer of them first", self->changed->len + self->deleted->len, failure->message);
  return TRUE;
}

/* The server says which of the changes it did not like: "changes.3: …". */
static gboolean
name_culprit (Applying *self, GError *failure, GError **error)
{
  guint64 at;
  const char *begin = failure->message + strlen ("changes."), *colon = strchr (failure->message, ':');
  g_autofree char *number = g_str_has_prefix (failure->message, "changes.") && colon ? g_strndup (begin, (gsize) (colon - begin)) : NULL;
  PosternFilesThing *thing = NULL;

  if (is_too_much (self, failure, error))
    return FALSE;
  if (number != NULL && g_ascii_string_to_unsigned (number, 10, 0, self->changed->len + self->deleted->len - 1, &at, NULL))
    thing = at < self->changed->len ? self->changed->pdata[at] : self->deleted->pdata[at - self->changed->len];
  if (thing != NULL)
    g_set_error (error, failure->domain, failure->code, "nothing was done: %s%s%s%s", thing->kind->noun, *thing->key ? " " : "", thing->key, colon);
  else
    g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

static gboolean
send (Applying *self, GError **error)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) body = NULL, answer = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean good = TRUE;

  for (guint i = 0; good && i < self->changed->len; i++)
    good = add_put (self, &list, self->changed->pdata[i], error);
  for (guint i = 0; good && i < self->deleted->len; i++)
    good = add_delete (self, &list, self->deleted->pdata[i], error);
  if (!good)
    return FALSE;
  postern_json_object_add (&object, "changes", g_variant_builder_end (&list));
  body = g_variant_ref_sink (postern_json_object_end (&object));
  return postern_cli_call_api (self->call, "POST", self->dry ? "/api/v1/change-checks" : "/api/v1/changes", body, &answer, &failure) || name_culprit (self, failure, error);
}

/* --- what is told ---------------------------------------------------------------------------------------------------- */

/* Who proves itself with a secret has none yet: no file has it, and no log should. */
static gboolean
lacks_secret (PosternFilesThing *file)
{
  g_autoptr (GVariant) metadata = postern_json_get (file->object, "metadata");
  const char *kind = postern_json_get_string (file->object, "kind"), *method = metadata ? postern_json_get_string (metadata, "token_endpoint_auth_method") : NULL;
  gboolean keeps = g_strcmp0 (kind, "web") == 0 || g_strcmp0 (kind, "service") == 0;

  if (!g_str_equal (file->kind->noun, "application"))
    return FALSE;
  return method ? g_str_has_prefix (method, "client_secret_") : keeps;
}

/* Of what is new: what its maker has yet to do, a line */
static void
print_secret (Applying *self, PosternFilesThing *file)
{
  g_autofree char *key = postern_cli_print_harmless (file->key), *variable = make_variable (file->key, "secret");
  const char *noun = file->kind->noun, *has = self->dry ? "will have" : "has";

  if (postern_files_thing_find (self->server.things, file->kind, file->key) != NULL)
    return;
  if (lacks_secret (file))
    g_print ("! application %s %s no secret: `postern app add-secret %s` makes one\n", key, has, key);
  else if (g_str_equal (noun, "webhook"))
    g_print ("! webhook %s %s a secret that nobody was shown: `postern webhook rotate %s` makes another, and shows it\n", key, has, key);
  else if (is_hook (file) && g_getenv (variable) == NULL)
    g_print ("! %s %s %s a secret that nobody was shown; %s in the environment would have been it\n", noun, key, has, variable);
}

static void
print_json (Applying *self)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL;

  for (guint i = 0; i < self->differences->len; i++)
    g_variant_builder_add_value (&list, postern_files_difference_to_json (self->differences->pdata[i]));
  postern_json_object_add (&object, "differences", g_variant_builder_end (&list));
  postern_json_object_add_int64 (&object, "changes", self->changed->len + self->deleted->len);
  postern_json_object_add_boolean (&object, "done", !self->dry);
  answer = g_variant_ref_sink (postern_json_object_end (&object));
  postern_cli_print_answer (self->call, answer);
}

static void
print (Applying *self)
{
  guint n = self->changed->len + self->deleted->len;

  if (self->call->json)
    {
      print_json (self);
      return;
    }
  for (guint i = 0; i < self->differences->len; i++)
    {
      g_autofree char *line = postern_files_difference_print (self->differences->pdata[i]), *harmless = postern_cli_print_harmless (line);

      g_print ("%s\n", harmless);
    }
  for (guint i = 0; i < self->changed->len; i++)
    print_secret (self, self->changed->pdata[i]);
  if (n == 0)
    g_print ("The server is as the files say.\n");
  else
    g_print ("%u %s %s.\n", n, n == 1 ? "thing" : "things", self->dry ? "would be changed" : n == 1 ? "was changed" : "were changed");
}

static gboolean
apply (PosternCliCall *call, GError **error)
{
  g_auto (Applying) self = { .call = call, .dry = postern_cli_call_has (call, "dry-run"), .prune = postern_cli_call_has (call, "prune"), .prune_people = postern_cli_call_has (call, "prune-people") };
  gboolean people = FALSE;

  self.differences = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_files_difference_free);
  self.changed = g_ptr_array_new ();
  self.deleted = g_ptr_array_new ();
  self.variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.files = postern_files_folder_read (postern_cli_call_get_operand (call, 0), &people, error);
  if (self.files == NULL)
    return FALSE;
  if (self.prune_people && !people)
    return postern_cli_call_wrong (error, "--prune-people would take from everybody what they have: the folder has no people, as postern.json does not say \"people\": true");
  if (!postern_files_server_fetch (&self.server, call, people, error) || !compare_files (&self, error))
    return FALSE;
  compare_server (&self);
  if (!check_names (&self, error))
    return FALSE;
  if (self.dry) /* the differences are of use even where the server would refuse them */
    print (&self);
  if (self.changed->len + self.deleted->len > 0 && !send (&self, error))
    return FALSE;
  if (!self.dry)
    print (&self);
  else if (self.changed->len + self.deleted->len > 0)
    call->exit = POSTERN_CLI_DIFFERENT;
  return TRUE;
}

static const PosternCliOption options[] = {
  { "dry-run", POSTERN_CLI_TRUE, NULL, NULL, "Show each difference, have the server try it, and change nothing; exit code 5 where there is one" },
  { "prune", POSTERN_CLI_TRUE, NULL, NULL, "Delete what the server has and no file; of people nothing" },
  { "prune-people", POSTERN_CLI_TRUE, NULL, NULL, "Take from people what no file says that they have, in a folder that has people" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "", "FOLDER", "Makes the server as the files of a folder say, all of it or nothing.", .options = options, .run = apply },
  { NULL },
};

const PosternCliNoun postern_cli_apply = { "apply", "Makes the server as a folder of files says.", commands };

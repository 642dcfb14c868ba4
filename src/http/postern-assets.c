/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-assets.h"
#include "postern-error.h"

#include <gio/gio.h>
#include <string.h>

#define VERSION_LENGTH 12
#define MAX_DEPTH 4
#define MIN_SAVING 128 /* bytes; less is not worth a header */

struct _PosternAssets {
  GHashTable *files; /* name → File */
  gsize bytes;
  char *version;
};

typedef struct {
  GBytes *bytes;
  GBytes *packed; /* (nullable): gzip, made once at start; NULL where it saves nothing */
  const char *type;
  char *etag, *packed_etag; /* two forms, two tags (RFC 9110 section 8.8.3.3) */
} File;

/* What is not in this table is not served: a browser told to guess is a browser that can be fooled. */
static const struct {
  const char *suffix, *type;
} types[] = {
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".json", "application/json" },
  { ".map", "application/json" },
  { ".html", "text/html; charset=utf-8" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".jpg", "image/jpeg" },
  { ".webp", "image/webp" },
  { ".ico", "image/x-icon" },
  { ".woff2", "font/woff2" },
  { ".webmanifest", "application/manifest+json" },
};

static void
file_free (gpointer data)
{
  File *file = data;

  g_bytes_unref (file->bytes);
  g_clear_pointer (&file->packed, g_bytes_unref);
  g_free (file->etag);
  g_free (file->packed_etag);
  g_free (file);
}

static const char *
type_of (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].suffix))
      return types[i].type;
  return NULL;
}

/* Assets are the same for everybody, so that compressing them betrays nothing; pages hold secrets and are left as they are. */
static GBytes *
pack (GBytes *bytes)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (gzip));
  g_autoptr (GBytes) packed = NULL;
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (!g_output_stream_write_all (stream, data, length, NULL, NULL, NULL) || !g_output_stream_close (stream, NULL, NULL))
    return NULL;
  packed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  return g_bytes_get_size (packed) + MIN_SAVING < length ? g_steal_pointer (&packed) : NULL;
}

static void
add_file (PosternAssets *self, const char *name, GBytes *bytes)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  File *file = g_new0 (File, 1);

  file->bytes = g_bytes_ref (bytes);
  file->type = type_of (name);
  file->etag = g_strdup_printf ("\"%.24s\"", sum);
  file->packed = pack (bytes);
  file->packed_etag = g_strdup_printf ("\"%.24s-gzip\"", sum);
  g_hash_table_insert (self->files, g_strdup (name), file);
}

static gboolean
read_file (PosternAssets *self, const char *path, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text = NULL;
  gsize length;

  if (!type_of (name))
    return TRUE;
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (text, length);
  add_file (self, name, bytes);
  self->bytes += length;
  if (self->bytes <= POSTERN_ASSETS_MAX_BYTES)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "The assets are larger than 8 MiB at “%s”; keep pictures smaller", path);
  return FALSE;
}

static gboolean
read_folder (PosternAssets *self, const char *folder, const char *prefix, guint depth, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *entry;

  if (!dir)
    return FALSE;
  while ((entry = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, entry, NULL);
    g_autofree char *name = g_strconcat (prefix, entry, NULL);
    gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
    g_autofree char *inner = g_strconcat (name, "/", NULL);
    if (*entry == '.' || (is_folder && depth == MAX_DEPTH))
      continue;
    if (!(is_folder ? read_folder (self, path, inner, depth + 1, error) : read_file (self, path, name, error)))
      return FALSE;
  }
  return TRUE;
}

/* Over names and contents in the order of names, so that it is the same on every machine. */
static char *
make_version (PosternAssets *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (self->files), (GCompareFunc) strcmp);

  for (GList *l = names; l; l = l->next) {
    File *file = g_hash_table_lookup (self->files, l->data);
    g_checksum_update (sum, l->data, -1);
    g_checksum_update (sum, (const guchar *) file->etag, -1);
  }
  return g_strndup (g_checksum_get_string (sum), VERSION_LENGTH);
}

PosternAssets *
postern_assets_new (const char *folder, GError **error)
{
  g_autoptr (PosternAssets) self = g_new0 (PosternAssets, 1);

  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);
  if (folder && !read_folder (self, folder, "", 0, error))
    return NULL;
  self->version = make_version (self);
  return g_steal_pointer (&self);
}

void
postern_assets_add (PosternAssets *self, const char *name, GBytes *bytes)
{
  g_return_if_fail (type_of (name) != NULL);
  add_file (self, name, bytes);
  g_free (self->version);
  self->version = make_version (self);
}

void
postern_assets_free (PosternAssets *self)
{
  g_hash_table_unref (self->files);
  g_free (self->version);
  g_free (self);
}

const char *
postern_assets_get_version (PosternAssets *self)
{
  return self->version;
}

static PosternResponse *
not_found (void)
{
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such file");

  return postern_response_new_error (error);
}

/* If-None-Match (RFC 9110 section 13.1.2): a list, compared weakly; the tag's quotes make a substring search exact. */
static gboolean
is_known (PosternRequest *request, const char *etag)
{
  const char *header = postern_request_get_header (request, "If-None-Match");

  return header && (strstr (header, etag) || g_str_equal (header, "*"));
}

/* Accept-Encoding (RFC 9110 section 12.5.3): gzip by name, and not refused by a weight of zero. */
static gboolean
accepts_gzip (PosternRequest *request)
{
  const char *header = postern_request_get_header (request, "Accept-Encoding");
  g_auto (GStrv) codings = g_strsplit (header ? header : "", ",", 20);

  for (char **coding = codings; *coding; coding++) {
    const char *name = g_strstrip (*coding), *weight = strstr (name, "q=");
    gsize length = strcspn (name, "; \t");
    if (length == strlen ("gzip") && g_ascii_strncasecmp (name, "gzip", length) == 0)
      return !weight || g_ascii_strtod (weight + strlen ("q="), NULL) > 0;
  }
  return FALSE;
}

/* The file, or that the browser has it already. */
static PosternResponse *
answer (File *file, PosternRequest *request)
{
  gboolean packed = file->packed && accepts_gzip (request);
  const char *etag = packed ? file->packed_etag : file->etag;
  gboolean known = is_known (request, etag);
  PosternResponse *response = known ? postern_response_new (304, NULL, NULL) : postern_response_new (200, file->type, packed ? file->packed : file->bytes);

  if (packed && !known)
    postern_response_set_header (response, "Content-Encoding", "gzip");
  if (file->packed)
    postern_response_set_header (response, "Vary", "Accept-Encoding");
  postern_response_set_header (response, "ETag", etag);
  return response;
}

PosternResponse *
postern_assets_serve (PosternAssets *self, PosternRequest *request)
{
  const char *rest = postern_request_get_capture (request, "rest");
  gboolean versioned;
  PosternResponse *response;
  File *file;

  if (!rest)
    return not_found ();
  versioned = g_str_has_prefix (rest, self->version) && rest[VERSION_LENGTH] == '/';
  file = g_hash_table_lookup (self->files, versioned ? rest + VERSION_LENGTH + 1 : rest);
  if (!file && !versioned && strchr (rest, '/')) /* a page of another version still asks for its own */
    file = g_hash_table_lookup (self->files, strchr (rest, '/') + 1);
  if (!file)
    return not_found ();
  response = answer (file, request);
  postern_response_set_header (response, "Cache-Control", versioned ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

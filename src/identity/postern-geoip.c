/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-geoip.h"

#include "postern-error.h"

#include <math.h>
#include <string.h>
#ifdef HAVE_MAXMINDDB
#include <maxminddb.h>
#include <netinet/in.h>
#endif

#define EARTH 6371.0 /* km, the mean radius */
#define NAME_MAX_BYTES 200

double
postern_geoip_get_distance (const PosternPlace *one, const PosternPlace *other)
{
  double radian = G_PI / 180;
  double north = sin ((other->latitude - one->latitude) * radian / 2);
  double east = sin ((other->longitude - one->longitude) * radian / 2);
  double a = north * north + cos (one->latitude * radian) * cos (other->latitude * radian) * east * east;

  return 2 * EARTH * asin (sqrt (CLAMP (a, 0, 1)));
}

#ifdef HAVE_MAXMINDDB

struct _PosternGeoip {
  MMDB_s base;
};

PosternGeoip *
postern_geoip_open (const char *path, GError **error)
{
  PosternGeoip *self = g_atomic_rc_box_new0 (PosternGeoip);
  int status = MMDB_open (path, MMDB_MODE_MMAP, &self->base);

  if (status == MMDB_SUCCESS)
    return self;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s: %s", path, MMDB_strerror (status));
  g_atomic_rc_box_release (self);
  return NULL;
}

static void
clear (gpointer data)
{
  MMDB_close (&((PosternGeoip *) data)->base);
}

PosternGeoip *
postern_geoip_ref (PosternGeoip *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
postern_geoip_unref (PosternGeoip *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* It is another's file: the type of each value is looked at. */
static gboolean
find_degrees (MMDB_entry_s *entry, const char *name, double *degrees)
{
  const char *const path[] = { "location", name, NULL };
  MMDB_entry_data_s value;

  if (MMDB_aget_value (entry, &value, path) != MMDB_SUCCESS || !value.has_data || value.type != MMDB_DATA_TYPE_DOUBLE)
    return FALSE;
  *degrees = value.double_value;
  return isfinite (*degrees) && fabs (*degrees) <= 180;
}

static void
find_country (MMDB_entry_s *entry, char *country)
{
  static const char *const path[] = { "country", "iso_code", NULL };
  MMDB_entry_data_s value;

  if (MMDB_aget_value (entry, &value, path) != MMDB_SUCCESS || !value.has_data || value.type != MMDB_DATA_TYPE_UTF8_STRING || value.data_size != 2)
    return;
  if (!g_ascii_isupper (value.utf8_string[0]) || !g_ascii_isupper (value.utf8_string[1]))
    return;
  country[0] = value.utf8_string[0];
  country[1] = value.utf8_string[1];
}

/* The text is always numeric, and nothing is resolved. */
static gboolean
read_address (const char *text, struct sockaddr_storage *address)
{
  g_autoptr (GInetAddress) inet = text ? g_inet_address_new_from_string (text) : NULL;
  g_autoptr (GSocketAddress) socket = inet ? g_inet_socket_address_new (inet, 0) : NULL;

  return socket && g_socket_address_to_native (socket, address, sizeof *address, NULL);
}

static gboolean
find_entry (PosternGeoip *self, const char *address, MMDB_entry_s *entry)
{
  struct sockaddr_storage native;
  MMDB_lookup_result_s result;
  int status = MMDB_SUCCESS;

  if (self == NULL || !read_address (address, &native))
    return FALSE;
  result = MMDB_lookup_sockaddr (&self->base, (struct sockaddr *) &native, &status);
  if (status != MMDB_SUCCESS || !result.found_entry)
    return FALSE;
  *entry = result.entry;
  return TRUE;
}

void
postern_geoip_find (PosternGeoip *self, const char *address, PosternPlace *place)
{
  MMDB_entry_s entry;

  *place = (PosternPlace){ "", FALSE, 0, 0 };
  if (!find_entry (self, address, &entry))
    return;
  find_country (&entry, place->country);
  place->located = find_degrees (&entry, "latitude", &place->latitude) && find_degrees (&entry, "longitude", &place->longitude);
}

/* (transfer full) (nullable) */
static char *
dup_name_in (MMDB_entry_s *entry, const char *what, const char *language)
{
  const char *const path[] = { what, "names", language, NULL };
  MMDB_entry_data_s value;

  if (MMDB_aget_value (entry, &value, path) != MMDB_SUCCESS || !value.has_data || value.type != MMDB_DATA_TYPE_UTF8_STRING)
    return NULL;
  if (value.data_size == 0 || value.data_size > NAME_MAX_BYTES || !g_utf8_validate_len (value.utf8_string, value.data_size, NULL))
    return NULL;
  return g_strndup (value.utf8_string, value.data_size);
}

char *
postern_geoip_dup_name (PosternGeoip *self, const char *address, const char *what, const char *language)
{
  g_autofree char *primary = g_strndup (language ? language : "", strcspn (language ? language : "", "-"));
  const char *tags[] = { g_strcmp0 (language, "zh-Hans") == 0 ? "zh-CN" : language ? language : "", primary, "en" }; /* as the database calls it */
  MMDB_entry_s entry;
  char *name = NULL;

  if (!find_entry (self, address, &entry))
    return NULL;
  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (tags); i++)
    name = dup_name_in (&entry, what, tags[i]);
  return name;
}

#else

PosternGeoip *
postern_geoip_open (const char *path, GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "this server was built without libmaxminddb");
  return NULL;
}

PosternGeoip *
postern_geoip_ref (PosternGeoip *self)
{
  return self;
}

void
postern_geoip_unref (PosternGeoip *self)
{
}

void
postern_geoip_find (PosternGeoip *self, const char *address, PosternPlace *place)
{
  *place = (PosternPlace){ "", FALSE, 0, 0 };
}

char *
postern_geoip_dup_name (PosternGeoip *self, const char *address, const char *what, const char *language)
{
  return NULL;
}

#endif

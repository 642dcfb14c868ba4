/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <string.h>

/*
 * For tests: writes a small database that libmaxminddb reads, after MaxMind's description of the format, version 2.0: a binary
 * search tree of the address' bits with 24-bit records, 16 zero bytes, the data, a mark, and what is to be known of it.
 */

#define GEOIP_NONE 0xffffffffu
#define GEOIP_DATA 0x80000000u

typedef struct {
  GArray *nodes; /* of guint32[2]: a node, GEOIP_DATA and an offset, or GEOIP_NONE */
  GByteArray *data;
  const char *const *countries, *const *cities; /* (nullable): what those that are added next are called: language, name, …, NULL */
} GeoipBook;

static inline void
geoip_put_control (GByteArray *out, guint type, guint size)
{
  guint8 first = (guint8) ((type <= 7 ? type << 5 : 0) | size), second = (guint8) (type - 7);

  g_byte_array_append (out, &first, 1);
  if (type > 7)
    g_byte_array_append (out, &second, 1);
}

static inline void
geoip_put_text (GByteArray *out, const char *text)
{
  geoip_put_control (out, 2, (guint) strlen (text));
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

static inline void
geoip_put_double (GByteArray *out, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT64_TO_BE (bits);
  geoip_put_control (out, 3, sizeof bits);
  g_byte_array_append (out, (const guint8 *) &bits, sizeof bits);
}

static inline void
geoip_put_number (GByteArray *out, guint type, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);
  guint size = type == 5 ? 2 : 4;

  geoip_put_control (out, type, size);
  g_byte_array_append (out, (const guint8 *) &big + 4 - size, size);
}

static inline void
geoip_add_node (GeoipBook *self)
{
  guint32 empty[2] = { GEOIP_NONE, GEOIP_NONE };

  g_array_append_vals (self->nodes, empty, 1);
}

static inline void
geoip_begin (GeoipBook *self)
{
  self->nodes = g_array_new (FALSE, FALSE, 2 * sizeof (guint32));
  self->data = g_byte_array_new ();
  self->countries = self->cities = NULL;
  geoip_add_node (self);
}

static inline guint32 *
geoip_get_record (GeoipBook *self, guint32 node, guint bit)
{
  return (guint32 *) (gpointer) self->nodes->data + 2 * node + bit;
}

static inline void
geoip_put_names (GByteArray *out, const char *const *names)
{
  geoip_put_text (out, "names");
  geoip_put_control (out, 7, g_strv_length ((char **) names) / 2);
  for (; *names; names++)
    geoip_put_text (out, *names);
}

/* IPv4 lies in ::/96 */
static inline void
geoip_add (GeoipBook *self, const char *network, guint bits, const char *country, double latitude, double longitude)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (network);
  guint size = (guint) g_inet_address_get_native_size (inet), length = bits + 8 * (16 - size);
  guint8 address[16] = { 0 };
  guint32 node = 0, *record;

  memcpy (address + 16 - size, g_inet_address_to_bytes (inet), size);
  for (guint i = 0; i + 1 < length; i++) {
    guint bit = address[i / 8] >> (7 - i % 8) & 1;

    if (*geoip_get_record (self, node, bit) == GEOIP_NONE) {
      geoip_add_node (self);
      *geoip_get_record (self, node, bit) = self->nodes->len - 1;
    }
    node = *geoip_get_record (self, node, bit);
  }
  record = geoip_get_record (self, node, address[(length - 1) / 8] >> (7 - (length - 1) % 8) & 1);
  *record = GEOIP_DATA | self->data->len;
  geoip_put_control (self->data, 7, (latitude <= 90 ? 2 : 1) + (self->cities ? 1 : 0));
  geoip_put_text (self->data, "country");
  geoip_put_control (self->data, 7, self->countries ? 2 : 1);
  geoip_put_text (self->data, "iso_code");
  geoip_put_text (self->data, country);
  if (self->countries)
    geoip_put_names (self->data, self->countries);
  if (self->cities) {
    geoip_put_text (self->data, "city");
    geoip_put_control (self->data, 7, 1);
    geoip_put_names (self->data, self->cities);
  }
  if (latitude > 90)
    return;
  geoip_put_text (self->data, "location");
  geoip_put_control (self->data, 7, 2);
  geoip_put_text (self->data, "latitude");
  geoip_put_double (self->data, latitude);
  geoip_put_text (self->data, "longitude");
  geoip_put_double (self->data, longitude);
}

static inline void
geoip_put_tree (GeoipBook *self, GByteArray *out)
{
  static const guint8 gap[16] = { 0 };

  for (guint i = 0; i < 2 * self->nodes->len; i++) {
    guint32 record = *geoip_get_record (self, i / 2, i % 2), big;

    if (record == GEOIP_NONE)
      record = self->nodes->len;
    else if (record & GEOIP_DATA)
      record = self->nodes->len + sizeof gap + (record & ~GEOIP_DATA);
    big = GUINT32_TO_BE (record);
    g_byte_array_append (out, (const guint8 *) &big + 1, 3);
  }
  g_byte_array_append (out, gap, sizeof gap);
}

static inline void
geoip_put_facts (GeoipBook *self, GByteArray *out)
{
  static const struct {
    const char *name;
    guint type;
    guint32 value;
  } numbers[] = {
    { "record_size", 5, 24 }, { "ip_version", 5, 6 }, { "binary_format_major_version", 5, 2 }, { "binary_format_minor_version", 5, 0 },
  };

  g_byte_array_append (out, (const guint8 *) "\xab\xcd\xefMaxMind.com", 14);
  geoip_put_control (out, 7, 9);
  geoip_put_text (out, "node_count");
  geoip_put_number (out, 6, self->nodes->len);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    geoip_put_text (out, numbers[i].name);
    geoip_put_number (out, numbers[i].type, numbers[i].value);
  }
  geoip_put_text (out, "database_type");
  geoip_put_text (out, "Test-City");
  geoip_put_text (out, "languages");
  geoip_put_control (out, 11, 0);
  geoip_put_text (out, "description");
  geoip_put_control (out, 7, 0);
  geoip_put_text (out, "build_epoch");
  geoip_put_control (out, 9, 1);
  g_byte_array_append (out, (const guint8 *) "\1", 1);
}

/** geoip_end: Returns: (transfer full): the path of the file that was written */
static inline char *
geoip_end (GeoipBook *self)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  char *path;

  geoip_put_tree (self, out);
  g_byte_array_append (out, self->data->data, self->data->len);
  geoip_put_facts (self, out);
  g_array_unref (self->nodes);
  g_byte_array_unref (self->data);
  g_close (g_file_open_tmp ("postern-geoip-XXXXXX", &path, &error), NULL);
  g_file_set_contents (path, (const char *) out->data, out->len, &error);
  g_assert_no_error (error);
  return path;
}

/**
 * geoip_skip: what a test of places does where the server was built without them (-Dgeoip=disabled): then there is nothing that it could
 * look at, and what stays true without places is tested beside it. In tests/run it is never called: that builds with every option.
 */
static inline void
geoip_skip (void)
{
  g_test_skip ("built without libmaxminddb, so no places are looked up (tests/packages installs it, so tests/run looks)");
}

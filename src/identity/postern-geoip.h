/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternPlace: about where an address is. */
typedef struct {
  char country[3]; /* ISO 3166-1 alpha-2; "" when not known */
  gboolean located;
  double latitude, longitude; /* degrees, where located */
} PosternPlace;

/**
 * PosternGeoip: a database of addresses in MaxMind's format: one of countries, or one of cities, which alone says where they
 * lie. Immutable, reference counted, shared by threads. Whoever brings a newer file renames it into place and reloads: it is
 * mapped, and must not be written into.
 */
typedef struct _PosternGeoip PosternGeoip;

/** postern_geoip_open: NULL with @error also where the server was built without libmaxminddb. */
PosternGeoip *postern_geoip_open (const char *path, GError **error);
PosternGeoip *postern_geoip_ref (PosternGeoip *self);
void postern_geoip_unref (PosternGeoip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternGeoip, postern_geoip_unref)

/** postern_geoip_find: @self: (nullable). What is not known stays empty in @place: nothing of it is an error. */
void postern_geoip_find (PosternGeoip *self, const char *address, PosternPlace *place);

/** postern_geoip_dup_name: what the "country" or the "city" of @address is called in @language (BCP 47; nullable), else in English. (transfer full) (nullable) */
char *postern_geoip_dup_name (PosternGeoip *self, const char *address, const char *what, const char *language);

/** postern_geoip_get_distance: kilometres along the great circle; both are located. */
double postern_geoip_get_distance (const PosternPlace *one, const PosternPlace *other);

G_END_DECLS

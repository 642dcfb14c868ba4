/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-geoip-place.h"

#include <string.h>

void
postern_geoip_place_add (PosternGeoip *self, PosternJsonObject *object, const char *address, const char *languages)
{
  g_autofree char *first = g_strndup (languages ? languages : "", strcspn (languages ? languages : "", ",; "));
  g_autofree char *name = NULL;
  g_autofree char *city = NULL;
  PosternPlace place;

  postern_geoip_find (self, address, &place);
  if (place.country[0] == '\0')
    return;
  name = postern_geoip_dup_name (self, address, "country", first);
  city = postern_geoip_dup_name (self, address, "city", first);
  postern_json_object_add_string (object, "country", place.country);
  postern_json_object_add_string (object, "country_name", name ? name : place.country);
  postern_json_object_add_string (object, "city", city);
}

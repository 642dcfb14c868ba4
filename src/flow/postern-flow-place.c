/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-place.h"

#include <string.h>

void
postern_flow_place_add (PosternRuntime *runtime, PosternJsonObject *object, const char *address, const char *languages)
{
  PosternGeoip *geoip = postern_runtime_get_geoip (runtime);
  g_autofree char *first = g_strndup (languages ? languages : "", strcspn (languages ? languages : "", ",; "));
  g_autofree char *name = NULL;
  g_autofree char *city = NULL;
  PosternPlace place;

  postern_geoip_find (geoip, address, &place);
  if (place.country[0] == '\0')
    return;
  name = postern_geoip_dup_name (geoip, address, "country", first);
  city = postern_geoip_dup_name (geoip, address, "city", first);
  postern_json_object_add_string (object, "country", place.country);
  postern_json_object_add_string (object, "country_name", name ? name : place.country);
  postern_json_object_add_string (object, "city", city);
}

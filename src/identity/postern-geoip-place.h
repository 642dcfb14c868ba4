/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-geoip.h"
#include "postern-json.h"

G_BEGIN_DECLS

/**
 * postern_geoip_place_add: where @address is, as far as @self (nullable) knows it: `country` (ISO 3166-1), `country_name` and `city`. What is not
 * known is left out.
 * @languages: (nullable): as in Accept-Language; the names are in the first of them where the database has it, else in English
 */
void postern_geoip_place_add (PosternGeoip *self, PosternJsonObject *object, const char *address, const char *languages);

G_END_DECLS

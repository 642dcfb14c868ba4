/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-json.h"
#include "postern-runtime.h"

G_BEGIN_DECLS

/**
 * postern_flow_place_add: where @address is, as far as a database of addresses is set up and knows it: `country` (ISO 3166-1),
 * `country_name` and `city`. What is not known is left out.
 * @languages: (nullable): as in Accept-Language; the names are in the first of them where the database has it, else in English
 */
void postern_flow_place_add (PosternRuntime *runtime, PosternJsonObject *object, const char *address, const char *languages);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternClaims:
 *
 * An ordered set of named values that refuses to overwrite a key.
 * Values are JSON-shaped GVariants (b, x, d, s, av, a{sv}).
 * Not thread-safe; whoever holds the only reference may write.
 */
#define POSTERN_TYPE_CLAIMS (postern_claims_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternClaims, postern_claims, POSTERN, CLAIMS, GObject)

/**
 * postern_claims_new:
 *
 * Makes an empty set.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternClaims *postern_claims_new (void);

/**
 * postern_claims_new_from_variant:
 * @model: an a{sv}
 *
 * Makes a set of what @model holds.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternClaims *postern_claims_new_from_variant (GVariant *model);

/**
 * postern_claims_add:
 * @value: floating is sunk
 *
 * Adds a value that is not there yet.
 *
 * Returns: FALSE, and nothing is changed, if @name is there already
 */
POSTERN_API gboolean postern_claims_add (PosternClaims *self, const char *name, GVariant *value);

/**
 * postern_claims_add_string:
 * @value: (nullable): nothing is added
 *
 * Adds a text that is not there yet.
 *
 * Returns: as postern_claims_add()
 */
POSTERN_API gboolean postern_claims_add_string (PosternClaims *self, const char *name, const char *value);

/**
 * postern_claims_add_int64:
 *
 * Adds an integer that is not there yet.
 *
 * Returns: as postern_claims_add()
 */
POSTERN_API gboolean postern_claims_add_int64 (PosternClaims *self, const char *name, gint64 value);

/**
 * postern_claims_add_boolean:
 *
 * Adds a boolean that is not there yet.
 *
 * Returns: as postern_claims_add()
 */
POSTERN_API gboolean postern_claims_add_boolean (PosternClaims *self, const char *name, gboolean value);

/**
 * postern_claims_get:
 *
 * Looks for a value.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GVariant *postern_claims_get (PosternClaims *self, const char *name);

/**
 * postern_claims_get_string:
 *
 * Looks for a text.
 *
 * Returns: (transfer none) (nullable): NULL if absent or not a string
 */
POSTERN_API const char *postern_claims_get_string (PosternClaims *self, const char *name);

/**
 * postern_claims_to_variant:
 *
 * Makes one value of all.
 *
 * Returns: (transfer full): an a{sv}, not floating
 */
POSTERN_API GVariant *postern_claims_to_variant (PosternClaims *self);

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The serialised form of an a{sv} (GVariant Specification 1.0, section 2), which postern-json-object.c writes and
 * postern-json-member.c reads. The dictionary is its entries, each beginning at a multiple of 8, and then where each ends. An
 * entry is its name with a NUL, from the next multiple of 8 on the variant, and then where the name ends. A variant is its
 * value, a NUL, and its type. Where things end is written little-endian, in as few bytes as the length of the whole needs.
 */

static inline gsize
postern_json_form_align (gsize offset)
{
  return (offset + 7) & ~(gsize) 7;
}

/** postern_json_form_offset_size: of the offsets in something that is @length bytes long, they included. */
static inline gsize
postern_json_form_offset_size (gsize length)
{
  return length <= G_MAXUINT8 ? 1 : length <= G_MAXUINT16 ? 2 : length <= G_MAXUINT32 ? 4 : 8;
}

G_END_DECLS

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/** PosternEvent: something that happened, told and never asked. Immutable. @name like "sign-in.succeeded". */
#define POSTERN_TYPE_EVENT (postern_event_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternEvent, postern_event, POSTERN, EVENT, GObject)

/** postern_event_new: @data: (nullable): a{sv}, floating is sunk. @time: microseconds since 1970, UTC. */
POSTERN_API PosternEvent *postern_event_new (const char *name, gint64 time, GVariant *data);
POSTERN_API const char *postern_event_get_name (PosternEvent *self);
POSTERN_API gint64 postern_event_get_time (PosternEvent *self);
POSTERN_API GVariant *postern_event_get_data (PosternEvent *self); /* (transfer none), never NULL */

G_END_DECLS

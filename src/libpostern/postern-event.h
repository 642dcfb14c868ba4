/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-settings.h"

G_BEGIN_DECLS

/**
 * PosternEvent:
 *
 * Something that happened, told and never asked. Immutable. @name like "sign-in.succeeded".
 */
#define POSTERN_TYPE_EVENT (postern_event_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternEvent, postern_event, POSTERN, EVENT, GObject)

/**
 * postern_event_new:
 * @data: (nullable): an a{sv}, floating is sunk
 * @time: microseconds since 1970, UTC
 *
 * Makes an event.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternEvent *postern_event_new (const char *name, gint64 time, GVariant *data);

/**
 * postern_event_get_name:
 *
 * What happened, such as "sign-in.succeeded".
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_event_get_name (PosternEvent *self);

/**
 * postern_event_get_time:
 *
 * When it happened.
 *
 * Returns: microseconds since 1970, UTC
 */
POSTERN_API gint64 postern_event_get_time (PosternEvent *self);

/**
 * postern_event_get_data:
 *
 * Whom and what it is about.
 *
 * Returns: (transfer none): an a{sv}, never NULL
 */
POSTERN_API GVariant *postern_event_get_data (PosternEvent *self);

/**
 * postern_event_name_matches:
 * @pattern: a name ("user.created"), a group ("user.*") or all ("*")
 *
 * Whether an event of that name is one of @pattern.
 *
 * Returns: TRUE if it is
 */
POSTERN_API gboolean postern_event_name_matches (const char *name, const char *pattern);

/**
 * postern_event_dup_patterns:
 * @settings: what an operator wrote
 * @name: of a list setting, whose items are as of postern_event_name_matches()
 *
 * Which events an instance is to have. Which names there are is not looked at; that each has the form of one is. Without a value it is all.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): NULL with POSTERN_ERROR_CONFIG
 */
POSTERN_API char **postern_event_dup_patterns (PosternSettings *settings, const char *name, GError **error);

/**
 * postern_event_is_one_of:
 * @patterns: (array zero-terminated=1): as of postern_event_name_matches()
 *
 * Whether the event is one of any of @patterns.
 *
 * Returns: TRUE if it is
 */
POSTERN_API gboolean postern_event_is_one_of (PosternEvent *self, const char *const *patterns);

/**
 * postern_event_is_warning:
 *
 * Whether it tells that something failed, was refused, missed, lost or switched off, or used twice: what who watches wants to see first. Its severity in
 * a system log is warning; that of others is notice.
 *
 * Returns: TRUE if it does
 */
POSTERN_API gboolean postern_event_is_warning (PosternEvent *self);

/**
 * postern_event_dup_timestamp:
 *
 * When it happened, as RFC 3339 has it: UTC, with six digits behind the second.
 *
 * Returns: (transfer full): such as "2027-01-15T08:00:00.000001Z"
 */
POSTERN_API char *postern_event_dup_timestamp (PosternEvent *self);

/**
 * postern_event_print:
 *
 * The event as webhooks get it: one JSON object without a line feed, whose members are `data`, `timestamp` (postern_event_dup_timestamp()) and `type`.
 *
 * Returns: (transfer full):
 */
POSTERN_API char *postern_event_print (PosternEvent *self);

G_END_DECLS

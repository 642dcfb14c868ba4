/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PosternDemoVisit: what the demo was given for one browser. */
typedef struct {
  char *id_token, *access_token, *userinfo; /* userinfo: JSON text; each (nullable) */
  gint64 until; /* seconds since 1970 */
} PosternDemoVisit;

/**
 * PosternDemoVisits: the last visits, in memory, by a random handle that the browser keeps. A restart forgets them, and the
 * person presses "Sign in" once more. Thread-safe.
 */
typedef struct _PosternDemoVisits PosternDemoVisits;

PosternDemoVisits *postern_demo_visits_new (void);
void postern_demo_visits_free (PosternDemoVisits *self);
/** postern_demo_visits_add: @visit (transfer full). Returns: (transfer full): the handle */
char *postern_demo_visits_add (PosternDemoVisits *self, PosternDemoVisit *visit, gint64 now);
/** postern_demo_visits_take: (transfer full) (nullable): it is gone from the list; put it back to see it again. */
PosternDemoVisit *postern_demo_visits_take (PosternDemoVisits *self, const char *handle, gint64 now);
void postern_demo_visits_put (PosternDemoVisits *self, const char *handle, PosternDemoVisit *visit);
void postern_demo_visits_free_one (PosternDemoVisit *visit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternDemoVisit, postern_demo_visits_free_one)

G_END_DECLS

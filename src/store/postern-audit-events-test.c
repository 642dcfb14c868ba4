/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-events.h"

#include <string.h>

static void
test_order (void)
{
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++) {
    g_assert_true (i == 0 || strcmp (events[i - 1].name, events[i].name) < 0);
    g_assert_true (postern_audit_events_find (events[i].name) == &events[i]);
  }
  g_assert_null (postern_audit_events_find (""));
  g_assert_null (postern_audit_events_find ("sign-in.succeede"));
  g_assert_null (postern_audit_events_find ("sign-in.succeeded2"));
}

/* The guide's table, made of this one: what to put there is said where it differs. */
static void
test_guide (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data/guides/events.md", NULL), *guide = NULL;
  g_autoptr (GString) table = g_string_new ("| event | when | `data` |\n|---|---|---|\n");
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++) {
    g_auto (GStrv) members = g_strsplit (events[i].members, " ", -1);
    g_autofree char *joined = g_strjoinv ("`, `", members);

    g_string_append_printf (table, "| `%s` | %s |%s%s%s |\n", events[i].name, events[i].when, *joined ? " `" : "", joined, *joined ? "`" : "");
  }
  g_assert_true (g_file_get_contents (file, &guide, NULL, NULL));
  if (strstr (guide, table->str) == NULL)
    g_error ("data/guides/events.md has another table than:\n%s", table->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-events/order", test_order);
  g_test_add_func ("/audit-events/guide", test_guide);
  return g_test_run ();
}

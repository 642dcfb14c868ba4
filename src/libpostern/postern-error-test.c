/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"

static void
test_table (void)
{
  for (int code = 0; code < POSTERN_ERROR_LAST; code++) {
    g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, code, "text");
    g_assert_cmpstr (postern_error_get_wire (error), !=, "");
    g_assert_cmpuint (postern_error_get_status (error), >=, 400);
    g_assert_cmpuint (postern_error_get_status (error), <, 600);
  }
}

static void
test_strangers (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "/etc/secret");
  g_autoptr (GError) beyond = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_LAST, "text");
  g_autoptr (GError) grant = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "text");

  g_assert_cmpstr (postern_error_get_wire (foreign), ==, "server_error");
  g_assert_cmpuint (postern_error_get_status (foreign), ==, 500);
  g_assert_false (postern_error_is_public (foreign));
  g_assert_cmpstr (postern_error_get_wire (beyond), ==, "server_error");
  g_assert_false (postern_error_is_public (NULL));
  g_assert_cmpstr (postern_error_get_wire (grant), ==, "invalid_grant");
  g_assert_true (postern_error_is_public (grant));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/table", test_table);
  g_test_add_func ("/error/strangers", test_strangers);
  return g_test_run ();
}

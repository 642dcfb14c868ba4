/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-geoip.h"

#include "postern-error.h"
#include "postern-geoip-fixture.h"

/* @self is NULL where this was built without the library, and there is nothing to look up: the test is passed over. */
static PosternGeoip *
open_written (GeoipBook *book)
{
  g_autofree char *path = geoip_end (book);
  g_autoptr (GError) error = NULL;
  PosternGeoip *self = postern_geoip_open (path, &error);

  g_unlink (path);
  if (error && strstr (error->message, "built without"))
    geoip_skip ();
  else
    g_assert_no_error (error);
  return self;
}

static void
test_find (void)
{
  GeoipBook book;
  g_autoptr (PosternGeoip) geoip = NULL;
  PosternPlace place;

  geoip_begin (&book);
  geoip_add (&book, "192.0.2.0", 24, "DE", 52.5, 13.4);
  geoip_add (&book, "198.51.100.0", 25, "NZ", 91, 0); /* a country alone */
  geoip_add (&book, "2001:db8::", 32, "JP", 35.7, 139.7);
  geoip = open_written (&book);
  if (geoip == NULL)
    return;
  postern_geoip_find (geoip, "192.0.2.77", &place);
  g_assert_cmpstr (place.country, ==, "DE");
  g_assert_true (place.located);
  g_assert_cmpfloat (place.latitude, ==, 52.5);
  g_assert_cmpfloat (place.longitude, ==, 13.4);
  postern_geoip_find (geoip, "198.51.100.1", &place);
  g_assert_cmpstr (place.country, ==, "NZ");
  g_assert_false (place.located);
  postern_geoip_find (geoip, "2001:db8::1", &place);
  g_assert_cmpstr (place.country, ==, "JP");
}

/* Nothing that is not known is an error, nor is anything an address that only looks like one. */
static void
test_unknown (void)
{
  static const char *const addresses[] = { "198.51.100.200", "10.0.0.1", "::1", "", "localhost", "192.0.2.1:80", "999.1.1.1" };
  GeoipBook book;
  g_autoptr (PosternGeoip) geoip = NULL;
  PosternPlace place;

  geoip_begin (&book);
  geoip_add (&book, "192.0.2.0", 24, "DE", 52.5, 13.4);
  geoip = open_written (&book);
  if (geoip == NULL)
    return;
  for (guint i = 0; i <= G_N_ELEMENTS (addresses); i++) {
    postern_geoip_find (geoip, i < G_N_ELEMENTS (addresses) ? addresses[i] : NULL, &place);
    g_assert_cmpstr (place.country, ==, "");
    g_assert_false (place.located);
  }
  postern_geoip_find (NULL, "192.0.2.1", &place);
  g_assert_cmpstr (place.country, ==, "");
}

/* A country that is none and a place beyond the poles are left out. */
static void
test_nonsense (void)
{
  GeoipBook book;
  g_autoptr (PosternGeoip) geoip = NULL;
  PosternPlace place;

  geoip_begin (&book);
  geoip_add (&book, "192.0.2.0", 24, "D\n", 52.5, 400);
  geoip_add (&book, "198.51.100.0", 24, "GERMANY", -G_MAXDOUBLE, 0);
  geoip = open_written (&book);
  if (geoip == NULL)
    return;
  postern_geoip_find (geoip, "192.0.2.1", &place);
  g_assert_cmpstr (place.country, ==, "");
  g_assert_false (place.located);
  postern_geoip_find (geoip, "198.51.100.1", &place);
  g_assert_cmpstr (place.country, ==, "");
  g_assert_false (place.located);
}

/* In the person's language where the database has it, else in English; and what is no text is no name. */
static void
test_names (void)
{
  static const char *const countries[] = { "de", "Deutschland", "en", "Germany", "pt-BR", "Alemanha", "zh-CN", "德国", NULL }, *const cities[] = { "en", "Berlin", NULL };
  static const char *const nonsense[] = { "en", "\xff", NULL };
  static const struct {
    const char *language, *country;
  } rows[] = { { "de", "Deutschland" }, { "de-AT", "Deutschland" }, { "pt-BR", "Alemanha" }, { "zh-Hans", "德国" }, { "zh-Hant", "Germany" }, { "tr", "Germany" },
               { "", "Germany" }, { NULL, "Germany" } };
  GeoipBook book;
  g_autoptr (PosternGeoip) geoip = NULL;

  geoip_begin (&book);
  book.countries = countries;
  book.cities = cities;
  geoip_add (&book, "192.0.2.0", 24, "DE", 52.5, 13.4);
  book.countries = book.cities = nonsense;
  geoip_add (&book, "198.51.100.0", 24, "NZ", 91, 0);
  geoip = open_written (&book);
  if (geoip == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *country = postern_geoip_dup_name (geoip, "192.0.2.1", "country", rows[i].language);
    g_autofree char *city = postern_geoip_dup_name (geoip, "192.0.2.1", "city", rows[i].language);

    g_assert_cmpstr (country, ==, rows[i].country);
    g_assert_cmpstr (city, ==, "Berlin");
  }
  g_assert_null (postern_geoip_dup_name (geoip, "198.51.100.1", "country", "en"));
  g_assert_null (postern_geoip_dup_name (geoip, "203.0.113.1", "country", "en"));
  g_assert_null (postern_geoip_dup_name (NULL, "192.0.2.1", "country", "en"));
}

static void
test_broken (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing = NULL;

  g_close (g_file_open_tmp ("postern-geoip-XXXXXX", &path, NULL), NULL);
  g_assert_true (g_file_set_contents (path, "no database", -1, NULL));
  g_assert_null (postern_geoip_open (path, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED);
  g_unlink (path);
  g_assert_null (postern_geoip_open (path, &missing));
  g_assert_error (missing, POSTERN_ERROR, POSTERN_ERROR_FAILED);
}

static void
test_distance (void)
{
  PosternPlace berlin = { "DE", TRUE, 52.52, 13.405 }, sydney = { "AU", TRUE, -33.87, 151.21 };
  PosternPlace fiji = { "FJ", TRUE, -17, 179.5 }, samoa = { "WS", TRUE, -17, -179.5 };

  g_assert_cmpfloat_with_epsilon (postern_geoip_get_distance (&berlin, &berlin), 0, 0.001);
  g_assert_cmpfloat_with_epsilon (postern_geoip_get_distance (&berlin, &sydney), 16090, 40);
  g_assert_cmpfloat_with_epsilon (postern_geoip_get_distance (&fiji, &samoa), 106, 2); /* across the date line, not around the world */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geoip/distance", test_distance);
  g_test_add_func ("/geoip/find", test_find);
  g_test_add_func ("/geoip/unknown", test_unknown);
  g_test_add_func ("/geoip/nonsense", test_nonsense);
  g_test_add_func ("/geoip/names", test_names);
  g_test_add_func ("/geoip/broken", test_broken);
  return g_test_run ();
}

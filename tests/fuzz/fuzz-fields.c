/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-address.h"
#include "postern-cookie.h"
#include "postern-languages.h"
#include "postern-plural.h"
#include "postern-request-private.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The values of fields that we read: cookies, languages, forwarded addresses, forms and queries, plural rules. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const have[] = { "de", "en", "pt-BR", NULL };
  static const char *const proxies[] = { "0.0.0.0/0", "::/0", NULL };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *cookies = postern_cookie_filter (text, TRUE, NULL);
  g_autoptr (PosternAddressList) trusted = postern_address_list_new (proxies, NULL);
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/", text);
  g_autoptr (PosternPlural) plural = postern_plural_new (text);
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  PosternAddress address = { { 0 } };
  const char *value;

  postern_languages_choose (have, text);
  postern_address_resolve (trusted, &address, text, NULL);
  postern_address_resolve (trusted, &address, NULL, text);
  postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
  postern_request_set_body (request, body);
  postern_request_get_query (request, "a", &value, NULL);
  postern_request_get_parameters (request, NULL);
  postern_request_add_header (request, "Cookie", text);
  postern_request_get_cookie (request, "a");
  for (gulong n = 0; plural && n < 3; n++)
    postern_plural_choose (plural, n);
  return 0;
}

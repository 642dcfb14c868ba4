/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-table.h"

#include "postern-build.h"

#include <string.h>

#define FOLDERS(name)                                                                                                  \
  POSTERN_DATA_DIR "/" name ":" POSTERN_RUNTIME_DIR "/" name ":" POSTERN_SYSCONF_DIR "/" name

/* clang-format off */
const PosternConfigKey postern_config_table[] = {
  /* name, type, default, environment, option, range, secret, help */
  { "server.listen", POSTERN_CONFIG_ADDRESSES, "127.0.0.1:8080", "POSTERN_LISTEN", "listen", NULL, FALSE,
    "Addresses and ports to listen on. Loopback by default; put a TLS proxy in front, or set tls-certificate, before you listen elsewhere." },
  { "server.public-url", POSTERN_CONFIG_URL, "http://localhost:8080", "POSTERN_PUBLIC_URL", "public-url", NULL, FALSE,
    "The URL that browsers and applications see; also the issuer. https, or http on localhost." },
  { "server.data-dir", POSTERN_CONFIG_PATH, "/var/lib/postern", "POSTERN_DATA_DIR", "data-dir", NULL, FALSE,
    "Folder of the database, the master key and the admin socket." },
  { "server.management-listen", POSTERN_CONFIG_ADDRESSES, "", "POSTERN_MANAGEMENT_LISTEN", "management-listen", NULL, FALSE,
    "Addresses and ports for /livez, /readyz and /metrics; keep them private." },
  { "server.admin-socket", POSTERN_CONFIG_PATH, "", "POSTERN_ADMIN_SOCKET", "admin-socket", NULL, FALSE,
    "Local socket of the command line; admin.sock in the data folder when empty." },
  { "server.workers", POSTERN_CONFIG_INTEGER, "1", "POSTERN_WORKERS", "workers", "1 64", FALSE,
    "Worker processes. One is best with SQLite." },
  { "server.io-threads", POSTERN_CONFIG_INTEGER, "0", "POSTERN_IO_THREADS", NULL, "0 256", FALSE,
    "Threads that read and write sockets in a worker; 0 for one a core." },
  { "server.handler-threads", POSTERN_CONFIG_INTEGER, "0", "POSTERN_HANDLER_THREADS", NULL, "0 1024", FALSE,
    "Threads in a worker that may block; 0 for the built-in number." },
  { "server.trusted-proxies", POSTERN_CONFIG_NETWORKS, "", "POSTERN_TRUSTED_PROXIES", NULL, NULL, FALSE,
    "Addresses or ADDRESS/BITS of proxies whose word about the client's address is believed." },
  { "server.tls-certificate", POSTERN_CONFIG_PATH, "", "POSTERN_TLS_CERTIFICATE", NULL, NULL, FALSE,
    "PEM file of a certificate with its chain: the public sockets then speak TLS themselves. Read again at a reload." },
  { "server.tls-key", POSTERN_CONFIG_PATH, "", "POSTERN_TLS_KEY", NULL, NULL, FALSE,
    "PEM file of the certificate's key, without a password." },
  { "server.start-timeout", POSTERN_CONFIG_INTEGER, "60", "POSTERN_START_TIMEOUT", NULL, "1 3600", FALSE,
    "Seconds that a worker may take to become ready." },
  { "server.drain-timeout", POSTERN_CONFIG_INTEGER, "30", "POSTERN_DRAIN_TIMEOUT", NULL, "0 3600", FALSE,
    "Seconds that a leaving worker may take to answer what is under way." },
  { "server.hang-timeout", POSTERN_CONFIG_INTEGER, "30", "POSTERN_HANG_TIMEOUT", NULL, "6 3600", FALSE,
    "Seconds without a sign of life after which a worker is killed and replaced." },

  { "limits.connections", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_CONNECTIONS", NULL, "0 1000000", FALSE,
    "Open connections of a worker; 0 for the built-in number." },
  { "limits.connections-per-address", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_CONNECTIONS_PER_ADDRESS", NULL, "0 1000000", FALSE,
    "Open connections from one address; 0 for the built-in number." },
  { "limits.handler-queue", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_HANDLER_QUEUE", NULL, "0 100000", FALSE,
    "Requests that may wait for a handler thread; beyond, the answer is 503. 0 for the built-in number." },
  { "limits.head-timeout", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_HEAD_TIMEOUT", NULL, "0 600000", FALSE,
    "Milliseconds in which a request's head must have come; 0 for the built-in time." },
  { "limits.body-timeout", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_BODY_TIMEOUT", NULL, "0 600000", FALSE,
    "Milliseconds in which a request's body must have come; 0 for the built-in time." },
  { "limits.idle-timeout", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_IDLE_TIMEOUT", NULL, "0 3600000", FALSE,
    "Milliseconds that an idle connection is kept; 0 for the built-in time." },
  { "limits.handler-timeout", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_HANDLER_TIMEOUT", NULL, "0 600000", FALSE,
    "Milliseconds that a request may be worked on; 0 for the built-in time." },
  { "limits.rate", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_RATE", NULL, "0 1000000", FALSE,
    "Requests a second of one address, but for loopback; 0 for the built-in number." },
  { "limits.rate-burst", POSTERN_CONFIG_INTEGER, "0", "POSTERN_LIMIT_RATE_BURST", NULL, "0 1000000", FALSE,
    "Requests of one address at once; 0 for the built-in number." },

  { "log.level", POSTERN_CONFIG_CHOICE, "info", "POSTERN_LOG_LEVEL", "log-level", "error warning info debug", FALSE,
    "What is logged: error, warning, info or debug." },
  { "log.format", POSTERN_CONFIG_CHOICE, "auto", "POSTERN_LOG_FORMAT", "log-format", "auto text json journal", FALSE,
    "text, json (one object a line), journal (fields); auto: journal under systemd, text on a terminal, else json." },
  { "log.access", POSTERN_CONFIG_BOOLEAN, "true", "POSTERN_LOG_ACCESS", NULL, NULL, FALSE,
    "A JSON line a request on standard error: never a query, and no path that could hold a secret." },

  { "tenant.name", POSTERN_CONFIG_STRING, "Postern", "POSTERN_TENANT_NAME", NULL, NULL, FALSE,
    "The name that the pages show." },
  { "tenant.logo", POSTERN_CONFIG_PATH, "", "POSTERN_TENANT_LOGO", NULL, NULL, FALSE,
    "A picture that the pages show instead of the name: PNG, JPEG, WebP or plain SVG, at most 24 KiB." },
  { "tenant.accent-color", POSTERN_CONFIG_COLOR, "", "POSTERN_TENANT_ACCENT_COLOR", NULL, NULL, FALSE,
    "The colour of buttons and links, like #3350d4; words on it and links are made readable in both themes." },

  { "tenants.open", POSTERN_CONFIG_INTEGER, "100", "POSTERN_TENANTS_OPEN", NULL, "1 100000", FALSE,
    "Tenants beside the default one that a worker keeps open; beyond, the one that nobody used for longest is closed." },
  { "tenants.idle-seconds", POSTERN_CONFIG_INTEGER, "600", "POSTERN_TENANTS_IDLE_SECONDS", NULL, "1 86400", FALSE,
    "Seconds without a request after which a tenant is closed; the next request opens it." },

  { "database.type", POSTERN_CONFIG_STRING, "sqlite", "POSTERN_DATABASE_TYPE", NULL, NULL, FALSE,
    "Id of the database plugin." },
  { "database.location", POSTERN_CONFIG_STRING, "", "POSTERN_DATABASE_LOCATION", NULL, NULL, TRUE,
    "Where the database is: a folder for SQLite (the data folder when empty), else a connection URL." },
  { "database.master-key", POSTERN_CONFIG_PATH, "", "POSTERN_MASTER_KEY", NULL, NULL, FALSE,
    "File of the master key, mode 0600; master.key in the data folder when empty. A systemd credential `master-key` goes before it." },

  { "sign-up.verify-email", POSTERN_CONFIG_BOOLEAN, "true", "POSTERN_SIGN_UP_VERIFY_EMAIL", NULL, NULL, FALSE,
    "Who makes an account must show by a code that the e-mail address is theirs, as soon as there is a messenger for e-mail." },

  { "password.memory", POSTERN_CONFIG_INTEGER, "19456", "POSTERN_PASSWORD_MEMORY", NULL, "8 4194304", FALSE,
    "Argon2id memory of one hash, in KiB." },
  { "password.iterations", POSTERN_CONFIG_INTEGER, "2", "POSTERN_PASSWORD_ITERATIONS", NULL, "1 1000", FALSE,
    "Argon2id passes." },
  { "password.parallelism", POSTERN_CONFIG_INTEGER, "1", "POSTERN_PASSWORD_PARALLELISM", NULL, "1 64", FALSE,
    "Argon2id lanes." },
  { "password.memory-limit", POSTERN_CONFIG_INTEGER, "262144", "POSTERN_PASSWORD_MEMORY_LIMIT", NULL, "8 1073741824", FALSE,
    "KiB that all hashes under way may take together." },
  { "password.queue", POSTERN_CONFIG_INTEGER, "48", "POSTERN_PASSWORD_QUEUE", NULL, "0 100000", FALSE,
    "Hashes that may wait; beyond, the answer is 429 with Retry-After. Keep it below the number of handler threads." },
  { "password.breached-list", POSTERN_CONFIG_PATH, "", "POSTERN_PASSWORD_BREACHED_LIST", NULL, NULL, FALSE,
    "A file of stolen passwords, one a line, besides the list built in." },

  { "risk.geoip-database", POSTERN_CONFIG_PATH, "", "POSTERN_RISK_GEOIP_DATABASE", NULL, NULL, FALSE,
    "A database of MaxMind's format that says where addresses are: for sign-ins from new countries, and with cities for impossible travel. None when empty. Rename a newer one into its place and reload." },

  { "messages.from-address", POSTERN_CONFIG_STRING, "", "POSTERN_MESSAGES_FROM_ADDRESS", NULL, NULL, FALSE,
    "The address that mails come from; postern@ and the public URL's host when empty." },
  { "messages.sender-name", POSTERN_CONFIG_STRING, "", "POSTERN_MESSAGES_SENDER_NAME", NULL, NULL, FALSE,
    "The name that mails come from; tenant.name when empty." },
  { "messages.keep-days", POSTERN_CONFIG_INTEGER, "30", "POSTERN_MESSAGES_KEEP_DAYS", NULL, "1 3650", FALSE,
    "Days that the log of sent messages is kept; it has no addresses and nothing of what they said." },

  { "webhooks.threads", POSTERN_CONFIG_INTEGER, "32", "POSTERN_WEBHOOKS_THREADS", NULL, "2 1000", FALSE,
    "Webhooks of all tenants that a worker sends to at once. A quarter of these is for those whose latest answer came within a second." },

  { "outbound.allow", POSTERN_CONFIG_LIST, "", "POSTERN_OUTBOUND_ALLOW", NULL, NULL, FALSE,
    "What connectors may reach although it is private or plain http: HOST, HOST:PORT or ADDRESS/BITS." },
  { "outbound.ca-file", POSTERN_CONFIG_PATH, "", "POSTERN_OUTBOUND_CA_FILE", NULL, NULL, FALSE,
    "PEM file of the certificate authorities that connectors trust; the system's own when empty." },

  { "paths.plugins", POSTERN_CONFIG_PATHS, POSTERN_PLUGIN_DIR ":" POSTERN_SYSCONF_DIR "/plugins.d", "POSTERN_PLUGIN_PATH", NULL, NULL, FALSE,
    "Folders of plugin modules and of key files without one." },
  { "paths.connectors", POSTERN_CONFIG_PATHS, FOLDERS ("connectors.d"), "POSTERN_CONNECTOR_PATH", NULL, NULL, FALSE,
    "Folders of instance files, NAME.conf; a later folder wins, an empty file masks." },
  { "paths.templates", POSTERN_CONFIG_PATHS, POSTERN_SYSCONF_DIR "/templates:" POSTERN_DATA_DIR "/templates", "POSTERN_TEMPLATE_PATH", NULL, NULL, FALSE,
    "Folders of page templates; the first one that has a file wins." },
  { "paths.assets", POSTERN_CONFIG_PATH, POSTERN_DATA_DIR "/assets", "POSTERN_ASSETS_DIR", NULL, NULL, FALSE,
    "Folder of styles, scripts and pictures." },
  { "paths.locale", POSTERN_CONFIG_PATH, POSTERN_LOCALE_DIR, "POSTERN_LOCALE_DIR", NULL, NULL, FALSE,
    "Folder of translations: LANG/LC_MESSAGES/postern.mo." },
  { NULL }
};
/* clang-format on */

int
postern_config_table_find (const char *name)
{
  for (int i = 0; postern_config_table[i].name; i++)
    if (g_str_equal (postern_config_table[i].name, name))
      return i;
  return -1;
}

gboolean
postern_config_table_has_group (const char *group)
{
  gsize length = strlen (group);
  for (int i = 0; postern_config_table[i].name; i++)
    if (strncmp (postern_config_table[i].name, group, length) == 0 && postern_config_table[i].name[length] == '.')
      return TRUE;
  return FALSE;
}

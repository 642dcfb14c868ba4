/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/** bench_store_must: ends the program when something failed that a benchmark does not expect. @error: (nullable) */
void bench_store_must (gboolean done, GError *error);
/** bench_store_open: (transfer full): the tenant `default` of @location by the driver of @module_file, a shared object that no plugin loader has vetted */
PosternStore *bench_store_open (const char *module_file, const char *location);

#define BENCH_STORE_PROMISED_MS 20 /* of a list, a filter, a look-up: 95 of 100 */
/** bench_store_report: prints what @n @times in microseconds come to, and sorts them. FALSE: it is @promised to take less than it does */
gboolean bench_store_report (const char *what, gint64 *times, gsize n, gboolean promised);

G_END_DECLS

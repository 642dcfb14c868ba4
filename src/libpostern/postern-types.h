/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/**
 * POSTERN_API: (skip)
 *
 * Marks what libpostern-1 promises. Everything else is hidden by the compiler, and
 * `src/libpostern/postern-1.exports` lists what is left; a test compares the two.
 */
#define POSTERN_API __attribute__ ((visibility ("default"))) extern

/**
 * POSTERN_PLUGIN_API:
 *
 * The contract's number. It stands in the module folder's name and in each `.plugin` file.
 */
#define POSTERN_PLUGIN_API 1

G_BEGIN_DECLS

typedef struct _PosternRequest PosternRequest;
typedef struct _PosternResponse PosternResponse;
typedef struct _PosternPrompt PosternPrompt;
typedef struct _PosternSubject PosternSubject;
typedef struct _PosternClaims PosternClaims;
typedef struct _PosternStep PosternStep;
typedef struct _PosternSettings PosternSettings;
typedef struct _PosternMessage PosternMessage;
typedef struct _PosternEvent PosternEvent;
typedef struct _PosternFlow PosternFlow;

G_END_DECLS

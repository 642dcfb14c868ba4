/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * The pages of a sign-in without HTML, for an application that draws them itself: one row for each thing that a template of
 * data/templates shows or asks, made from the same model. A page without rows is shown in a browser only.
 */

/** postern_flow_native_pages_has: whether the page @name can be shown by an application. */
gboolean postern_flow_native_pages_has (const char *name);

/**
 * postern_flow_native_pages_describe: what the page @name says and asks, from what its template is filled in with: {name, title,
 * text, fields [{name, type, label, autocomplete, max_length, required, value}], actions [{name, label}], error {field, message},
 * retry_after, resend_after, and the page's own}. Whatever a person reads is a phrase (POSTERN_RESPONSE_JSON).
 * Returns: (transfer floating): a{sv}
 */
GVariant *postern_flow_native_pages_describe (const char *name, GVariant *model);

/**
 * postern_flow_native_pages_dup_answers: of @form what the page of @flow asks, and which action: nothing else that an application
 * sends is taken for something that the person has typed. (transfer full)
 */
PosternPairs *postern_flow_native_pages_dup_answers (PosternFlow *flow, PosternPairs *form);

G_END_DECLS

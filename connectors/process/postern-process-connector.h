/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternProcessConnector: a connector in another language: a confined program that speaks one JSON object a line. README.md is its interface. */
#define POSTERN_TYPE_PROCESS_CONNECTOR (postern_process_connector_get_type ())
G_DECLARE_FINAL_TYPE (PosternProcessConnector, postern_process_connector, POSTERN, PROCESS_CONNECTOR, PosternConnector)

G_END_DECLS

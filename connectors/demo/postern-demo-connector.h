/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternDemoConnector: believes whatever name it is told. Copy this folder to begin a connector of your own. */
#define POSTERN_TYPE_DEMO_CONNECTOR (postern_demo_connector_get_type ())
G_DECLARE_FINAL_TYPE (PosternDemoConnector, postern_demo_connector, POSTERN, DEMO_CONNECTOR, PosternConnector)

G_END_DECLS

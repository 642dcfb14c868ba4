# SPDX-License-Identifier: Apache-2.0
"""A port for a server of a test's own."""

import random
import socket


def free_port():
    """None of those that connections go out from: between two starts of a server one of them would take its port. As in server.mjs."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that does what it may not, as its first argument says. What it could do to others, it tells as a subject's id."""
import ctypes
import json
import os
import sys
import time

way, rest = sys.argv[1], sys.argv[2:]
error = {"type": "error", "error": "access_denied", "message": "no"}


def say(message):
    print(json.dumps(message), flush=True)


def attempt(action):
    try:
        action()
        return "done"
    except OSError as refusal:
        return refusal.strerror


def escape():
    libc = ctypes.CDLL(None, use_errno=True)
    script = os.stat(__file__)  # the interpreter has it open
    found = {
        "read": attempt(lambda: open(rest[0]).read()),
        "write": attempt(lambda: open(rest[0] + ".new", "w")),
        "kill": attempt(lambda: os.kill(os.getppid(), 0)),
        "trace": os.strerror(ctypes.get_errno()) if libc.ptrace(16, os.getppid(), 0, 0) < 0 else "done",
        "memory": attempt(lambda: open(f"/proc/{os.getppid()}/mem", "rb").read(1)),
        "leave": attempt(os.setsid),
        "descriptors": [n for n in range(3, 256) if attempt(lambda: os.fstat(n)) == "done" and not os.path.samestat(os.fstat(n), script)],
        "environment": sorted(os.environ),
    }
    return {"type": "subject", "subject": {"id": json.dumps(found)}}


hello = sys.stdin.readline()
if way == "mute":
    time.sleep(60)
say({"type": "ready", "version": 2 if way == "version" else 1})
if way == "reads-nothing":
    time.sleep(60)
for line in sys.stdin:
    step = json.loads(line)
    if step["type"] != "step":
        continue
    if way == "end":
        sys.exit(3)
    elif way == "garbage":
        print("this is no JSON", flush=True)
    elif way == "endless":
        sys.stdout.write("x" * (1 << 20))
        sys.stdout.flush()
    elif way == "stranger":
        say({"id": step["id"] + 1000, **error})
    elif way == "eat":
        hoard = bytearray(1 << 30)
    elif way == "escape":
        say({"id": step["id"], **escape()})
    elif way == "order":  # the second question is answered first
        say({"id": int(json.loads(sys.stdin.readline())["id"]), "type": "error", "error": "access_denied", "message": "second"})
        say({"id": step["id"], **error})
    elif way == "answers":
        say({"id": step["id"], **json.loads(rest[int(step["input"]["n"])])})
    elif way != "silent":
        say({"id": step["id"], **error})

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that does what it may not, as its first argument says. What it could do to others, it tells as a subject's id."""
import ctypes
import fcntl
import json
import os
import platform
import socket
import subprocess
import sys
import threading
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


def connect(path):
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(path)


def make_namespace(libc):
    new_user, child_signal = 0x10000000, 17
    process = libc.syscall({"x86_64": 56, "aarch64": 220}[platform.machine()], new_user | child_signal, 0, 0, 0, 0)
    if process == 0:
        os._exit(0)
    if process < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def work():
    """What a connector may need, and what the filter must leave it."""
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    subprocess.run(["/bin/true"], check=True)
    for family in (socket.AF_INET, socket.AF_INET6):
        socket.socket(family).close()
    for end in socket.socketpair():
        end.close()


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
        "admin": attempt(lambda: connect(rest[0] + ".socket")),
        "alarm": attempt(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())),
        "starve": attempt(lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 1)),
        "namespace": attempt(lambda: make_namespace(libc)),
        "work": attempt(work),
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

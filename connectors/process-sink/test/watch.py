#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A sink in Python: says on its error stream, which is the server's log, when an account is deleted. It refuses what its option `refuse` names."""
import json
import sys

last = {}  # tenant: the number up to which it has seen its log


def take(question, options):
    for event in question["events"]:
        tenant, number = question["tenant"], event["data"]["number"]
        if event["type"] == options.get("refuse"):
            raise ValueError(f"{tenant}: {event['type']} after number {last.get(tenant)}, of {len(question['events'])}")
        if number <= last.get(tenant, -1):
            continue  # it came before
        last[tenant] = number
        if event["type"] == "user.deleted":
            print(f"{tenant}: {event['data'].get('target')} was deleted", file=sys.stderr)


def answer(question, options):
    try:
        take(question, options)
        return {"type": "taken"}
    except ValueError as error:
        return {"type": "error", "error": "invalid_request", "message": str(error)}


def say(message):
    print(json.dumps(message), flush=True)


hello = json.loads(sys.stdin.readline())
if hello["version"] != 1:
    sys.exit("this speaks version 1 of the protocol")
say({"type": "ready", "version": 1})
for line in sys.stdin:
    question = json.loads(line)
    if question["type"] == "events":
        say({"id": question["id"], **answer(question, hello["options"])})

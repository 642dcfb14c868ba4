#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A connector in Python. Its provider is a mirror, which sends the browser straight back."""
import json
import sys
from urllib.parse import urlencode


def begin(step, options):
    url = f"{step['callback_url']}?{urlencode({'code': 'mirrored', 'state': step['callback_state']})}"
    return {"type": "prompt", "prompt": {"kind": "redirect", "url": url}, "state": {"began": "yes"}}


def callback(step, options):
    if step["input"].get("code") != "mirrored" or step["state"].get("began") != "yes":
        return {"type": "error", "error": "access_denied", "message": "nobody was sent to the mirror"}
    person = options.get("person", "visitor")
    claims = {"name": person, "email": f"{person}@outside.example", "email_verified": True}
    return {"type": "subject", "subject": {"id": person, "claims": claims}}


def refuse(step, options):
    return {"type": "error", "error": "access_denied", "message": "the mirror asks nothing"}


def say(message):
    print(json.dumps(message), flush=True)


hello = json.loads(sys.stdin.readline())
if hello["version"] != 1:
    sys.exit("the mirror speaks version 1 of the protocol")
say({"type": "ready", "version": 1})
for line in sys.stdin:
    question = json.loads(line)
    if question["type"] == "step":
        answer = {"begin": begin, "callback": callback}.get(question["phase"], refuse)
        say({"id": question["id"], **answer(question, hello["options"])})

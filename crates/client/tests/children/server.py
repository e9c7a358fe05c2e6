"""An MCP server on stdio, as good or as bad as its arguments say; with Python's library alone.

    python3 server.py ERA [FAULT…]

ERA is `modern`, `legacy` or `both`.
"""

import json
import os
import signal
import subprocess
import sys
import time

SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
ERA, FAULTS = sys.argv[1], sys.argv[2:]
seen = []
held = []
listening = []


def say(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def print_raw(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def tell(method, params):
    say({"method": f"notifications/{method}", "params": params})


def answer(id, text):
    say({"id": id, "result": {"content": [{"type": "text", "text": text}]}})


def refuse(id, code=-32601, message="no such method"):
    say({"id": id, "error": {"code": code, "message": message}})


def call(id, params):
    name = params["name"]
    token = params.get("_meta", {}).get("progressToken")
    arguments = params.get("arguments", {})
    if name == "echo":
        answer(id, arguments.get("text", ""))
    elif name == "pid":
        answer(id, str(os.getpid()))
    elif name == "seen":
        answer(id, json.dumps(seen))
    elif name == "env":
        answer(id, os.environ.get(arguments["name"], "") + " in " + os.getcwd())
    elif name == "steps":
        for step in range(1, arguments["n"] + 1):
            tell("message", {"level": "info", "data": f"step {step}"})
            tell("progress", {"progressToken": token, "progress": step})
        answer(id, "stepped")
    elif name == "rubbish":
        print_raw("Hello from a stray print\n\n{not json}\r\n")
        tell("progress", {"progressToken": token, "progress": 1})
        print_raw("[1, 2\n\x1b[31mred\x1b[0m\n")
        answer(id, "clean")
    elif name == "loud":
        for _ in range(10 * 1024):
            os.write(2, b"x" * 1023 + b"\n")
        answer(id, "ten megabytes")
    elif name == "die":
        tell("progress", {"progressToken": token, "progress": 1})
        sys.stderr.write("Traceback: the last words\n")
        sys.stderr.flush()
        os._exit(3)
    elif name == "hold":
        held.append(id)
        tell("progress", {"progressToken": token, "progress": 0})
    elif name == "release":
        for one in held:
            answer(one, "late")
        held.clear()
        answer(id, "released")
    elif name == "ask":
        say({"id": 1, "method": "roots/list"})
        held.append(id)
    elif name == "cut":
        cut(id, token, arguments["after"], arguments["torn"])
    elif name == "change":
        tell("tools/list_changed", {})
        for one in listening:
            tell("tools/list_changed", {"_meta": {SUBSCRIPTION: one}})
        answer(id, "changed")
    elif name == "long":
        answer(id, "x" * arguments["n"])
    else:
        refuse(id, -32602, f"no tool {name}")


def cut(id, token, after, torn):
    """Says so many of six messages, perhaps a part of the next, and is gone."""
    script = [{"method": "notifications/progress", "params": {"progressToken": token, "progress": step}}
              for step in range(1, 6)]
    script.append({"id": id, "result": {"content": [{"type": "text", "text": "whole"}]}})
    for message in script[:after]:
        say(message)
    if torn and after < len(script):
        text = json.dumps({"jsonrpc": "2.0", **script[after]})
        print_raw(text[: len(text) // 2])
    os._exit(0)


def discover(id):
    say({"id": id, "result": {
        "resultType": "complete",
        "supportedVersions": ["2026-07-28"],
        "capabilities": {"tools": {"listChanged": True}, "logging": {}},
        "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "child", "version": "1"}},
    }})


def initialize(id, params):
    say({"id": id, "result": {
        "protocolVersion": params["protocolVersion"],
        "capabilities": {"tools": {"listChanged": True}, "logging": {}},
        "serverInfo": {"name": "child", "version": "1"},
    }})


def asked(message):
    method, id, params = message["method"], message.get("id"), message.get("params", {})
    seen.append(method)
    modern = "io.modelcontextprotocol/protocolVersion" in params.get("_meta", {})
    if id is None:
        return
    if method == "server/discover":
        if "exits-on-probe" in FAULTS:
            os._exit(1)
        elif "late-probe" in FAULTS:
            held.append(id)
        elif "silent-on-probe" in FAULTS:
            pass
        elif ERA == "legacy":
            refuse(id)
        else:
            discover(id)
    elif method == "initialize" and ERA != "modern":
        initialize(id, params)
        while held:
            discover(held.pop())
    elif method == "subscriptions/listen":
        listening.append(id)
        tell("subscriptions/acknowledged", {
            "notifications": params["notifications"], "_meta": {SUBSCRIPTION: id}})
    elif method in ("ping", "logging/setLevel"):
        say({"id": id, "result": {}})
    elif method == "tools/list":
        say({"id": id, "result": {"tools": [
            {"name": "echo", "inputSchema": {"type": "object"}},
        ]}})
    elif method == "tools/call" and (modern or ERA != "modern"):
        call(id, params)
    else:
        refuse(id)


if "exits-at-once" in FAULTS:
    sys.exit("there is no configuration")
if "ignores-signals" in FAULTS:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "has-children" in FAULTS:
    # One that goes when it is asked, and one that does not.
    subprocess.Popen(["sleep", "1000"])
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
    subprocess.Popen([sys.executable, "-c", stubborn])
if "starts-slowly" in FAULTS:
    time.sleep(6)

for line in sys.stdin:
    message = json.loads(line)
    if "method" in message:
        asked(message)
    else:
        for one in held:
            answer(one, json.dumps(message.get("result", message.get("error"))))
        held.clear()

while "ignores-signals" in FAULTS:
    time.sleep(1)

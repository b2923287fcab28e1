#!/usr/bin/python3
"""The admin console in headless Chromium, as an operator uses it: against a node with clients that do as they are told.

    console.py [word...]             the steps whose names contain one of the words, or all
    console.py --screenshots FOLDER  every page, light and dark, wide and narrow, as PNG

The page is driven by console.mjs, which says what the clients have to do: one line `? {"deed": name, ...}` of its
output is answered by one line of its input.
"""
import json
import subprocess
import sys
from pathlib import Path

from console_clients import Clients
from harness import Failed, Node

FOLDER = Path(__file__).resolve().parent
PASSWORD = "correct horse battery"
SETTINGS = {"admin.initial_password": PASSWORD, "debug.allow_fault_injection": "true"}
SECONDS = 300
# What the tests do to the node is told in its log: actors that are made to fail.
MEANT = r"crash|restarted by|fault"


def console_url(node):
    line = node.line(r"admin: the console listens on 127\.0\.0\.1:\d+$")
    return "http://" + line.rpartition(" ")[2]


def answer(clients, line):
    asked = json.loads(line)
    try:
        return {"result": getattr(clients, "do_" + asked.pop("deed"))(**asked)}
    except Exception as error:  # the step fails that asked, and the next one runs
        return {"error": f"{type(error).__name__}: {error}"}


def converse(browser, clients):
    """Does what the browser's script asks for and passes on what it tells, until it ends."""
    for line in browser.stdout:
        if line.startswith("? "):
            browser.stdin.write(json.dumps(answer(clients, line[2:])) + "\n")
            browser.stdin.flush()
        else:
            print(line, end="", flush=True)
    return browser.wait(SECONDS)


def run(arguments):
    with Node(SETTINGS, errors=MEANT) as node, Clients(node) as clients:
        command = ["node", FOLDER / "console.mjs", console_url(node), PASSWORD, *arguments]
        browser = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            return converse(browser, clients)
        finally:
            browser.kill()
            browser.wait()


def main():
    try:
        sys.exit(run(sys.argv[1:]))
    except Failed as error:
        print(f"not ok the node under the console: {error}", flush=True)
        sys.exit(1)


main()

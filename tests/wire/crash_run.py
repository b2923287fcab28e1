#!/usr/bin/python3
"""Kills a broker with SIGKILL at random instants, round after round, and accounts for every acknowledged message.

    crash_run.py [ROUNDS] [--seed SEED] [--broker troupe|mosquitto] [--messages A_ROUND] ...

Clients with durable sessions publish and receive at QoS 1 and 2 over WebSocket; in half of the rounds the subscribers
are away, so that their messages wait in the broker across the kill. The node is found in TROUPE. Exits with 1 when a
promise was broken; the broker's log, its data as the last kills left them, and the findings are kept then.
"""
import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from crash_broker import BROKERS
from crash_rounds import Crash


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rounds", nargs="?", type=int, default=100)
    parser.add_argument("--seed", help="of the plan [a random one]")
    parser.add_argument("--broker", choices=sorted(BROKERS), default="troupe")
    parser.add_argument("--messages", type=int, default=4000, help="a round, about [%(default)s]")
    parser.add_argument("--foreign", type=int, default=100, help="more a round by MQTT.js; 0: without it [%(default)s]")
    parser.add_argument("--quiet", type=float, default=10, metavar="SECONDS",
                        help="without traffic, after which what is missing is lost [%(default)s]")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="an option of the node")
    parser.add_argument("--gentle", action="store_true", help="SIGTERM instead of SIGKILL: to test this test")
    parser.add_argument("--links-only", action="store_true", help="cut the clients' links, the broker stays: the same")
    parser.add_argument("--go-on", action="store_true", help="after a broken promise, too")
    parser.add_argument("--folder", help="where log and data are kept, and stay [a temporary one, kept on failure]")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    options = parser.parse_args(words)
    options.seed = options.seed or str(random.SystemRandom().randrange(10 ** 9))
    return options


def crash(options):
    """Runs it; returns the report, which says where the evidence is when a promise was broken."""
    folder = options.folder or tempfile.mkdtemp(prefix="troupe-crash-")
    Path(folder).mkdir(parents=True, exist_ok=True)
    result = Crash(options, folder).run()
    if result["broken"]:
        result["folder"] = str(folder)
        (Path(folder) / "findings.txt").write_text("\n".join([f"seed {options.seed}", *result["findings"]]) + "\n")
    elif not options.folder:
        shutil.rmtree(folder)
    return result


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    result = crash(options)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print(result["text"])
    return 1 if result["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())

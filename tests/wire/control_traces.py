#!/usr/bin/python3
# sanitize address
"""troupectl against a node with real clients: the packets of a trace, and the way of a message."""
import json
import re
import signal
import subprocess

from harness import LONGEST_WAIT, Node, check, check_equal, main, test
from raw_client import tcp
from troupectl import TROUPECTL, done, refused, rows, through


@test
def packets_are_traced():
    with Node() as node, tcp(node) as client, tcp(node) as other:
        client.connect("talks")
        other.connect("other")
        at = through(node)
        started = done(*at, "trace", "start", "client", "talks", "--seconds", "600")
        number = re.fullmatch(r"trace (\d+)\n", started)[1]
        client.publish("a/b", b"hel\x1blo", qos=1)
        other.publish("a/c", b"", qos=1)
        shown = done(*at, "trace", "show", number)
        came = r'^20\S+ +talks +in +PUBLISH id 1, QoS 1, topic "a/b", 6 bytes "hel\\x1blo"$'
        check(re.search(came, shown, re.M), shown)
        check(re.search(r"^20\S+ +talks +out +PUBACK id 1, ", shown, re.M) and "a/c" not in shown, shown)
        as_json = json.loads(done(*at, "trace", "show", number, "--json"))
        check_equal([each["direction"] for each in as_json["items"]], ["in", "out"], "as JSON")
        listed = done(*at, "trace", "list")
        check(re.search(rf"^ *{number} +client +talks +yes +20\S+ +2 +0$", listed, re.M), listed)
        check_equal(done(*at, "trace", "stop", number), "", "what stop says")
        check(re.search(rf"^ *{number} +client +talks +no ", done(*at, "trace", "list"), re.M), "one that has ended")
        check_equal(done(*at, "trace", "show", number), shown, "its lines are there")
        done(*at, "trace", "stop", number)
        check_equal(rows(done(*at, "trace", "list")), [], "it is forgotten")
        check("no such trace" in refused(1, *at, "trace", "show", number), "lines of none")
        check("no such trace" in refused(1, *at, "trace", "stop", number), "an end of none")
        check("topic filter" in refused(1, *at, "trace", "start", "topic", "a/#/b"), "a filter that is none")
        check("KIND" in refused(2, *at, "trace", "start", "beauty", "x"), "a kind that is none")


@test
def a_trace_is_followed_until_interrupted():
    with Node() as node, tcp(node) as client:
        client.connect("talks")
        at = through(node)
        number = done(*at, "trace", "start", "topic", "a/#").split()[1]
        client.publish("a/1", b"one")
        command = [TROUPECTL, *at, "trace", "show", number, "--follow"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                for count in range(1, 4):
                    check(f'topic "a/{count}"' in process.stdout.readline(), f"line {count}")
                    client.publish(f"a/{count + 1}", b"more")
                process.send_signal(signal.SIGINT)
                rest, errors = process.communicate(timeout=LONGEST_WAIT)
                check_equal((process.returncode, errors), (0, ""), "exit code and errors")
                check(all('topic "a/4"' in each for each in rest.splitlines()), f"no line twice: {rest}")
            finally:
                process.kill()


@test
def the_way_of_a_message_is_shown():
    with Node() as node, tcp(node) as client, tcp(node) as other:
        client.connect("reader")
        client.subscribe(("news/#", 0))
        other.connect("other")
        other.subscribe(("weather", 0))
        at = through(node)
        shown = done(*at, "publish", "news/1", "x", "--follow")
        check(re.search(r"^ *\d+ us +published +root/admin +by an operator$", shown, re.M), shown)
        check(re.search(r"^ *\d+ us +matched +root/loop \d+/shard ", shown, re.M), shown)
        check(re.search(r"^reader +sent +\d+ us +\S", shown, re.M) and shown.endswith("\nreceivers: 1\n"), shown)
        check_equal(client.message().payload, b"x", "it is published")
        why = done(*at, "publish", "news/1", "x", "--follow", "--client", "other")
        check("\nother: none of its filters matches; the nearest are weather\n" in why, why)
        check("\nnobody: there is no such session" in
              done(*at, "publish", "news/1", "x", "--follow", "--client", "nobody"), "a client that is none")
        found = json.loads(done(*at, "publish", "news/1", "x", "--follow", "--client", "reader", "--json"))
        told = found["outcomes"], found["settled"], found["why"]["client"]
        check_equal(told, ({"sent": 1}, True, "reader"), "as JSON")
        nobody = done(*at, "publish", "nowhere", "x", "--follow")
        check("CLIENT" not in nobody and nobody.endswith("\nreceivers: 0\n"), nobody)
        check("--follow" in refused(2, *at, "publish", "a", "x", "--client", "reader"), "--client alone")


main()

#!/usr/bin/python3
# sanitize address
"""troupectl against a node with real clients: what it lists, changes and refuses, on a terminal and in a script."""
import http.client
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import LONGEST_WAIT, Failed, Node, check, check_equal, main, scratch_folder, test, until
from raw_client import tcp, ws
from troupectl import TROUPECTL, done, refused, rows, through


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LONGEST_WAIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def new_key(node, role):
    connection = SocketConnection(node.folder + "/admin.sock")
    body = json.dumps({"name": "key-" + role, "role": role, "days": 1})
    connection.request("POST", "/api/v1/api-keys", body, {"Content-Type": "application/json"})
    return json.load(connection.getresponse())["key"]


def admin_url(node, scheme="http"):
    return scheme + "://" + re.search(r"listens on (\S+)$", node.line("admin: the console listens on "))[1]


# --- what it lists --------------------------------------------------------------------------------------------------

@test
def a_node_is_looked_into():
    with Node() as node, tcp(node) as one, ws(node) as two:
        one.connect("one", user="ann")
        two.connect("two")
        one.subscribe("a/+", "b")
        at = through(node)
        for command in ("status", "metrics"):  # the node counts once a second
            until(lambda: re.search(r"^connections +2$", done(*at, command), re.M), command)
        check(re.search(r"^dropped: expired +0$", done(*at, "drops"), re.M), "drops")
        check_equal(rows(done(*at, "users")), ["admin"], "users")
        check_equal(rows(done(*at, "listeners")), ["tcp", "ws"], "listeners")
        check_equal(sorted(rows(done(*at, "clients", "list"))), ["one", "two"], "clients")
        check_equal(rows(done(*at, "clients", "list", "--listener", "ws")), ["two"], "clients of ws")
        check_equal(rows(done(*at, "clients", "list", "--user", "ann")), ["one"], "clients of ann")
        check_equal(rows(done(*at, "clients", "list", "--disconnected")), [], "clients that are away")
        check_equal(len(rows(done(*at, "subscriptions", "--client", "one"))), 2, "subscriptions")
        check_equal(len(rows(done(*at, "subscriptions", "--filter", "b"))), 1, "subscriptions to b")
        shown = done(*at, "clients", "show", "one")
        check(re.search(r"^user +ann$", shown, re.M) and "a/+" in shown, shown)
        check("client_connected" in done(*at, "clients", "events", "one"), "events")
        check("origin       command line" in done(*at, "config", "get", "persistence.path"), "config get")
        check(len(rows(done(*at, "config", "get", "limits"))) > 10, "config get of a section")


@test
def bans_are_added_listed_and_removed():
    with Node() as node, tcp(node) as client:
        at = through(node)
        client.connect("flood 1")
        check_equal(done(*at, "ban", "add", "client", "flood *", "--reason", "it floods", "--seconds", "60"), "ban 1\n",
                    "ban add")
        check_equal(client.closed().reason, 0x8A, "what the client is told")
        check_equal(done(*at, "ban", "add", "address", "192.0.2.0/24"), "ban 2\n", "one more")
        listed = done(*at, "ban", "list")
        check_equal(rows(listed), ["1", "2"], "ban list")
        check("flood *" in listed and "it floods" in listed and "192.0.2.0/24" in listed, listed)
        check_equal(json.loads(done(*at, "ban", "list", "--json"))["items"][1]["until"], None, "for ever")
        done(*at, "ban", "remove", "1")
        check_equal(rows(done(*at, "ban", "list")), ["2"], "what is left")
        check("no such ban" in refused(1, *at, "ban", "remove", "1"), "it is gone")
        check("192.0.2.0/33" in refused(1, *at, "ban", "add", "address", "192.0.2.0/33"), "no network")
        refused(2, *at, "ban", "add", "planet", "Earth")


@test
def options_are_changed_while_the_node_runs():
    with Node() as node, tcp(node) as client:
        at = through(node)
        check("effect       for new connections" in done(*at, "config", "get", "limits.receive_maximum"), "before")
        done(*at, "config", "set", "limits.receive_maximum", "17")
        shown = done(*at, "config", "get", "limits.receive_maximum")
        check("value        17" in shown and "origin       console" in shown, shown)
        check_equal(client.connect("asks").properties["receive_maximum"], 17, "what a client is granted")
        check("cannot be changed while" in refused(1, *at, "config", "set", "node.loops", "2"), "a fixed one")
        check("no option limits.nothing" in refused(1, *at, "config", "set", "limits.nothing", "2"), "none")


@test
def users_and_keys_are_added_changed_and_removed():
    with Node() as node:
        at, password = through(node), "correct horse battery staple\n"
        done(*at, "users", "add", "olga", "--role", "operator", text=password)
        listed = done(*at, "users")
        check(re.search(r"^olga +operator ", listed, re.M) and rows(listed) == ["admin", "olga"], listed)
        done(*at, "users", "role", "olga", "viewer")
        done(*at, "users", "password", "olga", text="another " + password)
        check(re.search(r"^olga +viewer ", done(*at, "users"), re.M), "another role")
        check("olga" in refused(1, *at, "users", "add", "olga", "--role", "admin", text=password), "one that is there")
        check("no password" in refused(1, *at, "users", "add", "ute", "--role", "admin"), "no password")
        check("beauty" in refused(2, *at, "users", "add", "ute", "--role", "beauty"), "a role that is none")
        done(*at, "users", "remove", "olga")
        check_equal(rows(done(*at, "users")), ["admin"], "removed")
        key = done(*at, "keys", "add", "graphs", "--days", "7").strip()
        elsewhere = "--url", admin_url(node)
        check("version" in done(*elsewhere, "status", environment={"TROUPE_ADMIN_KEY": key}), "the key opens the node")
        check(re.search(r"^graphs +viewer +20", done(*at, "keys"), re.M), "it is listed")
        done(*at, "keys", "remove", "graphs")
        refused(1, *elsewhere, "status", environment={"TROUPE_ADMIN_KEY": key})
        check("graphs" in refused(1, *at, "keys", "remove", "graphs"), "one that is gone")


@test
def the_tree_is_shown_down_to_a_session():
    with Node({"node.loops": 1}) as node, tcp(node) as client:
        client.connect("a/b c")
        at = through(node)
        tree = done(*at, "actors")
        check(re.search(r"^  loop 0 ", tree, re.M) and re.search(r"^    sessions +running", tree, re.M), tree)
        check(re.search(r"^  a/b c +running", done(*at, "actors", "root/loop 0/sessions"), re.M), "sessions")
        check("a/b c" in done(*at, "actors", "--depth", "3"), "three levels")
        check("delivery" not in done(*at, "actors", "--depth", "1"), "one level")
        part = done(*at, "actors", "--limit", "3")
        check(len(part.splitlines()) == 6 and "There are more" in part, f"three actors below root: {part}")
        check("actor" in refused(1, *at, "actors", "root/nobody"), "an actor that is none")
        check("sort" in refused(1, *at, "actors", "--sort", "beauty"), "a field that is none")


@test
def json_is_the_answer_as_it_is():
    with Node() as node:
        crowd = [tcp(node) for _ in range(5)]
        for number, each in enumerate(crowd):
            each.connect(f"client-{number}")
        at = through(node)
        until(lambda: json.loads(done(*at, "status", "--json"))["connections"] == 5, "status")
        all_of_them = json.loads(done(*at, "clients", "list", "--json"))
        check_equal((len(all_of_them["items"]), all_of_them["next"]), (5, None), "clients")
        some = json.loads(done(*at, "clients", "list", "--json", "--limit", "2"))
        check(len(some["items"]) == 2 and some["next"], f"{some}")
        check("There are more" in done(*at, "clients", "list", "--limit", "2"), "the end of a part")
        check_equal(json.loads(done(*at, "config", "get", "limits.qos_max", "--json"))["value"], "2", "an option")
        for command in (["actors"], ["metrics"], ["drops"], ["users"], ["listeners"], ["subscriptions"],
                        ["clients", "show", "client-1"], ["clients", "events", "client-1"],
                        ["clients", "autopsy", "client-1"], ["publish", "a", "x"]):
            json.loads(done(*at, *command, "--json"))
        for each in crowd:
            each.close()


@test
def a_list_goes_on_over_many_pages():
    with Node() as node:
        crowd = [tcp(node) for _ in range(30)]
        for number, each in enumerate(crowd):
            each.connect(f"client-{number}")
            each.subscribe(*[f"{number}/{topic}" for topic in range(50)])
        listed = rows(done(*through(node), "subscriptions", "--limit", "1500"))
        check_equal(len(listed), 1500, "subscriptions on more than one page")
        check_equal(len(set(listed)), 30, "clients among them")
        for each in crowd:
            each.close()


@test
def text_of_clients_cannot_steer_the_terminal():
    with Node() as node, tcp(node) as client:
        evil = "x\u202e\u009b31m"
        client.connect(evil)
        at = through(node)
        for command in (["clients", "list"], ["clients", "list", "--json"], ["clients", "show", evil],
                        ["actors", "--depth", "3"], ["clients", "events", evil], ["clients", "autopsy", evil]):
            output = done(*at, *command)
            check(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output), f"{command}: {output!r}")
        check("x\\u202e\\u009b31m" in done(*at, "clients", "list"), "the id is shown")
        check("\\u001b" in refused(1, *at, "config", "get", "\x1b[2J"), "an option's name")


@test
def topics_are_listed_a_level_at_a_time():
    with Node() as node, tcp(node) as client:
        client.connect("one")
        client.subscribe("a/b", "a/+/c", "d")
        client.publish("a/x/y", b"z", 1, retain=True)
        at = through(node)
        check({"a", "d"} <= set(rows(done(*at, "topics"))), "the first level")
        below = done(*at, "topics", "a")
        check_equal(rows(below), ["+", "b", "x"], "below a")
        check(re.search(r"^b +1 +0 +\S+ +no$", below, re.M) and re.search(r"^x +0 +1 +\S+ +yes$", below, re.M), below)
        check_equal([each["topic"] for each in json.loads(done(*at, "topics", "a", "--json"))["items"]],
                    ["a/+", "a/b", "a/x"], "as JSON")


@test
def retained_messages_are_listed_shown_and_deleted():
    with Node() as node, tcp(node) as client:
        client.connect("one")
        for topic, payload in {"kept/1": b"one\n", "kept/2": b"\xff\x00", "..": b"dots", "kept/\u202e": b""}.items():
            client.publish(topic, payload or b"x", 1, retain=True, user_property=("key", "a value"))
        at = through(node)
        listed = done(*at, "retained", "list", "--prefix", "kept/")
        check_equal(rows(listed), ["kept/1", "kept/2", "kept/\\u202e"], "the list")
        check(re.search(r"^kept/1 +4 B +1 +20\S+", listed, re.M), listed)
        shown = done(*at, "retained", "show", "kept/1")
        check(shown.endswith("\none\\n\n") and "key: a value" in shown, f"{shown!r}")
        check("/wA= (base64)" in done(*at, "retained", "show", "kept/2"), "bytes that are no text")
        check(done(*at, "retained", "show", "..").endswith("\ndots\n"), "a topic of dots")
        check_equal(json.loads(done(*at, "retained", "show", "kept/1", "--json"))["payload"], "b25lCg==", "as JSON")
        done(*at, "retained", "delete", "kept/1")
        check("no such retained message" in refused(1, *at, "retained", "show", "kept/1"), "one that is deleted")
        check_equal(done(*at, "retained", "delete", "--prefix", "kept/"), "2 deleted\n", "all below")
        check_equal(rows(done(*at, "retained", "list", "--prefix", "kept/")), [], "nothing is left")
        check("TOPIC" in refused(2, *at, "retained", "delete"), "neither a topic nor a prefix")


# --- what it changes ------------------------------------------------------------------------------------------------

@test
def a_kicked_client_is_gone_and_its_autopsy_says_so():
    with Node() as node, tcp(node) as client, tcp(node) as other:
        client.connect("../a/b?c", session_expiry=1000)
        other.connect("other", session_expiry=1000)
        at = through(node)
        done(*at, "clients", "kick", "../a/b?c")
        check_equal(client.closed().reason, 0x98, "DISCONNECT")
        until(lambda: rows(done(*at, "clients", "list", "--disconnected")) == ["../a/b?c"], "it is away")
        check(re.search("kick|local|administrat", done(*at, "clients", "autopsy", "../a/b?c"), re.I), "its autopsy")
        done(*at, "clients", "kick", "other", "--session")
        until(lambda: rows(done(*at, "clients", "list")) == ["../a/b?c"], "its session has ended")
        check("no such client" in refused(1, *at, "clients", "kick", "nobody"), "one that never was")


@test
def messages_are_published():
    with Node() as node, tcp(node) as client:
        client.connect("reader")
        client.subscribe("news/ä")
        at = through(node)
        done(*at, "publish", "news/ä", "hello", "--qos", "1")
        check_equal(client.message().payload, b"hello", "from the command line")
        done(*at, "publish", "news/ä", text="from\nstandard input")
        check_equal(client.message().payload, b"from\nstandard input", "from standard input")
        done(*at, "publish", "--retain", "kept", "--", "-1")
        client.subscribe("kept")
        check_equal(client.message().payload, b"-1", "retained")
        check("UTF-8" in refused(1, *at, "publish", "a", b"\xff"), "a payload that is no text")
        check("topic name" in refused(1, *at, "publish", "a/#", "x"), "a filter is no name")


@test
def listeners_are_stopped_and_started():
    with Node() as node:
        at = through(node)
        done(*at, "listeners", "stop", "tcp")
        until(lambda: not reaches(node), "nobody comes in")
        done(*at, "listeners", "start", "tcp")
        until(lambda: reaches(node), "clients come in again")
        check("no such listener" in refused(1, *at, "listeners", "stop", "quic"), "one that is none")


def reaches(node):
    try:
        with socket.create_connection(node.bound("tcp"), 1):
            return True
    except OSError:
        return False


# --- from elsewhere, and what goes wrong ----------------------------------------------------------------------------

@test
def a_key_opens_a_node_elsewhere():
    with Node() as node:
        url = ("--url", admin_url(node))
        check("401" in refused(1, *url, "status"), "without a key")
        check("401" in refused(1, *url, "--key", "wrong", "status"), "with a wrong one")
        key = {"TROUPE_ADMIN_KEY": new_key(node, "viewer")}
        check("version" in done(*url, "status", environment=key), "with one from the environment")
        check("version" in done(*url, "--key", key["TROUPE_ADMIN_KEY"], "status"), "with one of the command line")
        check("403" in refused(1, *url, "publish", "a", "b", environment=key), "a viewer publishes")
        done(*url, "publish", "a", "b", environment={"TROUPE_ADMIN_KEY": new_key(node, "operator")})


@test
def a_certificate_is_believed_only_when_told_so():
    with scratch_folder() as folder:
        certificate, key = str(Path(folder, "cert.pem")), str(Path(folder, "key.pem"))
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                 "-keyout", key, "-out", certificate, "-subj", "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=LONGEST_WAIT)
        with Node({"admin.certificate": certificate, "admin.key": key}) as node:
            words = ("--url", admin_url(node, "https"), "--key", new_key(node, "viewer"), "status")
            check("certificate" in refused(1, *words), "a stranger's certificate")
            check("version" in done(*words, "--ca", certificate), "its own")
            elsewhere = words[1].replace("127.0.0.1", "localhost")
            check("certificate" in refused(1, words[0], elsewhere, *words[2:], "--ca", certificate), "another name")


@test
def what_is_wrong_is_one_line_and_a_code():
    with scratch_folder() as folder:
        check("does a node run" in refused(1, "--socket", folder + "/none.sock", "status"), "no node")
        check("127.0.0.1:9" in refused(1, "--url", "http://127.0.0.1:9", "status"), "no node at a URL")
        with socket.create_server(("127.0.0.1", 0)) as nonsense:
            address = f"http://127.0.0.1:{nonsense.getsockname()[1]}"
            process = subprocess.Popen([TROUPECTL, "--url", address, "status"], stderr=subprocess.PIPE, text=True)
            peer, _ = nonsense.accept()
            peer.recv(65536)
            peer.sendall(b"\x1b[2J SSH-2.0\r\n\r\n")
            peer.close()
            check(process.communicate(timeout=LONGEST_WAIT)[1].startswith("troupectl: no answer from"), "nonsense")
    cases = {("clints", "list"): "clients", ("clients", "shw"): "show", (): "status", ("clients",): "autopsy",
             ("status", "--sockt", "x"): "--sockt", ("--url", "nonsense", "status"): "--url",
             ("clients", "list", "--limit", "0"): "--limit", ("clients", "show"): "ID",
             ("clients", "list", "--protocol", "4"): "--protocol", ("publish",): "TOPIC",
             ("--url", "http://a", "--socket", "b", "status"): "excludes"}
    for arguments, word in cases.items():
        line = refused(2, *arguments)
        check(word in line, f"{arguments}: {line}")


# --- in the shell ---------------------------------------------------------------------------------------------------

def complete(*words):
    """What bash offers for the last of the words."""
    script = f"""eval "$({TROUPECTL} completion bash)"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _troupectl troupectl "${{@: -1}}" "${{@: -2:1}}" 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    result = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True,
                            timeout=LONGEST_WAIT)
    check(result.returncode == 0 and not result.stderr, f"bash: {result.stderr}")
    return result.stdout.split()


@test
def the_shell_completes_commands_and_options():
    check_equal(complete("troupectl", "cl"), ["clients"], "a command")
    check_equal(sorted(complete("troupectl", "--socket", "x", "clients", "")[:5]),
                ["autopsy", "events", "kick", "list", "show"], "commands below one")
    check_equal(complete("troupectl", "clients", "list", "--li"), ["--limit", "--listener"], "options")
    check("/etc/passwd" in complete("troupectl", "--ca", "/etc/pass"), "files")


class Terminal:
    """A command on a terminal of its own, which ends with the `with` block."""

    def __init__(self, *arguments):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execv(TROUPECTL, [TROUPECTL, *arguments])
        self.bytes = b""

    def until(self, pattern, count=1):
        deadline = time.monotonic() + LONGEST_WAIT
        while len(re.findall(pattern, self.bytes)) < count:
            ready = select.select([self.descriptor], [], [], deadline - time.monotonic())[0]
            try:
                got = os.read(self.descriptor, 65536) if ready else b""
            except OSError:  # the other end of a terminal was closed
                got = b""
            if not got:
                raise Failed(f"{count} times {pattern} in {self.bytes!r}")
            self.bytes += got

    def interrupt(self):
        os.write(self.descriptor, b"\x03")
        self.until(rb"\x1b\[\?25h")
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.descriptor)


@test
def a_live_view_is_redrawn_in_place_until_interrupted():
    with Node() as node, Terminal(*through(node), "actors", "--watch", "--interval", "0.1") as terminal:
        terminal.until(rb"\x1b\[H\S*ACTOR[^\x00]*?\x1b\[J", 3)
        check_equal(terminal.bytes.count(b"\x1b[2J"), 1, "the screen is cleared once")
        check_equal(terminal.interrupt(), 0, "exit code")


@test
def without_a_terminal_one_frame_follows_the_other():
    with Node() as node:
        output = done(*through(node), "metrics", "--watch", "--interval", "0.1", "--frames", "3")
        check_equal(output.count("NAME"), 3, "frames")
        check_equal(output.count("PER SECOND"), 2, "frames with rates")
        check("\x1b" not in output, f"{output!r}")
        command = [TROUPECTL, *through(node), "status", "--json", "--watch", "--interval", "0.1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            try:
                check_equal(process.wait(LONGEST_WAIT), 0, "exit code")
            finally:
                process.kill()


main()

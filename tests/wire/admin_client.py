"""A client of the admin API: real HTTP over TCP or the unix socket, and the stream of events."""
import http.client
import json
import re
import socket
import time
from urllib.parse import quote, urlencode

from harness import LONGEST_WAIT, check, check_equal, until
from raw_client import Client, Closed

PASSWORD = "a password for tests"
SETTINGS = {"admin.initial_password": PASSWORD}


def address(node):
    """What the console is bound to: (host, port)."""
    host, port = re.search(r"listens on (.*):(\d+)$", node.line(r"admin: the console listens on ")).groups()
    return host, int(port)


def segment(text):
    """As one segment of a path, whatever is in it."""
    return quote(text, safe="")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LONGEST_WAIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LONGEST_WAIT)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, status, header, bytes_read):
        self.status, self.header, self.bytes = status, header, bytes_read

    @property
    def json(self):
        return json.loads(self.bytes)

    def __str__(self):
        return f"{self.status} {self.bytes[:300]!r}"


class Admin:
    """Who asks: nobody, until `log_in` or with `key`; `unix` is the path of the socket, whose owner may do everything.
    The methods get, post, put and delete want the status that is told, and return what the JSON says."""

    def __init__(self, node, key=None, unix=None):
        self.node, self.key, self.cookie, self.csrf = node, key, None, None
        self.http = UnixConnection(unix) if unix else http.client.HTTPConnection(*address(node), timeout=LONGEST_WAIT)

    def request(self, method, path, /, body=None, header=None, **query):
        """`path` below /api/v1, or with two slashes in front one of the server's own."""
        target = path[1:] if path.startswith("//") else "/api/v1" + path
        if query:
            target += "?" + urlencode({name.strip("_"): value for name, value in query.items()})
        fields = {**self.credentials(method), **(header or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        try:
            self.http.request(method, target, body, fields)
            got = self.http.getresponse()
            return Answer(got.status, got.headers, got.read())
        except Exception:
            self.http.close()  # the next request begins with a new connection
            raise

    def credentials(self, method):
        fields = {}
        if self.key:
            fields["Authorization"] = f"Bearer {self.key}"
        if self.cookie:
            fields["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            fields["X-CSRF-Token"] = self.csrf
        return fields

    def ask(self, method, path, /, body=None, status=200, **query):
        got = self.request(method, path, body, **query)
        check(got.status == status, f"{method} {path} {query or ''}: {got} instead of {status}")
        if status >= 400:
            check(got.json["error"], f"{method} {path}: {status} without a sentence")
        return got.json if got.bytes else None

    def get(self, path, /, status=200, **query):
        return self.ask("GET", path, status=status, **query)

    def items(self, path, /, **query):
        return self.get(path, **query)["items"]

    def pages(self, path, limit, /, **query):
        """All items of a list, by pages of at most `limit`."""
        found, cursor = [], None
        while True:
            page = self.get(path, limit=limit, **query, **({"cursor": cursor} if cursor else {}))
            check(len(page["items"]) <= limit, f"a page of {path} has {len(page['items'])} items")
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found
            check(len(found) < 100_000, f"{path}: the pages do not end")

    def post(self, path, /, body=None, status=200, **query):
        return self.ask("POST", path, {} if body is None else body, status, **query)

    def put(self, path, /, body, status=200):
        return self.ask("PUT", path, body, status)

    def delete(self, path, /, status=204, **query):
        return self.ask("DELETE", path, status=status, **query)

    def log_in(self, user="admin", password=PASSWORD):
        got = self.request("POST", "/login", {"user": user, "password": password})
        check_equal(got.status, 200, f"log-in of {user}")
        self.cookie, self.csrf = got.header["Set-Cookie"].partition(";")[0], got.json["csrf"]
        return self

    def stream(self, **query):
        return Events(self, **query)

    def close(self):
        self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def known(admin, *clients):
    """Once the API finds them: the registry hears of a session about when its client does."""
    for client_id in clients:
        path = "/clients/" + segment(client_id)
        until(lambda: admin.request("GET", path).status == 200, f"{client_id} is known")


def operator(node):
    """The first user, logged in."""
    return Admin(node).log_in()


class Events(Client):
    """The stream of events. It is open when this returns: what happens from then on is in it."""

    def __init__(self, admin, **query):
        host, port = address(admin.node)
        fields = [f"{name}: {value}" for name, value in admin.credentials("GET").items()]
        super().__init__((host, port), websocket=True, path="/api/v1/events" + (query and "?" + urlencode(query) or ""),
                         protocol="", extra=fields)

    def event(self, seconds=LONGEST_WAIT):
        """The next event. The node sends one per message, and frames of its messages are whole."""
        deadline = time.monotonic() + seconds
        decoder = json.JSONDecoder()
        while True:
            self._split_frames()
            if self.bytes:
                found, end = decoder.raw_decode(self.bytes.decode())
                self.bytes = self.bytes.decode()[end:].encode()
                return found
            self._more(deadline)

    def closed(self, seconds=LONGEST_WAIT):
        """Reads until the node closes. Returns the Closed that tells how; `bytes_read` is what came before."""
        deadline = time.monotonic() + seconds
        self.bytes_read = 0
        try:
            while True:
                self._split_frames()
                self.bytes_read += len(self.bytes)
                self.bytes = b""
                self._more(deadline)
        except Closed as how:
            return how

    def until(self, kind, **fields):
        """The first event of that kind with those fields."""
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            got = self.event(max(0.001, deadline - time.monotonic()))
            if got["kind"] == kind and all(got.get(name) == value for name, value in fields.items()):
                return got

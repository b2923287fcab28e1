#!/usr/bin/python3
# sanitize address
"""What a careless or hostile caller sends to the admin API: nonsense in parameters, names that are traps, requests that
mean two things, too much of everything. admin_access.py has who may what; admin_openapi.py refuses every call of the
description to who has no credentials, and bodies that are too long or of another type."""
import contextlib
import json
import re
import socket

from admin_client import SETTINGS, Admin, address, known, operator, segment
from harness import Node, check, check_equal, main, test, until
from raw_client import tcp

HOST = b"Host: localhost\r\n"
BAD_LIMITS = ("0", "-1", "1001", "1e3", "0x10", "abc", "1.5", " 1", "1 ", "99999999999999999999999", "1;2", "+1",
              "\u0661")
BAD_CURSORS = ("nonsense", "-1", "0", "0.", ".0", "0.-1", "0.0.", "0.0.0.0", "0.4294967296", "99999999999.0", "*",
               "' OR 1=1 --", "../../etc/passwd", "\u00e9")
LISTS = ("/clients", "/subscriptions", "/topics", "/retained", "/actors?path=root",
         "/actors?path=root%2Floop%200%2Fsessions", "/clients/x/events", "/users", "/api-keys", "/audit")
TRAP = "<script>alert(1)</script>\"'&\u2028/../%00"


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def with_query(path, query):
    return path + ("&" if "?" in path else "?") + query


def check_table(admin, rows):
    """Rows: (method, path, body, status). Every refusal is JSON with a sentence."""
    for method, path, body, status in rows:
        got = admin.request(method, path, body)
        what = f"{method} {path[:80]} {str(body)[:80]}"
        check_equal(got.status, status, f"{what} ({got})")
        if status >= 400:
            check(got.json["error"], f"{what}: {status} without a sentence")
            check_equal(got.header["X-Content-Type-Options"], "nosniff", what)


# --- parameters -----------------------------------------------------------------------------------------------------

@test
def a_list_takes_no_limit_but_1_to_1000():
    with node_of() as node:
        admin = operator(node)
        for path in LISTS:
            check_table(admin, [("GET", with_query(path, f"limit={segment(each)}"), None, 400) for each in BAD_LIMITS])
            check_table(admin, [("GET", with_query(path, f"limit={each}"), None, 200) for each in ("1", "1000", "")])


@test
def a_cursor_is_what_the_list_gave():
    with node_of() as node, tcp(node) as client, tcp(node) as other:
        admin = operator(node)
        for each, name in ((client, "a"), (other, "b")):
            each.connect(name)
            each.subscribe("x/" + name)
            each.publish("kept/" + name, b"1", 1, retain=True)
            known(admin, name)
        # Names are cursors of their lists: any text is one.
        cursors = {}
        for path in LISTS:
            found = admin.request("GET", with_query(path, "limit=1")).json
            cursors[path] = found["next"]
        sessions = "/actors?path=root%2Floop%200%2Fsessions"
        for path in ("/clients", "/subscriptions", "/topics", "/retained", sessions):
            check(path == sessions or cursors[path], f"{path} has a second page")
        numbered = ("/clients", "/subscriptions", "/actors?path=root", sessions, "/clients/x/events")
        for path in numbered:
            for cursor in BAD_CURSORS + tuple(cursors[each] for each in ("/topics", "/retained")):
                if path == "/clients/x/events" and cursor == "0":
                    continue
                check_table(admin, [("GET", with_query(path, f"cursor={segment(cursor)}"), None, 400)])
        for path in ("/topics", "/retained"):
            for cursor in ("nonsense", "0.1", "1", "=" + "x" * 1100):
                check_table(admin, [("GET", with_query(path, f"cursor={segment(cursor)}"), None, 400)])
        for path in ("/clients", "/subscriptions"):  # beyond the last loop and slot there is nothing
            for cursor in ("99.0", "0.4294967295", "4294967295.4294967295.4294967295"):
                admin.request("GET", with_query(path, f"cursor={cursor}"))
                check_table(admin, [("GET", with_query(path, f"cursor={cursor}"), None, 200)])


@test
def a_cursor_of_another_order_is_refused():
    with node_of(**{"node.loops": 1}) as node, tcp(node) as client, tcp(node) as other:
        admin = operator(node)
        client.connect("a")
        other.connect("b")
        known(admin, "a", "b")
        path = "root/loop 0/sessions"
        for sort in ("-messages_handled", "name"):
            first = admin.get("/actors", path=path, sort=sort, limit=1)
            second = admin.get("/actors", path=path, sort=sort, limit=1, cursor=first["next"])
            check_equal(sorted(each["items"][0]["name"] for each in (first, second)), ["a", "b"], f"pages by {sort}")
            for wrong in ("messages_handled", "-name", "restarts"):
                admin.get("/actors", status=400, path=path, sort=wrong, limit=1, cursor=first["next"])
        for cursor in ("name:nan@0", "name:inf@0", "name:0@-1", "name:0@0x", "name:@0", "name:0@", "name:1e999@0"):
            admin.get("/actors", status=400, path=path, cursor=cursor)


@test
def parameters_that_are_no_such_value_are_refused():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("x")
        known(admin, "x")
        rows = [("GET", f"/clients?connected={each}", None, 400) for each in ("1", "TRUE", "yes", "0", "null")]
        rows += [("GET", f"/clients?protocol={each}", None, 400) for each in ("4", "mqtt", "5.0", "3.1.1.1")]
        rows += [("GET", f"/actors?sort={each}", None, 400) for each in ("--name", "-", "__proto__", "Name", "a,b")]
        rows += [("GET", f"/metrics/history?minutes={each}", None, 400)
                 for each in ("0", "-1", "1441", "abc", "5x", "1.5", "99999999999", "%20")]
        rows += [("DELETE", f"/clients/x?session={each}", None, 400) for each in ("1", "True", "no")]
        rows += [("DELETE", f"/clients{each}", None, 400) for each in ("", "?connected=true", "?connected=")]
        rows += [("DELETE", "/retained", None, 400), ("DELETE", "/retained?prefix=", None, 400),
                 ("DELETE", "/clients/x/subscriptions", None, 400),
                 ("GET", "/metrics/history?names=" + "connections," * 1000, None, 200),
                 ("GET", "/metrics/history?names=__proto__,%27", None, 200)]
        check_table(admin, rows)
        check(client.nothing_came(), "the client is cut")


@test
def bodies_that_are_no_such_value_are_refused():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("x")
        known(admin, "x")
        big = 1 << 63
        wrong = [{}, {"filter": 5}, {"filter": None}, {"filter": ""}, {"filter": "a/#/b"}, {"filter": "a\0b"},
                 {"filter": "x" * 70_000}, {"filter": "/" * 5000}, {"filter": ["a"]}, {"filter": "$share//a"}]
        for field, values in (("qos", (3, -1, "1", 1.5, None, big, True, [1])),
                              ("retain_handling", (3, -1, "0", 1e300, None)),
                              ("identifier", (-1, 268435456, "7", None, big)), ("no_local", (1, "true", None)),
                              ("retain_as_published", (0, "", {}))):
            wrong += [{"filter": "a", field: value} for value in values]
        check_table(admin, [("POST", "/clients/x/subscriptions", body, 400) for body in wrong])
        check_equal(admin.items("/subscriptions"), [], "subscriptions")
        check_table(admin, [("POST", "/api-keys", {"name": "n", "role": "viewer", "days": days}, 400)
                            for days in (0, -1, 1.5, "1", big, 10**15)] +
                    [("POST", "/api-keys", {"name": name, "role": "viewer"}, 400)
                     for name in ("", "x" * 10_000, "a\nb", "a\0", 5)] +
                    [("POST", "/users", {"name": "n", "password": password, "role": "viewer"}, 400)
                     for password in ("", "short", "x" * 100_000, 5, None)] +
                    [("POST", "/users", {"name": name, "password": "long enough one", "role": "viewer"}, 400)
                     for name in ("", "x" * 10_000, "a\nb", "a\x1b[31m")] +
                    [("POST", "/users", {"name": "n", "password": "long enough one", "role": role}, 400)
                     for role in ("root", "", 3, None, "Admin")])
        deep = b'{"filter":' * 5000 + b"1" + b"}" * 5000
        for body in (deep, b"[" * 100_000, b'{"filter": "\xff\xfe"}', b'{"filter": "\\ud800"}', b"\xef\xbb\xbf{}",
                     b'{"filter": "a", "qos": 1e999999}', b'{"filter": "a",}', b"null", b'"x"'):
            check_table(admin, [("POST", "/clients/x/subscriptions", body, 400)])
        fields = "".join(f"{name}: {value}\r\n" for name, value in admin.credentials("POST").items())
        asked = f"POST /api/v1/clients/x/subscriptions HTTP/1.1\r\nHost: localhost\r\n{fields}"
        for length in (f"Content-Length: {10 << 20}\r\n\r\n", f"Content-Length: {1 << 63}\r\n\r\n",
                       "Transfer-Encoding: chunked\r\n\r\na00000\r\n"):  # refused before any of it is read
            check_equal(exchange(node, (asked + length).encode())[0], 413, length)


@test
def of_a_parameter_that_comes_twice_the_last_one_counts():
    with node_of() as node, tcp(node) as client, tcp(node) as other:
        admin = operator(node)
        client.connect("a")
        other.connect("b")
        known(admin, "a", "b")
        for query, count in (("limit=0&limit=2", 2), ("limit=2&limit=1", 1)):
            check_equal(len(admin.request("GET", f"/clients?{query}").json["items"]), count, query)
        check_table(admin, [("GET", "/clients?limit=1&limit=0", None, 400),
                            ("GET", "/clients?" + "&".join(f"p{i}=1" for i in range(40)), None, 400),
                            ("GET", "/clients?" + "&&&=&=x&", None, 200), ("GET", "/clients?limit", None, 200)])


# --- names ----------------------------------------------------------------------------------------------------------

@test
def broken_names_in_paths_are_refused_and_long_ones_not_found():
    with node_of() as node:
        admin = operator(node)
        broken = ("%ff", "%c3%28", "%e2%82", "%ed%a0%80", "%f4%90%80%80", "%c0%af", "%00", "a%00b", "%", "%4", "%zz",
                  "%u0041")
        places = ("/clients/{}", "/clients/{}/events", "/clients/{}/autopsy", "/retained/{}", "/clients?id_prefix={}",
                  "/topics?prefix={}", "/actors/detail?path={}")
        check_table(admin, [("GET", place.format(each), None, 400) for place in places for each in broken])
        check_table(admin, [("GET", f"/clients/{'x' * 15_000}", None, 404), ("GET", f"/retained/{'x/' * 3}", None, 404),
                            ("GET", f"/retained/{'x' * 15_000}", None, 404),
                            ("DELETE", f"/users/{'x' * 10_000}", None, 404),
                            ("GET", f"/actors/detail?path={'x' * 15_000}", None, 404),
                            ("POST", f"/listeners/{'x' * 10_000}/stop", None, 404),
                            ("GET", f"/clients/{'x' * 20_000}", None, 431),
                            ("GET", "/clients" + "/x" * 40, None, 400), ("GET", "/clients/", None, 404)])


@test
def names_that_are_traps_come_back_as_json():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect(TRAP)
        client.subscribe(TRAP + "/x/#")
        client.publish(TRAP, b"x", 1, retain=True)
        known(admin, TRAP)
        one = "/clients/" + segment(TRAP)
        for path in ("/clients", one, one + "/events", one + "/autopsy", "/subscriptions", "/retained",
                     "/topics", "/retained/" + segment(TRAP), "/clients?id_prefix=" + segment(TRAP)):
            got = admin.request("GET", path)
            check_equal((got.status, got.header["Content-Type"], got.header["X-Content-Type-Options"]),
                        (200, "application/json", "nosniff"), path)
            check("default-src" in got.header["Content-Security-Policy"], f"{path} without a policy")
            check(json.dumps(TRAP, ensure_ascii=False)[1:9] in got.bytes.decode(), f"{path} does not have it: {got}")
        check_equal(admin.get(one)["id"], TRAP, "the name")
        text = admin.request("GET", "//metrics")
        check(text.header["Content-Type"].startswith("text/plain"), "what Prometheus gets")
        got = admin.request("GET", "/clients/" + segment("<b>\r\nSet-Cookie: a=b"))
        check((got.status, got.header["Set-Cookie"]) == (404, None), f"{got.header}")


@test
def the_log_and_the_audit_are_not_written_by_who_asks():
    with node_of() as node:
        admin = operator(node)
        forged = "x\n2026-01-01T00:00:00.000Z error node: forged\x1b[2J"
        admin.request("DELETE", "/clients/" + segment(forged))
        admin.request("POST", "/login", {"user": forged, "password": forged})
        admin.request("POST", f"/actors/restart?path={segment(forged)}")
        targets = [each["target"] for each in admin.items("/audit")]
        check(any("forged" in each for each in targets), f"the audit has it: {targets}")
        check(all("\n" not in line and "\x1b" not in line for line in node.lines), "a control character in the log")
        check(not node.logged(r"^2026-01-01T00:00:00"), "a line of theirs")


@test
def files_outside_of_the_page_are_not_served():
    with node_of() as node:
        for path in ("/../admin/admin.json", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/..%5c..%5cetc",
                     "/assets/..%2f..%2fetc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/....//etc/passwd",
                     "/%252e%252e%252fetc%252fpasswd", "//etc/passwd", "/assets//etc/passwd", "/assets/",
                     "/.git/config", "/assets/%2fetc%2fpasswd", "/;/../etc/passwd", "/..;/..;/etc/passwd",
                     "/admin.sock"):
            asked = f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"Accept-Encoding: gzip\r\n\r\n"
            status, header, body = exchange(node, asked)
            # A page's address is the page, whatever it is called; what looks like a file is one or there is none.
            page = status == 200 and "text/html" in header
            check(page or status in (400, 404), f"{path}: {status} {header}")
            check(b"root:" not in body and b"password" not in body, f"{path}: {body[:200]}")


# --- requests -------------------------------------------------------------------------------------------------------

def exchange(node, data):
    """(status, header, body) of the first answer to these bytes."""
    with socket.create_connection(address(node), timeout=30) as sock:
        sock.sendall(data)
        got = b""
        while b"\r\n\r\n" not in got and (more := sock.recv(65536)):
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        head = head.decode("latin-1")
        length = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
        while length and len(body) < int(length[1]) and (more := sock.recv(65536)):
            body += more
        return int(head.split()[1]) if head else 0, head.partition("\r\n")[2], body


@test
def a_request_means_one_thing():
    smuggled = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    login = b"POST /api/v1/login HTTP/1.1\r\n" + HOST
    rows = {
        "both lengths": login + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "both lengths, turned round": login + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" +
                                      smuggled,
        "two lengths": login + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n" + smuggled,
        "a list of lengths": login + b"Content-Length: 0, 50\r\n\r\n" + smuggled,
        "a negative length": login + b"Content-Length: -1\r\n\r\n" + smuggled,
        "a length with a sign": login + b"Content-Length: +0\r\n\r\n" + smuggled,
        "a hexadecimal length": login + b"Content-Length: 0x0\r\n\r\n" + smuggled,
        "an odd size of a chunk": login + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + smuggled,
        "a space before the colon": login + b"Content-Length : 0\r\n\r\n" + smuggled,
        "a folded line": login + b"X: a\r\n Content-Length: 50\r\n\r\n" + smuggled,
    }
    with node_of() as node:
        for what, data in rows.items():
            with socket.create_connection(address(node), timeout=30) as sock:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                got = b""
                while more := sock.recv(65536):
                    got += more
            check(b'"status":"ok"' not in got or what == "a folded line", f"{what}: smuggled: {got[-300:]}")
            check(got.startswith((b"HTTP/1.1 4",)) or what == "a folded line", f"{what}: {got[:100]}")


@test
def another_site_s_page_gets_nothing():
    with node_of() as node:
        admin = operator(node)
        port = address(node)[1]
        own = {"Origin": f"http://localhost:{port}", "Host": f"localhost:{port}"}
        proxied = {"Origin": f"https://localhost:{port}", "Host": f"localhost:{port}"}
        others = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://localhost"},
                  {"Origin": f"http://localhost:{port}.evil.example"}, {"Origin": f"http://localhost:{port + 1}"},
                  {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
        others = [{"Host": f"localhost:{port}", **each} for each in others]
        rebound = [{"Host": "evil.example"}, {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"},
                   {"Host": "127.0.0.1.evil.example"}, {"Host": "localhost.evil.example"}]
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Cookie": admin.cookie}
        for fields in others + rebound:
            for method, path in (("GET", "/node"), ("POST", "/listeners/tcp/stop"), ("POST", "/login")):
                got = admin.request(method, path, header=fields)
                check_equal(got.status, 403, f"{method} {path} with {fields}")
                check(got.header["Access-Control-Allow-Origin"] is None, "CORS")
            check_equal(stream_status(node, {**upgrade, **fields}), 403, f"a stream with {fields}")
        for fields in (own, proxied, {**own, "Sec-Fetch-Site": "same-origin"}, {"Host": f"127.0.0.1:{port}"}):
            check_equal(admin.request("GET", "/node", header=fields).status, 200, f"a call with {fields}")
            check_equal(stream_status(node, {**upgrade, **fields}), 101, f"a stream with {fields}")
        # What a form of any page can send without being asked: no JSON, no header of its own.
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                     "text/json", "application/jsonx"):
            got = admin.request("POST", "/users", b'{"name": "eve", "password": "long enough one", "role": "admin"}',
                                {"Content-Type": kind})
            check_equal(got.status, 415, f"a body of the type {kind}")
        token, admin.csrf = admin.csrf, None
        check_equal(admin.request("POST", "/listeners/tcp/stop").status, 403, "without the token")
        admin.csrf = token
        check_equal(admin.request("OPTIONS", "/users", header=own).status, 405, "a preflight")
        check_equal([each["name"] for each in admin.items("/users")], ["admin"], "users")


def stream_status(node, fields):
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return exchange(node, f"GET /api/v1/events HTTP/1.1\r\n{lines}\r\n".encode())[0]


@test
def a_stream_of_no_kind_is_closed():
    with node_of() as node:
        admin = operator(node)
        for kinds in ("nonsense", "client_connected%00", ",", "x" * 1000):
            with admin.stream(kinds=kinds) as stream:
                check_equal(stream.closed().code, 1008, f"kinds={kinds[:20]}")


@test
def a_crowd_from_one_address_is_turned_away():
    with node_of(**{"admin.connections_max": 20}) as node, tcp(node) as client:
        crowd = []
        for _ in range(200):
            with contextlib.suppress(OSError):
                crowd.append(socket.create_connection(address(node), timeout=30))
        check_equal(len(crowd), 200, "connections")
        said = crowd[20].recv(4096)
        check(said.startswith(b"HTTP/1.1 503 "), f"one too many is told {said[:60]}")
        check_equal(crowd[-1].recv(4096), b"", "the last one is told nothing, and closed")
        client.connect("not concerned")
        client.subscribe("x")
        client.publish("x", b"y")
        check_equal(client.message().payload, b"y", "what clients do meanwhile")
        for each in crowd:
            each.close()

        def is_served():
            with contextlib.suppress(OSError, ValueError):
                with Admin(node) as admin:
                    return admin.request("GET", "/health").status == 200
        until(is_served, "afterwards the next one is served")


main()

#!/usr/bin/python3
# sanitize address
"""Who may use the admin API, and what the server makes of requests that are none."""
import gzip
import os
import re
import stat
from pathlib import Path

from admin_client import PASSWORD, SETTINGS, Admin, address, operator
from harness import Node, check, check_equal, main, scratch_folder, test
from raw_client import Client, tcp

VIEWER, OPERATOR, ADMIN = 1, 2, 3
ROUTES = [("POST", "/logout", VIEWER), ("GET", "/session", VIEWER), ("GET", "/node", VIEWER),
          ("GET", "/alarms", VIEWER),
          ("GET", "/actors", VIEWER), ("GET", "/actors/detail?path=root", VIEWER),
          ("POST", "/actors/restart?path=x", OPERATOR), ("POST", "/actors/crash?path=x", OPERATOR),
          ("GET", "/clients", VIEWER), ("DELETE", "/clients", OPERATOR), ("GET", "/clients/x", VIEWER),
          ("DELETE", "/clients/x", OPERATOR), ("GET", "/clients/x/events", VIEWER),
          ("GET", "/clients/x/autopsy", VIEWER), ("GET", "/subscriptions", VIEWER), ("POST", "/publish", OPERATOR),
          ("GET", "/metrics", VIEWER), ("GET", "/metrics/history", VIEWER), ("GET", "/drops", VIEWER),
          ("GET", "/listeners", VIEWER), ("POST", "/listeners/x/stop", ADMIN),
          ("POST", "/listeners/x/start", ADMIN), ("GET", "/config", VIEWER), ("GET", "/users", ADMIN),
          ("POST", "/users", ADMIN), ("PUT", "/users/x", ADMIN), ("DELETE", "/users/x", ADMIN),
          ("GET", "/api-keys", ADMIN), ("POST", "/api-keys", ADMIN), ("DELETE", "/api-keys/x", ADMIN),
          ("GET", "/audit", ADMIN), ("GET", "/events", VIEWER), ("GET", "/nothing", VIEWER)]


def node_of(errors=None, **settings):
    return Node({**SETTINGS, **settings}, errors)


def key_of(admin, name, role):
    return admin.post("/api-keys", {"name": name, "role": role, "days": 1}, 201)["key"]


# --- who may what ---------------------------------------------------------------------------------------------------

@test
def nobody_gets_anything_without_credentials():
    with node_of() as node, Admin(node) as stranger:
        for fields in ({}, {"Cookie": "troupe_session=" + "x" * 43}, {"Authorization": "Bearer troupe_" + "x" * 43},
                       {"Authorization": "Basic YWRtaW46YQ=="}):
            for method, path, _ in ROUTES:
                check_equal(stranger.request(method, path, header=fields).status, 401, f"{method} {path} with {fields}")


@test
def roles_are_kept():
    with node_of() as node:
        admin = operator(node)
        for level, name in ((VIEWER, "viewer"), (OPERATOR, "operator")):
            caller = Admin(node, key=key_of(admin, f"key of {name}", name))
            check_equal(caller.get("/session")["role"], name, "who it is")
            for method, path, least in ROUTES:
                got = caller.request(method, path)
                by_role = got.status == 403 and b"role" in got.bytes
                check_equal(by_role, level < least, f"whether {method} {path} is refused to a {name} ({got})")


@test
def a_browser_s_changes_need_its_token():
    with node_of() as node:
        admin = operator(node)
        wrong = Admin(node)
        wrong.cookie = admin.cookie
        for token in (None, "x" * 43):
            wrong.csrf = token
            for call in ("POST /publish", "DELETE /clients/x", "POST /users", "POST /logout"):
                method, path = call.split()
                check_equal(wrong.request(method, path, {}).status, 403, f"{method} {path} with the token {token}")
        wrong.get("/node")
        check_equal(admin.request("DELETE", "/clients/x").status, 404, "with the token")
        for fields in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
            check_equal(admin.request("POST", "/publish", {"topic": "a"}, fields).status, 403, f"with {fields}")


@test
def keys_work_until_they_are_removed():
    with node_of() as node:
        admin = operator(node)
        key = key_of(admin, "robot", "operator")
        robot = Admin(node, key=key)
        check(robot.request("POST", "/publish", {"topic": "a"}).status < 300, "no token is needed")
        check(key.encode() not in admin.request("GET", "/api-keys").bytes, "the key is shown again")
        admin.post("/api-keys", {"name": "robot", "role": "viewer"}, 409)
        for body in ({}, {"name": "x"}, {"name": "x", "role": "king"}, {"name": "x", "role": "viewer", "days": 0}):
            admin.post("/api-keys", body, 400)
        admin.delete("/api-keys/robot")
        robot.get("/node", status=401)
        admin.delete("/api-keys/robot", status=404)


@test
def guessing_passwords_is_slowed_down():
    with node_of() as node, Admin(node) as guesser:
        for number in range(5):
            guesser.post("/login", {"user": "admin", "password": f"wrong {number}"}, 401)
        for password in ("wrong", PASSWORD):
            got = guesser.request("POST", "/login", {"user": "admin", "password": password})
            check_equal(got.status, 429, "the next one")
            check(1 <= int(got.header["Retry-After"]) <= 300, "Retry-After")
        for body in ({}, {"user": "admin"}, {"user": 1, "password": 2}):
            guesser.post("/login", body, 400)


@test
def sessions_end_with_log_out_and_a_new_password():
    with node_of() as node:
        admin = operator(node)
        got = admin.request("POST", "/login", {"user": "admin", "password": PASSWORD})
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            check(word in got.header["Set-Cookie"], f"{word} in {got.header['Set-Cookie']}")
        admin = operator(node)
        admin.post("/users", {"name": "ann", "password": "her first one", "role": "viewer"}, 201)
        ann = Admin(node).log_in("ann", "her first one")
        admin.put("/users/ann", {"password": "her second one"})
        ann.get("/node", status=401)
        ann.log_in("ann", "her second one").post("/logout", status=204)
        ann.get("/node", status=401)
        admin.post("/users", {"name": "bob", "password": "short", "role": "viewer"}, 400)
        admin.delete("/users/admin", status=409)
        admin.delete("/users/ann")
        actions = [(each["who"], each["action"], each["target"]) for each in admin.items("/audit")]
        check(("admin", "remove_user", "ann") in actions and ("ann", "log_in", "") in actions, f"audit: {actions}")


@test
def the_first_password_is_told_once():
    with scratch_folder() as folder:
        password = None
        for start in range(2):
            with Node({"persistence.path": folder}) as node:
                told = node.logged("with the password")
                check_equal(len(told), 1 - start, f"start {start}")
                password = password or told[0].split()[-1]
                Admin(node).log_in("admin", password)
        file = next(Path(folder).rglob("admin.json"))
        check_equal(stat.S_IMODE(os.stat(file).st_mode), 0o600, "who may read the users")
        check(password not in file.read_text(), "the password is on the disk")


@test
def the_owner_of_the_socket_needs_no_password():
    with scratch_folder() as folder:
        path = str(Path(folder, "admin.sock"))
        with node_of(**{"admin.socket": path}) as node, Admin(node, unix=path) as local:
            check_equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "who may connect")
            check_equal(local.get("/session")["user"], "local", "who asks")
            local.post("/users", {"name": "ann", "password": "a password", "role": "viewer"}, 201)


# --- requests that are none -----------------------------------------------------------------------------------------

def raw(node, data):
    """The status of what is answered."""
    with Client(address(node)) as client:
        client.send(data)
        return client.http_response().partition("\r\n")[0].split(" ")[1]


@test
def odd_requests_are_refused():
    with node_of() as node:
        host = b"Host: localhost\r\n"
        cases = {b"nonsense\r\n\r\n": "400", b"GET / HTTP/1.1\r\n\r\n": "400",
                 b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n": "400", b"GET /%00 HTTP/1.1\r\n" + host + b"\r\n": "400",
                 b"GET / HTTP/1.1\r\n" + host + host + b"\r\n": "400",
                 b"FROB / HTTP/1.1\r\n" + host + b"\r\n": "501",
                 b"PUT /api/v1/login HTTP/1.1\r\n" + host + b"\r\n": "401",
                 b"GET / HTTP/1.1\r\n" + host + b"X: " + b"x" * 20_000 + b"\r\n\r\n": "431",
                 b"POST /api/v1/login HTTP/1.1\r\n" + host + b"Content-Length: 9000\r\n\r\n": "413"}
        for data, status in cases.items():
            check_equal(raw(node, data), status, f"{data[:60]}")
        admin = operator(node)
        for body, status in ((b"{", 400), (b"[]", 400), (b"1", 400), (b"{} {}", 400),
                             (b'{"a":' * 20 + b"1" + b"}" * 20, 400), (b"x" * (1 << 20) + b"x", 413)):
            check_equal(admin.request("POST", "/publish", body).status, status, f"a body of {body[:20]}")
        check_equal(admin.request("POST", "/publish", b"topic=a", {"Content-Type": "text/plain"}).status, 415, "a form")
        check_equal(admin.request("PUT", "/clients", {}).status, 405, "a method that there is not")


@test
def slow_senders_hold_nobody_up():
    with scratch_folder() as folder:
        path = str(Path(folder, "admin.sock"))
        with node_of(**{"admin.connections_max": 3, "admin.socket": path}) as node, tcp(node) as client:
            slow = [Client(address(node)) for _ in range(2)]
            for each in slow:
                each.send(b"GET / HTTP/1.1\r\nHost: loc")
            with Admin(node) as quick:
                quick.get("/health")
                check_equal(raw(node, b""), "503", "one connection too many")
            with Admin(node, unix=path) as local:
                local.get("/node")
            client.connect("not concerned")
            for each in slow:
                each.close()


# --- the console's page ---------------------------------------------------------------------------------------------

@test
def the_page_comes_compressed_and_protected():
    with node_of() as node, Admin(node) as browser:
        gzipped = {"Accept-Encoding": "gzip"}
        got = browser.request("GET", "//", header=gzipped)
        check_equal((got.status, got.header["Content-Encoding"]), (200, "gzip"), "the page")
        check("default-src 'self'" in got.header["Content-Security-Policy"], "CSP")
        check_equal(got.header["X-Frame-Options"], "DENY", "who may frame it")
        page = gzip.decompress(got.bytes).decode()
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', page):
            check_equal(browser.request("GET", "/" + path, header=gzipped).status, 200, path)
        again = browser.request("GET", "//", header={**gzipped, "If-None-Match": got.header["ETag"]})
        check_equal((again.status, again.bytes), (304, b""), "when it is known")
        for path in ("/../../etc/host.conf", "/..%2f..%2fetc/host.conf", "/%2e%2e/%2e%2e/etc/host.conf", "/etc/passwd",
                     "//etc/host.conf", "/../../../../etc/passwd", "/assets/../../admin.json", "/admin.json"):
            found = browser.request("GET", "/" + path, header=gzipped)
            check(found.status in (400, 404) or found.bytes == got.bytes, f"{path} is served: {found}")


main()

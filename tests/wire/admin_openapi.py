#!/usr/bin/python3
"""The description of the admin API against the API: what it says is true of every call and every answer."""
import jsonschema

import raw_mqtt as mqtt
from admin_client import PASSWORD, SETTINGS, Admin, known, operator
from harness import Node, check, check_equal, main, test, until
from lives import HOUR, STOPPED, Store
from openapi_document import Crawl, document_of, objections_of_a_validator
from raw_client import tcp, ws

# Described, but not in the node yet.
AWAITED = {"GET /topics", "GET /retained", "GET /retained/{topic}", "DELETE /retained/{topic}", "PUT /config/{name}",
           "GET /bans", "POST /bans", "DELETE /bans/{id}", "GET /traces", "POST /traces", "DELETE /traces/{id}",
           "GET /traces/{id}/lines"}
AWAITED_ANSWERS = {("POST /publish", 200)}

# Answers that the crawl does not get, and why.
UNSEEN = {
    503: "the node would have to have no memory, or many log-ins at once: unit tests of its parts see to that",
}


def node_of(errors=None, **settings):
    return Node({**SETTINGS, **settings}, errors)


def key_of(admin, role):
    return Admin(admin.node, key=admin.post("/api-keys", {"name": f"a {role}", "role": role}, 201)["key"])


# --- the document ---------------------------------------------------------------------------------------------------

@test
def the_document_is_open_api_3_1():
    with node_of() as node:
        document = document_of(operator(node))
        check_equal(document.json["openapi"], "3.1.0", "its version")
        check_equal(objections_of_a_validator(document), "", "what a validator says")
        for where, schema in document.schemas():
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as wrong:
                check(False, f"{where}: {wrong.message}")
        ids = [each["operationId"] for each in document.calls.values()]
        check_equal(len(ids), len(set(ids)), "operationIds are different")


@test
def its_examples_are_what_its_schemas_say():
    with node_of() as node:
        document, count = document_of(operator(node)), 0
        for where, schema, example in document.examples():
            if where.startswith("paths") or not isinstance(example, dict) or "sessions" not in example:
                wrong = document.objection(schema, example)
                check(not wrong, f"an example of {where}: {wrong}")
            count += 1
        check(count > 20, f"there are {count} examples only")


@test
def the_document_has_every_call_of_the_node_and_no_other():
    with node_of(**{"log.level": "debug"}) as node:
        admin = operator(node)
        document = document_of(admin)
        served = {line.rpartition("serves ")[2].replace("/api/v1", "") for line in node.logged("admin: serves ")}
        served.remove("GET /metrics")  # of this name there are two: the other one is for Prometheus, outside
        check("GET /openapi.json" in served, f"the node does not tell what it serves: {served}")
        described = set(document.calls) - {"GET /metrics"}
        check_equal(served - described, set(), "served, but not described")
        check_equal(described - served, AWAITED, "described, but not served")


@test
def other_methods_are_refused_with_those_that_there_are():
    with node_of() as node:
        admin = operator(node)
        document = document_of(admin)
        error = {"$ref": "#/components/schemas/Error"}
        for path, item in document.json["paths"].items():
            there = {method.upper() for method in item if method in ("get", "put", "post", "delete")}
            if {f"{method} {path}" for method in there} & AWAITED:
                continue
            for method in {"GET", "PUT", "POST", "DELETE", "PATCH"} - there:
                got = admin.request(method, path.replace("{", "").replace("}", ""), header={"X-CSRF-Token": admin.csrf})
                check_equal(got.status, 405, f"{method} {path}")
                check(not document.objection(error, got.json), f"{method} {path}: {got}")
                allowed = set(got.header["Allow"].split(", ")) - {"HEAD"}
                check_equal(allowed, there, f"what {path} allows")
        got = admin.request("GET", "/nothing")
        check(got.status == 404 and not document.objection(error, got.json), f"a call that there is not: {got}")


# --- the crawl ------------------------------------------------------------------------------------------------------

class Scene:
    """A node with clients of all kinds, and an operator that crawls."""

    def __init__(self, store):
        self.store, self.node = store, store.node
        node, self.admin = store.node, operator(store.node)
        self.crawl = Crawl(document_of(self.admin), self.admin)
        self.viewer, self.operating = key_of(self.admin, "viewer"), key_of(self.admin, "operator")
        self.open = [tcp(node), ws(node, version=4), tcp(node, version=3), tcp(node), tcp(node)]
        self.slow, self.old, self.oldest, self.away, self.sender = self.open
        self.fill()

    def fill(self):
        self.slow.connect("slow/1", keep_alive=60, session_expiry=HOUR, receive_maximum=1, user="ann", password=b"x",
                          will=mqtt.Will("last/words", b"gone", 1, True, {"will_delay": 30}))
        self.slow.subscribe(("work/#", 2), subscription_identifier=7)
        self.slow.subscribe(("$share/crew/jobs", 1))
        self.old.connect("old")
        self.oldest.connect("oldest")
        self.away.connect("away", session_expiry=HOUR)
        self.away.subscribe(("work/#", 1))
        self.away.send(mqtt.disconnect())
        self.away.closed()
        self.sender.connect("sender")
        for number in range(3):
            self.sender.publish(f"work/{number}", bytes(100), 2)
        self.sender.send(mqtt.publish("kept/here", b"\x00\xff", 1, 9, retain=True))
        self.sender.expect(mqtt.PUBACK)
        known(self.admin, "slow/1", "old", "oldest", "away", "sender")

    def close(self):
        for client in self.open:
            client.close()


def every_body_that_is_none(scene):
    """What the server says before it knows what the call is."""
    crawl = scene.crawl
    for call, operation in crawl.document.calls.items():
        if "requestBody" not in operation or call in AWAITED:
            continue
        wishes = {each["name"]: "x" for each in operation["parameters"] if each["in"] == "path"}
        who = Admin(scene.node) if call == "POST /login" else scene.admin
        crawl(call, 400, body=b"{", who=who, **wishes)
        crawl(call, 415, body=b"a=b", who=who, header={"Content-Type": "text/plain"}, **wishes)
        too_large = b'{"a": "' + bytes(1024 * 1024) + b'"}'
        crawl(call, 413, body=too_large, who=who, **wishes)


def everybody_who_may_not(scene):
    crawl, stranger, forged = scene.crawl, Admin(scene.node), Admin(scene.node)
    forged.cookie = scene.admin.cookie
    for call, operation in crawl.document.calls.items():
        if call in AWAITED or operation["x-role"] == "nobody":
            continue
        wishes = {each["name"]: "x" for each in operation["parameters"] if each["in"] == "path"}
        crawl(call, 401, who=stranger, **wishes)
        if operation["x-role"] == "admin":
            crawl(call, 403, who=scene.operating, **wishes)
        if operation["x-role"] in ("operator", "admin"):
            crawl(call, 403, who=scene.viewer, **wishes)
        if call.startswith("GET "):
            crawl(call, 403, header={"Sec-Fetch-Site": "cross-site"}, **wishes)
        else:
            crawl(call, 403, who=forged, **wishes)


def the_node_itself(scene):
    crawl = scene.crawl
    for call in ("GET /openapi.json", "GET /health", "GET /node", "GET /alarms", "GET /metrics", "GET /drops",
                 "GET /config", "GET /session", "GET /listeners"):
        crawl(call)
        crawl(call, who=scene.viewer)
    until(lambda: crawl("GET /metrics/history", names="connections,received", minutes=1)["series"]["connections"],
          "the history has a sample")
    check(len(crawl("GET /metrics/history")["series"]) > 5, "all series")
    crawl("GET /metrics/history", 400, minutes=0)
    until(lambda: crawl("GET /node")["latency_us"]["p50"] is not None, "the node has latencies")


def actors(scene):
    crawl = scene.crawl
    pending, sessions, levels = ["root"], [], 0
    while pending:
        level = crawl("GET /actors", path=pending.pop(), sort="-restarts")
        levels += 1
        for each in level["items"]:
            crawl("GET /actors/detail", path=each["path"])
            if each["class"] == "session":
                sessions.append(each["path"])
            elif each["children"]:
                pending.append(each["path"])
    check(levels > 3 and len(sessions) == 5, f"{levels} levels, sessions {sessions}")
    loop = sessions[0].rpartition("/")[0]
    check(len(crawl.pages("GET /actors", path=loop)) >= 1, "the pages of a loop's sessions")
    crawl("GET /actors", 400, sort="beauty")
    crawl("GET /actors", 400, path=loop, limit=0)
    crawl("GET /actors", 404, path="root/nothing")
    crawl("GET /actors/detail", 404, path="root/nothing")
    for call in ("POST /actors/restart", "POST /actors/crash"):
        crawl(call, 202, path="root/loop 0/shard")
        crawl(call, 202, path=crawl("GET /clients/{id}", id="old")["actor"])
        crawl(call, 404, path="root/nothing")
    scene.old.send(mqtt.publish("echo", b"x", 1, 77, version=4))  # what the crash is waiting for
    scene.old.expect(mqtt.PUBACK)
    until(lambda: crawl("GET /actors/detail", path="root/loop 0/shard")["restart_history"], "the shard's restarts")


def clients(scene):
    crawl = scene.crawl
    check_equal(len(crawl.pages("GET /clients")), 5, "clients by pages of one")
    crawl("GET /clients", id_prefix="slow", user="ann", listener="tcp", protocol="5", connected="true", address="127.")
    for call in ("GET /clients", "GET /subscriptions"):
        crawl(call, 400, limit=0)
        crawl(call, 400, cursor="x")
    for client in ("slow/1", "old", "oldest", "away", "sender"):
        crawl("GET /clients/{id}", id=client)
        crawl("GET /clients/{id}/events", id=client)
        crawl("GET /clients/{id}/autopsy", id=client)
    found = crawl("GET /clients/{id}", id="slow/1")
    check(found["in_flight_list"] and found["will"] and found["subscription_list"], f"what slow holds: {found}")
    crawl("GET /clients/{id}/events", 400, id="away", limit=0)
    check(len(crawl.pages("GET /clients/{id}/events", id="away")) >= 2, "events by pages of one")
    check(len(crawl.pages("GET /subscriptions")) >= 3, "subscriptions by pages of one")
    crawl("GET /subscriptions", client="slow/1", filter="work/#")
    crawl("POST /clients/{id}/subscriptions", 204, id="old", body={"filter": "on/behalf", "qos": 1})
    crawl("POST /clients/{id}/subscriptions", 400, id="old", body={"filter": "a/#/b"})
    crawl("POST /clients/{id}/subscriptions", 404, id="nobody", body={"filter": "a"})
    crawl("DELETE /clients/{id}/subscriptions", 204, id="old", filter="on/behalf")
    crawl("DELETE /clients/{id}/subscriptions", 400, id="old")
    crawl("DELETE /clients/{id}/subscriptions", 404, id="nobody", filter="a")
    for call in ("GET /clients/{id}", "DELETE /clients/{id}", "GET /clients/{id}/autopsy"):
        crawl(call, 404, id="nobody/at all")


def the_end_of_clients(scene):
    crawl = scene.crawl
    crawl("DELETE /clients/{id}", 204, id="oldest")
    crawl("DELETE /clients/{id}", 204, id="slow/1", session="false")
    crawl("DELETE /clients", 400)
    crawl("DELETE /clients", connected="false")
    crawl("DELETE /clients/{id}", 204, id="sender", session="true")
    until(lambda: [each["id"] for each in crawl("GET /clients")["items"]] == ["old"], "the others are gone")
    for client in ("slow/1", "away", "sender"):
        crawl("GET /clients/{id}/autopsy", id=client)


def events(scene):
    crawl, document = scene.crawl, scene.crawl.document
    with scene.admin.stream() as stream, tcp(scene.node) as late:
        late.connect("late")
        late.close()
        for kind in ("client_connected", "client_disconnected"):
            wrong = document.objection({"$ref": "#/components/schemas/Event"}, stream.until(kind, client="late"))
            check(not wrong, f"an event {kind}: {wrong}")
    crawl.seen.add(("GET /events", 101))
    crawl("GET /events", 426)


def publishing(scene):
    crawl = scene.crawl
    wishes = {"topic": "work/1", "payload": "x", "encoding": "text", "qos": 1, "retain": False, "follow": True}
    if ("POST /publish", 200) in AWAITED_ANSWERS:
        crawl("POST /publish", 202, body=wishes)
    else:
        found = crawl("POST /publish", body=wishes)
        check(found["receivers"] and found["way"] and found["targets"], f"the way of a message: {found}")
        crawl("POST /publish", body={"topic": "nobody/listens"})
    crawl("POST /publish", 400, body={"topic": "a/#"})


def listeners(scene):
    crawl = scene.crawl
    for call in ("POST /listeners/{name}/stop", "POST /listeners/{name}/start"):
        crawl(call, 202, name="ws")
        crawl(call, 404, name="nothing")


def accounts(scene):
    crawl = scene.crawl
    olga = {"name": "olga", "password": "a long password", "role": "operator"}
    crawl("POST /users", 201, body=olga)
    crawl("POST /users", 409, body=olga)
    crawl("POST /users", 400, body={"name": "x"})
    crawl("PUT /users/{name}", name="olga", body={"role": "viewer"})
    crawl("PUT /users/{name}", name="olga", body={"password": "a longer password"})
    crawl("PUT /users/{name}", 400, name="olga", body={})
    crawl("PUT /users/{name}", 404, name="nobody", body={"role": "viewer"})
    crawl("PUT /users/{name}", 409, name="admin", body={"role": "viewer"})
    check_equal(len(crawl.pages("GET /users")), 2, "users by pages of one")
    browser = Admin(scene.node)
    crawl("POST /login", who=browser, body={"user": "olga", "password": "a longer password"})
    browser.log_in("olga", "a longer password")
    check(crawl("GET /session", who=browser)["csrf"], "the token of a session")
    crawl("POST /logout", 204, who=browser)
    crawl("DELETE /users/{name}", 204, name="olga")
    crawl("DELETE /users/{name}", 404, name="olga")
    crawl("DELETE /users/{name}", 409, name="admin")
    robot = {"name": "robot", "role": "viewer", "days": 1}
    crawl("POST /api-keys", 201, body=robot)
    crawl("POST /api-keys", 201, body={"name": "for good", "role": "viewer", "days": None})
    crawl("POST /api-keys", 409, body=robot)
    crawl("POST /api-keys", 400, body={"name": "x"})
    check_equal(len(crawl.pages("GET /api-keys")), 4, "keys by pages of one")
    crawl("DELETE /api-keys/{name}", 204, name="robot")
    crawl("DELETE /api-keys/{name}", 404, name="robot")
    check(len(crawl.pages("GET /audit")) > 10, "the audit log by pages of one")
    for call in ("GET /users", "GET /api-keys", "GET /audit"):
        crawl(call, 400, limit=0)


def sleepers(scene):
    """Sessions that are only in the store, after the node was started again."""
    crawl = scene.crawl
    with tcp(scene.node) as client:
        client.connect("sleeper", session_expiry=HOUR)
        client.send(mqtt.disconnect())
        client.closed()
    scene.close()
    scene.node = scene.store.again(STOPPED)
    scene.admin = crawl.admin = operator(scene.node)
    asleep = {each["id"]: each for each in crawl("GET /clients")["items"]}
    check_equal([each["asleep"] for each in asleep.values()], [True], f"who sleeps of {set(asleep)}")
    path = asleep["sleeper"]["actor"]
    check_equal(crawl("GET /actors/detail", path=path)["state"], "asleep", "its actor")
    for call in ("POST /actors/restart", "POST /actors/crash"):
        crawl(call, 409, path=path)
    crawl("GET /actors", path=path.rpartition("/")[0])
    check_equal(crawl("GET /clients/{id}", id="sleeper")["asleep"], False, "whether it sleeps when it is looked at")


def guessing(scene):
    """Last: from then on nobody logs in from here."""
    crawl, stranger = scene.crawl, Admin(scene.node)
    crawl("POST /login", 403, who=stranger, body={}, header={"Sec-Fetch-Site": "cross-site"})
    for number in range(5):
        crawl("POST /login", 401, who=stranger, body={"user": "admin", "password": f"wrong {number}"})
    crawl("POST /login", 429, who=stranger, body={"user": "admin", "password": PASSWORD})


STEPS = (the_node_itself, actors, clients, events, publishing, listeners, accounts, every_body_that_is_none,
         everybody_who_may_not, the_end_of_clients, sleepers, guessing)


@test
def every_answer_is_as_described():
    faults = "restarted by|it is restarted"
    with Store(faults, **SETTINGS, **{"debug.allow_fault_injection": "true", "node.loops": 2}) as store:
        scene = Scene(store)
        for step in STEPS:
            step(scene)
        missing = {(call, status) for call, status in scene.crawl.missing() - AWAITED_ANSWERS
                   if call not in AWAITED and status not in UNSEEN}
        check_equal(missing, set(), "described answers that the crawl has not seen")


main()

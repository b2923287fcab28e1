"""What the crawl of admin_openapi.py does: a node with clients of all kinds, and every call of its API."""
import threading

import raw_mqtt as mqtt
from admin_client import PASSWORD, Admin, known, operator
from harness import check, check_equal, until
from lives import HOUR, STOPPED
from openapi_document import Crawl, document_of
from raw_client import tcp, ws

# Answers that the crawl does not get, and why: of one call, of all.
UNSEEN_ANSWERS = {("POST /bans", 409): "there would have to be 100,000 bans"}
UNSEEN = {
    503: "the node would have to have no memory, or many log-ins at once: unit tests of its parts see to that",
}


def key_of(admin, role):
    return Admin(admin.node, key=admin.post("/api-keys", {"name": f"a {role}", "role": role}, 201)["key"])


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
        if "requestBody" not in operation:
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
        if operation["x-role"] == "nobody":
            continue
        wishes = {each["name"]: "x" for each in operation["parameters"] if each["in"] == "path"}
        crawl(call, 401, who=stranger, **wishes)
        if operation["x-role"] == "admin":
            crawl(call, 403, who=scene.operating, **wishes)
        if operation["x-role"] in ("operator", "admin"):
            crawl(call, 403, who=scene.viewer, **wishes)
        enough = {"viewer": scene.viewer, "operator": scene.operating, "admin": scene.admin}[operation["x-role"]]
        method, path = call.replace("{", "").replace("}", "").split()
        if call != "POST /logout":
            got = enough.request(method, path, {} if "requestBody" in operation else None)
            check(got.status != 403 or b"role" not in got.bytes, f"{call} by its least role: {got}")
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
    crawl("DELETE /clients/{id}", 400, id="oldest", session="perhaps")
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


def topics(scene):
    crawl = scene.crawl
    pending, found = [None], []
    while pending:
        prefix = pending.pop()
        for each in crawl("GET /topics", **({} if prefix is None else {"prefix": prefix}))["items"]:
            found.append(each["topic"])
            pending += [each["topic"]] if each["children"] else []
    check({"work", "work/#", "kept/here", "jobs"} <= set(found), f"topics {found}")
    check(len(crawl.pages("GET /topics")) >= 3, "topics by pages of one")
    properties = {"content_type": "text/plain", "user_property": [("a", "b")], "response_topic": "to",
                  "correlation_data": b"\x00\xff", "payload_format": 1}
    scene.sender.send(mqtt.publish("kept/more", b"x", 1, 9, retain=True, **properties))
    scene.sender.expect(mqtt.PUBACK)
    check(len(crawl.pages("GET /retained", prefix="kept/")) == 2, "retained messages by pages of one")
    crawl("GET /retained/{topic}", topic="kept/here")
    crawl("GET /retained/{topic}", topic="kept/more")
    crawl("GET /retained/{topic}", 404, topic="kept/not")
    crawl("DELETE /retained/{topic}", 204, topic="kept/more")
    crawl("DELETE /retained/{topic}", 404, topic="kept/more")
    crawl("DELETE /retained", prefix="kept/")
    crawl("DELETE /retained", 400)
    for call in ("GET /topics", "GET /retained"):
        crawl(call, 400, limit=0)


def bans(scene):
    crawl = scene.crawl
    wishes = [{"kind": "client", "value": "nobody/1", "reason": "it floods", "seconds": 60},
              {"kind": "user", "value": "nobody", "reason": None, "seconds": None},
              {"kind": "address", "value": "192.0.2.0/24"}]
    made = [crawl("POST /bans", 201, body=each) for each in wishes]
    crawl("POST /bans", 400, body={"kind": "beauty", "value": "x"})
    crawl("POST /bans", 400, body={"kind": "address", "value": "nowhere"})
    check_equal(len(crawl.pages("GET /bans")), 3, "bans by pages of one")
    crawl("GET /bans", 400, limit=0)
    crawl("DELETE /bans/{id}", 204, id=str(made[0]["id"]))
    crawl("DELETE /bans/{id}", 404, id=str(made[0]["id"]))


def traces(scene):
    crawl = scene.crawl
    check_equal(crawl("GET /clients/{id}/packets", id="sender")["items"], [], "packets of a client under no trace")
    made = [crawl("POST /traces", body={"kind": kind, "value": value, "seconds": 60})
            for kind, value in (("client", "sender"), ("topic", "work/#"), ("address", "127.0.0.0/8"))]
    crawl("POST /traces", 400, body={"kind": "beauty", "value": "x"})
    with tcp(scene.node) as refused:
        refused.send(b"\x00\x00")
        refused.closed()
    scene.sender.publish("work/9", b"traced", 1)
    number, of_all = str(made[0]["id"]), str(made[2]["id"])
    until(lambda: len(crawl("GET /traces/{id}/lines", id=number)["items"]) >= 2, "lines of a trace")
    until(lambda: {each["direction"] for each in crawl("GET /traces/{id}/lines", id=of_all)["items"]} ==
          {"in", "out", "link"}, "lines of all kinds")
    end = crawl("GET /traces/{id}/lines", id=number)["end"]
    check_equal(crawl("GET /traces/{id}/lines", id=number, cursor=end)["items"], [], "lines behind the end")
    check(len(crawl.pages("GET /traces/{id}/lines", id=number)) >= 2, "lines by pages of one")
    check(crawl("GET /clients/{id}/packets", id="sender")["items"], "packets of a client that is traced")
    check_equal(len(crawl("GET /traces")["items"]), 3, "traces")
    crawl("GET /traces/{id}/lines", 400, id=number, limit=0)
    check(b"traced" in crawl("GET /traces/{id}/file", id=number), "the file")
    made += [crawl("POST /traces", body={"kind": "client", "value": f"nobody/{each}"}) for each in range(13)]
    crawl("POST /traces", 409, body={"kind": "client", "value": "one too many"})
    for each in made:
        crawl("DELETE /traces/{id}", 204, id=str(each["id"]))
    check_equal([each["running"] for each in crawl("GET /traces")["items"]], [False] * 16, "traces that run")
    check_equal(crawl("GET /traces/{id}/lines", id=number)["running"], False, "whether lines come")
    crawl("DELETE /traces/{id}", 204, id=number)
    for call in ("DELETE /traces/{id}", "GET /traces/{id}/lines", "GET /traces/{id}/file"):
        crawl(call, 404, id=number)


def settings(scene):
    crawl = scene.crawl
    options = crawl("GET /config")["items"]
    fixed = next(each for each in options if not each["changeable"])
    changeable = next(each for each in options if each["name"] == "log.level")
    crawl("PUT /config/{name}", 204, name="log.level", body={"value": changeable["value"]})
    origin = next(each["origin"] for each in crawl("GET /config")["items"] if each["name"] == "log.level")
    check_equal(origin, "console", "where it comes from")
    crawl("PUT /config/{name}", 400, name="log.level", body={"value": "beauty"})
    crawl("PUT /config/{name}", 404, name="no.such.option", body={"value": "1"})
    crawl("PUT /config/{name}", 409, name=fixed["name"], body={"value": fixed["value"]})


def publishing(scene):
    crawl = scene.crawl
    wishes = {"topic": "work/1", "payload": "x", "encoding": "text", "qos": 1, "retain": False, "follow": True,
              "wait_ms": 100, "publisher": "sender", "client": "old"}
    found = crawl("POST /publish", body=wishes)
    check(found["receivers"] and found["way"] and found["targets"] and found["outcomes"], f"its way: {found}")
    check_equal(found["why"]["client"], "old", "who has not got it")
    check("why" not in crawl("POST /publish", body={**wishes, "client": ""}), "nobody was asked for")
    crawl("POST /publish", body={"topic": "work/1", "payload": "AP8=", "encoding": "base64", "follow": True})
    check_equal(crawl("POST /publish", body={"topic": "nobody/listens"}), {"receivers": 0}, "without `follow`")
    crawl("POST /publish", 400, body={"topic": "a/#"})
    crawl("POST /publish", 404, body={"topic": "a", "publisher": "nobody"})
    more_than_are_followed(scene)


def more_than_are_followed(scene):
    """As long as a receiver does not acknowledge, messages are followed."""
    crawl, followed = scene.crawl, 16
    wishes = {"topic": "mute", "qos": 1, "follow": True, "wait_ms": 5000}
    answers = []
    with tcp(scene.node) as mute:
        mute.connect("mute")
        mute.subscribe(("mute", 1))
        askers = [Admin(scene.node, key=scene.operating.key) for _ in range(followed)]
        threads = [threading.Thread(target=lambda who=who: answers.append(crawl("POST /publish", who=who, body=wishes)))
                   for who in askers]
        for each in threads:
            each.start()
        packets = [mute.expect(mqtt.PUBLISH) for _ in range(followed)]
        crawl("POST /publish", 429, body=wishes)
        crawl("POST /publish", 202, body={**wishes, "follow": False})
        for each in packets:
            mute.send(mqtt.ack(mqtt.PUBACK, each.packet_id))
        for each in threads:
            each.join()
        for each in askers:
            each.close()
    check_equal(len(answers), followed, "answers when it has")


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


STEPS = (the_node_itself, actors, clients, events, topics, publishing, bans, traces, settings, listeners, accounts,
         every_body_that_is_none, everybody_who_may_not, the_end_of_clients, sleepers, guessing)

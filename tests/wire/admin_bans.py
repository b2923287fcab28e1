#!/usr/bin/python3
# sanitize address
"""Bans: who may not connect, who is disconnected for it, and what an operator sees of that."""
import raw_mqtt as mqtt
from admin_client import SETTINGS, Admin, operator
from harness import Node, check, check_equal, main, test, until
from lives import HOUR, KILLED, STOPPED, Store
from raw_client import Closed, tcp, ws

BANNED = 0x8A
TWO_LOOPS = {"node.loops": "2"}


def node_of(**settings):
    return Node({**SETTINGS, **TWO_LOOPS, **settings})


def ban(admin, kind, value, **more):
    return admin.post("/bans", {"kind": kind, "value": value, **more}, 201)


def refusal(node, client_id="somebody", version=5, **how):
    """The reason in the CONNACK of one that has to be refused."""
    with tcp(node, version=version) as client:
        client.send(mqtt.connect(client_id, version=version, **how))
        reason = client.expect(mqtt.CONNACK).reason
        check(reason != 0, f"{client_id} is let in")
        client.closed()
        return reason


def is_cut_off(node, source):
    """Whether connections from there end before a word of MQTT."""
    try:
        with tcp(node, source=source) as client:
            client.send(mqtt.connect("from " + source))
            client.receive()
            return False
    except (Closed, OSError):
        return True


def comes_in(node, client_id="somebody", source=None, **how):
    with tcp(node, source=source) as client:
        client.connect(client_id, **how)


def banned(admin):
    return admin.get("/metrics")["connections_banned"]


# --- what is kept out -----------------------------------------------------------------------------------------------

@test
def a_client_id_is_refused_and_others_are_not():
    with node_of() as node:
        admin = operator(node)
        ban(admin, "client", "unwanted", reason="it floods")
        check_equal(refusal(node, "unwanted"), BANNED, "MQTT 5")
        check_equal(refusal(node, "unwanted", version=4), 5, "MQTT 3.1.1")
        comes_in(node, "unwanted2")
        comes_in(node, "Unwanted")
        check_equal(banned(admin), 2, "connections that were refused")


@test
def a_star_bans_all_that_begin_so():
    with node_of() as node:
        admin = operator(node)
        ban(admin, "client", "plant/9/*")
        ban(admin, "user", "guest*")
        check_equal(refusal(node, "plant/9/valve"), BANNED, "a client below")
        check_equal(refusal(node, "plant/9/"), BANNED, "the shortest")
        check_equal(refusal(node, "any", user="guest 7", password=b"x"), BANNED, "a user")
        comes_in(node, "plant/9")
        comes_in(node, "guest 7")
        comes_in(node, "any", user="gues", password=b"x")


@test
def a_user_is_refused_before_the_password_is_looked_at():
    with node_of() as node:
        ban(operator(node), "user", "mallory")
        check_equal(refusal(node, user="mallory", password=b"x"), BANNED, "the CONNACK")
        comes_in(node, user="alice", password=b"x")


@test
def an_address_is_refused_when_it_connects():
    with node_of() as node:
        admin = operator(node)
        one, network = ban(admin, "address", "127.0.0.9"), ban(admin, "address", "127.0.3.0/24")
        for source, out in (("127.0.0.9", True), ("127.0.3.1", True), ("127.0.3.255", True), ("127.0.0.8", False),
                            ("127.0.2.255", False), ("127.0.4.0", False)):
            check_equal(is_cut_off(node, source), out, f"{source} is kept out")
        check_equal(banned(admin), 3, "connections that were refused")
        for each in (one, network):
            admin.delete(f"/bans/{each['id']}")
        check(not is_cut_off(node, "127.0.0.9"), "the ban is lifted")


@test
def the_address_that_a_proxy_tells_counts():
    settings = {"listeners.tcp.proxy_protocol": "true", "listeners.tcp.trusted_proxies": "127.0.0.1"}
    with node_of(**settings) as node:
        ban(operator(node), "address", "192.0.2.0/24")
        with tcp(node, prefix=b"PROXY TCP4 192.0.2.66 127.0.0.1 1 1883\r\n") as client:
            try:
                client.send(mqtt.connect("unwelcome"))
                check(False, f"it is answered: {client.receive()}")
            except (Closed, OSError):
                pass
        with tcp(node, prefix=b"PROXY TCP4 192.0.3.1 127.0.0.1 1 1883\r\n") as client:
            client.connect("welcome")


# --- who is there ---------------------------------------------------------------------------------------------------

@test
def a_new_ban_disconnects_whom_it_matches():
    for kind, value in (("client", "out *"), ("user", "mallory"), ("address", "127.0.0.7/32")):
        with node_of() as node:
            admin = operator(node)
            out = [tcp(node, source="127.0.0.7") for _ in range(4)] + [tcp(node, source="127.0.0.7", version=4)]
            stay = [tcp(node), ws(node)]
            for number, client in enumerate(out):
                client.connect(f"out {number}", user="mallory", password=b"x")
            for number, client in enumerate(stay):
                client.connect(f"in {number}", user="alice", password=b"x")
            ban(admin, kind, value)
            for client in out:
                check_equal(client.closed().reason, BANNED if client.version == 5 else None, f"{kind}: what it is told")
            for client in stay:
                client.send(mqtt.packet(mqtt.PINGREQ))
                client.expect(mqtt.PINGRESP)
                client.close()


@test
def more_are_disconnected_than_one_turn_takes():
    with node_of() as node:
        crowd = [tcp(node) for _ in range(350)]
        for number, client in enumerate(crowd):
            client.send(mqtt.connect(f"crowd {number}", session_expiry=HOUR))
        for client in crowd:
            check_equal(client.expect(mqtt.CONNACK).reason, 0, "CONNACK")
        ban(operator(node), "client", "crowd *")
        for client in crowd:
            check_equal(client.closed().reason, BANNED, "what it is told")


@test
def the_session_of_a_banned_client_stays():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("kept", session_expiry=HOUR)
        client.subscribe(("a", 1))
        made = ban(admin, "client", "kept")
        client.closed()
        refusal(node, "kept", clean=False)
        admin.delete(f"/bans/{made['id']}")
        with tcp(node) as again:
            again.send(mqtt.connect("kept", clean=False, session_expiry=HOUR))
            check(again.expect(mqtt.CONNACK).session_present, "its session is there")


# --- how long -------------------------------------------------------------------------------------------------------

@test
def a_ban_ends_by_itself():
    with node_of() as node:
        admin = operator(node)
        made = ban(admin, "client", "brief", seconds=2)
        check(1_900 <= made["until"] - made["at"] <= 2_000, f"until: {made}")
        check_equal(refusal(node, "brief"), BANNED, "meanwhile")

        def let_in():
            with tcp(node) as client:
                client.send(mqtt.connect("brief"))
                return client.expect(mqtt.CONNACK).reason == 0
        until(let_in, "the ban is over")
        check_equal(admin.items("/bans"), [], "the list")


@test
def bans_outlive_the_node():
    for how in (STOPPED, KILLED):
        with Store(**SETTINGS, **TWO_LOOPS) as store:
            admin = operator(store.node)
            lifted = ban(admin, "client", "lifted")
            wanted = [ban(admin, "client", "unwanted", reason="nobody \"knows\""), ban(admin, "user", "日本語 *"),
                      ban(admin, "address", "127.0.0.9", seconds=3600)]
            admin.delete(f"/bans/{lifted['id']}")
            node = store.again(how)
            admin = operator(node)
            check_equal(admin.items("/bans"), wanted, "the bans")
            check_equal(refusal(node, "unwanted"), BANNED, "the client")
            check(is_cut_off(node, "127.0.0.9"), "the address")
            comes_in(node, "lifted")
            check(ban(admin, "client", "new")["id"] > wanted[-1]["id"], "no number is given twice")


# --- what an operator sees ------------------------------------------------------------------------------------------

@test
def refusals_and_events_name_the_ban():
    with node_of() as node, tcp(node) as there:
        admin = operator(node)
        there.connect("unwanted")
        with admin.stream() as stream:
            made = ban(admin, "client", "unwanted", reason="it floods")
            kicked = stream.until("client_kicked", client="unwanted")
            words = f"ban {made['id']} of the client unwanted: it floods"
            check_equal((kicked["text"], kicked["by"], kicked["reason_code"]), (words, "admin", BANNED), "the kick")
            refusal(node, "unwanted")
            refused = stream.until("client_refused", client="unwanted")
            check_equal((refused["text"], refused["reason_code"]), (words, BANNED), "the refusal")
            network = ban(admin, "address", "127.0.0.9")
            check(is_cut_off(node, "127.0.0.9"), "the address is kept out")
            refused = stream.until("client_refused", text=f"ban {network['id']} of the address 127.0.0.9")
            check(refused["address"].startswith("127.0.0.9:"), f"where from: {refused}")
        found = admin.get("/clients/unwanted/autopsy")
        check(f"ban {made['id']}" in " ".join(found["sentences"]), f"why it is gone: {found['sentences']}")
        text = admin.request("GET", "//metrics").bytes.decode()
        check("troupe_connections_banned_total 2" in text and "troupe_bans 2" in text, "/metrics")
        node.line(f"refused: ban {made['id']} ")


@test
def a_ban_of_the_same_is_replaced():
    with node_of() as node:
        admin = operator(node)
        for first, second in ((("address", "192.0.2.7"), ("address", "192.0.2.7/32")),
                              (("address", "10.1.2.3/8"), ("address", "10.0.0.0/8")),
                              (("client", "a"), ("client", "a"))):
            old, new = ban(admin, *first, reason="old"), ban(admin, *second, reason="new")
            ids = [each["id"] for each in admin.items("/bans")]
            check(new["id"] in ids and old["id"] not in ids, f"{first}, then {second}: {ids}")


@test
def what_is_no_ban_is_refused():
    with node_of() as node:
        admin = operator(node)
        for wrong in ({}, {"kind": "planet", "value": "Earth"}, {"kind": "client"}, {"kind": "client", "value": ""},
                      {"kind": "client", "value": "*"}, {"kind": "client", "value": 7},
                      {"kind": "address", "value": "x"},
                      {"kind": "address", "value": "0.0.0.0/0"}, {"kind": "address", "value": "::/0"},
                      {"kind": "address", "value": "192.0.2.0/33"}, {"kind": "client", "value": "a", "seconds": 0},
                      {"kind": "client", "value": "a", "seconds": 1 << 62}, {"kind": "client", "value": "a" * 2000},
                      {"kind": "client", "value": "a", "reason": 3}):
            admin.post("/bans", wrong, 400)
        check_equal(admin.items("/bans"), [], "the bans")
        admin.delete("/bans/1", 404)
        admin.delete("/bans/nothing", 404)
        admin.get("/bans", 400, cursor="x")


@test
def a_viewer_looks_and_changes_nothing():
    with node_of() as node:
        admin = operator(node)
        made = ban(admin, "client", "unwanted")
        viewer = Admin(node, key=admin.post("/api-keys", {"name": "v", "role": "viewer"}, 201)["key"])
        check_equal(viewer.items("/bans"), [made], "the list")
        viewer.post("/bans", {"kind": "client", "value": "b"}, 403)
        viewer.delete(f"/bans/{made['id']}", 403)
        told = [(each["action"], each["target"]) for each in admin.items("/audit")]
        check(any("bans" in f"{action} {target}" for action, target in told), f"the audit log: {told}")


@test
def hundreds_of_bans_come_in_pages():
    with node_of() as node:
        admin = operator(node)
        names = [f"client {number}" for number in range(300)]
        for name in names:
            ban(admin, "client", name)
        check_equal([each["value"] for each in admin.pages("/bans", 77)], names, "pages")
        check_equal(refusal(node, names[150]), BANNED, "one of many")


main()

#!/usr/bin/python3
# sanitize address
"""Options that are changed while the node runs: what an operator sees of them, and that the node does as it is told."""
import raw_mqtt as mqtt
from admin_client import SETTINGS, Admin, operator
from harness import Node, check, check_equal, main, test, until
from raw_client import Closed, tcp, ws

NOT_AUTHORIZED, QUOTA_EXCEEDED, PACKET_TOO_LARGE = 0x87, 0x97, 0x95


def node_of(**settings):
    return Node({**SETTINGS, "node.loops": "2", **settings})


def options(admin):
    return {each["name"]: each for each in admin.items("/config")}


def change(admin, name, value, status=204):
    return admin.put("/config/" + name, {"value": value}, status)


def reason_of(node, client_id="somebody", listener="tcp", **how):
    """Of the CONNACK, or None where the connection is closed without one."""
    with tcp(node, listener) as client:
        try:
            client.send(mqtt.connect(client_id, **how))
            return client.expect(mqtt.CONNACK).reason
        except (Closed, OSError):
            return None


def granted(node, name, listener="tcp"):
    """A property of a CONNACK."""
    with (tcp if listener == "tcp" else ws)(node, listener) as client:
        return client.connect("asks").properties.get(name)


# --- what an operator sees ------------------------------------------------------------------------------------------

@test
def a_change_is_shown_with_who_made_it():
    with node_of() as node:
        admin = operator(node)
        before = options(admin)["limits.receive_maximum"]
        check_equal((before["changeable"], before["effect"]), (True, "for new connections"), "before")
        change(admin, "limits.receive_maximum", 17)
        after = options(admin)["limits.receive_maximum"]
        check_equal((after["value"], after["origin"], after["place"], after["default"]),
                    ("17", "console", "the console, by admin", before["default"]), "after")
        node.line(f"limits.receive_maximum was {before['value']} and is 17, says admin")
        told = admin.items("/audit")
        check(any("config" in each["action"] for each in told), f"the audit log: {told[:3]}")


@test
def values_come_as_text_or_as_what_they_are():
    with node_of() as node:
        admin = operator(node)
        for name, value, shown in (("limits.receive_maximum", "18", "18"), ("limits.receive_maximum", 19, "19"),
                                   ("limits.queue_bytes_max", "3MiB", "3MiB"), ("access.allow_anonymous", True, "true"),
                                   ("access.allow_anonymous", "false", "false"), ("limits.linger", "2s", "2s"),
                                   ("listeners.ws.websocket.paths", ["/a", "/b"], None)):
            change(admin, name, value)
            found = options(admin)[name]["value"]
            check(shown in (None, found), f"{name}: {value} is {found}")


@test
def what_does_not_fit_is_refused_and_changes_nothing():
    with node_of() as node:
        admin = operator(node)
        before = options(admin)
        for name, value, status in (("limits.nothing", 1, 404), ("nothing", 1, 404),
                                    ("limits.receive_maximum", "x", 400),
                                    ("limits.receive_maximum", 0, 400), ("limits.receive_maximum", 65536, 400),
                                    ("limits.receive_maximum", -1, 400), ("limits.receive_maximum", None, 400),
                                    ("limits.receive_maximum", 1.5, 400), ("log.level", "loud", 400),
                                    ("access.allow_anonymous", "perhaps", 400), ("limits.receive_maximum", {}, 400),
                                    ("node.loops", 1, 409), ("persistence.path", "elsewhere", 409),
                                    ("listeners.tcp.bind", "0.0.0.0:1", 409), ("admin.initial_password", "x", 409)):
            change(admin, name, value, status)
        admin.put("/config/limits.receive_maximum", {}, 400)
        check_equal(options(admin), before, "the options")


@test
def only_an_admin_changes_options():
    with node_of() as node:
        admin = operator(node)
        for role in ("viewer", "operator"):
            key = admin.post("/api-keys", {"name": role, "role": role}, 201)["key"]
            check_equal(options(Admin(node, key=key))["log.level"]["origin"], "default", f"a {role} looks")
            change(Admin(node, key=key), "log.level", "debug", 403)
        check_equal(options(admin)["log.level"]["origin"], "default", "nothing is changed")


@test
def a_secret_is_not_shown():
    with node_of() as node:
        check_equal(options(operator(node))["admin.initial_password"]["value"], "(hidden)", "the password")


# --- what the node does ---------------------------------------------------------------------------------------------

@test
def new_connections_are_granted_the_new_limits_and_old_ones_keep_theirs():
    with node_of() as node, tcp(node) as old:
        admin = operator(node)
        old.connect("old")
        change(admin, "limits.receive_maximum", 17)
        change(admin, "limits.qos_max", 1)
        for listener in ("tcp", "ws"):
            check_equal((granted(node, "receive_maximum", listener), granted(node, "maximum_qos", listener)), (17, 1),
                        f"what {listener} grants")
        old.publish("a", b"x", 2)  # it was told that it may


@test
def a_listener_with_a_limit_of_its_own_keeps_it():
    with node_of(**{"listeners.ws.limits.receive_maximum": "9"}) as node:
        admin = operator(node)
        change(admin, "limits.receive_maximum", 17)
        check_equal((granted(node, "receive_maximum"), granted(node, "receive_maximum", "ws")), (17, 9), "granted")
        change(admin, "listeners.ws.limits.receive_maximum", 8)
        check_equal((granted(node, "receive_maximum"), granted(node, "receive_maximum", "ws")), (17, 8), "granted")


@test
def anonymous_clients_are_refused_from_then_on():
    with node_of() as node, tcp(node) as there:
        admin = operator(node)
        there.connect("there")
        change(admin, "access.allow_anonymous", False)
        until(lambda: reason_of(node) == NOT_AUTHORIZED, "both loops have heard of it")
        there.send(mqtt.packet(mqtt.PINGREQ))
        there.expect(mqtt.PINGRESP)
        change(admin, "access.allow_anonymous", True)
        until(lambda: reason_of(node) == 0, "and of its end")


@test
def limits_of_the_node_hold_at_once():
    with node_of() as node, tcp(node) as there:
        admin = operator(node)
        there.connect("there")
        change(admin, "node_limits.sessions_max", 1)
        check_equal(reason_of(node), QUOTA_EXCEEDED, "one more session")
        change(admin, "node_limits.sessions_max", 0)
        check_equal(reason_of(node), 0, "there is no limit any more")
        change(admin, "node_limits.connections_max", 1)
        check_equal(reason_of(node), QUOTA_EXCEEDED, "one more connection")


@test
def a_listener_s_connections_are_limited_at_once():
    with node_of() as node, tcp(node) as there:
        admin = operator(node)
        there.connect("there")
        change(admin, "listeners.tcp.connections_max", 1)
        check_equal(reason_of(node), QUOTA_EXCEEDED, "one more")
        with ws(node) as other:
            other.connect("other")


@test
def the_log_is_as_loud_as_it_is_told():
    with node_of() as node:
        admin = operator(node)
        change(admin, "log.level", "debug")
        with tcp(node) as client:
            client.connect("heard")
        node.line("client heard")
        change(admin, "log.level", "info")
        node.line("log.level was debug and is info")
        before = len(node.lines)
        with tcp(node) as client:
            client.connect("unheard")
        admin.get("/health")
        check(not [line for line in node.lines[before:] if " debug " in line], "debug lines")


@test
def so_many_messages_are_retained_from_then_on():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("keeps")
        change(admin, "node_limits.retained_messages_max", 2)
        for number in range(3):
            client.send(mqtt.publish(f"kept/{number}", b"x", 1, number + 1, retain=True))
            client.expect(mqtt.PUBACK)
        check_equal(len(admin.items("/retained", prefix="kept/")), 2, "retained messages")


@test
def a_reload_reads_the_file_again_and_keeps_what_it_does_not_say():
    with node_of() as node:
        admin = operator(node)
        change(admin, "limits.receive_maximum", 17)
        change(admin, "log.level", "debug")
        node.reload()
        until(lambda: options(admin)["log.level"]["value"] == "info", "what follows the file does")
        check_equal(options(admin)["log.level"]["origin"], "default", "its origin")
        check_equal(options(admin)["limits.receive_maximum"]["origin"], "console", "what does not stays")
        check_equal(granted(node, "receive_maximum"), 17, "granted")


main()

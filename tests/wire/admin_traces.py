#!/usr/bin/python3
# sanitize address
"""Traces: every packet of some clients in words, while somebody wants to know, and within bounds."""
import raw_mqtt as mqtt
from admin_client import SETTINGS, operator
from harness import Node, check, check_equal, main, test, until
from raw_client import tcp, ws


def node_of(**settings):
    return Node({**SETTINGS, **settings})


def start(admin, kind, value, seconds=60):
    return admin.post("/traces", {"kind": kind, "value": value, "seconds": seconds})["id"]


def texts(admin, trace, way=None):
    return [each["text"] for each in admin.pages(f"/traces/{trace}/lines", 1000)
            if way is None or each["direction"] == way]


def wait_for(admin, trace, beginning):
    until(lambda: any(each.startswith(beginning) for each in texts(admin, trace)), f"a line that begins {beginning!r}")


@test
def a_client_is_traced_from_its_connect_to_its_end():
    with node_of() as node, tcp(node) as other:
        admin = operator(node)
        trace = start(admin, "client", "seen")
        other.connect("other")
        with ws(node) as client:
            client.connect("seen", user="ann", password=b"secret", keep_alive=60)
            client.subscribe(("t/+", 2))
            client.publish("u/a", b"hello\n\x1b[2J", qos=1)
            client.publish("u/b", b"", qos=2)
            other.send(mqtt.publish("t/a", b"one", 1, 7, version=5))
            client.message()
            other.send(mqtt.publish("t/b", b"two", 2, 8, version=5))
            client.message()
            client.send(mqtt.packet(mqtt.DISCONNECT))
            client.closed()
        wait_for(admin, trace, "DISCONNECT")
        came, went = texts(admin, trace, "in"), texts(admin, trace, "out")
        check(came[0].startswith('CONNECT MQTT 5, client id "seen"') and 'user name "ann"' in came[0], came[0])
        check("secret" not in "".join(came), "the password is not told")
        check(went[0].startswith("CONNACK 0x00"), went[0])
        for beginning in ('SUBSCRIBE id 1, "t/+" QoS 2',
                          'PUBLISH id 2, QoS 1, topic "u/a", 10 bytes "hello\\x0a\\x1b[2J"',
                          "PUBACK id ", "PUBREL id 3", "PUBREC id ", "PUBCOMP id "):
            check(any(each.startswith(beginning) for each in came), f"{beginning}: {came}")
        for beginning in ("SUBACK id 1, 0x02", 'PUBLISH id 1, QoS 1, topic "t/a"', "PUBACK id 2, 0x10", "PUBREC id 3",
                          "PUBCOMP id 3, 0x00 (success)"):
            check(any(each.startswith(beginning) for each in went), f"{beginning}: {went}")
        check(any("the node closes the connection" in each for each in texts(admin, trace, "link")), "its end")
        check_equal({each["client"] for each in admin.items(f"/traces/{trace}/lines")}, {"seen"}, "whose lines")
        check(admin.items("/clients/seen/packets")[-1]["client"] == "seen", "its last packets")
        check_equal(admin.items("/clients/other/packets"), [], "those of a client under no trace")


@test
def a_topic_is_traced_with_wildcards_and_aliases_and_large_payloads():
    with node_of() as node, tcp(node) as sender, tcp(node) as reader:
        admin = operator(node)
        sender.connect("sender")
        reader.connect("reader", topic_alias_maximum=10)
        reader.subscribe(("plant/#", 0), ("other", 0))
        trace = start(admin, "topic", "plant/+/state")
        sender.publish("plant/1/state", b"one", qos=1, topic_alias=3)
        sender.publish("", b"two", qos=1, topic_alias=3)
        sender.publish("plant/1/large", b"x" * 20_000, qos=1)
        sender.publish("plant/2/state", b"y" * 20_000, qos=1)
        sender.publish("other", b"no", qos=1)
        for _ in range(5):
            reader.message()
        until(lambda: len(texts(admin, trace)) == 6, "six lines")
        lines = admin.items(f"/traces/{trace}/lines")
        check_equal([each["client"] for each in lines if each["direction"] == "in"], ["sender"] * 3, "who sent")
        check_equal([each["client"] for each in lines if each["direction"] == "out"], ["reader"] * 3, "who got it")
        for each in lines:
            check('topic "plant/' in each["text"] and "/state" in each["text"], each["text"])
        check_equal(sum("20000 bytes \"yyy" in each["text"] for each in lines), 2, "large ones")


@test
def an_address_is_traced_before_there_is_a_session():
    with node_of() as node:
        admin = operator(node)
        trace = start(admin, "address", "127.0.0.0/8")
        nobody = start(admin, "address", "10.0.0.0/8")
        with tcp(node) as client:
            client.send(b"\x00\x00")
            client.closed()
        with tcp(node, version=4) as client:
            client.connect("here")
        wait_for(admin, trace, "the client closed the connection")
        lines = texts(admin, trace)
        check(lines[0].startswith("a connection is opened on listener tcp"), lines[0])
        check(any(each.startswith("CONNECT MQTT 3.1.1") for each in lines), f"{lines}")
        check(any(each.startswith("the node closes the connection") for each in lines), f"{lines}")
        check_equal(texts(admin, nobody), [], "another network")


@test
def who_is_refused_is_seen_to_be():
    with node_of(**{"access.allow_anonymous": "false"}) as node:
        admin = operator(node)
        trace = start(admin, "client", "stranger")
        with tcp(node) as client:
            client.connect("stranger", reason=0x87)
        wait_for(admin, trace, "CONNACK 0x87 (not authorized)")


@test
def lines_are_followed_from_where_one_was_and_downloaded():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("talks")
        trace = start(admin, "client", "talks")
        for number in range(30):
            client.publish("a", str(number).encode(), qos=1)
        until(lambda: len(texts(admin, trace)) == 60, "all lines")
        page = admin.get(f"/traces/{trace}/lines", limit=50)
        check_equal((len(page["items"]), page["next"], page["end"]), (50, "50", "50"), "a page")
        page = admin.get(f"/traces/{trace}/lines", cursor=page["next"])
        check_equal((len(page["items"]), page["next"], page["end"]), (10, None, "60"), "the last page")
        check_equal(admin.get(f"/traces/{trace}/lines", cursor="60")["items"], [], "nothing yet")
        client.publish("a", b"more", qos=1)
        until(lambda: len(admin.items(f"/traces/{trace}/lines", cursor="60")) == 2, "what came since")
        file = admin.request("GET", f"/traces/{trace}/file")
        check(file.header["Content-Type"].startswith("text/plain"), "what it is")
        check_equal((file.status, len(file.bytes.splitlines())), (200, 62), "the file")
        admin.get(f"/traces/{trace}/lines", cursor="x", status=400)


@test
def a_trace_ends_is_read_on_and_goes():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        client.connect("talks")
        trace = start(admin, "client", "talks")
        client.publish("a", b"", qos=1)
        until(lambda: len(texts(admin, trace)) == 2, "its lines")
        short = start(admin, "client", "nobody", 1)
        admin.delete(f"/traces/{trace}")
        until(lambda: not any(each["running"] for each in admin.items("/traces")), "both have ended")
        client.publish("a", b"", qos=1)
        check_equal(len(texts(admin, trace)), 2, "none is added")
        admin.delete(f"/traces/{trace}")
        check_equal([each["id"] for each in admin.items("/traces")], [short], "which are there")
        admin.get(f"/traces/{trace}/lines", status=404)
        admin.delete(f"/traces/{trace}", status=404)


@test
def there_are_bounds():
    with node_of() as node, tcp(node) as client:
        admin = operator(node)
        for bad in ({"kind": "user", "value": "a"}, {"kind": "client", "value": ""},
                    {"kind": "topic", "value": "a/#/b"},
                    {"kind": "address", "value": "here"}, {"kind": "client", "value": "a", "seconds": 0},
                    {"kind": "client", "value": "a", "seconds": 86401}):
            admin.post("/traces", bad, status=400)
        client.connect("busy")
        trace = start(admin, "client", "busy")
        filler = [start(admin, "client", f"other-{number}") for number in range(15)]
        admin.post("/traces", {"kind": "client", "value": "one more"}, status=409)
        admin.delete(f"/traces/{filler[0]}")
        start(admin, "client", "in its place")
        topic = "t/" + "x" * 500
        for _ in range(6000):
            client.send(mqtt.publish(topic, b"", 1, 1, version=5))
            client.expect(mqtt.PUBACK)
        found = next(each for each in admin.items("/traces") if each["id"] == trace)
        check(found["lines"] == 12000 and found["lost"] > 0, f"{found}")
        check(found["bytes"] <= 4 * 1024 * 1024, f"{found}")
        page = admin.get(f"/traces/{trace}/lines")
        check_equal(int(page["end"]), found["lost"] + 100, "the oldest that is there")


main()

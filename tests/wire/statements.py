#!/usr/bin/python3
# sanitize address
"""Normative statements that only a whole node can obey: session, shard and link have a part in each."""
import raw_mqtt as mqtt
from harness import Node, check, check_equal, main, test
from raw_client import tcp, ws

QOS1, QOS2 = 1, 2
RETAIN_IF_NEW, NEVER_RETAIN = 0x10, 0x20


def whole_node(function):
    def with_a_node():
        with Node() as node:
            function(node)
    with_a_node.__name__ = function.__name__
    return test(with_a_node)


@whole_node
def a_client_id_is_the_key_to_its_session(node):
    """MQTT-3.1.3-2"""
    first = tcp(node)
    first.connect("keyed", clean=False, session_expiry=60)
    first.subscribe(("keyed/#", QOS1))
    first.sock.close()
    other, publisher = tcp(node), tcp(node)
    check(not other.connect("another", clean=False, session_expiry=60).session_present, "a stranger's session")
    publisher.connect()
    publisher.publish("keyed/1", b"kept", QOS1)
    again = ws(node)
    check(again.connect("keyed", clean=False, session_expiry=60).session_present, "the session is there")
    check_equal(again.message().payload, b"kept", "what waited for it")
    check(other.nothing_came(), "the other client id got something")


@whole_node
def nothing_after_a_refused_connect_is_processed(node):
    """MQTT-3.1.4-6"""
    watcher, refused = tcp(node), tcp(node)
    watcher.connect()
    watcher.subscribe("refused/#")
    refused.send(mqtt.connect("x" * 2000) + mqtt.publish("refused/1", b"no"))
    how = refused.closed()
    check(how.reason is not None and how.reason >= 0x80, f"CONNECT was taken: {how}")
    check(watcher.nothing_came(), "a PUBLISH behind a refused CONNECT was routed")


@whole_node
def retain_0_leaves_what_is_retained(node):
    """MQTT-3.3.1-8, MQTT-3.3.1-9, MQTT-3.3.2-3"""
    publisher, late = tcp(node), tcp(node)
    publisher.connect()
    publisher.publish("kept/a", b"old", QOS1, retain=True)
    publisher.publish("kept/a", b"live", QOS1)
    late.connect()
    late.subscribe(("kept/+", QOS1))
    got = late.message()
    check_equal((got.topic, got.payload, bool(got.retain)), ("kept/a", b"old", True), "the retained message")
    check(late.nothing_came(), "more than the retained message came")


@whole_node
def retain_handling_is_obeyed(node):
    """MQTT-3.3.1-9, MQTT-3.3.1-10, MQTT-3.3.1-11"""
    publisher, late = tcp(node), tcp(node)
    publisher.connect()
    publisher.publish("handled/a", b"state", QOS1, retain=True)
    late.connect()
    late.subscribe(("handled/#", NEVER_RETAIN))
    check(late.nothing_came(), "a retained message came with Retain Handling 2")
    late.subscribe(("handled/+", RETAIN_IF_NEW))
    check_equal(late.message().payload, b"state", "for a new subscription")
    late.subscribe(("handled/+", RETAIN_IF_NEW))
    check(late.nothing_came(), "a retained message came although the subscription was there")


@whole_node
def retained_messages_outlive_the_session_that_published_them(node):
    """MQTT3-3.1.2-7"""
    publisher, late = tcp(node, version=4), tcp(node, version=4)
    publisher.connect("passing", clean=True)
    publisher.publish("outlives/a", b"still here", QOS1, retain=True)
    publisher.send(mqtt.packet(mqtt.DISCONNECT))
    publisher.closed()
    late.connect("late")
    late.subscribe("outlives/a")
    check_equal(late.message().payload, b"still here", "the retained message")


@whole_node
def streams_and_topics_keep_their_order(node):
    """MQTT-4.2.0-1, MQTT-4.6.0-5, MQTT-4.6.0-6"""
    for dial in (tcp, ws):
        publisher, consumer = dial(node), dial(node)
        publisher.connect()
        consumer.connect(receive_maximum=500)
        consumer.subscribe(("ordered/#", QOS2))
        for number in range(300):
            publisher.send(mqtt.publish("ordered/a", str(number).encode(), 1, number + 1))
        came = [int(consumer.message().payload) for _ in range(300)]
        check_equal(came, list(range(300)), "the order")


main()

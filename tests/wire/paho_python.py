#!/usr/bin/python3
# sanitize address
"""Paho for Python, over TCP and over WebSocket."""
import hashlib
import queue
import socket

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from harness import LONGEST_WAIT, Failed, Node, check, check_equal, main, test

TRANSPORTS = ("tcp", "websockets")
LISTENERS = {"tcp": "tcp", "websockets": "ws"}
VERSIONS = {3: paho.MQTTv31, 4: paho.MQTTv311, 5: paho.MQTTv5}
EVERYWHERE = [(transport, version) for transport in TRANSPORTS for version in VERSIONS]


class Client:
    """A connected Paho client whose callbacks become queues."""

    def __init__(self, node, client_id="", transport="tcp", version=5, clean=True, expiry=None, will=None):
        self.version, self.node = version, node
        kept = {} if version == 5 else {"clean_session": clean}
        self.paho = paho.Client(client_id, protocol=VERSIONS[version], transport=transport, **kept)
        if transport == "websockets":
            self.paho.ws_set_options(path="/mqtt")
        self.connected, self.lost, self.messages = queue.Queue(), queue.Queue(), queue.Queue()
        self.answers = queue.Queue()
        self.paho.on_connect = lambda _c, _u, flags, reason, *more: self.connected.put((flags, reason, more))
        self.paho.on_disconnect = lambda _c, _u, reason, *more: self.lost.put(reason)
        self.paho.on_message = lambda _c, _u, message: self.messages.put(message)
        self.paho.on_subscribe = lambda _c, _u, packet_id, granted, *more: self.answers.put((packet_id, granted))
        self.paho.on_unsubscribe = lambda _c, _u, packet_id, *more: self.answers.put((packet_id, None))
        self.paho.max_inflight_messages_set(100)
        if will:
            self.paho.will_set(*will)
        self.start(LISTENERS[transport], clean, expiry)

    def start(self, listener, clean, expiry):
        more = {}
        if self.version == 5:
            more = {"clean_start": clean}
            if expiry is not None:
                more["properties"] = properties(PacketTypes.CONNECT, SessionExpiryInterval=expiry)
        self.paho.reconnect_delay_set(0.05, 0.05)
        self.paho.connect("127.0.0.1", self.node.port(listener), **more)
        self.paho.loop_start()
        self.flags, reason, self.connack = take(self.connected, "CONNACK")
        check_equal(int(getattr(reason, "value", reason)), 0, "CONNACK")

    @property
    def session_present(self):
        return bool(self.flags["session present"])

    def subscribe(self, *arguments, **more):
        return self.answered(self.paho.subscribe(*arguments, **more))

    def unsubscribe(self, topic):
        return self.answered(self.paho.unsubscribe(topic))

    def answered(self, asked):
        packet_id, granted = take(self.answers, "SUBACK")
        check_equal(packet_id, asked[1], "packet id of the answer")
        return [int(getattr(each, "value", each)) for each in granted or []]

    def publish(self, topic, payload=b"", qos=1, wait=True, **more):
        sent = self.paho.publish(topic, payload, qos, **more)
        if wait:
            sent.wait_for_publish(LONGEST_WAIT)
            check(sent.is_published(), f"{topic} is not acknowledged")
        return sent

    def message(self):
        return take(self.messages, "message")

    def took(self):
        """The next message as text, QoS and retain flag."""
        got = self.message()
        return got.payload.decode(), got.qos, got.retain

    def break_link(self):
        sock = self.paho.socket()
        getattr(sock, "_socket", sock).shutdown(socket.SHUT_RDWR)

    def drop(self):
        """The link breaks without DISCONNECT, and nobody comes back."""
        self.paho._thread_terminate = True  # loop_stop() says so too, but waits up to a second for it to be felt
        self.break_link()
        self.paho.loop_stop()

    def stop(self):
        self.paho.disconnect()
        self.paho.loop_stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def take(from_queue, what):
    try:
        return from_queue.get(timeout=LONGEST_WAIT)
    except queue.Empty:
        raise Failed(f"no {what} came") from None


def properties(packet, **values):
    result = Properties(packet)
    for name, value in values.items():
        setattr(result, name, value)
    return result


@test
def every_qos_there_and_back():
    with Node() as node:
        for transport, version in EVERYWHERE:
            with Client(node, "", transport, version) if version == 5 else \
                    Client(node, f"round-{transport}", transport, version) as client:
                for qos in (0, 1, 2):
                    check_equal(client.subscribe(f"trip/{qos}", qos), [qos], "SUBACK")
                for qos in (0, 1, 2):
                    client.publish(f"trip/{qos}", f"at {qos}", qos)
                    check_equal(client.took(), (f"at {qos}", qos, False), f"{transport} {version}")
                client.unsubscribe("trip/1")
                client.publish("trip/1", "unheard")
                client.publish("trip/2", "heard", 2)
                check_equal(client.took(), ("heard", 2, False), "after UNSUBSCRIBE")


@test
def large_payloads_arrive_whole():
    payload = bytes(range(256)) * 4096  # 1 MiB
    with Node() as node:
        for transport, version in EVERYWHERE:
            with Client(node, "large", transport, version) as client:
                for qos in (0, 1, 2):
                    client.subscribe(f"large/{qos}", qos)
                    client.publish(f"large/{qos}", payload, qos)
                    got = client.message()
                    check_equal(hashlib.sha256(got.payload).digest(), hashlib.sha256(payload).digest(), transport)


@test
def many_topics_at_once():
    with Node() as node, Client(node, "many", "websockets") as client:
        filters = [(f"many/{number}/+", SubscribeOptions(qos=number % 3)) for number in range(1000)]
        check_equal(client.subscribe(filters), [number % 3 for number in range(1000)], "SUBACK")
        sent = [client.publish(f"many/{number}/x", str(number), 1, wait=False) for number in range(1000)]
        got = {}
        for _ in range(1000):
            message = client.message()
            got[message.topic] = (message.payload.decode(), message.qos)
        wanted = {f"many/{number}/x": (str(number), min(1, number % 3)) for number in range(1000)}
        check_equal(got, wanted, "messages")
        for each in sent:
            each.wait_for_publish(LONGEST_WAIT)


@test
def a_session_goes_on_after_a_broken_link():
    with Node() as node, Client(node, "other") as other:
        for transport, version in EVERYWHERE:
            name = f"lasting-{transport}-{version}"
            first = Client(node, name, transport, version, clean=False, expiry=60)
            check(not first.session_present, "a session out of nowhere")
            first.subscribe(f"to/{name}", 2)
            first.drop()
            for number in range(20):
                other.publish(f"to/{name}", str(number), 1 + number % 2)
            again = Client(node, name, transport, version, clean=False, expiry=60)
            check(again.session_present or version == 3, f"{name}: the session is gone")
            got = [again.took() for _ in range(20)]  # Paho shows QoS 2 at PUBREL: the order holds for each QoS
            for qos in (1, 2):
                wanted = [(str(n), qos, False) for n in range(qos - 1, 20, 2)]
                check_equal([each for each in got if each[1] == qos], wanted, f"{name}, QoS {qos}")
            again.stop()


@test
def paho_reconnects_by_itself():
    with Node() as node, Client(node, "restless", clean=False, expiry=60) as client, Client(node, "other") as other:
        client.subscribe("to/restless", 1)
        client.break_link()
        flags, _, _ = take(client.connected, "second CONNACK")
        check(flags["session present"], "the session is gone")
        other.publish("to/restless", "welcome back")
        check_equal(client.took(), ("welcome back", 1, False), "the message after it")


@test
def a_second_client_takes_the_session_over():
    with Node() as node, Client(node, "other") as other:
        for transport in TRANSPORTS:
            for listener, version in ((transport, 5), ("tcp", 5)):
                first = Client(node, "contested", transport, version, clean=False, expiry=60)
                first.subscribe("to/contested", 1)
                first.paho.on_connect = None
                first.paho.reconnect_delay_set(60, 60)
                second = Client(node, "contested", listener, version, clean=False, expiry=60)
                check_equal(take(first.lost, "DISCONNECT").value, 0x8E, "what the first one is told")
                check(second.session_present, "the session did not go over")
                other.publish("to/contested", "mine")
                check_equal(second.took(), ("mine", 1, False), "the message")
                second.stop()
                first.stop()


@test
def retained_messages_and_their_handling():
    with Node() as node, Client(node, "keeper", "websockets") as client:
        client.publish("kept/x", "kept", retain=True)
        for handling, times in ((0, (1, 1)), (1, (1, 0)), (2, (0, 0))):
            for repeated, count in enumerate(times):
                client.subscribe("kept/#", options=SubscribeOptions(1, retainHandling=handling))
                client.publish("kept/mark", f"{handling}-{repeated}")
                for _ in range(count):
                    check_equal(client.took(), ("kept", 1, True), f"handling {handling}, time {repeated}")
                check_equal(client.took(), (f"{handling}-{repeated}", 1, False), f"the mark, handling {handling}")
            client.unsubscribe("kept/#")


@test
def no_local_and_retain_as_published():
    with Node() as node, Client(node, "self", "websockets") as client, Client(node, "other") as other:
        client.subscribe("room", options=SubscribeOptions(1, noLocal=True, retainAsPublished=True))
        client.publish("room", "my own", retain=True)
        other.publish("room", "another's", retain=True)
        check_equal(client.took(), ("another's", 1, True), "the first message")
        client.subscribe("room", options=SubscribeOptions(1))
        check_equal(client.took(), ("another's", 1, True), "what is retained")
        client.publish("room", "my own now")
        check_equal(client.took(), ("my own now", 1, False), "without No Local")


@test
def overlapping_filters_bring_one_copy():
    with Node() as node, Client(node, "overlap", "websockets") as client:
        for number, (name, qos) in enumerate((("over/#", 0), ("over/lap", 2), ("+/lap", 1)), 1):
            identified = properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=number)
            client.subscribe(name, options=SubscribeOptions(qos), properties=identified)
        client.publish("over/lap", "once", 2)
        got = client.message()
        check_equal((got.qos, sorted(got.properties.SubscriptionIdentifier)), (2, [1, 2, 3]), "QoS and identifiers")
        client.publish("end", "x")
        client.publish("over/end", "x")
        check_equal(client.message().topic, "over/end", "nothing came twice")


@test
def properties_pass_through():
    sent = properties(PacketTypes.PUBLISH, ContentType="text/plain", ResponseTopic="answer", CorrelationData=b"\0\1\2",
                      PayloadFormatIndicator=1, MessageExpiryInterval=100, TopicAlias=2)
    sent.UserProperty = [("a", "1"), ("b", "2"), ("a", "3")]
    with Node() as node, Client(node, "sender") as sender, Client(node, "taker", "websockets") as taker:
        taker.subscribe("full", 1)
        sender.publish("full", "ünï", properties=sent)
        got = taker.message().properties
        check_equal((got.ContentType, got.ResponseTopic, got.CorrelationData, got.PayloadFormatIndicator),
                    ("text/plain", "answer", b"\0\1\2", 1), "properties")
        check_equal(got.UserProperty, [("a", "1"), ("b", "2"), ("a", "3")], "user properties, in order")
        check(got.MessageExpiryInterval <= 100, "the interval counts down")


@test
def wills_come_when_the_link_breaks():
    with Node() as node, Client(node, "watcher", "websockets") as watcher:
        watcher.subscribe("wills", 2)
        for transport, version in EVERYWHERE:
            will = ("wills", f"{transport} {version}", 2, False)
            Client(node, f"mortal-{transport}-{version}", transport, version, will=will).drop()
            check_equal(watcher.took(), (f"{transport} {version}", 2, False), "the will")


@test
def a_client_without_an_id_is_given_one():
    with Node() as node, Client(node, "") as client, Client(node, "") as other:
        names = {each.connack[0].AssignedClientIdentifier for each in (client, other)}
        check_equal(len(names), 2, "different names")


main()

#!/usr/bin/python3
# sanitize address
"""Every kind of listener, and who may come through it."""
import contextlib
import os
import re
import socket
import ssl
import stat
import struct
import subprocess
from pathlib import Path

import raw_mqtt as mqtt
from harness import LONGEST_WAIT, Failed, Node, check, check_equal, main, scratch_folder, test, until
from raw_client import Client, Closed, tcp, upgrade_request, ws

# --- TLS ------------------------------------------------------------------------------------------------------------


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=LONGEST_WAIT)
    check(done.returncode == 0, done.stderr)


class Authority:
    """A certificate authority in a folder, by the openssl program."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = Path(folder), name
        self.certificate = str(self.folder / f"{name}.pem")
        self.key = str(self.folder / f"{name}.key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-keyout", self.key, "-out", self.certificate, "-subj", f"/CN={name}")

    def issue(self, name, common_name):
        """Writes NAME.pem and NAME.key; returns their paths."""
        certificate, key, request = (str(self.folder / (name + end)) for end in (".pem", ".key", ".csr"))
        names = self.folder / "names.txt"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                request, "-subj", f"/CN={common_name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days",
                "2", "-out", certificate, "-extfile", str(names))
        return certificate, key

    def client_context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.certificate)
        if certificate:
            context.load_cert_chain(*certificate)
        return context


def tls_settings(authority, kind="tls", **more):
    certificate, key = authority.issue("server", "localhost")
    return {"listeners.secure.type": kind, "listeners.secure.bind": "127.0.0.1:0",
            "listeners.secure.tls.certificate": certificate, "listeners.secure.tls.key": key,
            **{f"listeners.secure.tls.{name}": value for name, value in more.items()}}


@test
def tls_and_wss_carry_mqtt():
    payload = os.urandom(1 << 20)
    with scratch_folder() as folder:
        ca = Authority(folder)
        for kind in ("tls", "wss"):
            with Node(tls_settings(ca, kind)) as node:
                with tcp(node, "secure", websocket=kind == "wss", tls=ca.client_context()) as client:
                    client.connect("secret")
                    client.subscribe("large")
                    for qos in (0, 1):
                        client.send(mqtt.publish("large", payload, qos, qos))
                        got = [client.expect(mqtt.PUBLISH, mqtt.PUBACK) for _ in range(1 + qos)]
                        check(any(each.payload == payload for each in got), f"{kind}: the payload")


@test
def mosquitto_comes_in_over_tls():
    with scratch_folder() as folder:
        ca = Authority(folder)
        with Node(tls_settings(ca)) as node:
            command = ["mosquitto_pub", "-h", "localhost", "-p", str(node.port("secure")), "--cafile", ca.certificate,
                       "-t", "a", "-m", "x", "-q", "1"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_WAIT)
            check_equal(done.returncode, 0, done.stderr)


@test
def old_versions_of_tls_are_refused():
    with scratch_folder() as folder:
        ca = Authority(folder)
        with Node(tls_settings(ca, version_min="1.3")) as node:
            for version, refused in ((ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, False)):
                context = ca.client_context()
                context.maximum_version = version
                check_equal(is_refused(node, context), refused, str(version))


@test
def client_certificates_are_asked_for():
    with scratch_folder() as folder:
        ca, stranger = Authority(folder), Authority(folder, "stranger")
        settings = tls_settings(ca, ca=ca.certificate, client_certificates="required", common_name_as_user="true")
        acl = Path(folder, "acl")
        acl.write_text("allow user ann all #\n")
        good, bad = ca.issue("ann", "ann"), stranger.issue("eve", "ann")
        with Node({**settings, "access.acl_file": str(acl)}) as node:
            with tcp(node, "secure", tls=ca.client_context(good)) as client:
                client.connect("client")
                check_equal(client.subscribe("anything"), (2,), "SUBACK: the user name is the common name")
            for certificate in (None, bad):
                check(is_refused(node, ca.client_context(certificate)), f"a client with {certificate} was let in")


def is_refused(node, context):
    try:
        with tcp(node, "secure", tls=context) as client:
            client.connect("client")
    except (Closed, OSError):  # ssl.SSLError is one
        return True
    return False


@test
def certificates_are_reloaded_and_nobody_is_dropped():
    with scratch_folder() as folder:
        ca = Authority(folder)
        settings = tls_settings(ca, "wss")
        with Node(settings) as node, tcp(node, "secure", websocket=True, tls=ca.client_context()) as old:
            old.connect("old")
            before = old.sock.getpeercert()["serialNumber"]
            ca.issue("server", "localhost")  # over the old ones
            node.line("secure: certificates are read again", after=node.reload())
            with tcp(node, "secure", websocket=True, tls=ca.client_context()) as new:
                new.connect("new")
                check(new.sock.getpeercert()["serialNumber"] != before, "the old certificate is still shown")
            check(old.nothing_came(), "the old connection")
            Path(settings["listeners.secure.tls.certificate"]).write_text("nonsense")
            node.errors = "certificates in use stay"
            node.line("certificates in use stay", after=node.reload())
            with tcp(node, "secure", websocket=True, tls=ca.client_context()) as new:
                new.connect("new")


@test
def what_is_no_tls_is_closed():
    with scratch_folder() as folder:
        ca = Authority(folder)
        with Node(tls_settings(ca)) as node, tcp(node, "secure") as client:
            client.send(mqtt.connect("plain"))
            client.closed()


# --- unix sockets ---------------------------------------------------------------------------------------------------

@test
def unix_sockets_carry_mqtt_and_websocket():
    with scratch_folder() as folder:
        plain, web = str(Path(folder, "mqtt.sock")), str(Path(folder, "ws.sock"))
        settings = {"listeners.local.type": "tcp", "listeners.local.bind": f"unix:{plain}",
                    "listeners.local.unix_mode": "0600", "listeners.web.type": "ws",
                    "listeners.web.bind": f"unix:{web}"}
        for _ in range(2):  # the second node finds the path free
            with Node(settings) as node, Client(plain) as a, Client(web, websocket=True) as b:
                check_equal(stat.S_IMODE(os.stat(plain).st_mode), 0o600, "permissions")
                a.connect("a")
                b.connect("b")
                b.subscribe("x")
                a.publish("x", b"through files", 1)
                check_equal(b.message().payload, b"through files", "payload")


# --- who comes from where -------------------------------------------------------------------------------------------

def proxy_v2(source, port):
    addresses = socket.inet_aton(source) + socket.inet_aton("127.0.0.1") + struct.pack(">HH", port, 1883)
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", len(addresses)) + addresses


@test
def a_trusted_proxy_tells_the_real_address():
    settings = {"listeners.tcp.proxy_protocol": "true", "listeners.tcp.trusted_proxies": "127.0.0.1",
                "listeners.tcp.deny": "192.0.2.66", "log.level": "debug"}
    headers = {"192.0.2.1:4711": b"PROXY TCP4 192.0.2.1 127.0.0.1 4711 1883\r\n",
               "192.0.2.2:4712": proxy_v2("192.0.2.2", 4712),
               "[2001:db8::1]:4713": b"PROXY TCP6 2001:db8::1 ::1 4713 1883\r\n"}
    with Node(settings) as node:
        for address, header in headers.items():
            with tcp(node, prefix=header) as client:
                client.connect("proxied")
            node.line("client proxied at " + re.escape(address) + " lost its link")
        for name, prefix in (("no header", b""), ("a broken one", b"PROXY nonsense\r\n"),
                             ("a denied address", b"PROXY TCP4 192.0.2.66 127.0.0.1 1 1883\r\n")):
            with tcp(node, prefix=prefix) as client:
                with contextlib.suppress(OSError):
                    client.send(mqtt.connect("unwelcome"))
                check(client.closed().reason != 0, name)
        check(not node.logged("client unwelcome"), "a client came in past the proxy's word")


@test
def a_proxy_header_of_a_stranger_is_not_believed():
    settings = {"listeners.tcp.proxy_protocol": "true", "listeners.tcp.trusted_proxies": "127.0.0.9",
                "log.level": "debug"}
    with Node(settings) as node:
        with tcp(node, prefix=b"PROXY TCP4 192.0.2.1 127.0.0.1 4711 1883\r\n") as client:
            with contextlib.suppress(OSError):
                client.send(mqtt.connect("liar"))
            client.closed()
        check(not node.logged("client liar"), "the header was believed")


@test
def forwarded_addresses_are_believed_from_proxies_only():
    for trusted, address in (("127.0.0.1", "192.0.2.7"), ("127.0.0.9", "127.0.0.1")):
        settings = {"listeners.ws.trusted_proxies": trusted, "log.level": "debug"}
        with Node(settings) as node:
            with ws(node, extra=["X-Forwarded-For: 203.0.113.5, 192.0.2.7"]) as client:
                client.connect("forwarded")
            node.line(f"client forwarded at {re.escape(address)}:?[0-9]* lost its link")


@test
def denied_addresses_stay_outside():
    with Node({"listeners.tcp.deny": "127.0.0.2", "listeners.ws.allow": "127.0.0.3"}) as node:
        for listener, source, inside in (("tcp", "127.0.0.1", True), ("tcp", "127.0.0.2", False),
                                         ("ws", "127.0.0.3", True), ("ws", "127.0.0.1", False)):
            check_equal(comes_in(node, listener, source), inside, f"{source} on {listener}")


def comes_in(node, listener, source):
    try:
        with Client(node.bound(listener), source=source) as client:
            if listener == "ws":
                client.upgrade()
            client.connect("client")
            return True
    except (Closed, OSError, IndexError, Failed):
        return False


@test
def connection_rates_are_limited():
    with Node({"listeners.ws.connection_rate_max": 5}) as node:
        answers = []
        for _ in range(20):
            with Client(node.bound("ws")) as client:
                client.send(upgrade_request())
                answers.append(client.http_response().split(" ")[1])
        check_equal(set(answers), {"101", "429"}, "statuses")
        check(answers.count("101") <= 8, f"{answers.count('101')} of 20 came in at once")


# --- mount point ----------------------------------------------------------------------------------------------------

@test
def a_mount_point_is_put_before_every_topic():
    with Node({"listeners.ws.mount_point": "tenant/"}) as node, ws(node) as inside, tcp(node) as outside:
        inside.connect("inside", will=mqtt.Will("will", b"w", 1))
        outside.connect("outside")
        inside.subscribe("#")
        outside.subscribe("tenant/#")
        outside.publish("elsewhere", b"", 1)
        outside.send(mqtt.publish("tenant/in"))
        got = {outside.message().topic, inside.message().topic}
        check_equal(got, {"tenant/in", "in"}, "how both see a message into the tenant")
        inside.send(mqtt.publish("out", b"", 1, 1))
        check_equal({inside.expect(mqtt.PUBLISH, mqtt.PUBACK).topic for _ in range(2)}, {"out", ""}, "its own message")
        check_equal(outside.message().topic, "tenant/out", "a message out of the tenant")
        inside.sock.shutdown(socket.SHUT_RDWR)
        check_equal(outside.message().topic, "tenant/will", "the will")


# --- WebSocket options ----------------------------------------------------------------------------------------------

@test
def several_paths_and_subprotocols():
    settings = {"listeners.ws.websocket.paths": "/mqtt,/other", "listeners.ws.websocket.subprotocol_required": "false"}
    with Node(settings) as node:
        for how in ({"path": "/other"}, {"path": "/mqtt?token=1"}, {"protocol": "mqttv3.1"}, {"protocol": None},
                    {"protocol": "chat, mqtt"}):
            with ws(node, **how) as client:
                client.connect("client")


@test
def pings_find_out_who_is_gone():
    settings = {"listeners.ws.websocket.ping_interval": "1s", "listeners.ws.websocket.ping_grace": "1s"}
    with Node(settings) as node, ws(node) as answers, ws(node) as silent:
        answers.connect("answers")
        silent.connect("silent")
        silent.websocket = False  # reads no frame any more, and so sends no pong
        # Reading is what lets `answers` answer pings, too.
        until(lambda: answers.nothing_came() and node.logged("no answer to a ping"), "the end of the silent one", 10)
        check(answers.nothing_came(), "who answers stays")


main()

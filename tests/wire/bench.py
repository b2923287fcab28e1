#!/usr/bin/python3
"""troupe-bench counts exactly: against a broker that does wrong on purpose, and against the node, which does not."""
import json
import ssl
import subprocess
from pathlib import Path

from crooked_broker import AGAIN, DOUBLE, DROP, FORGE, HOLD, MUTE, STALL, TWICE, CrookedBroker
from harness import BUILD, ROOT, Node, check, check_equal, limit_descriptors, main, scratch_folder, test

MESSAGES = 2000
NOTHING = {"lost": 0, "duplicate": 0, "reordered": 0, "foreign": 0}


def program():
    found = next((path for path in (BUILD / "troupe-bench", ROOT / "build/troupe-bench") if path.exists()), None)
    check(found, "there is no program `troupe-bench`: ./dev build tests")
    return found


def bench(*words, code=0, descriptors=None):
    """Runs it, and gives its JSON."""
    with scratch_folder() as folder:
        file = Path(folder) / "out.json"
        command = [program(), *map(str, words), "--quiet", "--json", file]
        ended = subprocess.run(command, text=True, stderr=subprocess.PIPE, timeout=120,
                               preexec_fn=descriptors and limit_descriptors(descriptors))
        check_equal(ended.returncode, code, f"exit code of {' '.join(map(str, command))}: {ended.stderr}")
        return json.loads(file.read_text())


def check_ledger(report, **wanted):
    got = {key: report["ledger"][key] for key in NOTHING}
    check_equal(got, {**NOTHING, **wanted}, "the ledger")


def crooked(deed, *words):
    with CrookedBroker(deed) as broker:
        report = bench("pair", "-h", "127.0.0.1", "-p", broker.port, "-c", 4, "-L", MESSAGES, "--drain", "3s", *words)
        return report, broker.done


class Certificate:
    """A certificate of the broker's that vouches for itself, for localhost and 127.0.0.1, and its key."""

    def __init__(self, folder):
        self.file, self.key = (str(Path(folder) / name) for name in ("broker.pem", "broker.key"))
        done = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-keyout", self.key, "-out", self.file, "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1"], capture_output=True, text=True, timeout=60)
        check_equal(done.returncode, 0, done.stderr)

    def listener(self, kind, **more):
        """Settings of a node with a listener `secure` that uses it."""
        return {"listeners.secure.type": kind, "listeners.secure.bind": "127.0.0.1:0",
                "listeners.secure.tls.certificate": self.file, "listeners.secure.tls.key": self.key,
                **{f"listeners.secure.tls.{name}": value for name, value in more.items()}}


def every(number, deed):
    return lambda _, n: deed if n % number == number - 1 else None


@test
def an_honest_broker_loses_nothing():
    for qos in (0, 1, 2):
        report, _ = crooked(lambda *_: None, "-q", qos)
        check_ledger(report)
        check_equal(report["totals"]["published"], MESSAGES, "published")
        check_equal(report["totals"]["received"], MESSAGES, "received")


@test
def every_dropped_message_is_lost():
    for qos in (0, 1, 2):
        report, done = crooked(every(50, DROP), "-q", qos)
        check_equal(done[DROP], MESSAGES // 50, "dropped by the broker")
        check_ledger(report, lost=done[DROP])


@test
def the_last_message_of_a_topic_is_missed_too():
    report, done = crooked(lambda _, n: DROP if n == MESSAGES // 4 - 1 else None, "-q", 1)
    check_equal(done[DROP], 4, "dropped by the broker")
    check_ledger(report, lost=4)


@test
def every_doubled_message_is_a_duplicate():
    for qos in (0, 1, 2):
        report, done = crooked(every(40, DOUBLE), "-q", qos)
        check_equal(done[DOUBLE], 4 * (MESSAGES // 4 // 40), "doubled by the broker")
        check_ledger(report, duplicate=done[DOUBLE])


@test
def every_overtaken_message_is_reordered():
    report, done = crooked(lambda _, n: HOLD if n % 30 == 7 else None, "-q", 1)
    check_equal(done[HOLD], 4 * 17, "held back by the broker")
    check_ledger(report, reordered=done[HOLD])


@test
def a_message_of_nobody_is_foreign():
    report, done = crooked(every(100, FORGE), "-q", 1)
    check_ledger(report, foreign=done[FORGE])


@test
def all_wrongs_at_once_are_told_apart():
    deeds = {3: DROP, 10: DOUBLE, 20: HOLD, 30: FORGE}
    report, done = crooked(lambda _, n: deeds.get(n % 40), "-q", 1)
    check_ledger(report, lost=done[DROP], duplicate=done[DOUBLE], reordered=done[HOLD], foreign=done[FORGE])


@test
def fan_out_and_fan_in_are_counted_by_delivery():
    report, done = crooked(every(50, DROP), "-q", 1, "--fan-out", 5, "--fan-in", 3)
    check_equal(report["ledger"]["expected"], MESSAGES * 5, "expected")
    check_ledger(report, lost=done[DROP] * 5)


@test
def a_stall_counts_from_when_messages_were_due():
    """One second of stall at 100 messages a second: the messages due meanwhile waited from 1 s down to nothing."""
    with CrookedBroker(lambda _, n: (STALL, 1) if n == 100 else None) as broker:
        report = bench("pair", "-p", broker.port, "-c", 1, "-q", 1, "--rate", 100, "--duration", "4s")
    check_ledger(report)
    latency = report["latency_us"]
    check(0.95e6 <= latency["max"] <= 2e6, f"the longest wait is {latency['max']} us")
    # A quarter of 400 messages fell into the stall: the 95th percentile is in it, the median is not.
    check(latency["p95"] >= 0.5e6, f"p95 is {latency['p95']} us")
    check(latency["p50"] <= 0.2e6, f"p50 is {latency['p50']} us")


@test
def a_sender_held_up_by_its_window_counts_from_when_messages_were_due():
    """One PUBACK comes a second late, and meanwhile a window of one message lets nothing leave. The broker delivers all
    that it gets at once: who counted from sending would see no wait at all."""
    with CrookedBroker(lambda _, n: (MUTE, 1) if n == 100 else None) as broker:
        report = bench("pair", "-p", broker.port, "-c", 1, "-q", 1, "--rate", 100, "--duration", "4s", "-F", 1)
    check_ledger(report)
    check_equal(report["totals"]["published"], 400, "published")
    latency = report["latency_us"]
    check(0.9e6 <= latency["max"] <= 2e6, f"the longest wait is {latency['max']} us")
    check(latency["p95"] >= 0.5e6, f"p95 is {latency['p95']} us")
    # Of the acknowledgements one was late; the messages behind it were not sent before it came.
    late = report["acknowledge_us"]
    check_equal(late["count"], 400, "acknowledgements that were timed")
    check(0.95e6 <= late["max"] <= 2e6, f"the latest acknowledgement took {late['max']} us")
    check(late["p99"] <= 0.2e6, f"p99 of acknowledgements is {late['p99']} us")


@test
def every_acknowledgement_is_timed_at_both_levels():
    for qos in (0, 1, 2):
        report, _ = crooked(lambda *_: None, "-q", qos)
        check_equal(report["acknowledge_us"]["count"], MESSAGES if qos else 0, "acknowledgements that were timed")
        check_equal(report["totals"]["stray_acknowledgements"], 0, "strays")


@test
def an_acknowledgement_of_nothing_in_flight_is_a_stray():
    for qos in (1, 2):
        report, done = crooked(every(50, TWICE), "-q", qos)
        check_equal(done[TWICE], MESSAGES // 50, "acknowledged twice by the broker")
        check_equal(report["totals"]["stray_acknowledgements"], done[TWICE], "strays")
        check_equal(report["totals"]["acknowledged"], MESSAGES, "acknowledged")
        check_ledger(report)


@test
def packet_identifiers_come_round():
    with Node() as node:
        report = bench("pair", "-p", node.port(), "-c", 1, "-q", 1, "-F", 100, "-L", 70_000, "-s", 64, "--duration",
                       "30s")
        check_ledger(report)
        check_equal(report["totals"]["acknowledged"], 70_000, "acknowledged")
        check_equal(report["totals"]["stray_acknowledgements"], 0, "strays")


@test
def a_broker_that_is_not_there_is_told():
    report = bench("conn", "-p", 1, "-c", 3, code=1)
    check_equal((report["ok"], report["totals"]["refused"]), (False, 3), "ok, refused")
    check("connect" in report["trouble"], f"trouble: {report['trouble']}")


@test
def pairs_on_the_node_lose_and_double_nothing():
    with Node() as node:
        host, port = node.bound("ws")
        for qos in (0, 1, 2):
            for version in (4, 5):
                report = bench("pair", "-h", host, "-p", port, "--ws", "-c", 20, "-q", qos, "-V", version, "--duration",
                               "1s", "--broker-pid", node.pid)
                check_ledger(report)
                check(report["totals"]["published"] > 0, "nothing was published")
                check_equal(report["totals"]["received"], report["totals"]["published"], "received")
                check_equal(report["totals"]["unacknowledged"], 0, "unacknowledged")
                check(report["broker"]["resident_bytes_max"] > 0, "the broker was not watched")


@test
def paced_pairs_in_several_processes_send_what_was_planned():
    with Node() as node:
        report = bench("pair", "-p", node.port(), "-c", 10, "-q", 1, "--rate", 500, "--duration", "2s",
                       "--processes", 3, "--ifaddr", "127.0.0.2-127.0.0.4")
        check_ledger(report)
        check_equal(report["own"]["processes"], 3, "processes")
        check_equal(report["totals"]["published"], 1000, "published")


@test
def ends_of_one_topic_in_different_processes_are_counted_together():
    """A topic of eight clients, in processes that may have six each."""
    with CrookedBroker(every(50, DROP)) as broker:
        report = bench("pair", "-p", broker.port, "-c", 2, "-q", 1, "-L", MESSAGES, "--drain", "3s", "--fan-out", 5,
                       "--fan-in", 3, descriptors=70)
    check(report["own"]["processes"] > 2, "it ran in too few processes")
    check_ledger(report, lost=broker.done[DROP] * 5)


@test
def every_cycle_of_churn_is_a_connection():
    with Node() as node:
        report = bench("churn", "-p", node.port("ws"), "--ws", "-c", 5, "-L", 200, "--duration", "20s")
        check_equal(report["totals"]["cycles"], 200, "cycles")
        check_equal(report["totals"]["refused"], 0, "refused")


@test
def tls_and_wss_carry_what_tcp_does():
    with scratch_folder() as folder:
        mine = Certificate(folder)
        for kind, words in (("tls", ("-S",)), ("wss", ("--wss",))):
            with Node(mine.listener(kind)) as node:
                for size in (256, 100_000):  # in one record, and in several
                    report = bench("pair", "-p", node.port("secure"), *words, "--cafile", mine.file, "-c", 4, "-q", 1,
                                   "-s", size, "-L", 400, "--duration", "20s")
                    check_ledger(report)
                    check_equal(report["totals"]["received"], 400, f"received over {kind}")
                    check_equal(report["options"]["tls"], True, "tls")


@test
def a_broker_that_nobody_vouches_for_is_refused_unless_told_otherwise():
    with scratch_folder() as folder:
        mine = Certificate(folder)
        with Node(mine.listener("tls")) as node:
            words = ("conn", "-p", node.port("secure"), "-S", "-c", 2, "--duration", "1s")
            report = bench(*words, code=1)
            check("certificate" in report["trouble"], f"trouble: {report['trouble']}")
            check_equal(bench(*words, "--no-verify")["totals"]["connected"], 2, "connected")
            report = bench(*words, "-h", "127.0.0.2", "--cafile", mine.file, code=1)
            check(report["totals"]["connected"] == 0, "a certificate for another host was taken")


@test
def our_own_certificate_is_shown_to_a_broker_that_asks_for_it():
    with scratch_folder() as folder:
        mine = Certificate(folder)
        with Node(mine.listener("tls", ca=mine.file, client_certificates="required")) as node:
            words = ("conn", "-p", node.port("secure"), "-S", "--cafile", mine.file, "-c", 2, "--duration", "1s")
            check_equal(bench(*words, "--cert", mine.file, "--key", mine.key)["totals"]["connected"], 2, "connected")
            check_equal(bench(*words, code=1)["totals"]["connected"], 0, "connected without a certificate")


@test
def the_broker_is_told_which_host_is_meant():
    with scratch_folder() as folder:
        mine, named = Certificate(folder), []
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(mine.file, mine.key)
        context.sni_callback = lambda _, name, __: named.append(name)
        with CrookedBroker(lambda *_: None, tls=context) as broker:
            for host in ("localhost", "127.0.0.1"):
                bench("conn", "-h", host, "-p", broker.port, "-S", "--cafile", mine.file, "-c", 1, "--duration", "1s")
        check_equal(named, ["localhost", None], "names that were told")


DEFLATE = {"listeners.ws.websocket.deflate.enabled": "true"}


@test
def compressed_pairs_lose_nothing_and_send_less():
    words = ("-c", 4, "-q", 1, "-L", 400, "--duration", "20s")
    with Node(DEFLATE) as node:
        for size in (256, 300_000):  # one read, and many
            plain = bench("pair", "-p", node.port("ws"), "--ws", *words, "-s", size)
            small = bench("pair", "-p", node.port("ws"), "--ws", "--compress", *words, "-s", size)
            check_equal((plain["compression"], small["compression"]), (False, True), "compression")
            for report in (plain, small):
                check_ledger(report)
                check_equal(report["totals"]["received"], 400, "received")
            for way in ("bytes_out", "bytes_in"):
                check(small["totals"][way] < 0.8 * plain["totals"][way], f"{way} is {small['totals'][way]}")


@test
def a_broker_without_compression_is_loaded_all_the_same():
    with Node() as node:
        report = bench("pair", "-p", node.port("ws"), "--ws", "--compress", "-c", 2, "-q", 1, "-L", 100, "--duration",
                       "20s")
        check_equal(report["compression"], False, "compression")
        check_equal(report["totals"]["received"], 100, "received")


@test
def what_mqtt_5_adds_arrives_at_the_broker():
    with CrookedBroker(lambda *_: None) as broker:
        report = bench("pair", "-p", broker.port, "-c", 1, "-q", 1, "-L", 10, "--user-property", "a=b",
                       "--user-property", "c=d=e", "--message-expiry", 60, "--content-type", "text/plain",
                       "--response-topic", "answers",
                       "--correlation-data", "17", "--payload-format", "text", "--receive-maximum", 20,
                       "--maximum-packet-size", 4000, "--no-local", "--retain-as-published", "--retain-handling", 2,
                       "--subscription-id", 7)
    check_ledger(report)
    check_equal(report["totals"]["received"], 10, "received")
    for connect in broker.connects:
        check_equal((connect["receive_maximum"], connect["maximum_packet_size"]), (20, 4000), "CONNECT")
    check_equal(broker.subscribes, [({"subscription_identifier": [7]}, 1 | 4 | 8 | 2 << 4)], "SUBSCRIBE")
    wanted = {"user_property": [("a", "b"), ("c", "d=e")], "message_expiry": 60, "content_type": "text/plain",
              "response_topic": "answers", "correlation_data": b"17", "payload_format": 1}
    check_equal(broker.publishes, [("t/0", wanted)] * 10, "PUBLISH")


@test
def a_topic_is_sent_once_where_the_broker_takes_aliases():
    for aliases in (0, 3):
        with CrookedBroker(lambda *_: None, aliases=aliases) as broker:
            report = bench("pair", "-p", broker.port, "-c", 2, "-q", 1, "-L", 100, "--topic-alias")
        check_ledger(report)
        check_equal(report["totals"]["received"], 100, "received")
        check_equal(report["totals"]["aliased"], 98 if aliases else 0, "aliased")
        check_equal(sum(topic != "" for topic, _ in broker.publishes), 2 if aliases else 100, "topics that were sent")


@test
def text_payloads_and_aliases_pass_the_node():
    with Node() as node:
        report = bench("pair", "-p", node.port(), "-c", 4, "-q", 2, "-L", 400, "--payload-format", "text",
                       "--topic-alias", "--user-property", "a=b", "--message-expiry", 60)
        check_ledger(report)
        check_equal(report["totals"]["received"], 400, "received")


@test
def everybody_comes_back_from_a_storm_and_with_a_session_nothing_is_lost():
    with Node() as node:
        for qos, words in ((1, ("-x", 60)), (2, ("-x", 60)), (1, ("-V", 4, "-C", "false")),
                           (2, ("-x", 60, "-R", 200))):
            report = bench("pair", "-p", node.port("ws"), "--ws", "-c", 20, "-q", qos, "--rate", 400, "--duration",
                           "3s", "--storm-at", "1s", *words)
            storm = report["storm"]
            check_equal((storm["cut"], storm["back"]), (40, 40), "cut, back")
            check_equal(storm["connect_us"]["count"], 40, "connections that were timed")
            check_equal((report["totals"]["connected"], report["totals"]["closed"]), (40, 0), "connected, closed")
            check_equal(report["totals"]["published"], 1200, "published")
            check_equal(report["totals"]["unacknowledged"], 0, "unacknowledged")
            # QoS 1 may bring a message again that was on its way, and nothing else may come twice.
            check_ledger(report, duplicate=report["ledger"]["redelivered"] if qos == 1 else 0)


@test
def who_comes_back_alone_or_without_messages_is_counted_as_well():
    with Node() as node:
        for command in ("conn", "sub"):
            storm = bench(command, "-p", node.port(), "-c", 30, "--duration", "2s", "--storm-at", "1s")["storm"]
            check_equal((storm["cut"], storm["back"]), (30, 30), "cut, back")


@test
def what_is_in_flight_in_a_storm_is_sent_again_or_given_up_as_the_session_says():
    """The third message of both topics is not acknowledged before the storm, and the window holds one."""
    for sessions in (True, False):
        with CrookedBroker(lambda _, n: (MUTE, 60) if n == 3 else None, sessions=sessions) as broker:
            report = bench("pair", "-p", broker.port, "-c", 2, "-q", 1, "-F", 1, "-L", 100, "--storm-at", "1s",
                           "--drain", "3s", "-x", 60)
        storm = report["storm"]
        check_equal((storm["sent_again"], storm["abandoned"]), (2, 0) if sessions else (0, 2), "sent again, given up")
        check_equal(report["totals"]["published"], 100, "published")
        check_equal(report["totals"]["acknowledged"], 100 if sessions else 98, "acknowledged")
        check_equal(len(broker.subscribes), 2 if sessions else 4, "subscriptions")
        check_ledger(report, duplicate=2 if sessions else 0)


@test
def a_message_at_qos_2_that_comes_again_behind_a_storm_is_the_same():
    with CrookedBroker(lambda _, n: AGAIN if n == 3 else None, sessions=True) as broker:
        report = bench("pair", "-p", broker.port, "-c", 2, "-q", 2, "--rate", 50, "--duration", "3s", "--storm-at",
                       "1s", "--drain", "3s", "-x", 60)
    check_equal(broker.done[AGAIN], 2, "messages whose PUBREC was not heard")
    check_equal((report["storm"]["cut"], report["storm"]["back"]), (4, 4), "cut, back")
    check_equal(report["ledger"]["duplicate"], 0, "duplicate")


@test
def what_slow_readers_miss_is_not_lost_to_the_others():
    """Of each topic's four subscribers one does not read at all."""
    slow = ("--fan-out", 4, "--slow", "25%", "--slow-rate", 0)
    report, done = crooked(every(50, DROP), "-q", 1, *slow)
    check_equal(report["ledger"]["expected"], MESSAGES * 3, "expected")
    check_ledger(report, lost=done[DROP] * 3)
    check_equal((report["slow"]["readers"], report["slow"]["received"]), (4, 0), "slow readers, and what they got")
    check_equal(report["totals"]["received"], (MESSAGES - done[DROP]) * 3, "received by the others")


@test
def slow_readers_get_what_they_take_and_are_told_apart():
    with Node() as node:
        for command, words in (("pair", ("-c", 1, "--fan-out", 10, "--rate", 200)), ("sub", ("-c", 10, "-t", "none"))):
            report = bench(command, "-p", node.port("ws"), "--ws", *words, "-q", 1, "--duration", "2s", "--slow", "20%",
                           "--slow-rate", "1KiB")
            check_ledger(report)
            check_equal(report["slow"]["readers"], 2, "slow readers")
            if command == "pair":
                check_equal(report["totals"]["received"], 400 * 8, "received by the others")
                got = report["slow"]["received"]
                check(0 < got < 400, f"two readers of 1 KiB a second got {got} of 800 messages of 256 bytes")


@test
def one_shared_subscription_in_several_processes_is_refused():
    """Nobody could tell there what came twice. Groups that fit a process each are no problem."""
    words = ("-q", 1, "-L", 200, "--share", "crew", "--fan-out", 5, "--fan-in", 3)
    with Node() as node:
        command = [program(), "pair", "-p", str(node.port()), "-c", "1", *map(str, words), "--quiet"]
        ended = subprocess.run(command, text=True, stderr=subprocess.PIPE, timeout=60,
                               preexec_fn=limit_descriptors(70))
        check_equal(ended.returncode, 1, "exit code")
        check("--share: the 8 clients of one subscription do not fit" in ended.stderr, ended.stderr)
        report = bench("pair", "-p", node.port(), "-c", 2, *words, "--processes", 2)
        check_equal(report["own"]["processes"], 2, "processes")
        # Members are read in turn, so that one may bring what another had to have before.
        check_ledger(report, reordered=report["ledger"]["reordered"])
        check_equal(report["ledger"]["expected"], 200, "expected")


@test
def the_scenarios_of_the_tree_lose_and_double_nothing():
    """Every file, small and short. Only a storm may cost messages, where there are no sessions to keep them."""
    files = sorted((ROOT / "bench/scenarios").glob("*.toml"))
    check(files, "there are no scenarios")
    with Node() as node:
        for file in files:
            words = ["--scale", "1/5000" if "emqx" in file.name else "1/100", "-p", node.port("ws"), "--warmup", "0s",
                     "--duration", "2s"]
            if "storm" in file.name:
                words += ["--storm-at", "1s"]
            for stage in bench("scenario", file, *words)["stages"]:
                name, result, totals = f"{file.name}, {stage['name']}", stage["result"], stage["result"]["totals"]
                may_lose = "without sessions" in stage["name"]
                wrong = sum(result["ledger"][key] for key in NOTHING if not (may_lose and key == "lost"))
                check_equal(wrong, 0, f"messages that went wrong in {name}: {result['ledger']}")
                check_equal((result["ok"], totals["refused"], totals["closed"]), (True, 0, 0), name)


main()

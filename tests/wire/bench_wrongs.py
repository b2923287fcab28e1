#!/usr/bin/python3
"""troupe-bench counts exactly what a broker does wrong on purpose."""
import ssl

from crooked_broker import AGAIN, DOUBLE, DROP, FORGE, HOLD, MUTE, STALL, TWICE, CrookedBroker
from harness import check, check_equal, main, scratch_folder, test
from load_tool import Certificate, bench, check_ledger

MESSAGES = 2000


def crooked(deed, *words):
    with CrookedBroker(deed) as broker:
        report = bench("pair", "-h", "127.0.0.1", "-p", broker.port, "-c", 4, "-L", MESSAGES, "--drain", "3s", *words)
        return report, broker.done


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
def ends_of_one_topic_in_different_processes_are_counted_together():
    """A topic of eight clients, in processes that may have six each."""
    with CrookedBroker(every(50, DROP)) as broker:
        report = bench("pair", "-p", broker.port, "-c", 2, "-q", 1, "-L", MESSAGES, "--drain", "3s", "--fan-out", 5,
                       "--fan-in", 3, descriptors=70)
    check(report["own"]["processes"] > 2, "it ran in too few processes")
    check_ledger(report, lost=broker.done[DROP] * 5)


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


main()

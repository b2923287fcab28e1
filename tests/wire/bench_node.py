#!/usr/bin/python3
"""troupe-bench against the node, which does nothing wrong."""
import subprocess

from harness import ROOT, Node, check, check_equal, limit_descriptors, main, scratch_folder, test
from load_tool import NOTHING, Certificate, bench, check_ledger, program

DEFLATE = {"listeners.ws.websocket.deflate.enabled": "true"}


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
            # QoS 1 may bring a message again that was on its way to or from the node, and nothing else may come twice.
            doubled = report["ledger"]["duplicate"] if qos == 1 else 0
            check(doubled <= report["ledger"]["redelivered"] + storm["sent_again"], f"{doubled} messages came twice")
            check_ledger(report, duplicate=doubled)


@test
def who_comes_back_alone_or_without_messages_is_counted_as_well():
    with Node() as node:
        for command in ("conn", "sub"):
            storm = bench(command, "-p", node.port(), "-c", 30, "--duration", "2s", "--storm-at", "1s")["storm"]
            check_equal((storm["cut"], storm["back"]), (30, 30), "cut, back")


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

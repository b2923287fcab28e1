#!/usr/bin/python3
# sanitize address thread
"""mosquitto_sub, mosquitto_pub and mosquitto_rr against a node."""
import queue
import subprocess
import threading

from harness import LONGEST_WAIT, Failed, Node, check, check_equal, main, test, until

VERSIONS = ("mqttv31", "mqttv311", "mqttv5")


def client(node, program, version="mqttv5"):
    return [program, "-h", "127.0.0.1", "-p", str(node.port()), "-V", version]


class Sub:
    """A mosquitto_sub that is subscribed. `show`: what it prints of each message."""

    def __init__(self, node, *options, version="mqttv5", show="%t %q %r %p", subscribed=True):
        command = ["stdbuf", "-oL", *client(node, "mosquitto_sub", version), "-d", "-F", "message " + show]
        command += map(str, options)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.messages, self.other = queue.Queue(), []
        self.ready = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        if subscribed and not self.ready.wait(LONGEST_WAIT):
            raise Failed("mosquitto_sub is not subscribed: " + " / ".join(self.other[-5:]))

    def read(self):
        for line in self.process.stdout:
            line = line.rstrip("\n")
            if line.startswith("message "):
                self.messages.put(line[8:])
            else:
                self.other.append(line)
                if line.startswith("Subscribed"):
                    self.ready.set()
        self.messages.put(None)

    def next(self):
        try:
            return self.messages.get(timeout=LONGEST_WAIT)
        except queue.Empty:
            raise Failed("mosquitto_sub got no message: " + " / ".join(self.other[-5:])) from None

    def take(self, count):
        return [self.next() for _ in range(count)]

    def said(self, text):
        until(lambda: any(text in line for line in self.other), f"mosquitto_sub says {text!r}")

    def sleeps(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "S"

    def end(self):
        """As a person with Ctrl-C does: DISCONNECT, in MQTT 5 with will. Returns what had come until then."""
        # Its signal handler prints: in the midst of printing a message it would print that once more.
        until(self.sleeps, "mosquitto_sub waits for the next message")
        self.process.terminate()
        self.process.wait(LONGEST_WAIT)
        rest = []
        while (line := self.next()) is not None:
            rest.append(line)
        return rest

    def kill(self):
        self.process.kill()
        self.process.wait(LONGEST_WAIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def pub(node, topic, *options, message=None, lines=None, version="mqttv5"):
    """Publishes one message, or each of the lines, and waits until it is acknowledged."""
    command = [*client(node, "mosquitto_pub", version), "-t", topic, *map(str, options)]
    command += ["-l"] if lines else ["-m", message] if message is not None else ["-n"]
    done = subprocess.run(command, input="\n".join(lines or []), capture_output=True, text=True, timeout=LONGEST_WAIT)
    check(done.returncode == 0, f"{' '.join(command)}: {done.stderr}")


@test
def every_version_and_qos_reaches_every_other():
    with Node() as node:
        subs = {version: Sub(node, "-t", "to/all", "-q", 2, version=version) for version in VERSIONS}
        for version in VERSIONS:
            for qos in (0, 1, 2):
                pub(node, "to/all", "-q", qos, message=f"{version}-{qos}", version=version)
                for name, sub in subs.items():
                    check_equal(sub.next(), f"to/all {qos} 0 {version}-{qos}", f"for {name}")
        for sub in subs.values():
            check_equal(sub.end(), [], "left over")


@test
def the_lower_qos_of_both_sides_counts():
    with Node() as node:
        subs = [Sub(node, "-t", "levels", "-q", granted) for granted in (0, 1, 2)]
        for qos in (0, 1, 2):
            pub(node, "levels", "-q", qos, message="x")
            for granted, sub in enumerate(subs):
                check_equal(sub.next(), f"levels {min(qos, granted)} 0 x", f"published {qos}, granted {granted}")
        for sub in subs:
            sub.kill()


@test
def many_messages_keep_their_order():
    numbers = [str(number) for number in range(2000)]
    with Node() as node, Sub(node, "-t", "many/+", "-q", 2, show="%p") as sub:
        for qos in (1, 2):
            pub(node, "many/x", "-q", qos, lines=numbers)
            check_equal(sub.take(len(numbers)), numbers, f"at QoS {qos}")


@test
def wildcards_match_what_they_should():
    topics = ["sport", "sport/tennis", "sport/tennis/player", "/sport", "sport/", "other", "$hidden/sport"]
    filters = {
        "#": ["sport", "sport/tennis", "sport/tennis/player", "/sport", "sport/", "other"],
        "sport/#": ["sport", "sport/tennis", "sport/tennis/player", "sport/"],
        "sport/+": ["sport/tennis", "sport/"],
        "+": ["sport", "other"],
        "+/+": ["sport/tennis", "/sport", "sport/"],
        "/+": ["/sport"],
        "+/tennis/#": ["sport/tennis", "sport/tennis/player"],
        "$hidden/#": ["$hidden/sport"],
    }
    with Node({"sys.interval": "0s"}) as node:
        subs = {name: Sub(node, "-t", name, show="%t") for name in filters}
        for topic in topics:
            pub(node, topic, message="x")
        for name, sub in subs.items():
            check_equal(sorted(sub.take(len(filters[name])) + sub.end()), sorted(filters[name]), name)


@test
def retained_messages_come_to_who_subscribes_later():
    with Node() as node:
        pub(node, "kept/one", "-r", "-q", 1, message="first")
        pub(node, "kept/one", "-r", "-q", 1, message="second")
        pub(node, "kept/two", "-r", "-q", 2, message="other")
        for version in VERSIONS:
            with Sub(node, "-t", "kept/#", "-q", 2, version=version) as sub:
                check_equal(sorted(sub.take(2)), ["kept/one 1 1 second", "kept/two 2 1 other"], version)
                pub(node, "kept/one", "-r", message="live")
                check_equal(sub.next(), "kept/one 0 0 live", "a live message carries no retain flag")
                pub(node, "kept/one", "-r", "-q", 1, message="second")
                sub.next()
        pub(node, "kept/two", "-r")  # an empty one removes it
        with Sub(node, "-t", "kept/#", "-q", 2) as sub:
            check_equal(sub.next(), "kept/one 1 1 second", "what is left")
            pub(node, "kept/end", message="x")
            check_equal(sub.next(), "kept/end 0 0 x", "and nothing else")


@test
def retain_flags_stay_as_published_if_asked():
    with Node() as node, Sub(node, "-t", "flag", "--retain-as-published") as sub:
        pub(node, "flag", "-r", message="kept")
        pub(node, "flag", message="not kept")
        check_equal(sub.take(2), ["flag 0 1 kept", "flag 0 0 not kept"], "retain flags")


@test
def the_will_of_a_killed_client_is_published():
    with Node() as node, Sub(node, "-t", "wills/#", "-q", 2) as watcher:
        for version in VERSIONS:
            for qos in (0, 1, 2):
                will = ["--will-topic", f"wills/{version}", "--will-payload", "dead", "--will-qos", qos]
                Sub(node, "-t", "unused", *will, version=version).kill()
                check_equal(watcher.next(), f"wills/{version} {qos} 0 dead", "the will")
        Sub(node, "-t", "unused", "--will-topic", "wills/kept", "--will-payload", "dead", "--will-retain").kill()
        check_equal(watcher.next(), "wills/kept 0 0 dead", "the retained will")
        pub(node, "unused", "--will-topic", "wills/polite", "--will-payload", "dead", message="x")
        with Sub(node, "-t", "wills/#") as late:
            check_equal(late.next(), "wills/kept 0 1 dead", "what is retained")
        pub(node, "wills/end", message="x")
        check_equal(watcher.next(), "wills/end 0 0 x", "after an orderly DISCONNECT there is no will")


@test
def a_will_may_wait():
    with Node() as node, Sub(node, "-t", "wills/#", "-q", 2, show="%t %p %C") as watcher:
        will = ["--will-topic", "wills/late", "--will-payload", "dead", "-D", "WILL", "will-delay-interval", 1,
                "-D", "WILL", "content-type", "text/obituary", "-i", "late", "-c", "-x", 60]
        Sub(node, "-t", "unused", *will).kill()
        back = Sub(node, "-t", "unused", *will)  # in time: the will is not published
        pub(node, "wills/first", message="x")
        check_equal(watcher.next(), "wills/first x ", "before the delay is over")
        back.kill()
        check_equal(watcher.next(), "wills/late dead text/obituary", "the will after its delay")


@test
def sessions_keep_subscriptions_and_messages():
    for version in VERSIONS:
        with Node() as node:
            options = ["-i", "keeper", "-c", "-t", "mail/#", "-q", 2]
            Sub(node, *options, version=version).end()
            for qos in (0, 1, 2):
                pub(node, "mail/box", "-q", qos, lines=[f"{qos}-{number}" for number in range(50)])
            wanted = [f"{qos}-{number}" for qos in (1, 2) for number in range(50)]
            with Sub(node, *options, version=version, show="%p") as sub:
                check_equal(sub.take(100), wanted, f"{version}: what came meanwhile, without QoS 0")
                check_equal(sub.end(), [], "left over")
            with Sub(node, *options[:2], "-t", "other", version=version) as clean:  # without -c: a new session
                pub(node, "mail/box", message="x")
                pub(node, "other", message="y")
                check_equal(clean.next(), "other 0 0 y", f"{version}: a clean session has no old subscriptions")


@test
def sessions_of_mqtt_5_expire():
    with Node() as node:
        options = ["-i", "brief", "-c", "-t", "mail", "-q", 1]
        Sub(node, *options, "-x", 1).end()
        pub(node, "mail", "-q", 1, message="lost")
        until(lambda: "RC:16" in publish_log(node), "the end of the session")
        with Sub(node, *options, "-x", 1) as sub:
            pub(node, "mail", "-q", 1, message="new")
            check_equal(sub.next(), "mail 1 0 new", "the old session's message is gone with it")


def publish_log(node):
    """mosquitto_pub's own words on the PUBACK: RC:16 says that nobody is subscribed any more."""
    command = [*client(node, "mosquitto_pub"), "-t", "mail", "-q", "1", "-m", "x", "-d"]
    return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_WAIT).stdout


@test
def messages_expire():
    with Node() as node:
        options = ["-i", "sleeper", "-c", "-t", "mail", "-q", 1]
        Sub(node, *options).end()
        pub(node, "mail", "-q", 1, "-D", "PUBLISH", "message-expiry-interval", 1, message="soon over")
        pub(node, "mail", "-q", 1, "-D", "PUBLISH", "message-expiry-interval", 1000, message="long")
        pub(node, "mail/kept", "-r", "-D", "PUBLISH", "message-expiry-interval", 1, message="soon over")
        with Sub(node, "-t", "clock/#", "-t", "mail/kept") as sub:
            sub.next()
        until(lambda: not retained(node, "mail/kept"), "the end of the retained message")
        with Sub(node, *options, show="%p %E") as sub:
            name, left = sub.next().split()
            check_equal(name, "long", "what is left")
            check(1 <= int(left) < 1000, f"the interval is counted down: {left} s")


def retained(node, topic):
    with Sub(node, "-t", topic, "-t", "end") as sub:
        pub(node, "end", message="x")
        return sub.next().startswith(topic)


@test
def shared_subscriptions_spread_the_messages():
    with Node() as node:
        members = [Sub(node, "-t", "$share/team/work/#", "-q", 1, show="%p") for _ in range(3)]
        alone = Sub(node, "-t", "work/#", "-q", 1, show="%p")
        numbers = [str(number) for number in range(300)]
        pub(node, "work/x", "-q", 1, lines=numbers)
        check_equal(alone.take(300), numbers, "who is in no group gets all")
        alone.kill()
        shares = [member.take(100) for member in members]
        check_equal(sorted(sum(shares, []), key=int), numbers, "together")
        members[0].kill()
        pub(node, "work/x", "-q", 1, lines=numbers)
        rest = members[1].take(150) + members[2].take(150)
        check_equal(sorted(rest, key=int), numbers, "after one member is gone")
        for member in members[1:]:
            check_equal(member.end(), [], "left over")


@test
def properties_pass_through():
    sent = ["-D", "PUBLISH", "content-type", "text/plain", "-D", "PUBLISH", "response-topic", "answers/here",
            "-D", "PUBLISH", "correlation-data", "4711", "-D", "PUBLISH", "payload-format-indicator", 1,
            "-D", "PUBLISH", "user-property", "colour", "red", "-D", "PUBLISH", "user-property", "size", "small"]
    with Node() as node, Sub(node, "-t", "full", "-q", 1, show="%C|%R|%D|%F|%P|%p") as sub:
        pub(node, "full", "-q", 1, *sent, message="x")
        check_equal(sub.next(), "text/plain|answers/here|4711|1|colour:red size:small|x", "properties")


@test
def subscription_identifiers_come_with_the_messages():
    with Node() as node, Sub(node, "-t", "a/#", "-D", "SUBSCRIBE", "subscription-identifier", 42, show="%S %t") as sub:
        pub(node, "a/b", message="x")
        check_equal(sub.next(), "42 a/b", "the identifier")


@test
def topic_aliases_are_understood():
    lines = [str(number) for number in range(20)]
    with Node() as node, Sub(node, "-t", "aliased/topic", show="%t %p", version="mqttv311") as sub:
        pub(node, "aliased/topic", "-D", "PUBLISH", "topic-alias", 3, lines=lines)
        check_equal(sub.take(20), [f"aliased/topic {line}" for line in lines], "messages by alias")


@test
def requests_get_their_responses():
    with Node() as node, Sub(node, "-t", "ask/#", show="%R %D") as service:
        command = [*client(node, "mosquitto_rr"), "-t", "ask/time", "-e", "answer/me", "-m", "?",
                   "-D", "PUBLISH", "correlation-data", "77"]
        asking = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        topic, data = service.next().split()
        pub(node, topic, "-D", "PUBLISH", "correlation-data", data, message="noon")
        output, _ = asking.communicate(timeout=LONGEST_WAIT)
        check_equal(output.strip(), "noon", "the response")


@test
def unsubscribed_means_silent():
    with Node() as node, Sub(node, "-t", "both/#", "-U", "both/#", "-t", "stays", show="%t") as sub:
        sub.said("UNSUBACK")
        pub(node, "both/x", message="x")
        pub(node, "stays", message="x")
        check_equal(sub.next(), "stays", "what comes after UNSUBSCRIBE")


main()

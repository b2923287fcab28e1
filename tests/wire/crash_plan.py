"""What happens in a crash test, chosen by a seed: the same seed gives the same plan, though never the same timing.

Topics are TREE/PUBLISHER/QOS/NUMBER. What is published below `t` is a plain message; below `k` it is retained and read
by durable subscribers, too; below `x` it is retained or clears the retained value, and nobody durable reads it: an
empty payload could not say which message it is.
"""
import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    number: int  # its place in TOPICS, and its name in a payload
    name: str
    publisher: str
    qos: int
    retained: bool = False
    clears: bool = False


@dataclass(frozen=True)
class Publisher:
    name: str
    version: int
    window: int  # messages not acknowledged at a time


@dataclass(frozen=True)
class Subscriber:
    """`filters` stay all the time. `changing` are filters of which every round may drop or take some. The members of a
    `group` share their messages: to one of them each."""
    name: str
    version: int
    qos: int
    filters: tuple = ()
    changing: tuple = ()
    group: str = ""
    identifier: int = 0  # of its subscriptions, in MQTT 5
    receive_maximum: int = 65535


PUBLISHERS = (Publisher("p0", 5, 100), Publisher("p1", 4, 60), Publisher("p2", 5, 15))
FOREIGN_PUBLISHER, FOREIGN_SUBSCRIBER = "jp", "js"  # of MQTT.js

SUBSCRIBERS = (
    Subscriber("all", 5, 2, ("t/#", "k/#"), identifier=7),
    Subscriber("old", 4, 2, ("t/p0/#", "t/p2/#")),
    Subscriber("share-a", 5, 2, ("$share/g/t/p1/#",), group="g", receive_maximum=20),
    Subscriber("share-b", 4, 2, ("$share/g/t/p1/#",), group="g"),
    Subscriber("change-1", 4, 1, changing=("t/p0/#", "t/p1/#", "t/p2/#")),
    Subscriber("change-2", 5, 2, changing=("t/p0/#", "t/p1/#", "t/p2/#"), identifier=9),
)


def topic_list():
    rows = []
    for publisher in [each.name for each in PUBLISHERS]:
        rows += [("t", publisher, qos, number) for qos in (1, 2) for number in range(2)]
        rows += [(tree, publisher, qos, number) for tree in "kx" for qos in (1, 2) for number in range(2)]
    rows += [("t", FOREIGN_PUBLISHER, qos, number) for qos in (1, 2) for number in range(2)]
    return tuple(Topic(place, f"{tree}/{publisher}/{qos}/{number}", publisher, qos, tree != "t", tree == "x")
                 for place, (tree, publisher, qos, number) in enumerate(rows))


TOPICS = topic_list()


@dataclass
class Kill:
    """When the broker is killed: `kind` says after what, then `milliseconds` more.
    acks: this `share` of the round's messages is acknowledged; start: the broker was started again; connacks: `count`
    clients are back; drain: this `share` of what waits for the subscribers has come."""
    kind: str
    share: float = 0.0
    count: int = 0
    milliseconds: float = 0.0

    def __str__(self):
        after = {"acks": f"{self.share:.0%} acknowledged", "drain": f"{self.share:.0%} of the queues delivered",
                 "start": "the start", "connacks": f"{self.count} CONNACKs"}[self.kind]
        return f"kill {self.milliseconds:.1f} ms after {after}"


@dataclass
class Change:
    """A session's subscription changes when this share of the round's messages is acknowledged."""
    subscriber: str
    filter: str
    subscribes: bool
    share: float


@dataclass
class Round:
    number: int
    away: bool       # the subscribers, until everything is published
    polite: bool     # they leave with DISCONNECT
    messages: dict   # publisher -> [(topic number, size, whether it clears)]
    kills: list
    changes: list
    probe: str       # when a fresh subscriber reads what is retained: "start" of the broker, "end" of the round, or ""
    foreign: list = field(default_factory=list)  # (topic number, how many, size)

    @property
    def size(self):
        return sum(len(each) for each in self.messages.values()) + sum(count for _, count, _ in self.foreign)


def payload_size(dice):
    kind = dice.random()
    if kind < 0.7:
        return dice.randint(16, 256)
    return dice.randint(256, 2048) if kind < 0.95 else dice.randint(2048, 20 * 1024)


def messages_of(dice, publisher, count):
    """Most of them plain; one in ten begins a burst of retained ones for one topic, in which the last must win."""
    plain = [topic for topic in TOPICS if topic.publisher == publisher and not topic.retained]
    kept = [topic for topic in TOPICS if topic.publisher == publisher and topic.retained]
    rows = []
    while len(rows) < count:
        topic, burst = (dice.choice(kept), dice.randint(1, 4)) if dice.random() < 0.1 else (dice.choice(plain), 1)
        rows += [(topic.number, payload_size(dice), topic.clears and dice.random() < 0.3) for _ in range(burst)]
    return rows[:count]


def kills_of(dice, away):
    """One in the midst of the traffic; some while the broker comes back, also twice in a row; and in rounds with
    waiting messages some while these are delivered."""
    kills = [Kill("acks", share=dice.random(), milliseconds=dice.choice((0, 0, dice.uniform(0, 20))))]
    while dice.random() < 0.3 and len(kills) < 3:
        if dice.random() < 0.5:
            kills.append(Kill("start", milliseconds=dice.choice((dice.uniform(0, 30), dice.uniform(0, 300)))))
        else:
            kills.append(Kill("connacks", count=dice.randint(1, 9), milliseconds=dice.uniform(0, 15)))
    if away and dice.random() < 0.4:
        kills.append(Kill("drain", share=dice.random(), milliseconds=dice.choice((0, dice.uniform(0, 10)))))
    return kills


def changes_of(dice, subscribed):
    """`subscribed`: {(subscriber, filter)} as the rounds before left them; changed to what this round leaves.

    Filters are dropped as a round begins, when every message has been accounted for: the standard leaves it to the
    broker what becomes of those that wait for a subscription that ends. New ones come at any time."""
    changes = []
    for subscriber in SUBSCRIBERS:
        for name in subscriber.changing:
            key = (subscriber.name, name)
            if dice.random() < 0.35:
                changes.append(Change(*key, key not in subscribed, 0.0 if key in subscribed else dice.random() * 0.9))
                subscribed ^= {key}
    return changes


def foreign_of(dice, count):
    topics = [topic.number for topic in TOPICS if topic.publisher == FOREIGN_PUBLISHER]
    return [(number, max(1, count // len(topics)), payload_size(dice)) for number in topics]


def rounds(seed, count, messages, foreign):
    """Yields `count` rounds of about `messages` messages each, `foreign` of them by MQTT.js."""
    dice = random.Random(f"crash {seed}")
    subscribed, away = set(), []
    for number in range(1, count + 1):
        if not away:
            away = dice.sample([True, False], 2)
        is_away = away.pop()
        shares = [dice.uniform(0.5, 1.5) for _ in PUBLISHERS]
        counts = [int(messages * share / sum(shares)) for share in shares]
        yield Round(number, is_away, dice.random() < 0.5,
                    {each.name: messages_of(dice, each.name, many) for each, many in zip(PUBLISHERS, counts)},
                    kills_of(dice, is_away), changes_of(dice, subscribed),
                    dice.choice(("start", "start", "end", "")), foreign_of(dice, foreign) if foreign else [])

"""What a broker owes, and whether it paid: every message from its publisher to each subscriber, judged by what went
over the wire and nothing else.

Time is a count of events. A message is owed to a subscriber whose subscription was acknowledged before it was first
sent; it must not come to one whose subscription was gone, acknowledged too, all the time from its first sending to the
end of its acknowledgement. Between the two, either is right.
"""
import math
from collections import Counter
from dataclasses import dataclass, field

NEVER = math.inf
FINDINGS_MAX = 200  # told in full; all are counted

# What breaks a promise. The other counters are told without being judged.
PROMISES = ("lost", "qos2_duplicates", "order", "not_subscribed", "retained", "session_forgotten", "failed_starts",
            "damaged", "wrong_qos", "options_lost", "never_sent", "packet_id_reused", "stuck", "died",
            "error")


@dataclass
class Flight:
    """A message on its way into the broker. QoS 2: acknowledged by PUBREC, done with PUBCOMP; QoS 1: both by PUBACK."""
    sent: int
    acked: float = NEVER
    done: float = NEVER
    clears: bool = False
    life: int = 0  # of the broker: its start after which this was acknowledged


@dataclass
class Book:
    """Of one topic. What was settled is forgotten, but for its number."""
    topic: object
    next: int = 1
    flights: dict = field(default_factory=dict)  # of this round
    kept_done: int = 0                           # the last retained one that was done
    kept_clears: set = field(default_factory=set)  # numbers of those that clear, of this round or the last one done
    abandoned: set = field(default_factory=set)    # not acknowledged, and their session forgotten by the broker

    def acked(self):
        return {number for number, flight in self.flights.items() if flight.acked != NEVER}


@dataclass
class Box:
    """What came of one topic to one subscriber. Up to `floor` all is settled."""
    floor: int = 0
    newest: int = 0
    seen: set = field(default_factory=set)
    lost: set = field(default_factory=set)


def matches(name, topic):
    """Whether a filter of these tests, with `#` at its end if anywhere, matches; one of a group without its prefix."""
    if name.startswith("$share/"):
        name = name.split("/", 2)[2]
    return topic.startswith(name[:-1]) if name.endswith("#") else topic == name


class Subscription:
    """Since when a filter is certainly there, or certainly gone."""

    def __init__(self):
        self.on, self.off = [], [[-1, NEVER]]

    def asked(self, now, subscribes):
        for span in self.off if subscribes else self.on:
            span[1] = min(span[1], now)

    def answered(self, now, subscribes):
        spans = self.on if subscribes else self.off
        if not spans or spans[-1][1] != NEVER:
            spans.append([now, NEVER])

    def owes(self, flight):
        return any(begin < flight.sent and end == NEVER for begin, end in self.on)

    def forbids(self, flight):
        return any(begin < flight.sent and flight.done < end for begin, end in self.off)

    def settle(self):
        self.on, self.off = self.on[-1:], self.off[-1:]


class View:
    """What a subscriber, or a group of them, is owed and got."""

    def __init__(self, name, qos, topics, ordered=True):
        self.name, self.qos, self.ordered = name, qos, ordered
        self.boxes = [Box() for _ in topics]
        self.subscriptions = {}

    def subscription(self, name):
        return self.subscriptions.setdefault(name, Subscription())

    def of_topic(self, topic):
        return next((each for name, each in self.subscriptions.items() if matches(name, topic.name)), None)


class Ledger:
    def __init__(self, topics):
        self.books = [Book(topic) for topic in topics]
        self.views, self.counts, self.findings = {}, Counter(), []
        self.now, self.round, self.life, self.note = 0, 0, 0, lambda text: None

    def tick(self):
        self.now += 1
        return self.now

    def broken(self, promise, text, count=1):
        self.counts[promise] += count
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(f"round {self.round}: {promise}: {text}")
            self.note(self.findings[-1])

    def is_broken(self):
        return any(self.counts[promise] for promise in PROMISES)

    def view(self, name, qos, ordered=True):
        if name not in self.views:
            self.views[name] = View(name, qos, self.books, ordered)
        return self.views[name]

    # --- from the publishers ---

    def send(self, topic, clears=False):
        """A number for a message that is sent for the first time."""
        book = self.books[topic]
        number, book.next = book.next, book.next + 1
        book.flights[number] = Flight(self.tick(), clears=clears)
        if clears:
            book.kept_clears.add(number)
        return number

    def acked(self, topic, number):
        """PUBACK, or PUBREC: from now on the broker is answerable for it."""
        flight = self.books[topic].flights.get(number)
        if flight and flight.acked == NEVER:
            flight.acked, flight.life = self.tick(), self.life
            self.counts[f"acked_qos{self.books[topic].topic.qos}"] += 1

    def done(self, topic, number):
        """PUBACK, or PUBCOMP."""
        self.acked(topic, number)
        book = self.books[topic]
        flight = book.flights.get(number)
        if flight and flight.done == NEVER:
            flight.done = self.tick()
            if book.topic.retained and number > book.kept_done:
                book.kept_done = number

    def refused(self, topic, number, reason):
        self.counts["refused"] += 1
        self.books[topic].abandoned.add(number)
        self.note(f"refused with 0x{reason:02X}: {self.books[topic].topic.name} number {number}")

    def abandon(self, topic, number):
        """The session it was in flight in is gone: whether it comes nobody can say."""
        self.counts["abandoned"] += 1
        self.books[topic].abandoned.add(number)

    # --- from the subscribers ---

    def received(self, view, client, topic, number, qos):
        book, box = self.books[topic], view.boxes[topic]
        granted = min(book.topic.qos, view.qos)
        where = f"{book.topic.name} number {number} at {client}"
        if qos != granted:
            self.broken("wrong_qos", f"{where}: QoS {qos} instead of {granted}")
        if number >= book.next or number < 1:
            return self.broken("never_sent", where)
        if number <= box.floor or number in box.seen:
            return self._again(box, book, number, granted, where)
        if number < box.newest and view.ordered:
            self.broken("order", f"{where}: after number {box.newest}")
        box.newest = max(box.newest, number)
        box.seen.add(number)
        self.counts["delivered"] += 1

    def _again(self, box, book, number, granted, where):
        if number in box.lost:
            box.lost.discard(number)
            self.counts["lost_but_late"] += 1
        elif number in book.abandoned:
            self.counts["abandoned_but_late"] += 1
        elif granted == 2:
            self.broken("qos2_duplicates", f"{where}: came before")
        else:
            self.counts["qos1_duplicates"] += 1

    def asked(self, view, name, subscribes):
        view.subscription(name).asked(self.tick(), subscribes)

    def answered(self, view, name, subscribes):
        view.subscription(name).answered(self.tick(), subscribes)

    # --- judgement ---

    def missing(self, view, book):
        subscription = view.of_topic(book.topic)
        if not subscription or not subscription.on:
            return set()
        flights, seen = book.flights, view.boxes[book.topic.number].seen
        return {number for number in book.acked() - seen if subscription.owes(flights[number])}

    def complete(self):
        return not any(self.missing(view, book) for view in self.views.values() for book in self.books)

    def waiting(self):
        """How many deliveries are owed at this moment."""
        return sum(len(self.missing(view, book)) for view in self.views.values() for book in self.books)

    def settle(self):
        """The end of a round: what has not come by now is lost. Everything up to here is forgotten then."""
        lost = set()
        for view in self.views.values():
            for book in self.books:
                lost |= self._settle_box(view, book)
        self.counts["lost_messages"] += len(lost)
        for book in self.books:
            unsettled = [number for number, flight in book.flights.items() if flight.acked == NEVER]
            book.abandoned.update(unsettled)
            book.flights.clear()
            book.kept_clears = {number for number in book.kept_clears if number >= book.kept_done}
        for view in self.views.values():
            for subscription in view.subscriptions.values():
                subscription.settle()

    def _settle_box(self, view, book):
        topic, box = book.topic, view.boxes[book.topic.number]
        subscription = view.of_topic(topic)
        missing = self.missing(view, book)
        if missing:
            some = ", ".join(f"{each} (acknowledged in life {book.flights[each].life})" for each in sorted(missing)[:5])
            what = f"{topic.name} at {view.name}: {len(missing)} of {len(book.flights)}: {some}"
            self.broken("lost", what, len(missing))
        if subscription:
            ghosts = [number for number, flight in book.flights.items()
                      if number in box.seen and subscription.forbids(flight)]
            if ghosts:
                self.broken("not_subscribed", f"{topic.name} at {view.name}: {ghosts[:10]}", len(ghosts))
        if book.flights:
            box.floor = book.next - 1
        box.lost |= missing
        box.seen.clear()
        return {(topic.number, number) for number in missing}

    # --- retained values ---

    def kept(self):
        """{topic number: the last retained message that was acknowledged}, for `judge_kept` later on."""
        return {book.topic.number: book.kept_done for book in self.books if book.topic.retained}

    def kept_for_certain(self, since):
        """Topics that have a value whatever became of messages still in flight."""
        return {number for number, done in since.items()
                if done and not any(each >= done for each in self.books[number].kept_clears)}

    def judge_kept(self, since, values):
        """`since`: kept() when the reader subscribed; `values`: {topic number: number of the message} it was given."""
        for topic, done in since.items():
            book, value = self.books[topic], values.get(topic)
            self.counts["retained_values"] += 1
            may_be_none = done == 0 or any(number >= done for number in book.kept_clears)
            if value is None and not may_be_none:
                self.broken("retained", f"{book.topic.name} has no value instead of number {done} or later")
            elif value is not None and (not done <= value < book.next or value in book.kept_clears):
                self.broken("retained", f"{book.topic.name} is number {value} instead of {done} or later")

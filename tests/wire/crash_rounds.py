"""The rounds of a crash test: traffic, kills, the return of broker and clients, and the account at the end of each."""
import signal
import time
import traceback
from pathlib import Path

import crash_plan
import crash_trace
from crash_broker import BROKERS
from crash_client import PublisherClient, SubscriberClient
from crash_foreign import Foreign
from crash_ledger import Ledger
from crash_link import Loop
from crash_probe import Probe
from crash_report import Starts, report

START_SECONDS = 30   # until the first CONNACK
STEP_SECONDS = 120   # for what a round waits for, however much goes on meanwhile
FAILED_STARTS_MAX = 5
TELL_SECONDS = 30    # between two lines about how far it is


class Broken(Exception):
    """A promise was broken; what was found is in the ledger."""


class Crash:
    """One broker's many lives, and the clients that outlive them."""

    def __init__(self, options, folder):
        self.options, self.folder, self.began = options, Path(folder), time.monotonic()
        self.loop, self.ledger, self.starts = Loop(), Ledger(crash_plan.TOPICS), Starts()
        self.ledger.note, self.delivered_before = self.note, 0
        self.events = (self.folder / "events.log").open("a", buffering=1)
        how = signal.SIGTERM if options.gentle else signal.SIGKILL
        self.broker = BROKERS[options.broker](self.folder, options.set, how=how)
        self.last_traffic, self.connacks, self.rounds, self.probe = time.monotonic(), 0, 0, None
        self.publishers = {each.name: self.client(PublisherClient, each, window=each.window)
                           for each in crash_plan.PUBLISHERS}
        self.subscribers = {each.name: self.subscriber(each) for each in crash_plan.SUBSCRIBERS
                            if self.broker.shares or not each.group}
        self.foreign = Foreign(self.loop, self.ledger, self) if options.foreign else None

    def client(self, kind, model, **more):
        return kind(self.loop, self.broker.address, model.name, model.version, self.ledger, self,
                    websocket=self.broker.websocket, **more)

    def subscriber(self, who):
        view = self.ledger.view(who.group or who.name, who.qos, ordered=not who.group)
        return self.client(SubscriberClient, who, who=who, view=view, receive_maximum=who.receive_maximum)

    def sessions(self):
        return [*self.publishers.values(), *self.subscribers.values()]

    def note(self, text):
        print(f"{time.monotonic() - self.began:9.3f} {text}", file=self.events)

    # --- what the clients tell ---

    def connected(self, client):
        self.connacks += 1
        if not self.answered and client is not self.foreign:  # whose words come later, through a pipe
            self.answered = True
            self.starts.took(time.monotonic() - self.broker.started_at)
            self.note(f"first CONNACK of life {self.ledger.life}")

    def cut(self, client, why):
        if why:
            self.ledger.counts["disconnected"] += 1
            self.note(f"{client.name}: {why}")

    def traffic(self):
        self.last_traffic = time.monotonic()

    # --- the broker's lives ---

    def start(self):
        self.broker.start()
        self.ledger.life, self.connacks, self.answered = self.broker.starts, 0, False
        self.traffic()
        self.note(f"start {self.broker.starts}")

    def kill(self, why):
        """What the broker had sent before belongs to this life: it is read before the next one begins."""
        code = self.broker.kill()
        if code is not None:
            self.died(code)
        self.loop.run(lambda: not any(each.link for each in self.sessions()), 1)
        self.ledger.counts["kills"] += 1
        self.note(why)

    def died(self, code):
        failed = "died" if self.answered else "failed_starts"
        self.ledger.broken(failed, f"life {self.broker.starts} ended with {code}:\n{self.broker.log_tail()}")

    def watch_start(self):
        """A broker that ended by itself, or never answers, is counted and started once more."""
        silent = not self.answered and time.monotonic() - self.broker.started_at > START_SECONDS
        if silent:
            self.ledger.broken("failed_starts", f"life {self.broker.starts}: no CONNACK within {START_SECONDS} s")
        elif self.broker.ended():
            self.died(self.broker.process.returncode)
        else:
            return
        self.starts.failed += 1
        if self.starts.failed > FAILED_STARTS_MAX:
            raise Broken
        self.broker.kill()
        self.start()

    def wait(self, condition):
        """Until the condition holds; False when everybody is connected and nothing moves any more."""
        end = time.monotonic() + STEP_SECONDS
        while not self.loop.run(condition, 0.25):
            self.watch_start()
            now = time.monotonic()
            if now > end or (self.connacks and now - self.last_traffic > self.options.quiet):
                return False
        return True

    # --- a round ---

    def acked(self):
        return self.ledger.counts["acked_qos1"] + self.ledger.counts["acked_qos2"]

    def delivered(self):
        """Since the subscribers came back."""
        return self.ledger.counts["delivered"] - self.delivered_before

    def published(self):
        return all(each.idle() for each in self.publishers.values()) and (not self.foreign or self.foreign.idle())

    def received(self):
        return (all(each.settled() for each in self.subscribers.values()) and (not self.probe or self.probe.over)
                and self.ledger.complete())

    def begin(self):
        self.start()
        for each in self.sessions():
            each.come()
        if self.foreign:
            self.foreign.connect(self.broker.url())
        if not self.wait(lambda: self.received() and (not self.foreign or self.foreign.subscribed)):
            self.ledger.broken("stuck", "the subscriptions at the beginning")
            raise Broken

    def round(self, plan):
        self.ledger.round = plan.number
        self.note(f"round {plan.number}: {plan.size} messages, subscribers {'away' if plan.away else 'there'}; "
                  + "; ".join(map(str, plan.kills)))
        self.changes, self.base, self.plan = list(plan.changes), self.acked(), plan
        self.change_subscriptions()
        if plan.away:
            self.leave(plan.polite)
        for name, messages in plan.messages.items():
            self.publishers[name].publish(messages)
        for place, count, size in plan.foreign:
            self.foreign.publish(place, count, size)
        for kill in plan.kills:
            if kill.kind != "drain":
                self.kill_at(kill)
        if not self.wait(self.published_and_changed):
            self.ledger.broken("stuck", f"{self.unpublished()} messages are not acknowledged")
        self.come_back()
        for kill in plan.kills:
            if kill.kind == "drain":
                self.kill_at(kill)
        self.drain(plan)
        self.ledger.settle()
        self.rounds += 1

    def leave(self, polite):
        for each in self.subscribers.values():
            each.go(polite)
        if self.foreign:
            self.foreign.go()

    def come_back(self):
        self.change_subscriptions(everything=True)
        self.to_come = self.ledger.waiting()
        self.delivered_before += self.delivered()
        for each in self.subscribers.values():
            each.come()
        if self.foreign:
            self.foreign.come()

    def unpublished(self):
        waiting = sum(len(each.flights) + len(each.queue) for each in self.publishers.values())
        return waiting + (len(self.foreign.under_way) if self.foreign else 0)

    def change_subscriptions(self, everything=False):
        """Those whose time has come."""
        share = (self.acked() - self.base) / max(1, self.plan.size)
        while self.changes and (everything or self.changes[0].share <= share):
            change = self.changes.pop(0)
            self.subscribers[change.subscriber].change(change.filter, change.subscribes)

    def published_and_changed(self):
        self.change_subscriptions()
        return self.published()

    def kill_at(self, kill):
        """Waits for the instant, kills, and starts the broker again."""
        reached = {"acks": lambda: self.acked() - self.base >= kill.share * self.plan.size,
                   "drain": lambda: self.delivered() >= kill.share * self.to_come,
                   "connacks": lambda: self.connacks >= kill.count,
                   "start": lambda: True}[kill.kind]
        over = self.received if kill.kind == "drain" else self.published_and_changed
        self.wait(lambda: reached() or over())
        self.loop.wait(kill.milliseconds / 1000)
        if self.options.links_only:
            self.cut_links()
        else:
            self.kill(str(kill))
            self.start()
        if self.plan.probe == "start" and kill is self.plan.kills[0]:
            self.new_probe()

    def cut_links(self):
        self.note("every link is cut")
        self.connacks = 0
        for each in self.sessions():
            each.cut()
        if self.foreign:
            self.foreign.tell("cut")

    def new_probe(self):
        self.probe = Probe(self.loop, self.broker.address, f"probe-{self.plan.number}", 5, self.ledger, self,
                           websocket=self.broker.websocket)
        self.probe.come()

    def drain(self, plan):
        if plan.probe == "end":
            self.new_probe()
        if not self.wait(self.received):
            self.give_up()
        self.probe = None

    def give_up(self):
        """What has not come will not come: the ledger counts it as lost. What else hangs is freed."""
        if self.probe and not self.probe.over:
            self.probe.mark()
            if not self.wait(lambda: self.probe.over):
                self.ledger.broken("stuck", "the retained values' reader")
                self.probe.go(polite=False)
        for each in self.subscribers.values():
            if not each.ready or each.changes:
                self.ledger.broken("stuck", f"{each.name}: {'no CONNACK' if not each.ready else 'no SUBACK'}")
            if each.incoming:
                self.ledger.broken("stuck", f"{each.name}: {len(each.incoming)} messages without PUBREL")
                each.incoming.clear()

    def run(self):
        options, told = self.options, time.monotonic()
        try:
            self.begin()
            for plan in crash_plan.rounds(options.seed, options.rounds, options.messages, options.foreign):
                self.round(plan)
                if self.ledger.is_broken() and not options.go_on:
                    break
                if time.monotonic() - told > TELL_SECONDS:
                    told = time.monotonic()
                    print(f"# round {plan.number} of {options.rounds}, {told - self.began:.0f} s", flush=True)
        except (Broken, KeyboardInterrupt):
            pass
        except Exception:  # what a broker sends must not be able to hide what was found until then
            self.ledger.broken("error", traceback.format_exc())
        finally:
            self.end()
        return self.summary()

    def end(self):
        if self.ledger.is_broken():
            crash_trace.write(self.folder / "trace.txt", self.sessions())
        self.broker.stop()
        if self.foreign:
            self.foreign.end()

    def summary(self):
        return report(self, time.monotonic() - self.began)

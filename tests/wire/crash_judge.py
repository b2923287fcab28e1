#!/usr/bin/python3
"""The crash test's own test: its ledger objects to each promise that a broker breaks, and to nothing else."""
import crash_body
import crash_plan
from crash_ledger import Ledger
from harness import check, check_equal, main, test

PLAIN = next(topic for topic in crash_plan.TOPICS if topic.qos == 1 and not topic.retained)
ONCE = next(topic for topic in crash_plan.TOPICS if topic.qos == 2 and not topic.retained)
KEPT = next(topic for topic in crash_plan.TOPICS if topic.clears)


def ledger_with_reader(qos=2):
    ledger = Ledger(crash_plan.TOPICS)
    view = ledger.view("reader", qos)
    ledger.asked(view, "t/#", True)
    ledger.answered(view, "t/#", True)
    return ledger, view


def publish(ledger, topic, count, clears=False):
    numbers = [ledger.send(topic.number, clears) for _ in range(count)]
    for number in numbers:
        ledger.done(topic.number, number)
    return numbers


def deliver(ledger, view, topic, *numbers, qos=None):
    for number in numbers:
        ledger.received(view, view.name, topic.number, number, topic.qos if qos is None else qos)


def broken(ledger):
    ledger.settle()
    return {name: ledger.counts[name] for name in ("lost", "qos2_duplicates", "order", "not_subscribed", "retained",
                                                   "wrong_qos", "never_sent") if ledger.counts[name]}


@test
def all_is_well():
    ledger, view = ledger_with_reader()
    for topic in (PLAIN, ONCE):
        deliver(ledger, view, topic, *publish(ledger, topic, 5))
    deliver(ledger, view, PLAIN, 2, 5)  # at QoS 1 again
    check(ledger.complete(), "complete")
    check_equal(broken(ledger), {}, "broken")
    check_equal(ledger.counts["qos1_duplicates"], 2, "duplicates at QoS 1")


@test
def a_lost_message_and_one_that_was_never_acknowledged():
    ledger, view = ledger_with_reader()
    publish(ledger, PLAIN, 3)
    ledger.send(PLAIN.number)
    deliver(ledger, view, PLAIN, 1, 3)
    check(not ledger.complete(), "not complete")
    check_equal(broken(ledger), {"lost": 1}, "broken")


@test
def pubrec_alone_makes_the_broker_answerable():
    ledger, _ = ledger_with_reader()
    ledger.acked(ONCE.number, ledger.send(ONCE.number))
    check_equal(broken(ledger), {"lost": 1}, "broken")


@test
def a_second_delivery_at_qos_2_in_this_round_or_a_later_one():
    ledger, view = ledger_with_reader()
    deliver(ledger, view, ONCE, *publish(ledger, ONCE, 2), 2)
    ledger.settle()
    deliver(ledger, view, ONCE, 1)
    check_equal(broken(ledger), {"qos2_duplicates": 2}, "broken")


@test
def first_occurrences_out_of_order():
    ledger, view = ledger_with_reader()
    publish(ledger, PLAIN, 3)
    deliver(ledger, view, PLAIN, 1, 3, 2, 3)
    check_equal(broken(ledger), {"order": 1}, "broken")


@test
def a_qos_that_was_not_granted_and_a_number_that_was_not_sent():
    ledger, view = ledger_with_reader(qos=1)
    deliver(ledger, view, ONCE, *publish(ledger, ONCE, 1), qos=2)
    deliver(ledger, view, ONCE, 2, qos=1)
    check_equal(broken(ledger), {"wrong_qos": 1, "never_sent": 1}, "broken")


@test
def subscriptions_count_from_suback_and_until_unsubscribe():
    ledger = Ledger(crash_plan.TOPICS)
    view = ledger.view("reader", 2)
    ledger.asked(view, "t/#", True)
    early = publish(ledger, PLAIN, 1)  # between SUBSCRIBE and SUBACK: as the broker likes
    ledger.answered(view, "t/#", True)
    publish(ledger, PLAIN, 1)          # owed
    check_equal(broken(ledger), {"lost": 1}, "broken")
    ledger.asked(view, "t/#", False)
    between = publish(ledger, PLAIN, 1)
    ledger.answered(view, "t/#", False)
    late = publish(ledger, PLAIN, 1)
    deliver(ledger, view, PLAIN, *between, *late)
    check_equal(early, [1], "the first number")
    check_equal(broken(ledger), {"lost": 1, "not_subscribed": 1}, "broken")


@test
def retained_values_are_the_last_acknowledged_or_a_later_one():
    for value, wrong in ((1, True), (2, False), (3, False), (4, True), (None, True)):
        ledger = Ledger(crash_plan.TOPICS)
        publish(ledger, KEPT, 2)
        ledger.send(KEPT.number)  # not acknowledged
        ledger.judge_kept(ledger.kept(), {} if value is None else {KEPT.number: value})
        check_equal(bool(broken(ledger)), wrong, f"with value {value}")


@test
def a_cleared_value_stays_away():
    ledger = Ledger(crash_plan.TOPICS)
    publish(ledger, KEPT, 1)
    publish(ledger, KEPT, 1, clears=True)
    since = ledger.kept()
    ledger.judge_kept(since, {})
    check_equal(broken(ledger), {}, "broken without a value")
    ledger.judge_kept(since, {KEPT.number: 1})
    check_equal(broken(ledger), {"retained": 1}, "broken with the old one")


@test
def a_value_may_be_gone_for_a_moment_while_it_is_read():
    ledger = Ledger(crash_plan.TOPICS)
    publish(ledger, KEPT, 1)
    since = ledger.kept()
    publish(ledger, KEPT, 1, clears=True)
    publish(ledger, KEPT, 1)
    ledger.judge_kept(since, {})
    check_equal(broken(ledger), {}, "broken")
    ledger.judge_kept(ledger.kept(), {})
    check_equal(broken(ledger), {"retained": 1}, "broken afterwards")


@test
def a_damaged_payload_is_noticed():
    payload = crash_body.build(3, 70_000, 500)
    check_equal(crash_body.read(payload), (3, 70_000), "what it says")
    for wrong in (payload[:-1], payload + b"x", payload[:100] + b"\0" + payload[101:], payload[:10]):
        check_equal(crash_body.read(wrong), None, "a damaged one")


@test
def the_same_seed_gives_the_same_plan():
    plans = [[str(each) for each in crash_plan.rounds(seed, 6, 50, 8)] for seed in ("1", "1", "2")]
    check_equal(plans[0], plans[1], "the plan")
    check(plans[0] != plans[2], "another seed gives another plan")
    check_equal(sum(each.away for each in crash_plan.rounds("1", 100, 10, 0)), 50, "rounds with subscribers away")


if __name__ == "__main__":
    main()

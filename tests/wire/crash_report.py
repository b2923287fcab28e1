"""What a crash test found, in figures and in words."""
import statistics

from crash_ledger import PROMISES

FINDINGS_TOLD = 12


class Starts:
    """Seconds from the start of the broker to the first CONNACK; starts that were killed before have none."""

    def __init__(self):
        self.seconds, self.failed = [], 0

    def took(self, seconds):
        self.seconds.append(seconds)

    def median(self):
        return statistics.median(self.seconds) if self.seconds else 0.0

    def longest(self):
        return max(self.seconds, default=0.0)


def figures(crash, seconds):
    counts, starts = crash.ledger.counts, crash.starts
    return {
        "rounds": crash.rounds, "kills": counts["kills"], "seconds": round(seconds, 1),
        "acknowledged at QoS 1": counts["acked_qos1"], "acknowledged at QoS 2": counts["acked_qos2"],
        "delivered": counts["delivered"], "lost deliveries": counts["lost"], "lost messages": counts["lost_messages"],
        "lost but late": counts["lost_but_late"], "QoS 2 duplicates": counts["qos2_duplicates"],
        "QoS 1 duplicates (allowed)": counts["qos1_duplicates"], "order violations": counts["order"],
        "retained values read": counts["retained_values"], "wrong retained values": counts["retained"],
        "sessions forgotten": counts["session_forgotten"], "after UNSUBACK": counts["not_subscribed"],
        "refused": counts["refused"], "links cut with DISCONNECT": counts["disconnected"],
        "starts": crash.broker.starts, "failed starts": counts["failed_starts"],
        "first CONNACK, median ms": round(starts.median() * 1000, 1),
        "first CONNACK, longest ms": round(starts.longest() * 1000, 1),
    }


def report(crash, seconds):
    told = figures(crash, seconds)
    findings = crash.ledger.findings
    broken = {name: crash.ledger.counts[name] for name in PROMISES if crash.ledger.counts[name]}
    lines = [f"{crash.options.broker}, seed {crash.options.seed}"]
    lines += [f"{name:>28}  {value:,}" for name, value in told.items()]
    if broken:
        lines += ["broken promises: " + ", ".join(f"{name} {count}" for name, count in broken.items())]
        lines += ["  " + each for each in findings[:FINDINGS_TOLD]]
        lines += [f"  and {len(findings) - FINDINGS_TOLD} more"] * (len(findings) > FINDINGS_TOLD)
        lines += [f"kept in {crash.folder}: findings.txt, events.log, trace.txt, broker.log, data and data-at-kill-N"]
    return {"seed": crash.options.seed, "figures": told, "broken": broken, "findings": findings,
            "text": "\n".join(lines)}

"""The rows of the comparison: the work, as words for troupe-bench, and the figure that is compared."""
import dataclasses

CPU, LATENCY = "broker.us_per_message", "latency_us."


@dataclasses.dataclass(frozen=True)
class Row:
    """`figure`: a path in troupe-bench's JSON. `share`: what is to be reached, as a share of mosquitto's figure; or
    `most`: the same as a figure of its own; neither: the row is told and not judged."""

    name: str
    unit: str
    figure: str
    words: tuple
    qos: int = 0
    share: float | None = None
    most: float | None = None
    connect_rate: int | None = None

    @property
    def work(self):
        """Rows of the same work share their runs."""
        qos = ["-q", str(self.qos)] if self.words[0] == "pair" else []
        rate = ["-R", str(self.connect_rate)] if self.connect_rate else []
        return (*self.words, *qos, *rate)

    @property
    def closed(self):
        """Whether the next message waits for the one before, instead of for its time."""
        return "--rate" not in self.words


def pair(*words):
    """Closed loops run ahead of a slow subscriber: what is under way at their end is waited for."""
    return ("pair", "--ws", "-s", "256", "--drain", "60s", *words)


PAIRS = pair("-c", "100", "-F", "10")
FAN_OUT = pair("-c", "1", "--fan-out", "500", "-F", "10")
FAN_IN = pair("-c", "1", "--fan-in", "100", "-F", "10")
PACED_FAN_IN = pair("-c", "1", "--fan-in", "100", "--rate", "20000", "--warmup", "1s")
PACED_5000 = pair("-c", "1000", "--rate", "5000", "--warmup", "2s")
PACED_10000 = pair("-c", "9000", "--rate", "10000", "--warmup", "3s")

ROWS = [
    Row("one to one QoS 0, 100 pairs", "us/message", CPU, PAIRS, qos=0, share=0.45),
    Row("one to one QoS 1, 100 pairs, window 10", "us/message", CPU, PAIRS, qos=1, share=0.32),
    Row("one to one QoS 2, 100 pairs, window 10", "us/message", CPU, PAIRS, qos=2, share=0.25),
    Row("fan-out 1 to 500 QoS 0", "us/delivery", "broker.us_per_delivery", FAN_OUT, qos=0, share=0.33),
    Row("fan-out 1 to 500 QoS 1", "us/delivery", "broker.us_per_delivery", FAN_OUT, qos=1, share=0.28),
    Row("fan-in 100 to 1 QoS 1, window 10", "us/message", CPU, FAN_IN, qos=1, share=0.45),
    Row("fan-in 100 to 1 QoS 1, paced 20,000 messages/s", "us/message", CPU, PACED_FAN_IN, qos=1),
    Row("paced 5,000 messages/s QoS 1 over 1,000 pairs", "us/message", CPU, PACED_5000, qos=1, share=0.20),
    Row("paced 5,000 messages/s, end to end p50", "us", LATENCY + "p50", PACED_5000, qos=1, share=0.18),
    Row("paced 5,000 messages/s, end to end p99", "us", LATENCY + "p99", PACED_5000, qos=1, share=0.15),
    Row("paced 10,000 messages/s QoS 1 over 9,000 pairs", "us/message", CPU, PACED_10000, qos=1, share=0.35,
        connect_rate=3000),
    Row("connect, CONNACK, disconnect", "us/cycle", "broker.us_per_cycle", ("churn", "--ws", "-c", "50"), share=0.60),
    Row("idle and subscribed, 15,000 connections", "bytes/connection", "broker.resident_bytes_per_connection",
        ("sub", "--ws", "-c", "15000", "-t", "t/%i"), most=1200, connect_rate=3000),
]

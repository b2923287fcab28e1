#!/usr/bin/python3
# sanitize address
"""Thirty rounds of the crash test (crash_run.py): what was acknowledged survives kill -9 at any instant."""
import crash_run
from harness import Failed, check, main, sanitized, say, test

ROUNDS, SANITIZED_ROUNDS = 30, 8
MESSAGES, SANITIZED_MESSAGES = 2500, 600  # a round


@test
def nothing_acknowledged_is_lost_by_kill_9():
    rounds, messages = (SANITIZED_ROUNDS, SANITIZED_MESSAGES) if sanitized() else (ROUNDS, MESSAGES)
    result = crash_run.crash(crash_run.arguments([str(rounds), "--messages", str(messages)]))
    for line in result["text"].splitlines():
        say(line)
    if result["broken"]:
        raise Failed(f"seed {result['seed']}, kept in {result['folder']}: {result['broken']}\n{result['text']}")
    check(result["figures"]["rounds"] == rounds, f"{result['figures']['rounds']} rounds of {rounds}")


main()

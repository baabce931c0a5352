"""Lets skipbench drive the steps of a Python program: skipbench versus 'python old.py' 'python new.py'.

Copy this file beside your program; it needs nothing but the standard library. Prepare everything, then

    from skipbench_step import serve
    serve(step, name="ResNet-20", units=(64, "images"), torch=torch.__version__)

where `step()` does one step of your work. On a GPU say `wait=torch.cuda.synchronize`: a step ends when its work has
ended. What the program prints goes to standard error, for standard output is for the protocol (PROTOCOL.md). Python's
garbage collector is off within steps, and runs after each turn, when no time is taken; say `collect=False` to leave it
as it is.
"""

import gc
import os
import re
import sys
import time

HELLO = "hello skipbench-steps 1"
STEP = re.compile("step ([1-9][0-9]{0,2}|1000)")


def serve(step, name="a Python program", units=(1, "steps"), wait=lambda: None, collect=True, **facts):
    """Answers on standard input and output until the driver goes away."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # From here on a print, also one of a C library, cannot be mistaken for an answer.
    sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    line = sys.stdin.readline()
    if line == "quit\n":
        return
    if not line:
        sys.exit(f"this program waits for skipbench versus, which begins with: {HELLO}")
    if line != f"{HELLO}\n":
        refuse(line, answers)
    count, unit = units
    said = [f"fact {key} {value}" for key, value in facts.items() if str(value).strip()]  # What is unknown is left out.
    lines = [HELLO, f"name {str(name).strip() or 'a Python program'}", f"units {count} {unit}", *said]
    print(*(" ".join(line.split()) for line in lines), "ready", sep="\n", file=answers, flush=True)
    if collect:
        gc.collect()
        gc.freeze()  # What is here already is not looked through again.
        gc.disable()
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line == "quit":
            return
        asked = STEP.fullmatch(line)
        if not asked:
            refuse(line, answers)
        times = [timed(step, wait) for _ in range(int(asked[1]))]
        if collect:
            gc.collect()
        print("ns", *times, file=answers, flush=True)


def refuse(line, answers):
    """Ends the program with the protocol's error, on one line whatever the driver said."""
    said = " ".join(line.split())
    print(f"error not understood: {said}", file=answers, flush=True)
    sys.exit(f"the driver said something unknown: {said}")


def timed(step, wait):
    wait()
    start = time.perf_counter_ns()
    step()
    wait()
    return time.perf_counter_ns() - start


def demo():
    """python3 skipbench_step.py 1000: sums so many numbers per step."""
    numbers = range(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    serve(lambda: sum(numbers), name="a sum", units=(len(numbers), "numbers"), python=sys.version.split()[0])


if __name__ == "__main__":
    demo()

"""The most memory that a program of the step protocol has resident: Linux' VmHWM."""

import shlex
import subprocess
from pathlib import Path

STEPS = 3


def peak_bytes(command, **settings):
    """Starts `command` alone and lets it do some steps; none if it fails or the system does not say."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(shlex.split(command), text=True, **pipes, **settings) as program:
        try:
            return converse(program)
        except OSError:
            return None
        finally:
            program.kill()


def converse(program):
    said(program, "hello skipbench-steps 1", "ready")
    said(program, f"step {STEPS}", "ns")
    status = Path(f"/proc/{program.pid}/status")
    found = [line.split() for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(found[0][1]) * 1024 if found else None


def said(program, request, last):
    """Speaks, and reads up to the answer's `last` line. A program that has ended is an error."""
    program.stdin.write(request + "\n")
    program.stdin.flush()
    while not (line := program.stdout.readline()).startswith(last):
        if not line or line.startswith("error"):
            raise OSError(f"no answer to {request}")

#!/usr/bin/env python3
"""Times steps of one network in PyTorch on the CPU; prints one JSON line.

    torch_step.py resnet20 train-step 64 --threads 2 [--channels-last] [--compile] [--bf16]

A `train-step` is forward, cross-entropy, backward and SGD with Nesterov momentum and weight decay, as skipbench's; an
`infer` is a forward pass in evaluation mode. Steps run for `--warmup-ms`, then for `--timed-ms` and `--timed-steps` at least.
"""

import argparse
import json
import time

import torch
from torch.nn import functional as F

from networks import build


def stepper(model, task, batch, size, layout, autocast):
    images = torch.randn(batch, 3, size, size).to(memory_format=layout)
    labels = torch.arange(batch) % 10
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def train():
        sgd.zero_grad(set_to_none=True)
        with autocast:
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        sgd.step()

    @torch.no_grad()
    def infer():
        with autocast:
            model(images)

    model.train(task == "train-step")
    return train if task == "train-step" else infer


def timed(step, milliseconds, least):
    times, end = [], time.perf_counter_ns() + milliseconds * 1_000_000
    while len(times) < least or time.perf_counter_ns() < end:
        start = time.perf_counter_ns()
        step()
        times.append(time.perf_counter_ns() - start)
    return times


def peak_rss_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def parser(description):
    """What every program here takes: the network, the task, and how PyTorch computes."""
    arguments = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model")
    arguments.add_argument("task", choices=("train-step", "infer"))
    arguments.add_argument("batch", type=int)
    arguments.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments.add_argument("--channels-last", action="store_true")
    arguments.add_argument("--compile", action="store_true")
    arguments.add_argument("--bf16", action="store_true", help="mixed precision: f32 weights, autocast to bf16")
    return arguments


def prepare(args):
    """A step of the network that `args` name, and the network's parameters."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    model, size = build(args.model)
    model = model.to(memory_format=layout)
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=args.bf16)
    step = stepper(torch.compile(model) if args.compile else model, args.task, args.batch, size, layout, autocast)
    return step, sum(parameter.numel() for parameter in model.parameters())


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--warmup-ms", type=int, default=500)
    arguments.add_argument("--timed-ms", type=int, default=1500)
    arguments.add_argument("--timed-steps", type=int, default=3)
    args = arguments.parse_args()
    step, params = prepare(args)
    timed(step, args.warmup_ms, 2)
    times = sorted(timed(step, args.timed_ms, args.timed_steps))
    step_ns = times[len(times) // 2]
    print(json.dumps({"params": params, "step_ns": step_ns, "peak_rss_bytes": peak_rss_bytes(), "torch": torch.__version__}))


if __name__ == "__main__":
    main()

"""What the programs beside skipbench share: their arguments, the network with its images, and the allocator."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "adapters"))

# What skipbench tells glibc in its own processes: to keep freed memory (bench/README.md, Freed memory).
KEEPING = {
    "MALLOC_MMAP_THRESHOLD_": "1000000000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000000000",
    "MALLOC_TOP_PAD_": "67108864",
}


def parser(description, tasks=("infer", "latency")):
    """What every program here takes, by the names of `skipbench steps`."""
    arguments = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", help="a network of networks.py or of torchvision")
    arguments.add_argument("--task", choices=tasks, default=tasks[0], help="latency is infer with one image")
    arguments.add_argument("--batch", type=int, default=64)
    arguments.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("--freeing", action="store_true", help="leave glibc as it is, which gives freed memory back")
    return arguments


def parse(arguments):
    """The arguments. Starts this program again if glibc must be told something, which it only reads at the start."""
    args = arguments.parse_args()
    args.batch = 1 if args.task == "latency" else args.batch
    if not args.freeing and not KEEPING.keys() <= os.environ.keys():
        os.execve(sys.executable, sys.orig_argv, {**KEEPING, **os.environ})
    return args


def prepare(args):
    """The network, in the mode that the task needs, and a batch of images."""
    import torch

    from networks import build

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    model, size = build(args.model)
    model.train(args.task == "train-step")
    return model, torch.randn(args.batch, 3, size, size)


def answer(args, step, engine, model, **facts):
    """Serves `step` to the driver, and says what it is."""
    from skipbench_step import serve

    step()
    params = sum(parameter.numel() for parameter in model.parameters())
    facts = {"task": args.task, "threads": args.threads, "params": params, **facts}
    serve(step, name=f"{args.model}, {engine}", units=(args.batch, "images"), **facts)

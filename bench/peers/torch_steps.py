#!/usr/bin/env python3
"""Steps of one network in PyTorch on the CPU, one at a time on request: a program for `skipbench versus`.

    skipbench versus 'skipbench steps resnet20 --data generated --image-size 32 --classes 10' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20 train-step 64' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20 train-step 64 --channels-last' \
        --names skipbench,eager,channels-last

The same network, batch, threads and optimizer as torch_step.py, whose steps these are.
"""

import argparse
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "adapters"))
from networks import build
from skipbench_step import serve
from torch_step import stepper


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("task", choices=("train-step", "infer"))
    parser.add_argument("batch", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true", help="mixed precision: f32 weights, autocast to bf16")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    model, size = build(args.model)
    model = model.to(memory_format=layout)
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=args.bf16)
    step = stepper(torch.compile(model) if args.compile else model, args.task, args.batch, size, layout, autocast)
    step()
    params = sum(parameter.numel() for parameter in model.parameters())
    serve(step, name=f"{args.model} {args.task}, PyTorch", units=(args.batch, "images"), torch=torch.__version__,
          params=params, threads=args.threads)


if __name__ == "__main__":
    main()

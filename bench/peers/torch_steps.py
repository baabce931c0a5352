#!/usr/bin/env python3
"""Steps of one network in PyTorch on the CPU, one at a time on request: a program for `skipbench versus`.

    skipbench versus 'skipbench steps resnet20 --data generated --image-size 32 --classes 10' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20 train-step 64' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20 train-step 64 --channels-last' \
        --names skipbench,eager,channels-last

The same network, batch, threads and optimizer as torch_step.py, whose steps these are.
"""

import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "adapters"))
from skipbench_step import serve
from torch_step import parser, prepare


def main():
    args = parser(__doc__).parse_args()
    step, params = prepare(args)
    step()
    serve(step, name=f"{args.model} {args.task}, PyTorch", units=(args.batch, "images"), torch=torch.__version__,
          params=params, threads=args.threads)


if __name__ == "__main__":
    main()

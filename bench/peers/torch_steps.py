#!/usr/bin/env python3
"""Steps of one network in PyTorch on the CPU, one at a time on request: a program for `skipbench versus`.

    skipbench versus 'skipbench steps resnet20 --data generated --image-size 32 --classes 10' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20' \
        'VENV/bin/python bench/peers/torch_steps.py resnet20 --compile' --names skipbench,eager,compiled

A `train-step` is forward, cross-entropy, backward and SGD with Nesterov momentum and weight decay, as skipbench's; an
`infer` is a forward pass in evaluation mode.
"""

import os

from program import answer, parse, parser, prepare


def arguments():
    found = parser(__doc__, ("train-step", "infer", "latency"))
    found.add_argument("--channels-last", action="store_true", help="NHWC")
    found.add_argument("--compile", action="store_true", help="torch.compile")
    found.add_argument("--freeze", action="store_true", help="with --compile, to infer: weights are constants")
    found.add_argument("--bf16", nargs="?", const="mixed", choices=("mixed", "whole"),
                       help="mixed (f32 weights, autocast), or to infer: whole (weights and all)")
    return found


def stepper(model, forward, images, args):
    """One step: `forward` is the model, compiled or not."""
    import torch
    from torch.nn.functional import cross_entropy

    autocast = torch.autocast("cpu", torch.bfloat16, enabled=args.bf16 == "mixed")
    labels = torch.arange(args.batch) % 10
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def train():
        sgd.zero_grad(set_to_none=True)
        with autocast:
            loss = cross_entropy(forward(images), labels)
        loss.backward()
        sgd.step()

    @torch.no_grad()
    def infer():
        with autocast:
            forward(images)

    return train if args.task == "train-step" else infer


def precision(args):
    return {None: "f32", "mixed": "autocast to bf16", "whole": "bf16"}[args.bf16]


def main():
    args = parse(arguments())
    if args.task == "train-step" and (args.freeze or args.bf16 == "whole"):
        raise SystemExit("--freeze and --bf16 whole are for --task infer and --task latency")
    if args.freeze:
        os.environ["TORCHINDUCTOR_FREEZING"] = "1"  # Read when torch.compile is imported.
    import torch

    model, images = prepare(args)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    kind = torch.bfloat16 if args.bf16 == "whole" else torch.float32
    model, images = (part.to(dtype=kind, memory_format=layout) for part in (model, images))
    step = stepper(model, torch.compile(model) if args.compile else model, images, args)
    answer(args, step, "PyTorch", model, torch=torch.__version__, precision=precision(args))


if __name__ == "__main__":
    main()

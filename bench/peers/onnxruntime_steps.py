#!/usr/bin/env python3
"""Inference of one network in ONNX Runtime on the CPU, step by step on request: a program for `skipbench versus`."""

from exported import check, onnx
from program import answer, parse, parser, prepare


def session(model, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Its threads spin while a pass runs, as they do by default, but not between turns.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def main():
    args = parse(parser(__doc__))
    import onnxruntime

    model, images = prepare(args)
    network = session(onnx(model, images), args.threads)
    inputs = {network.get_inputs()[0].name: images.numpy()}
    difference = check(model, images, network.run(None, inputs)[0], "f32")
    answer(args, lambda: network.run(None, inputs), "ONNX Runtime", model, onnxruntime=onnxruntime.__version__,
           precision="f32", difference=difference)


if __name__ == "__main__":
    main()

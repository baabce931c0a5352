#!/usr/bin/env python3
"""Inference of one network in OpenVINO on the CPU, step by step on request: a program for `skipbench versus`."""

from exported import check, onnx
from program import answer, parse, parser, prepare


def request(model, threads, precision):
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
    return core.compile_model(core.read_model(model), "CPU", settings).create_infer_request()


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--bf16", action="store_true", help="compute in bf16 where OpenVINO chooses to")
    args = parse(arguments)
    import openvino

    precision = "bf16" if args.bf16 else "f32"
    model, images = prepare(args)
    network, inputs = request(onnx(model, images), args.threads, precision), [images.numpy()]
    difference = check(model, images, network.infer(inputs)[0], precision)
    answer(args, lambda: network.infer(inputs), "OpenVINO", model, openvino=openvino.__version__,
           precision=precision, difference=difference)


if __name__ == "__main__":
    main()

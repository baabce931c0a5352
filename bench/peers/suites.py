"""What is compared: engines, and suites of networks and tasks that skipbench is set beside them in."""

import re
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Engine:
    """A program beside skipbench."""
    label: str
    program: str
    options: str = ""
    packages: tuple = ("torch",)

    def missing(self):
        """What it needs and this Python does not have."""
        return [package for package in self.packages if find_spec(package) is None]


def torch(label, options=""):
    return Engine(f"PyTorch, {label}", "torch_steps.py", options)


def exported(label, package, options=""):
    """An engine that runs what PyTorch exports."""
    return Engine(label, f"{package}_steps.py", options, ("torch", "onnx", "onnxscript", package))


# By the names that versus calls them.
ENGINES = {
    "eager": torch("eager"),
    "freeing": torch("eager, glibc as it is", "--freeing"),
    "last": torch("channels last", "--channels-last"),
    "compiled": torch("compiled", "--compile"),
    "frozen": torch("compiled, frozen", "--compile --freeze"),
    "mixed-last": torch("autocast to bf16, channels last", "--bf16 --channels-last"),
    "mixed-compiled": torch("autocast to bf16, compiled", "--bf16 --compile"),
    "whole-last": torch("bf16, channels last", "--bf16 whole --channels-last"),
    "whole-frozen": torch("bf16, compiled, frozen", "--bf16 whole --compile --freeze"),
    "onnxruntime": exported("ONNX Runtime", "onnxruntime"),
    "openvino": exported("OpenVINO", "openvino"),
    "openvino-bf16": exported("OpenVINO in bf16", "openvino", "--bf16"),
}


@dataclass(frozen=True)
class Suite:
    """Every network in every task, beside the engines of the task."""
    networks: tuple
    engines: dict
    kernels: str = "skipbench"


TRAINING = ("eager", "last", "compiled")
INFERENCE = ("eager", "compiled", "frozen", "onnxruntime", "openvino")

SUITES = {
    "training": Suite(("resnet20", "densenet-40-12"), {"train-step": TRAINING}),
    "inference": Suite(("resnet20", "densenet-40-12"), {"infer": INFERENCE}),
    "bf16": Suite(("resnet20", "densenet-40-12"), {
        "train-step": ("mixed-last", "mixed-compiled"),
        "infer": ("mixed-last", "whole-last", "whole-frozen", "openvino-bf16"),
    }, "skipbench-bf16"),
    "latency": Suite(("resnet20", "densenet-40-12"), {"latency": INFERENCE}),
    "deep": Suite(("resnet56", "densenet-bc-100-12"), {
        "train-step": ("eager", "compiled"), "infer": ("eager", "onnxruntime", "openvino"),
    }),
    "large": Suite(("resnet50", "densenet121"), {
        "train-step": ("eager", "compiled"), "infer": ("eager", "onnxruntime", "openvino"),
    }),
    "transformers": Suite(("vit-d6-w192-h3-p4", "vit_s_16"), {
        "train-step": ("eager", "compiled"), "infer": INFERENCE,
    }),
    "allocator": Suite(("resnet20",), {"train-step": ("eager", "freeing"), "infer": ("eager", "freeing")}),
}


@dataclass(frozen=True)
class Comparison:
    """One network in one task: what one run of versus compares."""
    suite: str
    network: str
    task: str
    kernels: str
    engines: tuple

    @property
    def name(self):
        return f"{self.suite}.{self.network}.{self.task}"

    @property
    def is_small(self):
        return re.match(r"plain|densenet-|vit-|resnet(20|32|44|56|110)$", self.network) is not None

    @property
    def batch(self):
        return 1 if self.task == "latency" else 64 if self.is_small else 8

    @property
    def memory(self):
        """The mode that is fastest: of networks that concatenate, the one that keeps least."""
        return "recompute" if self.network.startswith("densenet") else "naive"

    def commands(self, threads):
        """By name: skipbench, then the engines."""
        shared = f"{self.network} --task {self.task} --batch {self.batch} --threads {threads}"
        images = f"--data generated --image-size {32 if self.is_small else 224} --classes 10"
        commands = {"skipbench": f"skipbench steps {shared} {images} --kernels {self.kernels} --memory {self.memory}"}
        for name in self.engines:
            engine = ENGINES[name]
            commands[name] = f"python bench/peers/{engine.program} {shared} {engine.options}".strip()
        return commands


def comparisons(words):
    """What `words` name: suites, or networks that take the place of the suites' own."""
    chosen = [word for word in words if word in SUITES] or ["training", "inference"]
    networks = [word for word in words if word not in SUITES]
    for name in chosen:
        suite = SUITES[name]
        for network in networks or suite.networks:
            for task, engines in suite.engines.items():
                yield Comparison(name, network, task, suite.kernels, engines)

"""Markdown from what suite.py has measured. Reads files only."""

import json

HEADER = ["network", "batch", "`memory`", "task", "engine", "sets", "images/s", "of the engine", "ratio", "noise floor",
          "skipbench is"]
PEAKS = ["peak MiB", "of the engine"]
VERDICTS = {"slower": "faster", "faster": "slower", "no-difference-shown": "not shown to differ"}


def tables(out, suites):
    """A table for each suite, with what its figures are of; nothing for a suite that was not measured."""
    found = {name: [load(path) for path in sorted(out.glob(f"{name}.*/about.json"))] for name in suites}
    return {name: table(name, results) if results else "" for name, results in found.items()}


def load(path):
    return {**json.loads(path.read_text()), **json.loads((path.parent / "result.json").read_text())}


def table(suite, results):
    with_peaks = any(result["peak_bytes"] for result in results)
    header = HEADER + PEAKS * with_peaks
    lines = [header, ["---"] * len(header)]
    for result in sorted(results, key=order):
        lines += [row + peaks(result, name) * with_peaks for name, row in rows(result)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n" + "\n".join(origins(suite, results))


def order(result):
    """Residual networks first, small ones before large."""
    return "densenet" in result["network"], len(result["network"]), result["network"], result["task"] != "train-step"


def rows(result):
    """A line for each engine, by its name."""
    outcome = result["outcome"]
    ours, floor = outcome["programs"][0], percent(outcome["noise_floor"])
    for engine in outcome["programs"][1:-1]:
        memory = "" if result["memory"] == "naive" else result["memory"]
        what = [result["network"], str(result["batch"]), memory, result["task"], result["labels"][engine["name"]]]
        if engine["error"]:
            found = [""] * 5 + [f"broken: {one_line(engine['error'])}"]
        else:
            verdict = VERDICTS[engine["verdict"]]
            found = [str(outcome["sets"]), rate(ours), rate(engine), ratio(engine["ratio"]), floor, verdict]
        yield engine["name"], what + found


def peaks(result, name):
    bytes = [result["peak_bytes"].get(of) for of in ("skipbench", name)]
    return ["" if peak is None else f"{peak / 2**20:.0f}" for peak in bytes]


def one_line(text):
    return " ".join(text.split()).replace("|", "\\|")


def rate(program):
    return "" if program["units_per_s"] is None else f"{program['units_per_s']:.4g}"


def ratio(found):
    """How many times as many images per second skipbench does."""
    if not found:
        return ""
    interval = "" if found["low"] is None else f" [{found['low']:.2f}, {found['high']:.2f}]"
    return f"{found['value']:.2f}{interval}"


def percent(share):
    return "" if share is None else f"{100 * share:.1f} %"


def origins(suite, results):
    """What the figures are of, once for all results that share it."""
    shared = {}
    for result in sorted(results, key=order):
        shared.setdefault(origin(suite, result), []).append(f"{result['network']} {result['task']}")
    return [f"- {', '.join(names)}: {said}" for said, names in shared.items()]


def origin(suite, result):
    said = [program["introduction"] for program in result["outcome"]["programs"]]
    facts = [dict(introduction["facts"]) for introduction in said if introduction]
    versions = {key: fact[key] for fact in facts for key in ("torch", "onnxruntime", "openvino") if key in fact}
    said = ", ".join(f"{key} {version.partition('-')[0]}" for key, version in sorted(versions.items()))
    command = f"bench/peers/suite.py {suite} --sets {result['sets']} --seconds {result['seconds']:g}"
    return (f"{result['date']}, {result['cores']} cores of {facts[0]['device']}, {facts[0]['threads']} threads, "
            f"skipbench {facts[0]['version']}, {said}: `{command}`")


def splice(path, tables, check):
    """Puts every table between its markers in a document, unless it only shall `check`; gives whether it was so."""
    text = before = path.read_text()
    for suite, table in tables.items():
        head, opened, rest = text.partition(f"<!-- peers:{suite} -->\n")
        _, closed, tail = rest.partition(f"<!-- /peers:{suite} -->\n")
        if not closed:
            raise SystemExit(f"{path} has no lines <!-- peers:{suite} --> and <!-- /peers:{suite} --> for it")
        text = head + opened + (f"\n{table}\n\n" if table else "") + closed + tail
    if not check:
        path.write_text(text)
    return text == before or not check

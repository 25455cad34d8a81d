"""Traces and CSV files of the tasks of Graves et al. 2014, made by hand-written stand-ins for trained nets."""

import csv
from pathlib import Path

import numpy as np
import synthetic_run as synthetic

FIGURE_14 = "17884f3c3c7887883db50784210f1e2f1e0f04217840f09e2f"  # the 200 bits of the paper's Figure 14
NETWORKS = (
    ("ntm-ff", 8, 0.0),
    ("ntm-lstm", 20, 0.0),
    ("lstm", 180, 4.0),
)  # row's end, crossing, what is left


def _trace(inputs, targets, scored, heads=0, slots=128, width=20, write=None, read=None, seed=4):
    """A trace of one example from inputs [time, row], targets, and slots written and read at each step."""
    random, steps = np.random.default_rng(seed), len(inputs)
    outputs = np.abs(targets - random.beta(1, 60, targets.shape))
    outputs[~scored] = random.beta(2, 3, (int((~scored).sum()), targets.shape[1]))
    arrays = {"input": inputs, "target": targets, "output": outputs, "mask": scored.astype(float)}
    for name, places in (("write_weights", write), ("read_weights", read)):
        if heads:
            weights = np.full((steps, heads, slots), 1e-4)
            for head in range(heads):
                offset = head * (slots // heads) if heads <= 4 else 0
                weights[np.arange(steps), head, (places + offset) % slots] += 0.9
            arrays[name] = weights
    if heads:
        arrays["add"] = np.tanh(random.normal(0, 1, (steps, heads, width)))
        arrays["reads"] = random.normal(0, 0.5, (steps, heads, width))
    return {name: np.asarray(data, "f4")[None, None] for name, data in arrays.items()}


def repeat_copy(length=10, repeats=10, heads=1):
    random, steps = np.random.default_rng(1), length * (repeats + 1) + 3
    inputs, targets = np.zeros((steps, 8)), np.zeros((steps, 7))
    vectors = random.integers(0, 2, (length, 6))
    inputs[1 : length + 1, :6] = vectors
    inputs[0, 6], inputs[length + 1, 7] = 1, (repeats - 5.5) / 8.25**0.5
    targets[length + 2 : -1, :6] = np.tile(vectors, (repeats, 1))
    targets[-1, 6] = 1
    time = np.arange(steps)
    return _trace(
        inputs,
        targets,
        time > length + 1,
        heads,
        write=np.minimum(time, length + 1) + 20,
        read=np.where(time > length + 1, (time - length - 2) % length, 0) + 21,
    )


def associative_recall(items=6, heads=4):
    random = np.random.default_rng(2)
    vectors = random.integers(0, 2, (items, 3, 6))
    steps = 4 * items + 8
    inputs, targets = np.zeros((steps, 8)), np.zeros((steps, 6))
    for item in range(items):
        inputs[4 * item, 6] = 1
        inputs[4 * item + 1 : 4 * item + 4, :6] = vectors[item]
    ask = 4 * items
    inputs[[ask, ask + 4], 7] = 1
    inputs[ask + 1 : ask + 4, :6] = vectors[1]
    targets[ask + 5 :] = vectors[2]
    time = np.arange(steps)
    return _trace(
        inputs, targets, time >= ask + 5, heads, write=time // 4 + 3, read=np.where(time < ask, 0, 6)
    )


def priority_sort(heads=8, size=20, answer=16):
    random, steps = np.random.default_rng(3), size + 1 + answer
    inputs, targets = np.zeros((steps, 10)), np.zeros((steps, 8))
    inputs[:size, :8] = random.integers(0, 2, (size, 8))
    priorities = random.permutation(np.linspace(1, -1, size))
    inputs[:size, 8], inputs[size, 9] = priorities, 1
    order = np.argsort(-priorities)
    targets[size + 1 :] = inputs[order[:answer], :8]
    write, read = np.full(steps, 5), np.full(steps, 5)
    write[:size] = np.round(40 - 15 * priorities)
    read[size + 1 :] = write[order[:answer]]
    return _trace(inputs, targets, np.arange(steps) > size, heads, write=write, read=read)


def figure_14_bits():
    return np.array([int(bit) for bit in bin(int(FIGURE_14, 16))[2:].zfill(200)])


def ngrams(bits=None, predicted=None, heads=1):
    bits = figure_14_bits() if bits is None else bits
    inputs, targets = np.r_[0, bits[:-1]][:, None].astype(float), bits[:, None].astype(float)
    context = sum(np.roll(inputs[:, 0], shift) * 2**shift for shift in range(5)).astype(int)
    time = np.arange(len(bits))
    trace = _trace(inputs, targets, time >= 0, heads, write=context + 30, read=context + 30)
    if predicted is not None:
        trace["output"] = np.asarray(predicted, "f4")[None, None, :, None]
    return trace


def figure_4(wrong=None):
    """The traces of the lengths of Figure 4, with a number of wrong bits at each."""
    traces = {}
    for length in (10, 20, 30, 50, 120):
        trace = synthetic.head_trace(length=length, examples=1, seed=length)
        answer, target = (trace[name][0, 0, length + 2 :].reshape(-1) for name in ("output", "target"))
        for bit in range((wrong or {}).get(length, 0)):
            answer[7 * bit % len(answer)] = 1 - target[7 * bit % len(answer)]
        traces[f"figure-4-length-{length}"] = trace
    return traces


def task_run(directory, task, traces, **more):
    synthetic.copy_run(
        directory, last=20_000, traces=traces, task__name=task, preset=f"ntm2014/{task}", **more
    )


class Reproduction:
    """A pair of CSV files as `tapehead reproduce` writes them; rows can be changed before they are written."""

    def __init__(
        self, result, seeds=5, sequences=250_000, start=84.0, threshold=0.1, optimum=0.0, measured=None
    ):
        self.result, self.lines, self.curves = result, [], []
        for end, crossing, left in NETWORKS:
            for seed in range(1, (1 if end == "lstm" else seeds) + 1):
                self.add(
                    f"{result}-{end}", seed, sequences, start, threshold, optimum, crossing, left, measured
                )

    def add(self, row, seed, sequences, start, threshold, optimum, crossing, left, measured):
        x = np.linspace(sequences / 200, sequences, 200).round()
        spread = np.random.default_rng(seed).uniform(0.7, 1.4)
        y = (
            synthetic.training(x, crossing * spread, start=max(start - optimum, 4.1), seed=seed)
            + left
            + optimum
        )
        below = np.flatnonzero(y - optimum < threshold)
        self.lines.append(
            {
                "paper": "ntm2014",
                "result": self.result,
                "row": row,
                "preset": f"ntm2014/{row}",
                "seed": seed,
                "settings_hash": "0123456789abcdef",
                "status": "finished",
                "sequences": sequences,
                "final_loss": y[-1],
                "best_loss": y.min(),
                "late_loss": np.median(y[-20:]),
                "threshold": threshold + optimum,  # a cost
                "sequences_to_threshold": x[below[0]] if below.size else "",
                "optimum": optimum,
            }
            | {name: value(row, seed) for name, value in (measured or {}).items()}
            | {"wall_seconds": 60.0, "parameters": 17162, "revision": "abc", "cpu": "x"}
        )
        self.curves += [
            {"row": row, "seed": seed, "settings_hash": "0123456789abcdef", "sequences": a, "loss": b}
            for a, b in zip(x, y)
        ]

    def write(self, directory):
        Path(directory).mkdir(parents=True, exist_ok=True)
        path = Path(directory) / f"ntm2014-{self.result}.csv"
        for name, rows in ((path, self.lines), (path.with_name(f"{path.stem}-curves.csv"), self.curves)):
            with open(name, "w", newline="") as file:
                table = csv.DictWriter(file, rows[0], lineterminator="\n")
                table.writeheader()
                table.writerows(rows)
        return path


def kind(row):
    return 0 if row.endswith("ntm-ff") else 1 if row.endswith("ntm-lstm") else 2


def reproductions():
    """One of each result of the paper, with numbers near its own."""

    def spread(values):
        return lambda row, seed: values[kind(row)] * (0.6 + 0.2 * seed)

    copy = {10: (0, 0, 0), 20: (0, 0, 1), 30: (0.1, 0, 60), 50: (1, 0.5, 150), 120: (60, 30, 430)}
    recall = {6: (0.03, 0.1, 2.2), 10: (0.2, 1.5, 30), 15: (1.5, 5, 39), 20: (8, 7, 38)}
    grid = {
        (length, repeats): tuple(0.02 * length * repeats * scale for scale in (0.05, 0.1, 1))
        for length in (5, 10, 20)
        for repeats in (5, 10, 20)
    }
    few = {pair: grid[pair] for pair in ((20, 10), (10, 20))}
    return {
        "copy": Reproduction(
            "copy", 10, measured={f"wrong_bits_length_{key}": spread(value) for key, value in copy.items()}
        ),
        "repeat-copy": Reproduction(
            "repeat-copy",
            start=181.5,
            threshold=1,
            sequences=500_000,
            measured={f"wrong_bits_length_{a}_repeats_{b}": spread(value) for (a, b), value in few.items()},
        ),
        "repeat-copy-grid": Reproduction(
            "repeat-copy",
            start=181.5,
            threshold=1,
            measured={f"wrong_bits_length_{a}_repeats_{b}": spread(value) for (a, b), value in grid.items()},
        ),
        "associative-recall": Reproduction(
            "associative-recall",
            start=18,
            measured={f"bits_length_{key}": spread(value) for key, value in recall.items()},
        ),
        "ngrams": Reproduction("ngrams", 3, start=200, threshold=2, optimum=133.2),
        "priority-sort": Reproduction(
            "priority-sort",
            3,
            start=128,
            threshold=25,
            measured={f"bits_length_{key}": spread((2, 3, 50)) for key in (10, 20, 30)},
        ),
    }

"""Makes run files with the layout of results/FORMAT.md and numbers that look like training."""

import sys
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "results" / "plot"))

STATUS = ("running", "finished", "interrupted", "diverged", "failed")
TEXT = h5py.string_dtype("utf-8")
UNITS = {"step": "1", "sequences": "1", "loss": "bit", "wall_time": "s"}


def training(sequences, crossing, end=2e-4, start=84.0, seed=1, noise=0.25):
    """Costs (bits per sequence) that fall from start to end around `crossing` thousand sequences."""
    random = np.random.default_rng(seed)
    x = np.asarray(sequences) / 1000
    plunge = 1 / (1 + np.exp(-(x - crossing) / (0.06 * crossing)))
    late = np.log(end) + (np.log(0.05) - np.log(end)) * np.exp(
        -np.maximum(x - crossing, 0) / (1.5 * crossing)
    )
    early = np.log(4 + (start - 4) * np.exp(-x / (0.2 * crossing)))
    return np.exp((1 - plunge) * early + plunge * late + random.normal(0, noise, len(x)))


def settings(preset="ntm2014/copy-ntm-lstm", seed=1, batch=1, **more):
    """Config attributes of a copy run; keyword task__name is the setting task.name."""
    config = {
        "preset": preset,
        "seed": seed,
        "task.name": "copy",
        "task.min_length": 1,
        "task.max_length": 20,
        "training.batch": batch,
        "training.learning_rate": 1e-4,
        "model.name": "ntm",
        "memory.slots": 128,
    }
    return config | {name.replace("__", "."): value for name, value in more.items()}


def columns(file, table, values):
    """One float64 column for each entry (int64 for step), extendible and without filter."""
    group = file.require_group(f"metrics/{table}")
    group.attrs.update({"NX_class": "NXdata", "signal": "loss", "axes": "step"})
    for name, data in values.items():
        kind = "i8" if name == "step" else "f8"
        item = group.create_dataset(name, data=np.asarray(data, kind), maxshape=(None,), chunks=(1024,))
        item.attrs["units"] = UNITS.get(name, "bit" if "bits" in name else "1")
        item.attrs["long_name"] = name.replace("_", " ")


def write_run(
    directory, config=None, train=None, evaluation=None, traces=None, status="finished", finish=True
):
    """Writes directory/run.h5 and returns the open file (SWMR running) when `finish` is false."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    config = settings() if config is None else config
    file = h5py.File(directory / "run.h5", "w", libver=("earliest", "v110") if finish else "latest")
    file.attrs.update({"Conventions": "Tapehead-run-1", "title": "copy", "run_id": directory.name})
    group = file.create_group("config")
    group.attrs.update(config)
    group.create_dataset("text", data="[task]\nname = copy\n", dtype=TEXT)
    group = file.create_group("provenance")
    group.attrs.update({"seed": config.get("seed", 1), "compiler": "g++ 12.2.0", "threads": 2})
    item = group.create_dataset("status", data=np.int8(STATUS.index(status)))
    item.attrs["flag_meanings"] = " ".join(STATUS)
    group.create_dataset("wall_seconds", data=12.5)
    nothing = {"step": [], "loss": [], "sequences": []}
    columns(file, "train", train if train is not None else nothing)
    columns(file, "eval", evaluation if evaluation is not None else nothing)
    file.create_group("summary").create_dataset("final_loss", data=2e-4)
    for probe, arrays in (traces or {}).items():
        write_trace(file.create_group(f"traces/{probe}"), arrays)
    if not finish:
        file.swmr_mode = True
        return file
    file.close()
    return None


def write_trace(group, arrays):
    for name, data in arrays.items():
        group.create_dataset(name, data=data, chunks=True, compression="gzip", shuffle=True, fletcher32=True)
    for name, size in zip(("step", "example", "time"), next(iter(arrays.values())).shape):
        group.create_dataset(name, data=np.arange(size) if name != "step" else np.array([250000]))


def copy_run(directory, last=250_000, crossing=21.5, lengths=None, traces=None, status="finished", **config):
    """A run on the copy task, a log row every 500 and an evaluation every 2,500 sequences."""
    config = settings(**config)
    seed = config["seed"]
    log, evaluated = np.arange(500, last + 1, 500), np.arange(2500, last + 1, 2500)
    train = {"step": log, "loss": training(log, crossing, seed=seed, noise=0.8), "sequences": log}
    evaluation = {
        "step": evaluated,
        "loss": training(evaluated, crossing, seed=seed + 100),
        "sequences": evaluated,
    }
    for length, (bits, wrong) in (lengths or {}).items():
        for name, value in ((f"bits_length_{length}", bits), (f"wrong_bits_length_{length}", wrong)):
            evaluation[name] = np.r_[np.full(len(evaluated) - 1, np.nan), value]
    write_run(directory, config, train, evaluation, traces, status)


def head_trace(length=20, heads=1, slots=128, width=20, bits=8, first=97, examples=2, wrong=0, seed=3):
    """What an NTM does once it copies: writes along the slots from `first`, goes back, reads along them."""
    random = np.random.default_rng(seed)
    steps = 2 * length + 2
    vectors = random.integers(0, 2, (examples, length, bits)).astype(float)
    inputs, targets = np.zeros((examples, steps, bits + 2)), np.zeros((examples, steps, bits))
    inputs[:, 1 : length + 1, :bits] = vectors
    inputs[:, 0, bits] = inputs[:, length + 1, bits + 1] = 1
    targets[:, length + 2 :] = vectors
    outputs = np.clip(np.abs(targets - random.beta(1, 60, targets.shape)), 0, 1)
    outputs[:, : length + 2] = random.beta(2, 3, (examples, length + 2, bits))
    for _ in range(wrong):
        where = tuple(random.integers(0, size) for size in (examples, length, bits))
        spot = (where[0], length + 2 + where[1], where[2])
        outputs[spot] = 1 - outputs[spot]
    write, read = (np.full((examples, steps, heads, slots), 1e-4) for _ in range(2))
    add, reads = np.zeros((examples, steps, heads, width)), np.zeros((examples, steps, heads, width))
    code = np.tanh(random.normal(0, 0.9, (bits, width)))
    words = np.tanh((2 * vectors - 1) @ code)  # [example, length, width]
    for time in range(steps):
        for h in range(heads):
            at = first + h * (length + 4)
            for name, position in ((write, min(time, length + 1)), (read, max(time - length - 1, 0))):
                blur = 0.04 if time > 1 else 0.12
                for offset, share in ((0, 1 - 2 * blur), (1, blur), (-1, blur)):
                    name[:, time, h, (at + position + offset) % slots] += share
            if 1 <= time <= length:
                add[:, time, h] = words[:, time - 1]
            if time >= length + 2:
                reads[:, time, h] = words[:, time - length - 2] * 0.9
    add += random.normal(0, 0.04, add.shape)
    reads += random.normal(0, 0.03, reads.shape)
    arrays = {
        "input": inputs,
        "target": targets,
        "output": outputs,
        "write_weights": write,
        "read_weights": read,
        "add": add,
        "erase": np.abs(add),
        "reads": reads,
        "gate": write[..., 0],
        "key_strength": write[..., 0],
    }
    return {name: data[None].astype("f4") for name, data in arrays.items()}  # [step, example, time, …]


def sequence_trace(**options):
    """What a network without memory leaves: input, target, output."""
    return {
        name: data for name, data in head_trace(**options).items() if name in ("input", "target", "output")
    }

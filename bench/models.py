"""Are purchase models fitted fast? Ours beside lifetimes, in processes of their own: interleaved, medians, ratios; writes bench/models.md.

    make bench-models        BG/NBD, MBG/NBD on a million customers with daily times; Pareto/NBD on a hundred thousand; Gamma-Gamma on a
    million

Customers are drawn from each model itself; what is timed is the fit alone, arrays in, parameters out. Parameters must agree to 0.1 %.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS, RIVALS = ROOT / ".venv" / "bin" / "python", ROOT / ".venv" / "rivals" / "bin" / "python"
MODELS = {  # size, pairs, the most that the ratio may be
    "BG/NBD": (1_000_000, 3, 0.06), "MBG/NBD": (1_000_000, 3, 0.3), "Pareto/NBD": (100_000, 1, 0.3), "Gamma-Gamma": (1_000_000, 3, 0.5),
}  # fmt: skip


def customers(model: str, size: int) -> dict[str, np.ndarray]:
    """Customers of a model with daily times, watched for one to three years."""
    generator = np.random.default_rng(7)
    age = generator.integers(365, 1096, size).astype(float)
    if model == "Gamma-Gamma":
        times = 1 + generator.poisson(3, size).astype(float)
        return {"x": times, "mean": generator.gamma(6.0 * times) / generator.gamma(4.0, 1 / 15.0, size) / times}
    rate = generator.gamma(0.7, 1 / 60.0, size)
    if model == "Pareto/NBD":
        life = np.minimum(generator.exponential(1 / generator.gamma(0.6, 1 / 300.0, size)), age)
        x = generator.poisson(rate * life).astype(float)
        return {"x": x, "t_x": np.where(x > 0, np.floor(life * generator.beta(np.maximum(x, 1), 1)), 0.0), "age": age}
    leave = generator.beta(0.8, 2.5, size)
    x, at = np.zeros(size), np.zeros(size)
    going = np.flatnonzero(generator.random(size) >= leave) if model == "MBG/NBD" else np.arange(size)
    while len(going):
        gap = generator.exponential(1 / np.maximum(rate[going], 1e-300))
        came = at[going] + gap <= age[going]
        going, gap = going[came], gap[came]
        x[going] += 1
        at[going] += gap
        going = going[generator.random(len(going)) >= leave[going]]
    return {"x": x, "t_x": np.floor(at), "age": age}


def ours(model: str, data: dict[str, np.ndarray]) -> list[float]:
    from audit import models
    from audit.models import gamma_gamma, rfm

    if model == "Gamma-Gamma":
        return list(gamma_gamma.fit(data["x"], data["mean"]).parameters.values())
    return list(models.model(model).fit(rfm.counts(data["x"], data["t_x"], data["age"]), model).parameters.values())


def lifetimes(model: str, data: dict[str, np.ndarray]) -> list[float]:
    """As its documentation has it, by maximum likelihood, without a penalty."""
    import lifetimes as of

    if model == "Gamma-Gamma":
        return list(of.GammaGammaFitter().fit(data["x"], data["mean"]).params_)
    fitter = {"BG/NBD": of.BetaGeoFitter, "MBG/NBD": of.ModifiedBetaGeoFitter, "Pareto/NBD": of.ParetoNBDFitter}[model]()
    return list(fitter.fit(data["x"], data["t_x"], data["age"]).params_)


def one(who: str, model: str, file: Path) -> tuple[float, float, list[float]]:
    """Seconds of a fit, peak megabytes of its process, and the parameters."""
    done = subprocess.run([OURS if who == "ours" else RIVALS, __file__, who, model, file], capture_output=True, text=True, check=True)
    took, megabytes, *found = map(float, done.stdout.split())
    return took, megabytes, found


def compared(model: str) -> str:
    size, times, most = MODELS[model]
    with tempfile.TemporaryDirectory() as where:
        file = Path(where) / "customers.npz"
        np.savez(file, **customers(model, size))
        made = [(one("ours", model, file), one("lifetimes", model, file)) for _ in range(times)]
    apart = max(abs(a / b - 1) for a, b in zip(made[0][0][2], made[0][1][2], strict=True))
    middle = lambda who, what: statistics.median(pair[who][what] for pair in made)
    ratio = statistics.median(a[0] / b[0] for a, b in made)
    print(f"{model}: {middle(0, 0):.2f} s against {middle(1, 0):.1f} s, ratio {ratio:.3f}, parameters apart by {apart:.2%}", flush=True)
    return (
        f"| {model}, {size:,} customers | {middle(0, 0):.2f} s, {middle(0, 1):,.0f} MB | {middle(1, 0):.1f} s, {middle(1, 1):,.0f} MB | "
        f"**{ratio:.3f}** | {most} | {apart:.2%} |"
    )


HEAD = """# How fast are purchase models fitted

`make bench-models`, on {machine}, {cores} cores: medians of interleaved pairs, each fit in a process of its own, imports not counted. Customers are drawn from each model, with
times in whole days; lifetimes 0.11.3 fits by maximum likelihood without a penalty, in an environment of its own.

| what | ours | lifetimes | ratio | at most | parameters apart by |
|---|---|---|---|---|---|
"""


def main() -> None:
    import os

    rows = [compared(model) for model in MODELS]
    text = HEAD.format(machine=platform.machine(), cores=os.cpu_count()) + "\n".join(rows) + "\n"
    (HERE / "models.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        loaded = dict(np.load(sys.argv[3]))
        fit = {"ours": ours, "lifetimes": lifetimes}[sys.argv[1]]
        if sys.argv[1] == "ours":
            import audit.steps.value.router  # noqa: F401  (imports are not what is measured)
        else:
            import lifetimes as _lifetimes  # noqa: F401
        began = time.perf_counter()
        parameters = fit(sys.argv[2], loaded)
        took = time.perf_counter() - began
        peak = next(line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        print(took, int(peak.split()[1]) / 1024, *parameters)

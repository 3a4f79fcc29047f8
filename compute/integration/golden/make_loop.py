"""The whole transport loop in numpy with every cluster it found, for loop.test.ts: /usr/bin/python3 make_loop.py > loop.json."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), *[".."] * 3, "bench", "peers"))
from ot import Draws, integrate  # noqa: E402

rng = np.random.default_rng(11)
N, D, B = 240, 5, 3
batch = np.sort(rng.integers(0, B, N))
label = rng.integers(0, 4, N)
X = (rng.normal(0, 4, (4, D))[label] + rng.normal(0, 2, (B, D))[batch] + rng.normal(0, 1, (N, D))).astype(np.float32)
draws = Draws()
mix0, log, end = integrate(X, batch, draws=draws)


def plain(values):
    """The shortest decimals that mean the same float32."""
    return [int(v) if np.issubdtype(values.dtype, np.integer) else float(str(v)) for v in values.ravel()]


fits = [[plain(part) for part in pair] for pair in draws.used if len(pair) == 2]
print(json.dumps({"dims": D, "batch": batch.tolist(), "X": plain(X), "mix0": mix0, "log": log, "end": plain(end), "fits": fits}, separators=(",", ":")))

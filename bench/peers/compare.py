"""Do two sides agree? python3 compare.py TOPIC PATHS... prints one JSON line: problems (empty when they do) and facts."""
import json
import sys
from pathlib import Path

import numpy as np

from common import stored_array


def scan(qc, hvg, peer):
    theirs = np.load(peer)
    problems = []
    for name in theirs.files:
        if not name.startswith("obs/"):
            continue
        ours = np.asarray(stored_array(str(Path(qc) / name)), np.float64)
        # cells without counts have no percentage: NaN on both sides
        if not np.allclose(ours, theirs[name], rtol=1e-5, atol=1e-6, equal_nan=True):
            problems.append(f"{name} differs")
    mask = np.asarray(stored_array(str(Path(hvg) / "var/highly_variable")), bool)
    differing = int((mask != theirs["highly_variable"]).sum())
    if differing:
        problems.append(f"{differing} genes are chosen by one side only")
    return problems, {"genes": int(mask.sum()), "columns": len(theirs.files) - 2}


def pca(ours, peer):
    theirs = np.load(peer)
    variance = np.asarray(json.loads((Path(ours) / "uns/pca.json").read_text())["variance"], np.float64)
    gap = float(np.max(np.abs(variance / theirs["variance"] - 1)))
    return ([] if gap <= 1e-6 else [f"eigenvalues differ by {gap:.1e}"]), {"eigenvalue_gap": gap}


def umap(points, ours, peer):
    high = np.asarray(stored_array(points), np.float64)
    a, b = (trust(high, np.asarray(stored_array(p), np.float64)) for p in (ours, peer))
    return ([] if a >= b - 0.01 else [f"trustworthiness {a:.4f} against {b:.4f}"]), {"ours": round(a, 4), "peer": round(b, 4)}


def trust(high, low, neighbours=15, queries=2000):
    """Trustworthiness (Venna and Kaski 2001) over every n-th point, against all others."""
    n = len(high)
    picked = np.arange(0, n, max(1, n // queries))
    penalty = 0
    for row in picked:
        near = np.argpartition(squared(low, row), neighbours)[:neighbours]
        rank = np.empty(n, np.int64)
        rank[np.argsort(squared(high, row), kind="stable")] = np.arange(1, n + 1)
        penalty += np.maximum(0, rank[near] - neighbours).sum()
    return 1 - 2 * penalty / (len(picked) * neighbours * (2 * n - 3 * neighbours - 1))


def squared(points, row):
    distance = ((points - points[row]) ** 2).sum(axis=1)
    distance[row] = np.inf
    return distance


if __name__ == "__main__":
    topic, *paths = sys.argv[1:]
    problems, facts = {"scan": scan, "pca": pca, "umap": umap}[topic](*paths)
    print(json.dumps({"problems": problems, "facts": facts}))

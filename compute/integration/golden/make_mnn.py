"""Expected MNN correction, written from the description of batchelor's fastMNN in plain numpy: python3 make_mnn.py > mnn.json."""
import json

import numpy as np

rng = np.random.default_rng(3)
sizes = [70, 50, 40]
codes = np.repeat([1, 0, 2], sizes)
label = rng.integers(0, 3, len(codes))
X = (rng.normal(0, 5, (3, 4))[label] + np.array([[0, 0, 0, 0], [3, -2, 0, 1], [-2, 0, 4, 0]])[codes] + rng.normal(0, 0.7, (len(codes), 4))).astype(np.float32).astype(float)


def nearest(Q, P, k):
    d = np.sqrt(((Q[:, None] - P[None]) ** 2).sum(2))
    ids = np.argsort(d, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(d, ids, 1)


def average(L, R, pairs):
    ids = sorted({r for _, r in pairs})
    return ids, np.array([np.mean([L[l] - R[r] for l, r in pairs if r == i], axis=0) for i in ids])


def merge(L, R, k=20, ndist=3):
    a, _ = nearest(R, L, k)
    b, _ = nearest(L, R, k)
    pairs = [(l, r) for r in range(len(R)) for l in a[r] if r in b[l]]
    _, vectors = average(L, R, pairs)
    unit = vectors.mean(0) / np.linalg.norm(vectors.mean(0))
    L = L + np.outer((L @ unit).mean() - L @ unit, unit)
    R = R + np.outer((R @ unit).mean() - R @ unit, unit)
    ids, vectors = average(L, R, pairs)
    near, d = nearest(R, R[ids], min(k, len(ids)))
    width = np.maximum(d[:, [int(np.ceil(d.shape[1] / 2)) - 1]] * ndist, 1e-8)
    w = (1 - np.minimum(1, d / width) ** 3) ** 3
    w /= w.sum(1, keepdims=True)
    return np.concatenate([L, R + (w[:, :, None] * vectors[near]).sum(1)]), len(pairs)


order = [1, 0, 2]
joined, pairs = X[codes == 1], []
for b in order[1:]:
    joined, found = merge(joined, X[codes == b])
    pairs.append(found)
out = np.empty_like(X)
out[np.concatenate([np.where(codes == b)[0] for b in order])] = joined
print(json.dumps({"dims": 4, "codes": codes.tolist(), "X": X.ravel().tolist(), "out": np.round(out, 6).ravel().tolist(), "pairs": pairs}))

"""Expected values for compute/integration, in plain numpy, scipy and scikit-learn: python3 make_reference.py > reference.json."""
import json

import numpy as np
from scipy.special import logsumexp
from scipy.stats.contingency import association
from sklearn.cluster import MiniBatchKMeans
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(7)
N, D, B = 200, 5, 3
label = rng.integers(0, 4, N)
batch = np.sort(rng.integers(0, B, N))
X = (rng.normal(0, 3, (4, D))[label] + rng.normal(0, 1.5, (B, D))[batch] + rng.normal(0, 1, (N, D))).astype(np.float32)
Y = (X + rng.normal(0, 0.6, (N, D))).astype(np.float32)
shift = rng.normal(0, 0.8, (N, D)).astype(np.float32)


def knn(points, k):
    distances, ids = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(points.astype(np.float64)).kneighbors()
    return distances[:, :k], ids[:, :k]


def entropy(ids, k):
    counts = np.stack([(batch[ids[:, :k]] == b).sum(1) for b in range(B)], 1).astype(float)
    p = counts / (counts.sum(1, keepdims=True) + 1e-12)
    return -(p * np.log(p + 1e-12)).sum(1)


d0, idx0 = knn(X, 20)
_, idx30 = knn(X, 30)
kmd = d0.mean(1)
sparse = (kmd - kmd.min()) / (np.ptp(kmd) + 1e-12)
bridge = 0.5 * np.clip(entropy(idx30, 15) / np.log(B), 0, 1) + 0.5 * sparse


def strain(points):
    length = np.linalg.norm(points[:, None, :].astype(float) - points[idx0].astype(float), axis=2)
    return np.mean(np.clip(length / (d0 + 1e-8) - 1, -1, 1) ** 2)


def smooth(field, lam):
    mixed = (1 - lam) * field + lam * field[idx0].mean(1)
    out = np.where((sparse < np.quantile(sparse, 0.85))[:, None], mixed, field)
    return out * (1 - 0.12 * bridge)[:, None]


def guard(v):
    smin, smax = 0.75 + (0.85 - 0.75) * bridge, 1.65 + (1.25 - 1.65) * bridge
    for _ in range(2):
        moved = X + v
        r = np.linalg.norm(moved[:, None] - moved[idx0], axis=2) / (d0 + 1e-8)
        f = np.minimum(1, np.minimum(smax / (r.max(1) + 1e-8), (r.min(1) + 1e-8) / smin))
        if (f >= 0.999).all():
            break
        v = v * f[:, None]
    return v


def capped(v, step):
    v = step * v
    limit = 1.0 * (kmd + 1e-8)
    return v * np.minimum(1, limit / np.maximum(np.linalg.norm(v, axis=1), 1e-300))[:, None]


def barycentric(P, R, q, tau, reg=0.03):
    c = ((P[:, None] - R[None]).astype(float) ** 2).sum(2)
    sigma = max(c.std(ddof=1), 1e-8)
    limit = np.quantile(c, q, axis=1, keepdims=True)
    c = np.where(c > limit, limit + 50, c) / sigma
    la, lb = -np.log(len(P)), -np.log(len(R))
    lu, lv = np.zeros(len(P)), np.zeros(len(R))
    for _ in range(1000):
        nu = tau * (la - logsumexp(-c / reg + lv[None], axis=1))
        nv = tau * (lb - logsumexp(-c / reg + nu[:, None], axis=0))
        change = max(np.abs(nu - lu).max(), np.abs(nv - lv).max())
        lu, lv = nu, nv
        if change < 1e-6:
            break
    w = -c / reg + lv[None]
    w = np.exp(w - w.max(1, keepdims=True))
    return (w @ R.astype(float)) / w.sum(1, keepdims=True)


P, R = X[:60], np.concatenate([X[120:150], X[:10] + 40])
dens, _ = knn(X, 15)
m = dens.mean(1)
big = np.concatenate([rng.normal(c, 1, (800, 6)) for c in rng.normal(0, 4, (8, 6))]).astype(np.float32)
inertias = [MiniBatchKMeans(40, batch_size=256, max_iter=25, n_init=1, random_state=s, init_size=768).fit(big).inertia_ for s in range(5)]
table = np.array([[20, 3, 1], [2, 30, 4], [0, 5, 40], [7, 7, 7]])
r = lambda a: np.asarray(a, float).ravel().tolist()
_, y30 = knn(Y, 30)
_, x30 = knn(X, 30)
print(json.dumps({
    "n": N, "dims": D, "batches": B, "batch": batch.tolist(), "label": label.tolist(), "X": r(X), "Y": r(Y), "shift": r(shift),
    "density": r(m / (m.mean() + 1e-8) + 1e-8), "entropy30": r(entropy(idx30, 30)), "sparse": r(sparse), "bridge": r(bridge), "strain": strain(Y),
    "overlap": float(np.mean([len(set(a) & set(b)) / 30 for a, b in zip(x30, y30)])),
    "trustworthiness": trustworthiness(X, Y, n_neighbors=30),
    "smooth": r(smooth(shift, 0.5)), "capped": r(capped(shift, 0.8)), "guarded": r(guard(shift.astype(float))),
    "unbalanced": r(barycentric(P, R, 0.8, 0.4 / 0.43)), "balanced": r(barycentric(P, R, 0.9, 1.0)),
    "big": r(big), "bigN": len(big), "bigDims": 6, "inertia": float(np.median(inertias)),
    "table": table.ravel().tolist(), "cramersV": float(association(table, method="cramer")),
    "ari": adjusted_rand_score(label, batch), "nmi": normalized_mutual_info_score(label, batch),
    "sameLabel": float(np.mean(label[idx30] == label[:, None])),
}))

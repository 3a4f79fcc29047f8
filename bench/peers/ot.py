"""
Peer of `ot`: the transport loop on centroids in numpy, scipy and scikit-learn, as one would write it; same settings and data.
With --draws it does its own k-means and draws in full and goes on from those of the other side: both then walk the same path.
"""
import argparse

import numpy as np
from scipy.special import logsumexp
from sklearn.cluster import MiniBatchKMeans

from common import Clock

S = dict(reg=0.03, reg_m=0.4, sharpen=0.15, K_pseudo=24, pull=0.75, push=0.3, w_overlap=0.2, gamma=1.5, k_eval=30, max_iter=15, patience=3, tol=1e-3)


def lerp(a, b, t):
    return (1 - t) * a + t * b


def knn(points, k, queries=None, block=2048):
    """Exact neighbours by blocks of one matrix product each; the row itself left out. Distances from direct differences."""
    own = queries is None
    queries = points if own else queries
    norms = (points * points).sum(1)
    ids = np.empty((len(queries), k), np.int64)
    for start in range(0, len(queries), block):
        part = queries[start:start + block]
        d = norms[None] - 2 * (part @ points.T)
        if own:
            d[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        near = np.argpartition(d, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(d, near, 1), axis=1, kind="stable")
        ids[start:start + block] = np.take_along_axis(near, order, 1)
    lengths = np.empty(ids.shape, np.float32)
    for start in range(0, len(queries), block):
        lengths[start:start + block] = np.linalg.norm(queries[start:start + block, None] - points[ids[start:start + block]], axis=2)
    return lengths, ids


def entropy(ids, batch, B, k):
    p = np.stack([(batch[ids[:, :k]] == b).sum(1) for b in range(B)], 1) / (k + 1e-12)
    return -(p * np.log(p + 1e-12)).sum(1)


class Draws:
    """What chance decides (clusters, subsamples), in the order in which the loop asks: `given` is used instead of the own, all is kept in `used`."""

    def __init__(self, given=None):
        self.given, self.used = given, []

    def clusters(self, fit):
        return self._next(*(a.shape for a in fit)) or self._keep(*fit)

    def rows(self, ids):
        return (self._next(ids.shape) or self._keep(ids))[0]

    def _next(self, *shapes):
        return self.given and self._keep(*(self.given(shape, np.float32 if len(shape) == 2 else np.int32) for shape in shapes))

    def _keep(self, *arrays):
        self.used.append(arrays)
        return arrays


def words_of(path):
    """Reads arrays of four-byte words one after the other."""
    words, at = np.fromfile(path, np.int32), 0

    def take(shape, dtype):
        nonlocal at
        at += int(np.prod(shape))
        return words[at - int(np.prod(shape)):at].view(dtype).reshape(shape)

    return take


def kmeans(X, K, seed, weighted=True):
    K = max(2, min(K, len(X)))
    weights = None
    if weighted:
        m = knn(X, min(15, len(X) - 1))[0].mean(1)
        weights = m / (m.mean() + 1e-8) + 1e-8
    size = min(4096, max(4 * K, 256))
    model = MiniBatchKMeans(K, batch_size=size, max_iter=25, n_init=1, tol=0, max_no_improvement=10, reassignment_ratio=0.01, random_state=seed, init_size=max(3 * size, 3 * K))
    model.fit(X, sample_weight=weights)
    return model.cluster_centers_.astype(np.float32), model.labels_


def transport(P, R, q):
    c = ((P[:, None].astype(float) - R[None]) ** 2).sum(2)
    sigma = max(c.std(ddof=1), 1e-8)
    limit = np.quantile(c, q, axis=1, keepdims=True)
    c = np.where(c > limit, limit + 50, c) / sigma / -S["reg"]
    tau = S["reg_m"] / (S["reg_m"] + S["reg"])
    u, v = np.zeros(len(P)), np.zeros(len(R))
    for _ in range(1000):
        nu = tau * (-np.log(len(P)) - logsumexp(c + v, axis=1))
        nv = tau * (-np.log(len(R)) - logsumexp(c + nu[:, None], axis=0))
        change = max(np.abs(nu - u).max(), np.abs(nv - v).max())
        u, v = nu, nv
        if change < 1e-6:
            break
    w = np.exp(c + v - (c + v).max(1, keepdims=True))
    return (w @ R / w.sum(1, keepdims=True)).astype(np.float32)


def integrate(X0, batch, seed=0, draws=None):
    draws = draws or Draws()
    B = batch.max() + 1
    N = len(X0)
    starts = np.searchsorted(batch, np.arange(B + 1))
    d30, i30 = knn(X0, 30)
    d0, i0 = d30[:, :20], i30[:, :20]
    kmd = d0.mean(1)
    sparse = (kmd - kmd.min()) / (np.ptp(kmd) + 1e-12)
    bridge = (0.5 * np.clip(entropy(i30, batch, B, 15) / np.log(B), 0, 1) + 0.5 * sparse).astype(np.float32)
    smin, smax = lerp(0.75, 0.85, bridge), lerp(1.65, 1.25, bridge)
    mix0 = entropy(i30, batch, B, 30).mean()
    mu0, sd0 = X0.mean(0), X0.std(0) + 1e-8
    best, X, missed, log = dict(J=-np.inf, X=X0, overlap0=1.0, it=0), X0, 0, []
    for it in range(1, S["max_iter"] + 1):
        t = (it - 1) / (S["max_iter"] - 1)
        protos = [draws.clusters(kmeans(X[a:b], min(448, max(8, int(2 * np.sqrt(b - a)))), seed + it + 7)) for a, b in zip(starts, starts[1:])]
        stacked = np.concatenate([p for p, _ in protos])
        R, _ = draws.clusters(kmeans(stacked, min(1024, max(32, int(2 * np.sqrt(len(stacked))))), seed + it))
        shift = np.empty_like(X)
        for (P, nn), a, b in zip(protos, starts, starts[1:]):
            move = transport(P, R, lerp(0.8, 0.9, t)) - P
            m = np.linalg.norm(move, axis=1)
            s = 1 / (1 + m / (m.std() + 1e-8))
            shift[a:b] = (s[nn] * (1 - 0.35 * bridge[a:b]))[:, None] * move[nn]
        C, _ = draws.clusters(kmeans(X, max(8, S["K_pseudo"]), abs(seed) + 31, weighted=False))
        far = np.sqrt(np.maximum(((X[:, None] - C[None]) ** 2).sum(2), 0))
        near = np.argsort(far, axis=1)[:, :2]
        d1, d2 = np.take_along_axis(far, near, 1).T
        g = 1 / (1 + np.exp(((d2 - d1) / (np.median(d2) + 1e-8) - 1) / 0.8))
        away = X - C[near[:, 1]]
        field = (1 - 0.4 * bridge)[:, None] * (S["pull"] * (C[near[:, 0]] - X) + S["push"] * g[:, None] * away)
        field -= np.where(bridge > 0.7, 0.6, 0)[:, None] * away
        shift += S["sharpen"] * field
        lam = lerp(0.5, 0.35, t)
        mean = np.zeros_like(shift)
        for j in range(i0.shape[1]):
            mean += shift[i0[:, j]]
        v = np.where((sparse < np.quantile(sparse, 0.85))[:, None], (1 - lam) * shift + lam * mean / i0.shape[1], shift) * (1 - 0.12 * bridge)[:, None]
        v = lerp(0.75, 0.95, t) * v
        v *= np.minimum(1, (kmd + 1e-8) / np.maximum(np.linalg.norm(v, axis=1), 1e-30))[:, None]
        for _ in range(2):
            moved = X + v
            r = np.stack([np.linalg.norm(moved - moved[i0[:, j]], axis=1) for j in range(20)], 1) / (d0 + 1e-8)
            f = np.minimum(1, np.minimum(smax / (r.max(1) + 1e-8), (r.min(1) + 1e-8) / smin))
            if (f >= 0.999).all():
                break
            v *= f[:, None]
        Xc = X + v
        Xc = ((Xc - Xc.mean(0)) / (Xc.std(0) + 1e-8) * sd0 + mu0).astype(np.float32)
        mix = entropy(knn(Xc, 30)[1], batch, B, 30).mean()
        sub = draws.rows(np.sort(np.random.default_rng(seed + it).choice(N, min(5000, N), replace=False)))
        a, b = knn(X0[sub], 30)[1], knn(Xc[sub], 30)[1]
        overlap = np.mean([len(np.intersect1d(p, q)) for p, q in zip(a, b)]) / 30
        length = np.stack([np.linalg.norm(Xc - Xc[i0[:, j]], axis=1) for j in range(20)], 1)
        strain = np.mean(np.clip(length / (d0 + 1e-8) - 1, -1, 1) ** 2)
        floor = lerp(0.6, 0.7, t)
        J = mix - mix0 + 0.2 * overlap - strain - 1.5 * max(0, floor - overlap) ** 2 - 0.45 * max(0, best["overlap0"] - overlap)
        log.append(dict(it=it, mix=float(mix), overlap0=float(overlap), strain=float(strain), J=float(J)))
        if J > best["J"] + S["tol"]:
            X, missed = Xc, 0
            best = dict(J=J, X=Xc, overlap0=overlap, it=it)
        else:
            missed += 1
        if missed >= S["patience"]:
            break
    return mix0, log, best["X"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("points")
    parser.add_argument("--batches", type=int, required=True)
    parser.add_argument("--dims", type=int, required=True)
    parser.add_argument("--draws")
    options = parser.parse_args()
    points = np.fromfile(options.points, np.float32).reshape(-1, options.dims)
    batch = np.repeat(np.arange(options.batches), len(points) // options.batches)
    clock = Clock()
    mix0, log, _ = integrate(points, batch, draws=Draws(options.draws and words_of(options.draws)))
    clock.answer(cells=len(points), mix0=float(mix0), log=log)

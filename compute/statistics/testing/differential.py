"""Expected values of differential expression from scipy: rank-sum, Welch t, Benjamini-Hochberg, tails. Prints JSON."""
import json
import sys

import numpy as np
from scipy import stats

rng = np.random.default_rng(6)


def welch_df(a, b):
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    return float((va + vb) ** 2 / (va ** 2 / (len(a) - 1) + vb ** 2 / (len(b) - 1)))


def bh(p):
    p = np.asarray(p)
    order = np.argsort(p)
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(q, 1)
    return out.tolist()


def cases():
    out = []
    sizes = [(1, 1), (1, 7), (2, 2), (2, 5), (3, 3), (5, 7), (40, 60), (200, 1000), (1000, 1000), (1000, 3)]
    for n1, n2 in sizes:
        for kind in ('sparse', 'dense', 'ties', 'negative', 'shifted', 'constant', 'zero'):
            scale = 3.0 if kind == 'shifted' else 1.0
            a = rng.poisson(0.3 * scale * (4 if kind == 'dense' else 1), n1).astype(float)
            b = rng.poisson(0.3 * (4 if kind == 'dense' else 1), n2).astype(float)
            if kind == 'dense':
                a, b = a + rng.random(n1), b + rng.random(n2)
            if kind == 'negative':
                a, b = a - 1, b - 1
            if kind == 'shifted':
                a = a + 2 * (a > 0)
            if kind == 'constant':
                a[:], b[:] = 2, 2
            if kind == 'zero':
                a[:], b[:] = 0, 0
            a, b = a.astype(np.float32).astype(float), b.astype(np.float32).astype(float)
            with np.errstate(all='ignore'):
                u = stats.mannwhitneyu(a, b, method='asymptotic', use_continuity=True, alternative='two-sided')
                p = 1.0 if np.isnan(u.pvalue) else float(u.pvalue)
                t = stats.ttest_ind(a, b, equal_var=False) if min(n1, n2) > 1 else None
            finite = t is not None and np.isfinite(t.statistic)
            out.append({'kind': kind, 'group': a.tolist(), 'reference': b.tolist(), 'u': float(u.statistic), 'p': p,
                        't': float(t.statistic) if finite else None, 'tp': float(t.pvalue) if finite else None, 'df': welch_df(a, b) if finite else None})
    # far out: every group value above every reference value
    for n in (50, 200, 400):
        a = (np.arange(n) + 1000.0)
        b = np.arange(2 * n, dtype=float)
        u = stats.mannwhitneyu(a, b, method='asymptotic')
        t = stats.ttest_ind(a, b, equal_var=False)
        out.append({'kind': 'far', 'group': a.tolist(), 'reference': b.tolist(), 'u': float(u.statistic), 'p': float(u.pvalue),
                    't': float(t.statistic), 'tp': float(t.pvalue), 'df': welch_df(a, b)})
    return out


z = np.concatenate([[0, 1e-9, 1e-3], np.linspace(0.01, 37.5, 400), [38.0, 50.0, 200.0, 2000.0]])
tt = [(float(t), float(df)) for df in (0.5, 1, 1.7, 2, 5.5, 30, 199.3, 2e3, 4.1e4, 3e5, 2e6) for t in (1e-8, 0.01, 0.3, 1, 1.7, 2.5, 5, 11, 25, 36)]
ps = [rng.random(500).tolist(), [0.01, 0.04, 0.03, 0.5], (rng.random(300) ** 8).tolist(), np.round(rng.random(200), 1).tolist()]

print(json.dumps({
    'cases': cases(),
    'normal': {'z': z.tolist(), 'p': (2 * stats.norm.sf(z)).tolist(), 'logP': (np.log(2) + stats.norm.logsf(z)).tolist()},
    'student': [{'t': t, 'df': df, 'p': float(2 * stats.t.sf(t, df))} for t, df in tt],
    'fdr': [{'p': p, 'q': bh(p)} for p in ps],
    'spearman': [{'a': a, 'b': b, 'r': float(stats.spearmanr(a, b)[0])} for a, b in [([1, 2, 2, 5, 3], [2, 1, 4, 4, 4]), (rng.random(50).tolist(), rng.integers(0, 6, 50).tolist())]],
    'scipy': __import__('scipy').__version__,
}, allow_nan=False))

"""Groups against the rest and against a control, as scipy tests and as scanpy's rank_genes_groups scores: /usr/bin/python3 make_modes.py > modes.json."""
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(3)
N, G = 90, 9
slot = rng.integers(0, 4, N)  # 0: the control, or cells of groups that are not tested
rates = rng.gamma(1, 1.2, G) * np.where(rng.random((4, G)) < 0.4, 2.5, 1)
counts = rng.poisson(rates[slot])
counts[:, 6] = 0
counts[:, 7] = np.where(slot == 2, counts[:, 7] + 1, 0)  # only one group has it
counts[:, 8] = 3  # the same everywhere
counts[5, 0] = 400
x = np.log1p(counts.astype(float)).astype(np.float32).astype(float)


def scored(values, a, b, ties):
    """scanpy: z of the rank sum, no continuity correction; NaN scores are 0."""
    n, m = a.sum(), b.sum()
    ranks = np.apply_along_axis(stats.rankdata, 0, values[a | b])
    total = ranks[a[a | b]].sum(0)
    factor = np.array([stats.tiecorrect(column) for column in ranks.T]) if ties else 1
    with np.errstate(all="ignore"):
        z = (total - n * (n + m + 1) / 2) / np.sqrt(factor * n * m * (n + m + 1) / 12)
    z[~np.isfinite(z)] = 0
    return z, 2 * stats.norm.sf(np.abs(z))


def welch(values, a, b, overestimate):
    n = a.sum()
    m = n if overestimate else b.sum()
    with np.errstate(all="ignore"):
        test = stats.ttest_ind_from_stats(values[a].mean(0), values[a].std(0, ddof=1), n, values[b].mean(0), values[b].std(0, ddof=1), m, equal_var=False)
    t, p = np.asarray(test.statistic), np.asarray(test.pvalue)
    return np.where(np.isnan(t), 0, t), np.where(np.isnan(p), 1, p)


def mwu(values, a, b):
    test = stats.mannwhitneyu(values[a], values[b], method="asymptotic", axis=0)
    return test.statistic, np.where(np.isnan(test.pvalue), 1, test.pvalue)


answers = []
for rest in (False, True):
    for name in ("wilcoxon", "wilcoxon_counts", "scanpy", "scanpy_ties", "t-test", "t-test_overestim_var"):
        for target in (1, 2, 3):
            a, b = slot == target, slot != target if rest else slot == 0
            values = counts.astype(float) if name == "wilcoxon_counts" else x
            if name.startswith("scanpy"):
                statistic, p = scored(values, a, b, name == "scanpy_ties")
            elif name.startswith("t-test"):
                statistic, p = welch(values, a, b, name != "t-test")
            else:
                statistic, p = mwu(values, a, b)
            logs = np.log1p(counts.astype(float)) if name == "wilcoxon_counts" else x
            answers.append({
                "rest": rest, "test": name, "target": target - 1, "statistic": statistic.tolist(), "p_value": p.tolist(), "target_mean": np.expm1(logs[a].mean(0)).tolist(),
                "ref_mean": np.expm1(logs[b].mean(0)).tolist(), "pct_expressed_ref": (100 * (counts[b] > 0).mean(0)).tolist(),
            })
print(json.dumps({"slot": slot.tolist(), "counts": counts.tolist(), "answers": answers}, separators=(",", ":")))

"""Differential expression of one plate by scipy: arguments are the file and requests as JSON; prints one answer for each."""
import json
import sys

import h5py
import numpy as np
from scipy import sparse, stats

path, requests = sys.argv[1], json.loads(sys.argv[2])
with h5py.File(path) as f:
    x = sparse.csr_matrix((f['X/data'][:], f['X/indices'][:], f['X/indptr'][:]), shape=tuple(f['X'].attrs['shape'])).astype(np.float32)

    def column(name):
        item = f['obs'][name]
        if isinstance(item, h5py.Group):
            categories = np.array([c.decode() for c in item['categories'][:]])
            codes = item['codes'][:]
            return np.where(codes < 0, '', categories[codes])
        return np.array([v.decode() if isinstance(v, bytes) else v for v in item[:]])

    lines, labels, drugs, wells, level = (column(n) for n in ('cell_line', 'drugname_drugconc', 'drug', 'sample', 'pass_filter'))


def bh(p):
    order = np.argsort(p, kind='stable')
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(q, 1)
    return out


def answer(line, label, method, rest=False, scanpy=False):
    stratum = (lines == line) & (level == 'full')
    counts = x[stratum].toarray()
    totals = counts.astype(float).sum(1)
    target_sum = np.median(totals[totals > 0])
    scaled = (counts * (target_sum / totals)[:, None]).astype(np.float32)
    lognorm = np.log1p(scaled.astype(float)).astype(np.float32).astype(float)
    group, control = labels[stratum] == label, drugs[stratum] == 'DMSO_TF'
    if rest:
        control = ~group & (labels[stratum] != '')
    values = {'wilcoxon_counts': counts.astype(float)}.get(method, lognorm)
    a, b = values[group], values[control]
    logs = np.log1p(counts.astype(float)) if method == 'wilcoxon_counts' else lognorm
    mean_a, mean_b = np.expm1(logs[group].mean(0)), np.expm1(logs[control].mean(0))
    with np.errstate(all='ignore'):
        if method == 'pseudobulk':
            names = wells[stratum]

            def bulk(mask):
                sums = [(counts[mask & (names == w)].astype(float).sum(0), totals[mask & (names == w)].sum()) for w in np.unique(names[mask])]
                return np.array([np.log2((s + 0.5) / (t + 1) * 1e6) for s, t in sums])

            a, b = bulk(group), bulk(control)
            mean_a, mean_b = 2 ** a.mean(0), 2 ** b.mean(0)
        if scanpy:
            # z of the rank sum without corrections; NaN scores are 0
            n, m = len(a), len(b)
            ranks = stats.rankdata(np.concatenate([a, b]), axis=0)[:n].sum(0)
            statistic = np.nan_to_num((ranks - n * (n + m + 1) / 2) / np.sqrt(n * m * (n + m + 1) / 12))
            p = 2 * stats.norm.sf(np.abs(statistic))
        elif method in ('t-test', 'pseudobulk'):
            test = stats.ttest_ind(a, b, equal_var=False) if len(a) > 1 else None
            statistic = np.full(x.shape[1], np.nan) if test is None else np.asarray(test.statistic)
            p = np.full(x.shape[1], np.nan) if test is None else np.asarray(test.pvalue)
            if test is not None:
                same = (a.var(0) == 0) & (b.var(0) == 0)
                statistic, p = np.where(same, 0.0, statistic), np.where(same, 1.0, p)
        else:
            test = stats.mannwhitneyu(a, b, method='asymptotic', use_continuity=True, alternative='two-sided', axis=0)
            statistic, p = test.statistic, np.where(np.isnan(test.pvalue), 1.0, test.pvalue)
    fdr = np.full(len(p), np.nan) if np.isnan(p).all() else bh(p)
    clean = lambda v: [None if np.isnan(n) else float(n) for n in v]
    return {
        'cells': [int(group.sum()), int(control.sum())], 'target_sum': float(target_sum), 'statistic': clean(statistic), 'p_value': clean(p), 'fdr': clean(fdr),
        'target_mean': clean(mean_a), 'ref_mean': clean(mean_b), 'log2_fold_change': clean(np.log2((mean_a + 1e-9) / (mean_b + 1e-9))),
        'pct_expressed_target': clean(100 * (counts[group] > 0).mean(0)), 'pct_expressed_ref': clean(100 * (counts[control] > 0).mean(0)),
    }


print(json.dumps([answer(*request) for request in requests], allow_nan=False))

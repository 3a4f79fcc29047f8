"""Peer of `de`: the whole plate in memory, normalised and logged, then scipy's rank-sum test gene by gene for every condition.

That is what pdex and its users do. All genes would take hours, so every N-th gene is tested (--every) and the time of the
tests is multiplied by all genes over tested genes; reading and normalising are done, and timed, for the whole plate.
"""
import argparse
import json
import time

import h5py
import numpy as np
from scipy import stats

from common import Plate


def labels_of(path, name):
    with h5py.File(path, 'r') as file:
        item = file['obs'][name]
        if not isinstance(item, h5py.Group):
            return np.array([v.decode() for v in item[:]])
        return np.array([c.decode() for c in item['categories'][:]])[item['codes'][:]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('file')
    parser.add_argument('--drugs', required=True)
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--counts', action='store_true')
    parser.add_argument('--out', required=True)
    options = parser.parse_args()
    drugs = json.loads(options.drugs)
    start = time.perf_counter()
    plate = Plate(options.file)
    x = plate.block(0, plate.cells).astype(np.float32)
    labels = np.char.strip(labels_of(options.file, 'drug'))
    if not options.counts:
        totals = np.asarray(x.sum(axis=1, dtype=np.float64)).ravel()
        factor = np.median(totals[totals > 0]) / totals
        x.data = np.log1p((x.data * np.repeat(factor, np.diff(x.indptr))).astype(np.float32).astype(np.float64)).astype(np.float32)
    by_gene = x.tocsc()
    rows = [np.flatnonzero(labels == drug) for drug in drugs]
    control = np.flatnonzero(labels == 'DMSO_TF')
    prepared = time.perf_counter() - start
    genes = np.arange(0, plate.genes, options.every)
    u, p = np.zeros((len(drugs), genes.size)), np.ones((len(drugs), genes.size))
    start = time.perf_counter()
    for at, gene in enumerate(genes):
        values = by_gene[:, [gene]].toarray().ravel()
        reference = values[control]
        for d, cells in enumerate(rows):
            test = stats.mannwhitneyu(values[cells], reference, alternative='two-sided', use_continuity=True, method='asymptotic')
            u[d, at] = test.statistic
            p[d, at] = 1.0 if np.isnan(test.pvalue) else test.pvalue
    tested = time.perf_counter() - start
    scaled = tested * plate.genes / genes.size
    json.dump({'genes': genes.tolist(), 'u': u.tolist(), 'p': p.tolist()}, open(options.out + '.json', 'w'))
    print(json.dumps({'seconds': prepared + scaled, 'prepared_seconds': prepared, 'tested_seconds': tested, 'tested_genes': int(genes.size), 'scale': plate.genes / genes.size, 'file': options.out + '.json'}))


main()

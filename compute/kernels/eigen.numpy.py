"""Reference eigenpairs: reads an n x n float64 matrix, writes numpy.linalg.eigh's values and vectors (as rows), descending.

Usage: eigen.numpy.py MATRIX N VALUES VECTORS (raw little-endian files)
"""
import sys

import numpy as np

matrix_path, order, values_path, vectors_path = sys.argv[1:]
n = int(order)
values, vectors = np.linalg.eigh(np.fromfile(matrix_path).reshape(n, n))
values[::-1].copy().tofile(values_path)
vectors.T[::-1].copy().tofile(vectors_path)

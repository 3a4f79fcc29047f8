"""Peer of `read`: every value of X through h5py into scipy CSR blocks, one thread."""
import argparse

from common import Clock, Plate, ranges

parser = argparse.ArgumentParser()
parser.add_argument("files", nargs="+")
parser.add_argument("--block-rows", type=int, default=10_000)
options = parser.parse_args()

clock = Clock()
cells = stored = 0
total = 0.0
for path in options.files:
    plate = Plate(path)
    for start, end in ranges(plate.cells, options.block_rows):
        block = plate.block(start, end)
        stored += block.nnz
        # counts are integers, so this sum is exact in any order
        total += float(block.data.sum(dtype="float64"))
    cells += plate.cells
clock.answer(cells=cells, stored=stored, sum=total)

"""Answers each line `rows cols` with the milliseconds of numpy's singular values of a Gaussian matrix."""

import sys
import time

import numpy

matrices = {}
for line in sys.stdin:
    rows, cols = map(int, line.split())
    if line not in matrices:
        matrices[line] = numpy.random.default_rng(rows * cols).standard_normal((rows, cols))
    started = time.perf_counter()
    values = numpy.linalg.svd(matrices[line], compute_uv=False)
    print((time.perf_counter() - started) * 1000, values[0], flush=True)

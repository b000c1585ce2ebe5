"""Answers each line `rows cols count method` with the milliseconds of processor time of the singular values
of so many Gaussian matrices, and the largest value. Methods: svd (numpy, float64), svdvals32 (scipy, float32),
eigvalsh (numpy, of the Gram matrix, float64). A method that is not there is answered by `absent`."""

import sys
import time

import numpy

try:
    from scipy.linalg import svdvals
except ImportError:
    svdvals = None


def gram_values(matrix):
    gram = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    return numpy.sqrt(numpy.maximum(numpy.linalg.eigvalsh(gram), 0))[::-1]


def values_of(matrices, method):
    if method == "svd":
        return numpy.linalg.svd(matrices, compute_uv=False)[-1]
    return [svdvals(each) if method == "svdvals32" else gram_values(each) for each in matrices][-1]


batches = {}
for line in sys.stdin:
    rows, cols, count, method = line.split()
    if method == "svdvals32" and svdvals is None:
        print("absent", flush=True)
        continue
    shape = (int(count), int(rows), int(cols))
    if (shape, method) not in batches:
        batch = numpy.random.default_rng(shape[1] * shape[2]).standard_normal(shape)
        batches[shape, method] = batch.astype(numpy.float32) if method == "svdvals32" else batch
    started = time.process_time()
    values = values_of(batches[shape, method], method)
    print((time.process_time() - started) * 1000, values[0], flush=True)

"""Answers each line `rows cols count method` with two times in milliseconds, of the processor and by the clock, of
the singular values of so many Gaussian matrices, and the largest value. Methods: svd (numpy, float64), svdvals32
(scipy, float32), eigvalsh (numpy, of the Gram matrix, float64). A method that is not there is answered by `absent`.

A line `shapes ROWSxCOLSxCOUNT,...` is answered with the times of svd on Gaussian matrices of these shapes: one of
each is timed and counts as many times as there are."""

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


def gaussian(shape):
    return numpy.random.default_rng(shape[-2] * shape[-1]).standard_normal(shape)


def timed(work):
    """Milliseconds of processor and clock, and what the work gave."""
    before = (time.process_time(), time.perf_counter())
    values = work()
    after = (time.process_time(), time.perf_counter())
    return [(after[k] - before[k]) * 1000 for k in (0, 1)], values


def time_of_shapes(text):
    total = [0.0, 0.0]
    for each in text.split(","):
        rows, cols, count = map(int, each.split("x"))
        matrix = gaussian((rows, cols))
        times, _ = timed(lambda: numpy.linalg.svd(matrix, compute_uv=False))
        total = [sum_ + count * time_ for sum_, time_ in zip(total, times)]
    return total


batches = {}
for line in sys.stdin:
    if line.startswith("shapes "):
        print(*time_of_shapes(line.split()[1]), 0, flush=True)
        continue
    rows, cols, count, method = line.split()
    if method == "svdvals32" and svdvals is None:
        print("absent", flush=True)
        continue
    shape = (int(count), int(rows), int(cols))
    if (shape, method) not in batches:
        batch = gaussian(shape)
        batches[shape, method] = batch.astype(numpy.float32) if method == "svdvals32" else batch
    times, values = timed(lambda: values_of(batches[shape, method], method))
    print(*times, values[0], flush=True)

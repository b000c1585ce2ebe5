"""WeightWatcher over one ONNX file: referenceRun.py MODEL.onnx. Prints the versions, seconds and rows as one line of JSON."""

import contextlib
import io
import json
import logging
import math
import sys
import time

import numpy
import onnx
import weightwatcher

logging.disable(logging.CRITICAL)
started = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    watcher = weightwatcher.WeightWatcher(model=onnx.load(sys.argv[1]))
    details = watcher.analyze(mp_fit=True, detX=True)
seconds = time.perf_counter() - started


def plain(value):
    """What JSON can hold; null for NaN and infinities."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    return str(value)


rows = [{key: plain(value) for key, value in row.items()} for row in details.to_dict("records")]
found = {"version": weightwatcher.__version__, "numpy": numpy.__version__, "seconds": seconds, "rows": rows}
print(json.dumps(found))

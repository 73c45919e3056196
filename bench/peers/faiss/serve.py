"""FAISS's exact indexes over given vectors, timed on command.   python3 serve.py FOLDER DIMENSIONS THREADS

The folder holds vectors.f32 and queries.f32 (little-endian, row by row) and codes.u1 and queries.u1 (a bit for each
dimension). Answers each line on stdin with one line on stdout:
    check KIND                 →  ids of the ten nearest of all queries, one query a call, int64, in base64
    time KIND PASSES QUERIES   →  median and minimum of a call with so many queries, ms
KIND is binary (IndexBinaryFlat) or flat (IndexFlatIP).
"""
import base64
import sys
import time

import faiss
import numpy

folder, dimensions, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
faiss.omp_set_num_threads(threads)
size = (dimensions + 7) // 8
vectors = numpy.fromfile(f"{folder}/vectors.f32", dtype="<f4").reshape(-1, dimensions)
queries = {
    "flat": numpy.fromfile(f"{folder}/queries.f32", dtype="<f4").reshape(-1, dimensions),
    "binary": numpy.fromfile(f"{folder}/queries.u1", dtype=numpy.uint8).reshape(-1, size),
}
indexes = {"flat": faiss.IndexFlatIP(dimensions), "binary": faiss.IndexBinaryFlat(size * 8)}
indexes["flat"].add(vectors)
indexes["binary"].add(numpy.fromfile(f"{folder}/codes.u1", dtype=numpy.uint8).reshape(-1, size))

turn = 0
print(f"faiss {faiss.__version__}", flush=True)
for line in sys.stdin:
    command, kind, *numbers = line.split()
    index, query = indexes[kind], queries[kind]
    if command == "check":
        ids = numpy.concatenate([index.search(query[i:i + 1], 10)[1] for i in range(len(query))])
        answer = base64.b64encode(ids.astype("<i8").tobytes()).decode()
    elif command == "time":
        passes, count = int(numbers[0]), int(numbers[1])
        times = []
        for _ in range(passes):
            turn = 0 if turn + 2 * count > len(query) else turn + count
            start = time.perf_counter()
            index.search(query[turn:turn + count], 10)
            times.append((time.perf_counter() - start) * 1e3)
        times.sort()
        answer = f"{times[len(times) // 2]} {times[0]}"
    else:
        answer = f"error: unknown command {command}"
    print(answer, flush=True)

"""Processor time of one call: onnxruntime in this process beside our engines in another, taking turns.

    compare.py PROGRAM FULL.onnx INT8.onnx [ROUNDS]

PROGRAM is the built benchmark `backends`. One thread each. Prints a table of milliseconds (the least of all rounds,
which is what a call costs when nobody disturbs it) and of ratios to onnxruntime on the same file.
"""

import os
import subprocess
import sys
import time

import numpy
import onnxruntime

LENGTHS = [16, 64, 128, 256]
BATCHES = [1, 8]


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def measure(model, batch, length, calls):
    ids = numpy.array([[1000 + (row * 7919 + at * 104729) % 20000 for at in range(length)] for row in range(batch)])
    known = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
    inputs = {entry.name: known[entry.name] for entry in model.get_inputs()}
    model.run(None, inputs)
    start = time.process_time()
    for _ in range(calls):
        model.run(None, inputs)
    return (time.process_time() - start) * 1000 / calls


def main():
    program, full, int8 = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    ours = subprocess.Popen(
        [program, "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"RAYON_NUM_THREADS": "1"},
    )
    names = ours.stdout.readline().split()
    theirs = {"onnxruntime": session(full), "onnxruntime-int8": session(int8)}

    def ask(name, batch, length, calls):
        print(name, batch, length, calls, file=ours.stdin, flush=True)
        return float(ours.stdout.readline())

    columns = ["onnxruntime", "rten", "tract", "candle", "onnxruntime-int8", "rten-int8"]
    columns = [name for name in columns if name in theirs or name in names]
    print("| batch × tokens | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for batch in BATCHES:
        for length in LENGTHS:
            calls = max(1, 512 // (batch * length))
            least = {}
            for _ in range(rounds):
                for name in columns:
                    if name in theirs:
                        took = measure(theirs[name], batch, length, calls)
                    else:
                        ask(name, batch, length, 1)
                        took = ask(name, batch, length, calls)
                    least[name] = min(took, least.get(name, took))
            cells = []
            for name in columns:
                base = least["onnxruntime-int8" if name.endswith("int8") else "onnxruntime"]
                ratio = "" if name in theirs else f" ({least[name] / base:.2f})"
                cells.append(f"{least[name]:.1f}{ratio}")
            print(f"| {batch} × {length} | " + " | ".join(cells) + " |", flush=True)
    ours.stdin.close()
    ours.wait()


main()

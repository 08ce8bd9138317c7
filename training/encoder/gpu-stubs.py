"""Empty stand-ins for the GPU libraries that torch's wheel links but a CPU run never calls: the symbols with their versions, and
nothing behind them. Needs gcc and readelf.

    python training/encoder/gpu-stubs.py TORCH/lib STUBS        then put STUBS on LD_LIBRARY_PATH
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

LINKED_BY = ("libtorch_cuda.so", "libtorch_cuda_linalg.so", "libtorch_nvshmem.so", "libtorch_python.so", "libc10_cuda.so", "libtorch_cpu.so")
# Libraries whose symbols have no versions are told by how their symbols begin.
PREFIX = {
    "libcusparse.so.12": None,
    "libcufft.so.11": "cufft",
    "libcufile.so.0": "cuFile",
    "libcusparseLt.so.0": "cusparseLt",
    "libnccl.so.2": "nccl",
    "libcurand.so.10": "curand",
    "libcublas.so.12": None,
    "libcublasLt.so.12": None,
    "libcudnn.so.9": "cudnn",
    "libcusolver.so.11": None,
    "libnvshmem_host.so.3": None,
}


def readelf(flag, file):
    return subprocess.run(["readelf", flag, "-W", file], capture_output=True, text=True, check=True).stdout.splitlines()


def needed(folder):
    """Versions by library, and undefined symbols by version ('' for those without one)."""
    versions, symbols = collections.defaultdict(set), collections.defaultdict(set)
    for name in LINKED_BY:
        library = None
        for line in readelf("-V", f"{folder}/{name}"):
            if found := re.search(r"File: (\S+)", line):
                library = found[1]
            elif library and (found := re.search(r"Name: (\S+)\s+Flags", line)):
                versions[library].add(found[1])
        for line in readelf("--dyn-syms", f"{folder}/{name}"):
            parts = line.split()
            if len(parts) > 7 and parts[6] == "UND":
                symbol, _, version = parts[7].partition("@")
                symbols[version.lstrip("@")].add(symbol)
    return versions, symbols


def main(folder, out):
    versions, symbols = needed(folder)
    os.makedirs(out, exist_ok=True)
    for library, prefix in PREFIX.items():
        parts = {version: sorted(symbols[version]) for version in versions.get(library, ())}
        if not parts and prefix:
            parts = {"": sorted(symbol for symbol in symbols[""] if symbol.startswith(prefix))}
        with tempfile.TemporaryDirectory() as work:
            source, script = f"{work}/stub.c", f"{work}/stub.map"
            with open(source, "w") as file:
                file.writelines(f"void {symbol}(void){{}}\n" for some in parts.values() for symbol in some)
            with open(script, "w") as file:
                file.writelines(
                    f"{version} {{ global: {' '.join(f'{symbol};' for symbol in some)} }};\n" for version, some in parts.items() if version
                )
            linked = [f"-Wl,--version-script={script}"] if any(parts) else []
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", f"{out}/{library}", f"-Wl,-soname,{library}", source, *linked], check=True)


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])

#!/usr/bin/env bash
# Installs @tensorflow/tfjs-node-gpu 4.22.0 beside Assay, against TensorFlow 2.15.1 (CUDA 12) from its PyPI wheel.
# The package's own install script fetches from outside the registries; this one needs the npm and PyPI registries, and
# python3 with pip, unzip, make and a C++ compiler. Without a CUDA device the same library computes on the CPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
PACKAGE=@tensorflow/tfjs-node-gpu@4.22.0
WHEEL=tensorflow==2.15.1
SHA256=bb0edd69103c154245c5f209f0507355cc68ba7e4de350084bc31edc562478e4

for tool in python3 unzip make g++ npm; do
  command -v "$tool" >/dev/null || { echo "deploy/gpu/install.sh needs $tool" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# npm does not install an optional peer into the project that declares it ("up to date"), so the package is installed in
# a folder of its own and moved here whole: what it depends on lies below it and meets none of ours.
npm install --prefix "$work/npm" --ignore-scripts --no-audit --no-fund --silent "$PACKAGE"
addon=node_modules/@tensorflow/tfjs-node-gpu
rm -rf "$addon"
mkdir -p node_modules/@tensorflow
mv "$work/npm/node_modules/@tensorflow/tfjs-node-gpu" "$addon"
mv "$work/npm/node_modules" "$addon/node_modules"

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
  --platform manylinux_2_17_x86_64 --dest "$work" "$WHEEL"
wheel=$(echo "$work"/tensorflow-*.whl)
echo "$SHA256  $wheel" | sha256sum --check --quiet
# 11: a pattern matched nothing, which is no harm for the folders of headers.
unzip -q "$wheel" 'tensorflow/libtensorflow_cc.so.2' 'tensorflow/libtensorflow_framework.so.2' \
  'tensorflow/include/tensorflow/c/*' 'tensorflow/include/tensorflow/core/platform/*' \
  'tensorflow/include/tsl/*' 'tensorflow/include/xla/*' 'tensorflow/include/external/*' -d "$work" || [ $? -eq 11 ]
rm "$wheel"

mkdir -p "$addon/deps/lib" "$addon/deps/include"
mv "$work"/tensorflow/libtensorflow_cc.so.2 "$work"/tensorflow/libtensorflow_framework.so.2 "$addon/deps/lib/"
ln -sf libtensorflow_cc.so.2 "$addon/deps/lib/libtensorflow.so"
ln -sf libtensorflow_cc.so.2 "$addon/deps/lib/libtensorflow.so.2"
ln -sf libtensorflow_framework.so.2 "$addon/deps/lib/libtensorflow_framework.so"
cp -r "$work"/tensorflow/include/. "$addon/deps/include/"

(
  cd "$addon"
  npx --yes node-gyp@10 rebuild --loglevel=warn \
    --module_name=tfjs_binding --module_path=lib/napi-v8 --napi_version=9 --napi_build_version=8
  mkdir -p lib/napi-v8
  [ -f lib/napi-v8/tfjs_binding.node ] || cp build/Release/tfjs_binding.node lib/napi-v8/
)
node deploy/gpu/check.mjs

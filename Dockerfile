# syntax=docker/dockerfile:1
# Two targets: `cpu` (default) and `gpu` (tfjs-node-gpu on CUDA 12). Both run as a user without rights, with a health check.
#   docker build -t assay .            docker build --target gpu -t assay:gpu .

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
# Of the encoder's engines, what is for other systems and for browsers stays out: 340 MB.
RUN find node_modules/onnxruntime-node -type d '(' -name darwin -o -name win32 ')' -prune -exec rm -r {} + \
  && find node_modules/onnxruntime-web/dist -type f ! -name 'ort.node.min.mjs' ! -name 'ort.node.min.js' \
  ! -name 'ort-wasm-simd-threaded.mjs' ! -name 'ort-wasm-simd-threaded.wasm' -delete
COPY . .
RUN node scripts/build.js

FROM node:20-bookworm-slim AS cpu
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 ASSAY_HOME=/data
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/assay.js"]
CMD ["serve"]

# TensorFlow's C library comes from the pinned PyPI wheel; CUDA 12 and cuDNN 8.9 from the base image.
FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04 AS gpu-build
RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates python3 python3-pip make g++ unzip \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local /usr/local
WORKDIR /app
COPY --from=build /app /app
RUN bash deploy/gpu/install.sh

FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04 AS gpu
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 ASSAY_HOME=/data ASSAY_ENGINE=tfjs ASSAY_DEVICE=gpu
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=gpu-build --chown=root:root /app /app
RUN useradd --uid 1000 --create-home node && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/assay.js"]
CMD ["serve"]

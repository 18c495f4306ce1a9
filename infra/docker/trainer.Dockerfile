# syntax=docker/dockerfile:1
# The trainer: the runtime in Node, the program it spawns in Python. CPU only. Build at the root: docker build -f infra/docker/trainer.Dockerfile -t whetstone/trainer .

FROM node:24.21.0-trixie-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY schemas/package.json schemas/
COPY workers/core/package.json workers/core/
COPY gpu-runners/runtime/package.json gpu-runners/runtime/
COPY gpu-runners/trainer/package.json gpu-runners/trainer/
# Not `npm ci`: it refuses a lock that leaves out binaries of other platforms. Versions come from the lock all the same.
# hadolint ignore=DL3016
RUN --mount=type=cache,target=/root/.npm \
    npm install --no-save --omit=dev --ignore-scripts --workspace gpu-runners/trainer

FROM ghcr.io/astral-sh/uv:0.13.9-python3.12-trixie-slim AS python
WORKDIR /app/gpu-runners/trainer
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY gpu-runners/trainer/pyproject.toml gpu-runners/trainer/uv.lock ./
# The lock names wheels with CUDA inside; the same versions without it come from the CPU index.
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/root/.cache/uv \
    uv venv \
    && uv export --locked --no-dev --no-emit-project --no-hashes | grep -E "^torch(vision)?==" >torch.txt \
    && uv pip install --default-index https://download.pytorch.org/whl/cpu -r torch.txt \
    && uv export --locked --no-dev --no-emit-project --prune torch --prune torchvision >rest.txt \
    && uv pip install --no-deps -r rest.txt

FROM python:3.12.12-slim-trixie
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin runner
WORKDIR /app
ENV NODE_ENV=production HOME=/tmp OMP_WAIT_POLICY=passive PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=install /usr/local/bin/node /usr/local/bin/node
COPY --from=install /app ./
COPY --from=python /app/gpu-runners/trainer/.venv gpu-runners/trainer/.venv
COPY schemas/src schemas/src
COPY workers/core/src workers/core/src
COPY gpu-runners/runtime/src gpu-runners/runtime/src
COPY gpu-runners/trainer gpu-runners/trainer
COPY infra/docker/healthcheck.mjs infra/docker/
ARG CODE_VERSION=unknown
ENV WHETSTONE_CODE_VERSION=$CODE_VERSION
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "infra/docker/healthcheck.mjs"]
# Exec form, so that SIGTERM reaches the runner: it checkpoints and hands the task back.
ENTRYPOINT ["tini", "--", "node", "gpu-runners/trainer/src/main.ts", "--json"]

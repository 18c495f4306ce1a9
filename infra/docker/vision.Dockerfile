# syntax=docker/dockerfile:1
# The vision runner on CPU. Build at the root: docker build -f infra/docker/vision.Dockerfile -t whetstone/vision .

FROM node:24.21.0-trixie-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY schemas/package.json schemas/
COPY gpu-runners/runtime/package.json gpu-runners/runtime/
COPY gpu-runners/vision/package.json gpu-runners/vision/
# Not `npm ci`: it refuses a lock that leaves out binaries of other platforms. Versions come from the lock all the same.
# hadolint ignore=DL3016
RUN --mount=type=cache,target=/root/.npm \
    npm install --no-save --omit=dev --ignore-scripts --workspace gpu-runners/vision

FROM node:24.21.0-trixie-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin runner
WORKDIR /app
# Few arenas and a small young generation: the memory of many small images is given back soon.
ENV NODE_ENV=production HOME=/tmp MALLOC_ARENA_MAX=2 NODE_OPTIONS=--max-semi-space-size=4
COPY --from=install /app ./
COPY schemas/src schemas/src
COPY gpu-runners/runtime/src gpu-runners/runtime/src
COPY gpu-runners/vision gpu-runners/vision
COPY infra/docker/healthcheck.mjs infra/docker/
ARG CODE_VERSION=unknown
ENV WHETSTONE_CODE_VERSION=$CODE_VERSION
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "infra/docker/healthcheck.mjs"]
# tini reaps the children that decode images; exec form, so that SIGTERM reaches the runner and it drains.
ENTRYPOINT ["tini", "--", "node", "gpu-runners/vision/src/main.ts", "--json"]

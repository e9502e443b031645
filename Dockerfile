# syntax=docker/dockerfile:1
# One image for every component; compose and Kubernetes say which entry point it runs. Without one it is the embedded deployment.
# Exact versions; where your registry mirrors the base, pin it further by digest: --build-arg NODE_IMAGE=…@sha256:…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /app

# The package files alone, whichever workspaces there are: later layers stay cached while only sources change.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
  && find . -type d -empty -delete

FROM base AS station
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY core core
COPY dashboards/nurse-station dashboards/nurse-station
COPY tsconfig.base.json ./
RUN npm run --silent build -w dashboards/nurse-station

# The base brings Node: the optional packages, which carry another, stay out.
FROM base AS packages
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts

FROM base AS runtime
# tini is PID 1: it passes signals on also before Node has its handlers, and a child never stays a zombie.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 1000 -g 1000 -m 0700 /data
COPY --from=packages /app ./
COPY core core
COPY ingest-gateway ingest-gateway
COPY stream-processors stream-processors
COPY alert-engine alert-engine
COPY device-simulator device-simulator
COPY deploy deploy
COPY --from=station /app/dashboards/nurse-station/dist dashboards/nurse-station/dist
# Files are root's and the process is not: it can change none of them. Only the embedded deployment writes, to /data.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
USER 1000:1000
EXPOSE 1883 8080 9464
LABEL org.opencontainers.image.title="Vitalwire"
# Health is asked by compose and Kubernetes, which know the component and its port.
ENTRYPOINT ["tini", "--", "node"]
# As npm start runs it: a small young generation, for short stops and less memory (docs/performance.md).
CMD ["--max-semi-space-size=8", "deploy/embedded/src/main.ts"]

# A node alone, small in memory, for a central API elsewhere. Build it from the root of the repository:
#   docker build -f infra/docker/node.Dockerfile -t citygate-node .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY patches patches
COPY schema/package.json schema/
COPY central-api/package.json central-api/
COPY nodes/package.json nodes/
COPY infra/package.json infra/
COPY test/package.json test/
# Only what the command is made of; the secret is for a registry of your own.
RUN --mount=type=secret,id=npmrc \
    export NPM_CONFIG_USERCONFIG=/run/secrets/npmrc \
    && npm ci --ignore-scripts --omit=optional --workspace @citygate/infra --no-audit --no-fund \
    && npm install --no-save --ignore-scripts --no-audit --no-fund \
    "esbuild@$(node -p "require('./package-lock.json').packages['node_modules/esbuild'].version")"
COPY . .
RUN node infra/scripts/build.ts citygate-node

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    CITYGATE_DATA=/data \
    CITYGATE_STATUS_FILE=/tmp/citygate.json
COPY --from=build /src/dist/citygate-node /app
COPY infra/docker/health.mjs /app/
RUN ln -s /app/citygate-node /usr/local/bin/citygate && mkdir /data && chown 1000:1000 /data
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8200 8201 8202 8203
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["node", "/app/health.mjs", "node"]
ENTRYPOINT ["citygate"]
CMD ["node"]

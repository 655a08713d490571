# The central API, for a Postgres of your own. Build it from the root of the repository:
#   docker build -f infra/docker/central.Dockerfile -t citygate-central .
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
    "esbuild@$(node -p "require('./package-lock.json').packages['node_modules/esbuild'].version")" \
    && node patches/postgres.mjs
COPY . .
RUN node infra/scripts/build.ts citygate

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    CITYGATE_DATA=/data \
    CITYGATE_KEY_FILE=/data/operator.key \
    CITYGATE_HTTP_BIND=0.0.0.0 \
    CITYGATE_HTTP_PORT=8080
COPY --from=build /src/dist/citygate /app
COPY infra/docker/health.mjs /app/
RUN ln -s /app/citygate /usr/local/bin/citygate && mkdir /data && chown 1000:1000 /data
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["node", "/app/health.mjs", "central"]
ENTRYPOINT ["citygate"]
CMD ["central"]

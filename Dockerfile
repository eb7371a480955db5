# Two stages: one builds dist/ and the production modules, one runs them. Node 22, see docs/adr/0001.
FROM node:22-bookworm AS build
WORKDIR /skald
# The full image has Python, make and a compiler, which better-sqlite3 needs where it finds no prebuilt binary.
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production
# Loki's uid, so that a volume of Loki's can be written.
RUN groupadd --gid 10001 skald && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin skald \
  && mkdir -p /etc/loki /loki && chown 10001:10001 /loki
WORKDIR /skald
COPY --from=build /skald/package.json ./
COPY --from=build /skald/node_modules ./node_modules
COPY --from=build /skald/dist ./dist
COPY LICENSE ./
COPY docker/local-config.yaml /etc/loki/local-config.yaml
RUN ln -s /skald/dist/main.js /usr/local/bin/skald
USER 10001:10001
VOLUME /loki
EXPOSE 3100 9096
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s --start-interval=500ms CMD ["skald", "-health"]
ENTRYPOINT ["skald"]
CMD ["-config.file=/etc/loki/local-config.yaml"]

# The whiteboard's images: `backend`, the server with the page in it, and `frontend`, nginx with the page before it.
# A base may be named by its digest: --build-arg PYTHON_IMAGE=python@sha256:….
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim
ARG NGINX_IMAGE=nginxinc/nginx-unprivileged:1.29-alpine

FROM ${NODE_IMAGE} AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS packages
WORKDIR /src
RUN python3 -m venv /opt/whiteboard
COPY backend/requirements/run.txt backend/requirements/run.txt
RUN /opt/whiteboard/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r backend/requirements/run.txt
COPY pyproject.toml ./
COPY backend backend
COPY --from=page /src/backend/whiteboard/web/page backend/whiteboard/web/page
RUN /opt/whiteboard/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/whiteboard/bin/pip uninstall --yes pip setuptools

FROM ${PYTHON_IMAGE} AS backend
# Debian keeps one version of tini: naming it here would only break builds.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/whiteboard /opt/whiteboard
ENV PATH=/opt/whiteboard/bin:$PATH PYTHONDONTWRITEBYTECODE=1 WHITEBOARD_HOST=0.0.0.0
LABEL org.opencontainers.image.title="whiteboard-backend" \
    org.opencontainers.image.description="A shared whiteboard that scales sideways: a replica, with the page." \
    org.opencontainers.image.version="0.1.0"
WORKDIR /opt/whiteboard
USER 10001:10001
EXPOSE 3000
# Drains; gunicorn waits until everybody has gone.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["gunicorn", "--config", "python:whiteboard.gunicorn"]

FROM ${NGINX_IMAGE} AS frontend
COPY --from=page /src/backend/whiteboard/web/page /usr/share/nginx/html
COPY frontend/nginx.conf.template /etc/nginx/templates/nginx.conf.template
# The base's entry point fills the template in; only /tmp is written to.
ENV BACKEND=backend:3000 \
    NGINX_ENTRYPOINT_LOCAL_RESOLVERS=1 \
    NGINX_ENVSUBST_FILTER="^(BACKEND|NGINX_LOCAL_RESOLVERS)$" \
    NGINX_ENVSUBST_OUTPUT_DIR=/tmp
LABEL org.opencontainers.image.title="whiteboard-frontend" \
    org.opencontainers.image.description="A shared whiteboard that scales sideways: the page, and the way to the replicas." \
    org.opencontainers.image.version="0.1.0"
USER 101:101
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-c", "/tmp/nginx.conf", "-g", "daemon off;"]

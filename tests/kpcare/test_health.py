from django.conf import settings

from kpcare import pulse


def test_it_names_each_part_and_is_unwell_while_worker_and_beat_are_away(client, db, redis_client):
    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "ok", "worker": "down", "beat": "down"}


def test_it_is_well_once_worker_and_beat_give_a_pulse(client, db, redis_client):
    pulse.give(settings.REDIS_URL, "worker")
    pulse.give(settings.REDIS_URL, "beat")

    response = client.get("/healthz")

    assert response.status_code == 200
    assert set(response.json().values()) == {"ok"}


def test_a_pulse_that_stops_is_noticed(client, db, redis_client):
    pulse.give(settings.REDIS_URL, "worker")
    pulse.give(settings.REDIS_URL, "beat")
    redis_client.delete(pulse.key("beat"))

    assert client.get("/healthz").json()["beat"] == "down"


def test_a_pulse_expires_by_itself(redis_client):
    pulse.give(settings.REDIS_URL, "worker")

    assert 0 < redis_client.ttl(pulse.key("worker")) <= pulse.PULSE_EXPIRES

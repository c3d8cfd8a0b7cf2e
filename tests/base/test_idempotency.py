"""One form, one effect: repeats, other bodies, and two at once."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from family_support.base import clock
from family_support.base.actor import ANONYMOUS, Actor
from family_support.base.errors import Conflict, Invalid, KeyReused
from family_support.base.idempotency import body_hash, forget_old_keys, once, run_once
from family_support.base.models import IdempotencyKey
from family_support.outbox.models import Event

CLERK = Actor(user_id=1)


def make() -> Event:
    return Event.objects.create(type="tests.made", created_at=clock.now())


@pytest.mark.django_db
def test_a_repeat_gives_the_earlier_result() -> None:
    key = uuid4()
    first = run_once(key, CLERK, "made", {"a": 1, "b": [2]}, make)
    assert run_once(str(key), CLERK, "made", {"b": [2], "a": 1}, make) == first
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_another_body_user_action_or_key() -> None:
    key = uuid4()
    first = run_once(key, CLERK, "made", {"a": 1}, make)
    with pytest.raises(KeyReused) as caught:
        run_once(key, CLERK, "made", {"a": 2}, make)
    assert caught.value.status == 422
    others = [
        run_once(key, Actor(user_id=2), "made", {"a": 1}, make),
        run_once(key, CLERK, "other", {"a": 1}, make),
        run_once(uuid4(), CLERK, "made", {"a": 1}, make),
    ]
    assert len({first, *others}) == 4


@pytest.mark.django_db
def test_the_public_form_has_no_user_and_is_still_protected() -> None:
    key = uuid4()
    assert run_once(key, ANONYMOUS, "made", {}, make) == run_once(key, ANONYMOUS, "made", {}, make)


@pytest.mark.django_db
def test_a_failed_call_leaves_the_key_free() -> None:
    key = uuid4()
    with pytest.raises(Conflict), once(key, CLERK, "made", {}):
        raise Conflict
    with once(key, CLERK, "made", {}) as ticket:
        assert not ticket.repeated
        ticket.done(make())


@pytest.mark.django_db
def test_gone_result_and_bad_key() -> None:
    key = uuid4()
    run_once(key, CLERK, "made", {}, make).delete()
    with pytest.raises(Conflict) as caught:
        run_once(key, CLERK, "made", {}, make)
    assert caught.value.code == "already_done"
    with pytest.raises(Invalid), once("not a key", CLERK, "made", {}):
        pass


def test_files_count_by_name_and_size() -> None:
    one, two = SimpleUploadedFile("a.pdf", b"1"), SimpleUploadedFile("a.pdf", b"22")
    assert body_hash({"file": one}) == body_hash({"file": SimpleUploadedFile("a.pdf", b"3")})
    assert body_hash({"file": one}) != body_hash({"file": two})


@pytest.mark.django_db
def test_old_keys_are_forgotten() -> None:
    run_once(uuid4(), CLERK, "made", {}, make)
    assert forget_old_keys(clock.now()) == 0
    assert forget_old_keys(clock.now() + timedelta(days=15)) == 1
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.usefixtures("own_database")
def test_eight_clicks_at_once_have_one_effect() -> None:
    key, results, barrier = uuid4(), [], threading.Barrier(8)

    def click() -> None:
        try:
            barrier.wait()
            results.append(run_once(key, CLERK, "made", {"a": 1}, make).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1
    assert Event.objects.count() == 1

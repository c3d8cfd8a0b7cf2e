"""Tokens, blind index and the encrypted fields (data.md 8)."""

import base64
import pickle
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from family_support.base import crypto
from family_support.base.checks import check_keys
from family_support.base.fields import DecryptionError, EncryptedJSONField, EncryptedTextField, blind_index
from family_support.base.key_fingerprints import WrongKeysError
from family_support.base.key_fingerprints import check_keys as compare_keys
from family_support.base.management.commands.rotate_keys import rotate_column
from family_support.base.models import KeyFingerprint

A, B = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


class Sealed(models.Model):
    iin = EncryptedTextField(blank=True, default="")
    note = EncryptedJSONField(null=True)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_sealed"

    def __str__(self) -> str:
        return f"sealed {self.pk}"


@pytest.fixture
def table(own_database: str, owner_cursor: Any) -> None:
    owner_cursor.execute("CREATE TABLE tests_sealed (id bigserial PRIMARY KEY, iin text NOT NULL, note text)")


def raw(pk: int) -> tuple[str, str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT iin, note FROM tests_sealed WHERE id = %s", [pk])
        return cursor.fetchone()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_tokens_open_to_what_was_sealed(text: str) -> None:
    token = crypto.encrypt(text, "t.c")
    assert crypto.decrypt(token, "t.c") == text
    assert crypto.looks_encrypted(token)
    assert token != crypto.encrypt(text, "t.c")


def test_another_key_column_or_byte_fails_loudly() -> None:
    with override_settings(FIELD_KEYS=f"k1:{A}"):
        token = crypto.encrypt("850615300129", "t.c")
    with override_settings(FIELD_KEYS=f"k1:{B}"), pytest.raises(DecryptionError, match="k1"):
        crypto.decrypt(token, "t.c")
    with override_settings(FIELD_KEYS=f"k2:{B}"), pytest.raises(DecryptionError, match="k1"):
        crypto.decrypt(token, "t.c")
    with override_settings(FIELD_KEYS=f"k2:{B},k1:{A}"):
        assert crypto.decrypt(token, "t.c") == "850615300129"
        with pytest.raises(DecryptionError):
            crypto.decrypt(token, "t.other")
        with pytest.raises(DecryptionError):
            crypto.decrypt(token[:-6] + "AAAAAA", "t.c")
        with pytest.raises(DecryptionError):
            crypto.decrypt("850615300129", "t.c")


@pytest.mark.parametrize(
    "keys", ["", "k1", "k1:short", f"k1:{A},k1:{B}", f"ключ:{A}", "k1:" + "A" * 43 + "!"]
)
def test_malformed_keys_stop_the_start_without_showing_them(keys: str) -> None:
    with override_settings(FIELD_KEYS=keys, BLIND_INDEX_KEY=A):
        errors = check_keys(None)
    assert [error.id for error in errors] == ["base.E001"]
    assert "FIELD_KEYS" in errors[0].msg
    assert A not in errors[0].msg
    with override_settings(FIELD_KEYS=f"k1:{A}", BLIND_INDEX_KEY=""):
        assert [error.id for error in check_keys(None)] == ["base.E002"]


def test_blind_index_by_purpose_and_key() -> None:
    assert blind_index("850615300129", "iin") == blind_index("850615300129", "iin")
    assert blind_index("850615300129", "iin") != blind_index("850615300129", "phone")
    assert len(blind_index("x", "iin")) == 64
    assert blind_index("", "iin") == ""
    before = blind_index("x", "iin")
    with override_settings(BLIND_INDEX_KEY=B):
        assert blind_index("x", "iin") != before


@pytest.mark.usefixtures("table")
def test_unchanged_values_keep_their_ciphertext() -> None:
    row = Sealed.objects.create(iin="850615300129", note={"b": [1], "a": "Ә"})
    first = raw(row.pk)
    assert "850615300129" not in first[0]
    row.save()
    assert raw(row.pk) == first, "saving again"
    again = Sealed.objects.get(pk=row.pk)
    assert (again.iin, again.note) == ("850615300129", {"a": "Ә", "b": [1]})
    again.save()
    assert raw(row.pk) == first, "read and saved"
    again.iin, again.note = "8506" + "15300129", {"a": "Ә", "b": [1]}
    again.save()
    assert raw(row.pk) == first, "equal values assigned"
    kept = pickle.loads(pickle.dumps(Sealed.objects.get(pk=row.pk).iin))  # noqa: S301 - our own bytes
    assert (kept, kept.token) == ("850615300129", first[0]), "through the cache"
    again.note["b"].append(2)
    again.save()
    assert raw(row.pk)[0] == first[0]
    assert raw(row.pk)[1] != first[1], "changed inside"
    again.iin = "900228400778"
    again.save(update_fields=["iin"])
    assert Sealed.objects.get(pk=row.pk).iin == "900228400778"


@pytest.mark.usefixtures("table")
def test_every_way_of_writing_encrypts() -> None:
    one, two = Sealed.objects.bulk_create([Sealed(iin="1"), Sealed(iin="2", note=[1])])
    Sealed.objects.filter(pk=one.pk).update(iin="3", note="text")
    two = Sealed.objects.get(pk=two.pk)
    before = raw(two.pk)
    two.note = [2]
    Sealed.objects.bulk_update([two], ["iin", "note"])
    assert raw(two.pk)[0] == before[0]
    assert list(Sealed.objects.order_by("pk").values_list("iin", "note")) == [("3", "text"), ("2", [2])]
    assert all(crypto.looks_encrypted(value) for pk in (one.pk, two.pk) for value in raw(pk))
    deferred = Sealed.objects.defer("iin").get(pk=two.pk)
    deferred.refresh_from_db()
    assert deferred.iin == "2"


@pytest.mark.usefixtures("table")
def test_search_is_refused_and_empty_is_found() -> None:
    Sealed.objects.create(iin="1")
    assert Sealed.objects.filter(note__isnull=True).count() == 1
    with pytest.raises(FieldError, match="blind index"):
        Sealed.objects.filter(iin="1")
    with pytest.raises(FieldError, match="blind index"):
        Sealed.objects.filter(iin__startswith="1")
    with pytest.raises(FieldError, match="unique"):
        EncryptedTextField(unique=True)


@pytest.mark.usefixtures("table")
def test_a_wrong_key_fails_on_reading() -> None:
    Sealed.objects.create(iin="1")
    with override_settings(FIELD_KEYS=f"k1:{B}"), pytest.raises(DecryptionError, match=r"tests_sealed\.iin"):
        Sealed.objects.get()


@pytest.mark.usefixtures("table")
def test_rotation() -> None:
    field = Sealed._meta.get_field("iin")
    with override_settings(FIELD_KEYS=f"old:{A}"):
        rows = [Sealed.objects.create(iin=str(number)).pk for number in range(7)]
    with override_settings(FIELD_KEYS=f"new:{B},old:{A}"):
        assert rotate_column(Sealed, field, batch=3) == 7
        assert rotate_column(Sealed, field, batch=3) == 0
    with override_settings(FIELD_KEYS=f"new:{B}"):
        assert [Sealed.objects.get(pk=pk).iin for pk in rows] == [str(number) for number in range(7)]


@pytest.mark.django_db
def test_rotation_command_walks_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_keys")
    assert capsys.readouterr().err == ""


def test_deconstruction_keeps_the_binding() -> None:
    text, _imports = MigrationWriter.serialize(EncryptedTextField(binding="people.iin"))
    assert text == "family_support.base.fields.EncryptedTextField(binding='people.iin')"


@pytest.mark.django_db
def test_other_keys_than_the_database_was_written_with_are_refused() -> None:
    assert set(KeyFingerprint.objects.values_list("name", flat=True)) >= {"BLIND_INDEX_KEY"}
    with override_settings(BLIND_INDEX_KEY=B), pytest.raises(WrongKeysError, match="BLIND_INDEX_KEY"):
        compare_keys()

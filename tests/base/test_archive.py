import io
import os
import zipfile

import pytest
from tests.dossier.text.documents import zipped

from backstop.base.archive import read_archive
from backstop.base.faults import InvalidInput, Refused


@pytest.mark.parametrize(
    ("members", "error", "said"),
    [
        ([("a", b"0" * (20 << 20))], Refused, "zip bomb"),
        ([(f"m{i}", b"") for i in range(2001)], Refused, "2,001 members"),
        ([(f"m{i}", os.urandom(1 << 20)) for i in range(51)], Refused, "unpacks to over 50 MiB"),
        ([("../x", b"")], InvalidInput, "climb out"),
        ([("/etc/x", b"")], InvalidInput, "climb out"),
        ([("a\\..\\..\\x", b"")], InvalidInput, "climb out"),
        ([("C:/x", b"")], InvalidInput, "climb out"),
    ],
)
def test_archives_are_bounded(members, error, said):
    with pytest.raises(error, match=said):
        read_archive(zipped(members), "x.qdpx")


def test_a_link_in_an_archive_is_refused():
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(InvalidInput, match="link"):
        read_archive(out.getvalue(), "x")


def test_a_lying_member_is_found_out():
    data = bytearray(zipped([("a", b"x" * 1000)], zipfile.ZIP_STORED))
    at = data.index(b"x" * 1000)
    data[at] = ord("y")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_archive(bytes(data), "x")

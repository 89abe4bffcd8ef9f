import pytest

from backstop.base.faults import InvalidInput
from backstop.dossier.text.extraction import extract

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\nWe agree.\r\n<i>All</i> of us.\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}Not yet.\r\n"
)
VTT = (
    "WEBVTT - talks\n\nNOTE nobody reads this\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
    "<v.loud Envoy>We <b>agree</b> &amp; sign.</v>\n\n"
    "00:00:03.000 --> 00:00:04.000\n<v Host>When?\n- Soon. <00:03.500>Very.\n"
)


def test_subtitles_are_their_words():
    found = extract(SRT.encode(), "talk.srt")
    assert found.text == "We agree.\nAll of us.\nNot yet.\n"
    assert (found.extractor.name, found.newline) == ("backstop-subtitles", "CRLF")


def test_web_subtitles_name_their_speakers():
    assert extract(VTT.encode(), "talk.vtt").text == "Envoy: We agree & sign.\nHost: When?\n- Soon. Very.\n"


def test_without_a_cue_it_is_no_transcript():
    with pytest.raises(InvalidInput, match="no cue"):
        extract(b"WEBVTT\n\nNOTE x\n", "x.vtt")

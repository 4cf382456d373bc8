"""Times as Go reads them."""

import pytest

from netpol_lab.manifests.text.times import time_fault

LAYOUT = '" as "2006-01-02T15:04:05Z07:00": '


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30T12:00:00Z",
        "2026-11-30T12:00:00.123456Z",
        "2026-11-30T12:00:00,5Z",
        "2026-11-30T1:00:00Z",
        "2024-02-29T23:59:59+24:60",
        "0000-01-01T00:00:00-01:00",
    ],
)
def test_these_are_times(text):
    assert time_fault(text) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", f'{LAYOUT}cannot parse "" as "2006"'),
        ("2026-11-30", f'{LAYOUT}cannot parse "" as "T"'),
        ("2026-11-30 12:00:00Z", f'{LAYOUT}cannot parse " 12:00:00Z" as "T"'),
        ("2026-1-30T12:00:00Z", f'{LAYOUT}cannot parse "1-30T12:00:00Z" as "01"'),
        ("2026-11-30T12:00:00", f'{LAYOUT}cannot parse "" as "Z07:00"'),
        ("2026-11-30T12:00:00-0100", f'{LAYOUT}cannot parse "-0100" as "Z07:00"'),
        ("2026-13-30T12:00:00Z", '": month out of range'),
        ("2026-00-30T12:00:00Z", '": month out of range'),
        ("2026-11-31T12:00:00Z", '": day out of range'),
        ("2026-11-00T12:00:00Z", '": day out of range'),
        ("2026-02-29T12:00:00Z", '": day out of range'),
        ("2026-11-30T24:00:00Z", '": hour out of range'),
        ("2026-11-30T12:60:00Z", '": minute out of range'),
        ("2026-11-30T12:00:60Z", '": second out of range'),
        ("2026-11-30T12:00:00+25:00", '": time zone offset hour out of range'),
        ("2026-11-30T12:00:00+01:61", '": time zone offset minute out of range'),
        ("2026-11-30T12:00:00Z!", '": extra text: "!"'),
    ],
)
def test_what_is_no_time_is_told_in_the_words_of_go(text, fault):
    assert time_fault(text) == f'parsing time "{text}{fault}'

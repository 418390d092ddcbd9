"""Policies that are not written as they must be are refused by file, line and remedy, and no hub starts with them."""

from pathlib import Path

import pytest

from access_policies.loading import load
from support.spoiling import (
    AGREEMENTS,
    ARREST,
    CLAUSES,
    NEVERS,
    PARTNERS,
    VOCABULARY,
    Refused,
    added,
    clause,
    copied,
    gone,
    moved,
    problems,
    swapped,
    written,
)

TEST = "treatment-agreed: {fields: [drug_test]}"

SPOILT = {
    "a key that stands twice": Refused(
        added(ARREST, "owner: prison"), "owner:", "the key 'owner' stands here twice; keep one"
    ),
    "a key that stands twice further in": Refused(
        swapped(ARREST, "  person:          {class: identity}", "  person:          {class: identity, class: event}"),
        "person:",
        "the key 'class' stands here twice; keep one",
    ),
    "a bare no": Refused(
        swapped(ARREST, "owner: police", "owner: no"),
        "owner:",
        "a bare 'no' is read as a boolean; use true, false or quotes",
    ),
    "a bare yes": Refused(
        swapped(PARTNERS, "statutory: true", "statutory: yes"),
        "statutory:",
        "a bare 'yes' is read as a boolean; use true, false or quotes",
    ),
    "a bare On": Refused(
        swapped(ARREST, "owner: police", "owner: On"),
        "owner:",
        "a bare 'On' is read as a boolean; use true, false or quotes",
    ),
    "a bare no for a key": Refused(
        added(CLAUSES, "no: {}"), "no: {}", "a bare 'no' is read as a boolean; use true, false or quotes"
    ),
    "an anchor": Refused(
        swapped(ARREST, "owner: police", "owner: &who police"),
        "owner:",
        "anchors and aliases are not allowed; write it out",
    ),
    "an anchor that holds itself": Refused(
        added(ARREST, "loop: &loop [*loop]"), "loop: ", "anchors and aliases are not allowed; write it out"
    ),
    "an alias": Refused(added(ARREST, "again: *who"), "again:", "anchors and aliases are not allowed; write it out"),
    "a merge": Refused(
        added(PARTNERS, "<<: {kind: police}"),
        "<<: {kind:",
        "only text, whole numbers, dates, true and false stand here; use quotes for text",
    ),
    "a tag": Refused(
        swapped(ARREST, "owner: police", "owner: !!python/name:os.system police"),
        "owner:",
        "tags are not allowed; take 'tag:yaml.org,2002:python/name:os.system' out",
    ),
    "a tagged mapping": Refused(
        swapped(ARREST, "source:          {class", "source: !made {class"),
        "source:",
        "tags are not allowed; take '!made' out",
    ),
    "a key that is a list": Refused(
        added(CLAUSES, "? [one, two]\n: {}"), "? [one", "a key is one word, not a list or mapping; name it"
    ),
    "a fraction": Refused(
        swapped(ARREST, "version: 1", "version: 1.5"),
        "version:",
        "only text, whole numbers, dates, true and false stand here; use quotes for text",
    ),
    "a number in hexadecimal": Refused(
        swapped(ARREST, "version: 1", "version: 0x1"),
        "version:",
        "only text, whole numbers, dates, true and false stand here; use quotes for text",
    ),
    "a number as a time of day": Refused(
        swapped(ARREST, "version: 1", "version: 1:30"),
        "version:",
        "only text, whole numbers, dates, true and false stand here; use quotes for text",
    ),
    "a number that never ends": Refused(
        swapped(ARREST, "version: 1", "version: .inf"),
        "version:",
        "only text, whole numbers, dates, true and false stand here; use quotes for text",
    ),
    "nothing for an owner": Refused(
        swapped(ARREST, "owner: police", "owner:"), "owner:", "nothing stands here; write a value, or take the key out"
    ),
    "a null": Refused(
        swapped(ARREST, "owner: police", "owner: ~"),
        "owner:",
        "nothing stands here; write a value, or take the key out",
    ),
    "a tab for an indent": Refused(
        swapped(ARREST, "  source:          {class", "\tsource: {class"), "source:", "a tab stands here; write spaces"
    ),
    "a wrong indent": Refused(
        swapped(ARREST, "  source:          {class", "     source: {class"),
        "occurred_at:",
        "this is not readable YAML; look at brackets, colons and the spaces at the start of the lines",
    ),
    "a byte order mark": Refused(
        written(ARREST, b"\xef\xbb\xbfkind: custody.person.arrested\n"),
        "",
        "a byte order mark stands before the first key; save it as UTF-8 without one",
    ),
    "a byte that is no text": Refused(
        written(ARREST, b"kind: custody.person.arrested\nowner: \xff\n"),
        "owner:",
        "this is not UTF-8; save it as UTF-8",
    ),
    "an empty file": Refused(written(ARREST, b""), "", "this file is empty; write what it should say, if only {}"),
    "a file of comments alone": Refused(
        written(CLAUSES, b"# nothing\n"), "", "this file is empty; write what it should say, if only {}"
    ),
    "a list instead of a mapping": Refused(
        written(CLAUSES, b"- one\n- two\n"), "", "a policy file is a mapping of keys to values; write `key: value`"
    ),
    "a thousand brackets": Refused(
        added(ARREST, "deep: " + "[" * 2000 + "]" * 2000),
        "deep: ",
        "more than 12 levels stand in each other; make it flatter",
    ),
    "a file without end": Refused(
        written(ARREST, b"#" * 1_000_001), "", "this file has over 1000000 bytes; make it shorter"
    ),
    "a second document": Refused(
        added(ARREST, "---\nkind: custody.person.arrested"),
        "---",
        "this is not readable YAML; look at brackets, colons and the spaces at the start of the lines",
    ),
    "a bracket left open": Refused(
        added(ARREST, "fields: [person\nowner: police"),
        "owner:",
        "this is not readable YAML; look at brackets, colons and the spaces at the start of the lines",
    ),
    "a key nobody knows": Refused(
        added(ARREST, "shares: {}"), "shares:", "shares: nobody knows this key; mend its spelling, or take it out"
    ),
    "a key nobody knows in a clause": Refused(
        clause(agreements="northshire-1"),
        "agreements:",
        "spoilt.agreements: nobody knows this key; mend its spelling, or take it out",
    ),
    "a clause without a reason": Refused(clause(because=""), "spoilt:", "spoilt.because: this key is missing; add it"),
    "a review on no day": Refused(
        clause(review="soon"), "review:", "spoilt.review: this has the wrong form; write a day such as 2027-05-01"
    ),
    "a version in words": Refused(
        swapped(ARREST, "version: 1", "version: one"),
        "version:",
        "version: this has the wrong form; write a whole number",
    ),
    "a share of nothing": Refused(
        swapped(ARREST, TEST, "treatment-agreed: {fields: []}"),
        "treatment-agreed:",
        "share.treatment-agreed: names no field; list `fields`, `masked` or both",
    ),
    "a field both clear and masked": Refused(
        swapped(ARREST, TEST, "treatment-agreed: {fields: [drug_test], masked: [drug_test]}"),
        "treatment-agreed:",
        "share.treatment-agreed: names a field both clear and masked; keep one",
    ),
    "a wildcard in a share": Refused(
        swapped(ARREST, TEST, "treatment-agreed: {fields: '*'}"),
        "treatment-agreed:",
        "share.treatment-agreed.fields: this has the wrong form; write a list in brackets",
    ),
    "a legal status nobody knows": Refused(
        swapped(PARTNERS, "relevant_authority", "friendly"),
        "legal_status:",
        "northshire-police.legal_status: choose from 'relevant_authority', 'acting_on_behalf', 'court' or 'voluntary'",
    ),
    "a name that is no agency's": Refused(
        added(PARTNERS, "Not An Id: {kind: police, legal_status: relevant_authority, statutory: true}"),
        "Not An",
        "Not An Id: this has the wrong form; write text of the form that belongs here",
    ),
    "a kind without its file": Refused(
        gone(ARREST), "vocabulary:", "the kind 'custody.person.arrested' has no policy file; write one"
    ),
    "a kind's file under another name": Refused(
        moved(ARREST, "custody/arrested.yaml"),
        "",
        "this file speaks of 'custody.person.arrested'; name it custody/person.arrested.yaml",
    ),
    "no vocabulary": Refused(gone(VOCABULARY), "", "there is no such file that can be read; write it"),
    "no partners": Refused(gone(PARTNERS), "", "there is no such file that can be read; write it"),
    "no clauses": Refused(gone(CLAUSES), "", "there is no such file that can be read; write it"),
    "no agreements": Refused(gone(AGREEMENTS), "", "there is no such file that can be read; write it"),
    "no nevers": Refused(gone(NEVERS), "", "there is no such file that can be read; write it"),
    "a kind nobody knows": Refused(
        written(
            "custody/person.invented.yaml",
            b"kind: custody.person.invented\nversion: 1\nowner: police\npublishers: []\nfields: {}\n",
        ),
        "kind:",
        "there is no kind 'custody.person.invented'; choose one that `schemas/updates` lists",
    ),
    "an empty register": Refused(written(PARTNERS, b"{}\n"), "", "names no agency; list those who take part"),
}

SUSPENDED = """
left:
  kind: police
  legal_status: relevant_authority
  statutory: true
  suspended: {suspended}
"""


@pytest.fixture(name="policies")
def _policies(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may spoil."""
    return copied(tmp_path)


@pytest.mark.parametrize("refused", SPOILT.values(), ids=SPOILT.keys())
def test_what_is_not_written_as_it_must_be_is_refused(policies: Path, refused: Refused) -> None:
    """The problem names the file, the line and what to do, and it shows no value of the file."""
    refused.spoil.do(policies)
    assert refused.expected(policies) in problems(policies)


@pytest.mark.parametrize("written", ["true", "True", "TRUE"])
def test_a_suspended_partner_is_suspended_however_it_is_written(policies: Path, written: str) -> None:
    """YAML writes truth in three ways; none of them is read as its opposite."""
    added(PARTNERS, SUSPENDED.format(suspended=written)).do(policies)
    assert load(policies).partners["left"].suspended


def test_the_copy_loads_before_it_is_spoilt(policies: Path) -> None:
    """The copy itself is as good as the shipped policies, so each refusal above is for what was spoilt."""
    assert load(policies) == load()

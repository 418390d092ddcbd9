"""Feed record v1 under change: whatever one thing is altered shows, and what is dropped leaves the rest provable."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.canonical import canonical
from hub.chains import SALT_BYTES, Element, FeedRecord, Header, Tampered, root_of

Draw = Callable[..., Any]
Change = Callable[[Draw, FeedRecord], FeedRecord]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=10)
salts = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)


@st.composite
def records(draw: st.DrawFn) -> FeedRecord:
    """A record with every element still there."""
    contents = draw(st.lists(st.tuples(names, values, salts), min_size=1, max_size=6, unique_by=lambda each: each[2]))
    elements = tuple(Element(place, *content) for place, content in enumerate(contents))
    commitments = tuple(element.commitment() for element in elements)
    header = Header(draw(st.integers(1, 2**40)), draw(st.binary(min_size=32, max_size=32)), root_of(commitments))
    return FeedRecord(header, commitments, elements)


def bit_flipped(draw: Draw, content: bytes) -> bytes:
    """The bytes with one bit turned."""
    at = draw(st.integers(0, 8 * len(content) - 1))
    return bytes(byte ^ (1 << at % 8 if place == at // 8 else 0) for place, byte in enumerate(content))


def with_element(record: FeedRecord, element: Element, **change: Any) -> FeedRecord:
    """One element is other than it was."""
    changed = tuple(each._replace(**change) if each is element else each for each in record.elements)
    return FeedRecord(record.header, record.commitments, changed)


def with_header(record: FeedRecord, **change: Any) -> FeedRecord:
    """The header is other than it was."""
    header = record.header
    kept = {"seq": header.seq, "prev": header.prev, "root": header.root, "v": header.v}
    return FeedRecord(Header(**kept | change), record.commitments, record.elements)


def with_commitments(draw: Draw, record: FeedRecord, *commitments: bytes) -> FeedRecord:
    """The commitments are others than they were, beside the elements or without them."""
    return FeedRecord(record.header, commitments, draw(st.sampled_from([(), record.elements])))


def a_value(draw: Draw, record: FeedRecord) -> FeedRecord:
    """Another value."""
    element = draw(st.sampled_from(record.elements))
    other = values.filter(lambda value: canonical(value) != canonical(element.value))
    return with_element(record, element, value=draw(other))


def a_salt(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One bit of a salt."""
    element = draw(st.sampled_from(record.elements))
    return with_element(record, element, salt=bit_flipped(draw, element.salt))


def a_name(draw: Draw, record: FeedRecord) -> FeedRecord:
    """Another name."""
    element = draw(st.sampled_from(record.elements))
    return with_element(record, element, name=draw(names.filter(lambda name: name != element.name)))


def a_name_into_its_salt(draw: Draw, record: FeedRecord) -> FeedRecord:
    """The first letter of the name counts as the end of the salt: the same bytes are hashed."""
    element = draw(st.sampled_from(record.elements))
    return with_element(record, element, salt=element.salt + element.name[:1].encode(), name=element.name[1:])


def a_place(draw: Draw, record: FeedRecord) -> FeedRecord:
    """Another place, before the first and after the last one, too."""
    element, count = draw(st.sampled_from(record.elements)), len(record.commitments)
    return with_element(record, element, place=draw(st.integers(-count, count).filter(lambda at: at != element.place)))


def the_sequence(draw: Draw, record: FeedRecord) -> FeedRecord:
    """Another sequence."""
    return with_header(record, seq=draw(st.integers(0, 2**40).filter(lambda seq: seq != record.header.seq)))


def the_predecessor(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One bit of `prev`."""
    return with_header(record, prev=bit_flipped(draw, record.header.prev))


def the_root(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One bit of the root."""
    return with_header(record, root=bit_flipped(draw, record.header.root))


def the_version(_: Draw, record: FeedRecord) -> FeedRecord:
    """Another version."""
    return with_header(record, v=2)


def a_commitment(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One bit of one commitment."""
    at, kept = draw(st.integers(0, len(record.commitments) - 1)), record.commitments
    return with_commitments(draw, record, *kept[:at], bit_flipped(draw, kept[at]), *kept[at + 1 :])


def a_commitment_lost(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One commitment fewer."""
    at, kept = draw(st.integers(0, len(record.commitments) - 1)), record.commitments
    return with_commitments(draw, record, *kept[:at], *kept[at + 1 :])


def the_commitments_cut_otherwise(draw: Draw, record: FeedRecord) -> FeedRecord:
    """The same bytes, cut into commitments elsewhere."""
    joined = b"".join(record.commitments)
    at = draw(st.sampled_from([0, 16, len(joined)]))
    return with_commitments(draw, record, joined[:at], joined[at:])


def the_commitments_exchanged(draw: Draw, record: FeedRecord) -> FeedRecord:
    """The commitments the other way round."""
    assume(len(record.commitments) > 1)
    return with_commitments(draw, record, *reversed(record.commitments))


def a_commitment_added(draw: Draw, record: FeedRecord) -> FeedRecord:
    """One commitment more."""
    return with_commitments(draw, record, *record.commitments, draw(st.binary(min_size=32, max_size=32)))


CHANGES = (
    a_value, a_salt, a_name, a_name_into_its_salt, a_place, the_sequence, the_predecessor, the_root, the_version,
    a_commitment, a_commitment_lost, the_commitments_cut_otherwise, the_commitments_exchanged, a_commitment_added,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@given(record=records(), data=st.data())
def test_any_change_shows(
    change: Callable[[Draw, FeedRecord], FeedRecord], record: FeedRecord, data: st.DataObject
) -> None:
    """Whatever one thing is changed in a record, it no longer verifies or no longer links to the next one."""
    other = change(data.draw, record)
    if other.header.link() == record.header.link():
        with pytest.raises(Tampered, match=f"feed record {record.header.seq}"):
            other.verify()


@given(record=records(), data=st.data())
def test_dropped_elements_still_verify(record: FeedRecord, data: st.DataObject) -> None:
    """Whichever elements are dropped, the record verifies and links as before, and says nothing of them."""
    left = tuple(element for element in record.elements if data.draw(st.booleans()))
    dropped = FeedRecord(record.header, record.commitments, left)
    dropped.verify()
    assert dropped.header.link() == record.header.link()
    assert dropped.as_json()["elements"] == [each for each in record.as_json()["elements"] if each["place"] in
                                             {element.place for element in left}]  # fmt: skip

"""Arrow arrays from Python values: the same as pyarrow makes, without pandas."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleapi._arrow_arrays import make_array

arrow = pytest.importorskip("pyarrow")

STRINGS = st.text(st.characters(blacklist_categories=["Cs"]))
FLOATS = st.floats(allow_nan=False)
VERTEX = arrow.struct([("x", arrow.float64()), ("y", arrow.float64())])
TYPES = [
    (arrow.string(), STRINGS),
    (arrow.dictionary(arrow.int32(), arrow.string()), STRINGS),
    (arrow.bool_(), st.booleans()),
    (arrow.int32(), st.integers(-(2**31), 2**31 - 1)),
    (arrow.int64(), st.integers(-(2**63), 2**63 - 1)),
    (arrow.float64(), FLOATS),
    (arrow.timestamp("ms", "UTC"), st.integers(-(2**53), 2**53)),
    (arrow.list_(arrow.string()), st.lists(STRINGS)),
    (VERTEX, st.fixed_dictionaries({"x": st.none() | FLOATS, "y": FLOATS})),
    (arrow.list_(VERTEX), st.lists(st.fixed_dictionaries({"x": FLOATS, "y": FLOATS}))),
]


@pytest.mark.parametrize("type_, values", TYPES, ids=lambda each: str(each)[:30])
@given(data=st.data())
def test_array_is_that_of_pyarrow(type_, values, data):
    given_ = tuple(data.draw(st.lists(st.none() | values)))
    found = make_array(given_, type_)
    found.validate(full=True)
    assert found.equals(arrow.array(given_, type_))
    assert found.null_count == given_.count(None)


def test_table_is_made_without_pandas(tmp_path):
    pytest.importorskip("pandas")
    code = (
        "import sys, scaleapi\n"
        "scaleapi.to_arrow([{'task_id': 'a', 'type': 'chat', 'tags': ['x']}])\n"
        "print('pandas' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"

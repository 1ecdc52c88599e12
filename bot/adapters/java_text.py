"""What Java prints of parsed JSON: ``toString`` of hash maps and lists, in the order that the hashes give.

See: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/AbstractMap.html#toString()
See: https://github.com/openjdk/jdk/blob/jdk-21-ga/src/java.base/share/classes/java/util/HashMap.java
"""

from __future__ import annotations

from collections.abc import Iterable

_FIRST_CAPACITY = 16
_LOAD_NUMERATOR, _LOAD_DENOMINATOR = 3, 4
_INT_BITS = 32
_INT = (1 << _INT_BITS) - 1


def java_text(value: object) -> str:
    """The text of a JSON value; of floats only the plain ones look as in Java."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(value[key])}" for key in hash_order(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_text, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def hash_order(keys: Iterable[str]) -> list[str]:
    """The keys of a ``HashMap`` in the order in which Java walks it, put in in the given order."""
    keys = list(keys)
    capacity = _FIRST_CAPACITY
    while len(keys) * _LOAD_DENOMINATOR > capacity * _LOAD_NUMERATOR:
        capacity *= 2
    # Sorting is stable: keys of one bucket stay in the order in which they came.
    return sorted(keys, key=lambda key: _spread(_hash(key)) & (capacity - 1))


def _hash(text: str) -> int:
    """Java's ``String.hashCode``, over UTF-16 units."""
    units = text.encode("utf-16-be", "surrogatepass")
    total = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        total = (31 * total + (high << 8 | low)) & _INT
    return total


def _spread(hashed: int) -> int:
    return hashed ^ (hashed >> 16)

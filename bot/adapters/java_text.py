"""What Java prints of a request that Elastic's AWS integration has cleaned: ``toString`` of its maps and lists.

See: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/AbstractMap.html#toString()
"""

from __future__ import annotations


def java_text(value: object) -> str | None:
    """The text of a JSON value without nulls and without what is empty; None when nothing is left.

    Java prints a map in the order of its hashes, and here the keys stand as they came: what the published rule looks
    for can't reach from one key's value to the next key. Of floats only the plain ones look as in Java.
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        # An empty text is dropped, and what is printed is never empty.
        pairs = [f"{key}={text}" for key, item in value.items() if (text := java_text(item))]
        return "{" + ", ".join(pairs) + "}" if pairs else None
    if isinstance(value, list):
        texts = [text for item in value if (text := java_text(item))]
        return "[" + ", ".join(texts) + "]" if texts else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)

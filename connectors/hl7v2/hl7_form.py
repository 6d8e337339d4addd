"""Where paths lead in messages: `PID.3[5=MR].1`, `OBX.5`, `OBR.3.1`.

A segment is found with what belongs to it: an OBR with its observations, an OBX with its notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from connectors.hl7v2.hl7_message import Delimiters, Message, Repetition, Segment
from connectors.mapping.paths import Step, cell_of, narrowing

_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_STATUS = "status"
# HL7 table 0085, in the words of the documentation. A blank is said to be one, so that a mapping
# decides what it means; without a decision the row is rejected.
_STATUSES = {
    "F": "final", "C": "final", "P": "preliminary", "R": "preliminary", "S": "preliminary",
    "I": "pending", "D": "withdrawn", "W": "withdrawn", "X": "not obtained", "N": "not asked",
    "O": "not asked", "": "not stated",
}  # fmt: skip
_FINAL_AS_SENT = "U"
_MOST_KNOWN = 10_000  # equal parts that are remembered
# Fields with a time, by segment. Their texts are given as ISO 8601.
_TIMES = {
    "MSH": (7,), "EVN": (2, 6), "PID": (7, 29), "PV1": (44, 45), "ORC": (9, 15),
    "OBR": (6, 7, 8, 14, 22), "OBX": (14, 19), "SPM": (17, 18), "TQ1": (7, 8),
}  # fmt: skip
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)?(\d\d)?(?:\.(\d+))?)?([+-]\d{4})?")
# The segments that belong to the one before them.
_MEMBERS = {
    "PID": ("PD1", "NTE", "PV1", "PV2", "MRG", "NK1", "ORC", "OBR", "OBX", "SPM", "TQ1", "FT1"),
    "OBR": ("NTE", "TQ1", "OBX", "SPM", "CTD", "TCD", "FT1", "CTI"),
    "OBX": ("NTE",),
    "SPM": ("NTE",),
}


class SegmentGroup:
    """A segment with the segments that belong to it, and those around it that all groups share.

    Attributes:
        own: The segment itself, and those after it that belong to it.
        order: The order (ORC) that stands before an OBR and belongs to it.
        shared: The segments before the first group, such as MSH and PID.
    """

    __slots__ = ("_named", "order", "own", "shared")

    def __init__(
        self,
        own: tuple[Segment, ...],
        order: tuple[Segment, ...] = (),
        shared: tuple[Segment, ...] = (),
    ) -> None:
        """Keep the segments in their order."""
        self.own, self.order, self.shared = own, order, shared
        self._named: dict[str, list[Segment]] | None = None

    def named(self, name: str) -> list[Segment]:
        """Return its own segments of a name, or the ones around it if it has none."""
        if self._named is None:
            self._named = {}
            # The nearest ones come last and count.
            for segments in (self.shared, self.order, self.own):
                found: dict[str, list[Segment]] = {}
                for segment in segments:
                    if (each := segment.fields[0]) in found:
                        found[each].append(segment)
                    else:
                        found[each] = [segment]
                self._named |= found
        return self._named.get(name, [])


def whole(message: Message) -> SegmentGroup:
    """Return a message as one group, which is the record of a mapping."""
    return SegmentGroup(tuple(message.segments))


class Hl7Form:
    """Messages as groups of segments."""

    def find(self, steps: Sequence[Step]) -> Callable[[Any], Sequence[Any]]:
        """Compile a path: a segment, a field, a component and a subcomponent.

        Inside of a part that is a field, a path begins with the component.

        Raises:
            ValueError: A path goes deeper, or a step is no segment or no number.
        """
        first, *rest = steps
        if not _SEGMENT.fullmatch(first.name):
            inner = _part_of(steps)
            return lambda found: [part] if (part := inner(found)) else []
        groups = self._filtered(first, _groups_of(first.name))
        if not rest:
            return groups
        # Without a filter, the segments alone are enough.
        segments = _segments_of(first.name) if not first.filters else _heads(groups)
        texts = self._texts(rest)
        if rest[0].name in map(str, _TIMES.get(first.name, ())):
            return lambda group: [
                iso_time(text) for each in segments(group) for text in texts(each)
            ]
        return lambda group: [text for each in segments(group) for text in texts(each)]

    def _texts(self, steps: Sequence[Step]) -> Callable[[Segment], Sequence[str]]:
        """Return a function from a segment to the texts that are not empty at a place in it."""
        field, *deeper = steps
        values = self._filtered(field, _values_of(field.name))
        inner = _part_of(deeper)

        def texts(segment: Segment) -> Sequence[str]:
            return [part for value in values(segment) if (part := inner(value))]

        if field.name == _STATUS:
            return lambda segment: (_status(segment),)
        if field.filters or len(deeper) > 1:
            return texts
        number, component = int(field.name), int(deeper[0].name) if deeper else 1

        def plain(segment: Segment) -> Sequence[str]:
            text = segment.plain(number, component)
            if text is None:
                return texts(segment)
            return (text,) if text else ()

        return plain

    def quick(
        self,
        of: Sequence[Step],
        paths: Sequence[Sequence[Step]],
        cells: Callable[[Any], Sequence[str]],
    ) -> Callable[[Any], list[tuple[str, ...]]] | None:
        """Read parts that are segments once for equal fields; a report repeats most of them."""
        name = of[0].name
        numbers = _numbers_in(name, paths)
        if len(of) > 1 or of[0].filters or len(numbers) < 2:  # so that several are picked
            return None
        pick, last = itemgetter(*numbers), numbers[-1]
        padding = [""] * last
        known: dict[Delimiters, dict[tuple[str, ...], tuple[str, ...]]] = {}

        def parts(group: Any) -> list[tuple[str, ...]]:
            if not isinstance(group, SegmentGroup):
                return []
            found: list[tuple[str, ...]] = []
            segments = group.named(name)
            if not segments:
                return found
            answers = known.setdefault(segments[0].by, {})  # one message has one set of them
            for segment in segments:
                fields = segment.fields
                key = pick(fields if len(fields) > last else fields + padding)
                told = answers.get(key)
                if told is None:
                    if len(answers) >= _MOST_KNOWN:
                        answers.clear()
                    told = answers[key] = tuple(cells(SegmentGroup((segment,))))
                found.append(told)
            return found

        return parts

    def row(self, paths: Sequence[Sequence[Step]]) -> Callable[[Any], list[str]]:
        """Compile paths into a function from a group to their cells."""
        cells = [cell_of(self, path) for path in paths]
        return lambda group: [cell(group) for cell in cells]

    def text(self, found: Any) -> str:
        """Return something found as the text of a cell.

        Raises:
            ValueError: It is a segment.
        """
        if isinstance(found, str):
            return found
        raise ValueError("is a segment; name one of its fields, such as OBX.5")

    def written(self, found: Any) -> str:
        """Return a group as a message of its own, or a repetition as written."""
        if isinstance(found, SegmentGroup):
            return "\n".join(each.written for each in (*found.shared, *found.order, *found.own))
        return found.raw if isinstance(found, Repetition) else str(found)

    def _filtered(
        self, step: Step, find: Callable[[Any], Sequence[Any]]
    ) -> Callable[[Any], Sequence[Any]]:
        if not step.filters:
            return find
        narrow = narrowing(step.filters, self._texts_at)
        return lambda found: narrow(find(found))

    def _texts_at(self, steps: Sequence[Step]) -> Callable[[Any], Iterable[str]]:
        find = self.find(steps)
        return lambda each: map(self.text, find(each))


def _numbers_in(name: str, paths: Sequence[Sequence[Step]]) -> list[int]:
    """Return the fields of a segment that paths look at; none if a path looks anywhere else."""
    numbers = {0}
    for path in paths:
        if path[0].name != name or len(path) < 2 or any(step.filters for step in path):
            return []
        numbers |= {5, 11} if path[1].name == _STATUS else {_number(path[1].name)}
    return sorted(numbers)


def _groups_of(name: str) -> Callable[[Any], list[SegmentGroup]]:
    members = _MEMBERS.get(name, ())

    def groups(group: Any) -> list[SegmentGroup]:
        if not isinstance(group, SegmentGroup):
            return []
        if group.own[0].fields[0] == name:
            return [group]
        if all(segment.fields[0] != name for segment in group.own):
            return [SegmentGroup((segment,)) for segment in group.named(name)]
        return list(_split(group, name, members))

    return groups


def _split(group: SegmentGroup, name: str, members: Sequence[str]) -> Iterator[SegmentGroup]:
    """Yield a group for each segment of a name, with the members that follow it."""
    names = [segment.fields[0] for segment in group.own]
    places = [place for place, found in enumerate(names) if found == name]
    first = places[0] - (name == "OBR" and names[places[0] - 1] == "ORC")
    shared = (*group.shared, *group.order, *group.own[:first])
    for place in places:
        end = place + 1
        while end < len(names) and names[end] in members:
            end += 1
        order = group.own[place - 1 : place] if name == "OBR" and names[place - 1] == "ORC" else ()
        yield SegmentGroup(group.own[place:end], order, shared)


def _segments_of(name: str) -> Callable[[Any], Sequence[Segment]]:
    def segments(group: Any) -> Sequence[Segment]:
        if not isinstance(group, SegmentGroup):
            return ()
        own = group.own
        return own if len(own) == 1 and own[0].fields[0] == name else group.named(name)

    return segments


def _heads(groups: Callable[[Any], Sequence[SegmentGroup]]) -> Callable[[Any], Sequence[Segment]]:
    return lambda group: [each.own[0] for each in groups(group)]


def _values_of(name: str) -> Callable[[Segment], Sequence[Any]]:
    if name == _STATUS:
        return lambda segment: [_status(segment)]
    number = _number(name)
    return lambda segment: segment.repetitions(number)


def _part_of(steps: Sequence[Step]) -> Callable[[Any], Any]:
    """Return a function from a repetition to its component; the first if none is named.

    The first component is the value. The others say what sort of value it is.
    """
    if len(steps) > 2 or any(step.filters for step in steps):
        raise ValueError("a component has subcomponents alone, such as PID.3.4.2")
    numbers = [_number(step.name) for step in steps]
    component = numbers[0] if numbers else 1
    subcomponent = numbers[1] if len(numbers) > 1 else None

    def part(found: Any) -> str:
        return found.text(component, subcomponent) if isinstance(found, Repetition) else str(found)

    return part


def _number(name: str) -> int:
    if not name.isdecimal() or not 0 < int(name) < 1000:
        raise ValueError(
            f"'{name}' is neither a segment, such as OBX, nor the number of a field or component"
        )
    return int(name)


def iso_time(text: str) -> str:
    """Return a time of HL7, such as 202603020915-0600, as ISO 8601; other texts as they are.

    A year or a month alone stays as it is, because it names no day.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if hour is None:
        return f"{year}-{month}-{day}" if offset is None else text
    told = f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}"
    return told + (f".{fraction[:6]:0<6}" if fraction else "") + (offset or "")


def _status(segment: Segment) -> str:
    """Return the state of an observation (OBX-11); an unknown one as written."""
    plain = segment.plain(11, 1)
    code = (segment.text(11) if plain is None else plain).upper()
    if code == _FINAL_AS_SENT:
        return "final" if segment.raw(5) else "final as sent before"
    return _STATUSES.get(code, code)

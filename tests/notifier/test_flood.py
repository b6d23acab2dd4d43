"""What does not fit into a minute is folded, the most urgent first and nothing lost."""

from __future__ import annotations

from data.journal import Delivery, Sending
from data.notifier.flood import LISTED, parcels, sent_lately

NOW = 1_000_000


def row(id_: int, priority: int = 1, route: str = "a", **fields: object) -> Delivery:
    given = {"state": Sending.SENDING, "sent_at": None, **fields}
    return Delivery(
        id=id_, key=str(id_), created=0, route=route, title=f"alarm {id_}", body="", attempts=1,
        priority=priority, next_try=None, error="", **given,
    )  # type: ignore[arg-type]  # fmt: skip


def test_what_fits_is_sent_one_by_one() -> None:
    made = parcels([row(1), row(2)], 2)
    assert [parcel.message.title for parcel in made] == ["alarm 1", "alarm 2"]


def test_the_rest_is_counted_by_priority_and_takes_the_most_urgent_one() -> None:
    rows = [row(1, 1), row(2, 2), row(3, 3), row(4, 2)]
    single, digest = parcels(rows, 2)
    assert single.rows == (rows[0],)
    assert digest.rows == tuple(rows[1:])
    assert digest.message.title == "3 more alarms: 2 high, 1 medium"
    assert digest.message.body == "alarm 2\nalarm 3\nalarm 4"
    assert digest.message.priority == 2


def test_a_long_digest_is_cut_and_says_so() -> None:
    (digest,) = parcels([row(n) for n in range(LISTED + 12)], 1)
    assert digest.message.body.splitlines()[LISTED:] == ["… and 12 more"]
    assert len(digest.rows) == LISTED + 12


def test_a_digest_counts_as_one_message_and_another_workers_row_as_sent() -> None:
    sent = [row(n, state=Sending.SENT, sent_at=NOW - 10) for n in range(5)]
    old = row(6, state=Sending.SENT, sent_at=NOW - 60_000)
    mine, others = row(7), row(8)
    lately = sent_lately([*sent, old, mine, others, row(9, route="b")], {7, 9}, NOW)
    assert lately == {"a": [NOW - 10, NOW]}

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from trainer.order import Order, Place, Plan, Source

SMALL = Source((5, 7, 4))
LARGE = Source((10,) * 6, weight=3)


def first(order: Order, windows: int) -> list[Place]:
    return [place for number in range(windows) for place in order.window(number)]


def test_an_epoch_shows_each_sample_once_whatever_the_windows() -> None:
    order = Order([SMALL], Plan(4, 2, seed=1))

    shown = first(order, 4)

    everything = {Place(shard, row) for shard, count in enumerate(SMALL.counts) for row in range(count)}
    assert [set(shown[:16]), set(shown[16:])] == [everything, everything]
    assert shown[:16] != shown[16:]


def test_a_window_is_a_function_of_its_number() -> None:
    fresh, used = Order([SMALL, LARGE], Plan(8, 3, seed=2)), Order([SMALL, LARGE], Plan(8, 3, seed=2))
    _ = first(used, 9)

    assert fresh.window(9) == used.window(9)
    assert Order([SMALL, LARGE], Plan(8, 3, seed=3)).window(9) != used.window(9)


def test_every_batch_has_each_version_s_share_to_within_one_sample() -> None:
    order = Order([SMALL, LARGE], Plan(6, 5, seed=0))

    shown = first(order, 4)

    for batch in (shown[i : i + 6] for i in range(0, len(shown), 6)):
        assert sum(place.shard < 3 for place in batch) in (1, 2)
    assert sum(place.shard < 3 for place in shown) == len(shown) // 4


def test_a_window_reads_only_the_shards_it_names() -> None:
    order = Order([SMALL, LARGE], Plan(8, 1, seed=0))

    for number in range(20):
        assert {place.shard for place in order.window(number)} == set(order.shards(number))


def test_shards_drawn_with_replacement_come_unevenly_and_as_often_on_average() -> None:
    order = Order([Source((2,) * 50)], Plan(10, 10, seed=0, resample=True))

    visits = Counter(place.shard for place in first(order, 20))

    assert sum(visits.values()) == 2000
    assert len(set(visits.values())) > 3
    assert sum(visits.values()) / 50 == pytest.approx(40)
    assert min(visits.values()) < 30 < 50 < max(visits.values())


def test_a_source_smaller_than_a_window_comes_round_within_it() -> None:
    order = Order([Source((3,))], Plan(4, 3, seed=0))

    assert Counter(order.window(0)) == {Place(0, row): 4 for row in range(3)}


def test_threads_that_ask_at_once_see_one_order() -> None:
    counts = tuple(range(3, 40))
    wanted = Order([Source(counts)], Plan(8, 2, 5))
    expected = [wanted.window(number) for number in range(200)]

    for _ in range(20):
        shared = Order([Source(counts)], Plan(8, 2, 5))
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(shared.window, range(200)))

        assert found == expected

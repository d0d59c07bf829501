from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import nn

from engine.context import ModelPool
from engine.errors import NodeError
from engine.pool import IDLE_VARIANTS, Pool
from engine.weights import Mover

KIB = 1024


class Block(nn.Module):
    """A module of `size` bytes of parameters and a buffer of 16."""

    def __init__(self, size: int = KIB) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones((size - 16) // 4))
        self.tied = self.weight
        self.register_buffer("offset", torch.zeros(4))


@dataclass(frozen=True)
class Base:
    name: str
    size: int = KIB
    make: Callable[[int], Any] = Block
    built: list[str] = field(default_factory=list)

    def digest(self) -> str:
        return self.name

    def weight_set(self) -> str:
        return self.name

    def build(self, pool: ModelPool) -> Any:
        self.built.append(self.name)
        return self.make(self.size)


@dataclass(frozen=True)
class Variant:
    """A clone of the base's structure that shares its tensors, with an adapter of its own."""

    base: Base
    number: int

    def digest(self) -> str:
        return f"{self.base.name}+{self.number}"

    def weight_set(self) -> str:
        return self.base.name

    def build(self, pool: ModelPool) -> nn.Module:
        with pool.use(self.base) as base:
            shared = {id(t): t for t in (*base.parameters(), *base.buffers())}
            clone: nn.Module = copy.deepcopy(base, shared)
        clone.adapter = nn.Parameter(torch.ones(64))
        return clone


class Elsewhere(Mover):
    """A device of the mind: notes where each stretch of memory is."""

    def __init__(self, room: int = 1 << 40) -> None:
        self.there: set[int] = set()
        self.moves: list[str] = []
        self.room = room

    def is_on(self, tensor: torch.Tensor, device: str) -> bool:
        return (tensor.data_ptr() in self.there) == (device == "cuda")

    def move(self, data: torch.Tensor, device: str) -> torch.Tensor:
        if device == "cuda" and len(self.there) >= self.room:
            raise torch.OutOfMemoryError("full")
        copied = data.clone()
        (self.there.add if device == "cuda" else self.there.discard)(copied.data_ptr())
        self.there.discard(data.data_ptr())
        self.moves.append(device)
        return copied


def test_a_module_is_built_once_frozen_and_in_eval_mode() -> None:
    pool, recipe = Pool(), Base("a")
    with pool.use(recipe) as first:
        assert not first.training
        assert not any(parameter.requires_grad for parameter in first.parameters())
    with pool.use(recipe) as second:
        assert second is first
    assert recipe.built == ["a"]


def test_threads_that_want_one_module_build_it_once() -> None:
    pool = Pool()
    barrier = threading.Barrier(6)

    def slow(size: int) -> Block:
        time.sleep(0.05)
        return Block(size)

    recipe, seen = Base("a", make=slow), []

    def lease() -> None:
        barrier.wait()
        with pool.use(recipe) as module:
            seen.append(module)

    run([lease] * 6)
    assert recipe.built == ["a"]
    assert len(seen) == 6
    assert len(set(map(id, seen))) == 1


def run(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_two_modules_are_built_at_the_same_time() -> None:
    pool, both = Pool(), threading.Barrier(2, timeout=20)

    def together(size: int) -> Block:
        both.wait()
        return Block(size)

    def lease(name: str) -> None:
        with pool.use(Base(name, make=together)):
            pass

    run([lambda: lease("a"), lambda: lease("b")])
    assert pool.stats().modules == 2


def test_a_build_that_fails_leaves_the_pool_as_it_was() -> None:
    def fail(size: int) -> Block:
        raise NodeError("The file is not there.", code="not_found")

    pool = Pool()
    with pool.use(Base("b")):
        pass
    before = pool.stats()
    with pytest.raises(NodeError, match="not there"), pool.use(Base("a", make=fail)):
        pass
    assert pool.stats() == before
    with pool.use(Base("a")) as module:
        assert isinstance(module, Block)


def test_a_thread_that_waited_for_a_failed_build_tries_itself() -> None:
    tries, waiting = [], threading.Event()

    def once(size: int) -> Block:
        tries.append(size)
        if len(tries) == 1:
            waiting.wait(20)
            time.sleep(0.05)
            raise ValueError("the first time")
        return Block(size)

    pool, recipe, got = Pool(), Base("a", make=once), []

    def first() -> None:
        with pytest.raises(ValueError, match="first"), pool.use(recipe):
            pass

    def second() -> None:
        while not tries:
            time.sleep(0.001)
        waiting.set()
        with pool.use(recipe) as module:
            got.append(module)

    run([first, second])
    assert len(got) == 1


def test_a_recipe_that_needs_itself_is_an_error_not_a_hang() -> None:
    @dataclass(frozen=True)
    class Ouroboros:
        def digest(self) -> str:
            return "o"

        weight_set = digest

        def build(self, pool: ModelPool) -> Any:
            with pool.use(self) as module:
                return module

    with pytest.raises(NodeError, match="needs itself"), Pool().use(Ouroboros()):
        pass


def test_the_least_recently_used_set_goes_first() -> None:
    pool = Pool(budget=2 * KIB)
    a, b, c = Base("a"), Base("b"), Base("c")
    for recipe in (a, b, a, c):
        with pool.use(recipe):
            pass
    assert pool.stats().bytes == 2 * KIB
    with pool.use(a):
        pass
    assert a.built == ["a"]
    with pool.use(b):
        pass
    assert b.built == ["b", "b"]


def test_nothing_is_dropped_during_a_lease() -> None:
    pool = Pool(budget=0)
    a, b = Base("a"), Base("b")
    with pool.use(a) as module, pool.use(b) as other:
        assert pool.stats().bytes == 2 * KIB
        with pool.use(a) as again:
            assert again is module
        with pool.use(b) as again:
            assert again is other
    assert (a.built, b.built) == (["a"], ["b"])
    assert pool.stats().sets == 1


def test_the_set_used_last_stays_however_small_the_budget() -> None:
    pool, recipe = Pool(budget=0), Base("a")
    for _ in range(20):
        with pool.use(recipe):
            pass
    assert recipe.built == ["a"]


def test_a_variant_shares_tensors_and_is_counted_once() -> None:
    pool, base = Pool(), Base("a")
    with pool.use(Variant(base, 1)) as variant, pool.use(base) as module:
        assert variant.weight is module.weight
        assert pool.stats().bytes == KIB + 256
    assert pool.stats().sets == 1
    assert base.built == ["a"]


def test_a_variant_still_shares_after_its_set_moved_away_and_back() -> None:
    mover = Elsewhere()
    pool = Pool("cuda", budget=KIB + 256, mover=mover)
    base, other = Base("a"), Base("b")
    variant = Variant(base, 1)
    with pool.use(variant) as clone, pool.use(base) as module:
        here = clone.weight.data_ptr()
        assert here in mover.there
    with pool.use(other):
        assert clone.weight.data_ptr() not in mover.there, "parked to make room"
        assert pool.stats().parked == KIB + 256
    with pool.use(variant) as again:
        assert again is clone
        assert clone.weight.data_ptr() == module.weight.data_ptr() == clone.tied.data_ptr()
        assert clone.offset.data_ptr() == module.offset.data_ptr()
        assert {t.data_ptr() for t in (clone.weight, clone.offset, clone.adapter)} <= mover.there
        assert torch.equal(clone.weight, torch.ones((KIB - 16) // 4))
    assert mover.moves.count("cuda") == 3 + 2 + 3, "each shared tensor once"
    assert base.built == ["a"]


def test_a_leased_base_does_not_move_when_a_variant_comes() -> None:
    mover = Elsewhere()
    pool, base = Pool("cuda", budget=0, mover=mover), Base("a")
    with pool.use(base) as module:
        here = module.weight.data_ptr()
        with pool.use(Variant(base, 1)), pool.use(Base("b")):
            assert module.weight.data_ptr() == here
    assert mover.moves.count("cuda") == 5


def test_parking_has_its_own_budget() -> None:
    pool = Pool("cuda", budget=KIB, parking=KIB, mover=Elsewhere())
    recipes = [Base(name) for name in "abc"]
    for recipe in recipes:
        with pool.use(recipe):
            pass
    assert (pool.stats().bytes, pool.stats().parked, pool.stats().sets) == (KIB, KIB, 2)


def test_a_full_device_is_emptied_once_and_else_the_error_passes_on() -> None:
    mover = Elsewhere(room=2)
    pool, a, b = Pool("cuda", mover=mover), Base("a"), Base("b")
    with pool.use(a):
        pass
    with pool.use(b) as module:
        assert module.weight.data_ptr() in mover.there
        before = pool.stats()
        with pytest.raises(torch.OutOfMemoryError), pool.use(Base("c")):
            pass
        assert pool.stats().leases == 1
        assert pool.stats().sets == before.sets
        assert module.weight.data_ptr() in mover.there
    with pool.use(a) as module:
        assert module.weight.data_ptr() in mover.there


def test_idle_variants_are_bounded_and_never_the_base() -> None:
    pool, base = Pool(), Base("a")
    with pool.use(Variant(base, 0)) as held:
        for number in range(1, 30):
            with pool.use(Variant(base, number)) as variant:
                assert variant.weight is held.weight
    assert pool.stats().modules <= IDLE_VARIANTS + 1
    assert base.built == ["a"]
    with pool.use(base) as module:
        assert module.weight is held.weight


def test_variants_go_when_their_set_alone_is_over_the_budget() -> None:
    pool, base = Pool(budget=KIB + 256), Base("a")
    for number in range(4):
        with pool.use(Variant(base, number)):
            pass
    assert pool.stats().bytes == KIB + 256
    assert base.built == ["a"]


def test_what_is_built_may_hold_several_modules() -> None:
    @dataclass(frozen=True)
    class Encoder:
        tokenizer: str
        model: nn.Module
        more: tuple[nn.Module, ...]

    pool = Pool()
    recipe = Base("a", make=lambda size: Encoder("t", Block(size), (Block(size),)))
    with pool.use(recipe) as encoder:
        assert not encoder.model.training
        assert not encoder.more[0].training
    assert pool.stats().bytes == 2 * KIB


def test_clear_spares_what_is_leased() -> None:
    pool, a = Pool(), Base("a")
    with pool.use(Base("b")):
        pass
    with pool.use(a) as module:
        pool.clear()
        with pool.use(a) as again:
            assert again is module
    assert pool.stats().sets == 1
    pool.clear()
    assert pool.stats().sets == 0


def test_a_lease_ends_when_the_node_fails() -> None:
    pool = Pool()
    with pytest.raises(ZeroDivisionError), pool.use(Base("a")):
        raise ZeroDivisionError
    assert pool.stats().leases == 0

"""State as named arrays, so that any worker can go on where another stopped."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
State = dict[str, npt.NDArray[Any]]


class Stateful:
    """Something whose whole memory is the arrays named in `ARRAYS`."""

    ARRAYS: ClassVar[tuple[str, ...]] = ()

    def state(self) -> State:
        """The arrays by name."""
        return {name: getattr(self, name) for name in self.ARRAYS}

    def fits(self, state: State) -> bool:
        """True if every array is there with the right shape and type."""
        return all(
            name in state
            and state[name].shape == getattr(self, name).shape
            and state[name].dtype == getattr(self, name).dtype
            for name in self.ARRAYS
        )

    def restore(self, state: State) -> bool:
        """Go on from a state; False, and nothing changed, if it does not fit."""
        if not self.fits(state):
            return False
        for name in self.ARRAYS:
            setattr(self, name, state[name].copy())
        return True


def prefixed(part: str, state: State) -> State:
    """A state under the name of the part that it belongs to."""
    return {f"{part}.{name}": array for name, array in state.items()}


def state_of(part: str, state: State) -> State:
    """Inverse of `prefixed`: what belongs to one part."""
    start = f"{part}."
    return {name[len(start) :]: one for name, one in state.items() if name.startswith(start)}

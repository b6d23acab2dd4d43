"""State of detectors as named arrays, so that any worker can go on where another stopped."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
State = dict[str, npt.NDArray[Any]]


class Stateful:
    """A detector whose whole memory is the arrays named in `ARRAYS`."""

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

    def restore(self, state: State) -> None:
        """Go on from arrays that fit."""
        for name in self.ARRAYS:
            setattr(self, name, state[name].copy())

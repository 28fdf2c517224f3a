"""Small least squares: a few columns, no negative coefficient, terms dropped that say nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

SMALLEST_PIVOT = 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients of the columns that were kept (0 for those dropped), with their t values."""

    coefficients: tuple[float, ...]
    t_values: tuple[float, ...]
    r_squared: float
    residual: float
    """Standard deviation of what the fit does not explain."""
    rows: int


def least_squares(rows: Sequence[Sequence[float]], targets: Sequence[float]) -> Fit | None:
    """Fit targets to rows by ordinary least squares; None when there are too few or too similar rows."""
    width = len(rows[0]) if rows else 0
    if width == 0 or len(rows) <= width:
        return None
    columns = range(width)
    normal = [[sum(row[i] * row[j] for row in rows) for j in columns] for i in columns]
    inverse = _inverse(normal)
    if inverse is None:
        return None
    moments = [sum(row[i] * target for row, target in zip(rows, targets, strict=True)) for i in columns]
    found = [sum(inverse[i][j] * moments[j] for j in columns) for i in columns]
    misses = [
        target - sum(c * x for c, x in zip(found, row, strict=True))
        for row, target in zip(rows, targets, strict=True)
    ]
    squares = sum(miss * miss for miss in misses)
    spread = squares / (len(rows) - width)
    mean = sum(targets) / len(targets)
    total = sum((target - mean) ** 2 for target in targets)
    t_values = [_t(found[i], spread * inverse[i][i]) for i in columns]
    return Fit(
        tuple(found),
        tuple(t_values),
        1 - squares / total if total else 1.0,
        sqrt(max(spread, 0.0)),
        len(rows),
    )


def _t(coefficient: float, variance: float) -> float:
    return coefficient / sqrt(variance) if variance > 0 else float("inf")


def _inverse(matrix: Sequence[Sequence[float]]) -> list[list[float]] | None:
    """Invert a small matrix by Gauss-Jordan elimination with pivoting; None when it is singular."""
    size = len(matrix)
    scale = max(abs(value) for row in matrix for value in row) or 1.0
    work = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(work[i][column]))
        if abs(work[pivot][column]) < SMALLEST_PIVOT * scale:
            return None
        work[column], work[pivot] = work[pivot], work[column]
        work[column] = [value / work[column][column] for value in work[column]]
        for i in range(size):
            if i != column:
                factor = work[i][column]
                work[i] = [value - factor * lead for value, lead in zip(work[i], work[column], strict=True)]
    return [row[size:] for row in work]


def fit_non_negative(
    rows: Sequence[Sequence[float]], targets: Sequence[float], *, least_t: float = 2.0
) -> Fit | None:
    """Fit with every coefficient at least 0; a column below 0 or insignificant is dropped, the weakest first.

    The first column (the intercept) is dropped only when it would be negative.
    """
    width = len(rows[0]) if rows else 0
    kept = list(range(width))
    while kept:
        fit = least_squares([[row[i] for i in kept] for row in rows], targets)
        weakest = _weakest(fit, kept, least_t)
        if fit and weakest is None:
            return _widened(fit, kept, width)
        kept.remove(kept[-1] if weakest is None else weakest)
    return None


def _weakest(fit: Fit | None, kept: Sequence[int], least_t: float) -> int | None:
    """Name the column to drop next, if any; the last one where the columns cannot be told apart."""
    if fit is None:
        return None
    weak = [
        (t, column)
        for t, column, value in zip(fit.t_values, kept, fit.coefficients, strict=True)
        if value < 0 or (column != 0 and t < least_t)
    ]
    return min(weak)[1] if weak else None


def _widened(fit: Fit, kept: Sequence[int], width: int) -> Fit:
    values, t_values = [0.0] * width, [0.0] * width
    for column, value, t in zip(kept, fit.coefficients, fit.t_values, strict=True):
        values[column], t_values[column] = value, t
    return Fit(tuple(values), tuple(t_values), fit.r_squared, fit.residual, fit.rows)

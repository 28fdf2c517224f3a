"""The company's tariffs, kept as the rules' own form, and the bridge from stored readings to priced units."""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.portals.energy.rules.tariffs import Baseline, Credit, Period, Rider, Tariff, Tier
from portal_app.portals.energy.tables import Register, TariffVersion

_PARTS: dict[str, type] = {
    "tiers": Tier,
    "baseline": Baseline,
    "periods": Period,
    "riders": Rider,
    "credits": Credit,
}
_DECIMALS = {
    "rate", "up_to", "per_day", "fixed_per_day", "fixed_per_bill", "minimum_per_day", "minimum_per_bill",
    "tax_rate",
}  # fmt: skip
_SETS = {"months", "weekday_hours", "weekend_hours"}


def keep(access: Access, tariff: Tariff, *, segment: str = "home") -> TariffVersion:
    """Store one version of a tariff; the same version again changes nothing."""
    known = access.first(
        TariffVersion,
        col(TariffVersion.code) == tariff.code,
        col(TariffVersion.effective) == tariff.effective_from,
    )
    if known is not None:
        return known
    access.note("tariff.keep", f"tariff:{tariff.code}", account_id="", effective=str(tariff.effective_from))
    return access.add(
        TariffVersion,
        code=tariff.code,
        name=tariff.name,
        commodity=tariff.commodity,
        segment=segment,
        effective=tariff.effective_from,
        body=to_json(tariff),
    )


def versions(access: Access, code: str) -> tuple[Tariff, ...]:
    """Every version of a tariff, oldest first."""
    return access.once(("tariff", code), lambda: _versions(access, code))


def _versions(access: Access, code: str) -> tuple[Tariff, ...]:
    rows = access.all(TariffVersion, col(TariffVersion.code) == code, order=col(TariffVersion.effective))
    return tuple(from_json(row.body) for row in rows)


def on_offer(access: Access, commodity: str, segment: str) -> dict[str, tuple[Tariff, ...]]:
    """The tariffs a customer of this segment may choose, by code."""
    rows = access.all(
        TariffVersion,
        col(TariffVersion.commodity) == commodity,
        col(TariffVersion.segment) == segment,
        order=(col(TariffVersion.code), col(TariffVersion.effective)),
    )
    found: dict[str, tuple[Tariff, ...]] = {}
    for row in rows:
        found[row.code] = (*found.get(row.code, ()), from_json(row.body))
    return found


def to_json(tariff: Tariff) -> str:
    """A tariff as JSON: decimals as text, sets as sorted lists."""
    return json.dumps(asdict(tariff), default=_plain, sort_keys=True)


def _plain(value: object) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a tariff")


def from_json(body: str) -> Tariff:
    """The tariff that `to_json` wrote."""
    return _built(Tariff, json.loads(body))


def _built(kind: type, values: dict[str, Any]) -> Any:
    known = {item.name for item in fields(kind)} if is_dataclass(kind) else set()
    return kind(**{name: _value(name, value) for name, value in values.items() if name in known})


def _value(name: str, value: Any) -> Any:
    if name == "effective_from":
        return date.fromisoformat(value)
    if name in _SETS:
        return frozenset(value)
    if name in _DECIMALS:
        return None if value is None else Decimal(value)
    if name in _PARTS:
        return tuple(_built(_PARTS[name], item) for item in value)
    return value


def priced_unit(register: Register) -> str:
    """The unit a register's readings are priced and shown in."""
    return {"Wh": "kWh", "therm": "therms"}.get(register.unit, register.unit)


def in_thousandths(register: Register, amount: int) -> int:
    """A stored amount (thousandths of the register's unit) in thousandths of the unit it is priced in."""
    return round(amount / 1000) if register.unit == "Wh" else amount

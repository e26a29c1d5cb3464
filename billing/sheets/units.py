"""Rows of the roster: a unit, its owner, and how to reach him; joined with customers and tariffs by code."""

from dataclasses import dataclass
from datetime import date

from billing.sheets.cells import parse_area, parse_day
from billing.sheets.labels import UnitLabel, floor_of, parse_floor
from billing.sheets.line import Line
from billing.sheets.owners import Owner, completed, plain_code, read_owner
from billing.sheets.related import CustomerRow, Register, TariffRow, parse_codes
from billing.sheets.unit_rows import UnitRow, UnitRows, place_of
from billing.translations import N_

_NO_OWNER = N_(
    "The owner is missing: write the registered owner's name, or 空置（开发商） for an unsold unit."
)
_NO_AREA = N_("The area is missing: write the square metres that are charged, such as 98.50.")
_UNIT_AGAIN = N_(
    "Unit %(unit)s already stands in row %(first)s of sheet %(sheet)s: keep one of the two rows."
)
_CODE_AGAIN = N_("Code %(code)s already stands in row %(first)s of sheet %(sheet)s: give each unit its own.")
_UNKNOWN_CUSTOMER = N_("Customer %(code)s is not on sheet %(other)s: add it there or correct the code here.")
_BAD_CUSTOMER = N_("Row %(at)s of sheet %(other)s, customer %(code)s, has a problem: correct that row first.")
_UNKNOWN_TARIFF = N_("Tariff %(code)s is not on sheet %(other)s: add it there or correct the code here.")
_BAD_TARIFF = N_("Row %(at)s of sheet %(other)s, tariff %(code)s, has a problem: correct that row first.")


@dataclass(frozen=True, slots=True)
class RosterRow(UnitRow):
    """A unit and its owner. `area_e2` in 0.01 m²; `owner_kind` is "person", "company" or "developer"."""

    floor: int | None
    code: str | None
    area_e2: int
    owner: str
    owner_kind: str
    owner_code: str | None
    id_number: str
    co_owners: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    handover: date | None
    status: str
    note: str
    fee_codes: tuple[str, ...]


class UnitReader(UnitRows[RosterRow]):
    """A unit or a code may stand in a file once."""

    entrance = "1"

    def __init__(
        self,
        customers: Register[CustomerRow] | None,
        tariffs: Register[TariffRow] | None,
    ) -> None:
        super().__init__()
        self.customers = customers
        self.tariffs = tariffs

    def _read_row(self, line: Line, label: UnitLabel | None) -> RosterRow | None:
        code = plain_code(line.text("code"))
        if label:
            self._check_new(line, "room", label, _UNIT_AGAIN, unit=str(label))
        if code:
            self._check_new(line, "code", code, _CODE_AGAIN, code=code)
        owner = self._owner(line)
        area_e2 = line.need("area", parse_area, 0, _NO_AREA)
        handover = line.take("handover", parse_day, None)
        fee_codes = self._fee_codes(line)
        if line.problems or not label:
            return None
        return RosterRow(
            *place_of(line, label),
            floor=parse_floor(line.text("floor")) or floor_of(label.room),
            code=code or None,
            area_e2=area_e2,
            owner=owner.name,
            owner_kind=owner.kind,
            owner_code=owner.code or None,
            id_number=owner.id_number,
            co_owners=owner.co_owners,
            phones=owner.phones,
            emails=owner.emails,
            handover=handover,
            status=line.text("status"),
            note=line.text("note"),
            fee_codes=fee_codes,
        )

    def _owner(self, line: Line) -> Owner:
        """The row's owner, completed from the sheet of customers where the row names one by code."""
        owner = read_owner(line)
        customers = self.customers
        if customers and owner.code:
            if owner.code in customers.good:
                return completed(owner, customers.good[owner.code].owner)
            reason = _BAD_CUSTOMER if owner.code in customers.bad else _UNKNOWN_CUSTOMER
            at = customers.bad.get(owner.code, 0)
            line.tell("owner_code", reason, code=owner.code, other=customers.sheet, at=at)
        elif not line.text("owner"):
            line.tell("owner" if "owner" in line.table.columns else "owner_code", _NO_OWNER)
        return owner

    def _fee_codes(self, line: Line) -> tuple[str, ...]:
        codes = line.take("fee_codes", parse_codes, ())
        tariffs = self.tariffs
        for code in codes if tariffs else ():
            if tariffs and code not in tariffs.good:
                reason = _BAD_TARIFF if code in tariffs.bad else _UNKNOWN_TARIFF
                line.tell(
                    "fee_codes",
                    reason,
                    code=code,
                    other=tariffs.sheet,
                    at=tariffs.bad.get(code, 0),
                )
        return codes

"""Spreadsheets as offices really keep them: bytes and a file name in, typed rows and problems out.

`read_roster` and `read_arrears` never raise on a file's content: a defect in a row comes back as a
`Problem`, a file that cannot be used at all is refused in a sentence (`billing.core.problem.Unusable`).
`survey_roster` and `survey_arrears` show how a file would be understood, for a person to correct.
"""

from billing.sheets.arrears import Arrears, read_arrears, survey_arrears
from billing.sheets.kinds import OtherKind
from billing.sheets.old_charges import ArrearsRow
from billing.sheets.owners import Owner
from billing.sheets.problem_book import write_problem_book
from billing.sheets.related import CustomerRow, TariffRow
from billing.sheets.roster import Roster, read_roster, survey_roster
from billing.sheets.survey import Note, Survey
from billing.sheets.table import Choice, Table
from billing.sheets.units import RosterRow

__all__ = [
    "Arrears",
    "ArrearsRow",
    "Choice",
    "CustomerRow",
    "Note",
    "OtherKind",
    "Owner",
    "Roster",
    "RosterRow",
    "Survey",
    "Table",
    "TariffRow",
    "read_arrears",
    "read_roster",
    "survey_arrears",
    "survey_roster",
    "write_problem_book",
]

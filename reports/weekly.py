"""The weekly report: from a window's changes to a mail that an analyst can act on, and files to work with."""

from dataclasses import dataclass
from pathlib import Path

from reports import attachments
from reports.data import Coverage, Total, WeeklyData
from reports.digest import digest
from reports.files import make_folder, whole_file, write_text
from reports.page import render_page
from reports.render import render
from reports.tables import json_text, write_table
from reports.wording import date_text
from reports.workbook import write_workbook
from restock.watching import Every

__all__ = ["Coverage", "Report", "Total", "WeeklyData", "weekly_report"]


SUFFIXES = (".html", ".page.html", ".txt", ".csv", ".xlsx", ".json")
_STEMS = {Every.DAY: "daily", Every.WEEK: "weekly"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, laid out. `html` and `text` are the mail, and say the same; what they cut for length stands in the
    files. `page` is for the browser: tables that sort, charts."""

    subject: str
    summary: str
    html: str
    text: str
    page: str
    data: WeeklyData

    def write(self, folder: Path) -> list[Path]:
        """Writes weekly-<until> (or daily-<until>) as .html, .page.html, .txt, .csv, .xlsx and .json; each
        file appears whole or not at all.

        Raises UsageError where the folder can't be written."""
        stem = make_folder(folder) / f"{_STEMS[self.data.audience.every]}-{date_text(self.data.until)}"
        html, page, text, table, book, document = (stem.with_name(f"{stem.name}{suffix}") for suffix in SUFFIXES)
        write_text(html, self.html)
        write_text(page, self.page)
        write_text(text, self.text)
        write_table(table, attachments.CHANGES, attachments.change_rows(self.data))
        with whole_file(book) as part:
            write_workbook(part, attachments.sheets(self.data), made=self.data.until)
        write_text(document, json_text(attachments.document(self.data, self.summary), indent=True) + "\n")
        return [html, page, text, table, book, document]


def weekly_report(data: WeeklyData) -> Report:
    """The report of one window."""
    found = digest(data)
    html, text = render(found, data)
    page = render_page(found, data)
    return Report(subject=found.subject, summary=found.summary, html=html, text=text, page=page, data=data)

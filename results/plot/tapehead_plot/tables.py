"""The one reader of our CSV files. What is wrong with one is said with file, line and what was expected."""

import csv
import dataclasses
import math

from .errors import DataError, IoError


@dataclasses.dataclass
class Table:
    path: object
    columns: list
    rows: list  # of dict, each with the number of its line under None

    def number(self, row, column):
        """A cell as a number; NaN when it is empty, or the table has no such column.  Raises DataError."""
        text = (row.get(column) or "").strip()
        if not text:
            return math.nan
        try:
            return float(text)
        except ValueError:
            raise self.error(row, f"{column} is '{text}', expected a number or nothing") from None

    def whole(self, row, column, least=0):
        """A cell as a whole number of at least `least`.  Raises DataError."""
        value = self.number(row, column)
        if not (value >= least and value == math.floor(value) and math.isfinite(value)):
            raise self.error(row, f"{column} is '{row.get(column)}', expected a whole number from {least}")
        return int(value)

    def text(self, row, column):
        """A cell that may not be empty.  Raises DataError."""
        value = (row.get(column) or "").strip()
        if not value:
            raise self.error(row, f"{column} is empty")
        return value

    def error(self, row, message):
        return DataError(f"{self.path}:{row[None]}: {message}")


def read_table(path, required, remedy=""):
    """Reads a CSV file with a header that has the columns `required`.

    Raises DataError when it is missing (the message ends in `remedy`) or damaged, IoError when it cannot be read.
    """
    line = 1
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            for column in required:
                if column not in header:
                    raise DataError(
                        f"{path}:1: no column '{column}'; expected a header with {', '.join(required)}"
                    )
            rows = []
            line = reader.line_num
            for cells in reader:
                line = reader.line_num
                if len(cells) != len(header) and cells:
                    raise DataError(
                        f"{path}:{line}: {len(cells)} fields, expected {len(header)} as in the header"
                    )
                if any("\0" in cell for cell in cells):
                    raise DataError(f"{path}:{line}: it contains a zero byte; expected a CSV file")
                if cells:
                    rows.append(dict(zip(header, cells)) | {None: line})
            return Table(path, header, rows)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file" + (f"\n{remedy}" if remedy else "")) from None
    except UnicodeDecodeError:
        raise DataError(f"{path}:{line}: not UTF-8 text at or after this line; expected a CSV file") from None
    except csv.Error as error:
        raise DataError(f"{path}:{line + 1}: {error}; expected a CSV file") from None
    except OSError as error:
        raise IoError(f"{path}: it cannot be read: {error.strerror or error}") from None

"""CSV files of a folder, whoever exported them, as a source."""

from connectors.csv_folder.source import CsvFolder

__all__ = ["CsvFolder"]

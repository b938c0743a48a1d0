"""Values -> Comparison and Report: what every verb returns and every view takes."""

from nlp_lstm.report.comparison import Chart, Comparison, Report, Value

__all__ = ["Chart", "Comparison", "Report", "Value"]

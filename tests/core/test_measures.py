"""Quantities and prices read as a customer says them, in the figures of the customer's country."""

from decimal import Decimal as D

import pytest

from portal_app.core import measures


@pytest.mark.line("U13-05", "U13-08")
@pytest.mark.parametrize(
    ("quantity", "unit", "rate", "sentence"),
    [
        ("31", "day", "0.49", "31 days at $0.49 a day"),
        ("1", "day", "0.49", "1 day at $0.49 a day"),
        ("612", "kWh", "0.1432", "612 kWh at $0.1432 a kWh"),
        ("307.0", "kWh", "0.30", "307 kWh at $0.30 a kWh"),
        ("1331.096", "kWh", "0.012", "1,331.096 kWh at $0.012 a kWh"),
        ("1E+3", "kWh", "1E+1", "1,000 kWh at $10.00 a kWh"),
        ("8.161", "therms", "1.62", "8.161 therms at $1.62 a therm"),
        ("42.5", "kW", "14.2", "42.5 kW at $14.20 a kW"),
        ("3", "hour", "2", "3 hours at $2.00 an hour"),
        ("130", "minute", "0.05", "130 minutes at $0.05 a minute"),
        ("-20", "kWh", "0.3", "-20 kWh at $0.30 a kWh"),
        ("20", "kWh", "-0.004", "20 kWh at -$0.004 a kWh"),
        ("120.42", "taxable", "0.075", "7.5 % on $120.42"),
        ("1", "bill", "-24", "once on this bill"),
        ("0.4", "bill", "8", "40 % of $8.00 a bill"),
        ("2", "", "5", "2 at $5.00"),
    ],
)
def test_a_line_says_how_it_came_about(quantity, unit, rate, sentence):
    assert measures.said(D(quantity), unit, D(rate), "USD") == sentence


def test_a_line_without_a_price_or_a_quantity_says_what_there_is():
    assert measures.said(D(12), "kWh", None, "USD") == "12 kWh"
    assert measures.said(None, "", None, "USD") == ""


def test_figures_are_written_as_in_the_readers_country():
    said = measures.said(D("1331.096"), "kWh", D("0.1432"), "EUR", "de_DE").replace("\u00a0", " ")
    assert said == "1.331,096 kWh at 0,1432 € a kWh"
    assert measures.said(D("12"), "day", D("45"), "JPY", "ja_JP").startswith("12 days at ")
    assert measures.said(D("120.42"), "taxable", D("0.075"), "EUR", "de_DE").startswith("7,5 % on 120,42")

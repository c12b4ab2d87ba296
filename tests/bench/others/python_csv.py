# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's csv module with ten rules of the kind that `extspool check` has. Fails on a finding."""
import csv
import sys

seen = set()
bad = 0
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        number = row["number"]
        good = (
            number.isdigit()
            and len(number) <= 7
            and number not in seen
            and len(row["username"]) <= 31
            and 0 < len(row["registerpassword"]) <= 31
            and row["maxregistrations"] in ("1", "2", "3", "4", "5")
            and "@" in row["email"]
            and row["mobile"].isdigit()
            and row["hasvoicemail"] in ("on", "off")
            and row["dnd"] in ("on", "off")
        )
        seen.add(number)
        bad += not good
sys.exit(bad != 0)

# SPDX-License-Identifier: GPL-2.0-or-later
# A report as it is wanted: without times and digest (always.bash checks those), and with a line
# for each problem, so that a difference is easy to see.

del(.file.sha256, .started, .finished)
| (del(.problems) | tojson), (.problems[] | tojson)

# SPDX-License-Identifier: Apache-2.0
"""`make grafana`: write the dashboards."""

from pathlib import Path

from grafana import files

for name, text in files().items():
    (Path(__file__).with_name("dashboards") / name).write_text(text, "utf-8")

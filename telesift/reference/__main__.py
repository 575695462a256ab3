# SPDX-License-Identifier: Apache-2.0
"""`python -m telesift.reference`: write the generated pages of docs/."""

from pathlib import Path

from telesift.reference import write

for written in write(Path()):
    print(written)

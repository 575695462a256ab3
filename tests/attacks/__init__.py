# SPDX-License-Identifier: Apache-2.0
"""What strangers can do to a service without credentials, as functions and as a table.

`python -m tests.attacks` prints it for our server; `--help` says how to compare others.
"""

# SPDX-License-Identifier: Apache-2.0
"""The table `telemetry_events`: its schema, its partitions, and how long events stay in it.

An event is stored once by its primary key `(id, ts)`: PostgreSQL wants the partition key in it,
and both come from the client, which repeats them when it sends an event again.
"""

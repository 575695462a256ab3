# SPDX-License-Identifier: Apache-2.0
"""The vault's pool, while its server takes no writes and when it does again."""

from pathlib import Path

import pytest

from service_kit import postgres
from service_kit.http.problem import Unavailable
from tests.postgres_server import serving

SET = "ALTER DATABASE postgres {} default_transaction_read_only"


def test_a_read_only_server_is_a_503_until_it_takes_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a transaction and outside of one; then a new connection serves."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "examples/prompt-vault"))
    from prompt_vault.connections import Connections

    with serving() as server:
        server.run("CREATE TABLE kept (n int)", SET.format("SET") + " = on")
        pool = postgres.pool(server.url(), 2, Connections)
        insert = "INSERT INTO kept VALUES (%s)"
        for _ in range(3):
            with pytest.raises(Unavailable) as caught, pool.connection_context():
                pool.execute_sql(insert, (1,))
            assert "database_read_only" == caught.value.code
            with pytest.raises(Unavailable), pool.connection_context(), pool.atomic():
                pool.execute_sql(insert, (1,))
        server.run("SET default_transaction_read_only = off", SET.format("RESET"))
        with pool.connection_context():
            assert 1 == pool.execute_sql(insert, (1,)).rowcount

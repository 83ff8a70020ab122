"""The servers that tests start for themselves."""

import psycopg
import pytest
import redis

from tests.services.postgresql import Server


@pytest.mark.postgresql
def test_every_postgresql_database_is_empty_and_apart(postgresql_url: str, postgresql_server: Server) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE words (word text)")
    with psycopg.connect(postgresql_server.create_database()) as other:
        assert other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.redis
def test_redis_starts_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0

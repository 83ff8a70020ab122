"""The servers that tests start."""

import socket

import psycopg
import pytest
import redis

from tests.services.binaries import free_port
from tests.services.postgresql import Server


@pytest.mark.postgresql
def test_every_postgresql_database_is_empty_and_separate(postgresql_url: str, postgresql_server: Server) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE words (word text)")
    with psycopg.connect(postgresql_server.create_database()) as other:
        assert other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.redis
def test_redis_starts_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_a_free_port_stays_reserved_before_and_between_its_servers() -> None:
    port = free_port()
    for _ in range(2):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) != 0
        with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
            pass

"""Fixtures of the API tests beside those of tests/conftest.py."""
import pytest

from office import Office


@pytest.fixture(scope="session")
def new_office(api, db, fresh_district):
    """new_office() -> an Office in a district no other test uses."""
    return lambda: Office(api, db, fresh_district()[0])


@pytest.fixture(scope="module")
def office(new_office):
    """The bureau of one test module."""
    return new_office()

"""Settings come from the home's file and the environment; a mistake is one clear line that repeats no secret."""

from pathlib import Path

import pytest

from restock.errors import SettingsError
from restock.settings import home_folder, load_settings, mail_addresses


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RESTOCK_HOME", "RESTOCK_DATABASE_URL", "RESTOCK_SMTP_URL", "RESTOCK_CRAWL__DELAY"):
        monkeypatch.delenv(name, raising=False)


def test_the_home_is_made_on_first_use(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert settings.database.endswith("restock.sqlite")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "restock.toml").write_text("[crawl]\ndelay = 3\nconcurrency = 1\n")
    assert load_settings(tmp_path).crawl.delay == 3
    monkeypatch.setenv("RESTOCK_CRAWL__DELAY", "0.25")
    crawl = load_settings(tmp_path).crawl
    assert (crawl.delay, crawl.concurrency) == (0.25, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [("crawl = [", "restock.toml"), ("[crawl]\ndelay = 'fast'\n", "crawl.delay"), ("colour = 1\n", "colour")],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "restock.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_settings(tmp_path)


def test_secrets_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTOCK_SMTP_URL", "smtps://u:hunter2@mail.example")
    assert "hunter2" not in repr(load_settings(tmp_path))


def test_the_home_is_the_given_one_else_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTOCK_HOME", str(tmp_path / "env"))
    assert home_folder(None) == tmp_path / "env"
    assert home_folder(tmp_path) == tmp_path


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="home folder"):
        load_settings(tmp_path / "file")


def test_several_values_stand_in_one_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTOCK_SCHEDULE__CRAWL_AT", "03:00, 15:00")
    monkeypatch.setenv("RESTOCK_HEALTH__NOTIFY", "ops")
    monkeypatch.setenv("RESTOCK_NOTIFY__OPS", "slack://t0k3n")
    monkeypatch.setenv("RESTOCK_MAIL_TO", "Anna <anna@example.org>, boris@example.org")
    settings = load_settings(tmp_path)
    assert (settings.schedule.crawl_at, settings.health.notify) == (("03:00", "15:00"), ("ops",))
    assert mail_addresses(settings.mail_to) == ("anna@example.org", "boris@example.org")
    assert settings.notify["ops"].get_secret_value() == "slack://t0k3n"
    assert "t0k3n" not in repr(settings)


def test_several_values_may_stand_as_a_list_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTOCK_SCHEDULE__CRAWL_AT", '["03:00", "15:00"]')
    monkeypatch.setenv("RESTOCK_HEALTH", '{"notify": ["ops"]}')
    monkeypatch.setenv("RESTOCK_NOTIFY", '{"ops": "json://127.0.0.1"}')
    settings = load_settings(tmp_path)
    assert (settings.schedule.crawl_at, settings.health.notify) == (("03:00", "15:00"), ("ops",))
    monkeypatch.setenv("RESTOCK_HEALTH__NOTIFY", '["ops"')
    with pytest.raises(SettingsError, match="it begins like a list in JSON"):
        load_settings(tmp_path)


@pytest.mark.parametrize("text", ["osp", "ops, osp", '["ops", "osp"]'])
def test_a_chat_that_nobody_named_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("RESTOCK_NOTIFY__OPS", "slack://t0k3n")
    monkeypatch.setenv("RESTOCK_HEALTH__NOTIFY", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert (
        "RESTOCK_HEALTH__NOTIFY: health.notify: no chat is called 'osp'; known from `notify` in the settings: ops"
        in str(caught.value)
    )
    assert "t0k3n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("RESTOCK_SCHEDULE__CRAWL_AT", "25:00", "schedule.crawl_at"),
        ("RESTOCK_SCHEDULE__TIMEZONE", "Mars/Base", "no such time zone"),
        ("RESTOCK_NOTIFY", "slack://t0k3n", "notify"),
        ("RESTOCK_MAIL_FROM", "a@example.org, b@example.org", "one mail address"),
        ("RESTOCK_MAIL_TO", "anna@example.org\nBcc: b@example.org", "not a mail address"),
    ],
)
def test_a_wrong_variable_is_named_and_no_secret_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings(tmp_path)
    assert "t0k3n" not in str(caught.value)

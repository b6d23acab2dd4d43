"""A message is sent within its time, and a refusal says why without telling a secret."""

from __future__ import annotations

import pytest

from data.notifier.apprise_send import Message, send, without_secrets
from tests.notifier.servers import Webhook

MESSAGE = Message("Motor load", "body", 1)


def test_a_receiver_that_does_not_answer_is_given_up() -> None:
    with Webhook(takes_s=60) as webhook:
        assert send(f"{webhook.url}?rto=60", MESSAGE, timeout_s=3) == "no answer in 3 s"


def test_a_reason_names_the_cause_and_no_secret() -> None:
    reason = send("json://me:hunter22@127.0.0.1:1/T0PSECRET99?+X-Key=T0PSECRET98", MESSAGE)
    assert "Connection refused" in reason
    assert "127.0.0.1" in reason
    assert not {"hunter22", "T0PSECRET"} & set(reason.split())
    assert "T0PSECRET" not in reason
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        ("tgram://123456:AAtoken/chat9", "bad bot 123456:AAtoken for chat9", "bad bot …:… for …"),
        ("mailto://me:pa%20ss@mail.example", "mail.example: no pa ss", "mail.example: no …"),
        ("json://h/?key=abcd", "  a\nlong   reason abcd", "a long reason …"),
    ],
)
def test_what_an_url_keeps_secret_is_struck_out(url: str, text: str, shown: str) -> None:
    assert without_secrets(text, url) == shown

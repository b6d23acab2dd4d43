"""The pages that are there before anybody is signed in: plain HTML, no script, no other file."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from words import language, t

_STYLE = """
:root { color-scheme: light dark; --ground: #d8dbde; --surface: #e9ebed; --line: #767f88;
  --ink: #1a2027; --ink-2: #414a53; --focus: #1f5fa8; --raised: #f6f7f8; --bad: #a8101d; }
@media (prefers-color-scheme: dark) { :root { --ground: #16191c; --surface: #1f2327;
  --line: #6a737c; --ink: #e6e9ec; --ink-2: #bcc4cb; --focus: #7db4f0; --raised: #292e33;
  --bad: #ff8a91; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px;
  background: var(--ground); color: var(--ink);
  font: 18px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { width: 100%; max-width: 380px; background: var(--surface); padding: 28px;
  border-radius: 4px; }
h1 { margin: 0 0 4px; font-size: 26px; }
p { margin: 0 0 16px; color: var(--ink-2); }
label { display: block; margin: 12px 0 4px; }
input { width: 100%; padding: 10px; font: inherit; color: inherit; background: var(--raised);
  border: 1px solid var(--line); border-radius: 4px; }
button, a.button { display: block; width: 100%; margin-top: 20px; padding: 12px; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; color: var(--ink);
  background: var(--raised); border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
[role=alert] { color: var(--bad); font-weight: 600; }
"""


def login_page(plant: str, where: str, name: str = "", problem: str = "") -> str:
    """Asks for name and password; then on to `where`, a path of this site."""
    again = f'<p role="alert">✕ {escape(t(problem))}</p>' if problem else ""
    on_name, on_password = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        t("Sign in"),
        f"""<p>{escape(plant) or t("Extruders of this plant")}</p>{again}
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(where)}">
<label for="name">{t("Login")}</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required maxlength="100"{on_name}>
<label for="password">{t("Password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="200"{on_password}>
<button>{t("Sign in")}</button>
</form>""",
    )


def company_page(plant: str, where: str) -> str:
    """Leads to the provider (AUTH=oidc); then on to `where`, a path of this site."""
    return _page(
        t("Sign in"),
        f"""<p>{escape(plant) or t("Extruders of this plant")}</p>
<a class="button" href="/login/start?next={quote(where, safe="")}">
{t("Sign in with your company account")}</a>""",
    )


def kiosk_page(problem: str = "") -> str:
    """Asks for the token of a wall display."""
    again = f'<p role="alert">✕ {escape(t(problem))}</p>' if problem else ""
    return _page(
        t("Wall display"),
        f"""<p>{t("This screen will show the plant, and can change nothing.")}</p>{again}
<form method="post" action="/kiosk">
<label for="token">{t("Token")}</label>
<input id="token" name="token" type="password" autocomplete="off" required maxlength="200"
 autofocus>
<button>{t("Show the plant")}</button>
</form>""",
    )


def message_page(title: str, text: str) -> str:
    """Says why something is not shown."""
    return _page(
        t(title), f'<p>{escape(t(text))}</p><a class="button" href="/">{t("To the plant")}</a>'
    )


def too_many_tries(wait_s: int) -> str:
    """Why somebody who guesses is not let in for so many seconds."""
    return t("Too many tries: wait {n} s.", n=wait_s)


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="{language()}"><head><meta charset="utf-8"><title>{escape(title)} – Meltwatch</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"""

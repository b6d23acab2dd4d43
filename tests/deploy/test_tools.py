"""Every piece of deploy/ by its own tool: `make check-deploy` (docs/deploy.md)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.environments import DEPLOY, ENVIRONMENTS, settings
from tests.stack import ROOT

pytestmark = pytest.mark.deploy

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
#: systemd's own measure from 0 (shut in) to 10.
EXPOSED_AT_MOST = 1.5


def run(*command: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a tool that must be there; its output is the message of a failure."""
    words = [str(word) for word in command]
    assert shutil.which(words[0]), f"{words[0]} is missing: by `make check-deploy`?"
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_dockerfile_has_no_faults() -> None:
    run("hadolint", DEPLOY / "Dockerfile")


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def composed(environment: str) -> dict[str, Any]:
    command = (DEPLOY / "compose.sh", environment, "--profile", "sentinel", "config")
    done = run(*command, "--format", "json", COMPOSE="docker-compose")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_compose_takes_the_settings_of_an_environment(environment: str) -> None:
    given, services = settings(environment), composed(environment)["services"]
    assert services["worker"]["deploy"]["replicas"] == int(given["DEPLOY_WORKERS"])
    for name in ("web-1", "web-2", "worker", "ingest"):
        assert given.items() <= services[name]["environment"].items()
        assert services[name]["image"] == f"{given['DEPLOY_IMAGE']}:{given['DEPLOY_VERSION']}"


def test_no_service_of_compose_has_more_rights_than_it_needs(environment: str) -> None:
    for name, service in composed(environment)["services"].items():
        assert service["cap_drop"] == ["ALL"] and service["read_only"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert name == "postgres" or "cap_add" not in service, name


def test_every_secret_of_compose_is_made(environment: str, tmp_path: Path) -> None:
    run(DEPLOY / "make_secrets.sh", tmp_path / "made")
    secrets = composed(environment)["secrets"].values()
    assert {Path(one["file"]).name for one in secrets} <= set(os.listdir(tmp_path / "made"))


def test_prometheus_takes_its_configuration_for_compose(tmp_path: Path) -> None:
    folder = shutil.copytree(DEPLOY / "prometheus", tmp_path / "prometheus")
    text = (folder / "compose.yml").read_text()
    (tmp_path / "token").touch()
    (folder / "compose.yml").write_text(re.sub(r"/run/secrets/\w+", f"{tmp_path}/token", text))
    run("promtool", "check", "config", folder / "compose.yml")


def manifests(environment: str) -> str:
    return run("kubectl", "kustomize", DEPLOY / "kubernetes/overlays" / environment).stdout


def test_manifests_are_what_kubernetes_knows(environment: str, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(manifests(environment))
    run("kubernetes-validate", "--strict", tmp_path / "all.yaml")


def test_manifests_take_the_settings_of_an_environment(environment: str) -> None:
    given = settings(environment)
    found = {(one["kind"], one["metadata"]["name"]): one for one in _all(environment)}
    (config,) = [one for (kind, _), one in found.items() if kind == "ConfigMap"]
    assert config["data"] == given
    assert found["Deployment", "meltwatch-worker"]["spec"]["replicas"] == 2
    assert found["HorizontalPodAutoscaler", "meltwatch-web"]["spec"]["minReplicas"] == 2
    (rule,) = found["Ingress", "meltwatch"]["spec"]["rules"]
    assert rule["host"] == given["DEPLOY_SITE"]
    image = f"{given['DEPLOY_IMAGE']}:{given['DEPLOY_VERSION']}"
    assert {one["image"] for pod in _pods(environment) for one in _containers(pod)} == {image}


def test_no_pod_has_more_rights_than_the_restricted_ones(environment: str) -> None:
    for pod in _pods(environment):
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for one in _containers(pod):
            shut = one["securityContext"]
            assert shut["capabilities"] == {"drop": ["ALL"]} and shut["readOnlyRootFilesystem"]
            assert shut["allowPrivilegeEscalation"] is False
            assert set(one["resources"]["requests"]) == {"cpu", "memory"}


def _all(environment: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(manifests(environment)))


def _pods(environment: str) -> list[dict[str, Any]]:
    kinds = {"Deployment", "StatefulSet"}
    return [one["spec"]["template"]["spec"] for one in _all(environment) if one["kind"] in kinds]


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["containers"], *pod.get("initContainers", [])]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text().replace("/opt/meltwatch/current/deploy", str(DEPLOY))
    (tmp_path / unit.name).write_text(text)
    told = run("systemd-analyze", "verify", tmp_path / unit.name)
    assert told.stderr == ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_shut_in(unit: Path) -> None:
    told = run("systemd-analyze", "security", "--offline=true", unit).stdout
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert level and float(level[1]) <= EXPOSED_AT_MOST, told


TERRAFORM = DEPLOY / "terraform"


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of deploy/ in which terraform is initialised."""
    if shutil.which("terraform") is None:
        pytest.skip("no terraform: neither apt nor PyPI has it (https://terraform.io)")
    folder = tmp_path_factory.mktemp("terraform")
    ignored = shutil.ignore_patterns(".terraform", "secrets")
    deploy = shutil.copytree(DEPLOY, folder / "deploy", ignore=ignored)
    shutil.copytree(TERRAFORM / "tests/secrets", deploy / "terraform/tests/secrets")
    plugins = Path(os.environ.get("TF_PLUGINS", "/opt/tf-plugins"))
    kept = [f"-plugin-dir={plugins}"] if plugins.is_dir() else []
    run("terraform", f"-chdir={deploy}/terraform", "init", "-backend=false", *kept)
    return Path(deploy / "terraform")


def test_terraform_is_laid_out_as_its_tool_does_it() -> None:
    if shutil.which("terraform"):
        run("terraform", "fmt", "-check", "-recursive", TERRAFORM)


def test_terraform_knows_all_that_is_asked_of_the_cloud(terraform: Path) -> None:
    run("terraform", f"-chdir={terraform}", "validate")


def test_terraform_plans_both_environments(terraform: Path) -> None:
    run("terraform", f"-chdir={terraform}", "test")


def test_the_playbook_keeps_the_rules_of_production() -> None:
    config = DEPLOY / "ansible/.ansible-lint.yml"
    run("ansible-lint", "-q", "--offline", "-c", config, DEPLOY / "ansible/site.yml")

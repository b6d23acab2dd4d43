"""All settings, read from the environment once into one frozen value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from data.environment import Reader
from data.errors import SettingError
from data.logs import FORMATS
from data.monitor.findings import Terms
from data.redis_urls import with_ca
from data.shards import BUCKETS
from data.shifts import ShiftPlan
from data.windows import RingSpec

DAY_S = 86_400


@dataclass(frozen=True)
class Settings:
    """Every setting of Meltwatch; docs/settings.md explains each. Times are in seconds."""

    redis_url: str
    queue_url: str
    redis_ca: str
    database_url: str
    host: str
    port: int
    plant_name: str
    plant_tz: str
    window_s: int
    step_ms: int
    stale_after_s: float
    poll_s: float
    spark_step_s: int
    day_step_s: int
    shards: int
    extruders: int
    demo: bool
    seed: int
    sources: str
    replay: str
    mapping: str
    speed: float
    var_dir: Path
    residence_s: float
    regrind: float
    currency: str
    prices: str
    notify: str
    base_url: str
    heartbeat_url: str
    alarms_mqtt: str
    shifts: ShiftPlan
    history_cache: str
    retain_raw_days: int
    retain_minutes_days: int
    retain_hours_days: int
    runaway_s: int
    spool_mb: int
    log_format: str
    log_syslog: str

    @staticmethod
    def from_env(env: Mapping[str, str] = os.environ) -> Settings:
        """Read all settings. Raises SettingError naming the key, its value and what is expected."""
        read = Reader(env)
        var_dir = Path(read.text("VAR_DIR", "var")).resolve()
        # A socket in VAR_DIR cannot be taken by another plant's server, as a port can.
        redis_url = read.url("REDIS_URL", f"unix://{var_dir / 'valkey.sock'}")
        ca = read.authority("REDIS_CA")
        replay = read.text("REPLAY", "")
        sources = read.text("SOURCES", "")
        if sources and replay:
            raise SettingError("REPLAY", replay, "nothing, since SOURCES is set")
        return Settings(
            redis_url=with_ca(redis_url, ca),
            queue_url=with_ca(read.queue_url(redis_url), ca),
            redis_ca=ca,
            database_url=read.secret(
                "DATABASE_URL", f"sqlite:///{var_dir / _store(replay, sources)}"
            ),
            host=read.text("HOST", "127.0.0.1"),
            port=read.whole("PORT", 8050, 1, 65535),
            plant_name=read.text("PLANT_NAME", ""),
            plant_tz=read.zone("PLANT_TZ", "UTC"),
            window_s=read.whole("WINDOW_S", 900, 10, 10_800),
            step_ms=read.whole("STEP_MS", 1000, 100, 10_000),
            stale_after_s=read.number("STALE_AFTER_S", 4.0, 1.0, 3600.0),
            poll_s=read.number("POLL_S", 1.0, 0.2, 60.0),
            spark_step_s=read.whole("SPARK_STEP_S", 15, 1, 60),
            day_step_s=read.whole("DAY_STEP_S", 10, 1, 3600),
            shards=read.whole("SHARDS", 1, 1, BUCKETS),
            extruders=read.whole("EXTRUDERS", 8, 1, 1000),
            demo=read.one_of("DEMO", ("no", "yes")) == "yes",
            seed=read.whole("SEED", 1, 0, 2**31 - 1),
            sources=sources,
            replay=replay,
            mapping=read.text("MAPPING", ""),
            speed=read.number("SPEED", 1.0, 0.01, 1000.0),
            var_dir=var_dir,
            residence_s=read.number("RESIDENCE_S", 180.0, 0.0, 3600.0),
            regrind=read.number("REGRIND", 0.0, 0.0, 1.0),
            currency=read.currency("CURRENCY", "EUR"),
            prices=read.text("PRICES", "self-hosted"),
            notify=read.text("NOTIFY", ""),
            base_url=read.text("BASE_URL", "").rstrip("/"),
            heartbeat_url=read.web("HEARTBEAT_URL"),
            alarms_mqtt=read.secret("ALARMS_MQTT", ""),
            shifts=read.shifts("SHIFTS", "Early 06:00, Late 14:00, Night 22:00"),
            history_cache=read.one_of("HISTORY_CACHE", ("process", "redis", "none")),
            retain_raw_days=read.whole("RETAIN_RAW_DAYS", 7, 0, 36_500),
            retain_minutes_days=read.whole("RETAIN_MINUTES_DAYS", 90, 0, 36_500),
            retain_hours_days=read.whole("RETAIN_HOURS_DAYS", 3650, 0, 36_500),
            runaway_s=read.whole("RUNAWAY_S", 60, 0, 86_400),
            spool_mb=read.whole("SPOOL_MB", 512, 8, 1_000_000),
            log_format=read.one_of("LOG_FORMAT", FORMATS),
            log_syslog=read.syslog("LOG_SYSLOG"),
        )

    @property
    def terms(self) -> Terms:
        """What the scrap clock needs to know."""
        return Terms(self.residence_s, self.regrind, self.currency)

    def ring_spec(self, signals: int) -> RingSpec:
        """Shape of the live ring of an extruder with this many signals."""
        return RingSpec(signals, self.window_s * 1000 // self.step_ms, self.step_ms)

    def spark_spec(self, signals: int) -> RingSpec:
        """Shape of the ring behind sparklines: every n-th second of the same window."""
        return RingSpec(signals, self.window_s // self.spark_step_s, self.spark_step_s * 1000)

    def day_spec(self, signals: int) -> RingSpec:
        """Shape of the ring that reaches back a day: every n-th second of 24 hours."""
        return RingSpec(signals, DAY_S // self.day_step_s, self.day_step_s * 1000)

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return ZoneInfo(self.plant_tz)


def _store(replay: str, sources: str) -> str:
    """Each has a store of its own: its extruders are not those of the simulated plant."""
    if replay:
        return f"replay-{Path(replay).stem}.sqlite"
    return "plant.sqlite" if sources else "telemetry.sqlite"


#: May be given as NAME_FILE, too.
SECRETS = ("REDIS_URL", "QUEUE_URL", "DATABASE_URL", "HEARTBEAT_URL", "ALARMS_MQTT")


def is_postgres(url: str) -> bool:
    """Whether a DATABASE_URL names a PostgreSQL database."""
    return url.startswith(("postgresql://", "postgres://"))

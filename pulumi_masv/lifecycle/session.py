"""One process's connection to a team, its cache and its clock, and what it knows of the run.

Nothing of it outlives the process; what decides over files is read anew, stored, or shared by the
processes of the run in their registry.
"""

import hmac
import itertools
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, TypeVar

from pulumi_masv.assumptions import Contradictions
from pulumi_masv.client import Client
from pulumi_masv.errors import MasvError, OtherTeam, Unreachable
from pulumi_masv.formatting import called, spell
from pulumi_masv.lifecycle.gone import Readings
from pulumi_masv.lifecycle.previews import Named
from pulumi_masv.lifecycle.registry import NO_RESOURCE, Declaration, Registry, account_of
from pulumi_masv.lifecycle.review import Review
from pulumi_masv.lifecycle.verdicts import Announcer, Verdict
from pulumi_masv.models import AnyStored, End, Observed, Stored, format_instant, is_secret, veiled
from pulumi_masv.reader import KEPT, Reader
from pulumi_masv.settings import Settings, resolve, unknown_variables

Look = TypeVar("Look")


class Session:
    """One process's view of one account, for all its threads.

    Args:
        configuration: the stack's, with keys like `masv:apiKey`.
        environment: the process's.
        announcer: shows the user what was decided.
        registry: opens what the processes of the run share, when it is first needed.
        connect: makes the client, at the first request.
        stopwatch: seconds that only ever grow.
        sleep: waits that many seconds.
        clock: the UTC instant, used where no answer tells it.
    """

    def __init__(
        self,
        configuration: Mapping[str, object],
        environment: Mapping[str, str],
        *,
        announcer: Announcer,
        registry: Callable[[], Registry],
        connect: Callable[[Settings], Client] = Client,
        stopwatch: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.announcer = announcer
        self.clock = clock
        self.sleep = sleep
        self.stopwatch = stopwatch
        self._sources = (configuration, environment)
        self._open_registry = registry
        self._registry: Registry | None = None
        self._connect = connect
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._reader: Reader | None = None
        self._looks: dict[object, tuple[Any, float]] = {}
        self._received: dict[str, datetime] = {}
        self._created: dict[str, datetime] = {}
        self._blind: str | None = None
        self.readings = Readings(announcer, environment, lambda: self._team().shows_nothing())
        self.contradictions = Contradictions(self._tell_once)
        self._takes_part = False
        self.urns: dict[object, str] = {}
        self._secrets: dict[str, set[str]] = {}

    @property
    def registry(self) -> Registry:
        """What the processes of the run share; a refresh may need it before the program runs."""
        with self._lock:
            if self._registry is None or not self._registry.is_hosted:
                opened = self._open_registry()
                if self._registry is None or opened.is_hosted:
                    self._registry = opened
                elif opened is not self._registry:
                    opened.close()
            return self._registry

    def announce(self, several: Sequence[Verdict], urn: str) -> None:
        """Show what was decided; what a preview names binds the up that follows."""
        self.announcer.verdicts(several, urn=urn)
        if self.registry.is_preview:
            named = [one for one in map(self._named, several) if one is not None]
            self.registry.name(self.account, named)

    @cached_property
    def review(self) -> Review:
        """What was reviewed. Raises SettingsError where it cannot be read."""
        return Review.read(self._sources[1])

    def take_part(self) -> None:
        """Tell the run, once, that something is checked. Raises SettingsError for the review."""
        _ = self.review
        if not self._takes_part:
            self._takes_part = True
            self.registry.check()
            for line in unknown_variables(self._sources[1]):
                self._tell_once(line, line)

    def declare(self, package_ids: AbstractSet[str]) -> None:
        """Declare what a check is given and no constructor has seen, such as by a transform."""
        missing = package_ids - self.registry.declared(self.account, package_ids)
        self.registry.declare(Declaration(one, self.account, NO_RESOURCE) for one in missing)

    @cached_property
    def account(self) -> str:
        """The team: one team may be reached by two addresses, and is let go of by either."""
        return account_of(self.settings().team_id)

    def settings(self) -> Settings:
        """Return the settings. Raises SettingsError where one is wrong, not where it is missing."""
        return resolve(*self._sources)

    def masv(self) -> Client:
        """Return the one client. Raises SettingsError where a setting is missing."""
        with self._lock:
            if self._client is None:
                self._client = self._connect(self.settings())
                self._client.contradictions = self.contradictions
                self._client.withhold(self._secrets.keys())
            return self._client

    def look_or_why(self, look: Callable[[], Look]) -> tuple[Look | None, str]:
        """Return what a look finds; or say, once, that there is no look, and return why.

        Args:
            look: asks MASV.

        Raises:
            MasvError: MASV answers, and not with a look; or a setting is wrong. A missing one, and
                no network, only mean that there is no look.
        """
        self._blind = self._blind or self.settings().missing()
        if not self._blind:
            try:
                return look(), ""
            except Unreachable as error:
                self._blind = str(error)
        line = f"cannot look at MASV, so nothing is checked there: {self._blind}"
        self.announcer.note(line, is_warning=True)
        return None, f"MASV could not be asked: {self._blind}"

    def remind(self, line: str, subject: object, *, is_warning: bool = False) -> None:
        """Show a line at the resource whose check has seen a package, or a window."""
        self.announcer.note(line, urn=self.urns.get(subject, ""), is_warning=is_warning)

    def read(self, package_id: str) -> Observed | None:
        """Read a package now, and keep the look for the verb that follows."""
        since = self.stopwatch()
        observed = self.masv().get_package(
            package_id,
            received_at=self._received.get(package_id),
            created_at=self._created.get(package_id),
        )
        return self._keep(package_id, observed, since)

    def look(self, package_id: str, *, of_any_age: bool = False) -> Observed | None:
        """Return the look that is kept, if it is young enough, else one that costs the least."""
        observed: Observed | None = self.kept(package_id, of_any_age=of_any_age)
        if observed is not None:
            return observed
        received_at = self._received.get(package_id)
        observed, since = self._team().read(package_id, received_at, self._created)
        return self._keep(package_id, observed, since)

    def look_all(
        self, package_ids: AbstractSet[str], of_any_age: AbstractSet[str] = frozenset()
    ) -> tuple[dict[str, Observed], dict[str, MasvError]]:
        """Return those of many packages that the team has, and those that cannot be read.

        Args:
            package_ids: MASV's ids.
            of_any_age: those of which a look will do, however long it has been kept.
        """
        if not package_ids:
            return {}, {}
        since = self.stopwatch()
        kept: dict[str, Observed] = {
            i: one for i in package_ids if (one := self.kept(i, of_any_age=i in of_any_age))
        }
        read, failed = self._team().read_all(package_ids - kept.keys(), created=self._created)
        for package_id, observed in read.items():
            kept[package_id] = self._keep(package_id, observed, since) or observed
        return kept, failed

    def settle(self, observed: Observed) -> Observed:
        """Return a look that says when the files end, if MASV says so anywhere."""
        if not observed.package.files_exist or observed.package.end is not None:
            return observed
        since = self.stopwatch()
        return self._keep(observed.package.id, self._team().settle(observed), since) or observed

    def settle_all(self, several: Mapping[str, Observed]) -> dict[str, Observed]:
        """Return looks that say so of many packages, read side by side where that tells more."""
        settled = dict(several)
        left = iter([i for i, observed in several.items() if observed.package.end is None])
        for i in itertools.islice(left, 1):  # the first one may show that none tells more
            settled[i] = self.settle(settled[i])
        with ThreadPoolExecutor(self.settings().concurrency) as pool:
            rest = list(left)
            settled |= zip(rest, pool.map(lambda i: self.settle(several[i]), rest), strict=True)
        return settled

    def look_by(self, subject: object, read: Callable[[], Look]) -> Look:
        """Return the look that is kept of another subject, or read one and keep it."""
        kept: Look | None = self.kept(subject)
        if kept is None:
            since, kept = self.stopwatch(), read()
            self._looks[subject] = (kept, since)
        return kept

    def kept(self, subject: object, *, of_any_age: bool = False) -> Any:
        """Return the look that is kept of a package id or of another subject, or None."""
        look, since = self._looks.get(subject, (None, 0.0))
        return look if of_any_age or self.stopwatch() - since <= KEPT else None

    def forget(self, subject: object) -> None:
        """Drop whatever was seen of it: it is about to change."""
        self._looks.pop(subject, None)
        if isinstance(subject, str):
            self._team().forget(subject)

    def keep_secret(self, secrets: Mapping[str, Collection[str]]) -> None:
        """Show nothing from now on of what the program keeps secret.

        Args:
            secrets: package id -> names of its inputs.
        """
        for package_id, names in secrets.items():
            if package_id:  # a window is of no package
                self._secrets.setdefault(package_id, set()).update(names)

    def veiled(self, observed: Observed) -> Observed:
        """Return a look of which no line shows what the program keeps secret."""
        names = self._secrets.get(observed.package.id)
        return replace(observed, package=veiled(observed.package, names)) if names else observed

    def seal(self, end: End) -> str:
        """Return an end as it may be written down: a secret one only this account's key opens."""
        key = self.settings().api_key
        if not is_secret(end) or key is None:
            return spell(end)
        spelled = format_instant(end).encode()  # type: ignore[arg-type] # no other end is secret
        return hmac.new(key.get_secret_value().encode(), spelled, "sha256").hexdigest()

    def recall(self, stored: Stored) -> None:
        """Take up what the state knows of a package. Raises OtherTeam."""
        self.same_team(stored)
        if stored.package_id and stored.created_at:
            self._created.setdefault(stored.package_id, stored.created_at)
            if stored.received:
                self._received.setdefault(stored.package_id, stored.created_at)

    def same_team(self, stored: AnyStored) -> None:
        """Raise OtherTeam where another team is configured than the one stored."""
        team = self.settings().team_id
        if team is not None and stored.team_id not in (None, team):
            raise OtherTeam(called(stored), stored.team_id, team)

    def _named(self, verdict: Verdict) -> Named | None:
        if verdict.loss and not verdict.loss.at_once:
            ends, planned = self.seal(verdict.loss.ends), self.seal(verdict.loss.planned)
            return Named(verdict.package_id, verdict.urn, ends, planned)
        if verdict.loss or (verdict.doubt and not self._blind):
            return Named(verdict.package_id, verdict.urn, verdict.may_end)
        return None

    def _tell_once(self, name: str, line: str) -> None:
        if self.registry.is_news(name):
            self.announcer.note(line, is_warning=True)

    def _team(self) -> Reader:
        masv = self.masv()
        with self._lock:
            if self._reader is None:
                self._reader = Reader(masv, self.stopwatch, self.settings().concurrency)
            return self._reader

    def _keep(self, package_id: str, observed: Observed | None, since: float) -> Observed | None:
        if observed is not None:
            observed = self.veiled(observed)
            self._looks[package_id] = (observed, since)
            if observed.received_at is not None:
                self._received[package_id] = observed.received_at
        return observed

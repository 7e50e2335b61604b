"""A real directory: Debian's slapd as a process of the test, over TLS, with people of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from certificates import Authority
from ground import free_port, skip_unless_ci

SUFFIX = "dc=gorod,dc=test"
BIND_DN, BIND_PASSWORD = f"cn=superset,{SUFFIX}", "of the bind account"
_SCHEMAS = Path("/etc/ldap/schema")
_CONFIGURATION = """\
{schemas}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/slapd.pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
# What the sign-in must withstand: a directory that takes a name without a password for an anonymous bind.
allow bind_anon_cred bind_anon_dn
database mdb
suffix "{suffix}"
directory {home}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{bind_dn}" read by * none
"""
_BASE = """\
dn: {suffix}
objectClass: dcObject
objectClass: organization
dc: gorod
o: gorod

dn: ou=people,{suffix}
objectClass: organizationalUnit
ou: people

dn: ou=others,{suffix}
objectClass: organizationalUnit
ou: others

dn: {bind_dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: superset
userPassword: {bind_password}

"""
_PERSON = """\
dn: uid={login},ou={place},{suffix}
objectClass: inetOrgPerson
uid: {login}
cn: {login}
sn: Фамилия {login}
givenName: Имя {login}
userPassword: {password}

"""


class Slapd:
    """Start it with `start`, end it with `stop`; its data stay."""

    def __init__(self, home: Path, people: Mapping[str, str], twins: Mapping[str, str]) -> None:
        """`people`: login → password; `twins`: who has the same login twice, in two places."""
        self.program = shutil.which("slapd", path="/usr/sbin:/usr/bin") or ""
        if not self.program:
            skip_unless_ci("нет каталога для проверки: apt-get install slapd")
        self.authority = Authority(home, "directory-ca")
        self.stranger = Authority(home, "another-ca")
        certificate, key = self.authority.issue("directory")
        self.plain_url = f"ldap://127.0.0.1:{free_port()}"
        self.tls_url = f"ldaps://127.0.0.1:{free_port()}"
        (home / "data").mkdir()
        self._configuration = home / "slapd.conf"
        schemas = "\n".join(f"include {_SCHEMAS}/{n}.schema" for n in ("core", "cosine", "inetorgperson"))
        self._configuration.write_text(
            _CONFIGURATION.format(
                schemas=schemas, home=home, certificate=certificate, key=key, suffix=SUFFIX, bind_dn=BIND_DN
            )
        )
        entries = _BASE.format(suffix=SUFFIX, bind_dn=BIND_DN, bind_password=BIND_PASSWORD)
        for place, given in {"people": {**people, **twins}, "others": twins}.items():
            entries += "".join(
                _PERSON.format(login=login, place=place, suffix=SUFFIX, password=password)
                for login, password in given.items()
            )
        add = [shutil.which("slapadd", path="/usr/sbin:/usr/bin") or "", "-f", str(self._configuration)]
        subprocess.run(add, input=entries, text=True, check=True, capture_output=True)
        self._log = home / "slapd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        listens = f"{self.plain_url}/ {self.tls_url}/"
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [self.program, "-f", str(self._configuration), "-h", listens, "-d", "0"], stdout=out, stderr=out
            )
        port = int(self.tls_url.rpartition(":")[2])
        for _ in range(100):
            assert self._process.poll() is None, self._log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("slapd did not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

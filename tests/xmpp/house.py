"""A kith-server with some people, and a person who uses it through slixmpp."""

import asyncio
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import urllib.request

import slixmpp

PASSWORD = "correct horse"
# Nothing that is waited for takes longer.
PATIENCE = 20


def program():
    folder = os.environ.get("KITH_TEST_PROGRAMS")
    if folder is None:
        folder = pathlib.Path(__file__).parents[2] / "target" / "debug"
    return str(pathlib.Path(folder) / "kith-server")


class House:
    """A server of its own, in a folder that goes away."""

    def __init__(self, *logins):
        self.folder = tempfile.TemporaryDirectory(prefix="kith-xmpp-")
        self.ids = {}
        for login in logins:
            made = self._admin("user", "create", login, "--password-stdin", given=PASSWORD)
            self.ids[login] = made["id"]
        self.process = subprocess.Popen(
            [program(), "--data", self.folder.name, "--answers", "off"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.ready = json.loads(self.process.stdout.readline())

    def _admin(self, *words, given=None):
        command = [program(), "admin", "--data", self.folder.name]
        if not pathlib.Path(self.folder.name, "server.json").exists():
            subprocess.run([*command, "app", "create"], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            [*command, *words], input=given, check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout.splitlines()[0])

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def user(self, login):
        return f"{self.ids[login]}-{self.ready['app_id']}@{self.ready['chat_domain']}"

    def room(self, dialog):
        return f"{self.ready['app_id']}_{dialog}@{self.ready['muc_domain']}"

    def tls(self):
        return ssl.create_default_context(cafile=self.ready["ca_cert"])

    def rest(self, method, path, body=None, token=None):
        request = urllib.request.Request(self.ready["api_url"] + path, method=method)
        if token is not None:
            request.add_header("CB-Token", token)
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        with urllib.request.urlopen(request, data, context=self.tls(), timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def token(self, login):
        session = {
            "application_id": self.ready["app_id"],
            "auth_key": self.ready["auth_key"],
            "user": {"login": login, "password": PASSWORD},
        }
        return self.rest("POST", "/session", session)["session"]["token"]

    def group(self, owner, *others):
        body = {"type": 2, "name": "Group", "occupants_ids": [self.ids[who] for who in others]}
        return self.rest("POST", "/chat/Dialog", body, self.token(owner))["_id"]


class Person(slixmpp.ClientXMPP):
    """Somebody who is online; what they hear is kept until a test asks for it."""

    def __init__(self, house, login, password=PASSWORD):
        super().__init__(house.user(login), password)
        self.house = house
        self.ca_certs = pathlib.Path(house.ready["ca_cert"])
        for number in ("0030", "0184", "0198", "0199", "0012", "0203", "0280", "0333", "0085"):
            self.register_plugin(f"xep_{number}")
        self.heard = asyncio.Queue()
        self.outcome = asyncio.get_running_loop().create_future()
        self.add_event_handler("session_start", lambda _: self._over("online"))
        self.add_event_handler("failed_all_auth", lambda _: self._over("refused"))
        for kind in ("message", "groupchat_message", "carbon_sent"):
            self.add_event_handler(kind, self.heard.put_nowait)
        self.was_disconnected = False
        self.add_event_handler("disconnected", self._disconnected)

    def _over(self, outcome):
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def _disconnected(self, _):
        self.was_disconnected = True

    async def come(self, direct):
        """Connects, with TLS from the first byte or with STARTTLS; tells how it went."""
        self.enable_direct_tls = direct
        self.enable_starttls = not direct
        self.enable_plaintext = False
        host, port = self.house.ready["chat_addr"].rsplit(":", 1)
        self.connect(host, int(port))
        outcome = await asyncio.wait_for(self.outcome, PATIENCE)
        if outcome == "online":
            self.send_presence()
        return outcome

    async def go(self):
        await asyncio.wait_for(self.disconnect(), PATIENCE)

    async def hear(self, fits):
        """The next thing that fits; what comes before it is dropped."""

        async def wait():
            while True:
                stanza = await self.heard.get()
                if fits(stanza):
                    return stanza

        return await asyncio.wait_for(wait(), PATIENCE)

    def say(self, to, body, kind="chat"):
        """Writes a message that the server is to keep; tells its id."""
        message = self.make_message(mto=to, mbody=body, mtype=kind)
        message["id"] = os.urandom(12).hex()
        extra = slixmpp.xmlstream.ET.SubElement(message.xml, "{jabber:client}extraParams")
        keep = slixmpp.xmlstream.ET.SubElement(extra, "{jabber:client}save_to_history")
        keep.text = "1"
        message.send()
        return message["id"]


def parameter(stanza, name):
    """One of the platform's parameters of a message."""
    return stanza.xml.findtext(f"{{jabber:client}}extraParams/{{jabber:client}}{name}")

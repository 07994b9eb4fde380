"""kith-server as another program's XMPP library sees it: slixmpp, which reads
strictly and knows nothing of the platform."""

import asyncio
import base64
import os
import sys
import unittest

from slixmpp.exceptions import IqError

from house import PASSWORD, PATIENCE, House, Person, parameter


class Conversation(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House("ann", "bob", "cem")

    @classmethod
    def tearDownClass(cls):
        cls.house.close()

    async def asyncSetUp(self):
        # Its complaints about slow steps say nothing about the server.
        asyncio.get_running_loop().set_debug(False)

    async def online(self, login, direct=True):
        person = Person(self.house, login)
        self.assertEqual(await person.come(direct), "online")
        self.addAsyncCleanup(person.go)
        return person

    def body(self, text):
        return lambda stanza: stanza.name == "message" and stanza["body"] == text

    async def test_login_with_tls_from_the_first_byte_and_with_starttls(self):
        for direct in (True, False):
            with self.subTest(direct=direct):
                ann = await self.online("ann", direct)
                self.assertEqual(ann.boundjid.bare, self.house.user("ann"))

    async def test_a_wrong_password_is_refused(self):
        ann = Person(self.house, "ann", "wrong horse")
        self.assertEqual(await ann.come(True), "refused")
        await ann.go()

    async def test_two_people_write_to_each_other(self):
        ann, bob = await self.online("ann"), await self.online("bob", direct=False)
        sent = ann.say(self.house.user("bob"), "How are <you> & yours?")
        heard = await bob.hear(self.body("How are <you> & yours?"))
        self.assertEqual((heard["id"], heard["from"].bare), (sent, self.house.user("ann")))
        self.assertEqual(len(parameter(heard, "dialog_id")), 24)
        bob.say(self.house.user("ann"), "Well 🙂")
        await ann.hear(self.body("Well 🙂"))
        token = self.house.token("bob")
        path = f"/chat/Message?_id={sent}&mark_as_read=0"
        stored = self.house.rest("GET", path, token=token)["items"]
        self.assertEqual(stored[0]["message"], "How are <you> & yours?")

    async def test_a_group_hears_what_one_says(self):
        group = self.house.group("ann", "bob", "cem")
        people = [await self.online(login) for login in ("ann", "bob", "cem")]
        people[0].say(self.house.room(group), "Hello all", kind="groupchat")
        for person in people:
            heard = await person.hear(self.body("Hello all"))
            self.assertEqual(heard["type"], "groupchat")
            self.assertEqual(heard["from"].resource, str(self.house.ids["ann"]))

    async def test_ones_other_device_gets_a_copy(self):
        ann, desk = await self.online("ann"), await self.online("ann")
        await desk.plugin["xep_0280"].enable()
        ann.say(self.house.user("bob"), "for both of me")
        carbon = await desk.hear(lambda stanza: stanza.xml.find("{urn:xmpp:carbons:2}sent") is not None)
        self.assertEqual(carbon["carbon_sent"]["body"], "for both of me")

    async def test_markers_and_typing_arrive(self):
        ann, bob = await self.online("ann"), await self.online("bob")
        states, markers = asyncio.Queue(), asyncio.Queue()
        ann.add_event_handler("chatstate_composing", states.put_nowait)
        ann.add_event_handler("marker_displayed", markers.put_nowait)
        sent = ann.say(self.house.user("bob"), "seen?")
        await bob.hear(self.body("seen?"))
        typing = bob.make_message(mto=self.house.user("ann"), mtype="chat")
        typing["chat_state"] = "composing"
        typing.send()
        await asyncio.wait_for(states.get(), PATIENCE)
        bob.plugin["xep_0333"].send_marker(self.house.user("ann"), sent, "displayed")
        heard = await asyncio.wait_for(markers.get(), PATIENCE)
        self.assertEqual(heard["displayed"]["id"], sent)
        token = self.house.token("ann")
        stored = self.house.rest("GET", f"/chat/Message?_id={sent}&mark_as_read=0", token=token)
        self.assertIn(self.house.ids["bob"], stored["items"][0]["read_ids"])

    async def test_who_was_away_finds_what_was_written(self):
        ann = await self.online("ann")
        # Nobody is cem at the moment.
        ann.say(self.house.user("cem"), "for later")
        await ann.plugin["xep_0199"].ping(self.house.ready["chat_domain"])
        cem = await self.online("cem")
        heard = await cem.hear(self.body("for later"))
        self.assertIsNotNone(heard["delay"]["stamp"])

    async def test_the_server_answers_questions(self):
        ann, bob = await self.online("ann"), await self.online("bob")
        await ann.plugin["xep_0199"].ping(self.house.ready["chat_domain"])
        info = await ann.plugin["xep_0030"].get_info(jid=self.house.ready["chat_domain"])
        self.assertIn("urn:xmpp:carbons:2", info["disco_info"]["features"])
        last = await ann.plugin["xep_0012"].get_last_activity(self.house.user("bob"))
        self.assertEqual(last["last_activity"]["seconds"], 0)
        self.assertTrue(bob.is_connected())
        unknown = ann.make_iq_get(queryxmlns="urn:example:nonsense", ito=self.house.ready["chat_domain"])
        with self.assertRaises(IqError) as refused:
            await unknown.send()
        self.assertEqual(refused.exception.condition, "service-unavailable")

    async def test_stream_management_counts_alike(self):
        ann = Person(self.house, "ann")
        enabled = asyncio.get_running_loop().create_future()
        ann.add_event_handler("sm_enabled", enabled.set_result)
        self.assertEqual(await ann.come(True), "online")
        self.addAsyncCleanup(ann.go)
        await asyncio.wait_for(enabled, PATIENCE)
        acked = asyncio.Queue()
        ann.add_event_handler("stanza_acked", acked.put_nowait)
        for n in range(20):
            ann.say(self.house.user("bob"), f"counted {n}")
        await ann.plugin["xep_0199"].ping(self.house.ready["chat_domain"])
        ann.plugin["xep_0198"].request_ack()
        bodies = []
        while "counted 19" not in bodies:
            stanza = await asyncio.wait_for(acked.get(), PATIENCE)
            if stanza.name == "message":
                bodies.append(stanza["body"])
        self.assertEqual(bodies, [f"counted {n}" for n in range(20)])

    async def test_names_that_are_none_cost_nobody_the_stream(self):
        bob = await self.online("bob")
        reader, writer = await self.raw("ann")
        name = os.urandom(12).hex()
        stanza = (
            f"<message to='{self.house.user('bob')}' type='chat' id='{name}'><body>odd</body>"
            "<extraParams><arr><0>one</0><1>two</1></arr><a b>c</a b><x:y>z</x:y>"
            "<attachment 1x='v' type='photo'/></extraParams></message>"
        )
        writer.write(stanza.encode())
        await writer.drain()
        heard = await bob.hear(self.body("odd"))
        array = heard.xml.find("{jabber:client}extraParams/{jabber:client}arr")
        self.assertEqual([child.text for child in array], ["one", "two"])
        writer.write(stanza.replace("odd", "and again").replace(name, name[::-1]).encode())
        await writer.drain()
        await bob.hear(self.body("and again"))
        self.assertFalse(bob.was_disconnected)
        writer.close()

    async def raw(self, login):
        """Somebody whose program writes whatever it likes, over TCP."""
        host, port = self.house.ready["chat_addr"].rsplit(":", 1)
        reader, writer = await asyncio.open_connection(
            host, int(port), ssl=self.house.tls(), server_hostname="127.0.0.1"
        )

        async def ask(text, answer):
            writer.write(text.encode())
            seen = b""
            while answer.encode() not in seen:
                seen += await asyncio.wait_for(reader.read(4096), PATIENCE)

        header = (
            "<stream:stream xmlns='jabber:client' to='x' version='1.0' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        plain = f"\0{self.house.user(login).split('@')[0]}\0{PASSWORD}".encode()
        secret = base64.b64encode(plain).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        await ask(header, "</stream:features>")
        await ask(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{secret}</auth>", "<success")
        await ask(header, "</stream:features>")
        bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
        await ask(f"<iq type='set' id='b'>{bind}</iq>", "</iq>")
        return reader, writer


if __name__ == "__main__":
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors)
    # The form in which Node's test runner ends its reports.
    print(f"# pass {result.testsRun - failed}")
    print(f"# fail {failed}")
    sys.exit(0 if result.wasSuccessful() else 1)
